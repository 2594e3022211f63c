"""The instants, or days, of a period of the calendar and of the days of every year."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from policyengine.sampling.draw import Sides
from policyengine.values.literals import local_day, start_of_day
from policyengine.values.seasons import Season


def period_of(
    at: int,
    period: str | Season,
    inside: bool,
    zone: ZoneInfo,
    is_date: bool,
    at_is_date: bool = False,
) -> Sides:
    """Return the first and the last instant (or day, ``is_date``) of the period about another one.

    Where it is to be outside, all that comes after it. ``at`` is in epoch seconds, or a day.
    """
    day = at if at_is_date else local_day(at, zone)
    first, over = _days(day, period)
    limits: Sides = (first, over - 1) if inside else (over, None)
    if is_date:
        return limits
    low, high = limits
    return (
        None if low is None else start_of_day(low, zone),
        None if high is None else start_of_day(high + 1, zone) - 1,
    )


def _days(day: int, period: str | Season) -> tuple[int, int]:
    """Return the first day of a period and the day after its last one."""
    now = date.fromordinal(day)
    if isinstance(period, Season):
        first, over = period.changes_in(now.year)
        if first >= over:  # it lasts over New Year
            over = period.changes_in(now.year + 1)[1]
        return first, over
    match period:
        case "calendar_year":
            return date(now.year, 1, 1).toordinal(), date(now.year + 1, 1, 1).toordinal()
        case "calendar_month":
            more = now.month // 12
            return (
                date(now.year, now.month, 1).toordinal(),
                date(now.year + more, now.month % 12 + 1, 1).toordinal(),
            )
        case "calendar_week":
            monday = day - now.weekday()
            return monday, monday + 7
        case _:
            return day, day + 1
