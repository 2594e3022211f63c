"""What a report file says as typed parts: what it counts, lists and finds repeated."""

from __future__ import annotations

import pytest

from policyengine.loading.load import load_model
from policyengine.model.report import Report

BOOK = """rulebook: counted
version: "1"
title: {zh: 题, en: Counted}
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
languages: [zh, en]
counting: {end: included, days: calendar}
parties: {seller: {zh: 卖家, en: seller}}
"""
FACTS = """facts:
  order.paid_at: {type: instant, title: {zh: 付, en: paid}}
  order.kind: {type: text, title: {zh: 种, en: kind}}
  order.buyer: {type: text, title: {zh: 买家, en: buyer}}
"""
POLICY = "policy: none_yet\ntitle: {zh: 空, en: Nothing}\n"
PLAIN = """report: plain
title: {zh: 表, en: Plain}
dated_by: order.paid_at
counts:
  by_kind: {title: {zh: 种, en: By kind}, by: order.kind}
"""
FULL = """report: full
title: {zh: 表, en: Full}
dated_by: order.paid_at
week_starts: sunday
compare: previous_period
where: {order.kind: a}
counts:
  by_kind: {title: {zh: 种, en: By kind}, by: order.kind, missing: {zh: 未写, en: not written}}
lists:
  all: {title: {zh: 全, en: All}, where: {order.kind: b}, columns: [order.buyer, order.kind]}
repeats:
  same: {title: {zh: 同, en: Same}, by: order.buyer}
  often: {title: {zh: 常, en: Often}, by: order.buyer, at_least: 3}
"""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    folder = tmp_path_factory.mktemp("counted")
    files = {
        "rulebook.yaml": BOOK,
        "facts.yaml": FACTS,
        "policies/none_yet.yaml": POLICY,
        "reports/plain.yaml": PLAIN,
        "reports/full.yaml": FULL,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    loaded = load_model(str(folder), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    return dict(loaded.rulebook.reports)


def test_a_report_compares_only_where_it_says_so(reports: dict[str, Report]) -> None:
    assert (reports["plain"].compares, reports["full"].compares) == (False, True)
    assert (reports["plain"].week_starts, reports["full"].week_starts) == ("monday", "sunday")


def test_what_has_no_group_has_the_name_it_was_given(reports: dict[str, Report]) -> None:
    assert [one.missing.get("en") for one in reports["plain"].counts] == ["(none)"]
    assert [one.missing.get("zh") for one in reports["full"].counts] == ["未写"]


def test_columns_stand_in_the_order_they_are_written(reports: dict[str, Report]) -> None:
    (listed,) = reports["full"].lists
    assert [one.name for one in listed.columns] == ["order.buyer", "order.kind"]
    assert reports["plain"].lists == ()


def test_twice_is_a_repeat_where_nothing_else_is_said(reports: dict[str, Report]) -> None:
    assert [one.at_least for one in reports["full"].repeats] == [2, 3]
