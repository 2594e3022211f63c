"""What counts as exercised: only what is in force, and the days, readings and figures that somebody may change."""

# ruff: noqa: E501  (a scenario is easier to read in one line)

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from policyengine.testing.coverage import Coverage
from policyengine.testing.discover import find_files
from policyengine.testing.run import Runner

BASE = Path(__file__).parent.parent / "broken" / "base"
POLICY = "policies/base.yaml"
PAID = "order: {total: 100.00, kind: book, paid_at: 2012-03-12 10:00:00}"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BASE, tmp_path / "book"))


def edit(book: Path, old: str, new: str, file: str = POLICY) -> None:
    text = (book / file).read_text("utf-8")
    assert old in text
    (book / file).write_text(text.replace(old, new, 1), "utf-8")


def case(given: str, as_of: str, more: str = "") -> str:
    return f"  - {{name: a, given: {{{given}}}{more}, checks: [{{as_of: {as_of}, expect: {{ship_period: 24 hours}}}}]}}\n"


def covered(book: Path, *cases: str) -> Coverage:
    path = book / "policies" / "base.cases.yaml"
    path.write_text("policy_cases: base\ncases:\n" + "".join(cases), "utf-8")
    runner = Runner("reference")
    scenarios, faults = runner.read(find_files([str(book)])[0])
    assert not faults
    model, _ = runner.model(str(book))
    assert model is not None
    coverage = Coverage(model)
    for result in runner.run(scenarios):
        assert result.decision is not None
        coverage.add(result.decision)
    return coverage


def left(coverage: Coverage, kind: str) -> set[tuple[str, str, str]]:
    return {(one.name, one.about, one.side) for one in coverage.missing() if one.kind == kind}


OUTSIDE = [
    "applies_to: {order.total: {less_than: 50.00}}",
    "effective: {by: order.paid_at, from: 2012-03-13}",
    "effective: {by: order.paid_at, until: 2012-03-11}",
]


@pytest.mark.parametrize("scope", OUTSIDE)
def test_a_case_to_which_a_policy_does_not_apply_exercises_nothing_of_it(book: Path, scope: str) -> None:
    cases = (case(PAID, "2012-03-13 10:00:01"), case("order: {total: 20.00, kind: food}", "2012-03-13 10:00"))
    within = {one for one in covered(book, *cases).seen if one.kind in ("condition", "edge")}
    assert {"late_books_cost_points", "late_is_late", "shipping"} <= {one.name for one in within}
    edit(book, "policy: base\n", f"policy: base\n{scope}\n")
    outside = covered(book, cases[0]).seen
    assert {one.name for one in outside if one.kind in ("rule", "condition", "edge")} == {"base"}


def test_what_a_policy_demands_already_cannot_be_false(book: Path) -> None:
    edit(book, "policy: base\n", "policy: base\napplies_to: {order.kind: book}\n")
    conditions = {
        (one.name, one.about, one.side)
        for one in covered(book, case(PAID, "2012-03-13 10:00")).targets
        if one.kind == "condition"
    }
    assert ("late_books_cost_points", "order.kind", "yes") in conditions
    assert ("late_books_cost_points", "order.kind", "no") not in conditions
    assert ("base", "order.kind", "no") in conditions


DATED = "values: [{value: 24 hours}, {from: 2012-04-01, value: 480 hours}]"


def test_a_dated_figure_wants_its_first_day_and_the_day_before(book: Path) -> None:
    edit(book, "values: [{value: 24 hours}]", DATED)
    edit(book, "policy: base\n", "policy: base\neffective: {by: order.paid_at}\n")
    first, before = ("ship_period", "2012-04-01", "first"), ("ship_period", "2012-03-31", "before")
    assert left(covered(book, case(PAID, "2012-03-13 10:00")), "day") == {first, before}
    on_the_day_before = case("order: {paid_at: 2012-03-31 23:59:59}", "2012-04-01 10:00")
    assert left(covered(book, on_the_day_before), "day") == {first}
    on_the_first_day = case("order: {paid_at: 2012-04-01 00:00:00}", "2012-04-01 10:00")
    assert left(covered(book, on_the_first_day), "day") == {before}
    assert left(covered(book, on_the_first_day, on_the_day_before), "day") == set()
    assert [one.kind for one in covered(book, on_the_first_day).summary()] == [
        "rule",
        "condition",
        "edge",
        "day",
        "reading",
    ]


