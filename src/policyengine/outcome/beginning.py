"""When what a case tells of happens, and whether any of it has at the instant of the judgement."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.model.case import Case, Key
from policyengine.model.rulebook import Rulebook
from policyengine.values.literals import ValueType, start_of_day


def begins_after(book: Rulebook, case: Case, as_of: int) -> Key | None:
    """Return the first event of a case that begins only after an instant; None if it has begun."""
    first = min(events_of(book, case), key=lambda one: (one[0], one[1][0], one[1][1] or 0), default=None)
    return None if first is None or first[0] <= as_of else first[1]


def events_of(book: Rulebook, case: Case) -> Iterator[tuple[int, Key]]:
    """Return when each event that a case tells of happens, in epoch seconds: a day counts from its beginning.

    What is planned is no event yet.
    """
    for key, value in case.values.items():
        fact = book.facts[key[0]]
        if isinstance(value, int) and fact.is_event:
            yield (value if fact.type is ValueType.INSTANT else start_of_day(value, book.zone)), key
