"""What is to be copied into a repository of rules works as it stands: every step is run as it is written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from running import ROOT

WORKFLOW = yaml.safe_load((ROOT / "examples" / "ci" / "rules.yml").read_text("utf-8"))
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = {one["name"]: one for one in WORKFLOW["jobs"]["rules"]["steps"] if "run" in one}
_COMMANDS = {
    "policyengine": f'exec "{sys.executable}" -m policyengine "$@"',
    # What would talk to the code host says what it was asked for.
    "gh": 'echo "$@" > "$HOME/gh"; cp changes.md "$HOME/comment.md"; exit "${GH_FAILS:-0}"',
}


class Repository:
    """A repository of rules, and the machine that runs its workflow."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "repository"
        self.folder.mkdir()
        commands = home / "commands"
        commands.mkdir()
        for name, words in _COMMANDS.items():
            (commands / name).write_text(f"#!/bin/sh\n{words}\n")
            (commands / name).chmod(0o755)
        self.environment = {
            "PATH": f"{commands}:{os.environ['PATH']}",
            "HOME": str(home),
            "PYTHONPATH": str(ROOT / "src"),
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(home / "summary.md"),
            "GIT_AUTHOR_NAME": "clerk",
            "GIT_AUTHOR_EMAIL": "clerk@example.com",
            "GIT_COMMITTER_NAME": "clerk",
            "GIT_COMMITTER_EMAIL": "clerk@example.com",
        }

    def shell(self, words: str, more: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        # As the code host calls it where a step names no shell.
        return subprocess.run(
            ["bash", "-e", "-c", words],
            cwd=self.folder,
            env={**self.environment, **(more or {})},
            capture_output=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
        )

    def step(self, name: str, **more: str) -> subprocess.CompletedProcess[str]:
        given = {key: str(value) for key, value in WORKFLOW["env"].items() if "${{" not in str(value)}
        return self.shell(STEPS[name]["run"], {**given, **more})

    def commit(self) -> str:
        done = self.shell("git add -A && git commit -q -m edit && git rev-parse HEAD")
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository whose first commit has no rules, and whose second has those of `init`."""
    made = Repository(tmp_path)
    made.shell("git init -q -b main . && git commit -q --allow-empty -m begin")
    assert made.shell("policyengine init rules --language en --lang en").returncode == 0
    made.commit()
    return made


def test_the_workflow_runs_as_it_stands(repository: Repository) -> None:
    for name in ("Nothing is wrong", "Usual form", "The cases beside the rules"):
        done = repository.step(name)
        assert done.returncode == 0, (name, done.stderr)
    new = repository.step("What changes", BASE="HEAD^")
    assert new.returncode == 0, new.stderr
    assert (repository.folder / "changes.md").read_text() == "### `rules`: new\n\n"

    policy = repository.folder / "rules" / "policies" / "returns.yaml"
    policy.write_text(
        policy.read_text("utf-8").replace("values: [{value: 7 days}]", "values: [{value: 14 days}]")
    )
    repository.commit()
    warned = repository.step("Nothing is wrong")
    assert warned.returncode == 0 and "::warning file=rules/policies/returns.yaml" in warned.stdout
    failed = repository.step("The cases beside the rules")
    assert failed.returncode == 1 and "one second late" in failed.stdout
    changed = repository.step("What changes", BASE="HEAD^")
    assert changed.returncode == 0, changed.stderr
    said = (repository.home / "summary.md").read_text("utf-8")
    assert "7 days → 14 days" in said and "**1000 cases: " in said and "with a different outcome" in said

    assert repository.step("Say it under the pull request", NUMBER="12").returncode == 0
    assert (repository.home / "gh").read_text().startswith("pr comment 12 --body-file changes.md")
    assert (repository.home / "comment.md").read_text("utf-8") in said
    forbidden = repository.step("Say it under the pull request", NUMBER="12", GH_FAILS="1")
    assert forbidden.returncode == 0 and forbidden.stdout.startswith("::warning::")


def test_rules_that_are_wrong_fail_and_those_that_were_wrong_are_told(repository: Repository) -> None:
    facts = repository.folder / "rules" / "facts.yaml"
    right = facts.read_text("utf-8")
    facts.write_text(right + "nonsense: 1\n")
    repository.commit()
    done = repository.step("Nothing is wrong")
    assert done.returncode == 1 and "::error file=rules/facts.yaml" in done.stdout
    facts.write_text(right)
    repository.commit()
    (repository.folder / "past-cases").mkdir()
    (repository.folder / "past-cases" / "one.ndjson").write_text('{"case": "1"}\n')
    told = repository.step("What changes", BASE="HEAD^", LC_MESSAGES="zh")
    assert told.returncode == 0, told.stderr
    assert "cannot be compared" in (repository.folder / "changes.md").read_text("utf-8")
    assert not (repository.folder / "made-up.ndjson").exists()


def _scripts(steps: list[dict[str, Any]]) -> dict[str, str]:
    return {one["name"]: one["run"] for one in steps if "run" in one and one["name"] != "Install"}


def test_the_action_does_what_the_workflow_does() -> None:
    steps = ACTION["runs"]["steps"]
    assert _scripts(steps) == _scripts(WORKFLOW["jobs"]["rules"]["steps"])
    asked = {f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"]}
    used = {value for one in steps for value in one.get("env", {}).values() if "inputs." in value}
    assert used | {"${{ inputs.comment }}"} == asked
    for one in steps:
        assert "uses" in one or one["shell"] == "bash"
        # What an input says goes into a script as a variable and never as a part of its text.
        assert "${{" not in one.get("run", "")


def test_the_workflow_of_developers_runs_what_they_run() -> None:
    own = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    assert own["jobs"]["all"]["steps"][-1]["run"] == "bash .ci/run"
