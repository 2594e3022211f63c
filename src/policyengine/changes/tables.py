"""What has changed of tables: row by row, wherever a row stands now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator

from policyengine.changes.change import Sides
from policyengine.changes.figures import day_text
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.model.conditions import All, Condition, Operand, conjuncts
from policyengine.model.rulebook import Row, Rulebook, Table, TableVersion
from policyengine.render.bilingual import Bilingual
from policyengine.render.statements import OVERLAPS

MOST_ROWS = 20
"""So many rows of a table that is new or gone are told."""

Cells = tuple["Condition | None", ...]
Given = tuple[tuple[str, Operand], ...]


def table_said(book: Rulebook, table: Table) -> Hashable:
    """Return what a table says: spelling, files and the order of rows (where it is nothing) do not count."""
    versions = tuple(
        (version.start, version.last, _rows_said(book, table, version)) for version in table.versions
    )
    rows = [*table.rows]
    over = frozenset(one.id for one in book.overridden_by(book.rules[rows[0].rule])) if rows else frozenset()
    return (
        (table.policy, table.title, table.source, table.listed, table.asks, table.gives, table.overlap),
        All(tuple(conjuncts(table.when)), Span("")),
        _given(book, table.otherwise),
        versions,
        over,
    )


def _rows_said(book: Rulebook, table: Table, version: TableVersion) -> Hashable:
    rows = [(row.cells, _given(book, row.rule)) for row in version.rows]
    return tuple(rows) if table.overlap == "first_row_counts" else frozenset(Counter(rows).items())


def _given(book: Rulebook, rule: str) -> Given:
    return tuple((one.fact.name, one.value) for one in book.rules[rule].then) if rule else ()


def table_whole(side: Bilingual, table: Table) -> Iterator[Text]:
    """Tell a table that is new or gone, with its first rows."""
    yield side.table(table)
    rows = [*table.rows]
    for row in rows[:MOST_ROWS]:
        yield _row(side, table, row)
    if len(rows) > MOST_ROWS:
        yield side.both("and {count} more rows", count=len(rows) - MOST_ROWS)


def table_details(sides: Sides, old: Table, new: Table) -> Iterator[Text]:
    """Tell what has changed of a table: what it says of all its rows, then the rows."""
    both = sides.both
    if old.policy != new.policy:
        yield both("policy: {old} → {new}", old=old.policy, new=new.policy)
    if old.listed != new.listed:
        yield both("it now applies to the records of another list, or to the whole case")
    if (old.asks, old.gives, old.when) != (new.asks, new.gives, new.when):
        yield both("{old} → {new}", old=sides.was.table(old), new=sides.now.table(new))
    elif old.overlap != new.overlap:
        yield both(OVERLAPS[new.overlap])
    yield from _otherwise(sides, old, new)
    befores = {version.start: version for version in old.versions}
    afters = {version.start: version for version in new.versions}
    for start in sorted({*befores, *afters}, key=lambda one: (one is not None, one or 0)):
        before, after = befores.get(start), afters.get(start)
        if before is None and after is not None:
            day, count = day_text(sides.now, start), len(after.rows)
            yield both("new version: from {day}, with {count} rows", day=day, count=count)
        elif after is None and before is not None:
            yield both("the version from {day} has been removed", day=day_text(sides.was, start))
        elif before is not None and after is not None:
            if before.last != after.last:
                was, now = day_text(sides.was, before.last), day_text(sides.now, after.last)
                yield both("in force until {old} → {new}", old=was, new=now)
            yield from _rows(sides, old, new, before, after)


def _otherwise(sides: Sides, old: Table, new: Table) -> Iterator[Text]:
    was, now = _given(sides.old, old.otherwise), _given(sides.new, new.otherwise)
    if was == now:
        return
    nothing = sides.both("nothing")
    yield sides.both(
        "where no row matches: {old} → {new}",
        old=_gives(sides.was, old.otherwise) if was else nothing,
        new=_gives(sides.now, new.otherwise) if now else nothing,
    )


def _rows(sides: Sides, old: Table, new: Table, before: TableVersion, after: TableVersion) -> Iterator[Text]:
    was, now = _by_cells(before), _by_cells(after)
    for cells, row in now.items():
        other = was.get(cells)
        if other is None:
            yield sides.both("new row: {row}", row=_row(sides.now, new, row))
        elif _given(sides.old, other.rule) != _given(sides.new, row.rule):
            yield sides.both(
                "{conditions}: {old} → {new}",
                conditions=_asks(sides.now, row),
                old=_gives(sides.was, other.rule),
                new=_gives(sides.now, row.rule),
            )
    for cells, row in was.items():
        if cells not in now:
            yield sides.both("row removed: {row}", row=_row(sides.was, old, row))
    kept = [cells for cells in now if cells in was]
    if new.overlap == "first_row_counts" and kept != [cells for cells in was if cells in now]:
        yield sides.both("the rows are in a different order, and the first match counts")


def _by_cells(version: TableVersion) -> dict[Cells, Row]:
    found: dict[Cells, Row] = {}
    for row in version.rows:
        found.setdefault(row.cells, row)
    return found


def _row(side: Bilingual, table: Table, row: Row) -> Text:
    return side.both("{conditions}: {value}", conditions=_asks(side, row), value=_gives(side, row.rule))


def _asks(side: Bilingual, row: Row) -> Text:
    cells = tuple(cell for cell in row.cells if cell is not None)
    return side.conditions(All(cells, row.span)) if cells else side.both("always")


def _gives(side: Bilingual, rule: str) -> Text:
    told = [side.conclusion(one) for one in side.book.rules[rule].then]
    return side.stated(lambda one: one.say(", ").join(text.in_language(one.say.language) for text in told))
