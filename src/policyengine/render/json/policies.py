"""Why a policy does not apply, or a rule does not give what it could."""

from __future__ import annotations

from policyengine.model.case import Key
from policyengine.outcome.deciding import Scope, asks_for_days, scope_of
from policyengine.outcome.nearness import in_order
from policyengine.render.json.leaves import Leaves
from policyengine.render.json.parts import TRUTHS, Json, place_data, rule_data, text_data
from policyengine.semantics.findings import Truth


class Policies:
    """The policies of one decision."""

    def __init__(self, leaves: Leaves) -> None:
        """``leaves`` tells what a policy and its rules demand."""
        self.leaves = leaves
        self.deciders = leaves.deciders
        self.book = leaves.book
        self.decision = leaves.values.decision
        self.explanation = leaves.explanation

    def scope(self, scope: Scope) -> Json:
        """Return whether a policy applies to the case: its days, and what else it demands."""
        return {
            "policy": scope.policy.id,
            "title": text_data(scope.policy.title),
            "truth": TRUTHS[scope.truth],
            "is_in_force": TRUTHS[scope.is_in_force],
            "days": None if scope.in_force is None else self.deciders.in_force(scope.in_force),
            "tests": self.leaves.parts(in_order(part for part in scope.parts if not asks_for_days(part))),
            **place_data(scope.policy.span),
        }

    def failed_rule(self, key: Key) -> Json:
        """Return why a rule does not give what it could: what its policy demands, then its own tests."""
        rule = self.book.rules[key[0]]
        truth = self.decision.findings.rules[key].truth
        scope = scope_of(self.explanation, rule)
        own, parts = self.explanation.leaves(rule.when, key[1])
        data = rule_data(rule) if key[1] is None else {**rule_data(rule), "record": key[1]}
        fails = truth is not Truth.TRUE
        return {
            **data,
            "truth": TRUTHS[truth],
            "policy": self.scope(scope) if fails and scope.truth is truth else None,
            "tests": self.leaves.parts(in_order(parts)) if fails and own is truth else [],
        }
