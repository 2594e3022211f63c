"""Which lengths of time a place can hold."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.model.conditions import ByReading, Constant, Operand, Ref
from policyengine.model.rulebook import Rulebook
from policyengine.values.literals import SMALLEST_UNITS, Duration, ValueType


def lengths_of(operand: Operand | None, book: Rulebook) -> Iterator[Duration]:
    """Return the lengths that are written for a place, and of a fact one of each unit that it can have."""
    match operand:
        case None:
            return
        case Constant(value):
            if isinstance(value, Duration):
                yield value
        case ByReading(_, readings):
            for _, inner in readings:
                yield from lengths_of(inner, book)
        case Ref(name):
            parameter = book.parameters.get(name)
            values = () if parameter is None else tuple(one.value for one in parameter.values)
            yield from (value for value in values if isinstance(value, Duration))
            if not values:
                yield from _of_type(operand.type)


def _of_type(type: ValueType) -> Iterator[Duration]:
    """Return a length of each unit that counts otherwise than the others of its type."""
    kinds = SMALLEST_UNITS if type is ValueType.LENGTH else {type: SMALLEST_UNITS[type]}
    for kind, unit in kinds.items():
        yield from (
            Duration(1, one) for one in (("hours", "days") if kind is ValueType.DURATION else (unit,))
        )
