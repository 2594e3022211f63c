"""The tree of an interval: what is found at both of its ends."""

from __future__ import annotations

from policyengine.outcome.refine.search.attempts import Attempts
from policyengine.outcome.refine.tree import (
    Answer,
    Branch,
    Leaf,
    Node,
    Split,
    Spread,
    answer_key,
    answers_of,
    same_node,
)
from policyengine.semantics.findings import Known, Missing
from policyengine.values.literals import Value, comparison_key


def merged(one: Node, other: Node, missing: Missing, attempts: Attempts) -> Node:
    """Return the tree below an interval of what is missing, by those below its ends.

    Where these differ by more than a number, it is not sure what comes out between them.
    """
    if same_node(one, other):
        return one
    if isinstance(one, Leaf) and isinstance(other, Leaf) and len(one.answers) == len(other.answers) == 1:
        spread = _spread(one.answers[0], other.answers[0], missing)
        if spread is not None:
            return Leaf((spread,))
    if isinstance(one, Split) and isinstance(other, Split) and _are_alike(one, other):
        pairs = zip(one.branches, other.branches, strict=True)
        return Split(
            one.missing,
            tuple(
                Branch(left.cells, merged(left.then, right.then, missing, attempts)) for left, right in pairs
            ),
        )
    attempts.is_sure = False
    found = {answer_key(answer): answer for node in (one, other) for answer in answers_of(node)}
    return Leaf(tuple(found[key] for key in sorted(found)))


def _are_alike(one: Split, other: Split) -> bool:
    """Tell whether two splits ask the same and tell the same values apart."""
    cells = [[branch.cells for branch in each.branches] for each in (one, other)]
    return one.missing == other.missing and cells[0] == cells[1]


def _spread(one: Answer, other: Answer, missing: Missing) -> Spread | None:
    """Return the range of two answers that are numbers or instants, None for other answers."""
    ends: list[Value] = []
    by = {missing}
    for answer in (one, other):
        match answer:
            case Known(value):
                ends.append(value)
            case Spread(low, high, moved):
                ends += [low, high]
                by |= moved
            case _:
                return None
    if any(isinstance(end, str | bool) for end in ends):
        return None
    ends.sort(key=comparison_key)
    return Spread(ends[0], ends[-1], frozenset(by))
