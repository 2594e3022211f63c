"""The one or two sentences at the head of a decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from policyengine.diagnostics.diagnostic import marked
from policyengine.diagnostics.i18n import Speech
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.brief import Brief, brief_of, words_for
from policyengine.outcome.decision import Decision, NextStep, Outcome
from policyengine.outcome.emptiness import why_empty
from policyengine.render.layout import Paint
from policyengine.render.naming import Naming
from policyengine.semantics.findings import Known
from policyengine.values.escaping import printable
from policyengine.values.literals import instant_text

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
        """Return the sentences; of a decision that is empty the reason."""
        empty = why_empty(self.decision)
        if empty is not None:
            from policyengine.render.empty import empty_lines  # hardly ever needed

            return next(iter(empty_lines(self.decision, empty, self.say, Paint(False))), "")
        brief = brief_of(self.decision)
        first, second = (self._sentence([*parts]) for parts in (self._decided(brief), self._ahead(brief)))
        return (
            self.say("{first} {second}", first=first, second=second) if first and second else first + second
        )

    def _sentence(self, parts: list[str]) -> str:
        if not parts:
            return ""
        whole = self.say("; ").join(parts)
        return self.say("{sentence}.", sentence=whole[0].upper() + whole[1:])

    # ---------- what is decided, and what is open

    def _decided(self, brief: Brief) -> Iterator[str]:
        # What one rule gives to several outcomes is told once.
        yield from dict.fromkeys(self._outcome(one) for one in brief.decided)
        if brief.open:
            titles = self.say(", ").join(self._title(one) for one in brief.open)
            because = brief.has_no_figure and not brief.missing
            words = marked("undetermined, because the rules give no figure: {titles}")
            yield self.say(words if because else marked("still undetermined: {titles}"), titles=titles)
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
            told = self.naming.text(words).replace("{value}", value)
            if outcome.record is not None:
                told = self.say("{words} [{record}]", words=told, record=outcome.record)
        if outcome.unconfirmed:
            told = self.say("{words} (by figures that nobody has confirmed)", words=told)
        return self.say("{words} (provisional)", words=told) if outcome.provisional else told

    def _title(self, outcome: Outcome) -> str:
        title = self.naming.text(outcome.fact.title)
        record = outcome.record
        return title if record is None else self.say("{title} [{record}]", title=title, record=record)

    # ---------- what is awaited

    def _ahead(self, brief: Brief) -> Iterator[str]:
        if brief.awaited is not None:
            yield self._step(brief.awaited)
        if brief.running is not None:
            title = self.naming.text(brief.running.deadline.title)
            if brief.running.finding.status == Known("paused"):
                yield self.say("“{title}” stands still", title=title)
            else:
                due = self._moment(brief.running.finding.due.value)  # type: ignore[union-attr]
                yield self.say("“{title}” runs until {due}", title=title, due=due)
        if brief.missing:
            titles = self.say(", ").join(self.naming.title(one.name) for one in brief.missing)
            yield self.say("missing: {names}", names=titles)

    def _step(self, step: NextStep) -> str:
        who = self.naming.text(self.book.parties[step.notice.to].title)
        due = step.due.value if isinstance(step.due, Known) else None
        template = _STEPS[step.notice.kind, due is not None]
        words = {"who": who, "text": self.naming.text(step.notice.text)}
        if due is not None:
            words["due"] = self._moment(due)
        return self.say(template, **words)

    def _moment(self, instant: object) -> str:
        """Return an instant as people say it: without its year where that is the present one, without seconds
        that are none.
        """
        assert isinstance(instant, int)
        written = printable(instant_text(instant, self.book.zone))
        day, _, time = written.partition(" ")
        date = datetime.fromisoformat(day)
        now = instant_text(self.decision.as_of, self.book.zone)
        clock = time[:5] + time[8:] if time[5:8] == ":00" else time
        template = _DAY if date.year == int(now[:4]) else _DAY_AND_YEAR
        month = self.say(_MONTHS[date.month - 1])
        return self.say(template, day=date.day, month=month, year=date.year, time=clock)


_DAY = marked("{day} {month}, {time}")
_DAY_AND_YEAR = marked("{day} {month} {year}, {time}")
_MONTHS = (
    marked("January"),
    marked("February"),
    marked("March"),
    marked("April"),
    marked("May"),
    marked("June"),
    marked("July"),
    marked("August"),
    marked("September"),
    marked("October"),
    marked("November"),
    marked("December"),
)
