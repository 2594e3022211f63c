"""Windows of time: how long before or after another instant something is, and in which period.

``x: {within: 7 days, after: y}``, ``x: {at_least: 18 years ago}``, ``x: {same: calendar_year, as: y}``. Words
of a window stand in the same braces as other tests, and all of them must hold.
"""

from __future__ import annotations

import re
from typing import cast

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.diagnostics.did_you_mean import did_you_mean, one_of
from policyengine.frozen import replace
from policyengine.model.conditions import AS_OF, Condition, Measure, Operand, Period, Ref, Same, Side, Window
from policyengine.reading.parse import nodes
from policyengine.reading.parse.names import NAME
from policyengine.reading.parse.operands import EITHER_TIME, LENGTH, Scope, parse_operand
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node, Scalar
from policyengine.values.display import TYPE_WORDS
from policyengine.values.escaping import shorten
from policyengine.values.literals import ValueType

TIMES = (ValueType.INSTANT, ValueType.DATE)
MEASURES: tuple[Measure, ...] = ("within", "at_least", "more_than", "less_than")
SIDES: tuple[Side, ...] = ("before", "not_after", "after", "not_before")
PERIODS: tuple[Period, ...] = ("calendar_year", "calendar_month", "calendar_week", "day")
_WORDS = (*MEASURES, "at_most", "same", "as")
# The words that compare lengths, each with the one that compares times.
_OF_TIMES = {"at_least": "not_before", "at_most": "not_after", "more_than": "after", "less_than": "before"}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\b")
_AGO = re.compile(r"(.*?)(?: +ago| *以?前)")
_BESIDE = re.compile(r"(.+?) +(before|after) +(\S+)")


def asks_window(type: ValueType, node: MappingNode) -> bool:
    """Tell whether words of a window stand in the tests of a time."""
    return type in TIMES and any(entry.key.text in _WORDS for entry in node.entries)


def parse_window(ref: Ref, node: MappingNode, scope: Scope) -> tuple[list[Condition], list[Entry]]:
    """Return the windows of a mapping, and what else stands in it. Faults leave parts out."""
    lengths = [entry for entry in node.entries if entry.key.text in (*MEASURES, "at_most")]
    sides = [entry for entry in node.entries if entry.key.text in SIDES]
    found: list[Condition | None] = []
    is_anchored = False
    for entry in lengths:
        ago = _ago(entry.value)
        if not sides and entry.key.text in _OF_TIMES and _is_time(entry.value, scope):
            what = message(
                "`{word}` does not fit the type {type}", word=entry.key.text, type=TYPE_WORDS[ref.type]
            )
            help = message("did you mean `{word}`?", word=_OF_TIMES[entry.key.text])
            scope.fault("wrong-test", what, entry.key.span, help)
        elif entry.key.text == "at_most":
            _tell_at_most(entry, scope)
        elif ago is not None and NAME.fullmatch(ago.text):
            what = message("`ago` stands after a length, and `{name}` is a name", name=ago.text)
            help = message("write `{{{word}: {name}, before: as_of}}`", word=entry.key.text, name=ago.text)
            scope.fault("bad-value", what, entry.value.span, help)
        elif ago is not None:
            now = Ref(AS_OF, "now", ValueType.INSTANT, None, entry.value.span)
            found.append(_window(ref, entry, ago, "before", now, scope))
        else:
            is_anchored = True
            found.append(_anchored(ref, entry, sides, scope))
    same = [entry for entry in node.entries if entry.key.text in ("same", "as")]
    if same:
        found.append(_same(ref, node, scope))
    taken = [*lengths, *same, *(sides if is_anchored else ())]
    rest = [entry for entry in node.entries if entry not in taken]
    return [one for one in found if one is not None], rest


def _is_time(value: Node, scope: Scope) -> bool:
    """Tell whether a time stands where a length is expected."""
    if not isinstance(value, Scalar):
        return False
    symbol = scope.find(value.text)
    return _DAY.match(value.text) is not None or (symbol is not None and symbol.type in TIMES)


