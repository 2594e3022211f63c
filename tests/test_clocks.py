"""Deadlines to the second: due, met, missed, and what cannot be told yet."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest

from policyengine.calendar import Calendar, Counting
from policyengine.clocks import ENDED, MET, MISSED, NOT_STARTED, OPEN, Clock, doubt, judge_deadline
from policyengine.findings import (
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
from policyengine.values import Duration

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar("XX", "", 2000, 2011, frozenset(), frozenset())
START = 1_332_432_000  # 2012-03-23 00:00 in Shanghai
HOURS = 3_600
DAY = Duration(24, "hours")
DUE = START + 24 * HOURS
LATER = DUE + 24 * HOURS
STARTED, ONE_DAY, USUAL = Known(START), Known(DAY), Counting()


def waits(name: str) -> Waits:
    return frozenset({Missing("fact", name, None)})


def unknown(name: str) -> Unknown:
    return Unknown(waits(name))


def judge(
    as_of: int,
    acts: Sequence[State] = (ABSENT,),
    start: State = STARTED,
    length: State = ONE_DAY,
    exists: Truth = Truth.TRUE,
    counting: Counting = USUAL,
) -> DeadlineFinding:
    exists_waits = waits("exists") if exists is Truth.UNDETERMINED else NOTHING
    clock = Clock(counting, CALENDAR, ZONE, is_period=not acts)
    return judge_deadline(exists, exists_waits, start, length, acts, clock, as_of)


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
    assert finding.status == finding.settled == unknown("other")
    assert finding.due == Known(DUE)


@pytest.mark.parametrize(
    ("start", "length", "due", "status"),
    [
        (ABSENT, Known(DAY), ABSENT, NOT_STARTED),
        (unknown("start"), Known(DAY), unknown("start"), unknown("start")),
        (Known(START), unknown("length"), unknown("length"), unknown("length")),
        (Known(START), ABSENT, ABSENT, ABSENT),
        (unknown("start"), ABSENT, ABSENT, ABSENT),
        (Known(LATER + 1), unknown("length"), unknown("length"), NOT_STARTED),
    ],
)
def test_what_is_not_known(start: State, length: State, due: State, status: State) -> None:
    finding = judge(LATER, start=start, length=length)
    assert (finding.due, finding.status) == (due, status)


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
