"""Clocks that run for a length from their start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from policyengine.compile.plan import Due, Expr, Status
from policyengine.engines.closures import evaluate_of
from policyengine.engines.compiled.marks import TRUE, Mark, Raw, V, lift
from policyengine.engines.compiled.ways.conditions import Conditions
from policyengine.engines.compiled.ways.places import has_place, place_of, raws_of, union_of, waits_of_value
from policyengine.engines.program import clocks_of, last_clock_of
from policyengine.engines.world import World
from policyengine.semantics.deadlines import come_to, measure
from policyengine.semantics.findings import NOTHING, Known, Truth, Unknown, Waits

if TYPE_CHECKING:
    from policyengine.engines.compiled.exact import Exact


def is_plain_clock(cell: Due) -> bool:
    """Tell whether a clock runs for a length from its start, and stands at places that have slots."""
    is_plain = cell.ends is None and cell.zone is None and not cell.pauses
    return is_plain and cell.length is not None and has_place(cell.start) and has_place(cell.length)


class _Clock:
    """What is open of a clock that exists or may: its start and its length, and perhaps whether it exists."""

    def __init__(self, cell: Due, scope: Expr, slots: Mapping[str, int], events: Sequence[Expr] = ()) -> None:
        """``scope`` is when its policy applies, ``events`` are what meets and what stops it."""
        assert cell.length is not None
        self.conditions = Conditions((scope, cell.when), slots)
        self.slot, self.is_listed = slots[f"{cell.deadline} exists"], cell.listed is not None
        self.values = (cell.length, cell.start, *events)
        self.places = [place_of(one, slots) for one in self.values]

    def exists(self, exact: Exact, record: int | None) -> bool:
        """Tell whether it certainly exists."""
        found = exact.slots[self.slot]
        return bool((found[record] if self.is_listed else found) == TRUE)

    def raws(self, exact: Exact, record: int | None) -> list[Raw]:
        """Return its length, its start and the events, as the source found them."""
        return raws_of(self.places, exact.slots, record)

    def waits(self, exact: Exact, raws: Sequence[Raw], record: int | None) -> list[Waits]:
        """Return what those of these wait for that are not known."""
        found = zip(self.values, raws, strict=True)
        return [waits_of_value(exact, value, record) for value, raw in found if type(raw) is Mark]


class EndWay(_Clock):
    """When a clock ends, which is open (see :func:`policyengine.semantics.deadlines.measure`)."""

    def state(self, exact: Exact, record: int | None) -> Unknown | None:
        """Return the state of its end."""
        raws = self.raws(exact, record)
        waits = self.waits(exact, raws, record)
        if self.exists(exact, record):
            return Unknown(union_of(waits), all(raw is V or type(raw) is not Mark for raw in raws))
        return Unknown(union_of([self.conditions.waits(exact, record), *waits]))


class StandingWay(_Clock):
    """What a clock has come to, which is open (see :func:`policyengine.semantics.deadlines.come_to`)."""

    def __init__(self, cell: Status, due: Due, scope: Expr, slots: Mapping[str, int], world: World) -> None:
        """``due`` is when it ends, ``scope`` when its policy applies."""
        super().__init__(due, scope, slots, (*cell.acts, *cell.stops))
        self.acts = len(cell.acts)
        self.follows = evaluate_of(due.follows)
        self.clocks, self.last = clocks_of(due, world), last_clock_of(cell, world)

    def state(self, exact: Exact, record: int | None) -> Unknown:
        """Return the state of its status."""
        raws = self.raws(exact, record)
        if self.exists(exact, record):
            has_value = raws[0] is not None and (raws[0] is V or type(raws[0]) is not Mark)
            return Unknown(union_of(self._waits(exact, raws, record)), has_value)
        wanted = [self.conditions.waits(exact, record)]
        if Mark in map(type, raws) and not self._is_settled(exact, raws, record):
            wanted += self._waits(exact, raws, record)
        return Unknown(union_of(wanted))

    def _waits(self, exact: Exact, raws: Sequence[Raw], record: int | None) -> list[Waits]:
        """Return what it waits for what the clock has come to that certainly exists."""
        if raws[0] is None:  # it gives no time, if it ever starts
            return [waits_of_value(exact, self.values[1], record)]
        return self.waits(exact, raws, record)

    def _is_settled(self, exact: Exact, raws: Sequence[Raw], record: int | None) -> bool:
        """Tell whether what it has come to, if it exists, is known whatever is open."""
        length, start, *events = map(lift, raws)
        clock = self.clocks[self.follows(exact, record)[0] is Truth.TRUE]
        span = measure(Truth.TRUE, NOTHING, start, length, clock)
        acts, stops = events[: self.acts], events[self.acts :]
        return isinstance(come_to(span, acts, stops, self.last, exact.as_of)[0], Known)
