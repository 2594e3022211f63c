"""The source: a folded Plan as one Python function that judges a case from top to bottom.

Every cell is a variable, of a record list one list with a place for each record. What a policy demands comes
once, before the block of everything that the policy says. Where something is not known, the meaning of
clocks, amounts and overriding is asked of ``slow`` functions; all that is known is computed in place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policyengine.compile.dependencies import rule_name
from policyengine.compile.plan import (
    Amount,
    Computed,
    Derived,
    Due,
    Given,
    Parameter,
    Plan,
    Rule,
    Same,
    Status,
    Window,
)
from policyengine.engines.compiled.amounts import write_amount
from policyengine.engines.compiled.clocks import Clocks
from policyengine.engines.compiled.dispatch import Dispatch, Step, exprs_of, names_given
from policyengine.engines.compiled.expressions import ALWAYS, NEVER, Condition, Traits
from policyengine.engines.compiled.facts import Facts
from policyengine.engines.compiled.questions import Questions
from policyengine.engines.compiled.scheduling import Arrangement, Group
from policyengine.engines.compiled.source import Source
from policyengine.engines.world import World
from policyengine.frozen import Frozen
from policyengine.values.literals import Duration


class Generated(Frozen):
    """The source with what it means.

    ``slots`` tells for each name and rule (``rule NAME``) its place in the tuple that ``judge`` returns.
    ``inputs`` are the facts of the whole case, in the order in which the source takes them.
    ``constants`` are the lengths of time that the source names, ``windows`` the windows of which it asks.
    ``dispatches`` are rules that are answered together: they have one place, in which each has a bit.
    """

    source: str
    slots: Mapping[str, int]
    inputs: tuple[Given, ...]
    constants: Mapping[str, Duration]
    windows: Mapping[str, Window | Same]
    dispatches: tuple[Dispatch, ...] = ()


def generate(plan: Plan, world: World) -> Generated:
    """Return the source of a folded Plan; ``world`` is the one that it names."""
    return _Generator(plan, world).generated()


class _Generator:
    """The generation of one source."""

    def __init__(self, plan: Plan, world: World) -> None:
        self.source = Source(plan, world)
        self.arrangement = Arrangement(plan)
        self.dispatches = tuple(one for one in self.arrangement.nodes if isinstance(one, Dispatch))
        self.facts, self.clocks = Facts(self.source, self.dispatches), Clocks(self.source, plan)
        self.questions = Questions(self.source)
        self.scopes = {one.name: one.when for one in plan.policies}
        cells = (cell for stratum in plan.strata for cell in stratum.cells)
        self.inputs = [cell for cell in cells if isinstance(cell, Given) and cell.listed is None]
        self.policies: dict[str, Condition] = {}
        """Whether each policy applies, where it has been written."""
        self.is_sure: dict[str, bool] = {}
        """Whether a rule is never undetermined."""

    def generated(self) -> Generated:
        source = self.source
        self._take_inputs()
        for name, variable in source.lists.items():
            source.write(f"{variable}, {source.sizes[name]} = seen[{name!r}], sizes.get({name!r}, 0)")
        for group, nodes in self.arrangement.groups():
            self._group(group, nodes)
        source.write(f"return ({''.join(f'{variable}, ' for variable in source.slots.values())})")
        slots = {name: number for number, name in enumerate(source.slots)}
        for one in self.dispatches:
            slots |= {rule_name(rule.name): slots[one.name] for rule in one.rules}
        windows = {name: one for one, name in source.scope.windows.items()}
        constants, inputs = source.scope.constants, tuple(self.inputs)
        return Generated(source.text, slots, inputs, constants, windows, self.dispatches)

    def _take_inputs(self) -> None:
        """Write the variables of what a case says of itself as a whole."""
        source = self.source
        names = [source.variable(cell.name) for cell in self.inputs]
        source.scope.variables |= {cell.name: name for cell, name in zip(self.inputs, names, strict=True)}
        if names:
            source.write("(")
            source.lines += [f"        {', '.join(names[at : at + 4])}," for at in range(0, len(names), 4)]
            source.write(") = inputs")

    # ---------- groups

    def _group(self, group: Group, nodes: Sequence[Step]) -> None:
        """Write nodes of one policy and one list; where the policy does not apply they are skipped."""
        policy, listed = group
        for node in nodes:
            self.source.declare(node)
        applies = ALWAYS if policy is None else self._policy(policy)
        if applies == ALWAYS:
            self._nodes(nodes, listed, (policy, None))
            return
        with self.source.block(f"if {applies.text}:"):
            self._nodes(nodes, listed, (policy, None))
        with self.source.block("else:"):
            self._leave_out(nodes, listed)

    def _leave_out(self, nodes: Sequence[Step], listed: str | None) -> None:
        """Write what nodes are whose policy does not apply."""
        for nothing in ("None", "0", "NO_HITS"):
            own = [node for node in nodes if _nothing(node) == nothing]
            names = [name for node in own for name in self.source.variables_of(node)]
            if names:  # one list for all of them: nobody writes into it
                self.source.write(f"{' = '.join(names)} = {self.source.empty(nothing, listed)}")

    def _policy(self, name: str) -> Condition:
        """Return whether a policy applies, written here if it was not before."""
        found = self.policies.get(name)
        if found is None:
            when = self.scopes[name]
            self.questions.ask([when], (None, None))
            found = self.source.scope.condition(when)
            if found != ALWAYS:
                variable = self.source.names.new(f"policy_{name}")
                self.source.write(f"{variable} = {found.as_number}")
                found = Condition(variable, found.is_two_valued)
            self.policies[name] = found
        return found

    # ---------- nodes

    def _nodes(self, nodes: Sequence[Step], listed: str | None, group: Group) -> None:
        if listed is None:
            for node in nodes:
                self.questions.ask(exprs_of(node), group)
                self._node(node, "")
            return
        for run in self._runs(nodes, group):
            own = {name for node in run for name in names_given(node)}
            exprs = [one for node in run for one in exprs_of(node)]
            names = [name for node in run for name in self.source.variables_of(node)]
            seen = self.source.lists[listed]
            with self.source.block(f"if {seen}:"):
                for name in names:
                    self.source.write(f"{name} = {self.source.empty('None', listed)}")
                with self.source.each(listed, exprs, own, seen) as record:
                    for node in run:
                        self._node(node, f"[{record}]")
            with self.source.block("else:"):
                self._leave_out(run, listed)

    def _runs(self, nodes: Sequence[Step], group: Group) -> Iterator[list[Step]]:
        """Cut nodes of records where one asks about the list what those before it must have settled."""
        run: list[Step] = []
        for node in nodes:
            if run and (self.questions.new(exprs_of(node), group) or _looks_at_records(node)):
                yield run
                run = []
            self.questions.ask(exprs_of(node), group)
            run.append(node)
        if run:
            yield run

    def _node(self, cell: Step, place: str) -> None:
        match cell:
            case Rule():
                self.source.write(f"# rule {cell.name}")
                self._rule(cell, place)
                return
            case Dispatch():
                self._dispatch(cell, place)
                return
            case Given():
                traits = self.facts.given(cell, place)
            case Derived():
                traits = self.facts.derived(cell, place, self.is_sure)
            case Parameter():
                traits = self.facts.parameter(cell, place)
            case Due():
                traits = self.clocks.due(cell, place, self._exists(cell))
            case Status():
                traits = self.clocks.status(cell, place)
            case Computed():
                value = self.source.scope.value(cell.value)
                self.source.write(f"{self.source.slots[cell.name]}{place} = {value.text}")
                traits = Traits(value.marks, value.may_be_absent)
            case Amount():
                traits = write_amount(self.source, cell, place, self._exists(cell))
        for name in names_given(cell):
            self.source.scope.traits[name] = traits

    def _exists(self, cell: Due | Amount) -> Condition:
        """Return whether a deadline or amount exists, inside the block of its policy."""
        own = self.source.scope.condition(cell.when)
        scope = ALWAYS if cell.policy is None else self.policies[cell.policy]
        if scope.is_two_valued:
            return own
        return Condition(scope.text if own == ALWAYS else f"({scope.text} & {own.as_number})", False)

    # ---------- rules

    def _dispatch(self, table: Dispatch, place: str) -> None:
        """Write which of many rules hold."""
        scope = self.policies[table.policy]
        values = [self.source.scope.value(read) for read in table.columns]
        found = f"TABLES[{table.name!r}]({', '.join(one.text for one in values)})"
        if not scope.is_two_valued:
            found = f"({found} if {scope.text} == 3 else (0, {found}[1]))"
        self.source.write(f"{self.source.slots[table.name]}{place} = {found}")
        is_sure = scope.is_two_valued and not any(one.marks for one in values)
        self.is_sure |= {rule_name(rule.name): is_sure for rule in table.rules}

    def _rule(self, rule: Rule, place: str) -> None:
        slot = rule_name(rule.name)
        found, scope = self.source.scope.condition(rule.when), self.policies[rule.policy]
        applies = "3" if scope.is_two_valued else scope.text
        if found in (ALWAYS, NEVER):
            text = applies if found == ALWAYS else "0"
        elif found.is_two_valued:
            text = f"{applies} if {found.text} else 0"
        else:
            text = found.text if scope.is_two_valued else f"{found.text} & {applies}"
        self.source.write(f"{self.source.slots[slot]}{place} = {text}")
        self.is_sure[slot] = scope.is_two_valued and found.is_two_valued


def _looks_at_records(node: Step) -> bool:
    """Tell whether a clock looks at records of a list by itself, to see when it stands still."""
    return isinstance(node, Due) and any(one.question is not None for one in node.pauses)


def _nothing(step: Step) -> str:
    """Return the source of what a step finds where its policy does not apply."""
    if isinstance(step, Dispatch):
        return "NO_HITS"
    return "0" if isinstance(step, Rule) else "None"
