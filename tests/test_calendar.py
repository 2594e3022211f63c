"""Business days of China, and the instants at which lengths of time end."""

from __future__ import annotations

from datetime import date
from typing import Literal, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyengine.frozen import replace
from policyengine.values.business_time import LATEST, business_day_from
from policyengine.values.calendar import Calendar, CalendarUnknown, load_calendar, new_year
from policyengine.values.counting import Counting, Due, add_length, is_in_time
from policyengine.values.literals import Duration, ValueType, format_value, local_day, start_of_day
from policyengine.values.parse import parse_literal

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
CHINA = load_calendar("CN")
DEFAULT = Counting()


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def instant(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    return cast(int, parse_literal(text, ValueType.INSTANT, zone, "CNY"))


def due(
    start: str,
    length: str,
    counting: Counting = DEFAULT,
    zone: ZoneInfo = SHANGHAI,
    calendar: Calendar = CHINA,
) -> str:
    """The due instant as text, with `?` behind it when it is provisional."""
    kind = ValueType.BUSINESS_DAYS if "business" in length else ValueType.DURATION
    parsed = cast(Duration, parse_literal(length, kind, zone, "CNY"))
    result = add_length(instant(start, zone), parsed, counting, calendar, zone)
    return str(format_value(result.instant, ValueType.INSTANT, zone))[:16] + (
        "?" if result.provisional else ""
    )


def test_china_2012_as_it_was_announced() -> None:
    worked = {"2012-01-21", "2012-01-29", "2012-03-31", "2012-04-01", "2012-04-28", "2012-09-29"}
    days = range(day("2012-01-01"), day("2013-01-01"))
    weekend = [one for one in days if date.fromordinal(one).weekday() >= 5]
    assert {date.fromordinal(one).isoformat() for one in weekend if CHINA.is_business_day(one)} == worked
    off = [one for one in days if date.fromordinal(one).weekday() < 5 and not CHINA.is_business_day(one)]
    assert " ".join(date.fromordinal(one).isoformat()[5:] for one in off) == (
        "01-02 01-03 01-23 01-24 01-25 01-26 01-27 04-02 04-03 04-04 04-30 05-01 06-22 "
        "10-01 10-02 10-03 10-04 10-05"
    )


@pytest.mark.parametrize("text", ["2005-12-31", "2006-12-30", "2006-12-31", "2011-12-31", "2018-12-29"])
def test_make_up_days_at_the_end_of_december(text: str) -> None:
    assert CHINA.is_business_day(day(text))
    assert not CHINA.is_business_day(day("2018-12-31"))


def test_a_published_year_ends_before_the_days_that_the_next_notice_can_move() -> None:
    assert CHINA.first_year == 2001
    assert CHINA.last_year >= 2026
    assert CHINA.is_published(day("2012-12-31"))
    assert CHINA.is_published(day("2001-01-01"))
    assert not CHINA.is_published(day("2000-12-31"))
    assert CHINA.is_published(day(f"{CHINA.last_year}-12-24"))
    assert not CHINA.is_published(day(f"{CHINA.last_year}-12-25"))
    assert CHINA.version.startswith("holidays ")


def test_other_countries() -> None:
    assert not load_calendar("HK").is_business_day(day("2024-03-31"))  # a Sunday
    assert load_calendar("HK").is_business_day(day("2024-03-16"))  # Saturdays are worked there
    assert not load_calendar("SA").is_business_day(day("2024-03-15"))  # a Friday
    assert not load_calendar("SA").is_published(day("2012-06-01"))  # the weekend was another one then
    assert not load_calendar("US").is_business_day(day("2024-07-04"))
    assert load_calendar("US").is_published(day("2030-07-04"))


@pytest.mark.parametrize("code", ["XX", "", "cn", "country_holidays", "../CN", "C1", "中国", "A" * 1_000])
def test_unknown_calendars(code: str) -> None:
    with pytest.raises(CalendarUnknown) as caught:
        load_calendar(code)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        ("2012-03-19 20:00", "4 business days", "2012-03-24T00:00"),
        ("2012-03-16 20:00", "4 business days", "2012-03-23T00:00"),
        ("2012-03-17 10:00", "4 business days", "2012-03-23T00:00"),
        ("2012-03-19 20:00", "0 business days", "2012-03-20T00:00"),
        ("2012-03-17 20:00", "0 business days", "2012-03-18T00:00"),
        # 31 March and 1 April are a weekend that is worked, 2 to 4 April the holiday.
        ("2012-03-30 12:00", "2 business days", "2012-04-02T00:00"),
        ("2012-03-30 12:00", "3 business days", "2012-04-06T00:00"),
        # National Day: the Saturday is worked, the holiday runs from the Sunday to Sunday 7 October.
        ("2012-09-28 12:00", "1 business day", "2012-09-30T00:00"),
        ("2012-09-28 12:00", "2 business days", "2012-10-09T00:00"),
        # Spring Festival: worked on 21 January and on 29 January.
        ("2012-01-20 12:00", "2 business days", "2012-01-30T00:00"),
        ("2012-01-20 12:00", "3 business days", "2012-01-31T00:00"),
        ("2011-12-30 12:00", "1 business day", "2012-01-01T00:00"),
        ("2018-12-28 12:00", "2 business days", "2019-01-03T00:00"),
        ("2012-03-16 18:00", "24 hours", "2012-03-17T18:00"),
        ("2012-03-16 18:00", "15 days", "2012-03-31T18:00"),
        ("2012-03-16 18:00", "0 seconds", "2012-03-16T18:00"),
    ],
)
def test_due_instants(start: str, length: str, expected: str) -> None:
    assert due(start, length) == expected


