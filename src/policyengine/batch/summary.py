"""What came out of very many cases, in numbers that add up: of a block, of a run, of several runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policyengine.batch.row import Field, Row, RowShape
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

    def add(self, place: Place, total: int, least: int, greatest: int) -> None:
        """Add values to a sum: their own sum, the least and the greatest of them."""
        self.sums[place] = self.sums.get(place, 0) + total
        self.least[place] = min(least, self.least.get(place, least))
        self.greatest[place] = max(greatest, self.greatest.get(place, greatest))

    def add_value(self, place: Place, value: int) -> None:
        """Add one value to a sum."""
        self.add(place, value, value, value)

    def merge(self, other: Summary) -> None:
        """Take in what another one has counted."""
        for place, number in other.counts.items():
            self.count(place, number)
        for place, total in other.sums.items():
            self.add(place, total, other.least[place], other.greatest[place])

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


def summarize(made: Summary, shape: RowShape, rows: Sequence[Row]) -> None:
    """Count what rows say."""
    if rows:
        made.count(CASES, len(rows))
        _take(made, shape.fields, rows)


def _take(made: Summary, fields: Sequence[Field], rows: Sequence[Row]) -> None:
    """Count what columns say: many cells are alike, and each of them is looked at once."""
    for field, column in zip(fields, zip(*rows, strict=True), strict=True):
        if field.part in ("head", "due"):
            continue
        cells: list[Any] = [cell for cell in column if cell is not None]
        match field.part:
            case "records":
                inner = [row for records in cells for row in records]
                if inner:
                    _take(made, field.fields, inner)
            case "value":
                _take_values(made, field, cells)
            case "status":
                for cell, number in Counter(cells).items():
                    made.count(("status", field.of, cell), number)
            case "rule" | "missing":
                for cell, number in Counter(cells).items():
                    for one in dict.fromkeys(parse_name(name).name for name in cell):
                        made.count((field.part, field.of, one), number)


def _take_values(made: Summary, field: Field, cells: Sequence[Any]) -> None:
    if field.form in COUNTED:
        for cell, number in Counter(cells).items():
            made.count(("value", field.of, _word(cell)), number)
    elif field.form in SUMMED and cells:  # no rule can conclude what is not rounded
        made.add((field.of,), sum(cells), min(cells), max(cells))


def _word(cell: object) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return str(cell)
