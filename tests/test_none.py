"""``none``: something has no value, which is another question than whether anybody has said so."""

# ruff: noqa: E501  (a line of a rulebook is easier to read in one line)

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_planned import BOOK

from policyengine.api import EngineName, prepare
from policyengine.diagnostics.i18n import Speech
from policyengine.engines.durable.ruleset import durable_available
from policyengine.loading.load import load_model
from policyengine.render.naming import Naming
from policyengine.render.statements import Statements
from policyengine.semantics.findings import Truth

ENGINES: tuple[EngineName, ...] = ("reference", "compiled", *(("durable",) if durable_available() else ()))
FACTS = """facts:
  fee: {type: money, if_missing: none, title: {zh: 费, en: fee}, dated_by: told_at}
  net: {type: money, role: derived, title: {zh: 净, en: net}}
  new: {type: boolean, title: {zh: 新, en: new}}
  told_at: {type: instant, title: {zh: 告知, en: told at}}
  note: {type: text, if_missing: none, title: {zh: 注, en: note}}
  kind:
    {type: choice, if_missing: none, title: {zh: 种, en: kind}, values: {a: {zh: 甲, en: a}, none: {zh: 无, en: no}}}
  size:
    {type: choice, if_missing: none, title: {zh: 号, en: size}, values: {s: {zh: 小, en: s}, m: {zh: 中, en: m}}}
  result.ok: {type: boolean, role: outcome, title: {zh: 可, en: ok}}
"""
TOLD = {"told_at": "2024-05-01 10:00"}
HOLDS, DOES_NOT, OPEN = Truth.TRUE, Truth.FALSE, Truth.UNDETERMINED


def policy(when: str) -> str:
    rule = f"  one: {{title: {{zh: 一, en: One}}, when: {{{when}}}, then: {{result.ok: yes}}}}"
    net = "  net_of_new: {title: {zh: 净, en: Net}, when: {new: yes}, then: {net: 1.00}}"
    return f"policy: p\ntitle: {{zh: 策, en: p}}\nrules:\n{rule}\n{net}\n"


def write(folder: Path, when: str) -> Path:
    (folder / "policies").mkdir(parents=True)
    (folder / "rulebook.yaml").write_text(BOOK, "utf-8")
    (folder / "facts.yaml").write_text(FACTS, "utf-8")
    (folder / "policies" / "p.yaml").write_text(policy(when), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("when", "case", "truth"),
    [
        ("fee: none", TOLD, HOLDS),
        ("fee: none", {**TOLD, "fee": "0.00"}, DOES_NOT),
        ("net: none", TOLD, OPEN),  # nobody knows whether the rule holds that would give it
        ("fee: {is: none}", TOLD, HOLDS),
        ("fee: {is_not: none}", TOLD, DOES_NOT),
        ("fee: {is_not: none}", {**TOLD, "fee": "1.00"}, HOLDS),
        ("not: {fee: none}", TOLD, DOES_NOT),
        ("note: none", {}, HOLDS),
        ("note: none", {"note": "none"}, DOES_NOT),
        ('note: "none"', {"note": "none"}, HOLDS),
        ('note: "none"', {}, DOES_NOT),
        ("size: [s, none]", {}, HOLDS),
        ("size: [s, none]", {"size": "s"}, HOLDS),
        ("size: [s, none]", {"size": "m"}, DOES_NOT),
        ("size: {none_of: [s, none]}", {"size": "m"}, HOLDS),
        ("size: {none_of: [s, none]}", {}, DOES_NOT),
        ("size: [none]", {}, HOLDS),
        # A choice that has a value of that name means it.
        ("kind: none", {"kind": "a"}, DOES_NOT),
        ("kind: none", {"kind": "none"}, HOLDS),
    ],
)
@pytest.mark.parametrize("engine", ENGINES)
def test_it_asks_whether_there_is_no_value(
    tmp_path: Path, engine: EngineName, when: str, case: dict[str, str], truth: Truth
) -> None:
    loaded = load_model(str(write(tmp_path / "book", when)), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case), "utf-8")
    decision = prepare(loaded.rulebook, {}, engine=engine).evaluate(str(path), "2024-06-01 00:00")
    assert decision.truth_of(("one", None)) is truth


@pytest.mark.parametrize(
    ("when", "zh", "en"),
    [
        ("fee: none", "“费”没有值", "“fee” has no value"),
        ("fee: {is_not: none}", "“费”有值", "“fee” has a value"),
    ],
)
def test_it_is_said_in_words(tmp_path: Path, when: str, zh: str, en: str) -> None:
    loaded = load_model(str(write(tmp_path / "book", when)), ())
    assert loaded.rulebook is not None
    for language, words in (("zh", zh), ("en", en)):
        naming = Naming(loaded.rulebook, Speech(language))
        assert words in Statements(naming).conditions(loaded.rulebook.rules["one"].when)


@pytest.mark.parametrize(
    ("when", "code"), [("told_at: none", "known-given"), ("fee: {at_least: none}", "bad-value")]
)
def test_what_always_has_a_value_is_not_asked(tmp_path: Path, when: str, code: str) -> None:
    found = load_model(str(write(tmp_path / "book", when)), ()).diagnostics
    assert code in [one.code for one in found]


@pytest.mark.parametrize(
    ("test", "holds"),
    [
        ("at_least: 1, at_most: 2", [False, True, True, False]),
        ("between: [1, 2]", [False, True, True, False]),
    ],
)
def test_a_number_of_records_that_is_compared_twice(tmp_path: Path, test: str, holds: list[bool]) -> None:
    """Both comparisons count, and neither alone."""
    lists = "lists:\n  visits: {title: {zh: 访, en: visits}, facts: {late: {type: boolean, title: {zh: 迟, en: late}}}}\n"
    folder = write(tmp_path / "book", f"count_of: {{list: visits, where: {{late: yes}}, {test}}}")
    (folder / "facts.yaml").write_text(FACTS + lists, "utf-8")
    loaded = load_model(str(folder), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    path = tmp_path / "case.json"
    for number, expected in enumerate(holds):
        path.write_text(json.dumps({"visits": [{"late": True}] * number}), "utf-8")
        decision = prepare(loaded.rulebook, {}, engine="reference").evaluate(str(path), "2024-06-01 00:00")
        assert decision.truth_of(("one", None)) is (HOLDS if expected else DOES_NOT), number


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ("new: order.typo", "unknown-name"),  # a dot makes it a name
        ("new: maybe", "bad-value"),
        ("size: other_size", None),  # another choice with the same values
        ("size: kind", "type-mismatch"),
    ],
)
def test_what_a_word_on_the_right_is_taken_for(tmp_path: Path, when: str, code: str | None) -> None:
    folder = write(tmp_path / "book", when)
    other = "  other_size: {type: choice, title: {zh: 另号, en: other}, values: {s: {zh: 小, en: s}, m: {zh: 中, en: m}}}\n"
    (folder / "facts.yaml").write_text(FACTS + other, "utf-8")
    found = [one.code for one in load_model(str(folder), ()).diagnostics if one.severity == "error"]
    assert found == ([] if code is None else [code])
