"""Cases in which a row of a table holds: a case that there is, changed in what the table asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from policyengine.checks.boxes import Boxes, Column
from policyengine.model.case import Key
from policyengine.model.conditions import Condition, Ref, Test, parts_of
from policyengine.model.rulebook import Row, Rulebook, Table, TableVersion
from policyengine.outcome.decision import Decision
from policyengine.semantics.findings import Truth
from policyengine.testing.coverage import Coverage
from policyengine.testing.days import days_of, records_of, would_apply
from policyengine.testing.run import Result
from policyengine.testing.targets import Target
from policyengine.testing.tries import Try, given_of, put, shifted, take_out
from policyengine.values.literals import Value, ValueType, format_value, instant_text, local_day

_MOST_BASES = 24
"""So many cases are looked at for each table; they differ in what it does not ask."""
_MOST_TRIES = 4
_MOST_BOXES = 3
_LATER_OR_EARLIER = {"from": 0, "until": -1}


class Base(NamedTuple):
    """A case to which a table applies, with the record of which it is asked."""

    result: Result
    decision: Decision
    record: int | None


class Change(NamedTuple):
    """What a case is to say of a name; None: nothing."""

    ref: Ref
    value: Value | None


Wanted = tuple[tuple[Change, Condition | None], ...]
"""What a case is to say of each column, if its cell (None: whatever it is) does not hold already."""


class Rows:
    """Finds cases for the rows of the tables of one rulebook among the results of a run."""

    def __init__(self, results: Sequence[Result], coverage: Coverage) -> None:
        """Know the rows."""
        self.results = results
        self.book = coverage.book
        self._homes = {
            row.rule: (table, version, row)
            for table in self.book.tables.values()
            for version in table.versions
            for row in version.rows
        }
        self._others = {table.otherwise: table for table in self.book.tables.values() if table.otherwise}
        self._bases: dict[str, list[Base]] = {}

    def has(self, target: Target) -> bool:
        """Tell whether what is to be exercised is that a row of a table holds, or that none does."""
        return (
            target.kind == "rule"
            and target.side == "holds"
            and (target.name in self._homes or target.name in self._others)
        )

    def tries(self, target: Target) -> Iterator[Try]:
        """Return cases in which the row may hold; those first of which least is changed."""
        found: list[tuple[int, int, Try]] = []
        if target.name in self._homes:
            table, version, row = self._homes[target.name]
            wished = [(version, _wanted(self.book, table, row))]
        else:
            table = self._others[target.name]
            wished = [(one, each) for one in table.versions for each in _outside(self.book, table, one)]
        for base in self._bases_of(table):
            for version, wanted in wished:
                made = _made(base, version, wanted)
                if made is not None:
                    found.append((made[0], len(found), made[1]))
        yield from (one for _, _, one in sorted(found, key=lambda one: one[:2])[:_MOST_TRIES])

    def _bases_of(self, table: Table) -> list[Base]:
        bases = self._bases.get(table.id)
        if bases is None:
            bases = self._bases[table.id] = []
            for result in self.results:
                if len(bases) < _MOST_BASES:
                    bases += _looking_up(result, table)
        return bases


def _looking_up(result: Result, table: Table) -> Iterator[Base]:
    """Return the case for each record of which a table may be asked."""
    decision = result.decision
    assert decision is not None
    if would_apply(decision, decision.judged.rulebook.policies[table.policy]):
        for record in records_of(decision, table.listed):
            truths = (decision.explanation.leaves(one, record)[0] for one in table.demands)
            if all(truth is Truth.TRUE for truth in truths):
                yield Base(result, decision, record)


# ---------- what a case is to say


def _wanted(book: Rulebook, table: Table, row: Row) -> Wanted:
    """Return what a case is to say for a row."""
    found = []
    for ref, cell in zip(table.asks, row.cells, strict=True):
        if cell is not None:
            column = Column(book, ref, [cell])
            found.append((Change(ref, column.example(column.covered[0])), cell))
    return tuple(found)


def _outside(book: Rulebook, table: Table, version: TableVersion) -> Iterator[Wanted]:
    """Return what a case is to say so that no row holds."""
    boxes = Boxes(book, table, version)
    for _, box in zip(range(_MOST_BOXES), boxes.gaps(), strict=False):
        examples = (column.example(one) for column, one in zip(boxes.columns, box, strict=True))
        yield tuple((Change(ref, one), None) for ref, one in zip(table.asks, examples, strict=True))


# ---------- the case that says it


def _made(base: Base, version: TableVersion, wanted: Wanted) -> tuple[int, Try] | None:
    """Return the case changed so that it says what is wanted, and how much is changed; None if it cannot."""
    explanation = base.decision.explanation
    changes = [
        change
        for change, cell in wanted
        if cell is None or explanation.leaves(cell, base.record)[0] is not Truth.TRUE
    ]
    book = base.decision.judged.rulebook
    facts = [book.facts.get(one.ref.name) for one in changes if one.ref.kind == "fact"]
    if len(facts) < len(changes) or any(fact is None or fact.role != "given" for fact in facts):
        return None
    moved = 0
    if explanation.leaves(version.days, base.record)[0] is not Truth.TRUE:
        days = _days_to(base, version)
        if days is None:
            return None
        moved = days
    tried = shifted(base.result, base.decision, moved) if moved else None
    given = given_of(base.result.scenario) if tried is None else dict(tried.given)
    for ref, value in changes:
        key: Key = (ref.name, base.record if ref.listed is not None else None)
        if value is None:
            take_out(given, base.decision, key)
        else:
            put(given, base.decision, key, _text(value, ref.type, book))
    as_of = base.decision.as_of if tried is None else tried.as_of
    return len(changes) + bool(moved), Try(base.result, base.result.scenario, given, as_of)


def _days_to(base: Base, version: TableVersion) -> int | None:
    """Return by how many days all times are to move so that a version is in force."""
    zone = base.decision.judged.rulebook.zone
    for test in parts_of(version.days):
        if isinstance(test, Test) and test.spelling in _LATER_OR_EARLIER:
            (operand,) = test.operands
            instant = getattr(operand, "value", None)
            now = days_of(base.decision, test.ref)
            if isinstance(instant, int) and now:
                return local_day(instant, zone) + _LATER_OR_EARLIER[test.spelling] - now[0]
    return None


def _text(value: Value, type: ValueType, book: Rulebook) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if type is ValueType.INSTANT and isinstance(value, int):
        return instant_text(value, book.zone)
    return str(format_value(value, type, book.zone, book.currency))
