"""How many whole days, months, years or business days lie between two instants or two days.

Instants are epoch seconds, days proleptic Gregorian ordinals. Backwards it is the same number, negative.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from zoneinfo import ZoneInfo

from policyengine.values.business_time import business_days_between
from policyengine.values.calendar import Calendar
from policyengine.values.counting import Counting, add_length
from policyengine.values.literals import (
    SECONDS_PER_DAY,
    UNIT_MONTHS,
    Duration,
    local_day,
    start_of_day,
)
from policyengine.values.months import (
    MONTHS_PER_YEAR,
    MonthEnd,
    day_after_months,
    instant_after_months,
    months_between,
    months_between_instants,
)

__all__ = [
    "business_days",
    "business_days_between",
    "latest_start",
    "whole_days",
    "whole_months",
    "whole_months_between_days",
    "whole_years",
    "whole_years_between_days",
]


def whole_days(first: int, last: int, counting: Counting, zone: ZoneInfo) -> int:
    """Return the whole days between two instants: of 24 hours, or by their dates where days are whole ones.

    Between two dates it is their difference.
    """
    if counting.days == "calendar":
        return local_day(last, zone) - local_day(first, zone)
    return _there_and_back(first, last, lambda begin, end: (end - begin) // SECONDS_PER_DAY)


def whole_months(first: int, last: int, counting: Counting, zone: ZoneInfo) -> int:
    """Return the greatest number of months that, begun at one instant, have ended at the other.

    Where days are whole ones, by the dates of the instants: a month is full on the day with the same number.
    """
    if counting.days == "calendar":
        return whole_months_between_days(local_day(first, zone), local_day(last, zone), counting.month_end)
    return _there_and_back(
        first, last, lambda begin, end: months_between_instants(begin, end, zone, counting.month_end)
    )


def whole_years(first: int, last: int, counting: Counting, zone: ZoneInfo) -> int:
    """Return the greatest number of years that, begun at one instant, have ended at the other."""
    return _years(whole_months(first, last, counting, zone))


def whole_months_between_days(first: int, last: int, month_end: MonthEnd = "last_day") -> int:
    """Return the greatest number of months that, after one day, end not later than the other."""
    return _there_and_back(first, last, lambda begin, end: months_between(begin, end, month_end))


def whole_years_between_days(first: int, last: int, month_end: MonthEnd = "last_day") -> int:
    """Return the greatest number of years that, after one day, end not later than the other."""
    return _years(whole_months_between_days(first, last, month_end))


def _years(months: int) -> int:
    """Return the whole years of whole months, towards zero: n years end when 12 n months do."""
    return months // MONTHS_PER_YEAR if months >= 0 else -(-months // MONTHS_PER_YEAR)


def _there_and_back(first: int, last: int, count: Callable[[int, int], int]) -> int:
    return count(first, last) if first <= last else -count(last, first)


def business_days(first: int, last: int, calendar: Calendar, zone: ZoneInfo) -> int:
    """Return the business days after the day of one instant, up to and with the day of the other."""
    return business_days_between(local_day(first, zone), local_day(last, zone), calendar)


def ended(instant: int, zone: ZoneInfo) -> int:
    """Return an instant of the day that ends at an instant: of 24:00 the last second, else itself."""
    return instant - 1 if start_of_day(local_day(instant, zone), zone) == instant else instant


# ---------- back from an end


def latest_start(end: int, length: Duration, counting: Counting, calendar: Calendar, zone: ZoneInfo) -> int:
    """Return the latest instant at which a length can begin that ends not later than ``end``.

    Lengths are only ever added forwards, so this is what "one month before" means: not the same day of the
    month before, but the last moment from which one month still fits.
    """
    if length.unit in UNIT_MONTHS and counting.days == "rolling" and length.count:
        return _latest_start_of_months(end, length.months, counting.month_end, zone)

    def fits(start: int) -> bool:
        return add_length(start, length, counting, calendar, zone).instant <= end

    # What begins later ends not earlier, so that the place can be found by halving.
    step = SECONDS_PER_DAY
    while not fits(end - step):
        step *= 2
    low, high = end - step, end + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _latest_start_of_months(end: int, months: int, month_end: MonthEnd, zone: ZoneInfo) -> int:
    """Return the latest start of rolling months, of which a later one can end earlier.

    On one day, the end moves with the start but for jumps where clocks are changed: so the latest start ends
    at ``end`` itself, or lies just before a jump or the end of its day.
    """

    def end_of(start: int) -> int:
        return instant_after_months(start, months, zone, month_end)

    last = local_day(end, zone)
    days = range(last - 31 * months - 2, last - 28 * months + 4)
    fitting = bisect_right(days, last, key=lambda day: day_after_months(day, months, month_end))
    for today in reversed(days[: fitting + 1]):
        first, after = start_of_day(today, zone), start_of_day(today + 1, zone)
        pieces = [first, *_jumps(first, after, lambda start: end_of(start) - start), after]
        for begin, stop in zip(reversed(pieces[:-1]), reversed(pieces[1:]), strict=True):
            if end_of(begin) <= end:
                return min(stop - 1, begin + end - end_of(begin))
    raise AssertionError("no start fits")  # what begins on the first of these days does


_QUARTER = 900


def _jumps(first: int, after: int, distance: Callable[[int], int]) -> list[int]:
    """Return the starts of a day at which the distance to the end is another than a second before.

    Clocks are not changed twice within a quarter of an hour.
    """
    found = []
    for begin in range(first, after - 1, _QUARTER):
        low, high = begin, min(begin + _QUARTER, after - 1)
        if distance(low) == distance(high):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if distance(middle) == distance(low) else (low, middle)
        found.append(high)
    return found
