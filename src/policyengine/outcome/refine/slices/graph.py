"""What a graph leads to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def reached(nodes: Iterable[str], graph: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Return everything that a graph leads to from some nodes, these included."""
    found = set(nodes)
    waiting = [*found]
    while waiting:
        for one in graph.get(waiting.pop(), ()):
            if one not in found:
                found.add(one)
                waiting.append(one)
    return frozenset(found)
