"""How what belongs to a rulebook is named: a fact, amount, figure, rule, or property of a deadline.

What a person writes is read by :mod:`policyengine.model.lookup`.
"""

from __future__ import annotations

from collections.abc import Mapping

from policyengine.diagnostics.diagnostic import marked
from policyengine.model.case import Key
from policyengine.model.rulebook import DEADLINE_PROPERTIES, Rulebook
from policyengine.syntax.keys import Path, numbered

PROPERTY_TITLES: Mapping[str, str] = {
    "due": marked("end of “{title}”"),
    "status": marked("state of “{title}”"),
    "settled_at": marked("settlement of “{title}”"),
    "left": marked("what is left of “{title}”"),
}
"""What a property of a deadline is called in front of people."""


def format_key(book: Rulebook, key: Key, dotted: bool = False) -> str:
    """Return how a fact, amount, figure, rule or property of a deadline is named, with its record if any.

    ``dotted`` writes ``.0`` for ``[0]``.
    """
    name, record = key
    head, tail = parts_of(book, name)
    return name if record is None else numbered(head, record, tail, dotted)


def parts_of(book: Rulebook, name: str) -> tuple[str, str]:
    """Return what stands before and after the number of a record in a name."""
    fact = book.facts.get(name)
    if fact is not None:
        return (name, "") if fact.listed is None else (fact.listed, name.removeprefix(f"{fact.listed}."))
    deadline, _, property = name.rpartition(".")
    is_property = deadline in book.deadlines and property in DEADLINE_PROPERTIES
    return (deadline, property) if is_property else (name, "")


def path_of(book: Rulebook, key: Key) -> Path:
    """Return the steps to a fact or list in the JSON of a case."""
    name, record = key
    head, tail = parts_of(book, name)
    return tuple(name.split(".")) if record is None else (*head.split("."), record, tail)
