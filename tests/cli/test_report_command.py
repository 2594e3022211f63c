"""``policyengine report``: its periods, its forms, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import Run, spawn

REPORT = ("report", "weekly_reviews", "examples/reviews/2012-w27.ndjson", "--as-of", "2012-07-09 09:00")
WEEK = ("--week", "2012-W27")


def test_the_forms(run: Run) -> None:
    chinese = run(*REPORT, *WEEK, "--lang", "zh")
    assert chinese.code == 0 and "案件 6 件；上期 2012-06-25 至 2012-07-01：3 件（+3）" in chinese.out
    same = run(*REPORT, "--from", "2012-07-02", "--to", "2012-07-08", "--lang", "en")
    assert "cases: 6; 2012-06-25 to 2012-07-01: 3 (+3)" in same.out
    assert json.loads(run(*REPORT, *WEEK, "--format", "json").out)["cases"]["counted"] == 6
    assert run(*REPORT, *WEEK, "--format", "csv", "--lang", "en").out.startswith("table,value,number")
    assert "<svg" in run(*REPORT, *WEEK, "--format", "html").out


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--week", "2012-W54"),
        ("--from", "2012-07-02"),
        (*WEEK, "--to", "2012-07-08"),
        ("--from", "2012-07-08", "--to", "2012-07-02"),
    ],
)
def test_a_period_that_is_none(run: Run, words: tuple[str, ...]) -> None:
    ran = run(*REPORT, *words)
    assert ran.code == 2 and not ran.out


def test_a_report_that_is_none(run: Run) -> None:
    ran = run("report", "weekly_review", "README.md", *WEEK, "--lang", "en")
    assert ran.code == 2 and "the reports: weekly_reviews" in ran.err


def test_lines_with_faults_are_told_and_the_rest_is_counted(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "reviews.ndjson"
    good = '{"review": {"created_at": "2012-07-03 10:00", "result": "bad"}}'
    path.write_bytes(f'{good}\n\n{{"review": {{"reslt": 1}}}}\n{{\n'.encode() + b"\xff\xfe\n")
    ran = run("report", "weekly_reviews", str(path), *WEEK, "--as-of", "2012-07-09 09:00", "--lang", "en")
    assert ran.code == 3
    assert "cases: 1;" in ran.out and "lines with faults, not counted: 3" in ran.out
    assert f"{path}:3:13: error[unknown-fact]" in ran.err
    assert f"{path}:5:1: error[file-encoding]" in ran.err
    missing = run("report", "weekly_reviews", str(tmp_path / "none"), *WEEK)
    assert missing.code == 3 and not missing.out
    assert run("report", "weekly_reviews", str(tmp_path), *WEEK).code == 3


def test_standard_input() -> None:
    given = b'{"review": {"created_at": "2012-07-03 10:00", "result": "bad"}}\n'
    ran = spawn("report", "weekly_reviews", "-", *WEEK, "--as-of", "2012-07-09 09:00", given=given)
    assert ran.returncode == 0 and b"cases: 1;" in ran.stdout
