"""What questions about the records of a list come to, where an answer is a value and not a truth.

Pure functions from what is known of each record to a finding; every engine uses them. A record that does not
match takes no part. One of which that is not known may match or not; so numbers and sums have a least and a
greatest, and the others have a value where it is the same either way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from zoneinfo import ZoneInfo

from policyengine.frozen import Frozen
from policyengine.model.conditions import Operator, Sought
from policyengine.semantics.amounts import UNLIMITED, Range, number_of, value_of
from policyengine.semantics.findings import (
    ABSENT,
    NOTHING,
    Absent,
    Known,
    Missing,
    State,
    Truth,
    Unknown,
    Waits,
    waits_of,
)
from policyengine.values.edges import Edge, at_edge
from policyengine.values.literals import LARGEST_COUNT, Number, ValueType, comparison_key, identity_key


class Seen(Frozen):
    """A record that is asked about: whether it matches, and what is asked of it, with its range if open."""

    record: int
    truth: Truth
    waits: Waits
    state: State
    declared: Range = UNLIMITED

    @property
    def is_sure(self) -> bool:
        """Tell whether it certainly matches."""
        return self.truth is Truth.TRUE

    @property
    def range(self) -> Range:
        """Return the range of its number."""
        if isinstance(self.state, Known):
            number = number_of(self.state.value)
            return Range(number, number)
        return self.declared


class Tally(Frozen):
    """The answer to a question, and the range of what is measured (None: without limit)."""

    state: State
    range: Range = UNLIMITED


Asked = Sequence[Seen]
"""The records that match or may match, in the order of the list."""


def of_unknown_list(how: Sought, waits: Waits) -> Tally:
    """Return the answer of a list of which it is not known which records there are."""
    is_number = how in ("count", "different")
    range = Range(0, LARGEST_COUNT + 1) if is_number else UNLIMITED
    return Tally(Unknown(waits, is_number), range)


# ---------- what is measured: there is a range


def _measured(range: Range, waits: Waits, has_value: bool, type: ValueType) -> Tally:
    if has_value and range.only is not None:
        return Tally(Known(value_of(range.only, type)), range)
    return Tally(Unknown(waits, has_value), range)


def _waits(asked: Asked) -> Waits:
    """Return what is waited for: whether records match, and what is not known of those that may."""
    return NOTHING.union(*(one.waits for one in asked), waits_of([one.state for one in asked]))


def count(asked: Asked) -> Tally:
    """Return how many records match."""
    sure = sum(one.is_sure for one in asked)
    waits = NOTHING.union(*(one.waits for one in asked))
    return _measured(Range(sure, len(asked)), waits, True, ValueType.COUNT)


def different(asked: Asked) -> Tally:
    """Return how many different values the records have; a record without a value has none to count."""
    sure = {_identity(one.state) for one in asked if one.is_sure and isinstance(one.state, Known)}
    perhaps = {_identity(one.state) for one in asked if isinstance(one.state, Known)} - sure
    unknown = [one for one in asked if isinstance(one.state, Unknown)]
    is_some = any(one.is_sure and isinstance(one.state, Unknown) and one.state.has_value for one in unknown)
    least = max(len(sure), 1 if is_some else 0)
    open_ones = [
        one for one in asked if one in unknown or (not one.is_sure and _identity(one.state) in perhaps)
    ]
    range = Range(least, len(sure) + len(perhaps) + len(unknown))
    return _measured(range, _waits(open_ones), True, ValueType.COUNT)


def _identity(state: State) -> object:
    return identity_key(state.value) if isinstance(state, Known) else None


def total(asked: Asked, type: ValueType) -> Tally:
    """Return the sum of a value; without one of a record that matches there is no sum."""
    if any(one.is_sure and isinstance(one.state, Absent) for one in asked):
        return Tally(ABSENT)
    low, high = _sum(_end(one, min) for one in asked), _sum(_end(one, max) for one in asked)
    may_be_none = any(
        isinstance(one.state, Absent) or (isinstance(one.state, Unknown) and not one.state.has_value)
        for one in asked
    )
    return _measured(Range(low, high), _waits(asked), not may_be_none, type)


def _end(one: Seen, choose: Callable[[Number, Number], Number]) -> Number | None:
    """Return the least or the greatest that a record adds; one that does not match adds nothing."""
    if isinstance(one.state, Absent):
        return 0
    low, high = one.range
    end = low if choose(0, 1) == 0 else high
    return end if one.is_sure or end is None else choose(end, 0)


def _sum(ends: Iterable[Number | None]) -> Number | None:
    found: Number = 0
    for end in ends:
        if end is None:
            return None
        found += end
    return found


def position(asked: Asked, this: int, descending: bool) -> Tally:
    """Return the place of the record that asks when the records are put in order: 1 for the first.

    Of equal ones, the first in the list comes first. One that does not match, or has nothing to be put in
    order by, has no place.
    """
    own = next((place for place, one in enumerate(asked) if one.record == this), None)
    if own is None or isinstance(asked[own].state, Absent):
        return Tally(ABSENT)
    me = asked[own]
    least = most = 1
    open_ones: list[Seen] = []
    for place, one in enumerate(asked):
        if place == own or isinstance(one.state, Absent):
            continue
        ahead = _is_ahead(one.state, me.state, place < own, descending)
        if ahead is Truth.FALSE:
            continue
        most += 1
        is_sure = one.is_sure and ahead is Truth.TRUE
        least += is_sure and not (isinstance(one.state, Unknown) and not one.state.has_value)
        if not is_sure:
            open_ones.append(one)
    may_be_none = not me.is_sure or (isinstance(me.state, Unknown) and not me.state.has_value)
    waits = _waits(open_ones) | (_waits([me]) if open_ones or may_be_none else NOTHING)
    return _measured(Range(least, most), waits, not may_be_none, ValueType.COUNT)


def _is_ahead(one: State, own: State, is_earlier: bool, descending: bool) -> Truth:
    if not (isinstance(one, Known) and isinstance(own, Known)):
        return Truth.UNDETERMINED
    left, right = number_of(one.value), number_of(own.value)
    if left == right:
        return Truth.TRUE if is_earlier else Truth.FALSE
    return Truth.TRUE if (left > right) is descending else Truth.FALSE


# ---------- values of records


def extreme(asked: Asked, is_greatest: bool, type: ValueType) -> Tally:
    """Return the least or the greatest value.

    An instant that never comes is later than all: the least leaves it out, and with one there is no greatest.
    Of anything else, a record that matches and has no value leaves none.
    """
    skips = type in (ValueType.INSTANT, ValueType.DATE) and not is_greatest
    if not skips and any(one.is_sure and isinstance(one.state, Absent) for one in asked):
        return Tally(ABSENT)
    counted = [one for one in asked if not (skips and isinstance(one.state, Absent))]
    sure = [number_of(one.state.value) for one in counted if one.is_sure and isinstance(one.state, Known)]
    best = (max if is_greatest else min)(sure, default=None)
    open_ones = [one for one in counted if _could_be_it(one, best, is_greatest, skips)]
    if not open_ones:
        return Tally(ABSENT if best is None else Known(value_of(best, type)))
    is_some = any(one.is_sure and not _may_be_none(one) for one in counted)
    return Tally(Unknown(_waits(open_ones), is_some and (skips or not any(map(_may_be_none, counted)))))


def _may_be_none(one: Seen) -> bool:
    return isinstance(one.state, Absent) or (isinstance(one.state, Unknown) and not one.state.has_value)


def _could_be_it(one: Seen, best: Number | None, is_greatest: bool, skips: bool) -> bool:
    """Tell whether a record could still give another value than the best of those that are certain."""
    if one.is_sure and isinstance(one.state, Known):
        return False
    if best is None or (_may_be_none(one) and not skips):
        return True
    low, high = one.range
    return (high is None or high > best) if is_greatest else (low is None or low < best)


def first(asked: Asked) -> Tally:
    """Return the value of the first record that matches, in the order in which they are looked at."""
    candidates: list[Seen] = []
    for one in asked:
        candidates.append(one)
        if one.is_sure:
            break
    is_some = bool(candidates) and candidates[-1].is_sure
    states: list[State] = [one.state for one in candidates]
    if not is_some:
        states.append(ABSENT)
    told = {(type(state), _identity(state)) for state in states}
    if len(told) == 1 and not isinstance(states[0], Unknown):
        return Tally(states[0])
    has_value = all(isinstance(one, Known) or (isinstance(one, Unknown) and one.has_value) for one in states)
    return Tally(Unknown(_waits(candidates), has_value))


def only(asked: Asked, listed: str) -> Tally:
    """Return the value of the one record of a list that matches; several contradict that there is one."""
    sure = [one for one in asked if one.is_sure]
    if len(sure) > 1:
        return Tally(Unknown(frozenset(Missing("several", listed, one.record) for one in sure)))
    if len(sure) == len(asked):
        return Tally(sure[0].state if sure else ABSENT)
    return Tally(Unknown(_waits(asked)))


def share(asked: Asked, this: int, amount: State) -> Tally:
    """Return the part of an amount that belongs to the record that asks, in proportion to a value.

    Each part is rounded down to whole units, and the units left over go one each to the largest remainders,
    of equal ones to the first record (the method of largest remainders; A. Hamilton, 1792). The parts add up.
    """
    matching = [one for one in asked if one.record == this]
    if (
        isinstance(amount, Absent)
        or not matching
        or any(one.is_sure and isinstance(one.state, Absent) for one in asked)
    ):
        return Tally(ABSENT)
    states = [amount, *(one.state for one in asked)]
    if not all(one.is_sure for one in asked) or any(isinstance(state, Unknown) for state in states):
        return Tally(Unknown(_waits(asked) | waits_of([amount])))
    assert isinstance(amount, Known)
    weights = [number_of(one.state.value) for one in asked if isinstance(one.state, Known)]
    parts = shares(number_of(amount.value), weights)
    if parts is None:
        return Tally(ABSENT)
    return Tally(Known(parts[[one.record for one in asked].index(this)]))


def shares(amount: Number, weights: Sequence[Number]) -> list[int] | None:
    """Return whole parts of an amount in proportion to weights, which add up to it; None if these are zero.

    Weights below zero have no proportion: None.
    """
    whole = sum(weights)
    if whole == 0 or any(weight < 0 for weight in weights) or Fraction(amount).denominator != 1:
        return None
    if amount < 0:
        negated = shares(-amount, weights)
        return None if negated is None else [-part for part in negated]
    exact = [Fraction(amount) * weight / whole for weight in weights]
    parts = [one.numerator // one.denominator for one in exact]
    left = int(amount - sum(parts))
    order = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in order[:left]:
        parts[place] += 1
    return parts


# ---------- tests of what is measured


def compare(tally: Tally, operator: Operator, limit: State) -> tuple[Truth, Waits]:
    """Compare what is measured with a limit: what cannot change within its range is settled."""
    state = tally.state
    if isinstance(state, Absent) or isinstance(limit, Absent):
        return Truth.FALSE, NOTHING
    if not isinstance(limit, Known):
        return Truth.UNDETERMINED, waits_of([state, limit])
    key = comparison_key(limit.value)
    assert not isinstance(key, str)
    found = _within(tally.range, operator, key)
    if isinstance(state, Unknown) and not state.has_value and found is Truth.TRUE:
        found = Truth.UNDETERMINED  # there may be no value, of which no comparison is true
    return found, waits_of([state]) if found is Truth.UNDETERMINED else NOTHING


def _within(range: Range, operator: Operator, limit: Number) -> Truth:
    low, high = range
    above, below = low is not None and low > limit, high is not None and high < limit
    not_above, not_below = high is not None and high <= limit, low is not None and low >= limit
    is_true, is_false = {
        "at_least": (not_below, below),
        "more_than": (above, not_above),
        "at_most": (not_above, above),
        "less_than": (below, not_below),
        "is": (range.only == limit if range.only is not None else False, above or below),
    }["is" if operator == "one_of" else operator]
    return Truth.TRUE if is_true else Truth.FALSE if is_false else Truth.UNDETERMINED


# ---------- other values that are computed in place


def otherwise(state: State, fallback: State) -> State:
    """Return a value, or another where the first certainly is none."""
    if isinstance(state, Absent):
        return fallback
    if not isinstance(state, Unknown) or state.has_value:
        return state
    has_value = isinstance(fallback, Known) or (isinstance(fallback, Unknown) and fallback.has_value)
    return Unknown(state.waits | waits_of([fallback]), has_value)


def latest(states: Sequence[State]) -> State:
    """Return the latest of some instants: never, if one of them never comes."""
    if any(isinstance(state, Absent) for state in states):
        return ABSENT
    return _one_of(states, max)


def earliest(states: Sequence[State]) -> State:
    """Return the earliest of some instants; one that never comes is none of them."""
    come = [state for state in states if not isinstance(state, Absent)]
    return _one_of(come, min) if come else ABSENT


def edge_of(state: State, edge: Edge, zone: ZoneInfo) -> State:
    """Return the beginning or the end of a day or period that is found by an instant."""
    if not isinstance(state, Known):
        return state
    assert isinstance(state.value, int)
    return Known(at_edge(state.value, edge, zone))


def _one_of(states: Sequence[State], choose: Callable[[list[Number]], Number]) -> State:
    unknown = [state for state in states if isinstance(state, Unknown)]
    if unknown:
        has_value = all(state.has_value for state in unknown) or (
            choose is min and any(isinstance(state, Known) for state in states)
        )
        return Unknown(waits_of(states), has_value)
    return Known(choose([number_of(state.value) for state in states if isinstance(state, Known)]))
