"""The law of rows: a row says what judging that case alone says, in every form, however many processes."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest
from batches import BOOK, FOOD, GIFT, lines, naive_rows, rows, some_cases
from running import Run, spawn

from policyengine import Rulebook
from policyengine.batch import records


@pytest.mark.parametrize("per_block", [1, 7, 1000])
def test_rows_are_what_judging_one_at_a_time_says(
    batch: Run, book: Rulebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, per_block: int
) -> None:
    monkeypatch.setattr(records, "PER_BLOCK", per_block)
    cases = [GIFT, FOOD, *some_cases(60)]
    path = lines(tmp_path / "cases.ndjson", *cases)
    assert batch(path, "--out", "rows.ndjson", "--jobs", 1).code == 0
    assert rows(tmp_path / "rows.ndjson") == naive_rows(book, cases, str(path))


def test_csv_and_parquet_hold_what_ndjson_holds(batch: Run, tmp_path: Path) -> None:
    path = lines(tmp_path / "cases.ndjson", GIFT, FOOD, *some_cases(60, 2))
    for form in ("ndjson", "csv", "parquet"):
        assert batch(path, "--out", f"rows.{form}").code == 0
    plain = rows(tmp_path / "rows.ndjson")
    assert [_of_csv(row) for row in _table(tmp_path / "rows.csv")] == [_as_csv(row) for row in plain]
    table = parquet.read_table(tmp_path / "rows.parquet")
    assert [_of_arrow(row) for row in table.to_pylist()] == plain


def _table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))


def _of_csv(row: dict[str, str]) -> dict[str, str]:
    return {name: cell for name, cell in row.items() if cell not in ("", "not_applicable")}


def _as_csv(row: dict[str, Any]) -> dict[str, str]:
    found = {}
    for name, value in row.items():
        if name == "returns":
            found[name] = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        elif isinstance(value, list):
            found[name] = "; ".join(value)
        elif isinstance(value, bool):
            found[name] = "true" if value else "false"
        else:
            found[name] = ("'" if str(value).startswith("=") else "") + str(value)
    return found


def _of_arrow(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a Parquet file as NDJSON has it."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if value is None or value == "not_applicable":
            continue
        if isinstance(value, datetime):
            value = value.isoformat()
        elif isinstance(value, Decimal):
            value = str(value) if name == "refund.due" else format(value.normalize(), "f")
            value += "%" if name == "copy.share" else ""
        elif name == "returns":
            value = [_of_arrow(one) for one in value]
        elif name == "copy.day":
            value = value.isoformat()
        found[name] = value
    return found


def test_parquet_has_exact_types(batch: Run, tmp_path: Path) -> None:
    path = lines(tmp_path / "cases.ndjson", GIFT)
    batch(path, "--out", "rows.parquet")
    schema = parquet.read_schema(tmp_path / "rows.parquet")
    kinds = {
        "refund.due": "decimal128(38, 2)",
        "copy.share": "decimal128(38, 6)",
        "copy.items": "int64",
        "copy.day": "date32[day]",
        "copy.at": "timestamp[ms, tz=Asia/Shanghai]",
        "answer.due": "timestamp[ms, tz=Asia/Shanghai]",
        "refund.granted": "bool",
        "missing": "list<element: string>",
        "copy.promised": "string",
    }
    assert {name: str(schema.field(name).type) for name in kinds} == kinds


def test_nobody_to_judge_gives_an_empty_table(batch: Run, tmp_path: Path) -> None:
    path = lines(tmp_path / "cases.ndjson")
    for form in ("ndjson", "csv", "parquet"):
        ran = batch(path, "--out", f"rows.{form}")
        assert ran.code == 0 and "0 records: 0 judged, 0 set aside" in ran.out
    assert (tmp_path / "rows.ndjson").read_bytes() == b""
    assert len((tmp_path / "rows.csv").read_text().splitlines()) == 1
    assert parquet.read_table(tmp_path / "rows.parquet").num_rows == 0


def test_whole_decisions_are_those_of_evaluate(batch: Run, book: Rulebook, tmp_path: Path) -> None:
    from policyengine.render.json.decision import render_json

    path = lines(tmp_path / "cases.ndjson", GIFT, FOOD)
    assert batch(path, "--out", "whole.ndjson", "--full").code == 0
    expected = []
    for line, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        case, _ = book.read_case(text, str(path), line)
        assert case is not None
        expected.append(render_json(book.evaluate(case, case.as_of), {"line": line}, None))
    assert (tmp_path / "whole.ndjson").read_text("utf-8").splitlines() == expected


def test_standard_output_gets_what_a_file_gets(batch: Run, tmp_path: Path) -> None:
    path = lines(tmp_path / "cases.ndjson", *some_cases(9))
    for form in ("ndjson", "csv"):
        batch(path, "--out", f"rows.{form}")
        ran = batch(path, "--out", "-", "--to", form)
        assert ran.out == (tmp_path / f"rows.{form}").read_bytes().decode()
        assert "9 records: 9 judged" in ran.err


def test_two_processes_write_what_one_writes(tmp_path: Path) -> None:
    path = lines(tmp_path / "cases.ndjson", *some_cases(2_500), "{", *some_cases(10, 3))
    for jobs in ("1", "2"):
        words = ("--out", f"rows{jobs}.parquet", "--rejects", f"rejects{jobs}", "--jobs", jobs)
        ran = spawn("batch", str(path), "--rules", str(BOOK), "--lang", "en", *words, cwd=tmp_path)
        assert ran.returncode == 0, ran.stderr
        assert b"2511 records: 2510 judged, 1 set aside" in ran.stdout
    for name in ("rows{}.parquet", "rejects{}"):
        assert (tmp_path / name.format(1)).read_bytes() == (tmp_path / name.format(2)).read_bytes()


def test_text_of_others_is_no_formula(batch: Run, tmp_path: Path) -> None:
    case = {**GIFT, "case": "=cmd()", "order": {**GIFT["order"], "number": "＝1"}}
    batch(lines(tmp_path / "cases.ndjson", case), "--out", "rows.csv")
    (row,) = _table(tmp_path / "rows.csv")
    assert row["case"] == "'=cmd()" and row["copy.number"] == "'＝1"


def test_names_that_the_rulebook_takes_are_written_otherwise(tmp_path: Path) -> None:
    from policyengine.batch.row import RowShape
    from policyengine.loading.load import load_model

    _book(tmp_path, "line", "record")
    loaded = load_model(str(tmp_path), ())
    model = loaded.rulebook
    assert model is not None, loaded.diagnostics
    shape = RowShape(model)
    assert [one.name for one in shape.fields[:5]] == ["case", "file", "line_", "as_of", "missing"]
    assert [one.name for one in shape.fields[-1].fields[:2]] == ["record_", "record"]


def _book(folder: Path, outcome: str, field: str) -> None:
    (folder / "policies").mkdir()
    (folder / "rulebook.yaml").write_text((BOOK / "rulebook.yaml").read_text("utf-8"), "utf-8")
    (folder / "facts.yaml").write_text(
        "facts:\n"
        "  other: {type: count, title: {zh: 别, en: other}}\n"
        f"  {outcome}: {{type: count, title: {{zh: 行, en: line}}, role: outcome}}\n"
        "lists:\n  things:\n    title: {zh: 物, en: things}\n    facts:\n"
        "      price: {type: count, title: {zh: 价, en: price}}\n"
        f"      {field}: {{type: count, title: {{zh: 记, en: record}}, role: outcome}}\n",
        "utf-8",
    )
    (folder / "policies" / "p.yaml").write_text(
        "policy: p\ntitle: {zh: 策, en: p}\nrules:\n"
        f"  one: {{title: {{zh: 一, en: one}}, for_each: things, when: {{price: 1}}, then: {{{field}: 2}}}}\n"
        f"  two: {{title: {{zh: 二, en: two}}, when: {{other: 1}}, then: {{{outcome}: 2}}}}\n",
        "utf-8",
    )
