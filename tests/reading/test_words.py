"""Which part of the language a few written words are, and which fault they are where they are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from policyengine.loading.load import load_model
from policyengine.model.conditions import All, Count
from policyengine.model.rulebook import Rulebook

BOOK = """rulebook: words
version: "1"
title: {zh: 题, en: Words}
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
languages: LANGUAGES
counting: {end: included, days: calendar}
parties: {seller: {zh: 卖家, en: seller}}
documents: {seed: {title: {zh: 源, en: source}, digest: "sha256:DIGEST"}}
"""
FACTS = """facts:
  order.paid_at: {type: instant, title: {zh: 付, en: paid}}
  order.kept: {type: boolean, title: {zh: 留, en: kept}}
  order.kind: {type: choice, title: {zh: 种, en: kind}, values: {a: {zh: 甲, en: a}, b: {zh: 乙, en: b}}}
  order.like: {type: choice, title: {zh: 似, en: like}, values: {a: {zh: 甲, en: a}}}
  result.late: {type: boolean, title: {zh: 迟, en: late}, role: outcome}
  result.at: {type: instant, title: {zh: 时, en: at}, role: outcome}
lists:
  items: {title: {zh: 货, en: items}, facts: {count: {type: count, title: {zh: 数, en: count}}}}
"""
POLICY = """policy: late
title: {zh: 迟, en: Late}
rules:
  told:
    title: {zh: 说明, en: told}
    when: WHEN
    then: {result.late: yes}
  then_at:
    title: {zh: 时, en: at}
    when: {order.kept: yes}
    then: {result.at: order.paid_at}
"""


def load(
    folder: Path, when: str, more: str = "", languages: str = "[zh, en]", **files: str
) -> tuple[Rulebook | None, list[str]]:
    texts = {
        "rulebook.yaml": BOOK.replace("LANGUAGES", languages).replace("DIGEST", "0" * 64),
        "facts.yaml": FACTS.replace("lists:", f"{more}lists:"),
        "policies/late.yaml": POLICY.replace("WHEN", when),
        **{f"{name}.yaml": text for name, text in files.items()},
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    loaded = load_model(str(folder), ())
    faults = [f"{one.code}: {one.message}" for one in loaded.diagnostics]
    return loaded.rulebook, [one for one in faults if not one.startswith(("missing-source", "unused"))]


def test_each_test_of_a_number_of_records_is_a_test_of_their_count(tmp_path: Path) -> None:
    book, faults = load(tmp_path, "{count_of: {list: items, where: {count: 1}, at_least: 2, at_most: 3}}")
    assert book is not None, faults
    when = book.rules["told"].when
    assert isinstance(when, All)
    counts = [one for one in when.parts if isinstance(one, Count)]
    assert [(one.listed, one.operator) for one in counts] == [("items", "at_least"), ("items", "at_most")]


def test_a_choice_is_compared_with_one_that_has_no_other_values(tmp_path: Path) -> None:
    assert load(tmp_path, "{order.kind: order.like}")[0] is not None
    _, faults = load(tmp_path, "{order.like: order.kind}")
    assert faults == ["type-mismatch: `order.kind` can be `b`, which is not possible here"]


def test_a_word_that_is_no_answer_is_told_from_a_name_that_is_not_there(tmp_path: Path) -> None:
    assert load(tmp_path, "{order.kept: maybe}")[1][0].startswith("bad-value")
    assert load(tmp_path, "{order.kept: order.missing}")[1][0].startswith("unknown-name")


@pytest.mark.parametrize("foreseen", ["order.kind", "result.at", "order.soon"])
def test_only_another_given_fact_of_the_type_can_be_foreseen(tmp_path: Path, foreseen: str) -> None:
    soon = "  order.soon: {type: instant, title: {zh: 将, en: soon}, foresees: NAME}\n"
    assert load(tmp_path, "{order.kept: yes}", soon.replace("NAME", "order.paid_at"))[0] is not None
    _, faults = load(tmp_path, "{order.kept: yes}", soon.replace("NAME", foreseen))
    assert faults == [f"type-mismatch: `{foreseen}` is not a fact that this one can foresee"]


@pytest.mark.parametrize("languages", ["[zh]", "[zh, en]"])
def test_a_reason_in_the_language_of_the_rulebook_is_a_reason(tmp_path: Path, languages: str) -> None:
    clauses = """document: seed
clauses:
  S-1: {section: "1", quote: 甲, status: not_a_rule, why: {zh: 背景}}
"""
    book, faults = load(tmp_path, "{order.kept: yes}", languages=languages, **{"clauses": clauses})
    if languages == "[zh]":
        assert book is not None, faults
    assert not [one for one in faults if "does not say why" in one]
