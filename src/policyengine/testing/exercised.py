"""Which cases exercise which parts of a rulebook, for the index of clauses."""

from __future__ import annotations

from collections.abc import Iterable

from policyengine.semantics.findings import Absent, Truth
from policyengine.testing.run import Result

Part = tuple[str, str]
"""A kind (``rule``, ``deadline``, ``parameter``, ``amount``, ``assumption``) and a name."""


def exercised_parts(results: Iterable[Result]) -> dict[Part, list[str]]:
    """Return for every part the names of the cases in which it plays a role, in the order of the results.

    A rule plays a role where it holds, a deadline or amount where it exists, the others where a decision
    rests on them.
    """
    found: dict[Part, dict[str, None]] = {}
    for result in results:
        for part in _parts(result):
            found.setdefault(part, {})[result.scenario.name] = None
    return {part: list(names) for part, names in found.items()}


def _parts(result: Result) -> set[Part]:
    if result.decision is None:
        return set()
    decision = result.decision.unrefined()
    findings = decision.findings
    parts = {("rule", id) for (id, _), one in findings.rules.items() if one.truth is Truth.TRUE}
    for (id, _), deadline in findings.deadlines.items():
        if deadline.exists is Truth.TRUE and not isinstance(deadline.status, Absent):
            parts.add(("deadline", id))
    parts |= {("amount", id) for (id, _), one in findings.amounts.items() if one.exists is Truth.TRUE}
    parts |= {("assumption", one.id) for one in decision.assumptions}
    for outcome in decision.outcomes:
        parts |= {("parameter", id) for id in outcome.support.parameters}
    return parts
