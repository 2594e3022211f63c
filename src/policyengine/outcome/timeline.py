"""What has happened in a case, and what will happen by itself if nobody acts any more.

A case can be judged at any moment of its life; a timeline is that, repeated: at every event, at the end of
every clock and one second after it, and where a condition turns that names the instant of the judgement. Two
judgements in a row are compared, and what differs is a step, dated by the first second in which it is so: who
acts exactly at an end that is included is in time, so what follows from that end is dated a second later. At
every instant the steps up to it say what a judgement then says.
What the case says of a time after ``as_of`` is left out: nobody has done it yet.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, Protocol, cast

from policyengine.frozen import Frozen, replace
from policyengine.model.case import Case, Key
from policyengine.model.rulebook import RAN_OUT, Deadline, Fact, Rule, Rulebook, coming_with
from policyengine.outcome.beginning import begins_after
from policyengine.outcome.decision import Decision
from policyengine.outcome.moving import Moving, growing_amounts
from policyengine.outcome.parts import AmountView, ClockView, NextStep, Outcome, Status, by_start
from policyengine.outcome.refine.refined import Refined
from policyengine.outcome.refine.target import Target
from policyengine.semantics.findings import (
    Absent,
    Changes,
    DeadlineFinding,
    Known,
    Missing,
    State,
    Truth,
    Unknown,
    by_name,
)
from policyengine.values.literals import Value, ValueType, comparison_key, local_day, start_of_day

MAX_MOMENTS = 1000
"""At how many instants a case is judged at most; no real case comes near."""

NEVER = 9_000_000_000
"""An instant in the year 2255, later than every case (epoch seconds)."""
_HORIZON = 8_000_000_000  # 2223: what is later rests on something that never happens

Ending = Literal["settled", "unsettled", "until", "limit"]
ClockChange = Literal[
    "starts", "perhaps", "paused", "resumes", "met", "missed", "lapsed", "ended", "stopped", "void"
]
BEGINNINGS = ("starts", "perhaps")
STANDSTILLS = ("paused", "resumes")
_CHANGES: Mapping[str, ClockChange] = {
    "open": "starts",
    "paused": "paused",
    "met": "met",
    "missed": "missed",
    "lapsed": "lapsed",
    "ended": "ended",
    "stopped": "stopped",
}


class Judge(Protocol):
    """Whatever can judge a case at an instant."""

    @property
    def model(self) -> Rulebook:
        """The rulebook."""
        ...

    def judge(self, case: Case, as_of: int) -> Decision:
        """Return the decision about a case at an instant (epoch seconds)."""
        ...


class Event(Frozen):
    """Something that the case says has happened; ``values`` are the facts that came with it."""

    fact: Fact
    record: int | None
    party: str
    values: tuple[tuple[Fact, State], ...]


class ClockStep(Frozen):
    """A clock starts, is met, runs out or is stopped, stands still or runs on.

    ``then`` are the notices that speak of its end.

    ``perhaps``: it cannot be told where it stands, or whether there is such a clock; ``has_begun`` tells that
    it was told of before, ``dues`` on what it depends whether and until when a clock runs that perhaps does
    not exist. ``void``: it turns out that there is no such clock.
    """

    deadline: Deadline
    record: int | None
    change: ClockChange
    finding: DeadlineFinding
    then: tuple[NextStep, ...]
    has_begun: bool
    dues: Refined | None


class Turn(Frozen):
    """An outcome changes; ``before`` is None where nothing was judged before."""

    before: Stood | None
    after: Stood
    rules: tuple[Rule, ...]


class Stood(Frozen):
    """How an outcome stood at an instant.

    Not the outcome itself: that would keep all that was found out at that instant, for every step.
    """

    fact: Fact
    record: int | None
    status: Status
    state: State
    waits: tuple[Missing, ...]
    provisional: bool


class Step(Frozen):
    """Something that changes at an instant (epoch seconds).

    ``is_expected``: after ``as_of``, if nobody acts. ``provisional``: its date rests on a calendar that is
    not published yet.
    """

    instant: int
    what: Event | ClockStep | Turn
    is_expected: bool
    provisional: bool

    @property
    def parties(self) -> tuple[str, ...]:
        """Whose act or clock it is; nobody's for an outcome."""
        match self.what:
            case Event(_, _, party):
                return (party,) if party else ()
            case ClockStep(deadline):
                return (deadline.who,)
            case Turn():
                return ()


