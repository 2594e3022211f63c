"""Wishes made of others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from weakref import WeakKeyDictionary

from policyengine.sampling.draw import Draw, Want

_PARTS: WeakKeyDictionary[Want, Sequence[Want]] = WeakKeyDictionary()
"""Of wishes that consist of others, these."""


def nothing(draw: Draw, record: int | None, this: int | None) -> None:
    """Wish nothing."""
    return None


def all_of(wants: Sequence[Want]) -> Want:
    """Return all wishes as one."""
    kept = [part for one in wants if one is not nothing for part in _PARTS.get(one, (one,))]
    if not kept:
        return nothing
    if len(kept) == 1:
        return kept[0]

    def want(draw: Draw, record: int | None, this: int | None) -> None:
        for one in kept:
            one(draw, record, this)

    _PARTS[want] = kept
    return want


def one_of(ways: Sequence[Want]) -> Want:
    """Return the wish for one of several, now this and now that."""
    if not ways:
        return nothing
    return lambda draw, record, this: ways[draw.below(len(ways))](draw, record, this)


def later(wish: Want) -> Want:
    """Return the same wish, which is only wished after all others."""
    return lambda draw, record, this: draw.later.append((wish, record, this))


def lazily(make: Callable[[], Want]) -> Want:
    """Return a wish that is only made when it is first wished: rules can rest on each other."""
    made: list[Want] = []

    def want(draw: Draw, record: int | None, this: int | None) -> None:
        if not made:
            made.append(make())
        made[0](draw, record, this)

    return want
