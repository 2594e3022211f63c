"""What ``evaluate --format json`` and ``check --format json`` write is what their schemas describe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from frozen import FROZEN, RULES
from jsonschema import Draft7Validator

from policyengine import load_rulebook
from policyengine.diagnostics.diagnostic import error, message
from policyengine.diagnostics.span import Span
from policyengine.outcome.decision import Decision
from policyengine.render.json.decision import failed_rule_data, render_json
from policyengine.render.report import render_report_json
from policyengine.syntax.schemas import schema_text

ROOT = Path(__file__).parent.parent
CASES = sorted((FROZEN / "examples" / "cases").glob("*.json"))
MOMENTS = (
    "2012-03-11 09:00",
    "2012-03-16 18:00:01",
    "2012-03-19 20:00:01",
    "2012-06-30 12:00",
    "2030-01-01 00:00",
)


def validator(kind: str) -> Draft7Validator:
    schema = json.loads(schema_text(kind))
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def decisions() -> Iterator[Decision]:
    for overlays in ((), ("late_5pct_1_30", "points_3")):
        rulebook = load_rulebook(RULES, overlays=overlays)
        for case in CASES:
            for moment in MOMENTS:
                yield rulebook.evaluate(str(case), as_of=moment)


def test_decisions_follow_their_schema() -> None:
    checker = validator("decision")
    for decision in decisions():
        faults = list(checker.iter_errors(json.loads(render_json(decision))))
        assert not faults, (decision.case.id, faults[0].json_path, faults[0].message)


def test_why_not_follows_the_schema() -> None:
    checker = validator("decision")
    decision = load_rulebook(RULES).evaluate(str(CASES[0]), as_of=MOMENTS[1])
    for key in decision.findings.rules:
        data = {"why_not": [failed_rule_data(decision, key)]}
        faults = list(checker.iter_errors(json.loads(render_json(decision, data))))
        assert not faults, (key, faults[0].json_path, faults[0].message)


@pytest.mark.parametrize("name", ["as_of", "outcomes", "rulebook", "engine", "calendar"])
def test_the_schema_misses_what_is_left_out(name: str) -> None:
    decision = load_rulebook(RULES).evaluate(str(CASES[0]), as_of=MOMENTS[1])
    data: Any = json.loads(render_json(decision))
    del data[name]
    assert not validator("decision").is_valid(data)


def test_a_decision_on_one_line_is_the_same_data() -> None:
    decision = load_rulebook(RULES).evaluate(str(CASES[0]), as_of=MOMENTS[1])
    line = render_json(decision, indent=None)
    assert "\n" not in line and json.loads(line) == json.loads(render_json(decision))


def test_diagnostics_follow_their_schema() -> None:
    found = [
        error("unknown-name", message("nothing is named `{name}`", name="x"), Span("f.yaml", 3, 4, 3, 5))
    ]
    data = json.loads(render_report_json(found))
    assert validator("diagnostics").is_valid(data)
    assert not validator("diagnostics").is_valid({**data, "more": 1})
