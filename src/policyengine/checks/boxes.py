"""The boxes of a table: which inputs each row covers, column by column, without comparing each row with each.

The limits that the cells of a column name cut its values into *classes*, within which no cell of the column
comes out otherwise. A cell covers some classes, so a row covers a box; which rows cover a class is one
number, a bit for each row. What rows have in common, and what none covers, is found by these numbers alone.

Declared bounds, the values of a choice and those of a boolean limit the classes. That something has no value
is a class of its own, where that can be.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from zoneinfo import ZoneInfo

from policyengine.model.conditions import All, Any, Condition, Constant, Not, Ref, Test, conjuncts
from policyengine.model.rulebook import WORDS_OF_DAYS, Fact, Rulebook, Table, TableVersion
from policyengine.values.literals import (
    BUSINESS_DAYS_UNIT,
    UNIT_BUSINESS_MINUTES,
    UNIT_MONTHS,
    UNIT_SECONDS,
    Duration,
    Value,
    ValueType,
    comparison_key,
    format_value,
    unit_of,
)

_UNORDERED = (ValueType.CHOICE, ValueType.BOOLEAN, ValueType.TEXT, ValueType.TIME_ZONE)
# Between two neighbours of these lies nothing, so `3` is said and not `over 2`.
_WHOLE = (ValueType.COUNT, ValueType.DATE, ValueType.BUSINESS_DAYS, ValueType.MONTHS)
_FINE = (ValueType.NUMBER, ValueType.PERCENT)
"""Of these the whole ones are said rather than the next one, which is a millionth away."""
_MOST_STEPS = 100_000  # of looking for gaps; a table that needs more is not said to have none

Range = tuple["int | None", "int | None"]
"""The first and the last of some numbers, None: without end."""
Box = tuple[frozenset[int], ...]
"""For each column the numbers of classes."""


class Column:
    """The classes of one column, and which rows cover each."""

    def __init__(self, book: Rulebook, ref: Ref, cells: Sequence[Condition | None]) -> None:
        """``cells`` are those of the rows, in order."""
        self.ref = ref
        self.zone: ZoneInfo = book.zone
        self.currency = book.currency
        self.every = (1 << len(cells)) - 1
        self.has_absence = _may_be_absent(book, ref)
        if ref.type in _UNORDERED:
            self._words(book, cells)
        else:
            self._numbers(book, cells)
        if self.has_absence:
            self.masks.append(_rows_where(cells))
            for number, cell in enumerate(cells):
                if holds_of_nothing(cell):
                    self.covered[number] = self.covered[number] | {len(self.masks) - 1}

    # ---------- classes of words

    def _words(self, book: Rulebook, cells: Sequence[Condition | None]) -> None:
        self.named: set[object] = {value for cell in cells if cell is not None for value in _constants(cell)}
        every = _every(book, self.ref)
        words = sorted((one for one in self.named if isinstance(one, str)), key=str)
        self.values: list[Value | None] = [*every] if every is not None else [*words, None]
        """None stands for every other text."""
        self.starts: list[int] = []
        self.covered = [
            frozenset(
                place
                for place, value in enumerate(self.values)
                if cell is None or _holds_of_word(cell, value)
            )
            for cell in cells
        ]
        self.masks = [
            sum(1 << number for number, covered in enumerate(self.covered) if place in covered)
            for place in range(len(self.values))
        ]

    # ---------- classes of numbers

    def _numbers(self, book: Rulebook, cells: Sequence[Condition | None]) -> None:
        self.low, self.high = _limits(book, self.ref)
        ranges = [((None, None),) if cell is None else ranges_of(cell) for cell in cells]
        cuts: set[int] = set()
        for low, high in (one for found in ranges for one in found):
            cuts |= {low} if low is not None else set()
            cuts |= {high + 1} if high is not None else set()
        inside = sorted(
            cut
            for cut in cuts
            if (self.low is None or cut > self.low) and (self.high is None or cut <= self.high)
        )
        self.named = {key for cell in cells if cell is not None for key in map(_key, _constants(cell))}
        self.starts = inside
        count = len(inside) + 1
        alike = {found: frozenset(self._classes(found)) for found in ranges}
        self.covered = [alike[found] for found in ranges]
        self.masks = self._swept(count)
        self.values = []

    def _classes(self, ranges: Sequence[Range]) -> Iterator[int]:
        for low, high in ranges:
            if (self.high is not None and low is not None and low > self.high) or (
                self.low is not None and high is not None and high < self.low
            ):
                continue
            first = 0 if low is None else bisect_right(self.starts, low)
            last = len(self.starts) if high is None else bisect_right(self.starts, high)
            yield from range(first, last + 1)

    def _swept(self, count: int) -> list[int]:
        masks = [0] * count
        for number, covered in enumerate(self.covered):
            bit = 1 << number
            if len(covered) == count:
                continue
            for place in covered:
                masks[place] |= bit
        whole = sum(1 << number for number, covered in enumerate(self.covered) if len(covered) == count)
        return [mask | whole for mask in masks]

    # ---------- both

    @property
    def present(self) -> list[int]:
        """The classes of values; without the one for no value."""
        return list(range(len(self.masks) - self.has_absence))

    def rows_of(self, classes: frozenset[int]) -> int:
        """Return the rows that cover one of the classes."""
        if len(classes) == len(self.masks):
            return self.every
        found = 0
        for place in classes:
            found |= self.masks[place]
        return found

    def example(self, classes: frozenset[int]) -> Value | None:
        """Return a value of one of the classes, one that cells name if there is one; None for no value."""
        present = [place for place in sorted(classes) if place < len(self.masks) - self.has_absence]
        if not present:
            return None
        if self.ref.type in _UNORDERED:
            values = [self.values[place] for place in present]
            return next((one for one in values if one is not None), _another(self.named))
        low, high = self._range(present[0], present[0])
        unit = unit_of(ValueType.NUMBER) if self.ref.type in _FINE else 1
        below, above = (None if one is None else one // unit * unit for one in (high, low))
        after = above if low is None or above is None or above == low else above + unit
        for key in (high if high in self.named else None, low if low in self.named else None, below, after):
            if key is not None and (low is None or low <= key) and (high is None or key <= high):
                return value_of(key, self.ref.type)
        return value_of(low or high or 0, self.ref.type)

    def text(self, classes: frozenset[int]) -> str:
        """Return classes as a cell is written."""
        present = [place for place in sorted(classes) if place < len(self.masks) - self.has_absence]
        if len(present) == len(self.present):
            return "any"
        parts = self._words_text(present) if self.ref.type in _UNORDERED else self._ranges_text(present)
        if len(present) < len(classes):
            parts.append("none")
        return parts[0] if len(parts) == 1 else f"[{', '.join(parts)}]"

    def _words_text(self, places: Sequence[int]) -> list[str]:
        values = [self.values[place] for place in places]
        if None in values:  # all texts but those that are named and left out
            out = [str(one) for one in self.values if one is not None and one not in values]
            return [f"not {one}" for one in out] or ["any"]
        return [self._literal(one) for one in values if one is not None]

    def _ranges_text(self, places: Sequence[int]) -> list[str]:
        groups: list[list[int]] = []
        for place in places:
            if groups and groups[-1][1] == place - 1:
                groups[-1][1] = place
            else:
                groups.append([place, place])
        return [self._range_text(*self._range(first, last)) for first, last in groups]

    def _range(self, first: int, last: int) -> Range:
        low = self.low if first == 0 else self.starts[first - 1]
        high = self.high if last == len(self.starts) else self.starts[last] - 1
        return low, high

    def _range_text(self, low: int | None, high: int | None) -> str:
        if low is not None and low == high:
            return self._number(low)
        is_whole = self.ref.type in _WHOLE
        over = low is not None and not is_whole and low not in self.named and low - 1 in self.named
        under = high is not None and not is_whole and high not in self.named and high + 1 in self.named
        if low is None or low == self.low:
            if high is None:
                return "any"
            return f"under {self._number(high + 1)}" if under else f"up to {self._number(high)}"
        first = self._number(low - 1 if over else low)
        if high is None or high == self.high:
            return f"over {first}" if over else f"from {first}"
        last = self._number(high + 1 if under else high)
        if over:
            return f"over {first} {'under' if under else 'to'} {last}"
        return f"from {first} under {last}" if under else f"{first} to {last}"

    def _number(self, key: int) -> str:
        return self._literal(value_of(key, self.ref.type))

    def _literal(self, value: Value) -> str:
        if self.ref.type is ValueType.INSTANT:
            return str(format_value(value, self.ref.type, self.zone, self.currency))[:19].replace("T", " ")
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(format_value(value, self.ref.type, self.zone, self.currency))


def _another(named: Collection[object]) -> str:
    """Return a text that no cell names."""
    text = "other"
    while text in named:
        text += "…"
    return text


class Boxes:
    """The boxes of one version of a table."""

    def __init__(self, book: Rulebook, table: Table, version: TableVersion) -> None:
        """Find the classes of every column."""
        self.rows = version.rows
        self.columns = [
            Column(book, ref, [row.cells[place] for row in version.rows])
            for place, ref in enumerate(table.asks)
        ]

    def meeting(self) -> Iterator[tuple[int, int]]:
        """Return the pairs of rows that have inputs in common, in order."""
        for number in range(len(self.rows)):
            later = ~((1 << (number + 1)) - 1)
            for column in self.columns:
                later &= column.rows_of(column.covered[number])
            for other in bits_of(later):
                yield number, other

    def common(self, one: int, other: int) -> Box:
        """Return the inputs that two rows both cover."""
        return tuple(column.covered[one] & column.covered[other] for column in self.columns)

    def inside(self) -> Iterator[int]:
        """Return the rows all of whose inputs other rows cover, too.

        There may be more if it takes too long to look for them.
        """
        for number in range(len(self.rows)):
            self.steps = _MOST_STEPS
            others = ((1 << len(self.rows)) - 1) & ~(1 << number)
            if not self._is_alone_within(number, others, 0):
                yield number

    def _is_alone_within(self, number: int, others: int, place: int) -> bool:
        """Tell whether none of the others covers some input of a row, from a column on."""
        self.steps -= 1
        if not others or self.steps < 0:
            return True
        if place == len(self.columns):
            return False
        column = self.columns[place]
        left = {column.masks[one] & others for one in column.covered[number]}
        return any(self._is_alone_within(number, rows, place + 1) for rows in sorted(left))

    def gaps(self) -> Iterator[Box]:
        """Return the inputs that no row covers, as boxes; inputs without a value are left out.

        There may be more if it takes too long to look for them.
        """
        self.steps = _MOST_STEPS
        every = (1 << len(self.rows)) - 1
        yield from _joined(self._gaps(every, 0))

    def covers_everything(self) -> bool:
        """Tell whether some row covers whatever is asked, and that always has a value."""
        if any(column.has_absence for column in self.columns) or any(True for _ in self.gaps()):
            return False
        return self.steps >= 0

    def _gaps(self, rows: int, place: int) -> Iterator[tuple[frozenset[int], ...]]:
        self.steps -= 1
        if self.steps < 0:
            return
        if not rows:
            yield tuple(frozenset(column.present) for column in self.columns[place:])
            return
        if place == len(self.columns):
            return
        column = self.columns[place]
        groups: dict[int, list[int]] = {}
        for one in column.present:
            groups.setdefault(column.masks[one] & rows, []).append(one)
        for left, classes in groups.items():
            for rest in self._gaps(left, place + 1):
                yield (frozenset(classes), *rest)

    def text(self, box: Box) -> list[str]:
        """Return a box as the cells of a row are written."""
        return [column.text(classes) for column, classes in zip(self.columns, box, strict=True)]


def is_always_given(book: Rulebook, fact: Fact) -> bool:
    """Tell whether some row of a table gives a fact its value, whatever the case is."""
    for table in book.tables.values():
        if table.listed != fact.listed or all(ref.name != fact.path for ref in table.gives):
            continue
        demands = (*conjuncts(table.when), *conjuncts(book.policies[table.policy].scope))
        if demands or len(table.versions) > 1 or [*conjuncts(table.versions[0].days)]:
            continue
        if Boxes(book, table, table.versions[0]).covers_everything():
            return True
    return False


def _joined(boxes: Iterator[Box]) -> Iterator[Box]:
    """Join boxes that differ in the first column only."""
    found: dict[Box, frozenset[int]] = {}
    for first, *rest in boxes:
        key = tuple(rest)
        found[key] = found.get(key, frozenset()) | first
    yield from ((first, *rest) for rest, first in found.items())


def bits_of(mask: int) -> Iterator[int]:
    """Return the numbers of the bits that are set, the lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _rows_where(cells: Sequence[Condition | None]) -> int:
    """Return the rows that hold where there is no value."""
    return sum(1 << number for number, cell in enumerate(cells) if holds_of_nothing(cell))


