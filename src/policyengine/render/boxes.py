"""Boxes that do not overlap, each as high as it can be without touching one put before; lines that fit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from policyengine.frozen import Frozen
from policyengine.render.layout import wrap

_BESIDE, _BELOW = 8.0, 4.0
_FEWEST = 8


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
    """Return a text in lines that are no wider than the room; a word that is wider stays whole."""
    for columns in range(int(room / size * 2), _FEWEST, -1):
        lines = wrap(text, columns)
        if all(text_width(line, size) <= room or len(wrap(line, 1)) == 1 for line in lines):
            return lines
    return wrap(text, _FEWEST)


def _em(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in "MW@%—…":
        return 1.0
    return 0.72 if character.isupper() else 0.57