def _ago(value: Node) -> Scalar | None:
    """Return the length of what is so long ago."""
    written = _AGO.fullmatch(value.text.strip()) if isinstance(value, Scalar) else None
    return replace(value, text=written[1]) if written and isinstance(value, Scalar) else None


def _anchored(ref: Ref, entry: Entry, sides: list[Entry], scope: Scope) -> Condition | None:
    word, value = entry.key.text, entry.value
    beside = _BESIDE.fullmatch(value.text.strip()) if isinstance(value, Scalar) else None
    if beside is not None:
        what = message("a length and what it is measured from are two words, not `{text}`", text=beside[0])
        help = message("write `{{{word}: {length}, {side}: {name}}}`", **_parts(word, beside))
        scope.fault("bad-value", what, value.span, help)
        return None
    if not sides:
        what = message("`{word}`: before or after what?", word=word)
        help = message("add `before` or `after`, for example `{{{example}}}`", example=_example(word, value))
        scope.fault("missing-key", what, entry.key.span, help)
        return None
    if len(sides) > 1:
        what = message("`{word}` could be measured from either of two instants", word=word)
        help = message("write two tests, one with the length: `all: [{{…}}, {{…}}]`")
        scope.fault("wrong-test", what, entry.key.span, help)
        return None
    anchor = parse_operand(sides[0].value, EITHER_TIME, scope)
    if anchor is None:
        return None
    return _window(ref, entry, value, cast(Side, sides[0].key.text), anchor, scope)


def _parts(word: str, beside: re.Match[str]) -> dict[str, str]:
    return {"word": word, "length": shorten(beside[1]), "side": beside[2], "name": shorten(beside[3])}


def _example(word: str, value: Node) -> str:
    length = shorten(value.text) if isinstance(value, Scalar) else "7 days"
    return f"{word}: {length}, before: {AS_OF}"


def _window(
    ref: Ref, entry: Entry, length: Node, side: Side, anchor: Operand, scope: Scope
) -> Condition | None:
    within = parse_operand(length, LENGTH, scope)
    if within is None:
        return None
    how = cast(Measure, entry.key.text)
    return Window(ref, how, within, side, anchor, scope.counting, entry.value.span)


def _tell_at_most(entry: Entry, scope: Scope) -> None:
    what = message("a time is not compared with a length by `at_most`")
    help = message("write `within` for what is still in time, `less_than` for what is shorter")
    scope.fault("wrong-test", what, entry.key.span, help)


def _same(ref: Ref, node: MappingNode, scope: Scope) -> Condition | None:
    same, other = node.get("same"), node.get("as")
    if same is None or other is None:
        what = message("`same` and `as` belong together")
        help = message("write for example `{{same: calendar_year, as: {name}}}`", name=AS_OF)
        scope.fault("missing-key", what, nodes.present(same or other).span, help)
        return None
    period = nodes.scalar(same)
    if period.text not in PERIODS:
        what = message("`{value}` is not a period of the calendar", value=shorten(period.text))
        help = meant_period(period.text) or did_you_mean(period.text, PERIODS) or one_of(PERIODS)
        scope.fault("unknown-choice", what, period.span, help)
        return None
    anchor = parse_operand(other, EITHER_TIME, scope)
    return None if anchor is None else Same(ref, period.text, anchor, period.span)


# What people call a period; `year` alone could be twelve months, which is `within: 12 months`.
_MEANT: dict[str, Period] = {
    "year": "calendar_year",
    "month": "calendar_month",
    "week": "calendar_week",
    "calendar_day": "day",
    "date": "day",
}


def meant_period(word: str) -> Message | None:
    """Return which period is meant by what people call one, None if that is no such word."""
    meant = _MEANT.get(word)
    return None if meant is None else message("did you mean `{word}`?", word=meant)
