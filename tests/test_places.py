"""Clocks whose days are counted by the clock of a place that a case names."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from policyengine.api import EngineName, prepare
from policyengine.checks.idle_counting import check
from policyengine.diagnostics.diagnostic import FaultsFound
from policyengine.engines.durable.ruleset import durable_available
from policyengine.loading.load import load_model
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.decision import Decision
from policyengine.render.bilingual import Bilingual
from policyengine.semantics.deadlines import Clock, judge_deadline, measure, measure_until
from policyengine.semantics.findings import (
    ABSENT,
    NOTHING,
    DeadlineFinding,
    Known,
    Missing,
    Pause,
    State,
    Truth,
    Unknown,
)
from policyengine.values.calendar import load_calendar
from policyengine.values.counting import Counting
from policyengine.values.literals import Duration, Value, instant_text, local_day
from policyengine.values.zones import is_zone, zone_names

ENGINES: tuple[EngineName, ...] = ("reference", "compiled", *(("durable",) if durable_available() else ()))
PLACE = Missing("fact", "buyer.zone", None)
NOWHERE = Unknown(frozenset({PLACE}), has_value=True)
BERLIN = ZoneInfo("Europe/Berlin")
SOME = ("Pacific/Kiritimati", "Asia/Tokyo", "Europe/Berlin", "America/Los_Angeles", "Etc/GMT+12")
BOOK = """rulebook: shop
version: "1"
title: {zh: 店, en: shop}
time_zone: Europe/Berlin
currency: EUR
calendar: DE
languages: [zh, en]
parties: {buyer: {zh: 买家, en: buyer}}
counting: {days: calendar}
"""
FACTS = """facts:
  buyer.zone: {type: time_zone, title: {zh: 时区, en: zone of the buyer}}
  order.at: {type: instant, title: {zh: 下单, en: ordered}}
  order.on: {type: date, title: {zh: 日期, en: ordered on}, if_missing: never}
  order.done_at: {type: instant, if_missing: never, title: {zh: 完成, en: done}}
  result.late: {type: boolean, role: outcome, title: {zh: 迟, en: late}}
lists:
  parcels:
    title: {zh: 包裹, en: parcels}
    if_missing: empty
    facts:
      zone: {type: time_zone, title: {zh: 时区, en: zone}}
"""
POLICY = """policy: shop
title: {zh: 店, en: shop}
deadlines:
  clock:
    {title: {zh: 钟, en: clock}, who: buyer, starts: STARTS, within: 30 days, met_by: order.done_at,
     counting: COUNTING}
  fetch:
    title: {zh: 取, en: fetch}
    for_each: parcels
    who: buyer
    starts: order.at
    within: 1 day
    counting: {time_zone: parcels.zone}
rules:
  late: {title: {zh: 迟, en: late}, when: {clock.status: missed}, then: {result.late: yes}}
  kept: {title: {zh: 及时, en: kept}, when: {clock.status: met}, then: {result.late: no}}
