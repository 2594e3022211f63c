"""When what a case tells of happens, and whether any of it has at the instant of the judgement."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.model.case import Case, Key
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.decision import Decision, NextStep, PossibleStep
from policyengine.values.literals import ValueType, start_of_day


def first_later_event(decision: Decision) -> Key | None:
    """Return the first event of a case that begins only after the judgement; None if it has begun."""
    return begins_after(decision.judged.rulebook, decision.case, decision.as_of)


def begins_after(book: Rulebook, case: Case, as_of: int) -> Key | None:
    """Return the first event of a case that begins only after an instant; None if it has begun."""
    first = min(events_of(book, case), key=lambda one: (one[0], one[1][0], one[1][1] or 0), default=None)
    return None if first is None or first[0] <= as_of else first[1]


def due_steps(decision: Decision) -> tuple[NextStep, ...]:
    """Return what can be asked of somebody now: before a case has begun, nothing can, whatever rules say."""
    return () if first_later_event(decision) is not None else decision.next_steps


def possibly_due_steps(decision: Decision) -> tuple[PossibleStep, ...]:
    """Return what can perhaps be asked of somebody now: before a case has begun, nothing can."""
    return () if first_later_event(decision) is not None else decision.possible_steps


def events_of(book: Rulebook, case: Case) -> Iterator[tuple[int, Key]]:
    """Return when each event that a case tells of happens, in epoch seconds: a day counts from its beginning.

    What is planned is no event yet.
    """
    for key, value in case.values.items():
        fact = book.facts[key[0]]
        if isinstance(value, int) and fact.is_event:
            yield (value if fact.type is ValueType.INSTANT else start_of_day(value, book.zone)), key
