"""What is asked of the records of a list, if it is one question and no more."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.model.conditions import Condition, Count, Pick, Same, Some, Test, Window, asks_this
from policyengine.outcome.explain import Explanation
from policyengine.outcome.refine.once import once
from policyengine.outcome.refine.slices.behind import Behind
from policyengine.semantics.findings import State, Unknown
from policyengine.semantics.strata import lists_of_computed


class Lists:
    """What is asked of lists behind one node."""

    def __init__(self, behind: Behind) -> None:
        """``behind`` is all that stands behind the node."""
        self.behind = behind

    @once
    def question(self, listed: str) -> Condition | None:
        """Return what all questions ask of the records of a list, None if they ask different things.

        What rules, deadlines or amounts make of each record is another question.
        """
        asked: dict[object, Condition] = {}
        for one in self.behind.asked:
            condition = one.condition
            if one.listed == listed and not isinstance(condition, Test | Window | Same):
                return None
            if isinstance(condition, Pick | Some | Count) and condition.listed == listed:
                if isinstance(condition, Pick) or asks_this(condition):
                    return None
                asked[condition.where] = condition.where
        counts = (one.condition for one in self.behind.asked if isinstance(one.condition, Count))
        if any(one.how != "count" and one.listed == listed for one in counts):
            return None
        return next(iter(asked.values())) if len(asked) == 1 and listed not in self._looped() else None

    def _looped(self) -> Iterator[str | None]:
        """Return the lists of each of whose records something is made."""
        behind = self.behind
        yield from (rule.listed for rule in behind.rules())
        for deadline in behind.deadlines():
            yield deadline.listed
            yield from (one.listed for one in deadline.questions)
        yield from (amount.listed for amount in behind.amounts())
        for computed in behind.computed():
            yield computed.listed
            yield from lists_of_computed(computed)

    def limits(self, listed: str, explanation: Explanation) -> list[State]:
        """Return the numbers that the questions about a list compare with."""
        found: list[State] = []
        for one in self.behind.asked:
            if isinstance(one.condition, Count) and one.condition.listed == listed:
                if one.listed is not None:
                    return [Unknown(frozenset())]
                found += [explanation.state_of(operand, None) for operand in one.condition.operands]
        return found
