"""Outcomes: what came out, what may come out, and why."""

from __future__ import annotations

from policyengine.outcome.decision import Outcome, Reason
from policyengine.render.json.leaves import Leaves
from policyengine.render.json.parts import TRUTHS, Json, key_data, rule_data, text_data
from policyengine.render.json.supports import Shared, Supports
from policyengine.render.json.trees import Trees
from policyengine.semantics.findings import Known
from policyengine.values.literals import ValueType


class Outcomes:
    """The outcomes of one decision."""

    def __init__(self, leaves: Leaves, supports: Supports, trees: Trees) -> None:
        """An outcome has reasons, rests on something, and may depend on what is missing."""
        self.values = leaves.values
        self.leaves = leaves
        self.supports = supports
        self.trees = trees
        self.shared = Shared(supports)

    def outcome(self, outcome: Outcome) -> Json:
        """Return one outcome."""
        fact = outcome.fact
        type = fact.type
        data = {
            **key_data((fact.path, outcome.record), "fact"),
            "title": text_data(fact.title),
            "type": type.value,
            "status": outcome.status,
        }
        if isinstance(outcome.state, Known):
            data["value"] = self.values.value(outcome.state.value, type)
        if outcome.status == "undetermined":
            data["possible"] = [self.values.value(one, type) for one in outcome.possible]
            data["may_be_other_value"] = outcome.has_unknown_value
            data["may_be_not_applicable"] = outcome.may_be_absent
            data["may_be_conflict"] = outcome.may_conflict
            data["not_ruled_out"] = [self.values.value(one, type) for one in outcome.not_ruled_out]
            data["exactness"] = outcome.exactness
            data |= self.values.waits_for(outcome.waits)
        if outcome.refined is not None:
            data["completions"] = outcome.refined.completions
            data["depends_on"] = self.trees.data(outcome.refined.tree, type)
        # Of the whole case there are only so many outcomes: each tells everything that it rests on.
        rests_on = (
            self.supports.rests_on(outcome.support.items())
            if outcome.record is None
            else self.shared.told(outcome.support)
        )
        return {
            **data,
            "rules": [self._reason(one, type) for one in outcome.reasons],
            "overridden": [rule.id for rule in outcome.overridden],
            **rests_on,
            "unconfirmed": list(outcome.unconfirmed),
            "provisional": outcome.provisional,
        }

    def _reason(self, reason: Reason, type: ValueType) -> Json:
        return {
            **rule_data(reason.rule),
            "truth": TRUTHS[reason.truth],
            "value": self.values.state(reason.value, type),
            "because": self.leaves.parts(reason.leaves),
        }
