"""What is filled in next."""

from __future__ import annotations

from collections.abc import Iterable

from policyengine.outcome.refine.completions import Completion
from policyengine.outcome.refine.domains import of_key
from policyengine.outcome.refine.search.attempts import Attempts
from policyengine.outcome.refine.search.goal import Goal
from policyengine.outcome.refine.search.kinds import Kind, Kinds
from policyengine.semantics.findings import Missing


class Order:
    """The order in which what an answer waits for is filled in."""

    def __init__(self, goal: Goal, kinds: Kinds, attempts: Attempts) -> None:
        """``kinds`` tell what comes first."""
        self.goal = goal
        self.kinds = kinds
        self.attempts = attempts

    def next(self, waits: Iterable[Missing], completion: Completion) -> tuple[Missing, Kind] | None:
        """Return what is filled in next, None if nothing can be.

        The order must not depend on that of the waits. What has an order is cut best once everything is known
        with which it is compared.
        """
        kinds = {one: self.kinds.of(one) for one in waits if one not in completion.filled}
        ready = sorted(
            ((one, kind) for one, kind in kinds.items() if kind is not None),
            key=lambda pair: _rank(*pair),
        )
        if len(ready) > 1 and all(kind.how == "ordered" for _, kind in ready):
            return next((one for one in ready if not self._waits_for_others(*one, completion)), ready[0])
        return ready[0] if ready else None

    def _waits_for_others(self, missing: Missing, kind: Kind, completion: Completion) -> bool:
        """Tell whether something that has an order is compared with what is not known either."""
        limits = self.goal.limits(missing, kind.type, completion)
        if self.attempts.is_spent or limits.is_empty:
            return False
        tried = self.goal.filling(completion, missing, of_key(limits.low, kind.type))
        self.attempts.count(tried)
        return self.goal.is_undecided(tried, missing)


def _rank(missing: Missing, kind: Kind) -> tuple[object, ...]:
    return kind.rank, missing.kind, missing.name, -1 if missing.record is None else missing.record
