"""Where boxes and arrows go: asked of Graphviz, which may not be on this machine.

Sizes are given, so that the fonts of the machine do not matter; another version of Graphviz may lay out
otherwise.
"""

from __future__ import annotations

import shutil as shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence

from policyengine.frozen import Frozen

_POINTS = 72.0
_SECONDS = 60


class Placed(Frozen):
    """A drawing of some size: the middle of each box, and the curve (cubic Bézier points) of each arrow."""

    wide: float
    high: float
    middles: Mapping[str, tuple[float, float]]
    curves: Mapping[tuple[str, str], tuple[tuple[float, float], ...]]


def is_there() -> bool:
    """Tell whether Graphviz is on this machine."""
    return shutil.which("dot") is not None


def placed(
    sizes: Mapping[str, tuple[float, float]], edges: Sequence[tuple[str, str]], down: bool
) -> Placed | None:
    """Return the drawing of boxes of some sizes in layers from left to right, or ``down``.

    None without Graphviz.
    """
    program = shutil.which("dot")
    if program is None or not sizes:
        return None
    ids = {name: f"n{number}" for number, name in enumerate(sizes)}
    names = {id: name for name, id in ids.items()}
    try:
        done = subprocess.run(
            [program, "-Tplain"],
            input="\n".join(_source(ids, sizes, edges, "TB" if down else "LR")),
            capture_output=True,
            encoding="utf-8",
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return _read(done.stdout, names)


def _source(
    ids: Mapping[str, str],
    sizes: Mapping[str, tuple[float, float]],
    edges: Iterable[tuple[str, str]],
    direction: str,
) -> Iterator[str]:
    yield "digraph {"
    yield f"rankdir={direction}; nodesep=0.14; ranksep=0.45; splines=true; newrank=true;"
    yield 'node [shape=box, fixedsize=true, label=""]; edge [arrowhead=none];'
    for name, (wide, high) in sizes.items():
        yield f"{ids[name]} [width={wide / _POINTS:.4f}, height={high / _POINTS:.4f}];"
    for start, end in edges:
        yield f"{ids[start]} -> {ids[end]};"
    yield "}"


def _read(text: str, names: Mapping[str, str]) -> Placed:
    wide = high = 0.0
    middles: dict[str, tuple[float, float]] = {}
    curves: dict[tuple[str, str], tuple[tuple[float, float], ...]] = {}
    for line in text.splitlines():
        kind, *words = line.split()
        if kind == "graph":
            wide, high = float(words[1]) * _POINTS, float(words[2]) * _POINTS
        elif kind == "node":
            middles[names[words[0]]] = float(words[1]) * _POINTS, high - float(words[2]) * _POINTS
        elif kind == "edge":
            numbers = [float(word) * _POINTS for word in words[3 : 3 + 2 * int(words[2])]]
            points = tuple((x, high - y) for x, y in zip(numbers[::2], numbers[1::2], strict=True))
            curves[names[words[0]], names[words[1]]] = points
    return Placed(wide, high, middles, curves)
