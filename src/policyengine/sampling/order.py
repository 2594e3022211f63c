"""In which order facts are drawn: each after what bounds it, and if possible after what its time rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set


def in_order(names: Sequence[str], hard: Mapping[str, Set[str]], soft: Mapping[str, Set[str]]) -> list[str]:
    """Return all names, each after those that ``hard`` names for it, and for as many as it can ``soft``.

    Where hard ones rest on each other, the one that is named first comes first.
    """
    left = dict.fromkeys(names)
    found: list[str] = []
    while left:
        ready = _ready(left, (hard, soft)) or _ready(left, (hard,)) or [next(iter(left))]
        for name in ready:
            del left[name]
            found.append(name)
    return found


def _ready(left: Mapping[str, None], edges: Iterable[Mapping[str, Set[str]]]) -> list[str]:
    """Return what rests on nothing that is left; by hard edges alone only the first."""
    every = list(edges)
    ready = [
        name
        for name in left
        if not any(before != name and before in left for one in every for before in one.get(name, ()))
    ]
    return ready if len(every) > 1 else ready[:1]
