"""A few ways in which a whole case can go on, far apart: where an answer differs in two of them, ways differ.

All that is missing is filled in at once, so that one judgement tells of every answer of the case. Where these
ways agree on an answer, or leave it open, nothing is said: then it is searched by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from policyengine.model.case import Case, Key
from policyengine.model.rulebook import Fact
from policyengine.outcome.refine.domains import Domains, Interval, Records, complete, of_key
from policyengine.semantics.findings import Findings, Missing
from policyengine.values.literals import Value, ValueType

_WAYS = ((False, False), (True, True), (False, True), (True, False))
"""Whether what has an order is filled in as late and great as can be, and all else with its last value."""

_PLAIN = (ValueType.BOOLEAN, ValueType.CHOICE)


class FarWays:
    """The far completions of one case, each judged when it is first asked for."""

    def __init__(self, completions: FarCompletions, run: Callable[[Case, int], Findings]) -> None:
        """``run`` judges a completion."""
        self.completions = completions
        self.run = run
        self._judged: list[Findings] = []

    def judged(self) -> Iterator[Findings]:
        """Return what is found out about each way; nothing where nothing can be filled in."""
        for number in range(self.completions.count):
            if number == len(self._judged):
                self._judged.append(self.run(self.completions.case(number), self.completions.as_of))
            yield self._judged[number]


def missing_of(domains: Domains, case: Case, found: Findings) -> tuple[tuple[Key, ...], tuple[str, ...]]:
    """Return what a case could say and does not, of what is open, and the figures that the rules leave open.

    ``found`` is what was found out about the case as it is.
    """
    book, open_names = domains.book, found.open_names
    keys = tuple(
        (name, record)
        for name in sorted(open_names & book.facts.keys())
        if domains.is_open(fact := book.facts[name])
        for record in ((None,) if fact.listed is None else found.records[fact.listed] or ())
        if (name, record) not in case.values and found.is_unknown((name, record))
    )
    figures = (book.parameters[name] for name in sorted(open_names & book.parameters.keys()))
    return keys, tuple(one.id for one in figures if not one.values and domains.is_ordered(one.type))


class FarCompletions:
    """Completions of one case that are far apart, each made when it is first asked for."""

    def __init__(
        self, domains: Domains, case: Case, as_of: int, missing: Iterable[Key], figures: Iterable[str]
    ) -> None:
        """``missing`` and ``figures`` are what is filled in (:func:`missing_of`)."""
        self.domains = domains
        self.book = domains.book
        self.case_as_it_is = case
        self.as_of = as_of
        self._missing: Mapping[Key, Fact] = {key: self.book.facts[key[0]] for key in missing}
        self._figures = {name: domains.whole(self.book.parameters[name].type) for name in figures}
        self._made: list[Case] = []

    @property
    def count(self) -> int:
        """How many there are: none where nothing can be filled in."""
        return len(_WAYS) if self._missing or self._figures else 0

    def case(self, number: int) -> Case:
        """Return one of them."""
        while len(self._made) <= number:
            self._made.append(complete(self.case_as_it_is, self._filled(*_WAYS[len(self._made)])))
        return self._made[number]

    @cached_property
    def _limits(self) -> Mapping[Key, Interval]:
        """Between what everything that has an order lies, for all together.

        All bounds say that one thing is not before another, so that all least values go together, and all
        greatest ones, too.
        """
        starts = {
            key: self._start(key, fact)
            for key, fact in self._missing.items()
            if self.domains.is_ordered(fact.type)
        }
        known = self.domains.narrowed(self.case_as_it_is, starts)
        return {key: known[key] for key in starts}

    def _start(self, key: Key, fact: Fact) -> Interval:
        whole = self.domains.whole(fact.type)
        if fact.is_event and self.domains.cannot_happen(fact, key[1], self.case_as_it_is):
            return Interval(max(whole.low, self.domains.present(fact.type, self.as_of) + 1), whole.high)
        return whole

    def _filled(self, late: bool, last: bool) -> Mapping[Missing, Value | Records]:
        filled: dict[Missing, Value | Records] = {}
        for key, fact in self._missing.items():
            value = self._plain(fact, last) if fact.type in _PLAIN else self._ordered(key, fact, late)
            if value is not None:
                filled[Missing("fact", *key)] = value
        for name, limits in self._figures.items():
            filled[Missing("parameter", name, None)] = of_key(
                limits.high if late else limits.low, self.book.parameters[name].type
            )
        return filled

    def _plain(self, fact: Fact, last: bool) -> Value | None:
        if fact.type is ValueType.BOOLEAN:
            return not last
        return fact.choices[-last].name if fact.choices else None

    def _ordered(self, key: Key, fact: Fact, late: bool) -> Value | None:
        limits = self._limits.get(key)
        if limits is None or limits.is_empty:
            return None
        number = limits.high if late else limits.low
        if late and fact.is_event:  # what has not happened yet differs most from what happened at once
            later = max(limits.low, self.domains.present(fact.type, self.as_of) + 1)
            number = min(later, limits.high)
        return of_key(number, fact.type)
