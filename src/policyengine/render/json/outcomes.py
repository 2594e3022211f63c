"""Outcomes: what came out, what may come out, and why."""

from __future__ import annotations

from policyengine.model.rulebook import Rule
from policyengine.outcome.parts import Outcome, Reason
from policyengine.render.json.leaves import Leaves
from policyengine.render.json.parts import TRUTHS, Json, key_data, rule_data, text_data
from policyengine.render.json.supports import Shared, Supports
from policyengine.render.json.trees import Trees
from policyengine.semantics.findings import Known
from policyengine.syntax.keys import numbered
from policyengine.values.literals import ValueType


def _name(outcome: Outcome, rule: Rule, record: int | None) -> str:
    """Return the name of a rule, with the record where that is not the one of the outcome."""
    return rule.id if record == outcome.record else numbered(rule.id, record)


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
            if outcome.between is not None:
                ends = {"least": outcome.between.low, "greatest": outcome.between.high}
                data["between"] = {
                    word: self.values.value(end, type) for word, end in ends.items() if end is not None
                }
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
            **({} if fact.combine is None else {"combine": fact.combine}),
            "rules": [self._reason(outcome, one, type) for one in outcome.reasons],
            "overridden": [_name(outcome, one.rule, one.record) for one in outcome.overridden],
            **rests_on,
            "unconfirmed": list(outcome.unconfirmed),
            "provisional": outcome.provisional,
        }

    def _reason(self, outcome: Outcome, reason: Reason, type: ValueType) -> Json:
        of_record = {} if reason.record == outcome.record else {"record": reason.record}
        return {
            **rule_data(reason.rule),
            **of_record,
            "truth": TRUTHS[reason.truth],
            "value": self.values.state(reason.value, type),
            "because": self.leaves.parts(reason.leaves),
        }
