"""Rows as bytes: NDJSON, CSV, or Arrow record batches from which a Parquet file is made."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Protocol

import msgspec

from policyengine.batch.parquet import arrow
from policyengine.batch.row import NOT_APPLICABLE, Cell, Field, Row, RowShape
from policyengine.model.rulebook import Rulebook
from policyengine.values.escaping import inert_cell
from policyengine.values.literals import MILLIONTH_PLACES, Duration, ValueType, format_value, length_text

Target = Literal["ndjson", "csv", "parquet"]
TARGETS: tuple[Target, ...] = ("ndjson", "csv", "parquet")
_BETWEEN = "; "
_FREE = ("text", ValueType.TEXT)  # what somebody else has written


class Encoder(Protocol):
    """Writes rows in one form."""

    def head(self) -> bytes:
        """Return what stands before the first row."""
        ...

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Return rows as bytes; rows that come together in one call stay together."""
        ...


def encoder_of(target: Target, shape: RowShape) -> Encoder:
    """Return what writes rows in a form. Raises NeedsArrow."""
    if target == "ndjson":
        return Ndjson(shape)
    return Csv(shape) if target == "csv" else Arrow(shape)


Show = Callable[[Any], object]
"""Returns a cell that holds something in another form."""


def _shown(book: Rulebook, field: Field) -> Show:
    """Return what gives the cells of a column as JSON has them; a value in its one machine form."""
    form = field.form
    if isinstance(form, ValueType):
        zone, currency = book.zone, book.currency
        return lambda cell: format_value(cell, form, zone, currency)
    if form == "records":
        inner = _Names(book, field.fields)
        return lambda records: [inner.of(row) for row in records]
    return list if form == "texts" else _as_it_is


def _as_it_is(cell: object) -> object:
    return cell


class _Names:
    """Rows by the names of their columns, as JSON has them; what is not applicable is left out."""

    def __init__(self, book: Rulebook, fields: Sequence[Field]) -> None:
        """``fields`` are the columns."""
        # What says nothing, beside None.
        self.columns = [
            (one.name, NOT_APPLICABLE if one.part == "status" else None, _shown(book, one)) for one in fields
        ]

    def of(self, row: Sequence[Cell]) -> dict[str, object]:
        """Return a row."""
        return {
            name: cell if show is _as_it_is else show(cell)
            for (name, nothing, show), cell in zip(self.columns, row, strict=True)
            if cell is not None and cell != nothing
        }


_json = msgspec.json.Encoder().encode


class Ndjson:
    """One JSON object a row; what has no value, or is not applicable, is left out."""

    def __init__(self, shape: RowShape) -> None:
        """``shape`` knows the columns."""
        self.names = _Names(shape.book, shape.fields)

    def head(self) -> bytes:
        """Return nothing."""
        return b""

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Return a line for each row."""
        return b"".join([_json(self.names.of(row)) + b"\n" for row in rows])


class Csv:
    """A table (RFC 4180, UTF-8): rules and missing facts divided by semicolons, records as JSON in a cell."""

    def __init__(self, shape: RowShape) -> None:
        """``shape`` knows the columns."""
        self.shape = shape
        self.shows = [_cell(shape.book, field) for field in shape.fields]

    def head(self) -> bytes:
        """Return the names of the columns."""
        return _csv([[field.name for field in self.shape.fields]])

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Return a line for each row."""
        shows = self.shows
        return _csv(
            [None if cell is None else show(cell) for show, cell in zip(shows, row, strict=True)]
            for row in rows
        )


def _cell(book: Rulebook, field: Field) -> Show:
    """Return what gives the cells of a column as a table has them."""
    show = _shown(book, field)
    if field.form == "records":
        return lambda cell: _json(show(cell)).decode()
    if field.form == "texts":
        return _BETWEEN.join
    if field.form is ValueType.BOOLEAN:
        return lambda cell: "true" if cell else "false"
    if field.form in _FREE and field.part != "status":  # a status is one of our own words
        return inert_cell
    return show


