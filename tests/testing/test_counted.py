"""Whether cases meet what is said of counting: a cut-off, a holiday, the end of a month; each both ways."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from policyengine.diagnostics.i18n import Speech
from policyengine.testing.coverage import Coverage
from policyengine.testing.discover import find_files
from policyengine.testing.run import Result, Runner
from policyengine.testing.suggest import render_suggestions, suggest

BASE = Path(__file__).parent.parent / "broken" / "base"
Found = tuple[Runner, list[Result], Coverage]


def make(tmp_path: Path, within: str, counting: str, paid_at: str) -> Path:
    book = Path(shutil.copytree(BASE, tmp_path / "book"))
    (book / "policies" / "p.yaml").write_text(
        f"""policy: p
title: {{zh: 甲, en: P}}
deadlines:
  answer:
    title: {{zh: 答复, en: Answer}}
    who: seller
    starts: order.paid_at
    within: {within}
    met_by: order.shipped_at
    counting: {{{counting}}}
rules:
  r: {{title: {{zh: 甲, en: A}}, when: {{answer.status: missed}}, then: {{result.late: yes}}}}
"""
    )
    given = f"{{order: {{kind: book, total: 1.00, paid_at: {paid_at}}}}}"
    (book / "policies" / "p.cases.yaml").write_text(
        f"""policy_cases: p
cases:
  - {{name: a, given: {given}, checks: [{{as_of: {paid_at}, expect: {{answer.status: open}}}}]}}
"""
    )
    return book


def run(book: Path) -> Found:
    runner = Runner("reference")
    scenarios, faults = runner.read(find_files([str(book)])[0])
    assert not faults
    results = list(runner.run(scenarios))
    model, _ = runner.model(str(book))
    assert model is not None
    coverage = Coverage(model)
    for result in results:
        assert result.decision is not None and not result.failures, result.failures
        coverage.add(result.decision)
    return runner, results, coverage


def missing(coverage: Coverage) -> list[tuple[str, str]]:
    return [(one.about, one.side) for one in coverage.missing() if one.kind == "counting"]


@pytest.mark.parametrize(
    ("within", "counting", "paid_at", "left"),
    [
        ("3 days", 'days: calendar, cut_off: "17:00"', "2024-03-12 10:00:00", ("cut_off", "moved")),
        ("3 days", 'days: calendar, cut_off: "17:00"', "2024-03-12 18:00:00", ("cut_off", "still")),
        # A week with a cut-off on one day: only a Friday after two is late.
        ("3 business days", 'cut_off: {friday: "14:00"}', "2024-03-12 18:00:00", ("cut_off", "moved")),
        (
            "3 days", "days: calendar, ends_on_holiday: next_business_day", "2024-03-12 10:00:00",
            ("ends_on_holiday", "moved"),
        ),
        ("1 month", "month_end: stays_last_day", "2024-03-12 10:00:00", ("month_end", "moved")),
        ("1 month", "month_end: stays_last_day", "2023-02-28 10:00:00", ("month_end", "still")),
    ],
)  # fmt: skip
def test_what_no_case_meets_is_told_and_suggested(
    tmp_path: Path, within: str, counting: str, paid_at: str, left: tuple[str, str]
) -> None:
    book = make(tmp_path, within, counting, paid_at)
    runner, results, coverage = run(book)
    assert missing(coverage) == [left]
    found, _ = suggest(runner, results, coverage, Speech("en"))
    (own,) = [one for one in found if one.target.kind == "counting"]
    assert "answer.due" in dict(own.expect)
    (book / "policies" / "more.cases.yaml").write_text(render_suggestions([own], Speech("en")))
    assert missing(run(book)[2]) == []  # and the suggestion holds


@pytest.mark.parametrize(
    ("within", "counting"),
    [
        ("3 business days", "end: excluded"),
        ("3 days", "days: calendar, ends_on_holiday: stays"),
        ("1 month", "month_end: last_day"),
    ],
)
def test_what_cannot_move_an_end_is_not_asked_for(tmp_path: Path, within: str, counting: str) -> None:
    assert missing(run(make(tmp_path, within, counting, "2024-03-12 10:00:00"))[2]) == []
