"""What an amount comes to: terms, rate, rounding, floor and caps, step by step.

Pure functions from what is known about an amount's parts to a finding; every engine uses them. Money is
whole fen; a rate is whole millionths of a percent, so a product is whole units of 10^-8 fen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from policyengine.clocks import doubt, waits_of
from policyengine.findings import (
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

Rounding = Literal["half_up", "half_even", "down", "up"]
RAW_UNITS = 10**8


class Cap(NamedTuple):
    """A cap of one case: whether it applies, what that waits for, and its limit."""

    applies: Truth
    waits: Waits
    limit: State


class Terms(NamedTuple):
    """The signed terms of an amount and what they are multiplied by (None: by nothing)."""

    base: State
    plus: Sequence[State]
    minus: Sequence[State]
    rate: State | None


def judge_amount(
    exists: Truth,
    exists_waits: Waits,
    terms: Terms,
    floor: State | None,
    caps: Sequence[Cap],
    rounding: Rounding,
) -> AmountFinding:
    """Return an amount with all its steps."""
    named = (
        ("base", terms.base),
        *(("plus", term) for term in terms.plus),
        *(("minus", term) for term in terms.minus),
    )
    shown_caps = tuple(CapFinding(cap.applies, cap.limit) for cap in caps)
    if exists is Truth.FALSE:
        return AmountFinding(exists, named, terms.rate, ABSENT, None, ABSENT, floor, shown_caps, "", ABSENT)
    subtotal = _subtotal(terms)
    raw, rounded = _product(subtotal, terms.rate, rounding)
    result, bound = _limited(rounded, floor, caps)
    return AmountFinding(
        exists,
        named,
        terms.rate,
        subtotal,
        raw,
        rounded,
        floor,
        shown_caps,
        bound,
        doubt(exists, exists_waits, result),
    )


def _fen(state: State) -> int:
    assert isinstance(state, Known) and isinstance(state.value, int)
    return state.value


def _subtotal(terms: Terms) -> State:
    states = [terms.base, *terms.plus, *terms.minus]
    if any(isinstance(state, Absent) for state in states):
        return ABSENT
    waits = waits_of(states)
    if waits:
        return Unknown(waits)
    return Known(_fen(terms.base) + sum(map(_fen, terms.plus)) - sum(map(_fen, terms.minus)))


def _product(subtotal: State, rate: State | None, rounding: Rounding) -> tuple[int | None, State]:
    """Return the exact product in units of 10^-8 fen, and the product rounded to whole fen."""
    if isinstance(subtotal, Absent) or isinstance(rate, Absent):
        return None, ABSENT
    waits = waits_of([subtotal] if rate is None else [subtotal, rate])
    if waits:
        return None, Unknown(waits)
    raw = _fen(subtotal) * (RAW_UNITS if rate is None else _fen(rate))
    return raw, Known(round_fraction(raw, RAW_UNITS, rounding))


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


def _limited(rounded: State, floor: State | None, caps: Sequence[Cap]) -> tuple[State, str]:
    """Return the amount after floor and caps, and what changed it last."""
    floor_waits = waits_of([] if floor is None else [floor])
    if isinstance(rounded, Unknown):
        return Unknown(rounded.waits | floor_waits | _open_waits(caps, None)), ""
    if isinstance(rounded, Absent):
        return rounded, ""
    value, bound = _fen(rounded), ""
    if isinstance(floor, Known) and _fen(floor) > value:
        value, bound = _fen(floor), "floor"
    for number, cap in enumerate(caps, 1):
        if _binds(cap) and _fen(cap.limit) < value:
            value, bound = _fen(cap.limit), f"cap {number}"
    if floor_waits and not any(_binds(cap) and _fen(cap.limit) <= value for cap in caps):
        return Unknown(floor_waits | _open_waits(caps, None)), ""
    waits = _open_waits(caps, value)
    return (Unknown(waits), "") if waits else (Known(value), bound)


def _binds(cap: Cap) -> bool:
    return cap.applies is Truth.TRUE and isinstance(cap.limit, Known)


def _open_waits(caps: Sequence[Cap], value: int | None) -> Waits:
    """Return what the caps wait for that could still lower the value; None is a value that has no limit."""
    waits = NOTHING
    for cap in caps:
        if cap.applies is Truth.FALSE or isinstance(cap.limit, Absent) or _binds(cap):
            continue
        if value is None or not isinstance(cap.limit, Known) or _fen(cap.limit) < value:
            waits = waits | cap.waits | waits_of([cap.limit])
    return waits
