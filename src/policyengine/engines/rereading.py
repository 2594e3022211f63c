"""What would come out otherwise if one assumption were read otherwise.

Beginning with what asks for the reading, only what may change is computed again, in the order of the Plan, as
far as something does change (as a spreadsheet is recalculated). The rest is taken from the findings. Most of
what asks is idle in a case: of a clock that does not run it is nothing how its time is counted. And who asks
about some answers only is spared whatever these do not rest on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cached_property
from heapq import heapify, heappop, heappush
from typing import Any, Literal, TypeVar
from weakref import proxy

from policyengine.compile.dependencies import (
    Dependencies,
    Node,
    assumptions_in,
    names_of,
    read_by,
    relations_of,
    rule_name,
)
from policyengine.compile.fold import fold, fold_cell, fold_expr, fold_rule
from policyengine.compile.plan import NEVER, Due, Given, Plan, Rule, Status
from policyengine.engines.closures import Answer, Evaluate, both, evaluate_of
from policyengine.engines.memory import WHOLE_CASE, WorkingMemory
from policyengine.engines.program import Compute, clocks_of, compute_of, listed_of
from policyengine.engines.world import World
from policyengine.frozen import Frozen, replace
from policyengine.model.case import Case, Key
from policyengine.semantics.deadlines import NOT_STARTED, Clock, Span, end_of
from policyengine.semantics.findings import Absent, Findings, Known, Truth
from policyengine.values.literals import Duration

Found = TypeVar("Found")


class Otherwise(Frozen):
    """What comes out otherwise under another reading: states by their names, and whether rules hold."""

    states: frozenset[Key]
    rules: frozenset[Key]


class Asked(Frozen):
    """What somebody asks about: states, and whether rules hold; ``bits`` are those of their nodes."""

    states: Set[Key]
    rules: Set[Key]
    bits: int

    def is_in(self, other: Asked) -> bool:
        """Tell whether all of it is asked by another, too."""
        return self.states <= other.states and self.rules <= other.rules

    def is_among(self, states: Set[Key], rules: Set[Key]) -> bool:
        """Tell whether any of it is."""
        return not (self.states.isdisjoint(states) and self.rules.isdisjoint(rules))


class Reach(Frozen):
    """How far a change goes: the bits of whatever may come out otherwise.

    That is told where a node does, its own bit among them, and where an assumption is read otherwise.
    """

    beyond: Sequence[int]
    of: Mapping[str, int]


_MOST_REACHES = 32
_MOST_BITS = 2**28
"""So many are kept of one Plan, and no more than have so many bits: there is one for all cases to which the
same policies apply."""


class Graph:
    """What rests on what in a Plan, and which of it asks for which reading, whatever is chosen."""

    def __init__(self, plan: Plan) -> None:
        """Take the nodes of a Plan in which readings are still open."""
        self.plan = plan
        dependencies = Dependencies(plan)
        self.nodes = dependencies.nodes
        """The cells and rules, those that others rest on first."""
        self.names = [names_of(node) for node in self.nodes]
        """The names to which each gives values."""
        self.scopes = {one.name: one.when for one in plan.policies}
        self.asked_by_scopes = {name: assumptions_in([when]) for name, when in self.scopes.items()}
        self.policies = [dependencies.policy_of(node) for node in self.nodes]
        self.dues = {node.deadline: number for number, node in enumerate(self.nodes) if isinstance(node, Due)}
        """The numbers of the ends of deadlines."""
        self.given = {node.name: node for node in self.nodes if isinstance(node, Given)}
        readers: dict[str, list[int]] = {}
        askers: dict[str, list[int]] = {}
        relations = relations_of(plan)
        for number, (names, assumptions) in enumerate(zip(relations.reads, relations.asked, strict=True)):
            for name in names:
                readers.setdefault(name, []).append(number)
            for assumption in assumptions:
                askers.setdefault(assumption, []).append(number)
        self.readers: Mapping[str, Sequence[int]] = readers
        """For each name the numbers of the nodes that read it, under some reading."""
        self._reaches: dict[frozenset[str], Reach] = {}
        self.askers: Mapping[str, list[int]] = askers
        """For each assumption the numbers of the nodes that ask for its reading."""

    @cached_property
    def read_by_scopes(self) -> Mapping[str, frozenset[str]]:
        """The names that each policy reads to find out whether it applies."""
        return {name: frozenset(one.name for one in read_by([when])) for name, when in self.scopes.items()}

    @cached_property
    def of_policies(self) -> Mapping[str, tuple[int, ...]]:
        """The numbers of the nodes that have no value where a policy does not apply."""
        found: dict[str, list[int]] = {name: [] for name in self.scopes}
        for number, policy in enumerate(self.policies):
            if policy is not None:
                found[policy].append(number)
        return {name: tuple(numbers) for name, numbers in found.items()}

    @cached_property
    def bits(self) -> Mapping[str, int]:
        """For each name the bit of its node."""
        return {name: 1 << number for number, names in enumerate(self.names) for name in names}

    def reach(self, out_of_force: frozenset[str]) -> Reach:
        """Return how far a change goes where some policies do not apply, whose scopes ask for no reading."""
        found = self._reaches.get(out_of_force)
        if found is None:
            most = max(1, min(_MOST_REACHES, _MOST_BITS // (len(self.nodes) ** 2 + 1)))
            while len(self._reaches) >= most:
                del self._reaches[next(iter(self._reaches))]
            found = self._reaches[out_of_force] = self._find_reach(out_of_force)
        return found

    def _find_reach(self, out_of_force: frozenset[str]) -> Reach:
        beyond = [0] * len(self.nodes)
        # A node of a policy that does not apply has no value, whatever else but its scope it looks at.
        seen_by = [self.read_by_scopes[one] if one in out_of_force else None for one in self.policies]
        for number in range(len(self.nodes) - 1, -1, -1):
            bits = 1 << number
            for name in self.names[number]:
                for reader in self.readers.get(name, ()):
                    seen = seen_by[reader]
                    if seen is None or name in seen:
                        bits |= beyond[reader]
            beyond[number] = bits
        reach = dict.fromkeys(self.askers, 0)
        for assumption, numbers in self.askers.items():
            for number in numbers:
                reach[assumption] |= beyond[number] if seen_by[number] is None else 0
        for policy, assumptions in self.asked_by_scopes.items():
            for assumption in assumptions:
                for number in self.of_policies[policy]:
                    reach[assumption] = reach.get(assumption, 0) | beyond[number]
        return Reach(beyond, reach)

    def asked(self, states: Iterable[Key], rules: Iterable[Key]) -> Asked:
        """Return what is asked about some states, and about whether some rules hold."""
        asked = Asked(frozenset(states), frozenset(rules), 0)
        bits, found = self.bits, 0
        for name, _ in asked.states:
            found |= bits[name]
        for name, _ in asked.rules:
            found |= bits[rule_name(name)]
        return replace(asked, bits=found)


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


Asking = Literal["counting", "missing", "anything"]
"""What a reading changes in a node: how time is counted, what counts where the case is silent, or more."""


class AskingRule(Frozen):
    """A rule of the whole case that is another under a reading; without ``when`` it never holds then."""

    number: int
    key: Key
    policy: str
    when: Evaluate | None


class AskingClock(Frozen):
    """A deadline whose time a reading counts otherwise; by the second clock where it ``follows`` another."""

    number: int
    deadline: str
    listed: str | None
    clocks: tuple[Clock, Clock]
    follows: Evaluate


class Other(Frozen):
    """Another reading of an assumption, and what asks for it: rules, clocks, other nodes, scopes of policies.

    What belongs to policies whose scopes ask is among the nodes. ``changed`` are all nodes that are others.
    """

    assumption: str
    reading: str
    rules: tuple[AskingRule, ...]
    clocks: tuple[AskingClock, ...]
    nodes: tuple[tuple[int, Asking], ...]
    policies: tuple[str, ...]
    changed: frozenset[int]


class Rereading:
    """Other readings than those chosen, one at a time."""

    def __init__(self, graph: Graph, readings: Mapping[str, str], world: World) -> None:
        """``readings`` are those chosen; ``world`` is the one that the Plan names."""
        self.graph = graph
        self.plan = graph.plan
        self.readings = readings
        self.world = world
        self.given = graph.given
        self.scopes: Mapping[str, Evaluate] = {}
        """None: whether a policy applies is asked of the memory of a case, which knows the reading."""
        self._others: dict[tuple[str, str], Other] = {}
        self._steps: dict[tuple[int, str, str], Compute] = {}
        self._scopes: dict[tuple[str, str, str], Evaluate] = {}

    def of(self, case: Case, as_of: int, findings: Findings) -> CaseRereading:
        """Return what tells of other readings in one case, of which these are the findings."""
        return CaseRereading(self, case, as_of, findings)

    def other(self, assumption: str, reading: str) -> Other:
        """Return another reading with what asks for it."""
        found = self._others.get((assumption, reading))
        if found is None:
            found = self._others[assumption, reading] = self._other(assumption, reading)
        return found

    def _other(self, assumption: str, reading: str) -> Other:
        graph = self.graph
        policies = tuple(name for name, asked in graph.asked_by_scopes.items() if assumption in asked)
        rules: list[AskingRule] = []
        clocks: list[AskingClock] = []
        nodes: list[tuple[int, Asking]] = []
        for number in graph.askers.get(assumption, ()):
            what = self._asked(number, assumption, reading)
            if what is None:
                continue
            node = self._node(number, assumption, reading)
            is_own = graph.policies[number] not in policies
            if is_own and isinstance(node, Due) and what == "counting":
                counted, follows = clocks_of(node, self.world), evaluate_of(node.follows)
                clocks.append(AskingClock(number, node.deadline, node.listed, counted, follows))
            elif is_own and isinstance(node, Rule) and node.listed is None:
                when = None if node.when == NEVER else evaluate_of(node.when)
                rules.append(AskingRule(number, (node.name, None), node.policy, when))
            else:
                nodes.append((number, what))
        changed = {number for number, _ in nodes}
        changed |= {one.number for one in rules} | {one.number for one in clocks}
        return Other(
            assumption, reading, tuple(rules), tuple(clocks), tuple(nodes), policies, frozenset(changed)
        )

    def _asked(self, number: int, assumption: str, reading: str) -> Asking | None:
        """Return what a reading changes in a node."""
        node, other = self._node(number, "", ""), self._node(number, assumption, reading)
        if node == other:
            return None
        match node, other:
            case (Due(), Due()):
                return "counting" if replace(other, counting=node.counting) == node else "anything"
            case (Status(), Status()):
                return "counting" if replace(other, end=node.end) == node else "anything"
            case (Given(), Given()):
                return "missing" if replace(other, missing=node.missing) == node else "anything"
            case _:
                return "anything"

    def step(self, number: int, assumption: str, reading: str) -> Compute:
        """Return how a node is computed under a reading; of no assumption, under the readings chosen."""
        key = number, assumption, reading
        found = self._steps.get(key)
        if found is None:
            found = self._steps[key] = compute_of(self._node(*key), self.world, self.graph.given)
        return found

    def _node(self, number: int, assumption: str, reading: str) -> Node:
        if not assumption:
            return self._nodes[number]
        node, readings = self.graph.nodes[number], self._with(assumption, reading)
        return fold_rule(node, readings) if isinstance(node, Rule) else fold_cell(node, readings)

    @cached_property
    def _nodes(self) -> Sequence[Node]:
        """The nodes under the readings chosen."""
        return Dependencies(fold(self.plan, self.readings)).nodes

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


class CaseRereading:
    """One case under other readings."""

    def __init__(self, rereading: Rereading, case: Case, as_of: int, findings: Findings) -> None:
        """``findings`` are those under the readings chosen."""
        self.rereading = rereading
        self.case = case
        self.findings = findings
        self._memory = _Memory(rereading, case, as_of, findings)
        self._otherwise: dict[tuple[str, str], Otherwise] = {}
        self._still: dict[tuple[str, str], Asked] = {}
        self._idle: dict[int, bool] = {}

    @cached_property
    def reach(self) -> Reach:
        """How far a change goes in this case."""
        graph, memory = self.rereading.graph, self._memory
        silent = (one for one, asked in graph.asked_by_scopes.items() if not asked)
        return graph.reach(frozenset([one for one in silent if memory.is_out_of_force(one)]))

    def otherwise(self, assumption: str, reading: str) -> Otherwise:
        """Return what differs from the findings where an assumption has another reading."""
        found = self._otherwise.get((assumption, reading))
        if found is None:
            states, rules, _ = self._reread(assumption, reading, None)
            found = Otherwise(frozenset(states), frozenset(rules))
            self._otherwise[assumption, reading] = found
        return found

    def moves(self, assumption: str, reading: str, asked: Asked, is_all: bool) -> bool:
        """Tell whether anything of what is asked comes out otherwise under another reading.

        ``is_all``: hardly anybody asks for more, and so nothing else is found out.
        """
        key = assumption, reading
        found = self._otherwise.get(key)
        if found is None:
            if key in self._still and asked.is_in(self._still[key]):
                return False
            if is_all:
                _, _, is_moved = self._reread(assumption, reading, asked)
                if not is_moved:
                    self._still[key] = asked
                return is_moved
            found = self.otherwise(assumption, reading)
        return asked.is_among(found.states, found.rules)

    def _reread(self, assumption: str, reading: str, asked: Asked | None) -> tuple[Set[Key], Set[Key], bool]:
        """Return what comes out otherwise, or enough of it, and whether anything of what is asked does."""
        other = self.rereading.other(assumption, reading)
        waiting = self._at_once(other, -1 if asked is None else asked.bits)
        if not waiting:
            return frozenset(), frozenset(), False
        again = _Recalculation(self._memory, other, self.reach.beyond)
        is_moved = again.run(waiting, asked)
        return again.states, again.rules, is_moved

    def _at_once(self, other: Other, wanted: int) -> list[int]:
        """Return the nodes that may come out otherwise at once, if something wanted rests on them."""
        memory = self._memory
        beyond = self.reach.beyond
        found = [one.number for one in other.rules if beyond[one.number] & wanted and memory.is_moved(one)]
        found += [one.number for one in other.clocks if beyond[one.number] & wanted and self._is_counted(one)]
        found += [one for one, what in other.nodes if beyond[one] & wanted and self._may_matter(one, what)]
        for policy in other.policies:
            if memory.is_otherwise(policy, other.assumption, other.reading):
                graph = self.rereading.graph
                others = (one for one in graph.of_policies[policy] if beyond[one] & wanted)
                found = [*{*found, *others}]
        return found

    def _may_matter(self, number: int, what: Asking) -> bool:
        """Tell whether a node may be in force, and what a reading changes in it may be something to it."""
        if what == "counting" and self._is_idle(number):
            return False
        if what == "missing":
            node, said = self.rereading.graph.nodes[number], self.case.values
            return any((node.name, record) not in said for record in self._memory.each(listed_of(node)))
        policy = self.rereading.graph.policies[number]
        return policy is None or self._memory.applies(policy)[0] is not Truth.FALSE

    def _is_counted(self, clock: AskingClock) -> bool:
        """Tell whether a clock may run otherwise where its time is counted otherwise."""
        if self._is_idle(clock.number):
            return False
        return any(self._memory.is_counted(clock, record) for record in self._memory.each(clock.listed))

    def _is_idle(self, number: int) -> bool:
        """Tell whether a clock does not run, so that it is nothing to it how its time is counted."""
        found = self._idle.get(number)
        if found is None:
            graph = self.rereading.graph
            node = graph.nodes[number]
            assert isinstance(node, Due | Status)
            due = node if isinstance(node, Due) else graph.nodes[graph.dues[node.name]]
            assert isinstance(due, Due)
            found = all(self._does_not_run(due, record) for record in self._memory.each(due.listed))
            self._idle[number] = found
        return found

    def _does_not_run(self, due: Due, record: int | None) -> bool:
        values = self._memory.values
        status = values[f"{due.deadline}.status", record]
        if type(status) is Absent:
            return True
        # Without an end of its own and without pauses, only what nothing has started never ends.
        is_plain = due.ends is None and not due.pauses
        return is_plain and status == NOT_STARTED and type(values[due.name, record]) is Absent


class _Memory(WorkingMemory):
    """What is found out about a case: under the readings chosen, but for what a recalculation has changed."""

    def __init__(self, rereading: Rereading, case: Case, as_of: int, findings: Findings) -> None:
        super().__init__(rereading, case, as_of, findings.records)
        self.rereading = rereading
        self.found = findings
        self.other = "", ""
        """The assumption that is read otherwise, and how."""
        self.changed: set[str] = set()
        """The names that have come out otherwise."""
        self._applied: dict[str, Answer] = {}
        self._deadlines = findings.deadlines
        values, rules, spans = findings.at_hand
        self.values, self.rules = _Taken(values), _Taken(rules)
        # What it has does not hold it: it waits for no collection.
        self.spans = _Spans(proxy(self)) if spans is None else _Taken(spans)

    def each(self, listed: str | None) -> Sequence[int | None]:
        """Return the records of a list that are seen; None for the whole case."""
        return WHOLE_CASE if listed is None else (self.seen[listed] or ())

    def begin(self, assumption: str, reading: str) -> None:
        """Begin to compute under another reading; without one, everything is again as it was found."""
        self.other = assumption, reading
        self.changed = set()
        self._scopes = {}
        self.kept = {}
        self.conflicts = {}
        self._standing = {}

    def applies(self, policy: str) -> Answer:
        """Return whether a policy applies to the case, as far as that has been computed."""
        found = self._scopes.get(policy)
        if found is None:
            graph = self.rereading.graph
            is_asked = self.other[0] in graph.asked_by_scopes[policy]
            if is_asked or not graph.read_by_scopes[policy].isdisjoint(self.changed):
                found = self.rereading.scope(policy, *self.other)(self, None)
            else:
                found = self._as_found(policy)
            self._scopes[policy] = found
        return found

    def _as_found(self, policy: str) -> Answer:
        found = self._applied.get(policy)
        if found is None:
            found = self._applied[policy] = self.rereading.scope(policy, "", "")(self, None)
        return found

    def is_out_of_force(self, policy: str) -> bool:
        """Tell whether a policy does not apply under the readings chosen."""
        return self._as_found(policy)[0] is Truth.FALSE

    def is_moved(self, rule: AskingRule) -> bool:
        """Tell whether a rule comes out otherwise under another reading if nothing else does."""
        before = self.rules[rule.key]
        if rule.when is None:
            return before.truth is not Truth.FALSE
        scope = self._as_found(rule.policy)
        if scope[0] is Truth.FALSE:
            return False
        truth, waits = both(scope, rule.when(self, None))
        return truth is not before.truth or waits != before.waits

    def is_counted(self, clock: AskingClock, record: int | None) -> bool:
        """Tell whether a clock runs otherwise if its time is counted otherwise, or perhaps does."""
        found = self._deadlines[clock.deadline, record]
        start, length = found.start, found.length
        if found.exists is not Truth.TRUE or found.pauses or found.ends is not None or found.zone is not None:
            return True
        if type(start) is not Known or type(length) is not Known:
            return True
        assert isinstance(start.value, int) and isinstance(length.value, Duration)
        end = end_of(start.value, length.value, clock.clocks[clock.follows(self, record)[0] is Truth.TRUE])
        return found.due != Known(end.instant) or found.provisional is not end.provisional

    def runs_the_same(self, deadline: Key, before: Span | None) -> bool:
        """Tell whether a clock that was computed again runs as ``before``, if that is known, or as found."""
        span = self.spans[deadline]
        if before is not None:
            return span == before
        found = self._deadlines[deadline]
        if span.exists is not found.exists or span.exists is Truth.UNDETERMINED:
            return False
        if span.exists is Truth.FALSE:
            return True
        times = (span.start, span.length, span.due, span.provisional)
        is_plain = span.ends is None and span.zone is None and not span.pauses and not found.pauses
        return is_plain and times == (found.start, found.length, found.due, found.provisional)

    def is_otherwise(self, policy: str, assumption: str, reading: str) -> bool:
        """Tell whether a policy applies otherwise where it asks for the reading of an assumption."""
        return self.rereading.scope(policy, assumption, reading)(self, None) != self._as_found(policy)

    def is_still_out_of_force(self, policy: str) -> bool:
        """Tell whether a policy does not apply, as before."""
        if self.applies(policy)[0] is not Truth.FALSE:
            return False
        graph = self.rereading.graph
        return self.other[0] not in graph.asked_by_scopes[policy] and graph.read_by_scopes[policy].isdisjoint(
            self.changed
        )


class _Taken(dict[Key, Found]):
    """What has been found, taken from the findings when it is first asked for."""

    __slots__ = ("_found",)

    def __init__(self, found: Mapping[Key, Found]) -> None:
        if isinstance(found, dict):  # the more of it has been asked for, the less is to be asked for again
            self.update(found)
        self._found = found

    def __missing__(self, key: Key) -> Found:
        found = self[key] = self._found[key]
        return found


class _Spans(dict[Key, Span]):
    """How the clocks of deadlines run, of those that need not be computed again."""

    __slots__ = ("_memory",)

    def __init__(self, memory: _Memory) -> None:
        self._memory = memory

    def __missing__(self, key: Key) -> Span:
        rereading = self._memory.rereading
        rereading.step(rereading.graph.dues[key[0]], "", "")(self._memory, key[1])
        return self[key]


class _Recalculation:
    """One case under another reading of one assumption."""

    def __init__(self, memory: _Memory, other: Other, beyond: Sequence[int]) -> None:
        self.memory = memory
        self.beyond = beyond
        self.rereading, self.graph = memory.rereading, memory.rereading.graph
        self.other = other
        self.states: set[Key] = set()
        self.rules: set[Key] = set()
        self._undo: list[tuple[dict[Key, Any], Key, object]] = []

    def run(self, waiting: list[int], asked: Asked | None) -> bool:
        """Compute some nodes again, and then whatever changes with them.

        If something is asked about, only that on which it rests, until some of it has changed; it is told
        whether it has.
        """
        self.memory.begin(self.other.assumption, self.other.reading)
        try:
            return self._run(waiting, asked)
        finally:
            for found, key, before in self._undo:
                if before is None:
                    del found[key]
                else:
                    found[key] = before
            self.memory.begin("", "")

    def _run(self, waiting: list[int], asked: Asked | None) -> bool:
        beyond, wanted = self.beyond, -1 if asked is None else asked.bits
        heapify(waiting)
        known = set(waiting)
        while waiting:
            changed = self._recalculate(heappop(waiting))
            if not changed:
                continue
            if asked is not None and asked.is_among(self.states, self.rules):
                return True
            for name in changed:
                for later in self.graph.readers.get(name, ()):
                    if later not in known and beyond[later] & wanted:
                        known.add(later)
                        heappush(waiting, later)
        return False

    def _recalculate(self, number: int) -> Set[str]:
        """Compute a node again; return the names that have come out otherwise, or on another way."""
        memory, graph = self.memory, self.graph
        policy = graph.policies[number]
        if policy is not None and memory.is_still_out_of_force(policy):
            return frozenset()  # nothing of it is there, as before
        node, other = graph.nodes[number], self.other
        is_other = number in other.changed
        key = (number, other.assumption, other.reading) if is_other else (number, "", "")
        compute = self.rereading.step(*key)
        again = self._rule_again if isinstance(node, Rule) else self._values_again
        changed: set[str] = set()
        for record in memory.each(listed_of(node)):
            again(node, compute, record, changed)
        memory.changed |= changed
        return changed

    def _rule_again(self, rule: Node, compute: Compute, record: int | None, changed: set[str]) -> None:
        """Find out again whether a rule holds."""
        assert isinstance(rule, Rule)
        key, rules = (rule.name, record), self.memory.rules
        before = rules[key]
        compute(self.memory, record)
        if rules[key] != before:
            self._undo.append((rules, key, before))
            self.rules.add(key)
            changed.add(rule_name(rule.name))

    def _values_again(self, node: Node, compute: Compute, record: int | None, changed: set[str]) -> None:
        """Compute a cell again."""
        memory, values = self.memory, self.memory.values
        keys = [(name, record) for name in names_of(node)]
        before = [values[key] for key in keys]
        clock = (node.deadline, record) if isinstance(node, Due) else None
        span = None if clock is None else memory.spans.get(clock)
        compute(memory, record)
        if clock is not None and not memory.runs_the_same(clock, span):
            # A clock that ends at the same time can have got there on another way.
            self._undo.append((memory.spans, clock, span))
            changed.add(node.name)
        for key, old in zip(keys, before, strict=True):
            new = values[key]
            if new != old:
                self._undo.append((values, key, old))
            elif key not in memory.conflicts:
                continue
            # To compute with, a conflict is unknown: it is another where other rules are in it.
            if memory.conflicts.get(key, new) != memory.found.states[key]:
                self.states.add(key)
                changed.add(key[0])
