"""Keys that no schema knows, and what was meant by them."""

from __future__ import annotations

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
from policyengine.syntax.yaml_tree import MappingNode, Scalar, node_at
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
        if is_displaced(telling, (*fault.path, key)):
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
    """Return a help for a key without a value that follows a text: a comma inside braces made it one."""
    node = node_at(telling.root, path)[0]
    assert isinstance(node, MappingNode)
    position = next(number for number, one in enumerate(node.entries) if one.key.text == key)
    entry, before = node.entries[position], node.entries[position - 1]
    after_key = (entry.key.span.end_line, entry.key.span.end_column)
    has_value = (entry.value.span.line, entry.value.span.column) != after_key
    if has_value or not position or not isinstance(before.value, Scalar) or before.value.quoted:
        return None
    if before.value.span.end_line != entry.key.span.line or not re.search(r"[^\W\d]", before.value.text):
        return None  # a date or a number is no beginning of a text
    return message(
        "a comma ends a text inside braces: put the whole text in quotes, `{example}`",
        example=f'{shorten(before.key.text)}: "{shorten(before.value.text)}, {shorten(key)}"',
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
