"""How facts flow through one policy: what goes in, what is concluded from it, what comes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen
from policyengine.model.rulebook import Rulebook
from policyengine.semantics.strata import DUE, Graph, dependencies, name_of_node, node_of, rule_node

Kind = Literal["given", "derived", "outcome", "deadline", "amount"]


class Node(Frozen):
    """A thing with a value, in a column counted from what is given."""

    name: str
    anchor: str
    title: Text
    kind: Kind
    column: int
    row: int


class Flow(Frozen):
    """Nodes by column and row, and edges from what is asked to what is concluded."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]


def flow_of(book: Rulebook, policy: str) -> Flow:
    """Return the flow through the rules, deadlines and amounts of a policy; parameters are left out."""
    sources = _sources(book, policy)
    names = sorted({*sources, *(name for before in sources.values() for name in before)})
    columns = _columns(names, sources)
    rows = _rows(names, sources, columns)
    nodes = (_node(book, name, columns[name], rows[name]) for name in names)
    edges = sorted((before, name) for name, all_before in sources.items() for before in all_before)
    return Flow(tuple(sorted(nodes, key=lambda one: (one.column, one.row))), tuple(edges))


def _sources(book: Rulebook, policy: str) -> dict[str, frozenset[str]]:
    """Return for everything that the policy makes what it is made from.

    What stops a deadline may rest on when that deadline ends: such a way back is left out, so that nothing
    goes round.
    """
    graph = _seen_through(dependencies(book), book)
    shown = {*book.facts, *book.deadlines, *book.amounts}
    found: dict[str, set[str]] = {}

    def add(name: str, before: Iterable[str]) -> None:
        names = {name_of_node(one, book) for one in before}
        found.setdefault(name, set()).update(names & shown - {name})

    for id, rule in book.rules.items():
        if rule.policy == policy:
            for conclusion in rule.then:
                add(conclusion.fact.name, graph[rule_node(id)])
    for id, amount in book.amounts.items():
        if amount.policy == policy:
            add(id, graph[id])
    deadlines = [deadline for deadline in book.deadlines.values() if deadline.policy == policy]
    for deadline in deadlines:
        add(deadline.id, graph[deadline.id + DUE] | {node_of(act) for act in deadline.met_by})
    for deadline in deadlines:
        for stop in map(node_of, deadline.stopped_by):
            if not _rests_on(name_of_node(stop, book), deadline.id, found):
                add(deadline.id, [stop])
    return {name: frozenset(before) for name, before in found.items()}


def _seen_through(graph: Graph, book: Rulebook) -> Graph:
    """Return what rests on what without the values that are computed in place: what these rest on instead."""
    through: dict[str, frozenset[str]] = {}

    def behind(name: str) -> frozenset[str]:
        if name not in book.computed:
            return frozenset((name,))
        if name not in through:
            through[name] = frozenset(one for before in graph[name] for one in behind(before))
        return through[name]

    return {
        name: frozenset(one for node in before for one in behind(node))
        for name, before in graph.items()
        if name not in book.computed
    }


def _rests_on(name: str, other: str, sources: Mapping[str, Iterable[str]]) -> bool:
    """Tell whether there is a way from ``other`` to ``name``."""
    seen, waiting = set[str](), [name]
    while waiting:
        one = waiting.pop()
        if one == other:
            return True
        if one not in seen:
            seen.add(one)
            waiting += sources.get(one, ())
    return False


def _columns(names: Iterable[str], sources: Mapping[str, frozenset[str]]) -> dict[str, int]:
    """Return for each name the length of the longest way to it."""
    columns: dict[str, int] = {}

    def column(name: str) -> int:
        if name not in columns:
            columns[name] = 1 + max((column(one) for one in sources.get(name, ())), default=-1)
        return columns[name]

    for name in names:
        column(name)
    return columns


def _rows(
    names: Iterable[str], sources: Mapping[str, frozenset[str]], columns: Mapping[str, int]
) -> dict[str, int]:
    """Return rows in which a name stands near what it is made from (the barycentre heuristic of Sugiyama)."""
    following: dict[str, list[str]] = {}
    for name, before in sources.items():
        for one in before:
            following.setdefault(one, []).append(name)
    by_column: dict[int, list[str]] = {}
    for name in names:
        by_column.setdefault(columns[name], []).append(name)
    rows = {name: row for group in by_column.values() for row, name in enumerate(group)}
    neighbours: tuple[Mapping[str, Iterable[str]], ...] = (sources, following)
    for sweep in range(8):
        beside = neighbours[sweep % 2]
        for number in sorted(by_column, reverse=bool(sweep % 2)):
            group = by_column[number]
            middles = {
                name: _middle([rows[one] for one in beside.get(name, ())], rows[name]) for name in group
            }
            group.sort(key=lambda name: (middles[name], name))
            rows.update((name, row) for row, name in enumerate(group))
    return rows


def _middle(rows: list[int], own: int) -> float:
    return sum(rows) / len(rows) if rows else float(own)


def _node(book: Rulebook, name: str, column: int, row: int) -> Node:
    if name in book.deadlines:
        return Node(name, f"deadline-{name}", book.deadlines[name].title, "deadline", column, row)
    if name in book.amounts:
        return Node(name, f"amount-{name}", book.amounts[name].title, "amount", column, row)
    fact = book.facts[name]
    return Node(name, f"fact-{name}", fact.title, fact.role, column, row)
