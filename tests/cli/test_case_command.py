"""`policyengine case new`, and cases in YAML before the other commands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from frozen import RULES
from running import Run


def test_the_command_writes_a_new_file_and_no_other(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rules = ("--rules", str(RULES))
    ran = run("case", "new", "late_dispatch", *rules, "--lang", "en", "--out", "c.yaml")
    assert (ran.code, ran.out) == (0, "") and f"policyengine evaluate c.yaml --rules {RULES}\n" in ran.err
    text = (tmp_path / "c.yaml").read_text("utf-8")
    assert run("case", "new", "late_dispatch", *rules, "--lang", "en").out == text
    ran = run("case", "new", "refund", *rules, "--out", "c.yaml")
    assert ran.code == 2 and (tmp_path / "c.yaml").read_text("utf-8") == text
    assert run("check", "c.yaml", *rules).code == 0
    assert run("evaluate", "c.yaml", *rules).code == 0


def test_a_policy_is_named_by_its_name_or_title(run: Run) -> None:
    rules = ("--rules", str(RULES), "--lang", "en")
    by_name = run("case", "new", "late_dispatch", *rules)
    assert by_name.out and run("case", "new", "Late dispatch", *rules).out == by_name.out
    several = run("case", "new", "late_dispatch", "review_register", *rules).out
    assert "customer:" in several and "order:" in several
    ran = run("case", "new", "late_dispach", *rules)
    assert ran.code == 2 and "did you mean `late_dispatch`?" in ran.err
    assert "asked for by" in run("case", "new", *rules).out and "asked for by" not in by_name.out


@pytest.mark.parametrize(
    ("answer", "code", "shows"),
    [
        ("3", 0, "Late dispatch"),
        ("late_dispatch", 0, "Late dispatch"),
        ("", 0, "dispute rules\n"),
        ("99", 2, ""),
    ],
)
def test_in_a_terminal_it_asks(
    run: Run, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, shows: str
) -> None:
    monkeypatch.setattr("policyengine.cli.case._is_terminal", lambda: True)
    monkeypatch.setattr("click.prompt", lambda *_, **__: answer)
    ran = run("case", "new", "--rules", str(RULES), "--lang", "en")
    assert ran.code == code and shows in ran.out.partition("#")[2].partition("# Write")[0]


def test_a_folder_of_cases_in_yaml_is_checked(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_text("case: a\norder: {total: 5}\n", "utf-8")
    Path("bad.yml").write_text("case: b\norder: {totl: 5}\n", "utf-8")
    Path("other.yaml").write_text("steps: [a]\n", "utf-8")
    rules = ("--rules", str(RULES), "--lang", "en")
    ran = run("check", ".", *rules)
    assert ran.code == 1 and "bad.yml:2:9: error[unknown-fact]" in ran.out and "errors: 1" in ran.err
    ran = run("check", "other.yaml", *rules)  # named, it can be nothing but a case
    assert "unknown-fact" in ran.out
    shutil.copytree(RULES, "rules")
    Path("good.yaml").rename("rules/good.yaml")
    assert "stray-file" not in run("check", "rules", "--lang", "en").out  # a case may lie there
    assert run("check", "rules/good.yaml", "--lang", "en").code == 0
    Path("policy.yaml").write_text("policy: p\ntitle: P\n", "utf-8")
    assert "no folder above `policy.yaml` holds a rulebook.yaml" in run("check", "policy.yaml", *rules).out


def test_a_broken_case_in_yaml_is_told_with_its_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.yaml").write_text("case: b\norder:\n  paid_at: 1/2/2024 9:00\n", "utf-8")
    ran = run("evaluate", "c.yaml", "--rules", str(RULES), "--lang", "zh")
    assert ran.code == 3 and "c.yaml:3:12: 错误[bad-value]" in ran.err
    assert "paid_at: 1/2/2024 9:00" in ran.err and "字段：付款时间（order.paid_at）" in ran.err
    assert "`2024-01-02 9:00`" in ran.err and "`2024-02-01 9:00`" in ran.err
