"""Why: the tests that made a rule hold or fail, and everything that an answer rests on.

Engines only conclude. Here their findings are read back against the rules: no engine needs to keep a trace,
and the explanation is the same whichever engine concluded.
"""

from __future__ import annotations

import typing
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from policyengine.case import Case, Key
from policyengine.compile.fold import fold_expr
from policyengine.compile.lower import lower_condition
from policyengine.compile.plan import Plan
from policyengine.conditions import (
    NEIGHBOURS,
    All,
    Any,
    ByReading,
    Condition,
    Constant,
    Count,
    Not,
    Operand,
    Pick,
    ReadingIs,
    Ref,
    Some,
    Test,
    range_of,
)
from policyengine.dependencies import Layer, name_of_node
from policyengine.engines.closures import Evaluate, evaluate_of
from policyengine.findings import Findings, Known, State, Truth
from policyengine.readings import choose_operand
from policyengine.rulebook import Amount, Deadline, Fact, MissingByReading, Parameter, Rule, Rulebook
from policyengine.source import Span
from policyengine.support import PROVISIONAL, Item, Kind, Label, Node, Rest, Sum, Support
from policyengine.values import BUSINESS_DAYS_UNIT, Duration


class Leaf(NamedTuple):
    """One test with what it met: why a condition came out as it did.

    ``truth`` already counts a ``not`` around the test (``negated``).
    """

    explanation: Explanation
    condition: Test | ReadingIs | Some | Count | Pick
    truth: Truth
    negated: bool
    record: int | None

    @property
    def span(self) -> Span:
        """Return where the test is written."""
        return self.condition.span

    @property
    def looked_at(self) -> tuple[Looked, ...]:
        """Return every record that a question about a list looked at, in the order in which it looked."""
        match self.condition:
            case Some(listed, where) | Count(listed, where):
                return self.explanation.looked_at(listed, where)
            case Pick():
                return self.explanation.picked(self.condition, self.record)
            case _:
                return ()

    @property
    def left(self) -> State | None:
        """Return the state of what is tested; None for other questions."""
        if not isinstance(self.condition, Test):
            return None
        return self.explanation.state_of(self.condition.ref, self.record)

    @property
    def right(self) -> tuple[State, ...]:
        """Return the states of what it is compared with."""
        if not isinstance(self.condition, Test | Count):
            return ()
        return tuple(self.explanation.state_of(one, self.record) for one in self.condition.operands)

    @property
    def number(self) -> tuple[int, int] | None:
        """Return the bounds of the number of records that a count found; None for an unknown list."""
        if not isinstance(self.condition, Count):
            return None
        return self.explanation.count(self.condition.listed, self.condition.where)


class Either(NamedTuple):
    """Several ways of which one is enough, each with the tests that decided it.

    Of a true or undetermined one only the ways that are so too; where one way is left, its tests stand alone.
    """

    truth: Truth
    ways: tuple[tuple[Part, ...], ...]
    span: Span


Part = Leaf | Either


class Looked(NamedTuple):
    """A record that a question about a list looked at: whether it matches, and the tests that say so.

    Where one record is picked, ``answer`` is whether it is as asked, and ``asked`` are the tests of that;
    None for a record that cannot be the one.
    """

    record: int
    truth: Truth
    parts: tuple[Part, ...]
    answer: Truth | None = None
    asked: tuple[Part, ...] = ()


def leaves_of(parts: Iterable[Part]) -> Iterator[Leaf]:
    """Return all tests of parts, whichever way they belong to, without those of records."""
    for part in parts:
        if isinstance(part, Leaf):
            yield part
        else:
            for way in part.ways:
                yield from leaves_of(way)


