"""The one or two sentences at the head of a decision."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import marked
from policyengine.diagnostics.i18n import Speech
from policyengine.model.braces import filled
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.brief import Brief, brief_of, words_for
from policyengine.outcome.decision import Decision
from policyengine.outcome.emptiness import why_empty
from policyengine.outcome.parts import Outcome
from policyengine.outcome.told import ToldClock, ToldStep
from policyengine.render.layout import Paint
from policyengine.render.naming import Naming
from policyengine.render.prose import capital, ended
from policyengine.semantics.findings import Known, State
from policyengine.values.display import written_instant
from policyengine.values.literals import local_time

_STEPS = {
    ("duty", True): marked("{who} must, by {due}: {text}"),
    ("duty", False): marked("{who} must: {text}"),
    ("permission", True): marked("{who} may, by {due}: {text}"),
    ("permission", False): marked("{who} may: {text}"),
}


def brief_text(decision: Decision, say: Speech) -> str:
    """Return what was decided, what is open, and who must do what until when, in one or two sentences."""
    return _Sentences(decision, say).text()


class _Sentences:
    """Says what is brief about one decision in one language."""

    def __init__(self, decision: Decision, say: Speech) -> None:
        self.decision = decision
        self.say = say
        self.book: Rulebook = decision.judged.rulebook
        self.naming = Naming(self.book, say)

    def text(self) -> str:
        """Return the sentences; of a decision that is empty, or of a case that has not begun, the reason."""
        empty, later = why_empty(self.decision), self.decision.first_later_event
        if empty is not None or later is not None:
            from policyengine.render.empty import begins_later, empty_lines  # hardly ever needed

            if empty is None and later is not None:
                return begins_later(self.book, later, self.decision.case.values[later], self.say)
            assert empty is not None
            return next(iter(empty_lines(self.decision, empty, self.say, Paint(False))), "")
        brief = brief_of(self.decision)
        first, second = (self._sentence([*parts]) for parts in (self._decided(brief), self._ahead(brief)))
        return (
            self.say("{first} {second}", first=first, second=second) if first and second else first + second
        )

    def _sentence(self, parts: list[str]) -> str:
        if not parts:
            return ""
        return ended(capital(self.say("; ").join(parts)), self.say)

    # ---------- what is decided, and what is open

    def _decided(self, brief: Brief) -> Iterator[str]:
        # What one rule gives to several outcomes is told once.
        yield from dict.fromkeys(self._outcome(one) for one in brief.decided)
        if brief.open:
            titles = self.say(", ").join(self._title(one) for one in brief.open)
            words = marked("still undetermined: {titles}")
            if brief.lacks_figures:
                words = marked("undetermined, because the rules give no figure: {titles}")
            yield self.say(words, titles=titles)
        if brief.more:
            yield self.say("other outcomes: {count}", count=brief.more)

    def _outcome(self, outcome: Outcome) -> str:
        if not isinstance(outcome.state, Known):
            return self.say("the rules contradict each other about: {titles}", titles=self._title(outcome))
        value = self.naming.value(outcome.state.value, outcome.fact.path)
        words = words_for(outcome)
        if words is None:
            told = self.say("{title}: {value}", title=self._title(outcome), value=value)
        else:
            told = filled(self.naming.text(words), {"value": value})
            told = self.naming.numbered(told, outcome.record)
        return self.naming.marked(told, outcome.unconfirmed, outcome.provisional)

    def _title(self, outcome: Outcome) -> str:
        return self.naming.numbered(self.naming.text(outcome.fact.title), outcome.record)

    # ---------- what is awaited

    def _ahead(self, brief: Brief) -> Iterator[str]:
        if brief.awaited is not None:
            yield self._step(brief.awaited)
        if brief.running is not None:
            yield self._clock(brief.running)
        if brief.missing:
            titles = self.say(", ").join(self.naming.title(one.name) for one in brief.missing)
            yield self.say("missing: {names}", names=titles)

    def _step(self, told: ToldStep) -> str:
        step = told.step
        due = self._due(step.due)
        words = {
            "who": self.naming.text(self.book.parties[step.notice.to].title),
            "text": self.naming.text(step.notice.text),
            **({} if due is None else {"due": due}),
        }
        said = self.say(_STEPS[step.notice.kind, due is not None], **words)
        return self.naming.marked(said, told.overlays, told.provisional)

    def _clock(self, told: ToldClock) -> str:
        clock = told.clock
        title, due = self.naming.text(clock.deadline.title), self._due(clock.finding.due)
        if clock.finding.status == Known("paused") or due is None:
            said = self.say("“{title}” is paused", title=title)
        else:
            said = self.say("“{title}” runs until {due}", title=title, due=due)
        return self.naming.marked(said, told.overlays, clock.provisional)

    def _due(self, due: State | None) -> str | None:
        """Return the end of a time, without its year where that is the present one."""
        if not isinstance(due, Known) or not isinstance(due.value, int):
            return None
        zone = self.book.zone
        # A midnight is told as the end of the day before.
        years = {local_time(one, zone).year for one in (due.value - 1, self.decision.as_of)}
        return written_instant(due.value, zone, self.say.language, is_end=True, with_year=len(years) > 1)
