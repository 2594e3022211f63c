"""The same judgement inside Spark: Parquet in, judged where the rows lie, Parquet out.

Spark reads the files, divides their rows, gives the work of a lost machine to another one, and writes.
Each process of it receives the files of the rulebook as data, loads them once, and holds their digest against
the one that was sent; then it judges the rows in the slices, and with the very code, of a run on one machine.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from policyengine.batch.columns import ColumnFinder, Columns
from policyengine.batch.decisions import MOST_TOLD, Decisions, Done
from policyengine.batch.encoding import schema_of
from policyengine.batch.inputs import Input
from policyengine.batch.parquet import arrow, head_of
from policyengine.batch.reading import Read
from policyengine.batch.records import Block, Slice
from policyengine.batch.row import RowShape
from policyengine.batch.staging import ENDING
from policyengine.batch.summary import REJECTED, Summary
from policyengine.diagnostics.diagnostic import Diagnostic, FaultsFound, error, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen
from policyengine.version import __version__

PER_SLICE = 1_000
"""So many rows of a file stay together."""

_SLICES_A_TASK = 5
"""What is lost with a machine is at most this for each of its processes, and is judged again."""

_FILE, _ROW, _SLICE = "_policyengine_file", "_policyengine_row", "_policyengine_slice"
_JUDGED = "judged"
_ROWS_OF_FILES = "rows"
_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(PER_SLICE),
}


class NeedsSpark(Exception):
    """What was asked for needs the package pyspark, which is not there."""


class NeedsJava(Exception):
    """Spark runs on Java, which is not there, or does not start: one that is too old says so itself."""


class ClusterFault(Exception):
    """Spark could not do what it was asked for; the text says why."""


class InTheWay(Exception):
    """The output, or an unfinished run of it, is there already."""


class AnotherVersion(Exception):
    """A process of the cluster has another version of this program."""


class Judged(Frozen):
    """What a run counted; ``faulty`` are the first records put aside, ``differ`` is where two engines do."""

    summary: Summary
    faulty: tuple[Read, ...]
    differ: tuple[str, str, int] | None


# ---------- a session


@contextmanager
def session(master: str | None) -> Iterator[Any]:
    """Give a session of Spark: the one that this process has, else a new one, which ends afterwards.

    ``master`` says which cluster; None leaves it to Spark's own configuration, or to this machine. Raises
    NeedsSpark, NeedsJava and ClusterFault.
    """
    try:
        import pandas  # noqa: F401  (asked for by Spark, late)
        from pyspark.sql import SparkSession
    except ImportError:
        raise NeedsSpark from None
    there = SparkSession.getActiveSession()
    if there is not None:
        yield there
        return
    if not _has_java():
        raise NeedsJava
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("policyengine batch")
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    if master is not None or "SPARK_HOME" not in os.environ:
        builder = builder.master(master or "local[*]")
    try:
        made = builder.getOrCreate()
    except Exception as fault:  # py4j has classes of its own, and says the rest in Java's words
        told = reason(fault)
        raise NeedsJava if "JAVA_GATEWAY_EXITED" in told else ClusterFault(told) from None
    try:
        yield made
    finally:
        with suppress(Exception):  # a cluster that is gone cannot be told
            made.stop()


def _has_java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=os.path.join(home, "bin") if home else None) is not None


def reason(fault: BaseException) -> str:
    """Return in one line what Spark says."""
    cause = getattr(fault, "java_exception", None)
    text = str(fault if cause is None else cause.toString())
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    # Where a process of Python failed, its own last line tells more than Java's first.
    raised = [line for line in lines if line.startswith("policyengine.")]
    return (raised or lines or [type(fault).__name__])[0]


# ---------- what the driver does


class Table(Frozen):
    """Files that have the same columns, by their numbers, and how many rows they have together."""

    files: tuple[int, ...]
    columns: Columns
    rows: int


def tables_of(sources: Sequence[Input], columns: ColumnFinder) -> list[Table]:
    """Return files by their columns. Raises FaultsFound, for what is no Parquet file as well."""
    found: dict[str, Table] = {}
    faults: list[Diagnostic] = []
    for number, source in enumerate(sources):
        try:
            schema, meant, rows = head_of(source, columns)
        except FaultsFound as fault:
            faults += fault.diagnostics
            continue
        faults += _too_fine(source, schema)
        before = found.get(str(schema), Table((), meant, 0))
        found[str(schema)] = Table((*before.files, number), meant, before.rows + rows)
    if faults:
        raise FaultsFound(faults)
    return list(found.values())


def _too_fine(source: Input, schema: Any) -> Iterator[Diagnostic]:
    """Return a fault for each column with times that Spark refuses to read."""
    for field in schema:
        if "timestamp[ns" in str(field.type):  # also within records
            what = message("Spark does not read times in nanoseconds, such as `{name}`", name=field.name)
            help = message("write the file with times in microseconds")
            yield error("file-form", what, Span(source.name), help)


class SparkRun:
    """One run: what is judged, into which folder."""

    def __init__(
        self, spark: Any, task: Decisions, shape: RowShape, sources: Sequence[Input], columns: ColumnFinder
    ) -> None:
        """``sources`` are Parquet files that every machine of the cluster sees under their names."""
        self.spark = spark
        self.task = task
        self.shape = shape
        self.sources = sources
        self.columns = columns
        for name, value in _SETTINGS.items():
            if name.startswith("spark.sql."):
                spark.conf.set(name, value)

    def judge(
        self,
        out: str | None,
        refuse: Callable[[Judged], None],
        put_aside: Callable[[bytes], None] | None,
        finish: Callable[[], None],
    ) -> Judged:
        """Judge everything, and write the rows into the folder ``out``, which appears whole or not at all.

        ``refuse`` raises for what must not be written, ``put_aside`` takes the faulty records in their order,
        and ``finish`` puts these into their place. Raises FaultsFound for columns that cannot be understood,
        InTheWay, ClusterFault and OSError.
        """
        with _staging(out) as folder, _told():
            frame = self._judged()
            if folder is not None:
                path = _place(os.path.join(folder, _JUDGED))
                frame.write.partitionBy("kind").parquet(path)
                frame = self.spark.read.schema(frame.schema).parquet(_pattern(os.path.join(folder, _JUDGED)))
            else:
                frame = frame.filter("kind <> 'row'").persist()
            judged = self._collected(frame)
            refuse(judged)
            if put_aside is not None and judged.summary.number(*REJECTED):
                rejects = frame.filter("kind = 'reject'").orderBy("file", "line").select("data")
                for row in rejects.toLocalIterator():
                    put_aside(bytes(row.data))
            if folder is not None:
                rows = os.path.join(folder, _ROWS_OF_FILES)
                frame.filter("kind = 'row'").select("row.*").write.parquet(_place(rows))
            finish()
            if folder is not None and out is not None:
                os.rename(rows, out)
        return judged

    def _judged(self) -> Any:
        """Return what is made of all rows, not judged yet."""
        from pyspark.sql.pandas.types import from_arrow_schema

        told = from_arrow_schema(_told_schema(self.shape))
        frames = [
            self._in_slices(table).mapInArrow(self._work(table), told)
            for table in tables_of(self.sources, self.columns)
        ]
        first, *rest = frames
        for one in rest:
            first = first.unionAll(one)
        return first

    def _work(self, table: Table) -> Callable[[Iterable[Any]], Iterator[Any]]:
        """Return what judges rows: a function that each process has itself, and data for it."""
        places = {_uri(self.sources[one].path): (one, self.sources[one].name) for one in table.files}
        return partial(_judge_batches, __version__, self.task, table.columns, places)

    def _in_slices(self, table: Table) -> Any:
        """Return rows with their file and number, slices whole and divided among many tasks."""
        from pyspark.sql import functions

        read = self.spark.read.parquet(*(_pattern(self.sources[one].path) for one in table.files))
        place, row = functions.col("_metadata.file_path"), functions.col("_metadata.row_index")
        whole = read.select("*", place.alias(_FILE), row.alias(_ROW))
        # Names of facts have dots, which Spark takes for steps: columns are told by their place.
        named = whole.toDF(*(f"c{number}" for number in range(len(read.columns))), _FILE, _ROW)
        sliced = named.withColumn(_SLICE, functions.floor(functions.col(_ROW) / PER_SLICE))
        parallel = self.spark.sparkContext.defaultParallelism
        slices = -(-table.rows // PER_SLICE)
        tasks = max(1, min(slices, 4 * parallel), -(-slices // _SLICES_A_TASK))
        placed = sliced.repartition(tasks, _FILE, _SLICE).sortWithinPartitions(_FILE, _ROW)
        return placed.drop(_SLICE)

    @staticmethod
    def _collected(frame: Any) -> Judged:
        summary = Summary()
        faulty: list[Read] = []
        differ: list[tuple[str, str, int]] = []
        few = frame.filter("kind in ('summary', 'faulty', 'differ')").select("kind", "file", "line", "data")
        for row in sorted(few.collect(), key=lambda one: (one.file, one.line)):
            data = bytes(row.data)
            if row.kind == "summary":
                summary.merge(Summary.of_data(json.loads(data)))
            elif row.kind == "differ":
                differ.append(tuple(json.loads(data)))
            elif len(faulty) < MOST_TOLD:
                faulty.append(pickle.loads(data))  # our own processes have written it
        return Judged(summary, tuple(faulty), differ[0] if differ else None)


@contextmanager
def _told() -> Iterator[None]:
    """Say in words of this program what Spark cannot do."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as fault:
        raise ClusterFault(reason(fault)) from None


