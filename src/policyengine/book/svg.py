"""The flow of facts as a picture."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from policyengine.book.flow import Flow, Node
from policyengine.render.layout import width

_WIDE, _HIGH, _GAP_X, _GAP_Y, _MARGIN = 200, 44, 46, 12, 10
_COLUMNS = 25  # of half-width characters in a line of a box
_COLORS = {
    "given": ("#eef4fb", "#3b6ea5"),
    "derived": ("#f6f3ea", "#8a6d1f"),
    "outcome": ("#e9f5ec", "#2e7d4f"),
    "deadline": ("#fbeeee", "#b3372b"),
    "amount": ("#f3eefa", "#6a4ca0"),
}


def picture(flow: Flow) -> Element:
    """Return the flow as an SVG element: what is given on the left, what comes out on the right."""
    columns = max(node.column for node in flow.nodes) + 1
    rows = max(node.row for node in flow.nodes) + 1
    size = (columns * (_WIDE + _GAP_X) - _GAP_X + 2 * _MARGIN, rows * (_HIGH + _GAP_Y) - _GAP_Y + 2 * _MARGIN)
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {size[0]} {size[1]}",
            "style": f"max-width:{size[0]}px;min-width:{size[0] * 2 // 3}px",
            "role": "img",
        },
    )
    heights = {
        column: sum(node.column == column for node in flow.nodes) * (_HIGH + _GAP_Y)
        for column in range(columns)
    }
    places = {node.name: _place(node, heights[node.column], rows * (_HIGH + _GAP_Y)) for node in flow.nodes}
    for before, after in flow.edges:
        _edge(root, places[before], places[after])
    for node in flow.nodes:
        _box(root, node, places[node.name])
    return root


def _place(node: Node, height: int, whole: int) -> tuple[int, int]:
    """Return the upper left corner of a box; every column stands in the middle of the picture."""
    x = _MARGIN + node.column * (_WIDE + _GAP_X)
    return x, _MARGIN + (whole - height) // 2 + node.row * (_HIGH + _GAP_Y)


def _edge(root: Element, start: tuple[int, int], end: tuple[int, int]) -> None:
    x1, y1, x2, y2 = start[0] + _WIDE, start[1] + _HIGH // 2, end[0], end[1] + _HIGH // 2
    bend = max(30, (x2 - x1) // 2)
    path = f"M{x1},{y1} C{x1 + bend},{y1} {x2 - bend},{y2} {x2},{y2}"
    SubElement(
        root, "path", {"d": path, "fill": "none", "stroke": "#9aa6b5", "stroke-width": "1.2", "opacity": ".7"}
    )


def _box(root: Element, node: Node, place: tuple[int, int]) -> None:
    fill, line = _COLORS[node.kind]
    link = SubElement(root, "a", {"href": f"#{node.anchor}"})
    SubElement(link, "title").text = node.name
    shape = {"x": str(place[0]), "y": str(place[1]), "width": str(_WIDE), "height": str(_HIGH), "rx": "6"}
    SubElement(link, "rect", {**shape, "fill": fill, "stroke": line})
    for text, y, size in zip(node.title.all, (18, 36), (14, 11), strict=False):
        words = {"x": str(place[0] + 10), "y": str(place[1] + y), "font-size": str(size), "fill": "#1c2330"}
        SubElement(link, "text", words).text = _shortened(text, _COLUMNS if size == 14 else _COLUMNS + 5)


def _shortened(text: str, columns: int) -> str:
    if width(text) <= columns:
        return text
    while text and width(text) > columns - 1:
        text = text[:-1]
    return text + "…"
