"""The refinement of one case: what is still possible for each of its answers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from policyengine.model.case import Case
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.refine.allowance import Allowance, allowance
from policyengine.outcome.refine.completions import Completions
from policyengine.outcome.refine.refined import Refined
from policyengine.outcome.refine.refiner import Refiner
from policyengine.outcome.refine.target import Target
from policyengine.outcome.refine.tree import answer_key
from policyengine.semantics.findings import Conflict, Findings, State, Unknown

if TYPE_CHECKING:
    from policyengine.outcome.refine.far import FarWays
    from policyengine.outcome.refine.search.search import Search


class Refinement:
    """The refinement of one case at one instant; a completion is judged once, whatever asks for it."""

    def __init__(self, refiner: Refiner, case: Case, as_of: int, findings: Findings) -> None:
        """``findings`` are those of the case as it is."""
        self.refiner = refiner
        self.case = case
        self.as_of = as_of
        self.findings = findings
        self._completions = Completions(case, as_of, findings)
        self._found: dict[Target, Refined] = {}
        self._waiting: dict[Target, Unknown] = {}

    @property
    def book(self) -> Rulebook:
        """The rulebook."""
        return self.refiner.book

    def of(self, target: Target) -> Refined:
        """Return what is still possible for an answer."""
        found = self._found.get(target)
        if found is None:
            found = self._found[target] = self._search(target).refined()
        return found

    def state_of(self, target: Target) -> State:
        """Return the answer if all ways agree, else what matters: what ``of`` gives, without the ways tried.

        Of cases that are alike in all that the answer depends on, the first is searched.
        """
        found = self._found.get(target)
        if found is not None:
            return found.state
        alike = self._alike(target)
        if alike is None:
            return self._state(target)
        return self.refiner.remembered.answer(alike, lambda: self._state(target))

    def _state(self, target: Target) -> State:
        """Return the answer; the ways are all tried only where a few do not show that everything matters."""
        found = self._waiting.get(target)
        if found is None and self.refiner.begins_search():
            found = self._search(target).waiting()
        if found is None:
            return self.of(target).state
        self._waiting[target] = found
        return found

    def agreed(self, target: Target) -> State:
        """Return the answer if all ways agree, else what Kleene's logic says: what it waits for, and more.

        That ways differ is mostly seen by trying two of them; only where these agree all are searched.
        """
        if not target.is_open(self.findings):
            return target.read(self.findings)
        alike = self._alike(target)
        if alike is None:
            return self._agreed(target)
        return self.refiner.remembered.answer(("agreed", *alike), lambda: self._agreed(target))

    def is_otherwise(self, target: Target, assumption: str, reading: str) -> bool:
        """Tell whether all ways agree on another answer, or on none, where one assumption is read otherwise.

        They agree on one as it is read.
        """
        found = self.of(target).state
        refiner = self.refiner.under(assumption, reading)
        findings = refiner.engine_for(target).run(self.case, self.as_of)
        return Refinement(refiner, self.case, self.as_of, findings).state_of(target) != found

    def allowance(self, target: Target) -> Allowance:
        """Return how much may be tried for an answer; the same whatever was asked before."""
        refiner = self.refiner
        return allowance(target, self.findings, refiner.footprints, refiner.slices, refiner.limits)

    def _search(self, target: Target) -> Search:
        from policyengine.outcome.refine.search.search import Search  # of many cases nothing is open

        return Search(self.refiner, self._completions, target, self.allowance(target))

    def _agreed(self, target: Target) -> State:
        if not self._differ(target):
            found = self._found.get(target) or self._search(target).agreed()
            if found is not None:
                self._found[target] = found
                if not isinstance(found.state, Unknown):
                    return found.state
        return target.read(self.findings)

    def _differ(self, target: Target) -> bool | None:
        """Tell whether ways in which the whole case can go on differ in an answer; None if it stays open."""
        found: set[object] = set()
        for findings in self._far_ways.judged():
            answer = target.settled(findings)
            if answer is None or isinstance(answer, Conflict):
                return None
            found.add(answer_key(answer))
            if len(found) > 1:
                return True
        return False if found else None

    @cached_property
    def _far_ways(self) -> FarWays:
        from policyengine.outcome.refine.far import FarCompletions, FarWays, missing_of  # seldom asked for

        refiner, domains = self.refiner, self.refiner.domains
        missing, figures = missing_of(domains, self.case, self.findings)

        def make() -> FarCompletions:
            return FarCompletions(domains, self.case, self.as_of, missing, figures)

        question = (refiner.vocabulary, self.case, self.as_of, missing, figures)
        return FarWays(refiner.remembered.last(question, make), refiner.engine.run)

    def _alike(self, target: Target) -> tuple[object, ...] | None:
        """Return everything that an answer and its search depend on; None if that cannot be told."""
        footprint = self.refiner.footprints.of(target.node(self.book), self._open_names)
        own = None if footprint is None else footprint.of(self.case, self.as_of, self.findings)
        if own is None:
            return None
        return target.kind, target.key, self.allowance(target), own

    @cached_property
    def _open_names(self) -> frozenset[str]:
        return self.findings.open_names
