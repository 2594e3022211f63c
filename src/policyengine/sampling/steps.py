"""Drawing the facts and lists of a case, one after the other, each with those in view that bound it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from policyengine.model.case import Key
from policyengine.model.conditions import Ref
from policyengine.model.rulebook import Fact, RecordList
from policyengine.sampling.anchors import Anchors
from policyengine.sampling.draw import Draw, Getter
from policyengine.sampling.makers import Maker, Makers
from policyengine.sampling.order import in_order
from policyengine.sampling.subjects import head_of
from policyengine.sampling.vocabulary import Vocabulary

_IN_QUIET = 0.2
Step = Callable[[Draw], None]
"""Draws one fact of the whole case, or one list."""


class Chances(NamedTuple):
    """How often a fact is said: in a case that asks for it, in one that is about its group, in any other."""

    asked: float
    beside: float
    other: float


class Field(NamedTuple):
    """A fact of records: how it is drawn, how often, and what has to be said beside it.

    ``needs`` are names, and whether each is one of the same record.
    """

    path: str
    make: Maker
    chances: Chances
    needs: tuple[tuple[str, bool], ...]


class Steps:
    """The steps in which the cases of one rulebook are drawn."""

    def __init__(self, words: Vocabulary, makers: Makers, anchors: Anchors) -> None:
        """Put facts and lists in order."""
        self.words = words
        self.makers = makers
        self.anchors = anchors
        self.home = {path: fact.listed or path for path, fact in words.given.items()}
        """For each given fact the name of its step: its own, or that of its list."""
        order = self._order()
        self.places = {name: place for place, name in enumerate(order)}
        self.steps: list[Step] = []
        earlier: list[str] = []
        for name in order:
            if name in words.given:
                self.steps.append(self._step(words.given[name], earlier))
                earlier.append(name)
            else:
                self.steps.append(self._list_step(words.book.lists[name], earlier))

    def _order(self) -> list[str]:
        home = self.home
        names = list(dict.fromkeys([*(one for one in home.values()), *self.words.book.lists]))
        hard: dict[str, set[str]] = {name: set() for name in names}
        soft: dict[str, set[str]] = {name: set() for name in names}
        for path, fact in self.words.given.items():
            hard[home[path]].update(home[one] for one in self._before(fact))
            if fact.foresees in home:
                hard[home[path]].add(home[fact.foresees])  # nobody awaits what there is
            soft[home[path]].update(home[one] for one in self.anchors.after.get(path, ()))
        return in_order(names, hard, soft)

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
                found.append((bound.operator == "at_most", _said(bound.operand)))
        for path in before:
            other = self.words.given[path]
            for bound in other.bounds:
                if isinstance(bound.operand, Ref) and bound.operand.name == fact.path:
                    ref = Ref(path, "fact", other.type, other.listed, other.span)
                    found.append((bound.operator != "at_most", _said(ref)))
        return found

    # ---------- facts of the whole case

    def _step(self, fact: Fact, earlier: Sequence[str]) -> Step:
        make = self.makers.maker(fact, self._bounds(fact, earlier))
        asked, beside, other = chances_of(fact)
        path, head = fact.path, head_of(fact.path)
        key: Key = (path, None)
        needs = tuple((one.path, None) for one in self.words.needs[path] if one.listed is None)
        is_event = fact.is_event and fact.is_never_if_missing
        foreseen = None if fact.foresees is None else (fact.foresees, None)

        def step(draw: Draw) -> None:
            wished = draw.present.get(key)
            if wished is None:
                chance = asked if path in draw.relevant else beside if head in draw.heads else other
                if is_event and draw.is_quiet:
                    chance *= _IN_QUIET
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

    # ---------- lists

    def _list_step(self, listed: RecordList, earlier: Sequence[str]) -> Step:
        """Return what draws the records of a list, one after the other."""
        fields = self._fields(listed, earlier)
        name, whole, head = listed.path, (listed.path, None), head_of(listed.path)
        asked, beside, other = Chances(0.85, 0.3, 0.1) if listed.is_required else Chances(0.85, 0.15, 0.02)

        def step(draw: Draw) -> None:
            count = draw.counts.get(name)
            wished = draw.present.get(whole)
            is_asked = name in draw.relevant
            if count is None or wished is None:
                chance = asked if is_asked else beside if head in draw.heads else other
                if wished is False or draw.random() >= chance:
                    draw.counts[name] = 0
                    return
                if count is None:
                    count = _some_records(draw)
            draw.values[whole] = row = 0
            while row < count:
                draw.counts[name] = row + 1
                if not self._record(draw, fields, row, listed.dated_by, is_asked):
                    break
                row += 1
            draw.counts[name] = draw.values[whole] = row

        return step

    def _record(
        self, draw: Draw, fields: Sequence[Field], row: int, dated_by: str | None, is_asked: bool
    ) -> bool:
        """Draw a record; tell whether it has its date, and so can be said."""
        values, present, random = draw.values, draw.present, draw.random
        for path, make, chances, needs in fields:
            key = path, row
            if path != dated_by:
                wished = present.get(key)
                if wished is None:
                    if random() >= (chances.asked if is_asked else 0.5):
                        continue
                elif not wished:
                    continue
            found = None
            if all((need, row if inner else None) in values for need, inner in needs):
                found = make(draw, row)
            if found is not None:
                values[key] = found
            elif path == dated_by:
                for one in fields:
                    values.pop((one.path, row), None)
                return False
        return True

    def _fields(self, listed: RecordList, earlier: Sequence[str]) -> list[Field]:
        given = [path for path in listed.fields if path in self.words.given]
        hard = {one: {*self._before(self.words.given[one])}.intersection(given) for one in given}
        soft = {one: {*self.anchors.after.get(one, ())}.intersection(given) for one in given}
        order = in_order(given, hard, soft)
        dated_by = listed.dated_by
        if dated_by in order and not hard[dated_by]:
            order.remove(dated_by)
            order.insert(0, dated_by)
        fields: list[Field] = []
        for at, path in enumerate(order):
            fact = self.words.given[path]
            bounds = self._bounds(fact, [*earlier, *order[:at]])
            if path == dated_by:
                bounds.append((False, _previous(path)))
            needs = tuple((one.path, one.listed is not None) for one in self.words.needs[path])
            fields.append(Field(path, self.makers.maker(fact, bounds), chances_of(fact), needs))
        return fields


def chances_of(fact: Fact) -> Chances:
    """Return how often a fact is said."""
    if fact.foresees is not None:
        return Chances(0.06, 0.0, 0.0)
    if fact.dated_by is not None and not fact.is_never_if_missing:
        return Chances(0.93, 0.8, 0.6)
    if fact.is_event and fact.is_never_if_missing:
        return Chances(0.5, 0.2, 0.5)
    if fact.for_record:
        return Chances(0.5, 0.5, 0.5)
    if fact.is_required:
        return Chances(0.94, 0.8, 0.5)
    return Chances(0.6, 0.4, 0.5)


def _said(ref: Ref) -> Getter:
    """Return what gives a fact that the case says, without what it is where it is left out."""
    name = ref.name
    if ref.listed is None:
        key: Key = (name, None)
        return lambda draw, record, this: draw.values.get(key)
    return lambda draw, record, this: draw.values.get((name, record))


def _previous(path: str) -> Getter:
    """Return what gives a fact of the record before."""

    def get(draw: Draw, record: int | None, this: int | None) -> int | None:
        found = draw.values.get((path, record - 1)) if record else None
        return found if isinstance(found, int) else None

    return get


def _some_records(draw: Draw) -> int:
    way = draw.random()
    return 0 if way < 0.08 else 1 if way < 0.5 else 2 if way < 0.76 else 3 if way < 0.9 else 4 + draw.below(3)
