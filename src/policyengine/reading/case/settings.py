"""What if: literals that are put at names of a case before it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policyengine.diagnostics.diagnostic import message
from policyengine.model.case import Key
from policyengine.model.key_names import path_of
from policyengine.model.lookup import CASE, Lookup, Unknown
from policyengine.model.rulebook import Rulebook
from policyengine.reading.case.draft import Draft
from policyengine.reading.case.header import HEADER
from policyengine.syntax.keys import Path, parse_name
from policyengine.values.escaping import shorten


def put(draft: Draft, root: dict[str, object], name: str, literal: str, lookup: Lookup) -> None:
    """Put a literal at a name or title, or take away what is there."""
    words = f"--set {name}={literal}"
    found = _meant(draft, root, name, lookup)
    draft.source.settings.append(((name,) if found is None else found, words))
    if found is None:
        return
    level: object = root
    for number, step in enumerate(found[:-1]):
        if isinstance(level, dict) and isinstance(step, str):
            if step not in level and not literal:
                return  # what is not there need not be taken away
            is_list = isinstance(found[number + 1], int)
            level = level.setdefault(step, [] if is_list else {})
        elif isinstance(level, list) and isinstance(step, int) and step < len(level):
            level = level[step]
        else:
            return  # that something has another shape is told when it is read
    last = found[-1]
    if isinstance(level, dict) and isinstance(last, str):
        if literal:
            level[last] = literal
        else:
            level.pop(last, None)


def _meant(draft: Draft, root: Mapping[str, object], name: str, lookup: Lookup) -> Path | None:
    """Return the steps to what a case can say under a name, a fact, list or group; or tell the fault."""

    book = draft.book
    is_group = any(one.startswith(f"{name}.") for one in (*book.facts, *book.lists))
    if name in HEADER or (is_group and name not in book.lists):
        return tuple(name.split("."))
    found = lookup.key(name, CASE, list(_sayable(book, root)))
    if not isinstance(found, Unknown):
        return path_of(book, found)
    draft.is_misspelt = True
    meant = lookup.find(name, CASE)
    if len(meant) == 1 and meant[0].name in book.facts and book.facts[meant[0].name].role != "given":
        draft.refuse_derived(book.facts[meant[0].name], (name,))
    else:
        named = parse_name(name).name
        if any(_has_other_shape(root, one) for one in book.lists if f"{named}.".startswith(f"{one}.")):
            return None  # that something has another shape is told when it is read
        is_record = bool(meant) or named in book.lists
        what = found.what if is_record else message("there is no fact `{name}`", name=shorten(name))
        draft.fault("unknown-fact", what, (name,), found.help or message("leave it out"), key=True)
    return None


def _has_other_shape(root: Mapping[str, object], listed: str) -> bool:
    """Tell whether a case has something else than a list where a list is due, or no group above it."""
    level: object = root
    for step in listed.split("."):
        if not isinstance(level, Mapping):
            return True
        if step not in level:
            return False
        level = level[step]
    return not isinstance(level, list)


def _sayable(book: Rulebook, root: Mapping[str, object]) -> Iterator[Key]:
    """Return everything that a case with so many records can say: facts that rules do not conclude, lists."""
    counts = {path: _count(root, path) for path in book.lists}
    for fact in book.facts.values():
        if fact.role != "given":
            continue
        if fact.listed is None:
            yield fact.path, None
        else:
            yield from ((fact.path, record) for record in range(counts[fact.listed]))
    yield from ((path, None) for path in book.lists)


def _count(root: Mapping[str, object], path: str) -> int:
    level: object = root
    for step in path.split("."):
        level = level.get(step) if isinstance(level, dict) else None
    return len(level) if isinstance(level, list) else 0
