"""What an amount comes to: terms, factors, bands, rounding, floor and caps, step by step.

Pure functions from what is known about an amount's parts to a finding; every engine uses them. Everything is
exact: a whole number of the unit of its type (minor units of the currency, millionths of a percent, seconds),
and between the steps a fraction of it.

What is not known yet has a range all the same, if only from the bounds of its fact. The ranges are carried
through every step (interval arithmetic: R. E. Moore, Interval Analysis, 1966), so that an amount which comes
out the same whatever is unknown is known: a floor that is not below the cap settles it whatever the rate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from policyengine.frozen import Frozen
from policyengine.model.rulebook import Rounding
from policyengine.semantics.deadlines import all_have_values, doubt
from policyengine.semantics.findings import (
    ABSENT,
    NOTHING,
    Absent,
    AmountFinding,
    BandFinding,
    CapFinding,
    Known,
    State,
    Truth,
    Unknown,
    Waits,
    waits_of,
)
from policyengine.values.literals import UNIT_SECONDS, Duration, Number, Value, ValueType, comparison_key


class Range(NamedTuple):
    """The least and the greatest that a number can be, both included; None where there is no limit."""

    low: Number | None
    high: Number | None

    @property
    def only(self) -> Number | None:
        """Return the number, if there is only one."""
        return self.low if self.low == self.high else None


UNLIMITED = Range(None, None)


def declared_range(bounds: Iterable[tuple[str, Value | None]]) -> Range:
    """Return the range that bounds (``at_least``, ``at_most``) leave to a value that is not known.

    A bound without a value limits nothing.
    """
    low: Number | None = None
    high: Number | None = None
    for operator, limit in bounds:
        if limit is None:
            continue
        if operator == "at_least":
            low = number_of(limit)
        elif operator == "at_most":
            high = number_of(limit)
    return Range(low, high)


def number_of(value: Value) -> Number:
    """Return what is calculated with: the count of the unit of its type, for a length of time the seconds.

    Raises AssertionError for what is no number.
    """
    key = comparison_key(value)
    assert not isinstance(key, str)
    return key


def value_of(number: Number, type: ValueType) -> Value:
    """Return the value of a type that is calculated with as this number."""
    if type is not ValueType.DURATION or not isinstance(number, int):
        return number
    unit = next(one for one in ("hours", "minutes", "seconds") if number % UNIT_SECONDS[one] == 0)
    return Duration(number // UNIT_SECONDS[unit], unit)


class Part(Frozen):
    """A term, rate, floor or limit of an amount: its state, and its range where it is not known."""

    state: State
    declared: Range = UNLIMITED

    @property
    def range(self) -> Range:
        """Return the range of the number, if there is one at all."""
        if isinstance(self.state, Known):
            number = number_of(self.state.value)
            return Range(number, number)
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


class Factor(Frozen):
    """What is multiplied or divided by: ``unit`` of its part are one whole."""

    part: Part
    unit: int

    @property
    def range(self) -> Range:
        """Return the range of the factor itself."""
        low, high = (None if end is None else Fraction(end) / self.unit for end in self.part.range)
        return Range(low, high)


class Band(Frozen):
    """A rate up to a limit, which belongs to the band; None: without end."""

    limit: Part | None
    rate: Factor


class Bands(Frozen):
    """Rates by how large the sum is: of each part of it (marginal), or of the whole (slab)."""

    bands: Sequence[Band]
    of_the_whole: bool


class Formula(Frozen):
    """The result of a formula, a fraction of the unit of the amount, and the names that it met."""

    result: State
    met: Sequence[State]


class Terms(Frozen):
    """What an amount is calculated from: ``(base + plus - minus) × times ÷ divided_by × rate``.

    ``bands`` stand in place of the factors, ``formula`` in place of everything.
    """

    base: Part
    plus: Sequence[Part] = ()
    minus: Sequence[Part] = ()
    times: Sequence[Factor] = ()
    divided_by: Sequence[Factor] = ()
    rate: Factor | None = None
    bands: Bands | None = None
    formula: Formula | None = None

    @property
    def states(self) -> list[State]:
        """Return the states of the terms, without factors."""
        return [part.state for part in (self.base, *self.plus, *self.minus)]

    @property
    def named(self) -> tuple[tuple[str, State], ...]:
        """Return the states of everything but the rate and bands, each with its word."""
        if self.formula is not None:
            return tuple(("formula", state) for state in self.formula.met)
        return (
            ("base", self.base.state),
            *(("plus", term.state) for term in self.plus),
            *(("minus", term.state) for term in self.minus),
            *(("times", one.part.state) for one in self.times),
            *(("divided_by", one.part.state) for one in self.divided_by),
        )


def judge_amount(
    exists: Truth,
    exists_waits: Waits,
    terms: Terms,
    floor: Part | None,
    caps: Sequence[Cap],
    rounding: Rounding,
    type: ValueType = ValueType.MONEY,
) -> AmountFinding:
    """Return an amount with all its steps."""
    rate = None if terms.rate is None else terms.rate.part.state
    bands = () if terms.bands is None else _shown(terms.bands)
    shown_floor = None if floor is None else floor.state
    shown_caps = tuple(CapFinding(cap.applies, cap.limit.state) for cap in caps)
    if exists is Truth.FALSE:
        return AmountFinding(
            exists, terms.named, rate, bands, ABSENT, None, ABSENT, shown_floor, shown_caps, "", ABSENT
        )
    subtotal, exact = _steps(terms)
    rounded = _rounded(exact, rounding)
    result, bound = _limited(rounded, floor, caps)
    raw = exact.range.only if isinstance(rounded.state, Known) else None
    return AmountFinding(
        exists,
        terms.named,
        rate,
        bands,
        _typed(subtotal.state, type),
        None if raw is None else Fraction(raw),
        _typed(rounded.state, type),
        shown_floor,
        shown_caps,
        bound,
        _typed(doubt(exists, exists_waits, result), type),
    )


def _shown(bands: Bands) -> tuple[BandFinding, ...]:
    return tuple(
        BandFinding(None if one.limit is None else one.limit.state, one.rate.part.state)
        for one in bands.bands
    )


def _typed(state: State, type: ValueType) -> State:
    """Return a step as a value of the amount's type."""
    if isinstance(state, Known) and isinstance(state.value, int | Fraction):
        return Known(value_of(whole(state.value), type))
    return state


