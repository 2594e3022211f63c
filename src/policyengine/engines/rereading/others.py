"""What another reading changes: the rules, clocks and other nodes that ask for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Literal

from policyengine.compile.dependencies import (
    Dependencies,
    Node,
)
from policyengine.compile.fold import fold, fold_cell, fold_expr, fold_rule
from policyengine.compile.plan import NEVER, Due, Given, Rule, Status
from policyengine.engines.closures import Evaluate, evaluate_of
from policyengine.engines.program import Compute, clocks_of, compute_of
from policyengine.engines.rereading.graph import Graph
from policyengine.engines.world import World
from policyengine.frozen import Frozen, replace
from policyengine.model.case import Key
from policyengine.semantics.deadlines import Clock

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
