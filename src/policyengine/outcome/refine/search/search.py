"""The search for one answer: the tree of what follows from what is missing."""

from __future__ import annotations

from policyengine.outcome.refine.allowance import Allowance
from policyengine.outcome.refine.completions import Completion, Completions
from policyengine.outcome.refine.domains import Interval, Records, of_key
from policyengine.outcome.refine.refined import Refined
from policyengine.outcome.refine.refiner import Refiner
from policyengine.outcome.refine.search.attempts import Attempts
from policyengine.outcome.refine.search.cells import Cells, Span
from policyengine.outcome.refine.search.ends import Agreement, Ends, WaysDiffer
from policyengine.outcome.refine.search.goal import TIMES, Goal
from policyengine.outcome.refine.search.kinds import Kind, Kinds
from policyengine.outcome.refine.search.leaves import Leaves
from policyengine.outcome.refine.search.lists import most_that_matter
from policyengine.outcome.refine.search.merging import merged
from policyengine.outcome.refine.search.order import Order
from policyengine.outcome.refine.target import Target
from policyengine.outcome.refine.tree import (
    Between,
    Branch,
    Exactly,
    Later,
    Leaf,
    Matching,
    Node,
    answers_of,
    mattering,
    split,
    state_of,
)
from policyengine.semantics.findings import Missing, State, Unknown
from policyengine.values.literals import ValueType


