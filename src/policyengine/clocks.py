"""What a deadline amounts to: its due instant, its status and when it was settled.

Pure functions from what is known about a deadline's parts to a finding; every engine uses them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from policyengine.calendar import Calendar, Counting, add_length, is_in_time
from policyengine.findings import (
    ABSENT,
    NOTHING,
    Absent,
    DeadlineFinding,
    Known,
    State,
    Truth,
    Unknown,
    Waits,
)
from policyengine.values import BUSINESS_DAYS_UNIT, Duration, local_day, start_of_day

NOT_STARTED, OPEN, MET, MISSED, ENDED = (
    Known("not_started"),
    Known("open"),
    Known("met"),
    Known("missed"),
    Known("ended"),
)


class Clock(NamedTuple):
    """How time is counted for one deadline; ``is_period`` when nothing can meet it.

    ``follows`` tells that it starts where another deadline ended and not with an act: at midnight, that is
    24:00 of the day that ended, and not 00:00 of the next.
    """

    counting: Counting
    calendar: Calendar
    zone: ZoneInfo
    is_period: bool
    follows: bool = False


def waits_of(states: Sequence[State]) -> Waits:
    """Return all that the unknown ones of the states wait for."""
    return NOTHING.union(*(state.waits for state in states if isinstance(state, Unknown)))


def doubt(exists: Truth, exists_waits: Waits, state: State) -> State:
    """Return a state of something that perhaps does not exist: without it, there is no value."""
    if exists is Truth.TRUE or isinstance(state, Absent):
        return state
    if exists is Truth.FALSE:
        return ABSENT
    return Unknown(exists_waits | waits_of([state]))


def judge_deadline(
    exists: Truth,
    exists_waits: Waits,
    start: State,
    length: State,
    acts: Sequence[State],
    clock: Clock,
    as_of: int,
) -> DeadlineFinding:
    """Return what a deadline amounts to at ``as_of`` (epoch seconds); acts later than that are not seen."""
    if exists is Truth.FALSE:
        return DeadlineFinding(exists, start, length, ABSENT, ABSENT, ABSENT, ABSENT, False)
    seen = [ABSENT if isinstance(act, Known) and _instant(act) > as_of else act for act in acts]
    due, provisional = _due(start, length, clock)
    acted = _acted(seen)
    status = _status(start, length, due, seen, clock, as_of)
    settled = _settled(status, due, acted)
    return DeadlineFinding(
        exists,
        start,
        length,
        doubt(exists, exists_waits, due),
        acted,
        doubt(exists, exists_waits, status),
        doubt(exists, exists_waits, settled),
        provisional,
    )


def _instant(state: Known) -> int:
    assert isinstance(state.value, int)
    return state.value


def _due(start: State, length: State, clock: Clock) -> tuple[State, bool]:
    if isinstance(start, Absent) or isinstance(length, Absent):
        return ABSENT, False
    if isinstance(start, Known) and isinstance(length, Known):
        assert isinstance(length.value, Duration)
        trigger = _trigger(_instant(start), length.value, clock)
        due = add_length(trigger, length.value, clock.counting, clock.calendar, clock.zone)
        return Known(due.instant), due.provisional
    return Unknown(waits_of([start, length])), False


def _trigger(start: int, length: Duration, clock: Clock) -> int:
    """Return the instant that says which day set the clock going; it matters where whole days are counted."""
    counts_days = length.unit == BUSINESS_DAYS_UNIT or (
        length.unit in ("days", "weeks") and clock.counting.days == "calendar"
    )
    is_midnight = start_of_day(local_day(start, clock.zone), clock.zone) == start
    return start - 1 if clock.follows and counts_days and is_midnight else start


def _acted(acts: Sequence[State]) -> State:
    """Return the earliest act; one that is unknown could be the earliest."""
    waits = waits_of(acts)
    if waits:
        return Unknown(waits)
    known = [_instant(act) for act in acts if isinstance(act, Known)]
    return Known(min(known)) if known else ABSENT


def _status(
    start: State, length: State, due: State, acts: Sequence[State], clock: Clock, as_of: int
) -> State:
    if isinstance(start, Absent):
        return NOT_STARTED  # whatever its length will be
    waits = waits_of([start, length, *acts])
    if not isinstance(due, Known):
        if isinstance(length, Absent):
            return ABSENT
        return _status_of_any_length(start, acts, clock, as_of) or Unknown(waits)
    end = _instant(due)
    if any(isinstance(act, Known) and is_in_time(_instant(act), end, clock.counting) for act in acts):
        return MET
    if waits:  # an act that is unknown could have been in time
        return Unknown(waits)
    if isinstance(start, Known) and _instant(start) > as_of:
        return NOT_STARTED
    if is_in_time(as_of, end, clock.counting):
        return OPEN
    return ENDED if clock.is_period else MISSED


def _status_of_any_length(start: State, acts: Sequence[State], clock: Clock, as_of: int) -> State | None:
    """Return the status that follows whatever the length is: no clock ends before it starts."""
    if not isinstance(start, Known):
        return None
    begin = _instant(start)
    if any(isinstance(act, Known) and is_in_time(_instant(act), begin, clock.counting) for act in acts):
        return MET
    if not all(isinstance(act, Absent) for act in acts):
        return None
    if begin > as_of:
        return NOT_STARTED
    return OPEN if is_in_time(as_of, begin, clock.counting) else None


def _settled(status: State, due: State, acted: State) -> State:
    if isinstance(status, Unknown):
        return status
    if status == MET:
        return acted
    return due if status in (MISSED, ENDED) else ABSENT
