"""Whether two conditions plainly exclude each other.

Each condition is taken apart into alternatives, each a conjunction of literals. Two exclude each other when
every pair of alternatives demands something impossible of one value: a choice that is two things at once, a
number in two ranges that do not meet, a reading that is and is not chosen. A literal brings in what it rests
on (:mod:`policyengine.checks.grounds`). What cannot be taken apart is passed over, so the answer *yes* is
always right and *no* means only that it does not show.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

from policyengine.checks.grounds import Grounds
from policyengine.compile.normal_form import Literal, alternatives
from policyengine.frozen import Frozen
from policyengine.model.conditions import (
    SIDES,
    All,
    ByReading,
    Condition,
    Constant,
    Count,
    Measure,
    Not,
    Operand,
    Operator,
    Pick,
    ReadingIs,
    Ref,
    Some,
    Test,
    Window,
    conjuncts,
    parts_of,
)
from policyengine.model.conditions import Any as AnyOf
from policyengine.model.rulebook import Rulebook
from policyengine.values.literals import (
    BUSINESS_DAYS_UNIT,
    COUNTED_DAYS,
    UNIT_BUSINESS_MINUTES,
    UNIT_MONTHS,
    Duration,
    Value,
    ValueType,
    comparison_key,
    local_day,
)
from policyengine.values.seasons import ALL_DAYS, Season, day_of_year

_LONG: dict[Measure, Operator] = {
    "within": "at_most",
    "at_least": "at_least",
    "more_than": "more_than",
    "less_than": "less_than",
}
_UNORDERED = (ValueType.CHOICE, ValueType.BOOLEAN, ValueType.TEXT, ValueType.TIME_ZONE)

# How a value stands to another: NONE when one of the two does not exist.
_RELATIONS = frozenset(("below", "equal", "above", "none"))
_HOLDS: dict[Operator, frozenset[str]] = {
    "is": frozenset(("equal",)),
    "at_least": frozenset(("equal", "above")),
    "at_most": frozenset(("equal", "below")),
    "more_than": frozenset(("above",)),
    "less_than": frozenset(("below",)),
}
# How a value stands to the present; without a time it counts as past.
_STATES = frozenset(("past", "future", "none"))
_EXISTS = frozenset(("past", "future"))


_Name = TypeVar("_Name", bound=Hashable)
_Left = TypeVar("_Left")
_MOST_STEPS = 400  # for one pair of conditions; more would be felt, and hardly ever tell more


class Exclusion:
    """Answers for one rulebook, whose vocabulary says what values there are."""

    def __init__(self, rulebook: Rulebook, deep: bool = True) -> None:
        """Only reads the rulebook; if not ``deep``, what literals rest on is not looked at.

        Two conditions that exclude each other without it do so whatever is not known: where one is true, the
        other is false and not only undetermined.
        """
        self.rulebook = rulebook
        self.grounds = Grounds(rulebook) if deep else None
        self.steps = 0

    def excludes(self, one: Condition, other: Condition) -> bool:
        """Tell whether the conditions can plainly never be true together."""
        self.steps = _MOST_STEPS
        both = _Waiting((), frozenset()).joined(sorted((one, other), key=_place))
        return not self._possible(_Demands(self.rulebook), both, frozenset())

    def demands(self, condition: Condition) -> list[_Demands]:
        """Return what each way of a condition to be true demands of values by itself."""
        nothing = _Demands(self.rulebook)
        found = (nothing.extended(way) for way in alternatives(condition))
        return [one for one in found if one.possible()]

    def _possible(self, demands: _Demands, waiting: _Waiting, seen: frozenset[Literal[Condition]]) -> bool:
        """Tell whether what is demanded and the conditions that wait are not plainly impossible together."""
        self.steps -= 1
        if self.steps <= 0 or not waiting.conditions:
            return True
        first, *rest = waiting.conditions
        left = _Waiting(tuple(rest), waiting.known)
        for way in _ways(first):
            fresh = [literal for literal in way if literal not in seen]
            more = demands.extended(fresh)
            if not more.possible() or not self._picks_possible(more):
                continue
            grounds = [] if self.grounds is None else [one for each in fresh for one in self.grounds.of(each)]
            if self._possible(more, left.joined(grounds), seen.union(fresh)):
                return True
        return False

    def _picks_possible(self, demands: _Demands) -> bool:
        """Tell whether all that is demanded of the same record of a list is possible of it."""
        together = (thens for thens in demands.picks.values() if len(thens) > 1)
        nothing = _Waiting((), frozenset())
        return all(
            self._possible(_Demands(self.rulebook), nothing.joined(thens), frozenset()) for thens in together
        )


class _Waiting(Frozen):
    """Conditions that must all be true: those with one way to be true first, each only once."""

    conditions: tuple[Condition, ...]
    known: frozenset[Hashable]

    def joined(self, more: Iterable[Condition]) -> _Waiting:
        """Return these and more conditions; one that is or was among them already adds nothing."""
        known, found = set(self.known), list(self.conditions)
        for condition in more:
            for part in conjuncts(condition):
                if part not in known:
                    known.add(part)
                    found.append(part)
        return _Waiting(tuple(sorted(found, key=_has_ways)), frozenset(known))


def _ways(condition: Condition) -> Iterator[tuple[Literal[Condition], ...]]:
    """Return the ways for a condition to be true, one by one, for there may be very many."""
    match condition:
        case AnyOf(parts):
            for part in parts:
                yield from _ways(part)
        case Not(All(parts)):
            for part in parts:
                yield from _ways(Not(part, part.span))
        case _:
            yield from alternatives(condition)


def _has_ways(condition: Condition) -> bool:
    """Tell whether a condition is true in several ways; such a choice is put off, as it may not matter."""
    match condition:
        case AnyOf(parts) | Not(All(parts)):
            return len(parts) > 1
    return False


def _place(condition: Condition) -> tuple[str, int, int]:
    """Return where a condition begins: by that, and not by who asks, a search is ordered."""
    span = min(part.span for part in parts_of(condition))
    return span.file, span.line, span.column


class _Demands:
    """What a conjunction demands of each value; what excludes each other is noticed when it is added."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.truths: dict[Hashable, frozenset[bool]] = {}
        self.picks: dict[Hashable, tuple[Condition, ...]] = {}
        self.readings: dict[str, frozenset[str]] = {}
        self.states: dict[Hashable, frozenset[str]] = {}
        self.relations: dict[Hashable, frozenset[str]] = {}
        self.values: dict[Hashable, frozenset[Value]] = {}
        self.lows: dict[Hashable, int] = {}
        self.highs: dict[Hashable, int] = {}
        self.days: dict[Ref, frozenset[int]] = {}  # of every year, by their numbers in a leap year
        # A test of a value that does not exist is false, so its negation waits until it must exist.
        self.waiting: list[tuple[Hashable, Ref | None, Operator, tuple[Operand, ...]]] = []
        self.is_possible = True

    def extended(self, literals: Iterable[Literal[Condition]]) -> _Demands:
        """Return what is demanded together with some more literals."""
        more = _Demands(self.rulebook)
        more.truths, more.picks, more.readings = {**self.truths}, {**self.picks}, {**self.readings}
        more.states, more.relations = {**self.states}, {**self.relations}
        more.values, more.lows, more.highs = {**self.values}, {**self.lows}, {**self.highs}
        more.days = {**self.days}
        more.waiting, more.is_possible = [*self.waiting], self.is_possible
        for literal in literals:
            more._add(literal)
        return more

    def _add(self, literal: Literal[Condition]) -> None:
        condition, wanted = literal
        self.truths[condition] = truths = self.truths.get(condition, frozenset()) | {wanted}
        self.is_possible = self.is_possible and len(truths) == 1
        match condition:
            case ReadingIs(assumption, readings):
                self._reading(assumption, frozenset(readings), wanted)
            case Test(ref, season=Season() as season):
                self._of_year(ref, season, wanted)
            case Test(ref, operator, operands):
                self._test(ref, ref, operator, operands, wanted)
            case Window() if wanted:
                self._window(condition)
            case Count(operator=operator, operands=operands, how="count"):
                self._number(condition, operator, operands, wanted)
            case Count(operator=operator, operands=operands):
                # Unlike a number of records, a sum or a place can have no value.
                measured = (condition.listed, condition.where, condition.among, condition.how, condition.of)
                name = ("measured", *measured, condition.descending)
                self._test(name, None, operator, operands, wanted)
            case Some():
                one = (Constant(1, ValueType.COUNT, condition.span),)
                self._number(condition, "at_least", one, wanted)
            case Pick(which, listed, where, then) if wanted:
                record = (which, listed, where, condition.among)
                self.picks[record] = (*self.picks.get(record, ()), then)

    def possible(self) -> bool:
        """Tell whether no value is asked for two things that exclude each other."""
        still = []
        for test in self.waiting:
            if "none" in self.states.get(test[0], _STATES):
                still.append(test)
            else:
                self._limit(*test, wanted=False)
        self.waiting = still
        return self.is_possible and all(self._has_day(ref) for ref in self.days)

    def _has_day(self, ref: Ref) -> bool:
        """Tell whether there is a day of every year among the days between which an instant or date lies."""
        low, high = self.lows.get(ref), self.highs.get(ref)
        if low is None or high is None:
            return True
        if ref.type is ValueType.INSTANT:
            low, high = local_day(low, self.rulebook.zone), local_day(high, self.rulebook.zone)
        return high - low >= len(ALL_DAYS) or any(
            day_of_year(one) in self.days[ref] for one in range(low, high + 1)
        )

    def _leave(self, kind: dict[_Name, frozenset[_Left]], name: _Name, left: frozenset[_Left]) -> None:
        """Note which alternatives are left; none: that cannot be."""
        kind[name] = left
        self.is_possible = self.is_possible and bool(left)

    def _reading(self, assumption: str, readings: frozenset[str], wanted: bool) -> None:
        known = frozenset(one.id for one in self.rulebook.assumptions[assumption].readings)
        left = known & readings if wanted else known - readings
        self._leave(self.readings, assumption, self.readings.get(assumption, known) & left)

    def _window(self, window: Window) -> None:
        """Demand the side of the anchor, and how long before or after it a time is.

        Lengths of one way to count have an order, and so have their ends; those of two windows with the same
        times are compared by that, and nothing else about windows is.
        """
        if window.ref.type is window.anchor.type:
            self._test(window.ref, window.ref, SIDES[window.side], (window.anchor,), True)
        length = window.length.value if isinstance(window.length, Constant) else None
        if isinstance(length, Duration):
            is_reached = window.how in ("at_least", "less_than")
            kind = _kind(length.unit), length.unit in COUNTED_DAYS and not _is_rolling(window)
            name = (window.ref, window.anchor, window.is_forward, window.counting, is_reached, kind)
            self.states[name] = _EXISTS
            self._limit(name, None, _LONG[window.how], (window.length,), wanted=True)

    def _number(
        self, question: Some | Count, operator: Operator, operands: tuple[Operand, ...], wanted: bool
    ) -> None:
        name = ("number", question.listed, question.where, question.among)
        self.states[name] = _EXISTS
        self._test(name, None, operator, operands, wanted)

    def _test(
        self, name: Hashable, ref: Ref | None, operator: Operator, operands: tuple[Operand, ...], wanted: bool
    ) -> None:
        known = self.states.get(name, _STATES)
        if operator == "happened":
            self._leave(self.states, name, known & (frozenset(("past",)) if wanted else _STATES - {"past"}))
            return
        if operator == "known":
            self._leave(self.states, name, known & (_EXISTS if wanted else _STATES - _EXISTS))
            return
        if wanted:
            self._leave(self.states, name, known & _EXISTS)
            self._limit(name, ref, operator, operands, wanted=True)
        else:
            self.waiting.append((name, ref, operator, operands))
        if operator in _HOLDS:
            self._relation((name, operands[0]), _HOLDS[operator], wanted)

    def _of_year(self, ref: Ref, season: Season, wanted: bool) -> None:
        """Note that an instant or a date is on one of the days of every year, or has no value, or is not."""
        if wanted:
            self._leave(self.states, ref, self.states.get(ref, _STATES) & _EXISTS)
            self._leave(self.days, ref, self.days.get(ref, ALL_DAYS) & season.days)

    def _relation(self, pair: Hashable, holds: frozenset[str], wanted: bool) -> None:
        left = holds if wanted else _RELATIONS - holds
        self._leave(self.relations, pair, self.relations.get(pair, _RELATIONS) & left)

    # ---------- tests against literals, of a value that exists

    def _limit(
        self, name: Hashable, ref: Ref | None, operator: Operator, operands: tuple[Operand, ...], wanted: bool
    ) -> None:
        constants = [operand.value for operand in operands if isinstance(operand, Constant)]
        if len(constants) < len(operands):
            return
        if ref is not None and ref.type in _UNORDERED:
            self._choose(name, ref, frozenset(constants), wanted)
            return
        self._within_bounds(name, ref)
        numbers = [key for value in constants if isinstance(key := comparison_key(value), int)]
        if operator in ("is", "one_of"):
            if wanted:
                self._between(name, min(numbers), max(numbers))
            return
        limit = numbers[0]
        # Values are whole numbers of their smallest unit.
        match operator, wanted:
            case ("at_least", True) | ("less_than", False):
                self._between(name, limit, None)
            case ("more_than", True) | ("at_most", False):
                self._between(name, limit + 1, None)
            case ("at_most", True) | ("more_than", False):
                self._between(name, None, limit)
            case _:
                self._between(name, None, limit - 1)

    def _within_bounds(self, name: Hashable, ref: Ref | None) -> None:
        """Demand what every case must respect: the limits of a fact that are literals."""
        # The limits of a date are days, and not the instants at which these begin.
        is_own = ref is not None and ref.kind == "fact" and not ref.midnight
        fact = self.rulebook.facts.get(ref.name) if ref is not None and is_own else None
        if fact is not None and fact.bounds:
            low, high = fact.literal_limits
            if low is None or high is None or low <= high:  # else the fact itself is told
                self._between(name, low, high)

    def _choose(self, name: Hashable, ref: Ref, chosen: frozenset[Value], wanted: bool) -> None:
        every = self._every(ref)
        if every is not None:
            left = chosen if wanted else every - chosen
            self._leave(self.values, name, self.values.get(name, every) & left)
        elif wanted:
            self._leave(self.values, name, self.values.get(name, chosen) & chosen)

    def _every(self, ref: Ref) -> frozenset[Value] | None:
        """Return all values that a name can have, or None for a text."""
        if ref.type is ValueType.BOOLEAN:
            return frozenset((True, False))
        if ref.kind == "deadline":
            return frozenset(self.rulebook.deadlines[ref.name.rpartition(".")[0]].statuses)
        fact = self.rulebook.facts.get(ref.name)
        return frozenset(choice.name for choice in fact.choices) if fact and fact.choices else None

    def _between(self, name: Hashable, low: int | None, high: int | None) -> None:
        if low is not None:
            self.lows[name] = max(low, self.lows.get(name, low))
        if high is not None:
            self.highs[name] = min(high, self.highs.get(name, high))
        if name in self.lows and name in self.highs:
            self.is_possible = self.is_possible and self.lows[name] <= self.highs[name]


def _kind(unit: str) -> str:
    """Return which lengths one can be compared with: those of a kind have an order, and so their ends."""
    if unit in UNIT_MONTHS:
        return "months"
    if unit in UNIT_BUSINESS_MINUTES:
        return "business hours"
    return unit if unit == BUSINESS_DAYS_UNIT else "time"


def _is_rolling(window: Window) -> bool:
    """Tell whether a day is 24 hours in a window, whatever is read."""
    times = (window.ref, *_values_of(window.anchor))
    rules = (rule for rule in window.counting if rule.aspect == "days")
    is_rolling = all(choice == "rolling" for rule in rules for _, choice in rule.choices)
    return is_rolling and all(one.type is not ValueType.DATE for one in times)


def _values_of(operand: Operand) -> Iterator[Ref | Constant]:
    """Return what an operand is under each reading."""
    if isinstance(operand, ByReading):
        for _, one in operand.readings:
            yield from _values_of(one)
    else:
        yield operand
