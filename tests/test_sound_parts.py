"""A fault in one part of a file does not hide those of the others, and tells nothing that is not so."""

# ruff: noqa: E501  (a rule is easier to read in one line)

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from policyengine.lint.examine import examine_rulebook
from policyengine.reading.parse.sound_parts import sound_parts
from policyengine.syntax.yaml_tree import MappingNode

BASE = Path(__file__).parent / "broken" / "base"
HEAD = "policy: p\ntitle: {zh: 甲, en: A}\n"
RULE = '  %s: {title: {zh: 甲, en: A}, source: {section: "1", quote: x}, %s: {order.kind: book}, then: {result.late: yes}}\n'


def found(tmp_path: Path, policy: str, facts: str = "") -> list[str]:
    book = tmp_path / "book"
    shutil.copytree(BASE, book)
    (book / "policies/p.yaml").write_text(policy, "utf-8")
    if facts:
        text = (book / "facts.yaml").read_text("utf-8")
        (book / "facts.yaml").write_text(text.replace("lists:\n", f"  {facts}\nlists:\n"), "utf-8")
    return [f"{one.code} {one.message}" for one in examine_rulebook(str(book)).diagnostics]


def test_both_stages_are_told_in_one_run(tmp_path: Path) -> None:
    rules = (
        HEAD
        + "rules:\n"
        + RULE % ("a", "wehn")
        + RULE % ("b", "when")
        + RULE.replace("kind", "knd") % ("c", "when")
    )
    told = found(tmp_path, rules)
    assert told == ["unknown-key `wehn` is not a key of `a`", "unknown-name nothing is named `order.knd`"]


def test_what_asks_for_a_lost_part_is_not_told(tmp_path: Path) -> None:
    rules = HEAD + "rules:\n" + RULE.replace("order.kind: book", "x.lost: 5") % ("b", "when")
    told = found(tmp_path, rules, "x.lost: {type: cuont, title: {zh: 甲, en: A}}")
    assert told == ["unknown-word `type` cannot be `cuont`"]


@pytest.mark.parametrize(
    "text",
    ["policy: p\nrules: {}\n", HEAD + "rulez: {a: b}\n", HEAD + "rules: [a]\n", "- a\n", HEAD + "rules: {"],
)
def test_a_file_that_is_wrong_itself_is_not_read(text: str) -> None:
    assert sound_parts("policy", text, "p.yaml") is None


def test_the_lost_names_are_those_of_the_faulty_parts() -> None:
    text = HEAD + "rules:\n" + RULE % ("a", "wehn") + RULE % ("b", "when")
    parts = sound_parts("policy", text, "p.yaml")
    assert parts is not None and parts.lost == {"a"}
    rules = parts.tree.get("rules")
    assert isinstance(rules, MappingNode) and rules.keys() == ("b",)


def test_the_checks_of_one_part_are_made_beside_the_faults_of_others(tmp_path: Path) -> None:
    rules = (
        HEAD
        + "effective: {by: order.paid_at, from: 2026-03-01, until: 2026-01-31}\nrules:\n"
        + RULE % ("a", "wehn")
    )
    told = found(tmp_path, rules, "x.y: {type: count, title: {zh: 甲, en: A}, at_least: 10, at_most: 5}")
    assert [one.partition(" ")[0] for one in told] == [
        "contradictory-bounds",
        "reversed-dates",
        "unknown-key",
    ]


def edited(tmp_path: Path, *edits: tuple[str, str, str]) -> list[str]:
    """Return what is told of the base after edits: of a file, an old and a new text."""
    book = tmp_path / "book"
    shutil.copytree(BASE, book)
    for name, old, new in edits:
        path = book / name
        text = path.read_text("utf-8") if path.exists() else ""
        assert old in text
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace(old, new) if old else new, "utf-8")
    return [f"{one.code} {one.message}" for one in examine_rulebook(str(book)).diagnostics]


POLICY, FACTS = "policies/base.yaml", "facts.yaml"
FEE = "base: order.total, rate: 5%"
AMOUNT = '{title: {zh: 甲, en: A}, source: {section: "1", quote: x}, %s}'


