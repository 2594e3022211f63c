"""What is found at the end of a way: an answer, or what it is made of where it cannot be told."""

from __future__ import annotations

from collections.abc import Collection, Hashable

from policyengine.model.case import Key
from policyengine.outcome.refine.completions import Completion
from policyengine.outcome.refine.search.attempts import Attempts
from policyengine.outcome.refine.search.goal import Goal
from policyengine.outcome.refine.search.kinds import Kinds
from policyengine.outcome.refine.tree import Leaf
from policyengine.semantics.findings import Missing, State, Unknown


class Leaves:
    """The leaves of the tree of one answer."""

    def __init__(self, goal: Goal, kinds: Kinds, attempts: Attempts) -> None:
        """``kinds`` know what was made up, ``attempts`` keep the completions that are told."""
        self.goal = goal
        self.kinds = kinds
        self.attempts = attempts

    def of(self, completion: Completion, state: State) -> Leaf:
        """Return the leaf of a completion in which nothing more is filled in."""
        self.attempts.leaves[completion.key] = completion
        if isinstance(state, Unknown):
            return self._untold(completion, state)
        stands_for = self.kinds.stands_for(completion, state)
        if stands_for is not None:  # the text was made up: it is the one that the case will say
            text = Unknown(frozenset((stands_for,)), has_value=True)
            return Leaf((text,), (self._winners(completion),))
        return Leaf((state,))

    def _untold(self, completion: Completion, state: Unknown) -> Leaf:
        """Return the leaf of an answer that cannot be told."""
        # What only goes into sums is not tried: it is some value. Whatever else is left is not known.
        goal, attempts = self.goal, self.attempts
        is_some = all(one.kind in ("conflict", "several") or goal.only_flows(one) for one in state.waits)
        attempts.is_sure = attempts.is_sure and is_some and not completion.may_conflict(goal.slice)
        given = frozenset(filter(goal.reaches, completion.filled))  # it is some value of these, too
        return Leaf((Unknown(state.waits | given, state.has_value),), self._made_of(completion, given))

    def _winners(self, completion: Completion) -> tuple[Key, ...]:
        resolved = completion.findings.resolved.get(self.goal.target.key)
        return () if resolved is None else resolved.winners

    def _made_of(self, completion: Completion, given: Collection[Missing]) -> tuple[Hashable, ...]:
        """Return all on which an answer rests that cannot be told, as far as it is known.

        Without the values that are ``given`` to it: any would do. What has an order is the same wherever no
        comparison with it comes out otherwise.
        """
        goal, findings = self.goal, completion.findings
        node = goal.target.node(goal.book)
        rests_on = goal.refiner.footprints.rests_on(node, findings.open_names)
        left_out = {name for one in given for name in goal.slice.flow.of(one.name)}
        compared = []
        for one in completion.filled:
            moved = goal.slice.motion.moved(one.name)
            if goal.is_ordered(one) and any(name in moved for name, _ in rests_on):
                left_out |= moved
                compared.append(goal.atoms(completion, one.name))
        told = findings.told(one for one in rests_on if one[0] not in left_out)
        return self._winners(completion), told, tuple(compared)
