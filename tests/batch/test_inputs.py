"""Every form in which cases come, packed or not, says the same."""

from __future__ import annotations

import gzip
import json
import os
import threading
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from batches import BOOK, FOOD, GIFT, lines, rows, some_cases
from running import Run, spawn

CASES = [GIFT, FOOD, *some_cases(5)]


def plain(path: Path) -> list[dict[str, Any]]:
    """Return rows without the files and lines where the cases stand."""
    return [{name: cell for name, cell in row.items() if name not in ("file", "line")} for row in rows(path)]


def judged(batch: Run, folder: Path, *words: str | Path) -> list[dict[str, Any]]:
    """Return the rows of cases that are named."""
    ran = batch(*words, "--out", "judged.ndjson")
    assert ran.code == 0, ran.err
    return plain(folder / "judged.ndjson")


def write(path: Path, data: bytes) -> Path:
    """Write a file, packed as its name says."""
    if path.suffix == ".gz":
        data = gzip.compress(data)
    if path.suffix == ".zst":
        data = pa.compress(data, "zstd", asbytes=True)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("form", "packing"),
    [
        ("jsonl", ""),
        ("ndjson", ".gz"),
        ("ndjson", ".zst"),
        ("json", ""),
        ("json", ".gz"),
        ("one line.json", ""),
        ("bom.json", ""),
    ],
)
def test_texts(batch: Run, tmp_path: Path, form: str, packing: str) -> None:
    wanted = judged(batch, tmp_path, lines(tmp_path / "plain.ndjson", *CASES))
    data = (tmp_path / "plain.ndjson").read_bytes()
    if form.endswith("json") and form != "ndjson":
        text = json.dumps(CASES, ensure_ascii=False, indent=None if form.startswith("one") else 2)
        data = b"\xef\xbb\xbf" * form.startswith("bom") + text.encode()
    assert judged(batch, tmp_path, write(tmp_path / f"cases.{form}{packing}", data)) == wanted


def test_a_file_of_one_case(batch: Run, tmp_path: Path) -> None:
    wanted = judged(batch, tmp_path, lines(tmp_path / "plain.ndjson", GIFT))
    path = write(tmp_path / "case.json", json.dumps(GIFT, indent=1).encode())
    assert judged(batch, tmp_path, path) == wanted


HEAD = "case,as_of,order.paid,订单号,Kind,order.is_gift,returns[0].amount,returns[0].at,退回商品[1].单价\n"
ROWS = (
    "a,2024-05-03 12:00,80.00,N1,other,yes,20.00,2024-05-02 10:00,70.00\n"
    'b,2024-05-03T12:00:00+08:00,"80.00","N,2\n""x""",food,false,,,\n'
    ",,,,,,,,\n"
    "c,2024-05-03 12:00, ,,,,,,\n"
)
SAME: list[dict[str, Any]] = [
    {
        "case": "a",
        "as_of": "2024-05-03 12:00",
        "order": {"paid": "80.00", "number": "N1", "kind": "other", "is_gift": True},
        "returns": [{"amount": "20.00", "at": "2024-05-02 10:00"}, {"amount": "70.00"}],
    },
    {
        "case": "b",
        "as_of": "2024-05-03 12:00",
        "order": {"paid": "80.00", "number": 'N,2\n"x"', "kind": "food", "is_gift": False},
    },
    {"case": "c", "as_of": "2024-05-03 12:00"},
]


@pytest.mark.parametrize(
    ("before", "ends", "packing"),
    [("", "\n", ""), ("\ufeff", "\r\n", ""), ("", "\r", ""), ("\ufeff", "\n", ".gz"), ("", "\n", ".zst")],
)
def test_csv_by_names_and_titles(batch: Run, tmp_path: Path, before: str, ends: str, packing: str) -> None:
    text = (before + HEAD + ROWS).replace("\n", ends).replace(f"N,2{ends}", "N,2\n")
    path = write(tmp_path / f"cases.csv{packing}", text.encode())
    wanted = judged(batch, tmp_path, lines(tmp_path / "same.ndjson", *SAME))
    assert judged(batch, tmp_path, path) == wanted
    assert [row["line"] for row in rows(tmp_path / "judged.ndjson")] == [2, 3, 6]


def test_notes_and_titles_say_the_same_in_every_form(batch: Run, tmp_path: Path) -> None:
    plain_case = {"case": "a", "as_of": "2024-05-03 12:00", "order": {"paid": "80.00", "number": "N1"}}
    wanted = judged(batch, tmp_path, lines(tmp_path / "plain.ndjson", plain_case))
    noted = {**plain_case, "order": {"paid": "80.00"}, "订单号": "N1", "notes": {"any": ["thing"]}}
    assert judged(batch, tmp_path, lines(tmp_path / "noted.ndjson", noted)) == wanted
    text = "case,as_of,notes,order.paid,订单号\na,2024-05-03 12:00,anything,80.00,N1\n"
    assert judged(batch, tmp_path, write(tmp_path / "cases.csv", text.encode())) == wanted


