"""One grammar of names at every door: a title, in any language of the rulebook, does what its name does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from edited_house import POLICY, case, lines, write
from running import Run

from policyengine import load_rulebook
from policyengine.batch.columns import fact_of
from policyengine.diagnostics.i18n import Speech
from policyengine.impact.failing import Condition, parse_condition
from policyengine.model.lookup import choice_of
from policyengine.testing.read import check_scenarios, read_scenarios

_EVALUATE = ("evaluate", "case.json", "--rules", "house")
# The words of a command with a name for {}, that name, and titles that mean it.
DOORS = (
    ((*_EVALUATE, "--why", "{}"), "fine.points", ("扣分", "points", "Points")),
    ((*_EVALUATE, "--why", "{}"), "sending", ("sending.status", "“发货”的状态", "state of “sending”")),
    ((*_EVALUATE, "--why-not", "{}"), "in_time_is_fine", ("按时不扣分", "In time costs nothing")),
    ((*_EVALUATE, "--format", "outcomes", "--set", "{}=1.00"), "order.total", ("总额", "total")),
    ((*_EVALUATE, "--format", "outcomes", "--set", "order.region={}"), "north", ("北", "North")),
    (("show", "{}", "--rules", "house"), "late_fee", ("迟发费", "late fee")),
    (("impact", "house", "other", "-c", "cases.ndjson", "--by", "{}"), "order.region", ("地区", "region")),
    (
        ("impact", "house", "other", "-c", "cases.ndjson", "--truth", "{}=order.really"),
        "fine.points",
        ("扣分", "points"),
    ),
    (
        ("impact", "house", "other", "-c", "cases.ndjson", "--truth", "fine.points={}"),
        "order.really",
        ("实际扣分", "points that were really given"),
    ),
    (
        ("impact", "house", "other", "-c", "cases.ndjson", "--fail-on", "{} increases"),
        "fine.points",
        ("扣分", "points"),
    ),
)


@pytest.fixture(autouse=True)
def _house(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run  # it goes elsewhere first
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "house")
    write(tmp_path / "other", ("value: 3}]", "value: 6}]"))
    (tmp_path / "case.json").write_text(json.dumps(case(1, 50, region="north")), "utf-8")
    lines(tmp_path / "cases.ndjson", case(1, 50, region="north", really=3))


@pytest.mark.parametrize(("words", "name", "titles"), DOORS)
def test_a_title_does_what_the_name_does(
    run: Run, words: tuple[str, ...], name: str, titles: tuple[str, ...]
) -> None:
    def ran(written: str) -> tuple[int, str]:
        found = run(*(one.format(written) for one in words), "--lang", "en")
        assert found.out or found.code == 0, found.err
        return found.code, found.out

    by_name = ran(name)
    assert by_name[1]
    assert [ran(title) for title in titles] == [by_name] * len(titles)


def test_what_means_several_things_is_told_with_their_names(run: Run) -> None:
    found = run(*_EVALUATE, "--why", "发货", "--lang", "en")
    assert found.code == 2
    assert "means several things" in found.err
    assert "`order.sent_at`" in found.err and "`sending.status`" in found.err


def test_the_value_of_a_choice_by_its_title() -> None:
    choices = [(one.name, one.title) for one in load_rulebook("house").model.facts["order.region"].choices]
    assert choice_of("north", choices) == choice_of("北", choices) == choice_of(" NORTH ", choices) == "north"
    assert choice_of("east", choices) == ()
    same = [("one", choices[0][1]), ("two", choices[0][1])]
    assert choice_of("北", same) == ("one", "two")


def test_a_column_of_ids_by_a_title() -> None:
    lookup = load_rulebook("house").lookup
    found = [fact_of(lookup, one) for one in ("order.region", "地区", "Region")]
    assert found[0] is not None and found == [found[0]] * 3


TESTS = """policy_cases: sending
cases:
  - name: one
    given: {order.paid_at: 2024-03-01 10:00, order.region: north}
    checks:
      - as_of: 2024-03-04 10:00
        expect: {POINTS: 3, sending.status: STATUS}
        because: [RULE]
"""


def written(points: str, status: str, rule: str) -> str:
    text = TESTS.replace("POINTS", points).replace("STATUS", status).replace("RULE", rule)
    Path("t.cases.yaml").write_text(text, "utf-8")
    return "t.cases.yaml"


def test_a_test_by_titles() -> None:
    book = load_rulebook("house").model
    for words in (
        ("fine.points", "missed", "late_costs_points"),
        ("扣分", "已逾期", "迟发扣分"),
        ("points", "Missed", "Late costs points"),
    ):
        scenarios, faults = read_scenarios(written(*words), "house", book)
        assert scenarios is not None and not faults
        (check,) = scenarios.scenarios[0].checks
        assert [(one.key, one.literal) for one in check.expect] == [
            (("fine.points", None), "3"),
            (("sending.status", None), "missed"),
        ]
        assert [one.rule for one in check.because] == ["late_costs_points"]


def test_a_title_of_several_rules_in_a_test() -> None:
    write(Path("house"), (POLICY, POLICY.replace("In time costs nothing", "Late costs points")))
    book = load_rulebook("house").model
    path = written("fine.points", "missed", "Late costs points")
    (fault,) = [one for one in check_scenarios(path, book) if one.code == "unknown-rule"]
    told = f"{Speech('en').message(fault.message)} {fault.help}"
    assert "several" in told and "late_costs_points" in told and "in_time_is_fine" in told


def test_a_condition_on_a_value_by_its_title() -> None:
    facts = ("fine.late: {type: boolean,", "fine.place: {type: choice, values: {a: {zh: 甲, en: First}},")
    write(
        Path("house"),
        (facts[0], facts[1]),
        ("fine.late: yes", "fine.place: a"),
        (", fine.late: no", ""),
    )
    book = load_rulebook("house").model
    found = [
        parse_condition(f"{name} becomes {value}", book)
        for name, value in (("fine.place", "a"), ("迟发", "甲"), ("late", "first"))
    ]
    assert all(isinstance(one, Condition) and (one.path, one.label) == ("fine.place", "=a") for one in found)
