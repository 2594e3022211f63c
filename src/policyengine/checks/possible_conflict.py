"""``possible-conflict`` (warning): Two rules could hold together and give one fact different values.

An outcome has one value, unless `combine` says how several become one. If a case comes in which both rules
hold, its decision reports a conflict instead of a value. Either one rule is the exception and `overrides` the
other, or their conditions should exclude each other. Only what the conditions plainly say is looked at, so a
warning may concern cases that cannot occur.

Fails::

    # policies/returns.yaml
    rules:
      gift_is_kept:
        title: {zh: 赠品不退, en: A gift is kept}
        when: {order.total: 0.00}
        then: {return.allowed: no}

Passes::

    # policies/returns.yaml
    rules:
      gift_is_kept:
        title: {zh: 赠品不退, en: A gift is kept}
        when: {order.total: 0.00}
        then: {return.allowed: no}
        overrides: [return_in_time]
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.checks.exclusion import Exclusion
from policyengine.checks.grounds import Concluding, by_fact, defeats_among
from policyengine.checks.meeting import Needs, meeting, needs_of
from policyengine.diagnostics.diagnostic import Diagnostic, message, warning
from policyengine.model.conditions import ByReading, Constant, Operand
from policyengine.model.rulebook import Rule, Rulebook
from policyengine.values.literals import identity_key


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every pair of rules that may disagree about a fact."""
    disputes = Disputes(rulebook)
    for fact in disputes.concluding:
        for first, second in disputes.about(fact):
            yield _told(first, second)


class Disputes:
    """Which rules of one rulebook may disagree; what is found out of a rule is kept for all its facts."""

    def __init__(self, rulebook: Rulebook) -> None:
        """Only reads the rulebook."""
        self.rulebook = rulebook
        self.concluding = by_fact(rulebook)
        self._exclusion = Exclusion(rulebook)
        self._needs: dict[str, Needs | None] = {}

    def about(self, fact: str) -> Iterator[tuple[Concluding, Concluding]]:
        """Return the rules, two by two, that could hold together and give a fact different values."""
        if self.rulebook.facts[fact].combine is not None:
            return  # their values become one
        concluding = self.concluding[fact]
        # Rows of one table are compared by their cells: `table-overlap`.
        tables = [rule.table for rule, _ in concluding]
        if tables[0] and len(set(tables)) == 1:
            return
        above = defeats_among(concluding)
        for one, other in meeting([self._needs_of(rule) for rule, _ in concluding], tables):
            first, second = concluding[one], concluding[other]
            if above.beats(second[0].id, first[0].id) or above.beats(first[0].id, second[0].id):
                continue
            if may_differ(first[1].value, second[1].value) and not self._exclusion.excludes(
                self.rulebook.whole_of(first[0]), self.rulebook.whole_of(second[0])
            ):
                yield first, second

    def _needs_of(self, rule: Rule) -> Needs | None:
        if rule.id not in self._needs:
            self._needs[rule.id] = needs_of(self._exclusion, self.rulebook.whole_of(rule))
        return self._needs[rule.id]


def may_differ(one: Operand, other: Operand) -> bool:
    """Tell whether two values can differ: the same name or the same literal cannot."""
    if isinstance(one, Constant) and isinstance(other, Constant):
        return identity_key(one.value) != identity_key(other.value)
    if isinstance(one, ByReading) and isinstance(other, ByReading) and one.assumption == other.assumption:
        others = dict(other.readings)
        return any(may_differ(value, others[reading]) for reading, value in one.readings)
    if isinstance(one, ByReading):
        return any(may_differ(value, other) for _, value in one.readings)
    if isinstance(other, ByReading):
        return any(may_differ(one, value) for _, value in other.readings)
    return one != other


def _told(first: Concluding, second: Concluding) -> Diagnostic:
    what = message(
        "`{first}` and `{second}` could both hold and give `{fact}` different values",
        first=first[0].id,
        second=second[0].id,
        fact=second[1].fact.name,
    )
    help = message(
        "let one override the other, or make their conditions exclude each other;"
        " the other rule is at {place}",
        place=first[1].span,
    )
    return warning("possible-conflict", what, second[1].span, help)
