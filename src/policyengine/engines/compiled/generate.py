"""The source: a folded Plan as one Python function that judges a case from top to bottom.

Every cell is a variable, of a record list one list with a place for each record. What a policy demands comes
once, before the block of everything that the policy says. Where something is not known, the meaning of
clocks, amounts and overriding is asked of ``slow`` functions; all that is known is computed in place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from policyengine.calendar import LATEST
from policyengine.compile.plan import (
    Aggregate,
    Amount,
    Cell,
    Const,
    Derived,
    Due,
    Expr,
    Given,
    Parameter,
    Plan,
    Read,
    Rule,
    Status,
    Stratum,
    Unsaid,
)
from policyengine.engines.compiled.expressions import ALWAYS, MARKS, Condition, Scope, Traits, Value
from policyengine.engines.compiled.names import Names
from policyengine.engines.compiled.scheduling import (
    Group,
    arrange,
    expressions_of,
    names_of,
    parts_of,
    read_by,
)
from policyengine.engines.memory import World, counting_of
from policyengine.sums import RAW_UNITS
from policyengine.values import BUSINESS_DAYS_UNIT, Duration, start_of_day

_MOST_VALUES = 16
"""More dated values of one figure are looked up by a helper."""

# What the function and its helpers are called in the source.
_HELPERS = (
    *("judge", "get", "as_of", "today", "figures", "sizes", "seen", "slow"),
    *("NOT", "U", "V", "C", "MANY", "ENDS", "FIGURES", "FACTS", "ROUND"),
)


class Generated(NamedTuple):
    """The source with what it means.

    ``slots`` tells for each name, rule (``rule NAME``) and policy (``policy NAME``) its place in the tuple
    that ``judge`` returns. ``constants`` are the lengths of time that the source names.
    """

    source: str
    slots: Mapping[str, int]
    constants: Mapping[str, Duration]


def generate(plan: Plan, world: World) -> Generated:
    """Return the source of a folded Plan; ``world`` is the one that it names."""
    return _Generator(plan, world).generated()


def rule_slot(name: str) -> str:
    """Return the slot of a rule, whose name may be that of a fact."""
    return f"rule {name}"


def policy_slot(name: str) -> str:
    """Return the slot of a policy, whose name may be that of a fact."""
    return f"policy {name}"


class _Generator:
    """The generation of one source."""

    def __init__(self, plan: Plan, world: World) -> None:
        self.plan = plan
        self.world = world
        self.scope = Scope()
        self.names = Names(frozenset((*_HELPERS, *(f"_{number}" for number in range(100)))))
        self.lines: list[str] = []
        self.indent = 1
        self.slots: dict[str, str] = {}
        self.scopes = {one.name: one.when for one in plan.policies}
        self.clocks = {
            cell.deadline: cell for stratum in plan.strata for cell in stratum.cells if isinstance(cell, Due)
        }
        self.doubtful: set[str] = set()
        """Deadlines of which it can be undetermined whether they exist."""
        self.truths: dict[str, bool] = {}
        """Whether what a policy or a rule gives is never undetermined."""
        self.lists = {one.name: self.names.new(f"seen_{one.name}") for one in plan.lists}
        self.sizes = {one.name: self.names.new(f"size_{one.name}") for one in plan.lists}
        self.may_be_unknown = {one.name: not one.is_empty_if_missing for one in plan.lists}
        self.asked: dict[Group, dict[Aggregate, tuple[str, bool]]] = {}

    def generated(self) -> Generated:
        self.lines.append("def judge(get, as_of, today, figures, sizes, seen, slow):")
        for name, variable in self.lists.items():
            self.write(f"{variable}, {self.sizes[name]} = seen[{name!r}], sizes.get({name!r}, 0)")
        for number, stratum in enumerate(self.plan.strata):
            self.write(f"# ---------- stratum {number}")
            self._stratum(stratum)
        self.write(f"return ({''.join(f'{variable}, ' for variable in self.slots.values())})")
        slots = {name: number for number, name in enumerate(self.slots)}
        return Generated("\n".join(self.lines) + "\n", slots, self.scope.constants)

    # ---------- writing

    def write(self, line: str) -> None:
        self.lines.append("    " * self.indent + line)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Write what belongs to a head, one step further in."""
        self.write(head)
        self.indent += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.write("pass")
        self.indent -= 1

    def variable(self, slot: str, wanted: str = "") -> str:
        """Return the new variable of a slot."""
        name = self.slots[slot] = self.names.new(wanted or slot)
        return name

    # ---------- strata

    def _stratum(self, stratum: Stratum) -> None:
        for (policy, listed), cells in arrange(stratum.cells, self.scopes):
            with self._within(policy, [self._declare(cell) for cell in cells]):
                self._cells(cells, listed, (policy, None))
        by_group: dict[Group, list[Rule]] = {}
        for rule in stratum.rules:
            by_group.setdefault((rule.policy, rule.listed), []).append(rule)
        for (policy, listed), rules in by_group.items():
            with self._within(policy, [self._declare_rule(rule) for rule in rules], "0"):
                self._rules(rules, listed, (policy, None))

    @contextmanager
    def _within(
        self, policy: str | None, declared: Sequence[tuple[list[str], str | None]], nothing: str = "None"
    ) -> Iterator[None]:
        """Write what a policy says, to be skipped where the policy does not apply.

        ``declared`` are the variables with the list of each; ``nothing`` is what they are then.
        """
        if policy is None:
            yield
            return
        applies = self._policy(policy)
        if applies == "3":
            yield
            return
        with self.block(f"if {applies}:"):
            yield
        with self.block("else:"):
            plain = [name for names, listed in declared if listed is None for name in names]
            if plain:
                self.write(f"{' = '.join(plain)} = {nothing}")
            for names, listed in declared:
                for name in names if listed is not None else ():
                    self.write(f"{name} = [{nothing}] * {self.sizes[listed or '']}")

    def _policy(self, name: str) -> str:
        """Return the variable of a policy, computed here if it was not before."""
        slot = policy_slot(name)
        if slot not in self.slots:
            when = self.scopes[name]
            self._ask([when], (None, None))
            found = self.scope.condition(when)
            variable = self.variable(slot)
            self.write(f"{variable} = {found.as_number}")
            self.truths[slot] = found.is_two_valued
        return self.slots[slot]

    # ---------- cells

    def _declare(self, cell: Cell) -> tuple[list[str], str | None]:
        listed = None if isinstance(cell, Parameter) else cell.listed
        names = []
        for name in names_of(cell):
            variable = self.variable(name)
            self.scope.variables[name] = variable
            names.append(variable)
        if isinstance(cell, Due):
            names += [self.variable(f"{cell.deadline} {what}") for what in ("exists", "provisional")]
        return names, listed

    def _cells(self, cells: Sequence[Cell], listed: str | None, group: Group) -> None:
        if listed is None:
            for cell in cells:
                self._ask(expressions_of(cell), group)
                self._cell(cell, "")
            return
        for part in self._runs(cells, group):
            for cell in part:
                for variable in self._variables_of(cell):
                    self.write(f"{variable} = [None] * {self.sizes[listed]}")
            own = {name for cell in part for name in names_of(cell)}
            with self._each(listed, (one for cell in part for one in expressions_of(cell)), own) as record:
                for cell in part:
                    self._cell(cell, f"[{record}]")

    def _runs(self, cells: Sequence[Cell], group: Group) -> Iterator[list[Cell]]:
        """Cut cells of records where one asks about the list what those before it must have settled."""
        run: list[Cell] = []
        for cell in cells:
            if run and self._new_questions(expressions_of(cell), group):
                yield run
                run = []
            self._ask(expressions_of(cell), group)
            run.append(cell)
        if run:
            yield run

    def _variables_of(self, cell: Cell) -> list[str]:
        found = [self.slots[name] for name in names_of(cell)]
        if isinstance(cell, Due):
            found += [self.slots[f"{cell.deadline} {what}"] for what in ("exists", "provisional")]
        return found

    @contextmanager
    def _each(
        self, listed: str, exprs: Iterable[Expr], own: Iterable[str] = (), order: str = ""
    ) -> Iterator[str]:
        """Write a loop over the records of a list that are seen; what is read of each is taken out first."""
        record = self.names.new("record")
        before, outer = self.scope.local, self.scope.records
        self.scope.local = dict(before)
        self.scope.records = {**outer, listed: record}
        reads = {read.name for read in read_by(exprs) if read.listed == listed} - set(own)
        with self.block(f"for {record} in {order or self._records(listed)}:"):
            for name in sorted(reads):
                local = self.scope.local[name] = self.names.new(f"own_{name}")
                self.write(f"{local} = {self.scope.variables[name]}[{record}]")
            for name in own:
                self.scope.local.pop(name, None)
            yield record
        self.scope.local, self.scope.records = before, outer

    def _records(self, listed: str) -> str:
        variable = self.lists[listed]
        return f"{variable} or ()" if self.may_be_unknown[listed] else variable

    def _cell(self, cell: Cell, place: str) -> None:
        match cell:
            case Given():
                traits = self._given(cell, place)
            case Derived():
                traits = self._derived(cell, place)
            case Parameter():
                traits = self._parameter(cell)
            case Due():
                traits = self._due(cell, place)
            case Status():
                traits = self._status(cell, place)
            case Amount():
                traits = self._amount(cell, place)
        for name in names_of(cell):
            self.scope.traits[name] = traits

    # ---------- facts and figures

    def _given(self, cell: Given, place: str) -> Traits:
        variable = self.slots[cell.name] + place
        is_event = cell.sort in ("instant", "date")
        left_out = cell.missing
        mark = ("U" if is_event else "V") if isinstance(left_out, Unsaid) else ""
        default = mark or self.scope.value(left_out).text
        key = f"({cell.name!r}, {place[1:-1] or None})"
        latest = "today" if cell.sort == "date" else "as_of"
        may_be_absent = is_event or default == "None" or cell.dated_by is not None
        with self._dated(cell, variable) as (is_dated, marks):
            if is_event:  # what is taken for granted is not hidden as something that is still to come
                self.write(f"{variable} = get({key})")
                if default != "None":
                    self.write(f"if {variable} is None: {variable} = {default}")
                head = f"if {variable} is not None and" if default == "None" else "elif"
                self.write(f"{head} {variable} > {latest}: {variable} = None")
            else:
                self.write(f"{variable} = get({key}{'' if default == 'None' else ', ' + default})")
        return Traits("".join(sorted({*mark, *marks})), may_be_absent or is_dated)

    @contextmanager
    def _dated(self, cell: Given, variable: str) -> Iterator[tuple[bool, str]]:
        """Write what hides a fact until the event has happened with which it came."""
        if cell.dated_by is None:
            yield False, ""
            return
        dating = self.scope.value(cell.dated_by)
        head = "if"
        if dating.marks:
            self.write(f"if {dating.is_unknown}: {variable} = U")
            head = "elif"
        absent = f"{dating.is_absent} or " if dating.may_be_absent else ""
        self.write(f"{head} {absent}{dating.text} > as_of: {variable} = None")
        with self.block("else:"):
            yield True, "U" if dating.marks else ""

    def _parameter(self, cell: Parameter) -> Traits:
        variable = self.slots[cell.name]
        figure = f"{variable} = None if figures is None else figures({cell.name!r})"
        if cell.by is None:
            value = self.scope.value(Const(cell.values[-1][1], cell.sort)).text if cell.values else "V"
            self.write(f"{variable} = {value} if figures is None else figures({cell.name!r}, {value})")
            return Traits("" if cell.values else "V", False)
        by = self.scope.value(cell.by)
        self.write(figure)
        with self.block(f"if {variable} is None:"):
            if by.marks:
                self.write(f"if {by.is_unknown}: {variable} = U")
            if by.may_be_absent:
                self.write(f"{'elif' if by.marks else 'if'} {by.is_absent}: pass")
            value = f"{variable} = {self._in_force(cell, by)}"
            self.write(f"else: {value}" if by.marks or by.may_be_absent else value)
        marks = {*("U" if by.marks else ""), *("V" if cell.values[0][0] is not None else "")}
        return Traits("".join(sorted(marks)), by.may_be_absent)

    def _in_force(self, cell: Parameter, by: Value) -> str:
        """Return the source of the value that counts by an instant, whose day it is in the zone."""
        if len(cell.values) > _MOST_VALUES:
            return f"FIGURES[{cell.name!r}]({by.text})"
        text = "V"
        for start, value in cell.values:
            own = self.scope.value(Const(value, cell.sort)).text
            if start is None:
                text = own
            else:
                text = f"{own} if {by.text} >= {start_of_day(start, self.world.zone)} else {text}"
        return text

    def _derived(self, cell: Derived, place: str) -> Traits:
        variable = self.slots[cell.name] + place
        if not cell.candidates:
            self.write(f"{variable} = None")
            return Traits("", True)
        rules = [self.slots[rule_slot(one.rule)] + place for one in cell.candidates]
        values = [self.scope.value(one.value) for one in cell.candidates]
        are_sure = all(self.truths[rule_slot(one.rule)] for one in cell.candidates)
        marks = {mark for value in values for mark in value.marks if mark != "C"}
        if not are_sure or any("C" in value.marks for value in values):
            marks.add("U")
        if len(rules) == 1:
            self._derived_by_one(variable, rules[0], values[0], are_sure)
            return Traits("".join(sorted(marks)), True)
        truths, given = ", ".join(rules), ", ".join(one.text for one in values)
        record = place[1:-1] or "None"
        self.write(
            f"{variable} = FACTS[{cell.name!r}](({truths}), ({given}), {record}) "
            f"if {' or '.join(rules)} else None"
        )
        return Traits(MARKS, True)

    def _derived_by_one(self, variable: str, rule: str, value: Value, is_sure: bool) -> None:
        text = f"U if {value.text} is C else {value.text}" if "C" in value.marks else value.text
        open_value = f"None if {value.is_absent} else U" if value.may_be_absent else "U"
        rest = "None" if is_sure else f"None if not {rule} else {open_value}"
        self.write(f"{variable} = ({text}) if {rule} == 3 else {rest}")

    # ---------- clocks

    def _exists(self, cell: Due | Amount) -> Condition:
        """Return whether a deadline or amount exists, inside the block of its policy."""
        own = self.scope.condition(cell.when)
        if cell.policy is None or self.truths[policy_slot(cell.policy)]:
            return own
        return Condition(f"({self.slots[policy_slot(cell.policy)]} & {own.as_number})", False)

    def _due(self, cell: Due, place: str) -> Traits:
        due = self.slots[cell.name] + place
        exists = self.slots[f"{cell.deadline} exists"] + place
        provisional = self.slots[f"{cell.deadline} provisional"] + place
        start, length = self.scope.value(cell.start), self.scope.value(cell.length)
        found = self._exists(cell)
        follows = self._follows(cell)
        self.write(f"{provisional} = False")
        self.write(f"{exists} = {found.as_number}")
        unknown = [one.is_unknown for one in (start, length) if one.marks]
        if not found.is_two_valued:
            self.doubtful.add(cell.deadline)
            unknown.insert(0, f"{exists} == 1")
        absent = " or ".join(one.is_absent for one in (start, length) if one.may_be_absent)
        self.write(f"if not {exists}: {due} = None")
        if unknown:
            args = f"{exists}, {start.text}, {length.text}, {follows}"
            self.write(
                f"elif {' or '.join(unknown)}: {due}, {provisional} = slow.due({cell.deadline!r}, {args})"
            )
        if absent:
            self.write(f"elif {absent}: {due} = None")
        seconds = self._seconds(cell, length)
        with self.block("else:"):
            if seconds:
                self.write(f"{due} = {start.text} + {seconds}")
                self.write(f"if {due} >= {LATEST}: {due}, {provisional} = {LATEST}, True")
            else:
                args = f"{start.text}, {length.text}, {follows}"
                self.write(f"{due}, {provisional} = ENDS[{cell.deadline!r}]({args})")
        return Traits("UV" if unknown else "", True)

    def _follows(self, cell: Due) -> str:
        """Return the source of whether a clock certainly starts where another ran out."""
        found = self.scope.condition(cell.follows)
        return found.text if found.is_two_valued else f"{found.text} == 3"

    def _seconds(self, cell: Due, length: Value) -> str:
        """Return the source of the seconds that a length always has; empty where a calendar counts it."""
        counting = counting_of(cell.counting)
        if length.sort == "business_days" or (counting.hours, counting.days) != ("continuous", "rolling"):
            return ""
        if isinstance(cell.length, Const) and isinstance(cell.length.value, Duration):
            return "" if cell.length.value.unit == BUSINESS_DAYS_UNIT else str(cell.length.value.seconds)
        return length.key

    def _status(self, cell: Status, place: str) -> Traits:
        status, settled = (self.slots[name] + place for name in names_of(cell))
        due = self.scope.value(Read(f"{cell.name}.due", cell.listed, "instant"))
        exists = self.slots[f"{cell.name} exists"] + place
        clock = self.clocks[cell.name]
        start, length = self.scope.value(clock.start), self.scope.value(clock.length)
        acts, stops = ([self.scope.value(one) for one in events] for events in (cell.acts, cell.stops))
        self.write(f"if not {exists}: {status} = {settled} = None")
        unknown = [one.is_unknown for one in (start, length, *acts, *stops) if one.marks]
        if cell.name in self.doubtful:
            unknown.insert(0, f"{exists} == 1")
        if unknown:
            listed = [f"({''.join(one.text + ', ' for one in events)})" for events in (acts, stops)]
            args = (
                f"{exists}, {start.text}, {length.text}, {self._follows(clock)}, {', '.join(listed)}, as_of"
            )
            self.write(f"elif {' or '.join(unknown)}:")
            self.write(f"    {status}, {settled} = slow.status({cell.name!r}, {args})")
        if start.may_be_absent:
            self.write(f"elif {start.is_absent}: {status}, {settled} = 'not_started', None")
        if length.may_be_absent:
            self.write(f"elif {length.is_absent}: {status} = {settled} = None")
        with self.block("else:"):
            self._settle(cell, status, settled, _Clock(start, due, acts, stops))
        return Traits("UV" if unknown else "", True)

    def _settle(self, cell: Status, status: str, settled: str, clock: _Clock) -> None:
        """Write what a clock has come to of which everything is known."""
        sign = "<=" if cell.end == Const("included", "choice") else "<"
        acted, stopped = self._earliest(clock.acts, cell.acts), self._earliest(clock.stops, cell.stops)
        head = "if"
        if acted:
            before = f" and ({stopped} is None or {acted} <= {stopped})" if stopped else ""
            self.write(f"if {acted} is not None and {acted} {sign} {clock.due.text}{before}:")
            self.write(f"    {status}, {settled} = 'met', {acted}")
            head = "elif"
        if stopped:
            self.write(f"{head} {stopped} is not None and {stopped} {sign} {clock.due.text}:")
            self.write(f"    {status}, {settled} = 'stopped', {stopped}")
            head = "elif"
        self.write(f"{head} {clock.start.text} > as_of: {status}, {settled} = 'not_started', None")
        self.write(f"elif as_of {sign} {clock.due.text}: {status}, {settled} = 'open', None")
        self.write(f"else: {status}, {settled} = {cell.over!r}, {clock.due.text}")

    def _earliest(self, events: Sequence[Value], exprs: Sequence[Expr]) -> str:
        """Write which of some events came first, and return its variable; empty if there are none."""
        if not events:
            return ""
        first = self.names.new("first")
        self.write(f"{first} = None")
        for event in dict.fromkeys(events):
            known = f"{event.text} is not None and " if event.may_be_absent else ""
            earlier = f" and ({first} is None or {event.text} < {first})" if len(events) > 1 else ""
            self.write(f"if {known}{event.text} <= as_of{earlier}: {first} = {event.text}")
        return first

    # ---------- amounts

    def _amount(self, cell: Amount, place: str) -> Traits:
        variable = self.slots[cell.name] + place
        found = self._exists(cell)
        exists = self.names.new("exists")
        self.write(f"{exists} = {found.as_number}")
        terms = [self.scope.value(one) for one in (cell.base, *cell.plus, *cell.minus)]
        rate = None if cell.rate is None else self.scope.value(cell.rate)
        floor = None if cell.floor is None else self.scope.value(cell.floor)
        caps = [(self.scope.condition(cap.when), self.scope.value(cap.limit)) for cap in cell.caps]
        self.write(f"if not {exists}: {variable} = None")
        with self.block("else:"):
            truths = []
            for when, _ in caps:
                truths.append(self.names.new("applies"))
                self.write(f"{truths[-1]} = {when.as_number}")
            limits = [limit for _, limit in caps]
            factors = terms if rate is None else [*terms, rate]
            parts = [*factors, *(() if floor is None else (floor,)), *limits]
            unknown = [one.is_unknown for one in parts if one.marks]
            unknown += [
                f"{name} == 1" for name, (when, _) in zip(truths, caps, strict=True) if not when.is_two_valued
            ]
            if not found.is_two_valued:
                unknown.insert(0, f"{exists} == 1")
            head = "if"
            if unknown:
                count = 1 + len(cell.plus)
                added, taken = terms[:count], terms[count:]
                args = ", ".join(
                    (
                        exists,
                        _tuple(added),
                        _tuple(taken),
                        "None" if rate is None else rate.text,
                        "None" if floor is None else floor.text,
                        _pairs(truths, limits),
                        place[1:-1] or "None",
                    )
                )
                self.write(f"if {' or '.join(unknown)}: {variable} = slow.amount({cell.name!r}, {args})")
                head = "elif"
            absent = " or ".join(one.is_absent for one in factors if one.may_be_absent)
            if absent:
                self.write(f"{head} {absent}: {variable} = None")
                head = "elif"
            if head == "if":
                self._sum(cell, variable, terms, rate, floor, list(zip(truths, limits, strict=True)))
            else:
                with self.block("else:"):
                    self._sum(cell, variable, terms, rate, floor, list(zip(truths, limits, strict=True)))
        return Traits("UV" if unknown else "", True)

    def _sum(
        self,
        cell: Amount,
        variable: str,
        terms: Sequence[Value],
        rate: Value | None,
        floor: Value | None,
        caps: Sequence[tuple[str, Value]],
    ) -> None:
        """Write an amount of which every part is known."""
        count = 1 + len(cell.plus)
        text = " + ".join(one.text for one in terms[:count])
        text += "".join(f" - {one.text}" for one in terms[count:])
        if rate is not None:
            text = f"ROUND(({text}) * {rate.text}, {RAW_UNITS}, {cell.rounding!r})"
        total = self.names.new("total")
        self.write(f"{total} = {text}")
        if floor is not None:
            known = f"{floor.text} is not None and " if floor.may_be_absent else ""
            self.write(f"if {known}{total} < {floor.text}: {total} = {floor.text}")
        for name, limit in caps:
            known = f" and {limit.text} is not None" if limit.may_be_absent else ""
            self.write(f"if {name} == 3{known} and {total} > {limit.text}: {total} = {limit.text}")
        self.write(f"{variable} = {total}")

    # ---------- rules

    def _declare_rule(self, rule: Rule) -> tuple[list[str], str | None]:
        return [self.variable(rule_slot(rule.name))], rule.listed

    def _rules(self, rules: Sequence[Rule], listed: str | None, group: Group) -> None:
        for rule in rules:
            self._ask([rule.when], group)
        if listed is None:
            for rule in rules:
                self._rule(rule, "")
            return
        for rule in rules:
            self.write(f"{self.slots[rule_slot(rule.name)]} = [0] * {self.sizes[listed]}")
        with self._each(listed, [rule.when for rule in rules]) as record:
            for rule in rules:
                self._rule(rule, f"[{record}]")

    def _rule(self, rule: Rule, place: str) -> None:
        slot = rule_slot(rule.name)
        variable = self.slots[slot] + place
        found = self.scope.condition(rule.when)
        is_sure = self.truths[policy_slot(rule.policy)]
        applies = "3" if is_sure else self.slots[policy_slot(rule.policy)]
        if found == ALWAYS:
            self.write(f"{variable} = {applies}")
        elif found.is_two_valued:
            self.write(f"{variable} = {applies} if {found.text} else 0")
        else:
            self.write(f"{variable} = {found.text}" + ("" if is_sure else f" & {applies}"))
        self.truths[slot] = is_sure and found.is_two_valued

    # ---------- questions about lists

    def _new_questions(self, exprs: Iterable[Expr], group: Group) -> list[Aggregate]:
        """Return the questions in expressions that have no variable yet, those within others first."""
        found: dict[Aggregate, None] = {}
        for expr in exprs:
            for part in parts_of(expr):
                if isinstance(part, Aggregate) and part not in self._asked(group):
                    found[part] = None
        return list(found)

    def _asked(self, group: Group) -> Mapping[Aggregate, tuple[str, bool]]:
        """Return the answers that can be read in a policy's block: its own, and those of all."""
        return {**self.asked.get((None, None), {}), **self.asked.get(group, {})}

    def _ask(self, exprs: Iterable[Expr], group: Group) -> None:
        """Write the answers of the questions in expressions, and let their variables be read."""
        for question in self._new_questions(exprs, group):
            self.scope.asked = dict(self._asked(group))
            self.asked.setdefault(group, {})[question] = self._question(question)
        self.scope.asked = dict(self._asked(group))

    def _question(self, question: Aggregate) -> tuple[str, bool]:
        answer = self.names.new({"any": "some", "count": "number"}.get(question.how, question.how))
        match question.how:
            case "any":
                return self._some(question, answer)
            case "count":
                return self._count(question, answer)
            case "next" | "previous":
                return self._neighbours(question, answer)
            case _:
                return self._picked(question, answer)

    @contextmanager
    def _unless_unknown(self, question: Aggregate, answer: str, unknown: str) -> Iterator[None]:
        if not self.may_be_unknown[question.listed]:
            yield
            return
        self.write(f"if {self.lists[question.listed]} is None: {answer} = {unknown}")
        with self.block("else:"):
            yield

    def _some(self, question: Aggregate, answer: str) -> tuple[str, bool]:
        with self._unless_unknown(question, answer, "1"):
            self.write(f"{answer} = 0")
            with self._each(question.listed, [question.where]):
                where = self.scope.condition(question.where)
                if where.is_two_valued:
                    with self.block(f"if {where.text}:"):
                        self.write(f"{answer} = 3")
                        self.write("break")
                else:
                    self.write(f"{answer} |= {where.text}")
                    self.write(f"if {answer} == 3: break")
        return answer, False

    def _count(self, question: Aggregate, answer: str) -> tuple[str, bool]:
        with self._unless_unknown(question, answer, "MANY"):
            sure, possible = self.names.new("sure"), self.names.new("possible")
            self.write(f"{sure} = {possible} = 0")
            with self._each(question.listed, [question.where]):
                where, truth = self.scope.condition(question.where), self.names.new("truth")
                self.write(f"{truth} = {where.as_number}")
                with self.block(f"if {truth}:"):
                    self.write(f"{possible} += 1")
                    self.write(f"if {truth} == 3: {sure} += 1")
            self.write(f"{answer} = ({sure}, {possible})")
        return answer, False

    def _picked(self, question: Aggregate, answer: str) -> tuple[str, bool]:
        order = self.lists[question.listed]
        order = order if question.how == "first" else f"{order}[::-1]"
        with self._unless_unknown(question, answer, "1"):
            before = self.names.new("before")
            self.write(f"{before}, {answer} = None, 0")
            with self._each(question.listed, [question.where, question.of], order=order):
                truth = self.names.new("truth")
                self.write(f"{truth} = {self.scope.condition(question.where).as_number}")
                of = self.scope.condition(question.of).as_number
                with self.block(f"if {truth} == 3:"):
                    self.write(f"{answer} = {of}")
                    self.write("break")
                with self.block(f"if {truth}:"):
                    then = self.names.new("then")
                    self.write(f"{then} = {of}")
                    self.write(f"{before} = {then} if {before} is None or {before} == {then} else 1")
            self.write(f"if {before} is not None and {before} != {answer}: {answer} = 1")
        return answer, False

    def _neighbours(self, question: Aggregate, answer: str) -> tuple[str, bool]:
        order = self._records(question.listed)
        order = f"({order})[::-1]" if question.how == "next" else order
        last = self.names.new("last")
        self.write(f"{answer}, {last} = [0] * {self.sizes[question.listed]}, 0")
        with self._each(question.listed, [question.where, question.of], order=order) as record:
            truth = self.names.new("truth")
            self.write(f"{answer}[{record}] = {last}")
            self.write(f"{truth} = {self.scope.condition(question.where).as_number}")
            of = self.scope.condition(question.of).as_number
            self.write(f"if {truth} == 3: {last} = {of}")
            with self.block(f"elif {truth}:"):
                self.write(f"if {last} != ({of}): {last} = 1")
        return answer, False


class _Clock(NamedTuple):
    """What a clock has come to is found out from."""

    start: Value
    due: Value
    acts: Sequence[Value]
    stops: Sequence[Value]


def _tuple(values: Sequence[Value]) -> str:
    return f"({''.join(one.text + ', ' for one in values)})"


def _pairs(truths: Sequence[str], values: Sequence[Value]) -> str:
    pairs = (f"({truth}, {one.text}), " for truth, one in zip(truths, values, strict=True))
    return f"({''.join(pairs)})"
