"""Boxes that do not overlap, each as high as it can be without touching one put before; lines that fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from policyengine.frozen import Frozen
from policyengine.render.layout import wrap

_BESIDE, _BELOW = 8.0, 4.0
_FEWEST = 8
_STOPS, _OPENING, _CLOSING = "：，；、。", "（“《", "）”》"
# A few words in brackets, and a number with its unit.
_TOGETHER = re.compile("（[^（）]{1,8}）|\\([^()]{1,8}\\)|[0-9] [\u4e00-\u9fff]")


class Box(Frozen):
    """A rectangle, its sides along the axes."""

    x: float
    y: float
    wide: float
    high: float

    def overlaps(self, other: Box, beside: float = 0.0, below: float = 0.0) -> bool:
        """Tell whether two rectangles have something in common, or lie nearer than that."""
        return (
            self.x < other.x + other.wide + beside
            and other.x < self.x + self.wide + beside
            and self.y < other.y + other.high + below
            and other.y < self.y + self.high + below
        )


def put(box: Box, placed: Iterable[Box]) -> Box:
    """Return the box at the highest place below its own where it touches none of those placed."""
    others = list(placed)
    for y in sorted({box.y, *(one.y + one.high + _BELOW for one in others if one.y + one.high >= box.y)}):
        tried = Box(box.x, y, box.wide, box.high)
        if not any(tried.overlaps(one, _BESIDE, _BELOW - 0.01) for one in others):
            return tried
    raise AssertionError("below everything there is room")


def text_width(text: str, size: float) -> float:
    """Return how wide a text of a size is at most in the usual fonts."""
    return size * sum(_em(character) for character in text)


def lines_of(text: str, room: float, size: float) -> list[str]:
    """Return a text in lines that are no wider than the room, which break between words where they can.

    A word that is wider stays whole; one of Chinese characters is divided into lines of like width.
    """
    lines = [""]
    for piece in _pieces(text):
        if text_width((lines[-1] + piece).rstrip(), size) <= room or not lines[-1]:
            lines[-1] += piece
        else:
            lines.append(piece)
    return [part for line in lines for part in _divided(line.rstrip(), room, size)] or [""]


def _pieces(text: str) -> Iterator[str]:
    """Yield the parts of a text that a line should not divide; Chinese has no spaces between its words."""
    begin = 0
    kept = [found.span() for found in _TOGETHER.finditer(text)]
    for at in range(1, len(text)):
        before, after = text[at - 1], text[at]
        is_end = (before == " " or before in _STOPS or before in _CLOSING) and after not in _STOPS + _CLOSING
        if (is_end or after in _OPENING) and not any(first < at < last for first, last in kept):
            yield text[begin:at]
            begin = at
    yield text[begin:]


def _divided(text: str, room: float, size: float) -> list[str]:
    """Return a text in as few lines as fit, and these about as wide as each other."""
    found: list[str] = []
    for columns in range(int(room / size * 2), _FEWEST, -1):
        lines = wrap(text, columns)
        if found and len(lines) > len(found):
            break
        if all(text_width(line, size) <= room or len(wrap(line, 1)) == 1 for line in lines):
            found = lines
    return found or wrap(text, _FEWEST)


def _em(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in "MW@%—…":
        return 1.0
    return 0.72 if character.isupper() else 0.57
