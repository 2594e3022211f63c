"""Comma-separated values (RFC 4180) as cells that know their place.

The parser of the standard library does not tell where a cell stands, and forgives what is wrong: here a quote
that is not closed, or text behind one, is told with its line and column.
"""

from __future__ import annotations

import re

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen
from policyengine.syntax.files import decode_text
from policyengine.syntax.limits import MAX_FAULTS
from policyengine.syntax.yaml_tree import Scalar

MAX_ROWS = 20_000
"""A table with more rows is data and no rule; each row is one."""

_PLAIN = re.compile('[^",\r\n]*')
_QUOTED = re.compile('"((?:[^"]++|"")*+)"')
_BREAK = re.compile("\r\n|\n|\r")
_OTHER_SEPARATORS = {";": ";", "\t": "TAB", "|": "|", "，": "，"}


class CsvRow(Frozen):
    """One row: its cells, and the line or lines that it is written on."""

    cells: tuple[Scalar, ...]
    span: Span


def read_csv(path: str, data: bytes) -> tuple[list[CsvRow] | None, list[Diagnostic]]:
    """Return the rows of a file, without empty ones at its end, or None and what is wrong with it.

    A byte order mark is no part of the text. The space around a cell is none of it. Codes: ``file-encoding``
    and ``csv-syntax``.
    """
    text, faults = decode_text(path, data)
    if text is None:
        return None, faults
    reader = _Reader(path, text)
    rows = reader.rows()
    while rows and not any(cell.text for cell in rows[-1].cells):
        rows.pop()
    if reader.faults:
        return None, reader.faults
    if not rows:
        what = message("the file is empty")
        return None, [error("csv-syntax", what, Span(path), message("the first line names the columns"))]
    head = rows[0].cells
    if len(head) == 1 and (found := next((one for one in _OTHER_SEPARATORS if one in head[0].text), None)):
        what = message("the columns are separated by `{sign}`", sign=_OTHER_SEPARATORS[found])
        help = message("separate them by commas: save the sheet as CSV with commas, in UTF-8")
        return None, [error("csv-syntax", what, head[0].span, help)]
    return rows, []


class _Reader:
    """Reads one text from its beginning to its end."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.faults: list[Diagnostic] = []
        self.place = 0
        self.line = 1
        self.start = 0  # where the line begins

    def rows(self) -> list[CsvRow]:
        found: list[CsvRow] = []
        while self.place < len(self.text) and len(self.faults) < MAX_FAULTS:
            if len(found) > MAX_ROWS:
                what = message("the file has more than {limit} rows", limit=f"{MAX_ROWS:,}")
                self._fault(what, self.place, message("divide the table, or say less with more"))
                break
            found.append(self._row())
        return found

    def _row(self) -> CsvRow:
        line, column = self.line, 1
        cells = [self._cell()]
        while self.text.startswith(",", self.place):
            self.place += 1
            cells.append(self._cell())
        span = Span(self.path, line, column, self.line, self._column(self.place))
        end = _BREAK.match(self.text, self.place)
        if end is not None:
            self._next_line(end.end())
        return CsvRow(tuple(cells), span)

    def _cell(self) -> Scalar:
        while self.text.startswith(" ", self.place) or self.text.startswith("\t", self.place):
            self.place += 1
        if self.text.startswith('"', self.place):
            return self._quoted()
        start = self.place
        found = _PLAIN.match(self.text, start)
        assert found is not None
        self.place = found.end()
        if self.text.startswith('"', self.place):
            what = message("there is a quote inside a cell that does not begin with one")
            self._fault(what, self.place, message('put the whole cell in quotes, with `""` for each in it'))
            self._skip()
        text = found[0].strip()
        return Scalar(text, self._span(start, start + len(text)), False)

    def _quoted(self) -> Scalar:
        start, line, column = self.place, self.line, self._column(self.place)
        found = _QUOTED.match(self.text, start)
        if found is None:
            what = message("the quote is not closed")
            self._fault(what, start, message('put a `"` at the end of the cell'))
            self.place = len(self.text)
            return Scalar("", self._span(start, start + 1), True)
        for end in _BREAK.finditer(self.text, start, found.end()):
            self._next_line(end.end())
        self.place = found.end()
        while self.text.startswith(" ", self.place) or self.text.startswith("\t", self.place):
            self.place += 1
        if self.place < len(self.text) and self.text[self.place] not in ",\r\n":
            what = message("text follows the quote that closes a cell")
            self._fault(what, self.place, message('put it before the quote; a quote within a cell is `""`'))
            self._skip()
        span = Span(self.path, line, column, self.line, self._column(found.end()))
        return Scalar(found[1].replace('""', '"').strip(), span, False)

    def _skip(self) -> None:
        """Go to the end of a line that cannot be read."""
        end = _BREAK.search(self.text, self.place)
        self.place = len(self.text) if end is None else end.start()

    def _next_line(self, start: int) -> None:
        self.place = self.start = start
        self.line += 1

    def _column(self, place: int) -> int:
        return place - self.start + 1

    def _span(self, start: int, end: int) -> Span:
        return Span(
            self.path,
            self.line,
            self._column(start),
            self.line,
            max(self._column(end), self._column(start) + 1),
        )

    def _fault(self, what: Message, place: int, help: Message) -> None:
        self.faults.append(error("csv-syntax", what, self._span(place, place + 1), help))
