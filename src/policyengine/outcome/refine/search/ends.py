"""Two ways that are far apart: all that is asked for has its first value, or its last."""

from __future__ import annotations

from policyengine.outcome.refine.completions import Completion
from policyengine.outcome.refine.domains import Records, of_key
from policyengine.outcome.refine.search.goal import Goal
from policyengine.outcome.refine.search.kinds import Kind, Kinds
from policyengine.outcome.refine.search.lists import MOST_RECORDS
from policyengine.outcome.refine.search.order import Order
from policyengine.outcome.refine.tree import answer_key
from policyengine.semantics.findings import Missing, State, Unknown
from policyengine.values.literals import Value, ValueType


class WaysDiffer(Exception):
    """Two ways come to different answers, and no more was asked."""


class Agreement:
    """Whether all ways come to the same answer: what they came to so far."""

    def __init__(self) -> None:
        """No way has been tried yet."""
        self._answers: set[object] = set()

    def add(self, answer: State) -> None:
        """Take the answer of a way. Raises WaysDiffer if it is another than those before, or open."""
        self._answers.add(answer_key(answer))
        if len(self._answers) > 1 or isinstance(answer, Unknown):
            raise WaysDiffer


class Ends:
    """The first and the last way of one answer."""

    def __init__(self, goal: Goal, kinds: Kinds, order: Order) -> None:
        """``order`` tells what is filled in next, ``kinds`` how."""
        self.goal = goal
        self.kinds = kinds
        self.order = order

    def answer(self, is_last: bool) -> State:
        """Return the answer where all that is asked for has its first value, or its last."""
        completion = self.goal.start
        while True:
            state = self.goal.answer(completion)
            found = self.order.next(state.waits, completion) if isinstance(state, Unknown) else None
            if found is None:
                return state
            value = self._value(*found, completion, is_last)
            if value is None:
                return state
            completion = self.goal.filling(completion, found[0], value)

    def _value(
        self, missing: Missing, kind: Kind, completion: Completion, is_last: bool
    ) -> Value | Records | None:
        """Return the first value with which something missing can be filled in, or the last."""
        place = -1 if is_last else 0
        match kind.how:
            case "values":
                return self.kinds.values(missing)[place][0]
            case "texts":
                texts = self.goal.slice.constants.texts(missing.name) or ()
                return texts[0] if texts and not is_last else self.kinds.another_text(texts)
            case "places":
                return (self.kinds.places(missing) or [("",)])[place][0]
            case "records":
                return self.kinds.records(missing, MOST_RECORDS if is_last else 0)
            case "ordered":
                return self._ordered(missing, kind.type, completion, is_last)

    def _ordered(
        self, missing: Missing, type: ValueType, completion: Completion, is_last: bool
    ) -> Value | None:
        """Return the least value, or the greatest; of an event, that it has not happened yet."""
        goal = self.goal
        limits = goal.limits(missing, type, completion)
        if goal.is_event(missing):
            now = goal.present(type)
            if is_last or limits.low > now or goal.cannot_happen(missing, completion):
                return max(limits.low, now + 1)
        if limits.is_empty:
            return None
        return of_key(limits.high if is_last else limits.low, type)
