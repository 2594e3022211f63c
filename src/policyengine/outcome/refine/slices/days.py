"""What depends on the day of a value in another way than it moves: figures and seasons that come back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from policyengine.model.conditions import Test
from policyengine.model.rulebook import DatedValue
from policyengine.outcome.refine.once import once
from policyengine.outcome.refine.phases import Turning
from policyengine.outcome.refine.slices.behind import Behind
from policyengine.outcome.refine.slices.flow import Flow
from policyengine.outcome.refine.slices.motion import Motion
from policyengine.semantics.dated import comes_back
from policyengine.values.seasons import Season


class Days:
    """What is decided behind one node by the days of instants."""

    def __init__(self, behind: Behind, flow: Flow, motion: Motion) -> None:
        """``flow`` tells where values go, ``motion`` what moves with them."""
        self.behind = behind
        self.book = behind.book
        self.flow = flow
        self.motion = motion

    @once
    def turning(self, name: str) -> Turning:
        """Return what depends on the day of a value and may come back."""
        flow = self.flow.of(name)
        return Turning(
            tuple(values for by, values in self._coming_back if by in flow),
            tuple(season for subject, season in self._seasons if subject in flow),
        )

    @once
    def turns_with_clocks(self, name: str) -> bool:
        """Tell whether the day of something that a clock makes of a value decides what may come back."""
        moved = self.motion.moved(name) - self.flow.of(name)
        return any(one in moved for one, _ in (*self._coming_back, *self._seasons))

    @cached_property
    def _coming_back(self) -> tuple[tuple[str, tuple[DatedValue, ...]], ...]:
        """The acts that choose figures which may come back, with their values."""
        return tuple(
            (parameter.by.name, parameter.values)
            for id, parameter in self.book.parameters.items()
            if id in self.behind.nodes and parameter.by is not None and _comes_back(parameter.values)
        )

    @cached_property
    def _seasons(self) -> tuple[tuple[str, Season], ...]:
        """The names of which is asked whether they are on days of every year, with these days."""
        tests = (one.condition for one in self.behind.asked if isinstance(one.condition, Test))
        return tuple((test.ref.name, test.season) for test in tests if test.season is not None)


def _comes_back(values: Sequence[DatedValue]) -> bool:
    """Tell whether a figure may be what it was before, after it was another."""
    return comes_back(values) or len({one.value for one in values}) < len(values)
