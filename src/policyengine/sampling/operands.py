"""The values of names while a case is drawn, and when a time ends that begins with what is drawn.

Nothing is judged here: what rules conclude is taken for the first of its sources that the case gives, or for
the one that a wish has picked. So a time found here is a good place for an act, and not a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from policyengine.frozen import replace
from policyengine.model.conditions import (
    Constant,
    DayEdge,
    Extreme,
    InPlace,
    Operand,
    Otherwise,
    Question,
    Ref,
    Window,
)
from policyengine.model.rulebook import Deadline, Fact, Parameter
from policyengine.sampling.draw import DEEPEST, JUDGED, Draw, Getter
from policyengine.sampling.vocabulary import Vocabulary
from policyengine.semantics.dated import in_force
from policyengine.semantics.deadlines import Clock, measure, measure_until
from policyengine.semantics.findings import ABSENT, NOTHING, Known, Pause, State, Truth
from policyengine.semantics.readings import choose_counting
from policyengine.semantics.windows import Frame, ends_of, instant_of
from policyengine.values.counting import Counting, counts_whole_days
from policyengine.values.edges import at_edge
from policyengine.values.literals import (
    BUSINESS_DAYS_UNIT,
    UNIT_SECONDS,
    Duration,
    Value,
    ValueType,
    comparison_key,
    local_day,
    start_of_day,
)

Due = Callable[[Draw, "int | None"], "int | None"]
"""Gives the instant (epoch seconds) at which a time ends, None where that is not drawn."""
_FAR = 10**11
_RAN_OUT = Known("ended")


def row_of(draw: Draw, ref: Ref, record: int | None, this: int | None) -> int | None:
    """Return the record to which a name belongs, the last one where none is looked at; None for the case."""
    if ref.listed is None:
        return None
    found = this if ref.this else record
    return draw.counts.get(ref.listed, 0) - 1 if found is None else found


class Operands:
    """Makes getters for the names of one rulebook."""

    def __init__(self, words: Vocabulary) -> None:
        """``words`` is the vocabulary under the readings."""
        self.words = words
        self._named: dict[tuple[str, bool, bool, str | None], Getter] = {}
        self._dues: dict[str, Due] = {}

    def getter(self, operand: Operand) -> Getter:
        """Return what gives the value of an operand."""
        chosen = self.words.choose(operand)
        if isinstance(chosen, Constant):
            value = chosen.value
            return lambda draw, record, this: value
        key = chosen.name, chosen.this, chosen.midnight, chosen.listed
        if key not in self._named:
            # Names can rest on each other: the getter is there before what it asks.
            made: list[Getter] = []
            self._named[key] = lambda draw, record, this: made[0](draw, record, this)
            made.append(self._at_midnight(chosen) if chosen.midnight else self._of(chosen))
            self._named[key] = made[0]
        return self._named[key]

    def _at_midnight(self, ref: Ref) -> Getter:
        day, zone = self._of(replace(ref, midnight=False)), self.words.book.zone

        def get(draw: Draw, record: int | None, this: int | None) -> Value | None:
            found = day(draw, record, this)
            return start_of_day(found, zone) if isinstance(found, int) else None

        return get

    def _of(self, ref: Ref) -> Getter:
        book = self.words.book
        match ref.kind:
            case "fact" if ref.name in self.words.given:
                return self._of_fact(ref, book.facts[ref.name])
            case "fact":
                return self._of_sources(ref)
            case "parameter":
                return self._of_parameter(book.parameters[ref.name])
            case "deadline":
                return self._of_deadline(ref)
            case "computed":
                return self._of_computed(book.computed[ref.name].value)
            case "now":
                return lambda draw, record, this: draw.values.get(JUDGED)
            case _:
                return self._of_amount(ref)

    def _of_fact(self, ref: Ref, fact: Fact) -> Getter:
        name = fact.path
        missing = fact.when_missing(self.words.readings)
        default = None if missing is None or missing == "absent" else missing.value
        if ref.listed is None:
            key = name, None
            return lambda draw, record, this: draw.values.get(key, default)
        return lambda draw, record, this: draw.values.get((name, row_of(draw, ref, record, this)), default)

    def _of_sources(self, ref: Ref) -> Getter:
        concluded = self.words.concluded.get(ref.name, ())
        sources = [self.getter(one.value) for _, one in concluded]
        name, combine = ref.name, self.words.book.facts[ref.name].combine

        def get(draw: Draw, record: int | None, this: int | None) -> Value | None:
            row = row_of(draw, ref, record, this)
            key = name, row
            if key in draw.open or len(draw.open) > DEEPEST:
                return None
            draw.open.add(key)
            picked = draw.sources.get(key)
            try:
                if picked is not None:
                    found = picked(draw, row, this)
                    if found is not None:
                        return found
                if combine in ("least", "greatest"):
                    return _extreme(combine, [one(draw, row, this) for one in sources])
                for one in sources:
                    found = one(draw, row, this)
                    if found is not None:
                        return found
                return None
            finally:
                draw.open.discard(key)

        return get

    def _of_parameter(self, parameter: Parameter) -> Getter:
        values = parameter.values
        if not parameter.is_dated or parameter.by is None:
            value = values[0].value if values else None
            return lambda draw, record, this: value
        by, zone = self.getter(parameter.by), self.words.book.zone
        is_date = parameter.by.type is ValueType.DATE

        def get(draw: Draw, record: int | None, this: int | None) -> Value | None:
            at = by(draw, record, this)
            day = at if is_date and isinstance(at, int) else None
            if day is None:
                day = local_day(at if isinstance(at, int) else draw.base, zone)
            found = in_force(values, day)
            return None if found is None else found.value

        return get

    def _of_computed(self, value: InPlace) -> Getter:
        match value:
            case Otherwise(first, otherwise):
                one, other = self.getter(first), self.getter(otherwise)

                def either(draw: Draw, record: int | None, this: int | None) -> Value | None:
                    found = one(draw, record, this)
                    return other(draw, record, this) if found is None else found

                return either
            case Extreme(how, of):
                parts = [self.getter(part) for part in of]
                word = "least" if how == "earliest" else "greatest"
                return lambda draw, record, this: _extreme(word, [part(draw, record, this) for part in parts])
            case DayEdge(edge, of):
                part, zone = self.getter(of), self.words.book.zone

                def at(draw: Draw, record: int | None, this: int | None) -> Value | None:
                    found = part(draw, record, this)
                    return at_edge(found, edge, zone) if isinstance(found, int) else None

                return at
            case _:
                return self._of_question(value)

    def _of_question(self, question: Question) -> Getter:
        """Return what gives the answer as if every record satisfied what is asked."""
        listed, how = question.listed, question.how
        of = None if question.of is None else self.getter(question.of)

        def get(draw: Draw, record: int | None, this: int | None) -> Value | None:
            count = draw.counts.get(listed, 0)
            if of is None:
                return count if how == "count" else None
            if not count:
                return 0 if how == "total" else None
            match how:
                case "first" | "only":
                    return of(draw, 0, record)
                case "last":
                    return of(draw, count - 1, record)
                case "next" | "previous":
                    at = (0 if record is None else record) + (1 if how == "next" else -1)
                    return of(draw, at, record) if 0 <= at < count else None
                case "least" | "greatest":
                    return _extreme(how, [of(draw, at, record) for at in range(count)])
                case "total":
                    found = [of(draw, at, record) for at in range(count)]
                    return sum(one for one in found if isinstance(one, int))
                case _:
                    return None

        return get

    def _of_amount(self, ref: Ref) -> Getter:
        """Return what gives an amount where it is one product; others are not computed here."""
        amount = self.words.book.amounts[ref.name]
        if amount.base is None or amount.plus or amount.minus or amount.times or amount.divided_by:
            return _nothing
        if amount.bands:
            return _nothing
        base, rate = self.getter(amount.base), None if amount.rate is None else self.getter(amount.rate)

        def get(draw: Draw, record: int | None, this: int | None) -> Value | None:
            found = base(draw, record, this)
            if rate is None or found is None:
                return found
            part = rate(draw, record, this)
            if not isinstance(found, int) or not isinstance(part, int):
                return None
            return found * part // 100_000_000

        return get

    # ---------- clocks

    def _of_deadline(self, ref: Ref) -> Getter:
        name, _, word = ref.name.rpartition(".")
        if word not in ("due", "settled_at"):
            return _nothing
        deadline = self.words.book.deadlines[name]
        acts = [self.getter(one) for one in deadline.met_by] if word == "settled_at" else []
        due = self.due(name)

        def get(draw: Draw, record: int | None, this: int | None) -> Value | None:
            row = record if deadline.listed is None else row_of(draw, ref, record, this)
            end = due(draw, row)
            done = [one(draw, row, this) for one in acts]
            early = [one for one in done if isinstance(one, int) and end is not None and one <= end]
            return min(early) if early else end

        return get

    def due(self, name: str) -> Due:
        """Return what gives the end of a deadline, for a record or the whole case."""
        if name not in self._dues:
            made: list[Due] = []
            self._dues[name] = lambda draw, record: made[0](draw, record)
            made.append(self._due(self.words.book.deadlines[name]))
            self._dues[name] = made[0]
        return self._dues[name]

    def _due(self, deadline: Deadline) -> Due:
        start = self.getter(deadline.starts)
        length = None if deadline.within is None else self.getter(deadline.within)
        clock = self._clock(deadline)
        if deadline.ends is not None:
            return _guarded(deadline.id, self._until(start, self.getter(deadline.ends), length, clock))
        assert length is not None
        if deadline.pauses or deadline.zone is not None:
            return _guarded(deadline.id, self._paused(deadline, start, length, clock))
        is_plain = clock.counting.hours == "continuous"

        def due(draw: Draw, record: int | None) -> int | None:
            begin = start(draw, record, record)
            span = length(draw, record, record)
            if not isinstance(begin, int) or not isinstance(span, Duration):
                return None
            if is_plain and span.unit in UNIT_SECONDS and not counts_whole_days(span, clock.counting):
                return begin + span.count * UNIT_SECONDS[span.unit]
            return _end_of(begin, span, clock)

        chosen = self.words.choose(deadline.starts)
        is_plain_start = isinstance(chosen, Ref) and chosen.name in self.words.given
        return due if is_plain_start else _guarded(deadline.id, due)

    def _clock(self, deadline: Deadline) -> Clock:
        book = self.words.book
        counting = choose_counting(deadline.counting, self.words.readings)
        start = self.words.choose(deadline.starts)
        follows = isinstance(start, Ref) and start.kind == "deadline"
        from_day = isinstance(start, Ref) and start.midnight
        return Clock(counting, book.calendar, book.zone, _RAN_OUT, follows, from_day)

    def _until(self, start: Getter, ends: Getter, lead: Getter | None, clock: Clock) -> Due:
        def due(draw: Draw, record: int | None) -> int | None:
            begin, end = start(draw, record, record), ends(draw, record, record)
            if not isinstance(begin, int) or not isinstance(end, int):
                return None
            before: State | None = None
            if lead is not None:
                span = lead(draw, record, record)
                if not isinstance(span, Duration):
                    return None
                before = Known(span)
            found = measure_until(Truth.TRUE, NOTHING, Known(begin), Known(end), before, clock).due
            return found.value if isinstance(found, Known) and isinstance(found.value, int) else None

        return due

    def _paused(self, deadline: Deadline, start: Getter, length: Getter, clock: Clock) -> Due:
        zone = None if deadline.zone is None else self.getter(deadline.zone)
        pauses = [
            (self.getter(one.begin), self.getter(one.end), one.question and one.question.listed)
            for one in deadline.pauses
        ]

        def due(draw: Draw, record: int | None) -> int | None:
            begin, span = start(draw, record, record), length(draw, record, record)
            if not isinstance(begin, int) or not isinstance(span, Duration):
                return None
            found: list[Pause] = []
            for first, last, listed in pauses:
                rows: Sequence[int | None] = [record]
                if listed:
                    rows = range(draw.counts.get(listed, 0))
                for row in rows:
                    found.append(
                        Pause(
                            Truth.TRUE,
                            NOTHING,
                            _state(first(draw, row, record)),
                            _state(last(draw, row, record)),
                        )
                    )
            place = None if zone is None else _state(zone(draw, record, record))
            end = measure(
                Truth.TRUE, NOTHING, Known(begin), Known(span), clock, found, draw.base + _FAR, place
            ).due
            return end.value if isinstance(end, Known) and isinstance(end.value, int) else None

        return due

    # ---------- windows

    def window(self, window: Window) -> Callable[[int, Duration], tuple[int, int]]:
        """Return what gives, for the earlier time of a window, when its length is reached and when over.

        Times are held as the later one is: in epoch seconds or, of a date, as a day.
        """
        book = self.words.book
        counting = choose_counting(window.counting, self.words.readings)
        starts, ends = self.words.choose(window.starts), self.words.choose(window.ends)
        starts_with_date, ends_with_date = (one.type is ValueType.DATE for one in (starts, ends))
        frame = Frame(counting, book.calendar, book.zone, False, starts_with_date, ends_with_date)

        def ends_at(start: int, length: Duration) -> tuple[int, int]:
            found = ends_of(instant_of(start, starts_with_date, book.zone), length, frame)
            if not ends_with_date:
                return found.reached, found.over
            return local_day(found.reached, book.zone), local_day(found.over - 1, book.zone)

        return ends_at

    def about(self, length: Duration) -> int:
        """Return how many seconds a length is, roughly."""
        if length.unit in UNIT_SECONDS:
            return length.seconds
        if length.unit == BUSINESS_DAYS_UNIT:
            return length.count * 121_000
        if length.unit in ("months", "years"):
            return length.months * 2_630_000
        return length.business_minutes * 250


def counting_of(deadline: Deadline, words: Vocabulary) -> Counting:
    """Return how time is counted for a deadline."""
    return choose_counting(deadline.counting, words.readings)


def _end_of(begin: int, span: Duration, clock: Clock) -> int | None:
    """Return when a length ends, None where no literal can say it or no calendar reaches."""
    try:
        found = measure(Truth.TRUE, NOTHING, Known(begin), Known(span), clock).due
    except (ValueError, OverflowError):
        return None
    return found.value if isinstance(found, Known) and isinstance(found.value, int) else None


def _nothing(draw: Draw, record: int | None, this: int | None) -> Value | None:
    return None


def _state(value: Value | None) -> State:
    return ABSENT if value is None else Known(value)


def _extreme(how: str, found: Sequence[Value | None]) -> Value | None:
    known = [one for one in found if one is not None]
    if not known:
        return None
    return (min if how == "least" else max)(known, key=comparison_key)


def _guarded(name: str, due: Due) -> Due:
    """Return the same, which gives up where deadlines rest on each other."""

    def guarded(draw: Draw, record: int | None) -> int | None:
        key = name, record
        if key in draw.open or len(draw.open) > DEEPEST:
            return None
        draw.open.add(key)
        try:
            return due(draw, record)
        except (ValueError, OverflowError):  # beyond the years or lengths that there are
            return None
        finally:
            draw.open.discard(key)

    return guarded
