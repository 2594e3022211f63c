"""``for_record: yes``: cases keep a fact, and no rule looks at it."""

# ruff: noqa: E501  (a line of a rulebook is easier to read in one line)

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_planned import BOOK

from policyengine.api import prepare
from policyengine.diagnostics.i18n import Speech
from policyengine.loading.load import Loaded, load_model
from policyengine.render.cards import Cards

FACTS = """facts:
  order.total: {type: money, title: {zh: 总额, en: total}}
  order.clerk: {type: choice, for_record: yes, title: {zh: 经办人, en: clerk}, values: {buyer: {zh: 安, en: ann}}}
  order.noted: {type: instant, for_record: yes, title: {zh: 记下, en: noted at}}
  order.floor: {type: money, at_least: 5.00, for_record: yes, title: {zh: 下限, en: floor}}
  order.paid_at: {type: instant, title: {zh: 付款, en: paid at}EXTRA}
  result.ok: {type: boolean, role: outcome, title: {zh: 可, en: ok}}
"""
REPORT = """report: clerks
title: {zh: 经办人, en: clerks}
dated_by: order.paid_at
where: {order.clerk: buyer}
counts: {by: {title: {zh: 人, en: by}, by: order.clerk}}
"""
ALWAYS = (
    "rules: {one: {title: {zh: 一, en: One}, when: {order.total: {at_least: 0}}, then: {result.ok: yes}}}"
)


def load(folder: Path, rest: str = ALWAYS, extra: str = "", effective: str = "") -> Loaded:
    for name in ("policies", "reports"):
        (folder / name).mkdir(parents=True)
    (folder / "rulebook.yaml").write_text(BOOK, "utf-8")
    (folder / "facts.yaml").write_text(FACTS.replace("EXTRA", extra), "utf-8")
    (folder / "reports" / "clerks.yaml").write_text(REPORT, "utf-8")
    (folder / "policies" / "p.yaml").write_text(
        f"policy: p\ntitle: {{zh: 策, en: p}}\n{effective}{rest}\n", "utf-8"
    )
    return load_model(str(folder), ())


def test_reports_may_use_it_and_nothing_tells_it_as_unused(tmp_path: Path) -> None:
    loaded = load(tmp_path / "book")
    assert loaded.rulebook is not None and not loaded.diagnostics, loaded.diagnostics
    card = Cards(loaded.rulebook, Speech("en")).of("order.clerk")
    assert card is not None and "kept for the record: no rule uses it" in card


def test_its_type_and_bounds_are_checked(tmp_path: Path) -> None:
    loaded = load(tmp_path / "book")
    assert loaded.rulebook is not None
    for order, code in (({"clerk": "bob"}, "bad-value"), ({"floor": "4.99"}, "out-of-bounds")):
        _, found = prepare(loaded.rulebook, {}).read_case(json.dumps({"order": order}), "case.json")
        assert code in [one.code for one in found]


@pytest.mark.parametrize(
    ("rest", "extra", "effective"),
    [
        (
            "rules: {one: {title: {zh: 一, en: One}, when: {order.clerk: buyer}, then: {result.ok: yes}}}",
            "",
            "",
        ),
        ("amounts: {sum: {title: {zh: 一, en: One}, base: order.floor}}", "", ""),
        ("amounts: {sum: {title: {zh: 一, en: One}, formula: order.floor * 2}}", "", ""),
        (
            "deadlines: {d: {title: {zh: 一, en: One}, who: buyer, starts: order.noted, within: 1 day}}",
            "",
            "",
        ),
        (ALWAYS, "", "effective: {by: order.noted}\n"),
        (ALWAYS, ", dated_by: order.noted", ""),
        (ALWAYS, ", by: order.clerk", ""),
    ],
)
def test_no_decision_rests_on_it(tmp_path: Path, rest: str, extra: str, effective: str) -> None:
    found = load(tmp_path / "book", rest, extra, effective).diagnostics
    assert [one.code for one in found if one.severity == "error"] == ["for-record"]


def test_what_rules_conclude_is_not_kept_for_the_record(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    load(folder)
    text = (
        (folder / "facts.yaml").read_text("utf-8").replace("role: outcome", "role: outcome, for_record: yes")
    )
    (folder / "facts.yaml").write_text(text, "utf-8")
    assert "for-record" in [one.code for one in load_model(str(folder), ()).diagnostics]
