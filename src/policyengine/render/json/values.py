"""Values, and what is said where there is none."""

from __future__ import annotations

from collections.abc import Sequence

from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text, everywhere
from policyengine.model.conditions import Constant, Operand
from policyengine.model.key_names import format_key
from policyengine.outcome.decision import Decision
from policyengine.outcome.parts import sort_missing
from policyengine.render.json.parts import Json, text_data
from policyengine.render.naming import MOST_WAITS
from policyengine.semantics.findings import Absent, Conflict, Known, Missing, State, Unknown, Waits
from policyengine.semantics.readings import choose_operand
from policyengine.values.literals import Value, ValueType, format_value


class Values:
    """The values of one decision."""

    def __init__(self, decision: Decision) -> None:
        """``decision`` is what is told."""
        self.decision = decision
        self.book = decision.judged.rulebook
        self.explanation = decision.explanation
        self._unknowns: dict[Waits, Json] = {}

    def value(self, value: Value, type: ValueType) -> object:
        """Return a value of a type."""
        return format_value(value, type, self.book.zone, self.book.currency)

    def state(self, state: State | None, type: ValueType) -> object:
        """Return a known value as itself, and anything else as an object that says why there is none."""
        match state:
            case Known():
                return self.value(state.value, type)
            case Unknown(waits):
                return self._unknown(waits)
            case Conflict(rules):
                return {"conflict": list(rules)}
            case Absent() | None:
                return None

    def _unknown(self, waits: Waits) -> Json:
        """Return what a value waits for; of very much only the first, for `missing` has all of it once."""
        found = self._unknowns.get(waits)
        if found is None:
            missing = sort_missing(waits)
            more = len(missing) - MOST_WAITS
            paths = [format_key(self.book, (one.name, one.record)) for one in missing[:MOST_WAITS]]
            found = {"unknown": paths, **({"not_shown": more} if more > 0 else {})}
            self._unknowns[waits] = found
        return found

    def operand(self, operand: Operand, state: State, type: ValueType) -> Json:
        """Return what an operand came to, and its name if it has one."""
        chosen = choose_operand(operand, self.explanation.readings)
        data: Json = {"value": self.state(state, type)}
        return data if isinstance(chosen, Constant) else {**data, "name": chosen.name}

    def instant(self, instant: int) -> object:
        """Return an instant by the clock of the rulebook."""
        return self.value(instant, ValueType.INSTANT)

    def day(self, day: int | None) -> object:
        """Return a day, or None for none."""
        return None if day is None else self.value(day, ValueType.DATE)

    def waits_for(self, waits: Sequence[Missing]) -> Json:
        """Return what something waits for; of very much only the first, for `missing` has all of it once."""
        more = len(waits) - MOST_WAITS
        return {
            "waits_for": [self.missing(one) for one in waits[:MOST_WAITS]],
            **({"waits_for_not_shown": more} if more > 0 else {}),
        }

    def missing(self, missing: Missing) -> Json:
        """Return what is missing, by the name to ask for."""
        path = format_key(self.book, (missing.name, missing.record))
        fact = self.book.facts.get(missing.name)
        if fact is None or fact.foresees is None:
            return {"kind": missing.kind, "name": path, "title": text_data(self.titled(missing.name)[0])}
        # It stands for something that is still to come: that is what is missing.
        coming = self.book.facts[fact.foresees]
        return {
            "kind": missing.kind,
            "name": format_key(self.book, (coming.path, missing.record)),
            "title": text_data(coming.title),
            "dated_by": coming.dated_by,
            "what_if": path,
        }

    def titled(self, name: str) -> tuple[Text, Span]:
        """Return the title of what a name belongs to, and where that is written."""
        book = self.book
        if name in book.computed:
            return everywhere(name, book.languages), book.computed[name].span
        for group in (book.facts, book.lists, book.parameters, book.amounts):
            if name in group:
                return group[name].title, group[name].span
        deadline = book.deadlines[name.rpartition(".")[0]]
        return deadline.title, deadline.span
