"""The source: a folded Plan as one Python function that judges a case from top to bottom.

Every cell is a variable, of a record list one list with a place for each record. What a policy demands comes
once, before the block of everything that the policy says. Where something is not known, the meaning of
clocks, amounts and overriding is asked of ``slow`` functions; all that is known is computed in place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from policyengine.compile.plan import (
    Aggregate,
    Amount,
    Const,
    Derived,
    Due,
    Expr,
    Given,
    Parameter,
    Plan,
    Rule,
    Status,
)
from policyengine.engines.compiled.expressions import ALWAYS, MARKS, NEVER, Condition, Scope, Traits, Value
from policyengine.engines.compiled.marks import Mark, Raw, left_out
from policyengine.engines.compiled.names import Names
from policyengine.engines.compiled.scheduling import (
    Arrangement,
    Group,
    Node,
    expressions_of,
    names_of,
    parts_of,
    read_by,
)
from policyengine.engines.memory import World, counting_of
from policyengine.frozen import Frozen
from policyengine.semantics.amounts import RAW_UNITS
from policyengine.values.calendar import LATEST
from policyengine.values.literals import BUSINESS_DAYS_UNIT, Duration, start_of_day

_OF_CLOCKS = ("exists", "provisional", "end")
"""What a clock has beside its values; the end is certain even where it is not that there is a clock."""

_MOST_VALUES = 16
"""More dated values of one figure are looked up by a helper."""

# What the function and its helpers are called in the source.
_HELPERS = (
    *("judge", "inputs", "get", "as_of", "today", "figures", "sizes", "seen", "slow"),
    *("NOT", "U", "V", "C", "MANY", "ENDS", "FIGURES", "FACTS", "ROUND"),
)


class Generated(Frozen):
    """The source with what it means.

    ``slots`` tells for each name and rule (``rule NAME``) its place in the tuple that ``judge`` returns.
    ``inputs`` are the facts of the whole case, in the order in which the source takes them.
    ``constants`` are the lengths of time that the source names.
    """

    source: str
    slots: Mapping[str, int]
    inputs: tuple[Given, ...]
    constants: Mapping[str, Duration]


def generate(plan: Plan, world: World) -> Generated:
    """Return the source of a folded Plan; ``world`` is the one that it names."""
    return _Generator(plan, world).generated()


def rule_slot(name: str) -> str:
    """Return the slot of a rule, whose name may be that of a fact."""
    return f"rule {name}"


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
        self.arrangement = Arrangement(plan)
        self.scopes = {one.name: one.when for one in plan.policies}
        self.clocks = {
            cell.deadline: cell for stratum in plan.strata for cell in stratum.cells if isinstance(cell, Due)
        }
        cells = (cell for stratum in plan.strata for cell in stratum.cells)
        self.inputs = [cell for cell in cells if isinstance(cell, Given) and cell.listed is None]
        self.doubtful: set[str] = set()
        """Deadlines of which it can be undetermined whether they exist."""
        self.policies: dict[str, Condition] = {}
        """Whether each policy applies, where it has been written."""
        self.truths: dict[str, bool] = {}
        """Whether a rule is never undetermined."""
        self.lists = {one.name: self.names.new(f"seen_{one.name}") for one in plan.lists}
        self.sizes = {one.name: self.names.new(f"size_{one.name}") for one in plan.lists}
        self.may_be_unknown = {one.name: not one.is_empty_if_missing for one in plan.lists}
        self.asked: dict[Group, dict[Aggregate, tuple[str, bool]]] = {}

    def generated(self) -> Generated:
        self.lines.append("def judge(inputs, get, as_of, today, figures, sizes, seen, slow):")
        self._take_inputs()
        for name, variable in self.lists.items():
            self.write(f"{variable}, {self.sizes[name]} = seen[{name!r}], sizes.get({name!r}, 0)")
        for group, nodes in self.arrangement.groups():
            self._group(group, nodes)
        self.write(f"return ({''.join(f'{variable}, ' for variable in self.slots.values())})")
        slots = {name: number for number, name in enumerate(self.slots)}
        source = "\n".join(self.lines) + "\n"
        return Generated(source, slots, tuple(self.inputs), self.scope.constants)

    def _take_inputs(self) -> None:
        """Write the variables of what a case says of itself as a whole."""
        names = [self.variable(cell.name) for cell in self.inputs]
        self.scope.variables |= {cell.name: name for cell, name in zip(self.inputs, names, strict=True)}
        if names:
            self.write("(")
            self.lines += [f"        {', '.join(names[at : at + 4])}," for at in range(0, len(names), 4)]
            self.write(") = inputs")

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

    def variable(self, slot: str) -> str:
        """Return the new variable of a slot."""
        name = self.slots[slot] = self.names.new(slot)
        return name

    # ---------- groups

    def _group(self, group: Group, nodes: Sequence[Node]) -> None:
        """Write nodes of one policy and one list; where the policy does not apply they are skipped."""
        policy, listed = group
        for node in nodes:
            self._declare(node)
        applies = ALWAYS if policy is None else self._policy(policy)
        if applies == ALWAYS:
            self._nodes(nodes, listed, (policy, None))
            return
        with self.block(f"if {applies.text}:"):
            self._nodes(nodes, listed, (policy, None))
        with self.block("else:"):
            self._leave_out(nodes, listed)

    def _leave_out(self, nodes: Sequence[Node], listed: str | None) -> None:
        """Write what nodes are whose policy does not apply."""
        for nothing, is_rule in (("None", False), ("0", True)):
            own = [node for node in nodes if isinstance(node, Rule) is is_rule]
            names = [name for node in own for name in self._variables_of(node)]
            if listed is None:
                names = [" = ".join(names)] if names else []
            for name in names:
                self.write(f"{name} = {self._empty(nothing, listed)}")

    def _empty(self, nothing: str, listed: str | None) -> str:
        return nothing if listed is None else f"[{nothing}] * {self.sizes[listed]}"

    def _policy(self, name: str) -> Condition:
        """Return whether a policy applies, written here if it was not before."""
        found = self.policies.get(name)
        if found is None:
            when = self.scopes[name]
            self._ask([when], (None, None))
            found = self.scope.condition(when)
            if found != ALWAYS:
                variable = self.names.new(f"policy_{name}")
                self.write(f"{variable} = {found.as_number}")
                found = Condition(variable, found.is_two_valued)
            self.policies[name] = found
        return found

    # ---------- nodes

    def _declare(self, node: Node) -> None:
        """Give a node its variables."""
        if isinstance(node, Rule):
            self.variable(rule_slot(node.name))
            return
        for name in names_of(node):
            if name not in self.slots:
                self.scope.variables[name] = self.variable(name)
        if isinstance(node, Due):
            for what in _OF_CLOCKS:
                self.variable(f"{node.deadline} {what}")

    def _variables_of(self, node: Node) -> list[str]:
        if isinstance(node, Rule):
            return [self.slots[rule_slot(node.name)]]
        found = [self.slots[name] for name in names_of(node)]
        if isinstance(node, Due):
            found += [self.slots[f"{node.deadline} {what}"] for what in _OF_CLOCKS]
        return found

    def _nodes(self, nodes: Sequence[Node], listed: str | None, group: Group) -> None:
        if listed is None:
            for node in nodes:
                self._ask(_expressions(node), group)
                self._node(node, "")
            return
        for run in self._runs(nodes, group):
            for node in run:
                for variable in self._variables_of(node):
                    self.write(f"{variable} = {self._empty('None', listed)}")
            own = {name for node in run if not isinstance(node, Rule) for name in names_of(node)}
            with self._each(listed, (one for node in run for one in _expressions(node)), own) as record:
                for node in run:
                    self._node(node, f"[{record}]")

    def _runs(self, nodes: Sequence[Node], group: Group) -> Iterator[list[Node]]:
        """Cut nodes of records where one asks about the list what those before it must have settled."""
        run: list[Node] = []
        for node in nodes:
            if run and self._new_questions(_expressions(node), group):
                yield run
                run = []
            self._ask(_expressions(node), group)
            run.append(node)
        if run:
            yield run

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

    def _node(self, cell: Node, place: str) -> None:
        match cell:
            case Rule():
                self.write(f"# rule {cell.name}")
                self._rule(cell, place)
                return
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
        """Write what a case says of a fact; facts of the whole case have been taken out of the inputs."""
        variable = self.slots[cell.name] + place
        default = left_out(cell)
        if place:
            self._field(cell, variable, place[1:-1])
        is_event = cell.is_event
        if cell.sort == "instant" and (default is None or isinstance(default, Mark)):
            self.scope.past.add(cell.name)
        marks = {default.name} if isinstance(default, Mark) else set()
        if cell.dated_by is not None:
            marks |= self._hide(self.scope.value(cell.dated_by), variable)
        may_be_absent = is_event or default is None or cell.dated_by is not None
        return Traits("".join(sorted(marks)), may_be_absent)

    def _field(self, cell: Given, variable: str, record: str) -> None:
        """Write what a case says of a record."""
        default = left_out(cell)
        found = self._raw(default)
        if not cell.is_event:
            rest = "" if default is None else f", {found}"
            self.write(f"{variable} = get(({cell.name!r}, {record}){rest})")
            return
        # What is taken for granted is not hidden as something that is still to come.
        latest = "today" if cell.sort == "date" else "as_of"
        self.write(f"{variable} = get(({cell.name!r}, {record}))")
        if default is not None:
            self.write(f"if {variable} is None: {variable} = {found}")
        head = f"if {variable} is not None and" if default is None else "elif"
        self.write(f"{head} {variable} > {latest}: {variable} = None")

    def _raw(self, raw: Raw) -> str:
        return raw.name if isinstance(raw, Mark) else self.scope.literal(raw)

    def _hide(self, dating: Value, variable: str) -> set[str]:
        """Write what hides a fact until the event has happened with which it came; return new marks."""
        chain = _Chain(self)
        if dating.marks:
            with chain.when(dating.is_unknown):
                self.write(f"{variable} = U")
        hidden = [dating.is_absent] if dating.may_be_absent else []
        hidden += [] if dating.is_past else [f"{dating.text} > as_of"]
        if hidden:
            with chain.when(" or ".join(hidden)):
                self.write(f"{variable} = None")
        return {"U"} if dating.marks else set()

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
        some = " or ".join(rules)
        self.write(f"{variable} = FACTS[{cell.name!r}](({truths}), ({given})) if {some} else None")
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
        scope = ALWAYS if cell.policy is None else self.policies[cell.policy]
        if scope.is_two_valued:
            return own
        return Condition(scope.text if own == ALWAYS else f"({scope.text} & {own.as_number})", False)

    def _due(self, cell: Due, place: str) -> Traits:
        due, exists, provisional, end = (variable + place for variable in self._variables_of(cell))
        start, length = self.scope.value(cell.start), self.scope.value(cell.length)
        found = self._exists(cell)
        self.write(f"{exists} = {found.as_number}")
        self.write(f"{end}, {provisional} = None, False")
        known = [f"{one.text} is not None" for one in (start, length) if one.may_be_absent]
        unknown = [one.is_unknown for one in (start, length) if one.marks]
        with self.block(f"if {' and '.join((exists, *known))}:"):
            if unknown:
                args = f"{start.text}, {length.text}, {self._follows(cell)}"
                with self.block(f"if {' or '.join(unknown)}:"):
                    self.write(f"{end}, {provisional} = slow.end({cell.deadline!r}, {args})")
                with self.block("else:"):
                    self._end(cell, end, provisional, start, length)
            else:
                self._end(cell, end, provisional, start, length)
        if not found.is_two_valued:
            self.doubtful.add(cell.deadline)
            self.write(f"{due} = U if {exists} == 1 and {end} is not None else {end}")
        elif due != end:
            self.write(f"{due} = {end}")
        return Traits("UV" if unknown else "" if found.is_two_valued else "U", True)

    def _end(self, cell: Due, end: str, provisional: str, start: Value, length: Value) -> None:
        """Write when a clock ends of which start and length are known."""
        seconds = self._seconds(cell, length)
        if seconds:
            self.write(f"{end} = {start.text} + {seconds}")
            self.write(f"if {end} >= {LATEST}: {end}, {provisional} = {LATEST}, True")
        else:
            args = f"{start.text}, {length.text}, {self._follows(cell)}"
            self.write(f"{end}, {provisional} = ENDS[{cell.deadline!r}]({args})")

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
        clock = self.clocks[cell.name]
        _, exists, _, end = (variable + place for variable in self._variables_of(clock))
        start, length = self.scope.value(clock.start), self.scope.value(clock.length)
        acts, stops = ([self.scope.value(one) for one in events] for events in (cell.acts, cell.stops))
        unknown = [one.is_unknown for one in (start, length, *acts, *stops) if one.marks]
        self.write(f"{status} = {settled} = None")
        with self.block(f"if {exists}:"):
            chain = _Chain(self)
            if start.may_be_absent:
                with chain.when(start.is_absent):
                    self.write(f"{status} = 'not_started'")
            if unknown:
                args = f"{start.text}, {length.text}, {self._follows(clock)}, {_tuple(acts)}, {_tuple(stops)}"
                with chain.when(" or ".join(unknown)):
                    self.write(f"{status}, {settled} = slow.status({cell.name!r}, {args}, as_of)")
            if length.may_be_absent:
                with chain.when(length.is_absent):
                    self.write("pass")
            with chain.otherwise():
                self._settle(cell, status, settled, _Clock(start, end, acts, stops))
            if cell.name in self.doubtful:
                with self.block(f"if {exists} == 1:"):
                    self.write(f"if {status} is not None: {status} = U")
                    self.write(f"if {settled} is not None: {settled} = U")
        marks = "UV" if unknown else "U" if cell.name in self.doubtful else ""
        return Traits(marks, True)

    def _settle(self, cell: Status, status: str, settled: str, clock: _Clock) -> None:
        """Write what a clock has come to of which everything is known."""
        sign = "<=" if cell.end == Const("included", "choice") else "<"
        acted, stopped = self._earliest(clock.acts), self._earliest(clock.stops)
        chain = _Chain(self)
        if acted:
            before = f" and ({stopped} is None or {acted} <= {stopped})" if stopped else ""
            with chain.when(f"{acted} is not None and {acted} {sign} {clock.end}{before}"):
                self.write(f"{status}, {settled} = 'met', {acted}")
        if stopped:
            with chain.when(f"{stopped} is not None and {stopped} {sign} {clock.end}"):
                self.write(f"{status}, {settled} = 'stopped', {stopped}")
        if not clock.start.is_past:
            with chain.when(f"{clock.start.text} > as_of"):
                self.write(f"{status} = 'not_started'")
        with chain.when(f"as_of {sign} {clock.end}"):
            self.write(f"{status} = 'open'")
        with chain.otherwise():
            self.write(f"{status}, {settled} = {cell.over!r}, {clock.end}")

    def _earliest(self, events: Sequence[Value]) -> str:
        """Write which of some events came first, and return its variable; empty if there are none."""
        different = list(dict.fromkeys(events))
        if not different:
            return ""
        if len(different) == 1 and different[0].is_past:
            return different[0].text
        first = self.names.new("first")
        self.write(f"{first} = None")
        for number, event in enumerate(different):
            tests = [f"{event.text} is not None"] if event.may_be_absent else []
            tests += [] if event.is_past else [f"{event.text} <= as_of"]
            tests += [f"({first} is None or {event.text} < {first})"] if number else []
            self.write(f"if {' and '.join(tests) or 'True'}: {first} = {event.text}")
        return first

    # ---------- amounts

    def _amount(self, cell: Amount, place: str) -> Traits:
        variable = self.slots[cell.name] + place
        found = self._exists(cell)
        exists = self.names.new("exists")
        parts = _Parts(self.scope, cell)
        self.write(f"{exists} = {found.as_number}")
        self.write(f"{variable} = None")
        known = [f"{one.text} is not None" for one in parts.factors if one.may_be_absent]
        with self.block(f"if {' and '.join((exists, *known))}:"):
            applies = [self.names.new("applies") for _ in parts.caps]
            for name, (when, _) in zip(applies, parts.caps, strict=True):
                self.write(f"{name} = {when.as_number}")
            unknown = [one.is_unknown for one in parts.all if one.marks]
            unknown += [
                f"{name} == 1"
                for name, (when, _) in zip(applies, parts.caps, strict=True)
                if not when.is_two_valued
            ]
            if unknown:
                args = parts.arguments(applies, place[1:-1] or "None")
                with self.block(f"if {' or '.join(unknown)}:"):
                    self.write(f"{variable} = slow.amount({cell.name!r}, {args})")
                with self.block("else:"):
                    self._sum(cell, variable, parts, applies)
            else:
                self._sum(cell, variable, parts, applies)
            if not found.is_two_valued:
                self.write(f"if {exists} == 1 and {variable} is not None: {variable} = U")
        return Traits("UV" if unknown else "" if found.is_two_valued else "U", True)

    def _sum(self, cell: Amount, variable: str, parts: _Parts, applies: Sequence[str]) -> None:
        """Write an amount of which every part is known."""
        text = " + ".join(one.text for one in parts.added)
        text += "".join(f" - {one.text}" for one in parts.taken)
        if parts.rate is not None:
            text = f"ROUND(({text}) * {parts.rate.text}, {RAW_UNITS}, {cell.rounding!r})"
        total = self.names.new("total")
        self.write(f"{total} = {text}")
        if parts.floor is not None:
            floor = parts.floor
            known = f"{floor.text} is not None and " if floor.may_be_absent else ""
            self.write(f"if {known}{total} < {floor.text}: {total} = {floor.text}")
        for name, (when, limit) in zip(applies, parts.caps, strict=True):
            tests = [] if when == ALWAYS else [f"{name} == 3"]
            tests += [f"{limit.text} is not None"] if limit.may_be_absent else []
            tests.append(f"{total} > {limit.text}")
            self.write(f"if {' and '.join(tests)}: {total} = {limit.text}")
        self.write(f"{variable} = {total}")

    # ---------- rules

    def _rule(self, rule: Rule, place: str) -> None:
        slot = rule_slot(rule.name)
        found, scope = self.scope.condition(rule.when), self.policies[rule.policy]
        applies = "3" if scope.is_two_valued else scope.text
        if found in (ALWAYS, NEVER):
            text = applies if found == ALWAYS else "0"
        elif found.is_two_valued:
            text = f"{applies} if {found.text} else 0"
        else:
            text = found.text if scope.is_two_valued else f"{found.text} & {applies}"
        self.write(f"{self.slots[slot]}{place} = {text}")
        self.truths[slot] = scope.is_two_valued and found.is_two_valued

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
                truth = self._truth(question.where)
                with self.block(f"if {truth}:"):
                    self.write(f"{possible} += 1")
                    self.write(f"if {truth} == 3: {sure} += 1")
            self.write(f"{answer} = ({sure}, {possible})")
        return answer, False

    def _truth(self, expr: Expr) -> str:
        """Write whether a condition holds and return the variable."""
        truth = self.names.new("truth")
        self.write(f"{truth} = {self.scope.condition(expr).as_number}")
        return truth

    def _picked(self, question: Aggregate, answer: str) -> tuple[str, bool]:
        order = self.lists[question.listed]
        order = order if question.how == "first" else f"{order}[::-1]"
        with self._unless_unknown(question, answer, "1"):
            before = self.names.new("before")
            self.write(f"{before}, {answer} = None, 0")
            with self._each(question.listed, [question.where, question.of], order=order):
                where, of = (self.scope.condition(one) for one in (question.where, question.of))
                if where.is_two_valued:
                    with self.block(f"if {where.text}:"):
                        self.write(f"{answer} = {of.as_number}")
                        self.write("break")
                else:
                    truth, then = self._truth(question.where), self.names.new("then")
                    self.write(f"if not {truth}: continue")
                    self.write(f"{then} = {of.as_number}")
                    with self.block(f"if {truth} == 3:"):
                        self.write(f"{answer} = {then}")
                        self.write("break")
                    self.write(f"{before} = {then} if {before} is None or {before} == {then} else 1")
            self.write(f"if {before} is not None and {before} != {answer}: {answer} = 1")
        return answer, False

    def _neighbours(self, question: Aggregate, answer: str) -> tuple[str, bool]:
        order = self._records(question.listed)
        order = f"({order})[::-1]" if question.how == "next" else order
        last = self.names.new("last")
        self.write(f"{answer}, {last} = [0] * {self.sizes[question.listed]}, 0")
        with self._each(question.listed, [question.where, question.of], order=order) as record:
            self.write(f"{answer}[{record}] = {last}")
            truth = self._truth(question.where)
            of = self.scope.condition(question.of).as_number
            self.write(f"if {truth} == 3: {last} = {of}")
            with self.block(f"elif {truth}:"):
                self.write(f"if {last} != ({of}): {last} = 1")
        return answer, False


def _expressions(node: Node) -> Iterable[Expr]:
    return (node.when,) if isinstance(node, Rule) else expressions_of(node)


class _Chain:
    """An ``if`` with as many other branches as it turns out to need."""

    def __init__(self, generator: _Generator) -> None:
        self.generator = generator
        self.word = "if"

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """Write a branch."""
        with self.generator.block(f"{self.word} {condition}:"):
            yield
        self.word = "elif"

    @contextmanager
    def otherwise(self) -> Iterator[None]:
        """Write the last branch."""
        if self.word == "if":
            yield
            return
        with self.generator.block("else:"):
            yield


class _Clock(Frozen):
    """What a clock has come to is found out from: ``end`` is the variable of when it ends."""

    start: Value
    end: str
    acts: Sequence[Value]
    stops: Sequence[Value]


class _Parts:
    """The parts of an amount as sources."""

    def __init__(self, scope: Scope, cell: Amount) -> None:
        self.added = [scope.value(one) for one in (cell.base, *cell.plus)]
        self.taken = [scope.value(one) for one in cell.minus]
        self.rate = None if cell.rate is None else scope.value(cell.rate)
        self.floor = None if cell.floor is None else scope.value(cell.floor)
        self.caps = [(scope.condition(cap.when), scope.value(cap.limit)) for cap in cell.caps]

    @property
    def factors(self) -> list[Value]:
        """The parts without which there is no amount."""
        return [*self.added, *self.taken, *(() if self.rate is None else (self.rate,))]

    @property
    def all(self) -> list[Value]:
        """All parts."""
        floor = () if self.floor is None else (self.floor,)
        return [*self.factors, *floor, *(limit for _, limit in self.caps)]

    def arguments(self, applies: Sequence[str], record: str) -> str:
        """Return the source of the arguments of ``slow.amount``; ``applies`` are whether the caps apply."""
        pairs = (f"({name}, {limit.text}), " for name, (_, limit) in zip(applies, self.caps, strict=True))
        rate, floor = ("None" if one is None else one.text for one in (self.rate, self.floor))
        return ", ".join((_tuple(self.added), _tuple(self.taken), rate, floor, f"({''.join(pairs)})", record))


def _tuple(values: Sequence[Value]) -> str:
    return f"({''.join(one.text + ', ' for one in values)})"
