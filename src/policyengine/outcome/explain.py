"""Why: the tests that made a rule hold or fail, and everything that an answer rests on.

Engines only conclude. Here their findings are read back against the rules: no engine needs to keep a trace,
and the explanation is the same whichever engine concluded.
"""

from __future__ import annotations

import typing
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import takewhile

from policyengine.diagnostics.span import Span
from policyengine.engines.memory import range_of_fact
from policyengine.engines.rereading.case import CaseRereading
from policyengine.engines.rereading.graph import Otherwise
from policyengine.engines.world import World
from policyengine.frozen import replace
from policyengine.model.case import Case, Key
from policyengine.model.conditions import (
    All,
    Any,
    Condition,
    Constant,
    Count,
    Not,
    Operand,
    Pick,
    Question,
    Some,
    range_of,
)
from policyengine.model.rulebook import Rule
from policyengine.outcome.explainer import Explainer
from policyengine.outcome.leaves import Either, Leaf, Looked, Part
from policyengine.outcome.prepared import (
    Piece,
    TestOrQuestion,
)
from policyengine.outcome.support import Leaning, Support
from policyengine.outcome.supports import Supports
from policyengine.semantics.amounts import Range
from policyengine.semantics.findings import Findings, Known, State, Truth
from policyengine.semantics.readings import choose_operand
from policyengine.semantics.windows import midnight


