"""Beginnings and ends of days, periods and days of every year: ends that are a date, dates as instants."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from random_rulebooks import random_edge

from policyengine.api import EngineName, prepare
from policyengine.diagnostics.diagnostic import FaultsFound
from policyengine.engines.durable.ruleset import durable_available
from policyengine.loading.load import load_model
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.decision import Decision
from policyengine.render.bilingual import Bilingual
from policyengine.semantics.findings import Known
from policyengine.values.business_time import LATEST
from policyengine.values.edges import Edge, Side, at_edge, read_edge
from policyengine.values.instants import parse_instant
from policyengine.values.literals import instant_text

ENGINES: tuple[EngineName, ...] = ("reference", "compiled", *(("durable",) if durable_available() else ()))
BERLIN = ZoneInfo("Europe/Berlin")
PLACES = (BERLIN, ZoneInfo("America/Sao_Paulo"), ZoneInfo("Asia/Shanghai"), ZoneInfo("America/Los_Angeles"))
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
  order.at: {type: instant, title: {zh: 下单, en: ordered}}
  order.on: {type: date, title: {zh: 日期, en: ordered on}}
  order.done_on: {type: date, if_missing: never, title: {zh: 完成日, en: done on}}
  order.done_at: {type: instant, if_missing: never, title: {zh: 完成, en: done}}
  result.late: {type: boolean, role: outcome, title: {zh: 迟, en: late}}
  result.until: {type: instant, role: outcome, title: {zh: 截止, en: until}}
lists:
  parcels:
    title: {zh: 包裹, en: parcels}
    if_missing: empty
    facts:
      on: {type: date, title: {zh: 日期, en: day}}
"""
POLICY = """policy: shop
title: {zh: 店, en: shop}
deadlines:
  clock: {title: {zh: 钟, en: clock}, who: buyer, CLOCK}
  fetch:
    title: {zh: 取, en: fetch}
    for_each: parcels
    who: buyer
    starts: order.at
    ends: {end_of: parcels.on}
rules:
  late: {title: {zh: 迟, en: late}, when: {clock.status: missed}, then: {result.late: yes}}
  kept: {title: {zh: 及时, en: kept}, when: {clock.status: met}, then: {result.late: no}}
  until:
    title: {zh: 到, en: until}
    when: {order.at: {after: 2000-01-01 00:00}}
    then: {result.until: VALUE}
"""
ENDS = "starts: order.at, ends: {end_of: order.on}, met_by: order.done_at"


def make(folder: Path, clock: str = ENDS, value: str = "order.at") -> Rulebook:
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "rulebook.yaml").write_text(BOOK)
    (folder / "facts.yaml").write_text(FACTS)
    text = POLICY.replace("CLOCK", clock).replace("VALUE", value)
    (folder / "policies" / "shop.yaml").write_text(text)
    loaded = load_model(str(folder), ())
    if loaded.rulebook is None:
        raise FaultsFound(loaded.diagnostics)
    return loaded.rulebook


def judge(folder: Path, book: Rulebook, case: object, as_of: str = "2028-06-30 12:00") -> Decision:
    path = folder / "case.json"
    path.write_text(json.dumps(case), "utf-8")
    decisions = [prepare(book, {}, engine=engine).evaluate(str(path), as_of) for engine in ENGINES]
    assert all(one.findings.states == decisions[0].findings.states for one in decisions)
    return decisions[0]


def due_of(decision: Decision, key: tuple[str, int | None] = ("clock", None)) -> str:
    due = decision.findings.deadlines[key].due
    return instant_text(int(str(due.value)), BERLIN) if isinstance(due, Known) else "?"


# ---------- what it means, against brute force


def test_an_edge_is_the_one_that_is_found_day_by_day() -> None:
    random = Random(5)
    for _ in range(400):
        edge, zone = random_edge(random), random.choice(PLACES)
        instant = random.randrange(1_400_000_000, 1_900_000_000)
        if random.random() < 0.4:  # at an edge itself
            instant = at_edge(instant, random_edge(random), zone)
        assert at_edge(instant, edge, zone) == _brute(instant, edge, zone), (instant, edge, zone)


def _brute(instant: int, edge: Edge, zone: ZoneInfo) -> int:
    """Look at each midnight one by one."""
    at = datetime.fromtimestamp(instant, zone).date()
    if edge.place == "of":
        days = [at + timedelta(one) for one in range(-370, 371)]
        inside = [one for one in days if _period(one, edge.every) == _period(at, edge.every)]
        if edge.side == "start_of":
            return _midnight(inside[0], zone)
        return _midnight(inside[-1] + timedelta(1), zone) - (edge.side == "last_second_of")
    for one in (at + timedelta(one) for one in range(-3, 800)):
        if not _is_day(one, edge.every):
            continue
        begin, end = _midnight(one, zone), _midnight(one + timedelta(1), zone)
        found = {"start_of": begin, "end_of": end, "last_second_of": end - 1}[edge.side]
        if found > instant or (found == instant and edge.place == "not_before"):
            return found
    raise AssertionError


