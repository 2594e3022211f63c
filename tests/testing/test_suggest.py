"""What `--suggest` writes: in force, in the right file, read again as it is meant; or why there is nothing."""

# ruff: noqa: E501  (a scenario is easier to read in one line)

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from policyengine.diagnostics.i18n import Speech
from policyengine.testing.coverage import Coverage
from policyengine.testing.discover import find_files
from policyengine.testing.run import Result, Runner
from policyengine.testing.suggest import Suggestion, Unreached, render_suggestions, suggest

BASE = Path(__file__).parent.parent / "broken" / "base"
PAID = "order: {total: 100.00, kind: book, paid_at: 2012-03-12 10:00:00}"
LATE = "2012-03-13 10:00:01"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BASE, tmp_path / "book"))


def edit(book: Path, old: str, new: str, file: str = "policies/base.yaml") -> None:
    text = (book / file).read_text("utf-8")
    assert old in text
    (book / file).write_text(text.replace(old, new, 1), "utf-8")


def write(book: Path, given: str, as_of: str = LATE, more: str = "") -> None:
    one = f"  - {{name: a, given: {{{given}}}{more}, checks: [{{as_of: {as_of}, expect: {{ship_period: 24 hours}}}}]}}\n"
    (book / "policies/base.cases.yaml").write_text(f"policy_cases: base\ncases:\n{one}", "utf-8")


def run(book: Path) -> tuple[Runner, list[Result], Coverage]:
    runner = Runner("reference")
    scenarios, faults = runner.read(find_files([str(book)])[0])
    assert not faults
    results = list(runner.run(scenarios))
    model, _ = runner.model(str(book))
    assert model is not None
    coverage = Coverage(model)
    for result in results:
        assert result.decision is not None and not result.failures
        coverage.add(result.decision)
    return runner, results, coverage


def suggested(book: Path) -> tuple[list[Suggestion], list[Unreached]]:
    runner, results, coverage = run(book)
    return suggest(runner, results, coverage, Speech("en"))


def accept(book: Path, found: list[Suggestion]) -> Coverage:
    """Write the suggestions where they belong, and return what is covered then; every one must hold."""
    for number, text in enumerate(render_suggestions(found, Speech("en")).split("---\n")):
        (book / "policies" / f"more{number}.cases.yaml").write_text(text, "utf-8")
    return run(book)[2]


def test_a_day_is_reached_by_moving_all_times(book: Path) -> None:
    edit(book, "[{value: 24 hours}]", "[{value: 24 hours}, {from: 2012-05-01, value: 480 hours}]")
    edit(book, "policy: base\n", "policy: base\neffective: {by: order.paid_at, until: 2012-12-31}\n")
    write(book, PAID)
    found, left = suggested(book)
    days = {one.target.side + " " + one.target.name: one for one in found if one.target.kind == "day"}
    assert {name: one.given["order"]["paid_at"] for name, one in days.items()} == {  # type: ignore[index]
        "first ship_period": "2012-05-01 10:00:00",
        "before ship_period": "2012-04-30 10:00:00",
        "last base": "2012-12-31 10:00:00",
        "after base": "2013-01-01 10:00:00",
    }
    assert days["first ship_period"].as_of == "2012-05-02 10:00:01"
    assert ("ship_period", "480 hours") in days["first ship_period"].expect
    assert not [one for one in left if one.target.kind == "day"]
    assert not [one for one in accept(book, found).missing() if one.kind == "day"]


def test_readings_and_figures_of_overlays_are_suggested(book: Path) -> None:
    (book / "overlays").mkdir()
    (book / "overlays/slow.yaml").write_text(
        "overlay: slow\ntitle: {zh: 慢, en: slow}\nconfirmed: no\nparameters:\n  ship_period: {values: [{value: 48 hours}]}\n",
        "utf-8",
    )
    write(book, PAID)
    found, left = suggested(book)
    assert [one.assume for one in found if one.target.kind == "reading"] == [{"A-01": "ignored"}]
    assert [one.overlays for one in found if one.target.kind == "figure"] == [("slow",)]
    assert not left
    assert {one.kind for one in accept(book, found).missing()} == {"rule", "condition"}


