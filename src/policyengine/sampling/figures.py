"""The figures with which rules compare: what stands at their limits, tells whether they are right there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction

from policyengine.model.asked import conditions_of
from policyengine.model.conditions import Constant, Count, Operand, Ref, Test, parts_of
from policyengine.model.rulebook import Amount, DatedValue
from policyengine.sampling.vocabulary import Vocabulary
from policyengine.semantics.readings import choose_condition
from policyengine.values.literals import Value, ValueType, identity_key
from policyengine.values.seasons import Season

_WHOLE = 100_000_000
"""100 % in millionths of a percent, the unit of rates."""


class Figures:
    """For each given fact the values with which it is compared, in a stable order."""

    def __init__(self, words: Vocabulary) -> None:
        """Look through all conditions and amounts."""
        self.words = words
        self._found: dict[str, dict[object, Value]] = {}
        self.alike: dict[str, str] = {}
        """For each text that is compared with another text the name of one of those that are compared."""
        self.money: list[int] = []
        """All sums that are written anywhere: how large sums are in this rulebook."""
        for condition in conditions_of(words.book):
            for part in parts_of(choose_condition(condition, words.readings)):
                if isinstance(part, Test):
                    self._compared(part.ref, part.operands)
                    self._join(part.ref, part.operands)
                elif isinstance(part, Count) and part.of is not None and part.how != "different":
                    self._compared(words.choose(part.of), part.operands)
        for amount in words.book.amounts.values():
            self._limits(amount)
        for parameter in words.book.parameters.values():
            if parameter.type is ValueType.MONEY:
                self.money += [one.value for one in parameter.values if isinstance(one.value, int)]

    def of(self, path: str) -> list[Value]:
        """Return the values with which a fact is compared."""
        return list(self._found.get(path, {}).values())

    def values_of(self, operand: Operand) -> Iterator[Value]:
        """Return the values that are written for an operand."""
        chosen = self.words.choose(operand)
        if isinstance(chosen, Constant):
            yield chosen.value
            return
        parameter = self.words.book.parameters.get(chosen.name)
        if parameter is not None:
            yield from (one.value for one in parameter.values)

    def _join(self, ref: Ref, operands: Iterable[Operand]) -> None:
        """Note that texts are compared with each other, such as the names of the same things in two lists."""
        for other in map(self.words.choose, operands):
            texts = [one.name for one in (ref, other) if isinstance(one, Ref) and one.type is ValueType.TEXT]
            if len(texts) == 2:
                first, second = (self.alike.get(name, name) for name in texts)
                self.alike.update({name: first for name, one in self.alike.items() if one == second})
                self.alike.update({texts[0]: first, texts[1]: first})

    def _add(self, path: str, value: Value) -> None:
        self._found.setdefault(path, {}).setdefault(identity_key(value), value)
        if self.words.given[path].type is ValueType.MONEY and isinstance(value, int):
            self.money.append(value)

    def _compared(self, ref: Operand, operands: Iterable[Operand]) -> None:
        for operand in operands:
            for value in self.values_of(operand):
                self._solve(ref, value)

    def _solve(self, ref: Operand, value: Value) -> None:
        """Note for what is compared, or for what it is a part of, at which value it comes to a figure."""
        if not isinstance(ref, Ref):
            return
        if ref.name in self.words.given:
            self._add(ref.name, value)
            return
        amount = self.words.book.amounts.get(ref.name)
        if amount is not None and isinstance(value, int):
            for path, rate in self._parts(amount):
                self._add(path, int(Fraction(value) / rate))

    def _parts(self, amount: Amount) -> Iterator[tuple[str, Fraction]]:
        """Return the given facts that an amount is made of, and how much of each of them it takes."""
        if amount.formula is not None:
            return
        rates = [1] if amount.rate is None else list(self.values_of(amount.rate))
        for _, operand in amount.terms:
            part = self.words.choose(operand)
            if isinstance(part, Ref) and part.name in self.words.given and part.type is amount.type:
                for rate in rates:
                    if isinstance(rate, int) and rate:
                        yield part.name, Fraction(rate, 1 if amount.rate is None else _WHOLE)

    def _limits(self, amount: Amount) -> None:
        """Note where floors, caps and bands of an amount begin to bind."""
        ends = [amount.floor, *(cap.limit for cap in amount.caps)]
        for operand in ends:
            for value in () if operand is None else self.values_of(operand):
                if isinstance(value, int):
                    for path, rate in self._parts(amount):
                        self._add(path, int(Fraction(value) / rate))
        for band in amount.bands:
            for value in () if band.limit is None else self.values_of(band.limit):
                if isinstance(value, int):
                    for path, _ in self._parts(amount):
                        self._add(path, value)


def changing_days(words: Vocabulary, first: int, last: int, seasons: bool = True) -> list[int]:
    """Return the days (ordinals) between two on which anything begins to be in force or is over.

    ``seasons``: those of every year too.
    """
    book = words.book
    found: set[int] = set()
    for parameter in book.parameters.values():
        found.update(_of_values(parameter.values, first, last, seasons))
    for policy in book.policies.values():
        found.update(_of_span(policy.first_day, policy.last_day))
    for rule in book.rules.values():
        found.update(_of_span(rule.first_day, rule.last_day))
    for table in book.tables.values():
        for version in table.versions:
            found.update(_of_span(version.start, version.last))
    for one in book.sets.values():
        for listed in one.versions:
            found.update(_of_span(listed.first_day, listed.last_day))
    for condition in conditions_of(book):
        for test in parts_of(condition):
            if isinstance(test, Test) and test.season is not None and seasons:
                found.update(_of_season(test.season, first, last))
    return sorted(day for day in found if first <= day <= last)


def _of_span(first: int | None, last: int | None) -> Iterator[int]:
    if first is not None:
        yield first
    if last is not None:
        yield last + 1


def _of_values(values: Iterable[DatedValue], first: int, last: int, seasons: bool) -> Iterator[int]:
    for value in values:
        yield from _of_span(value.start, value.end)
        if value.season is not None and seasons:
            yield from _of_season(value.season, first, last)


def _of_season(season: Season, first: int, last: int) -> Iterator[int]:
    for year in range(date.fromordinal(first).year, date.fromordinal(last).year + 1):
        yield from season.changes_in(year)
