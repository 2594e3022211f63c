"""``notices``: what a rule tells to whom, and by when something has to be done."""

from __future__ import annotations

from typing import cast

from policyengine.diagnostics.diagnostic import message
from policyengine.diagnostics.did_you_mean import did_you_mean
from policyengine.diagnostics.text import Text
from policyengine.model.rulebook import Notice, NoticeKind, TextByReading
from policyengine.reading.parse import nodes
from policyengine.reading.parse.names import Symbol
from policyengine.reading.parse.operands import Scope, find_assumption, parse_readings
from policyengine.syntax.yaml_tree import MappingNode, Node, Scalar


def parse_notice(node: Node, scope: Scope) -> Notice:
    """Return a notice of a rule."""
    notice = nodes.mapping(node)
    to = nodes.scalar(notice.get("to"))
    scope.names.is_party(to)
    return Notice(
        kind=cast(NoticeKind, nodes.text(notice.get("kind"))),
        to=to.text,
        text=nodes.title(notice.get("text")),
        by=_deadline(notice.get("by"), scope),
        otherwise=_text(notice.get("otherwise"), scope),
        span=node.span,
    )


def _deadline(node: Node | None, scope: Scope) -> str | None:
    """Return the name of a deadline, None for nothing or after a fault."""
    if node is None:
        return None
    written = nodes.scalar(node)
    symbol = scope.names.symbols.get(f"{written.text}.due")
    if symbol is None or symbol.kind != "deadline":
        what = message("there is no deadline `{name}`", name=written.text)
        known = [one.name.removesuffix(".due") for one in scope.names.symbols.values() if _is_due(one)]
        help = did_you_mean(written.text, known) or message("name a deadline of a policy")
        scope.fault("unknown-name", what, written.span, help)
        return None
    if symbol.listed not in (None, scope.listed):
        scope.names.resolve(symbol.name, scope.listed, written.span)
        return None
    return written.text


def _is_due(symbol: Symbol) -> bool:
    return symbol.kind == "deadline" and symbol.name.endswith(".due")


def _text(node: Node | None, scope: Scope) -> Text | TextByReading:
    """Return a text, or one for each reading."""
    if node is None:
        return Text()
    if isinstance(node, Scalar):
        return nodes.title(node)
    first = nodes.mapping(node).entries[0]
    if not isinstance(first.value, MappingNode):
        return nodes.title(node)
    assumption = find_assumption(first.key, scope)
    if assumption is None:
        return Text()
    chosen = parse_readings(first.value, assumption, scope)
    return TextByReading(assumption.id, tuple((reading, nodes.title(text)) for reading, text in chosen))
