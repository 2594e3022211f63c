"""Why: the tests that made a rule hold or fail, and everything that an answer rests on.

Engines only conclude. Here their findings are read back against the rules: no engine needs to keep a trace,
and the explanation is the same whichever engine concluded.
"""

from __future__ import annotations

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
from policyengine.values import BUSINESS_DAYS_UNIT, Duration

Kind = Literal["fact", "rule", "parameter", "deadline", "amount", "assumption"]


class Leaf(NamedTuple):
    """One test with what it met: why a condition came out as it did.

    ``truth`` already counts a ``not`` around the test (``negated``). A question about a list has the leaves
    of the records that answer it (``inner``).
    """

    explanation: Explanation
    condition: Test | ReadingIs | Some | Count | Pick
    truth: Truth
    negated: bool
    record: int | None
    inner: tuple[Leaf, ...] = ()

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
        items = {item for support in supports for item in support._all()}
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
        self._order = order
        self._lowered: dict[int, Evaluate] = {}

    @cached_property
    def layers(self) -> list[Layer]:
        """All names and rules but the simple names, those that others rest on first."""
        return [
            layer._replace(names=tuple(name for name in layer.names if name not in self.simple))
            for layer in self._order
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
        self._of_lists: dict[tuple[int, Truth], tuple[Leaf, ...]] = {}
        self._of_rules: dict[Key, tuple[Truth, tuple[Leaf, ...]]] = {}

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

    def of_rule(self, rule: Rule, record: int | None) -> tuple[Truth, tuple[Leaf, ...]]:
        """Return whether a rule holds, and the tests that made it so: first its policy's, then its own."""
        found = self._of_rules.get((rule.id, record))
        if found is None:
            holds = self.findings.rules[rule.id, record].truth is Truth.TRUE
            answers = (self.leaves(rule.scope, None, holds), self.leaves(rule.when, record, holds))
            truth = min(answers[0][0], answers[1][0])
            found = self._of_rules[rule.id, record] = (truth, _deciding(truth, answers, Truth.TRUE))
        return found

    def leaves(
        self, condition: Condition, record: int | None, holds: bool = False
    ) -> tuple[Truth, tuple[Leaf, ...]]:
        """Return the truth of a condition and the tests that decided it.

        Where it is known that the condition ``holds``, all parts of a conjunction are taken as true unasked.
        """
        return self._leaves(condition, record, False, Truth.TRUE if holds else None)

    def _leaves(
        self, condition: Condition, record: int | None, negated: bool, known: Truth | None
    ) -> tuple[Truth, tuple[Leaf, ...]]:
        match condition:
            case Not(part):
                opposite = None if known is None else Truth(2 - known)
                truth, found = self._leaves(part, record, not negated, opposite)
                return Truth(2 - truth), found
            case All(parts):
                passed = Truth.TRUE if known is Truth.TRUE else None
                answers = [self._leaves(part, record, negated, passed) for part in parts]
                truth = min((one for one, _ in answers), default=Truth.TRUE)
                return truth, _deciding(truth, answers, Truth.TRUE)
            case Any(parts):
                passed = Truth.FALSE if known is Truth.FALSE else None
                answers = [self._leaves(part, record, negated, passed) for part in parts]
                truth = max((one for one, _ in answers), default=Truth.FALSE)
                return truth, _deciding(truth, answers, Truth.FALSE)
            case _:
                return self._leaf(condition, record, negated, known)

    def _leaf(
        self,
        condition: Test | ReadingIs | Some | Count | Pick,
        record: int | None,
        negated: bool,
        known: Truth | None,
    ) -> tuple[Truth, tuple[Leaf, ...]]:
        truth = self.explainer.lowered(condition)(self, record)[0] if known is None else known
        counted = Truth(2 - truth) if negated else truth
        inner: tuple[Leaf, ...] = ()
        if isinstance(condition, Pick):
            inner = self._of_picked(condition, record)
        elif isinstance(condition, Some | Count):
            inner = self._of_records(condition.listed, condition.where, truth)
        return truth, (Leaf(self, condition, counted, negated, record, inner),)

    def _of_records(self, listed: str, where: Condition, truth: Truth) -> tuple[Leaf, ...]:
        """Return the leaves of the records that satisfy ``where``, or may."""
        # Rules about every record ask the same of the whole list: it is read once, not once a record.
        known = self._of_lists.get((id(where), truth))
        if known is not None:
            return known
        found: list[Leaf] = []
        for record in self.records(listed) or ():
            answer, leaves = self.leaves(where, record)
            if answer is Truth.TRUE or (answer is Truth.UNDETERMINED and truth is Truth.UNDETERMINED):
                found += leaves
        kept = self._of_lists[id(where), truth] = tuple(found)
        return kept

    def _of_picked(self, question: Pick, current: int | None) -> tuple[Leaf, ...]:
        """Return the leaves of the record that is picked, and of those that may be."""
        found: list[Leaf] = []
        for record in range_of(question.which, self.records(question.listed) or (), current):
            answer, leaves = self.leaves(question.where, record)
            if answer is not Truth.FALSE:
                found += leaves + self.leaves(question.then, record)[1]
            if answer is Truth.TRUE:
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


def _deciding(
    truth: Truth, answers: Iterable[tuple[Truth, tuple[Leaf, ...]]], whole: Truth
) -> tuple[Leaf, ...]:
    """Return the leaves that decided: all where every part had to agree (``whole``), else those so true."""
    return tuple(leaf for one, leaves in answers if truth is whole or one is truth for leaf in leaves)


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

    def _leaves(self, leaves: Iterable[Leaf]) -> int:
        mask = 0
        for leaf in leaves:
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
        mask = self._of_inner(leaf)
        if self.findings.records[condition.listed] is None:
            mask |= self._bit("fact", (condition.listed, None))
        if isinstance(condition, Count):
            for operand in condition.operands:
                mask |= self._operand(operand, leaf.record)
        return mask

    def _of_inner(self, leaf: Leaf) -> int:
        if isinstance(leaf.condition, Pick):
            return self._leaves(leaf.inner)
        # The explanation keeps the leaves of a whole list, so that they can be known by their identity.
        known = self._inner.get(id(leaf.inner))
        if known is None:
            known = self._inner[id(leaf.inner)] = self._leaves(leaf.inner)
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
        unit = length.value.unit if isinstance(length, Known) and isinstance(length.value, Duration) else ""
        aspect = "hours"
        if unit == BUSINESS_DAYS_UNIT:
            aspect = "business_days"
        elif unit in ("days", "weeks"):
            aspect = "days"
        elif not unit:
            return 0
        return self._assumptions(rule.assumption for rule in deadline.counting if rule.aspect == aspect)

    def _assumptions(self, ids: Iterable[str | None]) -> int:
        mask = 0
        for id in ids:
            if id is not None:
                mask |= self._bit("assumption", (id, None))
        return mask
