"""Columns and colours for a terminal: wide characters take two columns, and colour can be left out.

A page has a width, or none: then lines are as long as what they say. What is longer than the width goes on
below, further to the right.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal

Tone = Literal["plain", "title", "good", "bad", "open", "faint"]
SETTLED: Mapping[str, tuple[str, Tone]] = {
    "met": ("✔", "good"),
    "missed": ("✘", "bad"),
    "lapsed": ("■", "plain"),
    "ended": ("■", "plain"),
    "stopped": ("□", "faint"),
}
"""The sign and the tone of every status at which a clock stays."""

_CODES: dict[Tone, str] = {"title": "1", "good": "32", "bad": "31", "open": "33", "faint": "2"}


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes (Unicode Standard Annex 11; marks take none)."""
    return len(text) if text.isascii() else sum(map(_columns, text))


@lru_cache(maxsize=10_000)
def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, columns: int) -> str:
    """Return the text with spaces up to a number of columns."""
    return text + " " * max(0, columns - width(text))


def wrap(text: str, columns: int, hang: int = 0) -> list[str]:
    """Return the text in lines of at most so many columns; it breaks at spaces and beside wide characters.

    All lines but the first are ``hang`` columns shorter, for whoever sets them further to the right. What has
    no place to break, such as an address, stays whole and may be longer: so it can be copied.
    """
    lines, line, room = [], "", columns
    for piece in _pieces(text):
        if line and width(line) + width(piece.rstrip()) > room:
            lines.append(line.rstrip())
            line, room = piece.lstrip(), columns - hang
        else:
            line += piece
    return [*lines, line.rstrip()]


# What must not begin a line, and what must not end one.
_CLOSING = "，。；：、！？）」』】》〉〕…—%％‰·,.;:!?)]”’"
_OPENING = "（「『【《〈〔([“‘"


def _pieces(text: str) -> list[str]:
    """Return the smallest parts of a text that stay on one line."""
    found: list[str] = []
    for character in text:
        glued = found and (
            character in _CLOSING
            or found[-1][-1:] in _OPENING
            or (not found[-1].endswith(" ") and not (_is_wide(character) or _is_wide(found[-1][-1:])))
        )
        if glued or (found and character == " "):
            found[-1] += character
        else:
            found.append(character)
    return found


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")


_HANG = 4
_LEAST_ROOM = 32
"""In fewer columns a sentence is no longer read well: it is set below instead."""


class Paint:
    """Colours texts, or leaves them as they are; knows how wide the page is."""

    def __init__(self, color: bool, columns: int | None = None) -> None:
        """``color`` tells whether colours are shown; ``columns`` None: lines may be of any length."""
        self.color = color
        self.columns = columns

    def lines(self, text: str, tone: Tone = "plain", indent: int = 0, hang: int = _HANG) -> list[str]:
        """Return a text as lines that fit on the page; all but the first hang further to the right."""
        margin = " " * indent
        if self.fits(indent + width(text)) or self.columns is None:
            return [margin + self(text, tone)]
        first, *more = wrap(text, max(_LEAST_ROOM, self.columns - indent), hang)
        return [margin + self(first, tone), *(margin + " " * hang + self(one, tone) for one in more)]

    def fits(self, size: int) -> bool:
        """Tell whether so many columns have room on a line."""
        return self.columns is None or size <= self.columns

    def has_room(self, start: int) -> bool:
        """Tell whether sentences can be read in a column that begins there."""
        return self.columns is None or self.columns - start >= _LEAST_ROOM

    def __call__(self, text: str, tone: Tone) -> str:
        """Return the text in a tone."""
        code = _CODES.get(tone)
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and code and text else text


class Row:
    """A line of columns; each cell is a text with a tone."""

    def __init__(self, *cells: tuple[str, Tone], indent: int = 2, below: Sequence[str] = ()) -> None:
        """``below`` are lines that belong to the row, set under its second column."""
        self.cells = cells
        self.indent = indent
        self.below = tuple(below)


def columns(head: Sequence[str], rows: Iterable[Sequence[str | Sequence[str]]]) -> list[str]:
    """Return rows of cells under their heads, as plain lines."""
    whole = [Row(*((cell, "plain") for cell in one), indent=0) for one in (head, *map(_flat, rows))]
    return table(whole, Paint(False))


def _flat(row: Sequence[str | Sequence[str]]) -> list[str]:
    return [text for cell in row for text in ([cell] if isinstance(cell, str) else cell)]


def table(rows: Iterable[Row], paint: Paint) -> list[str]:
    """Return rows as lines whose columns stand under each other; the last column is not padded.

    A last column that is too long for the page goes on below itself. Where that would be a narrow strip,
    what does not fit stands below its row.
    """
    return _Grid(list(rows), paint).lines()


class _Grid:
    """Rows with the widths of their columns."""

    def __init__(self, rows: Sequence[Row], paint: Paint) -> None:
        self.rows = rows
        self.paint = paint
        count = max((len(row.cells) for row in rows), default=0)
        self.widths = [
            max((width(row.cells[column][0]) for row in rows if column < len(row.cells) - 1), default=0)
            for column in range(count)
        ]
        # Rows of one form are set alike: if one has to be set below, all are.
        self.tight = {len(row.cells) for row in rows if not self._fits(row)}

    def lines(self) -> list[str]:
        return [line for row in self.rows for line in self._row(row)]

    def _start(self, row: Row, column: int) -> int:
        return row.indent + sum(size + 2 for size in self.widths[:column])

    def _fits(self, row: Row) -> bool:
        last = len(row.cells) - 1
        return self.paint.fits(self._start(row, last) + width(row.cells[last][0]))

    def _row(self, row: Row) -> list[str]:
        last = len(row.cells) - 1
        text, tone = row.cells[last]
        start = self._start(row, last)
        is_below = len(row.cells) in self.tight and not self.paint.has_room(start)
        if last and is_below:
            lines = self._stacked(row)
        elif last:
            first, *more = self.paint.lines(text, tone, start, hang=0)
            lines = [(self._head(row, last) + first[start:]).rstrip(), *more]
        else:
            lines = self.paint.lines(text, tone, row.indent)
        side = row.indent + self.widths[0] + 2
        below = row.indent + _HANG if is_below or not self.paint.has_room(side) else side
        return [*lines, *(line for one in row.below for line in self.paint.lines(one, "faint", below))]

    def _head(self, row: Row, count: int) -> str:
        cells = zip(row.cells[:count], self.widths, strict=False)
        return " " * row.indent + "".join(
            self.paint(pad(text, size) + "  ", tone) for (text, tone), size in cells
        )

    def _stacked(self, row: Row) -> list[str]:
        """Return the columns that have room beside each other, and below them each of the others."""
        count = len(row.cells) - 1
        while count > 1 and not self.paint.fits(self._start(row, count) - 2):
            count -= 1
        head = [self._head(row, count).rstrip()]
        if not self.paint.fits(self._start(row, count) - 2):
            head = self.paint.lines(*row.cells[0], row.indent)
        rest = (self.paint.lines(*cell, row.indent + _HANG, hang=2) for cell in row.cells[count:] if cell[0])
        return [*head, *(line for lines in rest for line in lines)]
