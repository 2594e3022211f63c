"""Rulebooks of other houses: nothing is wrong with them, and their own tests hold and cover them wholly."""

from __future__ import annotations

from pathlib import Path

import pytest

from policyengine.cli import main

ROOT = Path(__file__).resolve().parents[2]
RULEBOOKS = sorted(path.parent for path in (ROOT / "examples" / "rulebooks").glob("*/rulebook.yaml"))


def run(*words: str) -> None:
    """Run a command that must succeed; what it says is shown if it does not."""
    with pytest.raises(SystemExit) as left:
        main(["--lang", "en", *words])
    assert not left.value.code


@pytest.mark.parametrize("rules", RULEBOOKS, ids=lambda path: path.name)
def test_nothing_is_wrong(rules: Path) -> None:
    run("check", str(rules), "--strict")


@pytest.mark.parametrize("rules", RULEBOOKS, ids=lambda path: path.name)
def test_their_own_tests_hold_and_cover_everything(rules: Path) -> None:
    run("test", str(rules), "--engine", "compiled", "--min-coverage", "100")


@pytest.mark.parametrize("rules", RULEBOOKS, ids=lambda path: path.name)
def test_the_reference_says_the_same(rules: Path) -> None:
    run("test", str(rules), "--engine", "reference")
