"""How a rulebook, or a deadline that departs from it, counts time."""

from __future__ import annotations

from typing import cast

from policyengine.diagnostics.diagnostic import message
from policyengine.diagnostics.did_you_mean import did_you_mean, one_of
from policyengine.model.conditions import Operand
from policyengine.model.counting import CountingRule
from policyengine.reading.parse import nodes
from policyengine.reading.parse.operands import (
    TIME_ZONE,
    Scope,
    find_assumption,
    parse_operand,
    parse_readings,
)
from policyengine.reading.parse.weeks import parse_time, parse_week
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node
from policyengine.values.counting import Aspect

# The words of each aspect that has no times.
_WORDS: dict[str, tuple[str, ...]] = {
    "end": ("included", "excluded"),
    "hours": ("continuous", "business_days_only"),
    "days": ("rolling", "calendar"),
    "business_days": ("from_next_day", "from_same_day"),
    "month_end": ("last_day", "stays_last_day"),
    "ends_on_holiday": ("stays", "next_business_day"),
}
ZONE = "time_zone"
"""The key that says by whose clock days are counted; it is an operand and no word."""


def parse_zone(node: Node | None, scope: Scope) -> Operand | None:
    """Return by the clock of which place the days of a deadline are counted, None where it is not said."""
    written = nodes.mapping(node).get(ZONE)
    return None if written is None else parse_operand(written, TIME_ZONE, scope)


def has_zone(node: Node | None) -> bool:
    """Tell whether a place is said, even if it cannot be read."""
    return nodes.mapping(node).get(ZONE) is not None


def parse_counting(node: Node | None, scope: Scope) -> tuple[CountingRule, ...]:
    """Return how lengths of time are counted, as far as a mapping says it, but for the time zone."""
    found = (_rule(entry, scope) for entry in nodes.entries(node) if entry.key.text != ZONE)
    return tuple(rule for rule in found if rule is not None)


def _rule(entry: Entry, scope: Scope) -> CountingRule | None:
    aspect = cast(Aspect, entry.key.text)
    if not isinstance(entry.value, MappingNode) or not _is_by_reading(entry.value, aspect):
        choice = _choice(entry.value, aspect, scope)
        return CountingRule(aspect, None, (("", choice),), entry.key.span)
    assumption = find_assumption(entry.value.entries[0].key, scope)
    if assumption is None:
        return None
    readings = parse_readings(entry.value.entries[0].value, assumption, scope)
    choices = tuple((reading, _choice(value, aspect, scope)) for reading, value in readings)
    return CountingRule(aspect, assumption.id, choices, entry.key.span)


def _is_by_reading(node: MappingNode, aspect: Aspect) -> bool:
    """Tell a mapping of readings from one of weekdays."""
    return aspect != "cut_off" or isinstance(node.entries[0].value, MappingNode)


def _choice(node: Node, aspect: Aspect, scope: Scope) -> str:
    if aspect == "day_ends":
        return parse_time(node, scope)
    if aspect == "cut_off":
        return _cut_off(node, scope)
    written = nodes.scalar(node)
    if written.text not in _WORDS[aspect]:
        what = message("`{value}` is not one of the values", value=written.text)
        help = did_you_mean(written.text, _WORDS[aspect]) or one_of(_WORDS[aspect])
        scope.fault("unknown-choice", what, written.span, help)
    return written.text


def _cut_off(node: Node, scope: Scope) -> str:
    """Return one time for all days, or one for each weekday."""
    if not isinstance(node, MappingNode):
        return parse_time(node, scope)
    days = parse_week(node, parse_time, scope)
    return ",".join(days.get(number, "") for number in range(7))