def test_nothing_is_suggested_to_which_the_policy_does_not_apply(book: Path) -> None:
    edit(book, "policy: base\n", "policy: base\napplies_to: {order.kind: food}\n")
    write(book, PAID)
    found, left = suggested(book)
    assert not [one for one in found if one.target.kind == "edge"]
    why = {one.target.name: str(one.why) for one in left if one.target.kind == "edge"}
    assert why["shipping"] == "its clock runs in none of the cases"
    assert why["late_books_cost_points"] == "no case to which the policy applies gives both sides of it"


COUNTING = """policy: visits
title: {zh: 来访, en: Visits}
rules:
  many_visits:
    title: {zh: 多次, en: Many visits}
    source: {section: "1", quote: x}
    when: {count_of: {list: visits, where: {made_at: {before: order.shipped_at}}, at_least: 3}}
    then: {result.many: yes}
"""


@pytest.mark.parametrize("visits", [1, 4])
def test_an_edge_of_a_count_gets_as_many_records_in_the_file_of_its_policy(book: Path, visits: int) -> None:
    (book / "policies/visits.yaml").write_text(COUNTING, "utf-8")
    edit(
        book,
        "  result.points:",
        "  result.many: {type: boolean, title: {zh: 多, en: many}, role: outcome}\n  result.points:",
        "facts.yaml",
    )
    records = ", ".join(f"{{made_at: 2012-03-12 11:00:0{number}}}" for number in range(visits))
    write(
        book, f"order: {{paid_at: 2012-03-12 10:00:00, shipped_at: 2012-03-12 12:00:00}}, visits: [{records}]"
    )
    found, _ = suggested(book)
    edges = {one.target.side: one for one in found if one.target.name == "many_visits"}
    numbers = {side: len(one.given["visits"]) for side, one in edges.items()}  # type: ignore[arg-type]
    assert numbers == {
        side: number for side, number in (("before", 2), ("at", 3), ("after", 4)) if number != visits
    }
    for one in edges.values():
        assert (one.file.policy, one.file.path) == ("visits", str(book / "policies/visits.cases.yaml"))
    assert not [
        one for one in accept(book, found).missing() if one.kind == "edge" and one.name == "many_visits"
    ]


def test_an_edge_that_no_single_number_reaches_says_so(book: Path) -> None:
    edit(book, "fee: {at_least: 1.00}", "fee: {at_least: 1.00}, order.total: {at_most: order.limit}")
    edit(
        book,
        "  result.points:",
        "  order.limit: {type: money, title: {zh: 限, en: limit}, at_least: 50.00}\n  result.points:",
        "facts.yaml",
    )
    write(book, PAID)
    _, left = suggested(book)
    reasons = {str(one.why) for one in left if one.target.about == "order.total"}
    assert reasons == {"no case to which the policy applies gives both sides of it"}
    edit(book, "base: order.total, rate: 5%", "base: 0.00, plus: order.total, rate: 5%")
    _, left = suggested(book)
    reasons = {str(one.why) for one in left if one.target.about == "fee"}
    assert reasons == {"no case was found of which one number would have to change: write it by hand"}


def test_times_of_an_hour_that_comes_twice_are_read_as_they_are_meant(book: Path) -> None:
    edit(book, "Asia/Shanghai", "America/New_York", "rulebook.yaml")
    write(book, "order: {kind: book, total: 100.00, paid_at: 2024-11-02 01:30:00}", "2024-11-03 03:00:00")
    found, _ = suggested(book)
    ends = {one.target.side: one.as_of for one in found if one.target.name == "shipping"}
    assert ends == {
        "before": "2024-11-03 01:29:59-04:00",
        "at": "2024-11-03 01:30:00-04:00",
        "after": "2024-11-03 01:30:01-04:00",
    }
    assert not [one for one in accept(book, found).missing() if one.name == "shipping"]
