"""A policy file: its parameters, deadlines, amounts, rules and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from policyengine.frozen import Frozen
from policyengine.model.counting import CountingRule
from policyengine.model.rulebook import Amount, Deadline, Parameter, Policy, Rule, Table
from policyengine.reading.parse import nodes
from policyengine.reading.parse.amounts import parse_amount
from policyengine.reading.parse.conditions import join
from policyengine.reading.parse.deadlines import parse_deadline
from policyengine.reading.parse.effective import ordinal
from policyengine.reading.parse.operands import Scope
from policyengine.reading.parse.parameters import parse_parameter
from policyengine.reading.parse.policy_scope import PolicyScope, parse_policy_scope
from policyengine.reading.parse.rules import parse_rule
from policyengine.reading.parse.sources import Sources
from policyengine.reading.parse.tables import TableParser
from policyengine.syntax.yaml_tree import Entry, MappingNode

_Part = TypeVar("_Part")


class PolicyParts(Frozen):
    """What one policy file adds to the rulebook."""

    policy: Policy
    parameters: dict[str, Parameter]
    deadlines: dict[str, Deadline]
    amounts: dict[str, Amount]
    rules: dict[str, Rule]
    tables: dict[str, Table]


def parse_policy(
    node: MappingNode, scope: Scope, sources: Sources, counting: tuple[CountingRule, ...]
) -> PolicyParts:
    """Return all that a policy file says whose names have been declared; ``counting`` is the rulebook's."""
    policy = parse_policy_scope(node, scope, sources, counting)

    def parts(key: str, parse: Callable[[Entry, PolicyScope], _Part | None]) -> dict[str, _Part]:
        parsed = {entry.key.text: parse(entry, policy) for entry in nodes.entries(node.get(key))}
        return {name: part for name, part in parsed.items() if part is not None}

    tables = [*_tables(node, policy)]
    return PolicyParts(
        _policy(node, policy),
        parts("parameters", parse_parameter),
        parts("deadlines", parse_deadline),
        parts("amounts", parse_amount),
        parts("rules", parse_rule) | {rule.id: rule for _, rules in tables for rule in rules},
        {table.id: table for table, _ in tables},
    )


def _policy(node: MappingNode, policy: PolicyScope) -> Policy:
    return Policy(
        policy.id,
        nodes.title(node.get("title")),
        node.span.file,
        ordinal(policy.first),
        ordinal(policy.last),
        join([*policy.applies, *(() if policy.listed else policy.days)], node.span),
        nodes.scalar(node.get("policy")).span,
        policy.by,
    )


def _tables(node: MappingNode, policy: PolicyScope) -> Iterator[tuple[Table, list[Rule]]]:
    parser = TableParser(policy)
    for entry in nodes.entries(node.get("tables")):
        raw = policy.scope.names.tables.get(entry.key.text)
        scope = policy.within(nodes.mapping(entry.value))
        if raw is None or raw.node is not entry.value or scope is None:
            continue  # another one has its name, or its list is not there: told already
        found = parser.parse(entry, raw, scope)
        if found is not None:
            yield found
