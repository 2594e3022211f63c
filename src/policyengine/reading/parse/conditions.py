"""Conditions: from the mappings that a clerk writes to typed trees."""

from __future__ import annotations

from typing import cast

from policyengine.diagnostics.diagnostic import message
from policyengine.diagnostics.did_you_mean import one_of
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.wordings import advice
from policyengine.frozen import replace
from policyengine.model import conditions as tree
from policyengine.model.conditions import (
    NEIGHBOURS,
    Among,
    Condition,
    Measured,
    Operand,
    Operator,
    Ref,
    Which,
)
from policyengine.reading.parse import nodes
from policyengine.reading.parse.computed import QUESTIONS, is_computed, parse_question
from policyengine.reading.parse.names import Symbol
from policyengine.reading.parse.operands import (
    EITHER_TIME,
    MOMENT,
    Scope,
    Wanted,
    at_midnight,
    find_assumption,
    has_instant,
    in_instants,
    is_answer,
    parse_constant,
    parse_operand,
    unknown_reading,
    wanted_by,
)
from policyengine.reading.parse.sets import SET_WORDS, in_set
from policyengine.reading.parse.windows import TIMES, asks_window, parse_window
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node, Scalar, SequenceNode
from policyengine.values.display import TYPE_WORDS
from policyengine.values.escaping import shorten
from policyengine.values.faults import LiteralError, not_a
from policyengine.values.literals import TRUTH, ValueType
from policyengine.values.seasons import Season, parse_year_day

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
# The words for comparing, each with the operator that it means.
_COMPARISONS: dict[str, Operator] = {
    "at_least": "at_least",
    "at_most": "at_most",
    "more_than": "more_than",
    "less_than": "less_than",
    "not_before": "at_least",
    "not_after": "at_most",
    "after": "more_than",
    "before": "less_than",
}
_OF_QUANTITIES = ("at_least", "at_most", "more_than", "less_than")
_OF_TIMES = ("before", "after", "not_before", "not_after")
# How people write a comparison, each with the word for quantities and the one for times.
_SIGNS = {
    **{sign: ("at_least", "not_before") for sign in (">=", "=>", "≥", "＞=", "＞＝")},
    **{sign: ("at_most", "not_after") for sign in ("<=", "=<", "≤", "＜=", "＜＝")},
    **{sign: ("is_not", "is_not") for sign in ("!=", "<>", "≠")},
    **{sign: ("more_than", "after") for sign in (">", "＞")},
    **{sign: ("less_than", "before") for sign in ("<", "＜")},
    **{sign: ("is", "is") for sign in ("==", "=", "＝")},
    **{f"{word} ": (word, word) for word in (*_COMPARISONS, "is", "is_not")},
    **{f"{word.replace('_', ' ')} ": (word, word) for word in _COMPARISONS if "_" in word},
}
_SEVERAL = ("all", "any")
_PICKS = ("first", "last")
_CONDITIONS = (*_SEVERAL, "not", "any_of", *(one for one in QUESTIONS if one != "share_of"))
# Of which records of a list a question asks, by the word before the list.
_LISTS: dict[str, Among] = {"list": "all", "other": "other", "earlier": "earlier"}
_NO_RECORD = message("use it in a part with `for_each`: there the question is asked of each record")


def parse_condition(node: Node | None, scope: Scope) -> Condition:
    """Return the condition of a mapping; nothing is always true. Faults leave parts out."""
    scope = scope.asking()
    whole = nodes.mapping(node)
    parts = [part for entry in whole.entries if (part := _entry(entry, scope)) is not None]
    return join(parts, whole.span)


def join(parts: list[Condition], span: Span) -> Condition:
    """Return the conjunction of the parts; one part is itself."""
    return parts[0] if len(parts) == 1 else tree.All(tuple(parts), span)


