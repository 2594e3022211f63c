"""Decision trees: which answer follows from what the case could still say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from policyengine.frozen import Frozen
from policyengine.model.case import Key
from policyengine.semantics.findings import Absent, Conflict, Known, Missing, State, Unknown
from policyengine.values.literals import Value, comparison_key, identity_key


class Exactly(Frozen):
    """It has this value."""

    value: Value


class Between(Frozen):
    """It lies between two values, both included; None as far as its type and its bounds let it go."""

    low: Value | None
    high: Value | None


class Later(Frozen):
    """It has not happened yet."""


class OtherText(Frozen):
    """It is a text that no rule names."""


class Matching(Frozen):
    """So many records are as asked, at least and at most; None for any number."""

    low: int
    high: int | None


class Spans(Frozen):
    """It lies in one of many spans, both ends included, such as on days of every year; in order."""

    spans: tuple[tuple[Value, Value], ...]


Cell = Exactly | Between | Later | OtherText | Matching | Spans
"""Some of the values that something missing can have."""


class Spread(Frozen):
    """An answer that lies between two values, both of which are met; ``by`` is what moves it."""

    low: Value
    high: Value
    by: frozenset[Missing]


Answer = Known | Absent | Conflict | Unknown | Spread
"""How a question comes out. Unknown: nothing more can be tried, so it is some value that cannot be told."""


class Leaf(Frozen):
    """Where nothing more matters. Several answers: all of these are met, and it is not known where.

    ``rules`` give a value that cannot be told: values of other rules are other values.
    """

    answers: tuple[Answer, ...]
    rules: tuple[Key, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """Return what tells this leaf from others."""
        return tuple(map(answer_key, self.answers)), self.rules


class Branch(Frozen):
    """What follows if something missing is in one of the cells."""

    cells: tuple[Cell, ...]
    then: Node


class Split(Frozen):
    """What follows from each value of something missing; the cells of the branches do not overlap."""

    missing: Missing
    branches: tuple[Branch, ...]


Node = Leaf | Split
Path = Mapping[Missing, tuple[Cell, ...]]


def answer_key(answer: Answer) -> tuple[object, ...]:
    """Return what answers are compared and ordered by."""
    match answer:
        case Known(value):
            key, is_in_days = identity_key(value)
            return 0, isinstance(key, str), key, is_in_days
        case Spread(low, high, _):
            return 1, comparison_key(low), comparison_key(high)
        case Absent():
            return (2,)
        case Conflict():
            return (3,)  # other rules may hold too, and take the place of those that give the same values
        case Unknown(waits):
            names = ((one.kind, one.name, -1 if one.record is None else one.record) for one in waits)
            return 4, tuple(sorted(names))


def split(
    missing: Missing,
    branches: list[Branch],
    ends: tuple[Value, Value] | None = None,
    comes_back: bool = False,
) -> Node:
    """Return a split whose branches have different consequences; the consequence, if all have the same.

    ``ends`` are the least and the greatest value that are allowed: an interval up to there has no limit.
    ``comes_back``: what follows may be the same at many times, such as on days of every year.
    """
    joined: list[Branch] = []
    for branch in branches:
        if joined and same_node(joined[-1].then, branch.then):
            joined[-1] = Branch(_joined((*joined[-1].cells, *branch.cells)), joined[-1].then)
        else:
            joined.append(branch)
    folded = [
        Branch(tuple(_unlimited(cell, ends) for cell in branch.cells), branch.then)
        for branch in _folded(joined)
    ]
    if comes_back:
        folded = [Branch(_compact(branch.cells), branch.then) for branch in folded]
    return folded[0].then if len(folded) == 1 else Split(missing, tuple(folded))


_MOST_SPANS = 6
"""More intervals of time with one consequence are days that come again and again, and told as such."""


def _compact(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Return cells of which very many intervals are one."""
    spans = [_span(one) for one in cells if isinstance(one, Exactly | Between)]
    whole = [one for one in spans if one is not None]
    if len(whole) <= _MOST_SPANS:
        return cells
    rest = [one for one in cells if not isinstance(one, Exactly | Between) or _span(one) is None]
    return (*rest, Spans(tuple(whole)))


def _span(cell: Exactly | Between) -> tuple[Value, Value] | None:
    """Return the two ends of an interval, None where it has no limit or its values no order."""
    ends = (cell.value, cell.value) if isinstance(cell, Exactly) else (cell.low, cell.high)
    low, high = ends
    if low is None or high is None or not isinstance(comparison_key(low), int):
        return None
    return low, high


def _unlimited(cell: Cell, ends: tuple[Value, Value] | None) -> Cell:
    if ends is None or not isinstance(cell, Between):
        return cell
    return Between(None if cell.low == ends[0] else cell.low, None if cell.high == ends[1] else cell.high)


