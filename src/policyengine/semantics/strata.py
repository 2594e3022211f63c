"""What depends on what in a rulebook: the order in which things can be concluded, and cycles.

A node is the name of something that has a value, of a rule (``rule NAME``) or of a deadline or amount. When a
deadline ends (``NAME.due``) is a node of its own, because it does not depend on what meets the deadline.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policyengine.frozen import Frozen, kept
from policyengine.model.conditions import (
    ByReading,
    Computed,
    Condition,
    Count,
    Operand,
    Pick,
    Question,
    Ref,
    Some,
    operands_in,
    operands_of,
    parts_of,
)
from policyengine.model.rulebook import Amount, Deadline, Fact, Parameter, RecordList, Rule, Rulebook

Graph = Mapping[str, frozenset[str]]


_RULE = "rule "
DUE = ".due"
"""What the name of a deadline's end ends with."""


def rule_node(rule: str) -> str:
    """Return the node of a rule, whose name may be that of a fact."""
    return _RULE + rule


def rule_of_node(node: str) -> str | None:
    """Return the rule to which a node belongs, None for one of another kind."""
    return node.removeprefix(_RULE) if node.startswith(_RULE) else None


def node_of(ref: Ref) -> str:
    """Return the node that a name belongs to: for what a deadline has come to, the deadline."""
    if ref.kind != "deadline" or ref.name.endswith(DUE):
        return ref.name
    return ref.name.rpartition(".")[0]


def name_of_node(node: str, rulebook: Rulebook) -> str:
    """Return what a node belongs to: the end of a deadline to the deadline, anything else to itself."""
    deadline = node.removesuffix(DUE)
    return deadline if deadline in rulebook.deadlines else node


def refs_of_operand(operand: Operand | None) -> Iterator[Ref]:
    """Return the names in an operand, whatever reading is chosen; the instant of the judgement is none."""
    if isinstance(operand, Ref):
        if operand.kind != "now":
            yield operand
    elif isinstance(operand, ByReading):
        for _, inner in operand.readings:
            yield from refs_of_operand(inner)


def refs_of_computed(computed: Computed) -> Iterator[Ref]:
    """Return the names in a computed value, and in what it asks of the records of a list."""
    for operand in operands_of(computed.value):
        yield from refs_of_operand(operand)
    if isinstance(computed.value, Question):
        yield from refs_of_condition(computed.value.where)


def lists_of_computed(computed: Computed) -> Iterator[str]:
    """Return the lists that a computed value asks about."""
    if isinstance(computed.value, Question):
        yield computed.value.listed
        yield from lists_of_condition(computed.value.where)


def refs_of_condition(condition: Condition) -> Iterator[Ref]:
    """Return the names in a condition; :func:`lists_of_condition` tells the lists that it asks about."""
    for part in parts_of(condition):
        for operand in operands_in(part):
            yield from refs_of_operand(operand)
        if isinstance(part, Count):
            yield from refs_of_operand(part.of)


def lists_of_condition(condition: Condition) -> Iterator[str]:
    """Return the lists that a condition asks about."""
    return (part.listed for part in parts_of(condition) if isinstance(part, Some | Count | Pick))


def _nodes(refs: Iterator[Ref]) -> set[str]:
    return {node_of(ref) for ref in refs}


def _of_condition(condition: Condition) -> set[str]:
    return _nodes(refs_of_condition(condition)) | set(lists_of_condition(condition))


def _of_fact(fact: Fact) -> set[str]:
    found = _nodes(refs_of_operand(fact.otherwise))
    found |= set() if fact.dated_by is None else {fact.dated_by}
    return found if fact.listed is None else found | {fact.listed}


def _of_list(listed: RecordList) -> set[str]:
    # Which records are seen depends on their dates, and these are given: no node is needed for them.
    return set()


def _of_parameter(parameter: Parameter) -> set[str]:
    by = {node_of(parameter.by)} if parameter.by is not None and parameter.is_dated else set()
    return by | _own_list(parameter.listed)


def _of_due(deadline: Deadline) -> set[str]:
    found = _of_condition(deadline.when) | _own_list(deadline.listed)
    for operand in (*deadline.measured, *deadline.instants_of_pauses):
        found |= _nodes(refs_of_operand(operand))
    return found.union(*map(_of_condition, deadline.questions))