"""


def make(folder: Path, counting: str = "{time_zone: buyer.zone}", starts: str = "order.at") -> Rulebook:
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "rulebook.yaml").write_text(BOOK)
    (folder / "facts.yaml").write_text(FACTS)
    text = POLICY.replace("COUNTING", counting).replace("STARTS", starts)
    (folder / "policies" / "shop.yaml").write_text(text)
    loaded = load_model(str(folder), ())
    if loaded.rulebook is None:
        raise FaultsFound(loaded.diagnostics)
    return loaded.rulebook


def judge(folder: Path, book: Rulebook, case: object, as_of: str = "2026-06-30 12:00") -> Decision:
    path = folder / "case.json"
    path.write_text(json.dumps(case), "utf-8")
    decisions = [prepare(book, {}, engine=engine).evaluate(str(path), as_of) for engine in ENGINES]
    assert all(one.findings.deadlines == decisions[0].findings.deadlines for one in decisions)
    return decisions[0]


def due_of(decision: Decision, key: tuple[str, int | None] = ("clock", None), zone: ZoneInfo = BERLIN) -> str:
    due = decision.findings.deadlines[key].due
    return instant_text(int(str(due.value)), zone) if isinstance(due, Known) else "?"


# ---------- what it means, against brute force


def _random_clock(random: Random) -> Clock:
    counting = Counting(
        days=random.choice(("rolling", "calendar", "calendar")),
        cut_off=random.choice(("", "17:00")),
        day_ends=random.choice(("24:00", "18:00")),
    )
    is_day = random.random() < 0.3
    return Clock(counting, load_calendar("DE"), BERLIN, Known("missed"), random.random() < 0.2, is_day)


def _finding(
    clock: Clock,
    start: State,
    length: Duration,
    act: State,
    as_of: int,
    zone: State,
    pauses: tuple[Pause, ...],
    exists: Truth = Truth.TRUE,
) -> DeadlineFinding:
    span = measure(exists, NOTHING, start, Known(length), clock, pauses, as_of, zone)
    return judge_deadline(span, [act], [], clock, as_of)


def test_what_all_zones_agree_about_is_decided() -> None:
    random, begun = Random(7), 1_772_000_000
    decided = 0
    for number in range(30):
        clock, exists = _random_clock(random), Truth.FALSE if number % 6 == 5 else Truth.TRUE
        start: Value = begun + random.randrange(10**7)
        if clock.from_day:
            start = local_day(start, BERLIN)
        length = random.choice((Duration(2, "days"), Duration(1, "months"), Duration(3, "business_days")))
        near = begun + random.randrange(2 * 10**7)
        act: State = random.choice((ABSENT, Known(near)))
        as_of = near + random.randrange(-(10**5), 10**6)
        pause = Pause(Truth.TRUE, NOTHING, Known(begun), Known(near))
        pauses = random.choice(((), (pause,)))
        found = _finding(clock, Known(start), length, act, as_of, NOWHERE, pauses, exists)
        for name in ("start", "due", "status", "settled", "left", "zone"):
            told = getattr(found, name)
            if not isinstance(told, Unknown):
                for place in random.sample(zone_names(), 40):
                    one = _finding(clock, Known(start), length, act, as_of, Known(place), pauses, exists)
                    assert getattr(one, name) == told, (name, place)
                continue
            states: set[State] = set()
            for place in (*SOME, *zone_names()):
                one = _finding(clock, Known(start), length, act, as_of, Known(place), pauses, exists)
                states.add(getattr(one, name))
                if len(states) > 1:
                    break
            assert told.waits == {PLACE} and len(states) > 1, name
        decided += isinstance(found.due, Unknown) and isinstance(found.status, Known)
    assert decided > 5


def test_a_length_before_an_instant_is_counted_by_the_place() -> None:
    clock = Clock(Counting(), load_calendar("DE"), BERLIN, Known("missed"))
    ends = 1_772_450_000  # a Monday, 2 March 2026, 12:13:20 in Berlin
    begins = Truth.TRUE, NOTHING, Known(ends - 10**6)
    parts = *begins, Known(ends), Known(Duration(2, "business_days")), clock
    dues = {one: measure_until(*parts, Known(one)).due for one in SOME}
    assert dues["Europe/Berlin"] != dues["America/Los_Angeles"]
    span = measure_until(*parts, NOWHERE)
    assert (
        isinstance(span.due, Unknown)
        and span.due.has_value
        and {*dues.values()} <= {one.due for one in span.ways}
    )


def test_without_a_place_there_is_no_clock() -> None:
    clock = Clock(Counting(days="calendar"), load_calendar("DE"), BERLIN, Known("missed"))
    for start, status in ((Known(1_772_000_000), ABSENT), (ABSENT, Known("not_started"))):
        found = _finding(clock, start, Duration(2, "days"), ABSENT, 1_773_000_000, ABSENT, ())
        assert (found.due, found.status, found.zone) == (ABSENT, status, ABSENT)


# ---------- as rule files say it


@pytest.mark.parametrize(("zone", "due"), [("America/Los_Angeles", "09:00"), ("Asia/Tokyo", "17:00")])
def test_the_last_day_ends_at_midnight_there(tmp_path: Path, zone: str, due: str) -> None:
    book = make(tmp_path)
    decision = judge(tmp_path, book, {"buyer": {"zone": zone}, "order": {"at": "2026-03-20T12:00:00Z"}})
    day = "2026-04-20" if due == "09:00" else "2026-04-19"
    assert due_of(decision) == f"{day} {due}:00"


def test_a_day_begins_where_the_buyer_is(tmp_path: Path) -> None:
    book = make(tmp_path, starts="order.on")
    for zone in SOME:
        decision = judge(tmp_path, book, {"buyer": {"zone": zone}, "order": {"on": "2026-03-20"}})
        assert due_of(decision, zone=ZoneInfo(zone)) == "2026-04-20 00:00:00"
        start = decision.findings.deadlines["clock", None].start
        assert isinstance(start, Known) and start.value is not None
        assert instant_text(int(str(start.value)), ZoneInfo(zone)) == "2026-03-20 00:00:00"


def test_cut_off_and_end_of_day_are_those_of_the_place(tmp_path: Path) -> None:
    book = make(tmp_path, '{time_zone: buyer.zone, cut_off: "17:00", day_ends: "18:00"}')
    case = {"buyer": {"zone": "Asia/Tokyo"}, "order": {"at": "2026-03-20T17:00:01+09:00"}}
    assert due_of(judge(tmp_path, book, case), zone=ZoneInfo("Asia/Tokyo")) == "2026-04-20 18:00:00"


def test_each_record_has_its_own(tmp_path: Path) -> None:
    book = make(tmp_path)
    parcels = [{"zone": "Asia/Tokyo"}, {"zone": "America/Los_Angeles"}, {}]
    case = {"buyer": {"zone": "Europe/Berlin"}, "order": {"at": "2026-03-20T12:00:00Z"}, "parcels": parcels}
    decision = judge(tmp_path, book, case)
    assert [due_of(decision, ("fetch", one)) for one in range(3)] == [
        "2026-03-21 16:00:00",
        "2026-03-22 08:00:00",
        "?",
    ]
    status = decision.findings.deadlines["fetch", 2].status
    assert status == Known("ended")  # long ago, wherever that is


def test_a_name_may_stand_there_and_what_counts_otherwise(tmp_path: Path) -> None:
    case = {"order": {"at": "2026-03-20T12:00:00Z"}}
    assert due_of(judge(tmp_path, make(tmp_path, "{time_zone: Asia/Tokyo}"), case)) == "2026-04-19 17:00:00"
    fallback = make(tmp_path, "{time_zone: {value: buyer.zone, otherwise: Asia/Tokyo}}")
    assert due_of(judge(tmp_path, fallback, case)) == "?"


@pytest.mark.parametrize("done", ["2026-04-19T20:00:00Z", "2026-04-20T06:59:59Z", "2026-04-25T00:00:00Z", ""])
def test_what_is_still_possible_is_exact(tmp_path: Path, done: str) -> None:
    book = make(tmp_path)
    order = {"at": "2026-03-20T12:00:00Z", **({"done_at": done} if done else {})}
    (outcome,) = judge(tmp_path, book, {"order": order}).outcomes
    answers = {
        judge(tmp_path, book, {"order": order, "buyer": {"zone": one}}).outcomes[0].state for one in SOME
    }
    assert isinstance(outcome.state, Unknown) is (len(answers) > 1)
    if outcome.refined is None:
        assert answers == {outcome.state}
    else:
        assert outcome.refined.exactness == "exact" and {*outcome.refined.answers} == answers


@pytest.mark.parametrize(
    ("counting", "code", "help"),
    [
        ("{time_zone: PST}", "bad-value", "did you mean `America/Los_Angeles`?"),
        ("{time_zone: order.at}", "type-mismatch", ""),
        ("{timezone: buyer.zone}", "unknown-key", "write `time_zone`"),
        ("{days: rolling, time_zone: buyer.zone}", "idle-counting", ""),
    ],
)
def test_a_wrong_place_is_told(tmp_path: Path, counting: str, code: str, help: str) -> None:
    try:
        found = [*check(make(tmp_path, counting))]
    except FaultsFound as fault:
        found = [*fault.diagnostics]
    assert any(one.code == code and help in str(one.help) for one in found)


@pytest.mark.parametrize(
    ("written", "help"),
    [
        ("PST", "did you mean `America/Los_Angeles`?"),
        ("asia/tokyo", "did you mean `Asia/Tokyo`?"),
        ("Eastern Time", "did you mean `America/New_York`?"),
        ("UTC+8", "an offset is not a time zone"),
        ("东京", "did you mean `Asia/Tokyo`?"),
        ("localtime", "write a name such as `Asia/Shanghai`"),
    ],
)
def test_a_case_must_name_a_zone(tmp_path: Path, written: str, help: str) -> None:
    book, path = make(tmp_path), tmp_path / "case.json"
    path.write_text(json.dumps({"buyer": {"zone": written}, "order": {"at": "2026-03-20T12:00:00Z"}}))
    assert not is_zone(written)
    with pytest.raises(FaultsFound) as told:
        prepare(book, {}).evaluate(str(path), "2026-06-30 12:00")
    assert [one.code for one in told.value.diagnostics] == ["bad-value"]
    assert help in str(told.value.diagnostics[0].help)


def test_the_page_says_by_whose_clock(tmp_path: Path) -> None:
    book = make(tmp_path)
    said = Bilingual(book).stated(lambda one: one.counting(book.deadlines["clock"]))
    assert said.get("en").endswith("days begin and end by the clock of: “zone of the buyer”")
