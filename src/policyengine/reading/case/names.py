"""Reading what a case says under names, and telling of names that no fact has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policyengine.diagnostics.diagnostic import listing, message
from policyengine.diagnostics.did_you_mean import closest, meant
from policyengine.model.key_names import path_of
from policyengine.model.rulebook import Fact, RecordList
from policyengine.reading.case.draft import DECLARE, Draft
from policyengine.reading.case.header import HEADER
from policyengine.reading.case.shape import Shape, fitting
from policyengine.reading.case.values import read_fact
from policyengine.syntax.keys import Path, format_path, parse_name
from policyengine.values.escaping import shorten


def read_level(draft: Draft, value: Mapping[str, object], shape: Shape, path: Path) -> None:
    """Read the facts, lists and groups that stand at one level of a case."""
    for name, part in value.items():
        if draft.is_full:
            return
        known = shape.parts.get(name)
        here = (*path, name)
        if known is None:
            _unknown(draft, name, here, list(fitting(shape, part)), isinstance(part, dict))
        elif isinstance(known, Fact):
            read_fact(draft, known, None, part, here)
        elif isinstance(known, RecordList):
            _read_list(draft, known, part, here)
        elif isinstance(part, dict):
            read_level(draft, part, known, here)
        else:
            what = message("`{name}` is a group of facts", name=format_path(here))
            help = message("write an object: `{{ … }}` with {names}", names=listing(known.parts))
            draft.fault("wrong-shape", what, here, help)


def _unknown(draft: Draft, name: str, path: Path, known: Sequence[str], is_group: bool) -> None:
    """Tell of a name that no fact has; ``known`` are those that could stand in its place."""
    draft.is_misspelt = True
    if _is_flat(draft, name, path):
        return
    what = message("there is no fact `{name}`", name=shorten(format_path(path)))
    facts = draft.book.facts.values()
    given = [fact.path for fact in facts if fact.role == "given" and not fact.listed]
    near = closest(name, known if path[:-1] else [*known, *HEADER])
    if near is not None:
        near = "".join(f"{step}." for step in path[:-1]) + near
    found = near or closest(name, [*given, *draft.book.lists])
    if found is None and not is_group:  # perhaps it is nearly a title
        from policyengine.model.lookup import CASE  # most cases have no such name

        found = draft.find_lookup().closest(name, CASE, [(one, None) for one in (*given, *draft.book.lists)])
    help = meant(name, known) if found is None else message("did you mean `{word}`?", word=found)
    if near is None and found is not None:
        steps = tuple(found.split("."))
        help = message("did you mean `{word}`? write `{example}`", word=found, example=_nested(steps))
    draft.fault("unknown-fact", what, path, help or DECLARE, key=True)


def _is_flat(draft: Draft, name: str, path: Path) -> bool:
    """Tell of a fact that is there, whose name is written as one key with dots; or return False."""
    written = parse_name(format_path(path))
    fact = draft.book.facts.get(written.name)
    if "." not in name or (fact is None and written.name not in draft.book.lists):
        return False
    if fact is not None and fact.role != "given":
        draft.refuse_derived(fact, path)
        return True
    listed = None if fact is None else fact.listed
    what = message("the key `{name}` has dots, but a case nests its facts", name=shorten(name))
    steps = path_of(draft.book, (written.name, None if listed is None else written.record or 0))
    help = message("write it nested: `{example}`", example=_nested(steps))
    draft.fault("unknown-fact", what, path, help, key=True)
    return True


def _read_list(draft: Draft, listed: RecordList, value: object, path: Path) -> None:
    if not isinstance(value, list):
        what = message("`{name}` is a list of records", name=listed.path)
        draft.fault("wrong-shape", what, path, message("write a list: `[{{ … }}]`"))
        return
    draft.records[listed.path] = len(value)
    for position, record in enumerate(value):
        if draft.is_full:
            return
        here = (*path, position)
        if not isinstance(record, dict):
            what = message("a record of `{name}` is an object: `{{ … }}`", name=listed.path)
            draft.fault("wrong-shape", what, here)
            if listed.dated_by is not None:
                draft.seen.add((listed.dated_by, position))  # that it has no date is no news
            continue
        for name, part in record.items():
            fact = draft.book.facts.get(f"{listed.path}.{name}")
            if fact is None or fact.listed != listed.path:
                _unknown_field(draft, listed, name, (*here, name))
            else:
                read_fact(draft, fact, position, part, (*here, name))


def _unknown_field(draft: Draft, listed: RecordList, name: str, path: Path) -> None:
    draft.is_misspelt = True
    what = message("a record of `{list}` has no fact `{name}`", list=listed.path, name=shorten(name))
    given = [field for field in listed.fields if draft.book.facts[field].role == "given"]
    known = [field.removeprefix(listed.path + ".") for field in given]
    draft.fault("unknown-fact", what, path, meant(name, known) or DECLARE, key=True)


def _nested(steps: Path) -> str:
    """Return how the JSON of a case nests a fact: ``{"order": {"total": …}}``."""
    text = "…"
    for step in reversed(steps):
        text = f"[{text}]" if isinstance(step, int) else f'{{"{step}": {text}}}'
    return text
