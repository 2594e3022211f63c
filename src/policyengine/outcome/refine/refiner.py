"""What all searches under one rulebook and one choice of readings share.

What tells of the rulebook is imported when something is open: a case that says all waits for none of it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from policyengine.engines.program import Folding
from policyengine.outcome.explainer import Explainer
from policyengine.outcome.refine.allowance import Limits
from policyengine.outcome.refine.remembered import Remembered
from policyengine.outcome.refine.target import Target
from policyengine.semantics.findings import Engine
from policyengine.semantics.strata import dependencies

if TYPE_CHECKING:
    from policyengine.outcome.refine.domains import Domains
    from policyengine.outcome.refine.footprint import Footprints
    from policyengine.outcome.refine.slices.conflicts import Undisputed
    from policyengine.outcome.refine.slices.slice import Slice, Slices

MOST_PARTS = 256
"""So many parts of the rulebook are kept ready to be judged by themselves, the last ones."""

FEW = 64
"""To find out whether rules can contradict each other takes as long as so many searches."""


class Refiner:
    """What all refinements share; ``limits`` are how much is tried for one answer."""

    def __init__(self, explainer: Explainer, engine: Engine, shared: Remembered | None = None) -> None:
        """``engine`` judges completions; ``shared`` is what other rulebooks remember, too."""
        self.limits = Limits()
        self.explainer = explainer
        self.book = explainer.rulebook
        self.engine = engine
        self.remembered = Remembered() if shared is None else shared
        self._is_shared = shared is not None
        self._parts: dict[frozenset[str], Engine] = {}
        self._searches = 0
        self._undisputed_slices: dict[Slice, bool] = {}
        self._under: dict[tuple[str, str], Refiner] = {}

    @cached_property
    def slices(self) -> Slices:
        """What is behind each answer."""
        from policyengine.outcome.refine.slices.slice import Slices

        return Slices(self.book, self.explainer.readings, dependencies(self.book))

    @cached_property
    def domains(self) -> Domains:
        """What cases can say."""
        from policyengine.outcome.refine.domains import Domains

        return Domains(self.book, self.explainer.readings)

    @cached_property
    def vocabulary(self) -> int:
        """A number for what cases can say, the same in all rulebooks that remember together and agree."""
        if not self._is_shared:
            return 0
        figures = tuple((name, one.type) for name, one in sorted(self.book.parameters.items()))
        readings = tuple(sorted(self.explainer.readings.items()))
        return self.remembered.number((self.book.zone, *self.book.facts.values(), figures, readings))

    @cached_property
    def footprints(self) -> Footprints:
        """What of a case is looked at."""
        from policyengine.outcome.refine.footprint import Footprints

        world = (
            self.book.zone,
            self.book.calendar,
            self.book.currency,
            *sorted(self.slices.readings.items()),
        )
        define = (lambda parts: self.remembered.number((world, parts))) if self._is_shared else None
        return Footprints(self.book, self.explainer.plan, self.slices, define)

    def under(self, assumption: str, reading: str) -> Refiner:
        """Return what searches share where one assumption is read otherwise."""
        found = self._under.get((assumption, reading))
        if found is None:
            readings = {**self.explainer.readings, assumption: reading}
            explainer = Explainer(self.book, readings, self.explainer.plan)
            engine = Folding(explainer.plan, readings, explainer.world)
            found = self._under[assumption, reading] = Refiner(explainer, engine)
        return found

    def slice_of(self, target: Target) -> Slice:
        """Return everything that an answer rests on."""
        return self.slices.of(target.node(self.book))

    def engine_for(self, target: Target) -> Engine:
        """Return an engine that finds out what is behind an answer, and little of the rest."""
        nodes = self.footprints.nodes(target.node(self.book))
        found = self._parts.get(nodes)
        if found is None:
            if len(self._parts) >= MOST_PARTS:
                del self._parts[next(iter(self._parts))]
            found = self._parts[nodes] = self.engine.part(nodes)
        return found

    def begins_search(self) -> bool:
        """Count a search; tell whether there are so many that it pays to find out what all of them need."""
        self._searches += 1
        return self._searches > FEW

    def is_undisputed(self, behind: Slice) -> bool:
        """Tell whether it shows that nothing behind an answer is contradicted in any case."""
        found = self._undisputed_slices.get(behind)
        if found is None:
            found = self._undisputed_slices[behind] = behind.is_undisputed(self._undisputed)
        return found

    @cached_property
    def _undisputed(self) -> Undisputed:
        from policyengine.outcome.refine.slices.conflicts import Undisputed

        return Undisputed(self.book)