class Search:
    """The search for one answer."""

    def __init__(
        self, refiner: Refiner, completions: Completions, target: Target, allowance: Allowance
    ) -> None:
        """``completions`` are those of the case; ``allowance`` is how much may be tried."""
        self.goal = Goal(refiner, completions, target)
        self.attempts = Attempts(allowance)
        self.kinds = Kinds(self.goal)
        self.order = Order(self.goal, self.kinds, self.attempts)
        self.cells = Cells(self.goal, self.attempts)
        self.leaves = Leaves(self.goal, self.kinds, self.attempts)
        # Where it is only asked whether all ways agree: what they came to.
        self._agreement: Agreement | None = None

    def refined(self) -> Refined:
        """Return what is still possible."""
        first = self.goal.answer(self.goal.start)
        if not isinstance(first, Unknown):
            return Refined(frozenset(), Leaf((first,)), first, (first,), frozenset(), "exact", False, ())
        if self.attempts.is_spent:
            leaf, waits = Leaf((first,)), first.waits
            return Refined(waits, leaf, first, (first,), waits, "lower_bound", True, ())
        return self._told(first, self._tree(self.goal.start, 0))

    def agreed(self) -> Refined | None:
        """Return what is possible if all ways agree on an answer, and stop where two do not: then None."""
        if self.attempts.is_spent:
            return None  # nothing is tried
        self._agreement = Agreement()
        ends = Ends(self.goal, self.kinds, self.order)
        try:
            for is_last in (False, True):
                self._agreement.add(ends.answer(is_last))
            return self.refined()
        except WaysDiffer:
            return None

    def waiting(self) -> Unknown | None:
        """Return the answer if a few ways show that all matters for which it waits, else None."""
        first = self.goal.answer(self.goal.start)
        if not isinstance(first, Unknown) or self.attempts.is_spent:
            return None
        from policyengine.outcome.refine.search.witnesses import Witnesses  # where many cases are judged

        return Unknown(first.waits) if Witnesses(self.goal, self.kinds).show(first.waits) else None

    def _told(self, first: Unknown, tree: Node) -> Refined:
        """Return what a tree says of an answer that waits for something in the case as it is."""
        attempts = self.attempts
        matters, agreed = mattering(tree), state_of(tree)
        state = agreed if agreed is not None else Unknown(matters)
        return Refined(
            first.waits,
            tree,
            state if attempts.is_exact else Unknown(matters | first.waits),
            answers_of(tree),
            matters,
            "exact" if attempts.is_exact else "lower_bound",
            attempts.is_cut,
            tuple((one.case, one.findings) for one in attempts.leaves.values()),
        )

    # ---------- the tree

    def _tree(self, completion: Completion, ordered: int) -> Node:
        """Return the tree below a completion; ``ordered`` is how many intervals lead to it."""
        state = self.goal.answer(completion)
        if not isinstance(state, Unknown):
            return self._leaf(completion, state)
        found = self.order.next(state.waits, completion)
        if found is None:
            return self._leaf(completion, state)
        if self.attempts.is_spent:
            self.attempts.is_cut = True
            return self._leaf(completion, state)
        missing, kind = found
        match kind.how:
            case "ordered":
                return self._of_ordered(missing, kind.type, completion, ordered)
            case "records":
                return self._of_records(missing, completion, ordered)
            case _:
                return self._of_values(missing, kind, completion, ordered)

    def _leaf(self, completion: Completion, state: State) -> Leaf:
        if self._agreement is not None:
            self._agreement.add(state)
        return self.leaves.of(completion, state)

    def _of_values(self, missing: Missing, kind: Kind, completion: Completion, ordered: int) -> Node:
        """Split what has no order into its values, those together that nothing tells apart."""
        branches = [
            Branch(cells, self._tree(self.goal.filling(completion, missing, value), ordered))
            for cells, value in self.kinds.ways(missing, kind)
        ]
        return split(missing, branches)

    def _of_records(self, missing: Missing, completion: Completion, ordered: int) -> Node:
        """Split a list by how many records are as rules ask."""

        def fill(number: int) -> Records:
            return self.kinds.records(missing, number)

        most, is_all = most_that_matter(self.goal, missing, completion)
        if not is_all:
            self.attempts.is_sure = False
        branches = [
            Branch(
                (Matching(low, None if high == most else high),),
                self._tree(self.goal.filling(completion, missing, fill(low)), ordered),
            )
            for low, high in self.cells.of(missing, completion, Interval(0, most), fill)
        ]
        return split(missing, branches)

    # ---------- values with an order

    def _of_ordered(self, missing: Missing, type: ValueType, completion: Completion, ordered: int) -> Node:
        """Split what has an order into intervals; of an event, besides, that it has not happened yet."""
        goal = self.goal
        found = goal.range_of(missing, type, completion)
        branches: list[Branch] = []
        if found.happened is not None:
            branches += self._intervals(missing, type, completion, found.happened, ordered)
        if found.later is not None:
            then = self._tree(goal.filling(completion, missing, found.later), ordered)
            branches.append(Branch((Later(),), then))
        if not branches:  # no case can say it, such as a plan that comes after what never happens
            return self._leaf(completion, goal.answer(completion))
        ends = of_key(found.whole.low, type), of_key(found.whole.high, type)
        comes_back = type in TIMES and goal.slice.days.turning(missing.name).comes_back
        return split(missing, branches, ends, comes_back)

    def _intervals(
        self, missing: Missing, type: ValueType, completion: Completion, limits: Interval, ordered: int
    ) -> list[Branch]:
        """Return what follows in each interval in which no elementary comparison changes, in order."""
        cells = self.cells.by_phase(missing, type, completion, limits)
        is_split = ordered + (len(cells) > 1)
        if self.attempts.is_sure:
            last = self.goal.filling(completion, missing, of_key(limits.high, type))
            self.attempts.is_sure = is_split <= 1 and self._is_told_by_ends(missing, type, last)
        found: dict[int, Branch] = {}
        for spans in cells:
            then = self._interval(missing, type, completion, (spans[0][0], spans[-1][1]), is_split)
            for low, high in spans:
                ends = of_key(low, type), of_key(high, type)
                found[low] = Branch((Exactly(ends[0]) if low == high else Between(*ends),), then)
        return [found[low] for low in sorted(found)]

    def _is_told_by_ends(self, missing: Missing, type: ValueType, last: Completion) -> bool:
        """Tell whether nothing comes out otherwise between two ends that agree; ``last`` is one of them."""
        behind, name = self.goal.slice, missing.name
        return not (
            # What is compared with something unknown could come out otherwise between them.
            self.goal.is_undecided(last, missing)
            or not behind.moves_one_way(name)
            # Of lengths only those in seconds are tried.
            or (type is ValueType.DURATION and behind.lengths.tells_days_from_hours(name))
        )

    def _interval(
        self, missing: Missing, type: ValueType, completion: Completion, span: Span, ordered: int
    ) -> Node:
        """Return the tree below an interval: that of its ends, which must be the same."""
        low, high = (self.goal.filling(completion, missing, of_key(number, type)) for number in span)
        one = self._tree(low, ordered)
        return one if span[0] == span[1] else merged(one, self._tree(high, ordered), missing, self.attempts)
