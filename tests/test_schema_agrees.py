"""A law: what the JSON Schema of a case takes, the program takes, and plain spellings the other way round."""

from __future__ import annotations

import json
import re
import tempfile
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from policyengine import load_rulebook
from policyengine.model.rulebook import Rulebook
from policyengine.reading.case.reader import CaseReader
from policyengine.reading.case_schema import case_schema
from policyengine.reading.range_patterns import at_least, at_most, whole_at_least, whole_at_most
from policyengine.values.currencies import currency_of
from policyengine.values.literals import ValueType, format_value
from policyengine.values.parse import parse_literal

ROOT = Path(__file__).parents[1]
FACTS = """
facts:
  f.money: {type: money, title: {zh: 款, en: money}, at_least: -12.05, at_most: 1070.50}
  f.free: {type: money, title: {zh: 价, en: free}}
  f.count: {type: count, title: {zh: 数, en: count}, at_least: -3, at_most: 204}
  f.whole: {type: count, title: {zh: 整, en: whole}}
  f.number: {type: number, title: {zh: 率, en: number}, at_least: -0.5, at_most: 12.000305}
  f.percent: {type: percent, title: {zh: 比, en: percent}, at_least: 0.5%, at_most: 99.95%}
  f.length: {type: duration, title: {zh: 时, en: length}, at_least: 36 hours, at_most: 11 days}
  f.days: {type: business_days, title: {zh: 日, en: days}, at_least: 2个工作日, at_most: 31个工作日}
  f.yes: {type: boolean, title: {zh: 是, en: yes or no}}
  f.day: {type: date, title: {zh: 天, en: day}}
  f.at: {type: instant, title: {zh: 刻, en: at}}
  f.text: {type: text, title: {zh: 文, en: text}}
  f.note: {type: text, title: {zh: 注, en: note}, if_missing: none}
  f.choice: {type: choice, title: {zh: 选, en: choice}, values: {a: {zh: 甲, en: A}, b: {zh: 乙, en: B}}}
"""
RULEBOOK = """
rulebook: small
version: "1.0"
title: {zh: 小, en: Small}
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
languages: [zh, en]
parties:
  buyer: {zh: 买家, en: buyer}
documents:
  terms:
    title: {zh: 须知, en: Terms}
    digest: sha256:0000000000000000000000000000000000000000000000000000000000000000
"""
NUMBERS = ("money", "free", "count", "whole", "number")
ALL = (*NUMBERS, "percent", "length", "days", "yes", "day", "at", "text", "note", "choice")
EXACT = settings(max_examples=300, deadline=None, derandomize=True)


@cache
def book() -> Rulebook:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "rulebook.yaml").write_text(RULEBOOK, "utf-8")
        (Path(folder) / "facts.yaml").write_text(FACTS, "utf-8")
        return load_rulebook(folder).model


@cache
def schema() -> Draft7Validator:
    return Draft7Validator(case_schema(book()))


def takes(name: str, spelled: str) -> tuple[bool, bool]:
    """Return whether schema and program take a fact whose JSON is spelled so."""
    text = f'{{"f": {{"{name}": {spelled}}}}}'
    case, _ = CaseReader(book()).read(text, "c.json")
    return schema().is_valid(json.loads(text)), case is not None


def spelled_numbers() -> st.SearchStrategy[str]:
    decimals = st.decimals(-1100, 1100, places=3, allow_nan=False).map(lambda one: f"{one:f}")
    small = st.decimals(-15, 15, places=7, allow_nan=False).map(lambda one: f"{one:f}")
    huge = st.integers(-(10**17), 10**17).map(str)
    floats = st.floats(allow_nan=False, allow_infinity=False).map(json.dumps)
    sums = st.integers(-110_000, 110_000).map(lambda fen: json.dumps(fen / 100))
    exponents = st.tuples(st.integers(-99, 99), st.integers(-8, 14)).map(lambda one: f"{one[0]}e{one[1]}")
    return st.one_of(decimals, small, huge, floats, sums, exponents)


@EXACT
@given(name=st.sampled_from(ALL), spelled=spelled_numbers())
@example(name="count", spelled="1.0")
@example(name="count", spelled="204.0")
@example(name="count", spelled="205")
@example(name="free", spelled="19.999")
@example(name="free", spelled="19.99")
@example(name="free", spelled="100.000")
@example(name="free", spelled="1e2")
@example(name="money", spelled="1070.51")
@example(name="free", spelled="10000000000000.01")
def test_of_a_number_schema_and_program_say_the_same(name: str, spelled: str) -> None:
    by_schema, by_program = takes(name, spelled)
    assert by_schema == by_program or (has_many_decimals(name, spelled) and not by_program)