class Explanation:
    """Explains the findings about one case; it is the working memory that conditions are read against."""

    def __init__(self, explainer: Explainer, case: Case, as_of: int, findings: Findings) -> None:
        """Hold what is to be explained."""
        self.explainer = explainer
        self.book = explainer.rulebook
        self.readings = explainer.readings
        self.case = case
        self.as_of = as_of
        self.zone = explainer.rulebook.zone
        self.findings = findings
        self.values = findings.at_hand[0]
        self._wanted: dict[int, tuple[list[int], list[int]]] = {}
        self.this: int | None = None
        self._begin()

    def _begin(self) -> None:
        """Keep nothing of what tells of this explanation."""
        self.kept: dict[object, typing.Any] = {}
        self._looked_at: dict[int, tuple[Looked, ...]] = {}
        self._asked: dict[tuple[int, int], Looked] = {}
        self._of_rules: dict[Key, tuple[Truth, tuple[Part, ...]]] = {}
        self._of_scopes: dict[int, tuple[Part, ...]] = {}
        self._standing: dict[int | None, Explanation] = {}

    def forget(self) -> None:
        """Let go of what would keep this explanation until garbage is collected.

        Whoever still asks it, for what it has explained, has it found out again.
        """
        for one in self._standing.values():
            one.forget()
        self.__dict__.pop("_supports", None)
        self._begin()

    # ---------- the memory that conditions ask

    @property
    def world(self) -> World:
        """What time is counted by."""
        return self.explainer.world

    def standing_at(self, record: int | None) -> Explanation:
        """Return the explanation of questions whose answer depends on the record for which they are asked.

        It has answers of its own, and itself answers what is asked within such a question.
        """
        if self.this is not None:
            return self
        found = self._standing.get(record)
        if found is None:
            found = self._standing[record] = Explanation(self.explainer, self.case, self.as_of, self.findings)
            found.this = record
        return found

    def records(self, listed: str) -> tuple[int, ...] | None:
        """Return the records of a list that are seen; None when the list is unknown."""
        return self.findings.records[listed]

    def declared(self, name: str, record: int | None) -> Range:
        """Return the range that the bounds of a fact leave to it where its value is not known."""
        return range_of_fact(self.explainer.given.get(name), self.case, record)

    def state_of(self, operand: Operand, record: int | None) -> State:
        """Return the state of an operand."""
        chosen = choose_operand(operand, self.readings)
        if isinstance(chosen, Constant):
            return Known(chosen.value)
        if chosen.kind == "now":
            return Known(self.as_of)
        own = self.this if chosen.this else record
        state = self.values[chosen.name, own if chosen.listed else None]
        return midnight(state, self.world.zone) if chosen.midnight else state

    def asked(self, condition: Condition, record: int | None) -> Explanation:
        """Return the explanation in which a test or question stands: for the sake of a record or of none."""
        return self.standing_at(record) if self.explainer.asks_this(condition) else self

    def standpoints(self, listed: str | None, this: str | None) -> Iterator[tuple[Explanation, int | None]]:
        """Return from where something is asked: of the case, or of each record of a list.

        Inside a question that depends on it, also for the sake of each record of the list ``this``.
        """
        places: Sequence[Explanation] = (self,)
        if this is not None:
            places = [self.standing_at(one) for one in self.records(this) or ()]
        for place in places:
            for record in (None,) if listed is None else self.records(listed) or ():
                yield place, record

    # ---------- leaves

    def of_rule(self, rule: Rule, record: int | None) -> tuple[Truth, tuple[Part, ...]]:
        """Return whether a rule holds, and the tests that made it so: first its policy's, then its own."""
        found = self._of_rules.get((rule.id, record))
        if found is None:
            if not rule.policy:  # what counts where no rule gives a value asks for nothing
                return Truth.TRUE, ()
            if rule.listed is not None and record is None:  # any record of a list that is not known
                return Truth.UNDETERMINED, ()
            found = self._of_rules[rule.id, record] = self._of_rule(rule, record)
        return found

    def _of_rule(self, rule: Rule, record: int | None) -> tuple[Truth, tuple[Part, ...]]:
        if self.findings.truth((rule.id, record)) is not Truth.TRUE:
            answers = self.leaves(self.book.scope_of(rule), None), self.leaves(rule.when, record)
            truth = min(answers[0][0], answers[1][0])
            return truth, _joined(truth, answers)
        parts: list[Part] = []
        for piece in self.explainer.pieces(rule):
            parts += self.held(piece, record if piece.is_own else None)
        return Truth.TRUE, tuple(parts)

    def told_of_rule(self, rule: Key) -> tuple[Part, ...] | None:
        """Return the tests that made a rule so, if somebody has asked for them."""
        found = self._of_rules.get(rule)
        return None if found is None else found[1]

    def held(self, piece: Piece, record: int | None) -> tuple[Part, ...]:
        """Return the tests that made a part of a condition hold, those of a policy once for all its rules."""
        if piece.is_own:
            return self._held(piece, record)
        found = self._of_scopes.get(id(piece.condition))
        if found is None:
            found = self._of_scopes[id(piece.condition)] = self._held(piece, record)
        return found

    def _held(self, piece: Piece, record: int | None) -> tuple[Part, ...]:
        test, negated = piece.test, piece.negated
        if test is None:
            whole = Truth.FALSE if negated else Truth.TRUE
            return self._leaves(piece.condition, record, negated, whole)[1]
        return (Leaf(self.asked(test, record), test, Truth.TRUE, negated, record),)

    def leaves(
        self, condition: Condition, record: int | None, holds: bool = False
    ) -> tuple[Truth, tuple[Part, ...]]:
        """Return the truth of a condition and the tests that decided it.

        Where it is known that the condition ``holds``, all parts of a conjunction are taken as true unasked.
        """
        return self._leaves(condition, record, False, Truth.TRUE if holds else None)

    def _leaves(
        self, condition: Condition, record: int | None, negated: bool, known: Truth | None
    ) -> tuple[Truth, tuple[Part, ...]]:
        """Return the truth of a condition by itself; that of its parts counts every ``not`` around them."""
        if isinstance(condition, Not):
            opposite = None if known is None else _OPPOSITE[known]
            truth, found = self._leaves(condition.part, record, not negated, opposite)
            return _OPPOSITE[truth], found
        if not isinstance(condition, All | Any):
            truth = self._truth(condition, record) if known is None else known
            return truth, (self._leaf(condition, record, negated, truth),)
        is_all = isinstance(condition, All)
        whole = Truth.TRUE if is_all else Truth.FALSE
        asked = whole if known is whole else None
        answers: list[tuple[Truth, tuple[Part, ...] | TestOrQuestion]] = []
        for part in condition.parts:
            if isinstance(part, All | Any | Not):
                answers.append(self._leaves(part, record, negated, asked))
            else:
                answers.append((self._truth(part, record) if asked is None else asked, part))
        truth = (min if is_all else max)((one for one, _ in answers), default=whole)
        # All parts decided where every one had to agree (``whole``), else those so true.
        deciding = [
            what if isinstance(what, tuple) else (self._leaf(what, record, negated, one),)
            for one, what in answers
            if truth is whole or one is truth
        ]
        # De Morgan: `not` around a disjunction demands every part, around a conjunction any one.
        if is_all is not negated:
            return truth, tuple([part for parts in deciding for part in parts])
        return truth, _alternatives(_OPPOSITE[truth] if negated else truth, deciding, condition.span)

    def _truth(self, test: TestOrQuestion, record: int | None) -> Truth:
        return self.explainer.lowered(test)(self, record)[0]

    def _leaf(self, test: TestOrQuestion, record: int | None, negated: bool, truth: Truth) -> Leaf:
        counted = _OPPOSITE[truth] if negated else truth
        return Leaf(self.asked(test, record), test, counted, negated, record)

    # ---------- records

    def looked_at(self, question: Some | Count | Pick | Question) -> tuple[Looked, ...]:
        """Return all records that are seen and asked about, and whether they satisfy the question."""
        # Rules about every record ask the same of the whole list: it is read once, not once a record.
        found = self._looked_at.get(id(question.where))
        if found is None:
            where = question.where
            found = tuple(Looked(record, *self.leaves(where, record)) for record in self.among(question))
            self._looked_at[id(where)] = found
        return found

    def among(self, question: Some | Count | Pick | Question) -> Sequence[int]:
        """Return the records that are seen and that a question is about."""
        records = self.records(question.listed) or ()
        match question.among:
            case "other":
                return [one for one in records if one != self.this]
            case "earlier":
                return [*takewhile(lambda one: one != self.this, records)]
            case _:
                return records

    def picked(self, question: Pick, current: int | None) -> tuple[Looked, ...]:
        """Return the records up to the one that is picked, the preferred first."""
        found: list[Looked] = []
        for place in self.places(question, current):
            one = self.looked(question, place)
            found.append(one)
            if one.truth is Truth.TRUE:
                break
        return tuple(found)

    def places(self, question: Pick, current: int | None) -> range:
        """Return where the records stand among which one is picked, the preferred first."""
        count = len(self.among(question))
        found = range_of(question.which, range(count), self._places[question.listed].get(current))
        assert isinstance(found, range)  # a part of a range is one
        return found

    def candidates(self, question: Pick, current: int | None) -> Iterator[Looked]:
        """Return those among which the picked one is, or may be, the preferred first."""
        return (self.looked(question, place) for place in self._candidates(question, current))

    def number_of_candidates(self, question: Pick, current: int | None) -> int:
        """Return how many they are."""
        return len(self._candidates(question, current))

    def _candidates(self, question: Pick, current: int | None) -> Sequence[int]:
        """Return where they stand."""
        among = self.places(question, current)
        if not among:
            return ()
        first, last = min(among[0], among[-1]), max(among[0], among[-1])
        possible, sure = self._possible(question)
        low, high = bisect_left(possible, first), bisect_right(possible, last)
        if among.step > 0:
            ends = bisect_left(sure, first)
            stop = high if ends == len(sure) else min(high, bisect_right(possible, sure[ends]))
            return _Part(possible, range(low, stop))
        ends = bisect_right(sure, last)
        stop = low if ends == 0 else max(low, bisect_left(possible, sure[ends - 1]))
        return _Part(possible, range(high - 1, stop - 1, -1))

    @cached_property
    def _places(self) -> Mapping[str, Mapping[int | None, int]]:
        """For each list where its records stand, by their number."""
        return {
            listed: {record: place for place, record in enumerate(records or ())}
            for listed, records in self.findings.records.items()
        }

    def _possible(self, question: Pick) -> tuple[list[int], list[int]]:
        """Return where the records stand that may be as wanted, and where those that surely are."""
        found = self._wanted.get(id(question))
        if found is None:
            looked = self.looked_at(question)
            possible = [place for place, one in enumerate(looked) if one.truth is not Truth.FALSE]
            found = possible, [place for place in possible if looked[place].truth is Truth.TRUE]
            self._wanted[id(question)] = found
        return found

    def looked(self, question: Pick, place: int) -> Looked:
        """Return a record that stands at a place, with whether it is as asked if it can be the one."""
        one = self.looked_at(question)[place]
        if one.truth is Truth.FALSE:
            return one
        found = self._asked.get((id(question), place))
        if found is None:
            answer, asked = self.leaves(question.then, one.record)
            found = self._asked[id(question), place] = replace(one, answer=answer, asked=asked)
        return found

    def count(self, question: Count) -> tuple[int, int] | None:
        """Return how many records a count finds at least and at most, or between what else is measured lies.

        None for an unknown list, and for what has no limits.
        """
        records = self.records(question.listed)
        if records is None:
            return None
        if question.how != "count":
            low, high = self.explainer.tally(question)(self, self.this).range
            return (low, high) if isinstance(low, int) and isinstance(high, int) else None
        found: tuple[int, int] | None = self.kept.get(("count", id(question.where)))
        if found is None:
            truths = [one.truth for one in self.looked_at(question)]
            found = truths.count(Truth.TRUE), len(truths) - truths.count(Truth.FALSE)
            self.kept["count", id(question.where)] = found
        return found

    # ---------- support

    def support(self, name: str, record: int | None) -> Support:
        """Return everything that the value of a name rests on."""
        return Support(lambda: ((self._supports.items, self._supports.of_name(name, record)),))

    def support_and_leaning(self, name: str, record: int | None) -> Support:
        """Return everything that the value of a name rests on, and whatever else it leans on."""
        leaning = (Leaning(self, ((name, record),)),)
        return Support(lambda: ((self._supports.items, self._supports.of_name(name, record)),), None, leaning)

    def support_of_rule(self, id: str, record: int | None) -> Support:
        """Return everything that a rule which holds, or could, rests on."""
        return Support(lambda: ((self._supports.items, self._supports.of_rule(id, record)),))

    # ---------- other readings

    def otherwise(self, assumption: str) -> Sequence[Otherwise]:
        """Return what comes out otherwise under each of the other readings of an assumption."""
        readings = self.explainer.other_readings[assumption]
        return [self._rereading.otherwise(assumption, reading) for reading in readings]

    @cached_property
    def _rereading(self) -> CaseRereading:
        return CaseRereading(self.explainer.rereading, self.case, self.as_of, self.findings)

    def leant_on(
        self, states: Iterable[Key], rules: Iterable[Key], known: Container[str], is_all: bool
    ) -> Iterator[str]:
        """Return the assumptions, beside those known, without which something asked about would be another.

        That are some states, and whether some rules hold; ``is_all``: of hardly anything else is it asked.
        """
        rereading = self._rereading
        reach, asked = rereading.reach.of, self.explainer.rereading.graph.asked(states, rules)
        for assumption, readings in self.explainer.other_readings.items():
            is_open = assumption not in known and reach.get(assumption, 0) & asked.bits
            if is_open and any(rereading.moves(assumption, one, asked, is_all) for one in readings):
                yield assumption

    def is_in_doubt(self, states: Iterable[Key], rules: Iterable[Key], assumption: str, reading: str) -> bool:
        """Tell whether something asked about may be otherwise under a reading, now or once more is known."""
        rereading, asked = self._rereading, self.explainer.rereading.graph.asked(states, rules)
        is_reached = rereading.reach.of.get(assumption, 0) & asked.bits
        return bool(is_reached) and rereading.is_in_doubt(assumption, reading, asked)

    def leaning_of(self, *names: Key) -> Leaning:
        """Return what tells the assumptions under whose other readings one of some values is another."""
        return Leaning(self, names)

    def leaning_of_rule(self, rule: Key) -> Leaning:
        """Return what tells the assumptions under whose other readings it is otherwise if a rule holds."""
        return Leaning(self, (), (rule,))

    def is_provisional(self, support: Support) -> bool:
        """Tell whether a support of this case rests on a calendar that is not published yet."""
        return self._has_provisional and support.is_provisional

    @cached_property
    def _has_provisional(self) -> bool:
        """Tell whether anything may rest on such a calendar; without that nobody looks at supports."""
        return bool(self.findings.provisional) or self.explainer.asks_for_business_days

    @cached_property
    def _supports(self) -> Supports:
        return Supports(self)


