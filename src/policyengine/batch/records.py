"""The records of files, in blocks: where each stands, and its text or its cells, not understood yet.

A block is the unit of work. Where blocks begin depends on the files alone, so that a run that is resumed, or
has more processes, does the same work and writes the same bytes.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, TypeVar

from policyengine.batch.columns import ColumnFinder, Columns
from policyengine.batch.inputs import Input, Opened, cannot_be_read
from policyengine.batch.json_array import Element, read_elements
from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen
from policyengine.syntax.files import decode_text
from policyengine.syntax.lines import read_lines

PER_BLOCK = 1_000
"""So many records are judged, and written, at a time."""
_BYTES_PER_BLOCK = 4 * 1024 * 1024
_MOST_LINES = 10_000  # of one record of a CSV file: a quotation mark is open


class Text(Frozen):
    """A record that is a JSON text, or no text at all for its faults; ``line`` is where it begins, from 1."""

    line: int
    text: str | None
    faults: tuple[Diagnostic, ...] = ()


class Cells(Frozen):
    """A record that is a row of a CSV file; ``line`` is where it begins, from 1."""

    line: int
    cells: tuple[str, ...]
    faults: tuple[Diagnostic, ...] = ()


class Texts(Frozen):
    """Records of a file of JSON texts."""

    file: str
    records: tuple[Text, ...]

    @property
    def count(self) -> int:
        """How many records."""
        return len(self.records)


class Rows(Frozen):
    """Records of a CSV file."""

    file: str
    columns: Columns
    records: tuple[Cells, ...]

    @property
    def count(self) -> int:
        """How many records."""
        return len(self.records)


class Slice(Frozen):
    """Records of a Parquet file, as an Arrow stream; ``first_row`` is the number of the first, from 1."""

    file: str
    columns: Columns
    first_row: int
    count: int
    data: bytes


_Record = TypeVar("_Record")
Piece = Texts | Rows | Slice
Block = tuple[Piece, ...]

Told = Callable[[int], None]
"""Is told how many bytes of the files have been read since the last time."""


def digest_of(block: Block) -> str:
    """Return what tells a block of records from all others."""
    found = hashlib.blake2b(digest_size=8)
    for piece in block:
        if isinstance(piece, Slice):
            parts: Iterator[bytes] = iter((piece.data,))
        elif isinstance(piece, Texts):
            parts = ((one.text or "").encode("utf-8", "surrogatepass") for one in piece.records)
        else:
            parts = ("\0".join(one.cells).encode("utf-8", "surrogatepass") for one in piece.records)
        for part in parts:
            found.update(len(part).to_bytes(8, "big"))
            found.update(part)
    return found.hexdigest()


def read_blocks(sources: Sequence[Input], columns: ColumnFinder, told: Told) -> Iterator[Block]:
    """Return the records of files in blocks of about a thousand.

    What cannot be read is a record with faults in its place. Raises FaultsFound for a table whose columns
    cannot be understood, and NeedsArrow.
    """
    block: list[Piece] = []
    count = 0
    for source in sources:
        for piece in _pieces(source, columns, told):
            block.append(piece)
            count += piece.count
            if count >= PER_BLOCK:
                yield tuple(block)
                block, count = [], 0
    if block:
        yield tuple(block)


def _pieces(source: Input, columns: ColumnFinder, told: Told) -> Iterator[Piece]:
    if source.form == "parquet":
        from policyengine.batch.parquet import read_slices  # needs pyarrow

        yield from read_slices(source, columns, told)
        return
    try:
        opened = Opened(source)
    except (OSError, ValueError) as fault:
        yield Texts(source.name, (Text(1, None, (cannot_be_read(source, fault),)),))
        return
    try:
        before = 0
        for piece in _of_stream(source, opened.stream, columns):
            position = opened.position()
            told(position - before)
            before = position
            yield piece
        told(max(0, opened.size - before))
    finally:
        opened.close()


def _of_stream(source: Input, stream: BinaryIO, columns: ColumnFinder) -> Iterator[Piece]:
    if source.form == "csv":
        yield from _rows(source, stream, columns)
        return
    texts = _lines(source, stream) if source.form == "ndjson" else _elements(source, stream)
    for some in _some(texts, _size_of_text):
        yield Texts(source.name, tuple(some))


def _some(records: Iterator[_Record], size: Callable[[_Record], int]) -> Iterator[list[_Record]]:
    """Return records in lists that are neither long nor large."""
    found: list[_Record] = []
    total = 0
    for one in records:
        found.append(one)
        total += size(one)
        if len(found) >= PER_BLOCK or total >= _BYTES_PER_BLOCK:
            yield found
            found, total = [], 0
    if found:
        yield found


def _size_of_text(one: Text) -> int:
    return len(one.text or "")


def _size_of_cells(one: Cells) -> int:
    return sum(map(len, one.cells))


# ---------- JSON


def _lines(source: Input, stream: BinaryIO) -> Iterator[Text]:
    for line in read_lines(source.path, stream):
        yield Text(line.number, line.text, tuple(line.faults))


def _elements(source: Input, stream: BinaryIO) -> Iterator[Text]:
    """Return the elements of an array, or the one object of the file."""
    try:
        for one in read_elements(stream):
            if isinstance(one, Element):
                text, faults = decode_text(source.name, one.data, one.line)
                # So a fault is told with the column at which it stands in the file.
                yield Text(one.line, None if text is None else " " * one.column + text, tuple(faults))
            else:
                yield Text(one.line, None, (_array_fault(source, one.line, one.what),))
    except (OSError, ValueError) as fault:
        yield Text(1, None, (cannot_be_read(source, fault),))


def _array_fault(source: Input, line: int, what: Message) -> Diagnostic:
    help = message("write `[` before the first case, `,` between cases and `]` after the last")
    return error("json-syntax", what, Span(source.name, line, 1, line, 2), help)


# ---------- CSV


class _Unended(Exception):
    """A quotation mark that nothing closes."""


class _Physical:
    """The lines of a CSV file for the standard library's reader, which knows no limit."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.since = 0

    def __iter__(self) -> Iterator[str]:
        is_first = True
        # What is no UTF-8 is found again by its lone surrogates, in the row where it stands.
        for data in self.stream:
            self.since += 1
            if self.since > _MOST_LINES:
                raise _Unended
            yield (data.removeprefix(b"\xef\xbb\xbf") if is_first else data).decode(
                "utf-8", "surrogateescape"
            )
            is_first = False