def whole(number: Number) -> Number:
    """Return a fraction that is a whole number as that number."""
    return number.numerator if isinstance(number, Fraction) and number.denominator == 1 else number


def _part(states: Sequence[State], range: Range) -> Part:
    """Return a step: no value if one of its states has none, known where only one number is possible."""
    if any(isinstance(state, Absent) for state in states):
        return Part(ABSENT)
    has_value = all_have_values(states)
    if has_value and range.only is not None:
        return Part(Known(range.only))
    return Part(Unknown(waits_of(states), has_value), range)


def exact_of(terms: Terms) -> Part:
    """Return the exact result before it is rounded."""
    return _steps(terms)[1]


def _steps(terms: Terms) -> tuple[Part, Part]:
    """Return the sum of the terms, and the exact result before it is rounded."""
    if terms.formula is not None:
        return Part(ABSENT), Part(terms.formula.result)
    subtotal = _subtotal(terms)
    if terms.bands is not None:
        return subtotal, _banded(subtotal, terms.bands)
    return subtotal, _product(subtotal, terms)


def _subtotal(terms: Terms) -> Part:
    added = [part.range for part in (terms.base, *terms.plus)]
    taken = [part.range for part in terms.minus]
    low = _sum([one.low for one in added], [one.high for one in taken])
    high = _sum([one.high for one in added], [one.low for one in taken])
    return _part(terms.states, Range(low, high))


def _sum(added: Iterable[Number | None], taken: Iterable[Number | None]) -> Number | None:
    total: Number = 0
    for sign, numbers in ((1, added), (-1, taken)):
        for number in numbers:
            if number is None:
                return None
            total += sign * number
    return total


# ---------- factors


def _product(subtotal: Part, terms: Terms) -> Part:
    """Return the exact product; a divisor that is zero leaves no value, one that may be zero perhaps none."""
    factors = [*terms.times, *(() if terms.rate is None else (terms.rate,))]
    states = [subtotal.state, *(one.part.state for one in (*factors, *terms.divided_by))]
    product = subtotal.range
    for factor in factors:
        product = _times(product, factor.range)
    may_be_zero = False
    for divisor in terms.divided_by:
        by = divisor.range
        if by.only == 0:
            return Part(ABSENT)
        may_be_zero = may_be_zero or _holds(by, 0)
        product = _over(product, by)
    found = _part(states, product)
    if may_be_zero and not isinstance(found.state, Absent):
        return Part(Unknown(waits_of(states)), product)
    return found


def _holds(range: Range, number: Number) -> bool:
    return (range.low is None or range.low <= number) and (range.high is None or number <= range.high)


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


def _over(one: Range, by: Range) -> Range:
    """Return a range that holds the quotient of two numbers; any number where the second may be zero."""
    if _holds(by, 0):
        return UNLIMITED
    # The further from zero, the nearer to zero is its inverse.
    low, high = (Fraction(0) if end is None else 1 / Fraction(end) for end in (by.high, by.low))
    return _times(one, Range(low, high))


def _scaled(range: Range, number: Number) -> Range:
    if number == 0:
        return Range(0, 0)
    low, high = (None if end is None else end * number for end in range)
    return Range(low, high) if number > 0 else Range(high, low)


# ---------- bands


