"""When cases are judged, what names them, what is left out, and what becomes of faulty records."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from batches import FOOD, GIFT, lines, order, rows
from running import Run

EARLY = {
    "case": "early",
    "as_of": "2024-05-02 12:00",
    "order": {"paid_at": "2024-05-01 10:00", "day": "2024-06-01"},
    "shop": {"answered_at": "2024-05-02 11:00"},
}
SILENT = {"case": "silent", "order": {"items": 1}}


# ---------- when


def as_of(batch: Run, folder: Path, path: Path, *words: str) -> list[str]:
    ran = batch(path, "--out", "rows.ndjson", *words)
    assert ran.code == 0, ran.err
    return [row["as_of"][:16] for row in rows(folder / "rows.ndjson")]


def test_each_when_it_says_itself(batch: Run, tmp_path: Path) -> None:
    path = lines(tmp_path / "c.ndjson", EARLY, FOOD, SILENT)
    found = as_of(batch, tmp_path, path)
    assert found[:2] == ["2024-05-02T12:00", "2024-05-05T12:00"] and found[2] > "2026"


def test_all_at_one_instant(batch: Run, tmp_path: Path) -> None:
    path = lines(tmp_path / "c.ndjson", EARLY, FOOD)
    assert as_of(batch, tmp_path, path, "--as-of", "2024-06-01 09:00") == ["2024-06-01T09:00"] * 2


def test_each_at_the_last_thing_it_tells_of(batch: Run, tmp_path: Path) -> None:
    when = "2024-07-01 12:00"
    path = lines(tmp_path / "c.ndjson", *({**one, "as_of": when} for one in (EARLY, FOOD, GIFT)))
    assert as_of(batch, tmp_path, path, "--as-of", "own") == [when[:10] + "T12:00"] * 3, "it says it itself"
    silent = ({name: part for name, part in one.items() if name != "as_of"} for one in (EARLY, FOOD, GIFT))
    found = as_of(batch, tmp_path, lines(path, *silent), "--as-of", "own")
    assert found == ["2024-05-02T11:00", "2024-05-01T10:00", "2024-05-02T11:00"], "no day that is planned"
    ran = batch(lines(path, SILENT), "--as-of", "own")
    assert ran.code == 3 and "the case tells of no event" in ran.err and f"{path.name}:1:1" in ran.err


@pytest.mark.parametrize("name", ["order.paid_at", "付款时间", "Paid at"])
def test_each_when_a_fact_says(batch: Run, tmp_path: Path, name: str) -> None:
    path = lines(tmp_path / "c.ndjson", EARLY, FOOD)
    assert as_of(batch, tmp_path, path, "--as-of", name) == ["2024-05-01T10:00"] * 2
    ran = batch(lines(path, SILENT), "--as-of", name)
    assert ran.code == 3 and "the case does not give `order.paid_at`" in ran.err


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet"])
def test_each_when_a_column_or_key_says(batch: Run, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"c.{form}"
    if form == "ndjson":
        lines(path, {"case": "a", "decided": "2024-05-07 08:00", "as_of": "2020-01-01 00:00"})
    elif form == "csv":
        path.write_text("case,decided\na,2024-05-07 08:00\n")
    else:
        parquet.write_table(pa.table({"case": ["a"], "decided": ["2024-05-07 08:00"]}), path)
    assert as_of(batch, tmp_path, path, "--as-of", "decided") == ["2024-05-07T08:00"]
    ran = batch(path, "--as-of", "decidd")
    assert ran.code == 3
    told = "decided" if form == "ndjson" else "there is no column `decidd`"
    assert told in ran.err


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("2024-13-01", "--as-of"),
        ("order.day", "`order.day` is not"),
        ("order.paid", "`order.paid` is not"),
        ("returns.at", "there is one `returns.at` for each record"),
    ],
)
def test_what_does_not_say_when(batch: Run, tmp_path: Path, given: str, told: str) -> None:
    ran = batch(lines(tmp_path / "c.ndjson", EARLY), "--as-of", given)
    assert ran.code == 2 and told in ran.err


# ---------- names, and what is left out


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet"])
def test_what_names_a_case(batch: Run, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"c.{form}"
    if form == "ndjson":
        lines(path, {"no": 17, "order": {"number": "N1"}})
    elif form == "csv":
        path.write_text("no,订单号\n17,N1\n", "utf-8")
    else:
        parquet.write_table(pa.table({"no": [17], "order.number": ["N1"]}), path)
    for name, wanted in (("no", "17"), ("order.number", "N1"), ("订单号", "N1")):
        words = () if name == "no" else ("--ignore", "no")
        ran = batch(path, "--out", "rows.ndjson", "--id", name, *words)
        assert ran.code == 0, ran.err
        assert rows(tmp_path / "rows.ndjson")[0]["case"] == wanted
    if form != "ndjson":
        assert "there is no column `nr`" in batch(path, "--id", "nr", "--ignore", "no").err


def test_a_fact_that_names_a_case_is_still_a_fact(batch: Run, tmp_path: Path) -> None:
    path = lines(tmp_path / "c.ndjson", GIFT, SILENT)
    assert batch(path, "--out", "rows.ndjson", "--id", "order.number").code == 0
    found = rows(tmp_path / "rows.ndjson")
    assert found[0]["case"] == found[0]["copy.number"] == "N1"
    assert found[1]["case"] == f"{path}:2", "it has no such number"


def test_what_is_no_fact_is_left_out(batch: Run, tmp_path: Path) -> None:
    case = {**SILENT, "note": "x", "order": {"items": 1, "note": 2}, "returns": [{"note": 3}]}
    path = lines(tmp_path / "c.ndjson", case)
    words = ("--ignore", "note", "--ignore", "order.note", "--ignore", "returns.note")
    assert batch(path).code == 3
    assert batch(path, *words).code == 0
    table = tmp_path / "c.csv"
    table.write_text('note,order,returns\nx,"{""note"": 2}","[{""note"": 3}]"\n')
    ran = batch(table)
    assert ran.code == 3
    assert "`--ignore note` leaves the column out, `--id note` takes it as the name of the case" in ran.err
    told = ran.err.partition("else:")[2]
    assert "`order.paid`" in told and "late" not in told
    assert batch(table, *words).code == 0
    parquet.write_table(pa.Table.from_pylist([case]), tmp_path / "c.parquet")
    assert batch("c.parquet", *words).code == 0


# ---------- heads that cannot be understood


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("order.pid", "column `order.pid`: nothing is named `order.pid`"),
        ("order.pid", "did you mean `order.paid`?"),
        ("实付金", "did you mean `order.paid`?"),
        ("returns.amount", "write `returns[0].amount` for the first"),
        ("refund.due", "rules conclude `refund.due`"),
        ("order.paid,实付金额", "two columns mean `order.paid`: `order.paid` and `实付金额`"),
        ("case,case", "two columns mean `case`"),
        ("order.paid,order", "`order` is a column too"),
        ("returns[0].amount,returns", "`returns` is a column too"),
        ("case,", "a column has no name"),
        ("order.paid;order.kind", "the cells are separated by `;`, not by commas"),
        ("order.paid\torder.kind", "the cells are separated by tabs, not by commas"),
    ],
)
def test_a_head_that_cannot_be_understood(batch: Run, tmp_path: Path, head: str, told: str) -> None:
    path = tmp_path / "c.csv"
    path.write_text(head + "\n" + ",".join("1" for _ in head.split(",")) + "\n", "utf-8")
    good = lines(tmp_path / "good.ndjson", GIFT)
    ran = batch(good, path, "--out", "rows.ndjson", "--rejects", "rejects")
    assert ran.code == 3 and told in ran.err and f"{path.name}:1:1" in ran.err
    assert {one.name for one in tmp_path.iterdir()} == {"c.csv", "good.ndjson"}, "nothing was begun"


# ---------- faulty records


def test_faulty_records_are_put_aside_and_stop_nothing(batch: Run, tmp_path: Path) -> None:
    text = '{"order": {"paid": "1.005"}}'
    path = lines(tmp_path / "c.ndjson", order(1), text, "{", order(2), '["a"]')
    ran = batch(path, "--out", "rows.ndjson", "--rejects", "rejects.ndjson")
    assert ran.code == 0 and "5 records: 2 judged, 3 set aside as faulty" in ran.out
    assert [row["case"] for row in rows(tmp_path / "rows.ndjson")] == ["n1", "n2"]
    found = rows(tmp_path / "rejects.ndjson")
    assert [one["line"] for one in found] == [2, 3, 5]
    assert found[0] == {
        "file": str(path),
        "line": 2,
        "faults": [
            {
                "code": "bad-value",
                "field": "order.paid",
                "message": "`1.005` has more decimals than CNY has: its smallest unit is 0.01",
                "help": "write at most 2 decimals",
                "line": 2,
                "column": 20,
            }
        ],
        "record": text,
    }
    assert found[1]["record"] == "{" and f"{path.name}:2:20: error[bad-value]" in ran.err


def test_without_a_place_for_them_faulty_records_are_a_fault(batch: Run, tmp_path: Path) -> None:
    ran = batch(lines(tmp_path / "c.ndjson", order(1), "{"), "--out", "rows.ndjson")
    assert ran.code == 3 and len(rows(tmp_path / "rows.ndjson")) == 1


def test_strict_stops_and_writes_nothing(batch: Run, tmp_path: Path) -> None:
    path = lines(tmp_path / "c.ndjson", order(1), "{", order(2))
    ran = batch(path, "--out", "rows.ndjson", "--rejects", "rejects", "--strict")
    assert ran.code == 3 and f"{path.name}:2:2: error[json-syntax]" in ran.err
    assert [one.name for one in tmp_path.iterdir()] == ["c.ndjson"]
    ran = batch(path, "--out", "-", "--rejects", "rejects", "--strict")
    assert ran.code == 3 and not ran.out and [one.name for one in tmp_path.iterdir()] == ["c.ndjson"]


@pytest.mark.parametrize("words", [(), ("--out", "-")])
def test_rejects_are_written_wherever_the_rows_go(batch: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = batch(lines(tmp_path / "c.ndjson", order(1), "{"), *words, "--rejects", "rejects")
    assert ran.code == 0 and [one["line"] for one in rows(tmp_path / "rejects")] == [2]
    assert {one.name for one in tmp_path.iterdir()} == {"c.ndjson", "rejects"}


def test_many_faulty_records_are_told_in_part(batch: Run, tmp_path: Path) -> None:
    ran = batch(lines(tmp_path / "c.ndjson", *["{}}"] * 30), "--out", "rows.ndjson")
    assert ran.err.count("error[json-syntax]") == 20 and "… and 10 more records with faults" in ran.err


def test_a_fault_in_an_array_on_one_line_is_told_where_it_stands(batch: Run, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text('[{"case": "a"}, {"order": {"pid": 1}}]')
    ran = batch(path, "--rejects", "rejects")
    (reject,) = rows(tmp_path / "rejects")
    assert reject["record"] == '{"order": {"pid": 1}}' and reject["faults"][0]["column"] == 28
    where = ran.err.splitlines()
    assert where[0].startswith(f"{path.name}:1:28: error[unknown-fact]")
    assert where[2].index("^") == where[1].index('"pid"')


# ---------- where things go


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--out", "rows"), "does not show a format"),
        (("--out", "rows.csv.gz"), "the decisions are not compressed"),
        (("--out", "rows.csv", "--full"), "--full writes whole decisions"),
        (("--to", "parquet"), "Parquet goes to a file"),
        (("--out", "-", "--to", "parquet"), "Parquet goes to a file"),
        (("--resume",), "name it with --out"),
        (("--out", "c.ndjson"), "--out would overwrite the cases"),
        (("--out", "rows.ndjson", "--rejects", "./rows.ndjson"), "--rejects would overwrite --out"),
        (("--rejects", "x.html", "--report", "x.html"), "--report would overwrite --rejects"),
    ],
)
def test_what_cannot_be_asked_for(batch: Run, tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    path = lines(tmp_path / "c.ndjson", GIFT)
    before = path.read_bytes()
    ran = batch(path, *words)
    assert ran.code == 2 and told in ran.err
    assert [one.name for one in tmp_path.iterdir()] == ["c.ndjson"] and path.read_bytes() == before


@pytest.mark.parametrize("place", ["none/rows.ndjson", "folder"])
@pytest.mark.parametrize("option", ["--out", "--rejects", "--report"])
def test_what_cannot_be_written_is_told_first(batch: Run, tmp_path: Path, option: str, place: str) -> None:
    (tmp_path / "folder").mkdir()
    ran = batch(lines(tmp_path / "c.ndjson", GIFT), option, place, "--to", "ndjson")
    if place == "folder":
        assert (ran.code, "folder" in ran.err) == (74, True)
    else:
        assert ran.code == 74 and "No such file or directory" in ran.err


# ---------- the summary


def test_the_summary_adds_up(batch: Run, tmp_path: Path) -> None:
    cases = [GIFT, FOOD, order(3), order(4), order(300), "{"]
    path = lines(tmp_path / "c.ndjson", *cases)
    ran = batch(path, "--format", "json", "--report", "page.html", "--rejects", "rejects")
    data = json.loads(ran.out)
    assert (data["records"], data["judged"], data["rejected"], data["unread"]) == (6, 5, 1, 0)
    due = data["outcomes"]["refund.due"]
    assert due["status"] == {"known": 4, "not_applicable": 1}
    assert (due["total"], due["least"], due["greatest"]) == ("117.00", "3.00", "80.00")
    assert due["rules"] == {"small": 4}
    granted = data["outcomes"]["refund.granted"]
    assert granted["status"] == {"known": 4, "conflict": 1} and granted["values"] == {"yes": 4}
    assert data["outcomes"]["copy.items"]["waits_for"] == {"order.is_gift": 3, "order.items": 3}
    assert data["deadlines"]["answer"]["status"] == {"missed": 2, "undetermined": 3}
    page = (tmp_path / "page.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>") and "6 records: 5 judged, 1 set aside as faulty" in page
    text = batch(path, "--rejects", "rejects").out
    assert "in total 117.00 CNY; from 3.00 CNY to 80.00 CNY, 29.25 CNY on average" in text


def test_a_summary_is_the_sum_of_its_parts(batch: Run, tmp_path: Path) -> None:
    from policyengine.batch.summary import Summary

    one, two, both = Summary(), Summary(), Summary()
    for made, values in ((one, (5, 3)), (two, (9, -2)), (both, (5, 3, 9, -2))):
        for value in values:
            made.count(("cases",))
            made.add(("x",), value, value, value)
    one.merge(two)
    assert one.data() == both.data() == Summary.of_data(json.loads(json.dumps(both.data()))).data()
