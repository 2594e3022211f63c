"""What a decision says about an action: allowed, denied by which clauses, or what to ask next.

The shape is that of `docs/language/actions.md`: an outcome `action.allowed`, and in each rule that says no
one sentence for whoever asks and one for whoever answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from policyengine.diagnostics.i18n import Speech
from policyengine.outcome.decision import Decision
from policyengine.render.naming import Naming
from policyengine.semantics.findings import Known, Truth

ALLOWED = ("action.allowed", None)
Answer = Literal["allowed", "denied", "undetermined"]


class Verdict(NamedTuple):
    """The answer about one action.

    ``rules`` are those that say no, ``clauses`` what they rest on, ``said`` what they tell which party.
    ``waits`` are the names of what could still decide, ``questions`` what it is called.
    """

    answer: Answer
    rules: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    said: tuple[tuple[str, str], ...] = ()
    waits: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


def verdict(decision: Decision) -> Verdict:
    """Return what a decision says about its action, in English."""
    outcome = decision.outcome(ALLOWED)
    if not isinstance(outcome.state, Known):
        naming = Naming(decision.judged.rulebook, Speech("en"))
        waits = _once(one.name for one in outcome.waits)
        return Verdict("undetermined", waits=waits, questions=tuple(naming.title(name) for name in waits))
    if outcome.state.value:
        return Verdict("allowed")
    rules = [reason.rule for reason in outcome.reasons if reason.truth is Truth.TRUE]
    return Verdict(
        "denied",
        tuple(rule.id for rule in rules),
        _once(clause for rule in rules if rule.source for clause in rule.source.clauses),
        tuple((notice.to, notice.text.in_language("en")) for rule in rules for notice in rule.notices),
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