def _csv(rows: Iterable[Sequence[object]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode()


# ---------- Arrow


class Arrow:
    """Arrow record batches without their schema, one after the other."""

    def __init__(self, shape: RowShape) -> None:
        """``shape`` knows the columns. Raises NeedsArrow."""
        self.shape = shape
        self.arrow = arrow()
        self.schema = schema_of(shape)

    def head(self) -> bytes:
        """Return nothing: the schema belongs to the rulebook."""
        return b""

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Return one batch."""
        if not rows:
            return b""
        places = self.shape.book.currency.places
        columns = [
            self.arrow.array(exact_cells(field, [row[number] for row in rows], places), kind)
            for number, (field, kind) in enumerate(zip(self.shape.fields, self.schema.types, strict=True))
        ]
        batch = self.arrow.record_batch(columns, schema=self.schema)
        data: bytes = batch.serialize().to_pybytes()
        return data


def schema_of(shape: RowShape) -> Any:
    """Return the Arrow schema of a rulebook's rows. Raises NeedsArrow.

    Money is a decimal with the places of the currency, a percentage a decimal of percents, an instant a
    timestamp in the zone of the rulebook, a length of time its text.
    """
    pa = arrow()
    return pa.schema([pa.field(one.name, _type(one, shape.book)) for one in shape.fields])


def _type(field: Field, book: Rulebook) -> Any:
    pa = arrow()
    match field.form:
        case "texts":
            return pa.list_(pa.string())
        case "records":
            return pa.list_(pa.struct([pa.field(one.name, _type(one, book)) for one in field.fields]))
        case ValueType.MONEY:
            return pa.decimal128(38, book.currency.places)
        case ValueType.PERCENT | ValueType.NUMBER:
            return pa.decimal128(38, MILLIONTH_PLACES)
        case ValueType.COUNT:
            return pa.int64()
        case ValueType.BOOLEAN:
            return pa.bool_()
        case ValueType.INSTANT:
            return pa.timestamp("ms", tz=book.zone.key)
        case ValueType.DATE:
            return pa.date32()
        case _:
            return pa.string()


def exact_cells(field: Field, cells: Sequence[Cell], places: int) -> list[object]:
    """Return cells as Arrow takes them, exactly; ``places`` are the decimals of the currency."""
    return [None if cell is None else _exact(field, cell, places) for cell in cells]


def _exact(field: Field, cell: Any, places: int) -> object:
    match field.form:
        case "records":
            return [exact_row(field.fields, row, places) for row in cell]
        case ValueType.MONEY:
            return Decimal(cell).scaleb(-places)
        case ValueType.PERCENT | ValueType.NUMBER:
            return Decimal(cell).scaleb(-MILLIONTH_PLACES)
        case ValueType.INSTANT:
            return cell * 1000
        case ValueType.DATE:
            return date.fromordinal(cell)
        case _ if isinstance(cell, Duration):
            return length_text(cell)
    return list(cell) if isinstance(cell, tuple) else cell


def exact_row(fields: Sequence[Field], row: Sequence[Cell], places: int) -> dict[str, object]:
    """Return a row by names, as Arrow takes it."""
    return {
        field.name: None if cell is None else _exact(field, cell, places)
        for field, cell in zip(fields, row, strict=True)
    }


_GROUP_ROWS = 65_536


def write_parquet(shape: RowShape, batches: str, target: str) -> None:
    """Make a Parquet file of record batches as :class:`Arrow` writes them. Raises OSError and NeedsArrow."""
    pa = arrow()
    import pyarrow.parquet

    schema = schema_of(shape)
    with (
        pa.OSFile(batches, "rb") as stream,
        pyarrow.parquet.ParquetWriter(target, schema, compression="zstd") as writer,
    ):
        size, held, rows = stream.size(), [], 0
        while stream.tell() < size:
            batch = pa.ipc.read_record_batch(pa.ipc.read_message(stream), schema)
            held.append(batch)
            rows += batch.num_rows
            if rows >= _GROUP_ROWS:
                writer.write_table(pa.Table.from_batches(held, schema))
                held, rows = [], 0
        if held:
            writer.write_table(pa.Table.from_batches(held, schema))
