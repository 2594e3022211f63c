"""Windows of time: how long before or after another instant something is, and in which period."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from policyengine.api import EngineName, prepare
from policyengine.checks import check_rulebook
from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.diagnostics.i18n import Speech
from policyengine.engines.durable.ruleset import durable_available
from policyengine.loading.load import load_model
from policyengine.model.conditions import Measure
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.decision import Decision
from policyengine.outcome.timeline import Turn, make_timeline
from policyengine.render.json.decision import render_json
from policyengine.render.text import render_text
from policyengine.render.why.chain import Chain
from policyengine.semantics.findings import ABSENT, Known, State, Truth, Unknown
from policyengine.semantics.windows import Frame, judge_same, judge_window
from policyengine.values.calendar import Calendar
from policyengine.values.counting import Counting, add_length, is_in_time
from policyengine.values.literals import Duration, ValueType, local_day, start_of_day
from policyengine.values.parse import parse_literal

ENGINES: tuple[EngineName, ...] = ("reference", "compiled", *(("durable",) if durable_available() else ()))
ZONE = ZoneInfo("America/Los_Angeles")
CALENDAR = Calendar("XX", "test", 2000, 2100, frozenset(), frozenset())
MEASURES: tuple[Measure, ...] = ("within", "at_least", "more_than", "less_than")
COUNTINGS = [
    Counting(end=end, hours=hours, days=days, month_end=month_end)
    for end, hours, days, month_end in product(
        ("included", "excluded"),
        ("continuous", "business_days_only"),
        ("rolling", "calendar"),
        ("last_day", "stays_last_day"),
    )
]
LENGTHS = [
    Duration(count, unit)
    for unit, counts in {
        "hours": (1, 24, 30),
        "days": (1, 2, 7),
        "weeks": (1,),
        "months": (1, 6),
        "years": (1,),
        "business_days": (0, 1, 3),
    }.items()
    for count in counts
]


def at(text: str) -> int:
    value = parse_literal(text, ValueType.INSTANT, ZONE, "USD")
    assert isinstance(value, int)
    return value


STARTS = [
    at(one) for one in ("2024-01-30 10:00", "2024-01-31 00:00", "2024-03-09 12:30", "2024-11-02 23:59:59")
]


def ends_around(start: int, length: Duration, counting: Counting) -> Iterator[int]:
    due = add_length(start, length, counting, CALENDAR, ZONE).instant
    day = start_of_day(local_day(due - 1, ZONE), ZONE)
    for moment in (start, due, day, due - 86_400, due + 86_400):
        yield from (moment - 1, moment, moment + 1)


def asked(how: Measure, start: int, end: int, length: Duration, frame: Frame) -> bool:
    truth, waits = judge_window(how, Known(start), Known(end), Known(length), frame)
    assert truth is not Truth.UNDETERMINED and not waits
    return truth is Truth.TRUE


@pytest.mark.parametrize("counting", COUNTINGS, ids=str)
def test_within_is_being_in_time_for_a_clock(counting: Counting) -> None:
    frame = Frame(counting, CALENDAR, ZONE, is_strict=True)
    for start, length in product(STARTS, LENGTHS):
        due = add_length(start, length, counting, CALENDAR, ZONE).instant
        for end in ends_around(start, length, counting):
            expected = start < end and is_in_time(end, due, counting)
            assert asked("within", start, end, length, frame) is expected, (start, end, length)


@pytest.mark.parametrize("counting", COUNTINGS, ids=str)
def test_the_four_words_divide_the_time_after_the_start(counting: Counting) -> None:
    """Less or at least, and within or more: but for the very end of a length that no longer counts."""
    frame = Frame(counting, CALENDAR, ZONE, is_strict=False)
    for start, length in product(STARTS, LENGTHS):
        due = add_length(start, length, counting, CALENDAR, ZONE).instant
        for end in ends_around(start, length, counting):
            found = {how: asked(how, start, end, length, frame) for how in MEASURES}
            if end < start:
                assert not any(found.values())
                continue
            assert found["less_than"] is not found["at_least"]
            is_lost = end == due and counting.end == "excluded"
            assert found["within"] is not found["more_than"] or (
                is_lost and not any((found["within"], found["more_than"]))
            )


def test_whole_days_are_reached_with_the_beginning_of_the_last_and_over_with_its_end() -> None:
    frame = Frame(Counting(days="calendar"), CALENDAR, ZONE, is_strict=True)
    start, week = at("2024-04-26 23:59"), Duration(7, "days")
    first, last = at("2024-05-03 00:00"), at("2024-05-04 00:00")
    assert not asked("at_least", start, first - 1, week, frame)
    assert asked("at_least", start, first, week, frame) and asked("within", start, first, week, frame)
    assert asked("within", start, last, week, frame) and not asked("more_than", start, last, week, frame)
    assert asked("more_than", start, last + 1, week, frame)


def test_a_date_is_held_against_days() -> None:
    """By brute force: on which day of the calendar the other one is, counted from the date."""
    day = date(2024, 2, 28).toordinal()
    for days, end in product(("rolling", "calendar"), ("included", "excluded")):
        counting: Any = Counting(days=days, end=end)
        frame = Frame(counting, CALENDAR, ZONE, True, starts_with_date=True, ends_with_date=True)
        for count, distance in product((1, 2, 7), range(-2, 10)):
            length = Duration(count, "days")
            found = {how: asked(how, day, day + distance, length, frame) for how in MEASURES}
            is_after = distance > 0
            is_last = distance == count and days == "rolling" and end == "excluded"
            assert found == {
                "within": is_after and distance <= count and not is_last,
                "at_least": is_after and distance >= count,
                "more_than": is_after and distance > count,
                "less_than": is_after and distance < count,
            }


def test_who_has_had_the_eighteenth_birthday_is_eighteen_the_whole_day() -> None:
    frame = Frame(Counting(), CALENDAR, ZONE, True, starts_with_date=True)
    birth, years = date(2006, 5, 15).toordinal(), Duration(18, "years")
    for moment, is_of_age, is_more in (
        ("2024-05-14 23:59:59", False, False),
        ("2024-05-15 00:00", True, False),
        ("2024-05-15 23:59:59", True, False),
        ("2024-05-16 00:00:01", True, True),
    ):
        assert asked("at_least", birth, at(moment), years, frame) is is_of_age
        assert asked("more_than", birth, at(moment), years, frame) is is_more
        assert asked("less_than", birth, at(moment), years, frame) is not is_of_age


def test_a_length_is_only_added_forwards() -> None:
    frame = Frame(Counting(), CALENDAR, ZONE, is_strict=True)
    start, end = at("2023-02-28 10:00"), at("2023-03-31 10:00")
    assert not asked("within", start, end, Duration(1, "months"), frame)  # 28 March is over


def test_nothing_without_a_value_is_in_a_window_and_what_is_not_known_is_waited_for() -> None:
    frame = Frame(Counting(), CALENDAR, ZONE, is_strict=True)
    early, late, length = (
        Known(at("2024-01-01 10:00")),
        Known(at("2024-01-01 11:00")),
        Known(Duration(1, "hours")),
    )
    open_ = Unknown(frozenset())
    for how in MEASURES:
        for parts in ((ABSENT, open_, length), (early, ABSENT, open_), (open_, late, ABSENT)):
            assert judge_window(how, *parts, frame)[0] is Truth.FALSE
        assert judge_window(how, late, early, open_, frame)[0] is Truth.FALSE  # it is on the other side
        for three in ((open_, late, length), (early, open_, length), (early, late, open_)):
            assert judge_window(how, *three, frame)[0] is Truth.UNDETERMINED


def test_the_same_period_by_brute_force() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    days = [date(2024, 12, 29).toordinal() + number for number in range(10)]
    for one, other in product(days, days):
        left, right = date.fromordinal(one), date.fromordinal(other)
        moment = start_of_day(other + 1, zone) - 1
        for period, expected in (
            ("calendar_year", left.year == right.year),
            ("calendar_month", (left.year, left.month) == (right.year, right.month)),
            ("calendar_week", left.isocalendar()[:2] == right.isocalendar()[:2]),
            ("day", left == right),
        ):
            for state, is_date in ((Known(other), True), (Known(moment), False)):
                found = judge_same(period, Known(one), state, (True, is_date), zone)  # type: ignore[arg-type]
                assert found[0] is (Truth.TRUE if expected else Truth.FALSE)
    assert judge_same("day", ABSENT, Unknown(frozenset()), (True, True), zone)[0] is Truth.FALSE
    assert judge_same("day", Known(1), Unknown(frozenset()), (True, True), zone)[0] is Truth.UNDETERMINED


# ---------- in rulebooks

BOOK = """rulebook: windows
version: "1"
title: {{zh: 窗, en: windows}}
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
languages: [zh, en]
parties: {{buyer: {{zh: 买家, en: buyer}}}}
counting: {{end: {end}, hours: continuous, days: {days}, business_days: from_next_day}}
"""
FACTS = """facts:
  booking.at: {type: instant, title: {zh: 预订, en: booked}}
  request.at: {type: instant, title: {zh: 申请, en: asked}, if_missing: never}
  stay.check_in: {type: instant, title: {zh: 入住, en: check-in}, planned: yes}
  trip.on: {type: date, title: {zh: 出发, en: departure}, planned: yes}
  person.birth: {type: date, title: {zh: 生日, en: birthday}}
  grace: {type: duration, title: {zh: 宽限, en: grace}}
  result: {type: boolean, title: {zh: 果, en: result}, role: outcome}
