"""The decision about one case: every outcome with its reasons, clocks, amounts and next steps.

Made from an engine's findings, the same way for every engine; it holds values and places, not sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Literal, NamedTuple

from policyengine.case import Case
from policyengine.explain import Explanation, Part, Support
from policyengine.findings import (
    Absent,
    AmountFinding,
    Conflict,
    DeadlineFinding,
    Findings,
    Known,
    Missing,
    State,
    Truth,
    Unknown,
)
from policyengine.rulebook import Amount, Deadline, Fact, Notice, Rule, Rulebook, TextByReading
from policyengine.values import Value, comparison_key
from policyengine.words import Text

Status = Literal["known", "undetermined", "not_applicable", "conflict"]


class Reason(NamedTuple):
    """A rule that gives an outcome its value, or still could, with the tests that made it so."""

    rule: Rule
    record: int | None
    truth: Truth
    leaves: tuple[Part, ...]
    value: State


class Outcome(NamedTuple):
    """What is concluded about one fact.

    ``possible`` are the values that an undetermined outcome can still take, ``may_be_absent`` whether it can
    also turn out not applicable. ``overridden`` are rules that hold and give way to an exception.
    ``unconfirmed`` are the overlays whose figures it rests on; ``provisional`` tells that it rests on a
    calendar that is not published yet.
    """

    fact: Fact
    record: int | None
    status: Status
    state: State
    possible: tuple[Value, ...]
    has_unknown_value: bool
    may_be_absent: bool
    reasons: tuple[Reason, ...]
    overridden: tuple[Rule, ...]
    waits: tuple[Missing, ...]
    support: Support
    unconfirmed: tuple[str, ...]
    provisional: bool


class ClockView(NamedTuple):
    """A deadline that exists or may exist, and whether it rests on an unpublished calendar."""

    deadline: Deadline
    record: int | None
    finding: DeadlineFinding
    support: Support
    provisional: bool

    @property
    def is_set(self) -> bool:
        """Tell whether something has set the clock going, or may have."""
        return not isinstance(self.finding.start, Absent)


class AmountView(NamedTuple):
    """An amount that exists or may exist."""

    amount: Amount
    record: int | None
    finding: AmountFinding


class NextStep(NamedTuple):
    """What somebody must or may do, by when, and what follows if not."""

    notice: Notice
    rule: Rule
    record: int | None
    due: State | None
    otherwise: Text
    assumption: str


class Chosen(NamedTuple):
    """The reading chosen for an assumption that the decision leans on."""

    id: str
    reading: str
    is_default: bool


class Judged(NamedTuple):
    """What was judged and how: together with the case it determines the decision."""

    rulebook: Rulebook
    readings: Mapping[str, str]
    settings: tuple[tuple[str, str], ...]
    engine: str
    engine_version: str


class Decision:
    """The answer about one case at one instant (``as_of``, epoch seconds).

    Its parts are put together from the findings when they are first asked for.
    """

    def __init__(
        self, case: Case, as_of: int, judged: Judged, findings: Findings, explanation: Explanation
    ) -> None:
        """Made by ``Rulebook.evaluate``."""
        self.case = case
        self.as_of = as_of
        self.judged = judged
        self.findings = findings
        self.explanation = explanation
        self._assembly = _Assembly(judged, findings, explanation)

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What is concluded about each outcome, by name; for a list, about each record that is seen."""
        return tuple(self._assembly.outcomes())

    @cached_property
    def clocks(self) -> tuple[ClockView, ...]:
        """The deadlines that exist or may exist, the earliest start first."""
        return tuple(self._assembly.clocks())

    @cached_property
    def amounts(self) -> tuple[AmountView, ...]:
        """The amounts that exist or may exist, by name."""
        return tuple(self._assembly.amounts())

    @cached_property
    def next_steps(self) -> tuple[NextStep, ...]:
        """Who must or may do what, duties first, by due instant."""
        return tuple(self._assembly.next_steps())

    @cached_property
    def assumptions(self) -> tuple[Chosen, ...]:
        """The readings that the decision leans on, and those that were chosen against the default."""
        return tuple(self._assembly.assumptions(self.outcomes, self.clocks, self.next_steps))

    @property
    def undetermined(self) -> tuple[Outcome, ...]:
        """The outcomes that wait for something, or are in conflict."""
        return tuple(one for one in self.outcomes if one.status in ("undetermined", "conflict"))

    @property
    def missing(self) -> tuple[Missing, ...]:
        """Everything that some outcome waits for."""
        return sort_missing(waiting for outcome in self.outcomes for waiting in outcome.waits)


def sort_missing(missing: Iterable[Missing]) -> tuple[Missing, ...]:
    """Return things that are missing without repetition, ordered by kind, name and record."""
    return tuple(
        sorted(set(missing), key=lambda one: (one.kind, one.name, -1 if one.record is None else one.record))
    )


