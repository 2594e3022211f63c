"""Months and years: the day with the same number, and the same time of day on it.

A year is twelve months. All months are counted at once from the start and never one by one: 31 January and
two months is 31 March, although 31 January and one month is 28 February. Days are proleptic Gregorian
ordinals.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from policyengine.values.literals import SECONDS_PER_DAY, epoch_seconds, local_day, local_time, zone_offset

MONTHS_PER_YEAR = 12
MonthEnd = Literal["last_day", "stays_last_day"]
"""On which day a month ends that begins late in one: see :func:`day_after_months`."""


def day_after_months(day: int, months: int, month_end: MonthEnd = "last_day") -> int:
    """Return the day with the same number some months later; ``months`` is 0 or more.

    Where that month is too short for the number, it is its last day. With ``stays_last_day`` a start on the
    last day of its month always ends on a last day: 28 February 2026 and six months is 31 August and not the
    28th. Raises ValueError after the year 9999.
    """
    start = date.fromordinal(day)
    years, month = divmod(start.month - 1 + months, MONTHS_PER_YEAR)
    year, month = start.year + years, month + 1
    last = days_in(year, month)
    is_last = month_end == "stays_last_day" and start.day == days_in(start.year, start.month)
    return date(year, month, last if is_last else min(start.day, last)).toordinal()


def days_in(year: int, month: int) -> int:
    """Return how many days a month has."""
    # `calendar` would say it, too, and takes longer to be imported than a case to be judged.
    return 31 if month == 12 else (date(year, month + 1, 1) - date(year, month, 1)).days


def instant_after_months(start: int, months: int, zone: ZoneInfo, month_end: MonthEnd = "last_day") -> int:
    """Return the same local time some months after an instant; both are epoch seconds.

    Where the clocks skip that time the offset before the change counts (02:30 is 03:30), where it comes twice
    the earlier one does. A later start can end earlier: 30 January 10:00 and 31 January 09:00 both end on 28
    February. No months at all end where they start.
    """
    if not months:
        return start
    local = local_time(start, zone)
    day = day_after_months(local.toordinal(), months, month_end)
    return time_of_day(day, local.hour * 3_600 + local.minute * 60 + local.second, zone)


def time_of_day(day: int, seconds: int, zone: ZoneInfo) -> int:
    """Return the instant, in epoch seconds, at which the clocks of a zone show a time on a day.

    ``seconds`` are those that a clock has shown since midnight, 86400 being midnight of the next day. A time
    that is skipped is read with the offset before the change, of one that comes twice the earlier counts.
    """
    days, seconds = divmod(seconds, SECONDS_PER_DAY)
    start = date.fromordinal(day + days)
    local = datetime(start.year, start.month, start.day) + timedelta(seconds=seconds)
    return epoch_seconds(local) - zone_offset(local.replace(tzinfo=zone, fold=0))


def months_between(first: int, last: int, month_end: MonthEnd = "last_day") -> int:
    """Return the greatest number of months that, after one day, end not later than another.

    ``first`` and ``last`` are days, ``last`` not before ``first``.
    """
    return _most(first, last, lambda months: day_after_months(first, months, month_end) <= last)


def months_between_instants(first: int, last: int, zone: ZoneInfo, month_end: MonthEnd = "last_day") -> int:
    """Return the greatest number of months that, after one instant, end not later than another.

    ``first`` and ``last`` are epoch seconds, ``last`` not before ``first``.
    """
    begin, end = local_day(first, zone), local_day(last, zone)
    return _most(begin, end, lambda months: instant_after_months(first, months, zone, month_end) <= last)


def _most(first: int, last: int, is_in_time: Callable[[int], bool]) -> int:
    """Return the greatest number of months that is in time; ``first`` and ``last`` are the days concerned.

    Months follow one another in time, so it is the difference of the months' numbers or one less.
    """
    start, end = date.fromordinal(first), date.fromordinal(last)
    most = (end.year - start.year) * MONTHS_PER_YEAR + end.month - start.month
    return most if is_in_time(most) else most - 1