@pytest.mark.parametrize(
    ("edits", "told"),
    [
        # What a formula calculates with a part that has a fault, and with what is named so nowhere.
        (
            [
                (POLICY, FEE, 'type: count, formula: "whole_days(order.paid_at, shipping.due)"'),
                (POLICY, "who: seller, ", ""),
                (POLICY, "{at_least: 1.00}", "{at_least: 1}"),
            ],
            ["missing-key `shipping` lacks `who`"],
        ),
        (
            [
                (POLICY, FEE, 'type: count, formula: "whole_days(order.paid_at, shipping.end) * b.c"'),
                (POLICY, "{at_least: 1.00}", "{at_least: 1}"),
            ],
            ["unknown-name nothing is named `shipping.end`", "unknown-name nothing is named `b.c`"],
        ),
        (
            [(POLICY, FEE, 'formula: "order.tota / 1 hour + order.paid_a"')],
            ["unknown-name nothing is named `order.tota`", "unknown-name nothing is named `order.paid_a`"],
        ),
        # The amount may have the wrong type, or the wrong formula.
        (
            [
                (POLICY, FEE, 'formula: "whole_days(order.paid_at, order.shipped_at)"'),
                (POLICY, "amounts:\n", "amounts:\n  more: " + AMOUNT % "base: order.total, times: fee" + "\n"),
            ],
            ["type-mismatch the formula gives a number, and the amount has the type `money`"],
        ),
        # A figure whose type nobody knows.
        (
            [(POLICY, "{value: 24 hours}", "{value: soon}")],
            ["parameter-type the type of `ship_period` cannot be told from its values"],
        ),
        (
            [
                (POLICY, "{value: 24 hours}", "{value: soon}"),
                ("overlays/o.yaml", "", "overlay: o\ntitle: {zh: 甲, en: A}\nparameters: {ship_period: {values: [{value: 3 hours}]}}\n"),
            ],
            ["parameter-type the type of `ship_period` cannot be told from its values"],
        ),
        # A choice that lacks a title, of which a rule names the value of another fact.
        (
            [
                (FACTS, "  result.points", "  order.first: {type: cuont, title: {zh: 甲, en: A}}\n  result.points"),
                (POLICY, "order.kind: book", "order.kind: order.first"),
            ],
            ["unknown-word `type` cannot be `cuont`"],
        ),
        (
            [
                (FACTS, "dated_by: made_at", "dated_by: maid_at"),
                (FACTS, "made_at: {", 'made_at: {happened: {zh: "在{visits.place}来访", en: "visited {visits.place}"}, '),
                (FACTS, "      early:", "      place: {type: text, title: {zh: 甲, en: A}}\n      early:"),
            ],
            ["unknown-name records of `visits` have no instant `maid_at`"],
        ),
        (
            [("rulebook.yaml", "[zh, en]", "[zh, en, tlh_x]")],
            ["unknown-language there is no language `tlh_x`"],
        ),
        (
            [
                (POLICY, 'section: "1"', 'section: "1", clauses: [C-1, C-3]'),
                ("clauses.yaml", "", "clauses:\n  C-1: {section: '2', quote: late}\n  C-2: {section: '1', quote: late}\n"),
            ],
            ["unknown-clause there is no clause `C-3` in clauses.yaml"],
        ),
    ],
)  # fmt: skip
def test_no_second_fault_is_told_that_follows_from_the_first(
    tmp_path: Path, edits: list[tuple[str, str, str]], told: list[str]
) -> None:
    assert list(dict.fromkeys(edited(tmp_path, *edits))) == told


CASES = """policy_cases: base
cases:
  - name: late
    given: {order: {kind: book, total: 5.00, paid_at: 2026-01-01 10:00}}
    checks:
      - {as_of: 2026-01-03 10:00, expect: {result.late: yes}}
"""


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("2026-01-01 10:00", "2026-01-01 25:00", "bad-value"),
        ("2026-01-03 10:00", "2026-01-32 10:00", "bad-value"),
        ("kind: book", "kind: bok", "bad-value"),
        ("{order:", "{use: none, order:", "unknown-fixture"),
        ("policy_cases: base", "policy_cases: 5", "bad-name"),
        ("given:", "givn:", "unknown-key"),
    ],
)
def test_what_a_test_with_a_fault_gives_is_not_missed(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert edited(tmp_path, ("policies/base.cases.yaml", "", CASES)) == []
    shutil.rmtree(tmp_path / "book")
    told = edited(tmp_path, ("policies/base.cases.yaml", "", CASES.replace(old, new)))
    assert {one.partition(" ")[0] for one in told} <= {code, "missing-key"} and told
