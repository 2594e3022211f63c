"""From what jsonschema finds wrong with a file to what is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.syntax.keys import Path
from policyengine.syntax.schema_parts import Schema, shape_of
from policyengine.syntax.shape_faults.displaced import find_displaced, is_displaced
from policyengine.syntax.shape_faults.fault import Fault, fault_of
from policyengine.syntax.shape_faults.keys import tell_unknown_keys
from policyengine.syntax.shape_faults.limits import tell_limit
from policyengine.syntax.shape_faults.misplaced import is_misplaced
from policyengine.syntax.shape_faults.missing import note_either, note_missing, tell_missing
from policyengine.syntax.shape_faults.shapes import tell_wrong_shape
from policyengine.syntax.shape_faults.telling import Telling
from policyengine.syntax.shape_faults.words import tell_bad_name, tell_unknown_word
from policyengine.syntax.yaml_tree import Node

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

# A mapping with none of its keys was meant as something else.
_ONLY_IF_MEANT = "#/definitions/computed"
_ABOUT_KEYS = ("additionalProperties", "pattern", "maxProperties")


def tell(schema: Schema, root: Node, faults: Sequence[ValidationError]) -> list[Diagnostic]:
    """Return the faults of a file, given as its tree, in our words and in the order of the file."""
    telling = Telling(schema, root)
    find_displaced(telling, map(fault_of, faults))
    # Names first: what stands below a key that should not be there is not told by itself.
    for fault in sorted(faults, key=lambda one: one.validator != "pattern"):
        _take(telling, fault)
    tell_missing(telling)
    # A key that is no name and stands for a word of the language is told as that word only.
    spans = {one.span for one in telling.found if one.code == "unknown-key"}
    told = {one for one in telling.found if one.code != "bad-name" or one.span not in spans}
    return sorted(told, key=lambda one: one.order)


def _take(telling: Telling, found: ValidationError) -> None:
    """Take one fault; of several shapes that a value can have, the one is told that it comes nearest."""
    fault = fault_of(found)
    if is_displaced(telling, fault.path) or is_misplaced(telling, fault):
        return
    if fault.keyword in ("anyOf", "oneOf") and all(set(branch) == {"required"} for branch in fault.value):
        note_either(telling, fault)
    elif fault.keyword == "anyOf":
        _take_nearest(telling, found, fault)
    elif fault.keyword == "type":
        tell_wrong_shape(telling, fault, telling.schema.shapes(fault.schema))
    elif fault.keyword == "required":
        note_missing(telling, fault)
    elif fault.keyword == "additionalProperties":
        tell_unknown_keys(telling, fault)
    elif fault.keyword == "enum":
        tell_unknown_word(telling, fault)
    elif fault.keyword == "pattern":
        tell_bad_name(telling, fault)
    else:
        tell_limit(telling, fault)


def _take_nearest(telling: Telling, found: ValidationError, fault: Fault) -> None:
    """Take the faults of the shape that a value comes nearest."""
    branches: list[Any] = fault.value
    shape = shape_of(fault.instance)
    fitting = [position for position, branch in enumerate(branches) if shape in telling.schema.shapes(branch)]
    if not fitting:
        tell_wrong_shape(telling, fault, telling.schema.shapes(fault.schema))
        return
    inner: dict[int, list[ValidationError]] = {position: [] for position in fitting}
    for one in found.context or ():
        inner.get(cast(int, one.relative_schema_path[0]), []).append(one)
    keys = set(fault.instance) if isinstance(fault.instance, dict) else set()
    meant = [position for position in fitting if keys & set(telling.schema.keys(branches[position]))]
    likely = [position for position in fitting if branches[position].get("$ref") != _ONLY_IF_MEANT]
    choices = meant or likely or fitting
    nearest = min(choices, key=lambda position: (_distance(inner[position], fault.path), position))
    for one in inner[nearest]:
        _take(telling, one)


def _distance(faults: Sequence[ValidationError], path: Path) -> tuple[int, int]:
    """Return how far a mapping is from a shape: first by its own keys, then by all that is wrong."""
    keys = sum(1 for one in faults if one.validator in _ABOUT_KEYS and len(one.absolute_path) == len(path))
    return keys, len(faults)