# ---------- what a cell holds of


def holds_of_nothing(cell: Condition | None) -> bool:
    """Tell whether a cell holds of what has no value."""
    match cell:
        case None:
            return True
        case All(parts):
            return all(map(holds_of_nothing, parts))
        case Any(parts):
            return any(map(holds_of_nothing, parts))
        case Not(part):
            return not holds_of_nothing(part)
        case _:
            return False


def _holds_of_word(cell: Condition, value: Value | None) -> bool:
    match cell:
        case All(parts):
            return all(_holds_of_word(part, value) for part in parts)
        case Any(parts):
            return any(_holds_of_word(part, value) for part in parts)
        case Not(part):
            return not _holds_of_word(part, value)
        case Test(operator="known"):
            return True
        case Test() if cell.spelling in WORDS_OF_DAYS:
            return True  # of a set of several versions: there is a day on which it is so
        case Test():
            return any(isinstance(one, Constant) and one.value == value for one in cell.operands)
        case _:
            return True


def ranges_of(cell: Condition) -> tuple[Range, ...]:
    """Return the numbers of which a cell holds, as ranges in order that do not meet."""
    match cell:
        case All(parts):
            found: tuple[Range, ...] = ((None, None),)
            for part in parts:
                found = tuple(_both(found, ranges_of(part)))
            return found
        case Any(parts):
            return _together([one for part in parts for one in ranges_of(part)])
        case Not(part):
            return _others(ranges_of(part))
        case Test(operator="known"):
            return ((None, None),)
        case Test() if cell.spelling in WORDS_OF_DAYS:
            return ((None, None),)
        case Test(operator=operator, operands=operands):
            keys = [_key(one.value) for one in operands if isinstance(one, Constant)]
            return _together([_range_of_test(operator, key) for key in keys])
        case _:
            return ((None, None),)


