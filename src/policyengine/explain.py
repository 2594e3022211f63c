"""Why: the tests that made a rule hold or fail, and everything that an answer rests on.

Engines only conclude. Here their findings are read back against the rules: no engine needs to keep a trace,
and the explanation is the same whichever engine concluded.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Literal, NamedTuple

from policyengine.case import Case, Key
from policyengine.compile.choose_readings import choose_condition, choose_operand
from policyengine.compile.closures import Evaluate, lower_condition
from policyengine.conditions import (
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
from policyengine.findings import Conflict, Findings, Known, Missing, State, Truth, Unknown
from policyengine.rulebook import Amount, Deadline, Fact, MissingByReading, Parameter, Rule, Rulebook
from policyengine.source import Span
from policyengine.values import BUSINESS_DAYS_UNIT, Duration

Kind = Literal["fact", "rule", "parameter", "deadline", "amount", "assumption"]


class Leaf(NamedTuple):
    """One test with what it met: why a condition came out as it did.

    ``truth`` already counts a ``not`` around the test (``negated``). A question about a list has the records
    that answer it, or may (``matching``); :attr:`looked_at` has the others too.
    """

    explanation: Explanation
    condition: Test | ReadingIs | Some | Count | Pick
    truth: Truth
    negated: bool
    record: int | None
    matching: tuple[Looked, ...] = ()

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


class Support:
    """Everything that an answer rests on, through all rules, deadlines and amounts."""

    __slots__ = ("_items", "_mask")

    def __init__(self, mask: int, items: list[tuple[Kind, Key]]) -> None:
        """Bit n of the mask stands for item n."""
        self._mask = mask
        self._items = items

    def _of(self, kind: Kind) -> frozenset[Key]:
        return frozenset(key for one, key in self._all() if one == kind)

    @staticmethod
    def union(supports: Iterable[Support]) -> Support:
        """Return what any of them rests on; they can be of several explanations."""
        found = list(supports)
        if found and all(one._items is found[0]._items for one in found):  # of one explanation: only bits
            return Support(functools.reduce(operator.or_, (one._mask for one in found)), found[0]._items)
        items = {item for support in found for item in support._all()}
        ordered = sorted(
            items, key=lambda item: (item[0], item[1][0], -1 if item[1][1] is None else item[1][1])
        )
        return Support((1 << len(ordered)) - 1, ordered)

    def _all(self) -> Iterator[tuple[Kind, Key]]:
        mask = self._mask
        while mask:
            lowest = mask & -mask
            yield self._items[lowest.bit_length() - 1]
            mask ^= lowest

    @property
    def facts(self) -> frozenset[Key]:
        """Facts that the case gives, or leaves out."""
        return self._of("fact")

    @property
    def rules(self) -> frozenset[Key]:
        """Rules that hold, or still could."""
        return self._of("rule")

    @property
    def parameters(self) -> frozenset[str]:
        """Parameters, by name."""
        return frozenset(name for name, _ in self._of("parameter"))

    @property
    def deadlines(self) -> frozenset[Key]:
        """Deadlines."""
        return self._of("deadline")

    @property
    def amounts(self) -> frozenset[Key]:
        """Amounts."""
        return self._of("amount")

    @property
    def assumptions(self) -> frozenset[str]:
        """Assumptions, by name."""
        return frozenset(name for name, _ in self._of("assumption"))


class Explainer:
    """What is shared by all explanations under one rulebook and one choice of readings."""

    def __init__(self, rulebook: Rulebook, readings: Mapping[str, str], order: Sequence[Layer]) -> None:
        """``readings`` gives the reading chosen for each assumption, ``order`` what rests on what."""
        self.rulebook = rulebook
        self.readings = readings
        self.order = order
        self._lowered: dict[int, Evaluate] = {}

    @cached_property
    def layers(self) -> list[Layer]:
        """All names and rules but the simple names, those that others rest on first."""
        return [
            layer._replace(names=tuple(name for name in layer.names if name not in self.simple))
            for layer in self.order
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
            if parameter.by is None or all(value.start is None for value in parameter.values):
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
            found = lower_condition(choose_condition(condition, self.readings))
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
        self.values = _without_conflicts(findings)
        self._looked_at: dict[int, tuple[Looked, ...]] = {}
        self._matching: dict[tuple[int, bool], tuple[Looked, ...]] = {}
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
        matching: tuple[Looked, ...] = ()
        if isinstance(condition, Pick):
            matching = tuple(one for one in self.picked(condition, record) if one.answer is not None)
        elif isinstance(condition, Some | Count):
            matching = self._matches(condition.listed, condition.where, truth is Truth.UNDETERMINED)
        return truth, (Leaf(self, condition, counted, negated, record, matching),)

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

    def _matches(self, listed: str, where: Condition, or_may: bool) -> tuple[Looked, ...]:
        """Return the records that satisfy ``where``, or may; the same object whenever the same is asked."""
        found = self._matching.get((id(where), or_may))
        if found is None:
            least = Truth.UNDETERMINED if or_may else Truth.TRUE
            found = tuple(one for one in self.looked_at(listed, where) if one.truth >= least)
            self._matching[id(where), or_may] = found
        return found

    def picked(self, question: Pick, current: int | None) -> tuple[Looked, ...]:
        """Return the records up to the one that is picked, the preferred first."""
        found: list[Looked] = []
        for record in range_of(question.which, self.records(question.listed) or (), current):
            one = Looked(record, *self.leaves(question.where, record))
            if one.truth is not Truth.FALSE:
                answer, asked = self.leaves(question.then, record)
                one = one._replace(answer=answer, asked=asked)
            found.append(one)
            if one.truth is Truth.TRUE:
                break
        return tuple(found)

    def count(self, listed: str, where: Condition) -> tuple[int, int] | None:
        """Return how many records satisfy a condition at least and at most; None for an unknown list."""
        records = self.records(listed)
        if records is None:
            return None
        truths = [self.explainer.lowered(where)(self, record)[0] for record in records]
        return truths.count(Truth.TRUE), len(truths) - truths.count(Truth.FALSE)

    # ---------- support

    def support(self, name: str, record: int | None) -> Support:
        """Return everything that the value of a name rests on."""
        return Support(self._supports.names[name, record], self._supports.items)

    def support_of_rule(self, id: str, record: int | None) -> Support:
        """Return everything that a rule which holds, or could, rests on."""
        return Support(self._supports.rules[id, record], self._supports.items)

    @cached_property
    def _supports(self) -> _Supports:
        return _Supports(self)


def _without_conflicts(findings: Findings) -> Mapping[Key, State]:
    """Return the states to compute with: a conflict is waited for like a missing fact."""
    conflicts: dict[Key, State] = {
        key: Unknown(frozenset((Missing("conflict", *key),)))
        for key, resolved in findings.resolved.items()
        if isinstance(resolved.state, Conflict)
    }
    return {**findings.states, **conflicts} if conflicts else findings.states


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
    """What every name and rule rests on, as sets of bits, computed once from the bottom up.

    Bottom up and not by recursion, because chains of rules can be longer than the stack.
    """

    def __init__(self, explanation: Explanation) -> None:
        self.explanation = explanation
        self.book = explanation.book
        self.findings = explanation.findings
        simple = explanation.explainer.simple
        self.items: list[tuple[Kind, Key]] = list(simple.values())
        self.names: dict[Key, int] = {(name, None): 1 << bit for bit, name in enumerate(simple)}
        self.rules: dict[Key, int] = {}
        self._inner: dict[int, int] = {}
        self._bits: dict[tuple[Kind, Key], int] = {}
        for layer in explanation.explainer.layers:
            for name in layer.names:
                self._add_name(name)
            for id in layer.rules:
                self._add_rule(self.book.rules[id])

    def _bit(self, kind: Kind, key: Key) -> int:
        found = self._bits.get((kind, key))
        if found is None:
            found = self._bits[kind, key] = 1 << len(self.items)
            self.items.append((kind, key))
        return found

    def _each(self, listed: str | None) -> Iterable[int | None]:
        return (None,) if listed is None else (self.findings.records[listed] or ())

    def _add_name(self, name: str) -> None:
        book = self.book
        if name in book.facts:
            fact = book.facts[name]
            for record in self._each(fact.listed):
                self.names[name, record] = self._fact(fact, record)
        elif name in book.parameters:
            self.names[name, None] = self._parameter(book.parameters[name])
        elif name in book.amounts:
            for record in self._each(book.amounts[name].listed):
                self.names[name, record] = self._amount(book.amounts[name], record)
        elif name in book.deadlines:
            for record in self._each(book.deadlines[name].listed):
                self._add_deadline(book.deadlines[name], record)
        elif name_of_node(name, book) in book.deadlines:
            deadline = book.deadlines[name_of_node(name, book)]
            for record in self._each(deadline.listed):
                self._add_due(deadline, record)

    # ---------- facts and rules

    def _fact(self, fact: Fact, record: int | None) -> int:
        key = (fact.path, record)
        if fact.role != "given":
            resolved = self.findings.resolved.get(key)
            mask = 0
            for rule in () if resolved is None else (*resolved.winners, *resolved.open):
                mask |= self.rules[rule, record]
            return mask
        mask = self._bit("fact", key)
        if isinstance(fact.if_missing, MissingByReading) and key not in self.explanation.case.values:
            mask |= self._bit("assumption", (fact.if_missing.assumption, None))
        if fact.dated_by is not None and not isinstance(self.findings.states[key], Known):
            mask |= self.names[fact.dated_by, record if self.book.facts[fact.dated_by].listed else None]
        return mask

    def _add_rule(self, rule: Rule) -> None:
        for record in self._each(rule.listed):
            key = (rule.id, record)
            if self.findings.rules[key].truth is Truth.FALSE:
                continue
            mask = self._bit("rule", key) | self._leaves(self.explanation.of_rule(rule, record)[1])
            for conclusion in rule.then:
                mask |= self._operand(conclusion.value, record)
            self.rules[key] = mask

    def _leaves(self, parts: Iterable[Part]) -> int:
        mask = 0
        for leaf in leaves_of(parts):
            condition = leaf.condition
            match condition:
                case Test(ref, _, operands):
                    mask |= self.names[ref.name, leaf.record if ref.listed else None]
                    for operand in operands:
                        mask |= self._operand(operand, leaf.record)
                case ReadingIs(assumption):
                    mask |= self._bit("assumption", (assumption, None))
                case Some() | Count() | Pick():
                    mask |= self._question(condition, leaf)
        return mask

    def _question(self, condition: Some | Count | Pick, leaf: Leaf) -> int:
        mask = self._of_records(leaf)
        if self.findings.records[condition.listed] is None:
            mask |= self._bit("fact", (condition.listed, None))
        if isinstance(condition, Count):
            for operand in condition.operands:
                mask |= self._operand(operand, leaf.record)
        return mask

    def _of_records(self, leaf: Leaf) -> int:
        if isinstance(leaf.condition, Pick):
            return self._leaves(part for one in leaf.matching for part in (*one.parts, *one.asked))
        # The explanation keeps the records of a whole list, so that they can be known by their identity.
        known = self._inner.get(id(leaf.matching))
        if known is None:
            known = self._leaves(part for one in leaf.matching for part in one.parts)
            self._inner[id(leaf.matching)] = known
        return known

    def _operand(self, operand: Operand | None, record: int | None) -> int:
        mask = 0
        while isinstance(operand, ByReading):
            mask |= self._bit("assumption", (operand.assumption, None))
            reading = self.explanation.readings[operand.assumption]
            operand = next(one for name, one in operand.readings if name == reading)
        if isinstance(operand, Ref):
            mask |= self.names[operand.name, record if operand.listed else None]
        return mask

    # ---------- parameters, amounts, deadlines

    def _parameter(self, parameter: Parameter) -> int:
        mask = self._bit("parameter", (parameter.id, None))
        if parameter.by is not None and any(value.start is not None for value in parameter.values):
            mask |= self.names[parameter.by.name, None]
        return mask

    def _condition(self, condition: Condition, record: int | None, truth: Truth) -> int:
        return self._leaves(self.explanation.leaves(condition, record, truth is Truth.TRUE)[1])

    def _amount(self, amount: Amount, record: int | None) -> int:
        finding = self.findings.amounts[amount.id, record]
        mask = self._bit("amount", (amount.id, record)) | self._condition(amount.when, record, finding.exists)
        if finding.exists is Truth.FALSE:
            return mask
        for operand in (amount.base, *amount.plus, *amount.minus, amount.rate, amount.floor):
            mask |= self._operand(operand, record)
        for cap, found in zip(amount.caps, finding.caps, strict=True):
            mask |= self._condition(cap.when, record, found.applies)
            if found.applies is not Truth.FALSE:
                mask |= self._operand(cap.limit, record)
        return mask

    def _add_due(self, deadline: Deadline, record: int | None) -> None:
        """Add what the end of a deadline rests on, before what the deadline has come to is known."""
        exists, leaves = self.explanation.leaves(deadline.when, record)
        mask = self._bit("deadline", (deadline.id, record)) | self._leaves(leaves)
        if exists is not Truth.FALSE:
            length = self.explanation.state_of(deadline.within, record)
            mask |= self._operand(deadline.starts, record) | self._operand(deadline.within, record)
            mask |= self._counting(deadline, length)
        self.names[f"{deadline.id}.due", record] = mask

    def _add_deadline(self, deadline: Deadline, record: int | None) -> None:
        mask = self.names[f"{deadline.id}.due", record]
        if self.findings.deadlines[deadline.id, record].exists is not Truth.FALSE:
            for event in (*deadline.met_by, *deadline.stopped_by):
                mask |= self._operand(event, record)
            mask |= self._end(deadline)
        self.names[f"{deadline.id}.status", record] = mask
        self.names[f"{deadline.id}.settled_at", record] = mask

    def _end(self, deadline: Deadline) -> int:
        """Return the reading of whether the last instant counts: it matters where something can meet it."""
        rules = (rule for rule in deadline.counting if rule.aspect == "end" and deadline.met_by)
        return self._assumptions(rule.assumption for rule in rules)

    def _counting(self, deadline: Deadline, length: State) -> int:
        """Return the readings that count for a length of this unit."""
        aspects = counting_aspects(length)
        return self._assumptions(rule.assumption for rule in deadline.counting if rule.aspect in aspects)

    def _assumptions(self, ids: Iterable[str | None]) -> int:
        mask = 0
        for id in ids:
            if id is not None:
                mask |= self._bit("assumption", (id, None))
        return mask
