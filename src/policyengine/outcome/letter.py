"""What there is to tell one party about a decision, and nothing that concerns others alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen
from policyengine.model.conditions import ByReading, ReadingIs, Test, parts_of
from policyengine.model.letters import Letter
from policyengine.model.lookup import Unknown as UnknownName
from policyengine.model.lookup import choice_of, choices_help
from policyengine.model.rulebook import Rule, Rulebook
from policyengine.outcome.decision import Decision
from policyengine.outcome.parts import ClockView, NextStep, Outcome, sort_missing
from policyengine.outcome.told import ToldClock, ToldStep, is_open, is_overdue, runs, told_clock, told_step
from policyengine.semantics.findings import DeadlineFinding, Known, Missing, Unknown, waits_of


class LetterContent(Frozen):
    """What a letter tells.

    ``decided`` and ``open`` are outcomes in the order of the vocabulary, ``steps`` what the reader must or
    may do, ``clocks`` the reader's deadlines that no step names and ``waiting`` those of others. ``late`` are
    those of the reader that were missed, with the duty that rests on that: they are told with it.
    ``perhaps`` is what it waits for whether the reader must do more.
    """

    party: str
    letter: Letter | None
    decided: tuple[Outcome, ...]
    open: tuple[Outcome, ...]
    steps: tuple[ToldStep, ...]
    late: tuple[tuple[NextStep, ToldClock], ...]
    clocks: tuple[ToldClock, ...]
    waiting: tuple[ToldClock, ...]
    perhaps: tuple[Missing, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to tell."""
        return not (self.decided or self.open or self.steps or self.clocks or self.waiting or self.perhaps)

    @property
    def overlays(self) -> tuple[str, ...]:
        """The overlays whose figures, which nobody has confirmed, something in it rests on."""
        found = [*(one.unconfirmed for one in self.decided), *(one.overlays for one in self.steps)]
        found += [one.overlays for one in (*self.clocks, *self.waiting, *(clock for _, clock in self.late))]
        return tuple(sorted({id for each in found for id in each}))


def find_party(rulebook: Rulebook, asked: str) -> str | UnknownName:
    """Return the name of a party that was asked for by its name or its title in any language.

    A group is no reader: what its members must do is not the same.
    """
    parties = rulebook.parties
    found = choice_of(asked, ((id, one.title) for id, one in parties.items()))
    if not isinstance(found, str):
        what = message("there is no party `{name}`", name=asked)
        return UnknownName(what, readers_help(rulebook, asked))
    if parties[found].members:
        what = message("a letter goes to one party, and `{name}` is a group", name=asked)
        return UnknownName(what, choices_help("", [(id, parties[id].title) for id in parties[found].members]))
    return found


def readers_help(rulebook: Rulebook, asked: str = "") -> Message:
    """Return the parties to whom a letter can go, or the one that was meant."""
    known = [(id, one.title) for id, one in rulebook.parties.items() if not one.members]
    return choices_help(asked, known)


def letter_to(rulebook: Rulebook, party: str) -> Letter | None:
    """Return the letter that the rulebook has for a party: its own, or that of a group of which it is one."""
    for id in (party, *_groups(rulebook, party)):
        if id in rulebook.letters:
            return rulebook.letters[id]
    return None


def readings_of(rule: Rule, path: str) -> tuple[str, ...]:
    """Return the assumptions without which a rule would not say, or not so, what it says of a fact."""
    asked = (one.assumption for one in parts_of(rule.when) if isinstance(one, ReadingIs))
    given = (one.value for one in rule.then if one.fact.name == path)
    chosen = (one.assumption for one in given if isinstance(one, ByReading))
    return tuple(dict.fromkeys((*asked, *chosen)))


def letter_content(decision: Decision, party: str) -> LetterContent:
    """Return what there is to tell a party of the rulebook: nothing before the case has begun."""
    selection = _Selection(decision, party)
    return selection.nothing() if decision.first_later_event is not None else selection.content()


def _groups(rulebook: Rulebook, party: str) -> list[str]:
    return [id for id, one in rulebook.parties.items() if party in one.members]


def _duty_of_late(clock: ClockView, steps: Iterable[ToldStep]) -> NextStep | None:
    """Return the duty that the reader has because a deadline was missed, if a rule gives one."""
    if not is_overdue(clock) or clock.deadline.is_right:
        return None
    name = f"{clock.deadline.id}.status"
    for step in (one.step for one in steps):
        asked = {one.ref.name for one in parts_of(step.rule.when) if isinstance(one, Test)}
        is_of_record = clock.record is None or clock.record == step.record
        if step.notice.kind == "duty" and name in asked and is_of_record:
            return step
    return None