def _range_of_test(operator: str, key: int) -> Range:
    match operator:
        case "at_least":
            return key, None
        case "more_than":
            return key + 1, None
        case "at_most":
            return None, key
        case "less_than":
            return None, key - 1
        case _:
            return key, key


def _both(one: Sequence[Range], other: Sequence[Range]) -> Iterator[Range]:
    for low, high in one:
        for least, most in other:
            first = low if least is None else least if low is None else max(low, least)
            last = high if most is None else most if high is None else min(high, most)
            if first is None or last is None or first <= last:
                yield first, last


def _together(ranges: Sequence[Range]) -> tuple[Range, ...]:
    found: list[Range] = []
    for low, high in sorted(ranges, key=lambda one: (one[0] is not None, one[0] or 0)):
        last = found[-1] if found else None
        if last is not None and (last[1] is None or (low is None or low <= last[1] + 1)):
            end = None if last[1] is None or high is None else max(last[1], high)
            found[-1] = (last[0], end)
        else:
            found.append((low, high))
    return tuple(found)


def _others(ranges: Sequence[Range]) -> tuple[Range, ...]:
    found: list[Range] = []
    after: int | None = None
    for low, high in ranges:
        if low is not None and (after is None or after < low):
            found.append((after, low - 1))
        if high is None:
            return tuple(found)
        after = high + 1
    found.append((after, None))
    return tuple(found)