class _Assembly:
    """The making of one decision."""

    def __init__(self, judged: Judged, findings: Findings, explanation: Explanation) -> None:
        self.book = judged.rulebook
        self.judged = judged
        self.findings = findings
        self.explanation = explanation
        self.has_overlay = any(overlay.active for overlay in self.book.overlays)
        self.has_provisional = any(one.provisional for one in findings.deadlines.values())

    # ---------- outcomes

    def outcomes(self) -> Iterator[Outcome]:
        for fact in self.book.facts.values():
            if fact.role == "outcome":
                for record in self._records(fact.listed):
                    yield self._outcome(fact, record)

    def _records(self, listed: str | None) -> Iterable[int | None]:
        return (None,) if listed is None else (self.findings.records[listed] or ())

    def _outcome(self, fact: Fact, record: int | None) -> Outcome:
        state = self.findings.states[fact.path, record]
        resolved = self.findings.resolved.get((fact.path, record))
        names = () if resolved is None else (*resolved.winners, *resolved.open)
        reasons = tuple(self._reason(self.book.rules[name], fact.path, record) for name in names)
        support = self.explanation.support(fact.path, record)
        is_open = isinstance(state, Unknown)
        return Outcome(
            fact=fact,
            record=record,
            status=_status(state),
            state=state,
            possible=_possible(reasons) if is_open else (),
            has_unknown_value=is_open and any(isinstance(one.value, Unknown) for one in reasons),
            may_be_absent=is_open and all(one.truth is not Truth.TRUE for one in reasons),
            reasons=reasons,
            overridden=tuple(self._overridden(fact.path, record, names)),
            waits=sort_missing(state.waits) if isinstance(state, Unknown) else (),
            support=support,
            unconfirmed=self._unconfirmed(support),
            provisional=self._is_provisional(support),
        )

    def _reason(self, rule: Rule, path: str, record: int | None) -> Reason:
        truth, leaves = self.explanation.of_rule(rule, record)
        value = next(one.value for one in rule.then if one.fact.name == path)
        return Reason(rule, record, truth, leaves, self.explanation.state_of(value, record))

    def _overridden(self, path: str, record: int | None, names: Iterable[str]) -> Iterator[Rule]:
        for rule in self.explanation.explainer.conclusions.get(path, ()):
            if rule.id not in names and self.findings.rules[rule.id, record].truth is Truth.TRUE:
                yield rule

    def _unconfirmed(self, support: Support) -> tuple[str, ...]:
        if not self.has_overlay:
            return ()
        return tuple(sorted({self.book.parameters[id].unconfirmed for id in support.parameters} - {""}))

    def _is_provisional(self, support: Support) -> bool:
        return self.has_provisional and any(
            self.findings.deadlines[key].provisional for key in support.deadlines
        )

    # ---------- clocks and amounts

    def clocks(self) -> Iterator[ClockView]:
        views = []
        for deadline in self.book.deadlines.values():
            for record in self._records(deadline.listed):
                finding = self.findings.deadlines[deadline.id, record]
                if finding.exists is Truth.FALSE or isinstance(finding.length, Absent):
                    continue
                support = self.explanation.support(f"{deadline.id}.status", record)
                provisional = self._is_provisional(support)
                views.append(ClockView(deadline, record, finding, support, provisional))
        yield from sorted(views, key=_by_start)

    def amounts(self) -> Iterator[AmountView]:
        for amount in self.book.amounts.values():
            for record in self._records(amount.listed):
                finding = self.findings.amounts[amount.id, record]
                if finding.exists is not Truth.FALSE and not isinstance(finding.result, Absent):
                    yield AmountView(amount, record, finding)

    # ---------- next steps

    def next_steps(self) -> Iterator[NextStep]:
        steps = []
        for key in self.findings.firings:
            rule = self.book.rules[key[0]]
            steps += [self._step(notice, rule, key[1]) for notice in rule.notices]
        yield from sorted(steps, key=_by_due)

    def _step(self, notice: Notice, rule: Rule, record: int | None) -> NextStep:
        due: State | None = None
        if notice.by is not None:
            listed = self.book.deadlines[notice.by].listed
            due = self.findings.states[f"{notice.by}.due", record if listed else None]
        otherwise, assumption = notice.otherwise, ""
        if isinstance(otherwise, TextByReading):
            assumption = otherwise.assumption
            reading = self.judged.readings[assumption]
            otherwise = next(text for name, text in otherwise.readings if name == reading)
        return NextStep(notice, rule, record, due, otherwise, assumption)

    # ---------- assumptions

    def assumptions(
        self, outcomes: Iterable[Outcome], clocks: Iterable[ClockView], steps: Sequence[NextStep]
    ) -> Iterator[Chosen]:
        support = self.explanation.no_support()
        for outcome in outcomes:
            if outcome.status != "not_applicable":
                support |= outcome.support
        for clock in clocks:
            if clock.is_set:
                support |= clock.support
        for step in steps:
            support |= self.explanation.support_of_rule(step.rule.id, step.record)
        used = set(support.assumptions) | {step.assumption for step in steps} - {""}
        used |= {id for id, one in self.book.assumptions.items() if self.judged.readings[id] != one.default}
        for id in sorted(used):
            reading = self.judged.readings[id]
            yield Chosen(id, reading, reading == self.book.assumptions[id].default)


def _status(state: State) -> Status:
    match state:
        case Known():
            return "known"
        case Absent():
            return "not_applicable"
        case Conflict():
            return "conflict"
        case Unknown():
            return "undetermined"


def _possible(reasons: Iterable[Reason]) -> tuple[Value, ...]:
    values = {
        comparison_key(one.value.value): one.value.value for one in reasons if isinstance(one.value, Known)
    }
    return tuple(values[key] for key in sorted(values, key=lambda key: (isinstance(key, str), key)))


def _by_start(view: ClockView) -> tuple[bool, int, str, int]:
    """Order clocks by start, those without a known one last."""
    start = view.finding.start
    instant = start.value if isinstance(start, Known) and isinstance(start.value, int) else 0
    return not isinstance(start, Known), instant, view.deadline.id, view.record or 0


_KINDS = ("duty", "permission", "warning", "advice")


def _by_due(step: NextStep) -> tuple[int, bool, int, str, int]:
    """Order next steps: duties first, then by due instant."""
    due = step.due.value if isinstance(step.due, Known) and isinstance(step.due.value, int) else 0
    return _KINDS.index(step.notice.kind), not due, due, step.rule.id, step.record or 0
