"""From a mapping of Python to what the JSON of a case would hold, numbers in their exact spelling.

What JSON cannot hold is told with the field where it stands. Dates and datetimes become their text; a decimal
and a binary fraction become the digits that Python shows for them: ``19.99`` is a sum, ``0.1 + 0.2`` is not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from policyengine.diagnostics.diagnostic import Diagnostic, error, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import replace
from policyengine.syntax.json_faults import bad_text, depth_fault, number_fault
from policyengine.syntax.json_reader import Number
from policyengine.syntax.keys import Path, format_path
from policyengine.syntax.limits import MAX_DEPTH, MAX_FAULTS
from policyengine.values.escaping import shorten

MOST_VALUES = 5_000_000  # the same object in many places is many values
_LONGEST_NUMBER = 100
_SHOWN_STEPS = 5
_WHAT_TO_GIVE = message(
    "give a text, a number, `True`, `False`, a `Decimal`, `date` or `datetime`, or lists or mappings of them"
)


class MappingReader:
    """Reads values of Python; ``faults`` is what is wrong with them."""

    def __init__(self, name: str) -> None:
        """``name`` stands for the file in faults."""
        self.span = Span(name)
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
            case int() | float() | Decimal():
                return self._number(value, path)
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
