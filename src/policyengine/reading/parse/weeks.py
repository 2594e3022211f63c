"""What is said of weekdays, of times of day and of parts of a day."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TypeVar

from policyengine.diagnostics.diagnostic import message
from policyengine.reading.parse import nodes
from policyengine.reading.parse.operands import Scope
from policyengine.syntax.yaml_tree import MappingNode, Node
from policyengine.values.calendar import Blocks
from policyengine.values.day_times import clock_text, parse_block, parse_clock, parse_weekdays
from policyengine.values.faults import LiteralError

_Said = TypeVar("_Said")
_Read = TypeVar("_Read")


def read(node: Node, reader: Callable[[str], _Read], scope: Scope) -> _Read | None:
    """Return what a reader of values makes of a single value, or None after a fault."""
    written = nodes.scalar(node)
    try:
        return reader(written.text)
    except LiteralError as fault:
        scope.fault("bad-value", fault.message, written.span, fault.help)
        return None


def parse_time(node: Node, scope: Scope) -> str:
    """Return a time of day as ``HH:MM``, midnight after a fault."""
    seconds = read(node, parse_clock, scope)
    return clock_text(0 if seconds is None else seconds)


def parse_blocks(node: Node, scope: Scope) -> Blocks:
    """Return parts of a day in their order; parts that overlap are a fault."""
    found = [(read(part, parse_block, scope), part) for part in nodes.items(node)]
    blocks = sorted((block, part.span) for block, part in found if block is not None)
    for (before, _), (block, span) in pairwise(blocks):
        if block[0] < before[1]:
            what = message("two parts of the day overlap")
            help = message("begin the later one at `{literal}` or later", literal=clock_text(before[1]))
            scope.fault("bad-value", what, span, help)
    return tuple(block for block, _ in blocks)


def parse_week(node: MappingNode, parse: Callable[[Node, Scope], _Said], scope: Scope) -> dict[int, _Said]:
    """Return what is said of each weekday (Monday is 0); a day of which two things are said is a fault."""
    found: dict[int, _Said] = {}
    for entry in node.entries:
        days = read(entry.key, parse_weekdays, scope) or ()
        said = parse(entry.value, scope)
        if found.keys() & set(days):
            what = message("`{word}` names a day that another line has named", word=entry.key.text)
            help = message("say one thing of each day of the week")
            scope.fault("bad-value", what, entry.key.span, help)
        found |= dict.fromkeys(days, said)
    return found
