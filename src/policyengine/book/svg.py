"""The flow of facts as a picture: layers from left to right, or down where there are many, with a legend."""

from __future__ import annotations

from math import atan2, degrees
from xml.etree.ElementTree import Element, SubElement

from policyengine.book.flow import Flow, Kind, Node, drawn_flow
from policyengine.book.graphviz import placed
from policyengine.diagnostics.diagnostic import marked
from policyengine.diagnostics.i18n import Speech, spoken
from policyengine.diagnostics.text import Text
from policyengine.render.boxes import lines_of, text_width

WIDEST = 1180.0
"""A picture that would be wider is left out: shrunk to a screen, nobody could read it."""
_WIDE, _SIZE, _LINE, _PADDING, _MARGIN = 156.0, 12.0, 15.0, 6.0, 12.0
_COLORS: dict[Kind, tuple[str, str]] = {
    "given": ("#eef4fb", "#3b6ea5"),
    "derived": ("#f6f3ea", "#8a6d1f"),
    "deadline": ("#fbeeee", "#b3372b"),
    "amount": ("#f3eefa", "#6a4ca0"),
    "outcome": ("#e3f3e7", "#2e7d4f"),
}
_LEGEND: dict[Kind, str] = {
    "given": marked("given by the case"),
    "derived": marked("concluded"),
    "deadline": marked("deadline"),
    "amount": marked("amount"),
    "outcome": marked("outcome"),
}
_ROOM = _WIDE - 2 * _PADDING - 4  # of a line in a box
_Line = tuple[str, str, bool]  # words, anchor, and whether they are those of another language


def picture(flow: Flow, languages: tuple[str, ...]) -> Element | None:
    """Return the flow as an SVG element; None without Graphviz, or where nobody could read it."""
    shown = drawn_flow(flow)
    lines = {node.name: _lines(node) for node in shown.nodes}
    sizes = {name: (_WIDE, _LINE * len(found) + 2 * _PADDING) for name, found in lines.items()}
    ways = ((placed(sizes, shown.edges, down), down) for down in (False, True))
    fitting = ((one, down) for one, down in ways if one is not None and one.wide <= WIDEST)
    drawing, down = next(fitting, (None, False))
    if drawing is None:
        return None
    wide, high = max(drawing.wide, 620.0) + 2 * _MARGIN, drawing.high + 2 * _MARGIN + 34
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {_number(wide)} {_number(high)}",
            "style": f"max-width:{_number(wide)}px",
            "role": "img",
            "class": "down" if down else "across",
        },
    )
    for (start, end), points in drawing.curves.items():
        _arrow(root, points, f"{start} → {end}")
    for node in shown.nodes:
        x, y = drawing.middles[node.name]
        _box(root, node, x - _WIDE / 2 + _MARGIN, y - sizes[node.name][1] / 2 + _MARGIN, lines[node.name])
    _legend(root, shown, drawing.high + 2 * _MARGIN + 14, languages)
    return root


def _lines(node: Node) -> list[_Line]:
    found: list[_Line] = []
    for anchor, title in ((node.anchor, node.title), *node.more):
        for number, words in enumerate(_said(title, node.name)):
            mark = "· " if node.more and number == 0 else ""
            found += [(one, anchor, number > 0) for one in lines_of(mark + words, _ROOM, _SIZE)]
    return found


def _said(title: Text, name: str) -> tuple[str, ...]:
    return title.all or (name,)


def _arrow(root: Element, points: tuple[tuple[float, float], ...], told: str) -> None:
    moved = [(x + _MARGIN, y + _MARGIN) for x, y in points]
    curve = " ".join(f"{_number(x)},{_number(y)}" for x, y in moved[1:])
    group = SubElement(root, "g", {"class": "arrow"})
    SubElement(group, "title").text = told
    line = f"M{_number(moved[0][0])},{_number(moved[0][1])} C{curve}"
    SubElement(group, "path", {"d": line, "fill": "none", "stroke": "#7f8ea3", "stroke-width": "1.2"})
    (x, y), (back_x, back_y) = moved[-1], next(one for one in reversed(moved) if one != moved[-1])
    turned = _number(degrees(atan2(y - back_y, x - back_x)))
    place = f"translate({_number(x)} {_number(y)}) rotate({turned})"
    SubElement(group, "path", {"d": "M0,0 l-7,-3.5 v7 z", "transform": place, "fill": "#7f8ea3"})


def _box(root: Element, node: Node, x: float, y: float, lines: list[_Line]) -> None:
    fill, line = _COLORS[node.kind]
    group = SubElement(root, "g", {"class": "node", "data-kind": node.kind})
    high = _LINE * len(lines) + 2 * _PADDING
    shape = {"x": _number(x), "y": _number(y), "width": _number(_WIDE), "height": _number(high)}
    rounded = {"rx": "10" if node.kind == "outcome" else "3", "fill": fill, "stroke": line}
    if node.kind == "outcome":
        rounded["stroke-width"] = "2"
    SubElement(group, "rect", {**shape, **rounded})
    for number, (words, anchor, is_other) in enumerate(lines):
        link = SubElement(group, "a", {"href": f"#{anchor}"})
        place = {"x": _number(x + _PADDING), "y": _number(y + _PADDING + 11 + _LINE * number)}
        color = "#667080" if is_other else "#1c2330"
        SubElement(link, "text", {**place, "font-size": _number(_SIZE), "fill": color}).text = words


def _legend(root: Element, flow: Flow, y: float, languages: tuple[str, ...]) -> None:
    x = _MARGIN
    used = {node.kind for node in flow.nodes}
    for kind, (fill, line) in _COLORS.items():
        if kind not in used:
            continue
        words = " / ".join(dict.fromkeys(Speech(spoken(tag))(_LEGEND[kind]) for tag in languages))
        group = SubElement(root, "g", {"class": "legend"})
        box = {"x": _number(x), "y": _number(y - 9), "width": "22", "height": "12"}
        SubElement(group, "rect", {**box, "rx": "3", "fill": fill, "stroke": line})
        text = {"x": _number(x + 28), "y": _number(y + 1), "font-size": "11.5", "fill": "#667080"}
        SubElement(group, "text", text).text = words
        x += 28 + text_width(words, 11.5) + 18


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
