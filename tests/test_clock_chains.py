"""A clock of whole days that starts at 24:00, where another one ended, has the next day as its first."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from policyengine.semantics.deadlines import ENDED, Clock, measure
from policyengine.semantics.findings import NOTHING, Known, Truth
from policyengine.values.calendar import Calendar
from policyengine.values.counting import Counting
from policyengine.values.literals import Duration, ValueType
from policyengine.values.parse import parse_literal

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar("XX", "", 2000, 2100, frozenset(), frozenset())


def instant(text: str) -> int:
    value = parse_literal(text, ValueType.INSTANT, ZONE, "CNY")
    assert isinstance(value, int)
    return value


def due(start: str, length: Duration, follows: bool, counting: Counting) -> int:
    clock = Clock(counting, CALENDAR, ZONE, ENDED, follows)
    span = measure(Truth.TRUE, NOTHING, Known(instant(start)), Known(length), clock)
    assert isinstance(span.due, Known) and isinstance(span.due.value, int)
    return span.due.value


@pytest.mark.parametrize(
    ("start", "length", "follows", "end"),
    [
        # 2012-03-19 is a Monday. The end of Monday, then two business days: Tuesday and Wednesday.
        ("2012-03-20 00:00", Duration(2, "business_days"), True, "2012-03-22 00:00"),
        # An act at 00:00 of Tuesday is an act of Tuesday, which does not count.
        ("2012-03-20 00:00", Duration(2, "business_days"), False, "2012-03-23 00:00"),
        # Elsewhere in the day both are the same.
        ("2012-03-20 10:00", Duration(2, "business_days"), True, "2012-03-23 00:00"),
        ("2012-03-20 00:00", Duration(2, "days"), True, "2012-03-22 00:00"),
        ("2012-03-20 00:00", Duration(2, "days"), False, "2012-03-23 00:00"),
        # Hours run on from midnight, whatever the day is called.
        ("2012-03-20 00:00", Duration(24, "hours"), True, "2012-03-21 00:00"),
    ],
)
def test_the_day_that_ended_does_not_count_twice(
    start: str, length: Duration, follows: bool, end: str
) -> None:
    assert due(start, length, follows, Counting(days="calendar")) == instant(end)


def test_rolling_days_run_on_from_midnight() -> None:
    assert due("2012-03-20 00:00", Duration(2, "days"), True, Counting()) == instant("2012-03-22 00:00")
