"""Amounts that grow with time: the instant of the judgement is a name in formulas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from policyengine.api import EngineName, prepare
from policyengine.diagnostics.i18n import Speech
from policyengine.engines.durable.ruleset import durable_available
from policyengine.loading.load import load_model
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.timeline import Timeline, make_timeline
from policyengine.render.timeline_json import render_timeline_json
from policyengine.render.timeline_text import render_timeline
from policyengine.semantics.findings import Known, Unknown
from policyengine.syntax.schemas import schema_text

ENGINES: tuple[EngineName, ...] = ("reference", "compiled", *(("durable",) if durable_available() else ()))
BOOK = 'rulebook: b\nversion: "1"\ntitle: {en: B}\ntime_zone: Asia/Shanghai\ncurrency: CNY\ncalendar: CN\nlanguages: [en]\nparties: {p: {en: p}}\n'  # noqa: E501
FACTS = """facts:
  lent_at: {type: instant, title: {en: lent at}, if_missing: never}
  due_on: {type: date, title: {en: due on}, planned: yes, if_missing: none}
  rate: {type: money, title: {en: rate}}
  fine: {type: money, role: outcome, title: {en: fine}}
  level: {type: count, role: outcome, title: {en: level}}
"""
POLICY = """policy: p
title: {en: P}
rules:
  r: {title: {en: R}, when: {lent_at: {happened: yes}}, then: {fine: late}}
  high: {title: {en: H}, when: {late: {more_than: 1.00}}, then: {level: 2}}
deadlines:
  d: {title: {en: D}, starts: lent_at, within: 10 days, who: p}
amounts:
  late: {title: {en: late fee}, formula: FORMULA, at_most: 5.00}
"""
BY_INSTANT = '"rate * whole_days(lent_at, as_of)"'


def load(folder: Path, formula: str) -> Rulebook:
    (folder / "policies").mkdir()
    (folder / "rulebook.yaml").write_text(BOOK, "utf-8")
    (folder / "facts.yaml").write_text(FACTS, "utf-8")
    (folder / "policies/p.yaml").write_text(POLICY.replace("FORMULA", formula), "utf-8")
    loaded = load_model(str(folder), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    return loaded.rulebook


CASE: dict[str, object] = {"case": "c", "lent_at": "2026-01-01 12:00", "rate": "0.20"}


@pytest.mark.parametrize(
    ("formula", "as_of", "cents"),
    [
        (BY_INSTANT, "2026-01-01 12:00:00", 0),
        (BY_INSTANT, "2026-01-02 11:59:59", 0),
        (BY_INSTANT, "2026-01-02 12:00:00", 20),
        (BY_INSTANT, "2026-01-07 13:00:00", 120),
        (BY_INSTANT, "2027-01-01 00:00:00", 500),
        ('"rate * greatest(0, whole_days(due_on, as_of))"', "2026-01-05 00:00:00", 0),
        ('"rate * greatest(0, whole_days(due_on, as_of))"', "2026-01-08 00:00:00", 60),
        ('"0.01 * ((as_of - lent_at) / 1 hours)"', "2026-01-01 14:30:00", 3),
    ],
)
def test_engines_agree_on_what_grows(tmp_path: Path, formula: str, as_of: str, cents: int) -> None:
    book = load(tmp_path, formula)
    for engine in ENGINES:
        decision = prepare(book, {}, engine=engine).evaluate({**CASE, "due_on": "2026-01-05"}, as_of=as_of)
        assert decision.state_of(("fine", None)) == Known(cents)
        assert (decision.state_of(("level", None)) == Known(2)) is (cents > 100)


def test_what_is_not_known_is_not_known_whatever_the_time(tmp_path: Path) -> None:
    case = {key: value for key, value in CASE.items() if key != "rate"}
    judged = prepare(load(tmp_path, BY_INSTANT), {})
    assert judged.evaluate(case, as_of="2026-01-01 13:00").state_of(("fine", None)) == Known(0)
    assert isinstance(judged.evaluate(case, as_of="2026-01-03 13:00").state_of(("fine", None)), Unknown)


def timeline(folder: Path, formula: str) -> Timeline:
    judged = prepare(load(folder, formula), {})
    case = judged.evaluate(CASE, as_of="2026-01-01 12:00").case
    return make_timeline(judged, case, judged.read_instant("2026-01-03 12:00"))


def test_a_timeline_judges_what_grows_at_its_steps_and_says_that_it_grows(tmp_path: Path) -> None:
    found = timeline(tmp_path, BY_INSTANT)
    text = render_timeline(found, Speech("en"), False)
    assert "fine: 0.00 CNY → 0.40 CNY" in text and "fine: 0.40 CNY → 2.00 CNY" in text
    told = " ".join(text.split())
    assert told.endswith(
        "No deadline is running any more."
        " These change by themselves over time, also between the steps: late fee."
    )
    data = json.loads(render_timeline_json(found))
    assert data["growing"] == [{"name": "late", "record": None, "title": {"en": "late fee"}}]
    assert not list(Draft7Validator(json.loads(schema_text("timeline"))).iter_errors(data))


def test_a_timeline_in_which_nothing_grows_says_so(tmp_path: Path) -> None:
    found = timeline(tmp_path, '"rate * 2"')
    assert not found.growing
    assert "nothing more happens by itself" in " ".join(render_timeline(found, Speech("en"), False).split())
