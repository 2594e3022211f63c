"""What is computed in place, in the explanation of an amount."""

from __future__ import annotations

from pathlib import Path

from policyengine.api import prepare
from policyengine.diagnostics.i18n import Speech
from policyengine.loading.load import load_model
from policyengine.model.rulebook import Rulebook
from policyengine.render.text import render_text
from policyengine.render.why.chain import Chain

BOOK = 'rulebook: b\nversion: "1"\ntitle: {en: B}\ntime_zone: Asia/Shanghai\ncurrency: CNY\ncalendar: CN\nlanguages: [en]\nparties: {p: {en: p}}\n'  # noqa: E501
FACTS = """facts:
  limit: {type: money, title: {en: limit}, if_missing: none}
  fee: {type: money, role: outcome, title: {en: fee}}
lists:
  bags:
    title: {en: bags}
    facts:
      price: {type: money, title: {en: bag price}}
      tax: {type: money, role: outcome, title: {en: tax}}
"""
POLICY = """policy: p
title: {en: P}
rules:
  r: {title: {en: R}, when: {all: [{count_of: {list: bags, at_least: 1}}]}, then: {fee: part}}
amounts:
  part:
    title: {en: part}
    base: {total_of: {list: bags, of: price}}
    rate: 10%
    at_most: {value: limit, otherwise: 3.00}
"""


def load(folder: Path, policy: str) -> Rulebook:
    (folder / "policies").mkdir()
    (folder / "rulebook.yaml").write_text(BOOK, "utf-8")
    (folder / "facts.yaml").write_text(FACTS, "utf-8")
    (folder / "policies/p.yaml").write_text(policy, "utf-8")
    loaded = load_model(str(folder), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    return loaded.rulebook


def test_the_name_of_what_is_computed_stands_once(tmp_path: Path) -> None:
    case = {"case": "c", "bags": [{"price": "5.00"}, {"price": "6.00"}]}
    decision = prepare(load(tmp_path, POLICY), {}).evaluate(case, as_of="2026-01-01 00:00")
    told = Chain(decision, Speech("en")).why(("part", None)).splitlines()
    assert [line.strip() for line in told[2:]] == [
        "11.00",
        "× 10%",
        "= 1.10",
        "at most 3.00",
        "the total of “bag price” in “bags”: 11.00 CNY",
        "bags[0] counts: bag price 5.00 CNY",
        "bags[1] counts: bag price 6.00 CNY",
        "“limit”, or 3.00 CNY if there is none: 3.00 CNY",
        "limit none",
        "there is none, so this counts: 3.00 CNY",
    ]
    # On the page nothing follows that would name it.
    assert "the total of “bag price” in “bags” 11.00" in render_text(decision, Speech("en"))


def test_a_short_name_that_hides_what_was_meant_is_told(tmp_path: Path) -> None:
    rules = POLICY.replace(
        "amounts:\n  part:",
        "  s: {title: {en: S}, for_each: bags, when: {price: known}, then: {tax: tax}}\namounts:\n  tax:",
    ).replace("fee: part", "fee: limit")
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "policies").mkdir()
    for name, text in (("rulebook", BOOK), ("facts", FACTS), ("policies/p", rules)):
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    (told,) = [one for one in load_model(str(folder), ()).diagnostics if one.code == "dependency-cycle"]
    assert str(told.help) == (
        f"in a part for each record, `tax` is `bags.tax`; the other `tax`, at {folder}/policies/p.yaml:7:3,"
        " cannot be named there: give one of the two another name"
    )
