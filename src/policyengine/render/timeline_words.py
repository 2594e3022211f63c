"""The steps of a timeline in words: a headline, and the rule and clause behind it."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import marked
from policyengine.diagnostics.i18n import Speech
from policyengine.frozen import Frozen
from policyengine.model.braces import names_in
from policyengine.model.clauses import Source
from policyengine.model.rulebook import RAN_OUT, Deadline, Rule
from policyengine.outcome.parts import ClockView, NextStep
from policyengine.outcome.timeline import (
    BEGINNINGS,
    STANDSTILLS,
    ClockChange,
    ClockStep,
    Event,
    Step,
    Stood,
    Timeline,
    Turn,
    perhaps_dues,
)
from policyengine.render.empty import begins_later
from policyengine.render.happenings import happening
from policyengine.render.layout import SETTLED, Tone
from policyengine.render.naming import NO_VALUES, Naming, place
from policyengine.render.trees import Trees
from policyengine.semantics.findings import Known, State, Truth, Unknown
from policyengine.values.display import show_moment
from policyengine.values.escaping import printable
from policyengine.values.literals import ValueType

MARKS: dict[str, tuple[str, Tone]] = {
    "event": ("●", "title"),
    "starts": ("┬", "open"),
    "perhaps": ("?", "open"),
    "paused": ("‖", "open"),
    "resumes": ("┬", "open"),
    **SETTLED,
    "void": ("□", "faint"),
    "turn": ("◆", "plain"),
}
_CLOCKS: dict[ClockChange, str] = {
    "met": marked("{who}: {title} met"),
    "missed": marked("{who}: {title} missed"),
    "lapsed": marked("{who}: {title} lapsed"),
    "ended": marked("{who}: {title} over"),
    "stopped": marked("{who}: {title} stopped; it no longer matters"),
    "void": marked("{who}: {title} does not apply"),
}
# By whether it is counted from another instant than that of the step, and whether its end is known.
_BEGINNINGS = {
    (False, True): marked("{who}: {title} begins, until {due} ({length})"),
    (True, True): marked("{who}: {title} begins, counted from {start}, until {due} ({length})"),
    (False, False): marked("{who}: {title} begins, until when is not known ({length})"),
    (True, False): marked("{who}: {title} begins, counted from {start}, until when is not known ({length})"),
}
# The same of a clock that ends at an instant, and not after a length.
_BEGINNINGS_UNTIL = {
    (False, True): marked("{who}: {title} begins, until {due}"),
    (True, True): marked("{who}: {title} begins, counted from {start}, until {due}"),
    (False, False): marked("{who}: {title} begins, without an end so far"),
    (True, False): marked("{who}: {title} begins, counted from {start}, without an end so far"),
}
_PERHAPS = marked("{who}: {title} may begin; that is not certain yet")
_DOUBTFUL = marked("{who}: from here on, the state of {title} is not certain")
_ENDINGS = {
    "settled": marked("No deadline is running any more: nothing more happens by itself."),
    "growing": marked("No deadline is running any more."),
    "unsettled": marked("No further end is certain."),
    "until": marked("Shown until {until}; more may follow."),
    "limit": marked("Cut off after very many steps; more may follow."),
}


class Words(Frozen):
    """One step in words. ``details`` are lines with the rule and the clause, or what follows."""

    kind: str
    headline: str
    details: tuple[str, ...]


class TimelineWords:
    """Puts the steps of one timeline into words."""

    def __init__(self, timeline: Timeline, say: Speech, with_places: bool = True) -> None:
        """``say`` speaks the reader's language; ``with_places``: files and lines are told."""
        self.with_places = with_places
        self.timeline = timeline
        self.book = timeline.now.judged.rulebook
        self.naming = Naming(self.book, say)
        self.say = say
        self.trees = Trees(self.naming)

    # ---------- around the steps

    def title(self) -> str:
        """Return the line above everything."""
        return self.say(
            "Timeline of case {case}, as of {instant}, by {rulebook} {version} ({digest})",
            case=printable(self.timeline.case.id),
            instant=self.instant(self.timeline.as_of),
            rulebook=self.naming.text(self.book.title),
            version=self.book.version,
            digest=self.book.digest.partition(":")[2][:12],
        )

    def now(self) -> str:
        """Return what divides the past from what is expected."""
        return self.say(
            "now, {instant} — what follows happens by itself if nobody acts",
            instant=self.instant(self.timeline.as_of),
        )

    def ending(self) -> str:
        """Return how the timeline ends, or that it has not begun."""
        if self.timeline.begins is not None and not self.timeline.clocks:
            return begins_later(self.book, *self.timeline.begins, self.say)
        until = "" if self.timeline.until is None else self.instant(self.timeline.until)
        is_growing = self.timeline.ending == "settled" and self.timeline.growing
        words = self.say(_ENDINGS["growing" if is_growing else self.timeline.ending], until=until)
        growing = self.timeline.growing
        if growing:
            titles = self.say(", ").join(
                self.naming.numbered(self.naming.text(one.amount.title), one.record) for one in growing
            )
            moves = self.say(
                "These change by themselves over time, also between the steps: {titles}.", titles=titles
            )
            words = self.say("{sentence} {next}", sentence=words, next=moves)
        if self.timeline.unsettled:
            titles = self.say(", ").join(self._unsettled(view) for view in self.timeline.unsettled)
            rest = self.say(
                "It is not known when these deadlines end, or whether they run: {titles}.", titles=titles
            )
        elif self.timeline.ending == "settled" and self.timeline.last.possible_steps:
            rest = self.say("Whether anything is still to be done depends on what is not known yet.")
        else:
            return words
        return self.say("{sentence} {next}", sentence=words, next=rest)

    def _unsettled(self, view: ClockView) -> str:
        title = self.naming.numbered(self.naming.text(view.deadline.title), view.record)
        dues = perhaps_dues(self.timeline.last, view)
        ways = [] if dues is None else self.trees.ways(dues, f"{view.deadline.id}.due")
        if not ways:
            ways = [self.naming.waits(view.waits)] if view.waits else []
        left = view.finding.left
        if not ways and isinstance(left, Known):
            span = self.naming.typed(left.value, ValueType.DURATION)
            ways = [self.say("paused; {span} left", span=span)]
        if not ways:
            return title
        return self.say("{title} ({value})", title=title, value=self.say("; ").join(ways))

    def footnotes(self) -> list[str]:
        """Return what has to be said about the whole: provisional dates, and readings chosen."""
        lines = []
        if any(step.provisional for step in self.timeline.steps):
            lines.append(
                self.say("≈ provisional: the make-up working days of that year are not published yet")
            )
        chosen = [one for one in self.timeline.last.assumptions if not one.is_default]
        for one in chosen:
            readings = {reading.id: reading.title for reading in self.book.assumptions[one.id].readings}
            reading = self.naming.text(readings[one.reading])
            lines.append(self.say("{id} is read as: {reading}", id=one.id, reading=reading))
        return lines

    def lanes(self) -> list[tuple[str, str]]:
        """Return the parties that appear, in the order of the rulebook, with their titles; no groups."""
        used = {party for step in self.timeline.steps for party in self.acting(step)}
        return [(id, self.naming.text(party.title)) for id, party in self.book.parties.items() if id in used]

    def acting(self, step: Step) -> tuple[str, ...]:
        """Return the parties in whose lanes a step stands; a group stands for its members."""
        found: list[str] = []
        for party in step.parties:
            found += self.book.parties[party].members or (party,)
        return tuple(found)

    def instant(self, instant: int) -> str:
        """Return an instant for people."""
        return self.naming.typed(instant, ValueType.INSTANT)

    def moment(self, instant: int, beside: int | None, is_end: bool = False) -> str:
        """Return an instant in short: with its year where that of what stands beside it is another."""
        told = self.naming.end(instant) if is_end else self.instant(instant)
        with_year = beside is None or told[:4] != self.instant(beside)[:4]
        return show_moment(instant, self.book.zone, self.say.language, with_year, is_end)

    # ---------- steps

    def words(self, step: Step) -> Words:
        """Return one step in words."""
        match step.what:
            case Event():
                return Words("event", self._event(step.what), ())
            case ClockStep(deadline, _, change):
                headline = self._clock(step.what, step.instant)
                return Words(change, headline, tuple(self._of_clock(step.what, deadline)))
            case Turn():
                return Words("turn", self._turn(step.what), tuple(self._of_turn(step.what)))

    def _event(self, event: Event) -> str:
        title = self.naming.numbered(happening(event, self.naming), event.record)
        named = names_in(event.fact.happened)
        values = [
            self.say(
                "{title} ({value})", title=self.naming.text(fact.title), value=self._state(state, fact.path)
            )
            for fact, state in event.values
            if fact.path not in named
        ]
        if not values:
            return title
        return self.say("{title}: {values}", title=title, values=self.say(", ").join(values))

    def _state(self, state: State, name: str) -> str:
        return self.naming.state(state, name)

    def _clock(self, clock: ClockStep, instant: int) -> str:
        who = self.naming.text(self.book.parties[clock.deadline.who].title)
        title = self.naming.numbered(self.naming.text(clock.deadline.title), clock.record)
        due = clock.finding.due
        if clock.change in BEGINNINGS:
            return self._beginning(clock, instant, who, title)
        if clock.change in STANDSTILLS:
            return self._standstill(clock, who, title)
        words = self.say(_CLOCKS[clock.change], who=who, title=title)
        if clock.change in RAN_OUT and isinstance(due, Known) and due.value != instant:
            return self.say("{change} (its end was {due})", change=words, due=self.naming.end(_seconds(due)))
        return words

    def _beginning(self, clock: ClockStep, instant: int, who: str, title: str) -> str:
        finding = clock.finding
        start, due, length = finding.start, finding.due, self.say("length not given")
        if clock.change == "perhaps" and clock.has_begun:
            return self.say(_DOUBTFUL, who=who, title=title)
        if not isinstance(start, Known) or finding.exists is not Truth.TRUE:
            return self.say(_PERHAPS, who=who, title=title)
        until = self.naming.end(_seconds(due)) if isinstance(due, Known) else ""
        begun = self.instant(_seconds(start))
        if finding.ends is not None:
            template = _BEGINNINGS_UNTIL[start.value != instant, isinstance(due, Known)]
            return self.say(template, who=who, title=title, start=begun, due=until)
        if isinstance(finding.length, Known):
            length = self.naming.typed(finding.length.value, ValueType.DURATION)
        template = _BEGINNINGS[start.value != instant, isinstance(due, Known)]
        return self.say(template, who=who, title=title, start=begun, due=until, length=length)

    def _standstill(self, clock: ClockStep, who: str, title: str) -> str:
        due, left = clock.finding.due, clock.finding.left
        if clock.change == "resumes":
            if not isinstance(due, Known):
                return self.say("{who}: {title} resumes", who=who, title=title)
            until = self.naming.end(_seconds(due))
            return self.say("{who}: {title} resumes, until {due}", who=who, title=title, due=until)
        if not isinstance(left, Known):
            return self.say("{who}: {title} paused", who=who, title=title)
        span = self.naming.typed(left.value, ValueType.DURATION)
        return self.say("{who}: {title} paused, {span} left", who=who, title=title, span=span)

    def _of_clock(self, clock: ClockStep, deadline: Deadline) -> Iterator[str]:
        reason = self._reason(deadline.id, deadline.source, place(deadline.span))
        if reason:
            yield reason
        if clock.change == "perhaps":
            yield from self._depends(clock)
        if clock.change in BEGINNINGS:
            # Two notices about one clock often say the same.
            yield from dict.fromkeys(self._otherwise(step) for step in clock.then if step.otherwise)

    def _depends(self, clock: ClockStep) -> Iterator[str]:
        """Return on what it depends whether, and until when, a clock runs."""
        ways = [] if clock.dues is None else self.trees.ways(clock.dues, f"{clock.deadline.id}.due")
        if ways:
            yield from (self.say("its end: {end}", end=way) for way in ways)
        elif isinstance(clock.finding.status, Unknown):
            yield self.naming.waits(clock.finding.status.waits)

    def _otherwise(self, step: NextStep) -> str:
        otherwise = self.naming.text(step.otherwise)
        if not step.assumption:
            return otherwise
        return self.say("{text} ({assumption})", text=otherwise, assumption=step.assumption)

    def _turn(self, turn: Turn) -> str:
        title = self.naming.numbered(self.naming.text(turn.after.fact.title), turn.after.record)
        after = self.outcome(turn.after)
        if turn.before is None or turn.before.status == "not_applicable":
            return self.say("{title}: {value}", title=title, value=after)
        return self.say(
            "{title}: {before} → {value}", title=title, before=self.outcome(turn.before), value=after
        )

    def outcome(self, outcome: Stood) -> str:
        """Return the value of an outcome, or why it has none."""
        if isinstance(outcome.state, Known):
            return self.naming.value(outcome.state.value, outcome.fact.path)
        return self.say(NO_VALUES[outcome.status])

    def _of_turn(self, turn: Turn) -> Iterator[str]:
        if turn.after.status == "undetermined":
            yield self.naming.waits(turn.after.waits)
            return
        for rule in turn.rules:
            yield self.rule(rule)

    def rule(self, rule: Rule) -> str:
        """Return a rule with its title, clause and place."""
        title = self.naming.text(rule.title)
        reason = self._reason(rule.id, rule.source, place(rule.span))
        return self.say("{title} — {reason}", title=title, reason=reason) if reason else title

    def _reason(self, id: str, source: Source | None, where: str) -> str:
        quote = self.naming.source(source)
        if not self.with_places:
            return quote
        if not quote:
            return self.say("{id} ({place})", id=id, place=where)
        return self.say("{quote}, {id} ({place})", quote=quote, id=id, place=where)


def _seconds(state: Known) -> int:
    assert isinstance(state.value, int)
    return state.value
