"""The rulebook of a shop's service judges the published calls; skipped where they are not there."""

from __future__ import annotations

import importlib
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from policyengine.api import load_rulebook
from policyengine.cli import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def retail_service(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "public")
    monkeypatch.setattr(sys, "path", [*sys.path])
    return importlib.import_module("retail_service")


@pytest.fixture
def labels(retail_service: Any) -> Path:
    found = importlib.import_module("published").find("tau-retail")
    if found is None:
        pytest.skip("the published calls are not here")
    return Path(found) / str(retail_service.LABELS)


def cents(amount: Decimal) -> int:
    return int(amount * 100)


def sums_of(call: Any) -> tuple[int | None, int | None]:
    """Return what a call pays back and what it costs, in cents, computed without the rules."""
    order, arguments = call.get("order"), call["arguments"]
    if call["tool"] in ("cancel_pending_order", "modify_pending_order_payment"):
        return sum(cents(one["price"]) for one in order["items"]), None
    if "item_ids" not in arguments:
        return None, None
    prices = {one["item_id"]: cents(one["price"]) for one in order["items"]}
    old = sum(prices[item] for item in arguments["item_ids"])
    if "new_item_ids" not in arguments:
        return old, None
    new = {one["item_id"]: cents(one["price"]) for one in call["new_items"]}
    return None, sum(new[item] for item in arguments["new_item_ids"]) - old


def test_labels_are_denied_only_where_they_break_their_text(retail_service: Any, labels: Path) -> None:
    rules = load_rulebook(retail_service.RULES, engine="compiled")
    calls = retail_service.judge(rules, labels)
    assert Counter(one.verdict.answer for one in calls) == {"allowed": 171, "denied": 5}
    denied = [one for one in calls if one.verdict.answer == "denied"]
    assert {(one.call["task"], one.call["call"]) for one in denied} == set(retail_service.BREAKS_ITS_TEXT)
    for one in denied:
        assert {party for party, _ in one.verdict.said} == {"customer", "agent"} and one.verdict.clauses
    without = retail_service.judge_without(rules, labels, "64", left_out=7, call=8)
    assert without.answer == "allowed"


def test_sums_are_those_of_the_prices(retail_service: Any, labels: Path) -> None:
    rules = load_rulebook(retail_service.RULES, engine="compiled")
    for one in retail_service.judge(rules, labels):
        refund, price = sums_of(one.call)
        assert retail_service.value_of(one, "change.price") == price
        if one.verdict.answer == "allowed":
            assert retail_service.value_of(one, "refund.amount") == refund


def test_every_quote_is_word_for_word(retail_service: Any, labels: Path) -> None:
    source = str(labels.parent / "policy.md")
    with pytest.raises(SystemExit) as left:
        main(["check", str(retail_service.RULES), "--strict", "--source", source])
    assert not left.value.code
