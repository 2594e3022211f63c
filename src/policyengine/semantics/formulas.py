"""What the operations of a formula give: exact arithmetic on numbers in their natural unit.

Percentages and numbers are calculated with as what they are (5% is 1/20), money in its smallest unit, a
length of time or an instant in seconds, a date in days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Protocol
from zoneinfo import ZoneInfo

from policyengine.model.conditions import Operation
from policyengine.semantics.amounts import number_of, whole
from policyengine.values.calendar import Calendar
from policyengine.values.counting import Counting
from policyengine.values.literals import SECONDS_PER_DAY, Number, Value, ValueType, unit_of
from policyengine.values.periods import (
    business_days,
    business_days_between,
    ended,
    whole_months,
    whole_months_between_days,
    whole_years,
    whole_years_between_days,
)


def natural(value: Value, type: ValueType) -> Number:
    """Return the number that stands for a value in a formula."""
    number, unit = number_of(value), unit_of(type)
    return number if unit == 1 else whole(Fraction(number) / unit)


def in_units(number: Number, type: ValueType) -> Number:
    """Return the result of a formula in units of the type of its amount."""
    return whole(number * unit_of(type))


def _divided(args: Sequence[Number]) -> Number | None:
    dividend, divisor = args
    return None if divisor == 0 else whole(Fraction(dividend) / divisor)


def _up(args: Sequence[Number]) -> Number:
    """Return the next whole number away from zero."""
    number = Fraction(args[0])
    quotient, rest = divmod(abs(number.numerator), number.denominator)
    size = quotient + (rest > 0)
    return -size if number < 0 else size


def _down(args: Sequence[Number]) -> Number:
    """Return the whole part of a number, towards zero."""
    number = Fraction(args[0])
    size = abs(number.numerator) // number.denominator
    return -size if number < 0 else size


def _whole_days(args: Sequence[Number]) -> Number:
    """Return how many whole days (24 hours) lie between two instants; negative if the second is first."""
    since, until = map(Fraction, args)
    size = abs(until - since) // SECONDS_PER_DAY
    return -size if until < since else size


_OPERATIONS: Mapping[Operation, Callable[[Sequence[Number]], Number | None]] = {
    "add": lambda args: args[0] + args[1],
    "sub": lambda args: args[0] - args[1],
    "mul": lambda args: whole(args[0] * args[1]),
    "div": _divided,
    "neg": lambda args: -args[0],
    "least": min,
    "greatest": max,
    "up": _up,
    "down": _down,
    "days": lambda args: args[0] * SECONDS_PER_DAY,
    "whole_days": _whole_days,
}


class Times(Protocol):
    """What whole months and business days are counted by."""

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which an instant has its day."""
        ...

    @property
    def calendar(self) -> Calendar:
        """The business days."""
        ...


_COUNTING = Counting()
"""Instants are counted by the clock, and a month that lacks a day ends on its last."""
_PERIODS: Mapping[Operation, Callable[[int, int, Times], int]] = {
    "whole_months": lambda first, last, times: whole_months(first, last, _COUNTING, times.zone),
    "whole_years": lambda first, last, times: whole_years(first, last, _COUNTING, times.zone),
    "business_days": lambda first, last, times: business_days(first, last, times.calendar, times.zone),
    "months_between_days": lambda first, last, times: whole_months_between_days(first, last),
    "years_between_days": lambda first, last, times: whole_years_between_days(first, last),
    "business_days_between_days": lambda first, last, times: business_days_between(
        first, last, times.calendar
    ),
}


def calculate(op: Operation, args: Sequence[Number], times: Times) -> Number | None:
    """Return the result of an operation; None where there is none, because a divisor is zero."""
    if op == "ended":
        return ended(int(args[0]), times.zone)
    if op in _PERIODS:
        first, last = (int(one) for one in args)  # instants and days are whole
        return _PERIODS[op](first, last, times)
    return _OPERATIONS[op](args)