def test_from_the_same_day() -> None:
    same = Counting(business_days="from_same_day")
    assert due("2012-03-19 20:00", "4 business days", same) == "2012-03-23T00:00"
    assert due("2012-03-17 20:00", "1 business day", same) == "2012-03-20T00:00"
    assert due("2012-03-17 20:00", "0 business days", same) == "2012-03-18T00:00"
    assert due("2012-03-31 20:00", "1 business day", same) == "2012-04-01T00:00"


def test_calendar_days_end_at_midnight_and_are_safe_from_changes_of_the_clock() -> None:
    whole = Counting(days="calendar")
    assert due("2012-03-16 18:00", "15 days", whole) == "2012-04-01T00:00"
    assert due("2012-03-16 00:00", "2 weeks", whole) == "2012-03-31T00:00"
    assert due("2012-03-16 18:00", "0 days", whole) == "2012-03-17T00:00"
    assert due("2012-03-16 18:00", "24 hours", whole) == "2012-03-17T18:00"
    assert due("2024-03-30 12:00", "1 day", whole, BERLIN) == "2024-04-01T00:00"
    assert due("2024-03-30 12:00", "1 day", DEFAULT, BERLIN) == "2024-03-31T13:00"


def test_midnights_that_the_clocks_skip() -> None:
    beirut = ZoneInfo("Asia/Beirut")
    start = start_of_day(day("2021-03-28"), beirut)
    assert format_value(start, ValueType.INSTANT, beirut) == "2021-03-28T01:00:00+03:00"


def test_the_clock_stands_still_on_days_off() -> None:
    resting = Counting(hours="business_days_only")
    assert due("2012-03-16 18:00", "24 hours", resting) == "2012-03-19T18:00"
    assert due("2012-03-16 18:00", "6 hours", resting) == "2012-03-17T00:00"
    assert due("2012-03-17 18:00", "6 hours", resting) == "2012-03-19T06:00"
    assert due("2012-03-17 18:00", "0 hours", resting) == "2012-03-17T18:00"
    assert due("2012-03-30 18:00", "2 days", resting) == "2012-04-01T18:00"
    assert due("2012-03-30 18:00", "3 days", resting) == "2012-04-05T18:00"


def test_provisional_beyond_the_published_years() -> None:
    last = CHINA.last_year
    assert due(f"{last}-12-23 12:00", "1 business day") == f"{last}-12-25T00:00"
    assert due(f"{last}-12-24 12:00", "1 business day").endswith("?")
    assert due(f"{last + 1}-03-01 12:00", "4 business days").endswith("?")
    assert due(f"{last + 1}-03-01 12:00", "0 business days") == f"{last + 1}-03-02T00:00"
    assert due(f"{last}-12-24 12:00", "0 business days") == f"{last}-12-25T00:00"
    assert due(f"{last + 1}-03-01 12:00", "24 hours") == f"{last + 1}-03-02T12:00"
    resting = Counting(hours="business_days_only")
    assert due(f"{last + 1}-03-01 12:00", "24 hours", resting).endswith("?")
    assert due("2000-03-01 12:00", "4 business days").endswith("?")


