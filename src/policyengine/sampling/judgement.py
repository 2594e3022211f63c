"""The instant at which a case is to be judged."""

from __future__ import annotations

from policyengine.sampling.draw import JUDGED, Draw
from policyengine.sampling.operands import Operands
from policyengine.sampling.vocabulary import Vocabulary
from policyengine.values.literals import SECONDS_PER_DAY, ValueType

_FAR = 10**9
_LATEST_WISHED = 10 * SECONDS_PER_DAY
_LATEST = 60 * SECONDS_PER_DAY
_AS_WISHED = 0.8
_AT_AN_END = 0.35
_AT_THE_LAST = 0.6


class Judgement:
    """Chooses the instants of one rulebook's cases."""

    def __init__(self, words: Vocabulary, operands: Operands) -> None:
        """``operands`` gives the ends of deadlines."""
        given, deadlines = words.given.items(), words.book.deadlines.values()
        self._events = frozenset(
            path for path, fact in given if fact.type is ValueType.INSTANT and fact.is_event
        )
        self._dues = [operands.due(one.id) for one in deadlines if one.listed is None]

    def choose(self, draw: Draw) -> int:
        """Return an instant (epoch seconds) that is not before what has happened.

        As is wished, at the edge of the end of a deadline, at the last thing that the case says, or later.
        """
        last = self._last(draw)
        way = draw.random()
        if draw.limits.get(JUDGED) and way < _AS_WISHED:
            return self._wished(draw, last)
        if way < _AT_AN_END:
            dues = [due(draw, None) for due in self._dues]
            ends = [one for one in dues if one is not None and one >= last]
            return max(last, ends[draw.below(len(ends))] + draw.below(3) - 1) if ends else last
        return last if way < _AT_THE_LAST else last + int(draw.random() ** 3 * _LATEST)

    def _last(self, draw: Draw) -> int:
        last = draw.base
        for (path, _), value in draw.values.items():
            if path in self._events and isinstance(value, int) and value > last:
                last = value
        return last

    def _wished(self, draw: Draw, last: int) -> int:
        low, high = last, last + _FAR
        for limit in draw.limits[JUDGED]:
            found = limit(draw)
            if found is not None:
                least, most = found
                first = low if least is None else max(low, least)
                end = high if most is None else min(high, most)
                if first <= end:
                    low, high = first, end
        way = draw.random()
        if way < 0.4:
            return high if high < last + _FAR else low
        return low if way < 0.6 else low + int(draw.random() ** 2 * min(high - low, _LATEST_WISHED))
