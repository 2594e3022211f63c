"""Tables of a policy file: rows of a YAML list or of a CSV file, each read as a rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from policyengine.diagnostics.diagnostic import message
from policyengine.diagnostics.did_you_mean import did_you_mean, one_of
from policyengine.diagnostics.i18n import spoken
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen, replace
from policyengine.model import conditions as tree
from policyengine.model.clauses import Source
from policyengine.model.conditions import Condition, Operand, Ref
from policyengine.model.lookup import plain_title
from policyengine.model.rulebook import Conclusion, Overlap, Row, Rule, Table, TableVersion
from policyengine.reading.parse import nodes
from policyengine.reading.parse.cells import cell_text, parse_cell
from policyengine.reading.parse.computed import is_computed
from policyengine.reading.parse.conditions import join, parse_condition
from policyengine.reading.parse.effective import (
    Day,
    Days,
    InForce,
    ordinal,
    parse_days,
    tell_undated,
    tests_of_days,
)
from policyengine.reading.parse.fractions import is_fraction
from policyengine.reading.parse.names import Symbol
from policyengine.reading.parse.operands import Scope, parse_operand
from policyengine.reading.parse.operands import wanted_by as wanted_by_symbol
from policyengine.reading.parse.policy_scope import PolicyScope
from policyengine.reading.parse.rules import parse_overrides
from policyengine.reading.rule_files import named_path
from policyengine.syntax.csv_reader import CsvRow, read_csv
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node, Scalar, SequenceNode

MOST_FAULTS = 30
"""So many faults of the cells of one table are told: a column that is read wrong is wrong in every row."""


class RawRow(Frozen):
    """A row as it is written: its rule's name, its cells, and its place."""

    rule: str
    cells: tuple[Node, ...]
    span: Span
    is_csv: bool = False


class RawVersion(Frozen):
    """The rows of a version as they are written; ``heads`` are those of a CSV file."""

    node: MappingNode
    number: int
    heads: tuple[Scalar, ...] | None
    rows: tuple[RawRow, ...]
    file: str


class RawTable(Frozen):
    """A table whose rows have names, but are not read yet."""

    node: MappingNode
    versions: tuple[RawVersion, ...]
    otherwise: str

    @property
    def rules(self) -> Iterator[str]:
        """The names of its rows, and of what is so otherwise."""
        yield from (row.rule for version in self.versions for row in version.rows)
        yield from (self.otherwise,) if self.otherwise else ()


def declare_table(entry: Entry, scope: Scope) -> RawTable:
    """Give the rows of a table their names; a file is read, and told to be missing or broken."""
    node = nodes.mapping(entry.value)
    written = node.get("versions")
    parts = [nodes.mapping(one) for one in nodes.items(written)] if written is not None else [node]
    versions = tuple(
        _declare_version(entry.key.text, number, part, scope) for number, part in enumerate(parts)
    )
    otherwise = f"{entry.key.text} otherwise" if node.get("otherwise") is not None else ""
    return RawTable(node, versions, otherwise)


def _declare_version(id: str, number: int, node: MappingNode, scope: Scope) -> RawVersion:
    start = node.get("from")
    name = id if start is None else f"{id} ({nodes.text(start)})"
    file = node.get("file")
    if file is None:
        items = nodes.items(node.get("rows"))
        rows = tuple(
            RawRow(f"{name} row {place}", nodes.items(item), item.span) for place, item in enumerate(items, 1)
        )
        return RawVersion(node, number, None, rows, "")
    found = _read_file(nodes.scalar(file), scope)
    heads, lines = (found[0].cells, found[1:]) if found else ((), ())
    rows = tuple(
        RawRow(f"{name} row {place}", line.cells, line.span, is_csv=True)
        for place, line in enumerate(lines, 1)
    )
    return RawVersion(node, number, heads, rows, nodes.text(file))


def _read_file(written: Scalar, scope: Scope) -> Sequence[CsvRow]:
    path = named_path(written.span.file, written.text)
    data = scope.names.files.get(path)
    if data is None:
        what = message("there is no file `{path}` in the rulebook", path=written.text)
        help = message(
            "the path starts from the folder of the file that names it, and stays inside the rulebook"
        )
        scope.fault("file-missing", what, written.span, help)
        return ()
    rows, faults = read_csv(path, data)
    scope.faults.extend(faults)
    return rows or ()


