"""Which of many conditions could be true together, without comparing each with each.

A price list is many rules that ask for the same names: a zone, a weight from and to. Two of them whose zones
or weights do not meet need not be compared. So the conditions are divided by the values of one name after the
other, a condition that several parts could meet going into each, until few are left. What is left is compared
by :mod:`policyengine.checks.exclusion`; what is not told here to meet plainly excludes each other.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from itertools import combinations

from policyengine.checks.exclusion import Exclusion
from policyengine.frozen import Frozen
from policyengine.model.conditions import Condition

_FEW = 8  # so few are compared each with each
_WORTH = 0.8  # dividing is worth while if it leaves no more than this share of the comparisons

Range = tuple[float, float]


class Needs(Frozen):
    """What a condition needs of names, whichever way it is true: one of some values, or a range."""

    values: dict[Hashable, frozenset[object]]
    ranges: dict[Hashable, Range]


def needs_of(exclusion: Exclusion, condition: Condition) -> Needs | None:
    """Return what a condition needs; None where it can plainly never be true."""
    ways = exclusion.demands(condition)
    if not ways:
        return None
    first, *others = ways
    values: dict[Hashable, frozenset[object]] = {
        name: frozenset().union(chosen, *(way.values[name] for way in others))
        for name, chosen in first.values.items()
        if all(name in way.values for way in others)
    }
    names = [*dict.fromkeys([*first.lows, *first.highs])]
    ranges = {
        name: (
            min(way.lows.get(name, _LEAST) for way in ways),
            max(way.highs.get(name, _MOST) for way in ways),
        )
        for name in names
    }
    return Needs(values, {name: one for name, one in ranges.items() if one != (_LEAST, _MOST)})


_LEAST, _MOST = float("-inf"), float("inf")


def meeting(needs: Sequence[Needs | None], tables: Sequence[str] = ()) -> list[tuple[int, int]]:
    """Return the pairs of places whose needs could be met together, in order.

    ``tables`` are those of which the conditions are rows, empty for none: rows of one are not compared.
    """
    found: set[tuple[int, int]] = set()
    waiting = [[number for number, one in enumerate(needs) if one is not None]]
    while waiting:
        group = waiting.pop()
        parts = _best_division(group, needs)
        if parts is not None:
            waiting += parts
            continue
        found.update(
            (one, other)
            for one, other in combinations(group, 2)
            if not (tables and tables[one] and tables[one] == tables[other])
            and _may_meet(needs[one], needs[other])
        )
    return sorted(found)


def _may_meet(one: Needs | None, other: Needs | None) -> bool:
    if one is None or other is None:
        return False
    if any(
        chosen.isdisjoint(other.values.get(name, chosen)) for name, chosen in one.values.items() if chosen
    ):
        return False
    return all(
        low <= other.ranges.get(name, (_LEAST, _MOST))[1]
        and other.ranges.get(name, (_LEAST, _MOST))[0] <= high
        for name, (low, high) in one.ranges.items()
    )


def _best_division(group: list[int], needs: Sequence[Needs | None]) -> list[list[int]] | None:
    """Return the division of a group that leaves the fewest comparisons, None if none is worth while."""
    if len(group) <= _FEW:
        return None
    best: list[list[int]] | None = None
    least = _WORTH * len(group) ** 2
    for parts in _divisions(group, needs):
        left = sum(len(part) ** 2 for part in parts)
        if left < least:
            best, least = parts, left
    return best


def _divisions(group: list[int], needs: Sequence[Needs | None]) -> Iterator[list[list[int]]]:
    kept = [(number, one) for number in group if (one := needs[number]) is not None]
    for name in dict.fromkeys(name for _, one in kept for name in one.values):
        yield _by_value([(number, one.values.get(name)) for number, one in kept])
    for name in dict.fromkeys(name for _, one in kept for name in one.ranges):
        yield _in_two([(number, one.ranges.get(name, (_LEAST, _MOST))) for number, one in kept])


def _by_value(chosen: list[tuple[int, frozenset[object] | None]]) -> list[list[int]]:
    """Divide by value; what needs no value of this name is with each of them, and alone with its like."""
    free = [number for number, values in chosen if values is None]
    parts: dict[object, list[int]] = {}
    for number, values in chosen:
        for value in values or ():
            parts.setdefault(value, []).append(number)
    return [sorted((*part, *free)) for part in parts.values()] or [free]


def _in_two(ranges: list[tuple[int, Range]]) -> list[list[int]]:
    """Divide at the number that half of the ranges begin at or above."""
    lows = sorted(low for _, (low, _) in ranges)
    at = lows[len(lows) // 2]
    return [
        [number for number, (low, _) in ranges if low < at],
        [number for number, (_, high) in ranges if high >= at],
    ]
