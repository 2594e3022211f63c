"""Cells of a table: what a clerk writes in a column, as a test of what the column is about.

``any``, ``none``, a value, several values, ``2 to 3``, ``over 50 to 70``, ``over 50``, ``under 50``,
``from 50``, ``up to 50``, ``not first``. In a cell no name stands for what it is the name of.
"""

# ruff: noqa: E501  (a table is easier to read in long lines)

from __future__ import annotations

import re
from typing import NamedTuple, cast

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.diagnostics.did_you_mean import did_you_mean, one_of
from policyengine.model import conditions as tree
from policyengine.model.conditions import Condition, Constant, Operator, Ref
from policyengine.reading.parse.names import Symbol
from policyengine.reading.parse.operands import Scope, parse_constant, wanted_by
from policyengine.reading.parse.sets import in_set
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node, Scalar, SequenceNode
from policyengine.values.escaping import shorten
from policyengine.values.faults import LiteralError
from policyengine.values.literals import ValueType, comparison_key
from policyengine.values.parse import parse_literal

ANY = "any"
NONE = "none"
_UNORDERED = (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.TEXT, ValueType.TIME_ZONE)
_TIMES = (ValueType.INSTANT, ValueType.DATE)
# How the tests of a range are spelled where conditions are written: of quantities, and of times.
_WORDS: dict[Operator, tuple[str, str]] = {
    "at_least": ("at_least", "not_before"),
    "at_most": ("at_most", "not_after"),
    "more_than": ("more_than", "after"),
    "less_than": ("less_than", "before"),
}
_RANGE = re.compile(
    r"(?:(?P<over>over|from) )?(?P<low>.+?) (?:(?:to )?(?P<under>under)|up to|to) (?P<high>.+)"
)
_DOTS = re.compile(r"(?<=\S)\s*(?:\.{2,3}|…|–|—)\s*(?=\S)")
_BARE = re.compile(r"[-+]?[0-9][0-9.,]*")
_WITH_UNIT = re.compile(r"[-+]?[0-9][0-9.,]*(\s*[^0-9.,\s].*)")
# What people write instead, each with what the cell is to be; `{}` is the rest. Longer ones stand first.
_INSTEAD: tuple[tuple[str, str], ...] = (
    (r"(?:>=|=>|≥|not less than|no less than|at least|min\.?|minimum|from and including|since)\s*(.+)", "from {}"),
    (r"(?:<=|=<|≤|not more than|no more than|at most|max\.?|maximum|until|till|to)\s*(.+)", "up to {}"),
    (r"(?:<>|!=|≠|is not|except|but not|other than|no)\s*(.+)", "not {}"),
    (r"(?:>|more than|greater than|above|exceeding|after|beyond)\s*(.+)", "over {}"),
    (r"(?:<|less than|fewer than|below|before)\s*(.+)", "under {}"),
    (r"(?:==?|is|equals)\s*(.+)", "{}"),
    (r"(.+?)\s*(?:\+|or more|or above|or over|and more|and over|and above|and up|upwards|以上|及以上)", "from {}"),
    (r"(.+?)\s*(?:or less|or fewer|or below|or under|and less|and under|以下|及以下|以内)", "up to {}"),
    (r"(?:between\s+)?(.+?)\s*(?:-|~|～|至|到|and)\s*(.+)", "{} to {}"),
    (r"(?:超过|大于|高于|多于)\s*(.+)", "over {}"),
    (r"(?:小于|低于|少于|不足|不满)\s*(.+)", "under {}"),
    (r"(?:至少|不少于|不低于|不小于)\s*(.+)", "from {}"),
    (r"(?:至多|最多|不超过|不多于|不高于|不大于)\s*(.+)", "up to {}"),
)  # fmt: skip
_MEANS_ANY = ("*", "all", "every", "everything", "anything", "other", "others", "else", "rest", "-", "–", "—", "/",
              "任意", "任何", "全部", "不限", "其他", "其它")  # fmt: skip
_MEANS_NONE = ("null", "nil", "n/a", "na", "nothing", "empty", "blank", "missing", "~", "无", "没有", "空")
_ASK = message("write `any` where it does not matter, and `none` where there is no value")


class Found(NamedTuple):
    """A cell that could be read: its test, None for ``any``."""

    condition: Condition | None


def parse_cell(symbol: Symbol, ref: Ref, cell: Node, scope: Scope) -> Found | None:
    """Return what a cell asks of what its column is about, or None after a fault."""
    if isinstance(cell, MappingNode):
        what = message("a cell holds a value, and not a mapping")
        scope.fault(
            "bad-value", what, cell.span, message("write for example `over 50` instead of `more_than: 50`")
        )
        return None
    if isinstance(cell, SequenceNode):
        return _several(symbol, ref, cell, scope)
    return _one(symbol, ref, cell, scope)


def cell_text(cell: Node) -> str:
    """Return a cell as it was written."""
    match cell:
        case Scalar(text):
            return text
        case SequenceNode(items):
            return "; ".join(map(cell_text, items))
        case _:
            return ""


