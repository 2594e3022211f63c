"""What depends on what, in words: the ways in which an open question can still come out."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import marked
from policyengine.model.case import Key
from policyengine.outcome.refine.refined import Refined
from policyengine.outcome.refine.tree import (
    Answer,
    Between,
    Cell,
    Exactly,
    Later,
    Matching,
    OtherText,
    Path,
    Spans,
    Spread,
    leaves,
)
from policyengine.render.naming import Naming
from policyengine.semantics.findings import Absent, Conflict, Known, Missing, Unknown
from policyengine.values.display import show_span
from policyengine.values.literals import Duration, Value, ValueType

MOST_WAYS = 4
"""More ways are not shown one by one: nobody reads them."""

MOST_TITLES = 3

# Each: from below to a value, from a value on, beyond a value, between two values.
_RANGES = {
    "instant": (
        marked("by {high}"),
        marked("from {low} on"),
        marked("after {low}"),
        marked("{low} to {high}"),
    ),
    "number": (
        marked("at most {high}"),
        marked("at least {low}"),
        marked("more than {low}"),
        marked("{low} to {high}"),
    ),
}
_EVENTS = (ValueType.INSTANT, ValueType.DATE)


_MOST_PLACES = 5
"""More time zones are not told one by one."""


class Trees:
    """Puts decision trees of one rulebook into words."""

    def __init__(self, naming: Naming) -> None:
        """``naming`` names facts and values in the reader's language."""
        self.naming = naming
        self.say = naming.say

    def ways(self, refined: Refined, name: str) -> list[str]:
        """Return a line for each way in which the value of a name can come out.

        Nothing if they are many, or if not all of them were tried.
        """
        if refined.exactness == "lower_bound":
            return []
        lines = [
            self.say("if {conditions} → {answer}", conditions=conditions, answer=self.answer(answer, name))
            for conditions, answer in self._ways(refined)
            if conditions
        ]
        return lines if len(lines) <= MOST_WAYS else []

    def when_true(self, refined: Refined) -> list[str]:
        """Return a line for each way in which something holds; nothing if they are many."""
        ways = [conditions for conditions, answer in self._ways(refined) if answer == Known(True)]
        if not ways or len(ways) > MOST_WAYS:
            return []
        if len(ways) == 1:
            return [self.say("if {conditions}:", conditions=ways[0])]
        return [
            self.say("if {conditions}", conditions=ways[0]),
            *(self.say("or if {conditions}", conditions=one) for one in ways[1:-1]),
            self.say("or if {conditions}:", conditions=ways[-1]),
        ]

    def _ways(self, refined: Refined) -> Iterator[tuple[str, Answer]]:
        for path, leaf in leaves(refined.tree):
            for answer in leaf.answers:
                yield self.conditions(path), answer

    def conditions(self, path: Path) -> str:
        """Return the conditions that lead to a leaf."""
        parts = [
            self.say("{title}: {values}", title=self.title(missing), values=self._cells(cells, missing))
            for missing, cells in path.items()
        ]
        return self.say(" and ").join(parts)

    def title(self, missing: Missing) -> str:
        """Return what something missing is called."""
        title = self.naming.title(self.naming.asked_for(missing)[0])
        return self.naming.numbered(title, missing.record)

    def whatever(self, refined: Refined) -> str:
        """Return that an answer is the same whatever was tried."""
        titles = [self.title(one) for one in sorted(refined.waits, key=_by_name)]
        if len(titles) > MOST_TITLES:
            return self.say("the same whatever is filled in for what is missing")
        return self.say("the same whatever is filled in for: {titles}", titles=self.say(", ").join(titles))

    # ---------- answers

    def answer(self, answer: Answer, name: str) -> str:
        """Return one way in which the value of a name comes out."""
        match answer:
            case Known(value):
                return self.naming.value(value, name)
            case Spread(low, high, _):
                low_text, high_text = (self.naming.value(end, name) for end in (low, high))
                return self.say("{low} to {high}", low=low_text, high=high_text)
            case Absent():
                return self.say("not applicable")
            case Conflict(rules):
                titles = (self.naming.text(self.naming.book.rules[rule].title) for rule in rules)
                words = self.say(", ").join(titles)
                return self.say("rules contradict each other: {titles}", titles=words)
            case Unknown():
                return self.say("a value that is not known yet")

    # ---------- cells

    def _cells(self, cells: tuple[Cell, ...], missing: Missing) -> str:
        first, is_place = cells[0], self.naming.type_of(missing.name) is ValueType.TIME_ZONE
        if is_place and len(cells) > _MOST_PLACES and isinstance(first, Exactly):
            return self.say("one of {count} time zones, such as {zone}", count=len(cells), zone=first.value)
        return self.say(" or ").join(self._cell(cell, (missing.name, missing.record)) for cell in cells)

    def _cell(self, cell: Cell, key: Key) -> str:
        match cell:
            case Exactly(value):
                return self._value(value, key[0])
            case Between(low, high):
                return self._range(low, high, key[0])
            case Later():
                return self.say("not yet")
            case OtherText():
                return self.say("something else")
            case Spans(spans):
                return self.say(
                    "at certain times of every year, such as {span}", span=self._range(*spans[-1], key[0])
                )
            case Matching(least, most):
                return self._matching(least, most)

    def _matching(self, least: int, most: int | None) -> str:
        if most == 0:
            return self.say("no matching record")
        if least == most:
            return self.say("matching records: {count}", count=least)
        if most is None:
            return self.say("matching records: at least {count}", count=least)
        return self.say("matching records: {least} to {most}", least=least, most=most)

    def _range(self, low: Value | None, high: Value | None, name: str) -> str:
        type = self.naming.type_of(name)
        up_to, from_on, beyond, between = _RANGES["instant" if type in _EVENTS else "number"]
        if low is None:
            if high is None:
                return self.say("anything")
            if isinstance(high, Duration) and high.unit == "seconds":
                # The limit that people know is one second on.
                return self.say("less than {high}", high=self._value(_after(high), name))
            return self.say(up_to, high=self._value(high, name))
        if high is None and type is ValueType.COUNT:
            return self.say(from_on, low=self._value(low, name))
        if high is None and isinstance(low, Duration) and low.unit == "seconds":
            return self.say("{low} or more", low=self._value(low, name))
        if high is None:
            # The least value that is more than a limit is an odd one to name: the limit is what people know.
            return self.say(beyond, low=self._value(_before(low), name))
        return self.say(between, low=self._value(low, name), high=self._value(high, name))

    def _value(self, value: Value, name: str) -> str:
        if isinstance(value, Duration) and value.unit == "seconds":
            return show_span(value.seconds, self.say.language)
        return self.naming.value(value, name)


def _before(value: Value) -> Value:
    """Return the value just before another one of an ordered type."""
    if isinstance(value, Duration):
        return Duration(value.count - 1, value.unit)
    return value - 1 if isinstance(value, int) else value


def _after(value: Duration) -> Duration:
    return Duration(value.count + 1, value.unit)


def _by_name(missing: Missing) -> tuple[str, int]:
    return missing.name, -1 if missing.record is None else missing.record
