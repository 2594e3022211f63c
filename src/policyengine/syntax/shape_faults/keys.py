"""Keys that no schema knows, and what was meant by them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from policyengine.diagnostics import typos as slips
from policyengine.diagnostics.diagnostic import Message, listing, message
from policyengine.diagnostics.wordings import advice, advice_here, misspelt, right_word, stands_for
from policyengine.syntax.keys import Path
from policyengine.syntax.limits import MAX_FAULTS
from policyengine.syntax.schema_parts import Place, shape_of
from policyengine.syntax.shape_faults.displaced import is_displaced
from policyengine.syntax.shape_faults.fault import Fault, label
from policyengine.syntax.shape_faults.misplaced import home_of
from policyengine.syntax.shape_faults.telling import Telling
from policyengine.syntax.yaml_tree import Entry, MappingNode, Scalar, node_at
from policyengine.values.escaping import shorten
from policyengine.values.languages import tag_of

_SHORT = 4


def tell_unknown_keys(telling: Telling, fault: Fault) -> None:
    """Tell of the keys of a mapping that its schema does not know."""
    _, passed = telling.schema.along(fault.steps)
    allowed = tuple(fault.schema["properties"])
    patterns = tuple(fault.schema.get("patternProperties", ()))
    is_title = bool(patterns) and {"zh", "en"} <= set(allowed)
    known = [key for key in fault.instance if key in allowed or any(re.search(one, key) for one in patterns)]
    unknown = [key for key in fault.instance if key not in known]
    for key in unknown[:MAX_FAULTS]:
        if is_displaced(telling, (*fault.path, key)) or follows_another_rest(telling, fault.path, key):
            continue
        if is_title:
            help = rest_of_text(telling, fault.path, key) or _instead_of_tag(key, fault)
            help = help or _elsewhere(telling, key, fault, passed) or _TAG
            telling.no_key(fault.path, key, help)
            continue
        free = [one for one in allowed if one not in fault.instance]
        help = (
            advice_here(key, allowed)
            or _natural(telling, key, fault, free, passed)
            or _elsewhere(telling, key, fault, passed)
        )
        name = slips.name_in(key)
        near = name if name in allowed else _misspelt(key, allowed) if help is None else None
        if near is not None:  # a misspelt key is told once, and not as a missing one too
            telling.misplaced.add((fault.path, near))
            help = message("did you mean `{word}`?", word=near)
        help = _without_colon(telling, fault.path, key) or help or _instead(key, fault, allowed)
        telling.no_key(fault.path, key, help)


_TAG = message("write a tag such as `en`, `de` or `pt-BR` (BCP 47)")


def _instead_of_tag(key: str, fault: Fault) -> Message | None:
    """Return what to write for a key of a title that is no tag: ``German``, ``DE``, ``title``."""
    text, tag = fault.instance[key], tag_of(key)
    if tag is not None:
        return message("did you mean `{word}`?", word=tag)
    is_text = key in ("title", "text") or right_word(key, ("title", "text")) is not None
    if is_text and isinstance(text, str) and len(fault.instance) == 1:
        return message("write `{example}`", example=f"{label(fault.path)}: {shorten(text)}")
    return None


def _misspelt(key: str, allowed: Sequence[str]) -> str | None:
    """Return the key that a misspelt one is.

    In a test stands what could be the last part of a name: short words are like too many of these.
    """
    is_test = _is_test(allowed)
    return misspelt(key, [one for one in allowed if not is_test or len(one) > _SHORT or len(one) == len(key)])


def _is_test(allowed: Sequence[str]) -> bool:
    """Tell the keys of a test from those of a fact, which has words for what happened too."""
    return "happened" in allowed and "title" not in allowed


def _natural(
    telling: Telling, key: str, fault: Fault, free: Sequence[str], passed: Sequence[Place]
) -> Message | None:
    """Return what to write for a natural word, unless it is a word of the language in a wrong place."""
    shape = shape_of(fault.instance[key])
    right = stands_for(key, free)
    homes = [place.schema["properties"].get(key) for place in passed if place.depth < len(fault.path)]
    is_wanted = right in fault.schema.get("required", ())
    if not is_wanted and any(home is not None and shape in telling.schema.shapes(home) for home in homes):
        return None
    if right is not None:
        telling.misplaced.add((fault.path, right))
    return advice(key, free)


def _elsewhere(telling: Telling, key: str, fault: Fault, passed: Sequence[Place]) -> Message | None:
    home = home_of(telling, key, fault.path, passed)
    if home is not None:
        return home
    for other, schema in fault.schema["properties"].items():
        if key in telling.schema.keys(schema):
            return message("`{key}` belongs inside `{other}`", key=key, other=other)
    return None


def _without_colon(telling: Telling, path: Path, key: str) -> Message | None:
    """Return a help for a key that is no key: its colon is missing, or it is the rest of a text."""
    return rest_of_text(telling, path, key) or slips.in_name(key)


def rest_of_text(telling: Telling, path: Path, key: str) -> Message | None:
    """Return a help for a key without a value that follows a value: a comma inside braces made it one."""
    first, rest = _parted(telling, path, key)
    if first is None or not isinstance(first.value, Scalar) or first.value.quoted or not rest:
        return None
    parts = [first.value.text, *rest]
    name = shorten(first.key.text)
    if re.fullmatch(_THOUSANDS, ",".join(parts)):
        return message(
            "a comma ends a value inside braces: write `{example}`", example=f"{name}: {''.join(parts)}"
        )
    if not re.search(r"[^\W\d]", parts[0]):
        return None  # a date or a number is no beginning of a text
    bare = [part.strip("【】［］") for part in parts]
    if bare != parts or (tag_of(first.key.text) is None and all(re.fullmatch(_A_NAME, one) for one in parts)):
        return message(
            "write several values in brackets: `{example}`", example=shorten(f"{name}: [{', '.join(bare)}]")
        )
    return message(
        "a comma ends a text inside braces: put the whole text in quotes, `{example}`",
        example=f'{name}: "{shorten(parts[0])}, {", ".join(map(shorten, rest))}"',
    )


_A_NAME = "[a-z][a-z0-9_]*"
_THOUSANDS = r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"


def follows_another_rest(telling: Telling, path: Path, key: str) -> bool:
    """Tell whether a key is a later part of a value that several commas part: the first of them is told."""
    _, rest = _parted(telling, path, key)
    return key in rest[1:] and rest_of_text(telling, path, key) is not None


def _parted(telling: Telling, path: Path, key: str) -> tuple[Entry | None, tuple[str, ...]]:
    """Return the entry whose value a comma ended before a bare key, and all bare keys behind it."""
    node = node_at(telling.root, path)[0]
    entries = node.entries if isinstance(node, MappingNode) else ()
    position = next((number for number, one in enumerate(entries) if one.key.text == key), None)
    if position is None or not _is_bare(entries[position]):
        return None, ()
    begin = position
    while begin > 0 and _is_bare(entries[begin]):
        begin -= 1
    line = entries[position].key.span.line
    rest = tuple(one.key.text for one in itertools.takewhile(_is_bare, entries[begin + 1 :]))
    first = entries[begin]
    return (first, rest) if first.value.span.end_line == line and not _is_bare(first) else (None, ())


def _is_bare(entry: Entry) -> bool:
    """Tell whether nothing stands behind a key, not even a colon."""
    return (entry.value.span.line, entry.value.span.column) == (
        entry.key.span.end_line,
        entry.key.span.end_column,
    )


def _instead(key: str, fault: Fault, allowed: Sequence[str]) -> Message:
    if _is_test(allowed) and fault.path and isinstance(fault.path[-1], str):
        # A group of facts, written as in a case: in conditions their names have dots.
        return message(
            "a fact is written `{path}`; a comparison is one of {words}",
            words=listing(allowed),
            path=shorten(f"{fault.path[-1]}.{key}"),
        )
    return message("the keys are {keys}", keys=listing(allowed))
