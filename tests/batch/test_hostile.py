"""Whatever stands in the files: it is told with its place, nothing is lost in silence, or held whole."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from batches import BOOK, GIFT, lines, order, rows, some_cases
from running import ROOT, Ran, Run

from policyengine.batch import json_array, records
from policyengine.batch.json_array import Broken, Element, read_elements


def judge(batch: Run, path: Path, data: bytes, *words: str) -> tuple[Ran, list[dict[str, object]], str]:
    """Judge a file of these bytes; return what was put aside, and how many records there were."""
    path.write_bytes(data)
    ran = batch(path, "--rejects", path.parent / "rejects", *words)
    assert ran.code in (0, 3), ran.err
    found = rows(path.parent / "rejects") if (path.parent / "rejects").exists() else []
    return ran, found, ran.out.partition("\n")[0]


def plenty() -> list[dict[str, object]]:
    """Return cases that say nothing short."""
    random = Random(1)
    return [order(one, number=f"{random.getrandbits(3200):x}") for one in range(60)]


PLENTY = "".join(f"{json.dumps(one)}\n" for one in plenty()).encode()


@pytest.mark.parametrize(
    ("damage", "packing"),
    # Zstandard need not hold a sum of what it packs.
    [(one, form) for one in ("cut", "nothing", "other") for form in ("gz", "zst")] + [("flipped", "gz")],
)
def test_packed_files_that_are_damaged(batch: Run, tmp_path: Path, damage: str, packing: str) -> None:
    data = gzip.compress(PLENTY) if packing == "gz" else pa.compress(PLENTY, "zstd", asbytes=True)
    middle = len(data) // 2
    flipped = data[:middle] + bytes((data[middle] ^ 0xFF,)) + data[middle + 1 :]
    given = {"cut": data[:-200], "nothing": b"", "other": b"hello", "flipped": flipped}[damage]
    ran, found, told = judge(batch, tmp_path / f"cases.ndjson.{packing}", given)
    assert ran.code == 3, "a file that is not read to its end is a fault even if its record is put aside"
    assert "files that could only be read in part: 1" in ran.out
    assert "is damaged, or ends too early" in str(found[-1]["faults"])
    count = int(told.split()[0])
    assert (count == 1) == (damage in ("nothing", "other")) or packing == "zst"


@pytest.mark.parametrize("damage", ["cut", "nothing", "other", "flipped"])
def test_parquet_files_that_are_damaged(
    batch: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    monkeypatch.setattr(records, "PER_BLOCK", 5)
    table = pa.Table.from_pylist(plenty())
    parquet.write_table(
        table, tmp_path / "whole.parquet", compression="zstd", row_group_size=10, write_page_checksum=True
    )
    data = (tmp_path / "whole.parquet").read_bytes()
    middle = len(data) * 2 // 3
    flipped = data[:middle] + bytes(200) + data[middle + 200 :]
    given = {"cut": data[:-100], "nothing": b"", "other": b"PAR1 no", "flipped": flipped}[damage]
    ran, found, _ = judge(batch, tmp_path / "cases.parquet", given)
    assert ran.code == 3 and "not a Parquet file, or it is damaged" in str(found[-1]["faults"])
    assert (damage == "flipped") == (found[-1]["line"] != 1)


@pytest.mark.parametrize(
    ("text", "judged", "told", "is_cut"),
    [
        ('[{"case": "a"}, {"order": {', 1, "does not end", True),
        ('[{"case": "a"}, {"case": "abc', 1, "does not end", True),
        ('[{"case": "a"}', 0, "does not end", True),
        ('[{"case": "a"}}, {}]', 1, "a closing bracket has no opening bracket", True),
        ('[{"case": "a"}] [{}]', 1, "something follows after the end", True),
        ('[{"case": "a"},]', 1, "a case is missing", False),
        ('[{"case": "a"},,{"case": "b"}]', 2, "a case is missing", False),
        ('[{"case": "a"]]', 0, "a comma or a closing bracket is expected", False),
        ("[" * 50_000, 0, "does not end", True),
        ('{"case": "a"}\n{"case": "b', 1, "does not end", True),
        ('{"case": "a"}, {"case": "b"}', 1, "something other than a case follows", True),
        ("5", 0, "a case is an object", False),
        ("[5, []]", 0, "a case is an object", False),
    ],
)
def test_arrays_that_are_none(
    batch: Run, tmp_path: Path, text: str, judged: int, told: str, is_cut: bool
) -> None:
    ran, found, total = judge(batch, tmp_path / "cases.json", text.encode())
    assert f" {judged} judged, " in total and told in str(found[-1]["faults"]), ran.err
    assert ran.code == (3 if is_cut else 0) and ("read in part: 1" in ran.out) == is_cut


@pytest.mark.parametrize("text", ["", " \n", "[]", " [ ] \n", "\ufeff[]"])
def test_arrays_of_nothing(batch: Run, tmp_path: Path, text: str) -> None:
    ran, found, total = judge(batch, tmp_path / "cases.json", text.encode())
    assert ran.code == 0 and total.startswith("0 records: 0 judged") and not found


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 64])
def test_elements_are_those_of_the_standard_reader(monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr(json_array, "_PIECE", piece)
    random = Random(piece)
    words = ['"', "\\", "[", "]", "{", "}", ",", "\n", "é", "😀", "x"]

    def value(depth: int) -> object:
        if depth and random.random() < 0.6:
            some = [value(depth - 1) for _ in range(random.randrange(3))]
            return some if random.random() < 0.5 else {f"k{number}": one for number, one in enumerate(some)}
        return random.choice([None, True, 1.5, "".join(random.choices(words, k=random.randrange(6)))])

    for _ in range(200):
        wanted = [value(3) for _ in range(random.randrange(4))]
        text = json.dumps(wanted, indent=random.choice([None, 1]), ensure_ascii=random.random() < 0.5)
        found = [one for one in read_elements(io.BytesIO(text.encode())) if isinstance(one, Element)]
        assert [json.loads(one.data) for one in found] == wanted
        before = text.encode().split(b"\n")
        for one in found:
            line = before[one.line - 1].decode()[one.column :]
            assert line.startswith(one.data.split(b"\n")[0].decode())


def test_a_string_without_end_is_looked_at_once() -> None:
    data = b'[{"case": "' + b"\\\\x" * 4_000_000
    (found,) = read_elements(io.BytesIO(data))
    assert isinstance(found, Broken)


@pytest.mark.parametrize(
    ("data", "judged", "told", "is_cut"),
    [
        (b'case\n"a\nb\n', 0, "is not closed", True),
        (b'case\na\n"b"x\nc\n', 2, "more text follows after the quotation mark", False),
        (b"case,order.number\na\nb,y\n", 1, "the row has 1 cells, and the header has 2", False),
        (b"case,order.number\na,y,z\nb,y,,\n", 1, "the row has 3 cells, and the header has 2", False),
        (b"case,order.number\na,\xd6\xbd\xcf\xe4\nb,y\n", 1, "it looks like GBK", False),
        (b"case,order.number\na,x\0\nb,y\n", 1, "NUL", False),
        (b'case,returns\na,"[{""amount"": }]"\nb,[]\n', 1, "`}` is not a JSON value", False),
        (b"case,returns\na,7\nb,[]\n", 1, "`returns` is a list of records", False),
        (b"case,order\na,[]\nb,{}\n", 1, "`order` is a group of facts", False),
    ],
)
def test_tables_that_are_none(
    batch: Run, tmp_path: Path, data: bytes, judged: int, told: str, is_cut: bool
) -> None:
    ran, found, total = judge(batch, tmp_path / "cases.csv", data)
    assert f" {judged} judged, 1 set aside" in total and told in str(found[-1]["faults"]), found
    assert ran.code == (3 if is_cut else 0)
    assert "\\ud" not in (tmp_path / "rejects").read_text("utf-8")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("case,订单号\na,x\n".encode("gbk"), "it looks like GBK"),
        ("case,订单号\na,x\n".encode("utf-16"), "it looks like UTF-16"),
        (b"case;order.number\na;x\n", "separated by `;`"),
        (",".join(f"c{number}" for number in range(6_000)).encode(), "more than 5000 columns"),
    ],
)
def test_heads_that_are_none(batch: Run, tmp_path: Path, data: bytes, told: str) -> None:
    ran, found, _ = judge(batch, tmp_path / "cases.csv", data)
    assert ran.code == 3 and told in ran.err and not found


@pytest.mark.parametrize("text", ["", "\n\n", "case\n", "case,order.paid\n,\n\n,\n"])
def test_tables_of_nothing(batch: Run, tmp_path: Path, text: str) -> None:
    ran, found, total = judge(batch, tmp_path / "cases.csv", text.encode())
    assert ran.code == 0 and total.startswith("0 records: 0 judged") and not found


def test_columns_of_nothing(batch: Run, tmp_path: Path) -> None:
    kinds = {"order.number": pa.null(), "returns": pa.list_(pa.struct([("amount", pa.decimal128(9, 2))]))}
    parquet.write_table(
        pa.table({name: pa.array([None], kind) for name, kind in kinds.items()}), tmp_path / "c.parquet"
    )
    assert batch(tmp_path / "c.parquet").code == 0
    parquet.write_table(pa.table({}), tmp_path / "c.parquet")
    assert "0 records" in batch(tmp_path / "c.parquet").out


@pytest.mark.parametrize(
    "column",
    [
        pa.array([[("amount", 1)]], pa.map_(pa.string(), pa.int64())),
        pa.array([[b"x"]], pa.list_(pa.binary())),
        pa.array([[[1]]], pa.list_(pa.list_(pa.int64()))),
        pa.array([1], pa.int64()),
        pa.array([[{"amount": 1, "price": 2}]]),
    ],
)
def test_columns_that_are_no_list_of_records(batch: Run, tmp_path: Path, column: pa.Array) -> None:
    parquet.write_table(pa.table({"case": ["a"], "returns": column}), tmp_path / "c.parquet")
    ran = batch(tmp_path / "c.parquet", "--rejects", tmp_path / "rejects")
    assert ran.code == 0 and "1 set aside" in ran.out
    assert rows(tmp_path / "rejects")[0]["record"]["case"] == "a"


def test_what_ends_lines_elsewhere_ends_none_here(batch: Run, tmp_path: Path) -> None:
    path = lines(tmp_path / "c.ndjson", '{"case": "a\u2028b\u2029c"}\r', {"case": "d"})
    batch(path, "--out", "rows.ndjson")
    assert [row["case"] for row in rows(tmp_path / "rows.ndjson")] == ["a\u2028b\u2029c", "d"]
    table = tmp_path / "c.csv"
    table.write_text("case,order.number\na,x\u2028y\nb,z\n", "utf-8")
    batch(table, "--out", "rows.ndjson", "--jobs", "1")
    assert [row["line"] for row in rows(tmp_path / "rows.ndjson")] == [2, 3]


def test_lines_without_end_are_left_behind(
    monkeypatch: pytest.MonkeyPatch, batch: Run, tmp_path: Path
) -> None:
    monkeypatch.setattr("policyengine.syntax.lines.MAX_BYTES", 1_000)
    monkeypatch.setattr(records, "MAX_BYTES", 1_000)
    monkeypatch.setattr(json_array, "MAX_BYTES", 1_000)
    monkeypatch.setattr(json_array, "_PIECE", 100)
    long = f'{{"case": "{"x" * 2_000}"}}'
    ran, found, total = judge(batch, tmp_path / "c.ndjson", f"{{}}\n{long}\n{{}}\n".encode())
    assert ran.code == 0 and " 2 judged, 1 set aside" in total and found[0]["line"] == 2
    ran, _, total = judge(batch, tmp_path / "c.json", f"[{{}},\n{long}]".encode())
    assert ran.code == 3 and " 1 judged, 1 set aside" in total and "longer than" in ran.err
    ran, _, total = judge(batch, tmp_path / "c.csv", f"case\na\n{'x' * 2_000}\nb\n".encode())
    assert ran.code == 3 and " 1 judged, 1 set aside" in total and "longer than" in ran.err


def test_a_page_shows_titles_of_others_as_text(batch: Run, tmp_path: Path) -> None:
    case = {**GIFT, "case": "<script>", "order": {**GIFT["order"], "number": "<b>"}}
    batch(lines(tmp_path / "c.ndjson", case), "--report", "page.html")
    assert "<script" not in (tmp_path / "page.html").read_text("utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    text = "".join(f"{json.dumps(one)}\n" for one in some_cases(100))
    peaks = []
    for times in (1, 6):
        path = tmp_path / f"{times}.ndjson"
        path.write_text(text * times, "utf-8")
        script = (
            "import resource\nfrom policyengine import cli\nfrom policyengine.batch import records\n"
            "records.PER_BLOCK = 100\n"
            f"words = [{str(path)!r}, '--jobs', '1', '--quick', '--rules', {str(BOOK)!r}]\n"
            "try: cli.main(['batch', '--out', 'rows.ndjson', *words])\n"
            "except SystemExit: pass\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        ran = subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT / "src"), "HOME": str(tmp_path), "PATH": ""},
            capture_output=True,
            check=True,
        )
        peaks.append(int(ran.stdout.split()[-1]))
    assert peaks[1] < peaks[0] * 1.15 + 2_000, peaks
