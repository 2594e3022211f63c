"""The order in which the cells of a stratum are computed: those of one policy and one list together.

So a policy that does not apply is skipped as a block, and a list is gone through once for many cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

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
    Read,
    Status,
)

Group = tuple[str | None, str | None]
"""A policy and a list; None where a cell belongs to none."""


def group_of(cell: Cell) -> Group:
    """Return the policy without which a cell has no value, and the list of whose records it is."""
    policy = cell.policy if isinstance(cell, Due | Amount) else None
    return policy, None if isinstance(cell, Parameter) else cell.listed


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


def arrange(cells: Sequence[Cell], scopes: Mapping[str, Expr]) -> Iterator[tuple[Group, list[Cell]]]:
    """Return the cells of a stratum in groups, each cell after those that it rests on.

    ``scopes`` is what each policy demands.
    """
    home = {name: number for number, cell in enumerate(cells) for name in names_of(cell)}
    # What a deadline has come to rests on its end, which it does not read.
    home |= {one.deadline: number for number, one in enumerate(cells) if isinstance(one, Due)}
    waiting: dict[int, set[int]] = {}
    followers: dict[int, list[int]] = {}
    for number, cell in enumerate(cells):
        names = {read.name for read in read_by(expressions_of(cell))}
        if isinstance(cell, Due | Amount) and cell.policy is not None:
            names |= {read.name for read in read_by([scopes[cell.policy]])}
        if isinstance(cell, Status):
            names.add(cell.name)
        before = {home[name] for name in names if name in home} - {number}
        waiting[number] = before
        for one in before:
            followers.setdefault(one, []).append(number)
    ready: dict[Group, list[int]] = {}
    for number, before in waiting.items():
        if not before:
            ready.setdefault(group_of(cells[number]), []).append(number)
    while ready:
        group = next(iter(ready))
        done: list[Cell] = []
        numbers = ready[group]
        for number in numbers:  # grows while it is gone through
            done.append(cells[number])
            for one in followers.get(number, ()):
                waiting[one].discard(number)
                if not waiting[one]:
                    own = group_of(cells[one])
                    (numbers if own == group else ready.setdefault(own, [])).append(one)
        del ready[group]
        yield group, done
