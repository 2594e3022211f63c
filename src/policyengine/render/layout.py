"""Columns and colours for a terminal: wide characters take two columns, and colour can be left out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
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


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, columns: int) -> str:
    """Return the text with spaces up to a number of columns."""
    return text + " " * max(0, columns - width(text))


def wrap(text: str, columns: int) -> list[str]:
    """Return the text in lines of at most so many columns; it breaks at spaces and beside wide characters."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width(line) + width(piece.rstrip()) > columns:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()]


# What must not begin a line, and what must not end one.
_CLOSING = "，。；：、！？）」』】》,.;:!?)”’"
_OPENING = "（「『【《(“‘"


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


def columns(head: Sequence[str], rows: Iterable[Sequence[str | Sequence[str]]]) -> list[str]:
    """Return rows of cells under their heads, as plain lines."""
    whole = [Row(*((cell, "plain") for cell in one), indent=0) for one in (head, *map(_flat, rows))]
    return table(whole, Paint(False))


def _flat(row: Sequence[str | Sequence[str]]) -> list[str]:
    return [text for cell in row for text in ([cell] if isinstance(cell, str) else cell)]


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
