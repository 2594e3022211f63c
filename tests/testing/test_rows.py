"""Rows of tables: what `--suggest` proposes for those that no case comes to, and the days of their versions."""

# ruff: noqa: E501  (a table is easier to read in one line)

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from policyengine.diagnostics.i18n import Speech
from policyengine.testing.coverage import Coverage
from policyengine.testing.discover import find_files
from policyengine.testing.run import Result, Runner
from policyengine.testing.suggest import Suggestion, Unreached, render_suggestions, suggest

BOOK = 'rulebook: b\nversion: "1"\ntitle: {en: B}\ntime_zone: Asia/Shanghai\ncurrency: CNY\ncalendar: CN\nlanguages: [en]\nparties: {p: {en: p}}\n'
FACTS = """facts:
  paid_at: {type: instant, title: {en: paid at}, if_missing: never}
  tier: {type: choice, title: {en: tier}, values: {low: {en: low}, mid: {en: mid}, high: {en: high}}}
  size: {type: count, title: {en: size}}
  weight: {type: number, title: {en: weight}, at_least: 0}
  zone: {type: text, title: {en: zone}, if_missing: none}
  wait: {type: duration, title: {en: wait}}
  loud: {type: boolean, title: {en: loud}}
  share: {type: percent, title: {en: share}}
  price: {type: money, title: {en: price}}
  day: {type: date, title: {en: day}}
  class: {type: choice, role: derived, title: {en: class}, values: {a: {en: a}, b: {en: b}}}
  fee: {type: money, role: outcome, title: {en: fee}}
sets:
  near: {title: {en: near zones}, values: [A1, A2]}
lists:
  bags:
    title: {en: bags}
    facts:
      kind: {type: choice, title: {en: kind}, values: {a: {en: a}, b: {en: b}}}
      fee: {type: money, role: outcome, title: {en: bag fee}}
"""
HEAD = "policy: p\ntitle: {en: P}\n"
CASE = "tier: low, size: 1, weight: 1, zone: A1, wait: 1 hours, loud: no, share: 1%, price: 1.00, day: 2024-01-01, paid_at: 2024-03-01 12:00, bags: [{kind: a}, {kind: a}]"


def table(asks: str, rows: str, more: str = "", gives: str = "fee") -> str:
    return f"tables:\n  t:\n    title: {{en: T}}\n    asks: {asks}\n    gives: {gives}\n{more}    {rows}\n"


def rows(*cells: str) -> str:
    lines = (f"[{cell}, {number}.00]" for number, cell in enumerate(cells, 1))
    return f"rows: [{', '.join(lines)}]"


def run(folder: Path) -> tuple[Runner, list[Result], Coverage]:
    runner = Runner("compiled")
    scenarios, faults = runner.read(find_files([str(folder)])[0])
    assert not faults
    results = list(runner.run(scenarios))
    model, _ = runner.model(str(folder))
    assert model is not None
    coverage = Coverage(model)
    for result in results:
        assert result.decision is not None and not result.failures
        coverage.add(result.decision)
    return runner, results, coverage


def suggested(
    folder: Path, policy: str, case: str = CASE, expect: str = "fee: 1.00"
) -> tuple[list[Suggestion], list[Unreached]]:
    (folder / "policies").mkdir()
    (folder / "rulebook.yaml").write_text(BOOK, "utf-8")
    (folder / "facts.yaml").write_text(FACTS, "utf-8")
    (folder / "policies/p.yaml").write_text(HEAD + policy, "utf-8")
    one = f"  - {{name: a, given: {{{case}}}, checks: [{{as_of: 2024-03-02 00:00:00, expect: {{{expect}}}}}]}}\n"
    (folder / "policies/p.cases.yaml").write_text(f"policy_cases: p\ncases:\n{one}", "utf-8")
    runner, results, coverage = run(folder)
    return suggest(runner, results, coverage, Speech("en"))


def accept(folder: Path, found: list[Suggestion]) -> Coverage:
    """Write the suggestions where they belong, and return what is covered then; every one must hold."""
    (folder / "policies/more.cases.yaml").write_text(render_suggestions(found, Speech("en")), "utf-8")
    return run(folder)[2]


def given(one: Suggestion) -> Mapping[str, Any]:
    return one.given


@pytest.mark.parametrize(
    ("asks", "cells", "wanted"),
    [
        ("tier", ["low", "mid", "[not low, not mid]"], ["mid", "high"]),
        ("tier", ["low", "[mid, high]"], ["mid"]),
        ("size", ["1", "2", "over 2"], ["2", "3"]),
        ("size", ["up to 1", "2 to 4", "from 5"], ["4", "5"]),
        ("weight", ["up to 5", "over 5 to 9", "over 9"], ["9", "10"]),
        ("weight", ["under 5", "from 5 under 9", "from 9"], ["5", "9"]),
        ("zone", ["A1", "A2", "[not A1, not A2]"], ["A2", "other"]),
        ("zone", ["in near", "not in near"], ["other"]),
        ("zone", ["not none", "none"], [None]),
        ("wait", ["up to 1 hours", "over 1 hours to 2 days", "over 2 days"], ["2 days", "172801 seconds"]),
        ("loud", ["no", "yes"], ["yes"]),
        ("share", ["up to 10%", "over 10%"], ["11%"]),
        ("price", ["up to 1.00", "over 1.00"], ["1.01"]),
        ("day", ["under 2024-02-01", "from 2024-02-01"], ["2024-02-01"]),
    ],
)
def test_what_the_table_asks_is_changed_as_the_cell_says(
    tmp_path: Path, asks: str, cells: list[str], wanted: list[str | None]
) -> None:
    found, left = suggested(tmp_path, table(asks, rows(*cells)))
    assert [given(one).get(asks) for one in found if one.target.kind == "rule"] == wanted
    assert not [one for one in left if one.target.kind == "rule"]
    assert not [one for one in accept(tmp_path, found).missing() if one.kind == "rule"]


