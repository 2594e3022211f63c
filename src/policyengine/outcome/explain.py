"""Why: the tests that made a rule hold or fail, and everything that an answer rests on.

Engines only conclude. Here their findings are read back against the rules: no engine needs to keep a trace,
and the explanation is the same whichever engine concluded.
"""

from __future__ import annotations

import typing
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import takewhile

from policyengine.compile.fold import fold_expr
from policyengine.compile.lower import lower_condition
from policyengine.compile.plan import Aggregate, Apply, Given, Plan
from policyengine.diagnostics.span import Span
from policyengine.engines.closures import Evaluate, Memory, evaluate_of, tally_of
from policyengine.engines.memory import range_of_fact
from policyengine.engines.rereading import CaseRereading, Otherwise, Rereading, graph_of
from policyengine.engines.world import World
from policyengine.frozen import replace
from policyengine.model.asked import conditions_of
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
    ReadingIs,
    Same,
    Some,
    Test,
    Window,
    asks_this,
    range_of,
)
from policyengine.model.rulebook import Fact, MissingByReading, Rule, Rulebook
from policyengine.outcome.leaves import Either, Leaf, Looked, Part
from policyengine.outcome.support import Kind, Leaning, Support
from policyengine.outcome.supports import Supports
from policyengine.semantics.amounts import Range
from policyengine.semantics.findings import Findings, Known, State, Truth
from policyengine.semantics.readings import choose_operand
from policyengine.semantics.strata import Layer
from policyengine.semantics.tallies import Tally
from policyengine.semantics.windows import midnight


