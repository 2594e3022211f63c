"""When is a condition *true*? As alternatives, each a conjunction of literals.

A literal is a test, or a question about a list, that must be true or must be false. What is undetermined is
neither, so under Kleene's logic the usual laws of negation and distribution hold. Distribution can explode:
a part with too many alternatives stays whole and becomes one literal, to be answered in another way.

Conditions are those of a rule file or those of a Plan: ``split`` says how one is put together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar
from typing import Literal as Word

from policyengine.compile.plan import Apply, Expr
from policyengine.model.conditions import All, Any, Condition, Not

MOST_ALTERNATIVES = 16
One = TypeVar("One")


class Literal(NamedTuple, Generic[One]):
    """A condition that must be true (``wanted``) or false (not ``wanted``)."""

    condition: One
    wanted: bool


Alternatives = tuple[tuple[Literal[One], ...], ...]
"""Empty: never. One empty alternative: always."""
Split = Callable[[One], "tuple[Word['all', 'any', 'not'], Sequence[One]] | None"]
"""How a condition is put together; None for a test or a question."""


def split_condition(condition: Condition) -> tuple[Word["all", "any", "not"], Sequence[Condition]] | None:
    """Tell how a condition of a rule file is put together."""
    match condition:
        case All(parts):
            return "all", parts
        case Any(parts):
            return "any", parts
        case Not(part):
            return "not", (part,)
        case _:
            return None


def split_expr(expr: Expr) -> tuple[Word["all", "any", "not"], Sequence[Expr]] | None:
    """Tell how a condition of a Plan is put together."""
    match expr:
        case Apply("all" | "any" | "not" as op, args):
            return op, args
        case _:
            return None


def alternatives(condition: Condition, wanted: bool = True) -> Alternatives[Condition]:
    """Return the ways for a condition of a rule file to be true (or, if not ``wanted``, false)."""
    return ways_of(condition, split_condition, wanted)


def ways_of(condition: One, split: Split[One], wanted: bool = True) -> Alternatives[One]:
    """Return the ways for a condition to be true (or, if not ``wanted``, false)."""
    together = split(condition)
    if together is None:
        return ((Literal(condition, wanted),),)
    op, parts = together
    if op == "not":
        return ways_of(parts[0], split, not wanted)
    if (op == "all") is wanted:
        return _conjunction(parts, split, wanted)
    every = tuple(way for part in parts for way in ways_of(part, split, wanted))
    return every if len(every) <= MOST_ALTERNATIVES else ((Literal(condition, wanted),),)


def _conjunction(parts: Sequence[One], split: Split[One], wanted: bool) -> Alternatives[One]:
    joined: Alternatives[One] = ((),)
    for part in parts:
        ways = ways_of(part, split, wanted)
        if len(joined) * len(ways) > MOST_ALTERNATIVES:
            ways = ((Literal(part, wanted),),)
        joined = tuple((*left, *right) for left in joined for right in ways)
    return joined
