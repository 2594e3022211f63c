"""How lengths of time are counted, and the instant at which one ends."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from policyengine.frozen import Frozen
from policyengine.values.business_time import (
    LATEST,
    after_business_days,
    after_business_hours,
    after_business_time,
    business_day_from,
)
from policyengine.values.calendar import Calendar
from policyengine.values.literals import (
    BUSINESS_DAYS_UNIT,
    COUNTED_DAYS,
    LONGEST_SECONDS,
    MOST_BUSINESS_DAYS,
    MOST_BUSINESS_MINUTES,
    MOST_MONTHS,
    SECONDS_PER_DAY,
    UNIT_BUSINESS_MINUTES,
    UNIT_MONTHS,
    Duration,
    local_day,
    local_time,
)
from policyengine.values.months import MonthEnd, day_after_months, instant_after_months, time_of_day

Aspect = Literal[
    "end", "hours", "days", "business_days", "month_end", "ends_on_holiday", "cut_off", "day_ends"
]
"""In which ways how time is counted can differ; the fields of :class:`Counting`."""


class Counting(Frozen):
    """How a rulebook reads a length of time where its source leaves that open.

    ``end``: whether acting exactly when the time ends is in time; it does not move the end.
    ``hours``: whether the clock stands still on days that are no business days.
    ``days``: whether a day is 24 hours, or a whole calendar day after the day of the trigger; months and
    years end at the same time of day or with the whole day accordingly.
    ``business_days``: whether the day of the trigger counts.
    ``month_end``: on which day a month ends that begins on the last day of one.
    ``ends_on_holiday``: whether a last day that is no business day is followed by another one; where days,
    months and years are whole ones.
    ``cut_off``: what comes later on its day belongs to the next one (the next business day where these are
    counted), where whole days are counted. ``day_ends``: when the last day ends, likewise.

    Times of day are written ``HH:MM``, with seconds if they have any; ``cut_off`` is empty, one time, or
    seven from Monday on with commas between them, of which some can be empty.
    """

    end: Literal["included", "excluded"] = "included"
    hours: Literal["continuous", "business_days_only"] = "continuous"
    days: Literal["rolling", "calendar"] = "rolling"
    business_days: Literal["from_next_day", "from_same_day"] = "from_next_day"
    month_end: MonthEnd = "last_day"
    ends_on_holiday: Literal["stays", "next_business_day"] = "stays"
    cut_off: str = ""
    day_ends: str = "24:00"


class Due(NamedTuple):
    """The instant, in epoch seconds, at which a length of time ends, and whether it rests on a prediction."""

    instant: int
    provisional: bool


def is_in_time(act: int, due: int, counting: Counting) -> bool:
    """Tell whether an act, in epoch seconds, is in time for a due instant."""
    return act <= due if counting.end == "included" else act < due


def counts_whole_days(length: Duration, counting: Counting) -> bool:
    """Tell whether a length ends with a day, and not at a time of day that its start says."""
    if length.unit == BUSINESS_DAYS_UNIT:
        return True
    return counting.days == "calendar" and (length.unit in COUNTED_DAYS or length.unit in UNIT_MONTHS)


def aspects_of(length: Duration, counting: Counting) -> tuple[Aspect, ...]:
    """Return what could move the end of a length that is counted so, if it were otherwise.

    Whether the last instant counts moves it only where it tells what comes after a cut-off.
    """
    found: list[Aspect] = []
    if length.unit in UNIT_BUSINESS_MINUTES:
        return ()
    if length.unit in UNIT_MONTHS:
        found += ["days", "month_end"]
    elif length.unit in COUNTED_DAYS:
        found += ["days"]
        if counting.days == "rolling":
            found += ["hours"]
    else:
        found += ["business_days"] if length.unit == BUSINESS_DAYS_UNIT else ["hours"]
    if counts_whole_days(length, counting):
        found += [] if length.unit == BUSINESS_DAYS_UNIT else ["ends_on_holiday"]
        found += ["cut_off", "day_ends"]
        found += ["end"] if counting.cut_off else []
    return tuple(found)


def add_length(
    start: int,
    length: Duration,
    counting: Counting,
    calendar: Calendar,
    zone: ZoneInfo,
    is_act: bool = True,
) -> Due:
    """Return when a length of time that begins at ``start``, in epoch seconds, ends.

    Whole days are counted in this order: the cut-off moves the day of the start, the length is counted, a
    holiday moves the last day, and that day ends. ``is_act`` tells whether something came at the start: where
    only another time ended then, no cut-off is asked. No time ends before it begins, even if its day does.

    No time ends later than ``LATEST``: by a chain of deadlines, rules can reach years for which there is no
    calendar. Raises ValueError for a length that no literal can have: negative or beyond the limits of
    ``values``.
    """
    _check_length(length)
    if start >= LATEST:
        return Due(LATEST, provisional=True)
    if counts_whole_days(length, counting):
        due = _end_of_days(start, length, counting, calendar, zone, is_act)
    else:
        due = _end_of_time(start, length, counting, calendar, zone)
    return due if due.instant < LATEST else Due(LATEST, provisional=True)


def _check_length(length: Duration) -> None:
    if not 0 <= length.size <= _longest(length.unit):
        raise ValueError(f"{length.count} {length.unit} are out of range")


def _longest(unit: str) -> int:
    if unit in UNIT_MONTHS:
        return MOST_MONTHS
    if unit in UNIT_BUSINESS_MINUTES:
        return MOST_BUSINESS_MINUTES
    return MOST_BUSINESS_DAYS if unit == BUSINESS_DAYS_UNIT else LONGEST_SECONDS


# ---------- time that ends at a time of day which its start says


def _end_of_time(start: int, length: Duration, counting: Counting, calendar: Calendar, zone: ZoneInfo) -> Due:
    if length.unit in UNIT_MONTHS:
        return Due(instant_after_months(start, length.months, zone, counting.month_end), provisional=False)
    if length.unit in UNIT_BUSINESS_MINUTES:
        instant, is_published = after_business_hours(start, length.business_minutes * 60, calendar, zone)
        return Due(instant, not is_published)
    if counting.hours == "business_days_only":
        instant, is_published = after_business_time(start, length.seconds, calendar, zone)
        return Due(instant, not is_published)
    return Due(start + length.seconds, provisional=False)


# ---------- whole days


def _end_of_days(
    start: int, length: Duration, counting: Counting, calendar: Calendar, zone: ZoneInfo, is_act: bool
) -> Due:
    is_business = length.unit == BUSINESS_DAYS_UNIT
    first, is_first_published = local_day(start, zone), True
    if is_act and is_after_cut_off(start, counting, calendar, zone, is_business):
        first, is_first_published = (
            after_business_days(first, 1, calendar) if is_business else (first + 1, True)
        )
    end, is_published = _end_after(first, length, counting, calendar, zone)
    return Due(max(start, end), not (is_first_published and is_published))


@lru_cache(maxsize=4_096)
def _end_after(
    first: int, length: Duration, counting: Counting, calendar: Calendar, zone: ZoneInfo
) -> tuple[int, bool]:
    """Return when the last of whole days ends that a day sets going, and whether it is published.

    Many cases have clocks that start on the same days.
    """
    last, is_published = last_day(first, length, counting, calendar)
    return end_of_day(last, counting, zone), is_published


def is_after_cut_off(
    start: int, counting: Counting, calendar: Calendar, zone: ZoneInfo, is_business: bool
) -> bool:
    """Tell whether what comes at an instant comes too late for its day.

    At the time itself it is late only if the end of a time does not belong to it. A day that is no business
    day has no cut-off where business days are counted: they begin with the next one anyhow.
    """
    if not counting.cut_off:
        return False
    local = local_time(start, zone)
    limit = cut_off_on(local.weekday(), counting.cut_off)
    if limit is None or (is_business and not calendar.is_business_day(local.toordinal())):
        return False
    latest = time_of_day(local.toordinal(), limit, zone)
    return not is_in_time(start, latest, counting)


def last_day(first: int, length: Duration, counting: Counting, calendar: Calendar) -> tuple[int, bool]:
    """Return the last day of a length of whole days that a day sets going, and whether it is published.

    Days are ordinals. The day itself is not counted, but for business days where the counting says so; no
    business days at all end with the day itself.
    """
    if length.unit == BUSINESS_DAYS_UNIT:
        same = counting.business_days == "from_same_day" and length.count > 0
        return after_business_days(first - same, length.count, calendar)
    if length.unit in UNIT_MONTHS:
        last = day_after_months(first, length.months, counting.month_end)
    else:
        last = first + length.seconds // SECONDS_PER_DAY
    return business_day_from(last, calendar) if counting.ends_on_holiday != "stays" else (last, True)


def end_of_day(day: int, counting: Counting, zone: ZoneInfo) -> int:
    """Return the instant, in epoch seconds, at which a day (an ordinal) ends: at 24:00 or earlier."""
    return time_of_day(day, seconds_of(counting.day_ends), zone)


# ---------- times of day


@lru_cache(maxsize=256)
def seconds_of(clock: str) -> int:
    """Return the seconds since midnight of a time of day, ``HH:MM`` or ``HH:MM:SS``; 24:00 is one."""
    hours, minutes, *rest = clock.split(":")
    return int(hours) * 3_600 + int(minutes) * 60 + int(rest[0] if rest else 0)


@lru_cache(maxsize=1_024)
def cut_off_on(weekday: int, cut_off: str) -> int | None:
    """Return the cut-off of a weekday (Monday is 0) in seconds since midnight, None where it has none."""
    times = cut_off.split(",")
    found = times[weekday] if len(times) > 1 else times[0]
    return seconds_of(found) if found else None
