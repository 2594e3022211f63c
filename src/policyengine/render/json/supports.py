"""What outcomes rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policyengine.diagnostics.span import Span
from policyengine.model.case import Key
from policyengine.model.key_names import format_key
from policyengine.outcome.support import Item, Label, Support
from policyengine.render.json.deciders import Deciders
from policyengine.render.json.parts import Json, key_data, place_data, text_data
from policyengine.render.json.values import Values


class Supports:
    """What the outcomes of one decision rest on, by kind."""

    def __init__(self, values: Values, deciders: Deciders) -> None:
        """A fact and a figure say their value, and what decided it."""
        self.values = values
        self.deciders = deciders
        self.book = values.book
        self.decision = values.decision

    def rests_on(self, items: Iterable[Item]) -> Json:
        """Return facts as the case says them, and the names of all else."""
        found: dict[str, list[Key]] = {}
        for kind, key in items:
            found.setdefault(kind, []).append(key)
        kinds = {kind: _sorted(keys) for kind, keys in found.items()}
        return {
            "facts": [self._fact(key) for key in kinds.get("fact", ())],
            "rests_on": {
                "rules": [key_data(key, "rule") for key in kinds.get("rule", ())],
                "deadlines": [key_data(key, "deadline") for key in kinds.get("deadline", ())],
                "amounts": [key_data(key, "amount") for key in kinds.get("amount", ())],
                "parameters": [self._parameter(key) for key in kinds.get("parameter", ())],
                "assumptions": [id for id, _ in kinds.get("assumption", ())],
            },
        }

    def _fact(self, key: Key) -> Json:
        if key[0] in self.book.lists:
            return {"path": key[0], "title": text_data(self.book.lists[key[0]].title), "value": None}
        fact = self.book.facts[key[0]]
        state = self.decision.findings.states[key]
        return {
            "path": format_key(self.book, key),
            "title": text_data(fact.title),
            "value": self.values.state(state, fact.type),
            **self.deciders.of_name(key),
        }

    def _parameter(self, key: Key) -> Json:
        parameter = self.book.parameters[key[0]]
        state = self.decision.findings.states[key]
        return {
            **key_data(key, "parameter"),
            "title": text_data(parameter.title),
            "value": self.values.state(state, parameter.type),
            "unconfirmed": parameter.unconfirmed,
            **self.deciders.of_name(key),
            **place_data(parameter.span),
        }


class Shared:
    """What outcomes of several records rest on: told once, and referred to (``see``)."""

    def __init__(self, supports: Supports) -> None:
        """``supports`` tells the parts."""
        self.supports = supports
        self._ids: dict[Label, str] = {}
        self._numbers: dict[str, int] = {}
        self._waiting: list[tuple[Label, Support]] = []
        outcomes = supports.decision.outcomes
        self._told_there = {one.fact.path for one in outcomes if one.record is None}

    def told(self, support: Support) -> Json:
        """Return what something rests on by itself, and where the rest is told."""
        told = support.told()
        self._waiting += told.see
        return {
            **self.supports.rests_on(told.items),
            "see": sorted({self._id(label) for label, _ in sorted(told.see, key=_by_name)}),
        }

    def entries(self) -> Iterator[Json]:
        """Return everything that was referred to and is not told as an outcome of the whole case."""
        found: dict[Label, list[Support]] = {}
        known: set[int] = set()
        for label, support in self._waiting:  # it grows: what is told apart refers to more
            if label.name not in self._told_there and not support.is_in(known):
                found.setdefault(label, []).append(support)
                self._waiting += support.told().see
        self._waiting = []
        for label, parts in sorted(found.items(), key=_by_name):
            yield self._entry(label, Support.union(parts))

    def _entry(self, label: Label, support: Support) -> Json:
        title, span = self.supports.values.titled(label.name)
        return {
            "id": self._id(label),
            "name": label.name,
            "title": text_data(title),
            **self.told(support),
            **place_data(label.place or span),
        }

    def _id(self, label: Label) -> str:
        """Return the name of a value, or that of a list and a number for a question about it."""
        if label.place is None:
            return label.name
        if label not in self._ids:
            self._numbers[label.name] = self._numbers.get(label.name, 0) + 1
            self._ids[label] = f"{label.name}#{self._numbers[label.name]}"
        return self._ids[label]


def _by_name(labelled: tuple[Label, object]) -> tuple[str, tuple[str, int, int], int]:
    """Order what is told apart by its name, not by what came upon it first, as the files are ordered."""
    label, _ = labelled
    place = label.place or Span("")
    return label.name, (place.file, place.line, place.column), -1 if label.record is None else label.record


def _sorted(keys: Iterable[Key]) -> list[Key]:
    return sorted(keys, key=lambda key: (key[0], -1 if key[1] is None else key[1]))