def _rows(source: Input, stream: BinaryIO, columns: ColumnFinder) -> Iterator[Piece]:
    """Return the rows below the head of a table (RFC 4180)."""
    lines = _Physical(stream)
    reader = csv.reader(lines)
    csv.field_size_limit(_BYTES_PER_BLOCK)
    rows = _read_rows(source, reader, lines)
    head = next(rows, None)
    if head is None:
        return
    if head.faults:
        yield Texts(source.name, (Text(head.line, None, head.faults),))
        return
    found = columns.find(source.name, head.cells)
    for some in _some((_checked(source, one, len(head.cells)) for one in rows), _size_of_cells):
        yield Rows(source.name, found, tuple(some))


def _read_rows(source: Input, reader: Iterator[list[str]], lines: _Physical) -> Iterator[Cells]:
    while True:
        line = _line_of(reader) + 1
        lines.since = 0
        try:
            cells = next(reader, None)
        except (csv.Error, _Unended):
            what = message("a quotation mark that opens here, or further down, is not closed")
            help = message('write `""` for a quotation mark within a cell')
            yield Cells(line, (), (error("csv-syntax", what, Span(source.name, line, 1, line, 2), help),))
            return
        except (OSError, ValueError) as fault:
            yield Cells(line, (), (cannot_be_read(source, fault, line),))
            return
        if cells is None:
            return
        if any(cells):
            yield Cells(line, tuple(cells), tuple(_bad_text(source, cells, line)))


def _line_of(reader: object) -> int:
    number = getattr(reader, "line_num", 0)
    assert isinstance(number, int)
    return number


def _bad_text(source: Input, cells: Sequence[str], line: int) -> Iterator[Diagnostic]:
    text = "".join(cells)
    if text.isascii() and "\0" not in text:
        return
    data = text.encode("utf-8", "surrogateescape")
    yield from decode_text(source.name, data, line)[1]


def _checked(source: Input, row: Cells, width: int) -> Cells:
    if row.faults or len(row.cells) == width:
        return row
    if len(row.cells) > width and not any(row.cells[width:]):
        return Cells(row.line, row.cells[:width])
    what = message("the row has {found} cells, and the head has {width}", found=len(row.cells), width=width)
    help = message("give every row as many cells as the head; a cell with a comma stands in quotation marks")
    span = Span(source.name, row.line, 1, row.line, 2)
    return Cells(row.line, row.cells, (error("csv-syntax", what, span, help),))
