"""What a deadline amounts to: its due instant, its status and when it was settled.

Pure functions from what is known about a deadline's parts to a finding; every engine uses them.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from policyengine.frozen import Frozen, replace
from policyengine.model.rulebook import RAN_OUT
from policyengine.semantics.findings import (
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
from policyengine.values.calendar import Calendar
from policyengine.values.counting import Counting, Due, add_length, is_in_time
from policyengine.values.literals import (
    BUSINESS_DAYS_UNIT,
    LONGEST_SECONDS,
    UNIT_SECONDS,
    Duration,
    local_day,
    start_of_day,
)

NOT_STARTED, OPEN, MET, MISSED, LAPSED, ENDED, STOPPED = (
    Known("not_started"),
    Known("open"),
    Known("met"),
    Known("missed"),
    Known("lapsed"),
    Known("ended"),
    Known("stopped"),
)


class Clock(Frozen):
    """How time is counted for one deadline; ``ran_out`` is its status once its time is over.

    ``follows`` tells that it starts where another deadline ended and not with an act: at midnight, that is
    24:00 of the day that ended, and not 00:00 of the next.
    """

    counting: Counting
    calendar: Calendar
    zone: ZoneInfo
    ran_out: Known
    follows: bool = False


class Span(Frozen):
    """The time that a deadline gives: from its start, for its length, until its due instant.

    ``due`` is that of a deadline that exists; ``exists_waits`` is what it waits for whether it does.
    """

    exists: Truth
    exists_waits: Waits
    start: State
    length: State
    due: State
    provisional: bool

    @property
    def due_if_any(self) -> State:
        """Return the due instant, in doubt where it is in doubt whether the deadline exists."""
        return doubt(self.exists, self.exists_waits, self.due)


def waits_of(states: Sequence[State]) -> Waits:
    """Return all that the unknown ones of the states wait for."""
    return NOTHING.union(*(state.waits for state in states if isinstance(state, Unknown)))


def all_have_values(states: Sequence[State]) -> bool:
    """Tell whether each state is a value, or one that is only not known yet."""
    return all(
        isinstance(state, Known) or (isinstance(state, Unknown) and state.has_value) for state in states
    )


def doubt(exists: Truth, exists_waits: Waits, state: State) -> State:
    """Return a state of something that perhaps does not exist: without it, there is no value."""
    if exists is Truth.TRUE or isinstance(state, Absent):
        return state
    if exists is Truth.FALSE:
        return ABSENT
    return Unknown(exists_waits | waits_of([state]))


def ran_out(has_acts: bool, is_right: bool) -> Known:
    """Return the status of a deadline whose time is over."""
    if not has_acts:
        return ENDED
    return LAPSED if is_right else MISSED


def has_run_out(status: State) -> bool:
    """Tell whether a status says that the time of a deadline is over."""
    return isinstance(status, Known) and status.value in RAN_OUT


def measure(exists: Truth, exists_waits: Waits, start: State, length: State, clock: Clock) -> Span:
    """Return the time that a deadline gives."""
    if exists is Truth.FALSE:
        return Span(exists, NOTHING, start, length, ABSENT, False)
    due, provisional = _due(start, length, clock)
    return Span(exists, exists_waits, start, length, due, provisional)


def judge_deadline(
    span: Span, acts: Sequence[State], stops: Sequence[State], clock: Clock, as_of: int
) -> DeadlineFinding:
    """Return what a deadline amounts to at ``as_of`` (epoch seconds); what is later than that is not seen."""
    if span.exists is Truth.FALSE:
        return DeadlineFinding(
            span.exists, span.start, span.length, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, False
        )
    seen, stopping = _seen(acts, as_of), _seen(stops, as_of)
    acted, stopped = _earliest(seen), _earliest(stopping)
    status = _status(span, seen, stopped, clock, as_of)
    settled = _settled(status, span.due, acted, stopped)
    stopped = _stopped(status, stopped)
    due, acted, stopped, status, settled = (
        doubt(span.exists, span.exists_waits, state) for state in (span.due, acted, stopped, status, settled)
    )
    return DeadlineFinding(
        span.exists, span.start, span.length, due, acted, stopped, status, settled, span.provisional
    )


def _instant(state: Known) -> int:
    assert isinstance(state.value, int)
    return state.value


def _seen(events: Sequence[State], as_of: int) -> list[State]:
    return [ABSENT if isinstance(event, Known) and _instant(event) > as_of else event for event in events]


def _due(start: State, length: State, clock: Clock) -> tuple[State, bool]:
    if isinstance(start, Absent) or isinstance(length, Absent):
        return ABSENT, False
    if isinstance(start, Known) and isinstance(length, Known):
        assert isinstance(length.value, Duration)
        due = end_of(_instant(start), length.value, clock)
        return Known(due.instant), due.provisional
    return Unknown(waits_of([start, length]), all_have_values([start, length])), False


def end_of(start: int, length: Duration, clock: Clock) -> Due:
    """Return when a clock that starts at an instant (epoch seconds) ends.

    A calculated length that is less than nothing gives no time, one of more than 100 years gives these.
    """
    if length.unit in UNIT_SECONDS and not 0 <= length.count * UNIT_SECONDS[length.unit] <= LONGEST_SECONDS:
        length = Duration(0 if length.count < 0 else LONGEST_SECONDS, "seconds")
    return add_length(_trigger(start, length, clock), length, clock.counting, clock.calendar, clock.zone)


def _trigger(start: int, length: Duration, clock: Clock) -> int:
    """Return the instant that says which day set the clock going; it matters where whole days are counted."""
    counts_days = length.unit == BUSINESS_DAYS_UNIT or (
        length.unit in ("days", "weeks") and clock.counting.days == "calendar"
    )
    if not (clock.follows and counts_days):
        return start
    is_midnight = start_of_day(local_day(start, clock.zone), clock.zone) == start
    return start - 1 if is_midnight else start


def _earliest(events: Sequence[State]) -> State:
    """Return the earliest event; one that is unknown could be the earliest."""
    waits = waits_of(events)
    if waits:
        return Unknown(waits, all_have_values(events))
    known = [_instant(event) for event in events if isinstance(event, Known)]
    return Known(min(known)) if known else ABSENT


def _status(span: Span, acts: Sequence[State], stopped: State, clock: Clock, as_of: int) -> State:
    start, length, due = span.start, span.length, span.due
    if isinstance(start, Absent):
        return NOT_STARTED  # whatever its length will be
    if isinstance(length, Absent):
        return ABSENT if isinstance(start, Known) else Unknown(waits_of([start]))
    waits = waits_of([start, length, stopped, *acts])
    if isinstance(due, Known):
        found = _status_until(_instant(due), acts, stopped, clock)
        if found is not None:
            return found
    elif isinstance(start, Known) and isinstance(length, Unknown) and length.has_value:
        found = _status_of_any_length(_instant(start), acts, stopped, clock, as_of)
        return found or Unknown(waits, has_value=True)
    # An act that is unknown could have been in time, and an unknown start or length could be none.
    if waits or not isinstance(due, Known):
        return Unknown(waits, all_have_values([length]))
    if isinstance(start, Known) and _instant(start) > as_of:
        return NOT_STARTED
    return OPEN if is_in_time(as_of, _instant(due), clock.counting) else clock.ran_out


def _status_until(end: int, acts: Sequence[State], stopped: State, clock: Clock) -> State | None:
    """Return that a clock which runs until ``end`` has been met or stopped, if it certainly has."""
    if isinstance(stopped, Unknown):  # it could have come first
        return None
    latest = _instant(stopped) if isinstance(stopped, Known) else None
    known = [_instant(act) for act in acts if isinstance(act, Known)]
    if any(is_in_time(act, end, clock.counting) and (latest is None or act <= latest) for act in known):
        return MET
    is_stopped = latest is not None and is_in_time(latest, end, clock.counting)
    return STOPPED if is_stopped and not waits_of(acts) else None


def _status_of_any_length(
    begin: int, acts: Sequence[State], stopped: State, clock: Clock, as_of: int
) -> State | None:
    """Return the status that follows whatever the length is: no clock ends before it starts."""
    found = _status_until(begin, acts, stopped, clock)
    if found is not None:
        return found
    if not all(isinstance(event, Absent) for event in (stopped, *acts)):
        return None
    if begin > as_of:
        return NOT_STARTED
    return OPEN if is_in_time(as_of, begin, clock.counting) else None


def _stopped(status: State, event: State) -> State:
    """Return the event that has stopped the clock, or after which a duty that was missed grows no later.

    After any other end of the clock such an event has stopped nothing.
    """
    if isinstance(event, Absent) or status in (STOPPED, MISSED):
        return event
    return Unknown(waits_of([status, event])) if isinstance(status, Unknown) else ABSENT


def give_up(finding: DeadlineFinding, events: Sequence[State], as_of: int) -> DeadlineFinding:
    """Return how a deadline stands after events with which nobody asks any more for what was missed.

    They change what is still owed, and neither its status nor when it was settled.
    """
    if not events or finding.status != MISSED:
        return finding
    return replace(finding, stopped=_earliest(_seen([finding.stopped, *events], as_of)))


def _settled(status: State, due: State, acted: State, stopped: State) -> State:
    if isinstance(status, Unknown):
        return Unknown(status.waits)
    if status == MET:
        return acted
    if status == STOPPED:
        return stopped
    return due if has_run_out(status) else ABSENT
