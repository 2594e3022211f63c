"""Why: the tests that made a rule hold or fail, and everything that an answer rests on.

Engines only conclude. Here their findings are read back against the rules: no engine needs to keep a trace,
and the explanation is the same whichever engine concluded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

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
)
from policyengine.findings import Absent, Conflict, Findings, Known, Missing, State, Truth, Unknown
from policyengine.rulebook import Amount, Deadline, Fact, Parameter, Rule, Rulebook
from policyengine.values import BUSINESS_DAYS_UNIT, Duration


class Leaf(NamedTuple):
    """One test with what it met: why a condition came out as it did.

    ``truth`` already counts a ``not`` around the test (``negated``). ``left`` is the state of what is tested
    and ``right`` what it is compared with; a question about a list has the leaves of the records that
    answer it, and for a number of records, the bounds of that number.
    """

    condition: Test | ReadingIs | Some | Count | Pick
    truth: Truth
    negated: bool
    record: int | None
    left: State | None = None
    right: tuple[State, ...] = ()
    inner: tuple[Leaf, ...] = ()
    number: tuple[int, int] | None = None


class Support(NamedTuple):
    """Everything that an answer rests on, through all rules, deadlines and amounts."""

    facts: frozenset[Key]
    rules: frozenset[Key]
    parameters: frozenset[str]
    deadlines: frozenset[Key]
    amounts: frozenset[Key]
    assumptions: frozenset[str]


class Explainer:
    """What is shared by all explanations under one rulebook and one choice of readings."""

    def __init__(self, rulebook: Rulebook, readings: Mapping[str, str]) -> None:
        """``readings`` gives the reading chosen for each assumption."""
        self.rulebook = rulebook
        self.readings = readings
        self._lowered: dict[int, Evaluate] = {}

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

    # ---------- the memory that conditions ask

    def value(self, name: str, record: int | None) -> State:
        """Return the state of a name to compute with: a conflict is waited for like a missing fact."""
        state = self.findings.states[name, record]
        if isinstance(state, Conflict):
            return Unknown(frozenset((Missing("conflict", name, record),)))
        return state

    def records(self, listed: str) -> tuple[int, ...] | None:
        """Return the records of a list that are seen; None when the list is unknown."""
        return self.findings.records[listed]

    def state_of(self, operand: Operand, record: int | None) -> State:
        """Return the state of an operand."""
        chosen = choose_operand(operand, self.readings)
        if isinstance(chosen, Constant):
            return Known(chosen.value)
        return self.value(chosen.name, record if chosen.listed else None)

    # ---------- leaves

    def of_rule(self, rule: Rule, record: int | None) -> tuple[Truth, tuple[Leaf, ...]]:
        """Return whether a rule holds, and the tests that made it so: first its policy's, then its own."""
        scope, scope_leaves = self.leaves(rule.scope, None)
        when, leaves = self.leaves(rule.when, record)
        truth = min(scope, when)
        return truth, _deciding(truth, ((scope, scope_leaves), (when, leaves)), Truth.TRUE)

    def leaves(
        self, condition: Condition, record: int | None, negated: bool = False
    ) -> tuple[Truth, tuple[Leaf, ...]]:
        """Return the truth of a condition (not counting ``negated``) and the tests that decided it."""
        match condition:
            case Not(part):
                truth, found = self.leaves(part, record, not negated)
                return Truth(2 - truth), found
            case All(parts):
                answers = [self.leaves(part, record, negated) for part in parts]
                truth = min((one for one, _ in answers), default=Truth.TRUE)
                return truth, _deciding(truth, answers, Truth.TRUE)
            case Any(parts):
                answers = [self.leaves(part, record, negated) for part in parts]
                truth = max((one for one, _ in answers), default=Truth.FALSE)
                return truth, _deciding(truth, answers, Truth.FALSE)
            case _:
                return self._leaf(condition, record, negated)

    def _leaf(
        self, condition: Test | ReadingIs | Some | Count | Pick, record: int | None, negated: bool
    ) -> tuple[Truth, tuple[Leaf, ...]]:
        truth = self.explainer.lowered(condition)(self, record)[0]
        counted = Truth(2 - truth) if negated else truth
        leaf = Leaf(condition, counted, negated, record)
        match condition:
            case Test(ref, _, operands):
                right = tuple(self.state_of(operand, record) for operand in operands)
                leaf = leaf._replace(left=self.state_of(ref, record), right=right)
            case Some(listed, where) | Pick(_, listed, where):
                leaf = leaf._replace(inner=self._of_records(listed, where, truth))
            case Count(listed, where, _, operands):
                right = tuple(self.state_of(operand, record) for operand in operands)
                leaf = leaf._replace(
                    inner=self._of_records(listed, where, truth),
                    right=right,
                    number=self._number(listed, where),
                )
            case ReadingIs():
                pass
        return truth, (leaf,)

    def _of_records(self, listed: str, where: Condition, truth: Truth) -> tuple[Leaf, ...]:
        """Return the leaves of the records that satisfy ``where``, or may."""
        found: list[Leaf] = []
        for record in self.records(listed) or ():
            answer, leaves = self.leaves(where, record)
            if answer is Truth.TRUE or (answer is Truth.UNDETERMINED and truth is Truth.UNDETERMINED):
                found += leaves
        return tuple(found)

    def _number(self, listed: str, where: Condition) -> tuple[int, int] | None:
        records = self.records(listed)
        if records is None:
            return None
        truths = [self.explainer.lowered(where)(self, record)[0] for record in records]
        return truths.count(Truth.TRUE), len(truths) - truths.count(Truth.FALSE)

    # ---------- support

    def support(self, keys: Iterable[Key]) -> Support:
        """Return everything that the values of some names rest on."""
        walk = _Walk(self)
        for name, record in keys:
            walk.name(name, record)
        return walk.support()

    def support_of_rules(self, rules: Iterable[Key]) -> Support:
        """Return everything that some rules rest on."""
        walk = _Walk(self)
        for rule, record in rules:
            walk.rule(rule, record)
        return walk.support()


