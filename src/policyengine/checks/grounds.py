"""What a test that holds rests on: its deadline or amount exists, and some rule concludes its fact."""

from __future__ import annotations

import operator
import typing
from collections.abc import Callable, Iterator

from policyengine.compile.normal_form import Literal
from policyengine.diagnostics.span import Span
from policyengine.model.conditions import (
    All,
    Any,
    ByReading,
    Condition,
    Constant,
    Not,
    Operand,
    Operator,
    ReadingIs,
    Ref,
    Test,
)
from policyengine.model.rulebook import Conclusion, Deadline, Fact, Rule, Rulebook
from policyengine.semantics.overriding import Defeats, close_overrides
from policyengine.values.literals import Value, comparison_key

Concluding = tuple[Rule, Conclusion]
Asked = Callable[[Value], bool]
"""Tells whether a value is as a test asks."""
_NOWHERE = Span("")


def by_fact(rulebook: Rulebook) -> dict[str, list[Concluding]]:
    """Return for each fact the rules that conclude it, in the order of the files."""
    found: dict[str, list[Concluding]] = {}
    for rule in sorted(rulebook.rules.values(), key=lambda one: one.span):
        for conclusion in rule.then:
            found.setdefault(conclusion.fact.name, []).append((rule, conclusion))
    return found


def defeats_among(concluding: list[Concluding]) -> Defeats:
    """Return for each of the rules those that it overrides, also through others of them."""
    return close_overrides({rule.id: rule.overrides for rule, _ in concluding})


class Grounds:
    """Finds what literals rest on in one rulebook."""

    def __init__(self, rulebook: Rulebook) -> None:
        """Only reads the rulebook."""
        self.rulebook = rulebook
        self.concluding = by_fact(rulebook)
        self.defeats = {fact: defeats_among(rules) for fact, rules in self.concluding.items()}

    def of(self, literal: Literal[Condition]) -> Iterator[Condition]:
        """Return conditions that are true whenever the literal is; a test of nothing is false, not true."""
        condition, wanted = literal
        if not isinstance(condition, Test):
            return
        if not wanted:
            yield from self._of_denied(condition.ref, _asked(condition))
            return
        yield from self._of_ref(condition.ref, _asked(condition))
        yield from self._of_caps(condition.ref, condition.ref, "at_most")
        if len(condition.operands) == 1 and isinstance(condition.operands[0], Ref):
            yield from self._of_ref(condition.operands[0], None)
            if condition.operator in ("is", "at_most", "less_than"):
                word: Operator = "less_than" if condition.operator == "less_than" else "at_most"
                yield from self._of_caps(condition.operands[0], condition.ref, word)

    def _of_caps(self, ref: Ref, lower: Ref, word: Operator) -> Iterator[Condition]:
        """Return that what is at most an amount, or less, is so of each of its caps that always binds."""
        for cap in self.rulebook.amounts[ref.name].caps if ref.kind == "amount" else ():
            always = isinstance(cap.when, All) and not cap.when.parts
            if always and isinstance(cap.limit, Constant) and cap.limit.type is lower.type:
                yield Test(lower, word, (cap.limit,), word, _NOWHERE)

    def _of_ref(self, ref: Ref, asked: Asked | None) -> Iterator[Condition]:
        """Return what is so when a name has a value, one of those asked for if any are."""
        if ref.kind == "deadline":
            id, _, aspect = ref.name.rpartition(".")
            yield from self._of_deadline(self.rulebook.deadlines[id], aspect, asked)
        elif ref.kind == "amount":
            yield self.rulebook.amounts[ref.name].when
        elif ref.name in self.concluding:
            yield from self._of_fact(self.rulebook.facts[ref.name], asked)

    def _of_fact(self, fact: Fact, asked: Asked | None) -> Iterator[Condition]:
        """Return that some rule gives a fact such a value, or none gives it any and that is as asked."""
        rules = self.concluding[fact.path]
        if any(rule.listed != fact.listed for rule, _ in rules):
            return  # what records ask is not what the case asks
        if fact.combine == "sum":
            asked = None  # rules together give what none of them gives
        ways = [self._wins(one, rules, fact.path) for one in rules if _can_give(one[1].value, asked)]
        if fact.otherwise is not None and (fact.combine == "sum" or _can_give(fact.otherwise, asked)):
            ways.append(
                All(tuple(Not(self.rulebook.whole_of(rule), _NOWHERE) for rule, _ in rules), _NOWHERE)
            )
        yield Any(tuple(ways), _NOWHERE)

    def _of_denied(self, ref: Ref, asked: Asked | None) -> Iterator[Condition]:
        """Return what is so when a concluded fact surely is not as asked.

        A rule that gives it such a value does not hold, or another that overrides it does.
        """
        if asked is None or ref.kind != "fact" or self.rulebook.facts[ref.name].combine is not None:
            return
        rules = self.concluding.get(ref.name, ())
        for rule, conclusion in rules:
            if isinstance(conclusion.value, Constant) and asked(conclusion.value.value):
                above = (
                    self.rulebook.whole_of(one)
                    for one, _ in rules
                    if self.defeats[ref.name].beats(one.id, rule.id)
                )
                yield Any((Not(self.rulebook.whole_of(rule), _NOWHERE), *above), _NOWHERE)

    def _of_deadline(self, deadline: Deadline, aspect: str, asked: Asked | None) -> Iterator[Condition]:
        yield deadline.when
        if aspect != "status" or (asked is not None and not asked("not_started")):
            yield from exists(deadline.starts)

    def _wins(self, one: Concluding, rules: list[Concluding], fact: str) -> Condition:
        """Return that a rule holds and no rule that overrides it, and has another value, does."""
        rule, conclusion = one
        above = [
            Not(self.rulebook.whole_of(other), _NOWHERE)
            for other, opposed in rules
            if self.defeats[fact].beats(other.id, rule.id) and _must_differ(conclusion.value, opposed.value)
        ]
        return All((self.rulebook.whole_of(rule), *exists(conclusion.value), *above), _NOWHERE)


