"""The parameters of a policy file: figures, with the days on which each value is in force."""

from __future__ import annotations

from datetime import date

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.model.rulebook import DatedValue, Parameter
from policyengine.reading.parse import nodes
from policyengine.reading.parse.conditions import parse_season
from policyengine.reading.parse.effective import DAYS, ordinal, parse_act, parse_days, tell_undated
from policyengine.reading.parse.names import Symbol
from policyengine.reading.parse.operands import Scope, Wanted, parse_constant
from policyengine.reading.parse.policy_scope import PolicyScope
from policyengine.syntax.yaml_tree import Entry, Node, SequenceNode


def parse_parameter(entry: Entry, policy: PolicyScope) -> Parameter | None:
    """Return a parameter, None where its name belongs to something else, which has been told."""
    node, scope = nodes.mapping(entry.value), policy.scope
    symbol = scope.names.symbols.get(entry.key.text)
    if symbol is None or symbol.span != entry.key.span:
        return None
    values, by = node.get("values"), node.get("by")
    return Parameter(
        id=entry.key.text,
        policy=policy.id,
        title=nodes.title(node.get("title")),
        type=symbol.type,
        values=parse_dated_values(values, symbol, policy.is_dated or by is not None, scope),
        by=policy.by if by is None else parse_act(by, scope),
        source=policy.source(node),
        left_open=isinstance(values, SequenceNode) and not values.items,
        unconfirmed="",
        span=entry.key.span,
        listed=symbol.listed,
    )


def parse_dated_values(
    node: Node | None, symbol: Symbol, is_dated: bool, scope: Scope
) -> tuple[DatedValue, ...]:
    """Return the values of a parameter, the earliest first.

    ``is_dated`` tells whether its policy says the date of which act counts.
    """
    found = []
    for item in nodes.items(node):
        written = nodes.mapping(item)
        value = parse_constant(written.get("value") or item, Wanted((symbol.type,)), scope)
        first, last = parse_days(written, scope)
        yearly = written.get("every_year")
        season = None if yearly is None else parse_season(nodes.mapping(yearly), scope)
        days = (("from", first), ("until", last), ("every_year", season))
        if value is None or any(written.get(word) is not None and day is None for word, day in days):
            continue
        dated = next((written.get(word) for word in DAYS if written.get(word) is not None), None)
        if dated is not None and not is_dated:
            what = message("the values have dates, and nothing says which act's date counts")
            tell_undated(what, dated.span, scope)
        found.append(DatedValue(ordinal(first), value.value, item.span, ordinal(last), season))
    found.sort(key=lambda one: (one.start is not None, one.start or 0, one.span))
    for number, later in enumerate(found):
        earlier = next((one for one in found[:number] if _overlap(one, later)), None)
        if earlier is not None:
            scope.fault("overlapping-values", _what_overlaps(later), later.span, _instead(earlier, later))
    return tuple(found)


def _overlap(one: DatedValue, other: DatedValue) -> bool:
    """Tell whether nothing says which of two values is in force where both are."""
    if one.season is None or other.season is None:
        return one.season is None and other.season is None and one.start == other.start
    if not one.season.meets(other.season):
        return False
    starts = [day for day in (one.start, other.start) if day is not None]
    ends = [day for day in (one.end, other.end) if day is not None]
    if not starts or not ends or min(ends) - max(starts) > _LONGEST_YEAR:
        return True
    days = range(max(starts), min(ends) + 1)
    return any(one.season.holds_on(day) and other.season.holds_on(day) for day in days)


_LONGEST_YEAR = 366


def _what_overlaps(later: DatedValue) -> Message:
    if later.season is not None:
        return message("two values of every year are in force on the same days")
    if later.start is None and later.end is None:
        return message("two values have no date, so nothing says which is in force")
    if later.start is None:
        return message("two values have no first day, so nothing says which is in force")
    return message("two values are in force from the same day")


def _instead(earlier: DatedValue, later: DatedValue) -> Message:
    if later.season is not None:
        return message(
            "let one end on the day before the other begins; the other is at {place}", place=earlier.span
        )
    ends = [one.end for one in (earlier, later) if one.end is not None]
    if later.start is None and ends:
        day = date.fromordinal(min(ends) + 1)
        return message(
            "what follows begins on a day: write `from: {day}` for it; the other is at {place}",
            day=day,
            place=earlier.span,
        )
    return message("remove one, or give it another `from`; the other is at {place}", place=earlier.span)