def _entry(entry: Entry, scope: Scope) -> Condition | None:
    word, value, span = entry.key.text, entry.value, entry.key.span
    if word in _SEVERAL:
        parts = tuple(parse_condition(part, scope) for part in nodes.items(value))
        return tree.All(parts, span) if word == "all" else tree.Any(parts, span)
    if word == "not":
        return tree.Not(parse_condition(value, scope), span)
    if word == "any_of":
        return _some(nodes.mapping(value), span, scope)
    if word in QUESTIONS and _gives_value(word, nodes.mapping(value)):
        return _measured(entry, scope)
    if word == "count_of":
        return _count(nodes.mapping(value), span, scope)
    if word in _PICKS:
        return _pick(cast(Which, word), nodes.mapping(value), span, scope)
    if word in NEIGHBOURS:
        return _neighbour(cast(Which, word), nodes.mapping(value), span, scope)
    if word in scope.names.assumptions:
        return _reading(word, value, span, scope)
    if _is_assumption(word):
        find_assumption(entry.key, scope)  # tells that there is none
        return None
    if not scope.names.is_known(word, scope.listed) and (help := advice(word, _CONDITIONS)) is not None:
        scope.fault("unknown-name", message("nothing is named `{name}`", name=word), span, help)
        return None
    named = scope.named(word, span)
    return None if named is None else _test(named[0], named[0].ref(span, named[1]), value, scope)


# ---------- questions about lists


def asked_list(node: MappingNode, span: Span, scope: Scope) -> tuple[str, Among] | None:
    """Return the list that a question is about, and which of its records."""
    said = [entry for entry in node.entries if entry.key.text in _LISTS]
    if len(said) != 1:
        what = message("a question says with one word of which records it asks: `list`, `other` or `earlier`")
        help = message("write for example `list: {name}`", name=next(iter(scope.names.lists), "LIST"))
        scope.fault("missing-key", what, span, help)
        return None
    word, written = said[0].key.text, nodes.scalar(said[0].value)
    if not scope.names.is_list(written):
        return None
    if word != "list" and scope.this != written.text:
        what = message("`{word}` is asked where no record of `{list}` stands", word=word, list=written.text)
        help = message("use it in a part with `for_each: {list}`, or write `list`", list=written.text)
        scope.fault("outside-list", what, said[0].key.span, help)
        return None
    return written.text, _LISTS[word]


_MEASURED: dict[str, Measured] = {"total_of": "total", "position_of": "position", "count_of": "different"}


def _gives_value(word: str, node: MappingNode) -> bool:
    """Tell whether a question about a list is asked for a value, with which something is compared."""
    if word == "count_of":
        return node.get("different") is not None
    return word not in (*_PICKS, *NEIGHBOURS) or node.get("of") is not None


def _measured(entry: Entry, scope: Scope) -> Condition | None:
    """Return the test of a value of a list."""
    word, span = entry.key.text, entry.key.span
    found = parse_question(entry, None, scope)
    if found is None:
        return None
    asked = MappingNode(found.tests, entry.value.span)
    if not found.tests:
        what = message("`{word}` gives a value, and nothing is asked about it", word=word)
        scope.fault("missing-key", what, span, message("add for example `at_most: …`"))
        return None
    if word in _MEASURED:
        symbol = Symbol("", "computed", found.type, None, (), span)
        test = _test(symbol, symbol.ref(span), asked, scope)
        return _each_measured(test, found.question, _MEASURED[word])
    ref = found.named(scope)
    if ref is None:
        return None
    return _test(Symbol(ref.name, "computed", ref.type, ref.listed, found.choices, span), ref, asked, scope)


def _each_measured(test: Condition | None, question: tree.Question, how: Measured) -> Condition | None:
    """Turn tests of what is measured into questions that know its range."""
    match test:
        case tree.Test(_, operator, operands, spelling, span) if operator not in ("known", "happened"):
            return tree.Count(
                question.listed,
                question.where,
                operator,
                operands,
                spelling,
                span,
                question.among,
                how,
                question.of,
                question.descending,
            )
        case tree.All(parts, span) | tree.Any(parts, span):
            made = [_each_measured(part, question, how) for part in parts]
            return replace(test, parts=tuple(part for part in made if part is not None))
        case tree.Not(part, span):
            inner = _each_measured(part, question, how)
            return None if inner is None else tree.Not(inner, span)
        case _:
            return test


def _some(node: MappingNode, span: Span, scope: Scope) -> Condition | None:
    found = asked_list(node, span, scope)
    if found is None:
        return None
    listed, among = found
    return tree.Some(listed, parse_condition(node.get("where"), scope.inside(listed)), span, among)


def _pick(which: Which, node: MappingNode, span: Span, scope: Scope) -> Condition | None:
    found = asked_list(node, span, scope)
    return None if found is None else _of_record(which, *found, node, span, scope)


