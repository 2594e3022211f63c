"""Reading what a case says under names, and telling of names that no fact has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policyengine.diagnostics.diagnostic import Message, listing, message
from policyengine.diagnostics.did_you_mean import closest, meant
from policyengine.model.key_names import path_of
from policyengine.model.rulebook import Fact, RecordList
from policyengine.reading.case.draft import Draft
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
            _unknown(draft, shape, part, here)
        elif isinstance(known, Fact):
            read_fact(draft, known, None, part, here)
        elif isinstance(known, RecordList):
            _read_list(draft, known, part, here)
        elif isinstance(part, dict):
            read_level(draft, part, known, here)
        else:
            what = message("`{name}` is a group of facts", name=format_path(here))
            help = message("write an object: `{{ … }}` with {names}", names=listing(known.parts))
            if draft.source.is_yaml:
                help = message("write below it, each on a line `…: …`: {names}", names=listing(known.parts))
            draft.fault("wrong-shape", what, here, help)


def _unknown(draft: Draft, shape: Shape, part: object, path: Path) -> None:
    """Tell of a name at a level that no fact has."""
    draft.is_misspelt = True
    name = str(path[-1])
    if _is_flat(draft, name, path):
        return
    what = message("there is no fact `{name}`", name=shorten(format_path(path)))
    help = _of_header(name, path) or _of_record(draft, name) or _of_group(draft, shape, name, part, path)
    help = help or _meant(draft, name, list(fitting(shape, part)), part, path)
    draft.fault("unknown-fact", what, path, help or draft.leave_out, key=True)


def _of_header(name: str, path: Path) -> Message | None:
    """Return what to write for a word that means what a case says of itself, such as its name."""
    from policyengine.diagnostics.wordings import right_word  # most cases have no such name

    found = None if path[:-1] else right_word(name, HEADER)
    return None if found is None else message("did you mean `{word}`?", word=found)


def _of_record(draft: Draft, name: str) -> Message | None:
    """Return where something belongs that is said of a record, if this is exactly its title."""
    from policyengine.model.lookup import CASE  # most cases have no such name

    found = [one for one in draft.find_lookup().find(name, CASE) if one.kind == "fact"]
    lists = dict.fromkeys(one.listed for one in found if one.listed is not None and one.record is None)
    if not lists or len(lists) < len(found):
        return None
    return message("it belongs to a record of {lists}: write it there", lists=listing(map(str, lists)))


def _of_group(draft: Draft, shape: Shape, name: str, part: object, path: Path) -> Message | None:
    """Return the group that an unknown one means: the only one that has everything that stands in it."""
    if not isinstance(part, dict) or not part:
        return None
    prefix = "".join(f"{step}." for step in path[:-1])
    groups = {one for one, inner in shape.parts.items() if isinstance(inner, Shape)}
    for inner in part:
        groups &= _groups_with(draft, shape, str(inner), prefix)
    if len(groups) != 1:
        return None
    return message("did you mean `{word}`?", word=prefix + groups.pop())


def _groups_with(draft: Draft, shape: Shape, name: str, prefix: str) -> set[str]:
    """Return the groups at a level that have something by this name or title."""
    from policyengine.model.lookup import CASE  # most cases have no such name

    named = {one for one, inner in shape.parts.items() if isinstance(inner, Shape) and name in inner.parts}
    titled = (one.name for one in draft.find_lookup().find(name, CASE) if one.name.startswith(prefix))
    return named | {one.removeprefix(prefix).split(".")[0] for one in titled}


def _meant(draft: Draft, name: str, known: Sequence[str], part: object, path: Path) -> Message | None:
    """Return what a name is like: something at its level, a title, or something elsewhere."""
    near = closest(name, known if path[:-1] else [*known, *HEADER])
    if near is not None:
        return message("did you mean `{word}`?", word="".join(f"{step}." for step in path[:-1]) + near)
    facts = draft.book.facts.values()
    said = [fact.path for fact in facts if fact.role == "given" and not fact.listed] + [*draft.book.lists]
    found = closest(name, said)
    if found is None and not isinstance(part, dict) and not (name.isascii() and " " not in name):
        from policyengine.model.lookup import CASE  # most cases have no such name

        lookup = draft.find_lookup()
        titled = lookup.closest_title(name, CASE, [(one, None) for one in said])
        if titled is not None and _stands(titled[1][0], path) and len(lookup.find(titled[0], CASE)) == 1:
            return message("did you mean `{word}`?", word=titled[0])
        found = None if titled is None else titled[1][0]
    if found is None:
        return meant(name, known)
    example = _nested(tuple(found.split(".")), draft.source.is_yaml)
    return message("did you mean `{word}`? write `{example}`", word=found, example=example)


def _stands(name: str, path: Path) -> bool:
    """Tell whether the title of a fact can stand at a place: at the top, or in its group."""
    return name.startswith("".join(f"{step}." for step in path[:-1]))


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
    help = message("write it nested: `{example}`", example=_nested(steps, draft.source.is_yaml))
    draft.fault("unknown-fact", what, path, help, key=True)
    return True


def _read_list(draft: Draft, listed: RecordList, value: object, path: Path) -> None:
    if not isinstance(value, list):
        what = message("`{name}` is a list of records", name=listed.path)
        help = message("write a list: `[{{ … }}]`")
        if draft.source.is_yaml:
            help = message("write a dash before each record: `- …: …`")
        draft.fault("wrong-shape", what, path, help)
        return
    draft.records[listed.path] = len(value)
    for position, record in enumerate(value):
        if draft.is_full:
            return
        here = (*path, position)
        if not isinstance(record, dict):
            what = message("a record of `{name}` is an object: `{{ … }}`", name=listed.path)
            if draft.source.is_yaml:
                what = message("a record of `{name}` is written `- …: …`", name=listed.path)
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
    draft.fault("unknown-fact", what, path, meant(name, known) or draft.leave_out, key=True)


def _nested(steps: Path, is_yaml: bool) -> str:
    """Return how a case nests a fact: ``{"order": {"total": …}}``, in YAML ``order: {total: …}``."""
    text = "…"
    for step in reversed(steps):
        key = step if is_yaml else f'"{step}"'
        text = f"[{text}]" if isinstance(step, int) else f"{{{key}: {text}}}"
    return text[1:-1] if is_yaml else text
