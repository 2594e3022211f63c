"""What an amount comes to: terms, rate, rounding, floor and caps, step by step.

Pure functions from what is known about an amount's parts to a finding; every engine uses them. Money is
whole fen; a rate is whole millionths of a percent, so a product is whole units of 10^-8 fen.

What is not known yet has a range all the same, if only from the bounds of its fact. The ranges are carried
through every step (interval arithmetic: R. E. Moore, Interval Analysis, 1966), so that an amount which comes
out the same whatever is unknown is known: a floor that is not below the cap settles it whatever the rate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from policyengine.frozen import Frozen
from policyengine.semantics.deadlines import all_have_values, doubt, waits_of
from policyengine.semantics.findings import (
    ABSENT,
    NOTHING,
    Absent,
    AmountFinding,
    CapFinding,
    Known,
    State,
    Truth,
    Unknown,
    Waits,
)
from policyengine.values.literals import Value

Rounding = Literal["half_up", "half_even", "down", "up"]
RAW_UNITS = 10**8


class Range(NamedTuple):
    """The least and the greatest that a number can be, both included; None where there is no limit."""

    low: int | None
    high: int | None

    @property
    def only(self) -> int | None:
        """Return the number, if there is only one."""
        return self.low if self.low == self.high else None


UNLIMITED = Range(None, None)


def declared_range(bounds: Iterable[tuple[str, Value | None]]) -> Range:
    """Return the range that bounds (``at_least``, ``at_most``) leave to a value that is not known.

    A bound without a value limits nothing.
    """
    low: int | None = None
    high: int | None = None
    for operator, limit in bounds:
        if not isinstance(limit, int):
            continue
        if operator == "at_least":
            low = limit
        elif operator == "at_most":
            high = limit
    return Range(low, high)


class Part(Frozen):
    """A term, rate, floor or limit of an amount: its state, and its range where it is not known."""

    state: State
    declared: Range = UNLIMITED

    @property
    def range(self) -> Range:
        """Return the range of the number, if there is one at all."""
        if isinstance(self.state, Known):
            assert isinstance(self.state.value, int)
            return Range(self.state.value, self.state.value)
        return self.declared


class Cap(Frozen):
    """A cap of one case: whether it applies, what that waits for, and its limit."""

    applies: Truth
    waits: Waits
    limit: Part

    @property
    def binds(self) -> bool:
        """Tell whether it certainly limits the amount, and to what."""
        return self.applies is Truth.TRUE and isinstance(self.limit.state, Known)

    @property
    def is_moot(self) -> bool:
        """Tell whether it certainly limits nothing."""
        return self.applies is Truth.FALSE or isinstance(self.limit.state, Absent)


class Terms(Frozen):
    """The signed terms of an amount and what they are multiplied by (None: by nothing)."""

    base: Part
    plus: Sequence[Part]
    minus: Sequence[Part]
    rate: Part | None

    @property
    def states(self) -> list[State]:
        """Return the states of the terms, without the rate."""
        return [part.state for part in (self.base, *self.plus, *self.minus)]


def judge_amount(
    exists: Truth,
    exists_waits: Waits,
    terms: Terms,
    floor: Part | None,
    caps: Sequence[Cap],
    rounding: Rounding,
) -> AmountFinding:
    """Return an amount with all its steps."""
    named = (
        ("base", terms.base.state),
        *(("plus", term.state) for term in terms.plus),
        *(("minus", term.state) for term in terms.minus),
    )
    rate = None if terms.rate is None else terms.rate.state
    shown_floor = None if floor is None else floor.state
    shown_caps = tuple(CapFinding(cap.applies, cap.limit.state) for cap in caps)
    if exists is Truth.FALSE:
        return AmountFinding(exists, named, rate, ABSENT, None, ABSENT, shown_floor, shown_caps, "", ABSENT)
    subtotal = _subtotal(terms)
    raw, rounded = _product(subtotal, terms.rate, rounding)
    result, bound = _limited(rounded, floor, caps)
    return AmountFinding(
        exists,
        named,
        rate,
        subtotal.state,
        raw,
        rounded.state,
        shown_floor,
        shown_caps,
        bound,
        doubt(exists, exists_waits, result),
    )


def _part(states: Sequence[State], range: Range) -> Part:
    """Return a step: no value if one of its states has none, known where only one number is possible."""
    if any(isinstance(state, Absent) for state in states):
        return Part(ABSENT)
    has_value = all_have_values(states)
    if has_value and range.only is not None:
        return Part(Known(range.only))
    return Part(Unknown(waits_of(states), has_value), range)


def _subtotal(terms: Terms) -> Part:
    added = [part.range for part in (terms.base, *terms.plus)]
    taken = [part.range for part in terms.minus]
    low = _sum([one.low for one in added], [one.high for one in taken])
    high = _sum([one.high for one in added], [one.low for one in taken])
    return _part(terms.states, Range(low, high))


def _sum(added: Iterable[int | None], taken: Iterable[int | None]) -> int | None:
    total = 0
    for sign, numbers in ((1, added), (-1, taken)):
        for number in numbers:
            if number is None:
                return None
            total += sign * number
    return total


def _product(subtotal: Part, rate: Part | None, rounding: Rounding) -> tuple[int | None, Part]:
    """Return the exact product in units of 10^-8 fen, and the product rounded to whole fen."""
    if rate is None:
        factor, states = Range(RAW_UNITS, RAW_UNITS), [subtotal.state]
    else:
        factor, states = rate.range, [subtotal.state, rate.state]
    product = _times(subtotal.range, factor)
    low, high = (
        None if one is None else round_fraction(one, RAW_UNITS, rounding)
        for one in (product.low, product.high)
    )
    rounded = _part(states, Range(low, high))
    return product.only if isinstance(rounded.state, Known) else None, rounded


def _times(one: Range, other: Range) -> Range:
    """Return a range that holds the product of two numbers."""
    for number, range in ((one.only, other), (other.only, one)):
        if number is not None:
            return _scaled(range, number)
    ends = [(left, right) for left in one for right in other]
    products = [left * right for left, right in ends if left is not None and right is not None]
    if len(products) == len(ends):
        return Range(min(products), max(products))
    are_positive = one.low is not None and one.low >= 0 and other.low is not None and other.low >= 0
    return Range(0, None) if are_positive else UNLIMITED


def _scaled(range: Range, number: int) -> Range:
    if number == 0:
        return Range(0, 0)
    low, high = (None if end is None else end * number for end in range)
    return Range(low, high) if number > 0 else Range(high, low)


def round_fraction(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Return the fraction rounded to a whole number; halves by the mode, ``up`` is away from zero."""
    whole, rest = divmod(abs(numerator), denominator)
    twice = 2 * rest
    upward = {
        "down": False,
        "up": rest > 0,
        "half_up": twice >= denominator,
        "half_even": twice > denominator or (twice == denominator and whole % 2 == 1),
    }[rounding]
    rounded = whole + upward
    return -rounded if numerator < 0 else rounded