def _folded(branches: list[Branch]) -> list[Branch]:
    """Join branches with the same consequence that are no neighbours, too; the first one keeps its place."""
    found: list[Branch] = []
    for branch in branches:
        for number, known in enumerate(found):
            if same_node(known.then, branch.then):
                found[number] = Branch((*known.cells, *branch.cells), known.then)
                break
        else:
            found.append(branch)
    return found


def _joined(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Join the last two cells if they are intervals that touch."""
    *before, one, other = cells
    match one, other:
        case (Between() | Exactly(), Between() | Exactly()) if _touch(one, other):
            low = one.value if isinstance(one, Exactly) else one.low
            high = other.value if isinstance(other, Exactly) else other.high
            return (*before, Between(low, high))
        case Matching(), Matching():
            return (*before, Matching(one.low, other.high))
        case _:
            return cells


def _touch(one: Between | Exactly, other: Between | Exactly) -> bool:
    end = one.value if isinstance(one, Exactly) else one.high
    start = other.value if isinstance(other, Exactly) else other.low
    if end is None or start is None or isinstance(end, str | bool) or isinstance(start, str | bool):
        return False
    left, right = comparison_key(end), comparison_key(start)
    return isinstance(left, int) and isinstance(right, int) and left + 1 == right


def same_node(one: Node, other: Node) -> bool:
    """Tell whether two trees say the same."""
    match one, other:
        case Leaf(), Leaf():
            return one.key == other.key
        case Split(), Split():
            return (
                one.missing == other.missing
                and len(one.branches) == len(other.branches)
                and all(
                    left.cells == right.cells and same_node(left.then, right.then)
                    for left, right in zip(one.branches, other.branches, strict=True)
                )
            )
        case _:
            return False


def leaves(node: Node, path: Path | None = None) -> Iterator[tuple[Path, Leaf]]:
    """Return every leaf with the cells that lead to it."""
    here = path or {}
    if isinstance(node, Leaf):
        yield here, node
        return
    for branch in node.branches:
        yield from leaves(branch.then, {**here, node.missing: branch.cells})


def answers_of(node: Node) -> tuple[Answer, ...]:
    """Return all answers of a tree, each once, in order."""
    found = {answer_key(one): one for _, leaf in leaves(node) for one in leaf.answers}
    return tuple(found[key] for key in sorted(found))


def mattering(node: Node) -> frozenset[Missing]:
    """Return what matters: changing it alone, with something else as it may be, changes the answer.

    The leaves are boxes. A thing matters if two leaves with different answers lie apart in it and in nothing
    else; and whatever an answer that cannot be told waits for matters.
    """
    every = [*leaves(node)]
    found: set[Missing] = set()
    for _, leaf in every:
        for answer in leaf.answers:
            if isinstance(answer, Unknown):
                found |= answer.waits
            elif isinstance(answer, Spread):
                found |= answer.by
    for (path, leaf), (other_path, other) in combinations(every, 2):
        if len(leaf.answers) == len(other.answers) == 1 and leaf.key == other.key:
            continue
        apart = [one for one in path if one in other_path and _are_apart(path[one], other_path[one])]
        if len(apart) == 1:
            found.add(apart[0])
    for path, leaf in every:
        if len(leaf.answers) > 1:
            found |= _within(path)
    return frozenset(found)


def _within(path: Path) -> set[Missing]:
    """Return what has more than one value on a path: some of these decide between the answers of its leaf."""
    return {
        missing
        for missing, cells in path.items()
        if len(cells) > 1 or isinstance(cells[0], Between | Matching | Spans)
    }


def _are_apart(one: tuple[Cell, ...], other: tuple[Cell, ...]) -> bool:
    return all(_is_apart(left, right) for left in one for right in other)


def _is_apart(one: Cell, other: Cell) -> bool:
    match one, other:
        case (Spans(spans), (Spans() | Exactly() | Between()) as cell) | (
            (Exactly() | Between()) as cell,
            Spans(spans),
        ):
            return all(_is_apart(Between(*span), cell) for span in spans)
        case (Exactly() | Between(), Exactly() | Between()):
            left, right = _ends(one), _ends(other)
            if isinstance(left, tuple) and isinstance(right, tuple):
                return _is_before(left[1], right[0]) or _is_before(right[1], left[0])
            return left != right
        case (Matching(), Matching()):
            return _is_before(one.high, other.low) or _is_before(other.high, one.low)
        case _:
            return type(one) is not type(other)


def _ends(cell: Exactly | Between) -> object:
    if isinstance(cell, Between):
        return tuple(None if end is None else comparison_key(end) for end in (cell.low, cell.high))
    key = comparison_key(cell.value)
    return (key, key) if isinstance(key, int) and not isinstance(cell.value, bool) else key


def _is_before(one: object, other: object) -> bool:
    return isinstance(one, int) and isinstance(other, int) and one < other


def state_of(node: Node) -> State | None:
    """Return the answer that all leaves share, None if they differ or it is only a range."""
    answers = answers_of(node)
    if len(answers) != 1 or isinstance(answers[0], Spread | Unknown):
        return None
    return answers[0]
