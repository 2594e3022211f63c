"""What an answer and the search for what is possible look at, as far as a case decides it.

Cases of a file are often alike in what one answer depends on, and then it is found out once. Only what rests
on what is missing changes in a completion; all else is as in the case. So the search looks at

- how those names and rules came out that are read by what can change, and do not change themselves;
- what the case says of the facts that can change, and of facts to which bounds tie these;
- the records that are seen, and the instant, if something that can change is seen from there.

Two cases that agree in all of this, and in what is missing, have the same tree. What can change is taken from
the Plan, whatever values it has: to take too much makes cases less alike, and no answer wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache

from policyengine.compile.dependencies import Node, expressions_of, names_of, parts_of, read_by, rule_name
from policyengine.compile.plan import AS_OF, Aggregate, Derived, Expr, Given, Parameter, Plan, Rule, Status
from policyengine.engines.program import listed_of
from policyengine.engines.rereading.graph import Graph, graph_of
from policyengine.frozen import Frozen
from policyengine.model.case import Case
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.refine.slices.graph import reached
from policyengine.outcome.refine.slices.slice import Slices
from policyengine.semantics.findings import Findings, Named
from policyengine.semantics.strata import DUE, refs_of_operand

_REMEMBERED = 1_024
"""So many footprints are kept: one for each answer and each set of things that are missing behind it."""

_MOST_RECORDS = 64
"""With more records than this, cases are hardly alike, and to compare them costs more than it saves."""


class Footprint(Frozen):
    """What is looked at where certain things are ``missing``.

    ``told`` are names and rules that cannot change, ``said`` facts of which it matters what the case says,
    ``lists`` those whose records matter; ``is_timed`` tells whether the instant of the judgement does.
    ``definition`` stands for what is behind the answer in this rulebook, where others are looked at, too.
    """

    definition: int
    missing: frozenset[str]
    told: tuple[Named, ...]
    said: tuple[Named, ...]
    lists: tuple[str, ...]
    is_timed: bool

    def of(self, case: Case, as_of: int, findings: Findings) -> tuple[object, ...] | None:
        """Return what a case has there; None if it cannot be compared with other cases."""
        seen = findings.records
        if case.figures or any(seen[one] is None for one in self.lists):
            return None  # what a list is filled in with is made up from more than this
        if self.lists and sum(case.records.values()) > _MOST_RECORDS:
            return None
        return (
            self.definition,
            self.missing,
            as_of if self.is_timed else None,
            findings.told(self.told),
            tuple([_said(case, *one) for one in self.said]),
            tuple([seen[one] for one in self.lists]),
        )


def _said(case: Case, name: str, listed: str | None) -> object:
    if listed is None:
        return case.values.get((name, None))
    return tuple([case.values.get((name, record)) for record in range(case.records.get(listed, 0))])


class _Behind(Frozen):
    """What is behind an answer: nodes, their names, and the names of what a case can leave out."""

    nodes: frozenset[str]
    names: frozenset[str]
    inputs: frozenset[str]
    lists: tuple[str, ...]


class Footprints:
    """The footprints of the answers of one rulebook, each made once."""

    def __init__(
        self,
        book: Rulebook,
        plan: Plan,
        slices: Slices,
        define: Callable[[tuple[object, ...]], int] | None = None,
    ) -> None:
        """``plan`` is that of the rulebook, ``slices`` are what the search reads.

        ``define`` gives numbers to definitions, the same to those of other rulebooks that are equal.
        """
        self._book = book
        self._plan = plan
        self._slices = slices
        self._define = define
        self._behind = lru_cache(_REMEMBERED)(self._find_behind)
        self._moved = lru_cache(_REMEMBERED)(self._find_moved)
        self._rests_on = lru_cache(_REMEMBERED)(self._find_rests_on)

    def of(self, node: str, open_names: frozenset[str]) -> Footprint | None:
        """Return what is looked at for the answer of a node; None where that is not known.

        ``open_names`` are the names and rules of a case of which something is not known.
        """
        behind = self._behind(node)
        footprint, moved = self._moved(node, open_names & behind.inputs)
        # What is open for another reason waits for a conflict, which is looked at more closely.
        return footprint if open_names & behind.names <= moved else None

    def nodes(self, node: str) -> frozenset[str]:
        """Return the nodes of the Plan that the search for an answer may look at, and all they rest on."""
        return self._behind(node).nodes

    def lists(self, node: str) -> tuple[str, ...]:
        """Return the lists whose records are behind the answer of a node."""
        return self._behind(node).lists

    def list_of(self, node: str) -> str | None:
        """Return the list of whose records each has an answer of a node; None if the whole case has it."""
        found = self._graph.nodes.get(node)
        return None if found is None else listed_of(found)

    def rests_on(self, node: str, open_names: frozenset[str]) -> tuple[Named, ...]:
        """Return the names on which the open answer of a node rests and that are not open themselves."""
        return self._rests_on(node, open_names & self._behind(node).names)

    def _find_rests_on(self, node: str, open_names: frozenset[str]) -> tuple[Named, ...]:
        graph = self._graph
        found, seen = set[str](), set[str]()
        waiting = [node] if node in graph.nodes else []
        while waiting:
            one = waiting.pop()
            for name in graph.reads[one]:
                home = graph.homes[name]
                if name not in open_names:
                    found.add(name)
                elif home not in seen:
                    seen.add(home)
                    waiting.append(home)
        return tuple((name, listed_of(graph.nodes[graph.homes[name]])) for name in sorted(found))

    def _find_behind(self, node: str) -> _Behind:
        graph = self._graph
        # A list is no node of the Plan: its records are looked at by themselves.
        nodes = reached(self._slices.of(node).nodes & graph.nodes.keys(), graph.before)
        inputs = [one for one in nodes if isinstance(graph.nodes[one], Given | Parameter)]
        lists = {listed for one in nodes for listed in graph.lists_of(one)}
        return _Behind(nodes, graph.names_of(nodes), graph.names_of(inputs), tuple(sorted(lists)))

    def _find_moved(self, node: str, missing: frozenset[str]) -> tuple[Footprint, frozenset[str]]:
        """Return what is looked at, and the names that can change."""
        graph, behind = self._graph, self._behind(node)
        moved = reached(missing, graph.after) & behind.nodes
        read = {name for one in moved for name in graph.looked_at(one) if graph.homes[name] not in moved}
        given = [one for one in moved if isinstance(graph.nodes[one], Given)]
        said = {tied for name in given for tied in self._tied.get(name, (name,))}
        footprint = Footprint(
            self._definition(behind, moved),
            missing,
            tuple((name, listed_of(graph.nodes[graph.homes[name]])) for name in sorted(read)),
            tuple((name, self._book.facts[name].listed) for name in sorted(said)),
            behind.lists,
            any(graph.is_timed(one) for one in moved),
        )
        return footprint, graph.names_of(moved)

    def _definition(self, behind: _Behind, moved: frozenset[str]) -> int:
        """Return a number for all that is behind an answer, but for figures that do not change.

        Of these only the value counts that they have in a case, which is among what is told.
        """
        if self._define is None:
            return 0
        nodes = self._graph.nodes
        kept = [one for one in sorted(behind.nodes) if one in moved or not isinstance(nodes[one], Parameter)]
        return self._define(tuple([self._numbers[one] for one in kept]))

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        """The numbers of all nodes, with what the rulebook says of the facts among them."""
        assert self._define is not None
        facts = self._book.facts
        return {name: self._define((node, facts.get(name))) for name, node in self._graph.nodes.items()}

    @cached_property
    def _graph(self) -> _Graph:
        return _Graph(self._plan)

    @cached_property
    def _tied(self) -> Mapping[str, frozenset[str]]:
        """For each fact that bounds tie to others all facts of which it is tied to some, itself included."""
        edges: dict[str, set[str]] = {}
        for fact in self._book.facts.values():
            for ref in (ref for bound in fact.bounds for ref in refs_of_operand(bound.operand)):
                edges.setdefault(fact.path, set()).add(ref.name)
                edges.setdefault(ref.name, set()).add(fact.path)
        return {fact: reached((fact,), edges) for fact in edges}


class _Graph:
    """What rests on what in a Plan, whatever readings are chosen, as engines and the search read it."""

    def __init__(self, plan: Plan) -> None:
        """Take the nodes of a Plan; each goes by its own name, rules by :func:`rule_name`."""
        graph = graph_of(plan)
        own = [_own_name(node) for node in graph.nodes]
        self.nodes = dict(zip(own, graph.nodes, strict=True))
        self.homes = {name: one for one, node in self.nodes.items() for name in names_of(node)}
        """The node of each name."""
        self.reads: dict[str, set[str]] = {one: set() for one in own}
        """The names that each node reads."""
        for name, readers in graph.readers.items():
            for number in readers:
                self.reads[own[number]].add(name)
        self._compare_values()
        self.before = {one: {self.homes[name] for name in names} for one, names in self.reads.items()}
        self.after: dict[str, set[str]] = {one: set() for one in own}
        for one, before in self.before.items():
            for each in before:
                self.after[each].add(one)
        self._numbers = {one: number for number, one in enumerate(own)}
        self._graph = graph
        self._exprs: dict[str, tuple[Expr, ...]] = {}

    def _compare_values(self) -> None:
        """Add to rules what the search compares to find contradictions: the values of a fact."""
        for node in self.nodes.values():
            if isinstance(node, Derived):
                given = {read.name for read in read_by(one.value for one in node.candidates)}
                for one in node.candidates:
                    self.reads[rule_name(one.rule)] |= given

    def _parts(self, node: str) -> tuple[Expr, ...]:
        """Return all parts of what a node and its policy ask."""
        found = self._exprs.get(node)
        if found is None:
            found = self._exprs[node] = _expressions(self.nodes[node], self._graph, self._numbers[node])
        return found

    def names_of(self, nodes: Iterable[str]) -> frozenset[str]:
        """Return the names to which nodes give values."""
        return frozenset(name for one in nodes for name in names_of(self.nodes[one]))

    def looked_at(self, node: str) -> Iterable[str]:
        """Return the names that a node looks at; of a clock, how it runs is looked at in whole."""
        reads = self.reads[node]
        return reads | self.reads[node + DUE] if isinstance(self.nodes[node], Status) else reads

    def lists_of(self, node: str) -> Iterator[str]:
        """Return the lists whose records a node looks at."""
        listed = listed_of(self.nodes[node])
        yield from () if listed is None else (listed,)
        yield from (part.listed for part in self._parts(node) if isinstance(part, Aggregate))

    def is_timed(self, node: str) -> bool:
        """Tell whether a node looks at the instant of the judgement."""
        cell = self.nodes[node]
        return (
            (isinstance(cell, Given) and cell.is_event)
            or isinstance(cell, Status)
            or AS_OF in self._parts(node)
        )


def _own_name(node: Node) -> str:
    return rule_name(node.name) if isinstance(node, Rule) else node.name


def _expressions(node: Node, graph: Graph, number: int) -> tuple[Expr, ...]:
    """Return all parts of what a node and its policy ask."""
    policy = graph.policies[number]
    whole = [*expressions_of(node), *(() if policy is None else (graph.scopes[policy],))]
    return tuple(part for expr in whole for part in parts_of(expr))
