"""A decision as one flat row: what every case of a rulebook has, in an order that depends on nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from policyengine.frozen import Frozen
from policyengine.model.case import Key
from policyengine.model.key_names import format_key
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.decision import Decision
from policyengine.outcome.parts import sort_missing
from policyengine.semantics.findings import Absent, Conflict, Known, State, Unknown, Waits
from policyengine.values.literals import ValueType

Form = ValueType | Literal["text", "texts", "records"]
"""What a cell holds: a value of a type, a text, several, or a row for each record of a list."""

Cell = object
"""None where there is nothing; a value as :mod:`policyengine.values.literals` has it, a text, a tuple of
texts, or a tuple of rows."""

Row = list[Cell]

NOT_APPLICABLE = "not_applicable"
OTHERWISE = "otherwise"
"""Stands for the rule by which something has its value where no rule holds."""
_NO_OUTCOME = (None, NOT_APPLICABLE, None, None)
_NO_DEADLINE = (None, NOT_APPLICABLE, None)
_OF_OUTCOME, _OF_DEADLINE = len(_NO_OUTCOME), len(_NO_DEADLINE)
HEAD = ("case", "file", "line", "as_of", "missing")
Part = Literal["head", "value", "status", "rule", "missing", "due", "records"]


class Field(Frozen):
    """A column: its name, what its cells hold, and what they tell of the outcome, deadline or list ``of``.

    ``fields`` are the columns of the rows that its cells hold.
    """

    name: str
    form: Form
    part: Part
    of: str = ""
    fields: tuple[Field, ...] = ()


class _Part(Frozen):
    """What rows tell of the case, or of a record of a list: the names of values, and no cell applicable."""

    facts: tuple[str, ...]
    statuses: tuple[str, ...]
    dues: tuple[str, ...]
    none: tuple[Cell, ...]


class RowShape:
    """The columns of a rulebook's decisions, and the row of each decision.

    First the case, its file, its line and the instant at which it was judged; then every outcome with its
    value, status, deciding rules, and what it waits for; then every deadline with its end and its status;
    then for each list with outcomes or deadlines the rows of its records.
    """

    def __init__(self, book: Rulebook) -> None:
        """Read the outcomes and deadlines of a rulebook, by name."""
        self.book = book
        facts = sorted(
            (one for one in book.facts.values() if one.role == "outcome"), key=lambda one: one.path
        )
        deadlines = sorted(book.deadlines.values(), key=lambda one: one.id)
        self.facts = {
            listed: [one for one in facts if one.listed == listed] for listed in (None, *book.lists)
        }
        self.deadlines = {
            listed: [one for one in deadlines if one.listed == listed] for listed in (None, *book.lists)
        }
        self._parts = {listed: self._part(listed) for listed in (None, *book.lists)}
        self.lists = [one for one in sorted(book.lists) if self.facts[one] or self.deadlines[one]]
        self.fields = (*self._head(), *self._fields(None), *(self._records(one) for one in self.lists))

    def _head(self) -> Iterator[Field]:
        taken = {*self.book.facts, *self.book.deadlines, *self.book.lists}
        forms: tuple[Form, ...] = ("text", "text", ValueType.COUNT, ValueType.INSTANT, "texts")
        for name, form in zip(HEAD, forms, strict=True):
            yield Field(f"{name}_" if name in taken else name, form, "head")

    def _records(self, listed: str) -> Field:
        taken = f"{listed}.record" in self.book.facts
        number = Field("record_" if taken else "record", ValueType.COUNT, "head")
        fields = (number, *self._fields(listed))
        return Field(listed, "records", "records", listed, fields)

    def _fields(self, listed: str | None) -> Iterator[Field]:
        for fact in self.facts[listed]:
            name = fact.path if listed is None else fact.path.removeprefix(f"{listed}.")
            yield Field(name, fact.type, "value", fact.path)
            yield Field(f"{name}.status", "text", "status", fact.path)
            yield Field(f"{name}.rule", "texts", "rule", fact.path)
            yield Field(f"{name}.missing", "texts", "missing", fact.path)
        for deadline in self.deadlines[listed]:
            yield Field(f"{deadline.id}.due", ValueType.INSTANT, "due", deadline.id)
            yield Field(f"{deadline.id}.status", "text", "status", deadline.id)
            yield Field(f"{deadline.id}.missing", "texts", "missing", deadline.id)

    def row(self, decision: Decision, file: str, line: int) -> Row:
        """Return the row of a decision about the case at a line of a file."""
        missing: set[str] = set()
        cells = self._cells(decision, None, None, missing)
        nested: list[Cell] = []
        for listed in self.lists:
            records = decision.findings.records[listed]
            rows = [[one, *self._cells(decision, listed, one, missing)] for one in sorted(records or ())]
            nested.append(None if records is None else tuple(rows))
        head = [decision.case.id, file, line, decision.as_of, tuple(sorted(missing)) or None]
        return [*head, *cells, *nested]

    def _part(self, listed: str | None) -> _Part:
        facts, deadlines = self.facts[listed], self.deadlines[listed]
        return _Part(
            tuple(one.path for one in facts),
            tuple(f"{one.id}.status" for one in deadlines),
            tuple(f"{one.id}.due" for one in deadlines),
            (*_NO_OUTCOME * len(facts), *_NO_DEADLINE * len(deadlines)),
        )

    def _cells(self, decision: Decision, listed: str | None, record: int | None, missing: set[str]) -> Row:
        part = self._parts[listed]
        cells = [*part.none]
        for place, state, rules in decision.decided(part.facts, record):
            first = place * _OF_OUTCOME
            cells[first : first + _OF_OUTCOME] = self._outcome(state, rules, missing)
        begin = len(part.facts) * _OF_OUTCOME
        for place, state in decision.present(part.statuses, record):
            first = begin + place * _OF_DEADLINE
            cells[first : first + _OF_DEADLINE] = self._deadline(state)
        for place, due in decision.known(part.dues, record):
            first = begin + place * _OF_DEADLINE
            if cells[first + 1] != NOT_APPLICABLE:
                cells[first] = due
        return cells

    def _outcome(self, state: State, deciding: Sequence[Key], missing: set[str]) -> Sequence[Cell]:
        match state:
            case Known(value):
                return value, "known", self._rules(deciding), None
            case Conflict(rules):
                return None, "conflict", rules, None
            case Unknown(waits):
                names = self._names(waits)
                missing.update(names)
                return None, "undetermined", None, names
            case Absent():
                return _NO_OUTCOME

    def _deadline(self, status: State) -> Sequence[Cell]:
        match status:
            case Known(value):
                return None, value, None
            case Unknown(waits):
                return None, "undetermined", self._names(waits)
            case _:
                return _NO_DEADLINE

    def _rules(self, keys: Sequence[Key]) -> tuple[str, ...] | None:
        """Return the names of rules, each once, without the records for which they hold."""
        names = dict.fromkeys(name if name in self.book.rules else OTHERWISE for name, _ in keys)
        return tuple(names) or None

    def _names(self, waits: Waits) -> tuple[str, ...]:
        return tuple(format_key(self.book, (one.name, one.record)) for one in sort_missing(waits))
