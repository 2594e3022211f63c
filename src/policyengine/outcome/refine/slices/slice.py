"""Slices: all that can be asked of what stands behind an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from policyengine.model.case import Key
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.explain import Explanation
from policyengine.outcome.refine.slices.atoms import atoms_of, is_undecided
from policyengine.outcome.refine.slices.behind import Behind
from policyengine.outcome.refine.slices.comparisons import ComparisonsBehind
from policyengine.outcome.refine.slices.conflicts import Undisputed, may_conflict
from policyengine.outcome.refine.slices.constants import Constants
from policyengine.outcome.refine.slices.days import Days
from policyengine.outcome.refine.slices.entanglement import Entanglement
from policyengine.outcome.refine.slices.flow import Flow
from policyengine.outcome.refine.slices.graph import reached
from policyengine.outcome.refine.slices.lengths import Lengths
from policyengine.outcome.refine.slices.lists import Lists
from policyengine.outcome.refine.slices.motion import Motion
from policyengine.outcome.refine.slices.rising import Rising
from policyengine.semantics.findings import Findings
from policyengine.semantics.strata import Graph


class Slice:
    """Everything behind one node of the graph of dependencies."""

    def __init__(
        self,
        book: Rulebook,
        readings: Mapping[str, str],
        nodes: frozenset[str],
        after: Callable[[str], frozenset[str]],
    ) -> None:
        """``nodes`` are the node and all that it depends on; ``after`` tells all that depends on a node."""
        self.book = book
        self.nodes = nodes
        self.behind = Behind(book, readings, nodes)
        self.flow = Flow(self.behind)
        self.motion = Motion(self.behind, self.flow)
        self.days = Days(self.behind, self.flow, self.motion)
        self.lengths = Lengths(self.behind, self.flow, self.motion)
        self.lists = Lists(self.behind)
        self._entanglement = Entanglement(self.behind, self.motion)
        self._rising = Rising(self.behind, self.flow)
        self._comparisons = ComparisonsBehind(self.behind, self.motion, after)
        self.constants = Constants(self.behind, self.flow, self._comparisons)

    def moves_one_way(self, name: str) -> bool:
        """Tell whether one side of every comparison moves one way with a value, and the other not at all.

        But for what the day of the value decides (:attr:`days`).
        """
        return not (
            self._entanglement.is_entangled(name) or self._rising.turns(name) or self.lengths.falls_back(name)
        )

    def atoms(self, explanation: Explanation, moved: str) -> tuple[object, ...]:
        """Return how every elementary comparison comes out that rests on a name.

        ``moved`` is the name (of a fact, list or parameter) whose value is tried; no other changes.
        """
        return tuple(atoms_of(self._comparisons.resting_on(moved), explanation))

    def waits_for_others(self, explanation: Explanation, moved: Key) -> bool:
        """Tell whether something that moves with a value is compared with what is not known.

        Of records, only the one whose value moves.

        Then it could come out otherwise somewhere between two ends at which it comes out alike.
        """
        name, record = moved
        fact = self.book.facts.get(name)
        only = None if fact is None or fact.listed is None else (fact.listed, record)
        return any(map(is_undecided, atoms_of(self._comparisons.moving_with(name), explanation, only)))

    def may_conflict(self, findings: Findings) -> bool:
        """Tell whether rules that hold could contradict each other once their values are known."""
        return may_conflict(self.behind, findings)

    def is_undisputed(self, undisputed: Undisputed) -> bool:
        """Tell whether it shows that neither rules nor records contradict each other in any case."""
        return not self.behind.asks_for_only and undisputed.has(self.behind)


class Slices:
    """The slices of one rulebook under one choice of readings, each made once."""

    def __init__(self, book: Rulebook, readings: Mapping[str, str], graph: Graph) -> None:
        """``graph`` is what :func:`policyengine.semantics.strata.dependencies` gives."""
        self.book = book
        self.readings = readings
        self._graph = graph
        self._found: dict[str, Slice] = {}
        self._behind: dict[str, frozenset[str]] = {}
        self._following: dict[str, list[str]] = {}
        for node, before in graph.items():
            for one in before:
                self._following.setdefault(one, []).append(node)

    def of(self, node: str) -> Slice:
        """Return everything that a node rests on, itself included."""
        found = self._found.get(node)
        if found is None:
            nodes = reached((node,), self._graph)
            found = self._found[node] = Slice(self.book, self.readings, nodes, self.after)
        return found

    def after(self, node: str) -> frozenset[str]:
        """Return everything that rests on a node, itself included."""
        found = self._behind.get(node)
        if found is None:
            found = self._behind[node] = reached((node,), self._following)
        return found
