"""When a clock ends: after a length in which it may stand still, at an instant, or a length before one."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import message
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen, replace
from policyengine.model.conditions import Operand, Some
from policyengine.model.rulebook import Pause
from policyengine.reading.parse import nodes
from policyengine.reading.parse.computed import is_computed
from policyengine.reading.parse.conditions import parse_condition
from policyengine.reading.parse.operands import INSTANT, LENGTH, Scope, parse_operand
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node, Scalar
from policyengine.values.literals import ValueType
from policyengine.values.parse import guess_type

_NO_PAUSES = message("without `pauses` the deadline ends at that instant; with `within` it can be paused")


class End(Frozen):
    """What ends a clock: see :class:`policyengine.model.rulebook.Deadline`."""

    within: Operand | None
    ends: Operand | None
    pauses: tuple[Pause, ...]


def parse_end(node: MappingNode, scope: Scope) -> End | None:
    """Return what ends the clock of a deadline, None after a fault that leaves nothing to count by."""
    within, ends = node.get("within"), node.get("ends")
    pauses = tuple(_pauses(node.get("pauses"), scope))
    if within is not None and ends is not None:
        what = message("a deadline runs for a length of time or ends at an instant, not both")
        help = message(
            "leave out `within` or `ends`; for the earlier or the later of two ends make each a deadline"
        )
        scope.fault("wrong-kind", what, _key(node, "ends"), help)
        return None
    if ends is None:
        length = None if within is None else parse_operand(within, LENGTH, scope)
        return None if length is None else End(length, None, pauses)
    if node.get("pauses") is not None:
        what = message("a deadline that ends at an instant cannot be paused")
        scope.fault("wrong-kind", what, _key(node, "pauses"), _NO_PAUSES)
    if isinstance(ends, MappingNode) and ends.get("before") is not None:
        until = parse_operand(nodes.present(ends.get("before")), INSTANT, scope)
        length = parse_operand(nodes.present(ends.get("by")), LENGTH, scope)
        return None if until is None or length is None else End(length, until, ())
    until = parse_operand(ends, INSTANT, scope)
    return None if until is None else End(None, until, ())


def _key(node: MappingNode, key: str) -> Span:
    return next(entry.key.span for entry in node.entries if entry.key.text == key)


def _pauses(node: Node | None, scope: Scope) -> Iterator[Pause]:
    for written in nodes.items(node):
        found = _pause(nodes.mapping(written), scope)
        if found is not None:
            yield found


def _pause(node: MappingNode, scope: Scope) -> Pause | None:
    listed = node.get("list")
    if listed is None:
        if node.get("where") is not None:
            what = message("`where` chooses records, and no list is named")
            help = message("add `list`, or make each pause a fact that only then has a value")
            scope.fault("missing-key", what, _key(node, "where"), help)
            return None
        inner, question = scope, None
    else:
        name = nodes.scalar(listed)
        if not scope.names.is_list(name):
            return None
        inner = scope.inside(name.text)
        question = Some(name.text, parse_condition(node.get("where"), inner), name.span)
    begin, end = (parse_operand(nodes.present(node.get(word)), INSTANT, inner) for word in ("from", "until"))
    if begin is None or end is None:
        return None
    if begin == end:
        what = message("a pause that ends where it begins is not a pause")
        scope.fault("bad-value", what, nodes.present(node.get("until")).span, message("name two instants"))
        return None
    return Pause(begin, end, question, node.span)


# ---------- what is left of a clock


def settle_left(entry: Entry, scope: Scope) -> None:
    """Give what is left of a clock the type of its length; of months, days or seconds are left."""
    symbols = scope.names.symbols
    symbol = symbols.get(f"{entry.key.text}.left")
    if symbol is not None and symbol.kind == "deadline":
        node = nodes.mapping(entry.value)
        type = _type_of_length(
            node.get("within"), replace(scope, listed=nodes.text(node.get("for_each")) or None)
        )
        symbols[symbol.name] = replace(symbol, type=type)


def _type_of_length(node: Node | None, scope: Scope) -> ValueType:
    if isinstance(node, MappingNode) and is_computed(node):
        return _type_of_computed(node, scope)
    if isinstance(node, MappingNode):  # each reading of an assumption gives a length of one kind
        return _type_of_length(nodes.mapping(node.entries[0].value).entries[0].value, scope)
    if not isinstance(node, Scalar):
        return ValueType.DURATION
    symbol = scope.find(node.text)
    type = guess_type(node.text) if symbol is None else symbol.type
    return type if type in LENGTH.types and type is not ValueType.MONTHS else ValueType.DURATION


def _type_of_computed(node: MappingNode, scope: Scope) -> ValueType:
    """Return the type of `{value: …, otherwise: …}`, or of what a question asks of the records of a list."""
    asked = next((one.value for one in node.entries if one.key.text != "otherwise"), None)
    if isinstance(asked, MappingNode) and not is_computed(asked) and asked.get("of") is not None:
        listed = asked.get("list")
        inner = scope if listed is None else replace(scope, listed=nodes.text(listed))
        return _type_of_length(asked.get("of"), inner)
    return _type_of_length(asked, scope)