def _deciding(
    truth: Truth, answers: Iterable[tuple[Truth, tuple[Leaf, ...]]], whole: Truth
) -> tuple[Leaf, ...]:
    """Return the leaves that decided: all where every part had to agree (``whole``), else those so true."""
    return tuple(leaf for one, leaves in answers if truth is whole or one is truth for leaf in leaves)


class _Walk:
    """A walk from answers down to what was given; everything is visited once."""

    def __init__(self, explanation: Explanation) -> None:
        self.explanation = explanation
        self.book = explanation.book
        self.facts: set[Key] = set()
        self.rules: set[Key] = set()
        self.parameters: set[str] = set()
        self.deadlines: set[Key] = set()
        self.amounts: set[Key] = set()
        self.assumptions: set[str] = set()
        self._seen: set[Key] = set()

    def support(self) -> Support:
        return Support(
            frozenset(self.facts),
            frozenset(self.rules),
            frozenset(self.parameters),
            frozenset(self.deadlines),
            frozenset(self.amounts),
            frozenset(self.assumptions),
        )

    def name(self, name: str, record: int | None) -> None:
        if (name, record) in self._seen:
            return
        self._seen.add((name, record))
        book = self.book
        if name in book.facts:
            self._fact(book.facts[name], record)
        elif name in book.parameters:
            self._parameter(book.parameters[name])
        elif name in book.amounts:
            self._amount(book.amounts[name], record)
        else:
            deadline, _, property = name.rpartition(".")
            self._deadline(book.deadlines[deadline], record, property)

    def _fact(self, fact: Fact, record: int | None) -> None:
        key = (fact.path, record)
        if fact.role != "given":
            resolved = self.explanation.findings.resolved.get(key)
            for rule in () if resolved is None else (*resolved.winners, *resolved.open):
                self.rule(rule, record)
            return
        self.facts.add(key)
        state = self.explanation.findings.states[key]
        if fact.dated_by is not None and not isinstance(state, Known):
            self.name(fact.dated_by, record if self.book.facts[fact.dated_by].listed else None)

    def rule(self, id: str, record: int | None) -> None:
        if (id, record) in self.rules:
            return
        self.rules.add((id, record))
        rule = self.book.rules[id]
        truth, leaves = self.explanation.of_rule(rule, record)
        self._leaves(leaves)
        if truth is not Truth.FALSE:
            for conclusion in rule.then:
                self._operand(conclusion.value, record)

    def _leaves(self, leaves: Iterable[Leaf]) -> None:
        for leaf in leaves:
            match leaf.condition:
                case Test(ref, _, operands):
                    self.name(ref.name, leaf.record if ref.listed else None)
                    for operand in operands:
                        self._operand(operand, leaf.record)
                case ReadingIs(assumption):
                    self.assumptions.add(assumption)
                case Count(listed, _, _, operands):
                    self._list(listed)
                    for operand in operands:
                        self._operand(operand, leaf.record)
                case Some(listed) | Pick(_, listed):
                    self._list(listed)
            self._leaves(leaf.inner)

    def _list(self, listed: str) -> None:
        if self.explanation.records(listed) is None:
            self.facts.add((listed, None))

    def _operand(self, operand: Operand | None, record: int | None) -> None:
        while isinstance(operand, ByReading):
            self.assumptions.add(operand.assumption)
            reading = self.explanation.readings[operand.assumption]
            operand = next(one for name, one in operand.readings if name == reading)
        if isinstance(operand, Ref):
            self.name(operand.name, record if operand.listed else None)

    def _parameter(self, parameter: Parameter) -> None:
        self.parameters.add(parameter.id)
        if parameter.by is not None and any(value.start is not None for value in parameter.values):
            self.name(parameter.by.name, None)

    def _condition(self, condition: Condition, record: int | None) -> None:
        self._leaves(self.explanation.leaves(condition, record)[1])

    def _amount(self, amount: Amount, record: int | None) -> None:
        self.amounts.add((amount.id, record))
        self._condition(amount.when, record)
        finding = self.explanation.findings.amounts[amount.id, record]
        if finding.exists is Truth.FALSE:
            return
        for operand in (amount.base, *amount.plus, *amount.minus, amount.rate, amount.floor):
            self._operand(operand, record)
        for cap, found in zip(amount.caps, finding.caps, strict=True):
            self._condition(cap.when, record)
            if found.applies is not Truth.FALSE:
                self._operand(cap.limit, record)

    def _deadline(self, deadline: Deadline, record: int | None, property: str) -> None:
        self.deadlines.add((deadline.id, record))
        self._condition(deadline.when, record)
        finding = self.explanation.findings.deadlines[deadline.id, record]
        if finding.exists is Truth.FALSE:
            return
        self._operand(deadline.starts, record)
        self._operand(deadline.within, record)
        if property != "due":
            for act in deadline.met_by:
                self._operand(act, record)
        self.assumptions.update(self._counting(deadline, finding.length, property))

    def _counting(self, deadline: Deadline, length: State, property: str) -> Iterator[str]:
        """Return the readings that count for a length of this unit."""
        if isinstance(length, Absent):
            return
        unit = length.value.unit if isinstance(length, Known) and isinstance(length.value, Duration) else ""
        days = ("days", "weeks")
        aspects = {
            "end": property != "due" and bool(deadline.met_by),
            "business_days": unit == BUSINESS_DAYS_UNIT,
            "days": unit in days,
            "hours": unit not in (BUSINESS_DAYS_UNIT, *days, ""),
        }
        for rule in deadline.counting:
            if rule.assumption is not None and aspects[rule.aspect]:
                yield rule.assumption
