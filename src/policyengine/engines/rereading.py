"""What would come out otherwise if one assumption were read otherwise.

Beginning with what asks for the reading, only what may change is computed again, in the order of the Plan, as
far as something does change (as a spreadsheet is recalculated). The rest is taken from the findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from heapq import heapify, heappop, heappush

from policyengine.compile.dependencies import (
    Dependencies,
    Node,
    expressions_of,
    names_of,
    parts_of,
    rule_name,
)
from policyengine.compile.fold import fold_cell, fold_expr, fold_rule
from policyengine.compile.plan import Chosen, Derived, Due, Expr, Given, Plan, Rule
from policyengine.engines.closures import Evaluate, evaluate_of
from policyengine.engines.memory import WHOLE_CASE, Filled, WorkingMemory
from policyengine.engines.program import Compute, compute_of, listed_of
from policyengine.engines.world import World
from policyengine.frozen import Frozen
from policyengine.model.case import Case, Key
from policyengine.semantics.deadlines import Span
from policyengine.semantics.findings import Findings, State, Truth


class Otherwise(Frozen):
    """What comes out otherwise under another reading: states by their names, and whether rules hold."""

    states: frozenset[Key]
    rules: frozenset[Key]


_NOTHING = Otherwise(frozenset(), frozenset())


class Graph:
    """What rests on what in a Plan, and which of it asks for which reading, whatever is chosen."""

    def __init__(self, plan: Plan) -> None:
        """Take the nodes of a Plan in which readings are still open."""
        self.plan = plan
        dependencies = Dependencies(plan)
        self.nodes = dependencies.nodes
        """The cells and rules, those that others rest on first."""
        self.scopes = {one.name: one.when for one in plan.policies}
        self.asked_by_scopes = {name: frozenset(_assumptions([when])) for name, when in self.scopes.items()}
        self.policies = [dependencies.policy_of(node) for node in self.nodes]
        self.dues = {node.deadline: number for number, node in enumerate(self.nodes) if isinstance(node, Due)}
        """The numbers of the ends of deadlines."""
        self.given = {node.name: node for node in self.nodes if isinstance(node, Given)}
        readers: dict[str, dict[int, None]] = {}
        askers: dict[str, list[int]] = {}
        for number, node in enumerate(self.nodes):
            for name in dependencies.names_read(node):
                readers.setdefault(name, {})[number] = None
            policy = self.policies[number]
            asked = {*_assumptions(_all_expressions(node)), *(self.asked_by_scopes[policy] if policy else ())}
            for assumption in asked:
                askers.setdefault(assumption, []).append(number)
        self.readers: Mapping[str, tuple[int, ...]] = {name: (*found,) for name, found in readers.items()}
        """For each name the numbers of the nodes that read it, under some reading."""
        self.askers: Mapping[str, list[int]] = askers
        """For each assumption the numbers of the nodes that ask for its reading, or whose policy does."""


_MOST_GRAPHS = 8
_graphs: dict[int, Graph] = {}
"""The graphs of the Plans last asked about, by the ids of these, which graphs keep alive."""


def graph_of(plan: Plan) -> Graph:
    """Return the graph of a Plan, the same for all that share the Plan."""
    found = _graphs.get(id(plan))
    if found is None:
        while len(_graphs) >= _MOST_GRAPHS:
            del _graphs[next(iter(_graphs))]
        found = _graphs[id(plan)] = Graph(plan)
    return found


class Rereading:
    """Other readings than those chosen, one at a time."""

    def __init__(self, graph: Graph, readings: Mapping[str, str], world: World) -> None:
        """``readings`` are those chosen; ``world`` is the one that the Plan names."""
        self.graph = graph
        self.plan = graph.plan
        self.readings = readings
        self.world = world
        self._asking: dict[tuple[str, str], frozenset[int]] = {}
        self._steps: dict[tuple[int, str, str], Compute] = {}
        self._scopes: dict[tuple[str, str, str], Evaluate] = {}

    def of(self, case: Case, as_of: int, findings: Findings) -> CaseRereading:
        """Return what tells of other readings in one case, of which these are the findings."""
        return CaseRereading(self, case, as_of, findings)

    def asking(self, assumption: str, reading: str) -> frozenset[int]:
        """Return the nodes that are others under a reading, or whose policy demands something else."""
        found = self._asking.get((assumption, reading))
        if found is None:
            askers = self.graph.askers.get(assumption, ())
            others = (one for one in askers if self._is_other(one, assumption, reading))
            found = self._asking[assumption, reading] = frozenset(others)
        return found

    def _is_other(self, number: int, assumption: str, reading: str) -> bool:
        policy = self.graph.policies[number]
        if policy is not None and assumption in self.graph.asked_by_scopes[policy]:
            return True
        return self._node(number, "", "") != self._node(number, assumption, reading)

    def step(self, number: int, assumption: str, reading: str) -> Compute:
        """Return how a node is computed under a reading; of no assumption, under the readings chosen."""
        key = number, assumption, reading
        found = self._steps.get(key)
        if found is None:
            found = self._steps[key] = compute_of(self._node(*key), self.world, self.graph.given)
        return found

    def _node(self, number: int, assumption: str, reading: str) -> Node:
        node, readings = self.graph.nodes[number], self._with(assumption, reading)
        return fold_rule(node, readings) if isinstance(node, Rule) else fold_cell(node, readings)

    def scope(self, policy: str, assumption: str, reading: str) -> Evaluate:
        """Return whether a policy applies under a reading."""
        is_asked = assumption in self.graph.asked_by_scopes[policy]
        key = (policy, assumption, reading) if is_asked else (policy, "", "")
        found = self._scopes.get(key)
        if found is None:
            folded = fold_expr(self.graph.scopes[policy], self._with(*key[1:]))
            found = self._scopes[key] = evaluate_of(folded)
        return found

    def _with(self, assumption: str, reading: str) -> Mapping[str, str]:
        return {**self.readings, assumption: reading} if assumption else self.readings


def _all_expressions(node: Node) -> Iterator[Expr]:
    yield from expressions_of(node)
    if isinstance(node, Due):
        yield from (how for _, how in node.counting)


def _assumptions(exprs: Iterable[Expr]) -> Iterator[str]:
    for expr in exprs:
        yield from (part.assumption for part in parts_of(expr) if isinstance(part, Chosen))


class CaseRereading:
    """One case under other readings."""

    def __init__(self, rereading: Rereading, case: Case, as_of: int, findings: Findings) -> None:
        """``findings`` are those under the readings chosen."""
        self.rereading = rereading
        self.case = case
        self.as_of = as_of
        self.findings = findings
        self.applied = Filled(self._applies)
        """Whether each policy may apply under the readings chosen."""
        self._memory = WorkingMemory(_Judged(rereading, "", ""), case, as_of, findings.records)
        self._memory.values = Filled(findings.values.__getitem__)

    def otherwise(self, assumption: str, reading: str) -> Otherwise:
        """Return what differs from the findings where an assumption has another reading."""
        asking = self.rereading.asking(assumption, reading)
        in_force = [number for number in asking if self._may_matter(number, assumption)]
        return _Recalculation(self, assumption, reading, asking).run(in_force) if in_force else _NOTHING

    def _may_matter(self, number: int, assumption: str) -> bool:
        """Tell whether a node may be in force: under the readings chosen, or because its policy asks."""
        graph = self.rereading.graph
        policy = graph.policies[number]
        return policy is None or self.applied[policy] or assumption in graph.asked_by_scopes[policy]

    def _applies(self, policy: str) -> bool:
        return self._memory.applies(policy)[0] is not Truth.FALSE


class _Judged:
    """What a working memory needs to know of the Plan under one reading."""

    def __init__(self, rereading: Rereading, assumption: str, reading: str) -> None:
        self.plan, self.world = rereading.plan, rereading.world
        self.given = rereading.graph.given
        self.scopes: Mapping[str, Evaluate] = Filled(
            lambda policy: rereading.scope(policy, assumption, reading)
        )


class _Recalculation:
    """One case under another reading of one assumption."""

    def __init__(self, case: CaseRereading, assumption: str, reading: str, asking: frozenset[int]) -> None:
        self.rereading, self.findings, self.applied = case.rereading, case.findings, case.applied
        self.graph = case.rereading.graph
        self.other = assumption, reading
        self.asking = asking
        judged = _Judged(case.rereading, assumption, reading)
        self.memory = WorkingMemory(judged, case.case, case.as_of, case.findings.records)
        self.memory.values = Filled(case.findings.values.__getitem__)
        self.memory.rules = Filled(case.findings.rules.__getitem__)
        self.memory.spans = Filled(self._span)
        self.states: set[Key] = set()
        self.rules: set[Key] = set()

    def run(self, waiting: list[int]) -> Otherwise:
        """Compute some nodes again, and then whatever changes with them."""
        heapify(waiting)
        known = set(waiting)
        while waiting:
            number = heappop(waiting)
            for later in self._recalculate(number):
                if later not in known:
                    known.add(later)
                    heappush(waiting, later)
        return Otherwise(frozenset(self.states), frozenset(self.rules))

    def _recalculate(self, number: int) -> Iterator[int]:
        """Compute a node again; return the nodes that may change with it."""
        policy = self.graph.policies[number]
        if policy is not None and not self.applied[policy] and self._is_out_of_force(policy):
            return  # nothing of it is there, as before
        node = self.graph.nodes[number]
        compute = self.rereading.step(number, *(self.other if number in self.asking else ("", "")))
        listed = listed_of(node)
        records = WHOLE_CASE if listed is None else (self.findings.records[listed] or ())
        changed: set[str] = set()
        for record in records:
            compute(self.memory, record)
            changed.update(self._changed(node, record))
        for name in names_of(node):
            # A clock that ends at the same time can have got there on another way.
            if name in changed or isinstance(node, Due):
                yield from self.graph.readers.get(name, ())

    def _is_out_of_force(self, policy: str) -> bool:
        return self.memory.applies(policy)[0] is Truth.FALSE

    def _changed(self, node: Node, record: int | None) -> Iterator[str]:
        """Note and return the names that have come out otherwise."""
        if isinstance(node, Rule):
            key = (node.name, record)
            if self.memory.rules[key] != self.findings.rules[key]:
                self.rules.add(key)
                yield rule_name(node.name)
            return
        for name in names_of(node):
            if self._state(node, (name, record)) != self.findings.states[name, record]:
                self.states.add((name, record))
                yield name

    def _state(self, node: Node, key: Key) -> State:
        is_conflict = isinstance(node, Derived) and key in self.memory.conflicts
        return self.memory.conflicts[key] if is_conflict else self.memory.values[key]

    def _span(self, key: Key) -> Span:
        """Return how the clock of a deadline runs, of one that need not be computed again."""
        self.rereading.step(self.graph.dues[key[0]], "", "")(self.memory, key[1])
        return self.memory.spans[key]