class TableParser:
    """Reads the tables of one policy."""

    def __init__(self, policy: PolicyScope) -> None:
        """``policy`` is what its tables share."""
        self.policy = policy
        self.scope = policy.scope

    def parse(self, entry: Entry, raw: RawTable, scope: Scope) -> tuple[Table, list[Rule]] | None:
        """Return a table and the rules that are its rows, None where its columns have faults."""
        node, in_force = raw.node, self.policy.in_force(entry, scope)
        scope = replace(scope, act=in_force.act)
        asks = self._columns(node.get("asks"), scope)
        gives = self._given(node.get("gives"), scope)
        source = self.policy.source(node)
        written = node.get("when")
        own = () if written is None else (parse_condition(written, scope),)
        when = join([*in_force.tests, *own], nodes.mapping(written).span)
        over = tuple(parse_overrides(node.get("overrides"), entry.key.text, scope))
        own_days = self._days(raw, in_force.act)
        if asks is None or gives is None:
            return None
        title = nodes.title(node.get("title"))
        reader = _Rows(self, entry.key.text, title, source, asks, gives, when, over, in_force, scope)
        is_built = all(symbol.name in scope.names.combined for symbol, _ in gives)
        usual = "all_rows_count" if is_built else "refused"
        overlap = cast(Overlap, nodes.text(node.get("overlap"), usual))
        versions: list[TableVersion] = []
        rules: list[Rule] = []
        for version, (start, last, days) in zip(raw.versions, own_days, strict=True):
            found = reader.rows(version, days, overlap, raw.otherwise)
            rules += (rule for _, rule in found)
            rows = tuple(row for row, _ in found)
            versions.append(TableVersion(start, last, days, rows, version.file, version.node.span))
        if raw.otherwise:
            rules += reader.otherwise(raw.otherwise, node.get("otherwise"))
        is_there = any(rule.id == raw.otherwise for rule in rules)
        table = Table(
            id=entry.key.text,
            policy=self.policy.id,
            title=title,
            source=source,
            asks=tuple(symbol.ref(span) for symbol, span in asks),
            gives=tuple(symbol.ref(span) for symbol, span in gives),
            versions=tuple(versions),
            overlap=overlap,
            otherwise=raw.otherwise if is_there else "",
            when=when,
            listed=scope.listed,
            span=entry.key.span,
            by=in_force.by,
        )
        return table, rules

    # ---------- columns

    def _columns(self, node: Node | None, scope: Scope) -> list[tuple[Symbol, Span]] | None:
        found: list[tuple[Symbol, Span]] = []
        for written in nodes.names(node):
            named = scope.named(written.text, written.span)
            if named is None:
                return None
            symbol = named[0]
            if any(one.name == symbol.name for one, _ in found):
                what = message("the table has the column `{name}` twice", name=written.text)
                scope.fault("table-columns", what, written.span, message("keep one of the two"))
                return None
            found.append((symbol, written.span))
        return found

    def _given(self, node: Node | None, scope: Scope) -> list[tuple[Symbol, Span]] | None:
        found = self._columns(node, scope)
        for symbol, span in found or ():
            fault = None
            if symbol.kind != "fact":
                fault = message("a table can only give facts, and `{name}` is not one", name=symbol.name)
                help = message("give a fact with `role: derived` or `role: outcome`")
            elif symbol.name in scope.names.given:
                fault = message("a table cannot give `{name}`: cases give it", name=symbol.name)
                help = message("give another fact, or declare this one with `role: derived`")
            elif symbol.listed is None and symbol.name in scope.names.combined:
                pass  # every record may give its part of what several rules build for the whole case
            elif symbol.listed is None and scope.listed is not None:
                fault = message("a table for each record can only give facts of that record")
                help = message(
                    "give a fact of `{list}`, drop `for_each`, or say with `combine: …` at `{name}`"
                    " how the records build it together",
                    list=scope.listed,
                    name=symbol.name,
                )
            elif symbol.listed != scope.listed:
                fault = message("a table for each record can only give facts of that record")
                help = message("give a fact of `{list}`, or drop `for_each`", list=scope.listed)
            if fault is not None:
                scope.fault("wrong-conclusion", fault, span, help)
                return None
        return found

    # ---------- versions

    def _days(self, raw: RawTable, act: Ref | None) -> list[tuple[int | None, int | None, Condition]]:
        """Return for each version its first and last day, and the tests that it is in force.

        On a day on which several could be, it is the one that begins last: one with an end is an interlude.
        """
        spans = [version.node.span for version in raw.versions]
        written = [parse_days(version.node, self.scope) for version in raw.versions]
        limits = [(ordinal(first), ordinal(last)) for first, last in written]
        if raw.node.get("versions") is None:
            return [(None, None, tree.All((), spans[0]))]
        if act is None:
            if any(limit is not None for both in limits for limit in both):
                what = message("the versions have dates, and nothing says which act's date counts")
                tell_undated(what, spans[0], self.scope)
            return [(None, None, tree.All((), span)) for span in spans]
        self._refuse_same(limits, spans)
        return [
            (*days, self._in_force(act, days, limits, span)) for days, span in zip(limits, spans, strict=True)
        ]

    def _refuse_same(self, limits: Sequence[Days], spans: Sequence[Span]) -> None:
        first: dict[int | None, Span] = {}
        for (start, last), span in zip(limits, spans, strict=True):
            if start in first:
                what = message("two versions are in force from the same day")
                help = message(
                    "remove one, or give it another `from`; the other is at {place}", place=first[start]
                )
                self.scope.fault("overlapping-values", what, span, help)
            first.setdefault(start, span)
            if start is not None and last is not None and last < start:
                what = message("the version ends before it begins")
                self.scope.fault("overlapping-values", what, span, message("correct `from` or `until`"))

    def _in_force(self, act: Ref, days: Days, limits: Sequence[Days], span: Span) -> Condition:
        (start, _), left = days, [days]
        for other in limits:
            if other[0] is not None and (start is None or other[0] > start):
                left = [part for one in left for part in _without(one, other)]
        parts = [self._between(act, days, span) for days in left]
        return parts[0] if len(parts) == 1 else tree.Any(tuple(parts), span)

    def _between(self, act: Ref, days: Days, span: Span) -> Condition:
        first, last = (None if day is None else Day(day, span) for day in days)
        return join([*tests_of_days(act, first, last, self.scope)], span)


