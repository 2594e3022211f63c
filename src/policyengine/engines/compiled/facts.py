"""Facts and figures as source: what a case says, what is in force, what rules conclude."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policyengine.compile.dependencies import rule_name
from policyengine.compile.plan import Candidate, Const, Derived, Given, Parameter, Read
from policyengine.engines.compiled.dispatch import Dispatch, named_values, places_of, scopes_of
from policyengine.engines.compiled.expressions import MARKS, Traits, Value
from policyengine.engines.compiled.marks import Mark, Raw, left_out
from policyengine.engines.compiled.source import Source
from policyengine.semantics.dated import comes_back, has_gap
from policyengine.values.literals import start_of_day

_MOST_VALUES = 16
"""More dated values of one figure are looked up by a helper."""


class Facts:
    """Writes facts and figures."""

    def __init__(self, source: Source, dispatches: Sequence[Dispatch]) -> None:
        """``source`` is written to; the rules of ``dispatches`` are answered together."""
        self.source = source
        self.homes = {rule.name: one for one in dispatches for rule in one.rules}

    def given(self, cell: Given, place: str) -> Traits:
        """Write what a case says of a fact; facts of the whole case have been taken out of the inputs."""
        variable = self.source.slots[cell.name] + place
        default = left_out(cell)
        if place:
            self._field(cell, variable, place[1:-1])
        is_event = cell.is_event
        if is_event and cell.sort == "instant" and (default is None or isinstance(default, Mark)):
            self.source.scope.past.add(cell.name)
        marks = {default.name} if isinstance(default, Mark) else set()
        if cell.dated_by is not None:
            marks |= self._hide(self.source.scope.value(cell.dated_by), variable)
        may_be_absent = is_event or default is None or cell.dated_by is not None
        return Traits("".join(sorted(marks)), may_be_absent)

    def _field(self, cell: Given, variable: str, record: str) -> None:
        """Write what a case says of a record."""
        default = left_out(cell)
        found = self._raw(default)
        if not cell.is_event:
            rest = "" if default is None else f", {found}"
            self.source.write(f"{variable} = get(({cell.name!r}, {record}){rest})")
            return
        # What is taken for granted is not hidden as something that is still to come.
        latest = "today" if cell.sort == "date" else "as_of"
        self.source.write(f"{variable} = get(({cell.name!r}, {record}))")
        if default is not None:
            self.source.write(f"if {variable} is None: {variable} = {found}")
        head = f"if {variable} is not None and" if default is None else "elif"
        self.source.write(f"{head} {variable} > {latest}: {variable} = None")

    def _raw(self, raw: Raw) -> str:
        return raw.name if isinstance(raw, Mark) else self.source.scope.literal(raw)

    def _hide(self, dating: Value, variable: str) -> set[str]:
        """Write what hides a fact until the event has happened with which it came; return new marks."""
        hidden = [dating.is_absent] if dating.may_be_absent else []
        hidden += [] if dating.is_past else [f"{dating.text} > as_of"]
        if dating.marks:
            with self.source.block(f"if {dating.is_unknown}:"):
                self.source.write(f"{variable} = U")
        if hidden:
            block = self.source.block if dating.marks else self.source.block_or_same
            with block(f"{'elif' if dating.marks else 'if'} {' or '.join(hidden)}:"):
                self.source.write(f"{variable} = None")
        return {"U"} if dating.marks else set()

    def parameter(self, cell: Parameter, place: str) -> Traits:
        """Write a figure."""
        variable = self.source.slots[cell.name] + place
        figure = f"{variable} = None if figures is None else figures({cell.name!r})"
        if cell.by is None:
            last = Const(cell.values[-1].value, cell.sort) if cell.values else None
            value = "V" if last is None else self.source.scope.value(last).text
            self.source.write(f"{variable} = {value} if figures is None else figures({cell.name!r}, {value})")
            return Traits("" if cell.values else "V", False)
        by = self.source.scope.value(cell.by)
        self.source.write(figure)
        with self.source.block(f"if {variable} is None:"):
            if by.marks:
                self.source.write(f"if {by.is_unknown}: {variable} = U")
            if by.may_be_absent:
                self.source.write(f"{'elif' if by.marks else 'if'} {by.is_absent}: pass")
            value = f"{variable} = {self._in_force(cell, by)}"
            self.source.write(f"else: {value}" if by.marks or by.may_be_absent else value)
        is_late = all(one.start is not None for one in cell.values)
        marks = {*("U" if by.marks else ""), *("V" if is_late else "")}
        return Traits("".join(sorted(marks)), by.may_be_absent or has_gap(cell.values))

    def _in_force(self, cell: Parameter, by: Value) -> str:
        """Return the source of the value that counts by an instant, whose day it is in the zone."""
        if len(cell.values) > _MOST_VALUES or comes_back(cell.values):
            return f"FIGURES[{cell.name!r}]({by.text})"
        text = "V"
        for one in cell.values:
            own = self.source.scope.value(Const(one.value, cell.sort)).text
            if one.start is None:
                text = own
            else:
                start = start_of_day(one.start, self.source.world.zone)
                text = f"{own} if {by.text} >= {start} else {text}"
        return text

    def derived(self, cell: Derived, place: str, is_sure: Mapping[str, bool]) -> Traits:
        """Write what rules conclude; ``is_sure`` tells of each rule whether it is never undetermined."""
        variable = self.source.slots[cell.name] + place
        if cell.combine is not None and cell.candidates:
            return self._combined(cell, variable, place)
        rest = None if cell.otherwise is None else self.source.scope.value(cell.otherwise)
        if not cell.candidates:
            self.source.write(f"{variable} = {'None' if rest is None else _read(rest)}")
            return Traits("", True) if rest is None else _traits([rest])
        if any(one.rule in self.homes for one in cell.candidates):
            return self._derived_by_tables(cell, variable, place, rest)
        rules = [self.source.slots[rule_name(one.rule)] + place for one in cell.candidates]
        values = [self.source.scope.value(one.value) for one in cell.candidates]
        are_sure = all(is_sure[rule_name(one.rule)] for one in cell.candidates)
        marks = {mark for value in values for mark in value.marks if mark != "C"}
        if not are_sure or any("C" in value.marks for value in values):
            marks.add("U")
        if rest is not None:
            if len(rules) == 1 and are_sure:
                self.source.write(f"{variable} = {_read(values[0])} if {rules[0]} == 3 else {_read(rest)}")
                return _traits([values[0], rest])
            self._derived_by_one_of(cell, variable, rules, values, rest)
            return Traits(MARKS, any(one.may_be_absent for one in (*values, rest)))
        if len(rules) == 1:
            self._derived_by_one(variable, rules[0], values[0], are_sure)
            return Traits("".join(sorted(marks)), True)
        self._derived_by_one_of(cell, variable, rules, values, None)
        return Traits(MARKS, True)

    def _combined(self, cell: Derived, variable: str, place: str) -> Traits:
        """Write what rules that may hold, each for its records, build together."""
        source = self.source
        given = source.names.new("given")
        source.write(f"{given} = []")
        values: list[Value] = []
        places = places_of(cell, self.homes)
        for number, (table, numbers) in enumerate(places.tables):
            values += self._of_table(cell, (number, table, numbers), place, given)
        for number in places.alone:
            one = cell.candidates[number]
            rule = source.slots[rule_name(one.rule)]
            if one.each is None:
                values.append(source.scope.value(one.value))
                own = place[1:-1] or "None"
                with source.block(f"if {rule}{place}:"):
                    source.write(f"{given}.append(({number}, {rule}{place}, {_read(values[-1])}, {own}))")
                continue
            with source.each(one.each, [one.value]) as record:
                values.append(source.scope.value(one.value))
                truth = f"{rule}[{record}]"
                with source.block(f"if {truth}:"):
                    source.write(f"{given}.append(({number}, {truth}, {_read(values[-1])}, {record}))")
            if source.may_be_unknown[one.each]:
                self._of_unknown_list(one, number, given)
        rest = None if cell.otherwise is None else source.scope.value(cell.otherwise)
        other = "" if rest is None else f", {_read(rest)}"
        unless_none = f" if {given} else None" if rest is None else ""
        source.write(f"{variable} = FACTS[{cell.name!r}]({given}{other}){unless_none}")
        is_absent = rest is None or rest.may_be_absent or any(one.may_be_absent for one in values)
        return Traits("UV", is_absent)

    def _of_table(
        self, cell: Derived, table: tuple[int, Dispatch, Sequence[int]], place: str, given: str
    ) -> list[Value]:
        """Write what rules give that are answered together; return what may be given beside constants."""
        source, (number, dispatch, numbers) = self.source, table
        rules = [cell.candidates[one] for one in numbers]
        named, each = named_values(rules), rules[0].each
        slot, parts = source.slots[dispatch.name], f"PARTS[{cell.name!r}][{number}]"

        def raws(values: Sequence[Value]) -> str:
            return f"({''.join(f'{_read(one)}, ' for one in values)})"

        if each is None:
            values = [source.scope.value(one) for one in named]
            with source.block(f"if {slot}{place}[1]:"):
                own = place[1:-1] or "None"
                source.write(f"{given} += {parts}.given({slot}{place}, {raws(values)}, {own})")
            return values
        with source.each(each, named) as record:
            values = [source.scope.value(one) for one in named]
            with source.block(f"if {slot}[{record}][1]:"):
                source.write(f"{given} += {parts}.given({slot}[{record}], {raws(values)}, {record})")
        if source.may_be_unknown[each]:
            shared = ["U" if one.listed is not None else _read(source.scope.value(one)) for one in named]
            for scope, expr in enumerate(scopes_of(rules)):
                applies = source.scope.condition(expr).as_number
                with source.block(f"if {source.lists[each]} is None and {applies}:"):
                    source.write(
                        f"{given} += {parts}.of_any({scope}, ({''.join(f'{one}, ' for one in shared)}))"
                    )
        return values

    def _of_unknown_list(self, candidate: Candidate, number: int, given: str) -> None:
        """Write what any number of records may give, of a list that is not known."""
        assert candidate.each is not None
        applies = self.source.scope.condition(candidate.applies).as_number
        value = candidate.value
        is_of_record = isinstance(value, Read) and value.listed is not None
        raw = "U" if is_of_record else _read(self.source.scope.value(value))
        with self.source.block(f"if {self.source.lists[candidate.each]} is None and {applies}:"):
            self.source.write(f"{given}.append(({number}, 1, {raw}, -1))")

    def _derived_by_one_of(
        self,
        cell: Derived,
        variable: str,
        rules: Sequence[str],
        values: Sequence[Value],
        rest: Value | None,
    ) -> None:
        """Write what several rules conclude; mostly one of them holds, or none. ``rest`` counts then."""
        total = self.source.names.new("total")
        self.source.write(f"{total} = {' + '.join(rules)}")
        chain = self.source.chain()
        with chain.when(f"not {total}"):
            self.source.write(f"{variable} = {'None' if rest is None else _read(rest)}")
        for rule, value in zip(rules, values, strict=True):
            with chain.when(f"{total} == 3 and {rule} == 3"):
                self.source.write(f"{variable} = {_read(value)}")
        with chain.otherwise():
            comma = "," if len(rules) == 1 else ""
            truths, given = (f"({', '.join(some)}{comma})" for some in (rules, [one.text for one in values]))
            other = "" if rest is None else f", {_read(rest)}"
            self.source.write(f"{variable} = FACTS[{cell.name!r}]({truths}, {given}{other})")

    def _derived_by_tables(self, cell: Derived, variable: str, place: str, other: Value | None) -> Traits:
        """Write what rules conclude that are answered together; mostly one of them holds, or none."""
        places = places_of(cell, self.homes)
        tables = [self.source.slots[one.name] + place for one, _ in places.tables]
        alone = [
            self.source.slots[rule_name(cell.candidates[number].rule)] + place for number in places.alone
        ]
        named = named_values(cell.candidates)
        values = [self.source.scope.value(one) for one in named]
        given = ", ".join(f"{one.text}" for one in values)
        chain = self.source.chain()
        rest = f"({''.join(f'{one}, ' for one in tables)}), ({''.join(f'{one}, ' for one in alone)})"
        with chain.when(
            " and ".join(f"not {one}[1]" for one in tables) + "".join(f" and not {one}" for one in alone)
        ):
            self.source.write(f"{variable} = {'None' if other is None else _read(other)}")
        if len(tables) == 1 and not named:
            # One bit in both: this rule holds, and no other does or could.
            is_one = f"{tables[0]}[0] == {tables[0]}[1]" + "".join(f" and not {one}" for one in alone)
            with chain.when(f"{is_one} and {tables[0]}[0] in ROWS[{cell.name!r}]"):
                self.source.write(f"{variable} = ROWS[{cell.name!r}][{tables[0]}[0]]")
        with chain.otherwise():
            last = "" if other is None else f", {_read(other)}"
            values_of = f"({given}{',' if given else ''})"
            self.source.write(f"{variable} = FACTS[{cell.name!r}]({rest}, {values_of}{last})")
        return Traits(MARKS, True)

    def _derived_by_one(self, variable: str, rule: str, value: Value, is_sure: bool) -> None:
        open_value = f"None if {value.is_absent} else U" if value.may_be_absent else "U"
        rest = "None" if is_sure else f"None if not {rule} else {open_value}"
        self.source.write(f"{variable} = {_read(value)} if {rule} == 3 else {rest}")


def _traits(values: Sequence[Value]) -> Traits:
    """Return what one of several values can be, of which one is given for sure."""
    marks = {mark for value in values for mark in value.marks if mark != "C"}
    if any("C" in value.marks for value in values):
        marks.add("U")
    return Traits("".join(sorted(marks)), any(one.may_be_absent for one in values))


def _read(value: Value) -> str:
    """Return the source of a value that is read: a conflict is not known."""
    return f"(U if {value.text} is C else {value.text})" if "C" in value.marks else value.text