@contextmanager
def _staging(out: str | None) -> Iterator[str | None]:
    """Give a folder beside the output, which is gone afterwards. Raises InTheWay and OSError."""
    if out is None:
        yield None
        return
    if os.path.lexists(out):
        raise InTheWay(out)
    folder = out + ENDING
    try:
        os.mkdir(folder)
    except FileExistsError:
        raise InTheWay(folder) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _place(path: str) -> str:
    """Return a path as Spark writes to it."""
    return f"file://{os.path.abspath(path)}"


def _pattern(path: str) -> str:
    """Return a path as Spark reads it, which takes some signs for those of a pattern."""
    return re.sub(r"([*?{}\[\]\\])", r"\\\1", _place(path))


def _uri(path: str) -> str:
    """Return a path as Spark tells of it."""
    return Path(os.path.abspath(path)).as_uri()


# ---------- what each process of the cluster does


def _told_schema(shape: RowShape) -> Any:
    """Return the columns of what a process tells: rows, rejects, and what it has counted."""
    pa = arrow()
    return pa.schema(
        [
            pa.field("kind", pa.string()),
            pa.field("file", pa.int32()),
            pa.field("line", pa.int64()),
            pa.field("data", pa.binary()),
            pa.field("row", pa.struct(list(_spoken(schema_of(shape))))),
        ]
    )


