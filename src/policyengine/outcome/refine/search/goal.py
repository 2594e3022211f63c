"""What is searched: one answer of one case, and what stands behind it."""

from __future__ import annotations

from policyengine.frozen import Frozen
from policyengine.model.rulebook import Fact
from policyengine.outcome.explain import Explanation
from policyengine.outcome.refine.completions import Completion, Completions
from policyengine.outcome.refine.domains import Filled, Interval, Records
from policyengine.outcome.refine.refiner import Refiner
from policyengine.outcome.refine.target import Target
from policyengine.semantics.findings import Missing, State
from policyengine.values.literals import Value, ValueType

TIMES = (ValueType.INSTANT, ValueType.DATE)
"""The types of what has a day."""


class Range(Frozen):
    """What values something missing can have that have an order.

    ``whole`` is everything, of an event up to the judgement; ``happened`` is the same, None if it cannot be.
    ``later`` is a time at which an event has not happened yet, None if a case can say none.
    """

    whole: Interval
    happened: Interval | None
    later: int | None


class Goal:
    """One answer of one case, and how it comes out in completions."""

    def __init__(self, refiner: Refiner, completions: Completions, target: Target) -> None:
        """``completions`` are those of the case, which all answers share."""
        self.refiner = refiner
        self.book = refiner.book
        self.domains = refiner.domains
        self.target = target
        self.slice = refiner.slice_of(target)
        self.as_of = completions.as_of
        self.start = completions.start(refiner.engine_for(target))
        """The case as it is."""
        self._completions = completions

    def filling(self, before: Completion, missing: Missing, value: Value | Records) -> Completion:
        """Return a completion in which something more is filled in."""
        return self._completions.filling(before, missing, value)

    def filled(self, filled: Filled) -> Completion:
        """Return the completion in which all of this is filled in."""
        return self._completions.filled(self.start.engine, filled)

    # ---------- how it comes out

    def answer(self, completion: Completion) -> State:
        """Return the answer in a completion."""
        return self.target.read(completion.findings)

    def explained(self, completion: Completion) -> Explanation:
        """Return what reads back what was found out about a completion."""
        return completion.explained(self.refiner.explainer)

    def atoms(self, completion: Completion, moved: str) -> tuple[object, ...]:
        """Return how the elementary comparisons come out that rest on a name."""
        return completion.atoms(self.slice, moved, self.refiner.explainer)

    def is_undecided(self, completion: Completion, moved: Missing) -> bool:
        """Tell whether something that moves with a value is compared with what is not known."""
        return self.slice.waits_for_others(self.explained(completion), (moved.name, moved.record))

    # ---------- what is missing

    def fact(self, missing: Missing) -> Fact | None:
        """Return the fact that is missing, None if something else is."""
        return self.book.facts.get(missing.name) if missing.kind == "fact" else None

    def type_of(self, missing: Missing) -> ValueType | None:
        """Return the type of what is missing, None if it has none."""
        if missing.kind == "parameter":
            return self.book.parameters[missing.name].type
        fact = self.fact(missing)
        return None if fact is None else fact.type

    def is_ordered(self, missing: Missing) -> bool:
        """Tell whether the values of what is missing have an order."""
        type = self.type_of(missing)
        return type is not None and self.domains.is_ordered(type)

    def only_flows(self, missing: Missing) -> bool:
        """Tell whether any value would do: it goes into sums and is compared with nothing."""
        is_number = self.is_ordered(missing) and self.type_of(missing) not in TIMES
        is_text = self.type_of(missing) is ValueType.TEXT
        return (is_number or is_text) and self.slice.flow.only_flows(missing.name)

    def reaches(self, missing: Missing) -> bool:
        """Tell whether the answer is computed from the value of what is missing."""
        return self.target.kind == "state" and self.target.key[0] in self.slice.flow.of(missing.name)

    def is_apart(self, missing: Missing) -> bool:
        """Tell whether a value is asked for by comparing it with literals, and only so."""
        is_answer = missing.name == self.target.key[0]
        texts = self.slice.constants.texts(missing.name)
        return texts is not None and not is_answer and self.slice.flow.of(missing.name) == {missing.name}

    # ---------- values that have an order

    def limits(self, missing: Missing, type: ValueType, completion: Completion) -> Interval:
        """Return between what a missing value lies, beside all that a completion says."""
        if missing.kind == "parameter":
            return self.domains.whole(type)
        return self.domains.of_fact((missing.name, missing.record), completion.case)

    def range_of(self, missing: Missing, type: ValueType, completion: Completion) -> Range:
        """Return what values something missing can have, beside all that a completion says."""
        limits, now, is_event = (
            self.limits(missing, type, completion),
            self.present(type),
            self.is_event(missing),
        )
        whole = Interval(limits.low, min(limits.high, now)) if is_event else limits
        cannot_be = whole.is_empty or self.cannot_happen(missing, completion)
        may_be_later = is_event and (limits.high > now or cannot_be)
        return Range(whole, None if cannot_be else whole, max(limits.low, now + 1) if may_be_later else None)

    def is_event(self, missing: Missing) -> bool:
        """Tell whether it is an event that is missing: a plan or a figure of the rules is none."""
        fact = self.book.facts.get(missing.name)
        return fact is not None and fact.is_event

    def cannot_happen(self, missing: Missing, completion: Completion) -> bool:
        """Tell whether what must come before an event never happened."""
        fact = self.book.facts.get(missing.name)
        return fact is not None and self.domains.cannot_happen(fact, missing.record, completion.case)

    def present(self, type: ValueType) -> int:
        """Return the instant of the judgement as the times of a type compare."""
        return self.domains.present(type, self.as_of)
