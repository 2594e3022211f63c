"""``effective``: on which days something counts, and which act of a case has to lie on them."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import Message, listing, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen
from policyengine.model.conditions import Condition, Constant, Operator, Ref, Test
from policyengine.reading.parse import nodes
from policyengine.reading.parse.operands import MOMENT, Scope, Wanted, parse_constant, parse_ref
from policyengine.syntax.yaml_tree import MappingNode, Node
from policyengine.values.literals import ValueType, start_of_day

DAYS = ("from", "until", "every_year")
"""What says when a value is in force."""
Days = tuple["int | None", "int | None"]
"""The first and the last day (ordinals) on which something counts, None: it has no end."""
_DATE = Wanted((ValueType.DATE,))
_TIMES = (ValueType.INSTANT, ValueType.DATE)
_MOST_ACTS = 12


class Day(Frozen):
    """A day (an ordinal), and where it is written."""

    ordinal: int
    span: Span


class InForce(Frozen):
    """When a rule, or the rows of a table, count: by which act, and within which days (ordinals, inclusive).

    ``by`` is the act that the part names itself, ``act`` the one that counts; ``tests`` are those of its own
    days, and of those of its policy that this does not ask of the case.
    """

    by: Ref | None
    act: Ref | None
    tests: tuple[Condition, ...]
    first: int | None
    last: int | None


def parse_act(node: Node | None, scope: Scope) -> Ref | None:
    """Return the act whose date says what is in force: an instant or a date of the case, or of a record."""
    if node is None:
        return None
    symbol = scope.names.symbols.get(nodes.text(node))
    return parse_ref(node, MOMENT, scope.within(None if symbol is None else symbol.listed))


def parse_day(node: Node | None, scope: Scope) -> Day | None:
    """Return a day, None for nothing or after a fault."""
    day = None if node is None else parse_constant(node, _DATE, scope)
    return None if day is None else Day(int(str(day.value)), day.span)


def parse_days(node: MappingNode, scope: Scope) -> tuple[Day | None, Day | None]:
    """Return the first and the last day that a mapping says."""
    return parse_day(node.get("from"), scope), parse_day(node.get("until"), scope)


def ordinal(day: Day | None) -> int | None:
    """Return a day as a number, None for none."""
    return None if day is None else day.ordinal


def tests_of_days(by: Ref | None, first: Day | None, last: Day | None, scope: Scope) -> Iterator[Condition]:
    """Return the tests that an act lies on some days; ``last`` is the last one that counts."""
    if by is None:
        return
    limits: tuple[tuple[str, Operator, Day | None, int], ...] = (
        ("from", "at_least", first, 0),
        ("until", "less_than", last, 1),
    )
    for word, operator, day, after in limits:
        if day is not None:
            start = start_of_day(day.ordinal + after, scope.zone)
            constant = Constant(start, ValueType.INSTANT, day.span)
            yield Test(by, operator, (constant,), word, day.span)


def tell_undated(what: Message, span: Span, scope: Scope) -> None:
    """Tell that something has dates, and nothing says the date of which act counts."""
    scope.fault("undated-policy", what, span, _say_which_act(scope))


def _say_which_act(scope: Scope) -> Message:
    """Return where to write the date of which act counts, and which acts there are."""
    given = (scope.names.symbols.get(name) for name in scope.names.given)
    acts = sorted(one.name for one in given if one and one.type in _TIMES and not one.listed)
    if not acts:
        return message("add `effective: {{by: …}}` with an instant or a date to the policy")
    return message(
        "add a line `effective: {{by: {example}}}` below the title of the policy; the times are {names}",
        example=acts[0],
        names=listing(acts[:_MOST_ACTS]),
    )