def test_acting_exactly_at_the_end() -> None:
    assert is_in_time(10, 10, Counting())
    assert not is_in_time(11, 10, Counting())
    assert not is_in_time(10, 10, Counting(end="excluded"))
    assert is_in_time(9, 10, Counting(end="excluded"))


@pytest.mark.parametrize(
    "length", [Duration(-1, "days"), Duration(10_001, "business_days"), Duration(36_526, "days")]
)
def test_lengths_out_of_range_are_errors_of_the_program(length: Duration) -> None:
    with pytest.raises(ValueError, match="out of range"):
        add_length(0, length, DEFAULT, CHINA, SHANGHAI)


def test_the_longest_lengths_end() -> None:
    start = instant("2200-12-31 23:59")
    for length in (Duration(10_000, "business_days"), Duration(36_525, "days")):
        result = add_length(start, length, Counting(hours="business_days_only"), CHINA, SHANGHAI)
        assert result.provisional and result.instant > start


HOURS: list[Literal["continuous", "business_days_only"]] = ["continuous", "business_days_only"]
DAYS: list[Literal["rolling", "calendar"]] = ["rolling", "calendar"]
BUSINESS_DAYS: list[Literal["from_next_day", "from_same_day"]] = ["from_next_day", "from_same_day"]
COUNTINGS = st.builds(
    Counting,
    hours=st.sampled_from(HOURS),
    days=st.sampled_from(DAYS),
    business_days=st.sampled_from(BUSINESS_DAYS),
)
STARTS = st.integers(instant("1990-01-01 00:00"), instant("2035-01-01 00:00"))
UNITS = st.sampled_from(["seconds", "minutes", "hours", "days", "weeks", "business_days"])
ZONES = st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/Havana"), ZoneInfo("Pacific/Apia")])


@given(STARTS, st.integers(0, 200), st.integers(0, 50), UNITS, COUNTINGS, ZONES)
def test_longer_is_never_earlier(
    start: int, count: int, more: int, unit: str, counting: Counting, zone: ZoneInfo
) -> None:
    near = add_length(start, Duration(count, unit), counting, CHINA, zone)
    far = add_length(start, Duration(count + more, unit), counting, CHINA, zone)
    assert start <= near.instant <= far.instant
    assert far.provisional or not near.provisional


@given(STARTS, st.integers(0, 10 * 86_400), st.integers(0, 200), UNITS, COUNTINGS, ZONES)
def test_a_later_start_never_ends_earlier(
    start: int, later: int, count: int, unit: str, counting: Counting, zone: ZoneInfo
) -> None:
    length = Duration(count, unit)
    first = add_length(start, length, counting, CHINA, zone)
    assert first.instant <= add_length(start + later, length, counting, CHINA, zone).instant
    assert first == add_length(start, length, counting, CHINA, zone)


@given(STARTS, st.integers(1, 60))
def test_business_days_end_with_the_nth_business_day(start: int, count: int) -> None:
    result = add_length(start, Duration(count, "business_days"), DEFAULT, CHINA, SHANGHAI)
    first_day = date(1970, 1, 1).toordinal() + (start + 8 * 3_600) // 86_400
    if date.fromordinal(first_day).year < 1992:  # China changed its clocks until 1991
        return
    last_day = date(1970, 1, 1).toordinal() + (result.instant + 8 * 3_600) // 86_400 - 1
    assert result.instant == start_of_day(last_day + 1, SHANGHAI)
    assert sum(CHINA.is_business_day(one) for one in range(first_day + 1, last_day + 1)) == count
    assert CHINA.is_business_day(last_day)
    assert result == Due(
        result.instant, not all(CHINA.is_published(one) for one in range(first_day + 1, last_day + 1))
    )


