"""Deadlines to the second: due, met, missed, and what cannot be told yet."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest

from policyengine.semantics.deadlines import (
    ENDED,
    LAPSED,
    MET,
    MISSED,
    NOT_STARTED,
    OPEN,
    STOPPED,
    Clock,
    doubt,
    judge_deadline,
    measure,
    ran_out,
)
from policyengine.semantics.findings import (
    ABSENT,
    NOTHING,
    DeadlineFinding,
    Known,
    Missing,
    State,
    Truth,
    Unknown,
    Waits,
)
from policyengine.values.calendar import Calendar
from policyengine.values.counting import Counting
from policyengine.values.literals import BUSINESS_DAYS_UNIT, Duration

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar("XX", "", 2000, 2011, frozenset(), frozenset())
START = 1_332_432_000  # 2012-03-23 00:00 in Shanghai
HOURS = 3_600
DAY = Duration(24, "hours")
DUE = START + 24 * HOURS
LATER = DUE + 24 * HOURS
A_LENGTH = Unknown(frozenset({Missing("fact", "length", None)}), has_value=True)
STARTED, ONE_DAY, USUAL = Known(START), Known(DAY), Counting()


def waits(name: str) -> Waits:
    return frozenset({Missing("fact", name, None)})


def unknown(*names: str, has_value: bool = False) -> Unknown:
    return Unknown(NOTHING.union(*map(waits, names)), has_value)


def judge(
    as_of: int,
    acts: Sequence[State] = (ABSENT,),
    start: State = STARTED,
    length: State = ONE_DAY,
    exists: Truth = Truth.TRUE,
    counting: Counting = USUAL,
    stops: Sequence[State] = (),
    is_right: bool = False,
) -> DeadlineFinding:
    exists_waits = waits("exists") if exists is Truth.UNDETERMINED else NOTHING
    clock = Clock(counting, CALENDAR, ZONE, ran_out(bool(acts), is_right))
    span = measure(exists, exists_waits, start, length, clock)
    return judge_deadline(span, acts, stops, clock, as_of)


@pytest.mark.parametrize(
    ("as_of", "status"),
    [(START - 1, NOT_STARTED), (START, OPEN), (DUE, OPEN), (DUE + 1, MISSED)],
)
def test_without_an_act(as_of: int, status: State) -> None:
    finding = judge(as_of)
    assert (finding.due, finding.status) == (Known(DUE), status)
    assert finding.settled == (Known(DUE) if status == MISSED else ABSENT)


@pytest.mark.parametrize(
    ("as_of", "status"),
    [(START - 1, NOT_STARTED), (START, OPEN), (DUE, OPEN), (DUE + 1, ENDED)],
)
def test_a_period_ends_where_a_duty_is_missed(as_of: int, status: State) -> None:
    finding = judge(as_of, acts=[])
    assert finding.status == status
    assert finding.settled == (Known(DUE) if status == ENDED else ABSENT)


@pytest.mark.parametrize(
    ("act", "status", "settled"),
    [(DUE - 1, MET, DUE - 1), (DUE, MET, DUE), (DUE + 1, MISSED, DUE), (START - 1, MET, START - 1)],
)
def test_an_act_up_to_the_due_second_is_in_time(act: int, status: State, settled: int) -> None:
    finding = judge(LATER, [Known(act)])
    assert (finding.status, finding.settled) == (status, Known(settled))


@pytest.mark.parametrize(("act", "status"), [(DUE - 1, MET), (DUE, MISSED)])
def test_the_end_can_be_excluded(act: int, status: State) -> None:
    assert judge(LATER, [Known(act)], counting=Counting(end="excluded")).status == status
    assert judge(DUE, counting=Counting(end="excluded")).status == MISSED


def test_an_act_after_the_evaluation_is_not_seen() -> None:
    finding = judge(START + 1, [Known(START + 2)])
    assert (finding.status, finding.acted, finding.settled) == (OPEN, ABSENT, ABSENT)


def test_the_earliest_of_several_acts_counts() -> None:
    finding = judge(LATER, [Known(DUE), ABSENT, Known(START + 5)])
    assert (finding.status, finding.settled) == (MET, Known(START + 5))


def test_an_act_in_time_is_enough_whatever_an_unknown_one_was() -> None:
    finding = judge(LATER, [Known(DUE), unknown("other")])
    assert finding.status == MET
    assert finding.settled == unknown("other"), "the other act may have come first"


def test_an_unknown_act_may_have_been_in_time() -> None:
    finding = judge(LATER, [Known(DUE + 1), unknown("other")])
    assert finding.status == unknown("other", has_value=True)
    assert finding.settled == unknown("other")
    assert finding.due == Known(DUE)


@pytest.mark.parametrize(
    ("start", "length", "due", "status"),
    [
        (ABSENT, Known(DAY), ABSENT, NOT_STARTED),
        (unknown("start"), Known(DAY), unknown("start"), unknown("start", has_value=True)),
        (Known(START), unknown("length"), unknown("length"), unknown("length")),
        (Known(START), ABSENT, ABSENT, ABSENT),
        # Without a start it has not started, with one it has no length: which of the two is not known.
        (unknown("start"), ABSENT, ABSENT, unknown("start")),
        (Known(LATER + 1), unknown("length"), unknown("length"), unknown("length")),
        (Known(LATER + 1), A_LENGTH, A_LENGTH, NOT_STARTED),
        (ABSENT, unknown("length"), ABSENT, NOT_STARTED),
    ],
)
def test_what_is_not_known(start: State, length: State, due: State, status: State) -> None:
    finding = judge(LATER, start=start, length=length)
    assert (finding.due, finding.status) == (due, status)


@pytest.mark.parametrize(("act", "status"), [(START - 1, MET), (START, MET), (START + 1, A_LENGTH)])
def test_an_act_no_later_than_the_start_is_in_time_whatever_the_length(act: int, status: State) -> None:
    assert judge(LATER, [Known(act)], length=A_LENGTH).status == status
    perhaps_none = judge(LATER, [Known(act)], length=unknown("length"))
    assert perhaps_none.status == unknown("length"), "without a length there is no clock at all"


# ---------- rights, and what stops a clock


def test_a_right_lapses_where_a_duty_is_missed() -> None:
    assert judge(DUE, is_right=True).status == OPEN
    finding = judge(DUE + 1, is_right=True)
    assert (finding.status, finding.settled) == (LAPSED, Known(DUE))
    assert judge(LATER, [Known(DUE)], is_right=True).status == MET
    assert judge(LATER, [], is_right=True).status == ENDED, "a period is no right"


@pytest.mark.parametrize(
    ("stop", "as_of", "status", "settled"),
    [
        (START - 1, START - 1, STOPPED, START - 1),
        (START, LATER, STOPPED, START),
        (DUE, LATER, STOPPED, DUE),
        (DUE, DUE - 1, OPEN, None),
        (DUE + 1, LATER, MISSED, DUE),
    ],
)
def test_what_stops_a_clock_in_time_stops_it(
    stop: int, as_of: int, status: State, settled: int | None
) -> None:
    finding = judge(as_of, stops=[ABSENT, Known(stop)])
    assert finding.status == status
    assert finding.settled == (ABSENT if settled is None else Known(settled))
    assert finding.stopped == (Known(stop) if status in (STOPPED, MISSED) else ABSENT)


def test_what_comes_after_the_end_of_a_right_or_a_period_stops_nothing() -> None:
    assert judge(LATER, stops=[Known(DUE + 1)], is_right=True).stopped == ABSENT
    assert judge(LATER, [], stops=[Known(DUE + 1)]).stopped == ABSENT


@pytest.mark.parametrize(("act", "status"), [(START + 9, MET), (START + 10, MET), (START + 11, STOPPED)])
def test_an_act_counts_up_to_the_stop(act: int, status: State) -> None:
    finding = judge(LATER, [Known(act)], stops=[Known(START + 10), Known(DUE)])
    stopped = Known(START + 10) if status == STOPPED else ABSENT
    assert (finding.status, finding.stopped) == (status, stopped)


def test_an_unknown_stop_may_have_come_first() -> None:
    for acts in ([ABSENT], [Known(START)]):
        assert judge(LATER, acts, stops=[unknown("stop")]).status == unknown("stop", has_value=True)


def test_an_unknown_act_may_have_come_before_the_stop() -> None:
    finding = judge(LATER, [unknown("act")], stops=[Known(START + 10)])
    assert finding.status == unknown("act", has_value=True)
    assert finding.stopped == unknown("act"), "nor is it known that the clock was stopped"


def test_a_clock_that_perhaps_has_not_started_is_not_known_to_be_stopped() -> None:
    finding = judge(LATER, start=unknown("start"), stops=[Known(START + 10)])
    assert finding.status == unknown("start", has_value=True)
    assert finding.stopped == unknown("start")
    assert judge(LATER, start=unknown("start")).stopped == ABSENT, "nothing stops it"


def test_with_an_excluded_end_the_last_instant_stops_nothing() -> None:
    assert judge(LATER, stops=[Known(DUE)], counting=Counting(end="excluded")).status == MISSED
    assert judge(LATER, stops=[Known(DUE - 1)], counting=Counting(end="excluded")).status == STOPPED


def test_a_deadline_that_does_not_exist() -> None:
    finding = judge(LATER, exists=Truth.FALSE)
    assert finding.due == finding.status == finding.settled == ABSENT


def test_a_deadline_that_perhaps_exists() -> None:
    finding = judge(LATER, exists=Truth.UNDETERMINED)
    assert finding.due == finding.status == finding.settled == unknown("exists")
    unstarted = judge(LATER, start=ABSENT, exists=Truth.UNDETERMINED)
    assert unstarted.due == ABSENT, "it has none whether it exists or not"


def test_doubt_joins_what_both_wait_for() -> None:
    joined = doubt(Truth.UNDETERMINED, waits("exists"), unknown("value"))
    assert joined == Unknown(waits("exists") | waits("value"))


def test_business_days_beyond_the_calendar_are_provisional() -> None:
    finding = judge(LATER, length=Known(Duration(1, "business_days")))
    assert finding.provisional  # START lies in 2012, and the calendar ends with 2011
    assert finding.due == Known(START + 96 * HOURS), "a Friday does not count, Monday ends at 24:00"
    assert not judge(LATER).provisional


@pytest.mark.parametrize(
    "length",
    [Duration(1, "days"), Duration(24, "hours"), Duration(1_440, "minutes"), Duration(86_400, "seconds")],
)
def test_equal_lengths_end_together(length: Duration) -> None:
    assert judge(LATER, length=Known(length)).due == Known(DUE)


def test_calendar_days_end_at_midnight() -> None:
    counting = Counting(days="calendar")
    noon = Known(START + 12 * HOURS)
    assert judge(LATER, start=noon, length=Known(Duration(1, "days")), counting=counting).due == Known(LATER)
    assert judge(LATER, start=noon, counting=counting).due == Known(DUE + 12 * HOURS), "24 hours are no day"


def test_what_does_not_exist_rests_on_no_calendar() -> None:
    business = Known(Duration(4, BUSINESS_DAYS_UNIT))  # of 2012, which CALENDAR does not know
    assert judge(START, length=business).provisional
    assert not judge(START, length=business, exists=Truth.FALSE).provisional
    assert not judge(START, length=business, start=ABSENT).provisional
    assert not judge(START, length=business, start=unknown("start", has_value=True)).provisional
    clock = Clock(USUAL, CALENDAR, ZONE, ENDED)
    assert not measure(Truth.FALSE, NOTHING, STARTED, business, clock).provisional


def test_an_act_at_midnight_belongs_to_the_day_that_begins_unless_the_clock_follows_another() -> None:
    days, length = Counting(days="calendar"), Known(Duration(1, "days"))
    for follows, hours in ((None, 48), (False, 48), (True, 24)):
        clock = Clock(days, CALENDAR, ZONE, ENDED, *(() if follows is None else (follows,)))
        assert measure(Truth.TRUE, NOTHING, STARTED, length, clock).due == Known(START + hours * HOURS)


def test_an_act_at_the_very_instant_of_the_stop_meets_the_deadline() -> None:
    for act, status in ((START + 5, MET), (START + 6, MET), (START + 7, STOPPED)):
        found = judge(LATER, acts=[Known(act)], stops=[Known(START + 6)])
        assert found.status == status


@pytest.mark.parametrize("as_of", [START - 1, START])
def test_an_act_that_nobody_knows_leaves_a_clock_of_unknown_length_undetermined(as_of: int) -> None:
    assert judge(as_of, acts=[ABSENT], length=A_LENGTH).status in (NOT_STARTED, OPEN)
    for acts in ([unknown("act")], [ABSENT, unknown("act")]):
        assert isinstance(judge(as_of, acts=acts, length=A_LENGTH).status, Unknown)