def test_only_what_does_not_hold_is_changed(tmp_path: Path) -> None:
    found, _ = suggested(tmp_path, table("[tier, weight]", rows("low, up to 5", "any, over 5")))
    (one,) = found
    assert one.name == "it matches: T, row 2"
    assert {key: given(one)[key] for key in ("tier", "weight", "size")} == {
        "tier": "low",
        "weight": "6",
        "size": "1",
    }
    assert one.expect == (("fee", "2.00"),)


def test_one_record_is_changed(tmp_path: Path) -> None:
    policy = table("[kind, size]", rows("a, 1", "b, 1", "b, 2"), "    for_each: bags\n")
    found, _ = suggested(tmp_path, policy, expect="bags.0.fee: 1.00")
    assert [given(one)["bags"] for one in found] == [[{"kind": "b"}, {"kind": "a"}]] * 2
    assert not accept(tmp_path, found).missing()


def test_a_case_for_what_is_so_otherwise(tmp_path: Path) -> None:
    policy = table("[tier, size]", rows("low, any", "not low, over 1"), "    otherwise: 0.00\n")
    found, _ = suggested(tmp_path, policy)
    told = {one.target.name: (given(one)["tier"], given(one)["size"]) for one in found}
    assert told == {"t otherwise": ("mid", "1"), "t row 2": ("mid", "2")}
    assert not accept(tmp_path, found).missing()


def test_a_row_of_which_the_first_counts_holds_though_another_gives_the_value(tmp_path: Path) -> None:
    policy = table("[tier, size]", rows("low, any", "any, 2", "any, 2"), "    overlap: first_row_counts\n")
    found, _ = suggested(tmp_path, policy)
    assert [one.target.name for one in found] == ["t row 2"], "the case of row 2 comes to row 3, too"
    assert not accept(tmp_path, found).missing()


def test_what_cannot_be_changed_is_told(tmp_path: Path) -> None:
    rules = "rules:\n  r: {title: {en: R}, when: {loud: no}, then: {class: a}}\n"
    found, left = suggested(tmp_path, rules + table("class", rows("a", "b")))
    assert not [one for one in found if one.target.kind == "rule"]
    (one,) = [one for one in left if one.target.kind == "rule"]
    words = "no case to which the table applies can be changed so that it matches"
    assert (one.target.name, Speech("en").message(one.why)) == ("t row 2", words)


def test_a_table_that_applies_to_no_case_has_none(tmp_path: Path) -> None:
    policy = table("size", rows("1", "2"), "    when: {loud: yes}\n")
    found, left = suggested(tmp_path, policy, expect="fee: not_applicable")
    assert {one.target.kind for one in found} <= {"condition"}
    assert [one.target.name for one in left if one.target.kind == "rule"] == ["t row 1", "t row 2"]


VERSIONS = """versions:
      - rows: [[1, 1.00], [from 2, 2.00]]
      - from: 2024-02-20
        rows: [[1, 3.00], [from 2, 4.00]]
      - {from: 2024-06-01, until: 2024-06-30, rows: [[any, 5.00]]}
"""
DATED = "effective: {by: paid_at, from: 2023-01-01}\n"


def test_the_days_of_versions_are_to_be_exercised(tmp_path: Path) -> None:
    found, left = suggested(tmp_path, DATED + table("size", VERSIONS), expect="fee: 3.00")
    days = {f"{one.target.side} {one.target.about}": one for one in found if one.target.name == "t"}
    assert sorted(days) == [
        "after 2024-07-01",
        "before 2024-02-19",
        "before 2024-05-31",
        "first 2024-02-20",
        "first 2024-06-01",
        "last 2024-06-30",
    ]
    assert [
        ("fee", value) in days[day].expect
        for day, value in (
            ("before 2024-02-19", "1.00"),
            ("first 2024-02-20", "3.00"),
            ("last 2024-06-30", "5.00"),
        )
    ] == [True] * 3
    assert not left
    assert not accept(tmp_path, found).missing()


def test_a_row_of_another_version_is_reached_by_moving_all_times(tmp_path: Path) -> None:
    found, _ = suggested(tmp_path, DATED + table("size", VERSIONS), expect="fee: 3.00")
    told = {one.target.name: (given(one)["paid_at"][:10], given(one)["size"]) for one in found}
    assert {name: told[name] for name in told if "row" in name} == {
        "t row 2": ("2024-02-19", "2"),
        "t (2024-02-20) row 2": ("2024-03-01", "2"),
    }, "cases for the days of the versions come to the other rows"


def test_a_day_counts_only_where_something_is_looked_up(tmp_path: Path) -> None:
    """A size is not said, so that no row holds: the case exercises no day of the table."""
    case = CASE.replace("size: 1, ", "").replace("2024-03-01 12:00", "2024-02-20 12:00")
    suggested(tmp_path, DATED + table("size", VERSIONS), case, "fee: undetermined")
    days = [one for one in run(tmp_path)[2].seen if one.kind == "day"]
    assert not days


def test_the_days_of_a_table_are_asked_once_and_not_of_every_row(tmp_path: Path) -> None:
    more = "    effective: {from: 2024-02-20}\n"
    found, _ = suggested(tmp_path, DATED + table("size", rows("1", "2"), more))
    (tmp_path / "policies/p.cases.yaml").unlink()
    days = [one for one in found if one.target.kind == "day" and one.target.name != "p"]
    assert [(one.target.name, one.target.side) for one in days] == [("t", "before"), ("t", "first")]
