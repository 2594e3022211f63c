"""Whether a time lies before or after another by more or less than a length, and in the same period.

Pure functions from what is known to an answer; every engine uses them. A length is only ever added forwards,
to the earlier of the two times, as the length of a deadline is: the later one is *in time* for it or not.

Two moments of a length matter. It is *reached* with the beginning of its last day, where whole days are
counted, and *over* with the end of that day; elsewhere both are one instant. Who was born on a 15th is of age
for the whole of the 15th, and more than that from the 16th on.

A date has no time of day. Where one takes part, days are counted whole, whatever is said of other times.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from policyengine.frozen import Frozen, replace
from policyengine.model.conditions import Measure, Period
from policyengine.semantics.deadlines import Clock, end_of
from policyengine.semantics.findings import NOTHING, Absent, Known, State, Truth, Waits, waits_of
from policyengine.values.calendar import Calendar
from policyengine.values.counting import Counting, counts_whole_days, is_in_time
from policyengine.values.literals import Duration, Value, local_day, start_of_day

Answer = tuple[Truth, Waits]
_FALSE: Answer = (Truth.FALSE, NOTHING)
_TRUE: Answer = (Truth.TRUE, NOTHING)


class Frame(Frozen):
    """How time is counted in a window, and of which kind its two times are.

    ``is_strict``: the earlier time must be before the later one, and not at the same instant. ``follows``:
    the earlier one is where another clock ran out: at midnight, that is 24:00 of the day that ended.
    """

    counting: Counting
    calendar: Calendar
    zone: ZoneInfo
    is_strict: bool
    starts_with_date: bool = False
    ends_with_date: bool = False
    follows: bool = False

    @property
    def has_date(self) -> bool:
        """Tell whether a date takes part."""
        return self.starts_with_date or self.ends_with_date


class Ends(NamedTuple):
    """When a length is reached and when it is over, in epoch seconds.

    ``is_whole``: it is counted in whole days; ``is_turned``: only because a date takes part. ``provisional``:
    it rests on a calendar which is not published.
    """

    reached: int
    over: int
    is_whole: bool
    is_turned: bool
    provisional: bool


class Found(NamedTuple):
    """The two times of a window in epoch seconds, the one with which it starts first, and its end."""

    start: int
    end: int
    ends: Ends


def instant_of(value: Value, is_date: bool, zone: ZoneInfo) -> int:
    """Return the instant of a value in epoch seconds: of a date, 00:00 in the zone."""
    assert isinstance(value, int)
    return start_of_day(value, zone) if is_date else value


def midnight(state: State, zone: ZoneInfo) -> State:
    """Return the instant at which a day begins that is known."""
    return Known(instant_of(state.value, True, zone)) if isinstance(state, Known) else state


def ends_of(start: int, length: Duration, frame: Frame) -> Ends:
    """Return when a length that begins at an instant (epoch seconds) is reached and over."""
    # Nobody is of age later because a birthday is a holiday: what becomes of one is said of deadlines.
    counting = replace(frame.counting, ends_on_holiday="stays")
    counting = replace(counting, days="calendar") if frame.has_date else counting
    clock = Clock(counting, frame.calendar, frame.zone, Known(""), frame.follows)
    over, provisional = end_of(start, length, clock)
    is_whole = counts_whole_days(length, counting)
    is_turned = is_whole and not counts_whole_days(length, frame.counting)
    reached = start_of_day(local_day(over - 1, frame.zone), frame.zone) if is_whole else over
    return Ends(reached, over, is_whole, is_turned, provisional)


def measure_window(start: State, end: State, length: State, frame: Frame) -> Found | None:
    """Return the times of a window of which everything is known; None for any other."""
    if not (isinstance(start, Known) and isinstance(end, Known) and isinstance(length, Known)):
        return None
    assert isinstance(length.value, Duration)
    first = instant_of(start.value, frame.starts_with_date, frame.zone)
    last = instant_of(end.value, frame.ends_with_date, frame.zone)
    return Found(first, last, ends_of(first, length.value, frame))


def judge_window(how: Measure, start: State, end: State, length: State, frame: Frame) -> Answer:
    """Return whether the time from ``start`` to ``end`` is as long as asked; false if any has no value."""
    if any(isinstance(one, Absent) for one in (start, end, length)):
        return _FALSE
    if isinstance(start, Known) and isinstance(end, Known) and not is_in_order(start, end, frame):
        return _FALSE
    found = measure_window(start, end, length, frame)
    if found is None:
        return Truth.UNDETERMINED, waits_of([start, end, length])
    return _TRUE if holds_for(how, found, frame) else _FALSE


def is_in_order(start: Known, end: Known, frame: Frame) -> bool:
    """Tell whether the time that must be the earlier one is."""
    first = instant_of(start.value, frame.starts_with_date, frame.zone)
    last = instant_of(end.value, frame.ends_with_date, frame.zone)
    return first < last if frame.is_strict else first <= last


def holds_for(how: Measure, found: Found, frame: Frame) -> bool:
    """Tell how the end of a window stands to the end of its length."""
    end, ends = found.end, found.ends
    match how:
        case "at_least":
            return ends.reached <= end
        case "less_than":
            return end < ends.reached
        case "more_than":
            return ends.over <= end if _is_day(ends, frame) else ends.over < end
        case "within":
            return _is_within(end, ends, frame)


def _is_within(end: int, ends: Ends, frame: Frame) -> bool:
    if ends.is_turned and frame.counting.end == "excluded":
        return end < ends.reached  # the last day is the end, which does not count
    return end < ends.over if _is_day(ends, frame) else is_in_time(end, ends.over, frame.counting)


def _is_day(ends: Ends, frame: Frame) -> bool:
    """Tell whether a day is held against days: its 00:00 is no 24:00 of the day before."""
    return ends.is_whole and frame.ends_with_date


# ---------- the same period


def judge_same(
    period: Period, one: State, other: State, are_dates: tuple[bool, bool], zone: ZoneInfo
) -> Answer:
    """Return whether two times lie in the same period; ``are_dates`` tells of each whether it is a date."""
    if isinstance(one, Absent) or isinstance(other, Absent):
        return _FALSE
    if isinstance(one, Known) and isinstance(other, Known):
        numbers = (
            number_of(period, state.value, is_date, zone)
            for state, is_date in zip((one, other), are_dates, strict=True)
        )
        return _TRUE if len({*numbers}) == 1 else _FALSE
    return Truth.UNDETERMINED, waits_of([one, other])


def number_of(period: Period, value: Value, is_date: bool, zone: ZoneInfo) -> int:
    """Return which year, month, week or day a time lies in; later periods have greater numbers."""
    assert isinstance(value, int)
    day = value if is_date else local_day(value, zone)
    match period:
        case "calendar_year":
            return date.fromordinal(day).year
        case "calendar_month":
            at = date.fromordinal(day)
            return at.year * 12 + at.month
        case "calendar_week":
            return (day - 1) // 7  # day 1, 0001-01-01, was a Monday
        case "day":
            return day
