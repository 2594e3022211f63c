"""What a policy file says as typed parts: what parts inherit from it, and what they say themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from policyengine.diagnostics.span import Span
from policyengine.loading.load import load_model
from policyengine.model.conditions import All, conjuncts
from policyengine.model.conditions import Test as Asked
from policyengine.model.rulebook import Rulebook
from policyengine.reading.parse import nodes
from policyengine.syntax.yaml_tree import MappingNode
from policyengine.values.literals import Duration

Asked.__test__ = False  # type: ignore[attr-defined]  # not a test of pytest's

BOOK = """rulebook: parts
version: "1"
title: {zh: 题, en: Parts}
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
languages: [zh, en]
counting: {end: included, days: calendar}
parties: {seller: {zh: 卖家, en: seller}, buyer: {zh: 买家, en: buyer}}
"""
FACTS = """facts:
  order.paid_at: {type: instant, title: {zh: 付, en: paid}}
  order.sent_at: {type: instant, title: {zh: 发, en: sent}, if_missing: never}
  order.total: {type: money, title: {zh: 总, en: total}}
  order.kind: {type: choice, title: {zh: 种, en: kind}, values: {a: {zh: 甲, en: a}, b: {zh: 乙, en: b}}}
  result.points: {type: count, title: {zh: 分, en: points}, role: outcome}
"""
POLICY = """policy: late
title: {zh: 迟, en: Late}
effective: {by: order.paid_at, from: 2012-01-01, until: 2012-12-31}
applies_to: {order.kind: a}
parameters:
  share: {title: {zh: 率, en: share}, values: [{from: 2012-07-01, value: 10%}, {value: 5%}]}
  open_share: {title: {zh: 率, en: open}, type: percent, values: []}
deadlines:
  sending:
    title: {zh: 发货, en: sending}
    who: seller
    starts: order.paid_at
    within: 3 days
    met_by: order.sent_at
  asking:
    title: {zh: 询问, en: asking}
    who: buyer
    kind: right
    starts: order.paid_at
    within: 24 hours
    met_by: [order.sent_at]
    counting: {days: rolling}
    when: {order.kind: b}
amounts:
  due:
    title: {zh: 应付, en: due}
    base: order.total
    rate: share
    at_most: [{limit: 500.00, when: {order.kind: b}}, 900.00]
rules:
  missed:
    title: {zh: 逾期, en: missed}
    when: {sending.status: missed}
    then: {result.points: 3}
  told:
    title: {zh: 说明, en: told}
    when: {order.kind: b}
    then: {result.points: 0}
    overrides: [missed]
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    folder = tmp_path_factory.mktemp("parts")
    (folder / "policies").mkdir()
    (folder / "rulebook.yaml").write_text(BOOK, "utf-8")
    (folder / "facts.yaml").write_text(FACTS, "utf-8")
    (folder / "policies" / "late.yaml").write_text(POLICY, "utf-8")
    loaded = load_model(str(folder), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    return loaded.rulebook


def spellings(book: Rulebook, part: object) -> list[str]:
    assert isinstance(part, All)
    return [one.spelling for one in conjuncts(part) if isinstance(one, Asked)]


def test_days_are_inclusive_and_asked_as_tests_of_the_act(book: Rulebook) -> None:
    policy = book.policies["late"]
    first, last = policy.days
    assert (first.operator, last.operator) == ("at_least", "less_than")
    values = [one.operands[0].value for one in (first, last)]  # type: ignore[union-attr]
    assert values[1] - values[0] == 366 * 86_400  # type: ignore[operator]  # a leap year, to its last second
    assert policy.last_day is not None and policy.first_day is not None
    assert policy.last_day - policy.first_day == 365


def test_rules_leave_the_scope_to_the_policy(book: Rulebook) -> None:
    assert spellings(book, All((book.rules["missed"].when,), book.span)) == ["is"]
    assert len(list(conjuncts(book.whole_of(book.rules["missed"])))) == 4


def test_deadlines_and_amounts_carry_the_scope(book: Rulebook) -> None:
    assert len(list(conjuncts(book.deadlines["sending"].when))) == 3
    assert len(list(conjuncts(book.deadlines["asking"].when))) == 4
    assert len(list(conjuncts(book.amounts["due"].when))) == 3


def test_counting_is_the_rulebooks_where_a_deadline_does_not_depart_from_it(book: Rulebook) -> None:
    def counted(name: str) -> dict[str, str]:
        return {one.aspect: one.choices[0][1] for one in book.deadlines[name].counting}

    assert counted("sending") == {"end": "included", "days": "calendar"}
    assert counted("asking") == {"end": "included", "days": "rolling"}


def test_only_what_says_so_is_a_right(book: Rulebook) -> None:
    assert not book.deadlines["sending"].is_right and book.deadlines["asking"].is_right


def test_values_stand_in_the_order_of_their_days(book: Rulebook) -> None:
    share = book.parameters["share"]
    assert [one.value for one in share.values] == [5_000_000, 10_000_000]
    assert share.is_dated and not share.left_open and book.parameters["open_share"].left_open


def test_a_cap_can_have_a_condition_of_its_own(book: Rulebook) -> None:
    conditional, always = book.amounts["due"].caps
    assert list(conjuncts(conditional.when)) and not list(conjuncts(always.when))


def test_literals_keep_their_unit(book: Rulebook) -> None:
    assert book.deadlines["sending"].within.value == Duration(3, "days")  # type: ignore[union-attr]
    assert book.rules["told"].overrides == ("missed",)


def test_what_a_deadline_can_come_to_follows_from_its_kind(book: Rulebook) -> None:
    assert book.deadlines["sending"].statuses == ("not_started", "open", "met", "missed")
    assert book.deadlines["asking"].statuses == ("not_started", "open", "met", "lapsed")


@pytest.mark.parametrize(("status", "is_told"), [("missed", False), ("lapsed", True), ("stopped", True)])
def test_a_duty_that_is_asked_whether_it_lapsed_is_told(tmp_path: Path, status: str, is_told: bool) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "rulebook.yaml").write_text(BOOK, "utf-8")
    (tmp_path / "facts.yaml").write_text(FACTS, "utf-8")
    text = POLICY.replace("sending.status: missed", f"sending.status: {status}")
    (tmp_path / "policies" / "late.yaml").write_text(text, "utf-8")
    found = load_model(str(tmp_path), ()).diagnostics
    assert any(one.code == "never-holds" and "`missed`" in str(one.message) for one in found) == is_told