def _neighbour(which: Which, node: MappingNode, span: Span, scope: Scope) -> Condition | None:
    if scope.listed is not None:
        return _of_record(which, scope.listed, "all", node, span, scope)
    what = message("`{word}` is asked where there is no record", word=which)
    scope.fault("wrong-test", what, span, _NO_RECORD)
    return None


def _of_record(
    which: Which, listed: str, among: Among, node: MappingNode, span: Span, scope: Scope
) -> Condition:
    inner = scope.inside(listed)
    if node.get("is") is None:
        what = message("the question does not say what is asked of the record")
        help = message("add `is: {{…}}`, or `of: NAME` to compare its value")
        scope.fault("missing-key", what, span, help)
    where = parse_condition(node.get("where"), inner)
    return tree.Pick(which, listed, where, parse_condition(node.get("is"), inner), span, among)


_NUMBER_OF_RECORDS = Symbol("", "fact", ValueType.COUNT, None, (), Span(""))


def _count(node: MappingNode, span: Span, scope: Scope) -> Condition | None:
    found = asked_list(node, span, scope)
    if found is None:
        return None
    where = parse_condition(node.get("where"), scope.inside(found[0]))
    asked = MappingNode(tuple(e for e in node.entries if e.key.text not in (*_LISTS, "where")), node.span)
    if not asked.entries:
        what = message("`count_of` does not say how many")
        scope.fault("missing-key", what, span, message("add for example `at_least: 1`"))
        return None
    # The operands belong to the record or case around the question, not to a record of the list.
    ref = _NUMBER_OF_RECORDS.ref(span)
    return _each_test(_test(_NUMBER_OF_RECORDS, ref, asked, scope), *found, where)


def _each_test(test: Condition | None, listed: str, among: Among, where: Condition) -> Condition | None:
    """Turn tests of a number into tests of the number of records."""
    match test:
        case tree.Test(_, operator, operands, spelling, span):
            return tree.Count(listed, where, operator, operands, spelling, span, among)
        case tree.All(parts, span):
            counts = [_each_test(part, listed, among, where) for part in parts]
            return tree.All(tuple(part for part in counts if part is not None), span)
        case tree.Not(part, span):
            inner = _each_test(part, listed, among, where)
            return None if inner is None else tree.Not(inner, span)
        case _:
            return None


# ---------- tests


def _reading(word: str, value: Node, span: Span, scope: Scope) -> Condition:
    assumption = scope.names.assumptions[word]
    known = [reading.id for reading in assumption.readings]
    written = nodes.names(value)
    for one in written:
        if one.text not in known:
            unknown_reading(one, assumption, scope)
    return tree.ReadingIs(word, tuple(one.text for one in written), span)


def _tell_mixed(symbol: Symbol, span: Span, scope: Scope) -> None:
    """Tell that a length is not compared whose kind is another from some day on."""
    what = message("`{name}` is a length of one kind or of another, by the day", name=symbol.name)
    help = message("it can only say how long a deadline is; ask the deadline: its `.status` or `.due`")
    scope.fault("wrong-test", what, span, help)


def _test(symbol: Symbol, ref: Ref, value: Node, scope: Scope) -> Condition | None:
    if isinstance(value, SequenceNode):
        return _one_of(symbol, ref, "one_of", value, scope)
    if isinstance(value, MappingNode) and is_computed(value):
        return _operands(ref, "is", "is", value, wanted_by(symbol), scope)
    if isinstance(value, MappingNode) and not _is_assumption(value.entries[0].key.text):
        windows: list[Condition] = []
        entries = list(value.entries)
        if asks_window(symbol.type, value):
            windows, entries = parse_window(ref, value, scope)
        words = [part for entry in entries if (part := _word(symbol, ref, entry, scope)) is not None]
        return join([*windows, *words], value.span) if windows or words else None
    if isinstance(value, Scalar) and _asks_state(symbol, value):
        return _state(symbol, ref, value.text, "yes", value, scope)
    if _is_none(symbol, value):
        return _has_none(ref, value)
    if isinstance(value, Scalar) and (sign := _sign(symbol, value)) is not None:
        _tell_sign(symbol, value, sign, scope)
        return None
    if isinstance(value, Scalar) and symbol.type in _THERE_IS and is_answer(value, scope):
        _tell_answer(symbol, value, scope)
        return None
    return _operands(ref, "is", "is", value, wanted_by(symbol), scope)


