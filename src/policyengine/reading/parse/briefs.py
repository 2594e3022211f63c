"""``in_brief``: the words for what is decided at the head of a decision."""

from __future__ import annotations

from policyengine.diagnostics.diagnostic import message
from policyengine.diagnostics.text import Text
from policyengine.model.letters import InBrief
from policyengine.reading.parse import nodes
from policyengine.reading.parse.operands import Scope, Wanted, parse_constant
from policyengine.reading.parse.placeholders import placeholders
from policyengine.syntax.yaml_tree import Node
from policyengine.values.literals import Value

_REST = "otherwise"


def parse_words_of_values(node: Node | None, path: str, wanted: Wanted, scope: Scope) -> tuple[InBrief, ...]:
    """Return the words for the values of a fact; only what rules conclude is decided, and so told."""
    if node is None:
        return ()
    if path in scope.names.given:
        what = message("`{name}` is not decided: cases give it", name=path)
        help = message("write `in_brief` at a fact with `role: outcome`, or leave it out")
        scope.fault("wrong-test", what, node.span, help)
        return ()
    found: dict[Value | None, InBrief] = {}
    for entry in nodes.entries(node):
        words = parse_words(entry.value, scope)
        is_rest = entry.key.text == _REST and _REST not in wanted.choices
        constant = None if is_rest else parse_constant(entry.key, wanted, scope)
        if is_rest or constant is not None:
            value = None if constant is None else constant.value
            found.setdefault(value, InBrief(value, words))
    return tuple(sorted(found.values(), key=lambda one: one.value is None))


def parse_words(node: Node | None, scope: Scope) -> Text:
    """Return words in which ``{value}`` stands for the value; whatever else stands in braces is a fault."""
    if node is None:
        return Text()
    for name, place in placeholders(node, scope):
        if name != "value":
            what = message("nothing is put in the place of `{name}`", name=f"{{{name}}}")
            help = message("write `{value}` for the value, or words without braces", value="{value}")
            scope.fault("bad-value", what, place, help)
    return nodes.title(node)