def _asked(test: Test) -> Asked | None:
    """Return whether a value is as a test asks, or None where it is compared with what is no literal.

    Nor is it told of a date that is compared as the instant at which it begins, for rules give it a day.
    """
    if (
        test.ref.midnight
        or not test.operands
        or not all(isinstance(operand, Constant) for operand in test.operands)
    ):
        return None
    keys = [comparison_key(one.value) for one in test.operands if isinstance(one, Constant)]
    if test.operator in ("is", "one_of"):
        return lambda value: comparison_key(value) in keys
    compare = _COMPARE[test.operator]
    return lambda value: compare(comparison_key(value), keys[0])


# Only numbers and instants have an order, and both sides are of one type.
_COMPARE: dict[Operator, Callable[[typing.Any, typing.Any], bool]] = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "more_than": operator.gt,
    "less_than": operator.lt,
}


def _can_give(value: Operand, asked: Asked | None) -> bool:
    return asked is None or not isinstance(value, Constant) or asked(value.value)


def _must_differ(one: Operand, other: Operand) -> bool:
    if not isinstance(one, Constant) or not isinstance(other, Constant):
        return False
    return comparison_key(one.value) != comparison_key(other.value)


def exists(operand: Operand) -> Iterator[Condition]:
    """Return that the value of a place exists, by whichever reading."""
    if isinstance(operand, Ref):
        yield Test(operand, "known", (), "known", _NOWHERE)
    elif isinstance(operand, ByReading):
        ways = (
            All((ReadingIs(operand.assumption, (reading,), _NOWHERE), *exists(value)), _NOWHERE)
            for reading, value in operand.readings
        )
        yield Any(tuple(ways), _NOWHERE)