def _banded(subtotal: Part, bands: Bands) -> Part:
    """Return the rates applied to a sum: walks upwards, and looks at nothing that has no part of it."""
    if not isinstance(subtotal.state, Known):
        parts = [one.rate.part for one in bands.bands] + [
            one.limit for one in bands.bands if one.limit is not None
        ]
        if isinstance(subtotal.state, Absent):
            return Part(ABSENT)
        return Part(Unknown(waits_of([subtotal.state, *(part.state for part in parts)])))
    base = number_of(subtotal.state.value)
    total: Number = 0
    open_states: list[State] = []
    reached: Number | None = None
    for number, band in enumerate(bands.bands):
        place = _place(base, band.limit)
        if place is None:  # it is not known whether the sum ends in this band
            assert band.limit is not None
            rest = [one.limit for one in bands.bands[number:] if one.limit is not None]
            rates = [one.rate.part for one in bands.bands[number:]]
            if isinstance(band.limit.state, Absent):
                return Part(ABSENT)
            states = [*open_states, *(part.state for part in (*rest, *rates))]
            return Part(Unknown(waits_of(states)))
        is_last, limit = place
        if not is_last and reached is not None and limit <= reached:
            continue  # an empty band
        part = base if reached is None else base - reached
        if not is_last:
            part = limit if reached is None else limit - reached
            reached = limit
        if bands.of_the_whole:
            if not is_last:
                continue
            part = base
        if part != 0:
            match band.rate.part.state:
                case Known(value):
                    total += part * Fraction(number_of(value)) / band.rate.unit
                case Absent():
                    return Part(ABSENT)
                case state:
                    open_states.append(state)
        if is_last:
            break
    else:
        return Part(ABSENT)  # it lies above the last band
    if open_states:
        return Part(Unknown(waits_of(open_states), all_have_values(open_states)))
    return Part(Known(whole(total)))


def _place(base: Number, limit: Part | None) -> tuple[bool, Number] | None:
    """Return whether a sum ends at or below a limit, with the limit; None where that is not known."""
    if limit is None:
        return True, base
    if isinstance(limit.state, Known):
        number = number_of(limit.state.value)
        return base <= number, number
    if isinstance(limit.state, Unknown) and limit.state.has_value:
        low = limit.range.low
        if low is not None and low >= base:
            return True, base
    return None


# ---------- rounding


def _rounded(exact: Part, rounding: Rounding) -> Part:
    if rounding.step == 0 or isinstance(exact.state, Absent):
        return exact
    low, high = (None if end is None else round_to(end, rounding) for end in exact.range)
    return _part([exact.state], Range(low, high))


def round_to(number: Number, rounding: Rounding) -> Number:
    """Return the multiple of the step to which a number is rounded; as it is where there is no step."""
    return round_quotient(number, 1, rounding.how, rounding.step)


def round_quotient(dividend: Number, divisor: Number, how: str, step: int) -> Number:
    """Return a quotient rounded to a multiple of a step; with step 0 the quotient itself.

    The divisor is not zero.
    """
    if step == 0 or not (isinstance(dividend, int) and isinstance(divisor, int)):
        exact = Fraction(dividend) / divisor
        if step == 0:
            return whole(exact)
        dividend, divisor = exact.numerator, exact.denominator
    if divisor < 0:
        dividend, divisor = -dividend, -divisor
    return round_fraction(dividend, divisor * step, how) * step


def round_fraction(numerator: int, denominator: int, how: str) -> int:
    """Return the fraction rounded to a whole number; halves by the mode, ``up`` is away from zero."""
    quotient, rest = divmod(abs(numerator), denominator)
    twice = 2 * rest
    upward = {
        "down": False,
        "up": rest > 0,
        "half_up": twice >= denominator,
        "half_even": twice > denominator or (twice == denominator and quotient % 2 == 1),
    }[how]
    rounded = quotient + upward
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


def _lowest(value: Number | None, limits: _Limits) -> tuple[Number | None, str]:
    """Return the least that can come out: a floor that is certain, and every cap that could bind."""
    bound = ""
    if limits.floor is not None and isinstance(limits.floor.state, Known):
        value, bound = _raised(value, limits.floor.range.low, bound)
    for number, cap in limits.caps:
        value, bound = _cut(value, cap.limit.range.low, bound, number)
    return value, bound


def _highest(value: Number | None, limits: _Limits) -> tuple[Number | None, str]:
    """Return the greatest that can come out: every floor that could be, and the caps that are certain."""
    bound = ""
    if limits.floor is not None:
        high = limits.floor.range.high
        value, bound = (None, bound) if high is None or value is None else _raised(value, high, bound)
    for number, cap in limits.caps:
        if cap.binds and (value is None or _number(cap) < value):
            value, bound = _number(cap), f"cap {number}"
    return value, bound


def _number(cap: Cap) -> Number:
    number = cap.limit.range.only
    assert number is not None
    return number


def _raised(value: Number | None, floor: Number | None, bound: str) -> tuple[Number | None, str]:
    if floor is not None and (value is None or floor > value):
        return floor, "floor"
    return value, bound


def _cut(value: Number | None, limit: Number | None, bound: str, number: int) -> tuple[Number | None, str]:
    if value is None or limit is None:
        return None, bound
    return (limit, f"cap {number}") if limit < value else (value, bound)


def _waits(rounded: Part, limits: _Limits, high: Number | None) -> Waits:
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