class Explainer:
    """What is shared by all explanations under one rulebook and one choice of readings."""

    def __init__(self, rulebook: Rulebook, readings: Mapping[str, str], plan: Plan) -> None:
        """``readings`` gives the reading chosen for each assumption, ``plan`` what rests on what."""
        self.rulebook = rulebook
        self.readings = readings
        self.plan = plan
        self._lowered: dict[int, Evaluate] = {}
        self._asking: dict[int, bool] = {}
        self._tallies: dict[int, Callable[[Memory, int | None], Tally]] = {}

    @cached_property
    def rereading(self) -> Rereading:
        """What comes out otherwise under other readings."""
        return Rereading(graph_of(self.plan), self.readings, self.world)

    @cached_property
    def other_readings(self) -> Mapping[str, Sequence[str]]:
        """For each assumption the readings that are not chosen."""
        readings = self.readings
        return {
            id: [one.id for one in assumption.readings if one.id != readings[id]]
            for id, assumption in self.rulebook.assumptions.items()
        }

    @cached_property
    def world(self) -> World:
        """What time is counted by."""
        return World(self.rulebook.zone, self.rulebook.calendar)

    @cached_property
    def layers(self) -> list[Layer]:
        """All names and rules but the simple names, those that others rest on first."""
        return [
            Layer(
                tuple(cell.name for cell in stratum.cells if cell.name not in self.simple),
                tuple(rule.name for rule in stratum.rules),
            )
            for stratum in self.plan.strata
        ]

    @cached_property
    def simple(self) -> Mapping[str, tuple[Kind, Key]]:
        """The names of the whole case that rest on nothing else, whatever the case says."""
        book = self.rulebook
        facts = (one for one in book.facts.values() if one.role == "given" and not one.listed)
        found: dict[str, tuple[Kind, Key]] = {
            one.path: ("fact", (one.path, None))
            for one in facts
            if one.dated_by is None and not isinstance(one.if_missing, MissingByReading)
        }
        for id, parameter in book.parameters.items():
            if not parameter.is_dated:
                found[id] = ("parameter", (id, None))
        return found

    @cached_property
    def given(self) -> Mapping[str, Given]:
        """The facts that cases give, as they are compiled."""
        cells = (cell for stratum in self.plan.strata for cell in stratum.cells)
        return {cell.name: cell for cell in cells if isinstance(cell, Given)}

    @cached_property
    def outcomes(self) -> tuple[Fact, ...]:
        """The facts of which is told what is concluded."""
        return tuple(fact for fact in self.rulebook.facts.values() if fact.role == "outcome")

    @cached_property
    def conclusions(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules that conclude each fact."""
        found: dict[str, list[Rule]] = {}
        for rule in self.rulebook.rules.values():
            for conclusion in rule.then:
                found.setdefault(conclusion.fact.name, []).append(rule)
        return {fact: tuple(rules) for fact, rules in found.items()}

    def asks_this(self, condition: Condition) -> bool:
        """Tell whether the answer to a question depends on the record for which it is asked."""
        if not self._has_this or isinstance(condition, Test | Window | Same | ReadingIs):
            return False
        found = self._asking.get(id(condition))
        if found is None:
            found = self._asking[id(condition)] = asks_this(condition)
        return found

    @cached_property
    def _has_this(self) -> bool:
        """Tell whether any question of the rulebook is so; most rulebooks have none."""
        return any(map(asks_this, conditions_of(self.rulebook)))

    def tally(self, question: Count) -> Callable[[Memory, int | None], Tally]:
        """Return the function that finds what a question measures."""
        found = self._tallies.get(id(question))
        if found is None:
            lowered = fold_expr(lower_condition(question), self.readings)
            assert isinstance(lowered, Apply) and isinstance(lowered.args[0], Aggregate)
            found = self._tallies[id(question)] = tally_of(lowered.args[0])
        return found

    def lowered(self, condition: Condition) -> Evaluate:
        """Return the function that answers a condition of this rulebook."""
        found = self._lowered.get(id(condition))
        if found is None:
            found = evaluate_of(fold_expr(lower_condition(condition), self.readings))
            self._lowered[id(condition)] = found
        return found


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
        self.values = findings.values
        self.kept: dict[object, typing.Any] = {}
        self._looked_at: dict[int, tuple[Looked, ...]] = {}
        self._wanted: dict[int, tuple[list[int], list[int]]] = {}
        self._asked: dict[tuple[int, int], Looked] = {}
        self._of_rules: dict[Key, tuple[Truth, tuple[Part, ...]]] = {}
        self.this: int | None = None
        self._standing: dict[int | None, Explanation] = {}

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
            holds = self.findings.rules[rule.id, record].truth is Truth.TRUE
            answers = (
                self.leaves(self.book.scope_of(rule), None, holds),
                self.leaves(rule.when, record, holds),
            )
            truth = min(answers[0][0], answers[1][0])
            found = self._of_rules[rule.id, record] = (truth, _joined(truth, answers))
        return found

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
        match condition:
            case Not(part):
                opposite = None if known is None else Truth(2 - known)
                truth, found = self._leaves(part, record, not negated, opposite)
                return Truth(2 - truth), found
            case All(parts, span) | Any(parts, span):
                is_all = isinstance(condition, All)
                whole = Truth.TRUE if is_all else Truth.FALSE
                answers = [
                    self._leaves(part, record, negated, whole if known is whole else None) for part in parts
                ]
                truth = (min if is_all else max)((one for one, _ in answers), default=whole)
                # De Morgan: `not` around a disjunction demands every part, around a conjunction any one.
                if is_all is not negated:
                    return truth, _joined(truth, answers, whole)
                counted = Truth(2 - truth) if negated else truth
                return truth, _alternatives(counted, _deciding(truth, answers, whole), span)
            case _:
                return self._leaf(condition, record, negated, known)

    def _leaf(
        self,
        condition: Test | Window | Same | ReadingIs | Some | Count | Pick,
        record: int | None,
        negated: bool,
        known: Truth | None,
    ) -> tuple[Truth, tuple[Part, ...]]:
        truth = self.explainer.lowered(condition)(self, record)[0] if known is None else known
        counted = Truth(2 - truth) if negated else truth
        return truth, (Leaf(self.asked(condition, record), condition, counted, negated, record),)

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
        return self.explainer.rereading.of(self.case, self.as_of, self.findings)

    def leant_on(
        self, states: Iterable[Key], rules: Iterable[Key], known: Container[str], is_all: bool
    ) -> Iterator[str]:
        """Return the assumptions, beside those known, without which something asked about would be another.

        That are some states, and whether some rules hold; ``is_all``: of hardly anything else is it asked.
        """
        rereading, graph = self._rereading, self.explainer.rereading.graph
        asked = graph.asked(states, rules)
        for assumption, readings in self.explainer.other_readings.items():
            is_open = assumption not in known and graph.reach.get(assumption, 0) & asked.bits
            if is_open and any(rereading.moves(assumption, one, asked, is_all) for one in readings):
                yield assumption

    def leaning_of(self, *names: Key) -> Leaning:
        """Return what tells the assumptions under whose other readings one of some values is another."""
        return Leaning(self, names)

    def leaning_of_rule(self, rule: Key) -> Leaning:
        """Return what tells the assumptions under whose other readings it is otherwise if a rule holds."""
        return Leaning(self, (), (rule,))

    def is_provisional(self, support: Support) -> bool:
        """Tell whether a support of this case has a clock that ends on an unpublished calendar."""
        return self._has_provisional and support.is_provisional

    @cached_property
    def _has_provisional(self) -> bool:
        return bool(self.findings.provisional)

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


def _deciding(truth: Truth, answers: Iterable[_Answer], whole: Truth) -> list[tuple[Part, ...]]:
    """Return the parts that decided: all where every one had to agree (``whole``), else those so true."""
    return [parts for one, parts in answers if truth is whole or one is truth]


def _joined(truth: Truth, answers: Iterable[_Answer], whole: Truth = Truth.TRUE) -> tuple[Part, ...]:
    return tuple(part for parts in _deciding(truth, answers, whole) for part in parts)


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
