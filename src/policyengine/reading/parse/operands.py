"""Places that take a value: a literal of the type that is wanted, a name, or one of these by reading."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, message
from policyengine.diagnostics.did_you_mean import did_you_mean, one_of
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen, replace
from policyengine.model.conditions import ByReading, Constant, Operand, Ref
from policyengine.model.rulebook import Assumption
from policyengine.reading.parse import nodes
from policyengine.reading.parse.names import NAME, Names, Symbol
from policyengine.syntax.yaml_tree import MappingNode, Node, Scalar
from policyengine.values.display import TYPE_WORDS
from policyengine.values.faults import LiteralError
from policyengine.values.literals import ValueType
from policyengine.values.parse import guess_type, parse_literal


class Wanted(Frozen):
    """The types that a place takes; for a choice also the values that it can have."""

    types: tuple[ValueType, ...]
    choices: tuple[str, ...] = ()


MONEY = Wanted((ValueType.MONEY,))
PERCENT = Wanted((ValueType.PERCENT,))
COUNT = Wanted((ValueType.COUNT,))
INSTANT = Wanted((ValueType.INSTANT,))
LENGTH = Wanted((ValueType.DURATION, ValueType.BUSINESS_DAYS))


def wanted_by(symbol: Symbol) -> Wanted:
    """Return what can be compared with, or given to, a symbol."""
    return Wanted((symbol.type,), symbol.choices)


class Scope(Frozen):
    """Where a name or a literal is read: all names, the zone of naive times, the currency of sums, and whose
    record is spoken of.
    """

    names: Names
    zone: ZoneInfo
    currency: str
    listed: str | None = None

    @property
    def faults(self) -> list[Diagnostic]:
        """Where faults are collected."""
        return self.names.faults

    def within(self, listed: str | None) -> Scope:
        """Return the scope of one record of a list."""
        return replace(self, listed=listed)

    def fault(self, code: str, what: Message, span: Span, help: Message | None = None) -> None:
        """Tell an error."""
        self.names.faults.append(error(code, what, span, help))


def parse_operand(node: Node, wanted: Wanted, scope: Scope) -> Operand | None:
    """Return the value of a place, or None after a fault."""
    if isinstance(node, MappingNode):
        return _by_reading(node, wanted, scope)
    written = nodes.scalar(node)
    if _is_name_of_text(written, wanted, scope):
        return _named(written, wanted, scope)
    constant = _constant(written, wanted, scope)
    if isinstance(constant, Constant):
        return constant
    if not written.quoted and NAME.fullmatch(written.text) and not _is_odd_answer(written, wanted, scope):
        return _named(written, wanted, scope)
    scope.fault("bad-value", constant.message, written.span, constant.help)
    return None


def _is_name_of_text(written: Scalar, wanted: Wanted, scope: Scope) -> bool:
    """Tell whether the name of a text is meant: every spelling is a text, so quotes make the difference."""
    symbol = None if written.quoted else scope.names.find(written.text, scope.listed)
    return wanted.types == (ValueType.TEXT,) and symbol is not None and symbol.type is ValueType.TEXT


def _is_odd_answer(written: Scalar, wanted: Wanted, scope: Scope) -> bool:
    """Tell whether a word such as ``maybe`` was meant as yes or no, and not as a name."""
    is_name = scope.names.find(written.text, scope.listed) is not None
    return wanted.types == (ValueType.BOOLEAN,) and "." not in written.text and not is_name


def parse_constant(node: Node, wanted: Wanted, scope: Scope) -> Constant | None:
    """Return a literal, or None after a fault."""
    written = nodes.scalar(node)
    constant = _constant(written, wanted, scope)
    if isinstance(constant, Constant):
        return constant
    scope.fault("bad-value", constant.message, written.span, constant.help)
    return None


def parse_ref(node: Node, wanted: Wanted, scope: Scope) -> Ref | None:
    """Return a name, or None after a fault."""
    return _named(nodes.scalar(node), wanted, scope)


def _constant(written: Scalar, wanted: Wanted, scope: Scope) -> Constant | LiteralError:
    type = wanted.types[0]
    if len(wanted.types) > 1:
        guessed = guess_type(written.text)
        type = guessed if guessed in wanted.types else type
    try:
        value = parse_literal(written.text, type, scope.zone, scope.currency, wanted.choices)
    except LiteralError as fault:
        return fault
    return Constant(value, type, written.span)


def _named(written: Scalar, wanted: Wanted, scope: Scope) -> Ref | None:
    if wanted.choices and scope.names.find(written.text, scope.listed) is None:
        _unknown_choice(written, wanted, scope)
        return None
    symbol = scope.names.resolve(written.text, scope.listed, written.span)
    if symbol is None:
        return None
    if symbol.type not in wanted.types:
        what = message(
            "`{name}` has the type {found}, and {wanted} is needed here",
            name=written.text,
            found=TYPE_WORDS[symbol.type],
            wanted=_either([TYPE_WORDS[type] for type in wanted.types]),
        )
        scope.fault("type-mismatch", what, written.span, _defined_at(symbol, wanted))
        return None
    strange = [choice for choice in symbol.choices if choice not in wanted.choices]
    if strange and wanted.choices:
        what = message(
            "`{name}` can be `{value}`, which is not possible here", name=written.text, value=strange[0]
        )
        scope.fault("type-mismatch", what, written.span, one_of(wanted.choices))
        return None
    return symbol.ref(written.span)


def _either(words: list[Message]) -> Message:
    """Return one of two words, of which no place takes more."""
    return message("{first} or {second}", first=words[0], second=words[1]) if len(words) > 1 else words[0]


def _unknown_choice(written: Scalar, wanted: Wanted, scope: Scope) -> None:
    what = message("`{value}` is not one of the values", value=written.text)
    help = did_you_mean(written.text, wanted.choices) or one_of(wanted.choices)
    scope.fault("unknown-choice", what, written.span, help)


def _defined_at(symbol: Symbol, wanted: Wanted) -> Message:
    example = _EXAMPLES.get(wanted.types[0])
    if symbol.kind == "parameter" and example is not None:
        return message(
            "its value is at {place}: write it like `{example}`", place=symbol.span, example=example
        )
    return message("it is defined at {place}", place=symbol.span)


# What the value of a parameter looks like from which its type is told.
_EXAMPLES = {
    ValueType.PERCENT: "5%",
    ValueType.MONEY: "5.00",
    ValueType.DURATION: "72 hours",
    ValueType.BUSINESS_DAYS: "4 business days",
    ValueType.COUNT: "3",
}


def _by_reading(node: MappingNode, wanted: Wanted, scope: Scope) -> Operand | None:
    entry = node.entries[0]
    assumption = find_assumption(entry.key, scope)
    if assumption is None:
        return None
    chosen = parse_readings(entry.value, assumption, scope)
    operands = [(reading, parse_operand(value, wanted, scope)) for reading, value in chosen]
    complete = tuple((reading, operand) for reading, operand in operands if operand is not None)
    if len(complete) < len(assumption.readings):
        return None
    return ByReading(assumption.id, complete, node.span)


def find_assumption(key: Scalar, scope: Scope) -> Assumption | None:
    """Return the assumption of that name; an unknown one is a fault."""
    found = scope.names.assumptions.get(key.text)
    if found is None:
        what = message("there is no assumption `{name}`", name=key.text)
        help = did_you_mean(key.text, scope.names.assumptions) or message("declare it in assumptions.yaml")
        scope.fault("unknown-assumption", what, key.span, help)
    return found


def parse_readings(node: Node, assumption: Assumption, scope: Scope) -> list[tuple[str, Node]]:
    """Return what a mapping gives for each reading of the assumption, in the order of its readings."""
    given = {entry.key.text: entry for entry in nodes.entries(node)}
    known = [reading.id for reading in assumption.readings]
    for name in given:
        if name not in known:
            unknown_reading(given[name].key, assumption, scope)
    missing = [name for name in known if name not in given]
    if missing:
        what = message(
            "nothing is said for the reading `{reading}` of `{id}`", reading=missing[0], id=assumption.id
        )
        scope.fault(
            "missing-reading", what, node.span, message("add a line `{reading}: …`", reading=missing[0])
        )
    return [(name, given[name].value) for name in known if name in given]


def unknown_reading(written: Scalar, assumption: Assumption, scope: Scope) -> None:
    """Tell that an assumption has no such reading."""
    known = [reading.id for reading in assumption.readings]
    what = message("`{id}` has no reading `{reading}`", id=assumption.id, reading=written.text)
    scope.fault("unknown-reading", what, written.span, did_you_mean(written.text, known) or one_of(known))