def _waits_of_duty(finding: DeadlineFinding) -> frozenset[Missing]:
    """Return what it waits for whether what a deadline asks for is still to be done."""
    if isinstance(finding.status, Unknown):
        return finding.status.waits
    return waits_of([finding.acted, finding.stopped]) if finding.status == Known("missed") else frozenset()


class _Selection:
    """Selects what concerns one party."""

    def __init__(self, decision: Decision, party: str) -> None:
        self.decision = decision
        self.book = decision.judged.rulebook
        self.party = party
        self.reached = {party, *_groups(self.book, party)}
        self.letter = letter_to(self.book, party)
        self.tells = None if self.letter is None else self.letter.tells

    def nothing(self) -> LetterContent:
        return LetterContent(self.party, self.letter, (), (), (), (), (), (), ())

    def content(self) -> LetterContent:
        told = [one for one in self._in_order() if self._is_told(one)]
        decision = self.decision
        mine = (one for one in decision.next_steps if one.notice.to in self.reached)
        steps = tuple(told_step(decision, one) for one in mine)
        clocks = decision.clocks
        named = {(one.step.notice.by, one.step.record) for one in steps}
        own = [told_clock(decision, one) for one in clocks if self._is_own(one, named)]
        late = [(duty, one) for one in own if (duty := _duty_of_late(one.clock, steps)) is not None]
        told_with_duties = [clock for _, clock in late]
        return LetterContent(
            party=self.party,
            letter=self.letter,
            decided=tuple(one for one in told if isinstance(one.state, Known)),
            open=tuple(one for one in told if one.status in ("undetermined", "conflict")),
            steps=steps,
            late=tuple(late),
            clocks=tuple(one for one in own if one not in told_with_duties),
            waiting=tuple(told_clock(decision, one) for one in clocks if self._is_awaited(one)),
            perhaps=sort_missing(self._perhaps()),
        )

    # ---------- outcomes

    def _in_order(self) -> list[Outcome]:
        """Return the outcomes in the order of the vocabulary, those of one record after another."""

        def place(one: Outcome) -> tuple[Span, int, Span]:
            listed = self.book.lists.get(one.fact.listed or "")
            return one.fact.span if listed is None else listed.span, one.record or 0, one.fact.span

        return sorted(self.decision.outcomes, key=place)

    def _is_told(self, outcome: Outcome) -> bool:
        if self.tells is not None:
            return outcome.fact.path in self.tells
        rules = self.decision.explanation.explainer.conclusions.get(outcome.fact.path, ())
        concerned = [self._concerned.get(rule.policy, frozenset()) for rule in rules]
        return not any(concerned) or any(self.reached & one for one in concerned)

    @cached_property
    def _concerned(self) -> dict[str, frozenset[str]]:
        """The parties of whom each policy speaks: what it decides is told to them, or to all if to none."""
        found: dict[str, set[str]] = {}
        for rule in self.book.rules.values():
            found.setdefault(rule.policy, set()).update(one.to for one in rule.notices)
        for deadline in self.book.deadlines.values():
            found.setdefault(deadline.policy, set()).add(deadline.who)
        return {
            policy: frozenset(member for id in ids for member in (id, *self._members(id)))
            for policy, ids in found.items()
        }

    def _members(self, party: str) -> tuple[str, ...]:
        return self.book.parties[party].members if party in self.book.parties else ()

    # ---------- deadlines, and what is open

    def _is_own(self, clock: ClockView, named: Iterable[tuple[str | None, int | None]]) -> bool:
        is_new = (clock.deadline.id, clock.record) not in named
        return clock.deadline.who in self.reached and is_new and (is_open(clock) or is_overdue(clock))

    def _is_awaited(self, clock: ClockView) -> bool:
        deadline = clock.deadline
        is_told = self.tells is not None and deadline.id in self.tells
        return is_told and deadline.who not in self.reached and runs(clock)

    def _perhaps(self) -> Iterator[Missing]:
        """Return what it waits for whether the reader must do something."""
        for one in self.decision.possible_steps:
            if one.step.notice.kind == "duty" and one.step.notice.to in self.reached:
                yield from one.waits
        for clock in self.decision.clocks:
            if clock.deadline.who in self.reached and clock.deadline.met_by and not clock.deadline.is_right:
                yield from _waits_of_duty(clock.finding)