def _without(one: Days, other: Days) -> Iterator[Days]:
    """Return what is left of some days without others; the latter begin on a day."""
    (start, last), (begin, end) = one, other
    assert begin is not None
    if (last is not None and last < begin) or (end is not None and start is not None and start > end):
        yield one
        return
    if start is None or start < begin:
        yield start, begin - 1
    if end is not None and (last is None or last > end):
        yield end + 1, last


class _Rows(Frozen):
    """Reads the rows of one table."""

    parser: TableParser
    id: str
    title: Text
    source: Source | None
    asks: list[tuple[Symbol, Span]]
    gives: list[tuple[Symbol, Span]]
    when: Condition
    over: tuple[str, ...]
    in_force: InForce
    scope: Scope

    def rows(
        self, version: RawVersion, days: Condition, overlap: Overlap, otherwise: str
    ) -> list[tuple[Row, Rule]]:
        """Return the rows of a version with their rules."""
        order = self._order(version)
        if order is None:
            return []
        read: list[tuple[RawRow, list[Condition | None], list[Conclusion]]] = []
        before = len(self.scope.faults)
        for raw in version.rows:
            if len(self.scope.faults) - before >= MOST_FAULTS:
                break
            found = self._row(raw, order)
            if found is not None:
                read.append((raw, *found))
        below = [raw.rule for raw, _, _ in read[1:]] + [otherwise]
        made: list[tuple[Row, Rule]] = []
        for number, (raw, cells, then) in enumerate(read):
            first = (below[number],) if overlap == "first_row_counts" else (otherwise,)
            over = tuple(one for one in first if one) + self.over
            made.append(self._made(raw, cells, then, over, days, order, version))
        return made

    def _made(
        self,
        raw: RawRow,
        cells: list[Condition | None],
        then: list[Conclusion],
        over: tuple[str, ...],
        days: Condition,
        order: Sequence[int],
        version: RawVersion,
    ) -> tuple[Row, Rule]:
        parts = [*tree.conjuncts(self.when), days, *(one for one in cells if one is not None)]
        when = join([one for one in parts if one != tree.All((), raw.span)], raw.span)
        texts = [cell_text(raw.cells[place]) for place in order]
        asked, given = texts[: len(self.asks)], texts[len(self.asks) :]
        row = Row(raw.rule, tuple(cells), tuple(asked), tuple(given), raw.span)
        return row, self._rule(raw.rule, _row_title(self.title, raw.rule), when, then, over, raw.span)

    def _rule(
        self,
        id: str,
        title: Text,
        when: Condition,
        then: list[Conclusion],
        over: tuple[str, ...],
        span: Span,
    ) -> Rule:
        return Rule(
            id=id,
            policy=self.parser.policy.id,
            title=title,
            source=self.source,
            when=when,
            then=tuple(then),
            overrides=over,
            notices=(),
            listed=self.scope.listed,
            span=span,
            by=self.in_force.by,
            first_day=self.in_force.first,
            last_day=self.in_force.last,
            table=self.id,
        )

    def otherwise(self, id: str, node: Node | None) -> Iterator[Rule]:
        """Return the rule for where no row holds, if what it gives is sound."""
        assert node is not None
        written = self._otherwise_nodes(node)
        if written is None:
            return
        then = []
        for (symbol, span), value in zip(self.gives, written, strict=True):
            operand = parse_operand(value, wanted_by_symbol(symbol), self.scope)
            if operand is None or is_fraction(operand, value.span, self.scope):
                return
            then.append(Conclusion(symbol.ref(span), operand, value.span))
        title = self.title.spelled(lambda tag, words: _OTHERWISE[spoken(tag)].format(title=words))
        yield self._rule(id, title, self.when, then, self.over, node.span)

    def _otherwise_nodes(self, node: Node) -> list[Node] | None:
        """Return what is given otherwise, in the order of what the table gives."""
        count = len(self.gives)
        if isinstance(node, MappingNode) and not self._is_value(node):
            found: dict[str, Node] = {}
            for entry in node.entries:
                place = _column_named(entry.key, self.gives, self.scope)
                if place is None:
                    return None
                found[self.gives[place][0].name] = entry.value
            left = [symbol.name for symbol, _ in self.gives if symbol.name not in found]
            if not left:
                return [found[symbol.name] for symbol, _ in self.gives]
            what = message("nothing is said for `{name}`", name=left[0])
            self.scope.fault(
                "table-columns", what, node.span, message("add a line `{name}: …`", name=left[0])
            )
            return None
        items: list[Node] = [*node.items] if isinstance(node, SequenceNode) else [node]
        if len(items) == count:
            return items
        what = message(
            "the table gives {count} facts, and `otherwise` says {said}", count=count, said=len(items)
        )
        help = message("write one value for each: `{{{name}: …}}`", name=self.gives[0][0].name)
        self.scope.fault("table-columns", what, node.span, help)
        return None

    def _is_value(self, node: MappingNode) -> bool:
        """Tell whether a mapping is one value, by a reading or computed, and does not name what is given."""
        names = [name for symbol, _ in self.gives for name in (symbol.name, _short(symbol))]
        return node.entries[0].key.text[:1].isupper() or (
            is_computed(node) and node.entries[0].key.text not in names
        )

    # ---------- columns of a file

    def _order(self, version: RawVersion) -> list[int] | None:
        """Return where each column of the table stands in the rows, None after a fault."""
        columns = [*self.asks, *self.gives]
        if version.heads is None:
            return list(range(len(columns)))
        places: dict[str, int] = {}
        is_sound = bool(version.heads)
        for place, head in enumerate(version.heads):
            found = _column_named(head, columns, self.scope)
            if found is None:
                is_sound = False
                continue
            name = columns[found][0].name
            if name in places:
                what = message("the column `{name}` appears twice", name=head.text)
                self.scope.fault("table-columns", what, head.span, message("remove one of the two"))
                is_sound = False
            places.setdefault(name, place)
        missing = [symbol.name for symbol, _ in columns if symbol.name not in places]
        if missing and version.heads and is_sound:
            what = message("the file has no column `{name}`", name=missing[0])
            help = message("add it to the first line, with its name or title")
            self.scope.fault("table-columns", what, version.heads[0].span, help)
        if missing or not is_sound:
            return None
        return [places[symbol.name] for symbol, _ in columns]

    def _row(
        self, raw: RawRow, order: Sequence[int]
    ) -> tuple[list[Condition | None], list[Conclusion]] | None:
        if len(raw.cells) != len(order):
            what = message("the row has {found} cells, and the table has {wanted} columns",
                           found=len(raw.cells), wanted=len(order))  # fmt: skip
            names = [symbol.name for symbol, _ in (*self.asks, *self.gives)]
            help = message("the columns are {names}", names=", ".join(f"`{one}`" for one in names))
            self.scope.fault("table-columns", what, raw.span, help)
            return None
        cells: list[Condition | None] = []
        then: list[Conclusion] = []
        is_sound = True
        scope = self.scope
        for (symbol, span), place in zip(self.asks, order, strict=False):
            cell = _listed_cell(raw.cells[place], raw)
            found = parse_cell(symbol, symbol.ref(span), cell, scope)
            is_sound = is_sound and found is not None
            cells.append(None if found is None else found.condition)
        for (symbol, span), place in zip(self.gives, order[len(self.asks) :], strict=True):
            value = self._value(symbol, raw.cells[place], scope)
            if value is None:
                is_sound = False
            else:
                then.append(Conclusion(symbol.ref(span), value, raw.cells[place].span))
        return (cells, then) if is_sound else None

    def _value(self, symbol: Symbol, cell: Node, scope: Scope) -> Operand | None:
        if isinstance(cell, SequenceNode):
            what = message("a row gives one value, and not several")
            scope.fault("bad-value", what, cell.span, message("write one row for each"))
            return None
        text = cell.text if isinstance(cell, Scalar) and not cell.quoted else None
        if text in ("", "any", "none") and text not in symbol.choices:
            what = message("a row gives a value: `{text}` is not one", text=text)
            help = message("leave the row out where the table gives nothing")
            scope.fault("bad-value", what, cell.span, help)
            return None
        value = parse_operand(cell, wanted_by_symbol(symbol), scope)
        return None if value is None or is_fraction(value, cell.span, scope) else value


