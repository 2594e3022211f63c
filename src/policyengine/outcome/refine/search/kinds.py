"""How something missing can be filled in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from policyengine.frozen import Frozen
from policyengine.outcome.refine.completions import Completion
from policyengine.outcome.refine.domains import Records
from policyengine.outcome.refine.once import once
from policyengine.outcome.refine.search.goal import Goal
from policyengine.outcome.refine.search.places import alike
from policyengine.outcome.refine.search.records import Facts, matching_record
from policyengine.outcome.refine.tree import Cell, Exactly, OtherText
from policyengine.semantics.findings import Known, Missing, State
from policyengine.values.literals import Value, ValueType

Way = tuple[tuple[Cell, ...], Value]
"""Values that nothing behind the answer tells apart, and the one of them that is filled in."""


class Kind(Frozen):
    """How something missing can be filled in; ``rank`` orders what is tried first."""

    rank: tuple[int, int]
    how: Literal["values", "texts", "ordered", "records", "places"]
    type: ValueType


class Kinds:
    """How what one answer waits for can be filled in."""

    def __init__(self, goal: Goal) -> None:
        """``goal`` is the answer."""
        self.goal = goal
        self.constants = goal.slice.constants
        # What is filled in for a text that no rule names: another for each missing text.
        self._others: dict[Missing, str] = {}

    @once
    def of(self, missing: Missing) -> Kind | None:
        """Return how something missing is filled in, None if it cannot be."""
        goal, type = self.goal, self.goal.type_of(missing)
        if missing.kind == "fact" and missing.name in goal.book.lists:
            return None if self.record(missing) is None else Kind((1, 0), "records", ValueType.COUNT)
        if type is None or type is ValueType.LENGTH or goal.only_flows(missing):
            return None  # there is no order among lengths of two kinds
        fact = goal.fact(missing)
        if fact is not None and not goal.domains.is_open(fact):
            return None
        if type in (ValueType.BOOLEAN, ValueType.CHOICE):
            values = self.values(missing)
            return Kind((0, len(values)), "values", type) if values else None
        if type is ValueType.TIME_ZONE:
            return None if self.places(missing) is None else Kind((-1, 0), "places", type)
        if type is ValueType.TEXT:
            return None if self.constants.texts(missing.name) is None else Kind((2, 0), "texts", type)
        return Kind((3 if missing.kind == "parameter" else 2, 0), "ordered", type)

    def ways(self, missing: Missing, kind: Kind) -> list[Way]:
        """Return with what values something is filled in that has no order."""
        match kind.how:
            case "values":
                return [(tuple(map(Exactly, alike)), alike[0]) for alike in self.values(missing)]
            case "texts":
                return self._texts(missing)
            case _:
                return [(tuple(map(Exactly, alike)), alike[0]) for alike in self.places(missing) or ()]

    # ---------- values and places

    @once
    def values(self, missing: Missing) -> list[list[Value]]:
        """Return the values in groups that nothing behind the answer tells apart."""
        if self.goal.type_of(missing) is ValueType.BOOLEAN:
            return [[True], [False]]
        fact = self.goal.book.facts.get(missing.name)
        values = [] if fact is None else [choice.name for choice in fact.choices]
        if not self.goal.is_apart(missing):
            return [[value] for value in values]
        named = self.constants.texts(missing.name) or ()
        rest = [value for value in values if value not in named]
        groups: list[list[Value]] = [[value] for value in values if value in named]
        return [*groups, [*rest]] if rest else groups

    @once
    def places(self, missing: Missing) -> list[tuple[str, ...]] | None:
        """Return the time zones in groups that nothing behind the answer tells apart, or None."""
        if not self.goal.is_apart(missing):
            return None
        named = self.constants.texts(missing.name) or ()
        explanation = self.goal.explained(self.goal.start)
        return alike(missing, self.goal.slice.behind.deadlines(), named, explanation)

    @once
    def record(self, missing: Missing) -> Facts | None:
        """Return the facts of a record with which a list is filled in, None if there is none."""
        question = self.goal.slice.lists.question(missing.name)
        return None if question is None else matching_record(self.goal, missing.name, question)

    # ---------- texts

    def _texts(self, missing: Missing) -> list[Way]:
        texts = self.constants.texts(missing.name) or ()
        other = self._others.setdefault(missing, self.another_text(texts))
        return [*(((Exactly(text),), text) for text in texts), ((OtherText(),), other)]

    def another_text(self, texts: Iterable[str]) -> str:
        """Return a text that is none of these, and not made up before."""
        known, text = {*texts, *self._others.values()}, "…"
        while text in known:
            text += "…"
        return text

    def stands_for(self, completion: Completion, state: State) -> Missing | None:
        """Return the missing text for which an answer stands, if it is no text of its own."""
        filled = completion.filled
        made_up = (one for one, text in self._others.items() if filled.get(one) == text)
        return next(
            (one for one in made_up if state == Known(self._others[one]) and self.goal.reaches(one)), None
        )

    # ---------- lists

    def records(self, missing: Missing, number: int) -> Records:
        """Return so many records of a list."""
        facts = self.record(missing)
        assert facts is not None
        return Records(number, facts)