def _one(symbol: Symbol, ref: Ref, cell: Scalar, scope: Scope) -> Found | None:
    ref = symbol.ref(cell.span, ref.this)
    text = " ".join(cell.text.split())
    if not text and not cell.quoted:
        scope.fault("bad-value", message("the cell is empty"), cell.span, _ASK)
        return None
    if cell.quoted:
        return _equal(symbol, ref, cell, scope)
    if text == ANY and ANY not in symbol.choices:
        return Found(None)
    if text == NONE and NONE not in symbol.choices:
        return Found(tree.Not(tree.Test(ref, "known", (), "none", cell.span), cell.span))
    if text.startswith("in ") or text.startswith("not in "):
        return _in_set(symbol, ref, cell, text, scope)
    if text.startswith("not "):
        return _negated(symbol, ref, cell, text.removeprefix("not ").strip(), scope)
    written = _range_of(text) if symbol.type not in _UNORDERED else None
    if written is not None:
        return _ranged(symbol, ref, cell, written, scope)
    if _tells_instead(symbol, cell, text, scope):
        return None
    return _equal(symbol, ref, cell, scope)


def _negated(symbol: Symbol, ref: Ref, cell: Scalar, text: str, scope: Scope) -> Found | None:
    if text == NONE and NONE not in symbol.choices:
        return Found(tree.Test(ref, "known", (), "none", cell.span))
    inner = _one(symbol, ref, Scalar(text, cell.span, False), scope)
    if inner is None:
        return None
    if inner.condition is None:
        scope.fault("bad-value", message("`not any` is never true"), cell.span, _ASK)
        return None
    if isinstance(inner.condition, tree.Not):
        what = message("`not` stands twice")
        scope.fault("bad-value", what, cell.span, message("leave both out"))
        return None
    test = inner.condition
    if isinstance(test, tree.Test) and test.operator == "is":
        test = tree.Test(ref, "is", test.operands, "is_not", cell.span)
    return Found(tree.Not(test, cell.span))


def _in_set(symbol: Symbol, ref: Ref, cell: Scalar, text: str, scope: Scope) -> Found | None:
    word, _, name = text.removeprefix("not ").partition(" ")
    asked = Entry(Scalar(word, cell.span, False), Scalar(name, cell.span, False))
    found = in_set(symbol, ref, asked, scope)
    if found is None:
        return None
    return Found(tree.Not(found, cell.span) if text.startswith("not ") else found)


# ---------- several values


def _several(symbol: Symbol, ref: Ref, cell: SequenceNode, scope: Scope) -> Found | None:
    found: list[Condition] = []
    for item in cell.items:
        if not isinstance(item, Scalar):
            scope.fault("bad-value", message("a list in a cell holds values only"), item.span)
            return None
        one = _one(symbol, ref, item, scope)
        if one is None:
            return None
        if one.condition is None:
            what = message("`any` stands in a list")
            scope.fault("bad-value", what, item.span, message("write `any` alone, or leave it out"))
            return None
        found.append(one.condition)
    ref = symbol.ref(cell.span, ref.this)
    denied = [one for one in found if isinstance(one, tree.Not) and not _asks_none(one)]
    if denied and len(denied) == len(found):
        values = [one.operands[0] for one in map(_positive, denied) if one is not None]
        if len(values) < len(denied):
            return Found(tree.All(tuple(denied), cell.span))
        return Found(tree.Not(tree.Test(ref, "one_of", tuple(values), "none_of", cell.span), cell.span))
    if denied:
        what = message("a list says either what it is or what it is not")
        scope.fault(
            "bad-value", what, cell.span, message("write `not` before all of the values, or before none")
        )
        return None
    equal = [one.operands[0] for one in found if isinstance(one, tree.Test) and one.operator == "is"]
    rest = [one for one in found if not (isinstance(one, tree.Test) and one.operator == "is")]
    if equal:
        rest.insert(0, tree.Test(ref, "one_of", tuple(equal), "one_of", cell.span))
    return Found(rest[0] if len(rest) == 1 else tree.Any(tuple(rest), cell.span))


def _asks_none(condition: tree.Not) -> bool:
    return isinstance(condition.part, tree.Test) and condition.part.operator == "known"


def _positive(condition: Condition) -> tree.Test | None:
    """Return the test of which ``not x`` is the negation."""
    inner = condition.part if isinstance(condition, tree.Not) else None
    return inner if isinstance(inner, tree.Test) and inner.operator == "is" else None


# ---------- values and ranges


def _equal(symbol: Symbol, ref: Ref, cell: Scalar, scope: Scope) -> Found | None:
    if symbol.choices and cell.text not in symbol.choices:
        what = message("`{value}` is not one of the values", value=shorten(cell.text))
        scope.fault(
            "unknown-choice",
            what,
            cell.span,
            did_you_mean(cell.text, symbol.choices) or one_of(symbol.choices),
        )
        return None
    if not cell.quoted and cell.text in scope.names.sets and cell.text not in symbol.choices:
        what = message("`{name}` is a set, and a value is needed here", name=cell.text)
        scope.fault("bad-value", what, cell.span, _set_meant(symbol, cell))
        return None
    is_name = not cell.quoted and symbol.type is not ValueType.TEXT and scope.find(cell.text) is not None
    if is_name and cell.text not in symbol.choices:
        what = message("a cell holds a value, and `{name}` is a name", name=shorten(cell.text))
        scope.fault("bad-value", what, cell.span, message("write the value, or ask it with a rule"))
        return None
    value = parse_constant(cell, wanted_by(symbol), scope)
    return None if value is None else Found(tree.Test(ref, "is", (value,), "is", cell.span))


