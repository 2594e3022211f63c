"""Too few, too many, twice: faults of a value whose shape is right."""

from __future__ import annotations

from policyengine.diagnostics.diagnostic import message
from policyengine.diagnostics.span import Span
from policyengine.syntax.shape_faults.fault import Fault, label
from policyengine.syntax.shape_faults.shapes import example_for
from policyengine.syntax.shape_faults.telling import Telling
from policyengine.syntax.shape_faults.words import is_computed_otherwise


def tell_limit(telling: Telling, fault: Fault) -> None:
    """Tell of a value that has too few parts or too many, the same twice, or a key of another type."""
    name, span = label(fault.path), telling.span(fault.path)
    if fault.keyword in ("minProperties", "minItems", "minLength") and not fault.instance:
        what = message("`{name}` must not be empty", name=name)
        help = (example_for(telling, fault) if fault.path else None) or message("write what belongs here")
        if fault.keyword == "minItems" and _is_optional(telling, fault):
            help = message("leave the line out, or write what belongs here")
        telling.error("wrong-shape", what, span, help)
    elif fault.keyword == "maxProperties":
        if is_computed_otherwise(telling, fault.path):
            return  # it is no choice by reading, as is told
        what = message("`{name}` can depend on one assumption only", name=name)
        telling.error("wrong-shape", what, span, message("keep one, and write its readings below it"))
    elif fault.keyword in ("minItems", "maxItems"):
        what = message("`{name}` must have exactly {count} values", name=name, count=fault.value)
        example = example_for(telling, fault)
        telling.error("wrong-shape", what, span, example)
    elif fault.keyword == "uniqueItems":
        what = message("`{name}` says the same twice", name=name)
        telling.error("wrong-shape", what, _repeated(telling, fault), message("remove one of them"))
    else:  # `not`: a key that this type of fact has no use for
        key = fault.value["required"][0]
        what = message("`{key}` does not belong to a fact of this type", key=key)
        help = message("remove it, or write `type: choice`")
        telling.error("unknown-key", what, telling.key_span(fault.path, key), help)


def _is_optional(telling: Telling, fault: Fault) -> bool:
    """Tell whether the key of a value can be left out."""
    _, passed = telling.schema.along(fault.steps)
    home = next((one.schema for one in passed if one.depth == len(fault.path) - 1), {})
    return fault.path[-1] in home.get("properties", {}) and fault.path[-1] not in home.get("required", ())


def _repeated(telling: Telling, fault: Fault) -> Span:
    seen: set[str] = set()
    for position, item in enumerate(fault.instance):
        if repr(item) in seen:
            return telling.span((*fault.path, position))
        seen.add(repr(item))
    return telling.span(fault.path)
