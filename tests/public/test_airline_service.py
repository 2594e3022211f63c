"""The rulebook of an airline's service judges the published calls; skipped where they are not there."""

from __future__ import annotations

import importlib
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from policyengine.api import load_rulebook
from policyengine.cli import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def airline_service(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "public")
    monkeypatch.setattr(sys, "path", [*sys.path])
    return importlib.import_module("airline_service")


@pytest.fixture
def folder(airline_service: Any) -> Path:
    found = importlib.import_module("published").find("tau-airline")
    if found is None:
        pytest.skip("the published calls are not here")
    return Path(found)


def test_cancellations_are_allowed_denied_or_wait_for_exactly_the_reason(
    airline_service: Any, folder: Path
) -> None:
    rules = load_rulebook(airline_service.RULES, engine="compiled")
    calls = airline_service.judge(rules, folder / airline_service.CALLS)
    assert len(calls) == 250
    accepted = [
        one for one in calls if one.call["tool"] == "cancel_reservation" and one.call["tool_accepted"]
    ]
    unknown = [one for one in accepted if one.call["reservation"] is None]
    assert [one.verdict.answer for one in unknown] == ["undetermined"]
    known = [one for one in accepted if one.call["reservation"] is not None]
    assert Counter(one.verdict.answer for one in known) == {"denied": 33, "allowed": 17, "undetermined": 18}
    assert {one.verdict.waits for one in known} == {(), ("cancellation.reason",)}
    for one in calls:
        if one.verdict.answer == "denied":
            assert {party for party, _ in one.verdict.said} == {"customer", "agent"}


def test_labels_are_denied_only_where_they_break_their_text(airline_service: Any, folder: Path) -> None:
    rules = load_rulebook(airline_service.RULES, engine="compiled")
    denied = {
        (name, str(one.call["task"]), one.call["call"])
        for name, file in airline_service.LABELS.items()
        for one in airline_service.judge(rules, folder / file)
        if one.verdict.answer == "denied"
    }
    assert {place for place in denied if place[0] == "verified"} == set(airline_service.BREAKS_ITS_TEXT)
    v1 = {("10", 1), ("19", 2), ("19", 3), ("23", 5), ("26", 1), ("27", 1), ("34", 6)}
    assert {(task, call) for name, task, call in denied if name == "v1"} == v1


def test_every_quote_is_word_for_word(airline_service: Any, folder: Path) -> None:
    with pytest.raises(SystemExit) as left:
        main(["check", str(airline_service.RULES), "--strict", "--source", str(folder / "policy.md")])
    assert not left.value.code
