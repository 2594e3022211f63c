"""What a case could still say: the values that something missing may have, within its bounds.

A completion gives missing things values that a case could give. Bounds tie facts to each other (shipping is
part of the total, an order is paid before the complaint), so the values that are left depend on what is
given, and on what has been filled in before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from policyengine.frozen import Frozen, replace
from policyengine.model.case import Case, Key
from policyengine.model.conditions import Constant, Ref
from policyengine.model.rulebook import Bound, Fact, Rulebook
from policyengine.semantics.findings import Missing
from policyengine.values.literals import (
    FIRST_YEAR,
    LARGEST_COUNT,
    LARGEST_MONEY,
    LARGEST_NUMBER,
    LARGEST_PERCENT,
    LAST_YEAR,
    LONGEST_SECONDS,
    MOST_BUSINESS_DAYS,
    MOST_BUSINESS_MINUTES,
    MOST_MONTHS,
    SMALLEST_UNITS,
    Duration,
    Value,
    ValueType,
    comparison_key,
    local_day,
    start_of_day,
)

Filled = Mapping[Missing, "Value | Records"]


class Records(Frozen):
    """A list that is filled in: how many records, and the facts of each."""

    number: int
    values: tuple[tuple[str, Value], ...]


class Interval(Frozen):
    """The least and the greatest value, both included, as values compare; empty if they cross."""

    low: int
    high: int

    @property
    def is_empty(self) -> bool:
        """Tell whether no value is left."""
        return self.low > self.high


def complete(case: Case, filled: Filled) -> Case:
    """Return the case with everything that is filled in."""
    values, records, figures = dict(case.values), dict(case.records), dict(case.figures)
    for missing, value in filled.items():
        if isinstance(value, Records):
            records[missing.name] = value.number
            values.update(
                ((name, record), one) for record in range(value.number) for name, one in value.values
            )
        elif missing.kind == "parameter":
            figures[missing.name] = value
        else:
            values[missing.name, missing.record] = value
    return replace(case, values=values, records=records, figures=figures)


def of_key(key: int, type: ValueType) -> Value:
    """Return the value of a type that compares by a number."""
    unit = SMALLEST_UNITS.get(type)
    return key if unit is None else Duration(key, unit)


class Domains:
    """What the cases of one rulebook can say."""

    def __init__(self, book: Rulebook, readings: Mapping[str, str]) -> None:
        """``readings`` say what is missing and what has a default."""
        self.book = book
        self.readings = readings
        first, last = date(FIRST_YEAR, 1, 1).toordinal(), date(LAST_YEAR, 12, 31).toordinal()
        self._limits: dict[ValueType, Interval] = {
            ValueType.MONEY: Interval(-LARGEST_MONEY, LARGEST_MONEY),
            ValueType.PERCENT: Interval(-LARGEST_PERCENT, LARGEST_PERCENT),
            ValueType.COUNT: Interval(-LARGEST_COUNT, LARGEST_COUNT),
            ValueType.NUMBER: Interval(-LARGEST_NUMBER, LARGEST_NUMBER),
            ValueType.DURATION: Interval(0, LONGEST_SECONDS),
            ValueType.BUSINESS_DAYS: Interval(0, MOST_BUSINESS_DAYS),
            ValueType.MONTHS: Interval(0, MOST_MONTHS),
            ValueType.BUSINESS_HOURS: Interval(0, MOST_BUSINESS_MINUTES),
            ValueType.DATE: Interval(first, last),
            ValueType.INSTANT: Interval(
                start_of_day(first, book.zone), start_of_day(last + 1, book.zone) - 1
            ),
        }
        self._open = {one.path for one in book.facts.values() if self.is_open(one)}
        self._bounded = [fact for fact in book.facts.values() if fact.role == "given" and fact.bounds]
        self._bound_together = _bound_together(self._bounded)

    def is_ordered(self, type: ValueType) -> bool:
        """Tell whether the values of a type have an order."""
        return type in self._limits

    def are_tied(self, names: Collection[str]) -> bool:
        """Tell whether bounds tie two of some facts to each other, also by way of others."""
        groups = [self._bound_together[name] for name in names if name in self._bound_together]
        return len({*groups}) < len(groups)

    def whole(self, type: ValueType) -> Interval:
        """Return all values of a type that has an order."""
        return self._limits[type]

    def is_open(self, fact: Fact) -> bool:
        """Tell whether a fact that a case leaves out is not known."""
        return fact.role == "given" and fact.when_missing(self.readings) is None

    def present(self, type: ValueType, as_of: int) -> int:
        """Return an instant as the times of a type compare: a date by its day."""
        return local_day(as_of, self.book.zone) if type is ValueType.DATE else as_of

    def cannot_happen(self, fact: Fact, record: int | None, case: Case) -> bool:
        """Tell whether what must come before an event is known never to have happened."""
        for bound in fact.bounds:
            if bound.operator == "not_before" and isinstance(bound.operand, Ref):
                cause = self.book.facts[bound.operand.name]
                if _beside(bound, record) not in case.values and cause.is_never_if_missing:
                    return True
        return False

    def of_fact(self, key: Key, case: Case) -> Interval:
        """Return the values that a missing fact can have beside all that the case says.

        A bound can reach it through facts that are missing themselves: an order is created before it is paid,
        and paid before the complaint.
        """
        return self.narrowed(case, {key: self._limits[self.book.facts[key[0]].type]})[key]

    def narrowed(self, case: Case, whole: Mapping[Key, Interval]) -> Mapping[Key, Interval]:
        """Return the values that missing facts can have together, of those that each has by itself."""
        known = dict(whole)  # of what a case says, too, once it is asked for
        bounds = [*self._bounds(case, known)]
        changed = True
        while changed:
            changed = False
            for key, bound in bounds:
                changed = self._narrow(key, bound, case, known) or changed
        return known

    def _bounds(self, case: Case, wanted: Iterable[Key]) -> Iterator[tuple[Key, Bound]]:
        """Return the bounds of what a case leaves out, as far as they can reach what is wanted."""
        reached = {self._bound_together.get(name) for name, _ in wanted}
        for fact in self._bounded:
            if self._bound_together[fact.path] not in reached:
                continue
            records = (None,) if fact.listed is None else range(case.records.get(fact.listed, 0))
            for record in records:
                for bound in fact.bounds:
                    beside = _beside(bound, record)
                    if (fact.path, record) not in case.values or (beside and beside not in case.values):
                        yield (fact.path, record), bound

    def _narrow(self, key: Key, bound: Bound, case: Case, known: dict[Key, Interval]) -> bool:
        """Narrow both sides of a bound; tell whether something has changed."""
        own = self._interval(key, case, known)
        if own is None:
            return False
        if isinstance(bound.operand, Constant):
            limit = comparison_key(bound.operand.value)
            assert isinstance(limit, int)
            return self._cut(key, _cut(own, bound, Interval(limit, limit)), case, known)
        other_key = _beside(bound, key[1])
        if other_key is None:
            return False
        other = self._interval(other_key, case, known)
        if other is None:
            return False
        changed = self._cut(key, _cut(own, bound, other), case, known)
        low, high = other.low, other.high
        if bound.operator == "at_most":
            low = max(low, own.low)
        else:
            high = min(high, own.high)
        return self._cut(other_key, Interval(low, high), case, known) or changed

    def _interval(self, key: Key, case: Case, known: dict[Key, Interval]) -> Interval | None:
        """Return what is known of a fact, None if it is known to have no value or a default."""
        found = known.get(key)
        if found is not None:
            return found
        value = case.values.get(key)
        if value is not None:
            number = comparison_key(value)
            assert isinstance(number, int)
            found = known[key] = Interval(number, number)
        elif key[0] in self._open:
            found = known[key] = self._limits[self.book.facts[key[0]].type]
        return found

    def _cut(self, key: Key, narrowed: Interval, case: Case, known: dict[Key, Interval]) -> bool:
        if key in case.values or narrowed == self._interval(key, case, known) or narrowed.is_empty:
            return False
        known[key] = narrowed
        return True


def _beside(bound: Bound, record: int | None) -> Key | None:
    """Return the fact that a bound compares with, for a record; None if it compares with no fact."""
    operand = bound.operand
    return (operand.name, record if operand.listed else None) if isinstance(operand, Ref) else None


def _bound_together(bounded: Iterable[Fact]) -> Mapping[str, frozenset[str]]:
    """Return for each fact those that bounds bind it to, also by way of others."""
    groups: dict[str, frozenset[str]] = {}
    for fact in bounded:
        names = {fact.path, *(one.operand.name for one in fact.bounds if isinstance(one.operand, Ref))}
        joined = frozenset(names).union(*(groups.get(name, frozenset()) for name in names))
        groups.update(dict.fromkeys(joined, joined))
    return groups


def _cut(own: Interval, bound: Bound, other: Interval) -> Interval:
    if bound.operator == "at_most":
        return Interval(own.low, min(own.high, other.high))
    return Interval(max(own.low, other.low), own.high)
