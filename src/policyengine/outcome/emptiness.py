"""Why a decision is empty: that nothing applies is an answer, and must not look like a missing one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from policyengine.frozen import Frozen
from policyengine.model.case import Key
from policyengine.model.rulebook import Rule
from policyengine.outcome.decision import Decision
from policyengine.outcome.leaves import Part
from policyengine.semantics.findings import Truth

if TYPE_CHECKING:
    from policyengine.outcome.deciding import Scope

Why = Literal["no_facts", "before_all_events", "not_in_force", "no_rule_applies"]


class Nearly(Frozen):
    """A policy that gives nothing: whether it applies; if so, its rule that is nearest to holding."""

    scope: Scope
    rule: Rule | None
    record: int | None
    parts: tuple[Part, ...]


class Empty(Frozen):
    """Why a decision has no outcome and no next step.

    ``first`` is the first event of a case that begins only after the judgement; ``policies`` are all policies
    with rules, the nearest to applying first.
    """

    why: Why
    first: Key | None
    policies: tuple[Nearly, ...]


def why_empty(decision: Decision) -> Empty | None:
    """Return why a decision is empty; None where it has an outcome or a next step."""
    if (
        decision.next_steps
        or decision.possible_steps
        or any(one.status != "not_applicable" for one in decision.outcomes)
    ):
        return None
    case = decision.case
    if not case.values and not any(case.records.values()):
        return Empty("no_facts", None, ())
    first = decision.first_later_event
    if first is not None:
        return Empty("before_all_events", first, ())
    policies = tuple(_policies(decision))
    # A policy that has no days is in force on every day.
    if policies and all(one.scope.is_in_force is Truth.FALSE for one in policies):
        return Empty("not_in_force", None, policies)
    return Empty("no_rule_applies", None, policies)


def _policies(decision: Decision) -> list[Nearly]:
    """Return what keeps each policy from giving anything, the nearest first."""
    from policyengine.outcome.deciding import scope_of  # most decisions are not empty
    from policyengine.outcome.nearness import in_order, nearest

    explanation, book = decision.explanation, decision.judged.rulebook
    rules: dict[str, list[Rule]] = {}
    for rule in sorted(book.rules.values(), key=lambda one: one.id):
        rules.setdefault(rule.policy, []).append(rule)
    applying, other, without_records = [], [], []
    for policy in sorted(rules):
        # A rule with an act of its own is in force on other days than its policy.
        scope = scope_of(
            explanation, next((one for one in rules[policy] if one.by is None), rules[policy][0])
        )
        if scope.truth is not Truth.TRUE:
            other.append(Nearly(scope, None, None, in_order(scope.parts)))
            continue
        failing = _failing_rules(decision, scope, rules[policy])
        if failing:
            applying.append(nearest(failing, _parts)[0])
        else:
            without_records.append(Nearly(scope, None, None, ()))
    return [*nearest(applying, _parts), *nearest(other, _parts), *without_records]


def _parts(one: Nearly) -> tuple[Part, ...]:
    return one.parts


def _failing_rules(decision: Decision, scope: Scope, rules: list[Rule]) -> list[Nearly]:
    """Return what keeps the rules of a policy from holding, for each record that is seen."""
    from policyengine.outcome.nearness import in_order

    explanation, findings = decision.explanation, decision.findings
    found = []
    for rule in rules:
        for record in (None,) if rule.listed is None else findings.records[rule.listed] or ():
            if findings.rules[rule.id, record].truth is not Truth.TRUE:
                parts = in_order(explanation.of_rule(rule, record)[1])
                found.append(Nearly(scope, rule, record, parts))
    return found
