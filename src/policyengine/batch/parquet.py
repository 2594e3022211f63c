"""Parquet files through Arrow: rows in slices that are sent to other processes, and the exact values in them.

No sum and no instant passes through a binary fraction: a column of floating-point numbers is refused, but for
whole numbers of facts that are counted (programs that know no missing whole number write those so).
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from policyengine.batch.columns import ColumnFinder, Columns
from policyengine.batch.inputs import Input, NeedsArrow
from policyengine.diagnostics.diagnostic import Diagnostic, FaultsFound, error, message
from policyengine.diagnostics.span import Span
from policyengine.syntax.files import unreadable
from policyengine.syntax.keys import Path

if TYPE_CHECKING:
    from policyengine.batch.records import Piece, Slice, Told

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_EXACT = 2.0**53  # from here on two whole numbers are one floating-point number
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def arrow() -> Any:
    """Return pyarrow. Raises NeedsArrow."""
    try:
        import pyarrow
    except ImportError:
        raise NeedsArrow from None
    return pyarrow


def read_slices(source: Input, columns: ColumnFinder, told: Told) -> Iterator[Piece]:
    """Return the rows of a Parquet file in slices. Raises FaultsFound for its columns."""
    from policyengine.batch.records import PER_BLOCK, Slice, unread

    pa = arrow()
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(source.path, page_checksum_verification=True)
    except (OSError, ValueError, pa.ArrowException) as fault:
        yield unread(source, _unreadable(source, fault, 1))
        return
    with file:
        schema = file.schema_arrow
        found = _columns(source, schema, columns)
        size, rows, row = _size(source), file.metadata.num_rows, 1
        try:
            for batch in file.iter_batches(batch_size=PER_BLOCK):
                sink = pa.BufferOutputStream()
                with pa.ipc.new_stream(sink, batch.schema) as writer:
                    writer.write_batch(batch)
                told(size * batch.num_rows // max(1, rows))
                yield Slice(source.name, found, row, batch.num_rows, sink.getvalue().to_pybytes())
                row += batch.num_rows
        except (OSError, ValueError, pa.ArrowException) as fault:
            yield unread(source, _unreadable(source, fault, row))


def head_of(source: Input, columns: ColumnFinder) -> tuple[Any, Columns, int]:
    """Return the schema of a file, what its columns hold, and how many rows it has. Raises FaultsFound."""
    pa = arrow()
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(source.path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except (OSError, ValueError, pa.ArrowException) as fault:
        raise FaultsFound([_unreadable(source, fault, 1)]) from None
    return schema.remove_metadata(), _columns(source, schema, columns), rows


def _columns(source: Input, schema: Any, columns: ColumnFinder) -> Columns:
    found = columns.find(source.name, schema.names)
    placed = zip(found.columns, schema.types, strict=True)
    columns.refuse_floats(
        source.name, [leaf for one, kind in placed for leaf in floating_leaves(kind, one.path)]
    )
    return found


def _size(source: Input) -> int:
    return os.stat(source.path).st_size


def _unreadable(source: Input, fault: Exception, row: int) -> Diagnostic:
    if isinstance(fault, OSError) and fault.errno is not None:
        return unreadable(source.name, fault, row)
    what = message("this is not a Parquet file, or it is damaged")
    help = message("write it again, or name the file after its format")
    return error("file-unreadable", what, Span(source.name, row, 1, row, 1), help)


def rows_of(piece: Slice) -> Iterator[Sequence[object]]:
    """Return the values of each row in a slice, as a case holds them."""
    pa = arrow()
    with pa.ipc.open_stream(piece.data) as reader:
        for batch in reader:
            columns = [exact(column) for column in batch.columns]
            yield from zip(*columns, strict=True) if columns else ()


def exact(column: Any) -> list[object]:
    """Return the values of an Arrow array; what has no exact value stays what it is, to be refused."""
    import pyarrow.types as types

    kind = column.type
    if types.is_dictionary(kind):
        return exact(column.dictionary_decode())
    if types.is_timestamp(kind):
        return [_instant(value, kind) for value in column.cast("int64").to_pylist()]
    if types.is_struct(kind):
        parts = {kind.field(number).name: exact(column.field(number)) for number in range(kind.num_fields)}
        valid = column.is_valid().to_pylist()
        return [
            {name: values[row] for name, values in parts.items() if values[row] is not None}
            if is_there
            else None
            for row, is_there in enumerate(valid)
        ]
    if types.is_fixed_size_list(kind):
        return exact(column.cast(arrow().list_(kind.value_type)))
    if types.is_list(kind) or types.is_large_list(kind):
        offsets, values = column.offsets.to_pylist(), exact(column.values)
        valid = column.is_valid().to_pylist()
        return [
            values[offsets[row] : offsets[row + 1]] if is_there else None
            for row, is_there in enumerate(valid)
        ]
    if types.is_floating(kind):
        return [_whole(value) for value in column.to_pylist()]
    found: list[object] = column.to_pylist()
    return found


def _whole(value: float | None) -> object:
    """Return the whole number that a column of floating-point numbers holds; only counts come so far."""
    if value is None or math.isnan(value):  # how pandas writes what is missing
        return None
    return int(value) if abs(value) < _EXACT and value.is_integer() else value


def floating_leaves(kind: Any, path: Path) -> Iterator[Path]:
    """Return the steps to every floating-point number in values of an Arrow type, records by number 0."""
    import pyarrow.types as types

    if types.is_dictionary(kind):
        yield from floating_leaves(kind.value_type, path)
    elif types.is_floating(kind):
        yield path
    elif types.is_struct(kind):
        for number in range(kind.num_fields):
            yield from floating_leaves(kind.field(number).type, (*path, kind.field(number).name))
    elif types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        yield from floating_leaves(kind.value_type, (*path, 0))


def _instant(value: int | None, kind: Any) -> str | None:
    """Return the text of a timestamp; without a zone it is read in that of the rulebook."""
    if value is None:
        return None
    seconds, rest = divmod(value, _PER_SECOND[kind.unit])
    try:
        text = (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat(" ")
    except OverflowError:
        return f"{value} {kind.unit}"  # no instant of any calendar: the reader of cases says so
    fraction = f".{rest:0{len(str(_PER_SECOND[kind.unit])) - 1}}" if rest else ""
    return f"{text}{fraction}{'Z' if kind.tz is not None else ''}"
