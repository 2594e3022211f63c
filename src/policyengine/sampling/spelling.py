"""A case as JSON on one line: names nested as in a case, each value as the program itself writes it."""

from __future__ import annotations

import json
from collections.abc import Callable

from policyengine.model.rulebook import Fact, RecordList, Rulebook
from policyengine.reading.case.shape import Shape, case_shape
from policyengine.sampling.draw import JUDGED, Draw
from policyengine.sampling.hours import Hours
from policyengine.values.literals import Value, ValueType, format_value

Write = Callable[[Draw, "int | None"], str]
"""Gives the text of a part of a case, empty where it is not said."""
_PLAIN = (ValueType.BOOLEAN, ValueType.COUNT)


class Spelling:
    """Writes the cases of one rulebook."""

    def __init__(self, book: Rulebook, hours: Hours) -> None:
        """``hours`` writes instants."""
        self.book = book
        self.hours = hours
        self._parts = self._level(case_shape(book))

    def line(self, name: str, draw: Draw, judged: bool) -> str:
        """Return a case, under a name, with the instant at which it is to be judged if that is asked."""
        parts = [f'"case": {_quoted(name)}']
        if judged:
            at = draw.values[JUDGED]
            assert isinstance(at, int)
            parts.append(f'"as_of": "{self.hours.text(at)}"')
        parts += [found for write in self._parts if (found := write(draw, None))]
        return "{" + ", ".join(parts) + "}"

    def _level(self, shape: Shape) -> list[Write]:
        """Return what writes each part of a level."""
        found: list[Write] = []
        for name, part in shape.parts.items():
            if isinstance(part, Fact):
                if part.role == "given":
                    found.append(self._fact(name, part))
            elif isinstance(part, RecordList):
                found.append(self._list(name, part))
            else:
                found.append(_group(name, self._level(part)))
        return found

    def _fact(self, name: str, fact: Fact) -> Write:
        path, key, spell = fact.path, _quoted(name) + ": ", self._speller(fact.type)

        def write(draw: Draw, record: int | None) -> str:
            value = draw.values.get((path, record))
            return "" if value is None else key + spell(value)

        return write

    def _speller(self, type: ValueType) -> Callable[[Value], str]:
        if type is ValueType.INSTANT:
            text = self.hours.text
            return lambda value: f'"{text(value)}"'  # type: ignore[arg-type]  # held as epoch seconds
        if type in (ValueType.CHOICE, ValueType.TEXT, ValueType.TIME_ZONE):
            return lambda value: _quoted(str(value))
        zone, currency = self.book.zone, self.book.currency
        if type in _PLAIN:
            return lambda value: json.dumps(value)
        return lambda value: f'"{format_value(value, type, zone, currency)}"'

    def _list(self, name: str, listed: RecordList) -> Write:
        prefix = listed.path + "."
        writers = [
            self._fact(path.removeprefix(prefix), self.book.facts[path])
            for path in listed.fields
            if self.book.facts[path].role == "given"
        ]
        key, whole = _quoted(name) + ": [", (listed.path, None)

        def write(draw: Draw, record: int | None) -> str:
            count = draw.values.get(whole)
            if not isinstance(count, int):
                return ""
            rows = (
                "{" + ", ".join([found for one in writers if (found := one(draw, row))]) + "}"
                for row in range(count)
            )
            return key + ", ".join(rows) + "]"

        return write


def _group(name: str, writers: list[Write]) -> Write:
    key = _quoted(name) + ": {"

    def write(draw: Draw, record: int | None) -> str:
        found = [text for one in writers if (text := one(draw, record))]
        return key + ", ".join(found) + "}" if found else ""

    return write


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
