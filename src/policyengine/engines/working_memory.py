"""The working memory of one case: what is known so far, computed once, when it is first needed."""

from __future__ import annotations

from policyengine.case import Case, Key
from policyengine.clocks import Clock, judge_deadline
from policyengine.compile.closures import Answer
from policyengine.findings import (
    ABSENT,
    AmountFinding,
    Conflict,
    DeadlineFinding,
    Known,
    Missing,
    Resolved,
    RuleFinding,
    State,
    Unknown,
)
from policyengine.program import CompiledFact, Program
from policyengine.resolution import Candidate, resolve
from policyengine.rulebook import Fact, Parameter
from policyengine.sums import Cap, Terms, judge_amount
from policyengine.values import ValueType, local_day


class WorkingMemory:
    """Everything known about one case at ``as_of`` (epoch seconds). Rules are added stratum by stratum."""

    def __init__(self, program: Program, case: Case, as_of: int) -> None:
        """Begin with what the case says."""
        self.program = program
        self.case = case
        self.as_of = as_of
        self.today = local_day(as_of, program.rulebook.zone)
        self.states: dict[Key, State] = {}
        self.resolved: dict[Key, Resolved] = {}
        self.rules: dict[Key, RuleFinding] = {}
        self.deadlines: dict[Key, DeadlineFinding] = {}
        self.amounts: dict[Key, AmountFinding] = {}
        self.firings: list[Key] = []
        self._values: dict[Key, State] = {}
        self._records: dict[str, tuple[int, ...] | None] = {}
        self._scopes: dict[int, Answer] = {}

    # ---------- what rules and closures ask for

    def value(self, name: str, record: int | None) -> State:
        """Return the state of a name to compute with: a conflict is waited for like a missing fact."""
        key = (name, record)
        found = self._values.get(key)
        if found is None:
            found = self.state(name, record)
            if isinstance(found, Conflict):
                found = Unknown(frozenset((Missing("conflict", name, record),)))
            self._values[key] = found
        return found

    def records(self, listed: str) -> tuple[int, ...] | None:
        """Return the records of a list that are seen, the earliest first; None when the list is unknown."""
        if listed not in self._records:
            self._records[listed] = self._find_records(listed)
        return self._records[listed]

    def applies(self, policy: int) -> Answer:
        """Return whether a policy applies to the case."""
        found = self._scopes.get(policy)
        if found is None:
            found = self._scopes[policy] = self.program.scopes[policy](self, None)
        return found

    def state(self, name: str, record: int | None) -> State:
        """Return the state of a name."""
        key = (name, record)
        found = self.states.get(key)
        if found is None:
            found = self._find(name, record)
            self.states[key] = found
        return found

    def _find(self, name: str, record: int | None) -> State:
        program = self.program
        fact = program.facts.get(name)
        if fact is not None:
            is_given = fact.fact.role == "given"
            return self._given(fact.fact, record) if is_given else self._concluded(fact, record)
        parameter = program.parameters.get(name)
        if parameter is not None:
            return self._parameter(parameter)
        if name in program.amounts:
            return self._amount(name, record).result
        deadline, _, property = name.rpartition(".")
        finding = self.deadline(deadline, record)
        if property == "due":
            return finding.due
        return finding.status if property == "status" else finding.settled

    def _find_records(self, listed: str) -> tuple[int, ...] | None:
        declared = self.program.rulebook.lists[listed]
        count = self.case.records.get(listed)
        if count is None:
            return () if declared.empty_if_missing else None
        dated_by = declared.dated_by
        if dated_by is None:
            return tuple(range(count))
        values = self.case.values
        dated = [(values[dated_by, record], record) for record in range(count)]
        dated.sort()
        return tuple(record for instant, record in dated if instant <= self.as_of)  # type: ignore[operator]

    # ---------- facts and parameters

    def _given(self, fact: Fact, record: int | None) -> State:
        if fact.dated_by is not None:
            is_listed = self.program.facts[fact.dated_by].fact.listed is not None
            dating = self.value(fact.dated_by, record if is_listed else None)
            if not isinstance(dating, Known):
                return dating
            if dating.value > self.as_of:  # type: ignore[operator]  # an instant, as the parser saw to
                return ABSENT
        value = self.case.values.get((fact.path, record))
        if value is None:
            return self._left_out(fact, record)
        if fact.type is ValueType.INSTANT:
            return Known(value) if value <= self.as_of else ABSENT  # type: ignore[operator]
        if fact.type is ValueType.DATE:
            return Known(value) if value <= self.today else ABSENT  # type: ignore[operator]
        return Known(value)

    def _left_out(self, fact: Fact, record: int | None) -> State:
        if fact.if_missing is None:
            return Unknown(frozenset((Missing("fact", fact.path, record),)))
        return ABSENT if fact.if_missing == "absent" else Known(fact.if_missing.value)

    def _parameter(self, parameter: Parameter) -> State:
        values = parameter.values
        if values and (parameter.by is None or values[-1].start is None):
            return Known(values[-1].value)
        missing = Unknown(frozenset((Missing("parameter", parameter.id, None),)))
        if not values or parameter.by is None:
            return missing
        act = self.value(parameter.by.name, None)
        if not isinstance(act, Known):
            return act
        assert isinstance(act.value, int)
        day = local_day(act.value, self.program.rulebook.zone)
        for dated in reversed(values):
            if dated.start is None or dated.start <= day:
                return Known(dated.value)
        return missing

    def _concluded(self, fact: CompiledFact, record: int | None) -> State:
        if not fact.conclusions:
            return ABSENT
        candidates = []
        for one in fact.conclusions:
            finding = self.rules[one.rule, record]  # a missing key: the strata are wrong, a bug of ours
            name, is_listed = one.unknown_as
            value = one.value(self, record)
            unknown_as = (name, record if is_listed else None)
            candidates.append(Candidate(one.rule, finding.truth, finding.waits, value, unknown_as))
        resolved = resolve(candidates, fact.defeats)
        self.resolved[fact.fact.path, record] = resolved
        return resolved.state

    # ---------- deadlines and amounts

    def deadline(self, id: str, record: int | None) -> DeadlineFinding:
        """Return what a deadline amounts to."""
        key = (id, record)
        found = self.deadlines.get(key)
        if found is None:
            found = self._find_deadline(id, record)
            self.deadlines[key] = found
            self.states[f"{id}.due", record] = found.due
            self.states[f"{id}.status", record] = found.status
            self.states[f"{id}.settled_at", record] = found.settled
        return found

    def _find_deadline(self, id: str, record: int | None) -> DeadlineFinding:
        book, compiled = self.program.rulebook, self.program.deadlines[id]
        truth, waits = compiled.exists(self, record)
        return judge_deadline(
            truth,
            waits,
            compiled.start(self, record),
            compiled.length(self, record),
            [act(self, record) for act in compiled.acts],
            Clock(compiled.counting, book.calendar, book.zone, not compiled.acts),
            self.as_of,
        )

    def _amount(self, id: str, record: int | None) -> AmountFinding:
        compiled = self.program.amounts[id]
        truth, waits = compiled.exists(self, record)
        terms = Terms(
            compiled.base(self, record),
            [term(self, record) for term in compiled.plus],
            [term(self, record) for term in compiled.minus],
            None if compiled.rate is None else compiled.rate(self, record),
        )
        floor = None if compiled.floor is None else compiled.floor(self, record)
        caps = [Cap(*applies(self, record), limit(self, record)) for applies, limit in compiled.caps]
        found = judge_amount(truth, waits, terms, floor, caps, compiled.amount.rounding)
        self.amounts[id, record] = found
        return found

    # ---------- the rest

    def complete(self) -> None:
        """Compute whatever no rule has asked for, so that the findings are complete."""
        program = self.program
        for path, fact in program.facts.items():
            self._for_all(path, fact.fact.listed)
        for id in program.parameters:
            self._for_all(id, None)
        for id, deadline in program.deadlines.items():
            self._for_all(f"{id}.due", deadline.deadline.listed)
        for id, amount in program.amounts.items():
            self._for_all(id, amount.amount.listed)

    def _for_all(self, name: str, listed: str | None) -> None:
        if listed is None:
            self.state(name, None)
        else:
            for record in self.records(listed) or ():
                self.state(name, record)
