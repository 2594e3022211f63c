"""``policyengine clauses`` and ``check --source``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import pytest
from running import Run

from policyengine.cli import loading
from policyengine.diagnostics.i18n import Speech
from policyengine.model.clauses import ClauseStatus


@pytest.fixture
def judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge the cases beside the policies once: each call of the command would do it again."""
    found: dict[str, loading.Tested] = {}
    load_tested = loading.load_tested

    def load(path: str, overlays: Sequence[str], say: Speech) -> loading.Tested:
        if path not in found:
            found[path] = load_tested(path, overlays, say)
        return found[path]

    monkeypatch.setattr(loading, "load_tested", load)


def test_the_clauses(run: Run, judged_once: None) -> None:
    chinese = run("clauses", "--section", "篇四", "--lang", "zh")
    assert chinese.code == 0
    assert (
        "S4-HEADING  “售后处理流程”" in chinese.out
        and "只有标题：只有标题，没有正文；不作任何推断" in chinese.out
    )
    data = json.loads(run("clauses", "--format", "json").out)
    found = {one["id"]: one for one in data["clauses"]}
    assert len(found) == 100
    assert "T04 paid exactly at the end, a Saturday" in found["S2-EX-A"]["cases"]
    assert {"kind", "id", "file", "line"} == set(found["S2-EX-A"]["implemented_by"][0])
    assert run("clauses", "--status", "truncated").code == 0
    assert run("clauses", "--section", "篇八").code == 2


def test_every_status_can_be_asked_for(run: Run, judged_once: None) -> None:
    for status in get_args(ClauseStatus):
        told = run("clauses", "--status", status)
        assert told.code == 0 or "no clause in that section has that status" in told.err, status


def test_quotes_are_held_against_the_document(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "another.txt"
    path.write_text("淘宝", "utf-8")
    ran = run("check", "--source", str(path), "--lang", "en")
    assert ran.code == 1 and "error[wrong-document]" in ran.out
    assert run("check", "--source", str(tmp_path / "none.txt")).code == 1