class _Part(Sequence[int]):
    """Some of the items of a list, without a copy of them."""

    __slots__ = ("_items", "_numbers")

    def __init__(self, items: Sequence[int], numbers: range) -> None:
        self._items = items
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @typing.overload
    def __getitem__(self, number: int) -> int: ...
    @typing.overload
    def __getitem__(self, number: slice) -> _Part: ...
    def __getitem__(self, number: int | slice) -> int | _Part:
        if isinstance(number, slice):
            return _Part(self._items, self._numbers[number])
        return self._items[self._numbers[number]]


_Answer = tuple[Truth, tuple[Part, ...]]


_OPPOSITE = (Truth.TRUE, Truth.UNDETERMINED, Truth.FALSE)
"""What ``not`` makes of each truth."""


def _joined(truth: Truth, answers: Iterable[_Answer]) -> tuple[Part, ...]:
    """Return the parts that decided whether everything is true."""
    return tuple([part for one, parts in answers if truth is Truth.TRUE or one is truth for part in parts])


def _alternatives(truth: Truth, ways: Sequence[tuple[Part, ...]], span: Span) -> tuple[Part, ...]:
    """Return ways of which one is enough; a way that is an either/or itself gives its own ways."""
    flat: list[tuple[Part, ...]] = []
    for way in ways:
        only = way[0] if len(way) == 1 else None
        flat += only.ways if isinstance(only, Either) else [way]
    if truth is Truth.TRUE and not all(flat):
        return ()  # a way that demands nothing settles it
    flat = [way for way in flat if way]
    return (
        (Either(truth, tuple(flat), span),) if len(flat) > 1 else tuple(part for way in flat for part in way)
    )
