"""Cases of one rulebook, each made by its number alone: so that work can be divided, and begun anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from random import Random
from typing import NamedTuple

from policyengine.model.asked import conditions_of
from policyengine.model.case import Key
from policyengine.model.conditions import Operand, Ref, Test, parts_of
from policyengine.model.rulebook import Deadline, Fact, RecordList, Rulebook
from policyengine.sampling.draw import JUDGED, Draw, Getter, Want
from policyengine.sampling.figures import Figures, changing_days
from policyengine.sampling.hours import Hours
from policyengine.sampling.makers import Maker, Makers
from policyengine.sampling.operands import Operands
from policyengine.sampling.order import in_order
from policyengine.sampling.spelling import Spelling
from policyengine.sampling.vocabulary import Vocabulary
from policyengine.sampling.wishes import Wishes
from policyengine.semantics.readings import choose_condition
from policyengine.values.literals import SECONDS_PER_DAY, Duration, ValueType

_USUAL = date(2024, 1, 1).toordinal(), date(2024, 12, 31).toordinal()
"""The days on which cases begin where nobody says so and no figure has days."""
_BEFORE_AND_AFTER = 180
_MOST_DAYS = 5 * 365
_GOALS = (1, 1, 1, 2, 2, 3)
_ON_A_CHANGE = 0.12
_WITH_GAPS = 0.3
_NEARLY = 0.25
"""How often a rule that is picked is not to hold, for one thing only."""
_SOFT_LIMIT = 40


class Days(NamedTuple):
    """The first and the last day (ordinals) on which cases begin."""

    first: int
    last: int


class _Subject(NamedTuple):
    """What a case can be about: the wish, one that just misses it, the facts asked for and their groups."""

    want: Want
    nearly: Want
    asked: frozenset[str]
    heads: frozenset[str]


class _Chances(NamedTuple):
    """How often a fact is said: in a case that asks for it, in one that is about its group, in any other."""

    asked: float
    beside: float
    other: float


class Sampler:
    """Makes the cases of one rulebook."""

    def __init__(
        self,
        book: Rulebook,
        readings: Mapping[str, str],
        seed: int,
        days: Days | None = None,
        judged: bool = False,
    ) -> None:
        """``days``: on which cases begin. ``judged``: each says at which instant it is to be judged."""
        self.words = Vocabulary(book, readings)
        self.seed = seed
        self.judged = judged
        self.days = _usual_days(self.words) if days is None else days
        self.hours = Hours(book.zone)
        self.operands = Operands(self.words)
        self.figures = Figures(self.words)
        self.wishes = Wishes(self.words, self.operands)
        self.spelling = Spelling(book, self.hours)
        self._changes = changing_days(self.words, self.days.first, self.days.last)
        self._dues = {name: self.operands.due(name) for name in book.deadlines}
        self._makers = Makers(self.words, self.operands, self.figures, self.hours)
        self._anchor()
        self._subjects = self._all_subjects()
        lists = (one for one in book.lists.values() if one.is_required)
        required = (fact for fact in self.words.given.values() if fact.is_required)
        dates = {one.dated_by for one in book.lists.values()}
        paths = (*(one.path for one in lists), *(one.path for one in required))
        self._forgettable = frozenset(paths) - dates
        self._events = frozenset(
            path
            for path, fact in self.words.given.items()
            if fact.type is ValueType.INSTANT and fact.is_event
        )
        self._rest_on = self._all_dependants()
        self._dues_of_case = [self._dues[one.id] for one in book.deadlines.values() if one.listed is None]
        self._steps = self._all_steps()

    @staticmethod
    def usual_days(book: Rulebook, readings: Mapping[str, str]) -> Days:
        """Return the days on which cases begin where nobody says so."""
        return _usual_days(Vocabulary(book, readings))

    def lines(self, numbers: range) -> Iterator[str]:
        """Return the cases with these numbers (from 1 on) as JSON, each on a line."""
        for number in numbers:
            yield self.line(number)

    def line(self, number: int) -> str:
        """Return the case with a number as JSON on one line."""
        return self.spelling.line(f"S{self.seed}-{number:07}", self.draw(number), self.judged)

    def draw(self, number: int) -> Draw:
        """Return the case with a number as it was drawn."""
        chance = Random(f"{self.seed} {number}")
        draw = Draw(chance, self._base(chance.random))
        subjects = self._subjects
        relevant: set[str] = set()
        heads: set[str] = set()
        for _ in range(_GOALS[draw.below(len(_GOALS))] if subjects else 0):
            group = subjects[draw.below(len(subjects))]
            want, nearly, asked, about = group[draw.below(len(group))]
            draw.depth = 0
            draw.open.clear()
            (nearly if draw.random() < _NEARLY else want)(draw, None, None)
            relevant |= asked
            heads |= about
        draw.open.clear()
        draw.relevant = relevant
        draw.heads = heads
        for step in self._steps:
            step(draw)
        if draw.random() < _WITH_GAPS:
            self._forget(draw)
        self._judge(draw)
        return draw

    def _base(self, random: Callable[[], float]) -> int:
        """Return the instant about which a case begins."""
        first, last = self.days
        if self._changes and random() < _ON_A_CHANGE:
            day = self._changes[int(random() * len(self._changes))] - int(random() * 2)
            if random() < 0.3:  # the first or the last second of the day
                start = self.hours.some_time(day, _zero)
                return start if random() < 0.5 else start + SECONDS_PER_DAY - 1
        else:
            day = first + int(random() * (last - first + 1))
        return self.hours.some_time(min(max(day, first), last), random)

    # ---------- what a case is about

    def _all_subjects(self) -> list[list[_Subject]]:
        """Return what cases can be about, in groups that come up equally often.

        A group for each fact that rules conclude, for each rule and for each deadline; of a table, one for
        all its rows.
        """
        book, words = self.words.book, self.words
        asked: dict[str, frozenset[str]] = {}
        groups: dict[str, list[_Subject]] = {}
        for deadline in book.deadlines.values():
            about = words.asked(
                (deadline.when,), (*deadline.measured, *deadline.met_by, *deadline.stopped_by)
            )
            groups[f"deadline {deadline.id}"] = [
                _Subject(want := self.wishes.status(deadline, status), want, about, _heads(about))
                for status in deadline.statuses
            ]
        for rule in book.rules.values():
            known = f"{rule.policy} {rule.table or rule.id}"
            if known not in asked:
                asked[known] = words.asked((rule.when, book.scope_of(rule)), [one.value for one in rule.then])
            about = asked[known] | words.asked((rule.when,)) if rule.table else asked[known]
            subject = _Subject(self.wishes.rule(rule), self.wishes.nearly(rule), about, _heads(about))
            groups.setdefault(f"rule {rule.table or rule.id}", []).append(subject)
            for one in rule.then:
                if book.facts[one.fact.name].role == "outcome":
                    groups.setdefault(f"fact {one.fact.name}", []).append(subject)
        return [groups[name] for name in sorted(groups)]

    # ---------- times at whose edges events are put

    def _anchor(self) -> None:
        """Find the times at whose edges each event may be put, and how far away they are."""
        words, book, anchors = self.words, self.words.book, self._makers.anchors
        self.soft: dict[str, set[str]] = {}
        for deadline in book.deadlines.values():
            due = self._due_getter(deadline)
            starts = set(words.roots(deadline.measured + deadline.instants_of_pauses))
            far = self._length_of(deadline)
            for path in words.roots((*deadline.met_by, *deadline.stopped_by)):
                if self.words.given[path].is_event and path not in starts:
                    anchors.setdefault(path, []).append(due)
                    self.soft.setdefault(path, set()).update(starts)
                    if far and path not in self._makers.reach:
                        self._makers.reach[path] = far
        for condition in conditions_of(book):
            for test in parts_of(choose_condition(condition, words.readings)):
                if isinstance(test, Test) and test.operands:
                    self._compared(test.ref, test.operands[0])

    def _compared(self, ref: Ref, operand: Operand) -> None:
        than = self.words.choose(operand)
        if ref.type is not ValueType.INSTANT or not isinstance(than, Ref):
            return
        for one, other in ((ref, than), (than, ref)):
            roots = set(self.words.roots((other,)))
            if one.name in self.words.given and one.name not in roots and roots:
                found = self._makers.anchors.setdefault(one.name, [])
                if len(found) < _SOFT_LIMIT:
                    found.append(self.operands.getter(other))
                if other.kind == "deadline":
                    self.soft.setdefault(one.name, set()).update(roots)

    def _due_getter(self, deadline: Deadline) -> Getter:
        due, listed = self._dues[deadline.id], deadline.listed

        def get(draw: Draw, record: int | None, this: int | None) -> int | None:
            if listed is not None and record is None:
                record = draw.counts.get(listed, 0) - 1
            return due(draw, record if listed is not None else None)

        return get

    def _length_of(self, deadline: Deadline) -> int:
        """Return how many seconds a deadline is long, roughly; 0 where that is not written."""
        for value in () if deadline.within is None else self.figures.values_of(deadline.within):
            if isinstance(value, Duration):
                return self.operands.about(value)
        return 0

    # ---------- drawing

    def _all_steps(self) -> Sequence[Callable[[Draw], None]]:
        words, book = self.words, self.words.book
        whole = {path: fact for path, fact in words.given.items() if fact.listed is None}
        names = [*whole, *book.lists]
        home = {path: fact.listed or path for path, fact in words.given.items()}
        hard: dict[str, set[str]] = {name: set() for name in names}
        soft: dict[str, set[str]] = {name: set() for name in names}
        for path, fact in words.given.items():
            for before in self._before(fact):
                if home[before] != home[path]:
                    hard[home[path]].add(home[before])
            for before in self.soft.get(path, ()):
                if home[before] != home[path]:
                    soft[home[path]].add(home[before])
        order = in_order(names, hard, soft)
        place = {name: at for at, name in enumerate(order)}
        steps: list[Callable[[Draw], None]] = []
        for name in order:
            if name in whole:
                steps.append(self._step(whole[name], [one for one in whole if place[one] < place[name]]))
            else:
                earlier = [one for one in whole if place[one] < place[name]]
                steps.append(self._list_step(book.lists[name], earlier))
        return steps

    def _before(self, fact: Fact) -> Iterator[str]:
        """Return the given facts that bound or date a fact."""
        if fact.dated_by in self.words.given:
            assert fact.dated_by is not None
            yield fact.dated_by
        for bound in fact.bounds:
            if isinstance(bound.operand, Ref) and bound.operand.name in self.words.given:
                yield bound.operand.name

    def _bounds(self, fact: Fact, before: Sequence[str]) -> list[tuple[bool, Getter]]:
        """Return the bounds of a fact by those that are drawn before it: its own, and theirs turned round."""
        known = set(before)
        found: list[tuple[bool, Getter]] = []
        for bound in fact.bounds:
            if isinstance(bound.operand, Ref) and bound.operand.name in known:
                found.append((bound.operator == "at_most", self._said(bound.operand)))
        for path in before:
            for bound in self.words.given[path].bounds:
                if isinstance(bound.operand, Ref) and bound.operand.name == fact.path:
                    other = self.words.given[path]
                    ref = Ref(path, "fact", other.type, other.listed, other.span)
                    found.append((bound.operator != "at_most", self._said(ref)))
        return found

    def _said(self, ref: Ref) -> Getter:
        """Return what gives a fact that the case says, without what it is where it is left out."""
        name = ref.name
        if ref.listed is None:
            key: Key = (name, None)
            return lambda draw, record, this: draw.values.get(key)
        return lambda draw, record, this: draw.values.get((name, record))

    def _chances(self, fact: Fact) -> _Chances:
        if fact.foresees is not None:
            return _Chances(0.06, 0.0, 0.0)
        if fact.dated_by is not None and not fact.is_never_if_missing:
            return _Chances(0.93, 0.6, 0.6)
        if fact.is_event and fact.is_never_if_missing:
            return _Chances(0.5, 0.1, 0.02)
        if fact.for_record:
            return _Chances(0.5, 0.4, 0.05)
        if fact.is_required:
            return _Chances(0.94, 0.5, 0.03)
        return _Chances(0.6, 0.2, 0.03)

    def _step(self, fact: Fact, before: Sequence[str]) -> Callable[[Draw], None]:
        make = self._makers.maker(fact, self._bounds(fact, before))
        asked, beside, other = self._chances(fact)
        head = _head(fact.path)
        path = fact.path
        key: Key = (path, None)
        needs = tuple((one.path, None) for one in self.words.needs[path] if one.listed is None)
        foreseen = None if fact.foresees is None else (fact.foresees, None)

        def step(draw: Draw) -> None:
            wished = draw.present.get(key)
            if wished is None:
                chance = asked if path in draw.relevant else beside if head in draw.heads else other
                if draw.random() >= chance:
                    return
            elif not wished:
                return
            values = draw.values
            for need in needs:
                if need not in values:
                    return
            if foreseen in values:
                return
            found = make(draw, None)
            if found is not None:
                values[key] = found

        return step

    def _list_step(self, listed: RecordList, before: Sequence[str]) -> Callable[[Draw], None]:
        """Return what draws the records of a list, one after the other."""
        fields = [self.words.given[path] for path in listed.fields if path in self.words.given]
        hard = {one.path: {path for path in self._before(one) if path in listed.fields} for one in fields}
        soft = {one.path: {p for p in self.soft.get(one.path, ()) if p in listed.fields} for one in fields}
        order = in_order([one.path for one in fields], hard, soft)
        if listed.dated_by in order and not hard[listed.dated_by]:
            order.remove(listed.dated_by)
            order.insert(0, listed.dated_by)
        makers: list[tuple[Fact, Maker, _Chances, tuple[tuple[str, bool], ...]]] = []
        for at, path in enumerate(order):
            fact = self.words.given[path]
            bounds = self._bounds(fact, [*before, *order[:at]])
            if path == listed.dated_by:
                bounds.append((False, self._previous(path)))
            needs = tuple((one.path, one.listed is not None) for one in self.words.needs[path])
            makers.append((fact, self._makers.maker(fact, bounds), self._chances(fact), needs))
        name, dated_by, whole = listed.path, listed.dated_by, (listed.path, None)
        often = _Chances(0.85, 0.3, 0.1) if listed.is_required else _Chances(0.85, 0.15, 0.02)
        head = _head(name)

        def step(draw: Draw) -> None:
            count = draw.counts.get(name)
            is_asked = name in draw.relevant
            wished = draw.present.get(whole)
            if count is None or wished is None:
                chance = often.asked if is_asked else often.beside if head in draw.heads else often.other
                if draw.random() >= chance or wished is False:
                    draw.counts[name] = 0
                    return
                if count is None:
                    count = _some_records(draw)
            draw.values[whole] = count
            made = 0
            values = draw.values
            for row in range(count):
                draw.counts[name] = row + 1
                for fact, make, chances, needs in makers:
                    key = fact.path, row
                    if fact.path != dated_by:
                        said = draw.present.get(key)
                        if said is None:
                            if draw.random() >= (chances.asked if is_asked else max(chances.beside, 0.5)):
                                continue
                        elif not said:
                            continue
                    if any((need, row if inner else None) not in values for need, inner in needs):
                        if fact.path == dated_by:
                            break
                        continue
                    found = make(draw, row)
                    if found is not None:
                        values[key] = found
                    elif fact.path == dated_by:
                        break
                else:
                    made = row + 1
                    continue
                break
            draw.counts[name] = made
            draw.values[whole] = made
            for fact, _, _, _ in makers:
                values.pop((fact.path, made), None)

        return step

    def _previous(self, path: str) -> Getter:
        def get(draw: Draw, record: int | None, this: int | None) -> int | None:
            found = draw.values.get((path, record - 1)) if record else None
            return found if isinstance(found, int) else None

        return get

    # ---------- gaps

    def _forget(self, draw: Draw) -> None:
        """Leave out some of what a case should say: nobody has noted it, so it is not known."""
        given = self.words.given
        can = [
            key
            for key in draw.values
            if key[0] in self._forgettable and (key[0] in draw.relevant or key[0] in self.words.book.lists)
        ]
        for _ in range(1 + draw.below(3)):
            if not can:
                return
            key = can.pop(draw.below(len(can)))
            if key[0] in self.words.book.lists:
                for path in self.words.book.lists[key[0]].fields:
                    if path in given:
                        for row in range(draw.counts[key[0]]):
                            draw.values.pop((path, row), None)
                draw.counts[key[0]] = 0
            elif key not in draw.values:
                continue
            else:
                self._drop(draw, key)
            draw.values.pop(key, None)

    def _all_dependants(self) -> Mapping[str, Sequence[str]]:
        """Return for each given fact those that cannot be said without it."""
        direct: dict[str, list[str]] = {path: [] for path in self.words.given}
        for path, needs in self.words.needs.items():
            for need in needs:
                direct[need.path].append(path)
        found: dict[str, list[str]] = {}
        for path in direct:
            every = dict.fromkeys(direct[path])
            waiting = list(every)
            while waiting:
                for more in direct[waiting.pop()]:
                    if more not in every:
                        every[more] = None
                        waiting.append(more)
            found[path] = list(every)
        return found

    def _drop(self, draw: Draw, key: Key) -> None:
        """Leave out what cannot be said without a fact."""
        for path in self._rest_on[key[0]]:
            if key[1] is not None:
                draw.values.pop((path, key[1]), None)
            elif self.words.given[path].listed is None:
                draw.values.pop((path, None), None)

    # ---------- the instant of the judgement

    def _judge(self, draw: Draw) -> None:
        """Choose the instant at which a case is judged: its last, an edge of a time, or some time later."""
        last, random = draw.base, draw.random
        for (path, _), value in draw.values.items():
            if path in self._events and isinstance(value, int) and value > last:
                last = value
        way = random()
        at = last
        limits = draw.limits.get(JUDGED)
        if limits and way < 0.8:
            low, high = last, last + 10**9
            for limit in limits:
                found = limit(draw)
                if found is None:
                    continue
                least, most = found
                first, end = max(low, least or low), min(high, high if most is None else most)
                if first <= end:
                    low, high = first, end
            if random() < 0.4 and high < last + 10**9:
                at = high
            elif random() < 0.4:
                at = low
            else:
                at = low + int(random() ** 2 * min(high - low, 10 * SECONDS_PER_DAY))
        elif way < 0.35:
            dues = [due(draw, None) for due in self._dues_of_case]
            ends = [one for one in dues if one is not None and one >= last]
            at = ends[draw.below(len(ends))] + draw.below(3) - 1 if ends else last
        elif way > 0.6:
            at = last + int(random() ** 3 * 60 * SECONDS_PER_DAY)
        draw.values[JUDGED] = max(at, last)


def _usual_days(words: Vocabulary) -> Days:
    """Return the days about those on which figures change, of at most the last five years of these."""
    first, last = date(1980, 1, 1).toordinal(), date(2100, 12, 31).toordinal()
    found = changing_days(words, first, last, seasons=False)
    if not found:
        return Days(*_USUAL)
    return Days(max(found[0], found[-1] - _MOST_DAYS) - _BEFORE_AND_AFTER, found[-1] + _BEFORE_AND_AFTER)


def _head(path: str) -> str:
    """Return the group to which a fact or a list belongs."""
    return path.partition(".")[0]


def _heads(paths: frozenset[str]) -> frozenset[str]:
    return frozenset(map(_head, paths))


def _zero() -> float:
    return 0.0


def _some_records(draw: Draw) -> int:
    way = draw.random()
    return 0 if way < 0.08 else 1 if way < 0.5 else 2 if way < 0.76 else 3 if way < 0.9 else 4 + draw.below(3)
