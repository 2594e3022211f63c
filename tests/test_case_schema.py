"""The JSON Schema of a case says what the reader of cases accepts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft7Validator

from policyengine.model.rulebook import Rulebook
from policyengine.reading.case_schema import case_schema, form_of
from policyengine.reading.parse.load import load_directory
from policyengine.values.currencies import currency_of
from policyengine.values.literals import ValueType
from policyengine.values.parse import parse_literal

ROOT = Path(__file__).parents[1]
CASES = sorted(ROOT.glob("examples/cases/*.json"))


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    loaded = load_directory(str(ROOT / "rules" / "taobao"))
    assert loaded.rulebook is not None, loaded.diagnostics
    return loaded.rulebook


@pytest.fixture(scope="module")
def schema(rulebook: Rulebook) -> Any:
    return case_schema(rulebook)


def test_it_is_a_valid_schema_and_the_same_every_time(rulebook: Rulebook, schema: Any) -> None:
    Draft7Validator.check_schema(schema)
    assert json.dumps(schema) == json.dumps(case_schema(rulebook))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_the_example_cases_pass(path: Path, schema: Any) -> None:
    faults = Draft7Validator(schema).iter_errors(json.loads(path.read_text(encoding="utf-8")))
    assert [fault.message for fault in faults] == []


@pytest.mark.parametrize(
    "case",
    [
        {"order": {"totl": "1.00"}},
        {"order": {"total": "a lot"}},
        {"order": {"total": None}},
        {"case": 5},
        {"case": ""},
        {"penalty": {"points": 0}},
        {"complaint": {"stage": "closed"}},
        {"complaint": {"filed_at": "2012-03-16 09:00", "reason": "rain"}},
        {"complaint": {"reason": "late_dispatch"}},
        {"complaint": {"evidence": {"party": "buyer"}}},
        {"complaint": {"evidence": [{"party": "buyer"}]}},
        {"complaint": {"evidence": [{"submitted_at": "2012-03-16 09:00", "considered": True}]}},
        [],
    ],
    ids=str,
)
def test_what_no_case_can_say_fails(case: object, schema: Any) -> None:
    assert not Draft7Validator(schema).is_valid(case)


def test_only_what_is_given_is_in_it(schema: Any) -> None:
    properties = schema["properties"]
    assert list(properties) == [
        "$schema",
        "case",
        "as_of",
        "notes",
        "complaint",
        "customer",
        "item",
        "order",
        "parcel",
        "refund",
        "review",
        "rights",
        "seller",
    ]
    assert "intervened_at" not in properties["complaint"]["properties"]
    record = properties["complaint"]["properties"]["evidence"]["items"]
    assert sorted(record["properties"]) == ["kind", "party", "submitted_at"]
    assert record["required"] == ["submitted_at"]
    assert properties["order"]["properties"]["total"]["description"] == "交易金额 / order total"


@pytest.mark.parametrize(
    ("type", "texts"),
    [
        (ValueType.MONEY, ["100", "100.5", "-1.00", "100.00 元", "¥5", "CNY 5.00", "5 CNY"]),
        (ValueType.PERCENT, ["5%", "0.5%", "5 %"]),
        (ValueType.COUNT, ["3", "-3"]),
        (ValueType.NUMBER, ["3", "1.250000"]),
        (ValueType.INSTANT, ["2012-03-16 18:00", "2012-03-16T18:00:00+08:00", "2012-03-16T10:00:00Z"]),
        (ValueType.DATE, ["2012-03-16"]),
        (ValueType.DURATION, ["72 hours", "1 hour", "15天", "24小时", "2 周"]),
        (ValueType.BUSINESS_DAYS, ["4 business days", "4个工作日"]),
    ],
    ids=lambda one: one.value if isinstance(one, ValueType) else "",
)
def test_the_pattern_of_a_type_takes_its_literals(type: ValueType, texts: list[str]) -> None:
    for text in texts:
        parse_literal(text, type, ZoneInfo("Asia/Shanghai"), currency_of("CNY"))
        assert re.search(str(form_of(type, currency_of("CNY"))["pattern"]), text)


def test_the_schema_on_file_is_the_one_of_the_rulebook() -> None:
    """Refresh it with: policyengine schema case --rules rules/taobao > schemas/case.schema.json"""
    root = Path(__file__).parent.parent
    loaded = load_directory(str(root / "rules" / "taobao"))
    assert loaded.rulebook is not None
    on_file = json.loads((root / "schemas" / "case.schema.json").read_text("utf-8"))
    assert on_file == case_schema(loaded.rulebook)
