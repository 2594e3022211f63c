"""Months and years, business hours, and how many of them lie between two instants: laws and brute force."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyengine.frozen import replace
from policyengine.values.calendar import Calendar, load_calendar
from policyengine.values.counting import Counting, add_length
from policyengine.values.literals import Duration, ValueType, instant_text, local_day, start_of_day
from policyengine.values.months import MonthEnd, day_after_months, days_in, instant_after_months
from policyengine.values.parse import parse_literal
from policyengine.values.periods import (
    business_days,
    business_days_between,
    latest_start,
    whole_days,
    whole_months,
    whole_months_between_days,
    whole_years,
    whole_years_between_days,
)

BERLIN, NEW_YORK, APIA, UTC = map(ZoneInfo, ("Europe/Berlin", "America/New_York", "Pacific/Apia", "UTC"))
ZONES = st.sampled_from([BERLIN, NEW_YORK, APIA, ZoneInfo("Asia/Beirut"), ZoneInfo("Australia/Lord_Howe")])
GERMANY, CHINA = load_calendar("DE"), load_calendar("CN")
ROLLING, WHOLE = Counting(), Counting(days="calendar")
STAYS = Counting(month_end="stays_last_day")
MONTH_ENDS = st.sampled_from(cast("list[MonthEnd]", ["last_day", "stays_last_day"]))
DAYS = st.integers(date(1990, 1, 1).toordinal(), date(2060, 1, 1).toordinal())
MOMENTS = st.integers(631_152_000, 2_840_140_800)  # 1990 to 2060


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def at(text: str, zone: ZoneInfo = BERLIN) -> int:
    return cast(int, parse_literal(text, ValueType.INSTANT, zone, "EUR"))


def due(
    start: str,
    count: int,
    unit: str,
    counting: Counting = ROLLING,
    zone: ZoneInfo = BERLIN,
    calendar: Calendar = GERMANY,
) -> str:
    found = add_length(at(start, zone), Duration(count, unit), counting, calendar, zone)
    return instant_text(found.instant, zone)[:16] + ("?" if found.provisional else "")


# ---------- months and years


@pytest.mark.parametrize(
    ("start", "count", "unit", "counting", "expected"),
    [
        ("2024-02-29 10:00", 1, "years", ROLLING, "2025-02-28 10:00"),
        ("2024-02-29 10:00", 4, "years", ROLLING, "2028-02-29 10:00"),
        ("2024-01-31 10:00", 2, "months", ROLLING, "2024-03-31 10:00"),
        ("2024-01-30 10:00", 1, "months", ROLLING, "2024-02-29 10:00"),
        ("2024-01-31 09:00", 1, "months", ROLLING, "2024-02-29 09:00"),  # begins later, ends earlier
        ("2024-02-28 02:30", 1, "months", ROLLING, "2024-03-28 02:30"),
        ("2024-02-29 02:30", 25, "months", ROLLING, "2026-03-29 03:30"),  # 02:30 is skipped on that day
        ("2024-03-27 02:30", 7, "months", ROLLING, "2024-10-27 02:30"),  # comes twice: the earlier
        ("2026-08-31 10:00", 6, "months", ROLLING, "2027-02-28 10:00"),
        ("2026-08-31 10:00", 6, "months", STAYS, "2027-02-28 10:00"),
        ("2026-02-28 10:00", 6, "months", ROLLING, "2026-08-28 10:00"),
        ("2026-02-28 10:00", 6, "months", STAYS, "2026-08-31 10:00"),
        ("2024-02-28 10:00", 6, "months", STAYS, "2024-08-28 10:00"),  # not the last day of a leap year
        ("2025-03-10 15:00", 12, "months", WHOLE, "2026-03-11 00:00"),
        ("2027-06-10 15:00", 12, "months", WHOLE, "2028-06-11 00:00"),
        ("2028-02-29 15:00", 12, "months", WHOLE, "2029-03-01 00:00"),
        ("2025-03-10 15:00", 0, "months", WHOLE, "2025-03-11 00:00"),
        ("2025-03-10 15:00", 0, "months", ROLLING, "2025-03-10 15:00"),
    ],
)
def test_months_end_on_the_day_with_the_same_number(
    start: str, count: int, unit: str, counting: Counting, expected: str
) -> None:
    assert due(start, count, unit, counting) == expected


def test_a_time_that_comes_twice_is_the_earlier_one() -> None:
    end = instant_after_months(at("2024-03-27 02:30"), 7, BERLIN)
    assert instant_text(end, BERLIN) == "2024-10-27 02:30:00+02:00"


def _naively(start: int, months: int, zone: ZoneInfo) -> int:
    """The same local time so many months later, found by looking at days one by one."""
    local = datetime.fromtimestamp(start, zone).replace(tzinfo=None)
    wanted = (local.year * 12 + local.month - 1) + months
    one, best = date(local.year, local.month, 1), None
    while one.year * 12 + one.month - 1 <= wanted:
        if one.year * 12 + one.month - 1 == wanted and one.day <= local.day:
            best = one
        one += timedelta(days=1)
    assert best is not None
    there = datetime.combine(best, local.time())
    seconds = (there - datetime(1970, 1, 1)) // timedelta(seconds=1)
    offset = there.replace(tzinfo=zone, fold=0).utcoffset()
    assert offset is not None
    return seconds - offset // timedelta(seconds=1)


@given(MOMENTS, st.integers(1, 30), ZONES)
def test_months_against_days_that_are_looked_at_one_by_one(start: int, months: int, zone: ZoneInfo) -> None:
    assert instant_after_months(start, months, zone) == _naively(start, months, zone)


@given(DAYS, st.integers(0, 300), MONTH_ENDS)
def test_whole_days_of_months_never_end_earlier_for_a_later_start(
    start: int, months: int, month_end: MonthEnd
) -> None:
    ends = [day_after_months(start + later, months, month_end) for later in range(4)]
    assert ends == sorted(ends)


@given(DAYS, st.integers(0, 300), st.integers(0, 300))
def test_lengths_are_counted_at_once(start: int, months: int, more: int) -> None:
    """One by one they could only come out earlier: a day that is lost in a short month stays lost."""
    step_by_step = day_after_months(day_after_months(start, months), more)
    assert step_by_step <= day_after_months(start, months + more) <= step_by_step + 3


# ---------- how many there are


def test_whole_months_and_years() -> None:
    assert whole_months_between_days(day("2026-01-31"), day("2026-02-28")) == 1
    assert whole_months_between_days(day("2026-02-28"), day("2026-08-28")) == 6
    assert whole_months_between_days(day("2026-02-28"), day("2026-08-28"), "stays_last_day") == 5
    assert whole_months_between_days(day("2026-02-28"), day("2026-01-31")) == -1
    assert whole_years_between_days(day("2006-05-15"), day("2024-05-14")) == 17
    assert whole_years_between_days(day("2006-05-15"), day("2024-05-15")) == 18
    assert whole_years_between_days(day("2024-05-14"), day("2006-05-15")) == -17
    assert whole_years(at("2024-02-29 10:00"), at("2025-02-28 09:59"), ROLLING, BERLIN) == 0
    assert whole_years(at("2024-02-29 10:00"), at("2025-02-28 09:59"), WHOLE, BERLIN) == 1


def test_whole_days() -> None:
    first, last = at("2024-05-01 15:00"), at("2024-05-03 14:00")
    assert whole_days(first, last, ROLLING, BERLIN) == 1
    assert whole_days(first, last, WHOLE, BERLIN) == 2
    assert whole_days(last, first, ROLLING, BERLIN) == -1
    assert whole_days(last, first, WHOLE, BERLIN) == -2


@given(DAYS, st.integers(0, 4_000), MONTH_ENDS)
def test_whole_months_are_the_most_that_end_in_time(start: int, later: int, month_end: MonthEnd) -> None:
    found = whole_months_between_days(start, start + later, month_end)
    most = max(n for n in range(0, 140) if day_after_months(start, n, month_end) <= start + later)
    assert found == most
    assert whole_months_between_days(start + later, start, month_end) == -found


@given(MOMENTS, st.integers(0, 3 * 366 * 86_400), MONTH_ENDS, ZONES)
def test_whole_months_of_instants_are_those_in_time(
    start: int, later: int, month_end: MonthEnd, zone: ZoneInfo
) -> None:
    counting = Counting(month_end=month_end)
    ends = [instant_after_months(start, months, zone, month_end) for months in range(40)]
    most = max(number for number, end in enumerate(ends) if end <= start + later)
    assert whole_months(start, start + later, counting, zone) == most


def test_business_days_between() -> None:
    assert business_days_between(day("2026-03-06"), day("2026-03-09"), GERMANY) == 1  # Friday to Monday
    assert business_days_between(day("2026-03-06"), day("2026-03-08"), GERMANY) == 0
    assert business_days_between(day("2026-03-09"), day("2026-03-06"), GERMANY) == -1
    assert business_days(at("2026-04-02 17:00"), at("2026-04-07 09:00"), GERMANY, BERLIN) == 1  # Easter


@given(DAYS, st.integers(0, 1_500), st.sampled_from([GERMANY, CHINA]))
def test_business_days_between_are_counted_one_by_one(first: int, later: int, calendar: Calendar) -> None:
    days = range(first + 1, first + later + 1)
    assert business_days_between(first, first + later, calendar) == sum(map(calendar.is_business_day, days))
    assert business_days_between(first + later, first, calendar) == -sum(map(calendar.is_business_day, days))


# ---------- back from an end


def test_what_is_one_month_before() -> None:
    """28 February is one month before 28 March and no later day; from the 28th on March is begun again."""
    length, end = Duration(1, "months"), at("2026-03-31 10:00")
    assert instant_text(latest_start(end, length, ROLLING, GERMANY, BERLIN), BERLIN) == "2026-02-28 23:59:59"
    end = at("2026-03-28 10:00")
    assert instant_text(latest_start(end, length, ROLLING, GERMANY, BERLIN), BERLIN) == "2026-02-28 10:00:00"


UNITS = st.sampled_from(["hours", "days", "weeks", "months", "years", "business_days"])


@given(MOMENTS, st.integers(0, 5), UNITS, st.sampled_from([ROLLING, WHOLE, STAYS]), ZONES)
def test_the_latest_start_fits_and_nothing_later_does(
    end: int, count: int, unit: str, counting: Counting, zone: ZoneInfo
) -> None:
    length = Duration(count, unit)
    found = latest_start(end, length, counting, GERMANY, zone)

    def fits(start: int) -> bool:
        return add_length(start, length, counting, GERMANY, zone).instant <= end

    assert fits(found)
    later = [*range(found + 1, found + 60), *range(found + 60, min(end, found + 4 * 86_400), 601)]
    assert not any(map(fits, later))


@pytest.mark.parametrize(
    "end", ["2026-03-29 01:59:59", "2026-03-29 03:15", "2026-03-29 03:30", "2026-10-25 02:30"]
)
def test_the_latest_start_where_clocks_change(end: str) -> None:
    instant = at(f"{end}+01:00" if end.startswith("2026-10") else end)
    found = latest_start(instant, Duration(1, "months"), ROLLING, GERMANY, BERLIN)
    fitting = [
        one
        for one in range(found - 10, found + 2 * 86_400)
        if instant_after_months(one, 1, BERLIN) <= instant
    ]
    assert max(fitting) == found


# ---------- business hours


NINE_TO_SIX = ((9 * 3_600, 12 * 3_600), (13 * 3_600, 18 * 3_600))
SHOP = replace(GERMANY, hours=(*(NINE_TO_SIX,) * 5, (), ()))
ALWAYS_OPEN = Calendar("", "", 1, 9_999, frozenset(), frozenset(), frozenset(), (((0, 86_400),),) * 7)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-03-02 09:00", "2026-03-02 18:00"),  # not Tuesday 09:00
        ("2026-03-02 12:30", "2026-03-03 12:00"),  # not 13:00
        ("2026-03-06 17:00", "2026-03-09 17:00"),
        ("2026-03-07 11:00", "2026-03-09 18:00"),
        ("2026-04-02 17:00", "2026-04-07 17:00"),  # over Easter
        ("2026-03-02 19:00", "2026-03-03 18:00"),
    ],
)
def test_eight_business_hours(start: str, expected: str) -> None:
    assert due(start, 8, "business_hours", calendar=SHOP) == expected


def test_no_business_hours_end_at_once() -> None:
    assert due("2026-03-07 11:00", 0, "business_hours", calendar=SHOP) == "2026-03-07 11:00"
    assert due("2026-03-07 11:00", 1, "business_minutes", calendar=SHOP) == "2026-03-09 09:01"


@given(MOMENTS, st.integers(0, 10_000), ZONES)
def test_open_day_and_night_is_time_by_the_clock(start: int, hours: int, zone: ZoneInfo) -> None:
    found = add_length(start, Duration(hours, "business_hours"), ROLLING, ALWAYS_OPEN, zone)
    assert found.instant == start + hours * 3_600


MINUTE_BY_MINUTE = st.integers(0, 60 * 24 * 500)


@given(MINUTE_BY_MINUTE, st.integers(1, 3_000))
def test_business_hours_are_counted_minute_by_minute(start: int, minutes: int) -> None:
    begin = at("2024-12-20 00:00", UTC) + start * 60
    found = add_length(begin, Duration(minutes, "business_minutes"), ROLLING, SHOP, UTC)
    today, left = local_day(begin, UTC), minutes
    now = begin
    while left:
        today = local_day(now, UTC)
        second = now - start_of_day(today, UTC)
        left -= any(first <= second < last for first, last in SHOP.blocks(today))
        now += 60
    assert found.instant == now


def test_long_business_hours_pass_years_at_once() -> None:
    length = Duration(600_000, "business_minutes")
    found = add_length(at("2024-05-01 12:00"), length, ROLLING, SHOP, BERLIN)
    open_for = sum(
        end - begin
        for one in range(day("2024-05-02"), local_day(found.instant, BERLIN))
        for begin, end in SHOP.blocks(one)
    )
    assert 600_000 * 60 - 8 * 3_600 <= open_for <= 600_000 * 60


# ---------- the end of the last day


def test_a_last_day_that_is_a_holiday() -> None:
    moved = Counting(days="calendar", ends_on_holiday="next_business_day")
    assert due("2026-03-20 12:00", 14, "days", moved) == "2026-04-08 00:00"  # Good Friday to Tuesday
    assert due("2026-03-19 12:00", 14, "days", moved) == "2026-04-03 00:00"
    assert due("2026-03-27 12:00", 14, "days", moved) == "2026-04-11 00:00"
    assert due("2026-03-20 12:00", 14 * 24, "hours", moved) == "2026-04-03 13:00"  # clocks changed
    assert due("2026-03-03 12:00", 1, "months", moved) == "2026-04-08 00:00"
    # National Day 2023 is a Sunday; the Saturday after it is worked.
    assert due("2023-09-24 12:00", 7, "days", moved, calendar=CHINA) == "2023-10-08 00:00"
    assert due("2045-09-24 12:00", 7, "days", moved, calendar=CHINA).endswith("?")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-03-06 17:00:00", "included", "2026-03-10 00:00"),
        ("2026-03-06 17:00:00", "excluded", "2026-03-11 00:00"),
        ("2026-03-06 17:00:01", "included", "2026-03-11 00:00"),
        ("2026-03-07 18:00:00", "included", "2026-03-10 00:00"),  # Saturday has no cut-off of its own
    ],
)
def test_what_comes_after_the_cut_off_belongs_to_the_next_business_day(
    start: str, end: str, expected: str
) -> None:
    counting = replace(ROLLING, cut_off="17:00:00", end=end)
    assert due(start, 1, "business_days", counting) == expected


def test_the_cut_off_of_calendar_days_and_of_weekdays() -> None:
    whole = replace(WHOLE, cut_off="17:00:00")
    assert due("2026-03-06 17:00:01", 1, "days", whole) == "2026-03-09 00:00"
    assert due("2026-03-06 17:00:00", 1, "days", whole) == "2026-03-08 00:00"
    assert due("2026-03-06 17:00:01", 1, "days", replace(whole, days="rolling")) == "2026-03-07 17:00"
    weekdays = replace(WHOLE, cut_off="16:00:00,16:00:00,16:00:00,16:00:00,16:00:00,11:00:00,")
    assert due("2026-03-06 16:30", 1, "days", weekdays) == "2026-03-09 00:00"
    assert due("2026-03-07 11:30", 1, "days", weekdays) == "2026-03-10 00:00"
    assert due("2026-03-08 23:30", 1, "days", weekdays) == "2026-03-10 00:00"  # Sunday has none


def test_no_act_no_cut_off() -> None:
    counting, length = replace(ROLLING, cut_off="17:00:00"), Duration(1, "business_days")
    found = add_length(at("2026-03-06 23:59:59"), length, counting, GERMANY, BERLIN, is_act=False)
    assert instant_text(found.instant, BERLIN) == "2026-03-10 00:00:00"


def test_a_day_that_ends_at_six() -> None:
    counting = replace(WHOLE, day_ends="18:00:00")
    assert due("2026-03-06 19:00", 2, "days", counting) == "2026-03-08 18:00"
    assert due("2026-03-06 19:00", 1, "business_days", counting) == "2026-03-09 18:00"
    assert due("2026-03-06 19:00", 0, "days", counting) == "2026-03-06 19:00"  # never before it begins
    assert due("2026-03-27 12:00", 2, "days", replace(counting, day_ends="02:30:00")) == "2026-03-29 03:30"


def test_a_month_has_as_many_days_as_the_calendar_says() -> None:
    months = [(year, month) for year in (1900, 2000, 2023, 2024, 2100, 9999) for month in range(1, 13)]
    assert [days_in(*one) for one in months] == [monthrange(*one)[1] for one in months]
