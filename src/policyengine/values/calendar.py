"""Business days: those of a country or of a house, and the hours of a business day."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from policyengine.frozen import Frozen

if TYPE_CHECKING:
    from holidays import HolidayBase

# Years for which holidays are looked up; outside them only the weekends are known.
_FIRST_YEAR = 1980
_LAST_YEAR = 2100
# From 25 December on, a day can be moved by the notice for the year that follows: 2006-12-30 was worked so
# that 2007-01-02 was free, and 2018-12-31 was free because 2018-12-29 was worked.
_DAYS_LEFT_TO_NEXT_NOTICE = 7
_SATURDAY_AND_SUNDAY = frozenset({5, 6})


Blocks = tuple[tuple[int, int], ...]
"""Parts of a day, each from a second to another one, in order and apart."""


class CalendarUnknown(Exception):
    """No business-day calendar has this code."""

    def __init__(self, code: str) -> None:
        """Hold the code that was asked for."""
        super().__init__(code)
        self.code = code


class Calendar(Frozen):
    """The business days of a country. Days are proleptic Gregorian ordinals.

    ``off`` holds the days that are not worked whatever weekday they are, ``worked`` the days of the weekend
    that are (make-up days). From ``first_year`` to ``last_year`` the calendar is published; elsewhere it is a
    prediction. ``weekend`` holds weekdays, Monday being 0.

    ``hours`` are, for each weekday from Monday on, the blocks of a business day in which work is done, as
    seconds that a clock has shown since midnight: from the first (inclusive) to the second (exclusive), in
    order and apart. ``make_up_hours`` are those of ``worked`` days; both are empty where no hours are known.
    """

    code: str
    version: str
    first_year: int
    last_year: int
    off: frozenset[int]
    worked: frozenset[int]
    weekend: frozenset[int] = _SATURDAY_AND_SUNDAY
    hours: tuple[Blocks, ...] = ()
    make_up_hours: Blocks = ()

    def is_business_day(self, day: int) -> bool:
        """Tell whether a day is worked; where the calendar is not published this is a prediction."""
        if (day - 1) % 7 in self.weekend:  # day 1, 0001-01-01, was a Monday
            return day in self.worked
        return day not in self.off

    def blocks(self, day: int) -> Blocks:
        """Return the blocks of a day in which work is done; none on a day that is not worked."""
        weekday = (day - 1) % 7
        if weekday in self.weekend:
            return self.make_up_hours if day in self.worked else ()
        return self.hours[weekday] if self.hours and day not in self.off else ()

    def is_published(self, day: int) -> bool:
        """Tell whether this day is fixed; where days are moved, the last week of the last year is not yet."""
        left = _DAYS_LEFT_TO_NEXT_NOTICE if self.worked else 0
        return new_year(self.first_year) <= day < new_year(self.last_year + 1) - left


def new_year(year: int) -> int:
    """Return the ordinal of 1 January. Arithmetic, because ``datetime.date`` has no year after 9999."""
    before = year - 1
    return before * 365 + before // 4 - before // 100 + before // 400 + 1


NO_CALENDAR = Calendar("none", "", 1, 9_999, frozenset(), frozenset(), frozenset())
"""The calendar of a rulebook that counts no business days; nothing may ask it."""
HOUSE = Calendar("own", "", 1, 9_999, frozenset(), frozenset())
"""A calendar of which a house says the days itself: without any, all but Saturdays and Sundays."""


@lru_cache(maxsize=8)
def subdivisions_of(country: str) -> tuple[str, ...] | None:
    """Return the parts of a country that have holidays of their own, None where there is no such country."""
    import holidays

    if not re.fullmatch("[A-Z]{2,3}", country):
        return None
    try:
        return tuple(holidays.country_holidays(country).subdivisions)
    except NotImplementedError:
        return None


@lru_cache(maxsize=8)
def load_calendar(code: str) -> Calendar:
    """Load the calendar of a country by its ISO 3166 code, such as ``CN``, or of a part of one, ``US-CA``.

    Raises CalendarUnknown.

    The library predicts holidays without saying so. Where a country moves working days to weekends (China), a
    year is taken as published when the library knows such days for it; elsewhere all years that the library
    supports are, back to the last change of the weekend and within 1980 to 2100.
    """
    import holidays  # slow to import, and only needed where business days are counted
    from holidays.version import __version__

    if not re.fullmatch("[A-Z]{2,3}(-[A-Z0-9]{1,3})?", code):
        raise CalendarUnknown(code)
    country, _, part = code.partition("-")
    try:
        first_year, last_year = _supported_years(holidays.country_holidays(country, part or None))
        years = range(first_year, last_year + 1)
        known = holidays.country_holidays(country, part or None, years=years)
    except NotImplementedError:
        raise CalendarUnknown(code) from None
    weekend = _weekend(known, last_year)
    worked = frozenset(day.toordinal() for day in known.weekend_workdays)
    moved_years = [day.year for day in known.weekend_workdays]
    if moved_years:
        first_year, last_year = min(moved_years), max(moved_years)
    first_year = _first_year_of_weekend(known, weekend, first_year, last_year)
    off = frozenset(day.toordinal() for day in known)
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


def days_of(year: int) -> range:
    """Return the days of a year."""
    return range(new_year(year), new_year(year + 1))


def business_days_of(year: int, calendar: Calendar) -> tuple[int, ...]:
    """Return the business days of a year, counted from its first day (0).

    Of years that have no holidays of their own there are only as many kinds as days of the week on which a
    year can begin, twice: a chain of deadlines can pass through thousands of them.
    """
    calendar = _same(calendar)
    if year in _years_with_holidays(calendar):
        return _own_business_days_of(year, calendar)
    days = days_of(year)
    return _weekdays_of(days[0] % 7, len(days), calendar.weekend)


_MOST_CALENDARS = 64
_calendars: dict[int, tuple[Calendar, Calendar]] = {}
"""Calendars that were asked, by their ids, which are theirs while they are kept; and the first equal one."""


def _same(calendar: Calendar) -> Calendar:
    """Return the calendar, the same for all that are equal: each rulebook reads its own from what is kept.

    What is kept of years is found at once with the same calendar, else only by comparing all their holidays.
    """
    found = _calendars.get(id(calendar))
    if found is None:
        if len(_calendars) >= _MOST_CALENDARS:
            _calendars.clear()
        first = next((one for _, one in tuple(_calendars.values()) if one == calendar), calendar)
        found = _calendars[id(calendar)] = (calendar, first)
    return found[1]


@lru_cache(maxsize=8)
def _years_with_holidays(calendar: Calendar) -> range:
    days = calendar.off | calendar.worked
    return range(date.fromordinal(min(days)).year, date.fromordinal(max(days)).year + 1) if days else range(0)


@lru_cache(maxsize=1_024)
def _own_business_days_of(year: int, calendar: Calendar) -> tuple[int, ...]:
    days = days_of(year)
    return tuple(day - days[0] for day in days if calendar.is_business_day(day))


@lru_cache(maxsize=64)
def _weekdays_of(first: int, count: int, weekend: frozenset[int]) -> tuple[int, ...]:
    return tuple(number for number in range(count) if (first + number - 1) % 7 not in weekend)
