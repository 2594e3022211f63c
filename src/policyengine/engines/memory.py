"""The working memory of one case: everything that is found out about it, and the records that are seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, Protocol, TypeVar

from policyengine.compile.plan import Const, Given, Plan, RecordList
from policyengine.engines.closures import Answer, Evaluate
from policyengine.engines.world import World
from policyengine.model.case import Case, Key
from policyengine.semantics.amounts import UNLIMITED, Range, declared_range
from policyengine.semantics.deadlines import Span
from policyengine.semantics.findings import (
    AmountFinding,
    Concluded,
    DeadlineFinding,
    Findings,
    Resolved,
    RuleFinding,
    State,
)
from policyengine.values.literals import Value, local_day


class Judged(Protocol):
    """What a working memory needs of the program that fills it."""

    @property
    def plan(self) -> Plan:
        """The plan of which cells are computed."""
        ...

    @property
    def world(self) -> World:
        """The world that it names."""
        ...

    @property
    def scopes(self) -> Mapping[str, Evaluate]:
        """Whether each policy applies."""
        ...

    @property
    def given(self) -> Mapping[str, Given]:
        """The facts that cases give."""
        ...


class WorkingMemory:
    """Everything known about one case at ``as_of`` (epoch seconds).

    ``values`` is what conditions are read against: there a conflict is waited for like a missing fact.
    """

    def __init__(
        self,
        program: Judged,
        case: Case,
        as_of: int,
        records: Mapping[str, tuple[int, ...] | None] | None = None,
    ) -> None:
        """Begin with nothing known; ``records`` are those that are seen, where they are known already."""
        self.program = program
        self.case = case
        self.as_of = as_of
        self.zone = program.world.zone
        self.values: dict[Key, State] = {}
        self.kept: dict[object, Any] = {}
        self.rules: dict[Key, RuleFinding] = {}
        self.firings: list[Key] = []
        self.resolved: dict[Key, Resolved] = {}
        self.conflicts: dict[Key, State] = {}
        self.spans: dict[Key, Span] = {}
        self.deadlines: dict[Key, DeadlineFinding] = {}
        self.amounts: dict[Key, AmountFinding] = {}
        if records is None:
            records = {one.name: seen_records(one, case, as_of) for one in program.plan.lists}
        self.seen = records
        self._scopes: dict[str, Answer] = {}
        self._standing: dict[int | None, StandingMemory] = {}

    @cached_property
    def today(self) -> int:
        """The day of the judgement, which few ask for."""
        return local_day(self.as_of, self.zone)

    @property
    def world(self) -> World:
        """What time is counted by."""
        return self.program.world

    @property
    def this(self) -> int | None:
        """No record: nothing has been asked for the sake of one."""
        return None

    def standing_at(self, record: int | None) -> StandingMemory:
        """Return the memory for questions whose answer depends on the record for which they are asked."""
        found = self._standing.get(record)
        if found is None:
            found = self._standing[record] = StandingMemory(self, record)
        return found

    def records(self, listed: str) -> tuple[int, ...] | None:
        """Return the records of a list that are seen, the earliest first; None when the list is unknown."""
        return self.seen[listed]

    def declared(self, name: str, record: int | None) -> Range:
        """Return the range that the bounds of a fact leave to it where its value is not known."""
        return range_of_fact(self.program.given.get(name), self.case, record)

    def applies(self, policy: str) -> Answer:
        """Return whether a policy applies to the case."""
        found = self._scopes.get(policy)
        if found is None:
            found = self._scopes[policy] = self.program.scopes[policy](self, None)
        return found

    def existence(self, deadline: str, record: int | None, find: Existence) -> Answer:
        """Return whether there is a deadline, which ``find`` finds out."""
        return find(self, record)

    def findings(self) -> Findings:
        """Return everything that was found out; all strata have been computed."""
        states = {**self.values, **self.conflicts} if self.conflicts else self.values
        return Concluded(
            states,
            self.values,
            self.resolved,
            self.rules,
            self.deadlines,
            self.amounts,
            tuple(self.firings),
            self.seen,
        )


Existence = Callable[[WorkingMemory, "int | None"], Answer]
"""What finds out whether there is a deadline."""


class StandingMemory:
    """A working memory for questions that are asked for the sake of one record, ``this``.

    It keeps answers of its own: for another record they come out otherwise.
    """

    def __init__(self, whole: WorkingMemory, this: int | None) -> None:
        """``whole`` knows the case."""
        self.this = this
        self.world = whole.world
        self.as_of = whole.as_of
        self.zone = whole.zone
        self.values = whole.values
        self.kept: dict[object, Any] = {}
        # Not the whole itself, which keeps this: neither is to wait for a collection.
        self._records, self._given, self._case = whole.seen, whole.program.given, whole.case

    def records(self, listed: str) -> tuple[int, ...] | None:
        """Return the records of a list that are seen, the earliest first; None when the list is unknown."""
        return self._records[listed]

    def declared(self, name: str, record: int | None) -> Range:
        """Return the range that the bounds of a fact leave to it where its value is not known."""
        return range_of_fact(self._given.get(name), self._case, record)

    def standing_at(self, record: int | None) -> StandingMemory:
        """Return itself: a question within a question is asked for the sake of the same record."""
        return self


def range_of_fact(fact: Given | None, case: Case, record: int | None) -> Range:
    """Return the range that bounds leave to a fact that a case does not say; None is no given fact."""
    return UNLIMITED if fact is None else declared_range(limits_of(fact, case, record))


def limits_of(fact: Given, case: Case, record: int | None) -> Iterable[tuple[str, Value | None]]:
    """Return what the bounds of a fact say in a case; None where the case does not say it."""
    for operator, limit in fact.bounds:
        if isinstance(limit, Const):
            yield operator, limit.value
        else:
            yield operator, case.values.get((limit.name, record if limit.listed else None))


WHOLE_CASE: tuple[None] = (None,)
"""Stands for the records of what the case has once."""
K = TypeVar("K")
V = TypeVar("V")


class Filled(dict[K, V]):
    """A dictionary that finds out what it does not have."""

    def __init__(self, find: Callable[[K], V]) -> None:
        """``find`` returns what belongs to a key."""
        super().__init__()
        self._find = find

    def __missing__(self, key: K) -> V:
        found = self[key] = self._find(key)
        return found


def seen_records(listed: RecordList, case: Case, as_of: int) -> tuple[int, ...] | None:
    """Return the records that have happened by now, the earliest first; None for an unknown list."""
    count = case.records.get(listed.name)
    if count is None:
        return () if listed.is_empty_if_missing else None
    if listed.dated_by is None:
        return tuple(range(count))
    dated = sorted((case.values[listed.dated_by, record], record) for record in range(count))
    return tuple(record for instant, record in dated if instant <= as_of)  # type: ignore[operator]  # instants