_OTHERWISE = {"zh": "{title}：其他情形", "en": "{title}: otherwise"}


def _row_title(title: Text, rule: str) -> Text:
    """Return what a row is called: its table, with the number and the version."""
    head, _, number = rule.rpartition(" row ")
    version = head.partition(" (")[2].rstrip(")")

    def named(tag: str, words: str) -> str:
        if spoken(tag) == "zh":
            return f"{words}第{number}行" + (f"（{version} 起）" if version else "")
        return f"{words}, row {number}" + (f" (from {version})" if version else "")

    return title.spelled(named)


def _column_named(written: Scalar, columns: Sequence[tuple[Symbol, Span]], scope: Scope) -> int | None:
    """Return which column is meant by a name or by a title, None after a fault."""
    plain = plain_title(written.text)
    found = [
        place
        for place, (symbol, _) in enumerate(columns)
        if written.text in (symbol.name, _short(symbol))
        or plain in map(plain_title, scope.names.titles.get(symbol.name, ()))
    ]
    if len(found) == 1:
        return found[0]
    names = [_short(symbol) for symbol, _ in columns]
    what = message("the table has no column `{name}`", name=written.text)
    help = did_you_mean(written.text, names) or one_of(names)
    if found:
        what = message("`{name}` could be several columns", name=written.text)
        help = one_of(columns[place][0].name for place in found)
    if not written.text:
        what = message("a column has no name")
    scope.fault("table-columns", what, written.span, help)
    return None


def _short(symbol: Symbol) -> str:
    return symbol.name if symbol.listed is None else symbol.name.removeprefix(f"{symbol.listed}.")


def _listed_cell(cell: Node, raw: RawRow) -> Node:
    """Return a cell of a CSV file that lists values, ``a; b``, as a list."""
    if not isinstance(cell, Scalar) or ";" not in cell.text or not raw.is_csv:
        return cell
    items = tuple(Scalar(one.strip(), cell.span, False) for one in cell.text.split(";") if one.strip())
    return SequenceNode(items, cell.span)
