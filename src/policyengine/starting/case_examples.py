"""An example of every fact that a case is asked for: all of them together are a case without faults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from graphlib import CycleError, TopologicalSorter

from policyengine.model.conditions import Constant, Ref
from policyengine.model.rulebook import Bound, Fact, Rulebook
from policyengine.values.literals import (
    LENGTHS,
    SMALLEST_UNITS,
    UNIT_BUSINESS_MINUTES,
    UNIT_MONTHS,
    UNIT_SECONDS,
    Duration,
    Value,
    ValueType,
    comparison_key,
    start_of_day,
)

USUAL_DAY = date(2024, 3, 11).toordinal()
"""A Monday, for rules that are in force on every day."""
_HOUR = 9 * 3_600
_USUAL: Mapping[ValueType, int] = {
    ValueType.PERCENT: 5_000_000,
    ValueType.COUNT: 3,
    ValueType.NUMBER: 1_500_000,
    ValueType.DURATION: 72 * 3_600,
    ValueType.BUSINESS_DAYS: 4,
    ValueType.MONTHS: 6,
    ValueType.BUSINESS_HOURS: 4 * 60,
}
"""What people write, by what it compares by."""
_UNITS = {
    ValueType.DURATION: {one: size for one, size in UNIT_SECONDS.items() if one in ("hours", "minutes")},
    ValueType.MONTHS: {one: size for one, size in UNIT_MONTHS.items() if one == "months"},
    ValueType.BUSINESS_HOURS: UNIT_BUSINESS_MINUTES,
}
_PART = 10  # what may be no more than something else is a tenth of it


def case_examples(book: Rulebook, asked: Iterable[str], first: int) -> dict[str, Value]:
    """Return a value for each of the given facts that are asked for.

    A later event is on a later day; the earliest is on the ``first`` day (an ordinal).
    """
    facts = [book.facts[path] for path in asked]
    levels: dict[str, int] = {}
    found: dict[str, Value] = {}
    for fact in _in_order(facts):
        levels[fact.path] = max((levels.get(one, -1) + 1 for one in _bounding(fact)), default=0)
        found[fact.path] = _Example(book, fact, found, first + levels[fact.path]).value()
    return found


def _in_order(facts: list[Fact]) -> Iterator[Fact]:
    """Return the facts so that those which bound one come before it."""
    by_path = {fact.path: fact for fact in facts}
    graph = {path: [one for one in _bounding(fact) if one in by_path] for path, fact in by_path.items()}
    try:
        yield from (by_path[path] for path in TopologicalSorter(graph).static_order())
    except CycleError:  # bounds that no case can keep
        yield from facts


def _bounding(fact: Fact) -> list[str]:
    return [one.operand.name for one in fact.bounds if isinstance(one.operand, Ref)]


class _Example:
    """The finding of one example."""

    def __init__(self, book: Rulebook, fact: Fact, found: Mapping[str, Value], day: int) -> None:
        self.book = book
        self.fact = fact
        self.found = found
        self.day = day

    def value(self) -> Value:
        """Return the value, of a text nothing: the language of the reader has an example."""
        fact = self.fact
        match fact.type:
            case ValueType.BOOLEAN:
                return True
            case ValueType.CHOICE:
                return fact.choices[0].name
            case ValueType.TEXT:
                return ""
            case ValueType.TIME_ZONE:
                return self.book.zone.key
        size = self._within(self._usual())
        return _length(fact.type, size) if fact.type in LENGTHS else size

    def _usual(self) -> int:
        """Return what people write, or the day on which it is, by what it compares by."""
        if self.fact.type is ValueType.INSTANT:
            return start_of_day(self.day, self.book.zone) + _HOUR
        if self.fact.type is ValueType.DATE:
            return self.day
        if self.fact.type is ValueType.MONEY:
            return int(100 * 10**self.book.currency.places)
        return _USUAL[self.fact.type]

    def _within(self, usual: int) -> int:
        """Return what is usual, or what is next to it within the bounds."""
        above = [one for one in self.fact.bounds if one.operator == "at_most"]
        below = [one for one in self.fact.bounds if one.operator != "at_most"]
        most = [limit for one in above for limit in self._limit(one)]
        least = [limit for one in below for limit in self._limit(one)]
        is_part = any(isinstance(one.operand, Ref) for one in above)
        if most and is_part and self.fact.type not in (ValueType.INSTANT, ValueType.DATE):
            usual = min(usual, min(most) // _PART)
        return max([min([usual, *most]), *least])

    def _limit(self, bound: Bound) -> Iterator[int]:
        operand = bound.operand
        value = operand.value if isinstance(operand, Constant) else None
        if isinstance(operand, Ref):
            value = self.found.get(operand.name)
        key = None if value is None else comparison_key(value)
        if isinstance(key, int):
            yield key


def _length(type: ValueType, size: int) -> Duration:
    """Return a length of time of a size in the largest unit that holds it whole."""
    for unit, each in sorted(_UNITS.get(type, {}).items(), key=lambda one: -one[1]):
        if size % each == 0:
            return Duration(size // each, unit)
    return Duration(size, SMALLEST_UNITS[type])
