"""The names that a policy file gives to its parameters, deadlines, amounts, rules and tables."""

from __future__ import annotations

from policyengine.diagnostics.diagnostic import message
from policyengine.frozen import replace
from policyengine.reading.parse import nodes
from policyengine.reading.parse.amounts import amount_type
from policyengine.reading.parse.effective import DAYS
from policyengine.reading.parse.ends import settle_left
from policyengine.reading.parse.names import Symbol
from policyengine.reading.parse.operands import Scope
from policyengine.reading.parse.tables import RawTable, declare_table
from policyengine.syntax.yaml_tree import Entry, MappingNode, Scalar
from policyengine.values.literals import LENGTHS, ValueType
from policyengine.values.numbers import percent_readings
from policyengine.values.parse import guess_type

_PARAMETER_TYPES = (
    "money",
    "percent",
    "count",
    "number",
    "duration",
    "business_days",
    "months",
    "business_hours",
    "length",
    "boolean",
    "date",
    "instant",
    "text",
    "time_zone",
)


def declare_policy(node: MappingNode, scope: Scope) -> None:
    """Give every parameter, deadline, amount and rule of the file its name."""
    for entry in nodes.entries(node.get("parameters")):
        type = _parameter_type(entry, scope)
        if type is None:
            scope.names.lose(entry.key.text, entry.key.span)
        else:
            scope.names.declare(Symbol(entry.key.text, "parameter", type, None, (), entry.key.span))
        scope.names.titles[entry.key.text] = nodes.title_texts(nodes.mapping(entry.value).get("title"))
    for entry in nodes.entries(node.get("deadlines")):
        stands = nodes.mapping(entry.value).get("pauses") is not None
        scope.names.declare_deadline(entry.key.text, _for_each(entry, scope), entry.key.span, stands)
    for entry in nodes.entries(node.get("amounts")):
        listed, type = _for_each(entry, scope), amount_type(entry)
        if nodes.mapping(entry.value).get("rounding") == Scalar("none", entry.key.span, False):
            scope.names.exact.add(entry.key.text)
        scope.names.declare(Symbol(entry.key.text, "amount", type, listed, (), entry.key.span))
        scope.names.titles[entry.key.text] = nodes.title_texts(nodes.mapping(entry.value).get("title"))
    for entry in nodes.entries(node.get("rules")):
        _declare_rule(entry, scope)
    for entry in nodes.entries(node.get("tables")):
        if _declare_rule(entry, scope):
            _declare_rows(entry, declare_table(entry, scope), scope)


def _declare_rule(entry: Entry, scope: Scope) -> bool:
    """Give a rule or a table its name; tell whether it was free."""
    first = scope.names.rules.setdefault(entry.key.text, entry.key.span)
    if first is entry.key.span:
        return True
    what = message("`{name}` is defined twice", name=entry.key.text)
    help = message("the other definition is at {place}", place=first)
    scope.fault("duplicate-name", what, entry.key.span, help)
    return False


def _declare_rows(entry: Entry, table: RawTable, scope: Scope) -> None:
    scope.names.tables[entry.key.text] = table
    scope.names.rules.update((rule, entry.key.span) for rule in table.rules)


def settle_policy(node: MappingNode, scope: Scope) -> None:
    """Settle what the names of the file are that depends on other names, once all are declared."""
    for entry in nodes.entries(node.get("deadlines")):
        settle_left(entry, scope)
    _settle_records(node, scope)


def _settle_records(node: MappingNode, scope: Scope) -> None:
    """Give each record of a list its own value of the figures that an instant of the record chooses.

    The instant may belong to another file. A figure that names it itself follows it even where its values
    have no dates, so that an overlay can give them some.
    """
    symbols = scope.names.symbols
    of_policy = nodes.mapping(node.get("effective")).get("by")
    for entry in nodes.entries(node.get("parameters")):
        parameter = nodes.mapping(entry.value)
        act = symbols.get(nodes.text(parameter.get("by") or of_policy))
        symbol = symbols.get(entry.key.text)
        if act is None or act.listed is None or symbol is None or symbol.span is not entry.key.span:
            continue
        dated = (
            nodes.mapping(item).get(word) for item in nodes.items(parameter.get("values")) for word in DAYS
        )
        if parameter.get("by") or any(dated):
            symbols[symbol.name] = replace(symbol, listed=act.listed)


def _for_each(entry: Entry, scope: Scope) -> str | None:
    """Return the list of whose records a part speaks; an unknown one is told where the part is read."""
    written = nodes.mapping(entry.value).get("for_each")
    return nodes.text(written) if written is not None and nodes.text(written) in scope.names.lists else None


def _parameter_type(entry: Entry, scope: Scope) -> ValueType | None:
    """Return the type of a parameter, or None after a fault."""
    node = nodes.mapping(entry.value)
    declared = node.get("type")
    if declared is not None:
        return ValueType(nodes.text(declared))
    written = [nodes.text(nodes.mapping(value).get("value")) for value in nodes.items(node.get("values"))]
    guesses = [guessed for text in written if (guessed := guess_type(text)) is not None]
    if guesses:
        # What was 7 days can be 3 business days from a day on; no other type changes.
        is_mixed = len(set(guesses)) > 1 and set(guesses).issubset(LENGTHS)
        return ValueType.LENGTH if is_mixed else guesses[0]
    what = message("the type of `{name}` cannot be told from its values", name=entry.key.text)
    help = message("add `type: {types}`", types=" | ".join(_PARAMETER_TYPES))
    readings = next(filter(None, map(percent_readings, written)), None)
    if readings is not None:
        help = message("{help}; a percentage has its sign: {readings}", help=help, readings=readings)
    scope.fault("parameter-type", what, entry.key.span, help)
    return None