def _period(day: date, every: str) -> object:
    return {
        "day": day,
        "calendar_week": day.isocalendar()[:2],
        "calendar_month": (day.year, day.month),
        "calendar_year": day.year,
    }[every]


def _is_day(day: date, every: str) -> bool:
    if every == "02-29":
        return (day + timedelta(1)).strftime("%m-%d") == "03-01"
    return day.strftime("%m-%d") == every


def _midnight(day: date, zone: ZoneInfo) -> int:
    """Return the first second that a clock of the zone shows on a day."""
    second = int(datetime(day.year, day.month, day.day, 12, tzinfo=zone).timestamp())
    step = 3_600
    while step:
        while datetime.fromtimestamp(second - step, zone).date() >= day:
            second -= step
        step //= 60 if step > 1 else 2
    return second


@pytest.mark.parametrize("side", get_args(Side))
def test_a_later_instant_has_no_earlier_edge(side: Side) -> None:
    random = Random(9)
    for every, place in (("01-31", "after"), ("01-31", "not_before"), ("calendar_week", "of")):
        edge = read_edge(f"{side} {every} {place}")
        instants = sorted(random.randrange(10**9, 2 * 10**9) for _ in range(200))
        found = [at_edge(one, edge, BERLIN) for one in instants]
        assert found == sorted(found)


def test_the_end_of_all_time_is_no_later() -> None:
    for edge in ("end_of 01-31 after", "end_of calendar_year of", "start_of day of"):
        assert at_edge(LATEST, read_edge(edge), BERLIN) == LATEST


@pytest.mark.parametrize(
    ("instant", "edge", "expected"),
    [
        ("2026-11-01 00:00", "end_of 01-31 after", "2027-02-01 00:00:00"),
        ("2027-01-31 12:00", "end_of 01-31 after", "2027-02-01 00:00:00"),
        ("2027-02-01 00:00", "end_of 01-31 after", "2028-02-01 00:00:00"),
        ("2027-02-01 00:00", "end_of 01-31 not_before", "2027-02-01 00:00:00"),
        ("2027-02-01 00:00", "last_second_of 01-31 not_before", "2028-01-31 23:59:59"),
        ("2026-02-10 00:00", "end_of 02-29 after", "2026-03-01 00:00:00"),
        ("2028-02-10 00:00", "end_of 02-29 after", "2028-03-01 00:00:00"),
        ("2026-12-31 23:59:59", "end_of calendar_month of", "2027-01-01 00:00:00"),
        ("2027-01-01 00:00", "end_of calendar_month of", "2027-02-01 00:00:00"),
        ("2026-11-29 12:00", "end_of calendar_week of", "2026-11-30 00:00:00"),
        ("2026-03-29 12:00", "start_of day of", "2026-03-29 00:00:00"),
        ("2026-03-29 12:00", "last_second_of day of", "2026-03-29 23:59:59"),
    ],
)
def test_edges_at_edges(instant: str, edge: str, expected: str) -> None:
    found = at_edge(parse_instant(instant, BERLIN), read_edge(edge), BERLIN)
    assert instant_text(found, BERLIN) == expected and read_edge(edge).text == edge


# ---------- as rule files say it


def test_a_clock_ends_with_the_day_of_a_date(tmp_path: Path) -> None:
    book = make(tmp_path)
    order = {"at": "2026-03-20 12:00", "on": "2026-04-10"}
    parcels = [{"on": "2026-03-25"}, {}]
    decision = judge(tmp_path, book, {"order": order, "parcels": parcels})
    assert due_of(decision) == "2026-04-11 00:00:00"
    assert [due_of(decision, ("fetch", one)) for one in (0, 1)] == ["2026-03-26 00:00:00", "?"]


@pytest.mark.parametrize("end", ["included", "excluded"])
@pytest.mark.parametrize(("done_on", "late"), [("2026-04-10", False), ("2026-04-11", True)])
def test_an_act_of_a_day_is_in_time_if_the_day_is(tmp_path: Path, end: str, done_on: str, late: bool) -> None:
    clock = "starts: order.at, ends: {end_of: order.on}, met_by: {last_second_of: order.done_on}"
    book = make(tmp_path, f"{clock}, counting: {{end: {end}}}")
    order = {"at": "2026-03-20 12:00", "on": "2026-04-10", "done_on": done_on}
    decision = judge(tmp_path, book, {"order": order})
    assert decision.findings.states["result.late", None] == Known(late)


