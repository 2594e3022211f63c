"""Lengths of time that stand still for a while.

A pause is a stretch [from, until) of time in epoch seconds; one that has no end lasts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from policyengine.frozen import replace
from policyengine.values.business_time import (
    LATEST,
    after_business_days,
    after_business_hours,
    after_business_time,
    business_day_from,
    business_days_between,
)
from policyengine.values.calendar import Calendar
from policyengine.values.counting import (
    Counting,
    Due,
    add_length,
    counts_whole_days,
    end_of_day,
    is_after_cut_off,
    last_day,
)
from policyengine.values.literals import (
    BUSINESS_DAYS_UNIT,
    COUNTED_DAYS,
    SECONDS_PER_DAY,
    UNIT_BUSINESS_MINUTES,
    UNIT_MONTHS,
    Duration,
    local_day,
)

Stretch = tuple[int, "int | None"]
"""From an instant on until another, which belongs to it no more; None: it lasts."""


class Ran(NamedTuple):
    """When a length has run, and what was left of it when it came to stand still for good.

    ``due`` is None where it stands still for good before its end; ``left`` is None where it does not. What is
    left of whole days is in days, of business hours in whole minutes, rounded up.
    """

    due: Due | None
    left: Duration | None


def united(pauses: Iterable[Stretch]) -> list[Stretch]:
    """Return stretches as few that do not touch, the earliest first; what is empty is left out."""
    found: list[Stretch] = []
    for begin, end in sorted(pauses, key=lambda one: one[0]):
        if end is not None and end <= begin:
            continue
        if found:
            first, last = found[-1]
            if last is None:
                break
            if begin <= last:
                found[-1] = first, None if end is None else max(last, end)
                continue
        found.append((begin, end))
    return found


def add_paused(
    start: int,
    length: Duration,
    counting: Counting,
    calendar: Calendar,
    zone: ZoneInfo,
    pauses: Iterable[Stretch],
    is_act: bool = True,
) -> Ran:
    """Return when a length that begins at ``start`` (epoch seconds) has run, not counting the pauses.

    That is the first instant at which it has: a pause that begins there or later changes nothing. Where whole
    days are counted, a day counts unless its last moment lies in a pause; whole months are the days that they
    would have without one, and rolling months the seconds. ``is_act`` is that of :func:`add_length`. Raises
    ValueError as that does.
    """
    first = add_length(start, length, counting, calendar, zone, is_act)
    stretches = [(max(one, start), end) for one, end in united(pauses) if end is None or end > start]
    if not stretches or stretches[0][0] >= first.instant or not length.count:
        return Ran(first, None)
    if counts_whole_days(length, counting):
        found = _Days(start, length, counting, calendar, zone, is_act).ran(stretches)
    else:
        found = _Clock(start, length, first, counting, calendar, zone).ran(stretches)
    if found.due is not None and found.due.instant >= LATEST:
        return Ran(Due(LATEST, provisional=True), None)
    return found


class _Clock:
    """Time that runs, perhaps on business days or in business hours only, and ends at a time of day."""

    def __init__(
        self,
        start: int,
        length: Duration,
        first: Due,
        counting: Counting,
        calendar: Calendar,
        zone: ZoneInfo,
    ) -> None:
        """``first`` is when it ends without a pause."""
        self.start = start
        self.length = length
        self.calendar = calendar
        self.zone = zone
        self.run: Callable[[int, int, Calendar, ZoneInfo], tuple[int, bool]] = _run_on
        if length.unit in UNIT_MONTHS:
            self.seconds = first.instant - start
        elif length.unit in UNIT_BUSINESS_MINUTES:
            self.run, self.seconds = after_business_hours, length.business_minutes * 60
        else:
            self.seconds = length.seconds
            if counting.hours == "business_days_only":
                self.run = after_business_time

    def ran(self, pauses: list[Stretch]) -> Ran:
        """Return when it has run, stretch by stretch between the pauses."""
        now, left, is_published = self.start, self.seconds, True
        for begin, end in pauses:
            if self._end(now, left)[0] <= begin:
                break
            ran = self._run_until(begin, now, left)
            is_published = is_published and self._end(now, ran)[1]
            left -= ran
            if end is None:
                return Ran(None, self._as_written(left))
            now = end
        due, is_last_published = self._end(now, left)
        return Ran(Due(due, not (is_published and is_last_published)), None)

    def _end(self, start: int, seconds: int) -> tuple[int, bool]:
        if start >= LATEST:
            return LATEST, False
        return self.run(start, seconds, self.calendar, self.zone)

    def _run_until(self, begin: int, start: int, left: int) -> int:
        """Return how many of the seconds that are left have run when a pause begins: most, but not all."""
        low, high = 0, left
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._end(start, middle)[0] <= begin else (low, middle)
        return low

    def _as_written(self, seconds: int) -> Duration:
        """Return what is left in the largest unit that holds it; in days only if the length was in days."""
        if self.run is after_business_hours:
            minutes = -(-seconds // 60)
            hours = Duration(minutes // 60, "business_hours")
            return Duration(minutes, "business_minutes") if minutes % 60 else hours
        is_days = self.length.unit in COUNTED_DAYS or self.length.unit in UNIT_MONTHS
        units = {"days": SECONDS_PER_DAY} if is_days else {}
        for unit, size in {**units, "hours": 3_600, "minutes": 60}.items():
            if seconds % size == 0:
                return Duration(seconds // size, unit)
        return Duration(seconds, "seconds")


def _run_on(start: int, seconds: int, calendar: Calendar, zone: ZoneInfo) -> tuple[int, bool]:
    """Return when seconds have run that do so day and night."""
    return start + seconds, True


class _Days:
    """Whole days, of which a paused one does not count. In its place another is needed."""

    def __init__(
        self,
        start: int,
        length: Duration,
        counting: Counting,
        calendar: Calendar,
        zone: ZoneInfo,
        is_act: bool,
    ) -> None:
        self.start = start
        self.counting = counting
        self.calendar = calendar
        self.zone = zone
        self.is_business = length.unit == BUSINESS_DAYS_UNIT
        self.is_published = True
        first = local_day(start, zone)
        if is_act and is_after_cut_off(start, counting, calendar, zone, self.is_business):
            first, self.is_published = self._after(first, 1)
        # The last day that does not count, and how many do.
        self.before, self.wanted = first, length.count
        if self.is_business:
            self.before -= counting.business_days == "from_same_day"
        else:
            self.wanted = last_day(first, length, _as_it_falls(counting), calendar)[0] - first

    def ran(self, pauses: list[Stretch]) -> Ran:
        """Return when all the days have run."""
        (last, is_published), paused = self._after(self.before, self.wanted), 0
        for begin, end in pauses:
            first = self._first_that_ends_in(begin)
            if last < first:
                break
            counted = self._between(self.before, first - 1)
            if end is None:
                unit = BUSINESS_DAYS_UNIT if self.is_business else "days"
                return Ran(None, Duration(self.wanted - counted + paused, unit))
            paused += self._between(self.before, self._last_that_ends_by(end)) - counted
            last, is_published = self._after(self.before, self.wanted + paused)
        if not self.is_business and self.counting.ends_on_holiday != "stays":
            last, is_published = business_day_from(last, self.calendar)
        end_of_last = end_of_day(last, self.counting, self.zone)
        return Ran(Due(max(self.start, end_of_last), not (self.is_published and is_published)), None)

    def _after(self, day: int, count: int) -> tuple[int, bool]:
        """Return the last of so many days that count after a day, and whether they are published."""
        return after_business_days(day, count, self.calendar) if self.is_business else (day + count, True)

    def _between(self, before: int, last: int) -> int:
        """Return how many days count after a day, up to and with another; none where that is not later."""
        if last <= before:
            return 0
        return business_days_between(before, last, self.calendar) if self.is_business else last - before

    def _first_that_ends_in(self, begin: int) -> int:
        """Return the first day that has its last moment at an instant or later."""
        day = local_day(begin, self.zone)
        return day if end_of_day(day, self.counting, self.zone) > begin else day + 1

    def _last_that_ends_by(self, end: int) -> int:
        """Return the last day that has ended by an instant."""
        day = local_day(end, self.zone)
        return day if end_of_day(day, self.counting, self.zone) <= end else day - 1


def _as_it_falls(counting: Counting) -> Counting:
    return replace(counting, ends_on_holiday="stays")