def _sign(symbol: Symbol, value: Scalar) -> str | None:
    """Return the sign of comparing with which a value begins that has no text, or None."""
    if symbol.type in (ValueType.TEXT, ValueType.TIME_ZONE):
        return None
    is_ordered = symbol.type not in (ValueType.CHOICE, ValueType.BOOLEAN)
    return next(
        (sign for sign in _SIGNS if value.text.startswith(sign) and (is_ordered or _is_same(sign))), None
    )


def _is_same(sign: str) -> bool:
    """Tell whether a sign asks whether two are the same."""
    return _SIGNS[sign][0] in ("is", "is_not") and not sign[0].isalpha()


def _tell_sign(symbol: Symbol, value: Scalar, sign: str, scope: Scope) -> None:
    """Tell how the comparison is written that a sign or a word before the value means."""
    is_time = symbol.type in TIMES
    what = message("a comparison is a word and a value in braces, not `{text}`", text=shorten(value.text))
    word, rest = _SIGNS[sign][is_time], value.text.removeprefix(sign).strip()
    help = message("write `{{{word}: {value}}}`", word=word, value=shorten(rest))
    scope.fault("bad-value", what, value.span, help)


# How it is asked whether there is a time.
_THERE_IS = {ValueType.INSTANT: "happened", ValueType.DATE: "known"}


def _tell_answer(symbol: Symbol, value: Scalar, scope: Scope) -> None:
    """Tell how it is asked whether something has happened, where that was answered by yes or no."""
    word = _THERE_IS[symbol.type]
    example = word if TRUTH[value.text.lower()] else f"{{{word}: no}}"
    told = not_a(symbol.type.value, value.text, message("write `{example}`", example=example))
    scope.fault("bad-value", told.message, value.span, told.help)


def _is_assumption(word: str) -> bool:
    """Tell whether a key is the id of an assumption, known or not: no name and no word has capitals."""
    return word[:1].isupper()


def _asks_state(symbol: Symbol, value: Scalar) -> bool:
    """Tell whether a bare ``known`` or ``happened`` is the question and not a value."""
    return value.text in ("known", "happened") and not value.quoted and value.text not in symbol.choices


def _word(symbol: Symbol, ref: Ref, entry: Entry, scope: Scope) -> Condition | None:
    word, value, span = entry.key.text, entry.value, entry.key.span
    wanted = wanted_by(symbol)
    if word in ("known", "happened"):
        return _state(symbol, ref, word, nodes.text(value), nodes.scalar(value), scope)
    if word in ("is", "is_not") and _is_none(symbol, value):
        return _has_none(ref, value) if word == "is" else _has_value(ref, value)
    if word == "is":
        return _operands(ref, "is", word, value, wanted, scope)
    if word == "is_not":
        test = _operands(ref, "is", word, value, wanted, scope)
        return None if test is None else tree.Not(test, span)
    if word in SET_WORDS:
        found = in_set(symbol, ref, entry, scope)
        return tree.Not(found, span) if found is not None and word == "not_in" else found
    if word == "one_of":
        return _one_of(symbol, ref, word, value, scope)
    if word == "none_of":
        found = _one_of(symbol, ref, word, value, scope)
        return None if found is None else tree.Not(found, span)
    if _is_none(symbol, value):
        what = message("nothing is compared with `none`: what has no value is neither more nor less")
        scope.fault("bad-value", what, value.span, message("ask `{name}: none`", name=symbol.name))
        return None
    if not _is_comparable(symbol, ref, word, span, scope):
        return None
    if word == "every_year":
        season = parse_season(nodes.mapping(value), scope)
        return None if season is None else tree.Test(ref, "every_year", (), word, value.span, season=season)
    if word == "between":
        low, high = nodes.items(value)
        parts = [
            _operands(ref, "at_least", word, low, wanted, scope),
            _operands(ref, "at_most", word, high, wanted, scope),
        ]
        return join([part for part in parts if part is not None], span)
    return _operands(ref, _COMPARISONS[word], word, value, wanted, scope)


def parse_season(node: MappingNode, scope: Scope) -> Season | None:
    """Return days of every year, or None after a fault."""
    found = []
    for word in ("from", "until"):
        written = nodes.scalar(node.get(word))
        try:
            found.append(parse_year_day(written.text, word == "from"))
        except LiteralError as fault:
            scope.fault("bad-value", fault.message, written.span, fault.help)
    return Season(*found) if len(found) == 2 else None


