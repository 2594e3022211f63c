"""Whether rules could contradict each other: in one case once their values are known, or in any case."""

from __future__ import annotations

from collections.abc import Sequence

from policyengine.model.case import Key
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.refine.once import once
from policyengine.outcome.refine.slices.atoms import records_of
from policyengine.outcome.refine.slices.behind import Behind
from policyengine.semantics.findings import Findings
from policyengine.semantics.readings import choose_operand

_MOST_RULES = 32
"""To compare more rules with each other takes longer than it saves."""


def may_conflict(behind: Behind, findings: Findings) -> bool:
    """Tell whether rules behind a node that hold could contradict each other once their values are known."""
    return any(
        _is_disputed(behind, fact, findings.resolved[fact, record].winners)
        for fact, listed in behind.disputable
        for record in records_of(findings, listed)
        if findings.is_unknown((fact, record))  # to find out what it waits for costs more than all the rest
    )


class Undisputed:
    """The facts about which rules contradict each other in no case, each looked at once."""

    def __init__(self, book: Rulebook) -> None:
        """Only reads the rulebook."""
        from policyengine.checks.possible_conflict import Disputes  # one case waits for nothing of it

        self._disputes = Disputes(book)

    def has(self, behind: Behind) -> bool:
        """Tell whether all facts behind a node are among them."""
        return all(self._has_fact(fact) for fact, _ in behind.disputable)

    @once
    def _has_fact(self, fact: str) -> bool:
        """Tell whether it shows, and soon, that a fact is among them."""
        rules = [rule for rule, _ in self._disputes.concluding[fact]]
        if len(rules) > _MOST_RULES or any(rule.table for rule in rules):
            return False
        return next(self._disputes.about(fact), None) is None


def _is_disputed(behind: Behind, fact: str, rules: Sequence[Key]) -> bool:
    """Tell whether rules give a fact different values."""
    rulebook = behind.book
    given = (next(one.value for one in rulebook.rule(id).then if one.fact.name == fact) for id, _ in rules)
    return len({choose_operand(one, behind.readings) for one in given}) > 1
