"""From a mapping of Python to what the JSON of a case would hold, numbers in their exact spelling.

What JSON cannot hold is told with the field where it stands. Dates, datetimes and lengths of time become
their text, decimals their digits. A binary fraction becomes the digits that Python shows for it (``19.99`` is
a sum, ``0.1 + 0.2`` is not), or is refused.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from policyengine.diagnostics.diagnostic import Diagnostic, error, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import replace
from policyengine.syntax.json_faults import bad_text, depth_fault, number_fault
from policyengine.syntax.json_reader import Number
from policyengine.syntax.keys import Path, format_path
from policyengine.syntax.limits import MAX_DEPTH, MAX_FAULTS
from policyengine.values.escaping import shorten
from policyengine.values.literals import SECONDS_PER_DAY, UNIT_SECONDS, Duration, length_text

MOST_VALUES = 5_000_000  # the same object in many places is many values
_LONGEST_NUMBER = 100
_SHOWN_STEPS = 5
_WHAT_TO_GIVE = message(
    "give a text, a number, `True`, `False`, a `Decimal`, `date`, `datetime` or `timedelta`, or lists or "
    "mappings of them"
)


class MappingReader:
    """Reads values of Python; ``faults`` is what is wrong with them."""

    def __init__(self, name: str, of_program: bool = False) -> None:
        """``name`` stands for the file in faults.

        The values are ``of_program`` that chose them: it can say lengths of time, and need not give binary
        fractions, which columns of a table are full of.
        """
        self.span = Span(name)
        self.of_program = of_program
        self.faults: list[Diagnostic] = []
        self.count = 0
        self._around: set[int] = set()

    def read(self, value: object, path: Path = ()) -> object:
        """Return a value as the reader of JSON gives it; of what is faulty, None."""
        self.count += 1
        if len(self.faults) >= MAX_FAULTS or self.count > MOST_VALUES:
            self._tell_if_many(path)
            return None
        if value is None or isinstance(value, bool):
            return value
        if not isinstance(value, Mapping | list | tuple):
            return self._single(value, path)
        if id(value) in self._around:
            what = message("the value contains itself")
            self._fault(error("wrong-shape", what, self.span, message("give a copy of what is meant")), path)
            return None
        if len(path) >= MAX_DEPTH:
            self._fault(depth_fault(self.span), path[:_SHOWN_STEPS])
            return None
        self._around.add(id(value))
        read = self._mapping(value, path) if isinstance(value, Mapping) else self._list(value, path)
        self._around.discard(id(value))
        return read

    def _tell_if_many(self, path: Path) -> None:
        if self.count == MOST_VALUES + 1:
            what = message("the case holds more than {limit} values", limit=MOST_VALUES)
            self._fault(error("wrong-shape", what, self.span, message("split it into several cases")), path)

    def _mapping(self, value: Mapping[object, object], path: Path) -> dict[str, object]:
        read: dict[str, object] = {}
        for key, part in value.items():
            if isinstance(key, str):
                name = str.__str__(key)
                read[name] = self.read(part, (*path, name))
                self._check_text(name, (*path, name))
            else:
                what = message("the key `{key}` is not a text", key=shorten(_shown(key)))
                self._fault(error("wrong-type", what, self.span, message("name facts by texts")), path)
        return read

    def _list(self, value: list[object] | tuple[object, ...], path: Path) -> list[object]:
        return [self.read(part, (*path, position)) for position, part in enumerate(value)]

    def _single(self, value: object, path: Path) -> object:
        match value:
            case str():
                self._check_text(value, path)
                return value if isinstance(value, Number) else str.__str__(value)
            case float() if self.of_program:
                self._refuse_float(value, path)
                return None
            case int() | float() | Decimal():
                return self._number(value, path)
            case timedelta() if self.of_program:
                return self._length(value, path)
            case date():  # a datetime is a date
                return str(value)
        what = message("a case cannot hold a value of the Python type `{type}`", type=type(value).__name__)
        self._fault(error("wrong-type", what, self.span, _WHAT_TO_GIVE), path)
        return None

    def _number(self, value: int | float | Decimal, path: Path) -> Number | None:
        if not _is_finite(value):
            self._fault(number_fault(str(value), self.span), path)
            return None
        if _is_long(value):
            what = message("the number has more than {limit} digits", limit=_LONGEST_NUMBER)
            self._fault(error("bad-value", what, self.span, message("check the value")), path)
            return None
        # Not `str`, which an enumeration or another library's number may have changed.
        plain = int if isinstance(value, int) else float if isinstance(value, float) else Decimal
        return Number(plain(value))

    def _refuse_float(self, value: float, path: Path) -> None:
        what = message("a `float` is a binary fraction, which holds no sum exactly")
        exact = repr(float(value)) if math.isfinite(value) else "19.99"
        help = message(
            'give `Decimal("{value}")` or the text `"{value}"`; JSON is read so by '
            "`json.loads(text, parse_float=Decimal)`, or give its text",
            value=exact,
        )
        self._fault(error("wrong-type", what, self.span, help), path)

    def _length(self, value: timedelta, path: Path) -> str | None:
        """Return the literal of a length of time by the clock: Python does not tell 1 day from 24 hours."""
        if value.microseconds:
            what = message("a length of time is whole seconds, and this is {value}", value=value)
            self._fault(error("bad-value", what, self.span, message("leave out the fractions")), path)
            return None
        seconds = value.days * SECONDS_PER_DAY + value.seconds
        unit = next(one for one in ("hours", "minutes", "seconds") if seconds % UNIT_SECONDS[one] == 0)
        return length_text(Duration(seconds // UNIT_SECONDS[unit], unit))

    def _check_text(self, text: str, path: Path) -> None:
        fault = bad_text(text, self.span)
        if fault is not None:
            self._fault(fault, path)

    def _fault(self, fault: Diagnostic, path: Path) -> None:
        self.faults.append(replace(fault, path=format_path(path)))


def _is_finite(value: int | float | Decimal) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite()  # a signalling NaN refuses every other question
    return isinstance(value, int) or math.isfinite(value)


def _is_long(value: int | float | Decimal) -> bool:
    if isinstance(value, Decimal):
        return value.adjusted() >= _LONGEST_NUMBER
    return bool(abs(value) >= 10**_LONGEST_NUMBER)


def _shown(key: object) -> str:
    is_short = isinstance(key, int | float) and abs(key) < 10**15
    return str(key) if is_short else type(key).__name__
