"""A case as JSON on one line: names nested as in a case, each value as the program itself writes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from policyengine.model.rulebook import Fact, Rulebook
from policyengine.sampling.draw import JUDGED, Draw
from policyengine.sampling.hours import Hours
from policyengine.values.literals import Value, ValueType, format_value


class _Place(NamedTuple):
    """Where a fact stands: below which group, or in which list; its key, and what spells its value."""

    below: str
    key: str
    spell: Callable[[Value], str]


class Spelling:
    """Writes the cases of one rulebook: in each group in the order in which things were drawn."""

    def __init__(self, book: Rulebook, hours: Hours) -> None:
        """``hours`` writes instants."""
        self.book = book
        self.hours = hours
        self._facts = {path: self._place(fact) for path, fact in book.facts.items() if fact.role == "given"}
        self._lists = {path: _split(path) for path in book.lists}
        groups = {place.below for place in self._facts.values()} - set(book.lists)
        groups.update(below for below, _ in self._lists.values())
        for group in list(groups):
            while group:
                groups.add(group)
                group = group.rpartition(".")[0]
        # Inner groups first: each is put into the one around it.
        order = sorted(groups - {""}, key=lambda one: (-one.count("."), one))
        self._inner = [(one, *_split(one)) for one in order if "." in one]

    def _place(self, fact: Fact) -> _Place:
        below, key = _split(fact.path)
        if fact.listed is not None:
            below, key = fact.listed, _quoted(fact.path.removeprefix(fact.listed + ".")) + ": "
        return _Place(below, key, self._speller(fact.type))

    def line(self, name: str, draw: Draw, judged: bool) -> str:
        """Return a case, under a name, with the instant at which it is to be judged if that is asked."""
        groups: dict[str, list[str]] = {"": [f'"case": {_quoted(name)}']}
        if judged:
            at = draw.values[JUDGED]
            assert isinstance(at, int)
            groups[""].append(f'"as_of": "{self.hours.text(at)}"')
        rows: dict[str, list[list[str]]] = {}
        facts = self._facts
        for (path, row), value in draw.values.items():
            place = facts.get(path)
            if place is not None:
                below, key, spell = place
                text = key + spell(value)
                if row is not None:
                    rows[below][row].append(text)
                elif below in groups:
                    groups[below].append(text)
                else:
                    groups[below] = [text]
            elif path in self._lists:
                assert isinstance(value, int)
                rows[path] = [[] for _ in range(value)]
        for path, records in rows.items():
            below, key = self._lists[path]
            whole = "}, {".join([", ".join(record) for record in records])
            groups.setdefault(below, []).append(f"{key}[{{{whole}}}]" if records else f"{key}[]")
        for group, below, key in self._inner:
            if group in groups:
                groups.setdefault(below, []).append(f"{key}{{{', '.join(groups.pop(group))}}}")
        top = groups.pop("")
        top += [f"{_quoted(group)}: {{{', '.join(parts)}}}" for group, parts in groups.items()]
        return f"{{{', '.join(top)}}}"

    def _speller(self, type: ValueType) -> Callable[[Value], str]:
        if type is ValueType.INSTANT:
            text = self.hours.text
            return lambda value: f'"{text(value)}"'  # type: ignore[arg-type]  # held as epoch seconds
        if type in (ValueType.CHOICE, ValueType.TEXT, ValueType.TIME_ZONE):
            return lambda value: _quoted(str(value))
        if type is ValueType.BOOLEAN:
            return lambda value: "true" if value else "false"
        if type is ValueType.COUNT:
            return str
        zone, currency = self.book.zone, self.book.currency
        return lambda value: f'"{format_value(value, type, zone, currency)}"'


def _split(path: str) -> tuple[str, str]:
    """Return the group in which a name stands, and its key there as it is written."""
    below, _, key = path.rpartition(".")
    return below, _quoted(key) + ": "


@lru_cache(maxsize=10_000)
def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
