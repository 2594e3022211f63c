"""Random completions: what a case could still say, drawn and not computed, to hold answers against.

Nothing here is shared with the search for what is still possible: values are drawn near what a case and its
rulebook name, and a completion that breaks a bound is drawn again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

from policyengine.checks.walk import conditions_of
from policyengine.frozen import replace
from policyengine.model.case import Case, Key
from policyengine.model.conditions import Constant, Ref, parts_of
from policyengine.model.rulebook import Bound, Rulebook
from policyengine.values.literals import LENGTHS, Duration, Value, ValueType, comparison_key

DAY = 86_400
_SECONDS = (0, 0, 1, -1, 3_600, -3_600, DAY, -DAY, 5 * DAY, -5 * DAY, 15 * DAY, -15 * DAY, 400 * DAY)
_LENGTHS = (0, 1, 3_600, DAY, 3 * DAY, 3 * DAY + 1, 10 * DAY, 15 * DAY, 30 * DAY, 300 * DAY)
TRIES = 60


def _texts(book: Rulebook) -> list[str]:
    """Return the texts that the rulebook compares with, and another one."""
    operands = (
        operand
        for condition in conditions_of(book)
        for part in parts_of(condition)
        for operand in getattr(part, "operands", ())
    )
    found = {one.value for one in operands if isinstance(one, Constant) and one.type is ValueType.TEXT}
    return [*sorted(str(one) for one in found), "…"]


class Completions:
    """Draws completions of one case of a rulebook, as it is judged at an instant."""

    def __init__(
        self, book: Rulebook, readings: Mapping[str, str], case: Case, as_of: int, random: Random
    ) -> None:
        """Everything that is drawn comes from ``random``."""
        self.book = book
        self.readings = readings
        self.case = case
        self.as_of = as_of
        self.random = random
        instants = [value for key, value in case.values.items() if self._type(key) is ValueType.INSTANT]
        self.instants = [as_of, *(value for value in instants if isinstance(value, int))]
        self.texts = _texts(book)

    def _type(self, key: Key) -> ValueType:
        return self.book.facts[key[0]].type

    def open_keys(self, case: Case) -> Iterator[Key]:
        """Return the facts that a case leaves out and that are unknown then."""
        for path, fact in self.book.facts.items():
            if fact.role != "given" or fact.when_missing(self.readings) is not None:
                continue
            records = (None,) if fact.listed is None else range(case.records.get(fact.listed, 0))
            for record in records:
                if (path, record) not in case.values:
                    yield path, record

    def draw(self, share: float = 1.0) -> Case | None:
        """Return a case that says more (everything, with a ``share`` of 1), None if none was found."""
        for _ in range(TRIES):
            found = self._draw(share)
            if self.keeps_bounds(found):
                return found
        return None

    def _draw(self, share: float) -> Case:
        values, records, figures = dict(self.case.values), dict(self.case.records), {}
        for path, listed in self.book.lists.items():
            if path not in records and not listed.empty_if_missing and self.random.random() < share:
                records[path] = self.random.choice((0, 1, 1, 2, 3, 6, 7))
                if listed.dated_by is not None:
                    for record in range(records[path]):
                        values[listed.dated_by, record] = self.value(ValueType.INSTANT, listed.dated_by)
        case = replace(self.case, values=values, records=records)
        for key in self.open_keys(case):
            if self.random.random() < share:
                values[key] = self.value(self._type(key), key[0])
        for id, parameter in self.book.parameters.items():
            is_told = parameter.values or parameter.type is ValueType.CHOICE
            if not is_told and self.random.random() < share:
                figures[id] = self.value(parameter.type, "")
        return Case(case.id, case.file, values, records, figures)

    def value(self, type: ValueType, path: str) -> Value:
        """Return a random value of a type."""
        random = self.random
        match type:
            case ValueType.BOOLEAN:
                return random.random() < 0.5
            case ValueType.CHOICE:
                return random.choice([choice.name for choice in self.book.facts[path].choices])
            case ValueType.INSTANT:
                return random.choice(self.instants) + random.choice(_SECONDS)
            case ValueType.DATE:
                return self.as_of // DAY + 719_163 + random.choice((-400, -30, -1, 0, 1, 30))
            case ValueType.DURATION:
                return Duration(random.choice(_LENGTHS), "seconds")
            case ValueType.BUSINESS_DAYS:
                return Duration(random.choice((0, 1, 2, 4, 10, 200)), "business_days")
            case ValueType.MONTHS:
                return Duration(random.choice((0, 1, 2, 6, 12, 13, 1_200)), "months")
            case ValueType.BUSINESS_HOURS:
                return Duration(random.choice((0, 1, 60, 120, 480, 10_000)), "business_minutes")
            case ValueType.LENGTH:
                return self.value(random.choice(LENGTHS[:-1]), path)
            case ValueType.TEXT:
                return str(random.choice(self.texts))
            case ValueType.TIME_ZONE:
                return random.choice(("Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "UTC"))
            case _:
                return random.choice(
                    (0, 1, 2, 5, 6, 7, 100, 499, 500, 501, 10_000, 5_000_000, 100_000_000, -1)
                )

    def keeps_bounds(self, case: Case) -> bool:
        """Tell whether a case is one that a reader would let pass."""
        return all(
            self._keeps(key, bound, case) for key in case.values for bound in self.book.facts[key[0]].bounds
        )

    def _keeps(self, key: Key, bound: Bound, case: Case) -> bool:
        value = comparison_key(case.values[key])
        limit: Value | None = None
        if isinstance(bound.operand, Constant):
            limit = bound.operand.value
        elif isinstance(bound.operand, Ref):
            limit = case.values.get((bound.operand.name, key[1] if bound.operand.listed else None))
            if limit is None:
                cause = self.book.facts[bound.operand.name]
                return bound.operator != "not_before" or cause.when_missing(self.readings) != "absent"
        if limit is None:
            return True
        other = comparison_key(limit)
        assert isinstance(value, int) and isinstance(other, int)
        return value <= other if bound.operator == "at_most" else value >= other
