"""A time that is known before it comes (``planned: yes``): rules see it, and it has not happened yet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policyengine.api import EngineName, prepare
from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.diagnostics.i18n import LANGUAGES, Speech
from policyengine.engines.durable.ruleset import durable_available
from policyengine.loading.load import load_model
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.decision import Decision
from policyengine.outcome.timeline import Turn, make_timeline
from policyengine.render.text import render_text
from policyengine.render.why.chain import Chain
from policyengine.semantics.findings import ABSENT, Known, State, Truth

ENGINES: tuple[EngineName, ...] = ("reference", "compiled", *(("durable",) if durable_available() else ()))
BOOK = """rulebook: trips
version: "1"
title: {zh: 行程, en: trips}
time_zone: UTC
currency: USD
calendar: US
languages: [zh, en]
parties: {buyer: {zh: 买家, en: buyer}, airline: {zh: 航司, en: airline}}
"""
FACTS = """facts:
  booking.at: {type: instant, title: {zh: 订票, en: booked at}}
  flight.departs_at: {type: instant, planned: yes, title: {zh: 起飞, en: departure}}
  flight.left_at: {type: instant, if_missing: never, title: {zh: 离港, en: left at}, by: airline}
  card.valid_until: {type: date, planned: yes, if_missing: none, title: {zh: 有效期, en: card valid until}}
  result.late: {type: boolean, role: outcome, title: {zh: 晚, en: departs after the booking}}
  result.left: {type: boolean, role: outcome, title: {zh: 已飞, en: has left}}
  result.card: {type: boolean, role: outcome, title: {zh: 卡有效, en: card is valid}}
"""
POLICY = """policy: trips
title: {zh: 行程, en: trips}
deadlines:
  check_in:
    title: {zh: 值机, en: Check-in}
    who: buyer
    starts: booking.at
    within: 24 hours
    met_by: flight.departs_at
rules:
  departs_later:
    title: {zh: 晚, en: later}
    when: {flight.departs_at: {after: booking.at}}
    then: {result.late: yes}
  has_left:
    title: {zh: 飞, en: left}
    when: {flight.departs_at: happened}
    then: {result.left: yes}
  card_is_valid:
    title: {zh: 卡, en: card}
    when: {card.valid_until: {not_before: 2024-06-01}}
    then: {result.card: yes}
