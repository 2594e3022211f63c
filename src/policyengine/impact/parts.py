"""An edit of a rulebook, taken apart into the smallest parts that can be made by themselves.

What only people read, such as a title, a note or the words of a clause, is no part: no decision rests on it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Literal

from policyengine.changes.rules import own_conditions
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text, unspoken
from policyengine.frozen import Frozen, replace
from policyengine.model.conditions import All, Computed, Condition, conjuncts
from policyengine.model.rulebook import (
    Amount,
    Assumption,
    Deadline,
    Fact,
    Parameter,
    Policy,
    RecordList,
    Rule,
    Rulebook,
)

Kind = Literal[
    "rulebook",
    "assumption",
    "policy",
    "parameter",
    "set",
    "list",
    "fact",
    "deadline",
    "amount",
    "table",
    "row",
    "rule",
    "override",
]
What = Literal["added", "removed", "changed"]

Place = tuple[str, str]
"""A mapping of a rulebook and a name in it; ``overrides`` are those of a rule, ``book`` what all rests on."""

OVERRIDES = "overrides"
BOOK = "book"
_NOWHERE = Span("")


class Part(Frozen):
    """A part of an edit: what it is, and the places that are as in the new rulebook once it is made."""

    kind: Kind
    what: What
    id: str
    title: Text
    places: tuple[Place, ...]


def parts_of(old: Rulebook, new: Rulebook) -> tuple[Part, ...]:
    """Return the parts of the edit between two rulebooks, in an order that depends on nothing else."""
    found = [*_book(old, new)]
    sets = [*_sets(old, new)]
    taken = {place for part in sets for place in part.places}
    for kind, name in _GROUPS:
        was, now = getattr(old, name), getattr(new, name)
        for id in sorted({*was, *now}):
            if (name, id) not in taken:
                found += _single(kind, name, id, was.get(id), now.get(id), (old, new))
    found += sets
    found += _rules(old, new, taken)
    return tuple(found)


_GROUPS: tuple[tuple[Kind, str], ...] = (
    ("assumption", "assumptions"),
    ("policy", "policies"),
    ("parameter", "parameters"),
    ("list", "lists"),
    ("fact", "facts"),
    ("deadline", "deadlines"),
    ("amount", "amounts"),
)


def _book(old: Rulebook, new: Rulebook) -> Iterator[Part]:
    """Return the part that is what everything rests on: the calendar, the time zone and the currency."""
    if any(
        _rests_on(old, name) != _rests_on(new, name) for name in ("zone", "calendar", "currency", "parties")
    ):
        yield Part("rulebook", "changed", new.id, new.title, ((BOOK, ""),))


def _rests_on(book: Rulebook, name: str) -> object:
    found = getattr(book, name)
    if name == "parties":
        return {id: one.members for id, one in found.items()}
    return found.key if name == "zone" else found


def _single(
    kind: Kind, group: str, id: str, was: object, now: object, books: tuple[Rulebook, Rulebook]
) -> Iterator[Part]:
    what = _what(was, now, books)
    if what is not None:
        yield Part(kind, what, id, _title(was if now is None else now, id), ((group, id),))


def _what(was: object, now: object, books: tuple[Rulebook, Rulebook]) -> What | None:
    if was is None or now is None:
        return "added" if was is None else "removed"
    return None if essence(books[0], was) == essence(books[1], now) else "changed"


def _title(thing: object, id: str) -> Text:
    found = getattr(thing, "title", None)
    return found if isinstance(found, Text) else unspoken(id)


# ---------- sets


def _sets(old: Rulebook, new: Rulebook) -> Iterator[Part]:
    """Return sets that have changed, each with everything that asks for its values.

    A condition holds the values themselves. What asks for two such sets is made with the first of them.
    """
    taken: set[Place] = set()
    for id in sorted({*old.sets} & {*new.sets}):
        if old.sets[id].versions == new.sets[id].versions:
            continue
        places = [place for place in _asking(id, old, new) if place not in taken]
        taken.update(places)
        yield Part("set", "changed", id, new.sets[id].title, (("sets", id), *places))


def _asking(id: str, old: Rulebook, new: Rulebook) -> Iterator[Place]:
    """Return what asks for a set in the new rulebook and differs, and if by nothing but its values."""
    for name in ("policies", "deadlines", "amounts", "rules", "computed"):
        was, now = getattr(old, name), getattr(new, name)
        for one in sorted({*was} & {*now}):
            if id in names_in(now[one]) and essence(old, was[one]) != essence(new, now[one]):
                yield name, one


# ---------- rules and tables


def _rules(old: Rulebook, new: Rulebook, taken: set[Place]) -> Iterator[Part]:
    was, now = dict(old.rules), dict(new.rules)
    for id in sorted({*old.tables, *new.tables}):
        before, after = (_rows(book, id) for book in (old, new))
        if before != after or id not in old.tables or id not in new.tables:
            yield from _table(id, old, new, before | after)
            for row in before | after:
                was.pop(row, None)
                now.pop(row, None)
    books = (old, new)
    for id in sorted({*was, *now}):
        rule = now.get(id) or was[id]
        kind: Kind = "row" if rule.table else "rule"
        what = _what(was.get(id), now.get(id), books)
        if what is not None and ("rules", id) not in taken:
            yield Part(kind, what, id, rule.title, (("rules", id),))
        if id in was and id in now and set(was[id].overrides) != set(now[id].overrides):
            yield Part("override", "changed", id, rule.title, ((OVERRIDES, id),))


def _rows(book: Rulebook, table: str) -> frozenset[str]:
    return frozenset(book.tables[table].rules) if table in book.tables else frozenset()


def _table(id: str, old: Rulebook, new: Rulebook, rows: Iterable[str]) -> Iterator[Part]:
    """Return a table of which rows are new or gone as one part: others have their names now."""
    what: What = "added" if id not in old.tables else "removed" if id not in new.tables else "changed"
    book = old if what == "removed" else new
    places = tuple((group, row) for row in sorted(rows) for group in ("rules", OVERRIDES))
    yield Part("table", what, id, book.tables[id].title, places)


# ---------- what a part says


def essence(book: Rulebook, thing: object) -> Hashable:
    """Return all that decisions rest on of what a thing says, wherever and however it is written."""
    match thing:
        case Rule():
            notices = tuple((one.kind, one.to, one.by) for one in thing.notices)
            told = replace(thing, title=Text(), in_brief=Text(), source=None, notices=())
            bare = replace(told, overrides=(), table="", when=_flat(thing.when))
            return bare, notices
        case Deadline() | Amount():
            return replace(thing, title=Text(), source=None, when=_flat(own_conditions(book, thing)))
        case Policy():
            return replace(thing, title=Text(), file="", scope=_flat(thing.scope))
        case Parameter():
            return replace(thing, title=Text(), source=None, left_open=False, unconfirmed="")
        case Fact():
            choices = tuple(replace(one, title=Text()) for one in thing.choices)
            return replace(
                thing,
                title=Text(),
                choices=choices,
                for_record=False,
                happened=Text(),
                note=Text(),
                in_brief=(),
            )
        case RecordList():
            return replace(thing, title=Text(), fields=())
        case Assumption():
            return thing.id, thing.default, tuple(one.id for one in thing.readings)
        case Computed():
            return thing
    raise TypeError(f"no part of a rulebook: {type(thing).__name__}")


def _flat(condition: Condition) -> All:
    return All(tuple(conjuncts(condition)), _NOWHERE)


def names_in(thing: object) -> frozenset[str]:
    """Return every text in a thing that may be the name of something, and more."""
    return frozenset(_texts(thing))


def _texts(thing: object) -> Iterator[str]:
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, Text | Span):
        return
    elif isinstance(thing, tuple | list):
        for one in thing:
            yield from _texts(one)
    elif isinstance(thing, Mapping):
        for one in thing.values():
            yield from _texts(one)
    elif isinstance(thing, Frozen):
        for name in thing.__struct_fields__:
            if name != "source":
                yield from _texts(getattr(thing, name))
