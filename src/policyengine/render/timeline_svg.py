"""A timeline as a picture (SVG 1.1): one page, time from left to right, a lane for each party."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from policyengine.diagnostics.i18n import Speech
from policyengine.outcome.timeline import Standing, Timeline
from policyengine.render.boxes import lines_of, text_width
from policyengine.render.fonts import fonts
from policyengine.render.timeline_layout import (
    BAR,
    LINE,
    MARGIN,
    MARK,
    SIZE,
    SMALL,
    WIDE,
    Item,
    Layout,
    Line,
    layout_of,
    standing_words,
)
from policyengine.render.timeline_words import TimelineWords
from policyengine.values.display import show_rough_span
from policyengine.values.escaping import xml_text

STANDINGS: dict[Standing, tuple[str, str]] = {
    "open": ("#dbe9f8", "#2a6fb0"),
    "paused": ("#fbf0d4", "#b7791f"),
    "perhaps": ("url(#perhaps)", "#b7791f"),
    "upcoming": ("#ffffff", "#7f8ea3"),
    "met": ("#d9efe1", "#2f7d4f"),
    "missed": ("#fbdcd8", "#b3372b"),
    "lapsed": ("#e4e7eb", "#5b6470"),
    "ended": ("#e4e7eb", "#5b6470"),
    "stopped": ("#f3f4f6", "#9aa4b2"),
    "void": ("#f3f4f6", "#9aa4b2"),
}
"""The filling and the edge of a bar, by how the clock stands now."""
_SIGNS: dict[Standing, str] = {"met": "✓", "missed": "✗"}
_INK, _FAINT, _RULE, _PAPER, _NOW = "#1c2330", "#5d6777", "#d8dde4", "#ffffff", "#b3372b"
_EVENT, _TURN = "#1f4e79", "#5a3e85"
_Entry = tuple[str, Standing | None, str]  # of the legend: what is drawn, how a clock stands, the words


def render_timeline_svg(timeline: Timeline, say: Speech) -> str:
    """Return the timeline as an SVG document that ends with a line feed."""
    root = picture(timeline, say)
    indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return xml_text(head + tostring(root, encoding="unicode") + "\n")


def picture(timeline: Timeline, say: Speech, with_notes: bool = False) -> Element:
    """Return the picture as an element; ``with_notes``: with numbers that lead to notes of the page."""
    return _Drawing(timeline, say, layout_of(timeline, say), with_notes).draw()


class _Drawing:
    """Draws one layout."""

    def __init__(self, timeline: Timeline, say: Speech, layout: Layout, with_notes: bool) -> None:
        self.timeline = timeline
        self.say = say
        self.layout = layout
        self.with_notes = with_notes
        self.words = TimelineWords(timeline, say, with_places=False)

    def draw(self) -> Element:
        """Return the picture."""
        room = WIDE - 2 * MARGIN
        notes = [
            line for note in (self._ending(), *self.words.footnotes()) for line in lines_of(note, room, SMALL)
        ]
        legend_y = self.layout.bottom + 24
        rows = self._legend_rows()
        notes_y = legend_y + 18 * len(rows) + 4
        high = notes_y + LINE * len(notes) + MARGIN - 8
        root = Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {_number(WIDE)} {_number(high)}",
                "width": _number(WIDE),
                "height": _number(high),
                "font-family": fonts(self.say.language),
                "role": "img",
                "lang": self.say.language,
            },
        )
        SubElement(root, "title").text = self.words.title()
        SubElement(root, "desc").text = self.words.ending()
        self._defs(root)
        SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": _PAPER})
        self._head(root)
        self._lanes(root)
        self._axis(root)
        self._now(root)
        for item in self.layout.items:
            self._item(root, item)
        for number, row in enumerate(rows):
            self._legend(root, legend_y + 18 * number, row)
        for number, note in enumerate(notes):
            self._text(root, MARGIN, notes_y + LINE * number + 8, note, SMALL, _FAINT)
        return root

    def _ending(self) -> str:
        ending = self.words.ending()
        if not any(step.is_expected for step in self.timeline.steps):
            return ending
        return self.say("In the end: {ending}", ending=ending)

    def _defs(self, root: Element) -> None:
        """Define the hatching of a clock that perhaps runs."""
        size = {"width": "6", "height": "6", "patternUnits": "userSpaceOnUse"}
        pattern = SubElement(SubElement(root, "defs"), "pattern", {"id": "perhaps", **size})
        SubElement(pattern, "rect", {"width": "6", "height": "6", "fill": _PAPER})
        SubElement(pattern, "path", {"d": "M0,6 L6,0", "stroke": "#ead9b3", "stroke-width": "2"})

    def _head(self, root: Element) -> None:
        y = MARGIN
        for line in self.layout.title:
            self._text(root, MARGIN, y + 14, line, 18, _INK, bold=True)
            y += 22
        for line in self.layout.subtitle:
            self._text(root, MARGIN, y + 8, line, SIZE, _FAINT)
            y += LINE

    def _lanes(self, root: Element) -> None:
        for number, lane in enumerate(self.layout.lanes):
            box = {"x": _number(MARGIN), "y": _number(lane.top), "width": _number(WIDE - 2 * MARGIN)}
            shade = "#f6f8fa" if number % 2 == 0 else "#eef1f5"
            group = SubElement(root, "g", {"class": "lane", "data-lane": lane.id})
            SubElement(group, "rect", {**box, "height": _number(lane.bottom - lane.top), "fill": shade})
            for row, line in enumerate(lane.title):
                y = lane.top + 20 + LINE * row
                self._text(group, MARGIN + 8, y, line, SIZE + 1, _INK, bold=True)

    def _axis(self, root: Element) -> None:
        group = SubElement(root, "g", {"class": "axis"})
        for tick in self.layout.ticks:
            low = tick.box.y + tick.box.high
            self._line(group, tick.x, low, tick.x, self.layout.bottom, _RULE)
            self._text(group, tick.box.x, tick.box.y + 10, tick.text, SMALL, _FAINT)
        for gap in self.layout.scale.gaps:
            if gap.folded:
                self._fold(group, (gap.start + gap.stop) / 2, gap.seconds)

    def _fold(self, group: Element, x: float, seconds: int) -> None:
        """Mark where time is folded: two strokes through the axis, and how long it is."""
        y = self.layout.top
        fold = SubElement(group, "g", {"class": "fold"})
        SubElement(fold, "title").text = show_rough_span(seconds, self.say.language)
        for shift in (-3, 2):
            self._line(fold, x + shift - 2, y + 6, x + shift + 3, y - 6, _FAINT)

    def _now(self, root: Element) -> None:
        x, layout = self.layout.now, self.layout
        group = SubElement(root, "g", {"class": "now"})
        if x < layout.right - 70:
            box = {"x": _number(x), "y": _number(layout.top), "fill": "#fff8e6", "opacity": "0.75"}
            size = {"width": _number(WIDE - MARGIN - x), "height": _number(layout.bottom - layout.top)}
            SubElement(group, "rect", {**box, **size})
        line = self._line(group, x, layout.now_y + 2, x, layout.bottom, _NOW)
        line.set("stroke-width", "1.6")
        moment = self.words.moment(self.timeline.as_of, layout.scale.moments[0])
        now = self.say("now, {instant}", instant=moment)
        later = self.say("if nobody acts →") if any(one.is_expected for one in self.timeline.steps) else ""
        wide = text_width(now, SMALL)
        if later and x + 6 + text_width(later, SMALL) > WIDE - 4:  # the present is all but the end
            both = self.say("{now} · {later}", now=now, later=later)
            self._text(group, x - 6, layout.now_y + 13, both, SMALL, _NOW, bold=True, anchor="end")
        elif x - wide - 8 >= MARGIN:
            self._text(group, x - 6, layout.now_y + 13, now, SMALL, _NOW, bold=True, anchor="end")
            self._text(group, x + 6, layout.now_y + 13, later, SMALL, _NOW, bold=True)
        else:
            self._text(group, x + 6, layout.now_y + 13, f"{now} {later}".rstrip(), SMALL, _NOW, bold=True)

    # ---------- items

    def _item(self, root: Element, item: Item) -> None:
        about = {"class": item.kind, "data-steps": " ".join(map(str, item.steps))}
        if item.standing is not None:
            about["data-standing"] = item.standing
        group = SubElement(root, "g", about)
        SubElement(group, "title").text = item.told
        if item.kind == "clock":
            self._bar(group, item)
        else:
            self._mark(group, item)
        x, y = item.label
        for number, line in enumerate(item.lines):
            low = y + LINE * number + 11
            size, color = (SMALL, _FAINT) if line.faint else (SIZE, _INK)
            if item.flush is None:
                element = self._text(group, x + line.indent, low, line.text, size, color)
            else:
                element = self._text(
                    group, item.flush - line.indent, low, line.text, size, color, anchor="end"
                )
            # The lines behind it must not strike it through.
            element.set("paint-order", "stroke")
            element.set("stroke", _PAPER)
            element.set("stroke-width", "3")
            element.set("stroke-opacity", "0.75")
            if item.expected and not line.faint:
                element.set("fill", "#3f4a5a")
            if self.with_notes:
                self._numbers(element, line)

    def _numbers(self, text: Element, line: Line) -> None:
        """Put the numbers of notes behind a line, raised, as links."""
        for position, note in enumerate(line.notes):
            link = SubElement(text, "a", {"href": f"#note-{note.number}"})
            look = {"dx": "3", "font-size": "8", "fill": "#2f5d8a"}
            if position == 0:
                look["dy"] = "-4"
            SubElement(link, "tspan", look).text = str(note.number)

    def _mark(self, group: Element, item: Item) -> None:
        x, y = item.start, item.box.y + LINE / 2
        color = _EVENT if item.kind == "event" else _TURN
        fill = _PAPER if item.expected else color
        look = {"fill": fill, "stroke": color, "stroke-width": "1.6"}
        if item.kind == "event":
            SubElement(group, "circle", {"cx": _number(x), "cy": _number(y), "r": _number(MARK), **look})
            return
        SubElement(group, "path", {"d": _diamond(x, y), **look})

    def _bar(self, group: Element, item: Item) -> None:
        assert item.standing is not None and item.clock is not None
        fill, edge = STANDINGS[item.standing]
        is_below = item.label[1] - item.box.y >= BAR
        is_beside = not item.start <= item.label[0] <= item.stop
        high = BAR if is_below or is_beside else item.box.high
        for left, right, expected in self._parts(item.start, item.stop):
            box = {"x": _number(left), "y": _number(item.box.y), "width": _number(max(3, right - left))}
            look = {"height": _number(high), "rx": "3", "fill": fill, "stroke": edge, "stroke-width": "1.2"}
            bar = SubElement(group, "rect", {"class": "bar", **box, **look})
            if expected:
                bar.set("stroke-dasharray", "4 3")
                bar.set("fill", _PAPER)
        for begin, end in item.clock.pauses:
            start = self._at(begin)
            stop = item.stop if end is None else self._at(end)
            box = {"x": _number(start), "y": _number(item.box.y + high - 6)}
            size = {"width": _number(max(3, stop - start)), "height": "4"}
            SubElement(group, "rect", {"class": "pause", **box, **size, "fill": STANDINGS["paused"][1]})
        sign = _SIGNS.get(item.standing)
        if sign is not None:
            x, y = item.stop, item.box.y + high / 2
            mark = {"cx": _number(x), "cy": _number(y), "r": "6.5", "fill": edge}
            SubElement(group, "circle", mark)
            self._text(group, x, y + 3.5, sign, 10, _PAPER, bold=True, anchor="middle")

    def _at(self, instant: int) -> float:
        return self.layout.scale.at(instant)

    def _parts(self, start: float, stop: float) -> list[tuple[float, float, bool]]:
        """Return a bar as what is past and what is expected."""
        now = self.layout.now
        if stop <= now or start >= now:
            return [(start, stop, start >= now and stop > now)]
        return [(start, now, False), (now, stop, True)]

    # ---------- legend

    def _legend_rows(self) -> list[list[_Entry]]:
        """Return what has to be explained, in rows that fit."""
        kinds = {item.kind for item in self.layout.items}
        found: list[_Entry] = []
        if "event" in kinds:
            found.append(("event", None, self.say("it happened")))
        if "turn" in kinds:
            found.append(("turn", None, self.say("an outcome changes")))
        used = {item.standing for item in self.layout.items}
        found += [
            ("bar", one, standing_words(one, self.say)) for one in STANDINGS if one in used - {"upcoming"}
        ]
        if any(item.clock and item.clock.pauses for item in self.layout.items):
            found.append(("pause", None, self.say("was paused")))
        if any(step.is_expected for step in self.timeline.steps):
            found.append(("expected", None, self.say("still to come, if nobody acts")))
        if any(gap.folded for gap in self.layout.scale.gaps):
            found.append(("fold", None, self.say("a long time, drawn shorter")))
        rows: list[list[_Entry]] = [[]]
        x = MARGIN
        for one in found:
            wide = 30 + text_width(one[2], SMALL) + 18
            if x + wide > WIDE - MARGIN and rows[-1]:
                rows.append([])
                x = MARGIN
            rows[-1].append(one)
            x += wide
        return rows

    def _legend(self, root: Element, y: float, row: list[_Entry]) -> None:
        x = MARGIN
        for kind, standing, words in row:
            group = SubElement(root, "g", {"class": "legend"})
            self._sample(group, x, y, kind, standing)
            self._text(group, x + 30, y + 4, words, SMALL, _FAINT)
            x += 30 + text_width(words, SMALL) + 18

    def _sample(self, group: Element, x: float, y: float, kind: str, standing: Standing | None) -> None:
        if kind == "fold":
            for shift in (9, 14):
                self._line(group, x + shift - 2, y + 6, x + shift + 3, y - 6, _FAINT)
            return
        if kind == "event":
            SubElement(group, "circle", {"cx": _number(x + 12), "cy": _number(y), "r": "5", "fill": _EVENT})
            return
        if kind == "turn":
            SubElement(group, "path", {"d": _diamond(x + 12, y), "fill": _TURN})
            return
        box = {"x": _number(x), "y": _number(y - 6), "width": "24", "height": "12", "rx": "2"}
        fill, edge = STANDINGS[standing or "upcoming"]
        look = {"fill": fill, "stroke": edge}
        if kind == "expected":
            look["stroke-dasharray"] = "4 3"
        if kind == "pause":
            box, look = {**box, "y": _number(y - 2), "height": "4"}, {"fill": STANDINGS["paused"][1]}
        SubElement(group, "rect", {**box, **look})

    # ---------- strokes

    def _line(self, root: Element, x1: float, y1: float, x2: float, y2: float, color: str) -> Element:
        ends = {"x1": _number(x1), "y1": _number(y1), "x2": _number(x2), "y2": _number(y2)}
        return SubElement(root, "line", {**ends, "stroke": color})

    def _text(
        self,
        root: Element,
        x: float,
        y: float,
        text: str,
        size: float,
        color: str,
        bold: bool = False,
        anchor: str = "start",
    ) -> Element:
        look = {"x": _number(x), "y": _number(y), "font-size": _number(size), "fill": color}
        if bold:
            look["font-weight"] = "600"
        if anchor != "start":
            look["text-anchor"] = anchor
        element = SubElement(root, "text", look)
        element.text = text
        return element


def _diamond(x: float, y: float) -> str:
    return f"M{_number(x)},{_number(y - 5.5)} l5.5,5.5 l-5.5,5.5 l-5.5,-5.5 z"


def _number(value: float) -> str:
    """Return a coordinate with at most one decimal, the same on every machine."""
    return f"{value:.1f}".removesuffix(".0")
