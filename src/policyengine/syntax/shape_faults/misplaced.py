"""Keys that belong elsewhere: they stand too deep, or were read as the name of something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.diagnostics.wordings import advice, misspelt, right_word
from policyengine.syntax.keys import Path
from policyengine.syntax.schema_parts import Place
from policyengine.syntax.shape_faults.fault import Fault
from policyengine.syntax.shape_faults.telling import Telling
from policyengine.syntax.yaml_tree import MappingNode, SequenceNode, node_at


def is_misplaced(telling: Telling, fault: Fault) -> bool:
    """Tell of a word of the language that was read as the name of a fact: ``then`` in ``when``."""
    _, passed = telling.schema.along(fault.steps)
    if _is_indented_too_far(telling, fault, passed):
        return True
    for position, place in enumerate(passed):
        is_condition = "count_of" in place.schema["properties"]
        if not is_condition or place.depth >= len(fault.path):
            continue
        path, key = fault.path[: place.depth], str(fault.path[place.depth])
        words = place.schema["properties"]
        if key in words:
            continue
        help = home_of(telling, key, path, passed[:position])
        near = misspelt(key, words)
        if help is None and near is not None and _holds_conditions(telling, (*path, key), words[near]):
            help = message("did you mean `{word}`?", word=near)
        help = help or _natural_condition(telling, key, path, words)
        if help is not None:
            telling.no_key(path, key, help)
            return True
    return False


def _natural_condition(telling: Telling, key: str, path: Path, words: Mapping[str, Any]) -> Message | None:
    """Return what to write for a natural word that joins conditions: ``or``, ``all_of``."""
    node = node_at(telling.root, (*path, key))[0]
    if right_word(key, words) == "all" and isinstance(node, MappingNode) and node.get("list") is not None:
        return message("write `not: {example}`", example="{any_of: {list: …, where: {not: {…}}}}")
    return advice(key, words)


def _is_indented_too_far(telling: Telling, fault: Fault, passed: Sequence[Place]) -> bool:
    """Tell of a key of the file that was read as a name, such as ``cases`` among the fixtures."""
    for depth, key in enumerate(fault.path):
        if isinstance(key, int) or any(place.depth == depth for place in passed):
            continue
        home = home_of(telling, key, fault.path[:depth], [place for place in passed if place.depth < depth])
        if home is not None:
            telling.no_key(fault.path[:depth], key, home)
            return True
    return False


def _holds_conditions(telling: Telling, path: Path, schema: Any) -> bool:
    """Tell whether a value is no test of a fact: it has keys that a schema knows, or holds facts."""
    node = node_at(telling.root, path)[0]
    if isinstance(node, SequenceNode):
        return any(isinstance(item, MappingNode) for item in node.items)
    keys = node.keys() if isinstance(node, MappingNode) else ()
    return any("." in key or key in telling.schema.keys(schema) for key in keys)


def home_of(telling: Telling, key: str, path: Path, passed: Sequence[Place]) -> Message | None:
    """Return a help if a mapping around the path is where the key belongs and is missing."""
    around = [place for place in passed if place.depth < len(path)]
    for place in reversed(around):
        home, beside = path[: place.depth], path[place.depth]
        if key in place.schema["properties"] and key not in telling.keys_at(home):
            telling.misplaced.add((home, key))
            return message("move it out: `{key}` belongs beside `{other}`", key=key, other=beside)
    return None
