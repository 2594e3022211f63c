"""Everything that a rulebook asks and names, for checks that look at all of it."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.conditions import (
    ByReading,
    Condition,
    Count,
    Operand,
    Pick,
    ReadingIs,
    Ref,
    Some,
    Test,
    parts_of,
)
from policyengine.dependencies import refs_of_operand
from policyengine.rulebook import Amount, Deadline, Rulebook, TextByReading


def conditions_of(rulebook: Rulebook) -> Iterator[Condition]:
    """Return the conditions of rules, deadlines, amounts, caps and reports."""
    for rule in rulebook.rules.values():
        yield rule.scope
        yield rule.when
    for deadline in rulebook.deadlines.values():
        yield deadline.when
    for amount in rulebook.amounts.values():
        yield amount.when
        for cap in amount.caps:
            yield cap.when
    for report in rulebook.reports.values():
        yield report.where
        yield from (one.where for one in report.lists)


def operands_of(rulebook: Rulebook) -> Iterator[Operand]:
    """Return the values in conditions and in every other place that takes one, names that are tested too."""
    for condition in conditions_of(rulebook):
        for part in parts_of(condition):
            if isinstance(part, Test):
                yield part.ref
            if isinstance(part, Test | Count):
                yield from part.operands
    for rule in rulebook.rules.values():
        for conclusion in rule.then:
            yield conclusion.value
    for deadline in rulebook.deadlines.values():
        yield from _of_deadline(deadline)
    for amount in rulebook.amounts.values():
        yield from _of_amount(amount)
    for parameter in rulebook.parameters.values():
        if parameter.by is not None:
            yield parameter.by
    for fact in rulebook.facts.values():
        for bound in fact.bounds:
            yield bound.operand
    for report in rulebook.reports.values():
        yield report.dated_by
        yield from (count.by for count in report.counts)
        yield from (repeats.by for repeats in report.repeats)
        for listed in report.lists:
            yield from listed.columns


def _of_deadline(deadline: Deadline) -> Iterator[Operand]:
    yield deadline.starts
    yield deadline.within
    yield from deadline.met_by


def _of_amount(amount: Amount) -> Iterator[Operand]:
    yield from (amount.base, *amount.plus, *amount.minus)
    yield from (one for one in (amount.rate, amount.floor) if one is not None)
    for cap in amount.caps:
        yield cap.limit


def refs_of(rulebook: Rulebook) -> Iterator[Ref]:
    """Return every name that is used, but for those that rules conclude."""
    for operand in operands_of(rulebook):
        yield from refs_of_operand(operand)


def lists_of(rulebook: Rulebook) -> Iterator[str]:
    """Return the lists that are asked about or gone through."""
    for condition in conditions_of(rulebook):
        for part in parts_of(condition):
            if isinstance(part, Some | Count | Pick):
                yield part.listed
    loops = [rule.listed for rule in rulebook.rules.values()]
    loops += [deadline.listed for deadline in rulebook.deadlines.values()]
    loops += [amount.listed for amount in rulebook.amounts.values()]
    yield from (listed for listed in loops if listed is not None)


def assumptions_of(rulebook: Rulebook) -> Iterator[str]:
    """Return the assumptions on which something depends."""
    for condition in conditions_of(rulebook):
        for part in parts_of(condition):
            if isinstance(part, ReadingIs):
                yield part.assumption
    for operand in operands_of(rulebook):
        yield from _assumptions_of_operand(operand)
    for deadline in rulebook.deadlines.values():
        yield from (rule.assumption for rule in deadline.counting if rule.assumption is not None)
    for rule in rulebook.rules.values():
        for notice in rule.notices:
            if isinstance(notice.otherwise, TextByReading):
                yield notice.otherwise.assumption


def _assumptions_of_operand(operand: Operand) -> Iterator[str]:
    if isinstance(operand, ByReading):
        yield operand.assumption
        for _, inner in operand.readings:
            yield from _assumptions_of_operand(inner)
