"""What facts, values and places are called in front of people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from policyengine.diagnostics.diagnostic import marked
from policyengine.diagnostics.i18n import Speech
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.model.case import Key
from policyengine.model.clauses import Source
from policyengine.model.conditions import AS_OF, Ref
from policyengine.model.key_names import PROPERTY_TITLES, format_key
from policyengine.model.rulebook import STATUSES, Rulebook
from policyengine.semantics.findings import Absent, DeadlineFinding, Known, Missing, State, Unknown
from policyengine.syntax.shown_paths import place_path
from policyengine.values.display import end_text, show_value
from policyengine.values.escaping import printable
from policyengine.values.literals import Value, ValueType

MOST_WAITS = 20
"""How much that one answer waits for is told with it at most; what is missing is listed as a whole, too."""
_WAITS = {
    "fact": marked("missing: {names}"),
    "parameter": marked("the rules give no value for: {names}"),
    "conflict": marked("rules contradict each other about: {names}"),
    "several": marked("only one of these can be meant: {names}"),
}
NO_VALUES = {
    "undetermined": marked("undetermined"),
    "not_applicable": marked("not applicable"),
    "conflict": marked("conflict"),
}
"""Why an outcome has no value, in a word for people, by its status."""


class Naming:
    """Names the things of one rulebook in one language."""

    def __init__(self, rulebook: Rulebook, say: Speech, language: str = "") -> None:
        """``say`` speaks the language of the reader; ``language`` is another one for texts of the rules."""
        self.book = rulebook
        self.say = say
        self.language = language or say.language

    def text(self, text: Text) -> str:
        """Return a text of the rules."""
        return text.in_language(self.language, self.say.language)

    def title(self, name: str) -> str:
        """Return the title of a fact, list, parameter, amount or property of a deadline."""
        book = self.book
        if name == AS_OF:
            return self.say("the time of the judgement")
        for group in (book.facts, book.lists, book.parameters, book.amounts):
            found = group.get(name)
            if found is not None:
                return self.text(found.title)
        computed = book.computed.get(name)
        if computed is not None:
            from policyengine.render.conditions import Conditions  # it speaks through this naming

            return Conditions(self).computed(computed)
        deadline, _, property = name.rpartition(".")
        title = self.text(book.deadlines[deadline].title)
        return self.say(PROPERTY_TITLES[property], title=title)

    def ref(self, ref: Ref) -> str:
        """Return the title of what a condition names, and whether the record is meant for which it asks."""
        title = self.title(ref.name)
        return self.say("{title} of this record", title=title) if ref.this else title

    def type_of(self, name: str) -> ValueType:
        """Return the type of a name that has a value."""
        return type_of(self.book, name)

    def is_end(self, name: str) -> bool:
        """Tell whether a name says when a deadline ends."""
        deadline, _, property = name.rpartition(".")
        return property == "due" and deadline in self.book.deadlines and name not in self.book.facts

    def is_event(self, name: str) -> bool:
        """Tell whether a name says when something happened; a plan does not."""
        fact = self.book.facts.get(name)
        return self.type_of(name) in (ValueType.INSTANT, ValueType.DATE) and not (fact and fact.planned)

    def numbered(self, title: str, record: int | None) -> str:
        """Return a title with the number of its record: from one; names like `r[0]` count from zero."""
        if record is None:
            return title
        return self.say("{title} (no. {number})", title=title, number=record + 1)

    def end(self, seconds: int) -> str:
        """Return the end of a time, as :func:`end_text` does."""
        return end_text(seconds, self.book.zone)

    def value(self, value: Value, name: str) -> str:
        """Return a value of a name."""
        if isinstance(value, int) and self.is_end(name):
            return self.end(value)
        return self.typed(value, self.type_of(name), self.choice_title(value, name))

    def typed(self, value: Value, type: ValueType, choice_title: str = "") -> str:
        """Return a value of a type."""
        book = self.book
        shown = show_value(value, type, book.zone, self.say.language, book.currency, choice_title)
        return printable(shown) if type is ValueType.TEXT else shown

    def choice_title(self, value: Value, name: str) -> str:
        """Return the title of a value of a choice, or nothing for other types."""
        if not isinstance(value, str):
            return ""
        fact = self.book.facts.get(name)
        titles = dict(STATUSES) if fact is None else {one.name: one.title for one in fact.choices}
        return self.text(titles[value]) if value in titles else ""

    def reading(self, id: str, reading: str) -> str:
        """Return how an assumption is read, in words that can stand alone."""
        readings = self.book.assumptions[id].readings
        return next(self.text(one.title) for one in readings if one.id == reading)

    def marked(self, words: str, overlays: Sequence[str], provisional: bool) -> str:
        """Return words with what they rest on that nobody has confirmed, or that may change."""
        if overlays:
            words = self.say("{words} (by figures that nobody has confirmed)", words=words)
        return self.say("{words} (provisional)", words=words) if provisional else words

    def state(self, state: State, name: str) -> str:
        """Return a state of a name in a few words."""
        return self.value(state.value, name) if isinstance(state, Known) else self.no_value(state)

    def no_value(self, state: State) -> str:
        """Return in a few words that there is no value to show."""
        match type(state).__name__:
            case "Absent":
                return self.say("none")
            case "Conflict":
                return self.say("conflict")
            case _:
                return self.say("unknown")

    def missing(self, missing: Missing) -> str:
        """Return what is missing, with the name to give it by; of what is still to come, with its time."""
        name, record = self.asked_for(missing)
        shown = self.say(
            "{title} ({name})", title=self.title(name), name=format_key(self.book, (name, record))
        )
        date = self.book.facts[name].dated_by if name != missing.name else None
        if date is None:
            return shown
        return self.say(
            "{what} and its time ({date})", what=shown, date=format_key(self.book, (date, record))
        )

    def asked_for(self, missing: Missing) -> Key:
        """Return the fact to ask people for: not one that only stands for it until it has come."""
        fact = self.book.facts.get(missing.name)
        name = missing.name if fact is None or fact.foresees is None else fact.foresees
        return name, missing.record

    def waits(self, missing: Iterable[Missing]) -> str:
        """Return all that something waits for: what the case could say, then what the rules leave open."""
        ordered = sorted(missing, key=lambda one: (one.name, -1 if one.record is None else one.record))
        parts = []
        for kind, template in _WAITS.items():
            names = [self.missing(one) for one in ordered if one.kind == kind]
            if len(names) > MOST_WAITS:
                names[MOST_WAITS:] = [self.say("and {count} more", count=len(names) - MOST_WAITS)]
            if names:
                parts.append(self.say(template, names=self.say(", ").join(names)))
        return self.say("; ").join(parts)

    def by_place(self, clock: DeadlineFinding) -> Iterator[str]:
        """Tell of a clock whose days are those of a place when it ends there."""
        if isinstance(clock.zone, Unknown):
            yield self.say("it is not known by the clock of which place its days are counted")
        if isinstance(clock.zone, Absent):
            yield self.say("there is no place by whose clock its days are counted")
        if isinstance(clock.zone, Known):
            zone = str(clock.zone.value)
            if isinstance(clock.due, Known) and isinstance(clock.due.value, int):
                due = end_text(clock.due.value, ZoneInfo(zone))
                yield self.say("by the clock of {zone}: until {due}", zone=zone, due=due)
            else:
                yield self.say("by the clock of {zone}", zone=zone)

    def source(self, source: Source | None) -> str:
        """Return a quote with its section, or nothing."""
        if source is None:
            return ""
        return self.say("“{quote}” {section}", quote=source.quote, section=source.section)

    def citation(self, source: Source) -> str:
        """Return a quote with its section and clauses."""
        return f"{self.source(source)} {self.say(', ').join(source.clauses)}".rstrip()


def type_of(book: Rulebook, name: str) -> ValueType:
    """Return the type of a name that has a value."""
    if name in book.facts:
        return book.facts[name].type
    if name in book.parameters:
        return book.parameters[name].type
    if name in book.amounts:
        return book.amounts[name].type
    if name in book.computed:
        return book.computed[name].type
    deadline, _, property = name.rpartition(".")
    if property == "left":
        return book.deadlines[deadline].type_of_left
    return ValueType.CHOICE if property == "status" else ValueType.INSTANT


def place(span: Span) -> str:
    """Return file and line as people write it."""
    return f"{place_path(span.file)}:{span.line}"
