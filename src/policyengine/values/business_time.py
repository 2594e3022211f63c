"""Going forward by business days, by time on business days, and by business hours.

Days are proleptic Gregorian ordinals, instants epoch seconds. Years are passed as a whole: a length can be
centuries, and a year has 366 days to look at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from policyengine.values.calendar import Calendar, business_days_of, days_of, new_year
from policyengine.values.literals import local_day, start_of_day
from policyengine.values.months import time_of_day

# The year 9800. Dates end with the year 9999, and the longest of all lengths, counted on business days only,
# is shorter than what is left. What a case or a rule can name is many centuries earlier: this is yet to come.
LATEST = 247_090_953_600
_LAST_YEAR = 9_800

Found = tuple[int, bool]
"""A day or an instant, and whether all days that were looked at for it are published."""


def after_business_days(day: int, count: int, calendar: Calendar) -> Found:
    """Return the business day that is so many after a day; none after it is the day itself."""
    before = day
    while count:
        year = date.fromordinal(day + 1).year
        if year > _LAST_YEAR:
            return day, False
        first, worked = new_year(year), business_days_of(year, calendar)
        passed = bisect_right(worked, day - first)
        left = len(worked) - passed
        day = first + worked[passed + count - 1] if count <= left else new_year(year + 1) - 1
        count -= min(count, left)
    # What is published is one stretch of days.
    return day, day == before or (calendar.is_published(before + 1) and calendar.is_published(day))


def business_day_from(day: int, calendar: Calendar) -> Found:
    """Return the day itself if it is a business day, else the next one that is."""
    if calendar.is_business_day(day):
        return day, calendar.is_published(day)
    found, is_published = after_business_days(day, 1, calendar)
    return found, is_published and calendar.is_published(day)


def business_days_between(first: int, last: int, calendar: Calendar) -> int:
    """Return how many business days lie after one day, up to and with another; negative if that is earlier.

    From Friday to Monday it is one, from Friday to Sunday none.
    """
    if last < first:
        return -business_days_between(last, first, calendar)
    years = range(date.fromordinal(first).year, date.fromordinal(last).year + 1)
    whole = sum(len(business_days_of(year, calendar)) for year in years[:-1])
    return whole + _worked_until(last, calendar) - _worked_until(first, calendar)


def is_published_between(first: int, last: int, calendar: Calendar) -> bool:
    """Tell whether all days are published that :func:`business_days_between` looks at."""
    since, until = min(first, last), max(first, last)
    return since == until or (calendar.is_published(since + 1) and calendar.is_published(until))


def _worked_until(day: int, calendar: Calendar) -> int:
    """Return how many business days a year has up to and with a day of it."""
    year = date.fromordinal(day).year
    return bisect_right(business_days_of(year, calendar), day - new_year(year))


Stretches = Callable[[int], Iterable[tuple[int, int]]]
"""For a day, when a clock runs on it: from an instant until another one, in order and apart."""


def after_business_time(start: int, seconds: int, calendar: Calendar, zone: ZoneInfo) -> Found:
    """Return when a clock that runs on business days only, day and night, has run for the seconds."""

    def stretches(day: int) -> Iterable[tuple[int, int]]:
        if calendar.is_business_day(day):
            yield start_of_day(day, zone), start_of_day(day + 1, zone)

    return _after(start, seconds, calendar, zone, stretches, _business_time_of)


def after_business_hours(start: int, seconds: int, calendar: Calendar, zone: ZoneInfo) -> Found:
    """Return the first instant at which a business has been open for the seconds.

    So that is the end of a block of hours, and not the beginning of the next. Hours that the clocks skip are
    no hours, and those that come twice are two.
    """

    def stretches(day: int) -> Iterable[tuple[int, int]]:
        return _open_on(day, calendar, zone)

    return _after(start, seconds, calendar, zone, stretches, _business_hours_of)


def _open_on(day: int, calendar: Calendar, zone: ZoneInfo) -> Iterable[tuple[int, int]]:
    for begin, end in calendar.blocks(day):
        yield (
            time_of_day(day, begin, zone) if begin else start_of_day(day, zone),
            time_of_day(day, end, zone),
        )


def _after(
    start: int,
    seconds: int,
    calendar: Calendar,
    zone: ZoneInfo,
    stretches: Stretches,
    time_of: Callable[[int, Calendar, ZoneInfo], int],
) -> Found:
    """Return when a clock has run for the seconds; ``time_of`` tells for how many it runs in a year."""
    if not seconds:
        return start, True
    first = day = local_day(start, zone)
    left, is_published = seconds, True
    while True:
        year = date.fromordinal(day).year
        if year > _LAST_YEAR:
            return LATEST, False
        if first < day == new_year(year):
            whole = time_of(year, calendar, zone)
            if whole < left:
                is_published = is_published and _is_year_published(year, calendar)
                day, left = new_year(year + 1), left - whole
                continue
        is_published = is_published and calendar.is_published(day)
        for begin, end in stretches(day):
            now = max(begin, start)
            if left <= end - now:
                return now + left, is_published
            left -= max(0, end - now)
        day += 1


def _is_year_published(year: int, calendar: Calendar) -> bool:
    days = days_of(year)
    return calendar.is_published(days[0]) and calendar.is_published(days[-1])


@lru_cache(maxsize=16_384)
def _business_time_of(year: int, calendar: Calendar, zone: ZoneInfo) -> int:
    """Return the seconds of all business days of a year."""
    first = new_year(year)
    days = (first + number for number in business_days_of(year, calendar))
    return sum(start_of_day(day + 1, zone) - start_of_day(day, zone) for day in days)


@lru_cache(maxsize=16_384)
def _business_hours_of(year: int, calendar: Calendar, zone: ZoneInfo) -> int:
    """Return for how many seconds of a year a business is open."""
    return sum(end - begin for day in days_of(year) for begin, end in _open_on(day, calendar, zone))