class Running(Frozen):
    """A clock from the step with which it starts to the one with which it stops (None: nobody knows).

    ``pauses`` are the steps with which it comes to stand still and runs on (None: not by itself).
    """

    deadline: Deadline
    record: int | None
    start: int
    due: int | None
    stop: int | None
    change: ClockChange
    provisional: bool
    pauses: tuple[tuple[int, int | None], ...] = ()


Standing = Literal[
    "upcoming", "open", "paused", "perhaps", "met", "missed", "lapsed", "ended", "stopped", "void"
]
"""How a clock stands at an instant; ``upcoming``: it will begin if nobody acts."""


class Timeline(Frozen):
    """The life of a case up to its end, to ``until``, or as far as ``MAX_MOMENTS`` judgements go.

    ``now`` is the decision at ``as_of``, ``last`` the one at the end. ``unsettled`` are the clocks of which
    it cannot be told how long they run, or whether they do, when no certain end is still to come. ``begins``
    is the first event with its time where the case begins only after ``as_of``.
    """

    case: Case
    as_of: int
    until: int | None
    steps: tuple[Step, ...]
    clocks: tuple[Running, ...]
    ending: Ending
    unsettled: tuple[ClockView, ...]
    now: Decision
    last: Decision
    begins: tuple[Key, Value] | None

    def standing(self, clock: Running) -> Standing:
        """Return how a clock stands at ``as_of``, whatever becomes of it later."""
        if clock.start > self.as_of:
            return "upcoming"
        if clock.stop is not None and clock.stop <= self.as_of:
            return cast(Standing, clock.change)
        view = self.now.clock((clock.deadline.id, clock.record))
        status = None if view is None else _printed(view)
        return "perhaps" if status == "" else "paused" if status == "paused" else "open"

    @property
    def growing(self) -> tuple[AmountView, ...]:
        """The amounts at the end that go on changing by themselves, at instants that are not told."""
        names = growing_amounts(self.last.judged.rulebook)
        return tuple(view for view in self.last.amounts if view.amount.id in names)


def make_timeline(judge: Judge, case: Case, as_of: int, until: int | None = None) -> Timeline:
    """Return the timeline of a case as it stands at ``as_of`` (epoch seconds)."""
    past = put_off_later(case, as_of, judge.model)
    walk = _Walk(judge, past, as_of, until)
    walk.go()
    assert walk.now is not None and walk.last is not None
    unsettled: tuple[ClockView, ...] = ()
    if walk.ending == "settled":
        unsettled = tuple(view for view in walk.last.clocks if _printed(view) in ("", "open", "paused"))
    ending: Ending = "unsettled" if unsettled else walk.ending
    steps = tuple(sorted(walk.steps, key=_in_order))
    clocks, first = tuple(_runs(steps)), begins_after(judge.model, case, as_of)
    begins = None if first is None else (first, case.values[first])
    return Timeline(past, as_of, until, steps, clocks, ending, unsettled, walk.now, walk.last, begins)


def _in_order(step: Step) -> tuple[int, int]:
    """Order steps by instant: what is done, what ends, what begins, what follows."""
    if isinstance(step.what, Event):
        return step.instant, 0
    if isinstance(step.what, ClockStep):
        return step.instant, 2 if step.what.change in (*BEGINNINGS, *STANDSTILLS) else 1
    return step.instant, 3


def put_off_later(case: Case, as_of: int, book: Rulebook) -> Case:
    """Return the case with every event after ``as_of`` put off for ever, and with it what it dates.

    It is not taken out: that something has not happened is known, and a fact that is missing is not. A plan
    stays as it is: it is known before it comes.
    """
    values = {
        key: _never(book, key[0])
        if book.facts[key[0]].is_event and (_moment(book, key[0], value) or 0) > as_of
        else value
        for key, value in case.values.items()
    }
    return Case(case.id, case.file, values, case.records)


