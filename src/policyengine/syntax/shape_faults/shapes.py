"""Values of a wrong shape, and how a value is written."""

from __future__ import annotations

from collections.abc import Mapping

from policyengine.diagnostics import typos as slips
from policyengine.diagnostics.diagnostic import Message, Sample, marked, message
from policyengine.syntax.schema_parts import LIST, MAPPING, SINGLE, flow
from policyengine.syntax.shape_faults.displaced import keys_below
from policyengine.syntax.shape_faults.fault import Fault, label
from policyengine.syntax.shape_faults.keys import follows_another_rest, rest_of_text
from policyengine.syntax.shape_faults.telling import Telling
from policyengine.values.escaping import shorten

_BRACKETS = "【】［］〔〕「」 "
"""What is typed for ``[`` and ``]`` on a Chinese keyboard."""

# One whole sentence for each combination, because a translation cannot be put together from pieces.
_MUST_BE: Mapping[tuple[str, ...], str] = {
    (MAPPING,): marked("`{name}` must be a mapping of keys to values"),
    (LIST,): marked("`{name}` must be a list"),
    (SINGLE,): marked("`{name}` must be a single value"),
    (LIST, SINGLE): marked("`{name}` must be a single value or a list"),
    (MAPPING, SINGLE): marked("`{name}` must be a single value or a mapping"),
    (LIST, MAPPING): marked("`{name}` must be a mapping or a list"),
    (LIST, MAPPING, SINGLE): marked("`{name}` must be a single value, a mapping or a list"),
}
_SHAPE_HELP: Mapping[tuple[str, ...], Message] = {
    (MAPPING,): message("write lines such as `name: …`, indented, below it"),
    (LIST,): message("write items that begin with `- `, below it"),
}


def tell_wrong_shape(telling: Telling, fault: Fault, shapes: tuple[str, ...]) -> None:
    """Tell of a value that has none of the shapes that it can have."""
    name = label(fault.path)
    if not fault.path:
        what = message("the file must be a mapping of keys to values")
        help = message("write lines such as `{example}`", example=Sample("{zh: …, en: …}", "title: "))
        telling.error("wrong-shape", what, telling.span(()), help)
        return
    example = example_for(telling, fault)
    if shapes == (LIST,) and isinstance(fault.path[-1], str):
        own = _as_list(telling, fault)
        example = message("write `{example}`", example=own) if own else example
    if fault.instance is None:
        _tell_no_value(telling, fault, example)
        return
    if (
        shapes == (MAPPING,)
        and "value" in telling.schema.keys(fault.schema)
        and isinstance(fault.instance, str)
    ):
        example = message("write `{example}`", example=f"- {{value: {shorten(fault.instance)}}}")
    what, span = message(_MUST_BE[shapes], name=name), telling.span(fault.path)
    slip = _slip(telling, fault) if MAPPING in shapes and isinstance(fault.instance, str) else None
    if slip is not None:  # one line that should have been a key with a value
        span = telling.value_span(fault.path)
    telling.error("wrong-shape", what, span, slip or example or _SHAPE_HELP.get(shapes))


def _slip(telling: Telling, fault: Fault) -> Message | None:
    """Return what to do about a line that should have been a key with a value, or None if it shows no key."""
    return slips.in_name(fault.instance)


def _as_list(telling: Telling, fault: Fault) -> str | None:
    """Return what was written, as the only item of the list that is due; None if it is none."""
    keys = telling.schema.keys(telling.schema.resolve(fault.schema).get("items"))
    item = None
    if isinstance(fault.instance, str):
        item = shorten(fault.instance.strip(_BRACKETS))
        item = f"{{value: {item}}}" if "value" in keys else item
    elif isinstance(fault.instance, dict) and fault.instance and set(fault.instance) <= set(keys):
        item = shorten(flow(fault.instance))
    return None if item is None else f"{shorten(str(fault.path[-1]))}: [{item}]"


def _tell_no_value(telling: Telling, fault: Fault, example: Message | None) -> None:
    if fault.path in telling.slipped:
        return
    home, key = fault.path[:-1], fault.path[-1]
    if isinstance(key, str) and follows_another_rest(telling, home, key):
        return
    help = example or message("write a value, or leave the line out")
    if isinstance(key, str):
        help = rest_of_text(telling, home, key) or help
    if any(keys_below(telling, fault)):
        help = message("indent the lines below that belong to it, by two spaces")
    what = message("`{name}` has no value", name=label(fault.path))
    telling.error("wrong-shape", what, telling.span(fault.path), help)


def example_for(telling: Telling, fault: Fault) -> Message | None:
    """Return a help that shows how the value at fault is written."""
    schema, key = fault.schema, fault.path[-1]
    current, passed = telling.schema.along(fault.steps)
    for place in passed:
        if place.depth == len(fault.path) - 1 and key in place.schema["properties"]:
            schema = place.schema["properties"][key]
    example = telling.schema.example(schema) or telling.schema.example(current)
    if example is None:
        return None
    if isinstance(key, int):
        return message("write for example `{example}`", example=Sample(example, "- "))
    return message("write for example `{example}`", example=Sample(example, f"{shorten(key)}: "))
