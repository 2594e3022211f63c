"""The pages that are made from the program are in step with it, and say where they are."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from running import ROOT, Run

from policyengine.manual.address import VARIABLE, address_of
from policyengine.manual.pages import pages


def test_the_pages_of_commands_codes_and_formats_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "reference.py"), "--check"],
        capture_output=True,
        encoding="utf-8",
        env={"PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == 0, f"run tools/reference.py: {done.stdout[:500]}{done.stderr[-500:]}"


def test_every_code_has_a_page_in_both_languages() -> None:
    found = {path.name for path in (ROOT / "docs" / "codes").glob("*.md")}
    assert found == {f"{code}{end}" for code in (*pages(), "index") for end in (".md", ".zh.md")}


@pytest.fixture
def wrong(run: Run, tmp_path: Path) -> Path:
    """A rulebook in which two things are wrong."""
    folder = tmp_path / "rules"
    run("init", str(folder), "--language", "en", "--lang", "en")
    policy = folder / "policies" / "returns.yaml"
    text = policy.read_text("utf-8").replace("within: return_period", "within: return_periode")
    policy.write_text(text.replace("{value: 3%}", "{value: 3 apples}"))
    return folder


def test_check_says_where_it_stands_what_codes_mean(
    run: Run, wrong: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run("check", str(wrong)).err
    assert told.endswith("what this means: policyengine explain-code bad-value type-mismatch unknown-name\n")
    assert "helpUri" not in run("check", str(wrong), "--format", "sarif").out
    monkeypatch.setenv(VARIABLE, "https://docs.example/rules/")
    assert run("check", str(wrong), "--lang", "zh").err.endswith(
        "含义：policyengine explain-code bad-value type-mismatch unknown-name\n"
        "  https://docs.example/rules/zh/codes/bad-value/\n"
        "  https://docs.example/rules/zh/codes/type-mismatch/\n"
        "  https://docs.example/rules/zh/codes/unknown-name/\n"
    )
    sarif = run("check", str(wrong), "--format", "sarif").out
    rules = json.loads(sarif)["runs"][0]["tool"]["driver"]["rules"]
    assert rules[0]["helpUri"] == "https://docs.example/rules/codes/bad-value/"


def test_nothing_is_said_where_nothing_is_wrong(run: Run, tmp_path: Path) -> None:
    run("init", str(tmp_path / "rules"), "--language", "en")
    assert run("check", str(tmp_path / "rules")).err == "errors: 0, warnings: 0\n"


def test_the_command_that_is_named_prints_the_pages(run: Run) -> None:
    shown = run("explain-code", "quote-differs", "error[unknown-name]").out
    assert shown.startswith("quote-differs (warning)\n") and "\n\nunknown-name (error)\n" in shown


def test_no_address_is_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for said in (None, " "):
        if said is None:
            monkeypatch.delenv(VARIABLE, raising=False)
        else:
            monkeypatch.setenv(VARIABLE, said)
        assert address_of("unknown-name", "en") is None


@pytest.mark.parametrize("name", ["docs/formats.md", "docs/formats.zh.md"])
def test_every_key_of_a_format_says_what_it_means(name: str) -> None:
    rows = [line for line in (ROOT / name).read_text("utf-8").splitlines() if line.startswith("| `")]
    assert len(rows) > 200
    assert not [row for row in rows if not row.removesuffix("|").rpartition("| ")[2].strip()]
