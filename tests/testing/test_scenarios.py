"""Tests that clerks write: what is read, what fails, and in which words."""

# ruff: noqa: E501  (a scenario is easier to read in one line)

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from policyengine.diagnostics.i18n import Speech
from policyengine.reading.file_names import rulebook_of
from policyengine.testing.coverage import Coverage
from policyengine.testing.discover import find_files
from policyengine.testing.report import Reporter
from policyengine.testing.run import Result, Runner
from policyengine.testing.suggest import render_suggestions, suggest

BASE = Path(__file__).parent.parent / "broken" / "base"
HEAD = """policy_cases: base
fixtures:
  paid:
    order: {total: 100.00, kind: book, paid_at: 2012-03-12 10:00:00}
cases:
"""
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return what writes cases beside the policy of a small rulebook."""
    shutil.copytree(BASE, tmp_path / "book")

    def written(cases: str) -> Path:
        path = tmp_path / "book" / "policies" / "base.cases.yaml"
        path.write_text(HEAD + cases, "utf-8")
        return path

    return written


def run(path: Path) -> tuple[list[Result], list[str]]:
    runner = Runner("reference")
    files, faults = find_files([str(path)])
    scenarios, more = runner.read(files)
    told = [f"{one.span.line}:{one.span.column} {one.code}" for one in faults + more]
    return list(runner.run(scenarios)), told


def words(path: Path, language: str = "en") -> str:
    return Reporter(Speech(language)).results(run(path)[0])  # type: ignore[arg-type]


def test_what_is_expected_comes_out(write: Write) -> None:
    path = write(
        "  - name: late\n"
        "    given: {use: paid}\n"
        "    checks:\n"
        "      - {as_of: 2012-03-13 10:00:00, expect: {result.late: not_applicable, shipping.status: open}}\n"
        "      - as_of: 2012-03-13 10:00:01\n"
        "        expect: {result.late: yes, result.points: 1, fee: 5.00, ship_period: 24 hours}\n"
        "        because: [late_is_late, late_books_cost_points]\n"
        "        strict: yes\n"
    )
    results, faults = run(path)
    assert not faults
    assert [one.failures for one in results] == [(), ()]
    assert words(path) == "cases: 1, checks: 2, failed: 0\n"


def test_a_failure_says_expected_got_and_why(write: Write) -> None:
    path = write(
        "  - name: late\n"
        "    given: {use: paid}\n"
        "    checks:\n"
        "      - {as_of: 2012-03-13 10:00:01, expect: {result.points: 2}}\n"
    )
    text = words(path)
    assert "✘ late  (line 6)" in text
    assert "as of 2012-03-13 10:00:01  (line 9)" in text
    assert "expected: 2\n" in text
    assert "got: 1\n" in text
    assert "rule late_books_cost_points" in text
    assert "failed: 1" in text


def test_a_rule_that_does_not_hold_says_by_how_much(write: Write) -> None:
    path = write(
        "  - name: late\n"
        "    given: {use: paid}\n"
        "    checks:\n"
        "      - {as_of: 2012-03-13 10:00:00, expect: {shipping.status: open}, because: [late_is_late]}\n"
    )
    assert "because of `late_is_late` (Late): it does not hold" in words(path)
    assert "因为 `late_is_late`" in words(path, "zh")


def test_a_strict_check_allows_nothing_else(write: Write) -> None:
    path = write(
        "  - name: late\n"
        "    given: {use: paid}\n"
        "    checks:\n"
        "      - {as_of: 2012-03-13 10:00:01, expect: {result.late: yes}, strict: yes}\n"
    )
    assert "result.points: not expected, and it is 1" in words(path)


def test_a_missing_fact_is_expected_as_undetermined(write: Write) -> None:
    path = write(
        "  - name: kind unknown\n"
        "    given: {use: paid, order: {kind: ~}}\n"
        "    checks:\n"
        "      - {as_of: 2012-03-13 10:00:01, expect: {result.points: undetermined}}\n"
    )
    assert not run(path)[0][0].failures


def test_records_are_named_with_dots_or_brackets(write: Write) -> None:
    path = write(
        "  - name: visits\n"
        "    given:\n"
        "      use: paid\n"
        "      order: {shipped_at: 2012-03-12 12:00:00}\n"
        "      visits:\n"
        "        - {made_at: 2012-03-12 11:00:00}\n"
        "        - {made_at: 2012-03-12 13:00:00}\n"
        "    checks:\n"
        "      - as_of: 2012-03-12 14:00:00\n"
        "        expect:\n"
        "          visits[0].early: yes\n"
        "          visits.1.early: not_applicable\n"
        '        because: ["visit_before_shipping_is_early[0]"]\n'
        "      - {as_of: 2012-03-12 14:00:00, expect: {visits.2.early: yes}}\n"
    )
    results, faults = run(path)
    assert not faults
    assert not results[0].failures
    assert "there is no such record" in words(path)


@pytest.mark.parametrize(
    ("cases", "told"),
    [
        ("  - {name: a, given: {use: piad}, checks: [{as_of: 2012-01-01, expect: {result.late: yes}}]}\n", ["6:28 unknown-fixture", "6:52 bad-value"]),
        ("  - {name: a, given: {}, checks: [{as_of: 2012-01-01 10:00, expect: {result.lat: yes}}]}\n", ["6:70 unknown-name"]),
        ("  - {name: a, given: {}, checks: [{as_of: 2012-01-01 10:00, expect: {visits.early: yes}}]}\n", ["6:70 unknown-name"]),
        ("  - {name: a, given: {}, checks: [{as_of: 2012-01-01 10:00, expect: {result.late: maybe}}]}\n", ["6:83 bad-value"]),
        ("  - {name: a, given: {}, checks: [{as_of: 2012-01-01 10:00, expect: {result.late: yes}, because: [nobody]}]}\n", ["6:99 unknown-rule"]),
        ("  - {name: a, given: {}, assume: {A-77: x}, checks: [{as_of: 2012-01-01 10:00, expect: {result.late: yes}}]}\n", ["6:35 unknown-assumption"]),
        ("  - {name: a, given: {}, assume: {A-01: x}, checks: [{as_of: 2012-01-01 10:00, expect: {result.late: yes}}]}\n", ["6:41 unknown-reading"]),
        ("  - {name: a, given: {}, overlays: [x], checks: [{as_of: 2012-01-01 10:00, expect: {result.late: yes}}]}\n", ["6:37 unknown-overlay"]),
        ("  - {name: a, given: {}}\n", ["6:5 missing-key"]),
    ],
)  # fmt: skip
def test_faults_of_a_file_are_told_at_their_place(write: Write, cases: str, told: list[str]) -> None:
    results, faults = run(write(cases))
    assert faults == told
    assert not results


def test_a_fault_of_a_case_is_told_where_it_is_written(write: Write) -> None:
    path = write(
        "  - name: a\n"
        "    given: {use: paid, order: {totle: 5.00}}\n"
        "    checks: [{as_of: 2012-03-13 10:00:01, expect: {result.late: yes}}]\n"
    )
    text = words(path)
    assert "base.cases.yaml:7:32: error[unknown-fact]" in text
    assert "did you mean `order.total`?" in text


def test_a_case_can_be_expected_to_be_refused(write: Write) -> None:
    path = write(
        "  - {name: a, given: {order: {total: -1.00}}, faults: [out-of-bounds]}\n"
        "  - {name: b, given: {order: {total: 1.00}}, faults: [out-of-bounds]}\n"
    )
    results, _ = run(path)
    assert [bool(one.failures) for one in results] == [False, True]
    assert "it is refused for: nothing" in words(path)


def test_checks_of_a_case_that_is_refused_are_told(write: Write) -> None:
    results, faults = run(
        write(
            "  - name: a\n"
            "    given: {order: {total: -1.00}}\n"
            "    faults: [out-of-bounds]\n"
            "    checks: [{as_of: 2012-03-13 10:00:01, expect: {result.late: yes}}]\n"
        )
    )
    assert faults == ["9:5 checks-never-run"]
    assert not results


def test_tests_belong_to_the_nearest_rulebook(tmp_path: Path) -> None:
    shutil.copytree(BASE, tmp_path / "book")
    assert rulebook_of(str(tmp_path / "book" / "policies" / "x.cases.yaml")) == str(tmp_path / "book")
    assert rulebook_of(str(tmp_path / "x.cases.yaml")) is None
    found, faults = find_files([str(tmp_path / "nothing")])
    assert not found
    assert [one.code for one in faults] == ["file-missing"]


# ---------- coverage and suggestions


def covered(path: Path) -> tuple[Runner, list[Result], Coverage]:
    runner = Runner("reference")
    scenarios, _ = runner.read(find_files([str(path)])[0])
    results = list(runner.run(scenarios))
    model, _ = runner.model(scenarios[0].rules)
    assert model is not None
    coverage = Coverage(model)
    for result in results:
        assert result.decision is not None
        coverage.add(result.decision)
    return runner, results, coverage


OPEN = (
    "  - name: open\n"
    "    given: {use: paid}\n"
    "    checks: [{as_of: 2012-03-13 09:00:00, expect: {shipping.status: open}}]\n"
)


def test_coverage_counts_rules_conditions_and_edges(write: Write) -> None:
    _, _, coverage = covered(write(OPEN))
    rules, conditions, edges, _ = coverage.summary()
    assert (rules.covered, rules.total) == (0, 3)
    assert 0 < conditions.covered < conditions.total
    # The deadline's end, and the limit `fee: {at_least: 1.00}`, on three sides each.
    assert (edges.covered, edges.total) == (0, 6)
    assert {(one.name, one.side) for one in coverage.missing() if one.kind == "edge"} >= {
        ("shipping", "before"),
        ("shipping", "at"),
        ("shipping", "after"),
        ("late_books_cost_points", "at"),
    }


def test_suggestions_reach_the_edges_and_hold(write: Write) -> None:
    path = write(OPEN)
    runner, results, coverage = covered(path)
    found, left = suggest(runner, results, coverage, Speech("en"))
    # Whether books count does not matter as long as the time runs.
    assert [(one.target.kind, one.target.about) for one in left] == [
        ("reading", "counted"),
        ("reading", "ignored"),
    ]
    assert [
        (one.target.name, one.target.side, one.as_of) for one in found if one.target.name == "shipping"
    ] == [
        ("shipping", "after", "2012-03-13 10:00:01"),
        ("shipping", "at", "2012-03-13 10:00:00"),
        ("shipping", "before", "2012-03-13 09:59:59"),
    ]
    totals = {one.target.side: one.given["order"]["total"] for one in found if one.target.name != "shipping"}  # type: ignore[index]
    assert totals == {"before": "19.80", "at": "20.00", "after": "20.20"}
    path.write_text(render_suggestions(found, Speech("en")), "utf-8")
    again, faults = run(path)
    assert not faults
    assert not any(one.failures for one in again)
    _, _, complete = covered(path)
    assert complete.summary()[2].is_complete
