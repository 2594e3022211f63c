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
