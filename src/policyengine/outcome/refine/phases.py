"""Days on which the same is in force: where figures come back, what is compared does not move one way.

Between two days on which a figure is the same it may have been another: an interlude, or days of every year.
So what an act may decide is looked at for each *phase* by itself: all the times at which the same figures are
in force. Within a phase everything moves one way with the time again, however many gaps it has.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date
from itertools import accumulate
from zoneinfo import ZoneInfo

from policyengine.frozen import Frozen
from policyengine.outcome.refine.domains import Interval
from policyengine.semantics.dated import Dated, has_begun, in_force
from policyengine.values.literals import ValueType, local_day, start_of_day
from policyengine.values.seasons import Season


class Turning(Frozen):
    """What depends on the day of a value: figures by their dated values, and tests of days of every year."""

    figures: tuple[Sequence[Dated], ...]
    seasons: tuple[Season, ...]

    @property
    def comes_back(self) -> bool:
        """Tell whether anything may be as it was before."""
        return bool(self.figures or self.seasons)

    def on(self, day: int) -> Hashable:
        """Return what tells a day (ordinal) from days on which something else is in force."""
        found = [in_force(values, day) for values in self.figures]
        figures = [
            has_begun(values, day) if one is None else id(one)
            for values, one in zip(self.figures, found, strict=True)
        ]
        return (*figures, *(one.holds_on(day) for one in self.seasons))

    def changes(self, first: int, last: int) -> Iterator[int]:
        """Return the days from ``first`` to ``last`` on which something else may come into force."""
        for day in {*self._changes(date.fromordinal(first).year, date.fromordinal(last).year)}:
            if first < day <= last:
                yield day

    def _changes(self, first: int, last: int) -> Iterator[int]:
        seasons = list(self.seasons)
        for one in (one for values in self.figures for one in values):
            yield from () if one.start is None else (one.start,)
            yield from () if one.end is None else (one.end + 1,)
            seasons += [] if one.season is None else [one.season]
        for season in dict.fromkeys(seasons):
            for year in range(first, last + 1):
                yield from season.changes_in(year)


class Phase(Frozen):
    """The spans of one phase in order; ``before`` tells how many values come before each."""

    spans: tuple[tuple[int, int], ...]
    before: tuple[int, ...]

    @property
    def size(self) -> int:
        """Return how many values it has."""
        low, high = self.spans[-1]
        return self.before[-1] + high - low + 1

    def at(self, rank: int) -> int:
        """Return the value of a rank, from 0 on."""
        number = bisect_right(self.before, rank) - 1
        return self.spans[number][0] + rank - self.before[number]

    def between(self, low: int, high: int) -> Iterator[tuple[int, int]]:
        """Return the spans between two values of it."""
        for first, last in self.spans:
            if first <= high and last >= low:
                yield max(first, low), min(last, high)


def phases(turning: Turning, limits: Interval, type: ValueType, zone: ZoneInfo) -> list[Phase]:
    """Return the phases of the instants (epoch seconds) or dates (ordinals) within limits."""
    if not turning.comes_back:
        return [_phase([(limits.low, limits.high)])]

    def day_of(value: int) -> int:
        return value if type is ValueType.DATE else local_day(value, zone)

    days = sorted(turning.changes(day_of(limits.low), day_of(limits.high)))
    starts = [limits.low, *(day if type is ValueType.DATE else start_of_day(day, zone) for day in days)]
    ends = [*(start - 1 for start in starts[1:]), limits.high]
    found: dict[Hashable, list[tuple[int, int]]] = {}
    for low, high in zip(starts, ends, strict=True):
        found.setdefault(turning.on(day_of(low)), []).append((low, high))
    return [_phase(spans) for spans in found.values()]


def _phase(spans: Iterable[tuple[int, int]]) -> Phase:
    every = tuple(spans)
    sizes = [high - low + 1 for low, high in every]
    return Phase(every, tuple(accumulate(sizes[:-1], initial=0)))