class Explainer:
    """What is shared by all explanations under one rulebook and one choice of readings."""

    def __init__(self, rulebook: Rulebook, readings: Mapping[str, str], plan: Plan) -> None:
        """``readings`` gives the reading chosen for each assumption, ``plan`` what rests on what."""
        self.rulebook = rulebook
        self.readings = readings
        self.plan = plan
        self._lowered: dict[int, Evaluate] = {}

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
    def conclusions(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules that conclude each fact."""
        found: dict[str, list[Rule]] = {}
        for rule in self.rulebook.rules.values():
            for conclusion in rule.then:
                found.setdefault(conclusion.fact.name, []).append(rule)
        return {fact: tuple(rules) for fact, rules in found.items()}

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
        self.findings = findings
        self.values = findings.values
        self.kept: dict[object, typing.Any] = {}
        self._looked_at: dict[int, tuple[Looked, ...]] = {}
        self._wanted: dict[int, tuple[list[int], list[int]]] = {}
        self._asked: dict[tuple[int, int], Looked] = {}
        self._of_rules: dict[Key, tuple[Truth, tuple[Part, ...]]] = {}

    # ---------- the memory that conditions ask

    def records(self, listed: str) -> tuple[int, ...] | None:
        """Return the records of a list that are seen; None when the list is unknown."""
        return self.findings.records[listed]

    def state_of(self, operand: Operand, record: int | None) -> State:
        """Return the state of an operand."""
        chosen = choose_operand(operand, self.readings)
        if isinstance(chosen, Constant):
            return Known(chosen.value)
        return self.values[chosen.name, record if chosen.listed else None]

    # ---------- leaves

    def of_rule(self, rule: Rule, record: int | None) -> tuple[Truth, tuple[Part, ...]]:
        """Return whether a rule holds, and the tests that made it so: first its policy's, then its own."""
        found = self._of_rules.get((rule.id, record))
        if found is None:
            holds = self.findings.rules[rule.id, record].truth is Truth.TRUE
            answers = (self.leaves(rule.scope, None, holds), self.leaves(rule.when, record, holds))
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
        condition: Test | ReadingIs | Some | Count | Pick,
        record: int | None,
        negated: bool,
        known: Truth | None,
    ) -> tuple[Truth, tuple[Part, ...]]:
        truth = self.explainer.lowered(condition)(self, record)[0] if known is None else known
        counted = Truth(2 - truth) if negated else truth
        return truth, (Leaf(self, condition, counted, negated, record),)

    # ---------- records

    def looked_at(self, listed: str, where: Condition) -> tuple[Looked, ...]:
        """Return all records of a list that are seen, and whether they satisfy ``where``."""
        # Rules about every record ask the same of the whole list: it is read once, not once a record.
        found = self._looked_at.get(id(where))
        if found is None:
            found = tuple(
                Looked(record, *self.leaves(where, record)) for record in self.records(listed) or ()
            )
            self._looked_at[id(where)] = found
        return found

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
        count = len(self.records(question.listed) or ())
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
            looked = self.looked_at(question.listed, question.where)
            possible = [place for place, one in enumerate(looked) if one.truth is not Truth.FALSE]
            found = possible, [place for place in possible if looked[place].truth is Truth.TRUE]
            self._wanted[id(question)] = found
        return found

    def looked(self, question: Pick, place: int) -> Looked:
        """Return a record that stands at a place, with whether it is as asked if it can be the one."""
        one = self.looked_at(question.listed, question.where)[place]
        if one.truth is Truth.FALSE:
            return one
        found = self._asked.get((id(question), place))
        if found is None:
            answer, asked = self.leaves(question.then, one.record)
            found = self._asked[id(question), place] = one._replace(answer=answer, asked=asked)
        return found

    def count(self, listed: str, where: Condition) -> tuple[int, int] | None:
        """Return how many records satisfy a condition at least and at most; None for an unknown list."""
        records = self.records(listed)
        if records is None:
            return None
        found: tuple[int, int] | None = self.kept.get(("count", id(where)))
        if found is None:
            truths = [one.truth for one in self.looked_at(listed, where)]
            found = truths.count(Truth.TRUE), len(truths) - truths.count(Truth.FALSE)
            self.kept["count", id(where)] = found
        return found

    # ---------- support

    def support(self, name: str, record: int | None) -> Support:
        """Return everything that the value of a name rests on."""
        return Support(lambda: ((self._supports.items, self._supports.names[name, record]),))

    def support_of_rule(self, id: str, record: int | None) -> Support:
        """Return everything that a rule which holds, or could, rests on."""
        return Support(lambda: ((self._supports.items, self._supports.rules[id, record]),))

    def is_provisional(self, support: Support) -> bool:
        """Tell whether a support of this case has a clock that ends on an unpublished calendar."""
        return self._has_provisional and support.is_provisional

    @cached_property
    def _has_provisional(self) -> bool:
        return bool(self.findings.provisional)

    @cached_property
    def _supports(self) -> _Supports:
        return _Supports(self)


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


def counting_aspects(length: State) -> tuple[str, ...]:
    """Return which ways of counting matter for a length of its unit; none for an unknown one."""
    if not isinstance(length, Known) or not isinstance(length.value, Duration):
        return ()
    if length.value.unit == BUSINESS_DAYS_UNIT:
        return ("business_days",)
    return ("days",) if length.value.unit in ("days", "weeks") else ("hours",)