"""
BOOKED = {"booking": {"at": "2024-05-01T10:00:00Z"}}
TRIP = {**BOOKED, "flight": {"departs_at": "2024-06-01T10:00:00Z"}, "card": {"valid_until": "2030-01-31"}}


def write(folder: Path, facts: str = FACTS, policy: str = POLICY) -> Path:
    (folder / "policies").mkdir(parents=True)
    (folder / "rulebook.yaml").write_text(BOOK, "utf-8")
    (folder / "facts.yaml").write_text(facts, "utf-8")
    (folder / "policies" / "p.yaml").write_text(policy, "utf-8")
    return folder


def load(folder: Path, facts: str = FACTS, policy: str = POLICY) -> Rulebook:
    loaded = load_model(str(write(folder, facts, policy)), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    return loaded.rulebook


def faults(folder: Path, facts: str) -> list[Diagnostic]:
    """Return what is wrong with the vocabulary; rules that use it are not looked at."""
    found = load_model(str(write(folder, facts)), ()).diagnostics
    return [
        one for one in found if one.severity == "error" and str(one.span).startswith(str(folder / "facts"))
    ]


def judge(folder: Path, case: object, as_of: str, engine: EngineName = "reference") -> Decision:
    folder.mkdir(exist_ok=True)
    path = folder / "case.json"
    path.write_text(json.dumps(case), "utf-8")
    return prepare(load(folder / "book"), {}, engine=engine).evaluate(str(path), as_of)


def state(decision: Decision, name: str) -> State:
    return decision.state_of((name, None))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_plan_is_seen_before_it_comes(tmp_path: Path, engine: EngineName) -> None:
    decision = judge(tmp_path, TRIP, "2024-05-15 10:00:00", engine)
    assert state(decision, "result.late") == state(decision, "result.card") == Known(True)
    assert state(decision, "result.left") == ABSENT


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("as_of", "left", "met"),
    [("2024-06-01 09:59:59", ABSENT, "missed"), ("2024-06-01 10:00:00", Known(True), "missed")],
)
def test_it_happens_when_it_comes(
    tmp_path: Path, engine: EngineName, as_of: str, left: State, met: str
) -> None:
    decision = judge(tmp_path, TRIP, as_of, engine)
    assert state(decision, "result.left") == left
    assert state(decision, "check_in.status") == Known(met)


def test_what_is_only_planned_meets_no_deadline(tmp_path: Path) -> None:
    soon = {**BOOKED, "flight": {"departs_at": "2024-05-01T12:00:00Z"}}
    assert state(judge(tmp_path / "a", soon, "2024-05-01 11:59:59"), "check_in.status") == Known("open")
    assert state(judge(tmp_path / "b", soon, "2024-05-01 12:00:00"), "check_in.status") == Known("met")


def test_a_plan_that_nobody_told_is_one_all_the_same(tmp_path: Path) -> None:
    """What it depends on is told before and after the present alike."""
    decision = judge(tmp_path, BOOKED, "2024-05-15 10:00:00")
    outcome = decision.outcome(("result.late", None))
    assert outcome.refined is not None and outcome.refined.exactness == "exact"
    assert decision.truth_of(("departs_later", None)) is Truth.UNDETERMINED
    text = render_text(decision, Speech("en"))
    assert "if departure: after 2024-05-01 10:00:00 → yes" in text
    assert "if departure: after 2024-05-15 10:00:00 → not applicable" in text


def test_there_is_none(tmp_path: Path) -> None:
    decision = judge(tmp_path, {**BOOKED, "flight": TRIP["flight"]}, "2024-05-15 10:00:00")
    assert state(decision, "result.card") == ABSENT
    for language, words in zip(LANGUAGES, ("按没有处理", "treated as none"), strict=True):
        assert words in Chain(decision, Speech(language)).why_not(("card_is_valid", None))


def test_a_case_does_not_begin_with_a_plan(tmp_path: Path) -> None:
    assert judge(tmp_path, TRIP, "2024-04-01 10:00:00").first_later_event == ("booking.at", None)


def test_a_timeline_keeps_it(tmp_path: Path) -> None:
    decision = judge(tmp_path, TRIP, "2024-05-15 10:00:00")
    rulebook = prepare(decision.judged.rulebook, {})
    timeline = make_timeline(rulebook, decision.case, decision.as_of)
    turns = [one for one in timeline.steps if isinstance(one.what, Turn)]
    left = [one for one in turns if isinstance(one.what, Turn) and one.what.after.fact.path == "result.left"]
    assert [one.instant for one in left] == [decision.case.values["flight.departs_at", None]]
    assert all(one.is_expected for one in left)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("card.valid_until: {type: date", "card.valid_until: {type: count", "wrong-test"),
        ("role: outcome, title: {zh: 晚", "role: outcome, planned: yes, title: {zh: 晚", "wrong-test"),
        ("type: date, planned: yes", "type: date, planned: perhaps", "bad-value"),
        ("type: date, planned: yes, if_missing: none", "type: date, if_missing: none", "bad-value"),
    ],
)
def test_what_cannot_be_planned(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert old in FACTS
    assert [one.code for one in faults(tmp_path, FACTS.replace(old, new, 1))] == [code]


def test_a_plan_dates_no_record(tmp_path: Path) -> None:
    lists = (
        "lists:\n  legs:\n    title: {zh: 段, en: legs}\n    dated_by: at\n"
        "    facts: {at: {type: instant, planned: yes, title: {zh: 时, en: at}}}\n"
    )
    assert [one.code for one in faults(tmp_path, FACTS + lists)] == ["type-mismatch"]
