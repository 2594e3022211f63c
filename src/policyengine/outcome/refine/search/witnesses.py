"""Whether all matters for which an answer waits: mostly it does, and a few ways show it.

Something matters if the answer comes out otherwise where it alone is another. So all is filled in at once,
and then one thing after the other is changed. What shows in this way is what the whole tree would tell, for

- nothing else can matter: Kleene's logic names all that does, but for what comes up only later (``_is_all``);
- of what is filled in, none is bound by another, so that each may be changed alone;
- values are those at which the tree is looked at, too: one of each group, and the ends of what has an order.

Where it does not show, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from policyengine.outcome.refine.domains import Filled, Records, of_key
from policyengine.outcome.refine.search.goal import Goal
from policyengine.outcome.refine.search.kinds import Kind, Kinds
from policyengine.outcome.refine.search.lists import most_that_matter
from policyengine.outcome.refine.tree import answer_key
from policyengine.semantics.findings import Missing, Unknown, Waits
from policyengine.values.literals import Value

_Values = Mapping[Missing, Sequence[Value | Records]]


class Witnesses:
    """The ways that show what matters for one answer."""

    def __init__(self, goal: Goal, kinds: Kinds) -> None:
        """``kinds`` tell how what is missing is filled in."""
        self.goal = goal
        self.kinds = kinds

    def show(self, waits: Waits) -> bool:
        """Tell whether it shows that all of what an answer waits for matters, and nothing else."""
        if not self._is_all(waits):
            return False
        values = self._values(waits)
        return values is not None and _Looking(self.goal, values, waits).show()

    def _is_all(self, waits: Waits) -> bool:
        """Tell whether nothing can matter that the answer does not wait for yet.

        What comes up only later is what is dated by something that is missing, figures that an act chooses of
        which it is not known when it was, and what rules contradict each other about.
        """
        behind = self.goal.slice.behind
        names = {one.name for one in waits}
        if any(one.kind not in ("fact", "parameter") for one in waits):
            return False
        return self.goal.refiner.is_undisputed(self.goal.slice) and not any(
            by in names or by in self._open_names for by in behind.deciding
        )

    @cached_property
    def _open_names(self) -> frozenset[str]:
        return self.goal.start.findings.open_names

    def _values(self, waits: Waits) -> _Values | None:
        """Return the values that are tried of all that can be filled in; None if bounds tie two of these."""
        kinds = {one: kind for one in waits if (kind := self.kinds.of(one)) is not None}
        if self.goal.domains.are_tied([one.name for one in kinds]):
            return None
        found = {one: self._values_of(one, kind) for one, kind in kinds.items()}
        return found if all(found.values()) else None

    def _values_of(self, missing: Missing, kind: Kind) -> Sequence[Value | Records]:
        """Return one value of each group, or the ends of what has an order; no records and many."""
        if kind.how == "records":
            most, _ = most_that_matter(self.goal, missing, self.goal.start)
            return [self.kinds.records(missing, number) for number in (0, most)]
        if kind.how != "ordered":
            return [value for _, value in self.kinds.ways(missing, kind)]
        found = self.goal.range_of(missing, kind.type, self.goal.start)
        ends = () if found.happened is None else (found.happened.low, found.happened.high)
        return [of_key(end, kind.type) for end in ends] + ([] if found.later is None else [found.later])


class _Looking:
    """Looking around where all is filled in."""

    def __init__(self, goal: Goal, values: _Values, waits: Waits) -> None:
        self.goal = goal
        self.values = values
        self.left = set(waits)
        """What has not been seen to matter."""

    def show(self) -> bool:
        """Tell whether all is seen to matter: where all has its first value, its last, or where that led."""
        places: list[Filled] = [
            {one: found[number] for one, found in self.values.items()} for number in (-1, 0)
        ]
        for _ in range(_MOST_PLACES):
            if not self.left or not places:
                break
            here = places.pop()
            places += self._look_around(here)
        return not self.left

    def _look_around(self, here: Filled) -> Iterator[Filled]:
        """Return where the answer is another if one thing is, as far as something is not seen to matter."""
        own = self._answer(here)
        for missing, values in self.values.items():
            if missing in self.left:
                for value in values:
                    there = {**here, missing: value}
                    if value != here[missing] and self._answer(there) != own:
                        self.left.discard(missing)
                        yield there
                        break

    def _answer(self, filled: Filled) -> object:
        """Return what tells an answer from others; what it waits for though all is filled in matters."""
        state = self.goal.answer(self.goal.filled(filled))
        if isinstance(state, Unknown):
            self.left -= state.waits
            return state.waits - self.values.keys()
        return answer_key(state)


_MOST_PLACES = 6
"""From so many places it is looked around: where it does not show from these, it hardly shows from more."""
