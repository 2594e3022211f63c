"""Everything that a rulebook asks."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.model.conditions import Condition, Question, asks_this
from policyengine.model.rulebook import Rulebook


def conditions_of(rulebook: Rulebook) -> Iterator[Condition]:
    """Return all conditions: of policies, rules, deadlines, pauses, amounts, computed values and reports."""
    for policy in rulebook.policies.values():
        yield policy.scope
    for rule in rulebook.rules.values():
        yield rule.when
    for deadline in rulebook.deadlines.values():
        yield deadline.when
        yield from deadline.questions
    for amount in rulebook.amounts.values():
        yield amount.when
        for cap in amount.caps:
            yield cap.when
    for computed in rulebook.computed.values():
        if isinstance(computed.value, Question):
            yield computed.value.where
    for report in rulebook.reports.values():
        yield report.where
        yield from (one.where for one in report.lists)


def find_asks_this(rulebook: Rulebook) -> bool:
    """Tell whether the answer to any question depends on the record for which it is asked."""
    return any(map(asks_this, conditions_of(rulebook)))
