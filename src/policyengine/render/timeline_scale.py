"""Where an instant stands on a line: to scale where that can be read, long times folded, short ones wider."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from policyengine.frozen import Frozen

_LEAST = 30.0
_MOST = 170.0
_SHARE = 1.8  # of the room that each would have if all were of one length


class Gap(Frozen):
    """What lies between two moments that follow each other; ``folded``: drawn shorter than to scale."""

    start: float
    stop: float
    seconds: int
    folded: bool


class Scale(Frozen):
    """Moments (epoch seconds, in order) with their places, and what lies between them."""

    moments: tuple[int, ...]
    places: tuple[float, ...]
    gaps: tuple[Gap, ...]

    def at(self, instant: int) -> float:
        """Return the place of a moment; of an instant between two, the one on the way."""
        if not self.moments or instant <= self.moments[0]:
            return self.places[0] if self.places else 0.0
        for number in range(1, len(self.moments)):
            before, after = self.moments[number - 1], self.moments[number]
            if instant <= after:
                share = (instant - before) / (after - before)
                return self.places[number - 1] + share * (self.places[number] - self.places[number - 1])
        return self.places[-1]


def scale_of(instants: Iterable[int], left: float, right: float) -> Scale:
    """Return a scale on which all moments stand between two places."""
    moments = tuple(sorted(set(instants)))
    if len(moments) < 2:
        return Scale(moments, tuple(left + (right - left) / 3 for _ in moments), ())
    lengths = [after - before for before, after in pairwise(moments)]
    room = right - left
    most = max(_MOST, _SHARE * room / len(lengths))
    least = min(_LEAST, room / len(lengths))
    per_second = _fitting(lengths, room, least, most)
    widths = [max(least, min(most, length * per_second)) for length in lengths]
    stretch = room / sum(widths)
    places, gaps = [left], []
    for length, wide in zip(lengths, widths, strict=True):
        places.append(places[-1] + wide * stretch)
        gaps.append(Gap(places[-2], places[-1], length, length * per_second > most * 1.01))
    return Scale(moments, tuple(places), tuple(gaps))


def _fitting(lengths: Sequence[int], room: float, least: float, most: float) -> float:
    """Return the largest scale (places a second) with which everything fits."""
    low, high = 0.0, most / min(lengths)
    for _ in range(60):
        middle = (low + high) / 2
        total = sum(max(least, min(most, length * middle)) for length in lengths)
        low, high = (middle, high) if total <= room else (low, middle)
    return low