@pytest.mark.parametrize("word", ["nevr", "no", "none", "没有"])
def test_who_misspells_never_is_not_led_to_an_instant(tmp_path: Path, word: str) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "rulebook.yaml").write_text(BOOK, "utf-8")
    (tmp_path / "facts.yaml").write_text(FACTS.replace("if_missing: never", f"if_missing: {word}"), "utf-8")
    (tmp_path / "policies" / "late.yaml").write_text(POLICY, "utf-8")
    (fault,) = [one for one in load_model(str(tmp_path), ()).diagnostics if one.severity == "error"]
    assert fault.code == "bad-value" and "`never`" in str(fault.help)


@pytest.mark.parametrize(
    ("foreseen", "is_told"),
    [("result.points", True), ("order.total", True), ("order.told", True), ("order.sent_at", False)],
)
def test_a_fact_foresees_another_one_that_cases_give_of_its_type(
    tmp_path: Path, foreseen: str, is_told: bool
) -> None:
    (tmp_path / "rulebook.yaml").write_text(BOOK, "utf-8")
    fact = f"  order.told: {{type: instant, title: {{zh: 将, en: told}}, foresees: {foreseen}}}\n"
    (tmp_path / "facts.yaml").write_text(FACTS + fact, "utf-8")
    found = load_model(str(tmp_path), ()).diagnostics
    assert ("type-mismatch" in [one.code for one in found]) is is_told


def test_a_clause_says_why_in_the_languages_of_its_rulebook(tmp_path: Path) -> None:
    (tmp_path / "rulebook.yaml").write_text(BOOK.replace("[zh, en]", "[en]").replace("zh: ", "en: "), "utf-8")
    clauses = "clauses:\n  C-1: {section: one, quote: x, status: not_a_rule, why: {en: it is a heading}}\n"
    (tmp_path / "clauses.yaml").write_text(clauses, "utf-8")
    assert "missing-key" not in [one.code for one in load_model(str(tmp_path), ()).diagnostics]


def test_a_wrong_shape_that_no_schema_has_told_is_loud() -> None:
    with pytest.raises(nodes.ShapeUnchecked, match=r"^: a single value was expected"):
        nodes.scalar(None)
    with pytest.raises(nodes.ShapeUnchecked, match=r"^f.yaml:3:1: a single value was expected"):
        nodes.scalar(MappingNode((), Span("f.yaml", 3, 1)))
