"""A timeline laid out on a page: time from left to right, a lane for each party and one for the outcomes.

Every label is a box, and no two boxes of the picture overlap. The colour of a bar tells how the clock stands
now: one that runs is not red because it will be missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from policyengine.diagnostics.i18n import Speech
from policyengine.frozen import Frozen, replace
from policyengine.outcome.timeline import ClockStep, Event, Running, Standing, Step, Timeline, Turn
from policyengine.render.boxes import Box, lines_of, put, text_width
from policyengine.render.happenings import begun, happening
from policyengine.render.timeline_notes import Note, Notes
from policyengine.render.timeline_scale import Scale, scale_of
from policyengine.render.timeline_words import TimelineWords
from policyengine.values.literals import ValueType

WIDE, MARGIN = 1120.0, 20.0
SIZE, SMALL = 12.0, 10.5
LINE = 15.0
BAR = 20.0
MARK = 5.0
_LABEL = 168.0
_OUTCOME = 200.0
_LANE_PADDING = 7.0
_INDENT = 10.0
_SIGN = 7.0
_INSIDE = 120.0
_LEAST_LABEL = 100.0
_NOTE = 14.0
OUTCOMES = "outcomes"
NOBODY = "nobody"


class Line(Frozen):
    """One line of a label; ``notes`` stand behind it as numbers."""

    text: str
    faint: bool = False
    indent: float = 0.0
    notes: tuple[Note, ...] = ()


class Item(Frozen):
    """An event, a clock or what follows, in one lane: what of it is drawn, and where.

    ``box`` holds everything; the label begins at ``label``; ``start`` and ``stop`` are the ends of a bar, of
    a mark both its place. ``steps`` are the numbers of the steps that are shown by it. Lines on the left of
    what they tell of end at ``flush``, for how wide they are is told by the font: else there would be a gap.
    """

    lane: str
    kind: str
    box: Box
    start: float
    stop: float
    label: tuple[float, float]
    lines: tuple[Line, ...]
    steps: tuple[int, ...]
    expected: bool
    told: str
    standing: Standing | None = None
    clock: Running | None = None
    flush: float | None = None


class Lane(Frozen):
    """A lane with its title, from its upper to its lower edge."""

    id: str
    title: tuple[str, ...]
    top: float
    bottom: float


class Tick(Frozen):
    """A moment on the axis with its words; the box is that of the words."""

    x: float
    text: str
    box: Box


class Layout(Frozen):
    """All that is drawn, with places."""

    title: tuple[str, ...]
    subtitle: tuple[str, ...]
    scale: Scale
    ticks: tuple[Tick, ...]
    now: float
    now_y: float
    left: float
    right: float
    top: float
    bottom: float
    lanes: tuple[Lane, ...]
    items: tuple[Item, ...]


def layout_of(timeline: Timeline, say: Speech) -> Layout:
    """Return the layout of a timeline."""
    return _Layouter(timeline, say).layout()


class _Layouter:
    """Lays out one timeline."""

    def __init__(self, timeline: Timeline, say: Speech) -> None:
        self.timeline = timeline
        self.say = say
        self.words = TimelineWords(timeline, say, with_places=False)
        self.notes = Notes(timeline, self.words.naming)
        self.lanes = self._lanes()
        longest = max((text_width(line, SIZE + 1) for _, title in self.lanes for line in title), default=60)
        self.left = MARGIN + max(60.0, longest) + 22
        self.right = WIDE - MARGIN - 8
        self.has_several = any(getattr(step.what, "record", None) for step in timeline.steps)
        self.same = _same_moments(timeline)
        self.scale = scale_of(set(self.same.values()), self.left + 10, self.right - 60)
        self.now = self.at(timeline.as_of)

    def at(self, instant: int) -> float:
        """Return the place of an instant that is shown."""
        return self.scale.at(self.same.get(instant, instant))

    def layout(self) -> Layout:
        """Return the layout."""
        title, subtitle = self._titles()
        y = MARGIN + 22 * len(title) + LINE * len(subtitle) + 8
        ticks = tuple(self._ticks(y))
        now_y = max((tick.box.y + tick.box.high for tick in ticks), default=y) + 6
        top = y = now_y + 26
        lanes, items = [], []
        for id, words in self.lanes:
            placed = self._placed(id, y + _LANE_PADDING)
            low = max((one.box.y + one.box.high for one in placed), default=y)
            low = max(low, y + _LANE_PADDING + LINE * len(words) + 4) + _LANE_PADDING
            lanes.append(Lane(id, words, y, low))
            items += placed
            y = low
        return Layout(
            title=title,
            subtitle=subtitle,
            scale=self.scale,
            ticks=ticks,
            now=self.now,
            now_y=now_y,
            left=self.left,
            right=self.right,
            top=top,
            bottom=y,
            lanes=tuple(lanes),
            items=tuple(items),
        )

    def _titles(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        book, naming = self.words.book, self.words.naming
        title = self.say("Timeline of case {case}", case=naming.typed(self.timeline.case.id, ValueType.TEXT))
        subtitle = self.say(
            "as of {instant} · {rulebook} {version}",
            instant=self.words.instant(self.timeline.as_of),
            rulebook=naming.text(book.title),
            version=book.version,
        )
        room = WIDE - 2 * MARGIN
        return tuple(lines_of(title, room, 18)), tuple(lines_of(subtitle, room, SIZE))

    def _lanes(self) -> list[tuple[str, tuple[str, ...]]]:
        found = [*self.words.lanes()]
        if any(isinstance(step.what, Event) and not step.parties for step in self.timeline.steps):
            found.append((NOBODY, self.say("the case")))
        if any(isinstance(step.what, Turn) for step in self.timeline.steps):
            found.append((OUTCOMES, self.say("Outcomes")))
        return [(id, tuple(lines_of(begun(title), 110, SIZE + 1))) for id, title in found]

    def _ticks(self, y: float) -> Iterator[Tick]:
        """Return the moments with their words; where these would touch, they stand lower."""
        placed, before = list[Box](), None
        ends = {*_ends(self.timeline.clocks)}
        told = {self.same[step.instant] for step in self.timeline.steps} | ends
        begun_at = {step.instant for step in self.timeline.steps if isinstance(step.what, Event)}
        for moment, x in zip(self.scale.moments, self.scale.places, strict=True):
            if moment not in told:
                continue  # now, which has words of its own
            is_end = moment in ends and moment not in begun_at
            text, before = self.words.moment(moment, before, is_end), moment
            wide = text_width(text, SMALL)
            box = put(Box(min(max(x - wide / 2, MARGIN), WIDE - MARGIN - wide), y, wide, 13), placed)
            placed.append(box)
            yield Tick(x, text, box)

    # ---------- items

    def _numbered(self, title: str, record: int | None) -> str:
        """Return a title with the number of its record, counted from one, if there are several."""
        title = begun(title)
        if not record and not self.has_several:
            return title
        return self.words.naming.numbered(title, record)

    def _placed(self, lane: str, top: float) -> list[Item]:
        placed: list[Item] = []
        for item in sorted(self._items(lane), key=lambda one: (one.start, one.kind != "clock", one.steps)):
            box = put(replace(item.box, y=top), [one.box for one in placed])
            down = box.y - item.box.y
            label = item.label[0], item.label[1] + down
            placed.append(replace(item, box=box, label=label))
        return placed

    def _items(self, lane: str) -> Iterator[Item]:
        if lane == OUTCOMES:
            yield from self._turns()
            return
        for number, step in enumerate(self.timeline.steps):
            acting = self.words.acting(step) or (NOBODY,)
            if isinstance(step.what, Event) and lane in acting:
                yield self._event(lane, number, step, step.what)
        for clock in self.timeline.clocks:
            if lane in (self.words.book.parties[clock.deadline.who].members or (clock.deadline.who,)):
                yield self._clock(lane, clock)

    def _event(self, lane: str, number: int, step: Step, event: Event) -> Item:
        words = self._numbered(happening(event, self.words.naming), event.record)
        room = self._room(self.at(step.instant), min(_LABEL, text_width(words, SIZE)))
        lines = tuple(Line(text) for text in lines_of(words, room, SIZE))
        told = self.words.words(step).headline
        return self._marked(lane, "event", self.at(step.instant), lines, (number,), False, told)

    def _turns(self) -> Iterator[Item]:
        numbered = [(n, step) for n, step in enumerate(self.timeline.steps) if isinstance(step.what, Turn)]
        for instant, group in groupby(numbered, key=lambda one: self.same[one[1].instant]):
            lines, steps, told = list[Line](), list[int](), list[str]()
            expected = False
            for number, step in group:
                assert isinstance(step.what, Turn)
                lines += self._turn(step, step.what, self._room(self.at(instant), _OUTCOME))
                steps.append(number)
                told.append(self.words.words(step).headline)
                expected = step.is_expected
            yield self._marked(
                OUTCOMES, "turn", self.at(instant), tuple(lines), tuple(steps), expected, "\n".join(told)
            )

    def _turn(self, step: Step, turn: Turn, room: float) -> Iterator[Line]:
        naming = self.words.naming
        title = self._numbered(naming.text(turn.after.fact.title), turn.after.record)
        notes_wide = _NOTE * len(self.notes.of(turn)) if room < _OUTCOME else 0.0
        words = self.say("{title}: {value}", title=title, value=self.words.outcome(turn.after))
        lines = lines_of(words + (" ≈" if step.provisional else ""), room - _INDENT - notes_wide, SIZE)
        for number, text in enumerate(lines):
            notes = self.notes.of(turn) if number == len(lines) - 1 else ()
            yield Line(text, indent=_INDENT if number else 0.0, notes=notes)

    def _marked(
        self,
        lane: str,
        kind: str,
        x: float,
        lines: tuple[Line, ...],
        steps: tuple[int, ...],
        expected: bool,
        told: str,
    ) -> Item:
        """Return a mark with its label on the right, or where there is room for it: on the left, or below.

        A label does not lie across the line that divides what is past from what is expected.
        """
        wide, high, flush = max(_wide(line) for line in lines), LINE * len(lines), None
        first, last = x - MARK - 5 - wide, x + MARK + 5 + wide
        below = min(x - MARK, WIDE - MARGIN - wide)
        begins, ends = (x, last) if last <= WIDE - MARGIN else (below, below + wide)
        if begins < self.now < ends and self.left <= first and not first < self.now < x:
            box, label, flush = Box(first, 0, x + MARK - first, high), (first, 0.0), x - MARK - 5
        elif last <= WIDE - MARGIN:
            box = Box(x - MARK, 0, 2 * MARK + 5 + wide, high)
            label = x + MARK + 5, 0.0
        else:
            box = Box(below, 0, max(x + MARK, below + wide) - below, high + LINE)
            label = below, LINE
        return Item(lane, kind, box, x, x, label, lines, steps, expected, told, flush=flush)

    def _clock(self, lane: str, clock: Running) -> Item:
        start, stop = self.at(clock.start), self.right + 8
        if clock.stop is not None:
            stop = max(start + 6, self.at(clock.stop))
        standing = self.timeline.standing(clock)
        first, last = self._inside(start, stop)
        lines = tuple(self._label(clock, standing, last - first, self._room(stop, _LABEL)))
        wide = max(_wide(line) for line in lines)
        high = max(BAR, LINE * len(lines) + 4)
        if wide + 16 <= last - first:
            x, box = first + 6, Box(start, 0, min(stop + _SIGN, WIDE - MARGIN) - start, high)
        elif stop < self.now < stop + 10 + wide and self.left <= start - 6 - wide:
            x = start - 6 - wide
            box = Box(x, 0, stop + _SIGN - x, high)
            bar = self._bar(lane, clock, standing, box, (x, 2.0), lines, start, stop)
            return replace(bar, flush=start - 6)
        elif stop + 10 + wide <= WIDE - MARGIN:
            x, box = stop + 10, Box(start, 0, stop + 10 + wide - start, high)
        else:  # below the bar
            x = min(start, WIDE - MARGIN - wide)
            box = Box(x, 0, max(stop, x + wide) - x, LINE * len(lines) + BAR + 2)
            return self._bar(lane, clock, standing, box, (x, BAR + 2), lines, start, stop)
        return self._bar(lane, clock, standing, box, (x, 2.0), lines, start, stop)

    def _inside(self, start: float, stop: float) -> tuple[float, float]:
        """Return the part of a bar in which its label stands: one side of the present."""
        if not start < self.now < stop:
            return start, stop
        before, after = (start, self.now), (self.now, stop)
        return before if self.now - start >= stop - self.now else after

    def _room(self, x: float, wanted: float) -> float:
        """Return how wide a label beside a place can be so that it does not lie across the present."""
        if x >= self.now or x + MARK + 5 + wanted <= self.now - 4:
            return wanted
        right, left = self.now - 4 - x - MARK - 5, x - MARK - 5 - self.left
        return min(wanted, next((room for room in (right, left) if room >= _LEAST_LABEL), wanted))

    def _bar(
        self,
        lane: str,
        clock: Running,
        standing: Standing,
        box: Box,
        label: tuple[float, float],
        lines: tuple[Line, ...],
        start: float,
        stop: float,
    ) -> Item:
        steps, told = list[int](), list[str]()
        for number, step in self._steps_of(clock):
            if clock.start <= step.instant and (clock.stop is None or step.instant <= clock.stop):
                steps.append(number)
                told.append(self.words.words(step).headline)
        expected = clock.start > self.timeline.as_of
        return Item(
            lane,
            "clock",
            box,
            start,
            stop,
            label,
            lines,
            tuple(steps),
            expected,
            "\n".join(told),
            standing,
            clock,
        )

    def _label(self, clock: Running, standing: Standing, bar: float, beside: float) -> Iterator[Line]:
        """Return what stands at a bar: the clock and how it stands, and what follows if nobody acts."""
        title = self._numbered(self.words.naming.text(clock.deadline.title), clock.record)
        words = self.say("{title}: {state}", title=title, state=self._state(clock, standing))
        room = bar - 30 if bar >= _INSIDE else beside
        *first, last = lines_of(words + (" ≈" if clock.provisional else ""), room, SIZE)
        yield from (Line(text) for text in first)
        yield Line(last, notes=self.notes.of(clock.deadline))
        if standing in ("open", "paused", "upcoming", "perhaps"):
            for then in self._then(clock):
                yield from (Line(text, faint=True) for text in lines_of(then, room, SMALL))

    def _state(self, clock: Running, standing: Standing) -> str:
        due = clock.due
        if standing in ("open", "upcoming") and due is not None and clock.stop is not None:
            until = self.words.moment(due, self.timeline.as_of, is_end=True)
            if standing == "open":
                return self.say("runs until {due}", due=until)
            return self.say("then runs until {due}", due=until)
        return standing_words(standing, self.say)

    def _steps_of(self, clock: Running) -> Iterator[tuple[int, Step]]:
        key = (clock.deadline.id, clock.record)
        for number, step in enumerate(self.timeline.steps):
            what = step.what
            if isinstance(what, ClockStep) and (what.deadline.id, what.record) == key:
                yield number, step

    def _then(self, clock: Running) -> list[str]:
        found: dict[str, None] = {}
        for _, step in self._steps_of(clock):
            assert isinstance(step.what, ClockStep)
            found.update((self.words.naming.text(one.otherwise), None) for one in step.what.then)
        return [f"→ {text}" for text in found if text]


def standing_words(standing: Standing, say: Speech) -> str:
    """Return in a word or two how a clock stands."""
    words: Mapping[Standing, str] = {
        "upcoming": say("begins if nobody acts"),
        "open": say("runs"),
        "paused": say("paused"),
        "perhaps": say("may be running; that is not certain"),
        "met": say("done in time"),
        "missed": say("missed"),
        "lapsed": say("lapsed unused"),
        "ended": say("over"),
        "stopped": say("no longer matters"),
        "void": say("does not apply"),
    }
    return words[standing]


def _wide(line: Line) -> float:
    return line.indent + text_width(line.text, SMALL if line.faint else SIZE) + _NOTE * len(line.notes)


def _same_moments(timeline: Timeline) -> dict[int, int]:
    """Return for every instant that is shown the one in whose place it stands.

    What follows from an end that is included, or from a beginning, comes a second later: it stands where that
    does, unless something was done in that second.
    """
    done = {step.instant for step in timeline.steps if isinstance(step.what, Event)}
    shown = {timeline.as_of, *(step.instant for step in timeline.steps), *_ends(timeline.clocks)}
    return {
        instant: instant - 1
        if instant - 1 in shown and instant not in done and instant != timeline.as_of
        else instant
        for instant in shown
    }


def _ends(clocks: Iterable[Running]) -> Iterator[int]:
    for clock in clocks:
        if clock.due is not None and clock.stop is not None and clock.stop in (clock.due, clock.due + 1):
            yield clock.due