class _Limits(Frozen):
    """The floor and the caps, without those that certainly limit nothing; caps with their number."""

    floor: Part | None
    caps: Sequence[tuple[int, Cap]]


def _limited(rounded: Part, floor: Part | None, caps: Sequence[Cap]) -> tuple[State, str]:
    """Return the amount after floor and caps, and what changed it last."""
    if isinstance(rounded.state, Absent):
        return ABSENT, ""
    limits = _Limits(
        None if floor is None or isinstance(floor.state, Absent) else floor,
        [(number, cap) for number, cap in enumerate(caps, 1) if not cap.is_moot],
    )
    low, low_bound = _lowest(rounded.range.low, limits)
    high, high_bound = _highest(rounded.range.high, limits)
    has_value = all_have_values([rounded.state])
    if has_value and low is not None and low == high:
        return Known(low), low_bound if low_bound.startswith("cap") else high_bound or low_bound
    return Unknown(_waits(rounded, limits, high), has_value), ""


def _lowest(value: int | None, limits: _Limits) -> tuple[int | None, str]:
    """Return the least that can come out: a floor that is certain, and every cap that could bind."""
    bound = ""
    if limits.floor is not None and isinstance(limits.floor.state, Known):
        value, bound = _raised(value, limits.floor.range.low, bound)
    for number, cap in limits.caps:
        value, bound = _cut(value, cap.limit.range.low, bound, number)
    return value, bound


def _highest(value: int | None, limits: _Limits) -> tuple[int | None, str]:
    """Return the greatest that can come out: every floor that could be, and the caps that are certain."""
    bound = ""
    if limits.floor is not None:
        high = limits.floor.range.high
        value, bound = (None, bound) if high is None or value is None else _raised(value, high, bound)
    for number, cap in limits.caps:
        if cap.binds and (value is None or _number(cap) < value):
            value, bound = _number(cap), f"cap {number}"
    return value, bound


def _number(cap: Cap) -> int:
    number = cap.limit.range.only
    assert number is not None
    return number


def _raised(value: int | None, floor: int | None, bound: str) -> tuple[int | None, str]:
    if floor is not None and (value is None or floor > value):
        return floor, "floor"
    return value, bound


def _cut(value: int | None, limit: int | None, bound: str, number: int) -> tuple[int | None, str]:
    if value is None or limit is None:
        return None, bound
    return (limit, f"cap {number}") if limit < value else (value, bound)


def _waits(rounded: Part, limits: _Limits, high: int | None) -> Waits:
    """Return what could still change the amount, of which the greatest that can come out is known or None."""
    waits = waits_of([rounded.state])
    if limits.floor is not None:
        floor_high = limits.floor.range.high
        is_below = (
            floor_high is not None and rounded.range.low is not None and floor_high <= rounded.range.low
        )
        waits = waits | (NOTHING if is_below else waits_of([limits.floor.state]))
    for _, cap in limits.caps:
        least = cap.limit.range.low
        if not cap.binds and (high is None or least is None or least < high):
            waits = waits | cap.waits | waits_of([cap.limit.state])
    return waits
