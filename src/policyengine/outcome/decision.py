"""The decision about one case: every outcome with its reasons, clocks, amounts and next steps.

Made from an engine's findings, the same way for every engine; it holds values and places, not sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Literal

from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen, replace
from policyengine.model.case import Case, Key
from policyengine.model.conditions import Operand, Ref
from policyengine.model.rulebook import (
    Amount,
    Deadline,
    Default,
    Fact,
    Notice,
    RecordList,
    Rule,
    Rulebook,
    TextByReading,
)
from policyengine.outcome.beginning import begins_after
from policyengine.outcome.explain import Explainer, Explanation
from policyengine.outcome.leaves import Part
from policyengine.outcome.refine.search import Exactness, Refined, Refinement, Target
from policyengine.outcome.refine.tree import Spread
from policyengine.outcome.support import Support
from policyengine.outcome.turns import in_turn, kept
from policyengine.semantics.deadlines import give_up
from policyengine.semantics.findings import (
    ABSENT,
    Absent,
    AmountFinding,
    Conflict,
    DeadlineFinding,
    Findings,
    Known,
    Missing,
    Possible,
    Present,
    Resolved,
    State,
    Truth,
    Unknown,
    by_name,
)
from policyengine.semantics.readings import choose_operand
from policyengine.syntax.keys import numbered
from policyengine.values.literals import Value, identity_key

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


class Judged(Frozen):
    """What was judged and how: together with the case it determines the decision."""

    rulebook: Rulebook
    readings: Mapping[str, str]
    settings: tuple[tuple[str, str], ...]
    engine: str
    engine_version: str


Decided = list[tuple[int, State, tuple[Key, ...]]]
"""Facts by their places among several: the state of each, and the rules that give it its value."""


class Decision:
    """The answer about one case at one instant (``as_of``, epoch seconds).

    Its parts are put together from the findings when they are first asked for, by one thread at a time.
    """

    def __init__(
        self,
        case: Case,
        as_of: int,
        judged: Judged,
        findings: Findings,
        explainer: Explainer,
        refinement: Refinement | None = None,
    ) -> None:
        """Made by ``Rulebook.evaluate``. Without a refinement, what Kleene's logic leaves open stays open."""
        self.case = case
        self.as_of = as_of
        self.judged = judged
        self.findings = findings
        self.explainer = explainer
        self.refinement = refinement

    @kept
    def explanation(self) -> Explanation:
        """What explains the findings; of many cases nobody asks."""
        return Explanation(self.explainer, self.case, self.as_of, self.findings)

    def __del__(self) -> None:
        """Let it go at once: what explains it is known by what it has explained, and would keep itself."""
        for explanation in (self.__dict__.get("explanation"), *self._of_ways()):
            if explanation is not None:
                explanation.forget()

    def _of_ways(self) -> Iterable[Explanation]:
        assembly = self.__dict__.get("_assembly")
        return () if assembly is None else assembly.explained.values()

    @kept
    def _assembly(self) -> _Assembly:
        """What puts the parts together: who asks for states only needs none."""
        return _Assembly(self.judged, self.findings, self.explanation, self.refinement)

    def unrefined(self) -> Decision:
        """Return the decision without the search for what is still possible, which can take long."""
        return Decision(self.case, self.as_of, self.judged, self.findings, self.explainer)

    @in_turn
    def state_of(self, key: Key) -> State:
        """Return the state of a name: of something that is open, the one that all possible ways agree on."""
        return _agreed(self.findings, self.refinement, key)

    @in_turn
    def present(self, names: tuple[str, ...], record: int | None = None) -> Present:
        """Return which of several names, of a record or the whole case, have a value or may have one.

        Each is told by its place among the names, with its state as :meth:`state_of` has it.
        """
        findings, refinement = self.findings, self.refinement
        if refinement is None:
            return findings.present(names, record)
        found = findings.present(names, record, lambda key: _agreed(findings, refinement, key))
        return [one for one in found if type(one[1]) is not Absent]

    @in_turn
    def decided(self, names: tuple[str, ...], record: int | None = None) -> Decided:
        """Return the same of several facts, each with the rules that give it the value that it has."""
        return [
            (place, state, self._deciding((names[place], record)) if type(state) is Known else ())
            for place, state in self.present(names, record)
        ]

    def _deciding(self, key: Key) -> tuple[Key, ...]:
        """Return the rules that give an outcome of a known value this value."""
        if self.refinement is None or not self.findings.is_unknown(key):
            return self.findings.winners(key)
        return self._assembly.deciding(key)

    @in_turn
    def known(self, names: tuple[str, ...], record: int | None = None) -> list[tuple[int, Value]]:
        """Return which of several names have a known value: their places among the names, and the values."""
        return [
            (place, state.value)
            for place, state in self.findings.present(names, record, self._known_or_nothing)
            if type(state) is Known
        ]

    def _known_or_nothing(self, key: Key) -> State:
        """Return the state of something that is open or in conflict, if all ways agree on its value."""
        if self.refinement is None or not self.findings.is_unknown(key):
            return ABSENT
        return self.refinement.agreed(Target("state", key))

    @in_turn
    def agreed(self, key: Key) -> State:
        """Return the state of a name as :meth:`state_of` does, sooner; what is open waits for more."""
        if self.refinement is None or not self.findings.is_unknown(key):
            return self.findings.states[key]
        return self.refinement.agreed(Target("state", key))

    @in_turn
    def holds(self, rule: Key) -> bool:
        """Tell whether a rule holds, in all possible ways where it is open."""
        truth = self.findings.truth(rule)
        if self.refinement is None or truth is not Truth.UNDETERMINED:
            return truth is Truth.TRUE
        return self.refinement.agreed(Target("rule", rule)) == Known(True)

    @in_turn
    def truth_of(self, rule: Key) -> Truth:
        """Return whether a rule holds: of one that is open, what all possible ways agree on."""
        truth = self.findings.truth(rule)
        if self.refinement is None or truth is not Truth.UNDETERMINED:
            return truth
        state = self.refinement.state_of(Target("rule", rule))
        return _TRUTHS[state.value is True] if isinstance(state, Known) else truth

    @kept
    def outcomes(self) -> tuple[Outcome, ...]:
        """What is concluded about each outcome, by name; for a list, about each record that is seen."""
        return tuple(self._assembly.outcomes())

    @kept
    def clocks(self) -> tuple[ClockView, ...]:
        """The deadlines that exist or may exist, the earliest start first."""
        return tuple(self._assembly.clocks())

    @in_turn
    def outcome(self, key: Key) -> Outcome:
        """Return one of the outcomes, without the others."""
        return self._assembly.outcome(self.judged.rulebook.facts[key[0]], key[1])

    @in_turn
    def clock(self, key: Key) -> ClockView | None:
        """Return one of the deadlines, without the others; None if it does not exist in any way."""
        return self._assembly.clock(self.judged.rulebook.deadlines[key[0]], key[1])

    @in_turn
    def deciding(self, key: Key) -> tuple[Key, ...]:
        """Return the rules that give an outcome the value that it has, by name; none where it has none."""
        return self._assembly.deciding(key)

    @kept
    def amounts(self) -> tuple[AmountView, ...]:
        """The amounts that exist or may exist, by name."""
        return tuple(self._assembly.amounts())

    @kept
    def first_later_event(self) -> Key | None:
        """The first event of the case if that begins only after the judgement; None if it has begun."""
        return begins_after(self.judged.rulebook, self.case, self.as_of)

    @kept
    def next_steps(self) -> tuple[NextStep, ...]:
        """Who must or may do what, duties first, by due instant; before the case has begun, nobody can."""
        return () if self.first_later_event is not None else tuple(self._assembly.next_steps())

    @in_turn
    def support_of_step(self, step: NextStep) -> Support:
        """Return what it rests on that a step is to be taken."""
        return self._assembly.support_of_step(step)

    @kept
    def possible_steps(self) -> tuple[PossibleStep, ...]:
        """What somebody perhaps must or may do, and on what that depends; duties first."""
        return () if self.first_later_event is not None else tuple(self._assembly.possible_steps())

    @kept
    def assumptions(self) -> tuple[Chosen, ...]:
        """The readings that the decision leans on, and those that were chosen against the default."""
        return tuple(self._assembly.assumptions(self.outcomes, self.clocks, self.next_steps))

    @kept
    def defaults(self) -> tuple[Taken, ...]:
        """What the case does not say and the decision took for granted, by name."""
        return tuple(self._assembly.defaults(self.outcomes, self.next_steps))

    @property
    def undetermined(self) -> tuple[Outcome, ...]:
        """The outcomes that wait for something, or are in conflict."""
        return tuple(one for one in self.outcomes if one.status in ("undetermined", "conflict"))

    @property
    def missing(self) -> tuple[Missing, ...]:
        """Everything that some outcome or next step waits for, in the order of ``wanted``."""
        return tuple(one.missing for one in self.wanted)

    @kept
    def wanted(self) -> tuple[Wanted, ...]:
        """What is missing: facts that a case can give, then figures; what settles most answers first."""
        found: dict[Missing, int] = {}
        waits = [outcome.waits for outcome in self.outcomes]
        waits += [step.waits for step in self.possible_steps]
        for missing in (one for each in waits for one in each):
            found[missing] = found.get(missing, 0) + 1
        order = {missing: number for number, missing in enumerate(sort_missing(found))}
        wanted = (Wanted(missing, answers) for missing, answers in found.items())
        return tuple(sorted(wanted, key=lambda one: (self._rank(one), -one.answers, order[one.missing])))

    def _rank(self, wanted: Wanted) -> tuple[int, bool]:
        """Order what is missing: what can be told now, what is still to come, then what cases cannot say."""
        fact = self.judged.rulebook.facts.get(wanted.missing.name)
        return _RANKS[wanted.missing.kind], fact is not None and fact.foresees is not None