def has_many_decimals(name: str, spelled: str) -> bool:
    """Tell whether a number has decimals that only the program counts."""
    places = {"number": 6, "percent": 6, "count": 0}.get(name, 2)
    exact = Decimal(spelled).scaleb(places)
    return name != "count" and exact != exact.to_integral_value()


def spelled_texts() -> st.SearchStrategy[str]:
    number = spelled_numbers()
    digits = st.integers(0, 40_000).map(str)
    units = st.sampled_from(
        [
            "seconds",
            "minute",
            "hours",
            "小时",
            "days",
            "天",
            "week",
            "business days",
            "工作日",
            "%",
            " %",
            "元",
            "CNY",
            "",
        ]
    )
    length = st.tuples(digits, st.sampled_from(["", " "]), units).map("".join)
    money = st.tuples(
        st.sampled_from(["¥", "CNY ", "￥", ""]), number, st.sampled_from(["元", " CNY", ""])
    ).map("".join)
    percent = number.map(lambda one: f"{one}%")
    two = st.integers(0, 62).map(lambda one: f"{one:02}")
    day = st.tuples(st.integers(1895, 2205).map(str), two, two).map("-".join)
    clock = st.tuples(two, two).map(":".join)
    offset = st.sampled_from(["", "Z", "+08:00", "-14:00", "+14:01", "+09:60", "+15", "-0330"])
    instant = st.tuples(day, st.sampled_from(["T", " "]), clock, offset).map("".join)
    words = st.sampled_from(
        ["yes", "no", "是", "true", "a", "b", "c", "", " ", "\t", "x\u0007", "x\u0085", "文字"]
    )
    return st.one_of(number, length, money, percent, day, instant, words, st.text(max_size=5))


def changes_its_clock(spelled: str) -> bool:
    """Tell whether a text may be a time at a change of clocks in Shanghai, or at the edge of the years."""
    return spelled[:4] < "1992" or spelled[:4] == "2200"


@EXACT
@given(name=st.sampled_from(ALL), text=spelled_texts())
@example(name="count", text="205")
@example(name="count", text="1.0")
@example(name="money", text="¥-12.05")
@example(name="money", text="-12.06")
@example(name="length", text="265小时")
@example(name="length", text="35 hours")
@example(name="text", text=" ")
@example(name="note", text=" ")
@example(name="day", text="1900-02-29")
@example(name="at", text="2012-03-16 24:00")
def test_what_the_schema_takes_the_program_takes(name: str, text: str) -> None:
    by_schema, by_program = takes(name, json.dumps(text))
    if name == "at" and changes_its_clock(text):
        return
    assert by_program or not by_schema


@EXACT
@given(
    name=st.sampled_from(("money", "count", "number", "percent", "day", "at")),
    units=st.integers(-13_000, 107_100),
)
def test_what_the_program_writes_the_schema_takes(name: str, units: int) -> None:
    type = book().facts[f"f.{name}"].type
    value = units + (738_000 if type is ValueType.DATE else 0)
    if type in (ValueType.NUMBER, ValueType.PERCENT):
        value *= 1_009
    written = format_value(value, type, ZoneInfo("Asia/Shanghai"), currency_of("CNY"))
    by_schema, by_program = takes(name, json.dumps(str(written)))
    assert by_schema == by_program


@EXACT
@given(
    limit=st.integers(-10_500, 10_500),
    value=st.integers(-10_500, 10_500),
    places=st.sampled_from([0, 1, 2, 3]),
)
def test_a_pattern_of_a_limit_takes_the_numbers_within_it(limit: int, value: int, places: int) -> None:
    spelled = f"{Decimal(value).scaleb(-places):f}"
    assert is_match(at_most(limit, places), spelled) == (value <= limit)
    assert is_match(at_least(limit, places), spelled) == (value >= limit)
    if limit >= 0 and value >= 0:
        assert is_match(whole_at_most(limit), str(value)) == (value <= limit)
        assert is_match(whole_at_least(limit), str(value)) == (value >= limit)


def is_match(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text) is not None


def test_limits_and_decimals_stand_in_the_schema() -> None:
    properties: Any = case_schema(book())["properties"]
    facts = properties["f"]["properties"]
    assert (facts["count"]["minimum"], facts["count"]["maximum"]) == (-3, 204)
    assert (facts["money"]["minimum"], facts["money"]["maximum"]) == (-12.05, 1070.5)


def test_every_sum_of_two_decimals_is_taken_by_validators_that_count_in_binary_fractions() -> None:
    assert all(schema().is_valid({"f": {"money": fen / 100}}) for fen in range(100, 10_000))


def test_a_whole_number_may_be_written_with_a_zero() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    assert parse_literal("1.0", ValueType.COUNT, zone, "CNY") == 1


def test_a_least_number_near_zero() -> None:
    for limit in (-1, 0, 1, 2):
        for number in range(-3, 4):
            assert is_match(at_least(limit), str(number)) == (number >= limit), (limit, number)
