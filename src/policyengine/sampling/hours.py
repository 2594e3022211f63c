"""When people act: days and times of day, and how instants are written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from policyengine.values.literals import SECONDS_PER_DAY, local_time, start_of_day, zone_offset

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MORNING, _EVENING = 9 * 3_600, 21 * 3_600
_SHARE_BY_DAY = 0.86
"""The share of what people do that is done between nine and nine."""


class Hours:
    """The clock of one zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        """Offsets are remembered by the day."""
        self.zone = zone
        self._offsets: dict[int, int | None] = {}

    def offset(self, instant: int) -> int:
        """Return by how many seconds the clock is ahead of UTC at an instant (epoch seconds)."""
        day = instant // SECONDS_PER_DAY
        try:
            found = self._offsets[day]
        except KeyError:
            found = self._offsets[day] = self._of_day(day)
        return zone_offset(local_time(instant, self.zone)) if found is None else found

    def _of_day(self, day: int) -> int | None:
        """Return the offset of a whole day of UTC, None if it changes on it."""
        first = _EPOCH + timedelta(days=day)
        offsets = {zone_offset((first + timedelta(hours=hour)).astimezone(self.zone)) for hour in range(25)}
        return offsets.pop() if len(offsets) == 1 else None

    def text(self, instant: int) -> str:
        """Return an instant with its offset, such as ``2012-03-16T18:00:00+08:00``."""
        offset = self.offset(instant)
        day, second = divmod(instant + offset, SECONDS_PER_DAY)
        hour, rest = divmod(second, 3_600)
        if offset % 60:
            return local_time(instant, self.zone).isoformat()
        minute, second = divmod(rest, 60)
        return f"{_day_text(day)}T{hour:02}:{minute:02}:{second:02}{_offset_text(offset)}"

    def start_of(self, day: int) -> int:
        """Return the instant at which a day (an ordinal) begins."""
        return start_of_day(day, self.zone)

    def some_time(self, day: int, random: Callable[[], float]) -> int:
        """Return an instant on a day (an ordinal), by day more often than at night."""
        second = _second(random)
        start = start_of_day(day, self.zone)
        return start + second

    def by_day(self, instant: int, random: Callable[[], float]) -> int:
        """Return an instant on the same day, or on the next one, at an hour at which people are awake."""
        second = (instant + self.offset(instant)) % SECONDS_PER_DAY
        if _MORNING <= second < _EVENING or random() >= _SHARE_BY_DAY:
            return instant
        if second < _MORNING:
            return instant - second + _MORNING + int(random() * (_EVENING - _MORNING))
        return instant - second + SECONDS_PER_DAY + _MORNING + int(random() ** 2 * (_EVENING - _MORNING))


def _second(random: Callable[[], float]) -> int:
    if random() < _SHARE_BY_DAY:
        return _MORNING + int(random() * (_EVENING - _MORNING))
    return (_EVENING + int(random() * 12 * 3_600)) % SECONDS_PER_DAY


@lru_cache(maxsize=20_000)
def _day_text(day: int) -> str:
    return date.fromordinal(day + _EPOCH_DAY).isoformat()


@lru_cache(maxsize=100)
def _offset_text(offset: int) -> str:
    hours, minutes = divmod(abs(offset) // 60, 60)
    return f"{'-' if offset < 0 else '+'}{hours:02}:{minutes:02}"
