"""The working memory of one case: values are computed layer by layer, rules are found out between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policyengine.case import Case, Key
from policyengine.clocks import Clock, Span, judge_deadline, measure, ran_out
from policyengine.compile.closures import Answer
from policyengine.compile.program import (
    CompiledAmount,
    CompiledDeadline,
    CompiledFact,
    CompiledParameter,
    CompiledPart,
    CompiledSpan,
    Layer,
    Program,
)
from policyengine.findings import (
    ABSENT,
    AmountFinding,
    Conflict,
    DeadlineFinding,
    Findings,
    Known,
    Missing,
    Resolved,
    RuleFinding,
    State,
    Truth,
    Unknown,
)
from policyengine.resolution import Candidate, resolve
from policyengine.rulebook import Fact
from policyengine.sums import Cap, Part, Terms, declared_range, judge_amount
from policyengine.values import ValueType, local_day


class WorkingMemory:
    """Everything known about one case at ``as_of`` (epoch seconds).

    ``values`` is what conditions are read against: there a conflict is waited for like a missing fact.
    """

    def __init__(self, program: Program, case: Case, as_of: int) -> None:
        """Begin with nothing known."""
        self.program = program
        self.case = case
        self.as_of = as_of
        self.today = local_day(as_of, program.rulebook.zone)
        self.values: dict[Key, State] = {}
        self.kept: dict[object, Any] = {}
        self.rules: dict[Key, RuleFinding] = {}
        self.firings: list[Key] = []
        self._resolved: dict[Key, Resolved] = {}
        self._conflicts: dict[Key, State] = {}
        self._spans: dict[Key, Span] = {}
        self._deadlines: dict[Key, DeadlineFinding] = {}
        self._amounts: dict[Key, AmountFinding] = {}
        self._records = {path: self._find_records(path) for path in program.rulebook.lists}
        self._scopes: dict[int, Answer] = {}

    def records(self, listed: str) -> tuple[int, ...] | None:
        """Return the records of a list that are seen, the earliest first; None when the list is unknown."""
        return self._records[listed]

    def applies(self, policy: int) -> Answer:
        """Return whether a policy applies to the case."""
        found = self._scopes.get(policy)
        if found is None:
            found = self._scopes[policy] = self.program.scopes[policy](self, None)
        return found

    def findings(self) -> Findings:
        """Return everything that was found out; all layers have been computed."""
        states = {**self.values, **self._conflicts} if self._conflicts else self.values
        return Findings(
            states,
            self._resolved,
            self.rules,
            self._deadlines,
            self._amounts,
            tuple(self.firings),
            self._records,
        )

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

    # ---------- values

    def compute(self, layer: Layer) -> None:
        """Compute the values of a layer; the rules of all earlier layers are known."""
        for node in layer.nodes:
            _COMPUTE[type(node)](self, node)

    def _compute_fact(self, node: CompiledFact) -> None:
        path = node.fact.path
        find = self._concluded if node.fact.role != "given" else self._given
        if node.fact.listed is None:
            self.values[path, None] = find(node, None)
            return
        for record in self._records[node.fact.listed] or ():
            self.values[path, record] = find(node, record)

    def _compute_parameter(self, node: CompiledParameter) -> None:
        self.values[node.parameter.id, None] = self._parameter(node)

    def _compute_span(self, node: CompiledSpan) -> None:
        for record in self._each(node.deadline.listed):
            self._span(node, record)

    def _compute_deadline(self, node: CompiledDeadline) -> None:
        for record in self._each(node.span.deadline.listed):
            self._deadline(node, record)

    def _compute_amount(self, node: CompiledAmount) -> None:
        for record in self._each(node.amount.listed):
            self.values[node.amount.id, record] = self._amount(node, record)

    def _each(self, listed: str | None) -> tuple[int | None, ...]:
        return _WHOLE_CASE if listed is None else (self._records[listed] or ())

    def _given(self, node: CompiledFact, record: int | None) -> State:
        fact = node.fact
        if node.dating is not None:
            dating = node.dating(self, record)
            if not isinstance(dating, Known):
                return Unknown(dating.waits) if isinstance(dating, Unknown) else ABSENT
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
        missing = fact.when_missing(self.program.readings)
        if missing is None:
            is_event = fact.type in (ValueType.INSTANT, ValueType.DATE)  # which may be still to come
            return Unknown(frozenset((Missing("fact", fact.path, record),)), not is_event)
        return ABSENT if missing == "absent" else Known(missing.value)

    def _concluded(self, node: CompiledFact, record: int | None) -> State:
        if not node.conclusions:
            return ABSENT
        candidates = []
        for one in node.conclusions:
            finding = self.rules[one.rule, record]  # a missing key: the layers are wrong, a bug of ours
            if finding.truth is Truth.FALSE:
                continue
            name, is_listed = one.unknown_as
            unknown_as = (name, record if is_listed else None)
            value = one.value(self, record)
            candidates.append(Candidate(one.rule, finding.truth, finding.waits, value, unknown_as))
        resolved = resolve(candidates, node.defeats)
        key = (node.fact.path, record)
        self._resolved[key] = resolved
        if isinstance(resolved.state, Conflict):
            self._conflicts[key] = resolved.state
            return Unknown(frozenset((Missing("conflict", *key),)))
        return resolved.state

    def _parameter(self, node: CompiledParameter) -> State:
        figure = self.case.figures.get(node.parameter.id)
        if figure is not None:
            return Known(figure)
        values = node.parameter.values
        if values and node.by is None:
            return Known(values[-1].value)
        missing = Unknown(frozenset((Missing("parameter", node.parameter.id, None),)), has_value=True)
        if node.by is None:
            return missing
        act = node.by(self, None)
        if not isinstance(act, Known):
            return Unknown(act.waits) if isinstance(act, Unknown) else ABSENT
        assert isinstance(act.value, int)
        day = local_day(act.value, self.program.rulebook.zone)
        for dated in reversed(values):
            if dated.start is None or dated.start <= day:
                return Known(dated.value)
        return missing

    def _span(self, node: CompiledSpan, record: int | None) -> None:
        truth, waits = node.exists(self, record)
        found = measure(
            truth, waits, node.start(self, record), node.length(self, record), self._clock(node, record)
        )
        self._spans[node.deadline.id, record] = found
        self.values[f"{node.deadline.id}.due", record] = found.due_if_any

    def _clock(self, node: CompiledSpan, record: int | None) -> Clock:
        book, deadline = self.program.rulebook, node.deadline
        over = ran_out(bool(deadline.met_by), deadline.is_right)
        return Clock(node.counting, book.calendar, book.zone, over, node.follows(self, record))

    def _deadline(self, node: CompiledDeadline, record: int | None) -> None:
        id = node.span.deadline.id
        found = judge_deadline(
            self._spans[id, record],
            [act(self, record) for act in node.acts],
            [event(self, record) for event in node.stops],
            self._clock(node.span, record),
            self.as_of,
        )
        self._deadlines[id, record] = found
        self.values[f"{id}.status", record] = found.status
        self.values[f"{id}.settled_at", record] = found.settled

    def _amount(self, node: CompiledAmount, record: int | None) -> State:
        truth, waits = node.exists(self, record)
        terms = Terms(
            self._part(node.base, record),
            [self._part(term, record) for term in node.plus],
            [self._part(term, record) for term in node.minus],
            None if node.rate is None else self._part(node.rate, record),
        )
        floor = None if node.floor is None else self._part(node.floor, record)
        caps = [Cap(*applies(self, record), self._part(limit, record)) for applies, limit in node.caps]
        found = judge_amount(truth, waits, terms, floor, caps, node.amount.rounding)
        self._amounts[node.amount.id, record] = found
        return found.result

    def _part(self, node: CompiledPart, record: int | None) -> Part:
        """Return a part of an amount, with the range that it has where its value is not known."""
        state = node.state(self, record)
        if not isinstance(state, Unknown):
            return Part(state)
        key = (node.name, record if node.is_listed else None)
        return Part(state, declared_range(self.program.rulebook.facts, key, self.case))


_WHOLE_CASE: tuple[None] = (None,)
_COMPUTE: dict[type, Callable[[WorkingMemory, Any], None]] = {
    CompiledFact: WorkingMemory._compute_fact,
    CompiledParameter: WorkingMemory._compute_parameter,
    CompiledSpan: WorkingMemory._compute_span,
    CompiledDeadline: WorkingMemory._compute_deadline,
    CompiledAmount: WorkingMemory._compute_amount,
}
