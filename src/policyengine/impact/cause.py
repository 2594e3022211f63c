"""Which parts of an edit bring a difference about: as few as it comes out with as in the new rulebook."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError

from policyengine.api import Rulebook, prepare
from policyengine.impact.mixture import Mixture, Parts
from policyengine.impact.view import Item, Seen, item_nodes, see, told
from policyengine.model.case import Case
from policyengine.outcome.decision import Decision

Cause = tuple[int, ...]
"""The parts that do it together, by their numbers: of a single one, that one."""


class Causes:
    """Finds causes by judging cases under the old rulebook with parts of the edit."""

    def __init__(self, mixture: Mixture, readings: Mapping[str, str], refine: bool = True) -> None:
        """``readings`` are those that were asked for, in every rulebook."""
        self.mixture = mixture
        self.readings = readings
        self.refine = refine
        self._reached = [mixture.reached(part) for part in mixture.parts]
        self._made: dict[Parts, Rulebook | None] = {}

    def relevant(self, item: Item) -> tuple[int, ...]:
        """Return the parts that can reach an item."""
        nodes = item_nodes(item)
        return tuple(number for number, reached in enumerate(self._reached) if not nodes.isdisjoint(reached))

    def of(self, cases: tuple[Case, Case], as_of: int, wanted: Mapping[Item, Seen]) -> dict[Item, Cause]:
        """Return the cause of each difference of a case; of what nothing explains, no parts at all.

        ``cases`` is the case as the old rulebook reads it and as the new one does, ``wanted`` how things come
        out under the new one.
        """
        looks = _Looks(self, cases, as_of)
        return {item: self._cause(looks, item, seen) for item, seen in wanted.items()}

    def _cause(self, looks: _Looks, item: Item, wanted: Seen) -> Cause:
        relevant = self.relevant(item)
        if len(relevant) <= 1:
            return relevant
        for one in relevant:
            if looks.comes_out(frozenset((one,)), item, wanted):
                return (one,)
        # No single one does it: take away what it comes about without.
        kept = frozenset(relevant)
        if not looks.comes_out(kept, item, wanted):
            return ()
        for one in relevant:
            if looks.comes_out(kept - {one}, item, wanted):
                kept -= {one}
        return tuple(sorted(kept))

    def rulebook(self, parts: Parts) -> Rulebook | None:
        """Return the old rulebook with parts of the edit; None where these contradict each other."""
        whole = self.mixture.with_needs(parts)
        if whole not in self._made:
            self._made[whole] = self._make(whole)
        return self._made[whole]

    def _make(self, parts: Parts) -> Rulebook | None:
        book = self.mixture.book(parts)
        readings = {id: one for id, one in self.readings.items() if id in book.assumptions}
        try:
            return prepare(book, readings, "compiled", load="few")
        except CycleError:
            return None


class _Looks:
    """One case, judged under many rulebooks, under each once."""

    def __init__(self, causes: Causes, cases: tuple[Case, Case], as_of: int) -> None:
        self.causes = causes
        self.cases = cases
        self.as_of = as_of
        self._decisions: dict[Parts, Decision | None] = {}

    def comes_out(self, parts: Parts, item: Item, wanted: Seen) -> bool:
        """Tell whether an item comes out as wanted with parts of the edit."""
        decision = self._decision(self.causes.mixture.with_needs(parts))
        return decision is not None and told(see(decision, item)) == told(wanted)

    def _decision(self, parts: Parts) -> Decision | None:
        if parts not in self._decisions:
            rulebook = self.causes.rulebook(parts)
            decision = None
            if rulebook is not None:
                decision = rulebook.judge(
                    self.causes.mixture.case(self.cases, parts), self.as_of, (), self.causes.refine
                )
            self._decisions[parts] = decision
        return self._decisions[parts]
