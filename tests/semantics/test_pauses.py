"""Lengths that stand still, held against brute force: time by the clock in small steps, and day by day."""

from __future__ import annotations

from random import Random
from zoneinfo import ZoneInfo

import pytest

from policyengine.frozen import replace
from policyengine.values.calendar import Calendar
from policyengine.values.counting import (
    Counting,
    add_length,
    counts_whole_days,
    end_of_day,
    is_after_cut_off,
    is_in_time,
)
from policyengine.values.literals import Duration, local_day, start_of_day
from policyengine.values.months import day_after_months, time_of_day
from policyengine.values.pauses import Stretch, add_paused, united

ZONES = (ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"))
FRIDAY = 734_585  # 2012-03-23; in Berlin the clocks change on the 25th
_BLOCKS = ((32_400, 43_200), (46_800, 64_800))  # 9 to 12 and 13 to 18 o'clock
CALENDAR = Calendar(
    "XX",
    "test",
    2010,
    2012,
    frozenset({FRIDAY + 3, FRIDAY + 4}),
    frozenset({FRIDAY + 1}),
    hours=(_BLOCKS,) * 7,
    make_up_hours=_BLOCKS[:1],
)
DAY, HOUR, STEP = 86_400, 3_600, 900
UNITS = ("hours", "days", "business_days", "months", "business_hours")
COUNTINGS = [
    Counting(hours=hours, days=days, business_days=business_days)
    for hours in ("continuous", "business_days_only")
    for days in ("rolling", "calendar")
    for business_days in ("from_next_day", "from_same_day")
] + [
    Counting(days="calendar", day_ends="18:00:00"),
    Counting(days="calendar", cut_off="17:00:00"),
    Counting(days="calendar", ends_on_holiday="next_business_day"),
    Counting(days="calendar", cut_off="17:00:00", day_ends="18:00:00", end="excluded"),
]


def stands_still(pauses: list[Stretch], instant: int) -> bool:
    return any(begin <= instant and (end is None or instant < end) for begin, end in pauses)


def is_open(instant: int, zone: ZoneInfo) -> bool:
    day = local_day(instant, zone)
    blocks = CALENDAR.blocks(day)
    return any(
        time_of_day(day, one, zone) <= instant < time_of_day(day, other, zone) for one, other in blocks
    )


def run_time(
    start: int, length: Duration, counting: Counting, zone: ZoneInfo, pauses: list[Stretch]
) -> int | None:
    """Return when a length has run, counted in steps of a quarter of an hour."""
    if length.unit == "months":
        left = add_length(start, length, counting, CALENDAR, zone).instant - start
    else:
        left = length.count * HOUR if length.unit == "business_hours" else length.seconds
    now = start
    while left:
        if now > start + 90 * DAY:
            return None
        runs = True
        if length.unit == "business_hours":
            runs = is_open(now, zone)
        elif length.unit != "months" and counting.hours == "business_days_only":
            runs = CALENDAR.is_business_day(local_day(now, zone))
        left -= STEP if runs and not stands_still(pauses, now) else 0
        now += STEP
    return now


def run_days(
    start: int, length: Duration, counting: Counting, zone: ZoneInfo, pauses: list[Stretch]
) -> int | None:
    """Return the end of the last of so many days that count."""
    day, is_business = local_day(start, zone), length.unit == "business_days"
    while is_after_cut_off(start, counting, CALENDAR, zone, is_business):
        day += 1
        if not is_business or CALENDAR.is_business_day(day):
            break
    left = length.count
    if length.unit == "months":
        left = day_after_months(day, left) - day
    if is_business and counting.business_days == "from_same_day" and left:
        day -= 1
    while left:
        day += 1
        if day > local_day(start, zone) + 90:
            return None
        is_counted = not is_business or CALENDAR.is_business_day(day)
        if is_counted and not stands_still(pauses, end_of_day(day, counting, zone) - 1):
            left -= 1
    while counting.ends_on_holiday != "stays" and not is_business and not CALENDAR.is_business_day(day):
        day += 1
    return max(start, end_of_day(day, counting, zone))


def brute_force(
    start: int, length: Duration, counting: Counting, zone: ZoneInfo, pauses: list[Stretch]
) -> int | None:
    run = run_days if counts_whole_days(length, counting) else run_time
    return run(start, length, counting, zone, pauses)


def random_pauses(random: Random, start: int) -> list[Stretch]:
    found: list[Stretch] = []
    for _ in range(random.randint(0, 4)):
        begin = start + STEP * random.randrange(-2 * 96, 8 * 96)
        length = STEP * random.choice((0, 1, 4, 40, 96, 200, -3))
        found.append((begin, None if random.random() < 0.15 else begin + length))
    return found


def random_length(random: Random, least: int = 0) -> Duration:
    unit = random.choice(UNITS)
    return Duration(random.randint(least, 1 if unit == "months" else 4), unit)


def random_start(random: Random, zone: ZoneInfo) -> int:
    return start_of_day(FRIDAY, zone) + STEP * random.randrange(3 * 96)


@pytest.mark.parametrize("counting", COUNTINGS, ids=repr)
def test_a_length_stands_still_as_brute_force_says(counting: Counting) -> None:
    random = Random(7)
    for _ in range(250):
        zone = random.choice(ZONES)
        start, length = random_start(random, zone), random_length(random)
        pauses = random_pauses(random, start)
        ran = add_paused(start, length, counting, CALENDAR, zone, pauses)
        expected = brute_force(start, length, counting, zone, pauses)
        assert (None if ran.due is None else ran.due.instant) == expected, (start, length, pauses)
        assert (ran.left is None) is (ran.due is not None)


def test_what_is_left_runs_on_where_it_stood_still() -> None:
    """With an end, a pause leaves as much to run as it left without one."""
    random = Random(8)
    for _ in range(1500):
        zone, counting = random.choice(ZONES), random.choice(COUNTINGS[:8])
        start, length = random_start(random, zone), random_length(random, least=1)
        begin = start + STEP * random.randrange(4 * 96)
        left = add_paused(start, length, counting, CALENDAR, zone, [(begin, None)]).left
        if left is None:
            continue
        # It goes on with the second in which the pause ends, or with the day after the last that was paused.
        end = start_of_day(local_day(begin, zone) + random.randint(1, 5), zone)
        due = add_paused(start, length, counting, CALENDAR, zone, [(begin, end)]).due
        assert due is not None
        is_whole = counts_whole_days(length, counting)
        hours = "continuous" if length.unit == "months" else counting.hours
        again = Counting(days="calendar") if is_whole else replace(Counting(), hours=hours)
        first = end - 1 if is_whole else end
        expected = add_length(first, left, again, CALENDAR, zone).instant
        assert due.instant == expected, (start, length, counting, begin, end, left)


def test_laws_of_pauses() -> None:
    """Touching pauses are one; a pause at or after the end changes nothing; none makes the end earlier."""
    random = Random(9)
    for _ in range(1500):
        zone, counting = random.choice(ZONES), random.choice(COUNTINGS)
        start, length = random_start(random, zone), random_length(random)
        pauses = random_pauses(random, start)
        due = add_paused(start, length, counting, CALENDAR, zone, pauses).due
        first = add_length(start, length, counting, CALENDAR, zone).instant
        cut = [part for pause in pauses for part in parted(*pause)]
        assert add_paused(start, length, counting, CALENDAR, zone, cut).due == due
        more = add_paused(
            start, length, counting, CALENDAR, zone, [*pauses, *random_pauses(random, start)]
        ).due
        if due is None:
            assert more is None
            continue
        assert due.instant >= first
        assert more is None or more.instant >= due.instant
        later = [*pauses, (due.instant, random.choice((None, due.instant + DAY)))]
        assert add_paused(start, length, counting, CALENDAR, zone, later).due == due
        for act in range(start, due.instant, 6 * HOUR):  # who acts while it stands still is in time
            if stands_still(pauses, act):
                assert is_in_time(act, due.instant, counting)


def parted(begin: int, end: int | None) -> list[Stretch]:
    if end is not None and end <= begin + 300:
        return [(begin, end)]
    return [(begin, begin + 300), (begin + 300, end)]


def test_pauses_are_half_open_and_united() -> None:
    zone, counting = ZONES[0], Counting()
    assert united([(3, 5), (1, 2), (5, 8), (7, 7), (9, 4)]) == [(1, 2), (3, 8)]
    assert united([(5, None), (1, 9), (20, 30)]) == [(1, None)]
    length = Duration(10, "seconds")
    assert add_paused(0, length, counting, CALENDAR, zone, [(5, 8)]).due == (13, False)
    assert add_paused(0, length, counting, CALENDAR, zone, [(10, None)]).due == (10, False)
    assert add_paused(0, length, counting, CALENDAR, zone, [(9, None)]).left == Duration(1, "seconds")


def test_a_pause_within_one_day_costs_no_whole_day() -> None:
    zone, counting = ZONES[0], Counting(days="calendar")
    monday = start_of_day(FRIDAY + 10, zone)
    length = Duration(3, "days")
    tuesday, thursday = monday + DAY, monday + 3 * DAY
    inside = [(tuesday + 10 * HOUR, tuesday + 20 * HOUR)]
    across = [(tuesday + 10 * HOUR, thursday + 15 * HOUR)]  # Tuesday and Wednesday do not count
    due = start_of_day(FRIDAY + 14, zone)
    assert add_paused(monday, length, counting, CALENDAR, zone, inside).due == (due, False)
    assert add_paused(monday, length, counting, CALENDAR, zone, across).due == (due + 2 * DAY, False)


def test_what_is_left_is_told_in_the_unit_of_the_length() -> None:
    zone = ZONES[0]
    monday = start_of_day(FRIDAY + 10, zone)

    def left(length: Duration, after: int, counting: Counting) -> Duration | None:
        return add_paused(monday, length, counting, CALENDAR, zone, [(monday + after, None)]).left

    assert left(Duration(15, "days"), DAY, Counting()) == Duration(14, "days")
    assert left(Duration(48, "hours"), DAY, Counting()) == Duration(24, "hours")
    assert left(Duration(1, "days"), HOUR + 60, Counting()) == Duration(22 * 60 + 59, "minutes")
    assert left(Duration(3, "days"), DAY + HOUR, Counting(days="calendar")) == Duration(3, "days")
    assert left(Duration(3, "business_days"), 2 * DAY, Counting()) == Duration(2, "business_days")
    assert left(Duration(8, "business_hours"), 10 * HOUR, Counting()) == Duration(7, "business_hours")
    assert left(Duration(8, "business_hours"), 10 * HOUR + 90, Counting()) == Duration(
        419, "business_minutes"
    )
