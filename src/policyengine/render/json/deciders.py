"""What decides a value where the value alone does not say it: a default, a date, a reading."""

from __future__ import annotations

from policyengine.model.case import Key
from policyengine.model.conditions import Operand
from policyengine.model.key_names import format_key
from policyengine.outcome.deciding import (
    ByChoice,
    Contradiction,
    Dated,
    Decider,
    Default,
    FromOverlay,
    InForce,
    Later,
    choices,
    deciders,
    key_of,
)
from policyengine.outcome.explain import Explanation
from policyengine.render.json.parts import Json, named_data, season_data
from policyengine.render.json.values import Values
from policyengine.render.naming import type_of
from policyengine.values.literals import ValueType


class Deciders:
    """What decides the values of one decision."""

    def __init__(self, values: Values) -> None:
        """``values`` are those that are decided."""
        self.values = values
        self.book = values.book
        self.explanation = values.explanation

    def of_name(self, key: Key) -> Json:
        """Return what decides the value of a name where the value alone does not say it; else nothing."""
        data = self._of(key)
        return {"decided_by": data} if data else {}

    def of_operand(self, place: Explanation, operand: Operand, record: int | None) -> Json:
        """Return what decides the value of an operand: readings, then what decides the name behind it.

        ``place`` is the explanation in which the question stands that it belongs to.
        """
        data = [self.one(one, ValueType.TEXT) for one in choices(self.explanation, operand)]
        key = key_of(place, operand, record)
        if key is not None:
            data += self._of(key)
        return {"decided_by": data} if data else {}

    def _of(self, key: Key) -> list[Json]:
        type = type_of(self.book, key[0])
        return [self.one(one, type) for one in deciders(self.explanation, key)]

    def one(self, decider: Decider, type: ValueType) -> Json:
        """Return one thing that decides a value of a type."""
        match decider:
            case Default(state):
                return {"kind": "default", "value": self.values.state(state, type)}
            case Later(value):
                return {"kind": "later", "at": self.values.value(value, type)}
            case Dated(name, record, at):
                path = format_key(self.book, (name, record))
                return {"kind": "dated", "name": path, "at": None if at is None else self.values.instant(at)}
            case InForce():
                return {"kind": "in_force", **self.in_force(decider)}
            case FromOverlay(overlay):
                return {"kind": "overlay", "overlay": overlay.id, "confirmed": overlay.confirmed}
            case ByChoice(id, reading, is_default):
                return {"kind": "reading", "assumption": id, "reading": reading, "is_default": is_default}
            case Contradiction(rules):
                sides = [
                    {**named_data(rule), "value": self.values.state(state, type)} for rule, state in rules
                ]
                return {"kind": "conflict", "rules": sides}

    def in_force(self, days: InForce) -> Json:
        """Return by which act, and from which day until which, something is in force."""
        found: Json = {
            "act": format_key(self.book, (days.act, days.record)),
            "at": None if days.at is None else self.values.instant(days.at),
            "from": self.values.day(days.first),
            "until": self.values.day(days.last),
        }
        return found | ({"how": days.how} if days.how else {}) | season_data(days.season)
