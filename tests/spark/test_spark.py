"""A cluster says what one machine says: rows, rejects and summary; also if a process is killed."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from threading import Event, Thread
from typing import Any
from unittest.mock import Mock

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest
from batches import BOOK, some_cases
from running import Ran, Run

from policyengine import Rulebook, cli, load_rulebook
from policyengine.batch import spark
from policyengine.batch.columns import ColumnFinder, Columns, Named
from policyengine.batch.decisions import Decisions
from policyengine.batch.inputs import Input
from policyengine.batch.reading import When
from policyengine.batch.shipment import Unlike, ship
from policyengine.diagnostics.diagnostic import FaultsFound
from policyengine.frozen import replace
from policyengine.model.lookup import Lookup

pyspark = pytest.importorskip("pyspark")
has_java = shutil.which("java") is not None or "JAVA_HOME" in os.environ
pytestmark = [  # Spark's own connections to Java are closed by whoever collects garbage
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
needs_java = pytest.mark.skipif(not has_java, reason="Spark runs on Java")
CASES = 900


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two processes that judge, and one that drives."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("PYTHONPATH", os.pathsep.join([str(BOOK.parents[2] / "src"), str(BOOK.parents[1])]))
        with spark.session("local-cluster[2,1,1024]") as made:
            yield made


@pytest.fixture
def batch(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run ``batch`` in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(spark, "PER_SLICE", 50)

    def call(*words: str | Path) -> Ran:
        with pytest.raises(SystemExit) as ending:
            cli.main(["batch", "--lang", "en", *map(str, words), "--rules", str(BOOK)])
        assert isinstance(ending.value.code, int)
        out, err = capsysbinary.readouterr()
        return Ran(ending.value.code, out.decode(), err.decode())

    return call


def table(cases: list[dict[str, Any]]) -> arrow.Table:
    """Return cases as a table with a column of each kind; two of a hundred rows are faulty."""

    def told(name: str, kind: arrow.DataType, read: Any = lambda value: value) -> arrow.Array:
        values = [one["order"].get(name) for one in cases]
        return arrow.array([None if value is None else read(value) for value in values], kind)

    def returned(case: dict[str, Any]) -> list[dict[str, Any]] | None:
        records = case.get("returns")
        if records is None:
            return None
        return [{**one, "amount": Decimal(one["amount"]) if "amount" in one else None} for one in records]

    record = arrow.struct([("amount", arrow.decimal128(12, 2)), ("at", arrow.string())])
    kinds = ["nonsense" if number % 50 == 7 else one["order"].get("kind") for number, one in enumerate(cases)]
    return arrow.table(
        {
            "case": [one["case"] for one in cases],
            "as_of": [one["as_of"] for one in cases],
            "order.paid": told("paid", arrow.decimal128(12, 2), Decimal),
            "order.kind": kinds,
            "order.is_gift": told("is_gift", arrow.bool_()),
            "order.items": told("items", arrow.int64()),
            "order.paid_at": told("paid_at", arrow.timestamp("ms"), datetime.fromisoformat),
            "order.number": told("number", arrow.string()),
            "returns": arrow.array([returned(one) for one in cases], arrow.list_(record)),
        }
    )


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file or folder in the order of the cases."""
    return sorted(parquet.read_table(path).to_pylist(), key=lambda row: (row["file"], row["line"]))


def kill_one(cluster: Any, out: Path, is_done: Event, killed: list[int]) -> None:
    """Kill a process that judges as soon as something is judged, and not everything."""
    judged = out.with_name(out.name + ".unfinished") / "judged"
    while not any(judged.glob("**/kind=row/*.parquet")):
        if is_done.wait(0.01):
            return
    app = cluster.sparkContext.applicationId.encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if app in words and any(word.endswith(b"CoarseGrainedExecutorBackend") for word in words):
            os.kill(int(folder.name), signal.SIGKILL)
            if not (judged / "_SUCCESS").exists():
                killed.append(int(folder.name))
            return