def test_a_dated_figure_on_which_nothing_rests_is_not_exercised(book: Path) -> None:
    edit(book, "values: [{value: 24 hours}]", DATED)
    edit(
        book,
        "policy: base\n",
        "policy: base\neffective: {by: order.paid_at}\napplies_to: {order.kind: book}\n",
    )
    food = case("order: {kind: food, paid_at: 2012-04-01 00:00:00}", "2012-04-01 10:00")
    assert len(left(covered(book, food), "day")) == 2


def test_a_policy_wants_the_days_on_which_it_begins_and_ends(book: Path) -> None:
    edit(
        book,
        "policy: base\n",
        "policy: base\neffective: {by: order.paid_at, from: 2012-03-12, until: 2012-03-31}\napplies_to: {order.kind: book}\n",
    )
    days = {
        "first": ("2012-03-12 10:00:00", "2012-03-12"),
        "before": ("2012-03-11 23:59:59", "2012-03-11"),
        "last": ("2012-03-31 23:59:59", "2012-03-31"),
        "after": ("2012-04-01 00:00:00", "2012-04-01"),
    }
    cases = {
        side: case(f"order: {{kind: book, paid_at: {paid}}}", "2012-04-10 10:00")
        for side, (paid, _) in days.items()
    }
    for side, one in cases.items():
        wanted = {("base", day, other) for other, (_, day) in days.items() if other != side}
        assert left(covered(book, one), "day") == wanted
    food = case("order: {kind: food, paid_at: 2012-03-12 10:00:00}", "2012-04-10 10:00")
    assert len(left(covered(book, food), "day")) == 4


def test_a_reading_must_decide_something(book: Path) -> None:
    counted, ignored = ("A-01", "counted", "read"), ("A-01", "ignored", "read")
    late, in_time = "2012-03-13 10:00:01", "2012-03-13 10:00:00"
    assert left(covered(book, case(PAID, late)), "reading") == {ignored}
    # The rule does not hold by this reading alone; where the clock still runs, it would not hold anyway.
    other = ", assume: {A-01: ignored}"
    assert left(covered(book, case(PAID, late, other)), "reading") == {counted}
    assert left(covered(book, case(PAID, in_time, other)), "reading") == {counted, ignored}


def test_a_reading_of_what_is_missing_decides_through_the_scope_of_a_policy(book: Path) -> None:
    edit(book, "A-01: counted}", "order.gift: no}")
    edit(book, "policy: base\n", "policy: base\napplies_to: {order.gift: no}\n")
    edit(
        book,
        "  result.points:",
        "  order.gift: {type: boolean, title: {zh: 礼物, en: gift}, if_missing: {A-01: {counted: yes, ignored: no}}}\n  result.points:",
        "facts.yaml",
    )
    told, silent = (
        case("order: {gift: no}", "2012-03-13 10:00"),
        case("order: {total: 1.00}", "2012-03-13 10:00"),
    )
    assert ("A-01", "counted", "read") in left(covered(book, told), "reading")
    assert left(covered(book, silent), "reading") == {("A-01", "ignored", "read")}


def test_the_figures_of_overlays_are_exercised_where_something_rests_on_them(book: Path) -> None:
    (book / "overlays").mkdir()
    overlay = "overlay: slow\ntitle: {zh: 慢, en: slow}\nconfirmed: no\nparameters:\n  ship_period: {values: [{value: 24 hours}, {from: 2012-04-01, value: 48 hours}]}\n"
    (book / "overlays/slow.yaml").write_text(overlay, "utf-8")
    edit(book, "policy: base\n", "policy: base\neffective: {by: order.paid_at}\n")
    figure = ("slow", "ship_period", "used")
    assert left(covered(book, case(PAID, "2012-03-13 10:00")), "figure") == {figure}
    unpaid = case("order: {total: 1.00}", "2012-03-13 10:00", ", overlays: [slow]").replace(
        "24 hours", "undetermined"
    )
    assert left(covered(book, unpaid), "figure") == {figure}
    switched_on = covered(book, case(PAID, "2012-03-13 10:00", ", overlays: [slow]"))
    assert left(switched_on, "figure") == set()
    assert {day for _, day, _ in left(switched_on, "day")} == {"2012-03-31", "2012-04-01"}
