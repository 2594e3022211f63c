"""Beginnings and ends of days: ``{end_of: x}``, ``{end_of: 01-31, after: x}``, ``{end_of: day, of: x}``.

A day alone is no instant, and to act by it could mean by its beginning or by its end: a rule says which.
"""

from __future__ import annotations

import re
from typing import cast

from policyengine.diagnostics.diagnostic import message
from policyengine.diagnostics.did_you_mean import did_you_mean
from policyengine.frozen import replace
from policyengine.model.conditions import DayEdge
from policyengine.reading.parse.operands import EITHER_TIME, Scope, for_example, in_instants, parse_operand
from policyengine.reading.parse.windows import PERIODS, meant_period
from policyengine.syntax.yaml_tree import Entry, Node, Scalar
from policyengine.values.edges import Edge, Place, Side
from policyengine.values.escaping import shorten
from policyengine.values.faults import LiteralError
from policyengine.values.seasons import parse_year_day, year_day_text

EDGES = ("end_of", "start_of", "last_second_of")
BESIDE: tuple[Place, ...] = ("of", "after", "not_before")
"""By what the edge of a period, or of a day of every year, is found."""
_NAMED = ""
_LIKE_YEAR_DAY = re.compile(r"-{0,2}[0-9]{1,2}[-./月][0-9]{1,2}日?")


def parse_edge(entry: Entry, beside: tuple[Entry, ...], scope: Scope) -> DayEdge | None:
    """Return where a day, a period of the calendar or a day of every year begins or ends.

    ``beside`` is by what it is found; the day of a name is found by the name itself. None after a fault.
    """
    period = _period_of(entry, scope)
    found = None if period is None else _found_by(entry, period, beside, scope)
    if period is None or found is None:
        return None
    place, written = found
    # No timeline looks for the instants at which what is found by the judgement itself is another one.
    time = parse_operand(written, EITHER_TIME, replace(scope, asks=False))
    if time is None:
        return None
    edge = Edge(cast(Side, entry.key.text), period or "day", place)
    return DayEdge(edge, in_instants(time, scope), entry.key.span)


def _period_of(entry: Entry, scope: Scope) -> str | None:
    """Return the period or the day of every year whose edge is meant, nothing for that of a name."""
    written = entry.value
    if not isinstance(written, Scalar) or written.text in PERIODS:
        return written.text if isinstance(written, Scalar) else _NAMED
    if _LIKE_YEAR_DAY.fullmatch(written.text.strip()):
        try:
            return year_day_text(parse_year_day(written.text, is_first=entry.key.text == "start_of"))
        except LiteralError as fault:
            scope.fault("bad-value", fault.message, written.span, fault.help)
            return None
    if scope.find(written.text) is not None:
        return _NAMED
    meant = meant_period(written.text) or did_you_mean(written.text, PERIODS)
    if meant is None:
        return _NAMED
    what = message("`{value}` is not a period of the calendar", value=shorten(written.text))
    scope.fault("unknown-choice", what, written.span, meant)
    return None


def _found_by(
    entry: Entry, period: str, beside: tuple[Entry, ...], scope: Scope
) -> tuple[Place, Node] | None:
    """Return by what an edge is found, and how."""
    wanted: tuple[Place, ...] = ("of",) if period in PERIODS else ("after", "not_before")
    if period == _NAMED and not beside:
        return "of", entry.value
    if period != _NAMED and len(beside) == 1 and beside[0].key.text in wanted:
        return beside[0].key.text, beside[0].value
    word = entry.key.text
    if period == _NAMED:
        what = message("a day that is named is one day, and needs nothing beside it")
        help = message("write `{word}` alone, or a period such as `calendar_month`", word=word)
        scope.fault("wrong-shape", what, beside[0].key.span, help)
    elif period in PERIODS:
        what = message("a period is that in which a time lies, and it is not said in which")
        help = for_example(f"{{{word}: {period}, of: order.received_at}}")
        scope.fault("missing-key", what, entry.key.span, help)
    else:
        what = message("the day comes every year, and it is not said in which")
        help = for_example(f"{{{word}: {period}, after: order.received_at}}")
        scope.fault("missing-key", what, entry.key.span, help)
    return None