def _is_none(symbol: Symbol, value: Node) -> bool:
    """Tell whether a bare ``none`` asks for "has no value"; a choice may have a value of that name."""
    is_word = isinstance(value, Scalar) and value.text == "none" and not value.quoted
    return is_word and bool(symbol.name) and "none" not in symbol.choices


def _has_value(ref: Ref, value: Node) -> Condition:
    return tree.Test(ref, "known", (), "none", value.span)


def _has_none(ref: Ref, value: Node) -> Condition:
    return tree.Not(_has_value(ref, value), value.span)


def _one_of(symbol: Symbol, ref: Ref, spelling: str, value: Node, scope: Scope) -> Condition | None:
    """Return the test for several values, of which ``none`` can be one."""
    absent = [item for item in nodes.items(value) if _is_none(symbol, item)]
    rest = tuple(item for item in nodes.items(value) if item not in absent)
    if not absent:
        return _operands(ref, "one_of", spelling, value, wanted_by(symbol), scope)
    none = _has_none(ref, absent[0])
    if not rest:
        return none
    test = _operands(ref, "one_of", spelling, SequenceNode(rest, value.span), wanted_by(symbol), scope)
    return None if test is None else tree.Any((test, none), value.span)


def _is_comparable(symbol: Symbol, ref: Ref, word: str, span: Span, scope: Scope) -> bool:
    allowed: tuple[str, ...] = ()
    if symbol.type in TIMES:
        allowed = (*_OF_TIMES, "between", "every_year")
    elif symbol.type in _QUANTITIES:
        allowed = (*_OF_QUANTITIES, "between")
    if word in allowed:
        return True
    if symbol.type is ValueType.LENGTH:
        _tell_mixed(symbol, span, scope)
        return False
    always = ("is", "is_not", "one_of", "none_of", *SET_WORDS, "known")
    what = message("`{word}` does not fit the type {type}", word=word, type=TYPE_WORDS[symbol.type])
    scope.fault("wrong-test", what, span, one_of((*allowed, *always)))
    return False


def _state(
    symbol: Symbol, ref: Ref, word: str, answer: str, written: Scalar, scope: Scope
) -> Condition | None:
    if word == "happened" and symbol.type is not ValueType.INSTANT:
        what = message(
            "only an instant can have happened, and `{name}` has the type {type}",
            name=symbol.name,
            type=TYPE_WORDS[symbol.type],
        )
        scope.fault("wrong-test", what, written.span, message("ask whether it is `known`"))
        return None
    test = tree.Test(ref, "known" if word == "known" else "happened", (), word, written.span)
    # A boolean literal: `known: no` asks for the opposite.
    operand = parse_constant(replace(written, text=answer), Wanted((ValueType.BOOLEAN,)), scope)
    if operand is None:
        return None
    return test if operand.value else tree.Not(test, written.span)


def _operands(
    ref: Ref, operator: Operator, spelling: str, value: Node, wanted: Wanted, scope: Scope
) -> tree.Test | None:
    if ref.type is ValueType.LENGTH:
        _tell_mixed(scope.names.symbols[ref.name], value.span, scope)
        return None
    parts = nodes.items(value) if operator == "one_of" else (value,)
    if operator not in ("is", "one_of") and ref.type in TIMES:
        return _of_time(ref, operator, spelling, value, scope)
    operands = [parse_operand(part, wanted, scope) for part in parts]
    found: list[Operand] = [operand for operand in operands if operand is not None]
    if len(found) < len(operands):
        return None
    return tree.Test(ref, operator, tuple(found), spelling, value.span)


def _of_time(ref: Ref, operator: Operator, spelling: str, value: Node, scope: Scope) -> tree.Test | None:
    """Return the comparison of two times; of a date and an instant, the date counts as its 00:00."""
    if ref.type is ValueType.INSTANT:
        operand = parse_operand(value, MOMENT, scope)
    else:
        operand = parse_operand(value, EITHER_TIME, scope)
        if operand is not None and has_instant(operand):
            ref, operand = at_midnight(ref), in_instants(operand, scope)
    return None if operand is None else tree.Test(ref, operator, (operand,), spelling, value.span)
