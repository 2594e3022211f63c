"""A case to fill in: everything that policies ask for, with what it means and how it is written.

It is YAML. What nobody fills in is not said, so the form is a case from the beginning.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.diagnostics.i18n import Speech
from policyengine.diagnostics.text import Text
from policyengine.model.conditions import Ref
from policyengine.model.lookup import choice_of
from policyengine.model.rulebook import Choice, Default, Fact, MissingByReading, RecordList, Rulebook
from policyengine.semantics.strata import Graph, dependencies, rule_node
from policyengine.starting.case_examples import USUAL_DAY, case_examples
from policyengine.syntax.yaml_tree import BLANK
from policyengine.values.currencies import called
from policyengine.values.display import show_value
from policyengine.values.escaping import printable
from policyengine.values.literals import Value, ValueType, format_value, instant_text, start_of_day

_KINDS: Mapping[ValueType, Message] = {
    ValueType.PERCENT: message("a percentage"),
    ValueType.COUNT: message("a whole number"),
    ValueType.NUMBER: message("a number"),
    ValueType.BOOLEAN: message("yes or no"),
    ValueType.INSTANT: message("date and time of day"),
    ValueType.DATE: message("a date"),
    ValueType.DURATION: message("a length of time"),
    ValueType.BUSINESS_DAYS: message("a number of business days"),
    ValueType.MONTHS: message("a number of months or years"),
    ValueType.BUSINESS_HOURS: message("a number of business hours"),
    ValueType.LENGTH: message("a length of time"),
    ValueType.CHOICE: message("one of the following"),
    ValueType.TEXT: message("a text"),
    ValueType.TIME_ZONE: message("a time zone"),
}
# What YAML reads as the text that it is, in a value that stands behind a key.
_PLAIN = re.compile(r"[\w¥$€£（(][^\n#:\"'{}\[\]&*!|>%@`,]*")
_INDENT = "  "
_Tree = dict[str, "Fact | RecordList | _Tree"]


def asked_by(book: Rulebook, policies: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the facts and lists that each policy asks for, itself and through what it rests on."""
    graph = dependencies(book)
    return {policy: _asked(book, graph, policy) for policy in policies}


def asked_for_outcomes(book: Rulebook, policies: Iterable[str]) -> frozenset[str]:
    """Return the facts and lists that the outcomes of policies wait for, whichever policy asks for them.

    Several policies may give one outcome, each where it applies; whether another one does has to be told.
    """
    chosen = set(policies)
    given = (then.fact.name for rule in book.rules.values() if rule.policy in chosen for then in rule.then)
    outcomes = {name for name in given if name in book.facts and book.facts[name].role == "outcome"}
    return _reached(book, dependencies(book), outcomes)


def _asked(book: Rulebook, graph: Graph, policy: str) -> frozenset[str]:
    own = [rule_node(one.id) for one in book.rules.values() if one.policy == policy]
    for group in (book.deadlines, book.amounts, book.parameters):
        own += [id for id, one in group.items() if one.policy == policy]
    return _reached(book, graph, own)


def _reached(book: Rulebook, graph: Graph, nodes: Iterable[str]) -> frozenset[str]:
    """Return the facts and lists on which nodes of the graph rest."""
    waiting = [*nodes]
    seen: set[str] = set()
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += [*graph.get(node, ()), *_beside(book, node)]
    return frozenset(one for one in seen if one in book.lists or is_asked(book.facts.get(one)))


def is_asked(fact: Fact | None) -> bool:
    """Tell whether people are asked for a fact."""
    return fact is not None and fact.role == "given" and fact.foresees is None


def _beside(book: Rulebook, name: str) -> Iterator[str]:
    """Return what a case has to say beside a fact or a list: its date, its cause, its list."""
    listed = book.lists.get(name)
    if listed is not None and listed.dated_by is not None:
        yield listed.dated_by
    fact = book.facts.get(name)
    if fact is None:
        return
    yield from (one for one in (fact.dated_by, fact.listed) if one is not None)
    refs = (one.operand for one in fact.bounds)
    yield from (one.name for one in refs if isinstance(one, Ref) and one.name in book.facts)


def _place(part: Fact | RecordList) -> tuple[int, int]:
    """Return what puts facts in the order in which their author wrote them."""
    return part.span.line, part.span.column


