"""Intervals in which no elementary comparison changes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import cache

from policyengine.outcome.refine.completions import Completion
from policyengine.outcome.refine.domains import Interval, Records, of_key
from policyengine.outcome.refine.phases import Phase, phases
from policyengine.outcome.refine.search.attempts import Attempts
from policyengine.outcome.refine.search.goal import TIMES, Goal
from policyengine.semantics.findings import Missing
from policyengine.values.literals import Value, ValueType

Span = tuple[int, int]


class Cells:
    """The intervals into which what is missing is cut for one answer."""

    def __init__(self, goal: Goal, attempts: Attempts) -> None:
        """``attempts`` count what is tried for that."""
        self.goal = goal
        self.attempts = attempts

    def by_phase(
        self, missing: Missing, type: ValueType, completion: Completion, limits: Interval
    ) -> list[tuple[Span, ...]]:
        """Return the intervals in which no elementary comparison changes, those of one phase together.

        Where the day of a time decides what is in force, an interval has gaps: it is of one phase only.
        """

        def fill(number: int) -> Value:
            return of_key(number, type)

        if type not in TIMES:
            return [(one,) for one in self.of(missing, completion, limits, fill)]
        days = self.goal.slice.days
        self.attempts.is_sure = self.attempts.is_sure and not days.turns_with_clocks(missing.name)
        found = []
        for phase in phases(days.turning(missing.name), limits, type, self.goal.book.zone):

            def fill_rank(rank: int, phase: Phase = phase) -> Value:
                return fill(phase.at(rank))

            for low, high in self.of(missing, completion, Interval(0, phase.size - 1), fill_rank):
                found.append(tuple(phase.between(phase.at(low), phase.at(high))))
        return found

    def of(
        self,
        missing: Missing,
        completion: Completion,
        limits: Interval,
        fill: Callable[[int], Value | Records],
    ) -> list[Span]:
        """Return the intervals in which no elementary comparison changes, in order.

        Bisection: where both ends come out the same, so does all between them. Constants that the value is
        compared with are tried first, for there it will change.
        """

        @cache
        def atoms(number: int) -> tuple[object, ...]:
            tried = self.goal.filling(completion, missing, fill(number))
            self.attempts.count(tried)
            return self.goal.atoms(tried, missing.name)

        cuts = self.goal.slice.constants.cuts(missing.name)
        cells: list[Span] = []
        start = limits.low
        waiting = [(limits.low, limits.high)]
        while waiting:
            low, high = waiting.pop()
            if self.attempts.is_spent:
                self.attempts.is_cut = True
                break
            if atoms(low) == atoms(high):
                continue
            if high == low + 1:
                cells.append((start, low))
                start = high
                continue
            middle = _between(cuts, low, high)
            waiting += [(middle, high), (low, middle)]
        cells.append((start, limits.high))
        return cells


def _between(cuts: Sequence[int], low: int, high: int) -> int:
    """Return the middle one of some numbers between two others, or the middle of these."""
    first, last = bisect_right(cuts, low), bisect_left(cuts, high)
    return cuts[(first + last) // 2] if first < last else (low + high) // 2
