"""``policyengine test``: exit codes, coverage, JUnit, suggestions, watching, and the pytest plugin."""

# ruff: noqa: E501  (a scenario is easier to read in one line)

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from frozen import RULES
from running import ROOT, Run

WRONG = """policy_cases: complaint
cases:
  - name: <wrong> & on purpose
    given: {complaint: {reason: late_dispatch, filed_at: 2012-03-16 09:00:00}, order: {paid_at: 2012-03-12 10:00:00}}
    checks:
      - {as_of: 2012-03-16 10:00:00, expect: {complaint.stage: closed}}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A copy of the rulebook whose one file of cases fails."""
    folder = tmp_path / "taobao"
    shutil.copytree(RULES, folder)
    for path in folder.glob("policies/*.cases.yaml"):
        path.unlink()
    (folder / "policies/complaint.cases.yaml").write_text(WRONG, "utf-8")
    return folder


def test_the_rulebook_passes_completely(run: Run) -> None:
    ran = run("test", "--min-coverage", "100", "--lang", "en")
    assert ran.code == 0, ran.out + ran.err
    assert "failed: 0" in ran.out
    assert ran.out.count("100.0 %") == 5


def test_a_failure_exits_with_1_in_both_languages(run: Run, rules: Path) -> None:
    english, chinese = (run("test", str(rules), "--lang", one) for one in ("en", "zh"))
    assert (english.code, chinese.code) == (1, 1)
    assert "expected: complaint closed" in english.out
    assert "预期：投诉完结" in chinese.out and "实际：买家卖家协商处理" in chinese.out


def test_too_little_coverage_exits_with_1(run: Run, rules: Path) -> None:
    path = rules / "policies/complaint.cases.yaml"
    path.write_text(WRONG.replace("stage: closed", "stage: negotiation"), "utf-8")
    assert run("test", str(rules)).code == 0
    ran = run("test", str(rules), "--min-coverage", "90%", "--coverage", "--lang", "en")
    assert ran.code == 1
    assert "coverage is below 90 %" in ran.err
    assert "no case in which `silent_buyer_closes` holds" in ran.out
    assert run("test", str(rules), "--min-coverage", "101").code == 2
    assert run("test", str(rules), "--min-coverage", "much").code == 2


def test_a_filter_runs_some(run: Run) -> None:
    ran = run("test", "-k", "T04", "-v", "--lang", "en")
    assert ran.code == 0
    assert "✔ T04 paid exactly at the end, a Saturday" in ran.out
    assert "T01" not in ran.out
    assert run("test", "-k", "no such case").code == 1


def test_files_and_folders_can_be_named(run: Run) -> None:
    ran = run("test", "rules/taobao/policies/refund.cases.yaml", "--lang", "en")
    assert ran.code == 0
    assert run("test", "rules/nowhere").code == 1
    assert run("test", "README.md").code == 1


def test_junit_is_well_formed(run: Run, rules: Path, tmp_path: Path) -> None:
    path = tmp_path / "results.xml"
    assert run("test", str(rules), "--junit", str(path)).code == 1
    root = ElementTree.parse(path).getroot()
    case = root.find(".//testcase")
    assert case is not None and case.get("name") == "<wrong> & on purpose (line 6)"
    failure = case.find("failure")
    assert failure is not None and "complaint.stage" in (failure.text or "")
    assert run("test", str(rules), "--junit", str(tmp_path / "no" / "x.xml")).code == 74
    assert not list(tmp_path.glob("**/*.part"))


def test_suggestions_can_be_run(run: Run, rules: Path) -> None:
    path = rules / "policies/complaint.cases.yaml"
    path.write_text(WRONG.replace("stage: closed", "stage: negotiation"), "utf-8")
    ran = run("test", str(rules), "--suggest", "--lang", "zh")
    assert ran.code == 0
    assert "“卖家处理”期满后 1 秒" in ran.out
    # Each document is a file of its own: that of the policy to which the cases belong.
    for text in ran.out.split("---\n"):
        policy = next(line for line in text.splitlines() if line.startswith("policy_cases: ")).split()[1]
        (rules / f"policies/{policy}.cases.yaml").write_text(text, "utf-8")
    again = run("test", str(rules), "--lang", "en")
    assert again.code == 0, again.out + again.err


def test_pytest_collects_the_same_files(rules: Path) -> None:
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "policyengine.testing.pytest_plugin",
        "-p",
        "no:cacheprovider",
    ]
    ran = subprocess.run(
        [*words, "--rootdir", str(rules), str(rules)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "LANG": "C"},
        cwd=rules,
        capture_output=True,
        timeout=60,
        check=False,
    )
    told = ran.stdout.decode()
    assert ran.returncode == 1
    assert "expected: complaint closed" in told and "1 failed" in told
    assert "Traceback" not in told


def test_watching_runs_again(rules: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "policyengine", "test", str(rules), "--watch", "--lang", "en"],
            env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "WATCHFILES_FORCE_POLLING": "1"},
            stdout=out,
            stderr=subprocess.STDOUT,
            # A background job ignores Ctrl-C, and so would its children.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        try:
            _wait_for(log, "failed: 1")
            time.sleep(1)  # the watcher starts after the first run
            path = rules / "policies/complaint.cases.yaml"
            path.write_text(WRONG.replace("stage: closed", "stage: negotiation"), "utf-8")
            _wait_for(log, "failed: 0")
            assert _interrupt(process) == 130
        finally:
            process.kill()
            process.wait()


def _interrupt(process: subprocess.Popen[bytes]) -> int | None:
    """Press Ctrl-C, again if the first one came while the watcher was between two states."""
    for _ in range(10):
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(5)
    return None


def _wait_for(log: Path, words: str) -> None:
    for _ in range(300):
        if words in log.read_text("utf-8"):
            return
        time.sleep(0.1)
    raise AssertionError(f"`{words}` never came: {log.read_text('utf-8')}")


def test_a_faulty_file_of_tests_fails_in_junit_too(run: Run, tmp_path: Path) -> None:
    """Who reads the results there alone must not take them for a success."""
    rules = Path(shutil.copytree(ROOT / "src" / "policyengine" / "starter", tmp_path / "starter"))
    tests = (rules / "policies" / "returns.cases.yaml").read_text("utf-8")
    (rules / "policies" / "returns.cases.yaml").write_text(
        tests.replace("expect: {", "expect: {nothing: 5, ")
    )
    told = run("test", str(rules), "--junit", str(tmp_path / "out.xml"))
    suites = ElementTree.parse(tmp_path / "out.xml").getroot()
    assert told.code == 1 and int(suites.attrib["failures"]) > 0
    assert "unknown-name" in suites.findall(".//testcase")[0].attrib["name"]
