"""A timeline in a terminal: a lane for each party, and beside it what happened and why."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.i18n import Speech
from policyengine.model.case import Key
from policyengine.outcome.timeline import BEGINNINGS, ClockStep, Step, Timeline
from policyengine.render.layout import Paint, Tone, pad, width, wrap
from policyengine.render.timeline_words import MARKS, TimelineWords, Words

WIDTH = 100
"""Columns of a line where nobody says how many."""
_LEAST = 40
_LANE = 8


def render_timeline(timeline: Timeline, say: Speech, color: bool = False, columns: int = WIDTH) -> str:
    """Return the timeline as text that ends with a line feed, in lines of at most so many columns."""
    return "".join(
        f"{line.rstrip()}\n" for line in _Drawing(timeline, say, Paint(color, columns), columns).lines()
    )


class _Drawing:
    """Draws one timeline from top to bottom; ``running`` and ``standing`` are the clocks of each lane."""

    def __init__(self, timeline: Timeline, say: Speech, paint: Paint, columns: int) -> None:
        self.timeline = timeline
        self.words = TimelineWords(timeline, say)
        self.say = say
        self.paint = paint
        self.columns = columns
        self.lanes = self.words.lanes()
        self.running: dict[str, set[Key]] = {id: set() for id, _ in self.lanes}
        self.standing: dict[str, set[Key]] = {id: set() for id, _ in self.lanes}
        self.lane = max([_LANE, *(width(title) + 2 for _, title in self.lanes)])
        moments = [self.words.instant(step.instant) for step in timeline.steps]
        self.time = max((width(moment) + 2 for moment in moments), default=20)
        self.rest = max(_LEAST, columns - 2 - self.time - self.lane * len(self.lanes))

    def lines(self) -> Iterator[str]:
        yield from self.paint.lines(self.words.title(), "title")
        yield ""
        yield " " * (2 + self.time) + "".join(
            self.paint(pad(title, self.lane), "title") for _, title in self.lanes
        )
        previous: Step | None = None
        is_past = True
        for step in self.timeline.steps:
            if step.is_expected and is_past:
                is_past = False
                yield from self._now()
                previous = None
            yield from self._step(step, previous)
            previous = step
        if is_past:
            yield from self._now()
        yield ""
        yield from (f"  {line}" for line in wrap(self.words.ending(), self.columns - 2))
        for note in self.words.footnotes():
            yield from self.paint.lines(note, "faint", 2)

    def _now(self) -> Iterator[str]:
        yield self._lanes()
        yield "  " + self.paint(f"── {self.words.now()} ──", "title")

    def _step(self, step: Step, previous: Step | None) -> Iterator[str]:
        words = self.words.words(step)
        is_new = previous is None or previous.instant != step.instant
        if is_new:
            yield self._lanes()
        moment = self.words.instant(step.instant) if is_new else ""
        cells = self._lanes(step, words)
        first, *more = wrap(self._headline(step, words), self.rest)
        tone: Tone = MARKS[words.kind][1]
        yield f"  {pad(moment, self.time)}{cells[2 + self.time :]}" + self.paint(first, tone)
        self._count(step)
        for line in more:
            yield self._lanes() + self.paint(line, tone)
        for detail in words.details:
            for line in wrap(detail, self.rest - 2):
                yield f"{self._lanes()}  " + self.paint(line, "faint")

    def _headline(self, step: Step, words: Words) -> str:
        mark = "" if step.parties else MARKS[words.kind][0] + " "
        return mark + words.headline + (" ≈" if step.provisional else "")

    def _lanes(self, step: Step | None = None, words: Words | None = None) -> str:
        """Return the lanes of one line: a mark where something happens, else whether a clock runs."""
        acting = () if step is None else self.words.acting(step)
        cells = []
        for id, _ in self.lanes:
            mark = "┃" if self.running[id] else "┋" if self.standing[id] else "│"
            if words is not None and id in acting:
                mark = MARKS[words.kind][0]
            cells.append(pad(f" {mark}", self.lane))
        return " " * (2 + self.time) + "".join(cells)

    def _count(self, step: Step) -> None:
        if isinstance(step.what, ClockStep):
            key = (step.what.deadline.id, step.what.record)
            for id in self.words.acting(step):
                self.running[id].discard(key)
                self.standing[id].discard(key)
                if step.what.change in (*BEGINNINGS, "resumes"):
                    self.running[id].add(key)
                elif step.what.change == "paused":
                    self.standing[id].add(key)
