"""Rows, rejects and summaries are what their schemas describe, and the schemas miss what is left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from batches import FOOD, GIFT, lines, rows, some_cases
from jsonschema import Draft7Validator
from running import Run

from policyengine.syntax.schemas import schema_text


def validator(kind: str) -> Draft7Validator:
    schema = json.loads(schema_text(kind))
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def test_what_is_written_follows_the_schemas(batch: Run, tmp_path: Path) -> None:
    path = lines(tmp_path / "c.ndjson", GIFT, FOOD, "{", *some_cases(30), '{"order": 7, "x": 1}')
    (tmp_path / "c.csv").write_text("case,order.paid\na,x\n")
    parquet.write_table(pa.table({"case": ["a"], "order.paid": ["x"]}), tmp_path / "c.parquet")
    ran = batch(path, "c.csv", "c.parquet", "-o", "rows.ndjson", "--rejects", "rejects", "--format", "json")
    for name, kind in (("rows.ndjson", "batch-row"), ("rejects", "batch-reject")):
        checker, found = validator(kind), rows(tmp_path / name)
        assert len(found) == (32 if kind == "batch-row" else 4)
        for one in found:
            checker.validate(one)
    validator("batch-summary").validate(json.loads(ran.out))


def summary(batch: Run, tmp_path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(batch(lines(tmp_path / "c.ndjson", GIFT), "--format", "json").out)
    return data


@pytest.mark.parametrize("name", ["format", "records", "rejected", "unread", "outcomes", "deadlines"])
def test_the_schema_of_summaries_misses_what_is_left_out(batch: Run, tmp_path: Path, name: str) -> None:
    data = summary(batch, tmp_path)
    assert validator("batch-summary").is_valid(data)
    del data[name]
    assert not validator("batch-summary").is_valid(data)


@pytest.mark.parametrize(
    "wrong",
    [
        {"line": 0},
        {"case": 7},
        {"missing": []},
        {"refund.due.rule": "small"},
        {"refund.due": 1.5},
        {"returns": [{"accepted": True}]},
    ],
)
def test_the_schema_of_rows_refuses(wrong: dict[str, Any]) -> None:
    good = {
        "case": "a",
        "file": "c",
        "line": 1,
        "as_of": "2024-05-03T12:00:00+08:00",
        "returns": [{"record": 0}],
    }
    assert validator("batch-row").is_valid(good)
    assert not validator("batch-row").is_valid({**good, **wrong})
