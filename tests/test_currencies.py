"""Currencies: every one has its own minor unit, and nothing is finer than that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft7Validator
from test_planned import BOOK

from policyengine.api import EngineName, prepare
from policyengine.diagnostics.i18n import Speech
from policyengine.engines.durable.ruleset import durable_available
from policyengine.loading.load import Loaded, load_model
from policyengine.reading.case_schema import case_schema
from policyengine.render.json.decision import render_json
from policyengine.render.text import render_text
from policyengine.values.currencies import codes, currency_name, currency_of
from policyengine.values.display import show_value
from policyengine.values.faults import LiteralError
from policyengine.values.literals import ValueType, format_value
from policyengine.values.parse import parse_literal

ENGINES: tuple[EngineName, ...] = ("reference", "compiled", *(("durable",) if durable_available() else ()))
UTC = ZoneInfo("UTC")
MONEY = ValueType.MONEY
FACTS = """facts:
  order.price: {type: money, at_least: LEAST, title: {zh: 价, en: price}}
  result.half: {type: money, role: outcome, title: {zh: 半, en: half}}
"""
POLICY = """policy: p
title: {zh: 策, en: p}
amounts: {half: {title: {zh: 半, en: Half}, base: order.price, rate: 50%}}
rules: {one: {title: {zh: 一, en: One}, when: {order.price: {at_least: LEAST}}, then: {result.half: half}}}
"""


def load(folder: Path, code: str, least: str = "0") -> Loaded:
    (folder / "policies").mkdir(parents=True)
    (folder / "rulebook.yaml").write_text(BOOK.replace("currency: USD", f"currency: {code}"), "utf-8")
    (folder / "facts.yaml").write_text(FACTS.replace("LEAST", least), "utf-8")
    (folder / "policies" / "p.yaml").write_text(POLICY.replace("LEAST", least), "utf-8")
    return load_model(str(folder), ())


def read(text: str, code: str) -> object:
    return parse_literal(text, MONEY, UTC, currency_of(code))


# ISO 4217, list one: the minor units, also where the CLDR (which tells what coins there are) differs.
@pytest.mark.parametrize(
    ("places", "some"),
    [
        (0, "JPY KRW VND CLP ISK PYG XOF XAF UGX RWF KMF GNF DJF BIF XPF VUV"),
        (2, "USD EUR CNY GBP CHF INR TWD HUF IDR COP TZS LAK MMK RSD YER LBP IRR AFN ALL SOS SYP KPW MGA"),
        (3, "KWD BHD OMR JOD TND LYD IQD"),
    ],
)
def test_the_minor_unit_is_that_of_the_standard(places: int, some: str) -> None:
    assert {code: currency_of(code).places for code in some.split()} == dict.fromkeys(some.split(), places)


def test_only_legal_tender_is_a_currency() -> None:
    assert 140 < len(codes()) < 180
    for code in ("RMB", "DEM", "XYZ", "usd", "BTC", "XXX"):
        with pytest.raises(KeyError):
            currency_of(code)


@pytest.mark.parametrize(
    ("text", "code", "units"),
    [
        ("1001", "JPY", 1001),
        ("¥1001", "JPY", 1001),
        ("1001円", "JPY", 1001),
        ("JPY 1001", "JPY", 1001),
        ("-1001 JPY", "JPY", -1001),
        ("5", "KWD", 5000),
        ("5.001 KWD", "KWD", 5001),
        ("$5.5", "USD", 550),
        ("US$5.50", "USD", 550),
        ("5", "EUR", 500),
        ("€5", "EUR", 500),
        ("5 €", "EUR", 500),
        ("5 zł", "PLN", 500),
        ("¥5", "CNY", 500),
    ],
)
def test_a_sum_is_read_in_minor_units(text: str, code: str, units: int) -> None:
    assert read(text, code) == units
    written = format_value(units, MONEY, UTC, currency_of(code))
    assert read(str(written), code) == units


@pytest.mark.parametrize(
    ("text", "code", "what", "help"),
    [
        (
            "100.50",
            "JPY",
            "more decimals than JPY has: its smallest unit is 1",
            "write whole JPY, such as `100`",
        ),
        ("JPY 100.50", "JPY", "more decimals than JPY has", "write whole JPY, such as `100`"),
        ("100.00", "JPY", "more decimals than JPY has", "write `100`"),
        ("1.234", "USD", "more decimals than USD has: its smallest unit is 0.01", "at most 2 decimals"),
        ("1.2345", "KWD", "more decimals than KWD has: its smallest unit is 0.001", "at most 3 decimals"),
        ("5 USD", "EUR", "is not an amount in EUR", "write the amount in EUR"),
        ("$5", "EUR", "is not an amount in EUR", "write the amount in EUR"),
        ("5元", "USD", "is not an amount in USD", "write the amount in USD"),
        ("five", "JPY", "is not an amount of money", "`100`, `100 JPY`"),
        ("five", "KWD", "is not an amount of money", "`100`, `100.000`, `100.000 KWD`"),
    ],
)
def test_what_is_no_sum_of_the_currency_is_refused(text: str, code: str, what: str, help: str) -> None:
    with pytest.raises(LiteralError) as caught:
        read(text, code)
    assert what in str(caught.value.message) and help in str(caught.value.help)


def test_a_sum_is_shown_with_the_decimals_of_its_currency() -> None:
    shown = [show_value(1000, MONEY, UTC, "en", currency_of(code)) for code in ("JPY", "USD", "KWD")]
    assert shown == ["1000 JPY", "10.00 USD", "1.000 KWD"]
    assert currency_name("JPY", "en") == "Japanese Yen" and currency_name("JPY", "xx") == "JPY"


@pytest.mark.parametrize(
    ("code", "price", "half"),
    [("JPY", "1001", "501"), ("JPY", "999", "500"), ("USD", "10.01", "5.01"), ("KWD", "1.001", "0.501")],
)
@pytest.mark.parametrize("engine", ENGINES)
def test_an_amount_is_rounded_to_the_minor_unit(
    tmp_path: Path, engine: EngineName, code: str, price: str, half: str
) -> None:
    loaded = load(tmp_path / "book", code)
    assert loaded.rulebook is not None, loaded.diagnostics
    path = tmp_path / "case.json"
    path.write_text(json.dumps({"order": {"price": price}}), "utf-8")
    decision = prepare(loaded.rulebook, {}, engine=engine).evaluate(str(path), "2024-06-01 00:00")
    data: Any = json.loads(render_json(decision))
    assert data["outcomes"][0]["value"] == half
    text = render_text(decision, Speech("en"))
    assert f"{half} {code}" in text and "fen" not in text


def test_a_literal_of_a_rule_has_no_more_decimals(tmp_path: Path) -> None:
    found = load(tmp_path / "book", "JPY", "0.50").diagnostics
    assert {one.code for one in found} == {"bad-value"}
    assert all("more decimals than JPY has" in str(one.message) for one in found)


@pytest.mark.parametrize(
    ("code", "right", "wrong"),
    [
        ("JPY", ("1001", "¥1001", "JPY 5", 7), ("100.5", "5 USD", "$5")),
        ("KWD", ("1.001", "5.001 KWD", 7), ("1.0001", "¥5")),
        ("USD", ("$5", "US$5.50", "5.50"), ("5.501", "€5")),
    ],
)
def test_the_schema_of_a_case_takes_what_the_program_takes(
    tmp_path: Path, code: str, right: tuple[object, ...], wrong: tuple[object, ...]
) -> None:
    loaded = load(tmp_path / "book", code)
    assert loaded.rulebook is not None
    validator = Draft7Validator(case_schema(loaded.rulebook))
    for value in (*right, *wrong):
        is_read = True
        try:
            parse_literal(str(value), MONEY, UTC, loaded.rulebook.currency)
        except LiteralError:
            is_read = False
        assert is_read is (value in right), value
        assert validator.is_valid({"order": {"price": value}}) is is_read, value


@pytest.mark.parametrize(("code", "help"), [("RMB", "`CNY`"), ("XYZ", "ISO 4217"), ("DEM", "ISO 4217")])
def test_an_unknown_currency_is_told_once(tmp_path: Path, code: str, help: str) -> None:
    (fault,) = load(tmp_path / "book", code).diagnostics
    assert fault.code == "unknown-currency" and help in str(fault.help)