class _Supports:
    """What every name and rule rests on, computed once from the bottom up.

    Bottom up and not by recursion, because chains of rules can be longer than the stack.
    """

    def __init__(self, explanation: Explanation) -> None:
        self.explanation = explanation
        self.book = explanation.book
        self.findings = explanation.findings
        simple = explanation.explainer.simple
        self.items: list[Item] = list(simple.values())
        self.names: dict[Key, Rest] = {(name, None): 1 << bit for bit, name in enumerate(simple)}
        self.rules: dict[Key, Rest] = {}
        self._questions: dict[tuple[int, bool], Rest] = {}
        self._picks: dict[int, dict[int | None, Rest]] = {}
        self._bits: dict[Item, int] = {}
        for layer in explanation.explainer.layers:
            for name in layer.names:
                self._add_name(name)
            for id in layer.rules:
                self._add_rule(self.book.rules[id])

    def _own(self, kind: Kind, key: Key) -> Rest:
        """Return what stands for one thing: a bit, or an item if it is one of many records."""
        item = (kind, key)
        if key[1] is not None:
            return Node(0, (item,), (), None)
        found = self._bits.get(item)
        if found is None:
            found = self._bits[item] = 1 << len(self.items)
            self.items.append(item)
        return found

    def _sum(self, kind: Kind, key: Key) -> Sum:
        found = Sum()
        found.add(self._own(kind, key))
        return found

    def _each(self, listed: str | None) -> Iterable[int | None]:
        return (None,) if listed is None else (self.findings.records[listed] or ())

    def _keep(self, name: str, record: int | None, found: Sum) -> None:
        self.names[name, record] = found.rest(Label(name) if record is None else None)

    def _add_name(self, name: str) -> None:
        book = self.book
        if name in book.facts:
            fact = book.facts[name]
            for record in self._each(fact.listed):
                self._keep(name, record, self._fact(fact, record))
        elif name in book.parameters:
            self._keep(name, None, self._parameter(book.parameters[name]))
        elif name in book.amounts:
            for record in self._each(book.amounts[name].listed):
                self._keep(name, record, self._amount(book.amounts[name], record))
        elif name in book.deadlines:
            for record in self._each(book.deadlines[name].listed):
                self._add_deadline(book.deadlines[name], record)
        elif name_of_node(name, book) in book.deadlines:
            deadline = book.deadlines[name_of_node(name, book)]
            for record in self._each(deadline.listed):
                self._keep(f"{deadline.id}.due", record, self._due(deadline, record))

    # ---------- facts and rules

    def _fact(self, fact: Fact, record: int | None) -> Sum:
        key = (fact.path, record)
        if fact.role != "given":
            found = Sum()
            resolved = self.findings.resolved.get(key)
            for rule in () if resolved is None else (*resolved.winners, *resolved.open):
                found.add(self.rules[rule, record])
            return found
        found = self._sum("fact", key)
        if isinstance(fact.if_missing, MissingByReading) and key not in self.explanation.case.values:
            found.add(self._own("assumption", (fact.if_missing.assumption, None)))
        if fact.dated_by is not None and not isinstance(self.findings.states[key], Known):
            found.add(self.names[fact.dated_by, record if self.book.facts[fact.dated_by].listed else None])
        return found

    def _add_rule(self, rule: Rule) -> None:
        for record in self._each(rule.listed):
            key = (rule.id, record)
            if self.findings.rules[key].truth is Truth.FALSE:
                continue
            found = self._sum("rule", key)
            self._leaves(self.explanation.of_rule(rule, record)[1], found)
            for conclusion in rule.then:
                self._operand(conclusion.value, record, found)
            self.rules[key] = found.rest()

    def _leaves(self, parts: Iterable[Part], found: Sum) -> None:
        for leaf in leaves_of(parts):
            condition = leaf.condition
            match condition:
                case Test(ref, _, operands):
                    found.add(self.names[ref.name, leaf.record if ref.listed else None])
                    for operand in operands:
                        self._operand(operand, leaf.record, found)
                case ReadingIs(assumption):
                    found.add(self._own("assumption", (assumption, None)))
                case Some() | Count() | Pick():
                    self._question(condition, leaf, found)

    def _question(self, condition: Some | Count | Pick, leaf: Leaf, found: Sum) -> None:
        if self.findings.records[condition.listed] is None:
            found.add(self._own("fact", (condition.listed, None)))
        elif isinstance(condition, Pick):
            found.add(self._pick(condition, leaf.record))
        else:
            is_open = leaf.truth is Truth.UNDETERMINED
            found.add(self._records(condition, is_open))
        if isinstance(condition, Count):
            for operand in condition.operands:
                self._operand(operand, leaf.record, found)

    def _records(self, question: Some | Count, or_may: bool) -> Rest:
        """Return what the records that satisfy a question, or may, rest on: the same for all who ask."""
        known = self._questions.get((id(question.where), or_may))
        if known is None:
            found = Sum()
            least = Truth.UNDETERMINED if or_may else Truth.TRUE
            for one in self.explanation.looked_at(question.listed, question.where):
                if one.truth >= least:
                    self._leaves(one.parts, found)
            known = found.rest(Label(question.listed, question.where.span, None))
            self._questions[id(question.where), or_may] = known
        return known

    def _pick(self, question: Pick, current: int | None) -> Rest:
        """Return what the answer about the picked record rests on."""
        each = self._picks.get(id(question))
        if each is None:
            each = self._picks[id(question)] = dict(self._each_pick(question))
        return each[current if question.which in NEIGHBOURS else None]

    def _each_pick(self, question: Pick) -> Iterator[tuple[int | None, Rest]]:
        """Return what it rests on for each record, or for the whole case.

        Where a record only may be the one, it goes on with those after it: what is said of these is shared.
        """
        last: Rest = 0
        for one in self._farthest_first(question):
            if question.which in NEIGHBOURS:
                yield one.record, last
            if one.truth is Truth.FALSE:
                continue
            found = Sum()
            self._leaves((*one.parts, *one.asked), found)
            goes_on = one.truth is Truth.UNDETERMINED and isinstance(last, Node)
            if one.truth is Truth.UNDETERMINED:
                found.add(last)
            last = found.rest(Label(question.listed, question.span, one.record) if goes_on else None)
        if question.which not in NEIGHBOURS:
            yield None, last

    def _farthest_first(self, question: Pick) -> Iterable[Looked]:
        if question.which not in NEIGHBOURS:
            return reversed([*self.explanation.candidates(question, None)])
        count = len(self.findings.records[question.listed] or ())
        places = range(count) if question.which == "previous" else range(count - 1, -1, -1)
        return (self.explanation.looked(question, place) for place in places)

    def _operand(self, operand: Operand | None, record: int | None, found: Sum) -> None:
        while isinstance(operand, ByReading):
            found.add(self._own("assumption", (operand.assumption, None)))
            reading = self.explanation.readings[operand.assumption]
            operand = next(one for name, one in operand.readings if name == reading)
        if isinstance(operand, Ref):
            found.add(self.names[operand.name, record if operand.listed else None])

    # ---------- parameters, amounts, deadlines

    def _parameter(self, parameter: Parameter) -> Sum:
        found = self._sum("parameter", (parameter.id, None))
        if parameter.by is not None and parameter.is_dated:
            found.add(self.names[parameter.by.name, None])
        return found

    def _condition(self, condition: Condition, record: int | None, truth: Truth, found: Sum) -> None:
        self._leaves(self.explanation.leaves(condition, record, truth is Truth.TRUE)[1], found)

    def _amount(self, amount: Amount, record: int | None) -> Sum:
        finding = self.findings.amounts[amount.id, record]
        found = self._sum("amount", (amount.id, record))
        self._condition(amount.when, record, finding.exists, found)
        if finding.exists is Truth.FALSE:
            return found
        for operand in (amount.base, *amount.plus, *amount.minus, amount.rate, amount.floor):
            self._operand(operand, record, found)
        for cap, one in zip(amount.caps, finding.caps, strict=True):
            self._condition(cap.when, record, one.applies, found)
            if one.applies is not Truth.FALSE:
                self._operand(cap.limit, record, found)
        return found

    def _due(self, deadline: Deadline, record: int | None) -> Sum:
        """Return what the end of a deadline rests on, before what the deadline has come to is known."""
        exists, leaves = self.explanation.leaves(deadline.when, record)
        found = self._sum("deadline", (deadline.id, record))
        if (deadline.id, record) in self.findings.provisional:
            found.add(self._own(*PROVISIONAL))
        self._leaves(leaves, found)
        if exists is not Truth.FALSE:
            length = self.explanation.state_of(deadline.within, record)
            self._operand(deadline.starts, record, found)
            self._operand(deadline.within, record, found)
            aspects = counting_aspects(length)
            self._assumptions(
                (rule.assumption for rule in deadline.counting if rule.aspect in aspects), found
            )
        return found

    def _add_deadline(self, deadline: Deadline, record: int | None) -> None:
        found = Sum()
        found.add(self.names[f"{deadline.id}.due", record])
        if self.findings.deadlines[deadline.id, record].exists is not Truth.FALSE:
            for event in (*deadline.met_by, *deadline.stopped_by):
                self._operand(event, record, found)
            # Whether the last instant counts matters where something can meet it.
            ends = (rule for rule in deadline.counting if rule.aspect == "end" and deadline.met_by)
            self._assumptions((rule.assumption for rule in ends), found)
        self._keep(f"{deadline.id}.status", record, found)
        self.names[f"{deadline.id}.settled_at", record] = self.names[f"{deadline.id}.status", record]

    def _assumptions(self, ids: Iterable[str | None], found: Sum) -> None:
        for id in ids:
            if id is not None:
                found.add(self._own("assumption", (id, None)))