def _moment(book: Rulebook, name: str, value: Value) -> int | None:
    """Return when a value has come (epoch seconds): an instant, or the start of a date; None of other types.

    Only the type can tell: a sum of money is as large a number as an instant.
    """
    found = book.facts.get(name) or book.parameters.get(name)
    if found is None or not isinstance(value, int):
        return None
    if found.type is ValueType.DATE:
        return start_of_day(value, book.zone)
    return value if found.type is ValueType.INSTANT else None


def _never(book: Rulebook, name: str) -> int:
    return local_day(NEVER, book.zone) if book.facts[name].type is ValueType.DATE else NEVER


# ---------- the walk


class _Walk:
    """Judges the case at one instant after the other and collects the steps."""

    def __init__(self, judge: Judge, case: Case, as_of: int, until: int | None) -> None:
        self.judge = judge
        self.book = judge.model
        self.case = case
        self.as_of = as_of
        self.until = until
        self.steps: list[Step] = []
        self.ending: Ending = "settled"
        self.now: Decision | None = None
        self.last: Decision | None = None
        self._queue: list[int] = []
        self._events_at: dict[int, list[Key]] = {}
        self._outcomes = [fact for fact in self.book.facts.values() if fact.role == "outcome"]
        # Why to look at an instant: clocks that end there, or None for what matters anyway.
        self._reasons: dict[int, set[Key | None]] = {}
        self._moving: Moving | None = None

    def go(self) -> None:
        """Walk from the first event on."""
        for key, value in self.case.values.items():
            moment = _moment(self.book, key[0], value)
            if moment is not None:
                self._plan(moment)
                if self.book.facts[key[0]].type is ValueType.INSTANT:
                    self._events_at.setdefault(moment, []).append(key)
        self._plan(self.as_of)
        moments = 0
        while self._queue:
            instant = heapq.heappop(self._queue)
            if self.until is not None and instant > max(self.until, self.as_of):
                self.ending = "until"
                return
            if moments >= MAX_MOMENTS and instant > self.as_of:
                self.ending = "limit"
                return
            if self._matters(instant):
                moments += 1
                self._visit(instant)

    def _plan(self, instant: int, clock: Key | None = None) -> None:
        if instant >= _HORIZON:
            return
        if instant not in self._reasons:
            self._reasons[instant] = set()
            heapq.heappush(self._queue, instant)
        self._reasons[instant].add(clock)

    def _matters(self, instant: int) -> bool:
        """Tell whether more happens than the end of clocks that have been met before."""
        met = Known("met")
        known = {} if self.last is None else self.last.findings.deadlines
        return any(
            key is None or key not in known or known[key].status != met for key in self._reasons[instant]
        )

    def _visit(self, instant: int) -> None:
        decision = self.judge.judge(self.case, instant)
        if instant == self.as_of:
            self.now = decision
        changes = self._changes_of(decision)
        for key in changes.deadlines:
            finding = decision.findings.deadlines[key]
            due = _number(finding.due)
            if due is not None and due >= instant:
                self._plan(due, key)
                self._plan(due + 1, key)  # acting exactly at the end is in time
            self._plan_later(_number(finding.start), instant)
            if isinstance(finding.due, Unknown) and _number(finding.start) == instant:
                self._plan(instant + 1)  # it starts whatever its length, and may be over at once
        for key in changes.values:
            state = decision.findings.states[key]
            if isinstance(state, Known):
                self._plan_later(_moment(self.book, key[0], state.value), instant)
        self._moving = self._moving or Moving(decision.explanation)
        for moment in self._moving.moments(decision.explanation):
            self._plan(moment)
        self.steps += self._changes(decision, changes, instant)
        self.last = decision

    def _changes_of(self, decision: Decision) -> Changes:
        """Return what has to be looked at: what may stand otherwise than before."""
        findings = decision.findings
        if self.last is None:
            return Changes(frozenset(findings.states), frozenset(findings.deadlines))
        return findings.changed_since(self.last.findings)

    def _plan_later(self, moment: int | None, instant: int) -> None:
        """Look at a moment if it is still to come."""
        if moment is not None and moment > instant:
            self._plan(moment)

    # ---------- what changes

    def _changes(self, decision: Decision, changes: Changes, instant: int) -> Iterator[Step]:
        expected = instant > self.as_of
        if not expected:
            for event in self._events(decision, instant):
                yield Step(instant, event, False, False)
        clocks = [*self._clock_changes(decision, changes)]
        for view, change, old in clocks:
            then = _then(decision, view)
            has_begun = old is not None and _printed(old) is not None
            dues = perhaps_dues(decision, view) if change == "perhaps" and not has_begun else None
            dues = None if dues is None else replace(dues, leaves=())  # they are all that was found out
            clock = ClockStep(view.deadline, view.record, change, view.finding, then, has_begun, dues)
            yield Step(instant, clock, expected, view.provisional)
        # The instant itself can be the end of a clock that rests on an unpublished calendar.
        provisional = any(view.provisional and change in RAN_OUT for view, change, _ in clocks)
        for turn in self._turns(decision, changes):
            yield Step(instant, turn, expected, turn.after.provisional or provisional)

    def _events(self, decision: Decision, instant: int) -> Iterator[Event]:
        for name, record in sorted(self._events_at.get(instant, ()), key=by_name):
            fact = self.book.facts[name]
            yield Event(fact, record, self._party(fact, record), tuple(self._with(decision, fact, record)))

    def _party(self, fact: Fact, record: int | None) -> str:
        if fact.by in self.book.parties or not fact.by:
            return fact.by
        named = self.case.values.get((fact.by, record if self.book.facts[fact.by].listed else None))
        return named if isinstance(named, str) else ""

    def _with(self, decision: Decision, dating: Fact, record: int | None) -> Iterator[tuple[Fact, State]]:
        """Return the facts that came with an event, as the case says."""
        for fact in coming_with(dating, self.book.facts, self.book.lists):
            key = (fact.path, record if fact.listed else None)
            state = decision.findings.states.get(key)
            if isinstance(state, Known) and key in self.case.values:  # what is taken for granted did not come
                yield fact, state

    def _clock_changes(
        self, decision: Decision, changes: Changes
    ) -> Iterator[tuple[ClockView, ClockChange, ClockView | None]]:
        """Return each clock that stands otherwise than before, how it changes, and how it stood before."""
        known = {} if self.last is None else self.last.findings.deadlines
        found: list[tuple[ClockView, ClockChange, ClockView | None]] = []
        gone: list[ClockView] = []
        for key in changes.deadlines:
            if _is_settled(known.get(key), decision.findings.deadlines[key]):
                continue
            old = None if self.last is None or key not in known else self.last.clock(key)
            view = decision.clock(key)
            change = None if view is None else _change(old, view)
            if view is not None and change is not None:
                found.append((view, change, old))
            elif view is None and old is not None and _printed(old) is not None:
                gone.append(old)
        yield from sorted(found, key=lambda one: by_start(one[0]))
        yield from ((old, "void", old) for old in sorted(gone, key=by_start))

    def _turns(self, decision: Decision, changes: Changes) -> Iterator[Turn]:
        known = {} if self.last is None else self.last.findings.states
        states = decision.findings.states
        for fact in sorted(self._outcomes, key=lambda one: one.span):
            listed = fact.listed
            records = (None,) if listed is None else sorted(decision.findings.records[listed] or ())
            for key in ((fact.path, record) for record in records):
                if key not in changes.values:
                    continue
                if known.get(key) == states[key] and not isinstance(states[key], Unknown):
                    continue  # only what may have changed is worked out
                old = self.last.outcome(key) if self.last is not None and key in known else None
                outcome = decision.outcome(key)
                if _differs(old, outcome):
                    before = None if old is None else _stood(old)
                    rules = tuple(reason.rule for reason in outcome.reasons)
                    yield Turn(before, _stood(outcome), rules)