_TRUTHS = (Truth.FALSE, Truth.TRUE)
_RANKS = {"fact": 0, "conflict": 1, "several": 1, "parameter": 2}


def sort_missing(missing: Iterable[Missing]) -> tuple[Missing, ...]:
    """Return things that are missing without repetition, ordered by kind, name and record."""
    found = set(missing)
    if len(found) == 1:
        return tuple(found)
    return tuple(
        sorted(found, key=lambda one: (one.kind, one.name, -1 if one.record is None else one.record))
    )


def _agreed(findings: Findings, refinement: Refinement | None, key: Key) -> State:
    """Return the state of a name: of something that is open, the one that all possible ways agree on."""
    if refinement is None or not findings.is_unknown(key):
        return findings.states[key]
    return refinement.state_of(Target("state", key))


class _Assembly:
    """The making of one decision."""

    def __init__(
        self, judged: Judged, findings: Findings, explanation: Explanation, refinement: Refinement | None
    ) -> None:
        self.book = judged.rulebook
        self.judged = judged
        self.findings = findings
        self.explanation = explanation
        self.refinement = refinement
        self.has_overlay = any(overlay.active for overlay in self.book.overlays)
        # Answers share completions, which the refinement keeps: each is explained once.
        self.explained = {id(findings): explanation}
        self._outcomes: dict[Key, Outcome] = {}
        self._clocks: dict[Key, ClockView | None] = {}
        self.states = findings.states

    @cached_property
    def _fired(self) -> frozenset[Key]:
        """The rules that hold: of many cases nobody asks."""
        return frozenset(self.findings.firings)

    @cached_property
    def _resolved(self) -> Mapping[Key, Resolved]:
        return self.findings.resolved

    @cached_property
    def _held(self) -> frozenset[str]:
        """The facts about which some rule that holds says something."""
        concluded = self.explanation.explainer.concluded
        return frozenset([fact for id, _ in self.findings.firings for fact in concluded[id]])

    @cached_property
    def _told(self) -> frozenset[str]:
        """The facts about which some rule may say something, as far as rules are not certainly silent."""
        explainer = self.explanation.explainer
        open_rules = self.findings.open_rules
        found = frozenset([fact for id, _ in open_rules for fact in explainer.concluded[id]])
        return found | self._held | explainer.never_silent

    def _refined(self, target: Target) -> Refined | None:
        return None if self.refinement is None else self.refinement.of(target)

    def _leaves(self, refined: Refined) -> Iterator[Explanation]:
        """Return the explanations of the ways that were tried."""
        for case, findings in refined.leaves:
            found = self.explained.get(id(findings))
            if found is None:
                explainer, as_of = self.explanation.explainer, self.explanation.as_of
                found = self.explained[id(findings)] = Explanation(explainer, case, as_of, findings)
            yield found

    def _united(self, supports: Iterable[Support]) -> Support:
        """Return what any of the ways that were tried rests on, in the case as it is."""
        return Support.union(supports).within(self.findings)

    # ---------- outcomes

    def outcomes(self) -> Iterator[Outcome]:
        explainer = self.explanation.explainer
        present = {place: state for place, state in self.findings.present(explainer.single_outcomes, None)}
        place = 0
        for fact in explainer.outcomes:
            if fact.listed is None:
                yield self.outcome(fact, None, present.get(place, ABSENT))
                place += 1
            else:
                for record in self._records(fact.listed):
                    yield self.outcome(fact, record)

    def _records(self, listed: str | None) -> Iterable[int | None]:
        return (None,) if listed is None else (self.findings.records[listed] or ())

    def outcome(self, fact: Fact, record: int | None, state: State | None = None) -> Outcome:
        """Return what is concluded about one fact, found out once; ``state`` is its own, if that is known."""
        key = (fact.path, record)
        found = self._outcomes.get(key)
        if found is None:
            found = self._outcome(fact, record, self.states[key] if state is None else state)
            self._outcomes[key] = found
        return found

    def _outcome(self, fact: Fact, record: int | None, state: State) -> Outcome:
        is_silent = type(state) is Absent and fact.path not in self._told
        resolved = None if is_silent else self._resolved.get((fact.path, record))
        keys = () if resolved is None else (*resolved.winners, *resolved.open)
        reasons = tuple(self._reason(self.book.rule(name), fact.path, own) for name, own in keys)
        between = None if resolved is None else resolved.possible
        support = self.explanation.support_and_leaning(fact.path, record)
        is_open = isinstance(state, Unknown)
        outcome = Outcome(
            fact=fact,
            record=record,
            status=status_of(state),
            state=state,
            possible=_possible(reasons, between) if is_open else (),
            has_unknown_value=is_open and _has_unknown_value(reasons, between),
            may_be_absent=is_open and _may_be_absent(reasons, between),
            may_conflict=False,
            not_ruled_out=(),
            exactness="lower_bound" if is_open else "exact",
            refined=None,
            reasons=reasons,
            overridden=tuple(self._overridden(fact, record, keys)),
            waits=sort_missing(state.waits) if isinstance(state, Unknown) else (),
            support=support,
            unconfirmed=self._unconfirmed(support),
            provisional=self.explanation.is_provisional(support),
            between=between if is_open else None,
        )
        refined = self._refined(Target("state", (fact.path, record))) if is_open else None
        return outcome if refined is None else self._refine(outcome, refined)

    def _refine(self, outcome: Outcome, refined: Refined) -> Outcome:
        """Return an open outcome with what is still possible; nothing else, where that is exact."""
        key = (outcome.fact.path, outcome.record)
        met = [answer for answer in refined.answers if isinstance(answer, Known)]
        possible = _sorted_values(answer.value for answer in met)
        known = {*possible}
        rest = tuple(one for one in outcome.possible if one not in known)
        is_some = any(isinstance(one, Spread) for one in refined.answers)
        is_untold = any(isinstance(one, Unknown) for one in refined.answers)
        may_be_absent = any(isinstance(one, Absent) for one in refined.answers)
        state = refined.state
        waits = sort_missing(state.waits) if isinstance(state, Unknown) else ()
        # Kleene's answer has everything that is possible: if each part of it is met, nothing is left out.
        is_all = not rest and not is_untold and may_be_absent >= outcome.may_be_absent
        is_exact = refined.exactness == "exact" or (
            is_all and is_some >= outcome.has_unknown_value and refined.matters == frozenset(outcome.waits)
        )
        if not is_exact:  # what was not tried is not ruled out
            may_be_absent = may_be_absent or outcome.may_be_absent
            is_untold = outcome.has_unknown_value
        explained = [*self._leaves(refined)]
        supports = [one.support(*key) for one in explained]
        if isinstance(state, Unknown):
            support = self._united([outcome.support, *supports])
        else:
            support = self._united(supports).leaning(self.explanation.leaning_of(key))
        return replace(
            outcome,
            status=status_of(state),
            state=state,
            possible=possible if isinstance(state, Unknown) else (),
            has_unknown_value=(is_some or is_untold) and isinstance(state, Unknown),
            may_be_absent=may_be_absent and isinstance(state, Unknown),
            may_conflict=isinstance(state, Unknown)
            and any(isinstance(one, Conflict) for one in refined.answers),
            not_ruled_out=() if is_exact else rest,
            exactness="exact" if is_exact else "lower_bound",
            refined=refined,
            reasons=outcome.reasons if isinstance(state, Unknown) else self._agreeing(key, explained),
            overridden=outcome.overridden if isinstance(state, Unknown) else (),
            waits=waits,
            support=support,
            unconfirmed=self._unconfirmed(support),
            provisional=any(one.is_provisional(one.support(*key)) for one in (self.explanation, *explained)),
            between=outcome.between if isinstance(state, Unknown) else None,
        )

    def _agreeing(self, key: Key, explained: Iterable[Explanation]) -> tuple[Reason, ...]:
        """Return the rules that give the value on which all ways agree, each once.

        Their tests are told as they stand in the case itself: what a way supposes is no reason.
        """
        found: dict[Key, Reason] = {}
        for explanation in explained:
            resolved = explanation.findings.resolved.get(key)
            for own in () if resolved is None else resolved.winners:
                if own not in found and (own in self.findings.rules or own[0] not in self.book.rules):
                    rule = self.book.rule(own[0])
                    truth, leaves = self.explanation.of_rule(rule, own[1])
                    value = next(one.value for one in rule.then if one.fact.name == key[0])
                    state = explanation.state_of(value, own[1])
                    found[own] = Reason(rule, own[1], truth, leaves, state)
        return tuple(found[own] for own in sorted(found, key=by_name))

    def _reason(self, rule: Rule, path: str, record: int | None) -> Reason:
        truth, leaves = self.explanation.of_rule(rule, record)
        value = next(one.value for one in rule.then if one.fact.name == path)
        return Reason(rule, record, truth, leaves, self._given(rule, value, record))

    def _given(self, rule: Rule, value: Operand, record: int | None) -> State:
        """Return what a rule gives; of a record of a list that is not known, what can be told of it."""
        chosen = choose_operand(value, self.judged.readings)
        if rule.listed is not None and record is None and isinstance(chosen, Ref) and chosen.listed:
            return Unknown(frozenset((Missing("fact", rule.listed, None),)))
        return self.explanation.state_of(value, record)

    def _overridden(self, fact: Fact, record: int | None, keys: Iterable[Key]) -> Iterator[Overridden]:
        if fact.path not in self._held:
            return
        others = {*keys}
        for rule in self.explanation.explainer.conclusions.get(fact.path, ()):
            for own in (record,) if fact.listed is not None else self._records(rule.listed):
                if (rule.id, own) in self._fired and (rule.id, own) not in others:
                    yield Overridden(rule, own)

    def _unconfirmed(self, support: Support) -> tuple[str, ...]:
        if not self.has_overlay:
            return ()
        return tuple(sorted({self.book.parameters[id].unconfirmed for id in support.parameters} - {""}))

    def deciding(self, key: Key) -> tuple[Key, ...]:
        """Return the rules that give a fact its value, without what they rest on."""
        [state] = self.findings.settled((key[0],), key[1])
        if isinstance(state, Known):
            return self.findings.winners(key)
        if state is not None or not self.findings.is_unknown(key):
            return ()
        found = self.outcome(self.book.facts[key[0]], key[1])  # perhaps all ways agree
        return tuple((one.rule.id, one.record) for one in found.reasons) if _is_known(found) else ()

    # ---------- clocks and amounts

    def clocks(self) -> Iterator[ClockView]:
        views = []
        explainer = self.explanation.explainer
        names = explainer.single_clocks
        present = frozenset([names[place] for place, _ in self.findings.present(names, None)])
        for deadline in self.book.deadlines.values():
            if deadline.listed is None and f"{deadline.id}.status" not in present:
                continue
            for record in self._records(deadline.listed):
                view = self.clock(deadline, record)
                if view is not None:
                    views.append(view)
        yield from sorted(views, key=by_start)

    def clock(self, deadline: Deadline, record: int | None) -> ClockView | None:
        """Return how one deadline stands, found out once; None if it does not exist in any way."""
        key = (deadline.id, record)
        if key not in self._clocks:
            self._clocks[key] = self._clock(deadline, record)
        return self._clocks[key]

    def _clock(self, deadline: Deadline, record: int | None) -> ClockView | None:
        key = (f"{deadline.id}.status", record)
        if isinstance(self.states[key], Absent):
            return None  # it does not exist, or there is no length of time for it
        finding = self.findings.deadlines[deadline.id, record]
        has_length = finding.ends is not None or not isinstance(finding.length, Absent)
        if finding.exists is Truth.FALSE or not has_length:
            return None
        support = self.explanation.support(*key)
        provisional = finding.provisional or self.explanation.is_provisional(support)
        refined = self._refined(Target("state", key)) if isinstance(finding.status, Unknown) else None
        if refined is not None:
            if isinstance(refined.state, Absent):
                return None  # in no way does it exist
            finding = replace(finding, status=refined.state)
            explained = [*self._leaves(refined)]
            support = self._united([support, *(one.support(*key) for one in explained)])
            found = (one.findings.deadlines[deadline.id, record] for one in explained)
            provisional = provisional or any(one.provisional for one in found)
            provisional = provisional or self._is_provisional(support)
        ends = [
            _agreed(self.findings, self.refinement, (end.name, record if end.listed else None))
            for end in deadline.owed_until
        ]
        finding = give_up(finding, ends, self.explanation.as_of)
        names = ((f"{deadline.id}.{what}", record) for what in deadline.properties)
        support = support.leaning(self.explanation.leaning_of(*names))
        return ClockView(deadline, record, finding, support, provisional)

    def _is_provisional(self, support: Support) -> bool:
        """Tell whether a clock that matters in some way is provisional in the case as it is."""
        provisional = self.findings.provisional
        return bool(provisional) and not provisional.isdisjoint(support.deadlines)

    def amounts(self) -> Iterator[AmountView]:
        for amount in self.book.amounts.values():
            for record in self._records(amount.listed):
                if not isinstance(self.states[amount.id, record], Absent):
                    yield AmountView(amount, record, self.findings.amounts[amount.id, record])

    # ---------- next steps

    def next_steps(self) -> Iterator[NextStep]:
        steps = []
        for key in self.findings.firings:
            rule = self.book.rules[key[0]]
            steps += [self._step(notice, rule, key[1]) for notice in rule.notices]
        for key, refined in self._open_rules():
            if refined is not None and refined.state == Known(True):
                rule = self.book.rules[key[0]]
                steps += [self._step(notice, rule, key[1]) for notice in rule.notices]
        yield from sorted(steps, key=_by_due)

    def possible_steps(self) -> Iterator[PossibleStep]:
        found = []
        for key, refined in self._open_rules():
            if refined is not None and isinstance(refined.state, Unknown):
                rule = self.book.rules[key[0]]
                for notice in rule.notices:
                    step = self._step(notice, rule, key[1])
                    found.append(PossibleStep(replace(step, due=self._due_if_so(step, refined)), refined))
        yield from sorted(found, key=lambda one: _by_due(one.step))

    def _due_if_so(self, step: NextStep, refined: Refined) -> State | None:
        """Return until when a step is due in every way in which it is; unknown where they differ."""
        if step.notice.by is None or isinstance(step.due, Known):
            return step.due
        listed = self.book.deadlines[step.notice.by].listed
        name, record = f"{step.notice.by}.due", step.record if listed else None
        rule = (step.rule.id, step.record)
        dues = {
            findings.states[name, record]
            for _, findings in refined.leaves
            if findings.rules[rule].truth is Truth.TRUE
        }
        return dues.pop() if len(dues) == 1 else step.due

    def _open_rules(self) -> Iterator[tuple[Key, Refined | None]]:
        """Return the rules that tell somebody something and of which it is open whether they hold."""
        for key in self.findings.open_rules:
            if self.book.rules[key[0]].notices:
                yield key, self._refined(Target("rule", key))

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

    # ---------- assumptions and defaults

    def assumptions(
        self, outcomes: Iterable[Outcome], clocks: Iterable[ClockView], steps: Sequence[NextStep]
    ) -> Iterator[Chosen]:
        supports = (*self._supports(outcomes, steps), *(one.support for one in clocks if one.is_set))
        used = {step.assumption for step in steps} - {""}
        used |= {id for id, one in self.book.assumptions.items() if self.judged.readings[id] != one.default}
        used |= Support.union(supports).assumptions
        for id in sorted(used):
            reading = self.judged.readings[id]
            yield Chosen(id, reading, reading == self.book.assumptions[id].default)

    def _supports(self, outcomes: Iterable[Outcome], steps: Iterable[NextStep]) -> Iterator[Support]:
        for outcome in outcomes:
            if outcome.status != "not_applicable":
                yield outcome.support
        for step in steps:
            yield self.support_of_step(step)

    def support_of_step(self, step: NextStep) -> Support:
        """Return what it rests on, in any way that was tried, that a step is to be taken."""
        key = (step.rule.id, step.record)
        leaning = self.explanation.leaning_of_rule(key)
        support = self.explanation.support_of_rule(*key).leaning(leaning)
        if self.findings.rules[key].truth is Truth.TRUE:
            return support
        refined = self._refined(Target("rule", key))
        explained = () if refined is None else self._leaves(refined)
        return self._united([support, *(one.support_of_rule(*key) for one in explained)])

    def defaults(self, outcomes: Iterable[Outcome], steps: Iterable[NextStep]) -> Iterator[Taken]:
        keys = Support.union(self._supports(outcomes, steps)).facts
        for path, record in sorted(keys, key=lambda key: (key[0], -1 if key[1] is None else key[1])):
            if listed := self.book.lists.get(path):
                if path not in self.explanation.case.records and listed.empty_if_missing:
                    yield Taken(listed, None, None)
                continue
            fact = self.book.facts.get(path)
            if fact is None or (path, record) in self.explanation.case.values:
                continue
            missing = fact.when_missing(self.judged.readings)
            if missing is not None:
                yield Taken(fact, record, missing.value if isinstance(missing, Default) else None)