def test_records_in_a_cell_of_csv(batch: Run, tmp_path: Path) -> None:
    text = (
        "case,returns,order\n"
        'a,"[{""amount"": ""20.00"", ""at"": ""2024-05-02 10:00""}]","{""paid"": 30}"\n'
        "b,[],\n"
        "c,,{}\n"
    )
    same = [
        {
            "case": "a",
            "returns": [{"amount": "20.00", "at": "2024-05-02 10:00"}],
            "order": {"paid": "30"},
        },
        {"case": "b", "returns": []},
        {"case": "c"},
    ]
    wanted = judged(batch, tmp_path, lines(tmp_path / "same.ndjson", *same), "--as-of", "2024-06-01 12:00")
    path = write(tmp_path / "cases.csv", text.encode())
    assert judged(batch, tmp_path, path, "--as-of", "2024-06-01 12:00") == wanted


def test_nested_columns_of_parquet(batch: Run, tmp_path: Path) -> None:
    wanted = judged(batch, tmp_path, lines(tmp_path / "plain.ndjson", *CASES))
    table = pa.Table.from_pylist(CASES)
    kinds = {str(one.type) for one in table.schema if one.name in ("order", "returns")}
    assert any(kind.startswith("struct") for kind in kinds)
    for path in ("cases.parquet", "small groups.parquet"):
        parquet.write_table(table, tmp_path / path, row_group_size=2 if " " in path else None)
        assert judged(batch, tmp_path, tmp_path / path) == wanted
    assert [row["line"] for row in rows(tmp_path / "judged.ndjson")] == list(range(1, 8))


def test_flat_columns_of_parquet(batch: Run, tmp_path: Path) -> None:
    wanted = judged(batch, tmp_path, lines(tmp_path / "same.ndjson", *SAME))
    columns = {
        "case": ["a", "b", "c"],
        "as_of": ["2024-05-03 12:00"] * 3,
        "实付金额": ["80.00", "80.00", None],
        "order.number": pa.array(["N1", 'N,2\n"x"', None]).dictionary_encode(),
        "order.kind": ["other", "food", None],
        "order.is_gift": [True, False, None],
        "returns": pa.array([SAME[0]["returns"], None, None]),
    }
    parquet.write_table(pa.table(columns), tmp_path / "cases.parquet")
    assert judged(batch, tmp_path, tmp_path / "cases.parquet") == wanted


def test_folders_patterns_and_files_in_their_order(batch: Run, tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    (folder / "deep").mkdir(parents=True)
    for number, name in enumerate(("b.ndjson", "a.jsonl", "deep/c.ndjson", "d.json")):
        lines(folder / name, {"case": f"n{number}"})
    (folder / "notes.txt").write_text("no cases")
    names = [row["case"] for row in judged(batch, tmp_path, folder)]
    assert names == ["n1", "n0", "n3"]
    assert [row["case"] for row in judged(batch, tmp_path, folder / "**" / "*.ndjson")] == ["n0", "n2"]
    both = judged(batch, tmp_path, folder / "d.json", folder / "[ab].*")
    assert [row["case"] for row in both] == ["n3", "n1", "n0"]
    odd = lines(tmp_path / "[1].ndjson", GIFT)
    assert [row["case"] for row in judged(batch, tmp_path, odd)] == ["gift"]


def test_standard_input(tmp_path: Path) -> None:
    for form, text in (("ndjson", json.dumps(GIFT)), ("csv", HEAD + ROWS)):
        words = () if form == "ndjson" else ("--from", form)
        ran = spawn(
            "batch", "-", "--rules", str(BOOK), "--out", "-", *words, given=text.encode(), cwd=tmp_path
        )
        first = json.loads(ran.stdout.splitlines()[0])
        assert ran.returncode == 0 and first["refund.due"] == "80.00" and first["file"] == "<stdin>"


def test_a_pipe_and_its_name(batch: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.ndjson"
    os.mkfifo(pipe)
    text = json.dumps(GIFT) + "\n"
    writer = threading.Thread(target=lambda: pipe.write_text(text * 50))
    writer.start()
    assert len(judged(batch, tmp_path, pipe)) == 50
    writer.join()


def test_a_case_without_a_name_is_named_by_its_place(batch: Run, tmp_path: Path) -> None:
    path = lines(tmp_path / "c.ndjson", "", {"order": {"items": 1}})
    assert [row["case"] for row in judged(batch, tmp_path, path)] == [f"{path}:2"]
    several = write(tmp_path / "c.json", b'[{}, {"order": {}},\n {}]')
    names = [row["case"] for row in judged(batch, tmp_path, several)]
    assert names == [f"{several}:1:2", f"{several}:1:6", f"{several}:2:2"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("none.ndjson", "there is no file"),
        ("none", "there is no file"),
        ("formless", "does not show in which format"),
        ("*.csv", "no case file matches"),
        ("cases.parquet.gz", "a Parquet file is read directly"),
        ("empty", "no case file matches"),
    ],
)
def test_files_that_are_not_there(batch: Run, tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "formless", b"{}")
    write(tmp_path / "cases.parquet.gz", b"")
    good = lines(tmp_path / "good.ndjson", GIFT)
    ran = batch(good, tmp_path / name, "--out", "rows.ndjson")
    assert ran.code == 3 and told in ran.err
    assert not (tmp_path / "rows.ndjson").exists()


def test_the_form_can_be_said(batch: Run, tmp_path: Path) -> None:
    path = tmp_path / "cases.txt"
    path.write_text(HEAD + ROWS, "utf-8")
    assert len(judged(batch, tmp_path, path, "--from", "csv")) == 3
