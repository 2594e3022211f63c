"""A decision for people to read: the verdict first, each line with its reason one step away."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import marked
from policyengine.diagnostics.i18n import Speech
from policyengine.model.case import Key
from policyengine.model.key_names import format_key
from policyengine.model.rulebook import STATUSES, Fact, MissingByReading
from policyengine.outcome.decision import Decision
from policyengine.outcome.emptiness import why_empty
from policyengine.outcome.parts import AmountView, ClockView, NextStep, Outcome, in_order
from policyengine.outcome.refine.refined import Refined
from policyengine.outcome.refine.tree import Spread
from policyengine.outcome.told import told_step
from policyengine.render.brief import brief_text
from policyengine.render.layout import SETTLED, Paint, Row, Tone, table
from policyengine.render.naming import Naming, place
from policyengine.render.steps import Steps
from policyengine.render.trees import Trees
from policyengine.semantics.findings import Absent, Known, Missing, State, Truth, Unknown
from policyengine.syntax.keys import numbered
from policyengine.values.display import show_span
from policyengine.values.escaping import printable
from policyengine.values.literals import ValueType

_GLYPHS: dict[str, tuple[str, Tone]] = {
    **SETTLED,
    "open": ("●", "open"),
    "paused": ("‖", "open"),
    "not_started": ("○", "faint"),
    "": ("?", "open"),
}
_SHORT_DIGEST = 12


def render_text(decision: Decision, say: Speech, color: bool = False, columns: int | None = None) -> str:
    """Return the decision as text that ends with a line feed, in lines of at most so many columns, if any."""
    return "\n".join(_Page(decision, say, Paint(color, columns)).lines()) + "\n"


def render_trace(decision: Decision, say: Speech, color: bool = False, columns: int | None = None) -> str:
    """Return the rules that hold in the order of firing: reasons before what follows from them."""
    naming, paint = Naming(decision.judged.rulebook, say), Paint(color, columns)
    rows = []
    for number, (id, record) in enumerate(decision.findings.firings, 1):
        rule = decision.judged.rulebook.rules[id]
        name = numbered(id, record)
        cells = (f"{number}.", name, naming.text(rule.title), place(rule.span))
        rows.append(Row(*((cell, "plain") for cell in cells)))
    head = paint(say("Firing order"), "title")
    return "\n".join([head, *table(rows, paint)]) + "\n"


class _Page:
    """The page of one decision."""

    def __init__(self, decision: Decision, say: Speech, paint: Paint) -> None:
        self.decision = decision
        self.say = say
        self.paint = paint
        self.book = decision.judged.rulebook
        self.naming = Naming(self.book, say)
        self.trees = Trees(self.naming)

    def lines(self) -> Iterator[str]:
        yield from self.paint.lines(self._head(), "title")
        yield from self._warnings()
        yield from self._brief()
        yield from self._empty()
        for title, rows in (
            (self.say("Outcomes"), self._outcomes()),
            (self.say("Deadlines"), self._clocks()),
            (self.say("Amounts"), self._amounts()),
            (self.say("Next steps"), self._next_steps()),
            (self.say("Possible next steps"), self._possible_steps()),
            (self.say("Missing"), self._missing()),
            (self.say("Missing: figures that the rules do not give"), self._missing_figures()),
            (self.say("Assumptions it rests on"), self._assumptions()),
            (self.say("Defaults used, because the case does not say"), self._defaults()),
        ):
            lines = table(rows, self.paint)
            if lines:
                yield ""
                yield from self.paint.lines(title, "title")
                yield from lines
        yield from self._not_applicable()
        yield from self._notes()

    # ---------- head

    def _head(self) -> str:
        digest = self.book.digest.partition(":")[2][:_SHORT_DIGEST]
        return self.say(
            "Case {case}, judged as of {instant}, by {rulebook} {version} ({digest})",
            case=printable(self.decision.case.id),
            instant=self._instant(Known(self.decision.as_of)),
            rulebook=self.naming.text(self.book.title),
            version=self.book.version,
            digest=digest,
        )

    def _warnings(self) -> Iterator[str]:
        for path, literal in self.decision.judged.settings:
            line = self.say("what if: {path} = {value}", path=path, value=printable(literal))
            yield from self.paint.lines(line, "open")
        for overlay in self.book.overlays:
            if overlay.active:
                title = self.naming.text(overlay.title)
                line = self.say("overlay {id}, NOT CONFIRMED: {title}", id=overlay.id, title=title)
                if overlay.confirmed:
                    line = self.say("overlay {id}: {title}", id=overlay.id, title=title)
                yield from self.paint.lines(line, "open")

    def _brief(self) -> Iterator[str]:
        """Return the one or two sentences first; of an empty decision the reason says as much."""
        if why_empty(self.decision) is None:
            yield ""
            yield from self.paint.lines(brief_text(self.decision, self.say), hang=0)

    def _notes(self) -> Iterator[str]:
        """Return what the writer of the case has noted: last, for nothing of it was judged."""
        notes = self.decision.case.notes
        if notes:
            yield ""
            yield from self.paint.lines(
                self.say("Notes in the case, which take no part in the decision"), "title"
            )
            for line in notes.splitlines():
                yield from self.paint.lines(printable(line), indent=2, hang=0)

    def _empty(self) -> Iterator[str]:
        empty = why_empty(self.decision)
        if empty is not None:
            from policyengine.render.empty import empty_lines  # hardly ever needed

            yield ""
            yield from empty_lines(self.decision, empty, self.say, self.paint)

    # ---------- outcomes

    def _outcomes(self) -> Iterator[Row]:
        for outcome in in_order(self.decision.outcomes):
            if outcome.status == "not_applicable":
                continue
            value, tone = self._verdict(outcome)
            below = list(self._below(outcome))
            name = format_key(self.book, (outcome.fact.path, outcome.record))
            yield Row(
                (self._title(outcome), "plain"),
                (name, "faint"),
                (value, tone),
                (self._reason(outcome), "plain"),
                below=below,
            )

    def _title(self, outcome: Outcome) -> str:
        return self.naming.numbered(self.naming.text(outcome.fact.title), outcome.record)

    def _verdict(self, outcome: Outcome) -> tuple[str, Tone]:
        if isinstance(outcome.state, Known):
            return self.naming.value(outcome.state.value, outcome.fact.path), "title"
        if outcome.status == "conflict":
            return self.say("conflict"), "bad"
        return self.say("undetermined"), "open"

    def _reason(self, outcome: Outcome) -> str:
        """Return the shortest reason: the rule and its quote, or what is missing."""
        if outcome.status == "undetermined":
            return self.naming.waits(outcome.waits)
        if outcome.refined is not None:
            return self.trees.whatever(outcome.refined)
        if outcome.status == "conflict":
            titles = self.say(", ").join(self.naming.text(one.rule.title) for one in outcome.reasons)
            return self.say("rules contradict each other: {titles}", titles=titles)
        if not outcome.reasons:
            return ""
        counted = len(outcome.reasons)
        if outcome.fact.combine is not None and counted > 1:
            return self._combined(outcome)
        rule = outcome.reasons[0].rule
        quote = self.naming.source(rule.source)
        title = self.naming.text(rule.title)
        return self.say("{title} — {quote}", title=title, quote=quote) if quote else title

    def _combined(self, outcome: Outcome) -> str:
        """Return what several rules give to an outcome that they build together: each value with its rule."""
        given: dict[tuple[str, str], int] = {}
        for one in outcome.reasons:
            part = (self.naming.state(one.value, outcome.fact.path), self.naming.text(one.rule.title))
            given[part] = given.get(part, 0) + 1
        parts = [
            self.say("{value} ({title})", value=value, title=title)
            if number == 1
            else self.say("{number} × {value} ({title})", number=number, value=value, title=title)
            for (value, title), number in given.items()
        ]
        word = " + " if outcome.fact.combine == "sum" else self.say(", ")
        return word.join(parts)

    def _below(self, outcome: Outcome) -> Iterator[str]:
        if outcome.status == "undetermined":
            yield from self._still_possible(outcome)
            yield from self._to_try(outcome.waits)
        if outcome.provisional:
            yield self.say("provisional: it rests on a working calendar that is not published yet")
        for id in outcome.unconfirmed:
            yield self.say("not confirmed: it rests on figures of the overlay {id}", id=id)

    def _to_try(self, waits: tuple[Missing, ...]) -> Iterator[str]:
        """Name the overlays that would supply figures for what the rules leave open."""
        wanted = {one.name for one in waits if one.kind == "parameter"}
        for overlay in self.book.overlays:
            if not overlay.active and wanted.intersection(overlay.sets):
                if overlay.confirmed:
                    yield self.say("to try figures: --overlay {id}", id=overlay.id)
                else:
                    yield self.say("to try unconfirmed figures: --overlay {id}", id=overlay.id)

    def _still_possible(self, outcome: Outcome) -> Iterator[str]:
        """Return what follows from what, if that is short; else the values that are left."""
        if outcome.exactness == "lower_bound" and outcome.refined is not None:
            yield from self._at_least(outcome, outcome.refined)
            yield from self._between(outcome)
            return
        ways = [] if outcome.refined is None else self.trees.ways(outcome.refined, outcome.fact.path)
        if len(ways) > 1:
            yield from ways
        elif outcome.possible or outcome.may_be_absent or outcome.may_conflict:
            # Where no value is known that it could take, the line would say nothing.
            values = self.say(", ").join(self._possible(outcome))
            yield self.say("still possible: {values}", values=values)
        if len(ways) <= 1:
            yield from self._between(outcome)

    def _between(self, outcome: Outcome) -> Iterator[str]:
        """Return the least and the greatest value, where the values are not told one by one."""
        between = outcome.between
        if between is None or between.values:
            return
        low, high = (
            None if end is None else self.naming.value(end, outcome.fact.path)
            for end in (between.low, between.high)
        )
        if low is not None and high is not None:
            yield self.say("at least {low}, at most {high}", low=low, high=high)
        elif low is not None:
            yield self.say("at least {low}", low=low)
        elif high is not None:
            yield self.say("at most {high}", high=high)

    def _at_least(self, outcome: Outcome, refined: Refined) -> Iterator[str]:
        """Return what was met, and what could not be ruled out because not everything can be tried."""
        met = [one for one in refined.answers if not isinstance(one, Unknown)]
        words = [self.trees.answer(one, outcome.fact.path) for one in met]
        if words:
            yield self.say("at least these are possible: {values}", values=self.say(", ").join(words))
        rest = [self.naming.value(one, outcome.fact.path) for one in outcome.not_ruled_out]
        if outcome.has_unknown_value and not any(isinstance(one, Spread) for one in met):
            rest.append(self.say("a value that is not known yet"))
        if outcome.may_be_absent and not any(isinstance(one, Absent) for one in met):
            rest.append(self.say("none (not applicable)"))
        if rest:
            yield self.say("not ruled out: {values}", values=self.say(", ").join(rest))

    def _possible(self, outcome: Outcome) -> Iterator[str]:
        for value in outcome.possible:
            yield self.naming.value(value, outcome.fact.path)
        if outcome.has_unknown_value:
            yield self.say("a value that is not known yet")
        if outcome.may_be_absent:
            yield self.say("none (not applicable)")
        if outcome.may_conflict:
            yield self.say("rules that contradict each other")

    # ---------- clocks

    def _clocks(self) -> Iterator[Row]:
        for view in self.decision.clocks:
            if not view.is_set:
                continue
            status = view.finding.status
            word = str(status.value) if isinstance(status, Known) else ""
            glyph, tone = _GLYPHS[word]
            title = self.naming.numbered(self.naming.text(view.deadline.title), view.record)
            who = self.naming.text(self.book.parties[view.deadline.who].title)
            span = self.say(
                "{start} → {due}",
                start=self._instant(view.finding.start),
                due="…" if word == "paused" else self._end(view.finding.due),
            )
            below = [self.say("provisional: the working calendar is not published yet")]
            below = [*self.naming.by_place(view.finding), *(below if view.provisional else ())]
            yield Row(
                (f"{glyph} {title}", tone),
                (numbered(view.deadline.id, view.record), "faint"),
                (who, "plain"),
                (span, "plain"),
                (self._progress(view, word), tone),
                below=below,
            )

    def _progress(self, view: ClockView, word: str) -> str:
        finding = view.finding
        due, acted = _seconds(finding.due), _seconds(finding.acted)
        if word == "paused":
            return self._paused(view)
        if word == "open" and due is not None:
            return self.say("{span} left", span=self._span(due - self.decision.as_of))
        if word == "met" and due is not None and acted is not None:
            at = self._instant(finding.acted)
            if due == acted:
                return self.say("met at {instant}, at the last moment", instant=at)
            begun = _seconds(finding.start)
            if begun is not None and acted < begun:
                return self.say("met at {instant}, before it began", instant=at)
            return self.say(
                "met at {instant}, {span} before the end", instant=at, span=self._span(due - acted)
            )
        if word == "missed" and due is not None:
            return self._missed(due, acted, finding.stopped)
        if word == "ended":
            return self.say("over")
        if word == "lapsed" and acted is not None and due is not None:
            span = self._span(acted - due)
            return self.say("lapsed: used {span} too late", span=span)
        if word == "lapsed":
            return self.say("lapsed: not used in time")
        if word == "stopped" and isinstance(finding.stopped, Known):
            return self.say("no longer applies from {instant}", instant=self._instant(finding.stopped))
        if word == "not_started":
            return self.say("has not begun")
        if word:  # when it was met or until when it runs is not known, and does not matter
            return self.naming.text(dict(STATUSES)[word])
        waits = finding.status.waits if isinstance(finding.status, Unknown) else frozenset()
        return self.say("undetermined; {reason}", reason=self.naming.waits(waits))

    def _paused(self, view: ClockView) -> str:
        """Return since when a clock stands still, and what is left of it."""
        begun = [one for pause in view.finding.pauses if (one := _seconds(pause.begin)) is not None]
        since = max((one for one in begun if one <= self.decision.as_of), default=None)
        left = view.finding.left
        if not isinstance(left, Known):
            return self.say("paused")
        length = self.naming.typed(left.value, ValueType.DURATION)
        if since is None:
            return self.say("paused; {span} left", span=length)
        return self.say(
            "paused since {instant}; {span} left", instant=self._instant(Known(since)), span=length
        )

    def _missed(self, due: int, acted: int | None, stopped: State) -> str:
        if acted is not None:
            return self.say("missed, met {span} late", span=self._span(acted - due))
        if isinstance(stopped, Known) and stopped.value == due:
            return self.say("missed; it is not required after that")
        if isinstance(stopped, Known) and isinstance(stopped.value, int):
            return self.say(
                "missed, {span} late until {instant}, when it ceased to apply",
                span=self._span(stopped.value - due),
                instant=self._instant(stopped),
            )
        late = self._span(self.decision.as_of - due)
        if isinstance(stopped, Unknown):
            return self.say("missed, {span} late so far if it is still required", span=late)
        return self.say("missed, {span} late so far", span=late)

    def _span(self, seconds: int) -> str:
        return show_span(seconds, self.say.language)

    def _instant(self, state: State) -> str:
        if isinstance(state, Known):
            return self.naming.typed(state.value, ValueType.INSTANT)
        return self.naming.no_value(state)

    def _end(self, state: State) -> str:
        if isinstance(state, Known) and isinstance(state.value, int):
            return self.naming.end(state.value)
        return self.naming.no_value(state)

    # ---------- amounts

    def _amounts(self) -> Iterator[Row]:
        resting: dict[Key, list[Outcome]] = {}
        for outcome in self.decision.outcomes:
            for key in outcome.support.amounts:
                resting.setdefault(key, []).append(outcome)
        for view in self.decision.amounts:
            if (view.amount.id, view.record) in resting:
                yield self._amount(view, resting[view.amount.id, view.record])

    def _amount(self, view: AmountView, resting: list[Outcome]) -> Row:
        """Return an amount; a sum that no settled outcome gives must not look as if it were owed."""
        below = []
        if isinstance(view.finding.result, Known) and all(one.status != "known" for one in resting):
            titles = self.say(", ").join(self._title(one) for one in resting)
            below = [self.say("this is the amount if it applies; undetermined: {titles}", titles=titles)]
        steps = Steps(self.naming).line(view, dict(self.decision.judged.readings))
        result = self.naming.state(view.finding.result, view.amount.id)
        return Row(
            (self.naming.numbered(self.naming.text(view.amount.title), view.record), "plain"),
            (result, "title"),
            (steps, "plain"),
            below=below,
        )

    # ---------- next steps

    def _next_steps(self) -> Iterator[Row]:
        for step in self.decision.next_steps:
            who = self.naming.text(self.book.parties[step.notice.to].title)
            kind, tone = _KINDS[step.notice.kind]
            yield Row((who, "plain"), (self.say(kind), tone), (self._step(step), "plain"))

    def _possible_steps(self) -> Iterator[Row]:
        """Return what perhaps is to be done, below what it depends on."""
        groups: dict[tuple[str, ...], list[NextStep]] = {}
        for possible in self.decision.possible_steps:
            reason = self.trees.when_true(possible.refined)
            if possible.refined.exactness == "lower_bound" or not reason:
                reason = [self.say("undetermined; {reason}:", reason=self.naming.waits(possible.waits))]
            groups.setdefault(tuple(reason), []).append(possible.step)
        for reasons, steps in groups.items():
            yield from (Row((reason, "plain")) for reason in reasons)
            for step in steps:
                who = self.naming.text(self.book.parties[step.notice.to].title)
                kind, _ = _KINDS[step.notice.kind]
                yield Row((who, "plain"), (self.say(kind), "faint"), (self._step(step), "plain"), indent=4)

    def _missing(self) -> Iterator[Row]:
        """Return what to ask for, what settles the most first."""
        for wanted in self.decision.wanted:
            if wanted.missing.kind != "fact":
                continue
            name = self.naming.missing(wanted.missing)
            words = self.say("helps to settle: {count}", count=wanted.answers)
            below = []
            if self.naming.asked_for(wanted.missing)[0] != wanted.missing.name:
                path = format_key(self.book, (wanted.missing.name, wanted.missing.record))
                below = [self.say("to see what would follow: --set {path}=…", path=path)]
            yield Row((name, "plain"), (words, "faint"), below=below)

    def _missing_figures(self) -> Iterator[Row]:
        """Return what nobody who asks can give: that is for whoever writes the rules."""
        for wanted in self.decision.wanted:
            if wanted.missing.kind == "parameter":
                yield Row((self.naming.missing(wanted.missing), "plain"))

    def _defaults(self) -> Iterator[Row]:
        """Return the values that were taken, then in a few lines all that was taken not to be there."""
        absent: dict[tuple[str, str], list[str]] = {}
        for taken in self.decision.defaults:
            fact = taken.fact
            title = self.naming.numbered(self.naming.text(fact.title), taken.record)
            missing = fact.if_missing if isinstance(fact, Fact) else None
            by = missing.assumption if isinstance(missing, MissingByReading) else ""
            if taken.value is None:
                is_event = isinstance(fact, Fact) and fact.is_event
                is_question = isinstance(fact, Fact) and fact.type is ValueType.BOOLEAN
                words = self.say("has not happened") if is_event else self.say("there is none")
                words = self.say("left open") if is_question else words
                absent.setdefault((words, by), []).append(title)
            else:
                yield Row(
                    (title, "plain"), (self.naming.value(taken.value, fact.path), "plain"), (by, "faint")
                )
        for (words, by), titles in absent.items():
            yield Row((words, "plain"), (self.say(", ").join(titles), "plain"), (by, "faint"))

    def _step(self, step: NextStep) -> str:
        text = self.naming.text(step.notice.text)
        if isinstance(step.due, Known):
            told = told_step(self.decision, step)
            due = self.naming.marked(self._end(step.due), told.overlays, told.provisional)
            text = self.say("by {due}: {text}", due=due, text=text)
        otherwise = self.naming.text(step.otherwise)
        if otherwise and step.assumption:
            return self.say("{text}; {otherwise} ({id})", text=text, otherwise=otherwise, id=step.assumption)
        return self.say("{text}; {otherwise}", text=text, otherwise=otherwise) if otherwise else text

    # ---------- assumptions

    def _assumptions(self) -> Iterator[Row]:
        for chosen in self.decision.assumptions:
            assumption = self.book.assumptions[chosen.id]
            reading = next(one for one in assumption.readings if one.id == chosen.reading)
            if chosen.is_default:
                yield Row((chosen.id, "plain"), (self.naming.text(assumption.title), "plain"))
            else:
                words = self.say("chosen instead: {reading}", reading=self.naming.text(reading.title))
                yield Row((chosen.id, "plain"), (words, "open"))

    def _not_applicable(self) -> Iterator[str]:
        absent = (one for one in in_order(self.decision.outcomes) if one.status == "not_applicable")
        titles = [self._title(one) for one in absent if self._could_apply(one)]
        if titles:
            yield ""
            words = self.say("Not applicable: {titles}", titles=self.say(", ").join(titles))
            yield from self.paint.lines(words, "faint")

    def _could_apply(self, outcome: Outcome) -> bool:
        """Tell whether a policy that applies to the case speaks of it; other procedures are no news."""
        explanation = self.decision.explanation
        rules = explanation.explainer.conclusions.get(outcome.fact.path, ())
        scopes = {rule.policy: explanation.book.scope_of(rule) for rule in rules}
        return any(explanation.leaves(scope, None)[0] is not Truth.FALSE for scope in scopes.values())


_KINDS: dict[str, tuple[str, Tone]] = {
    "duty": (marked("must"), "title"),
    "permission": (marked("may"), "plain"),
    "warning": (marked("note"), "open"),
    "advice": (marked("should"), "plain"),
}


def _seconds(state: State) -> int | None:
    return state.value if isinstance(state, Known) and isinstance(state.value, int) else None
