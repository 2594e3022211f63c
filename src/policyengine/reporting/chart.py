"""The chart of a count: a bar for each value, and a thin one for the period before (matplotlib, as SVG).

The only importer of matplotlib, which is an optional dependency (``charts``).
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from policyengine.frozen import Frozen
from policyengine.render.fonts import fonts
from policyengine.render.layout import width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NOW, _BEFORE = "#2f6f9f", "#b9c4d0"


class Bar(Frozen):
    """One value with its numbers; ``before`` is None without a comparison."""

    name: str
    now: int
    before: int | None


def bar_chart(bars: Sequence[Bar], now: str, before: str) -> str:
    """Return the chart as an SVG element; its title is the heading above it.

    The same numbers always give the same text. Raises ImportError without matplotlib.
    """
    import matplotlib
    from matplotlib.figure import Figure

    # Letters stay letters, and no date and no random names are written: the same bytes on every machine.
    settings: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": "policyengine",
        "font.family": "DejaVu Sans",
        "text.parse_math": False,  # a name may hold dollar signs
    }
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        # The page's reader has the letters; whether this machine's fonts do, does not matter.
        warnings.simplefilter("ignore", UserWarning)
        height = 0.6 + 0.46 * max(1, len(bars))
        figure = Figure(figsize=(8, height))
        axes = figure.add_axes(_frame(bars, height))
        _draw(axes, bars, now, before)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return _as_element(stream.getvalue())


def _frame(bars: Sequence[Bar], height: float) -> tuple[float, float, float, float]:
    """Return left, bottom, width and height of the axes: names need as much room as they are wide."""
    left = min(0.4, 0.04 + 0.011 * max((width(bar.name) for bar in bars), default=1))
    return left, 0.3 / height, 0.94 - left, (height - 0.45) / height


def _draw(axes: Axes, bars: Sequence[Bar], now: str, before: str) -> None:
    places = list(range(len(bars)))
    axes.barh(places, [bar.now for bar in bars], height=0.5, color=_NOW, label=now)
    if any(bar.before is not None for bar in bars):
        below = [place + 0.4 for place in places]
        axes.barh(below, [bar.before or 0 for bar in bars], height=0.18, color=_BEFORE, label=before)
        # Below the bars: within, it would stand on the longest.
        axes.legend(loc="upper right", bbox_to_anchor=(1, 0), ncols=2, fontsize=8, frameon=False)
        for place, bar in zip(below, bars, strict=True):
            _number(axes, bar.before or 0, place, 7.5)
    for place, bar in zip(places, bars, strict=True):
        _number(axes, bar.now, place, 10)
    axes.set_yticks(places, [bar.name for bar in bars], fontsize=10)
    axes.invert_yaxis()
    most = max((max(bar.now, bar.before or 0) for bar in bars), default=0)
    axes.set_xlim(0, max(1, most) * 1.15)
    axes.set_xticks([])
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _number(axes: Axes, value: int, place: float, size: float) -> None:
    """Write a number behind the end of its bar."""
    axes.annotate(str(value), (value, place), (4, 0), textcoords="offset points", va="center", fontsize=size)


def _as_element(document: str) -> str:
    """Return the picture without the head of an XML document, with fonts that hold Chinese letters."""
    element = document[document.index("<svg") :]
    return element.replace("'DejaVu Sans'", fonts("zh"))