def _spoken(schema: Any) -> Any:
    """Return a schema as Spark has it: instants are microseconds in UTC."""
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

    return to_arrow_schema(from_arrow_schema(schema))


@lru_cache(maxsize=1)
def _judge_of(task: Decisions) -> tuple[Callable[[Block], Done], RowShape]:
    """Return what judges blocks, made ready once in a process. Raises Unlike for another rulebook."""
    book = task.shipment.open()
    return task.start(), RowShape(book.model)


def _judge_batches(
    version: str,
    task: Decisions,
    columns: Columns,
    files: Mapping[str, tuple[int, str]],
    batches: Iterable[Any],
) -> Iterator[Any]:
    """Judge rows as Spark gives them; return what is told of them. Raises AnotherVersion and Unlike."""
    if version != __version__:
        raise AnotherVersion(f"the driver has {version}, and this process {__version__}")
    judge, shape = _judge_of(task)
    teller = _Teller(shape)
    for batch in batches:
        for place, first, rows in _runs(batch):
            number, name = files[place]
            done = judge((_slice(name, columns, first + 1, rows),))
            yield from teller.told(number, done)
    yield from teller.rest()


def _runs(batch: Any) -> Iterator[tuple[str, int, Any]]:
    """Return rows that follow one another in one file: the file, the number of the first from 0, the rows."""
    places, numbers = (batch.column(name).to_pylist() for name in (_FILE, _ROW))
    rows = batch.drop_columns([_FILE, _ROW])
    start = 0
    for end in range(1, len(places) + 1):
        is_next = end < len(places) and places[end] == places[start]
        if not is_next or numbers[end] != numbers[start] + end - start:
            yield _plain(places[start]), numbers[start], rows.slice(start, end - start)
            start = end


