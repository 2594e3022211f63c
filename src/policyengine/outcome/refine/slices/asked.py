"""Tests and questions, one by one: which of them a condition holds, and what each looks at."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.frozen import Frozen
from policyengine.model.conditions import (
    All,
    Any,
    Condition,
    Count,
    Not,
    Pick,
    Same,
    Some,
    Test,
    Window,
    asks_this,
    operands_in,
)
from policyengine.semantics.strata import lists_of_condition, node_of, refs_of_condition, refs_of_operand


class Asked(Frozen):
    """A test or a question about a list, and the list of whose records it is asked (None: of the case).

    ``this``: inside a question that depends on it, the list for each of whose records that is asked.
    """

    condition: Test | Window | Same | Count | Some | Pick
    listed: str | None
    this: str | None = None


def asked_in(condition: Condition, listed: str | None, this: str | None = None) -> Iterator[Asked]:
    """Return the tests and questions of a condition; it is asked of the case, or of each record of a list."""
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from asked_in(part, listed, this)
        case Not(part):
            yield from asked_in(part, listed, this)
        case Test() | Window() | Same():
            names = (name for operand in operands_in(condition) for name in refs_of_operand(operand))
            yield Asked(condition, listed if any(name.listed for name in names) else None, this)
        case Some() | Count() | Pick():
            yield Asked(condition, listed, this)
            inner = this or (listed if asks_this(condition) else None)
            yield from asked_in(condition.where, condition.listed, inner)
            if isinstance(condition, Pick):
                yield from asked_in(condition.then, condition.listed, inner)


def names_asked(condition: Condition) -> frozenset[str]:
    """Return the names that a condition itself looks at."""
    return frozenset(ref.name for operand in operands_in(condition) for ref in refs_of_operand(operand))


def nodes_asked(condition: Condition) -> frozenset[str]:
    """Return what a test or question looks at, as nodes of the graph of dependencies."""
    return frozenset((*map(node_of, refs_of_condition(condition)), *lists_of_condition(condition)))
