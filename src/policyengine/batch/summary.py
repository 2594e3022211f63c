"""What came out of very many cases, in numbers that add up: of a block, of a run, of several runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from policyengine.batch.row import Cell, Field, Row, RowShape
from policyengine.syntax.keys import parse_name
from policyengine.values.literals import ValueType

Place = tuple[str, ...]
"""What is counted: kind, column, and what it is in the column."""

CASES: Place = ("cases",)
"""Records that were judged: one row each."""
REJECTED: Place = ("rejected",)
"""Records that were put aside as faulty."""
UNREAD: Place = ("unread",)
"""Files of which the rest cannot be read; for each there is one such record."""

COUNTED = (ValueType.BOOLEAN, ValueType.CHOICE)
"""The types of which each value is counted."""
SUMMED = (ValueType.MONEY, ValueType.COUNT, ValueType.NUMBER)
"""The types of which a sum is made, and the least and the greatest value found."""


class Summary:
    """Counts, sums, and the least and greatest of what is summed, in the units in which values are held."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.counts: dict[Place, int] = {}
        self.sums: dict[Place, int] = {}
        self.least: dict[Place, int] = {}
        self.greatest: dict[Place, int] = {}

    def count(self, place: Place, number: int = 1) -> None:
        """Count something."""
        self.counts[place] = self.counts.get(place, 0) + number

    def add(self, place: Place, value: int) -> None:
        """Add a value to a sum."""
        self.sums[place] = self.sums.get(place, 0) + value
        self.least[place] = min(value, self.least.get(place, value))
        self.greatest[place] = max(value, self.greatest.get(place, value))

    def merge(self, other: Summary) -> None:
        """Take in what another one has counted."""
        for place, number in other.counts.items():
            self.count(place, number)
        for place, total in other.sums.items():
            self.sums[place] = self.sums.get(place, 0) + total
        for own, others, better in (
            (self.least, other.least, min),
            (self.greatest, other.greatest, max),
        ):
            for place, value in others.items():
                own[place] = better(value, own.get(place, value))

    def under(self, *begin: str) -> Iterator[tuple[Place, int]]:
        """Return what has been counted at places that begin like this, by place; the rest of the places."""
        size = len(begin)
        for place in sorted(self.counts):
            if place[:size] == begin:
                yield place[size:], self.counts[place]

    def number(self, *place: str) -> int:
        """Return how often something was counted."""
        return self.counts.get(place, 0)

    @property
    def records(self) -> int:
        """How many records there were: judged, or put aside."""
        return self.number(*CASES) + self.number(*REJECTED)

    def data(self) -> dict[str, Any]:
        """Return everything as JSON has it."""
        parts = {"counts": self.counts, "sums": self.sums, "least": self.least, "greatest": self.greatest}
        return {name: [[*place, found[place]] for place in sorted(found)] for name, found in parts.items()}

    @classmethod
    def of_data(cls, data: Mapping[str, Sequence[Sequence[Any]]]) -> Summary:
        """Return what :meth:`data` has written."""
        made = cls()
        parts = {"counts": made.counts, "sums": made.sums, "least": made.least, "greatest": made.greatest}
        for name, found in parts.items():
            found.update({tuple(map(str, one[:-1])): int(one[-1]) for one in data[name]})
        return made


def summarize(made: Summary, shape: RowShape, rows: Iterable[Row]) -> None:
    """Count what rows say."""
    for row in rows:
        made.count(CASES)
        _take(made, shape.fields, row)


def _take(made: Summary, fields: Sequence[Field], row: Sequence[Cell]) -> None:
    for field, cell in zip(fields, row, strict=True):
        if cell is None:
            continue
        match field.part:
            case "records":
                assert isinstance(cell, tuple)
                for inner in cell:
                    _take(made, field.fields, inner)
            case "value":
                _take_value(made, field, cell)
            case "status":
                made.count(("status", field.of, str(cell)))
            case "rule" | "missing":
                assert isinstance(cell, tuple)
                for one in dict.fromkeys(parse_name(name).name for name in cell):
                    made.count((field.part, field.of, one))


def _take_value(made: Summary, field: Field, cell: Cell) -> None:
    if field.form in COUNTED:
        made.count(("value", field.of, _word(cell)))
    elif field.form in SUMMED:
        assert isinstance(cell, int)  # no rule can conclude what is not rounded
        made.add((field.of,), cell)


def _word(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return str(cell)
