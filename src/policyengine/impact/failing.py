"""Conditions on an impact, such as ``NAME increases``, with which a check fails."""

from __future__ import annotations

import re

from policyengine.batch.summary import SUMMED
from policyengine.diagnostics.diagnostic import Message, message
from policyengine.diagnostics.did_you_mean import did_you_mean, one_of
from policyengine.frozen import Frozen
from policyengine.impact.tally import Tally
from policyengine.model.lookup import Lookup, Unknown, choice_of
from policyengine.model.rulebook import Fact, Rulebook
from policyengine.values.escaping import shorten
from policyengine.values.literals import ValueType

_FORM = re.compile(
    r"\s*(?P<name>.+?)\s+(?P<verb>increases|decreases|changes|becomes)(?:\s+(?P<value>.+?))?\s*"
)
_STATUSES = {
    "undetermined": "undetermined",
    "conflict": "conflict",
    "not_applicable": "not_applicable",
    "not applicable": "not_applicable",
}


class Condition(Frozen):
    """Something that is so in at least one case: ``verb`` is what an outcome does, or ``any`` anything."""

    written: str
    verb: str
    path: str
    label: str

    def holds(self, tally: Tally) -> bool:
        """Tell whether it is so in any case."""
        numbers = tally.numbers
        match self.verb:
            case "increases":
                return numbers.number("rises", self.path) > 0
            case "decreases":
                return numbers.number("falls", self.path) > 0
            case "becomes":
                return any(
                    after == self.label and before != after
                    for (before, after, _), count in numbers.under("matrix", self.path)
                )
        if self.path:
            return numbers.number("differs", self.path) > 0
        refused = (numbers.number("refused", side) for side in ("old", "new"))  # by one of the two only
        return numbers.number("changed") > 0 or any(refused)


def parse_condition(written: str, book: Rulebook) -> Condition | Message:
    """Return a condition, or why it is none."""
    found = _FORM.fullmatch(written)
    if found is None:
        return message("write `NAME increases`, `NAME decreases`, `NAME changes` or `NAME becomes VALUE`")
    name, verb, value = found["name"], found["verb"], found["value"] or ""
    if name == "anything" and verb == "changes":
        return Condition(written, verb, "", "")
    key = Lookup(book).key(name, ("fact",))
    if isinstance(key, Unknown):
        return key.what if key.help is None else message("{what}; {help}", what=key.what, help=key.help)
    fact = book.facts[key[0]]
    if fact.role != "outcome":
        return message("`{name}` is not an outcome", name=name)
    if verb in ("increases", "decreases") and fact.type not in SUMMED:
        return message("`{name}` is not a number: ask whether it changes, or becomes a value", name=name)
    if (verb == "becomes") == (not value):
        return message("write `NAME becomes VALUE`, and nothing after the other words")
    label = _label(fact, value) if value else ""
    return label if isinstance(label, Message) else Condition(written, verb, fact.path, label)


def _label(fact: Fact, value: str) -> str | Message:
    """Return how a value is told in a matrix, or why an outcome cannot become it."""
    if value in _STATUSES:
        return _STATUSES[value]
    words = {one.name: one.name for one in fact.choices}
    titled = choice_of(value, ((one.name, one.title) for one in fact.choices))
    if isinstance(titled, str):
        return f"={titled}"
    if titled:
        what = message("`{text}` means several of the values", text=shorten(value))
        return message("{what}; {help}", what=what, help=one_of(titled))
    if fact.type is ValueType.BOOLEAN:
        words = {"yes": "yes", "no": "no", "true": "yes", "false": "no"}
    if fact.type is ValueType.COUNT and re.fullmatch(r"-?\d+", value):
        return f"={int(value)}"
    if value in words:
        return f"={words[value]}"
    known = [*dict.fromkeys(words.values()), *dict.fromkeys(_STATUSES.values())]
    what = message("`{name}` cannot be `{value}`", name=fact.path, value=shorten(value))
    return message("{what}; {help}", what=what, help=did_you_mean(value, known) or one_of(known))