def _is_settled(old: DeadlineFinding | None, new: DeadlineFinding) -> bool:
    """Tell whether a clock stands as before, and nothing about it is open that a search could settle."""
    return old == new and not isinstance(new.status, Unknown)


def _number(state: State) -> int | None:
    return state.value if isinstance(state, Known) and type(state.value) is int else None


def _printed(view: ClockView) -> str | None:
    """Return the status of a clock as a decision tells it: empty if undetermined, None if not begun."""
    status = view.finding.status
    if not view.is_set or isinstance(status, Absent):
        return None
    if not isinstance(status, Known):
        return ""
    return None if status.value == "not_started" else str(status.value)


def _change(old: ClockView | None, new: ClockView) -> ClockChange | None:
    before, after = None if old is None else _printed(old), _printed(new)
    if before == after and (after != "open" or old is None or old.finding.due == new.finding.due):
        return None
    if after is None:
        return "void"
    if (before, after) == ("paused", "open"):
        return "resumes"
    return _CHANGES[after] if after else "perhaps"


def perhaps_dues(decision: Decision, view: ClockView) -> Refined | None:
    """Return when a clock ends that perhaps does not exist, by what that depends on."""
    if decision.refinement is None or view.finding.exists is not Truth.UNDETERMINED:
        return None
    return decision.refinement.of(Target("state", (f"{view.deadline.id}.due", view.record)))


