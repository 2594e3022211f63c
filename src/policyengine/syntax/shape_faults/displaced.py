"""Lines that belong below a key without a value, beside which they stand."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from policyengine.syntax.keys import Path
from policyengine.syntax.shape_faults.fault import Fault
from policyengine.syntax.shape_faults.telling import Telling


def find_displaced(telling: Telling, faults: Iterable[Fault]) -> None:
    """Note the keys that belong below a key without a value: nothing is told of them by themselves."""
    for fault in faults:
        if fault.instance is None and fault.path:
            telling.displaced.update((*fault.path[:-1], key) for key in keys_below(telling, fault))


def is_displaced(telling: Telling, path: Path) -> bool:
    """Tell whether a value is such a line, or part of one."""
    return any(path[:length] in telling.displaced for length in range(1, len(path) + 1))


def keys_below(telling: Telling, fault: Fault) -> Iterator[str]:
    """Return the keys that follow a key without a value and fit only below it."""
    home, key = fault.path[:-1], fault.path[-1]
    keys = telling.keys_at(home)
    if key not in keys:
        return iter(())
    _, passed = telling.schema.along(fault.steps)
    beside = next((one.schema["properties"] for one in passed if one.depth == len(home)), None)
    inside = telling.schema.keys(fault.schema)
    below = keys[keys.index(str(key)) + 1 :]
    outer = [one.schema["properties"] for one in passed if key in one.schema["properties"]]
    if beside is None and outer:  # a key of the file, indented too far: what follows is its own
        inside = telling.schema.keys(outer[-1][key]) or below
    return itertools.takewhile(lambda one: one in inside if beside is None else one not in beside, below)
