"""A timeline as a picture (SVG 1.1): a lane for each party, clocks as bars, and beside them what happened.

Rows stand one below the other in the order of time; their distance says nothing about its length.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from policyengine.diagnostics.i18n import Speech
from policyengine.frozen import Frozen
from policyengine.outcome.timeline import ClockStep, Running, Step, Timeline
from policyengine.render.layout import width, wrap
from policyengine.render.timeline_words import MARKS, TimelineWords, Words
from policyengine.values.escaping import xml_text

_FONTS = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC','Segoe UI',Arial,sans-serif"
_MARGIN = 24
_TIME, _TIME_AND_OFFSET = 150, 195
_USUAL = len("2012-03-16 18:00:00")
_BAR = 16
_LANE_PADDING = 22
_LEAST_LANE = 84
_COLUMNS = 64  # of the text beside the lanes, each as wide as a latin letter
_COLUMN = 7.4
_LINE = 19
_DETAIL = 16
_GAP = 12

_COLORS = {
    "event": "#1f4e79",
    "starts": "#b7791f",
    "paused": "#b7791f",
    "resumes": "#b7791f",
    "met": "#2f7d4f",
    "missed": "#b3372b",
    "lapsed": "#5b6470",
    "ended": "#5b6470",
    "stopped": "#8a93a0",
    "void": "#8a93a0",
    "perhaps": "#c9a35c",
    "turn": "#5a3e85",
}
_INK, _FAINT, _RULE, _PAPER = "#1c2330", "#667080", "#d8dde4", "#ffffff"


class _Row(Frozen):
    """One step laid out: where it begins, and its lines of text."""

    step: Step
    words: Words
    y: float
    headline: tuple[str, ...]
    details: tuple[str, ...]
    shows_time: bool


def render_timeline_svg(timeline: Timeline, say: Speech) -> str:
    """Return the timeline as an SVG document that ends with a line feed."""
    root = picture(timeline, say)
    indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return xml_text(head + tostring(root, encoding="unicode") + "\n")


def picture(timeline: Timeline, say: Speech) -> Element:
    """Return the picture as an element, to be put into a page."""
    return _Picture(timeline, say).draw()


class _Picture:
    """The layout and the drawing of one timeline."""

    def __init__(self, timeline: Timeline, say: Speech) -> None:
        self.timeline = timeline
        self.say = say
        self.words = TimelineWords(timeline, say)
        self.lanes = self.words.lanes()
        self.tracks = {id: _tracks(timeline, self.words, id) for id, _ in self.lanes}
        longest = max((len(self.words.instant(step.instant)) for step in timeline.steps), default=0)
        self.time = _TIME if longest <= _USUAL else _TIME_AND_OFFSET
        self.left = self._lane_positions()
        self.text_x = _MARGIN + self.time + sum(self._lane_width(id) for id, _ in self.lanes) + 16
        self.width = self.text_x + _COLUMNS * _COLUMN + _MARGIN
        self.title = wrap(self.words.title(), int((self.width - 2 * _MARGIN) / 9))
        self.head = _MARGIN + 24 * len(self.title)
        self.top = self.head + 34
        self.now_y = 0.0
        self.rows = list(self._rows())
        self.bottom = self._bottom

    # ---------- layout

    def _lane_width(self, id: str) -> float:
        title = dict(self.lanes)[id]
        bars = (max(self.tracks[id].values(), default=0) + 1) * (_BAR + 6)
        return max(_LEAST_LANE, bars + _LANE_PADDING * 2, width(title) * 8 + 20)

    def _lane_positions(self) -> dict[str, float]:
        found, x = {}, float(_MARGIN + self.time)
        for id, _ in self.lanes:
            found[id] = x
            x += self._lane_width(id)
        return found

    def _rows(self) -> Iterator[_Row]:
        y = float(self.top + 16)
        previous: int | None = None
        is_past = True
        for step in self.timeline.steps:
            if step.is_expected and is_past:
                is_past = False
                y = self._leave_now(y)
                previous = None
            words = self.words.words(step)
            headline = tuple(wrap(words.headline + (" ≈" if step.provisional else ""), _COLUMNS))
            details = tuple(line for detail in words.details for line in wrap(detail, int(_COLUMNS * 1.16)))
            yield _Row(step, words, y, headline, details, step.instant != previous)
            previous = step.instant
            y += _LINE * len(headline) + _DETAIL * len(details) + _GAP
        if is_past:
            y = self._leave_now(y)
        self._bottom = y

    def _leave_now(self, y: float) -> float:
        self.now_y = y + 2
        return y + 40

    # ---------- drawing

    def draw(self) -> Element:
        columns = int((self.width - 2 * _MARGIN) / _COLUMN)
        notes = [
            line for note in (self.words.ending(), *self.words.footnotes()) for line in wrap(note, columns)
        ]
        height = self.bottom + 24 + 20 * len(notes) + _MARGIN
        root = Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {_number(self.width)} {_number(height)}",
                "width": _number(self.width),
                "height": _number(height),
                "font-family": _FONTS,
                "role": "img",
                "lang": self.say.language,
            },
        )
        SubElement(root, "title").text = self.words.title()
        SubElement(root, "desc").text = self.words.ending()
        self._defs(root)
        SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": _PAPER})
        for number, line in enumerate(self.title):
            self._text(root, _MARGIN, _MARGIN + 14 + 24 * number, line, 17, _INK, bold=True)
        self._lanes(root)
        for clock in self.timeline.clocks:
            self._bars(root, clock)
        self._now(root)
        for row in self.rows:
            self._row(root, row)
        for number, note in enumerate(notes):
            self._text(root, _MARGIN, self.bottom + 24 + 20 * number, note, 13, _FAINT)
        return root

    def _defs(self, root: Element) -> None:
        """Define the hatching of what is provisional."""
        defs = SubElement(root, "defs")
        size = {
            "width": "6",
            "height": "6",
            "patternUnits": "userSpaceOnUse",
            "patternTransform": "rotate(45)",
        }
        pattern = SubElement(defs, "pattern", {"id": "provisional", **size})
        SubElement(pattern, "rect", {"width": "6", "height": "6", "fill": _PAPER})
        SubElement(pattern, "rect", {"width": "3", "height": "6", "fill": "#9aa4b2"})

    def _lanes(self, root: Element) -> None:
        for number, (id, title) in enumerate(self.lanes):
            x, wide = self.left[id], self._lane_width(id)
            box = {"x": _number(x), "y": _number(self.head), "width": _number(wide)}
            shade = "#f4f6f9" if number % 2 == 0 else "#eaeef3"
            SubElement(root, "rect", {**box, "height": _number(self.bottom - self.head), "fill": shade})
            self._text(root, x + wide / 2, self.head + 20, title, 14, _INK, bold=True, anchor="middle")
            middle = _number(x + wide / 2)
            line = {"x1": middle, "x2": middle, "y1": _number(self.top), "y2": _number(self.bottom)}
            SubElement(root, "line", {**line, "stroke": _RULE})

    def _bars(self, root: Element, clock: Running) -> None:
        for id in self.words.book.parties[clock.deadline.who].members or (clock.deadline.who,):
            track = self.tracks[id][clock.deadline.id, clock.record]
            x = self._track_x(id, track)
            start = self._y_of(clock, clock.start)
            stop = self.bottom if clock.stop is None else self._y_of(clock, clock.stop)
            for top, bottom, is_expected in self._parts(start, stop):
                color = _COLORS[clock.change]
                style = {"fill": color, "fill-opacity": "0.85"}
                if is_expected:
                    style = {
                        "fill": color,
                        "fill-opacity": "0.18",
                        "stroke": color,
                        "stroke-dasharray": "4 3",
                    }
                if clock.provisional and is_expected:
                    style = {"fill": "url(#provisional)", "stroke": color, "stroke-dasharray": "4 3"}
                box = {"x": _number(x), "y": _number(top), "width": str(_BAR), "rx": "3"}
                bar = SubElement(root, "rect", {**box, "height": _number(max(4, bottom - top)), **style})
                SubElement(bar, "title").text = self.words.naming.text(clock.deadline.title)
            for begin, end in clock.pauses:
                until = stop if end is None else self._y_of(clock, end)
                self._standstill(root, x, self._y_of(clock, begin), until, _COLORS[clock.change])

    def _standstill(self, root: Element, x: float, top: float, bottom: float, color: str) -> None:
        """Draw where a bar stands still: hollow, between the rows with which it does and runs on."""
        box = {"x": _number(x + 3), "y": _number(top), "width": str(_BAR - 6)}
        style = {"fill": "#ffffff", "stroke": color, "stroke-dasharray": "2 2"}
        SubElement(root, "rect", {**box, "height": _number(max(2, bottom - top)), **style})

    def _parts(self, start: float, stop: float) -> Iterator[tuple[float, float, bool]]:
        """Return a bar as what is past and what is expected."""
        if start < self.now_y:
            yield start, min(stop, self.now_y), False
        if stop > self.now_y:
            yield max(start, self.now_y), stop, True

    def _y_of(self, clock: Running, instant: int) -> float:
        """Return where the row stands with which a clock starts or stops."""
        key = (clock.deadline.id, clock.record)
        for row in self.rows:
            what = row.step.what
            is_clock = isinstance(what, ClockStep) and (what.deadline.id, what.record) == key
            if is_clock and row.step.instant == instant:
                return row.y
        raise AssertionError(f"no row shows {key} at {instant}")

    def _track_x(self, id: str, track: int) -> float:
        count = max(self.tracks[id].values(), default=0) + 1
        middle = self.left[id] + self._lane_width(id) / 2
        return middle + (track - (count - 1) / 2) * (_BAR + 6) - _BAR / 2

    def _now(self, root: Element) -> None:
        y = self.now_y + 14
        ends = {
            "x1": _number(_MARGIN),
            "x2": _number(self.width - _MARGIN),
            "y1": _number(y),
            "y2": _number(y),
        }
        SubElement(root, "line", {**ends, "stroke": _COLORS["missed"], "stroke-width": "1.5"})
        self._text(root, self.text_x, y - 5, self.words.now(), 12, _COLORS["missed"], bold=True)

    def _row(self, root: Element, row: _Row) -> None:
        opacity = "0.8" if row.step.is_expected else "1"
        group = SubElement(root, "g", {"opacity": opacity})
        color = _COLORS[row.words.kind]
        if row.shows_time:
            self._text(group, _MARGIN, row.y + 4, self.words.instant(row.step.instant), 12.5, _INK)
            above = _number(row.y - 14)
            ends = {"x1": _number(_MARGIN), "x2": _number(self.text_x - 8), "y1": above, "y2": above}
            SubElement(group, "line", {**ends, "stroke": _RULE})
        for id in self.words.acting(row.step):
            self._mark(group, row, id, color)
        lead = "" if row.step.parties else MARKS[row.words.kind][0] + " "
        for number, line in enumerate(row.headline):
            y = row.y + 4 + _LINE * number
            self._text(group, self.text_x, y, (lead if number == 0 else "") + line, 13.5, color, bold=True)
        below = row.y + 4 + _LINE * len(row.headline) - 2
        for number, line in enumerate(row.details):
            self._text(group, self.text_x, below + _DETAIL * number, line, 11.5, _FAINT)

    def _mark(self, root: Element, row: _Row, id: str, color: str) -> None:
        x = self.left[id] + self._lane_width(id) / 2
        what = row.step.what
        if isinstance(what, ClockStep):
            x = self._track_x(id, self.tracks[id][what.deadline.id, what.record]) + _BAR / 2
        place = {"cx": _number(x), "cy": _number(row.y), "r": "6", "fill": _PAPER, "stroke": color}
        mark = SubElement(root, "circle", {**place, "stroke-width": "2.5"})
        if row.words.kind == "event":
            mark.set("fill", color)
        SubElement(mark, "title").text = row.words.headline
        symbol = {"met": "✓", "missed": "✕"}.get(row.words.kind)
        if symbol is not None:
            self._text(root, x, row.y + 3.5, symbol, 9, color, bold=True, anchor="middle")

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
    ) -> None:
        look = {"x": _number(x), "y": _number(y), "font-size": _number(size), "fill": color}
        if bold:
            look["font-weight"] = "600"
        if anchor != "start":
            look["text-anchor"] = anchor
        SubElement(root, "text", look).text = text


def _tracks(timeline: Timeline, words: TimelineWords, lane: str) -> dict[tuple[str, int | None], int]:
    """Return the place of each clock in a lane: those that run at the same time stand side by side."""
    ends: list[int | None] = []
    found: dict[tuple[str, int | None], int] = {}
    for clock in timeline.clocks:
        if lane not in (words.book.parties[clock.deadline.who].members or (clock.deadline.who,)):
            continue
        free = (number for number, end in enumerate(ends) if end is not None and end < clock.start)
        track = next(free, len(ends))
        ends[track : track + 1] = [clock.stop]
        found[clock.deadline.id, clock.record] = track
    return found


def _number(value: float) -> str:
    """Return a coordinate with at most one decimal, the same on every machine."""
    return f"{value:.1f}".removesuffix(".0")
