"""``policyengine report``: its periods, its forms, and what is wrong with them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from running import Run, spawn

from policyengine import load_rulebook
from policyengine.batch.records import Text, Texts
from policyengine.batch.shipment import ship
from policyengine.processes import run_blocks
from policyengine.reporting.counting import Counting
from policyengine.reporting.data import render_report_json
from policyengine.reporting.periods import week
from policyengine.reporting.tables import Counter

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
    assert "cases: 1;" in ran.out and "lines with errors, not counted: 3" in ran.out
    assert f"{path}:3:13: error[unknown-fact]" in ran.err
    assert f"{path}:5:1: error[file-encoding]" in ran.err
    missing = run("report", "weekly_reviews", str(tmp_path / "none"), *WEEK)
    assert missing.code == 3 and not missing.out
    assert run("report", "weekly_reviews", str(tmp_path), *WEEK).code == 3


def test_standard_input() -> None:
    given = b'{"review": {"created_at": "2012-07-03 10:00", "result": "bad"}}\n'
    ran = spawn("report", "weekly_reviews", "-", *WEEK, "--as-of", "2012-07-09 09:00", given=given)
    assert ran.returncode == 0 and b"cases: 1;" in ran.stdout


def test_cases_come_in_every_form_and_in_many_processes(run: Run, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    cases = [json.loads(line) for line in Path(REPORT[2]).read_text("utf-8").splitlines()]
    (tmp_path / "cases.json").write_text(json.dumps(cases), "utf-8")
    (tmp_path / "cases.ndjson.gz").write_bytes(gzip.compress(Path(REPORT[2]).read_bytes()))
    parquet.write_table(pa.Table.from_pylist(cases), tmp_path / "cases.parquet")
    wanted = run(*REPORT, *WEEK, "--format", "json")
    for name in ("cases.json", "cases.ndjson.gz", "cases.parquet"):
        found = run(*REPORT[:2], str(tmp_path / name), *REPORT[3:], *WEEK, "--format", "json")
        assert found == wanted
    half = ["".join(f"{json.dumps(one)}\n" for one in some) for some in (cases[:4], cases[4:])]
    blocks = tuple((Texts("x", tuple(Text(1, line) for line in text.splitlines())),) for text in half)
    rulebook = load_rulebook("rules/taobao", engine="compiled")
    report, instant = rulebook.model.reports[REPORT[1]], rulebook.read_instant(REPORT[4])
    period = week("2012-W27", report.week_starts)
    task = Counting(ship(rulebook, ()), REPORT[1], period, instant, "en")
    counter = Counter(rulebook.model, report, period, instant)
    for _, done in run_blocks(task, blocks, 1):
        counter.merge(done.part)
    assert render_report_json(counter.result(), 0) == wanted.out


def test_rejects(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "reviews.ndjson"
    path.write_text('{"review": {"created_at": "2012-07-03 10:00", "result": "bad"}}\n[]\n')
    ran = run(
        *REPORT[:2], str(path), *REPORT[3:], *WEEK, "--rejects", str(tmp_path / "rejects"), "--lang", "en"
    )
    assert ran.code == 0 and "lines with errors, not counted: 1" in ran.out
    assert json.loads((tmp_path / "rejects").read_text())["line"] == 2
    full = run(*REPORT[:2], str(path), *REPORT[3:], *WEEK, "--rejects", "/dev/full", "--lang", "en")
    assert full.code == 74 and "/dev/full cannot be written" in full.err
    over = run(*REPORT[:2], str(path), *REPORT[3:], *WEEK, "--rejects", str(path), "--lang", "en")
    assert over.code == 2 and "--rejects would overwrite the cases" in over.err