@needs_java
def test_a_cluster_of_which_a_process_is_killed_says_what_one_machine_says(
    cluster: Any, batch: Run, tmp_path: Path
) -> None:
    cases = some_cases(CASES)
    parquet.write_table(table(cases), tmp_path / "many [1].parquet")
    parquet.write_table(table(cases[:60]).drop_columns(["returns"]), tmp_path / "few.parquet")
    words = ("few.parquet", "many [1].parquet")
    alone = batch(*words, "--out", "alone.parquet", "--rejects", "alone.ndjson", "--jobs", 1)
    killed: list[int] = []
    out = tmp_path / "together.parquet"
    is_done = Event()
    killer = Thread(target=kill_one, args=(cluster, out, is_done, killed))
    killer.start()
    together = batch(*words, "--out", out.name, "--rejects", "together.ndjson", "--engine", "spark")
    is_done.set()
    killer.join()
    assert len(killed) == 1, together
    assert (together.code, together.out, together.err) == (alone.code, alone.out, alone.err)
    assert rows_of(out) == rows_of(tmp_path / "alone.parquet")
    assert (tmp_path / "together.ndjson").read_bytes() == (tmp_path / "alone.ndjson").read_bytes()
    assert sum(1 for _ in (tmp_path / "alone.ndjson").open()) == 20
    assert not out.with_name(out.name + ".unfinished").exists()
    again = batch(*words, "--out", out.name, "--engine", "spark")
    assert again.code == 74 and "Is a directory" in again.err


def test_what_spark_does_not_read_is_told_before_it_is_asked(book: Rulebook, tmp_path: Path) -> None:
    records = arrow.list_(arrow.struct([("at", arrow.timestamp("ns"))]))
    parquet.write_table(arrow.table({"returns": arrow.array([[]], records)}), tmp_path / "fine.parquet")
    source = Input(str(tmp_path / "fine.parquet"), "parquet", "")
    with pytest.raises(FaultsFound, match="nanoseconds, such as `returns`"):
        spark.tables_of([source], ColumnFinder(Lookup(book.model), Named()))


@needs_java
def test_nothing_is_written_where_a_run_stops(cluster: Any, batch: Run, tmp_path: Path) -> None:
    parquet.write_table(table(some_cases(60)), tmp_path / "cases.parquet")
    ran = batch("cases.parquet", "--out", "rows.parquet", "--engine", "spark", "--strict")
    assert ran.code == 3 and "nonsense" in ran.err
    assert [one.name for one in tmp_path.iterdir()] == ["cases.parquet"]
    (tmp_path / "rows.parquet.unfinished").mkdir()
    ran = batch("cases.parquet", "--out", "rows.parquet", "--engine", "spark")
    assert ran.code == 2 and "rows.parquet.unfinished already exists" in ran.err


def test_what_is_missing_is_named(batch: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet.write_table(table(some_cases(3)), tmp_path / "cases.parquet")
    monkeypatch.setattr("pyspark.sql.SparkSession.getActiveSession", lambda: None)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    ran = batch("cases.parquet", "--engine", "spark")
    assert ran.code == 2 and "Spark needs Java 17 or later" in ran.err
    exits = pyspark.errors.PySparkRuntimeError(errorClass="JAVA_GATEWAY_EXITED", messageParameters={})
    monkeypatch.setattr(spark, "_has_java", lambda: True)
    monkeypatch.setattr("pyspark.sql.SparkSession.Builder.getOrCreate", Mock(side_effect=exits))
    ran = batch("cases.parquet", "--engine", "spark")
    assert ran.code == 2 and "Spark needs Java 17 or later" in ran.err
    monkeypatch.setitem(sys.modules, "pandas", None)
    ran = batch("cases.parquet", "--engine", "spark")
    assert ran.code == 2 and "pip install 'dispute-policyengine[spark]'" in ran.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("cases.csv", "--engine", "spark"), "reads only Parquet, and cases.csv is not"),
        (("cases.parquet", "--engine", "spark", "--out", "rows.ndjson"), "end --out in .parquet"),
        (("cases.parquet", "--engine", "spark", "--resume", "--out", "a.parquet"), "leave out --full"),
        (("cases.parquet", "--engine", "spark", "--jobs", "2"), "--jobs is for this machine"),
        (("cases.parquet", "--master", "yarn"), "add --engine spark"),
    ],
)
def test_what_a_cluster_does_not_do_is_refused(
    batch: Run, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    parquet.write_table(table(some_cases(3)), tmp_path / "cases.parquet")
    (tmp_path / "cases.csv").write_text("case\n1\n")
    ran = batch(*words)
    assert ran.code == 2 and told in ran.err


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook(BOOK, engine="compiled")


def test_a_process_judges_by_nothing_but_what_was_sent(book: Rulebook) -> None:
    sent = ship(book, ())
    task = Decisions(sent, Named(), When("given", 0), "parquet", False, True, "en")
    with pytest.raises(spark.AnotherVersion):
        next(spark._judge_batches("0", task, Columns(()), {}, []))
    other = replace(task, shipment=replace(sent, digest="0" * 64))
    with pytest.raises(Unlike):
        next(spark._judge_batches(spark.__version__, other, Columns(()), {}, []))