def test_a_clock_that_begins_with_an_end_of_a_day_counts_from_the_next(tmp_path: Path) -> None:
    ends = "starts: {end_of: 12-31, after: order.at}, within: 3 days"
    begins = "starts: {start_of: 01-01, after: order.at}, within: 3 days"
    case = {"order": {"at": "2026-03-20 12:00"}}
    assert due_of(judge(tmp_path, make(tmp_path, ends), case)) == "2027-01-04 00:00:00"
    assert due_of(judge(tmp_path, make(tmp_path, begins), case)) == "2027-01-05 00:00:00"


def test_what_is_still_possible_is_exact(tmp_path: Path) -> None:
    clock = "starts: order.at, ends: {end_of: 01-31, after: order.on}, met_by: order.done_at"
    book = make(tmp_path, clock)
    order = {"at": "2026-03-20 12:00", "done_at": "2027-01-31 23:00"}
    (late, _) = judge(tmp_path, book, {"order": order}).outcomes
    assert late.refined is not None and late.refined.exactness == "exact"
    assert {*late.refined.answers} == {Known(True), Known(False)}
    told = [
        judge(tmp_path, book, {"order": {**order, "on": one}}).findings.states["result.late", None]
        for one in ("2026-01-31", "2026-02-01", "2027-01-31", "2027-02-01")
    ]
    assert told == [Known(True), Known(False), Known(False), Known(False)]


def test_it_stands_wherever_an_instant_does_and_is_put_into_words(tmp_path: Path) -> None:
    value = "{value: {start_of: order.done_on}, otherwise: {end_of: calendar_month, of: order.at}}"
    book = make(tmp_path, value=value)
    case = {"order": {"at": "2026-03-20 12:00", "on": "2026-04-10"}}
    found = judge(tmp_path, book, case).findings.states["result.until", None]
    assert found == Known(parse_instant("2026-04-01 00:00", BERLIN))
    said = Bilingual(book).stated(
        lambda one: one.computed(book.computed["{end_of: calendar_month, of: order.at}"])
    )
    assert said.get("en") == "the end of the calendar month of “ordered”"
    assert said.get("zh") == "“下单” 所在那个月的最后一天 24:00"


@pytest.mark.parametrize(
    ("clock", "code", "help"),
    [
        ("starts: order.at, ends: order.on", "type-mismatch", "`{end_of: order.on}`, which is 24:00"),
        ("starts: order.at, within: 3 days, met_by: order.done_on", "type-mismatch", "`{last_second_of: o"),
        ("starts: order.at, within: 3 days, stopped_by: order.on", "type-mismatch", "`{start_of: order.on}`"),
        ("starts: order.at, ends: 2026-05-01", "bad-value", "`{end_of: 2026-05-01}`"),
        ("starts: order.at, ends: 01-31", "bad-value", "`{end_of: 01-31, after: order.at}`"),
        ("starts: order.at, ends: end of the month", "bad-value", "`{end_of: calendar_month, of: order.at}`"),
        ("starts: order.at, ends: 月底", "bad-value", "`{end_of: calendar_month, of: order.at}`"),
        ("starts: order.at, ends: {end_of: month, of: order.at}", "unknown-choice", "`calendar_month`"),
        ("starts: order.at, ends: {end_of: calendar_month}", "missing-key", "of: order.at}`"),
        ("starts: order.at, ends: {end_of: 01-31}", "missing-key", "after: order.at}`"),
        ("starts: order.at, ends: {end_of: 31-01, after: order.at}", "bad-value", "`01-31`"),
        ("starts: order.at, ends: {start_of: 02-29, after: order.at}", "bad-value", "`03-01`"),
        ("starts: order.at, ends: {end_of: order.on, after: order.at}", "wrong-shape", "alone"),
        ("starts: order.at, ends: {end_of: order.onn}", "unknown-name", "`order.on`"),
        ("starts: order.at, ends: {last_day_of: calendar_month, of: order.at}", "unknown-key", "`end_of`"),
        ("starts: order.at, within: {end_of: order.on}", "type-mismatch", ""),
    ],
)  # fmt: skip
def test_a_wrong_edge_is_told(tmp_path: Path, clock: str, code: str, help: str) -> None:
    with pytest.raises(FaultsFound) as told:
        make(tmp_path, clock)
    assert any(one.code == code and help in str(one.help or "") for one in told.value.diagnostics)
