"""What is said when an instant has come: words with the names of facts in braces."""

from __future__ import annotations

from collections.abc import Mapping

from policyengine.diagnostics.diagnostic import has_errors, listing, message
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.model.braces import names_in, with_names
from policyengine.model.rulebook import Fact, RecordList, coming_with
from policyengine.reading.parse import nodes
from policyengine.reading.parse.operands import Scope
from policyengine.reading.parse.placeholders import placeholders
from policyengine.syntax.yaml_tree import Node
from policyengine.values.display import TYPE_WORDS
from policyengine.values.literals import ValueType


def parse_happened(node: Node | None, path: str, type: ValueType, scope: Scope) -> Text:
    """Return the words; the names in them are those in full. Only what a case dates to the second happens."""
    if node is None:
        return Text()
    if type is not ValueType.INSTANT:
        what = message("`{word}` does not fit the type {type}", word="happened", type=TYPE_WORDS[type])
        help = message("it fits the types {types}", types=listing([ValueType.INSTANT.value]))
        scope.fault("wrong-test", what, node.span, help)
        return Text()
    if path not in scope.names.given:
        what = message("`{name}` cannot have `happened`: rules conclude it", name=path)
        help = message("leave `happened` out: a timeline shows as events what cases give")
        scope.fault("wrong-test", what, node.span, help)
        return Text()
    full: dict[str, str] = {}
    for name, place in placeholders(node, scope):
        symbol = scope.names.resolve(name, scope.listed, place)
        if symbol is None:
            return Text()
        full[name] = symbol.name
    return with_names(nodes.title(node), full)


def check_placeholders(facts: Mapping[str, Fact], lists: Mapping[str, RecordList], scope: Scope) -> None:
    """Tell names in braces of what does not come with the event: it could not be said then.

    Nothing is told while it is not known what comes with what, because facts have faults.
    """
    if has_errors(scope.faults):
        return
    for fact in facts.values():
        names = names_in(fact.happened)
        coming = [one.path for one in coming_with(fact, facts, lists)] if names else []
        for name in names:
            if name not in coming:
                _tell(name, fact.path, coming, fact.span, scope)


def _tell(name: str, event: str, coming: list[str], span: Span, scope: Scope) -> None:
    what = message("`{name}` does not come with `{event}`: it cannot be told then", name=name, event=event)
    help = message(
        "write `dated_by: {event}` at `{name}`, or leave it out of `happened`", event=event, name=name
    )
    if coming:
        help = message(
            "in braces, name what comes with it: {names}; or write `dated_by: {event}` at `{name}`",
            names=listing(coming),
            event=event,
            name=name,
        )
    scope.fault("type-mismatch", what, span, help)
