"""What a deadline amounts to: its due instant, its status and when it was settled.

Pure functions from what is known about a deadline's parts to a finding; every engine uses them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo

from policyengine.frozen import Frozen, replace
from policyengine.model.rulebook import RAN_OUT
from policyengine.semantics.findings import (
    ABSENT,
    NOTHING,
    Absent,
    DeadlineFinding,
    Known,
    Pause,
    State,
    Truth,
    Unknown,
    Waits,
    waits_of,
)
from policyengine.values.calendar import Calendar
from policyengine.values.counting import Counting, Due, add_length, counts_whole_days, is_in_time
from policyengine.values.literals import (
    BUSINESS_DAYS_UNIT,
    LONGEST_SECONDS,
    UNIT_SECONDS,
    Duration,
    start_of_day,
)
from policyengine.values.pauses import Ran, Stretch, add_paused, united
from policyengine.values.periods import ended, latest_start

NEVER = 10**12
"""Later than every instant (epoch seconds)."""
NOT_STARTED, OPEN, PAUSED, MET, MISSED, LAPSED, ENDED, STOPPED = (
    Known("not_started"),
    Known("open"),
    Known("paused"),
    Known("met"),
    Known("missed"),
    Known("lapsed"),
    Known("ended"),
    Known("stopped"),
)


class Clock(Frozen):
    """How time is counted for one deadline; ``ran_out`` is its status once its time is over.

    ``follows`` tells that it starts where another deadline ended and not with an act: at midnight, that is
    24:00 of the day that ended, and not 00:00 of the next. ``from_day``: it starts with a day, which begins
    at midnight in its zone.
    """

    counting: Counting
    calendar: Calendar
    zone: ZoneInfo
    ran_out: Known
    follows: bool = False
    from_day: bool = False

    @property
    def is_act(self) -> bool:
        """Tell whether something came at its start; where another clock ran out, nothing came too late."""
        return not self.follows


class Span(Frozen):
    """The time that a deadline gives: from its start until its due instant.

    ``length`` is how long it runs, ``ends`` the instant at which it ends; of a clock that ends a length
    before an instant there are both, else one is None. ``due`` is that of a deadline that exists; a clock
    without one stands still, or nothing ends it. ``exists_waits`` is what it waits for whether it exists.
    ``pauses`` are those that there are or may be. It does not end before ``least`` (epoch seconds; None:
    nothing is known), whatever uncertain pauses turn out to be; ``standing`` tells whether it stands still at
    the instant of the judgement, and ``left`` what is left of it then.

    ``zone`` names the place by whose clock its days are counted, None where it is the rulebook's. Where that
    is not known, ``ways`` are the different times that it gives in all zones: what it comes to is certain
    where it comes to the same in each.
    """

    exists: Truth
    exists_waits: Waits
    start: State
    length: State | None
    due: State
    provisional: bool
    ends: State | None = None
    pauses: tuple[Pause, ...] = ()
    least: int | None = None
    standing: Truth = Truth.FALSE
    left: State = ABSENT
    zone: State | None = None
    ways: tuple[Span, ...] = ()

    @property
    def due_if_any(self) -> State:
        """Return the due instant, in doubt where it is in doubt whether the deadline exists."""
        return doubt(self.exists, self.exists_waits, self.due)


def all_have_values(states: Sequence[State]) -> bool:
    """Tell whether each state is a value, or one that is only not known yet."""
    for state in states:
        if type(state) is not Known and not (type(state) is Unknown and state.has_value):
            return False
    return True


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


def measure(
    exists: Truth,
    exists_waits: Waits,
    start: State,
    length: State,
    clock: Clock,
    pauses: Sequence[Pause] = (),
    as_of: int = 0,
    zone: State | None = None,
) -> Span:
    """Return the time that a deadline gives which runs for a length and stands still in the pauses.

    ``zone`` names the time zone by which its days are counted, if it is another than that of the clock.
    """
    stands = tuple(pauses), as_of if pauses else 0
    return _by_place(zone, _run_for, clock, (exists, exists_waits, start, length, *stands))


def _run_for(
    clock: Clock,
    exists: Truth,
    exists_waits: Waits,
    start: State,
    length: State,
    pauses: Sequence[Pause],
    as_of: int,
) -> Span:
    if exists is Truth.FALSE:
        return Span(exists, NOTHING, start, length, ABSENT, False)
    possible = tuple(one for one in pauses if not one.is_none)
    if isinstance(start, Absent) or isinstance(length, Absent):
        return Span(exists, exists_waits, start, length, ABSENT, False, None, possible)
    if not isinstance(start, Known) or not isinstance(length, Known):
        waits = waits_of([start, length]).union(*(one.all_waits for one in possible))
        has_value = all_have_values([start, length, *(one.end for one in possible)])
        standing = Truth.UNDETERMINED if possible else Truth.FALSE
        open_due = Unknown(waits, has_value)
        return Span(exists, exists_waits, start, length, open_due, False, None, possible, None, standing)
    assert isinstance(length.value, Duration)
    if not possible:
        end = end_of(_instant(start), length.value, clock)
        ended, at = Known(end.instant), end.instant
        return Span(exists, exists_waits, start, length, ended, end.provisional, None, (), at)
    run = _Run(_instant(start), _possible(length.value), clock, possible)
    due, provisional, least = run.due()
    standing, left = run.standing(as_of)
    return Span(exists, exists_waits, start, length, due, provisional, None, possible, least, standing, left)


def measure_until(
    exists: Truth,
    exists_waits: Waits,
    start: State,
    ends: State,
    lead: State | None,
    clock: Clock,
    zone: State | None = None,
) -> Span:
    """Return the time that a deadline gives which ends at an instant, or the length ``lead`` before it."""
    return _by_place(zone, _run_until, clock, (exists, exists_waits, start, ends, lead))


def _run_until(
    clock: Clock, exists: Truth, exists_waits: Waits, start: State, ends: State, lead: State | None
) -> Span:
    if exists is Truth.FALSE:
        return Span(exists, NOTHING, start, lead, ABSENT, False, ends)
    due, provisional = ends, False
    if lead is not None:
        due, provisional = _before(ends, lead, clock)
    least = _instant(due) if isinstance(due, Known) else NEVER if isinstance(due, Absent) else None
    return Span(exists, exists_waits, start, lead, due, provisional, ends, (), least)


def _before(ends: State, lead: State, clock: Clock) -> tuple[State, bool]:
    """Return the latest instant from which a length ends at another or before it."""
    if isinstance(ends, Absent) or isinstance(lead, Absent):
        return ABSENT, False
    if isinstance(ends, Known) and isinstance(lead, Known):
        assert isinstance(lead.value, Duration)
        counted = clock.counting, clock.calendar, clock.zone
        found = latest_start(_instant(ends), _possible(lead.value), *counted)
        return Known(found), add_length(found, _possible(lead.value), *counted).provisional
    return Unknown(waits_of([ends, lead]), all_have_values([ends, lead])), False


_Measure = Callable[..., Span]


def _by_place(zone: State | None, run: _Measure, clock: Clock, parts: tuple[object, ...]) -> Span:
    """Return a time whose days are counted by the clock of a place; ``run`` measures it by some clock."""
    if zone is None:
        return run(clock, *parts)
    from policyengine.values.zones import zone_named  # in most rulebooks no case names a zone

    if isinstance(zone, Known):
        return replace(_by(zone_named(str(zone.value)), run, clock, parts), zone=zone)
    none = replace(
        _by(clock.zone, run, clock, parts),
        due=ABSENT,
        provisional=False,
        least=None,
        standing=Truth.FALSE,
        left=ABSENT,
        zone=ABSENT,
    )
    if isinstance(zone, Absent):
        return none
    assert isinstance(zone, Unknown)
    if none.exists is Truth.FALSE and not clock.from_day:
        # Nothing is counted; like its start and length, the place of what does not exist is told as it is.
        return replace(none, zone=zone)
    ways = _everywhere(run, clock, parts)
    if not zone.has_value:
        ways = (*ways, none)
    least = [one.least for one in ways if one.least is not None]
    standing = {one.standing for one in ways}
    return replace(
        ways[0],
        start=_agreed([one.start for one in ways], zone),
        due=_agreed([one.due for one in ways], zone),
        provisional=any(one.provisional for one in ways),
        least=min(least) if len(least) == len(ways) else None,
        standing=standing.pop() if len(standing) == 1 else Truth.UNDETERMINED,
        left=_agreed([one.left for one in ways], zone),
        zone=zone,
        ways=ways,
    )


@lru_cache(maxsize=512)
def _everywhere(run: _Measure, clock: Clock, parts: tuple[object, ...]) -> tuple[Span, ...]:
    """Return the different times that there are in all time zones, in the order of their names."""
    from policyengine.values.zones import zone_named, zone_names

    zones = map(zone_named, zone_names())
    return tuple(dict.fromkeys(_by(zone, run, clock, parts) for zone in zones))


def _by(zone: ZoneInfo, run: _Measure, clock: Clock, parts: tuple[object, ...]) -> Span:
    """Return a time by the clock of a zone, in which a day begins with which the time starts."""
    exists, exists_waits, start, *rest = parts
    if clock.from_day and isinstance(start, Known):
        start = Known(start_of_day(_instant(start), zone))
    return run(replace(clock, zone=zone), exists, exists_waits, start, *rest)


def _agreed(states: Sequence[State], zone: Unknown) -> State:
    """Return what comes out the same in all time zones that are possible."""
    if not any(isinstance(one, Unknown) for one in states) and len(set(states)) == 1:
        return states[0]
    return Unknown(waits_of([*states, zone]), all_have_values(states))


class _Run:
    """A clock of known start and length that perhaps stands still.

    What is certain comes out the same without the uncertain pauses and with the longest that these may be:
    with more or longer pauses no clock ends earlier.
    """

    def __init__(self, start: int, length: Duration, clock: Clock, pauses: Sequence[Pause]) -> None:
        self.start = _trigger(start, length, clock)
        self.length = length
        self.clock = clock
        self.open = [one for one in pauses if not one.is_certain]
        certain = [self._stretch(one) for one in pauses if one.is_certain]
        self.ways = [united(certain)]
        if self.open:
            self.ways.append(united([*certain, *map(self._stretch, self.open)]))

    def _stretch(self, pause: Pause) -> Stretch:
        """Return the longest that a pause may be."""
        begin = _instant(pause.begin) if isinstance(pause.begin, Known) else self.start
        return begin, _instant(pause.end) if isinstance(pause.end, Known) else None

    def _ran(self, pauses: Sequence[Stretch]) -> Ran:
        clock = self.clock
        counted = clock.counting, clock.calendar, clock.zone
        return add_paused(self.start, self.length, *counted, pauses, clock.is_act)

    @property
    def _waits(self) -> Waits:
        return NOTHING.union(*(one.all_waits for one in self.open))

    def due(self) -> tuple[State, bool, int]:
        """Return when it ends, whether that is provisional, and before when it certainly does not."""
        found = [self._ran(way).due for way in self.ways]
        first, last = found[0], found[-1]
        least = NEVER if first is None else first.instant
        if (None if last is None else last.instant) != (None if first is None else first.instant):
            return Unknown(self._waits, all_have_values([one.end for one in self.open])), False, least
        if first is None or last is None:
            return ABSENT, False, least
        return Known(first.instant), first.provisional or last.provisional, least

    def standing(self, as_of: int) -> tuple[Truth, State]:
        """Return whether it stands still at an instant, and what is left of it then."""
        found = [self._left(way, as_of) for way in self.ways]
        first, last = found[0], found[-1]
        if (first is None) is not (last is None):
            return Truth.UNDETERMINED, Unknown(self._waits)
        if first is None:
            return Truth.FALSE, ABSENT
        return Truth.TRUE, Known(first) if first == last else Unknown(self._waits, has_value=True)

    def _left(self, pauses: Sequence[Stretch], as_of: int) -> Duration | None:
        """Return what is left if it stands still at an instant: what would be if this pause never ended."""
        past = [one for one in pauses if one[0] <= as_of]
        if not past or (past[-1][1] is not None and past[-1][1] <= as_of):
            return None
        return self._ran([*past[:-1], (past[-1][0], None)]).left


def judge_deadline(
    span: Span, acts: Sequence[State], stops: Sequence[State], clock: Clock, as_of: int
) -> DeadlineFinding:
    """Return what a deadline amounts to at ``as_of`` (epoch seconds); what is later than that is not seen."""
    if span.exists is Truth.FALSE:
        none = (ABSENT,) * 5
        return DeadlineFinding(span.exists, span.start, span.length, *none, False, span.ends, zone=span.zone)
    if span.ways:
        return _of_all([judge_deadline(one, acts, stops, clock, as_of) for one in span.ways], span)
    status, settled, acted, stopped = come_to(span, acts, stops, clock, as_of)
    stopped = _stopped(status, stopped)
    left = span.left if status == PAUSED else _unless_known(status)
    due = span.due
    if span.exists is not Truth.TRUE:
        due, acted, stopped, status, settled, left = (
            doubt(span.exists, span.exists_waits, state)
            for state in (due, acted, stopped, status, settled, left)
        )
    provisional, ends, pauses = span.provisional, span.ends, span.pauses
    return DeadlineFinding(
        span.exists,
        span.start,
        span.length,
        due,
        acted,
        stopped,
        status,
        settled,
        provisional,
        ends,
        pauses,
        left,
        span.zone,
    )


def come_out(
    start: State,
    length: State,
    due: State,
    status: State,
    settled: State,
    acts: Sequence[State],
    stops: Sequence[State],
    provisional: bool,
    as_of: int,
) -> DeadlineFinding:
    """Return what :func:`judge_deadline` does of a deadline that exists, once it is known how it stands.

    It runs for a length, by the clock of the rulebook, and never stands still.
    """
    acted, stopped = _earliest(_seen(acts, as_of)), _stopped(status, _earliest(_seen(stops, as_of)))
    return DeadlineFinding(Truth.TRUE, start, length, due, acted, stopped, status, settled, provisional)


def come_to(
    span: Span, acts: Sequence[State], stops: Sequence[State], clock: Clock, as_of: int
) -> tuple[State, State, State, State]:
    """Return what a deadline that exists, at a place that is known, has come to, and when.

    With it come the first act that meets it and the first event that stops it.
    """
    seen = _seen(acts, as_of)
    acted, stopped = _earliest(seen), _earliest(_seen(stops, as_of))
    status = _status(span, seen, stopped, clock, as_of)
    return status, _settled(status, span, acted, stopped), acted, stopped


def _of_all(found: Sequence[DeadlineFinding], span: Span) -> DeadlineFinding:
    """Return what a deadline amounts to of which the time zone is not known: what all zones agree about."""
    zone = span.zone
    assert isinstance(zone, Unknown)
    due, acted, stopped, status, settled, left = (
        _agreed([getattr(one, name) for one in found], zone)
        for name in ("due", "acted", "stopped", "status", "settled", "left")
    )
    start, length, ends, pauses = span.start, span.length, span.ends, span.pauses
    return DeadlineFinding(
        span.exists,
        start,
        length,
        due,
        acted,
        stopped,
        status,
        settled,
        span.provisional,
        ends,
        pauses,
        left,
        zone,
    )


def _instant(state: Known) -> int:
    assert isinstance(state.value, int)
    return state.value


def _seen(events: Sequence[State], as_of: int) -> list[State]:
    return [ABSENT if isinstance(event, Known) and _instant(event) > as_of else event for event in events]


def end_of(start: int, length: Duration, clock: Clock) -> Due:
    """Return when a clock that starts at an instant (epoch seconds) ends."""
    length = _possible(length)
    counted = clock.counting, clock.calendar, clock.zone
    return add_length(_trigger(start, length, clock), length, *counted, clock.is_act)


def _possible(length: Duration) -> Duration:
    """Return a length that a clock can run.

    A calculated length that is less than nothing gives no time, one of more than 100 years gives these.
    """
    if length.unit in UNIT_SECONDS and not 0 <= length.seconds <= LONGEST_SECONDS:
        return Duration(0 if length.count < 0 else LONGEST_SECONDS, "seconds")
    return length


def _trigger(start: int, length: Duration, clock: Clock) -> int:
    """Return the instant that says which day set the clock going; it matters where whole days are counted."""
    if not (clock.follows and counts_whole_days(length, clock.counting)):
        return start
    if length.unit == BUSINESS_DAYS_UNIT and clock.counting.business_days == "from_same_day":
        return start  # the day that ended is over: the next one is the first
    return ended(start, clock.zone)


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
    if isinstance(span.zone, Absent) or (span.ends is None and isinstance(length, Absent)):
        return ABSENT if isinstance(start, Known) else Unknown(waits_of([start]))
    waits = waits_of([start, due, stopped, *acts])
    if span.least is not None and all_have_values([start]):
        found = _status_until(span.least, acts, stopped, clock)
        is_settled = _are_none((stopped, *acts)) or not waits
        if found is None and isinstance(start, Known) and is_settled:
            found = _status_while_running(span, _instant(start), clock, as_of)
        if found is not None:
            return found
    elif isinstance(start, Known) and _is_some_length(span):
        found = _status_of_any_length(_instant(start), acts, stopped, clock, as_of, bool(span.pauses))
        return found or Unknown(waits, has_value=True)
    # An act that is unknown could have been in time, and an unknown start or length could be none.
    if waits or span.standing is Truth.UNDETERMINED:
        pauses = NOTHING.union(*(one.all_waits for one in span.pauses))
        return Unknown(waits or pauses, span.ends is not None or all_have_values([length or ABSENT]))
    assert isinstance(due, Known)
    return clock.ran_out


def _is_some_length(span: Span) -> bool:
    """Tell whether a clock runs for a length that is not known, and is certainly some."""
    return span.ends is None and isinstance(span.length, Unknown) and span.length.has_value


def _are_none(events: Sequence[State]) -> bool:
    return all(isinstance(event, Absent) for event in events)


def _status_while_running(span: Span, begin: int, clock: Clock, as_of: int) -> State | None:
    """Return that a clock which nobody met or stopped in time is yet to begin, stands still or runs."""
    if begin > as_of:
        return NOT_STARTED
    assert span.least is not None
    if span.standing is Truth.TRUE:
        return PAUSED
    is_running = span.standing is Truth.FALSE and is_in_time(as_of, span.least, clock.counting)
    return OPEN if is_running else None


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
    begin: int, acts: Sequence[State], stopped: State, clock: Clock, as_of: int, pauses: bool
) -> State | None:
    """Return the status that follows whatever the length is: no clock ends before it starts."""
    found = _status_until(begin, acts, stopped, clock)
    if found is not None or not _are_none((stopped, *acts)):
        return found
    if begin > as_of:
        return NOT_STARTED
    return OPEN if not pauses and is_in_time(as_of, begin, clock.counting) else None


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


def _settled(status: State, span: Span, acted: State, stopped: State) -> State:
    if isinstance(status, Unknown):
        return Unknown(status.waits)
    if status == MET:
        return acted
    if status == STOPPED:
        return stopped
    if not has_run_out(status):
        return ABSENT
    if span.ends is None or not isinstance(span.start, Known) or not isinstance(span.due, Known):
        return span.due
    return max(span.start, span.due, key=_instant)  # over before it began, it is over as it begins


def _unless_known(status: State) -> State:
    """Return what is left of a clock that does not certainly stand still."""
    return Unknown(status.waits) if isinstance(status, Unknown) else ABSENT
