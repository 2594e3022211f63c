"""What rests on what within a Plan: which names its cells and rules read, and which they give values to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from policyengine.compile.plan import (
    AS_OF,
    Aggregate,
    Amount,
    Apply,
    Cell,
    Choose,
    Chosen,
    Compute,
    Computed,
    Derived,
    Due,
    Expr,
    Given,
    Parameter,
    Plan,
    Read,
    Rule,
    Same,
    Status,
    Stratum,
    Window,
)
from policyengine.frozen import Frozen, kept, replace

Node = Cell | Rule


def rule_name(rule: str) -> str:
    """Return the name of whether a rule holds: the rule itself may be called like a fact."""
    return f"rule {rule}"


def parts_of(expr: Expr) -> Iterator[Expr]:
    """Return an expression and all that it consists of; what a question asks comes before the question."""
    match expr:
        case Apply(_, args) | Compute(_, args):
            for arg in args:
                yield from parts_of(arg)
        case Window():
            for part in (expr.start, expr.end, expr.length, expr.follows):
                yield from parts_of(part)
            for _, how in expr.counting:
                yield from parts_of(how)
        case Same(_, one, other):
            yield from parts_of(one)
            yield from parts_of(other)
        case Aggregate(_, _, where, of, amount=amount):
            yield from parts_of(where)
            yield from parts_of(of)
            yield from () if amount is None else parts_of(amount)
        case Choose(branches):
            for when, value in branches:
                yield from parts_of(when)
                yield from parts_of(value)
        case _:
            pass
    yield expr


def expressions_of(cell: Node) -> Iterator[Expr]:
    """Return the expressions of a node."""
    match cell:
        case Rule():
            yield cell.when
        case Given():
            yield from () if cell.dated_by is None else (cell.dated_by,)
            yield cell.missing
        case Derived():
            for one in cell.candidates:
                yield from (one.value, one.applies)
            yield from () if cell.otherwise is None else (cell.otherwise,)
        case Parameter():
            yield from () if cell.by is None else (cell.by,)
        case Due():
            yield from (cell.when, cell.start, cell.follows)
            yield from (one for one in (cell.length, cell.ends, cell.zone) if one is not None)
            for pause in cell.pauses:
                yield from () if pause.question is None else (pause.question,)
                yield from (pause.begin, pause.end)
        case Status():
            yield from (*cell.acts, *cell.stops, cell.end)
        case Computed():
            yield cell.value
        case Amount():
            yield cell.when
            yield from cell.parts
            for cap in cell.caps:
                yield from (cap.when, cap.limit)


def names_of(node: Node) -> tuple[str, ...]:
    """Return the names to which a node gives values."""
    match node:
        case Rule():
            return (rule_name(node.name),)
        case Status():
            names = f"{node.name}.status", f"{node.name}.settled_at"
            return (*names, f"{node.name}.left") if node.stands else names
        case _:
            return (node.name,)


def read_by(exprs: Iterable[Expr]) -> Iterator[Read]:
    """Return what expressions read, without the instant of the judgement."""
    for expr in exprs:
        for part in parts_of(expr):
            if isinstance(part, Read) and part != AS_OF:
                yield part


def tallies_of(plan: Plan) -> tuple[Aggregate, ...]:
    """Return the questions of a Plan that are answered by a value or a range, each once, in its order."""
    found: dict[Aggregate, None] = {}
    exprs = [one.when for one in plan.policies]
    for stratum in plan.strata:
        exprs += [expr for node in (*stratum.cells, *stratum.rules) for expr in expressions_of(node)]
    for expr in exprs:
        for part in parts_of(expr):
            if isinstance(part, Aggregate) and part.is_tally:
                found.setdefault(part)
    return tuple(found)


def part_of(plan: Plan, nodes: Collection[str]) -> Plan:
    """Return a Plan with some of the nodes only: cells by their own name, rules by :func:`rule_name`.

    With each of them everything must be there on which it rests, so that it comes out as in the whole.
    """
    strata = tuple(
        Stratum(
            tuple(cell for cell in stratum.cells if cell.name in nodes),
            tuple(rule for rule in stratum.rules if rule_name(rule.name) in nodes),
        )
        for stratum in plan.strata
    )
    kept = [node for stratum in strata for node in (*stratum.cells, *stratum.rules)]
    asked = {node.policy for node in kept if isinstance(node, Rule | Due | Amount)}
    policies = tuple(one for one in plan.policies if one.name in asked)
    return replace(plan, policies=policies, strata=tuple(one for one in strata if one.cells or one.rules))


class Dependencies:
    """The nodes of a Plan in an order in which they can be computed, and what each rests on directly."""

    def __init__(self, plan: Plan) -> None:
        """Take the nodes of a Plan, stratum by stratum."""
        self.nodes: list[Node] = []
        for stratum in plan.strata:
            self.nodes += [*stratum.cells, *stratum.rules]
        self._scopes = {one.name: tuple(_names([one.when])) for one in plan.policies}
        self._policies = {one.deadline: one.policy for one in self.nodes if isinstance(one, Due)}

    def policy_of(self, node: Node) -> str | None:
        """Return the policy without which a node has no value."""
        match node:
            case Rule() | Due() | Amount():
                return node.policy
            case Status():
                return self._policies[node.name]
            case _:
                return None

    def names_read(self, node: Node) -> Iterator[str]:
        """Return the names that a node reads, perhaps more than once."""
        yield from _names(expressions_of(node))
        match node:
            case Derived():
                yield from (rule_name(one.rule) for one in node.candidates)
            case Status():
                yield f"{node.name}.due"
            case _:
                pass
        policy = self.policy_of(node)
        yield from () if policy is None else self._scopes[policy]


class Relations(Frozen):
    """For each node, in the order of :class:`Dependencies`: the names that it reads under some reading, and
    the assumptions for whose reading it asks itself.
    """

    reads: tuple[tuple[str, ...], ...]
    asked: tuple[tuple[str, ...], ...]


def relations_of(plan: Plan) -> Relations:
    """Return what the nodes of a Plan ask; it is found once, and kept with the Plan."""
    return kept(plan, find_relations)


def find_relations(plan: Plan) -> Relations:
    """Find what :func:`relations_of` returns."""
    dependencies = Dependencies(plan)
    nodes = dependencies.nodes
    return Relations(
        tuple(tuple(dict.fromkeys(dependencies.names_read(node))) for node in nodes),
        tuple(tuple(sorted(assumptions_in(_all_expressions(node)))) for node in nodes),
    )


def assumptions_in(exprs: Iterable[Expr]) -> frozenset[str]:
    """Return the assumptions for whose reading expressions ask."""
    parts = (part for expr in exprs for part in parts_of(expr))
    return frozenset(part.assumption for part in parts if isinstance(part, Chosen))


def _all_expressions(node: Node) -> Iterator[Expr]:
    yield from expressions_of(node)
    if isinstance(node, Due):
        yield from (how for _, how in node.counting)


def _names(exprs: Iterable[Expr]) -> Iterator[str]:
    return (read.name for read in read_by(exprs))
