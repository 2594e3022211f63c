"""Values that are computed where they are needed: questions about lists, what counts otherwise, extremes.

Each becomes a value of its own, named by what the rule file says; two that say the same are one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, cast

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.diagnostics.did_you_mean import one_of
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen, replace
from policyengine.model.conditions import (
    Among,
    ByReading,
    Computed,
    Constant,
    DayEdge,
    Extreme,
    InPlace,
    Operand,
    Otherwise,
    Question,
    Ref,
    Sought,
    asks_this,
    is_end,
    operands_of,
)
from policyengine.reading.parse import nodes
from policyengine.reading.parse.edges import BESIDE, EDGES, parse_edge
from policyengine.reading.parse.operands import Scope, Wanted, parse_operand
from policyengine.semantics.strata import refs_of_operand
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node, Scalar, SequenceNode
from policyengine.values.display import TYPE_WORDS
from policyengine.values.literals import ValueType

QUESTIONS: dict[str, Sought] = {
    "total_of": "total",
    "least_of": "least",
    "greatest_of": "greatest",
    "count_of": "count",
    "first": "first",
    "last": "last",
    "next": "next",
    "previous": "previous",
    "only": "only",
    "position_of": "position",
    "share_of": "share",
}
"""The words of questions about lists that give values."""
EXTREMES = ("latest", "earliest")
KEYS = ("value", "otherwise", *EXTREMES, *EDGES, *QUESTIONS)
_OF_THIS = ("next", "previous", "position", "share")
_SUMMED = (
    ValueType.MONEY,
    ValueType.NUMBER,
    ValueType.COUNT,
    ValueType.PERCENT,
    ValueType.DURATION,
)
_ORDERED = (*_SUMMED, ValueType.INSTANT, ValueType.DATE)
_ANY_TYPE = tuple(ValueType)


def is_computed(node: MappingNode) -> bool:
    """Tell whether a mapping in place of a value computes one, and does not choose by a reading."""
    if not node.entries:
        return False
    return node.entries[0].key.text in KEYS or any(one.key.text in EDGES for one in node.entries)


def parse_computed(node: MappingNode, wanted: Wanted, scope: Scope) -> Ref | None:
    """Return the name of a computed value, which is added to the names; None after a fault."""
    edge = next((one for one in node.entries if one.key.text in EDGES), None)
    beside = () if edge is None else tuple(one for one in node.entries if one.key.text in BESIDE)
    words = [one for one in node.entries if one.key.text != "otherwise" and one not in beside]
    fallback = node.get("otherwise")
    if len(words) != 1:
        what = message("a computed value says one thing, and perhaps `otherwise`")
        scope.fault("wrong-shape", what, node.span, one_of(tuple(one for one in KEYS if one != "otherwise")))
        return None
    entry = words[0]
    first = _value_of(entry, wanted, scope) if edge is None else _day_edge(edge, beside, wanted, scope)
    if first is None or fallback is None:
        if fallback is None and entry.key.text == "value" and first is not None:
            what = message("`value` stands alone: write the value itself, or add `otherwise`")
            scope.fault("missing-key", what, node.span, message("add `otherwise: …`"))
            return None
        return first if isinstance(first, Ref) else None
    second = parse_operand(fallback, Wanted((first.type,), wanted.choices), scope)
    if second is None:
        return None
    value = Otherwise(first, second, node.span)
    ref = _declared(text_of(node), first.type, wanted.choices, value, scope)
    return _as_end(ref, is_end(first) and is_end(second))


def _value_of(entry: Entry, wanted: Wanted, scope: Scope) -> Operand | None:
    word = entry.key.text
    if word == "value":
        return parse_operand(entry.value, wanted, scope)
    if word in EXTREMES:
        return _extreme(entry, wanted, scope)
    asked = parse_question(entry, wanted, scope)
    if asked is None:
        return None
    if asked.tests:
        test = asked.tests[0].key
        what = message("a comparison stands where a value is needed")
        help = message("write it in `when`, or leave `{word}` out", word=test.text)
        scope.fault("wrong-shape", what, test.span, help)
        return None
    return asked.named(scope)


def _extreme(entry: Entry, wanted: Wanted, scope: Scope) -> Ref | None:
    instant = Wanted((ValueType.INSTANT,))
    if ValueType.INSTANT not in wanted.types:
        _tell_type(entry.key, ValueType.INSTANT, wanted, scope)
        return None
    parts = [parse_operand(one, instant, scope) for one in nodes.items(entry.value)]
    of = tuple(one for one in parts if one is not None)
    if len(of) < len(parts):
        return None
    how = cast(Literal["latest", "earliest"], entry.key.text)
    value = Extreme(how, of, entry.key.span)
    text = text_of(MappingNode((entry,), entry.key.span))
    return _as_end(_declared(text, ValueType.INSTANT, (), value, scope), all(map(is_end, of)))


def _as_end(ref: Ref | None, ends: bool) -> Ref | None:
    """Return the name of a computed value with whether it is always an end, of a day or of a clock."""
    return None if ref is None else replace(ref, ends_day=ends)


def _day_edge(entry: Entry, beside: tuple[Entry, ...], wanted: Wanted, scope: Scope) -> Ref | None:
    if ValueType.INSTANT not in wanted.types:
        _tell_type(entry.key, ValueType.INSTANT, wanted, scope)
        return None
    value = parse_edge(entry, beside, scope)
    if value is None:
        return None
    text = text_of(MappingNode((entry, *beside), entry.key.span))
    ref = _declared(text, ValueType.INSTANT, (), value, scope)
    return _as_end(ref, value.edge.side == "end_of")


# ---------- questions about lists


class AskedValue(Frozen):
    """A question about a list that gives a value, and the comparisons that stand in it."""

    question: Question
    type: ValueType
    choices: tuple[str, ...]
    text: str
    tests: tuple[Entry, ...]

    def named(self, scope: Scope) -> Ref | None:
        """Return the name of its value, which is added to the names; None after a fault."""
        return _declared(self.text, self.type, self.choices, self.question, scope)


def parse_question(entry: Entry, wanted: Wanted | None, scope: Scope) -> AskedValue | None:
    """Return a question about a list that gives a value.

    ``wanted`` are the types that the place takes, None for any. None after a fault.
    """
    from policyengine.reading.parse.conditions import parse_condition  # conditions hold values

    node, span = nodes.mapping(entry.value), entry.key.span
    how = QUESTIONS[entry.key.text]
    if how == "count" and node.get("different") is not None:
        how = "different"
    found = _list_of(how, node, span, scope)
    if found is None:
        return None
    listed, among = found
    inner = scope.inside(listed)
    where = parse_condition(node.get("where"), inner)
    of: Operand | None = None
    amount: Operand | None = None
    type, choices = ValueType.COUNT, cast(tuple[str, ...], ())
    if how in ("different", "position", "share", "count"):
        of = _asked_of(node, {"different": "different"}.get(how, "by"), how, inner, span)
        if of is None and how != "count":
            return None
        if how == "share":
            amount = _amount(node, scope, span)
            if amount is None:
                return None
            type = amount.type
    else:
        of = _of(node, how, wanted, inner, span)
        if of is None:
            return None
        type, choices = of.type, _choices_of(of, scope, wanted)
    if wanted is not None and type not in wanted.types:
        _tell_type(entry.key, type, wanted, scope)
        return None
    descending = nodes.text(node.get("order"), "ascending") == "descending"
    question = Question(how, listed, where, of, among, span, descending, amount)
    rest = tuple(one for one in node.entries if one.key.text not in _OWN_KEYS)
    kept = replace(node, entries=tuple(one for one in node.entries if one.key.text in _OWN_KEYS))
    text = text_of(MappingNode((replace(entry, value=kept),), span))
    return AskedValue(question, type, choices, text, rest)


_OWN_KEYS = ("list", "other", "earlier", "where", "of", "different", "by", "order", "amount")


def _list_of(how: Sought, node: MappingNode, span: Span, scope: Scope) -> tuple[str, Among] | None:
    """Return the list that a question is about, and which of its records."""
    from policyengine.reading.parse.conditions import asked_list

    if how not in _OF_THIS:
        return asked_list(node, span, scope)
    standing = scope.this
    if standing is None:
        what = message("this is asked where there is no record")
        scope.fault("outside-list", what, span, _NO_RECORD)
        return None
    written = node.get("list")
    if written is not None and nodes.text(written) != standing:
        what = message("it is asked of the record of `for_each`, which is one of `{list}`", list=standing)
        help = message("write `list: {list}`", list=standing)
        scope.fault("outside-list", what, nodes.scalar(written).span, help)
        return None
    return standing, "all"


def _asked_of(node: MappingNode, word: str, how: Sought, inner: Scope, span: Span) -> Operand | None:
    """Return what records are told apart by, put in order by, or given their share by."""
    written = node.get(word)
    if how == "count":
        return None
    if written is None:
        what = message("the question does not say `{word}`", word=word)
        inner.fault(
            "missing-key",
            what,
            span,
            message("add for example `{example}`", example=f"{word}: {_a_field(inner)}"),
        )
        return None
    types = {"different": _ANY_TYPE, "position": _ORDERED, "share": _SUMMED}[how]
    return _named(written, types, inner)


def _a_field(inner: Scope, types: tuple[ValueType, ...] = _ANY_TYPE) -> str:
    """Return the name of a fact of the records that are looked at, if it can be one of some types."""
    own = [one for one in inner.names.symbols.values() if one.listed == inner.listed and one.kind == "fact"]
    fitting = [one.name.removeprefix(f"{inner.listed}.") for one in own if one.type in types]
    return next(iter(fitting), "NAME")


def _named(written: Node, types: tuple[ValueType, ...], scope: Scope) -> Operand | None:
    """Return a name of one of many types, or a computed value; a literal says the same of every record."""
    if isinstance(written, MappingNode):
        return parse_operand(written, Wanted(types), scope)
    return scope_ref(nodes.scalar(written), types, scope)


def scope_ref(written: Scalar, types: tuple[ValueType, ...], scope: Scope) -> Ref | None:
    """Return what a name refers to that has one of many types."""
    ref = scope.resolve(written)
    if ref is not None and ref.type not in types:
        what = message(
            "`{name}` has the type {type}, which is not possible here",
            name=written.text,
            type=TYPE_WORDS[ref.type],
        )
        scope.fault("type-mismatch", what, written.span)
        return None
    return ref


def _of(node: MappingNode, how: Sought, wanted: Wanted | None, inner: Scope, span: Span) -> Operand | None:
    written = node.get("of")
    if written is None:
        what = message("the question does not say of which fact")
        help = message("add for example `{example}`", example=f"of: {_a_field(inner, _ORDERED)}")
        if how in ("first", "last", "next", "previous"):
            help = message("add `of: NAME` for its value, or `is: {{…}}` to ask about it")
        inner.fault("missing-key", what, span, help)
        return None
    possible = {"total": _SUMMED, "least": _ORDERED, "greatest": _ORDERED}.get(how, _ANY_TYPE)
    if isinstance(written, MappingNode) and wanted is not None:
        return parse_operand(written, wanted, inner)
    return _named(written, possible, inner)


def _amount(node: MappingNode, scope: Scope, span: Span) -> Operand | None:
    written = node.get("amount")
    if written is None:
        what = message("the question does not say what is shared")
        scope.fault("missing-key", what, span, message("add `amount: …`"))
        return None
    return parse_operand(written, Wanted((ValueType.MONEY,)), scope)


def _choices_of(of: Operand, scope: Scope, wanted: Wanted | None) -> tuple[str, ...]:
    if wanted is not None and wanted.choices:
        return wanted.choices
    symbol = scope.names.symbols.get(of.name) if isinstance(of, Ref) else None
    return () if symbol is None else symbol.choices


def _tell_type(key: Scalar, type: ValueType, wanted: Wanted, scope: Scope) -> None:
    what = message(
        "`{word}` gives the type {found}, and {wanted} is needed here",
        word=key.text,
        found=TYPE_WORDS[type],
        wanted=TYPE_WORDS[wanted.types[0]],
    )
    scope.fault("type-mismatch", what, key.span)


_NO_RECORD: Message = message("use it in a part with `for_each`: there it is asked of each record")


# ---------- the name


def _declared(
    text: str,
    type: ValueType,
    choices: tuple[str, ...],
    value: InPlace,
    scope: Scope,
) -> Ref | None:
    """Give a computed value its name, and return what refers to it here."""
    refs = list(_refs(value))
    owner = _owner(value, refs, scope)
    of_this = scope.is_inside and owner is not None and owner == scope.this and _is_of_this(value, refs)
    if of_this and not isinstance(value, Question):
        if any(ref.listed is not None and not ref.this for ref in refs):
            what = message("this mixes the record that asks with the one that is looked at")
            scope.fault("outside-list", what, value.span, message("give one of them a fact of its own"))
            return None
        value = _standing(value)
    name = text if owner is None else f"{text} of {owner}"
    computed = Computed(name, type, choices, owner, value, value.span)
    known = scope.names.computed.get(name)
    while known is not None and known != computed:
        name += "'"
        computed, known = replace(computed, name=name), scope.names.computed.get(name)
    scope.names.computed.setdefault(name, computed)
    return Ref(name, "computed", type, owner, value.span, of_this)


def _refs(value: InPlace) -> Iterator[Ref]:
    for operand in operands_of(value):
        yield from refs_of_operand(operand)


def _is_of_this(value: InPlace, refs: list[Ref]) -> bool:
    if isinstance(value, Question):
        return True
    return any(ref.this for ref in refs)


def _owner(value: InPlace, refs: list[Ref], scope: Scope) -> str | None:
    """Return the list of whose records each has its own value, None for the whole case."""
    if isinstance(value, Question):
        own = [] if value.amount is None else [*refs_of_operand(value.amount)]
        depends = value.how in _OF_THIS or value.among != "all" or _asks_this(value)
        return scope.this if depends or any(ref.listed for ref in own) else None
    if any(ref.this for ref in refs):
        return scope.this
    return next((ref.listed for ref in refs if ref.listed is not None), None)


def _asks_this(question: Question) -> bool:
    if asks_this(question.where):
        return True
    return question.of is not None and any(ref.this for ref in refs_of_operand(question.of))


def _standing(value: Otherwise | Extreme | DayEdge) -> Otherwise | Extreme | DayEdge:
    """Return a value of the record that asks, as that record says it itself."""
    if isinstance(value, Otherwise):
        return replace(value, value=_own(value.value), otherwise=_own(value.otherwise))
    if isinstance(value, DayEdge):
        return replace(value, of=_own(value.of))
    return replace(value, of=tuple(_own(one) for one in value.of))


def _own(operand: Operand) -> Operand:
    match operand:
        case Ref():
            return replace(operand, this=False)
        case ByReading(_, readings):
            return replace(operand, readings=tuple((one, _own(inner)) for one, inner in readings))
        case Constant():
            return operand


def text_of(node: Node) -> str:
    """Return what a node says, in one line."""
    match node:
        case Scalar(text, _, quoted):
            return f'"{text}"' if quoted else text
        case SequenceNode(items):
            return f"[{', '.join(text_of(one) for one in items)}]"
        case MappingNode(entries):
            # By their names: in which order they are written says nothing.
            ordered = sorted(entries, key=lambda one: one.key.text)
            inside = ", ".join(f"{one.key.text}: {text_of(one.value)}" for one in ordered)
            return f"{{{inside}}}"