def _stood(one: Outcome) -> Stood:
    return Stood(one.fact, one.record, one.status, one.state, one.waits, one.provisional)


def _differs(old: Outcome | None, new: Outcome) -> bool:
    if old is None:
        return new.status != "not_applicable"
    if old.status != new.status:
        return True
    if isinstance(old.state, Known) and isinstance(new.state, Known):
        return comparison_key(old.state.value) != comparison_key(new.state.value)
    return False


def _then(decision: Decision, view: ClockView) -> tuple[NextStep, ...]:
    return tuple(
        step
        for step in decision.next_steps
        if step.notice.by == view.deadline.id and (view.record is None or step.record == view.record)
    )


# ---------- clocks as bars


def _runs(steps: Iterable[Step]) -> Iterator[Running]:
    """Return every clock that started, with where it stopped."""
    begun: dict[Key, Step] = {}
    still: dict[Key, list[tuple[int, int | None]]] = {}
    found: list[Running] = []
    for step in steps:
        if not isinstance(step.what, ClockStep):
            continue
        clock = step.what
        key = (clock.deadline.id, clock.record)
        if clock.change in (*BEGINNINGS, *STANDSTILLS):
            begun.setdefault(key, step)
            _stand(still.setdefault(key, []), clock.change, step.instant)
            continue
        # Without a beginning it is over in the second in which it starts; what is over does not end again.
        first = begun.pop(key, step)
        if first is not step or clock.change != "void":
            found.append(_run(clock, first, step.instant, clock.change, step.provisional, still.pop(key, [])))
    for step in begun.values():
        assert isinstance(step.what, ClockStep)
        pauses = still.pop((step.what.deadline.id, step.what.record), [])
        found.append(_run(step.what, step, None, step.what.change, step.provisional, pauses))
    yield from sorted(found, key=lambda one: (one.start, one.deadline.id, one.record or 0))


def _stand(pauses: list[tuple[int, int | None]], change: ClockChange, instant: int) -> None:
    """Add that a clock comes to stand still, or runs on."""
    if change == "paused":
        pauses.append((instant, None))
    elif pauses and pauses[-1][1] is None:
        pauses[-1] = pauses[-1][0], instant


def _run(
    clock: ClockStep,
    first: Step,
    stop: int | None,
    change: ClockChange,
    provisional: bool,
    pauses: Iterable[tuple[int, int | None]],
) -> Running:
    due, stretches = _number(clock.finding.due), tuple(pauses)
    return Running(clock.deadline, clock.record, first.instant, due, stop, change, provisional, stretches)