def _set_meant(symbol: Symbol, cell: Scalar) -> Message:
    """Return how a cell asks whether a value is in a set, and how it holds the text that is spelled so."""
    if symbol.type is not ValueType.TEXT:
        return message("write `in {name}`", name=cell.text)
    if cell.span.file.endswith(".csv"):  # a spreadsheet puts quotes where it likes
        return message("write `in {name}`; if the text is meant, give the set another name", name=cell.text)
    return message('write `in {name}`, or put the text in quotes: `"{name}"`', name=cell.text)


class _Range(NamedTuple):
    """A range as it is written: its limits, None where it has none, and whether they are in it."""

    low: str | None
    high: str | None
    is_over: bool = False
    is_under: bool = False


def _range_of(text: str) -> _Range | None:
    """Return the range that a text is, None for what is none."""
    text = _DOTS.sub(" to ", text)
    both = _RANGE.fullmatch(text)
    if both is not None and not text.startswith("up to "):
        return _Range(both["low"], both["high"], both["over"] == "over", both["under"] is not None)
    for word in ("over ", "under ", "from ", "up to "):
        if text.startswith(word):
            limit = text.removeprefix(word)
            is_low = word in ("over ", "from ")
            low, high = (limit, None) if is_low else (None, limit)
            return _Range(low, high, word == "over ", word == "under ")
    return None


def _ranged(symbol: Symbol, ref: Ref, cell: Scalar, written: _Range, scope: Scope) -> Found | None:
    """Return the test of a range."""
    low, high = written.low, written.high
    if low and high and _BARE.fullmatch(low) and (unit := _WITH_UNIT.fullmatch(high)) is not None:
        low += unit[1]  # `2 to 3 days`
    limits = [None if one is None else _limit(symbol, cell, one, scope) for one in (low, high)]
    if any(limit is None and one is not None for limit, one in zip(limits, (low, high), strict=True)):
        return None
    least, most = limits
    if least is not None and most is not None and _is_empty(least, most, written):
        what = message("no value is in `{text}`", text=shorten(cell.text))
        help = message("write the lower limit first: `{high} to {low}`", high=high, low=low)
        if least.value == most.value:
            help = message("write `{value}` for the one value", value=low)
        scope.fault("bad-value", what, cell.span, help)
        return None
    is_between = least is not None and most is not None and not (written.is_over or written.is_under)
    parts: list[Condition] = []
    for limit, operator in (
        (least, "more_than" if written.is_over else "at_least"),
        (most, "less_than" if written.is_under else "at_most"),
    ):
        if limit is not None:
            word = "between" if is_between else _WORDS[cast(Operator, operator)][symbol.type in _TIMES]
            parts.append(tree.Test(ref, cast(Operator, operator), (limit,), word, cell.span))
    return Found(parts[0] if len(parts) == 1 else tree.All(tuple(parts), cell.span))


def _is_empty(least: Constant, most: Constant, written: _Range) -> bool:
    first, last = (cast(int, comparison_key(one.value)) for one in (least, most))
    return first + written.is_over > last - written.is_under


def _limit(symbol: Symbol, cell: Scalar, text: str, scope: Scope) -> Constant | None:
    return parse_constant(Scalar(text, cell.span, False), wanted_by(symbol), scope)


# ---------- what is written instead


def _tells_instead(symbol: Symbol, cell: Scalar, text: str, scope: Scope) -> bool:
    """Tell what a cell is to be that is written as a sheet or another language would have it."""
    folded = text.casefold()
    if folded in symbol.choices or text in symbol.choices:
        return False
    help: Message | None = None
    if folded in _MEANS_ANY or folded in _MEANS_NONE or folded in (ANY, NONE):
        word = NONE if folded in (*_MEANS_NONE, NONE) else ANY
        if symbol.type is ValueType.TEXT and folded not in ("*", ANY, NONE):
            return False
        help = message("write `{word}`", word=word)
    elif symbol.type not in _UNORDERED:
        help = next(
            (
                message("write `{word}`", word=form.format(*found.groups()))
                for pattern, form in _INSTEAD
                if (found := re.fullmatch(pattern, text, re.IGNORECASE)) is not None
                and all(any(char.isdigit() for char in one) for one in found.groups())
                and not _is_literal(symbol, text, scope)
            ),
            None,
        )
    if help is None:
        return False
    scope.fault(
        "bad-value", message("`{text}` is not how a cell is written", text=shorten(text)), cell.span, help
    )
    return True


def _is_literal(symbol: Symbol, text: str, scope: Scope) -> bool:
    try:
        parse_literal(text, symbol.type, scope.zone, scope.currency, symbol.choices)
    except LiteralError:
        return False
    return True