ODD = Calendar("XX", "", 2000, 2030, frozenset(), frozenset({day("2024-03-31")}), frozenset({6}))


@given(
    STARTS,
    st.integers(0, 3_000),
    st.integers(0, 86_400),
    st.sampled_from([CHINA, ODD]),
    ZONES,
)
def test_years_that_are_passed_at_once_are_counted_day_by_day(
    start: int, days: int, seconds: int, calendar: Calendar, zone: ZoneInfo
) -> None:
    length = Duration(days * 86_400 + seconds, "seconds")
    result = add_length(start, length, Counting(hours="business_days_only"), calendar, zone)
    today, running, published = local_day(start, zone), 0, True
    while length.seconds and start_of_day(today, zone) < result.instant:
        if calendar.is_business_day(today):
            ends = min(start_of_day(today + 1, zone), result.instant)
            running += ends - max(start_of_day(today, zone), start)
        published = published and calendar.is_published(today)
        today += 1
    assert running == length.seconds
    assert not length.seconds or calendar.is_business_day(local_day(result.instant - 1, zone))
    assert result.provisional == (not published)


@given(STARTS, st.integers(0, 3_000), st.sampled_from([CHINA, ODD]))
def test_years_of_business_days_that_are_passed_at_once_are_counted_day_by_day(
    start: int, count: int, calendar: Calendar
) -> None:
    result = add_length(start, Duration(count, "business_days"), DEFAULT, calendar, SHANGHAI)
    first, last = local_day(start, SHANGHAI) + 1, local_day(result.instant, SHANGHAI) - 1
    passed = range(first, last + 1)
    assert sum(map(calendar.is_business_day, passed)) == count
    assert not count or calendar.is_business_day(last)
    assert result.provisional == (not all(map(calendar.is_published, passed)))


@pytest.mark.parametrize("zone", [SHANGHAI, BERLIN, ZoneInfo("America/New_York")])
@pytest.mark.parametrize("length", ["36525 days", "5217 weeks", "10000 business days", "876600 hours"])
@pytest.mark.parametrize(
    "counting", [DEFAULT, Counting(days="calendar"), Counting(hours="business_days_only")], ids=str
)
def test_a_chain_of_lengths_ends_with_the_calendar(zone: ZoneInfo, length: str, counting: Counting) -> None:
    """However many deadlines follow on each other, there is a date for the end of each."""
    kind = ValueType.BUSINESS_DAYS if "business" in length else ValueType.DURATION
    parsed = cast(Duration, parse_literal(length, kind, zone, "CNY"))
    for start in (LATEST - 1, LATEST, LATEST + 1):
        assert add_length(start, parsed, counting, CHINA, zone) == Due(LATEST, True)
    assert str(format_value(LATEST, ValueType.INSTANT, zone)).startswith(("9800-01-01", "9799-12-31"))


@pytest.mark.parametrize("count", [1, 5, 6, 7, 250, 300, 10_000])
@pytest.mark.parametrize("start", ["2012-01-01 10:00", "2026-12-25 00:00", "2199-12-31 12:00"])
@pytest.mark.parametrize("weekend", [(5, 6), (4, 5), (6,), ()])
def test_many_business_days_are_counted_as_one_by_one(
    count: int, start: str, weekend: tuple[int, ...]
) -> None:
    calendar = replace(CHINA, weekend=frozenset(weekend))
    today, left, published = date.fromisoformat(start[:10]).toordinal(), count, True
    while left:
        today += 1
        published = published and calendar.is_published(today)
        left -= calendar.is_business_day(today)
    found = add_length(instant(start), Duration(count, "business_days"), DEFAULT, calendar, SHANGHAI)
    assert found == Due(start_of_day(today + 1, SHANGHAI), not published)


@pytest.mark.parametrize("edge", ["first_year", "last_year"])
def test_a_business_day_is_published_if_all_days_up_to_it_are(edge: str) -> None:
    calendar = load_calendar("CN")
    begin = new_year(getattr(calendar, edge) + (edge == "last_year"))
    for day in range(begin - 30, begin + 30):
        found, is_published = business_day_from(day, calendar)
        assert is_published == all(map(calendar.is_published, range(day, found + 1)))
