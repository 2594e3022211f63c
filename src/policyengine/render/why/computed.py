"""Values that are computed in place: of which records, of which parts."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import marked
from policyengine.model.case import Key
from policyengine.model.conditions import DayEdge, Extreme, Operand, Otherwise, Question, Ref, operands_of
from policyengine.outcome.deciding import key_of
from policyengine.outcome.explain import Explanation
from policyengine.render.why.leaves import Leaves
from policyengine.render.why.walk import Walk
from policyengine.semantics.findings import Absent, Known, Truth
from policyengine.semantics.readings import choose_operand
from policyengine.syntax.keys import numbered

_MOST_RECORDS = 8
_COUNTS, _MAY_COUNT = marked("{record} counts"), marked("{record} may count")
_WITH, _MAY_WITH = marked("{record} counts: {value}"), marked("{record} may count: {value}")


class ComputedValues:
    """Tells how the computed values of one decision came about."""

    def __init__(self, walk: Walk, leaves: Leaves) -> None:
        """``leaves`` tells what is behind each part."""
        self.walk = walk
        self.leaves = leaves
        self.say = walk.say
        self.explanation = walk.explanation
        self.book = walk.book

    def computed(self, key: Key, depth: int) -> Iterator[str]:
        """Tell what a value was computed from; it has been said what it came to."""
        if self.walk.has_told("computed", key):
            yield self.walk.above(depth)
            return
        match self.book.computed[key[0]].value:
            case Question() as question:
                yield from self._question(question, key[1], depth)
            case Otherwise(value, otherwise):
                yield from self._otherwise(value, otherwise, key[1], depth)
            case Extreme() | DayEdge() as value:
                for one in operands_of(value):
                    yield self.walk.line(depth, self._part(one, key[1], self.explanation))
                    yield from self.leaves.operand(one, key[1], depth)

    def _otherwise(self, value: Operand, otherwise: Operand, record: int | None, depth: int) -> Iterator[str]:
        yield self.walk.line(depth, self._part(value, record, self.explanation))
        yield from self.leaves.operand(value, record, depth)
        if isinstance(self.explanation.state_of(value, record), Absent):
            shown = self._part(otherwise, record, self.explanation)
            yield self.walk.line(depth, self.say("there is none, so this counts: {value}", value=shown))
            yield from self.leaves.operand(otherwise, record, depth)

    def _question(self, question: Question, record: int | None, depth: int) -> Iterator[str]:
        asked = self.explanation if record is None else self.explanation.standing_at(record)
        if question.amount is not None:
            yield self.walk.line(depth, self._part(question.amount, record, self.explanation))
        if asked.records(question.listed) is None:
            line = self.say("the case does not say ({name})", name=question.listed)
            yield self.walk.line(depth, line, "open")
            return
        looked = [one for one in asked.looked_at(question) if one.truth is not Truth.FALSE]
        if not looked:
            yield self.walk.line(depth, self.say("no record matches"))
        for one in looked[:_MOST_RECORDS]:
            name, is_sure = numbered(question.listed, one.record), one.truth is Truth.TRUE
            if question.of is None:
                line = self.say(_COUNTS if is_sure else _MAY_COUNT, record=name)
            else:
                value = self._part(question.of, one.record, asked)
                line = self.say(_WITH if is_sure else _MAY_WITH, record=name, value=value)
            yield self.walk.line(depth, line, "plain" if is_sure else "open")
            if question.of is not None:
                yield from self.leaves.operand(question.of, one.record, depth + 1, asked)
        if len(looked) > _MOST_RECORDS:
            more = self.say("and {count} more records", count=len(looked) - _MOST_RECORDS)
            yield self.walk.line(depth, more, "faint")

    def _part(self, operand: Operand, record: int | None, place: Explanation) -> str:
        """Return what a part is called, and what it came to."""
        naming, state = self.walk.naming, place.state_of(operand, record)
        shown = naming.no_value(state)
        key = key_of(place, operand, record)
        if isinstance(state, Known):
            # A date that stands for the instant at which its day begins has a value of that type.
            chosen = choose_operand(operand, place.readings)
            is_own = key is None or (isinstance(chosen, Ref) and chosen.midnight)
            value, name = state.value, "" if key is None else key[0]
            shown = naming.typed(value, chosen.type) if is_own else naming.value(value, name)
        if key is None:
            return shown
        return self.say("{title} {value}", title=naming.title(key[0]), value=shown)