class CaseForm:
    """The form of cases of a rulebook, for some of its policies or for all."""

    def __init__(self, book: Rulebook, policies: Sequence[str], say: Speech) -> None:
        """``policies`` are asked for by their names; ``say`` speaks the language of the reader."""
        self.book = book
        self.say = say
        self.policies = policies
        self.asked = asked_by(book, book.policies)
        names = {name for one in policies or book.policies for name in self.asked[one]}
        if policies:
            names |= asked_for_outcomes(book, policies)
        else:
            names |= {one.path for one in book.facts.values() if one.for_record and is_asked(one)}
        self.facts = [one.path for one in sorted(book.facts.values(), key=_place) if one.path in names]
        self.first_day = self._first_day()
        self.examples = case_examples(book, self.facts, self.first_day)

    def _first_day(self) -> int:
        """Return a day on which the policies are in force."""
        chosen = [self.book.policies[one] for one in self.policies]
        return max((one.first_day for one in chosen if one.first_day is not None), default=USUAL_DAY)

    def text(self, filled: bool = False) -> str:
        """Return the form as a YAML text; ``filled`` with an example of everything."""
        lines = [*self._head(), *self._header(), *self._level(self._tree(), 0, filled)]
        return "\n".join(lines) + "\n"

    # ---------- the beginning

    def _head(self) -> Iterator[str]:
        say, book = self.say, self.book
        title = self._title(book.title)
        names = say(", ").join(self._title(book.policies[one].title) for one in self.policies)
        if names:
            yield "# " + say("A case for {rulebook}: {policies}", rulebook=title, policies=names)
        else:
            yield "# " + say("A case for {rulebook}", rulebook=title)
        yield "# " + say("Write what is known after the colons, and leave the rest empty.")
        yield "# " + say("Titles may be written in place of names; what follows a # is a comment.")

    def _header(self) -> Iterator[str]:
        say = self.say
        yield ""
        yield "# " + say("Name of the case; that of the file if left empty")
        yield "case:"
        yield "# " + say(
            "The instant at which it is judged, for example {example}; now if left empty",
            example=self._as_of(),
        )
        yield "as_of:"
        yield "# " + say("Notes: anything; they take no part in the judgement")
        yield "notes:"

    def _as_of(self) -> str:
        """Return an instant after all examples."""
        zone = self.book.zone
        ends = [start_of_day(self.first_day, zone)]
        for path, value in self.examples.items():
            if isinstance(value, int) and self.book.facts[path].type is ValueType.INSTANT:
                ends.append(value)
            elif isinstance(value, int) and self.book.facts[path].type is ValueType.DATE:
                ends.append(start_of_day(value, zone))
        return instant_text(max(ends) + 3_600, zone)[:16]

    # ---------- facts

    def _tree(self) -> _Tree:
        """Return what is asked, nested as in a case; records of a list below the list."""
        root: _Tree = {}
        facts = [self.book.facts[path] for path in self.facts]
        parts: list[Fact | RecordList] = [one for one in facts if one.listed is None]
        parts += [one for one in self.book.lists.values() if self._fields(one)]
        for one in sorted(parts, key=_place):
            level = root
            *groups, last = one.path.split(".")
            for step in groups:
                inner = level.setdefault(step, {})
                assert isinstance(inner, dict)
                level = inner
            level[last] = one
        return root

    def _fields(self, listed: RecordList) -> list[Fact]:
        fields = [self.book.facts[one] for one in listed.fields if one in self.examples]
        return sorted(fields, key=_place)

    def _level(self, tree: _Tree, depth: int, filled: bool) -> Iterator[str]:
        pad = _INDENT * depth
        for name, part in tree.items():
            if isinstance(part, dict):
                if not depth:
                    yield ""
                yield f"{pad}{_key(name)}:"
                yield from self._level(part, depth + 1, filled)
            else:
                if not depth:
                    yield ""
                yield from (f"{pad}# {line}" for line in self._told(part))
                if isinstance(part, RecordList):
                    yield from self._records(part, name, depth, filled)
                else:
                    yield f"{pad}{_key(name)}:" + (f" {self._example(part)}" if filled else "")

    def _records(self, listed: RecordList, name: str, depth: int, filled: bool) -> Iterator[str]:
        """Return a list: an example of a record, as a remark unless it is to be filled in."""
        pad = _INDENT * depth
        record = [*self._record(listed)]
        if filled:
            yield f"{pad}{_key(name)}:"
            yield from (f"{pad}{_INDENT}{line}" for line in record)
        else:
            yield from (f"{pad}# {_INDENT}{line}" for line in record)
            yield f"{pad}{_key(name)}:"

    def _record(self, listed: RecordList) -> Iterator[str]:
        for number, fact in enumerate(self._fields(listed)):
            name = fact.path.removeprefix(f"{listed.path}.")
            sign = "- " if not number else _INDENT
            yield f"{sign}{_key(name)}: {self._example(fact)}"

    # ---------- what is told

    def _told(self, part: Fact | RecordList) -> Iterator[str]:
        say = self.say
        title = self._title(part.title)
        if isinstance(part, RecordList):
            if part.empty_if_missing:
                told = say("{title}: a list; left empty if there are none; each as follows", title=title)
            else:
                told = say("{title}: a list; `[]` if there are none; each as follows", title=title)
            yield told
            yield from self._askers(part.path)
            for fact in self._fields(part):
                name = fact.path.removeprefix(f"{part.path}.")
                yield _INDENT + say("{name}: {what}", name=name, what=self._what(fact))
                if fact.note:
                    yield _INDENT * 2 + self._title(fact.note)
                yield from (f"{_INDENT}{line}" for line in self._choices(fact))
            return
        yield self._what(part) + self._empty(part)
        if part.note:
            yield _INDENT + self._title(part.note)
        yield from self._choices(part)
        yield from self._askers(part.path)

    def _what(self, fact: Fact) -> str:
        kind = message("an amount of money in {currency}", currency=called(self.book.currency.code))
        return self.say(
            "{title}: {kind}, for example {example}",
            title=self._title(fact.title),
            kind=self.say.message(_KINDS.get(fact.type, kind)),
            example=self._example(fact),
        )

    def _empty(self, fact: Fact) -> str:
        """Return what it means that a fact is left empty, where that is not that nobody knows."""
        missing = fact.if_missing
        if isinstance(missing, MissingByReading) or missing is None:
            return ""
        if isinstance(missing, Default):
            value = self._written(fact, missing.value)
            return self.say("; if left empty: {value}", value=value)
        if fact.is_event:
            return self.say("; left empty if it has not happened")
        return self.say("; left empty if there is none")

    def _askers(self, path: str) -> Iterator[str]:
        """Return a line that says which policies ask, unless it is one that the form was asked for."""
        if len(self.asked) < 2 or any(path in self.asked[one] for one in self.policies):
            return
        policies = [self.book.policies[id] for id, asked in self.asked.items() if path in asked]
        names = self.say(", ").join(self._title(one.title) for one in policies)
        if names:
            yield _INDENT + self.say("asked for by {policies}", policies=names)

    def _choices(self, fact: Fact) -> Iterator[str]:
        for choice in fact.choices:
            written, title = self._choice(fact, choice), self._title(choice.title)
            shown = choice.name if written == scalar(title) else title
            yield _INDENT + self.say("{word} ({meaning})", word=written, meaning=shown)

    def _choice(self, fact: Fact, choice: Choice) -> str:
        """Return how a value of a choice is written: by its title, where the rulebook speaks the language."""
        title = self._title(choice.title)
        is_said = choice.title.get(self.say.language) == title
        meant = choice_of(title, [(one.name, one.title) for one in fact.choices])
        return scalar(title if is_said and meant == choice.name else choice.name)

    def _example(self, fact: Fact) -> str:
        return self._written(fact, self.examples[fact.path])

    def _written(self, fact: Fact, value: Value) -> str:
        book = self.book
        if fact.type is ValueType.CHOICE:
            return self._choice(fact, next(one for one in fact.choices if one.name == value))
        if fact.type is ValueType.TEXT:
            return scalar(str(value) or self.say("example"))
        if fact.type is ValueType.INSTANT and isinstance(value, int):
            return instant_text(value, book.zone).removesuffix(":00")
        if fact.type in (ValueType.MONEY, ValueType.TIME_ZONE):
            return scalar(str(format_value(value, fact.type, book.zone, book.currency)))
        return scalar(show_value(value, fact.type, book.zone, self.say.language, book.currency))

    def _title(self, text: Text) -> str:
        return " ".join(printable(text.in_language(self.say.language)).split())


def _key(name: str) -> str:
    return name if re.fullmatch(r"\w[\w-]*", name) else json.dumps(name, ensure_ascii=False)


def scalar(text: str) -> str:
    """Return a text as YAML, in quotes where it would be something else without."""
    is_plain = _PLAIN.fullmatch(text) is not None and text == text.strip() and text not in BLANK
    return text if is_plain else json.dumps(text, ensure_ascii=False)
