"""Business days, and the instant at which a length of time ends."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple
from zoneinfo import ZoneInfo

from policyengine.frozen import Frozen
from policyengine.values.literals import (
    BUSINESS_DAYS_UNIT,
    COUNTED_DAYS,
    LONGEST_SECONDS,
    MOST_BUSINESS_DAYS,
    SECONDS_PER_DAY,
    Duration,
    local_day,
    start_of_day,
)

if TYPE_CHECKING:
    from holidays import HolidayBase

# Years for which holidays are looked up; outside them only the weekends are known.
_FIRST_YEAR = 1980
_LAST_YEAR = 2100
# From 25 December on, a day can be moved by the notice for the year that follows: 2006-12-30 was worked so
# that 2007-01-02 was free, and 2018-12-31 was free because 2018-12-29 was worked.
_DAYS_LEFT_TO_NEXT_NOTICE = 7
_SATURDAY_AND_SUNDAY = frozenset({5, 6})


class CalendarUnknown(Exception):
    """No business-day calendar has this code."""

    def __init__(self, code: str) -> None:
        """Hold the code that was asked for."""
        super().__init__(code)
        self.code = code


class Calendar(Frozen):
    """The business days of a country. Days are proleptic Gregorian ordinals.

    ``off`` holds the days outside the weekend that are not worked, ``worked`` the days of the weekend that
    are (make-up days). From ``first_year`` to ``last_year`` the calendar is published; elsewhere it is a
    prediction. ``weekend`` holds weekdays, Monday being 0.
    """

    code: str
    version: str
    first_year: int
    last_year: int
    off: frozenset[int]
    worked: frozenset[int]
    weekend: frozenset[int] = _SATURDAY_AND_SUNDAY

    def is_business_day(self, day: int) -> bool:
        """Tell whether a day is worked; where the calendar is not published this is a prediction."""
        if (day - 1) % 7 in self.weekend:  # day 1, 0001-01-01, was a Monday
            return day in self.worked
        return day not in self.off

    def is_published(self, day: int) -> bool:
        """Tell whether an authority has fixed this day; the last week of the last year is not fixed yet."""
        return _new_year(self.first_year) <= day < _new_year(self.last_year + 1) - _DAYS_LEFT_TO_NEXT_NOTICE


def _new_year(year: int) -> int:
    """Return the ordinal of 1 January. Arithmetic, because ``datetime.date`` has no year after 9999."""
    before = year - 1
    return before * 365 + before // 4 - before // 100 + before // 400 + 1


@lru_cache(maxsize=8)
def load_calendar(code: str) -> Calendar:
    """Load the calendar of a country by its ISO 3166 code, such as ``CN``. Raises CalendarUnknown.

    The library predicts holidays without saying so. Where a country moves working days to weekends (China), a
    year is taken as published when the library knows such days for it; elsewhere all years that the library
    supports are, back to the last change of the weekend and within 1980 to 2100.
    """
    import holidays  # slow to import, and only needed where business days are counted
    from holidays.version import __version__

    if not (code.isascii() and code.isalpha() and code.isupper() and len(code) in (2, 3)):
        raise CalendarUnknown(code)
    try:
        first_year, last_year = _supported_years(holidays.country_holidays(code))
        known = holidays.country_holidays(code, years=range(first_year, last_year + 1))
    except NotImplementedError:
        raise CalendarUnknown(code) from None
    weekend = _weekend(known, last_year)
    worked = frozenset(day.toordinal() for day in known.weekend_workdays)
    moved_years = [day.year for day in known.weekend_workdays]
    if moved_years:
        first_year, last_year = min(moved_years), max(moved_years)
    first_year = _first_year_of_weekend(known, weekend, first_year, last_year)
    off = frozenset(day.toordinal() for day in known if day.weekday() not in weekend)
    return Calendar(code, f"holidays {__version__}", first_year, last_year, off, worked, weekend)


def _supported_years(known: HolidayBase) -> tuple[int, int]:
    return max(_FIRST_YEAR, known.start_year), min(_LAST_YEAR, known.end_year)


def _weekend(known: HolidayBase, year: int) -> frozenset[int]:
    """Return the weekdays that are the weekend in the first week of a year; countries have changed theirs."""
    week = [date(year, 1, day) for day in range(1, 8)]
    return frozenset(day.weekday() for day in week if known.is_weekend(day))


def _first_year_of_weekend(known: HolidayBase, weekend: frozenset[int], first: int, last: int) -> int:
    """Return the first year from which on the weekend was always the one of today."""
    year = last
    while year > first and _weekend(known, year - 1) == weekend:
        year -= 1
    return year


# The year 9800. Dates end with the year 9999, and the longest of all lengths, counted on business days only,
# is shorter than what is left. What a case or a rule can name is many centuries earlier: this is yet to come.
LATEST = 247_090_953_600


class Counting(Frozen):
    """How a rulebook reads a length of time where its source leaves that open.

    ``end``: whether acting exactly when the time ends is in time; it does not move the end.
    ``hours``: whether the clock stands still on days that are no business days.
    ``days``: whether a day is 24 hours, or a whole calendar day after the day of the trigger.
    ``business_days``: whether the day of the trigger counts.
    """

    end: Literal["included", "excluded"] = "included"
    hours: Literal["continuous", "business_days_only"] = "continuous"
    days: Literal["rolling", "calendar"] = "rolling"
    business_days: Literal["from_next_day", "from_same_day"] = "from_next_day"


class Due(NamedTuple):
    """The instant, in epoch seconds, at which a length of time ends, and whether it rests on a prediction."""

    instant: int
    provisional: bool


def is_in_time(act: int, due: int, counting: Counting) -> bool:
    """Tell whether an act, in epoch seconds, is in time for a due instant."""
    return act <= due if counting.end == "included" else act < due


def add_length(start: int, length: Duration, counting: Counting, calendar: Calendar, zone: ZoneInfo) -> Due:
    """Return when a length of time that begins at ``start``, in epoch seconds, ends.

    No time ends later than ``LATEST``: by a chain of deadlines, rules can reach years for which there is no
    calendar. Raises ValueError for a length that no literal can have: negative or beyond the limits of
    ``values``.
    """
    _check_length(length)
    due = _end(start, length, counting, calendar, zone) if start < LATEST else Due(start, False)
    return due if due.instant < LATEST else Due(LATEST, provisional=True)


def _end(start: int, length: Duration, counting: Counting, calendar: Calendar, zone: ZoneInfo) -> Due:
    if length.unit == BUSINESS_DAYS_UNIT:
        return _after_business_days(start, length.count, counting, calendar, zone)
    if length.unit in COUNTED_DAYS and counting.days == "calendar":
        last = local_day(start, zone) + length.seconds // SECONDS_PER_DAY
        return Due(start_of_day(last + 1, zone), provisional=False)
    if counting.hours == "business_days_only":
        return _after_business_time(start, length.seconds, calendar, zone)
    return Due(start + length.seconds, provisional=False)


def _check_length(length: Duration) -> None:
    if length.unit == BUSINESS_DAYS_UNIT:
        if not 0 <= length.count <= MOST_BUSINESS_DAYS:
            raise ValueError(f"{length.count} business days are out of range")
    elif not 0 <= length.seconds <= LONGEST_SECONDS:
        raise ValueError(f"{length.count} {length.unit} are out of range")


def _after_business_days(
    start: int, count: int, counting: Counting, calendar: Calendar, zone: ZoneInfo
) -> Due:
    """Return 24:00 of the last business day; none at all end with the day of the trigger."""
    day = local_day(start, zone)
    if counting.business_days == "from_same_day" and count:
        day -= 1
    before = day
    while count:
        year = date.fromordinal(day + 1).year
        first, worked = _new_year(year), _business_days_of(year, calendar)
        passed = bisect_right(worked, day - first)
        left = len(worked) - passed
        day = first + worked[passed + count - 1] if count <= left else _new_year(year + 1) - 1
        count -= min(count, left)
    # What is published is one stretch of days.
    is_published = day == before or (calendar.is_published(before + 1) and calendar.is_published(day))
    return Due(start_of_day(day + 1, zone), not is_published)


def _after_business_time(start: int, seconds: int, calendar: Calendar, zone: ZoneInfo) -> Due:
    """Return when the clock, which runs on business days only, has run for the seconds."""
    day, now, left, provisional = local_day(start, zone), start, seconds, False
    while left:
        year = _year_begun_by(day)
        whole = 0 if year is None else _business_time_of(year, calendar, zone)
        if year is not None and whole < left and now == start_of_day(day, zone):
            provisional = provisional or not _is_year_published(year, calendar)
            day, left = _new_year(year + 1), left - whole
            now = start_of_day(day, zone)
            continue
        end = start_of_day(day + 1, zone)
        provisional = provisional or not calendar.is_published(day)
        if calendar.is_business_day(day):
            if left <= end - now:
                return Due(now + left, provisional)
            left -= end - now
        day, now = day + 1, end
    return Due(now, provisional)


# Years are passed as a whole: a length can be centuries, and a year has 366 days to look at.


def _year_begun_by(day: int) -> int | None:
    """Return the year whose first day this is, if it is one."""
    first = date.fromordinal(day)
    return first.year if (first.month, first.day) == (1, 1) else None


def _days_of(year: int) -> range:
    return range(_new_year(year), _new_year(year + 1))


def _is_year_published(year: int, calendar: Calendar) -> bool:
    days = _days_of(year)
    return calendar.is_published(days[0]) and calendar.is_published(days[-1])


def _business_days_of(year: int, calendar: Calendar) -> tuple[int, ...]:
    """Return the business days of a year, counted from its first day (0).

    Of years that have no holidays of their own there are only as many kinds as days of the week on which a
    year can begin, twice: a chain of deadlines can pass through thousands of them.
    """
    if year in _years_with_holidays(calendar):
        return _own_business_days_of(year, calendar)
    days = _days_of(year)
    return _weekdays_of(days[0] % 7, len(days), calendar.weekend)


@lru_cache(maxsize=8)
def _years_with_holidays(calendar: Calendar) -> range:
    days = calendar.off | calendar.worked
    return range(date.fromordinal(min(days)).year, date.fromordinal(max(days)).year + 1) if days else range(0)


@lru_cache(maxsize=1_024)
def _own_business_days_of(year: int, calendar: Calendar) -> tuple[int, ...]:
    days = _days_of(year)
    return tuple(day - days[0] for day in days if calendar.is_business_day(day))


@lru_cache(maxsize=64)
def _weekdays_of(first: int, count: int, weekend: frozenset[int]) -> tuple[int, ...]:
    return tuple(number for number in range(count) if (first + number - 1) % 7 not in weekend)


@lru_cache(maxsize=16_384)
def _business_time_of(year: int, calendar: Calendar, zone: ZoneInfo) -> int:
    """Return for how many seconds of a year the clock runs."""
    first = _new_year(year)
    days = (first + number for number in _business_days_of(year, calendar))
    return sum(start_of_day(day + 1, zone) - start_of_day(day, zone) for day in days)
