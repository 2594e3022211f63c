"""The order in which cells and rules are computed: as far as possible, those of one policy and list together.

So a policy that does not apply is skipped in a few blocks, and a list is gone through once for many cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policyengine.compile.plan import (
    Aggregate,
    Amount,
    Apply,
    Cell,
    Choose,
    Derived,
    Due,
    Expr,
    Given,
    Parameter,
    Plan,
    Read,
    Rule,
    Status,
)

Group = tuple[str | None, str | None]
"""A policy and a list; None where a cell belongs to none."""


Node = Cell | Rule


def parts_of(expr: Expr) -> Iterator[Expr]:
    """Return an expression and all that it consists of; what a question asks comes before the question."""
    match expr:
        case Apply(_, args):
            for arg in args:
                yield from parts_of(arg)
        case Aggregate(_, _, where, of):
            yield from parts_of(where)
            yield from parts_of(of)
        case Choose(branches):
            for when, value in branches:
                yield from parts_of(when)
                yield from parts_of(value)
        case _:
            pass
    yield expr


def expressions_of(cell: Cell) -> Iterator[Expr]:
    """Return the expressions of a cell."""
    match cell:
        case Given():
            yield from () if cell.dated_by is None else (cell.dated_by,)
            yield cell.missing
        case Derived():
            yield from (one.value for one in cell.candidates)
        case Parameter():
            yield from () if cell.by is None else (cell.by,)
        case Due():
            yield from (cell.when, cell.start, cell.length, cell.follows)
        case Status():
            yield from (*cell.acts, *cell.stops, cell.end)
        case Amount():
            every = (cell.base, *cell.plus, *cell.minus, cell.rate, cell.floor)
            yield cell.when
            yield from (one for one in every if one is not None)
            for cap in cell.caps:
                yield from (cap.when, cap.limit)


def names_of(cell: Cell) -> tuple[str, ...]:
    """Return the names to which a cell gives values."""
    if isinstance(cell, Status):
        return f"{cell.name}.status", f"{cell.name}.settled_at"
    return (cell.name,)


def read_by(exprs: Iterable[Expr]) -> Iterator[Read]:
    """Return what expressions read, without the instant of the judgement."""
    for expr in exprs:
        for part in parts_of(expr):
            if isinstance(part, Read) and part.name != "as_of":
                yield part


class Arrangement:
    """The cells and rules of a Plan in an order in which they can be computed."""

    def __init__(self, plan: Plan) -> None:
        """Find out what rests on what."""
        self.nodes: list[Node] = []
        for stratum in plan.strata:
            self.nodes += [*stratum.cells, *stratum.rules]
        self._scopes = {one.name: frozenset(_names([one.when])) for one in plan.policies}
        self._policies = {one.deadline: one.policy for one in self.nodes if isinstance(one, Due)}
        homes = {name: number for number, node in enumerate(self.nodes) for name in _given_by(node)}
        self._before = [{homes[name] for name in self._rests_on(node)} for node in self.nodes]
        self._after: dict[int, list[int]] = {}
        for number, before in enumerate(self._before):
            for one in before:
                self._after.setdefault(one, []).append(number)

    def group_of(self, node: Node) -> Group:
        """Return the policy without which a node has no value, and the list of whose records it is."""
        match node:
            case Rule() | Due() | Amount():
                policy = node.policy
            case Status():
                policy = self._policies[node.name]
            case _:
                policy = None
        return policy, None if isinstance(node, Parameter) else node.listed

    def _rests_on(self, node: Node) -> set[str]:
        names = set(_names([node.when] if isinstance(node, Rule) else expressions_of(node)))
        match node:
            case Derived():
                names.update(f"rule {one.rule}" for one in node.candidates)
            case Status():
                names.add(f"{node.name}.due")
            case _:
                pass
        policy = self.group_of(node)[0]
        return names if policy is None else names | self._scopes[policy]

    def groups(self) -> Iterator[tuple[Group, list[Node]]]:
        """Return the nodes in groups, each node after those that it rests on."""
        waiting = [set(before) for before in self._before]
        ready: dict[Group, list[int]] = {}
        for number, before in enumerate(waiting):
            if not before:
                ready.setdefault(self.group_of(self.nodes[number]), []).append(number)
        while ready:
            group = _next(ready)
            numbers = ready[group]
            for number in numbers:  # grows while it is gone through
                for one in self._after.get(number, ()):
                    waiting[one].discard(number)
                    if not waiting[one]:
                        own = self.group_of(self.nodes[one])
                        (numbers if own == group else ready.setdefault(own, [])).append(one)
            del ready[group]
            yield group, [self.nodes[number] for number in numbers]


def _names(exprs: Iterable[Expr]) -> Iterator[str]:
    return (read.name for read in read_by(exprs))


def _given_by(node: Node) -> tuple[str, ...]:
    return (f"rule {node.name}",) if isinstance(node, Rule) else names_of(node)


def _next(ready: dict[Group, list[int]]) -> Group:
    """Return what comes next: what needs no block, because much rests on it, then the largest group."""
    return min(ready, key=lambda group: (group != (None, None), -len(ready[group]), min(ready[group])))
