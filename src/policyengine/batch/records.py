"""The records of files, in blocks: where each stands, and its text or its cells, not understood yet.

A block is the unit of work. Where blocks begin depends on the files alone, so that a run that is resumed, or
has more processes, does the same work and writes the same bytes.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import BinaryIO, TextIO, TypeVar

from policyengine.batch.columns import ColumnFinder, Columns
from policyengine.batch.inputs import Input, Opened
from policyengine.batch.json_array import Element, read_elements
from policyengine.diagnostics.diagnostic import Diagnostic, FaultsFound, Message, error, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen
from policyengine.syntax.files import MAX_BYTES, decode_text, unreadable
from policyengine.syntax.keys import format_path
from policyengine.syntax.lines import read_lines

PER_BLOCK = 1_000
"""So many records are judged, and written, at a time."""
_BYTES_PER_BLOCK = 4 * 1024 * 1024
_MOST_LINES = 10_000  # of one record of a CSV file: a quotation mark is open
_DIVIDERS = (";", "\t")  # what else than commas divides the cells of what is called CSV


class Text(Frozen):
    """A record that is a JSON text, or is no text at all for its faults.

    ``line`` is where it begins, from 1, and ``column`` how many characters stand before it there; ``raw`` is
    what stands there where that is no text. With ``is_last`` nothing of its file follows that can be read.
    """

    line: int
    text: str | None
    faults: tuple[Diagnostic, ...] = ()
    column: int = 0
    raw: str = ""
    is_last: bool = False


class Cells(Frozen):
    """A record that is a row of a CSV file; ``line`` is where it begins, from 1.

    ``raw`` is what stands there where that has no cells. With ``is_last`` nothing of its file follows that
    can be read.
    """

    line: int
    cells: tuple[str, ...]
    faults: tuple[Diagnostic, ...] = ()
    raw: str = ""
    is_last: bool = False


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
    """Return what tells a block of records from all others: where they stand, and what stands there."""
    found = hashlib.blake2b(digest_size=16)
    for piece in block:
        for part in _parts(piece):
            data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
            found.update(len(data).to_bytes(8, "big"))
            found.update(data)
    return found.hexdigest()


def _parts(piece: Piece) -> Iterator[str | bytes]:
    yield piece.file
    if isinstance(piece, Slice | Rows):
        yield from (f"{one.kind} {format_path(one.path)}" for one in piece.columns.columns)
    if isinstance(piece, Slice):
        yield str(piece.first_row)
        yield piece.data
        return
    for one in piece.records:
        yield f"{one.line} {len(one.faults)}"
        if isinstance(one, Text):
            yield one.raw if one.text is None else one.text
        else:
            yield from one.cells


def check_heads(sources: Sequence[Input], columns: ColumnFinder) -> None:
    """Raise FaultsFound if the columns of a table cannot be understood: before anything is judged.

    Raises NeedsArrow. What waits for a writer is not looked at.
    """
    faults: list[Diagnostic] = []
    for source in sources:
        if source.is_table and os.path.isfile(source.path):
            try:
                _check_head(source, columns)
            except FaultsFound as found:
                faults += found.diagnostics
    if faults:
        raise FaultsFound(faults)


def _check_head(source: Input, columns: ColumnFinder) -> None:
    pieces = _pieces(source, columns, lambda count: None)
    next(pieces, None)
    pieces.close()


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


def unread(source: Input, fault: Diagnostic) -> Texts:
    """Return the record that stands for the rest of a file that cannot be read."""
    return Texts(source.name, (Text(fault.span.line, None, (fault,), is_last=True),))


def _pieces(source: Input, columns: ColumnFinder, told: Told) -> Generator[Piece]:
    if source.form == "parquet":
        from policyengine.batch.parquet import read_slices  # needs pyarrow

        yield from read_slices(source, columns, told)
        return
    try:
        opened = Opened(source)
    except (OSError, ValueError) as fault:
        yield unread(source, unreadable(source.name, fault))
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
        # What is no UTF-8 is found again by its lone surrogates, in the row where it stands.
        with io.TextIOWrapper(stream, "utf-8-sig", "surrogateescape", newline="") as text:
            yield from _Table(source, text).pieces(columns)
        return
    texts = _lines(source, stream) if source.form == "ndjson" else _elements(source, stream)
    for some in _some(texts, _size_of_text):
        yield Texts(source.name, tuple(some))


def _some(records: Iterable[_Record], size: Callable[[_Record], int]) -> Iterator[list[_Record]]:
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
        raw = "" if line.text is not None else line.data.decode("utf-8", "backslashreplace").rstrip("\r\n")
        yield Text(line.number, line.text, tuple(line.faults), raw=raw, is_last=line.is_last)


def _elements(source: Input, stream: BinaryIO) -> Iterator[Text]:
    """Return the elements of an array, or the one object of the file."""
    line = 1
    try:
        for one in read_elements(stream):
            line = one.line
            if isinstance(one, Element):
                yield _element(source, one)
            else:
                yield Text(line, None, (_array_fault(source, line, one.what),), is_last=True)
    except OSError as fault:
        yield Text(line, None, (unreadable(source.name, fault, line),), is_last=True)


def _element(source: Input, one: Element) -> Text:
    if not one.data:
        what = message("here, before or after a comma, a case is missing")
        return Text(one.line, None, (_array_fault(source, one.line, what, one.column + 1),))
    text, faults = decode_text(source.name, one.data, one.line)
    raw = "" if text is not None else one.data.decode("utf-8", "backslashreplace")
    return Text(one.line, text, tuple(faults), one.column, raw)


def _array_fault(source: Input, line: int, what: Message, column: int = 1) -> Diagnostic:
    help = message("write `[` before the first case, `,` between cases and `]` after the last")
    return error("json-syntax", what, Span(source.name, line, column, line, column + 1), help)


# ---------- CSV


class _TooLong(Exception):
    """A record without end: a quotation mark that nothing closes, or no line feeds at all."""


class _Table:
    """The rows of a CSV file (RFC 4180, UTF-8), with any line ends."""

    def __init__(self, source: Input, text: TextIO) -> None:
        self.text = text
        self.source = source
        self.line = 0  # how many lines have been read
        self.raw: list[str] = []  # those of the present row
        self.lines_left = self.left = 0  # how many lines and characters the present row may still have

    def pieces(self, columns: ColumnFinder) -> Iterator[Piece]:
        """Return the rows below the head. Raises FaultsFound for a head that cannot be understood."""
        rows = self._rows()
        head = next(rows, None)
        if head is None:
            return
        if head.is_last:
            yield unread(self.source, head.faults[0])
            return
        self._check_head(head)
        found = columns.find(self.source.name, head.cells)
        for some in _some((self._checked(one, len(head.cells)) for one in rows), _size_of_cells):
            yield Rows(self.source.name, found, tuple(some))

    def _check_head(self, head: Cells) -> None:
        if head.faults:
            raise FaultsFound(head.faults)
        divider = next((one for one in _DIVIDERS if one in head.cells[0]), None)
        if len(head.cells) == 1 and divider is not None:
            what = message("the cells are separated by {found}, not by commas", found=_shown(divider))
            help = message("save the table with commas between cells: in a spreadsheet, choose “CSV UTF-8”")
            raise FaultsFound([self._fault(head.line, what, help)])

    def _lines(self) -> Iterator[str]:
        """Return the lines for the standard library's reader, which knows no limit."""
        while True:
            line = self.text.readline(self.left + 1)
            self.left -= len(line)
            self.lines_left -= 1
            if self.left < 0 or self.lines_left < 0:
                raise _TooLong
            if not line:
                return
            self.line += 1
            self.raw.append(line)
            yield line

    def _rows(self) -> Iterator[Cells]:
        csv.field_size_limit(MAX_BYTES)
        reader = csv.reader(self._lines(), strict=True)
        while True:
            line = self.line + 1
            self.lines_left, self.left = _MOST_LINES, MAX_BYTES
            self.raw.clear()
            try:
                cells = next(reader, None)
            except _TooLong:
                yield Cells(line, (), (self._endless(line),), is_last=True)
                return
            except csv.Error as fault:
                is_last = "end of data" in str(fault)
                yield Cells(line, (), (self._misquoted(line, is_last),), self._written(), is_last)
                if is_last:
                    return
                continue
            except OSError as fault:
                yield Cells(line, (), (unreadable(self.source.name, fault, line),), is_last=True)
                return
            if cells is None:
                return
            if any(cells):  # a spreadsheet leaves rows of mere commas
                yield Cells(line, tuple(cells), self._bad_text(cells, line))

    def _written(self) -> str:
        """Return the present row as it stands there."""
        return "".join(self.raw).rstrip("\r\n")

    def _endless(self, line: int) -> Diagnostic:
        if self.line > line:
            return self._misquoted(line, True)
        what = message("the line is longer than {limit} MB", limit=MAX_BYTES // (1024 * 1024))
        return self._fault(line, what, message("write one case a line"))

    def _misquoted(self, line: int, is_open: bool) -> Diagnostic:
        what = message("more text follows after the quotation mark that closes a cell")
        if is_open:
            what = message("a quotation mark that opens here, or further down, is not closed")
        return self._fault(line, what, message('write `""` for a quotation mark within a cell'))

    def _bad_text(self, cells: Sequence[str], line: int) -> tuple[Diagnostic, ...]:
        text = ",".join(cells)
        if text.isascii() and "\0" not in text:
            return ()
        data = text.encode("utf-8", "surrogateescape")
        return tuple(decode_text(self.source.name, data, line)[1])

    def _checked(self, row: Cells, width: int) -> Cells:
        if row.faults or len(row.cells) == width:
            return row
        if len(row.cells) > width and not any(row.cells[width:]):
            return Cells(row.line, row.cells[:width])
        what = message(
            "the row has {found} cells, and the header has {width}", found=len(row.cells), width=width
        )
        help = message(
            "give every row as many cells as the header; put a cell with a comma in quotation marks"
        )
        return Cells(row.line, row.cells, (self._fault(row.line, what, help),), self._written())

    def _fault(self, line: int, what: Message, help: Message) -> Diagnostic:
        return error("csv-syntax", what, Span(self.source.name, line, 1, line, 2), help)


def _shown(divider: str) -> Message:
    return message("tabs") if divider == "\t" else message("`{mark}`", mark=divider)
