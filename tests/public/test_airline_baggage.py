"""The rulebook of bag fees gives the published answers; skipped where they are not there."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

from policyengine.api import load_rulebook
from policyengine.cli import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def airline_baggage(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "public")
    monkeypatch.setattr(sys, "path", [*sys.path])
    return importlib.import_module("airline_baggage")


def test_every_total_and_every_fee_is_as_published(airline_baggage: Any) -> None:
    folder = importlib.import_module("published").find("rulearena-airline")
    if folder is None:
        pytest.skip("the published problems are not here")
    results = list(airline_baggage.compare(load_rulebook(airline_baggage.RULES, engine="compiled"), folder))
    assert len(results) == 200
    assert all(one.expected.total == one.found.total for one in results)
    assert all(one.expected == one.exchanged for one in results)
    assert sum(one.expected == one.found for one in results) == 192


def test_every_quote_is_word_for_word(airline_baggage: Any) -> None:
    folder = importlib.import_module("published").find("rulearena-airline")
    if folder is None:
        pytest.skip("the published policy is not here")
    with pytest.raises(SystemExit) as left:
        main(["check", str(airline_baggage.RULES), "--strict", "--source", str(folder / "rules.txt")])
    assert not left.value.code


def test_a_folder_that_is_not_there_is_told(
    airline_baggage: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["airline_baggage.py", "nowhere"])
    with pytest.raises(SystemExit) as left:
        airline_baggage.main()
    assert left.value.code == 0 and capsys.readouterr().out.startswith("skipped: no folder nowhere")
