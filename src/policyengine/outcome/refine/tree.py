"""Decision trees: which answer follows from what the case could still say."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from itertools import combinations
from math import inf
from operator import itemgetter

from policyengine.frozen import Frozen
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

    ``made_of`` tells values that cannot be told from each other: what each is made of as far as it is known,
    such as the rules that give it and the rate by which it is computed.
    """

    answers: tuple[Answer, ...]
    made_of: tuple[Hashable, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """Return what tells this leaf from others."""
        return tuple(map(answer_key, self.answers)), self.made_of


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
    groups: list[_Group] = []
    by_key: dict[tuple[object, ...], _Group] = {}
    last = None
    for branch in branches:
        key = node_key(branch.then)
        group = by_key.get(key)
        if group is None:
            group = by_key[key] = _Group([], branch.then)
            groups.append(group)
        is_next = group is last
        for cell in branch.cells:
            group.add(cell, is_next)
            is_next = True
        last = group
    folded = [Branch(tuple(_unlimited(cell, ends) for cell in group.cells), group.then) for group in groups]
    if comes_back:
        folded = [Branch(_compact(branch.cells), branch.then) for branch in folded]
    return folded[0].then if len(folded) == 1 else Split(missing, tuple(folded))


class _Group(Frozen):
    """Branches with the same consequence; where the first of them stands, stand all."""

    cells: list[Cell]
    then: Node

    def add(self, cell: Cell, is_next: bool) -> None:
        """Add a cell; ``is_next``: it follows on the last one, and is joined with it if they touch."""
        joined = _joined(self.cells[-1], cell) if is_next else None
        if joined is None:
            self.cells.append(cell)
        else:
            self.cells[-1] = joined


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


def _joined(one: Cell, other: Cell) -> Cell | None:
    """Return two cells as one if they are intervals that touch."""
    match one, other:
        case (Between() | Exactly(), Between() | Exactly()) if _touch(one, other):
            low = one.value if isinstance(one, Exactly) else one.low
            high = other.value if isinstance(other, Exactly) else other.high
            return Between(low, high)
        case Matching(), Matching():
            return Matching(one.low, other.high)
        case _:
            return None


def _touch(one: Between | Exactly, other: Between | Exactly) -> bool:
    end = one.value if isinstance(one, Exactly) else one.high
    start = other.value if isinstance(other, Exactly) else other.low
    if end is None or start is None or isinstance(end, str | bool) or isinstance(start, str | bool):
        return False
    left, right = comparison_key(end), comparison_key(start)
    return isinstance(left, int) and isinstance(right, int) and left + 1 == right


def node_key(node: Node) -> tuple[object, ...]:
    """Return what tells trees apart that do not say the same."""
    if isinstance(node, Leaf):
        return node.key
    return node.missing, tuple((branch.cells, node_key(branch.then)) for branch in node.branches)


def same_node(one: Node, other: Node) -> bool:
    """Tell whether two trees say the same."""
    return one is other or node_key(one) == node_key(other)


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
    found: set[Missing] = set()
    for path, leaf in leaves(node):
        for answer in leaf.answers:
            if isinstance(answer, Unknown):
                found |= answer.waits
            elif isinstance(answer, Spread):
                found |= answer.by
        if len(leaf.answers) > 1:
            found |= _within(path)
    _add_mattering(node, found)
    return frozenset(found)


def _add_mattering(node: Node, found: set[Missing]) -> None:
    """Add what branches with different consequences are apart in.

    Branches are apart in what they split; so that matters if their trees differ anywhere. What is the same as
    the first branch everywhere is the same as the others, too, so that mostly these need not be compared.
    """
    if isinstance(node, Leaf):
        return
    trees = [branch.then for branch in node.branches]
    for tree in trees:
        _add_mattering(tree, found)
    if node.missing in found:
        return
    if any(_differ(trees[0], other) for other in trees[1:]) or any(
        _differ(one, other) for one, other in combinations(trees[1:], 2)
    ):
        found.add(node.missing)


def _differ(one: Node, other: Node) -> bool:
    """Tell whether two trees give different answers to some values that both allow."""
    match one, other:
        case Leaf(), Leaf():
            return not len(one.answers) == len(other.answers) == 1 or one.key != other.key
        case Split(), Split() if one.missing == other.missing:
            return any(_differ(left.then, right.then) for left, right in _meeting(one, other))
        case _:
            return any(
                _differ(leaf, other_leaf) and not _are_apart_anywhere(path, other_path)
                for path, leaf in leaves(one)
                for other_path, other_leaf in leaves(other)
            )


def _are_apart_anywhere(one: Path, other: Path) -> bool:
    return any(missing in other and _are_apart(one[missing], other[missing]) for missing in one)


def _meeting(one: Split, other: Split) -> Iterator[tuple[Branch, Branch]]:
    """Return the branches of two splits of the same thing that are not apart in it."""
    left, right = _places_of(one), _places_of(other)
    if left is None or right is None:
        yield from (
            (branch, other_branch)
            for branch in one.branches
            for other_branch in other.branches
            if not _are_apart(branch.cells, other_branch.cells)
        )
        return
    yield from ((branch, right.named[key]) for key, branch in left.named.items() if key in right.named)
    place, other_place = 0, 0
    while place < len(left.intervals) and other_place < len(right.intervals):
        low, high, branch = left.intervals[place]
        other_low, other_high, other_branch = right.intervals[other_place]
        if low <= other_high and other_low <= high:
            yield branch, other_branch
        if high < other_high:
            place += 1
        else:
            other_place += 1


class _Places(Frozen):
    """Where the branches of a split stand: in intervals, in order, or at values that have no order."""

    intervals: list[tuple[float, float, Branch]]
    named: dict[object, Branch]


def _places_of(node: Split) -> _Places | None:
    """Return where the branches stand, None if they are told in another way."""
    found = _Places([], {})
    for branch in node.branches:
        for cell in branch.cells:
            if isinstance(cell, Later | OtherText):
                found.named[type(cell)] = branch
                continue
            if not isinstance(cell, Exactly | Between):
                return None
            ends = _ends(cell)
            if not isinstance(ends, tuple):
                found.named[ends] = branch
                continue
            low, high = ends
            if not isinstance(low, int | None) or not isinstance(high, int | None):
                return None
            found.intervals.append((-inf if low is None else low, inf if high is None else high, branch))
    found.intervals.sort(key=itemgetter(0))
    return found


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
