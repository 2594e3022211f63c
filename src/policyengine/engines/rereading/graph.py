"""What rests on what in a Plan, and how far a change goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cached_property

from policyengine.compile.dependencies import (
    Dependencies,
    assumptions_in,
    names_of,
    read_by,
    relations_of,
    rule_name,
)
from policyengine.compile.plan import Due, Given, Plan
from policyengine.frozen import Frozen, replace
from policyengine.model.case import Key


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