lists:
  points:
    title: {zh: 扣分, en: points}
    dated_by: at
    facts:
      at: {type: instant, title: {zh: 时, en: at}}
      again: {type: count, title: {zh: 再犯, en: again}, role: outcome}
"""


def write(folder: Path, when: str, end: str = "included", days: str = "rolling", more: str = "") -> Path:
    (folder / "policies").mkdir(parents=True)
    (folder / "rulebook.yaml").write_text(BOOK.format(end=end, days=days), "utf-8")
    (folder / "facts.yaml").write_text(FACTS, "utf-8")
    (folder / "policies" / "p.yaml").write_text(
        "policy: p\ntitle: {zh: 策, en: policy}\n"
        f"{more}rules:\n  r:\n    title: {{zh: 则, en: rule}}\n    when: {when}\n    then: {{result: yes}}\n",
        "utf-8",
    )
    return folder


def load(folder: Path) -> Rulebook:
    loaded = load_model(str(folder), ())
    assert loaded.rulebook is not None, [str(one) for one in loaded.diagnostics]
    return loaded.rulebook


def judge(folder: Path, case: object, as_of: str, engine: EngineName = "reference") -> Decision:
    path = folder / "case.json"
    path.write_text(json.dumps(case), "utf-8")
    return prepare(load(folder), {}, engine=engine).evaluate(str(path), as_of)


def result(folder: Path, case: object, as_of: str) -> State:
    found = [judge(folder, case, as_of, engine).state_of(("result", None)) for engine in ENGINES]
    assert all(one == found[0] for one in found)
    return found[0]


def told(folder: Path) -> list[Diagnostic]:
    loaded = load_model(str(folder), ())
    more = [] if loaded.rulebook is None else check_rulebook(loaded.rulebook)
    return [one for one in (*loaded.diagnostics, *more) if one.severity == "error"]


REQUEST = "{request.at: {within: 24 hours, not_before: booking.at}}"


@pytest.mark.parametrize(
    ("asked_at", "end", "expected"),
    [
        ("2024-05-14 15:00:00", "included", True),
        ("2024-05-15 15:00:00", "included", True),
        ("2024-05-15 15:00:01", "included", False),
        ("2024-05-15 15:00:00", "excluded", False),
        ("2024-05-14 14:59:59", "included", False),
    ],
)
def test_cancelled_within_a_day_of_the_booking(
    tmp_path: Path, asked_at: str, end: str, expected: bool
) -> None:
    book = write(tmp_path / "rb", REQUEST, end)
    case = {"booking": {"at": "2024-05-14 15:00:00"}, "request": {"at": asked_at}}
    assert result(book, case, "2024-06-01 00:00") == (Known(True) if expected else ABSENT)


@pytest.mark.parametrize(
    ("when", "cancelled", "expected"),
    [
        ("{at_least: 7 days, before: stay.check_in}", "2026-03-26 15:00:00", True),
        ("{at_least: 7 days, before: stay.check_in}", "2026-03-26 15:00:01", False),
        ("{less_than: 7 days, at_least: 24 hours, before: stay.check_in}", "2026-03-26 15:00:01", True),
        ("{less_than: 7 days, at_least: 24 hours, before: stay.check_in}", "2026-04-01 15:00:00", True),
        ("{less_than: 24 hours, before: stay.check_in}", "2026-04-01 15:00:01", True),
        # What comes after it is not less than a day before it.
        ("{less_than: 24 hours, before: stay.check_in}", "2026-04-02 15:00:00", False),
        ("{less_than: 24 hours, not_after: stay.check_in}", "2026-04-02 15:00:00", True),
        ("{less_than: 24 hours, not_after: stay.check_in}", "2026-04-02 15:00:01", False),
    ],
)
def test_so_long_before_a_plan(tmp_path: Path, when: str, cancelled: str, expected: bool) -> None:
    book = write(tmp_path / "rb", f"{{request.at: {when}}}")
    case = {"stay": {"check_in": "2026-04-02 15:00"}, "request": {"at": cancelled}}
    assert result(book, case, "2026-04-10 12:00") == (Known(True) if expected else ABSENT)


def test_whole_days_before_a_plan_are_another_reading(tmp_path: Path) -> None:
    book = write(tmp_path / "rb", "{request.at: {at_least: 7 days, before: stay.check_in}}", days="calendar")
    case = {"stay": {"check_in": "2026-04-02 15:00"}, "request": {"at": "2026-03-26 23:59"}}
    assert result(book, case, "2026-03-27 12:00") == Known(True)


def test_no_longer_within_what_has_no_value_and_open_where_it_is_not_known(tmp_path: Path) -> None:
    book = write(tmp_path / "rb", REQUEST)
    assert result(book, {"booking": {"at": "2024-05-14 15:00"}}, "2024-06-01 00:00") == ABSENT
    decision = judge(book, {"request": {"at": "2024-05-15 15:00"}}, "2024-06-01 00:00")
    outcome = decision.outcome(("result", None))
    assert outcome.status == "undetermined"
    assert [one.name for one in outcome.waits] == ["booking.at"]
    text = render_text(decision, Speech("en"))
    assert "2024-05-14 15:00:00" in text  # where what could be asked turns


def test_an_unknown_length_is_cut_where_the_answer_turns(tmp_path: Path) -> None:
    book = write(tmp_path / "rb", "{booking.at: {within: grace, not_after: as_of}}")
    decision = judge(book, {"booking": {"at": "2024-05-14 15:00"}}, "2024-05-16 10:00")
    assert decision.outcome(("result", None)).status == "undetermined"
    assert "1 day 19 hours" in render_text(decision, Speech("en"))


def test_two_events_of_the_same_second(tmp_path: Path) -> None:
    """They do not see each other with `before`, and they do with `not_after`."""
    case = {"points": [{"at": "2024-05-01 10:00"}, {"at": "2024-05-01 10:00"}]}
    for side, expected in (("before", 0), ("not_after", 1)):
        more = (
            "rules:\n  again:\n    title: {zh: 再, en: again}\n    for_each: points\n"
            "    when: {count_of: {other: points, where: {at: {within: 365 days, "
            f"{side}: this.at}}}}, at_least: 1}}}}\n    then: {{again: 1}}\n"
        )
        book = write(tmp_path / side, "{booking.at: happened}", more=more)
        text = (book / "policies" / "p.yaml").read_text("utf-8").replace("rules:\n  r:", "  r:")
        (book / "policies" / "p.yaml").write_text(text, "utf-8")
        for engine in ENGINES:
            decision = judge(book, case, "2024-06-01 00:00", engine)
            found = [decision.state_of(("points.again", record)) for record in (0, 1)]
            assert found == [Known(1) if expected else ABSENT] * 2


def test_the_birthday_and_ago(tmp_path: Path) -> None:
    book = write(tmp_path / "rb", "{person.birth: {at_least: 30 days ago}}")
    case = {"person": {"birth": "2024-05-01"}}
    assert result(book, case, "2024-05-30 23:59:59") == ABSENT
    assert result(book, case, "2024-05-31 00:00:00") == Known(True)


def test_dates_stand_where_instants_do(tmp_path: Path) -> None:
    """Of 00:00 in the zone, on either side of a comparison, and where a clock starts."""
    for when in ("{trip.on: {after: booking.at}}", "{booking.at: {before: trip.on}}"):
        book = write(tmp_path / when[1:5], when)
        case = {"booking": {"at": "2024-05-17 23:59:59"}, "trip": {"on": "2024-05-18"}}
        assert result(book, case, "2024-05-18 10:00") == Known(True)
        case = {"booking": {"at": "2024-05-18 00:00:00"}, "trip": {"on": "2024-05-18"}}
        assert result(book, case, "2024-05-18 10:00") == ABSENT
    clock = (
        "deadlines:\n  pack:\n    title: {zh: 收拾, en: pack}\n    who: buyer\n"
        "    starts: trip.on\n    within: 3 hours\n"
    )
    book = write(tmp_path / "clock", "{as_of: {after: pack.due}}", more=clock)
    case = {"trip": {"on": "2024-05-18"}}
    assert result(book, case, "2024-05-18 03:00:00") == ABSENT
    assert result(book, case, "2024-05-18 03:00:01") == Known(True)


def test_the_end_of_a_clock_is_24_hours_of_the_day_that_ended(tmp_path: Path) -> None:
    """A window from it counts its days as another clock would that starts there."""
    clock = (
        "deadlines:\n  pack:\n    title: {zh: 收拾, en: pack}\n    who: buyer\n"
        "    starts: booking.at\n    within: 1 day\n"
    )
    when = "{request.at: {within: 1 day, after: pack.due}}"
    book = write(tmp_path / "rb", when, days="calendar", more=clock)
    for moment, expected in (("2024-05-03 23:59:59", Known(True)), ("2024-05-04 00:00:01", ABSENT)):
        case = {"booking": {"at": "2024-05-01 10:00"}, "request": {"at": moment}}
        assert result(book, case, "2024-06-01 00:00") == expected


def test_the_same_year_with_a_further_test(tmp_path: Path) -> None:
    book = write(tmp_path / "rb", "{request.at: {same: calendar_year, as: booking.at, after: booking.at}}")
    for moment, expected in (
        ("2024-12-31 23:59:59", Known(True)),
        ("2025-01-01 00:00:00", ABSENT),
        ("2024-05-01 09:59:59", ABSENT),
    ):
        case = {"booking": {"at": "2024-05-01 10:00"}, "request": {"at": moment}}
        assert result(book, case, "2025-06-01 00:00") == expected


# ---------- time goes by


def turns(folder: Path, case: object, as_of: str) -> list[tuple[str, str]]:
    path = folder / "case.json"
    path.write_text(json.dumps(case), "utf-8")
    judged = prepare(load(folder), {}, engine="reference")
    decision = judged.evaluate(str(path), as_of)
    timeline = make_timeline(judged, decision.case, decision.as_of)
    zone = judged.model.zone
    return [
        (str(parse_back(step.instant, zone)), step.what.after.status)
        for step in timeline.steps
        if isinstance(step.what, Turn)
    ]


def parse_back(instant: int, zone: ZoneInfo) -> str:
    from policyengine.values.literals import instant_text

    return instant_text(instant, zone)


@pytest.mark.parametrize(
    ("when", "days", "expected"),
    [
        (
            "{booking.at: {within: 7 days, not_after: as_of}}",
            "rolling",
            [("2024-05-01 10:00:00", "known"), ("2024-05-08 10:00:01", "not_applicable")],
        ),
        (
            "{booking.at: {at_least: 7 days, before: as_of}}",
            "calendar",
            [("2024-05-08 00:00:00", "known")],
        ),
        (
            "{stay.check_in: {within: 2 days, after: as_of}}",
            "rolling",
            [("2024-06-18 15:00:00", "known"), ("2024-06-20 15:00:00", "not_applicable")],
        ),
        (
            "{stay.check_in: {at_least: 3 business days, after: as_of}}",
            "rolling",
            [("2024-05-01 10:00:00", "known"), ("2024-06-18 00:00:00", "not_applicable")],
        ),
        (
            "{stay.check_in: {same: calendar_month, as: as_of}}",
            "rolling",
            [("2024-06-01 00:00:00", "known"), ("2024-07-01 00:00:00", "not_applicable")],
        ),
        (
            "{stay.check_in: {same: calendar_year, as: as_of}}",
            "rolling",
            [("2024-05-01 10:00:00", "known"), ("2025-01-01 00:00:00", "not_applicable")],
        ),
        ("{trip.on: {before: as_of}}", "rolling", [("2024-05-20 00:00:01", "known")]),
    ],
)
def test_a_timeline_turns_where_a_judgement_does(
    tmp_path: Path, when: str, days: str, expected: list[tuple[str, str]]
) -> None:
    book = write(tmp_path / "rb", when, days=days)
    case = {
        "booking": {"at": "2024-05-01 10:00"},
        "stay": {"check_in": "2024-06-20 15:00"},
        "trip": {"on": "2024-05-20"},
    }
    assert turns(book, case, "2024-05-01 10:00") == expected
    for moment, status in expected:
        assert judge(book, case, moment).outcome(("result", None)).status == status
        before = parse_back(at_shanghai(moment) - 1, ZoneInfo("Asia/Shanghai"))
        if moment != "2024-05-01 10:00:00":
            assert judge(book, case, before).outcome(("result", None)).status != status


def at_shanghai(text: str) -> int:
    value = parse_literal(text, ValueType.INSTANT, ZoneInfo("Asia/Shanghai"), "CNY")
    assert isinstance(value, int)
    return value


# ---------- what is told


@pytest.mark.parametrize(
    ("when", "code", "words"),
    [
        ("{request.at: {within: 7 days}}", "missing-key", "`within`: before or after what?"),
        ("{request.at: {at_least: 7 days}}", "missing-key", "`at_least`: before or after what?"),
        ("{request.at: {at_least: booking.at}}", "wrong-test", "`at_least` does not fit the type `instant`"),
        ("{request.at: {at_most: 2026-01-01 00:00}}", "wrong-test", "`at_most` does not fit the type"),
        ("{request.at: {within: 7 days, after: booking.at, before: as_of}}", "wrong-test", "either of two"),
        ("{request.at: {at_most: 7 days, after: booking.at}}", "wrong-test", "`at_most`"),
        ("{request.at: {within: 7 days after booking.at}}", "bad-value", "two words"),
        ("{request.at: {within: grace ago}}", "bad-value", "`ago` stands after a length"),
        ("{request.at: {within: 7, after: booking.at}}", "bad-value", "has no unit"),
        ("{request.at: {same: year, as: booking.at}}", "unknown-choice", "not a period"),
        ("{request.at: {same: day}}", "missing-key", "belong together"),
        ("{request.at: {as: booking.at}}", "missing-key", "belong together"),
        ("{request.at: {after: as_of}}", "impossible-time", "never after `as_of`"),
        ("{as_of: {before: request.at}}", "impossible-time", "never after `as_of`"),
        ("{request.at: {within: 7 days, after: as_of}}", "impossible-time", "never after `as_of`"),
        ("{request.at: {within: 0 hours, after: booking.at}}", "impossible-time", "length is zero"),
        ("{request.at: {less_than: 0 days, not_after: as_of}}", "impossible-time", "length is zero"),
        ("{grace: {within: 7 days, before: as_of}}", "wrong-test", "does not fit"),
    ],
)
def test_natural_wrong_guesses(tmp_path: Path, when: str, code: str, words: str) -> None:
    found = told(write(tmp_path / "rb", when))
    assert [one.code for one in found][:1] == [code]
    assert words in found[0].sentence


def test_as_of_is_asked_in_conditions_only_and_is_no_name_of_a_fact(tmp_path: Path) -> None:
    clock = (
        "deadlines:\n  pack:\n    title: {zh: 收拾, en: pack}\n    who: buyer\n"
        "    starts: as_of\n    within: 3 hours\n"
    )
    found = told(write(tmp_path / "a", "{booking.at: happened}", more=clock))
    assert [one.code for one in found] == ["unknown-name"]
    book = write(tmp_path / "b", "{booking.at: happened}")
    facts = (book / "facts.yaml").read_text("utf-8")
    for word in ("as_of", "this", "otherwise"):
        named = facts.replace(
            "  grace:", f"  {word}: {{type: count, title: {{zh: 数, en: number}}}}\n  grace:"
        )
        (book / "facts.yaml").write_text(named, "utf-8")
        assert "reserved-name" in [one.code for one in told(book)]


def test_plans_and_whole_days_are_not_refused(tmp_path: Path) -> None:
    for number, when in enumerate(
        (
            "{stay.check_in: {after: as_of}}",
            "{trip.on: {within: 7 days, after: as_of}}",
            "{request.at: {within: 0 business days, not_before: booking.at}}",
            "{trip.on: {within: 0 days, not_before: booking.at}}",
        )
    ):
        assert told(write(tmp_path / str(number), when)) == []


def test_disjoint_windows_of_the_same_times_exclude_each_other(tmp_path: Path) -> None:
    when = "{request.at: {at_least: 7 days, before: stay.check_in}, any: [%s]}"
    never = "{request.at: {less_than: 24 hours, before: stay.check_in}}"
    for number, (other, expected) in enumerate(
        (
            (never, True),
            ("{request.at: {after: stay.check_in}}", True),
            ("{request.at: {within: 7 days, before: stay.check_in}}", False),
            ("{request.at: {less_than: 24 hours, before: booking.at}}", False),
        )
    ):
        book = load(write(tmp_path / str(number), when % other))
        found = [one.code for one in check_rulebook(book)]
        assert ("never-holds" in found) is expected


def test_it_is_told_in_words(tmp_path: Path) -> None:
    book = write(tmp_path / "rb", REQUEST)
    case = {"booking": {"at": "2024-05-14 15:00"}, "request": {"at": "2024-05-15 16:00"}}
    decision = judge(book, case, "2024-06-01 00:00")
    why = Chain(decision, Speech("en")).why_not(("r", None))
    assert "asked is within 24 hours after booked (2024-05-14 15:00:00), or at that very time" in why
    assert "that time ends 2024-05-15 15:00:00 — off by 1 hour" in why
    in_chinese = Chain(decision, Speech("zh")).why_not(("r", None))
    assert "申请在预订（2024-05-14 15:00:00）之后24 小时以内" in in_chinese
    held = judge(book, {**case, "request": {"at": "2024-05-15 15:00"}}, "2024-06-01 00:00")
    (test,) = json.loads(render_json(held))["outcomes"][0]["rules"][0]["because"]
    assert (test["test"], test["side"], test["over"]) == ("within", "not_before", "2024-05-15T15:00:00+08:00")
    assert [one.get("name") for one in test["expected"]] == [None, "booking.at"]