def _constants(cell: Condition) -> Iterator[Value]:
    match cell:
        case All(parts) | Any(parts):
            for part in parts:
                yield from _constants(part)
        case Not(part):
            yield from _constants(part)
        case Test() if cell.spelling in WORDS_OF_DAYS:
            pass
        case Test(operands=operands):
            yield from (one.value for one in operands if isinstance(one, Constant))
        case _:
            pass


def _key(value: Value) -> int:
    key = comparison_key(value)
    assert isinstance(key, int)
    return key


_UNITS: dict[ValueType, tuple[tuple[str, int], ...]] = {
    ValueType.DURATION: tuple((unit, UNIT_SECONDS[unit]) for unit in ("days", "hours", "minutes", "seconds")),
    ValueType.BUSINESS_DAYS: ((BUSINESS_DAYS_UNIT, 1),),
    ValueType.MONTHS: tuple((unit, UNIT_MONTHS[unit]) for unit in ("years", "months")),
    ValueType.BUSINESS_HOURS: tuple(
        (unit, UNIT_BUSINESS_MINUTES[unit]) for unit in ("business_hours", "business_minutes")
    ),
}
"""The units of lengths of time with their sizes, the largest first."""


def value_of(key: int, type: ValueType) -> Value:
    """Return the value of a type that compares by a number."""
    units = _UNITS.get(type)
    if units is not None:
        unit, size = next((unit, size) for unit, size in units if key % size == 0)
        return Duration(key // size, unit)
    return key


# ---------- what a column can be


def _every(book: Rulebook, ref: Ref) -> list[Value] | None:
    """Return all values that a name can have, None for a text."""
    if ref.type is ValueType.BOOLEAN:
        return [True, False]
    if ref.kind == "deadline":
        return [*book.deadlines[ref.name.rpartition(".")[0]].statuses]
    fact = book.facts.get(ref.name)
    return [choice.name for choice in fact.choices] if fact is not None and fact.choices else None


_LEAST_OF = dict.fromkeys((ValueType.COUNT, *_UNITS), 0)


def _limits(book: Rulebook, ref: Ref) -> Range:
    """Return the bounds that a case is held to; of what rules conclude there are none."""
    least = _LEAST_OF.get(ref.type)
    fact = book.facts.get(ref.name) if ref.kind == "fact" else None
    if fact is None or fact.role != "given":
        return least, None
    low, high = fact.literal_limits
    return (least if low is None else low if least is None else max(low, least)), high


def _may_be_absent(book: Rulebook, ref: Ref) -> bool:
    fact = book.facts.get(ref.name) if ref.kind == "fact" else None
    if fact is None:
        return ref.kind != "parameter"
    return fact.role != "given" or fact.has_none_if_missing or fact.dated_by is not None or fact.is_event
