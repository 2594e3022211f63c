"""The outcomes of one case of many as data: what is decided and what it waits for, without reasons.

The form that ``schemas/outcomes.schema.json`` describes: one JSON object a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring as _text
from operator import itemgetter
from weakref import WeakKeyDictionary

from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.model.key_names import format_key
from policyengine.model.rulebook import Fact
from policyengine.outcome.decision import Decision
from policyengine.outcome.explainer import Explainer
from policyengine.outcome.parts import sort_missing
from policyengine.semantics.findings import Absent, Conflict, Known, State, Unknown, Waits
from policyengine.values.literals import Value, ValueType, format_value

FORMAT = "policyengine.outcomes/1"

Json = dict[str, object]


def render_outcomes(decision: Decision, file: str, line: int) -> str:
    """Return the outcomes of a case as one line of JSON without a line feed.

    Outcomes that are not applicable are left out. ``file`` and ``line`` are where the case stands.
    """
    explainer = decision.explainer
    lines = _LINES.get(explainer)
    if lines is None:
        lines = _LINES[explainer] = _Lines(explainer)
    return lines.render(decision, file, line)


def render_faults(faults: Iterable[Diagnostic], file: str, line: int) -> str:
    """Return what is wrong with a line that is no case, as one line of JSON without a line feed."""
    told = [
        {
            "code": one.code,
            "message": str(one.message),
            "path": one.path,
            "line": one.span.line,
            "column": one.span.column,
        }
        for one in faults
    ]
    return _line({"format": FORMAT, "file": file, "line": line, "faults": told})


def _line(data: Json) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


_OF_FEW = (ValueType.BOOLEAN, ValueType.CHOICE)
"""The types of which there are few values."""
_REMEMBERED = 1_024
"""So many texts of what is missing are remembered: cases are alike."""


class _Lines:
    """The writing of lines under one rulebook, with what they have in common: texts as JSON writes them."""

    def __init__(self, explainer: Explainer) -> None:
        self.book = explainer.rulebook
        self.facts = explainer.outcomes
        numbers: dict[str | None, list[int]] = {}
        for number, fact in enumerate(self.facts):
            numbers.setdefault(fact.listed, []).append(number)
        # The outcomes of the case, and of a record of each list: their numbers and their names.
        self.asked = {
            listed: (found, tuple(self.facts[number].path for number in found))
            for listed, found in numbers.items()
        }
        self.keys = [_text(format_key(self.book, (fact.path, None))) for fact in self.facts]
        self.known: list[dict[Value, str] | None] = [
            {} if fact.type in _OF_FEW else None for fact in self.facts
        ]
        self.waiting: dict[Waits, str] = {}

    def render(self, decision: Decision, file: str, line: int) -> str:
        """Return the line of a decision."""
        found = ",".join(
            [
                f"{self._key(number, record)}:{self._outcome(number, state)}"
                for number, record, state in self._applicable(decision)
            ]
        )
        as_of = format_value(decision.as_of, ValueType.INSTANT, self.book.zone)
        return (
            f'{{"format":"{FORMAT}","file":{_text(file)},"line":{line},"case":{_text(decision.case.id)},'
            f'"as_of":"{as_of}","outcomes":{{{found}}}}}'
        )

    def _applicable(self, decision: Decision) -> list[tuple[int, int | None, State]]:
        """Return the outcomes that apply, by the order of the facts: asked for a list at a time, as most are
        settled.
        """
        found: list[tuple[int, int | None, State]] = []
        for listed, (numbers, names) in self.asked.items():
            records: Sequence[int | None] = (
                (None,) if listed is None else (decision.findings.records[listed] or ())
            )
            for record in records:
                present = decision.present(names, record)
                found += [(numbers[place], record, state) for place, state in present]
        found.sort(key=itemgetter(0))  # stable, so that records stay in their order
        return found

    def _key(self, number: int, record: int | None) -> str:
        """Return the name of an outcome of the case, or of one of its records."""
        return self.keys[number] if record is None else self._name(self.facts[number].path, record)

    def _outcome(self, number: int, state: State) -> str:
        match state:
            case Known(value):
                known = self.known[number]
                text = None if known is None else known.get(value)
                if text is None:
                    text = f'{{"status":"known","value":{self._value(self.facts[number], value)}}}'
                    if known is not None:
                        known[value] = text
                return text
            case Unknown(waits):
                text = self.waiting.get(waits)
                if text is None:
                    names = ",".join([self._name(one.name, one.record) for one in sort_missing(waits)])
                    text = f'{{"status":"undetermined","waits_for":[{names}]}}'
                    if len(self.waiting) < _REMEMBERED:
                        self.waiting[waits] = text
                return text
            case Conflict(rules):
                return f'{{"status":"conflict","rules":[{",".join(map(_text, rules))}]}}'
            case Absent():
                raise ValueError(f"{self.facts[number].path} is not applicable")

    def _value(self, fact: Fact, value: Value) -> str:
        shown = format_value(value, fact.type, self.book.zone, self.book.currency)
        if isinstance(shown, str):
            return _text(shown)
        return str(shown).lower() if isinstance(shown, bool) else str(shown)

    def _name(self, name: str, record: int | None) -> str:
        """Return the name of what belongs to the case, or to one of its records, as JSON writes it."""
        return _text(format_key(self.book, (name, record)))


_LINES: WeakKeyDictionary[Explainer, _Lines] = WeakKeyDictionary()