def _plain(place: str) -> str:
    """Return the address of a file as the driver writes it: Spark leaves out slashes, and escapes less."""
    return Path(unquote(urlsplit(place).path)).as_uri()


def _slice(name: str, columns: Columns, first: int, rows: Any) -> Slice:
    pa = arrow()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_batch(rows)
    return Slice(name, columns, first, rows.num_rows, sink.getvalue().to_pybytes())


class _Teller:
    """What one task tells of its slices."""

    def __init__(self, shape: RowShape) -> None:
        self.arrow = arrow()
        self.own = schema_of(shape)
        self.told_schema = _told_schema(shape)
        self.row_type = self.told_schema.field("row").type
        self.summary = Summary()
        self.faulty: list[tuple[int, Read]] = []
        self.place = (0, 0)

    def told(self, file: int, done: Done) -> Iterator[Any]:
        """Return the rows and rejects of a slice."""
        self.summary.merge(done.summary)
        self.faulty += [(file, one) for one in done.faulty][: MOST_TOLD - len(self.faulty)]
        if done.rows:
            yield self._rows(file, done.rows)
        aside = [(json.loads(line)["line"], line) for line in done.rejects.splitlines(keepends=True)]
        if aside:
            yield self._batch("reject", [(file, line, data) for line, data in aside])
        if done.differ is not None:
            difference, read = done.differ
            data = json.dumps([difference, read.file, read.line]).encode()
            yield self._batch("differ", [(file, read.line, data)])

    def rest(self) -> Iterator[Any]:
        """Return what is told of all slices together."""
        if self.faulty:
            yield self._batch("faulty", [(file, one.line, pickle.dumps(one)) for file, one in self.faulty])
        yield self._batch("summary", [(0, 0, json.dumps(self.summary.data()).encode())])

    def _rows(self, file: int, data: bytes) -> Any:
        pa = self.arrow
        batch = pa.ipc.read_record_batch(pa.ipc.read_message(data), self.own)
        columns = [
            column.cast(field.type) for column, field in zip(batch.columns, self.row_type, strict=True)
        ]
        lines = batch.column(2).cast(pa.int64())  # of every row: the case, the file, the line
        size = batch.num_rows
        return pa.record_batch(
            [
                pa.array(["row"] * size, pa.string()),
                pa.array([file] * size, pa.int32()),
                lines,
                pa.nulls(size, pa.binary()),
                pa.StructArray.from_arrays(columns, fields=list(self.row_type)),
            ],
            schema=self.told_schema,
        )

    def _batch(self, kind: str, told: Sequence[tuple[int, int, bytes]]) -> Any:
        pa = self.arrow
        files, lines, data = zip(*told, strict=True)
        return pa.record_batch(
            [
                pa.array([kind] * len(told), pa.string()),
                pa.array(files, pa.int32()),
                pa.array(lines, pa.int64()),
                pa.array(data, pa.binary()),
                pa.nulls(len(told), self.row_type),
            ],
            schema=self.told_schema,
        )
