"""Columns and colours for a terminal: wide characters take two columns, and colour can be left out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal

Tone = Literal["plain", "title", "good", "bad", "open", "faint"]

_CODES: dict[Tone, str] = {"title": "1", "good": "32", "bad": "31", "open": "33", "faint": "2"}


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes (Unicode Standard Annex 11; marks take none)."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, columns: int) -> str:
    """Return the text with spaces up to a number of columns."""
    return text + " " * max(0, columns - width(text))


class Paint:
    """Colours texts, or leaves them as they are."""

    def __init__(self, color: bool) -> None:
        """``color`` tells whether the reader's terminal shows colours."""
        self.color = color

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


def table(rows: Iterable[Row], paint: Paint) -> list[str]:
    """Return rows as lines whose columns stand under each other; the last column is not padded."""
    listed = list(rows)
    count = max((len(row.cells) for row in listed), default=0)
    widths = [
        max((width(row.cells[column][0]) for row in listed if column < len(row.cells) - 1), default=0)
        for column in range(count)
    ]
    lines = []
    for row in listed:
        cells = [
            paint(text if number == len(row.cells) - 1 else pad(text, widths[number]), tone)
            for number, (text, tone) in enumerate(row.cells)
        ]
        lines.append((" " * row.indent + "  ".join(cells)).rstrip())
        lines += [" " * (row.indent + widths[0] + 2) + paint(line, "faint") for line in row.below]
    return lines
