"""Where the parts of a JSON text stand."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from policyengine.diagnostics.span import Span
from policyengine.syntax.json_scan import scan
from policyengine.syntax.limits import BOM, MAX_DEPTH


class Places:
    """Finds lines and columns in one text; the line starts are collected once for all faults."""

    def __init__(self, text: str, file: str = "", first_line: int = 1) -> None:
        """Count lines from ``first_line`` of the file."""
        self.file = file
        self.first_line = first_line
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(self, position: int) -> tuple[int, int]:
        """Return line and column of a position."""
        index = bisect_right(self.starts, position) - 1
        return index + self.first_line, position - self.starts[index] + 1

    def span(self, start: int, end: int) -> Span:
        """Return the place from one position to another."""
        return Span(self.file, *self.place(start), *self.place(end))


def locate(text: str, wanted: Sequence[tuple[Sequence[str | int], bool]]) -> list[tuple[int, int, int, int]]:
    """Return (line, column, end line, end column) of the value at each path, or of its key if so wanted.

    Steps that do not exist are left out: the deepest value on the path is located. Of several equal keys the
    last one counts. Lines and columns count from 1, the end is exclusive. The text is read once for all.
    """
    text = text.removeprefix(BOM)
    # What is deeper is not read at all, and every step of a long path would cost its whole length.
    prefixes = {tuple(path[:length]) for path, _ in wanted for length in range(min(len(path), MAX_DEPTH) + 1)}
    values, keys = _positions(text, prefixes)
    places = Places(text)
    found = []
    for path, key in wanted:
        steps = tuple(path[:MAX_DEPTH])
        position = keys.get(steps) if key and steps and isinstance(steps[-1], str) else values.get(steps)
        while position is None and steps:
            steps = steps[:-1]
            position = values.get(steps)
        start, end = position or (0, 0)
        found.append((*places.place(start), *places.place(end)))
    return found


_Positions = dict[tuple[str | int, ...], tuple[int, int]]


def _positions(text: str, wanted: set[tuple[str | int, ...]]) -> tuple[_Positions, _Positions]:
    """Return start and end of the values and of the keys at some paths."""
    deepest = max(map(len, wanted), default=0)
    values: _Positions = {}
    keys: _Positions = {}
    here: list[str | int] = []
    for event in scan(text):
        if event.kind == "fault":
            break
        depth = event.depth
        if depth > deepest:
            continue
        if event.kind == "close":
            del here[depth:]
        else:
            del here[max(depth - 1, 0) :]
            if depth:
                here.append(event.step)
        path = tuple(here)
        if path not in wanted:
            continue
        if event.kind == "close":
            values[path] = (values[path][0], event.end)
        else:
            (keys if event.kind == "key" else values)[path] = (event.start, event.end)
    return values, keys
