"""The examples of `--help` name what the rulebook at hand has, and each of them works."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from frozen import FROZEN, RULES
from running import CASE, ROOT, Run

STARTER = ROOT / "src/policyengine/starter"


def examples(text: str) -> list[list[str]]:
    lines = (line.strip() for line in text.splitlines())
    return [shlex.split(line)[1:] for line in lines if line.startswith("policyengine ")]


@pytest.mark.parametrize(
    ("rules", "case"), [(RULES, FROZEN / CASE), (STARTER, STARTER / "cases/example.json")]
)
@pytest.mark.parametrize("command", ["evaluate", "show", "test"])
def test_every_example_works(run: Run, rules: Path, case: Path, command: str) -> None:
    shown = run(command, "--rules", str(rules), "--help").out
    found = examples(shown)
    assert len(found) >= 2 and shown == run(command, f"--rules={rules}", "-h").out
    for words in found:
        if command != "test" or rules == STARTER:  # the tests of the other take long
            given = [str(case) if word == "CASE.json" else word for word in words]
            assert run(*given, "--rules", str(rules)).code == 0, given


def test_the_examples_are_those_of_the_rulebook_at_hand(run: Run) -> None:
    shown, other = (run("evaluate", "--rules", str(one), "--help").out for one in (STARTER, RULES))
    assert "return.allowed" in shown and "complaint" not in shown
    assert "--overlay late_30pct_500" in other


def test_help_is_shown_without_a_rulebook_and_with_a_broken_one(run: Run, broken_rules: Path) -> None:
    for rules in (broken_rules, broken_rules / "nowhere"):
        told = run("evaluate", "--rules", str(rules), "--help")
        assert told.code == 0 and not told.err and not examples(told.out)
