"""Keys that are missing, and keys of which one has to be there."""

from __future__ import annotations

from typing import Any

from policyengine.diagnostics.diagnostic import Sample, listing, marked, message
from policyengine.syntax.keys import Path
from policyengine.syntax.shape_faults.fault import Fault, label
from policyengine.syntax.shape_faults.telling import Telling

_EITHER = {
    ("then", "notices"): marked("say what follows (`{first}`), or who is told what (`{second}`)"),
    ("within", "ends"): marked("say how long it runs (`{first}`), or when it ends (`{second}`)"),
    ("checks", "faults"): marked(
        "say what must come out (`{first}`), or for which errors the case must be refused (`{second}`)"
    ),
}
_ONE_OF_TWO = marked("write `{first}` or `{second}`")


def tell_missing(telling: Telling) -> None:
    """Tell of everything that is missing, but for keys that stand elsewhere or are misspelt."""
    for path, keys in telling.missing.items():
        _tell_lacking(telling, path, [one for one in keys if (path, one[0]) not in telling.misplaced])
    for path, names in telling.either.items():
        if not any((path, name) in telling.misplaced for name in names):
            _tell_neither(telling, path, names)


def note_missing(telling: Telling, fault: Fault) -> None:
    """Note the keys that a mapping lacks; they are told when all other keys have been looked at."""
    # One fault for each key; the library does not say which, but all of them are found together.
    properties = fault.schema.get("properties")
    if properties is None:  # a condition on a mapping whose keys stand in the schema around it
        _, passed = telling.schema.along(fault.steps)
        properties = passed[-1].schema["properties"]
    missing = [(key, properties.get(key)) for key in fault.value if key not in fault.instance]
    known = telling.missing.setdefault(fault.path, [])
    known += [one for one in missing if one[0] not in [key for key, _ in known]]


def _tell_lacking(telling: Telling, path: Path, keys: list[tuple[str, Any]]) -> None:
    if not keys:
        return
    listed = listing(key for key, _ in keys)
    what = message("`{name}` lacks {keys}", name=label(path), keys=listed)
    if not path:
        what = message("the file lacks {keys}", keys=listed)
    key, schema = keys[0]
    example = Sample(telling.schema.example(schema) or "…", f"{key}: ")
    help = message("add for example `{example}`", example=example)
    telling.error("missing-key", what, telling.span(path), help)


def note_either(telling: Telling, fault: Fault) -> None:
    """Note that one of several keys has to be there; tell it at once where two are and only one may be."""
    names = [branch["required"][0] for branch in fault.value]
    there = [name for name in names if name in fault.instance]
    if not there:
        telling.either[fault.path] = names
    elif fault.keyword == "oneOf":
        what = message("`{first}` and `{second}` exclude each other", first=there[0], second=there[1])
        help = message("keep one of them")
        telling.error("wrong-shape", what, telling.key_span(fault.path, there[1]), help)


def _tell_neither(telling: Telling, path: Path, names: list[str]) -> None:
    if len(names) > 2:
        what = message("`{name}` lacks one of {keys}", name=label(path), keys=listing(names))
        telling.error("missing-key", what, telling.span(path), message("write one of them"))
        return
    first, second = names
    what = message(
        "`{name}` has neither `{first}` nor `{second}`", name=label(path), first=first, second=second
    )
    template = _EITHER.get((first, second), _ONE_OF_TWO)
    telling.error("missing-key", what, telling.span(path), message(template, first=first, second=second))
