"""How facts flow through one policy: what goes in, what is concluded from it, what comes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen, replace
from policyengine.model.rulebook import Rulebook
from policyengine.semantics.strata import DUE, Graph, dependencies, name_of_node, node_of, rule_node

Kind = Literal["given", "derived", "outcome", "deadline", "amount"]


class Node(Frozen):
    """A thing with a value, in a column counted from what is given.

    ``more`` are other things that the case gives and that lead to the same, shown in the same box.
    """

    name: str
    anchor: str
    title: Text
    kind: Kind
    column: int
    more: tuple[tuple[str, Text], ...] = ()


class Flow(Frozen):
    """Nodes by column, and edges from what is asked to what is concluded."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]


def flow_of(book: Rulebook, policy: str) -> Flow:
    """Return the flow through the rules, deadlines and amounts of a policy; parameters are left out."""
    sources = _sources(book, policy)
    names = sorted({*sources, *(name for before in sources.values() for name in before)})
    columns = _columns(names, sources)
    nodes = (_node(book, name, columns[name]) for name in names)
    edges = sorted((before, name) for name, all_before in sources.items() for before in all_before)
    return Flow(tuple(sorted(nodes, key=lambda one: (one.column, one.name))), tuple(edges))


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


def _node(book: Rulebook, name: str, column: int) -> Node:
    if name in book.deadlines:
        return Node(name, f"deadline-{name}", book.deadlines[name].title, "deadline", column)
    if name in book.amounts:
        return Node(name, f"amount-{name}", book.amounts[name].title, "amount", column)
    fact = book.facts[name]
    return Node(name, f"fact-{name}", fact.title, fact.role, column)


def drawn_flow(flow: Flow) -> Flow:
    """Return the flow as a picture shows it: boxes that lead to the same are one.

    A way that a longer one tells as well is left out.
    """
    edges = _without_shortcuts(flow.edges)
    after: dict[str, set[str]] = {}
    for start, end in edges:
        after.setdefault(start, set()).add(end)
    groups: dict[tuple[str, ...], list[Node]] = {}
    for node in flow.nodes:
        key = tuple(sorted(after.get(node.name, ()))) if node.kind == "given" else ("", node.name)
        groups.setdefault(key, []).append(node)
    nodes = []
    for first, *others in groups.values():
        nodes.append(replace(first, more=tuple((one.anchor, one.title) for one in others)))
    kept = {node.name for node in nodes}
    return Flow(tuple(nodes), tuple(edge for edge in edges if edge[0] in kept and edge[1] in kept))


def _without_shortcuts(edges: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return the edges of a graph without circles, less those beside which there is a longer way."""
    after: dict[str, set[str]] = {}
    for start, end in edges:
        after.setdefault(start, set()).add(end)
    reached: dict[str, frozenset[str]] = {}

    def reach(name: str) -> frozenset[str]:
        if name not in reached:
            reached[name] = frozenset().union(*({one} | reach(one) for one in after.get(name, ())))
        return reached[name]

    return tuple(
        (start, end) for start, end in edges if not any(end in reach(one) for one in after[start] - {end})
    )