def _has_unknown_value(reasons: Sequence[Reason], between: Possible | None) -> bool:
    """Tell whether it can take a value that is not told one by one."""
    if between is not None:
        return not between.values
    return any(isinstance(one.value, Unknown) for one in reasons)


def _may_be_absent(reasons: Sequence[Reason], between: Possible | None) -> bool:
    """Tell whether no rule may hold, or one that could give the value may have none to give."""
    if between is not None:
        return between.may_be_absent
    values = (one.value for one in reasons)
    return all(one.truth is not Truth.TRUE for one in reasons) or any(
        isinstance(one, Absent) or (isinstance(one, Unknown) and not one.has_value) for one in values
    )


def in_order(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return outcomes in the order of the vocabulary, which its author chose for readers."""
    return sorted(outcomes, key=lambda one: (one.fact.span, one.record or 0))


def _is_known(outcome: Outcome) -> bool:
    return isinstance(outcome.state, Known)


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


def _possible(reasons: Iterable[Reason], between: Possible | None) -> tuple[Value, ...]:
    if between is not None:
        return between.values
    return _sorted_values(one.value.value for one in reasons if isinstance(one.value, Known))


def _sorted_values(values: Iterable[Value]) -> tuple[Value, ...]:
    """Return values of one type in order, each once."""
    found = {identity_key(value): value for value in values}
    return tuple(found[key] for key in sorted(found, key=lambda key: (isinstance(key[0], str), key)))


def by_start(view: ClockView) -> tuple[bool, int, str, int]:
    """Order clocks by start, those without a known one last."""
    start = view.finding.start
    instant = start.value if isinstance(start, Known) and isinstance(start.value, int) else 0
    return not isinstance(start, Known), instant, view.deadline.id, view.record or 0


_KINDS = ("duty", "permission", "warning", "advice")


def _by_due(step: NextStep) -> tuple[int, bool, int, str, int]:
    """Order next steps: duties first, then by due instant."""
    due = step.due.value if isinstance(step.due, Known) and isinstance(step.due.value, int) else 0
    return _KINDS.index(step.notice.kind), not due, due, step.rule.id, step.record or 0
