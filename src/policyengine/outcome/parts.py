"""What a decision is made of: outcomes with their reasons, clocks, amounts, next steps, what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen
from policyengine.model.rulebook import Amount, Deadline, Fact, Notice, RecordList, Rule
from policyengine.outcome.leaves import Part
from policyengine.outcome.refine.refined import Exactness, Refined
from policyengine.outcome.support import Support
from policyengine.semantics.findings import (
    Absent,
    AmountFinding,
    Conflict,
    DeadlineFinding,
    Known,
    Missing,
    Possible,
    State,
    Truth,
    Unknown,
)
from policyengine.syntax.keys import numbered
from policyengine.values.literals import Value

Status = Literal["known", "undetermined", "not_applicable", "conflict"]


class Reason(Frozen):
    """A rule that gives an outcome its value, or still could, with the tests that made it so."""

    rule: Rule
    record: int | None
    truth: Truth
    leaves: tuple[Part, ...]
    value: State


class Overridden(Frozen):
    """A rule that holds, in the record for which it speaks, and gives way to an exception."""

    rule: Rule
    record: int | None


class Outcome(Frozen):
    """What is concluded about one fact.

    ``possible`` are the values that an undetermined outcome can still take, ``has_unknown_value`` tells that
    it can also take one that cannot be told, ``may_be_absent`` that it can turn out not applicable. This is
    all there is if ``exactness`` is ``exact``; else at least this is possible, and what is ``not_ruled_out``
    may be. ``refined`` tells which of them follows from what.
    ``overridden`` are rules that hold and give way to an exception. ``unconfirmed`` are the overlays whose
    figures it rests on; ``provisional`` tells that it rests on a calendar that is not published yet.
    ``between`` are the least and the greatest value of an undetermined one that several rules build.
    """

    fact: Fact
    record: int | None
    status: Status
    state: State
    possible: tuple[Value, ...]
    has_unknown_value: bool
    may_be_absent: bool
    may_conflict: bool
    not_ruled_out: tuple[Value, ...]
    exactness: Exactness
    refined: Refined | None
    reasons: tuple[Reason, ...]
    overridden: tuple[Overridden, ...]
    waits: tuple[Missing, ...]
    support: Support
    unconfirmed: tuple[str, ...]
    provisional: bool
    between: Possible | None

    @property
    def name(self) -> str:
        """The name of the fact, with the number of the record if it is one of a list."""
        head, tail = self.fact.listed, self.fact.path
        return tail if head is None else numbered(head, self.record, tail.removeprefix(f"{head}."))

    def __repr__(self) -> str:
        value = f" = {self.state.value}" if isinstance(self.state, Known) else ""
        return f"<Outcome {self.name}{value}: {self.status}>"


class ClockView(Frozen):
    """A deadline that exists or may exist, and whether it rests on an unpublished calendar."""

    deadline: Deadline
    record: int | None
    finding: DeadlineFinding
    support: Support
    provisional: bool

    @property
    def waits(self) -> tuple[Missing, ...]:
        """What its status waits for."""
        status = self.finding.status
        return sort_missing(status.waits) if isinstance(status, Unknown) else ()

    @property
    def is_set(self) -> bool:
        """Tell whether something has set the clock going, or may have."""
        return not isinstance(self.finding.start, Absent)


class AmountView(Frozen):
    """An amount that exists or may exist."""

    amount: Amount
    record: int | None
    finding: AmountFinding


class NextStep(Frozen):
    """What somebody must or may do, by when, and what follows if not."""

    notice: Notice
    rule: Rule
    record: int | None
    due: State | None
    otherwise: Text
    assumption: str


class PossibleStep(Frozen):
    """A next step that perhaps is due: ``refined`` tells on what that depends."""

    step: NextStep
    refined: Refined

    @property
    def waits(self) -> tuple[Missing, ...]:
        """What it waits for."""
        return sort_missing(self.refined.state.waits) if isinstance(self.refined.state, Unknown) else ()


class Taken(Frozen):
    """What the case does not say and the decision took for granted.

    ``value`` is the default of a fact; None if it was taken that an event has not happened, that there is no
    such thing, or that a list has no records.
    """

    fact: Fact | RecordList
    record: int | None
    value: Value | None


class Wanted(Frozen):
    """Something that is missing, and how many answers it would help to settle."""

    missing: Missing
    answers: int


class Chosen(Frozen):
    """The reading chosen for an assumption that the decision leans on."""

    id: str
    reading: str
    is_default: bool


def sort_missing(missing: Iterable[Missing]) -> tuple[Missing, ...]:
    """Return things that are missing without repetition, ordered by kind, name and record."""
    found = set(missing)
    if len(found) == 1:
        return tuple(found)
    return tuple(
        sorted(found, key=lambda one: (one.kind, one.name, -1 if one.record is None else one.record))
    )


def in_order(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return outcomes in the order of the vocabulary, which its author chose for readers."""
    return sorted(outcomes, key=lambda one: (one.fact.span, one.record or 0))


def by_start(view: ClockView) -> tuple[bool, int, str, int]:
    """Order clocks by start, those without a known one last."""
    start = view.finding.start
    instant = start.value if isinstance(start, Known) and isinstance(start.value, int) else 0
    return not isinstance(start, Known), instant, view.deadline.id, view.record or 0


def status_of(state: State) -> Status:
    """Return the word for what a state is."""
    match state:
        case Known():
            return "known"
        case Absent():
            return "not_applicable"
        case Conflict():
            return "conflict"
        case Unknown():
            return "undetermined"
