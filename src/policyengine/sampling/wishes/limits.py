"""Between which limits a value is to be, so that it compares with another one."""

from __future__ import annotations

import operator as operators
from collections.abc import Callable
from typing import TypeAlias

from policyengine.model.conditions import Ref
from policyengine.sampling.draw import Draw, Sides, Want
from policyengine.sampling.operands import row_of
from policyengine.values.literals import Value, comparison_key

Bound: TypeAlias = Callable[[Draw, "int | None", "int | None"], "Sides | None"]
"""Gives the limits of a value, for a record and the record that asks; None where they cannot be told."""
OPPOSITE = {
    "at_least": "less_than",
    "at_most": "more_than",
    "more_than": "at_most",
    "less_than": "at_least",
}
TURNED = {
    "at_least": "at_most",
    "at_most": "at_least",
    "more_than": "less_than",
    "less_than": "more_than",
    "is": "is",
}
_COMPARES = {
    "at_least": operators.ge,
    "at_most": operators.le,
    "more_than": operators.gt,
    "less_than": operators.lt,
}


def between(operator: str, key: int) -> Sides:
    """Return the limits of what compares so with a value."""
    match operator:
        case "at_least":
            return key, None
        case "at_most":
            return None, key
        case "more_than":
            return key + 1, None
        case "less_than":
            return None, key - 1
        case _:
            return key, key


def compares(value: Value, operator: str, other: Value) -> bool:
    """Tell whether a value compares so with another one."""
    if operator == "is":
        return value == other
    return bool(_COMPARES[operator](comparison_key(value), comparison_key(other)))


def limited(ref: Ref, bound: Bound) -> Want:
    """Return the wish that a value is within limits."""

    def want(draw: Draw, record: int | None, this: int | None) -> None:
        draw.limit((ref.name, row_of(draw, ref, record, this)), lambda later: bound(later, record, this))

    return want
