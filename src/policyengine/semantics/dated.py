"""Which of the values of a figure is in force on a day.

Of the values that have begun and are not over, one of every year comes first, then the one that began last: a
value with a last day is an interlude, after which the earlier one is in force again. Days are ordinals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Protocol, TypeVar

from policyengine.values.seasons import Season


class Dated(Protocol):
    """A value with its days: from ``start`` to ``end``, both included (None: without limit).

    With a ``season`` it is in force on these days of every year only.
    """

    @property
    def start(self) -> int | None:
        """Its first day."""
        ...

    @property
    def end(self) -> int | None:
        """Its last day."""
        ...

    @property
    def season(self) -> Season | None:
        """The days of every year on which it is in force."""
        ...


Value = TypeVar("Value", bound=Dated)


def is_in_force(value: Dated, day: int) -> bool:
    """Tell whether a day is one of the days of a value, whatever other values there are."""
    if (value.start is not None and day < value.start) or (value.end is not None and day > value.end):
        return False
    return value.season is None or value.season.holds_on(day)


def in_force(values: Iterable[Value], day: int) -> Value | None:
    """Return the value in force on a day, None if there is none."""
    found: Value | None = None
    for value in values:
        if is_in_force(value, day) and (found is None or _precedes(value, found)):
            found = value
    return found


def _precedes(value: Dated, other: Dated) -> bool:
    """Tell whether a value counts where another is in force too."""
    if (value.season is None) is not (other.season is None):
        return value.season is not None
    return other.start is None or (value.start is not None and value.start >= other.start)


def has_begun(values: Iterable[Dated], day: int) -> bool:
    """Tell whether a day is not before the first day of all values.

    Before it nobody has said what is in force; where later none is, it has been said that there is none.
    """
    return any(value.start is None or value.start <= day for value in values)


def has_gap(values: Iterable[Dated]) -> bool:
    """Tell whether there may be days without a value after the first day of all values."""
    every = list(values)
    lasting = [one.start for one in every if one.season is None and one.end is None]
    if None in lasting:
        return False
    first = min((one for one in lasting if one is not None), default=None)
    return first is None or any(one.start is None or one.start < first for one in every)


def comes_back(values: Sequence[Dated]) -> bool:
    """Tell whether what is in force may be as it was before: after an interlude, or every year."""
    return any(one.end is not None or one.season is not None for one in values)


def run_of(values: Sequence[Dated], day: int) -> tuple[int | None, int | None]:
    """Return the first and the last day of those around a day on which the same is in force without a break.

    None where it has no beginning, or no end.
    """
    now = _state(values, day)
    changes = sorted(set(_changes(values, day)))
    first, last = None, None
    for one in changes:
        if one <= day and _state(values, one - 1) is not now:
            first = one
        if one > day and _state(values, one) is not now:
            last = one - 1
            break
    return first, last


def _state(values: Sequence[Value], day: int) -> Value | bool:
    """Return what is in force on a day; nothing: whether anything has begun."""
    return in_force(values, day) or has_begun(values, day)


def _changes(values: Iterable[Dated], day: int) -> Iterator[int]:
    """Return all days on which another value may come into force, of seasons those near a day."""
    for value in values:
        yield from () if value.start is None else (value.start,)
        yield from () if value.end is None else (value.end + 1,)
        if value.season is not None:
            limits = (date.fromordinal(one).year for one in (value.start, value.end) if one is not None)
            for year in {
                year + more for year in (date.fromordinal(day).year, *limits) for more in (-1, 0, 1)
            }:
                yield from value.season.changes_in(year)
