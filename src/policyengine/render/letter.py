"""A letter to a party: what was decided or is open, why, what the reader must do until when, and what else.

Its words are those of the rulebook's letters.yaml; where that says nothing, those that stand here. A
paragraph in which something is not known, or has nothing to say, is left out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from policyengine.diagnostics.diagnostic import marked
from policyengine.diagnostics.i18n import Speech
from policyengine.diagnostics.text import unspoken
from policyengine.frozen import Frozen
from policyengine.model.braces import filled
from policyengine.model.case import Key
from policyengine.model.clauses import Source
from policyengine.model.conditions import Ref
from policyengine.model.letters import Paragraph, Part
from policyengine.model.rulebook import NoticeKind
from policyengine.outcome.brief import fitting, words_for
from policyengine.outcome.decision import Decision
from policyengine.outcome.letter import LetterContent, readings_of
from policyengine.outcome.parts import ClockView, NextStep, Outcome, Reason, sort_missing
from policyengine.outcome.told import ToldClock, ToldStep, is_overdue, unconfirmed
from policyengine.render.naming import Naming
from policyengine.render.prose import capital, ended
from policyengine.render.steps import Steps
from policyengine.semantics.findings import Known, Missing, State, Unknown
from policyengine.semantics.readings import choose_operand
from policyengine.syntax.keys import parse_name
from policyengine.values.display import written_date, written_instant
from policyengine.values.escaping import printable
from policyengine.values.literals import Value, ValueType, format_value
from policyengine.values.zones import zone_words

_INDENT = "   "


class _Said(Frozen):
    """A paragraph in the words of the program."""

    part: Part | None = None
    text: str = ""
    title: str = ""
    if_none: str = ""


_DEFAULT = (
    _Said(text=marked("Case {case}")),
    _Said(text=marked("To: {party}")),
    _Said(text=marked("Under {documents}, this case stands as follows on {as_of} ({time_zone}).")),
    _Said("decided", title=marked("What is decided")),
    _Said("open", title=marked("What is still open")),
    _Said(
        "must",
        title=marked("What you must do"),
        if_none=marked("There is nothing that you must do at present."),
    ),
    _Said("may", title=marked("What you may do")),
    _Said("should", title=marked("What you are advised to do")),
    _Said("notes", title=marked("Please note")),
    _Said("waiting", title=marked("What others have time for")),
    _Said(
        text=marked(
            "If a fact is told wrongly here, or something is missing, please reply and name the case."
        )
    ),
)

_KINDS: dict[Part, NoticeKind] = {
    "must": "duty",
    "may": "permission",
    "should": "advice",
    "notes": "warning",
}


def render_letter(decision: Decision, content: LetterContent, say: Speech) -> str:
    """Return a letter as plain text that ends with a line feed."""
    return "\n\n".join(_Writer(decision, content, say).paragraphs()) + "\n"


class _Item(Frozen):
    """One numbered item of a part, with lines below it."""

    text: str
    below: tuple[str, ...] = ()


class _Writer:
    """Writes one letter."""

    def __init__(self, decision: Decision, content: LetterContent, say: Speech) -> None:
        self.decision = decision
        self.content = content
        self.say = say
        self.book = decision.judged.rulebook
        self.naming = Naming(self.book, say)
        self.readings = dict(decision.judged.readings)
        self.overlays = set(content.overlays)
        self.words = {} if content.letter is None else dict(content.letter.words)
        self.documents = self._documents()
        texts = (self.naming.text(one.text) for one in self._plan())
        self.names_documents = any("{documents}" in one for one in texts)

    def paragraphs(self) -> Iterator[str]:
        written = [one for one in map(self._paragraph, self._plan()) if one]
        yield from self._drafts()
        yield from written

    def _plan(self) -> Sequence[Paragraph]:
        letter = self.content.letter
        if letter is not None and letter.paragraphs:
            return letter.paragraphs
        span = self.book.span
        return [
            Paragraph(
                part=one.part,
                text=unspoken(one.text and self.say.verbatim(one.text)),
                title=unspoken(one.title and self.say.verbatim(one.title)),
                if_none=unspoken(one.if_none and self.say.verbatim(one.if_none)),
                names=(),
                span=span,
            )
            for one in _DEFAULT
        ]

    def _documents(self) -> list[str]:
        """Return the titles of the documents that the letter quotes, in the order of the rulebook."""
        content = self.content
        sources = [one.rule.source for outcome in content.decided for one in outcome.reasons]
        sources += [self._source(one.step) for one in content.steps]
        late = (clock for _, clock in content.late)
        sources += [one.clock.deadline.source for one in (*content.clocks, *content.waiting, *late)]
        cited = {one.document for one in sources if one is not None}
        return [self.naming.text(one.title) for one in self.book.documents if one.id in cited]

    # ---------- what is no letter to be sent

    def _drafts(self) -> Iterator[str]:
        lines = [*self._tried()]
        if lines:
            head = self.say("DRAFT, not to be sent as it stands:")
            yield "\n".join([head, *(f"- {line}" for line in lines)])

    def _tried(self) -> Iterator[str]:
        """Tell what somebody tried out, so that nobody takes the letter for the decision."""
        case = self.decision.case
        if case.id == os.path.basename(case.file):
            yield self.say("the case has no number of its own: give it one under `case`")
        for overlay in self.book.overlays:
            if overlay.id in self.overlays:
                title = self.naming.text(overlay.title)
                yield self.say("it rests on figures that nobody has confirmed: {title}", title=title)
        for path, literal in self.decision.judged.settings:
            yield self.say(
                "it supposes, beside what the case tells: {title} = {value}",
                title=self._titled(path),
                value=self._literal(path, literal),
            )
        for chosen in self.decision.assumptions:
            if not chosen.is_default:
                assumption = self.book.assumptions[chosen.id]
                reading = next(one for one in assumption.readings if one.id == chosen.reading)
                yield self.say(
                    "it follows another reading than usual: {reading}",
                    reading=self.naming.text(reading.title),
                )

    def _titled(self, path: str) -> str:
        name, record = _name_in(path)
        is_known = name in self.book.facts or name in self.book.lists
        return self._label(name, record) if is_known else printable(path)

    def _literal(self, path: str, literal: str) -> str:
        name, _ = _name_in(path)
        title = self.naming.choice_title(literal, name) if name in self.book.facts else ""
        return title or printable(literal) or self.say("none")

    # ---------- paragraphs

    def _paragraph(self, paragraph: Paragraph) -> str:
        """Return a paragraph, nothing where something in it is not known or there is nothing to say."""
        values = {ref.name: self._named(ref) for ref in paragraph.names}
        if None in values.values():
            return ""
        fill = self._filling({name: value for name, value in values.items() if value is not None})
        if paragraph.part is None:
            return fill(self.naming.text(paragraph.text))
        items = [*dict.fromkeys(self._items(paragraph.part))]
        title = fill(self.naming.text(paragraph.title))
        if not items:
            return "" if self._is_unsure(paragraph.part) else fill(self.naming.text(paragraph.if_none))
        lines = [
            line
            for number, item in enumerate(items, 1)
            for line in (f"{number}. {item.text}", *(_INDENT + one for one in item.below))
        ]
        return "\n".join([*([title] if title else []), *lines])

    def _is_unsure(self, part: Part) -> bool:
        """Tell whether a part is empty only as far as it is known."""
        return part == "must" and bool(self.content.perhaps)

    def _filling(self, values: dict[str, str]) -> Callable[[str], str]:
        words = {
            "case": printable(self.decision.case.id),
            "as_of": self._instant(self.decision.as_of),
            "party": self._party(self.content.party),
            "rulebook": self.naming.text(self.book.title),
            "documents": self._named_documents(),
            "version": self.book.version,
            "time_zone": zone_words(str(self.book.zone), self.say.language),
            **values,
        }
        return lambda text: filled(text, words)

    def _named_documents(self) -> str:
        titles = self.documents or [self.naming.text(self.book.title)]
        return self.say(" and ").join(self.say("“{document}”", document=one) for one in titles)

    def _named(self, ref: Ref) -> str | None:
        """Return a value that a text names, None where there is none, or none that is known."""
        state = self.decision.state_of((ref.name, None))
        if not isinstance(state, Known):
            return None
        return self._value(state.value, ref.name) + self._marks(self._overlays_of(ref.name))

    def _overlays_of(self, name: str) -> tuple[str, ...]:
        """Return the overlays whose figures, which nobody has confirmed, a value rests on."""
        fact = self.book.facts.get(name)
        if fact is not None and fact.role == "outcome":
            found = self.decision.outcome((name, None)).unconfirmed
        else:
            found = unconfirmed(self.decision, (self.decision.explanation.support(name, None),))
        self.overlays.update(found)
        return found

    # ---------- parts

    def _items(self, part: Part) -> Iterator[_Item]:
        if part == "decided":
            yield from map(self._decided, self.content.decided)
        elif part == "open":
            yield from self._open()
        elif part == "waiting":
            yield from map(self._waiting, self.content.waiting)
        else:
            kind = _KINDS[part]
            yield from (self._step(one) for one in self.content.steps if one.step.notice.kind == kind)
            yield from (self._own(one) for one in self.content.clocks if _part_of(one.clock) == part)

    def _decided(self, outcome: Outcome) -> _Item:
        assert isinstance(outcome.state, Known)
        text = self._sentence(outcome, outcome.state.value)
        lines = (line for one in outcome.reasons for line in self._reasons(outcome, one, text))
        below = [*dict.fromkeys(lines)]
        below += self._calculated(outcome)
        if outcome.provisional:
            below.append(self._provisional())
        return _Item(ended(text, self.say), tuple(below))

    def _sentence(self, outcome: Outcome, value: Value) -> str:
        """Return what was decided in the words of the letter, else of the rulebook, else by its title."""
        path, marks = outcome.fact.path, self._marks(outcome.unconfirmed)
        shown = self._value(value, path)
        words = fitting(self.words.get(path, ()), value) or words_for(outcome)
        if words is None:
            title = capital(self._label(path, outcome.record))
            return self.say("{title}: {value}", title=title, value=shown + marks)
        told = filled(self.naming.text(words), {"value": shown}) + marks
        if outcome.record is not None and outcome.fact.listed is not None:
            record = capital(self._record(outcome.fact.listed, outcome.record))
            return self.say("{record}: {words}", record=record, words=told)
        return capital(told)

    def _reasons(self, outcome: Outcome, reason: Reason, told: str) -> Iterator[str]:
        yield self._reason(outcome, reason, told)
        why = self.naming.text(reason.rule.title)
        yield from (self._reading(one, why) for one in readings_of(reason.rule, outcome.fact.path))

    def _reading(self, assumption: str, why: str) -> str:
        """Return how a point is read that the clauses leave open: they do not say it themselves."""
        words = self.naming.reading(assumption, self.readings[assumption])
        if words == why:
            return self.say("The rules do not say so themselves; this is how they are read.")
        return ended(
            self.say("The rules leave this open. They are read so: {reading}", reading=words), self.say
        )

    def _reason(self, outcome: Outcome, reason: Reason, told: str) -> str:
        """Return the rule that gives an outcome its value, with the clause that says so.

        What the rule says is left out where the sentence above has ``told`` it in the same words.
        """
        if not reason.rule.policy:  # what is so where no rule of the rulebook holds
            return self.say("Why: no rule says otherwise")
        why = self.naming.text(reason.rule.title)
        if outcome.fact.combine is not None and isinstance(reason.value, Known):
            value = self._value(reason.value.value, outcome.fact.path)
            why = self.say("{value} ({title})", value=value, title=why)
        quote = self._quoted(reason.rule.source)
        if quote and why in told:
            return self.say("Basis: {quote}", quote=quote)
        return (
            self.say("Why: {why} — {quote}", why=why, quote=quote)
            if quote
            else self.say("Why: {why}", why=why)
        )

    def _calculated(self, outcome: Outcome) -> Iterator[str]:
        """Return how an amount was calculated that an outcome has as its value."""
        for amount in self.decision.amounts:
            names = (amount.amount.id, amount.record if amount.amount.listed else None)
            if isinstance(amount.finding.result, Known) and names in self._amounts_of(outcome):
                steps = Steps(self.naming).line(amount, self.readings)
                yield ended(self.say("Calculation: {steps}", steps=steps), self.say)

    def _amounts_of(self, outcome: Outcome) -> Iterator[tuple[str, int | None]]:
        for reason in outcome.reasons:
            for one in reason.rule.then:
                value = choose_operand(one.value, self.readings)
                if one.fact.name == outcome.fact.path and isinstance(value, Ref) and value.kind == "amount":
                    yield value.name, reason.record if value.listed else None

    def _open(self) -> Iterator[_Item]:
        for outcome in self.content.open:
            title = capital(self._label(outcome.fact.path, outcome.record))
            text = self.say("{title}: not decided yet", title=title)
            waits = tuple(self._waits(outcome.waits))
            if outcome.status == "conflict":
                waits = (self.say("The rules contradict each other here; somebody has to decide."),)
            yield _Item(ended(text, self.say), waits)
        if self.content.perhaps:
            yield _Item(
                self.say("Whether there is more that you must do is not decided yet."),
                tuple(self._waits(self.content.perhaps)),
            )

    def _waits(self, waits: Iterable[Missing]) -> Iterator[str]:
        """Return what something that is open waits for, what the reader can tell first."""
        found: dict[str, dict[str, None]] = {}
        for one in waits:
            template = _OURS[one.kind]
            if one.kind == "fact" and self._is_readers(one):
                template = _YOURS
            name, record = self.naming.asked_for(one)
            found.setdefault(template, {})[self._label(name, record)] = None
        for template in (_YOURS, *_OURS.values()):
            if template in found:
                names = self.say(", ").join(found.pop(template))
                yield ended(self.say(template, names=names), self.say)

    def _is_readers(self, missing: Missing) -> bool:
        """Tell whether an act of the reader is asked for: of that the reader knows best."""
        fact = self.book.facts.get(self.naming.asked_for(missing)[0])
        return fact is not None and fact.by == self.content.party

    def _step(self, one: ToldStep) -> _Item:
        step = one.step
        text = self.naming.text(step.notice.text)
        if step.rule.listed is not None and step.record is not None:
            text = self.say(
                "{text} ({record})",
                text=text,
                record=self._record(step.rule.listed, step.record, within=True),
            )
        marks = self._marks(one.overlays)
        if isinstance(step.due, Known):
            due = self._due(step.due) + marks
            text, marks = self.say("by {due} at the latest: {text}", due=due, text=text), ""
        return _Item(
            ended(capital(text) + marks, self.say),
            (
                *self._late(step),
                *self._otherwise(self.naming.text(step.otherwise)),
                *([self.say(_READ_SO)] if step.assumption and step.otherwise else []),
                *self._basis(self._source(step)),
                *([self._provisional()] if one.provisional else []),
            ),
        )

    def _late(self, step: NextStep) -> Iterator[str]:
        """Return when the time was over for what is still to be done: the same clause asks for both."""
        source = self._source(step)
        for clock in (clock for duty, clock in self.content.late if duty == step):
            other = clock.clock.deadline.source
            is_same = source is not None and other is not None and source.quote == other.quote
            item = self._clock(clock, marked("The time for it was over on {due}") if is_same else _OVERDUE)
            yield item.text
            yield from (line for line in item.below if line not in self._basis(source))

    def _source(self, step: NextStep) -> Source | None:
        """Return on what a step rests: a duty with an end on the clause that sets the end."""
        if step.notice.kind == "duty" and step.notice.by is not None:
            return self.book.deadlines[step.notice.by].source or step.rule.source
        return step.rule.source

    def _otherwise(self, text: str) -> Iterator[str]:
        """Return what follows if the reader does not; some authors begin that with “otherwise”."""
        if not text:
            return
        if not text.casefold().startswith(self.say("otherwise")):
            text = self.say("Otherwise: {text}", text=text)
        yield ended(capital(text), self.say)

    def _own(self, one: ToldClock) -> _Item:
        due = one.clock.finding.due
        if not isinstance(due, Unknown):
            return self._clock(one, _OVERDUE if is_overdue(one.clock) else _UNTIL)
        text = self.say("{title}: until when is not decided yet", title=self._title_of(one.clock))
        below = (*self._waits(sort_missing(due.waits)), *self._basis(one.clock.deadline.source))
        return _Item(ended(text, self.say), below)

    def _waiting(self, one: ToldClock) -> _Item:
        return self._clock(one, _UNTIL)

    def _clock(self, one: ToldClock, template: str) -> _Item:
        source = one.clock.deadline.source
        due = self._due(one.clock.finding.due) + self._marks(one.overlays)
        below = [*self._basis(source), *([self._provisional()] if one.clock.provisional else [])]
        text = self.say(template, title=self._title_of(one.clock), due=due)
        return _Item(ended(text, self.say), tuple(below))

    def _title_of(self, clock: ClockView) -> str:
        deadline = clock.deadline
        title = self.naming.text(deadline.title)
        if deadline.listed is not None and clock.record is not None:
            record = self._record(deadline.listed, clock.record, within=True)
            title = self.say("{text} ({record})", text=title, record=record)
        return capital(title)

    # ---------- words

    def _basis(self, source: Source | None) -> Iterator[str]:
        quote = self._quoted(source)
        if quote:
            yield self.say("Basis: {quote}", quote=quote)

    def _quoted(self, source: Source | None) -> str:
        """Return the words of a clause with document and section, or nothing."""
        if source is None or not source.quote:
            return ""
        if self.names_documents and len(self.documents) == 1:
            return self.say("“{quote}” ({section})", quote=source.quote, section=self._section(source))
        titles = {one.id: self.naming.text(one.title) for one in self.book.documents}
        return self.say(
            "“{quote}” ({document}, {section})",
            quote=source.quote,
            document=titles.get(source.document, self.naming.text(self.book.title)),
            section=self._section(source),
        )

    def _section(self, source: Source) -> str:
        """Return a section as the source names it, behind its title for the reader, if it has one."""
        documents = (one for one in self.book.documents if one.id == source.document)
        titles = {one.name: self.naming.text(one.title) for each in documents for one in each.sections}
        title = titles.get(source.section, source.section)
        if title == source.section:
            return title
        return self.say("{title}, {section}", title=title, section=source.section)

    def _marks(self, overlays: Sequence[str]) -> str:
        return self.say(" [NOT CONFIRMED]") if overlays else ""

    def _provisional(self) -> str:
        return self.say("Provisional: the working calendar is not published yet.")

    def _party(self, id: str) -> str:
        return self.naming.text(self.book.parties[id].title)

    def _label(self, name: str, record: int | None) -> str:
        """Return the title of a name; of a record, by its number and when it was."""
        title = self.naming.title(name)
        fact = self.book.facts.get(name)
        if record is None or fact is None or fact.listed is None:
            return title
        return self.say("{record} — {title}", record=self._record(fact.listed, record), title=title)

    def _record(self, listed: str, record: int, within: bool = False) -> str:
        """Return a record by its number and when it was; ``within`` brackets it has none of its own."""
        found = self.book.lists[listed]
        title, number = self.naming.text(found.title), str(record + 1)
        at = self.decision.case.values.get((found.dated_by, record)) if found.dated_by else None
        if at is None or found.dated_by is None:
            return self.say("{title}, no. {number}", title=title, number=number)
        template = _IN_BRACKETS if within else _BRACKETED
        return self.say(template, title=title, number=number, time=self._value(at, found.dated_by))

    def _value(self, value: Value, name: str) -> str:
        type = self.naming.type_of(name)
        if type is ValueType.INSTANT and isinstance(value, int):
            return self._instant(value)
        if type is ValueType.DATE:
            return written_date(str(format_value(value, type, self.book.zone)), self.say.language)
        return self.naming.value(value, name)

    def _instant(self, seconds: int) -> str:
        return written_instant(seconds, self.book.zone, self.say.language)

    def _due(self, due: State) -> str:
        assert isinstance(due, Known) and isinstance(due.value, int)
        return written_instant(due.value, self.book.zone, self.say.language, is_end=True)


_READ_SO = marked("The rules leave open what follows; this is how they are read.")
_UNTIL = marked("{title}: until {due}")
_OVERDUE = marked("{title}: the time for it was over on {due}, and it is still asked for")
_BRACKETED = marked("{title}, no. {number} ({time})")
_IN_BRACKETS = marked("{title}, no. {number}, {time}")
_YOURS = marked("Please tell us: {names}")
_OURS = {
    "fact": marked("It waits for: {names}"),
    "parameter": marked("The rules do not give: {names}"),
    "conflict": marked("Rules contradict each other about: {names}"),
    "several": marked("It is not clear which of these is meant: {names}"),
}


def _name_in(path: str) -> Key:
    """Return the name and the record in the path of a fact of a case."""
    split = parse_name(path)
    return split.name, split.record


def _part_of(clock: ClockView) -> Part:
    """Return where a deadline of the reader is told that no step names."""
    if not clock.deadline.met_by:
        return "notes"
    return "may" if clock.deadline.is_right else "must"
