"""Whether rules that hold could contradict each other once their values are known."""

from __future__ import annotations

from collections.abc import Sequence

from policyengine.model.case import Key
from policyengine.outcome.refine.slices.atoms import records_of
from policyengine.outcome.refine.slices.behind import Behind
from policyengine.semantics.findings import Findings, Unknown
from policyengine.semantics.readings import choose_operand


def may_conflict(behind: Behind, findings: Findings) -> bool:
    """Tell whether rules behind a node that hold could contradict each other once their values are known."""
    book = behind.book
    return any(
        _is_disputed(behind, fact, findings.resolved[fact, record].winners)
        for fact, values in behind.conclusions.items()
        if len(values) > 1 and fact in behind.nodes and book.facts[fact].combine is None
        for record in records_of(findings, book.facts[fact].listed)
        if isinstance(findings.states[fact, record], Unknown)
    )


def _is_disputed(behind: Behind, fact: str, rules: Sequence[Key]) -> bool:
    """Tell whether rules give a fact different values."""
    rulebook = behind.book
    given = (next(one.value for one in rulebook.rule(id).then if one.fact.name == fact) for id, _ in rules)
    return len({choose_operand(one, behind.readings) for one in given}) > 1
