"""Forms of cases: each is a case as it stands, and so is each that is filled in with its examples."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from frozen import RULES
from hypothesis import given
from hypothesis import strategies as st
from running import ROOT

from policyengine.api import load_rulebook
from policyengine.diagnostics.i18n import LANGUAGES, Speech
from policyengine.loading.load import load_model
from policyengine.reading.case.reader import CaseReader
from policyengine.reading.case_schema import case_schema
from policyengine.render.brief import brief_text
from policyengine.starting.case_form import CaseForm, asked_by, is_asked, scalar
from policyengine.syntax.yaml_reader import read_yaml
from policyengine.syntax.yaml_tree import MappingNode, to_plain, without_blanks

BOOKS = [
    ROOT / "rules/taobao",
    *sorted((ROOT / "examples/rulebooks").iterdir()),
    ROOT / "src/policyengine/starter",
]


@pytest.mark.parametrize("folder", BOOKS, ids=lambda folder: folder.name)
def test_every_form_is_a_case_and_its_examples_are_one(folder: Path) -> None:
    book = load_model(str(folder), ()).rulebook
    assert book is not None
    reader = CaseReader(book)
    chosen = [[], *([one] for one in book.policies)]
    for number, policies in enumerate(chosen):
        form = CaseForm(book, policies, Speech(LANGUAGES[number % 2]))
        case, faults = reader.read(form.text(), "c.yaml")
        assert case is not None and not faults
        assert not case.values and not case.records and case.as_of is None
        case, faults = reader.read(form.text(filled=True), "c.yaml")
        assert case is not None and not faults, faults
        assert {name for name, _ in case.values} == {*form.facts}


def test_a_form_asks_for_what_its_policy_asks_for_and_for_nothing_that_rules_conclude() -> None:
    book = load_model(str(BOOKS[0]), ()).rulebook
    assert book is not None
    asked = asked_by(book, book.policies)
    assert "order.total" in asked["late_dispatch"] and "order.total" not in asked["review_register"]
    every = {name for one in asked.values() for name in one}
    for rule in book.rules.values():
        for one in rule.then:
            assert one.fact.name not in every  # nobody is asked for what rules conclude
    assert all(is_asked(book.facts[name]) for name in every if name in book.facts)


@given(st.text(max_size=20).filter(str.isprintable) | st.sampled_from(["null", "~", "yes", "a: b", "#"]))
def test_what_a_form_writes_is_read_as_it_was_meant(text: str) -> None:
    tree, faults = read_yaml(f"a: {scalar(text)}\n", "c.yaml")
    assert isinstance(tree, MappingNode) and not faults
    assert to_plain(without_blanks(tree)) == {"a": text}


@pytest.mark.parametrize("folder", [BOOKS[0], BOOKS[-1]], ids=lambda folder: folder.name)
def test_what_the_outcomes_of_a_policy_wait_for_has_its_place_in_its_form(folder: Path) -> None:
    rulebook = load_rulebook(folder, engine="compiled")
    book = rulebook.model
    for policy in book.policies:
        form = CaseForm(book, [policy], Speech("en"))
        decision = rulebook.evaluate(form.text(filled=True), as_of="2024-06-01 12:00")
        for rule in book.rules.values():
            own = [one.fact.name for one in rule.then] if rule.policy == policy else []
            for name in (one for one in own if one in decision):
                facts = {one for one in decision[name].missing if one in book.facts}
                assert facts <= {*form.facts}, (policy, name)


def test_a_form_says_which_other_policies_ask() -> None:
    book = load_model(str(BOOKS[0]), ()).rulebook
    assert book is not None
    told = CaseForm(book, ["complaint"], Speech("zh")).text()
    assert "  #   用于：约定的发货时间、未按约定时间发货\n  promised_dispatch:\n" in told
    assert "  filed_at:\n" in told and "\n  #   用于：投诉处理流程" not in told


def test_a_form_says_what_is_to_be_written() -> None:
    book = load_model(str(BOOKS[0]), ()).rulebook
    assert book is not None
    zh = CaseForm(book, ["late_dispatch"], Speech("zh")).text()
    assert "# 交易金额：金额（元），例如 100.00\n  total:\n" in zh
    assert "#   未按约定时间发货（late_dispatch）\n" in zh
    en = CaseForm(book, [], Speech("en")).text()
    assert (
        "# order total: an amount of money in CNY, for example 100.00\n  #   asked for by Late dispatch" in en
    )


def test_a_record_that_is_spelled_by_a_title_is_told_where_it_stands() -> None:
    _, (fault,) = load_rulebook().reader.read('{"case": "x",\n "双方提交的凭证": [\n  {}]}', "c.json")
    assert (fault.code, fault.span.line, fault.span.column) == ("undated-record", 3, 3)


def test_a_note_tells_whoever_writes_a_case_and_stands_in_no_sentence() -> None:
    book = load_model(str(RULES), ()).rulebook
    assert book is not None
    fact = book.facts["order.dispatched_as_agreed"]
    for language in LANGUAGES:
        title, note = (one.in_language(language) for one in (fact.title, fact.note))
        told = CaseForm(book, ["dispatch"], Speech(language)).text().splitlines()
        (line,) = (number for number, one in enumerate(told) if one.lstrip(" #").startswith(title))
        assert note and told[line + 1].lstrip(" #") == note
        assert note not in brief_text(load_rulebook(RULES).evaluate(UNTIMED), Speech(language))
    described = json.dumps(case_schema(book), ensure_ascii=False)
    assert fact.note.in_language("zh") in described


UNTIMED = {
    "case": "N-1",
    "order": {"paid_at": "2012-03-12 10:00:00"},
    "complaint": {"filed_at": "2012-03-16 09:00:00", "reason": "late_dispatch"},
}
