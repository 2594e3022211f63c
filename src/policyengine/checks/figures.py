"""The figures that a place can hold, each with when it does: by a reading, and from day to day."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen, replace
from policyengine.model.conditions import ByReading, Constant, Operand, Ref
from policyengine.model.rulebook import Parameter, Rulebook
from policyengine.values.literals import Value, comparison_key


class Figure(Frozen):
    """A value and when it is there: from ``first`` to ``last`` (ordinals, inclusive; None: always) of the
    act ``by``, under ``readings`` (pairs of assumption and reading).
    """

    value: Value
    span: Span
    readings: frozenset[tuple[str, str]] = frozenset()
    by: str = ""
    first: int | None = None
    last: int | None = None

    def meets(self, other: Figure) -> bool:
        """Tell whether there are cases with both figures."""
        readings = self.readings | other.readings
        if len({assumption for assumption, _ in readings}) < len(readings):
            return False
        if self.by != other.by:  # days of different acts tell nothing about each other
            return True
        ends_before = self.last is not None and other.first is not None and self.last < other.first
        begins_after = other.last is not None and self.first is not None and other.last < self.first
        return not ends_before and not begins_after


def figures_of(operand: Operand, book: Rulebook) -> Iterator[Figure]:
    """Return every figure that a place can hold: a literal, or the values of a parameter."""
    match operand:
        case Constant(value, _, span):
            yield Figure(value, span)
        case ByReading(assumption, readings):
            for reading, inner in readings:
                for figure in figures_of(inner, book):
                    yield replace(figure, readings=figure.readings | {(assumption, reading)})
        case Ref() if operand.name in book.parameters:
            yield from _values(book.parameters[operand.name])


def _values(parameter: Parameter) -> Iterator[Figure]:
    by = "" if parameter.by is None else parameter.by.name
    values = sorted(parameter.values, key=lambda one: one.start or 0)
    for position, one in enumerate(values):
        # After an interlude the earlier value is in force again, and beside days of every year it is too.
        later = [value for value in values[position + 1 :] if value.start is not None]
        lasting = [value.start for value in later if value.end is None and value.season is None]
        last = min((start - 1 for start in lasting if start is not None), default=None)
        ends = [day for day in (last if one.season is None else None, one.end) if day is not None]
        yield Figure(one.value, one.span, frozenset(), by, one.start, min(ends, default=None))


def is_more(one: Value, other: Value) -> bool:
    """Tell whether a figure is greater than another one of its type."""
    first, second = comparison_key(one), comparison_key(other)
    return isinstance(first, int) and isinstance(second, int) and first > second
