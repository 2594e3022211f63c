"""Pass 2: when is a condition *true*? As alternatives, each a conjunction of literals.

A literal is a test, or a question about a list, that must be true or must be false. What is undetermined is
neither, so under Kleene's logic the usual laws of negation and distribution hold. Distribution can explode:
a part with too many alternatives stays whole and becomes one literal, to be answered beside the engine.
"""

from __future__ import annotations

from typing import NamedTuple

from policyengine.conditions import All, Any, Condition, Not

MOST_ALTERNATIVES = 16


class Literal(NamedTuple):
    """A condition that must be true (``wanted``) or false (not ``wanted``)."""

    condition: Condition
    wanted: bool


Alternatives = tuple[tuple[Literal, ...], ...]
"""Empty: never. One empty alternative: always."""


def alternatives(condition: Condition, wanted: bool = True) -> Alternatives:
    """Return the ways for a condition to be true (or, if not ``wanted``, false)."""
    match condition:
        case Not(part):
            return alternatives(part, not wanted)
        case All(parts) if wanted:
            return _conjunction(condition, parts, wanted)
        case Any(parts) if not wanted:
            return _conjunction(condition, parts, wanted)
        case All(parts) | Any(parts):
            return _disjunction(condition, parts, wanted)
        case _:
            return ((Literal(condition, wanted),),)


def _disjunction(whole: Condition, parts: tuple[Condition, ...], wanted: bool) -> Alternatives:
    every = tuple(way for part in parts for way in alternatives(part, wanted))
    return every if len(every) <= MOST_ALTERNATIVES else ((Literal(whole, wanted),),)


def _conjunction(whole: Condition, parts: tuple[Condition, ...], wanted: bool) -> Alternatives:
    joined: Alternatives = ((),)
    for part in parts:
        ways = alternatives(part, wanted)
        if len(joined) * len(ways) > MOST_ALTERNATIVES:
            ways = ((Literal(part, wanted),),)
        joined = tuple((*left, *right) for left in joined for right in ways)
    return joined