def _of_deadline(deadline: Deadline) -> set[str]:
    return {deadline.id + DUE} | _nodes(iter(deadline.met_by)) | _nodes(iter(deadline.stopped_by))


def _of_amount(amount: Amount) -> set[str]:
    found = _of_condition(amount.when) | _own_list(amount.listed)
    for operand in amount.operands:
        found |= _nodes(refs_of_operand(operand))
    for cap in amount.caps:
        found |= _nodes(refs_of_operand(cap.limit)) | _of_condition(cap.when)
    return found


def _of_rule(rule: Rule, scope: Condition) -> set[str]:
    found = _of_condition(scope) | _of_condition(rule.when) | _own_list(rule.listed)
    for conclusion in rule.then:
        found |= _nodes(refs_of_operand(conclusion.value))
    return found


def _of_computed(computed: Computed) -> set[str]:
    return _nodes(refs_of_computed(computed)) | set(lists_of_computed(computed)) | _own_list(computed.listed)


def _own_list(listed: str | None) -> set[str]:
    return set() if listed is None else {listed}


def dependencies(rulebook: Rulebook) -> Graph:
    """Return, for every node, the nodes that must be known before it; the nodes are in order of name.

    They are found once, and kept with the rulebook.
    """
    return kept(rulebook, find_dependencies)


def find_dependencies(rulebook: Rulebook) -> Graph:
    """Find what :func:`dependencies` returns."""
    graph: dict[str, set[str]] = {}
    graph.update((path, _of_fact(fact)) for path, fact in rulebook.facts.items())
    graph.update((path, _of_list(listed)) for path, listed in rulebook.lists.items())
    graph.update((id, _of_parameter(parameter)) for id, parameter in rulebook.parameters.items())
    graph.update((id + DUE, _of_due(deadline)) for id, deadline in rulebook.deadlines.items())
    graph.update((id, _of_deadline(deadline)) for id, deadline in rulebook.deadlines.items())
    graph.update((id, _of_amount(amount)) for id, amount in rulebook.amounts.items())
    graph.update((name, _of_computed(one)) for name, one in rulebook.computed.items())
    for id, rule in rulebook.rules.items():
        graph[rule_node(id)] = _of_rule(rule, rulebook.scope_of(rule))
        for conclusion in rule.then:
            graph[conclusion.fact.name].add(rule_node(id))
    return {node: frozenset(graph[node]) for node in sorted(graph)}


def find_cycle(graph: Graph) -> Sequence[str] | None:
    """Return one cycle as a path whose first node is its last too, or None; always the same one."""
    from graphlib import CycleError, TopologicalSorter  # only where a rulebook is compiled or checked

    sorter = TopologicalSorter({node: sorted(graph[node]) for node in sorted(graph)})
    try:
        sorter.prepare()
    except CycleError as fault:
        path: list[str] = fault.args[1]
        # Begin with the first by name, and walk from what depends to what it depends on.
        ring = path[:-1][::-1]
        first = ring.index(min(ring))
        return [*ring[first:], *ring[:first], ring[first]]
    return None


def levels(graph: Graph) -> list[list[str]]:
    """Return the nodes in strata: each depends only on nodes of earlier ones. Raises CycleError."""
    from graphlib import TopologicalSorter  # only where a rulebook is compiled or checked

    sorter = TopologicalSorter(graph)
    sorter.prepare()
    strata = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        sorter.done(*ready)
        strata.append(ready)
    return strata


class Layer(Frozen):
    """Names that rest on rules of earlier layers only, in an order of their own, and rules that follow."""

    names: tuple[str, ...]
    rules: tuple[str, ...]


def layers(graph: Graph) -> list[Layer]:
    """Return all nodes in layers: first what is given, then what rules conclude. Raises CycleError."""
    depth: dict[str, int] = {}
    names: dict[int, list[str]] = {}
    rules: dict[int, list[str]] = {}
    for node in (node for level in levels(graph) for node in level):
        before = max((depth[one] for one in graph[node]), default=0)
        is_rule = node.startswith(_RULE)
        depth[node] = before + is_rule
        group = rules if is_rule else names
        group.setdefault(before, []).append(node.removeprefix(_RULE))
    count = max([*names, *rules], default=-1) + 1
    return [Layer(tuple(names.get(one, ())), tuple(sorted(rules.get(one, ())))) for one in range(count)]
