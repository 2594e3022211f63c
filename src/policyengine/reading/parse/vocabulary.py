"""facts.yaml: the facts that a case can say or that rules conclude, and the lists of records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, cast

from policyengine.diagnostics.diagnostic import Message, listing, message
from policyengine.diagnostics.did_you_mean import did_you_mean
from policyengine.frozen import Frozen, replace
from policyengine.model.conditions import Operand, Ref
from policyengine.model.rulebook import (
    Bound,
    Choice,
    Combine,
    Default,
    Fact,
    IfMissing,
    MissingByReading,
    RecordList,
    Role,
)
from policyengine.reading.parse import nodes
from policyengine.reading.parse.briefs import parse_words_of_values
from policyengine.reading.parse.fractions import is_fraction
from policyengine.reading.parse.happened import check_placeholders, parse_happened
from policyengine.reading.parse.names import Symbol
from policyengine.reading.parse.operands import (
    Scope,
    Wanted,
    find_assumption,
    parse_constant,
    parse_operand,
    parse_readings,
)
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node, Scalar
from policyengine.values.display import TYPE_WORDS
from policyengine.values.escaping import shorten
from policyengine.values.literals import TRUTH, ValueType

_BOUNDS: tuple[Literal["at_least", "at_most", "not_before"], ...] = ("at_least", "at_most", "not_before")
_EVENTS = (ValueType.INSTANT, ValueType.DATE)
_QUANTITIES = (
    ValueType.MONEY,
    ValueType.PERCENT,
    ValueType.COUNT,
    ValueType.NUMBER,
    ValueType.DURATION,
    ValueType.BUSINESS_DAYS,
    ValueType.MONTHS,
    ValueType.BUSINESS_HOURS,
)

# What is missing is told as `never` of events and as `none` of the rest: the word that does not fit each.
_OTHER_WORD = {True: "none", False: "never"}


class Vocabulary(Frozen):
    """What facts.yaml declares; ``lists`` by path, ``facts`` by full path."""

    facts: dict[str, Fact]
    lists: dict[str, RecordList]


def declare_vocabulary(node: MappingNode, scope: Scope) -> None:
    """Give every fact and list of facts.yaml its name."""
    for entry, listed in _facts(node):
        path = f"{listed}.{entry.key.text}" if listed else entry.key.text
        fact = nodes.mapping(entry.value)
        choices = tuple(choice.key.text for choice in nodes.entries(fact.get("values")))
        scope.names.declare(Symbol(path, "fact", _type(fact), listed, choices, entry.key.span))
        scope.names.titles[path] = nodes.title_texts(fact.get("title"))
        if nodes.text(fact.get("role"), "given") == "given":
            scope.names.given.add(path)
        elif fact.get("combine") is not None:
            scope.names.combined.add(path)
        if fact.get("planned") is not None:
            scope.names.planned.add(path)
        if is_yes(fact.get("for_record")):
            scope.names.for_record.add(path)
    for entry in nodes.entries(node.get("sets")):
        scope.names.take(entry.key.text, entry.key.span)
    for entry in nodes.entries(node.get("lists")):
        if scope.names.take(entry.key.text, entry.key.span):
            fields = nodes.entries(nodes.mapping(entry.value).get("facts"))
            scope.names.lists[entry.key.text] = tuple(f"{entry.key.text}.{one.key.text}" for one in fields)


def parse_vocabulary(node: MappingNode, scope: Scope) -> Vocabulary:
    """Return the facts and lists of facts.yaml; their names have been declared."""
    facts = {}
    for entry, listed in _facts(node):
        fact = _fact(entry, listed, scope.within(listed))
        facts[fact.path] = fact
    lists = {entry.key.text: _list(entry, scope) for entry in nodes.entries(node.get("lists"))}
    check_placeholders(facts, lists, scope)
    return Vocabulary(facts, lists)


def _facts(node: MappingNode) -> Iterator[tuple[Entry, str | None]]:
    for entry in nodes.entries(node.get("facts")):
        yield entry, None
    for listed in nodes.entries(node.get("lists")):
        for entry in nodes.entries(nodes.mapping(listed.value).get("facts")):
            yield entry, listed.key.text


def _type(fact: MappingNode) -> ValueType:
    return ValueType(nodes.text(fact.get("type")))


def _fact(entry: Entry, listed: str | None, scope: Scope) -> Fact:
    fact = nodes.mapping(entry.value)
    path = f"{listed}.{entry.key.text}" if listed else entry.key.text
    type = _type(fact)
    choices = tuple(
        Choice(one.key.text, nodes.title(one.value), one.key.span)
        for one in nodes.entries(fact.get("values"))
    )
    wanted = Wanted((type,), tuple(choice.name for choice in choices))
    planned = _is_planned(fact.get("planned"), path, type, scope)
    missing = fact.get("if_missing")
    is_no_plan = planned and isinstance(missing, Scalar) and missing.text == "none"
    return Fact(
        path=path,
        type=type,
        title=nodes.title(fact.get("title")),
        role=cast(Role, nodes.text(fact.get("role"), "given")),
        choices=choices,
        if_missing="absent" if is_no_plan else _if_missing(missing, wanted, scope),
        dated_by=_dated_by(fact.get("dated_by"), path, scope),
        by=_actor(fact.get("by"), type, scope),
        bounds=tuple(_bounds(path, fact, wanted, replace(scope, takes_records=True))),
        listed=listed,
        span=entry.key.span,
        foresees=_foreseen(fact.get("foresees"), path, type, scope),
        planned=planned,
        for_record=_is_for_record(fact.get("for_record"), path, scope),
        combine=_combine(fact.get("combine"), path, type, scope),
        otherwise=_otherwise(fact, path, wanted, scope),
        note=nodes.title(fact.get("note")),
        happened=parse_happened(fact.get("happened"), path, type, scope),
        in_brief=parse_words_of_values(fact.get("in_brief"), path, wanted, scope),
    )


_COMBINED: Mapping[Combine, tuple[ValueType, ...]] = {
    "sum": _QUANTITIES,
    "least": (*_QUANTITIES, *_EVENTS),
    "greatest": (*_QUANTITIES, *_EVENTS),
    "yes_if_any": (ValueType.BOOLEAN,),
    "yes_if_all": (ValueType.BOOLEAN,),
}
"""What can be combined in which way: texts and choices in none."""


def _combine(node: Node | None, path: str, type: ValueType, scope: Scope) -> Combine | None:
    """Return how several rules build a fact; only rules can, and only what can be added or compared."""
    if node is None:
        return None
    how = cast(Combine, nodes.text(node))
    if path in scope.names.given:
        what = message("`{name}` cannot be combined: cases give it", name=path)
        help = message("declare it with `role: derived` or `role: outcome`, or leave `combine` out")
        scope.fault("wrong-test", what, node.span, help)
        return None
    if type in _COMBINED[how]:
        return how
    what = message("`combine: {word}` does not fit the type {type}", word=how, type=TYPE_WORDS[type])
    fitting = [one for one, types in _COMBINED.items() if type in types]
    help = _ONE_RULE if not fitting else message("what fits here: {words}", words=listing(fitting))
    scope.fault("wrong-test", what, node.span, help)
    return None


_ONE_RULE = message(
    "leave `combine` out: of a text or a choice one rule gives the value, and `overrides` says which"
)


def _otherwise(fact: MappingNode, path: str, wanted: Wanted, scope: Scope) -> Operand | None:
    """Return what a fact is where certainly no rule holds."""
    missing, node = fact.get("if_missing"), fact.get("otherwise")
    if node is None:
        if missing is not None and path not in scope.names.given:
            what = message("`{name}` cannot be missing: rules conclude it", name=path)
            help = message("write `otherwise` for what it is where no rule holds, or leave it out")
            scope.fault("wrong-test", what, missing.span, help)
        return None
    if path in scope.names.given:
        what = message("no rule concludes `{name}`: cases give it", name=path)
        help = message("write `if_missing` for what it is where a case leaves it out")
        scope.fault("wrong-test", what, node.span, help)
        return None
    found = parse_operand(node, wanted, scope)
    if isinstance(found, Ref) and found.name == path:
        what = message("`{name}` cannot be its own `otherwise` value", name=path)
        scope.fault("wrong-test", what, node.span, message("write a value, or another name"))
        return None
    return None if is_fraction(found, node.span, scope) else found


def _is_planned(node: Node | None, path: str, type: ValueType, scope: Scope) -> bool:
    """Tell whether a time is known before it comes; only a time that cases give can be."""
    if node is None:
        return False
    if type not in _EVENTS:
        what = message("`{word}` does not fit the type {type}", word="planned", type=TYPE_WORDS[type])
        scope.fault("wrong-test", what, node.span, _fits(_EVENTS))
        return False
    if path not in scope.names.given:
        what = message("`{name}` cannot be planned: rules conclude it", name=path)
        help = message("leave `planned` out: what rules conclude is seen at all times")
        scope.fault("wrong-test", what, node.span, help)
        return False
    constant = parse_constant(node, Wanted((ValueType.BOOLEAN,), ()), scope)
    return constant is None or constant.value is True


def is_yes(node: Node | None) -> bool:
    """Tell whether a place says yes; what is neither yes nor no is told where the fact is read."""
    return isinstance(node, Scalar) and TRUTH.get(node.text.lower()) is True


def _is_for_record(node: Node | None, path: str, scope: Scope) -> bool:
    """Tell whether cases keep a fact that no rule looks at; only a fact that cases give can be."""
    if node is None:
        return False
    if path not in scope.names.given:
        what = message("`{name}` cannot be kept for the record: rules conclude it", name=path)
        scope.fault("for-record", what, node.span, message("leave `for_record` out"))
        return False
    constant = parse_constant(node, Wanted((ValueType.BOOLEAN,)), scope)
    return constant is not None and constant.value is True


def _foreseen(node: Node | None, path: str, type: ValueType, scope: Scope) -> str | None:
    if node is None:
        return None
    written = nodes.scalar(node)
    symbol = scope.names.resolve(written.text, scope.listed, written.span)
    if symbol is None:
        return None
    if symbol.name not in scope.names.given or symbol.type is not type or symbol.name == path:
        what = message("`{name}` is not a fact that this one can foresee", name=written.text)
        help = message("name another fact that cases give, of the same type, or leave `foresees` out")
        scope.fault("type-mismatch", what, written.span, help)
        return None
    return symbol.name


def _if_missing(node: Node | None, wanted: Wanted, scope: Scope) -> IfMissing | MissingByReading:
    if not isinstance(node, MappingNode):
        return None if node is None else _missing(node, wanted, scope)
    first = node.entries[0]
    assumption = find_assumption(first.key, scope)
    if assumption is None:
        return None
    chosen = parse_readings(first.value, assumption, scope)
    return MissingByReading(
        assumption.id, tuple((reading, _missing_in_reading(one, wanted, scope)) for reading, one in chosen)
    )


def _missing_in_reading(node: Node, wanted: Wanted, scope: Scope) -> IfMissing:
    written = nodes.scalar(node)
    if written.text == "unknown" and not written.quoted and "unknown" not in wanted.choices:
        return None
    return _missing(node, wanted, scope)


def _missing(node: Node, wanted: Wanted, scope: Scope) -> IfMissing:
    written = nodes.scalar(node)
    is_event = wanted.types[0] in _EVENTS
    if written.text == "never" and is_event:
        return "absent"
    if written.text == "none" and not is_event and not written.quoted and "none" not in wanted.choices:
        return "absent"
    if written.text == _OTHER_WORD[is_event] and wanted.types[0] not in (ValueType.TEXT, ValueType.CHOICE):
        what = message(
            "`{word}` does not fit the type {type}", word=written.text, type=TYPE_WORDS[wanted.types[0]]
        )
        scope.fault(
            "bad-value", what, written.span, message("write `{word}`", word=_OTHER_WORD[not is_event])
        )
        return None
    if is_event and not any(one.isdigit() for one in written.text):
        # Whoever is told to write an instant writes one, and then what never happened has happened.
        what = message(
            "`{word}` does not say when it was if a case leaves it out", word=shorten(written.text)
        )
        help = message("write `never`, or leave `if_missing` out: then it is not known")
        scope.fault("bad-value", what, written.span, help)
        return None
    constant = parse_constant(node, wanted, scope)
    return None if constant is None else Default(constant.value)


def _dated_by(node: Node | None, path: str, scope: Scope) -> str | None:
    if node is None:
        return None
    written = nodes.scalar(node)
    symbol = scope.names.resolve(written.text, scope.listed, written.span)
    if symbol is None:
        return None
    if symbol.kind != "fact" or symbol.type is not ValueType.INSTANT or symbol.name == path:
        what = message(
            "`{name}` cannot date a fact: only another fact that is an instant can", name=written.text
        )
        help = message("name the instant from which the fact is seen, or leave `dated_by` out")
        scope.fault("type-mismatch", what, written.span, help)
        return None
    if symbol.name in scope.names.for_record:
        scope.names.tell_for_record(written.text, written.span)
        return None
    return symbol.name


def _actor(node: Node | None, type: ValueType, scope: Scope) -> str:
    """Return whose act an instant is: a party, or the choice that names it."""
    if node is None:
        return ""
    written, parties = nodes.scalar(node), scope.names.parties
    if type is not ValueType.INSTANT:
        what = message("`{word}` does not fit the type {type}", word="by", type=TYPE_WORDS[type])
        scope.fault("wrong-test", what, node.span, _fits((ValueType.INSTANT,)))
        return ""
    if written.text in parties:
        return written.text
    listed = f"{scope.listed}.{written.text}"
    symbol = scope.names.symbols.get(listed) or scope.names.symbols.get(written.text)
    if symbol is not None and symbol.choices and set(symbol.choices) <= set(parties):
        if symbol.name in scope.names.for_record:
            scope.names.tell_for_record(written.text, written.span)
        return symbol.name
    scope.names.is_party(written)
    return ""


def _bounds(path: str, fact: MappingNode, wanted: Wanted, scope: Scope) -> Iterator[Bound]:
    for operator in _BOUNDS:
        node = fact.get(operator)
        if node is None:
            continue
        allowed = _EVENTS if operator == "not_before" else _QUANTITIES
        if wanted.types[0] not in allowed:
            what = message(
                "`{word}` does not fit the type {type}", word=operator, type=TYPE_WORDS[wanted.types[0]]
            )
            scope.fault("wrong-test", what, node.span, _fits(allowed))
            continue
        if path not in scope.names.given:
            what = message("a limit on `{name}` would have no effect: rules conclude it", name=path)
            help = message("remove the limit: it is for facts that cases give")
            scope.fault("wrong-bound", what, node.span, help)
            continue
        operand: Operand | None = parse_operand(node, wanted, scope)
        if isinstance(operand, Ref) and operand.name not in scope.names.given:
            what = message("`{name}` is not given by the case", name=operand.name)
            scope.fault(
                "wrong-bound", what, node.span, message("a limit is a value, or a fact that cases give")
            )
        elif isinstance(operand, Ref) and operand.name == path:
            what = message("`{name}` is its own limit, which limits nothing", name=path)
            scope.fault(
                "wrong-bound", what, node.span, message("a limit is a value, or another fact that cases give")
            )
        elif operand is not None:
            yield Bound(operator, operand, node.span)


def _fits(types: Iterable[ValueType]) -> Message:
    return message("it fits the types {types}", types=listing(type.value for type in types))


def _list(entry: Entry, scope: Scope) -> RecordList:
    path, node = entry.key.text, nodes.mapping(entry.value)
    fields = scope.names.lists.get(path, ())
    return RecordList(
        path=path,
        title=nodes.title(node.get("title")),
        fields=fields,
        dated_by=_record_date(node.get("dated_by"), path, fields, scope),
        empty_if_missing=nodes.text(node.get("if_missing")) == "empty",
        span=entry.key.span,
    )


def _record_date(node: Node | None, path: str, fields: tuple[str, ...], scope: Scope) -> str | None:
    if node is None:
        return None
    written = nodes.scalar(node)
    symbol = scope.names.symbols.get(f"{path}.{written.text}")
    if symbol is None or symbol.type is not ValueType.INSTANT:
        what = message("records of `{list}` have no instant `{name}`", list=path, name=written.text)
        known = [field.removeprefix(path + ".") for field in fields]
        scope.fault("unknown-name", what, written.span, did_you_mean(written.text, known) or _OWN_INSTANT)
        return None
    if symbol.name in scope.names.for_record:
        scope.names.tell_for_record(written.text, written.span)
        return None
    if symbol.name in scope.names.planned:
        what = message("`{name}` is planned, and what dates a record hides it until then", name=written.text)
        help = message(
            "leave `dated_by` out (records stay in the order of the case), or name when it was planned"
        )
        scope.fault("type-mismatch", what, written.span, help)
        return None
    return symbol.name


_OWN_INSTANT = message("name a fact of the list with `type: instant`")
