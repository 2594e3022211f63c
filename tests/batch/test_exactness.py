"""Sums and instants keep every digit: what is not exact is put aside with its place, never rounded."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from batches import lines, rows
from running import Ran, Run


def judge(batch: Run, folder: Path, column: str, values: Any) -> tuple[Ran, list[dict[str, Any]]]:
    """Judge a table with one column, and one that says that everything is to be copied."""
    table = pa.table({column: values, "order.is_gift": [True] * len(values)})
    parquet.write_table(table, folder / "cases.parquet")
    ran = batch(
        "cases.parquet", "--out", "rows.ndjson", "--rejects", "rejects", "--as-of", "2024-06-01 12:00"
    )
    return ran, rows(folder / "rows.ndjson") if (folder / "rows.ndjson").exists() else []


@pytest.mark.parametrize(
    ("column", "kind", "values", "copied"),
    [
        ("items", pa.int64(), [1, None, 7], [1, None, 7]),
        ("items", pa.uint8(), [255], [255]),
        ("items", pa.float64(), [2.0, None, float("nan"), 1e3], [2, None, None, 1000]),
        ("items", pa.decimal128(12, 2), [Decimal("3.00")], [3]),
        ("items", pa.string(), ["4"], [4]),
        ("weight", pa.decimal128(20, 4), [Decimal("1.2500"), Decimal("0.0000")], ["1.25", "0"]),
        ("weight", pa.int32(), [-2], ["-2"]),
        ("weight", pa.decimal256(60, 3), [Decimal("0.001")], ["0.001"]),
        ("share", pa.string(), ["12.5%"], ["12.5%"]),
        ("day", pa.date32(), [date(2024, 2, 29)], ["2024-02-29"]),
        ("day", pa.date64(), [date(2024, 2, 29)], ["2024-02-29"]),
        ("number", pa.large_string(), ["N1"], ["N1"]),
        ("promised", pa.string(), ["48 hours"], ["48 hours"]),
    ],
)
def test_values_that_are_exact(
    batch: Run, tmp_path: Path, column: str, kind: Any, values: Any, copied: Any
) -> None:
    ran, found = judge(batch, tmp_path, f"order.{column}", pa.array(values, kind))
    assert ran.code == 0 and "0 set aside" in ran.out, ran.err
    assert [row.get(f"copy.{column}") for row in found] == copied


MOMENT = datetime(2024, 5, 1, 2, 0, 1)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize(
    ("zone", "copied"),
    [
        (None, "2024-05-01T02:00:01+08:00"),
        ("UTC", "2024-05-01T10:00:01+08:00"),
        ("America/New_York", "2024-05-01T10:00:01+08:00"),
    ],
)
def test_timestamps(batch: Run, tmp_path: Path, unit: str, zone: str | None, copied: str) -> None:
    value = MOMENT if zone is None else MOMENT.replace(tzinfo=UTC)
    ran, found = judge(batch, tmp_path, "order.paid_at", pa.array([value, None], pa.timestamp(unit, zone)))
    assert ran.code == 0 and [row.get("copy.at") for row in found] == [copied, None]


@pytest.mark.parametrize(
    ("column", "kind", "value", "code"),
    [
        ("items", pa.float64(), 2.5, "bad-value"),
        ("items", pa.float64(), float("inf"), "json-number"),
        ("items", pa.float64(), 2.0**53, "bad-value"),
        ("items", pa.float64(), 1e300, "bad-value"),
        ("items", pa.int64(), -1, "out-of-bounds"),
        ("items", pa.int64(), 2**62, "bad-value"),
        ("items", pa.decimal128(12, 2), Decimal("3.01"), "bad-value"),
        ("paid", pa.decimal128(12, 3), Decimal("1.001"), "bad-value"),
        ("paid_at", pa.timestamp("ms"), datetime(2024, 5, 1, 2, 0, 1, 1000), "bad-value"),
        ("paid_at", pa.int64(), 1_714_500_000, "wrong-type"),
        ("share", pa.decimal128(12, 3), Decimal("12.5"), "wrong-type"),
        ("day", pa.timestamp("s"), datetime(2024, 5, 1), "bad-value"),
        ("number", pa.int64(), 17, "wrong-type"),
        ("number", pa.binary(), b"N1", "wrong-type"),
        ("promised", pa.duration("s"), 3600, "wrong-type"),
        ("is_gift", pa.int8(), 1, "wrong-type"),
    ],
)
def test_values_that_are_put_aside(
    batch: Run, tmp_path: Path, column: str, kind: Any, value: Any, code: str
) -> None:
    columns = {f"order.{column}": pa.array([None, value], kind), "order.kind": ["food", "food"]}
    parquet.write_table(pa.table(columns), tmp_path / "cases.parquet")
    ran = batch("cases.parquet", "--out", "rows.ndjson", "--rejects", "rejects")
    assert ran.code == 0 and "2 records: 1 judged, 1 set aside" in ran.out
    assert "Infinity" not in (tmp_path / "rejects").read_text("utf-8")  # which is no JSON
    (reject,) = rows(tmp_path / "rejects")
    assert reject["line"] == 2 and reject["file"] == "cases.parquet"
    (fault,) = reject["faults"]
    assert (fault["code"], fault["field"], fault["line"]) == (code, f"order.{column}", 2), fault
    assert reject["record"]["order"]["kind"] == "food"


@pytest.mark.parametrize(
    "column", ["order.paid", "order.weight", "order.share", "order.paid_at", "order.number"]
)
def test_floating_point_numbers_are_refused(batch: Run, tmp_path: Path, column: str) -> None:
    ran, found = judge(batch, tmp_path, column, pa.array([0.1]))
    assert ran.code == 3 and not found
    assert f"column `{column}`: floating-point numbers are not exact enough" in ran.err


def test_floating_point_numbers_inside_records_are_refused(batch: Run, tmp_path: Path) -> None:
    kind = pa.list_(pa.struct([("amount", pa.float32())]))
    for column in (
        pa.array([[{"amount": 1.5}]], kind),
        pa.array([[{"amount": 1.5}]], pa.list_(kind.value_type, 1)),
    ):
        parquet.write_table(pa.table({"returns": column}), tmp_path / "cases.parquet")
        ran = batch("cases.parquet", "--out", "rows.ndjson")
        assert ran.code == 3 and "column `returns.amount`: floating-point" in ran.err


@pytest.mark.parametrize(
    ("written", "paid"),
    [
        ("19.99", "19.99"),
        ("1e3", "1000.00"),
        ("20", "20.00"),
        ("0", "0.00"),
        ("20.10", "20.10"),
        ("-0", "0.00"),
    ],
)
def test_numbers_of_json_keep_their_digits(batch: Run, tmp_path: Path, written: str, paid: str) -> None:
    path = lines(tmp_path / "c.ndjson", f'{{"order": {{"paid": {written}}}}}')
    batch(path, "--out", "rows.ndjson")
    (row,) = rows(tmp_path / "rows.ndjson")
    assert row.get("refund.due", paid) == paid and row["refund.way"] == (
        "quick" if len(paid) < 7 else "usual"
    )


@pytest.mark.parametrize(
    "written", ["19.999", "0.1e-5", "1e400", "NaN", "Infinity", "-1", '"1,000.00"', "9" * 400]
)
def test_numbers_that_are_no_sums_are_put_aside(batch: Run, tmp_path: Path, written: str) -> None:
    path = lines(tmp_path / "c.ndjson", f'{{"order": {{"paid": {written}}}}}', {"case": "b"})
    ran = batch(path, "--out", "rows.ndjson", "--rejects", "rejects")
    assert ran.code == 0 and "2 records: 1 judged, 1 set aside" in ran.out
    (reject,) = rows(tmp_path / "rejects")
    assert reject["line"] == 1 and json.loads(json.dumps(reject["record"])).startswith('{"order"')
