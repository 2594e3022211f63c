"""``policyengine fmt``: which files it changes, and what it leaves of them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from running import ROOT, Run


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    shutil.copytree(ROOT / "src/policyengine/starter", folder)
    return folder


def untidy(path: Path) -> None:
    path.write_text(
        path.read_text("utf-8").replace("zh: 退货, en: Returns", "en: Returns, zh: 退货"), "utf-8"
    )


def test_check_tells_and_changes_nothing(run: Run, rules: Path) -> None:
    policy = rules / "policies/returns.yaml"
    untidy(policy)
    before = policy.read_bytes()
    told = run("fmt", str(rules), "--check", "--lang", "en")
    assert told.code == 1
    assert told.out.splitlines() == [f"would change: {policy}"]
    assert policy.read_bytes() == before
    assert run("fmt", str(rules)).code == 0
    assert run("fmt", str(rules), "--check").code == 0
    assert policy.read_bytes() != before


def test_only_the_files_that_are_named(run: Run, rules: Path) -> None:
    untidy(rules / "policies/returns.yaml")
    assert "files: 1, changed: 0" in run("fmt", str(rules / "facts.yaml"), "--lang", "en").err
    assert "files: 1, changed: 1" in run("fmt", str(rules / "policies/returns.yaml"), "--lang", "en").err


def test_a_broken_file_is_told_and_the_others_are_formatted(run: Run, rules: Path) -> None:
    untidy(rules / "policies/returns.yaml")
    (rules / "facts.yaml").write_text("facts: [\n", "utf-8")
    told = run("fmt", str(rules), "--lang", "en")
    assert told.code == 1
    assert "yaml-syntax" in told.err and "changed: 1" in told.err
    assert (rules / "facts.yaml").read_text("utf-8") == "facts: [\n"


def test_a_file_that_is_no_rule_file_is_told(run: Run, rules: Path) -> None:
    told = run("fmt", str(rules / "cases/example.json"), "--lang", "en")
    assert (told.code, "is not a YAML file of a rulebook" in told.err) == (2, True)


def test_rights_and_links_stay(run: Run, rules: Path, tmp_path: Path) -> None:
    policy, real = rules / "policies/returns.yaml", tmp_path / "real.yaml"
    untidy(policy)
    policy.rename(real)
    real.chmod(0o640)
    policy.symlink_to(real)
    assert run("fmt", str(rules)).code == 0
    assert policy.is_symlink() and os.stat(real).st_mode & 0o777 == 0o640
    assert "zh: 退货, en: Returns" in real.read_text("utf-8")


def test_lines_end_as_they_did(run: Run, rules: Path) -> None:
    for path in rules.rglob("*.yaml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    told = run("fmt", str(rules), "--check", "--lang", "en")
    assert (told.code, told.out) == (0, "")
    policy = rules / "policies/returns.yaml"
    policy.write_bytes(policy.read_bytes().replace(b"{zh: ", b"{zh:   ", 1))
    assert run("fmt", str(rules), "--lang", "en").out == f"changed: {policy}\n"
    data = policy.read_bytes()
    assert data.count(b"\r\n") == data.count(b"\n") > 10


def test_what_would_change_is_told(run: Run, rules: Path) -> None:
    policy = rules / "policies/returns.yaml"
    text = policy.read_bytes()
    for data, told in (
        (text.replace(b"{zh: ", b"{zh:  "), "spacing"),
        (text.replace(b"\n", b"\r\n", 3), "ends of lines"),
        (text.replace(b"policy: returns\n", b"") + b"policy: returns\n", "order of keys"),
    ):
        assert data != text
        policy.write_bytes(data)
        assert f"{policy}: {told}\n" in run("fmt", str(policy), "--check", "--lang", "en").err
        assert policy.read_bytes() == data


def test_nothing_is_said_to_be_changed_before_it_is(
    run: Run, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    untidy(rules / "policies/returns.yaml")

    def full(*words: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    told = run("fmt", str(rules), "--lang", "en")
    assert (told.code, told.out) == (74, "") and "No space left" in told.err


def test_no_file_beside_is_written(run: Run, rules: Path, tmp_path: Path) -> None:
    """A repository can hold links whose names a draft could have."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    policy = rules / "policies/returns.yaml"
    (rules / "policies/returns.yaml.part").symlink_to(victim)
    untidy(policy)
    assert run("fmt", str(rules), "--lang", "en").code == 0
    assert victim.read_text() == "precious" and (rules / "policies/returns.yaml.part").is_symlink()
