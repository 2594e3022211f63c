"""After this pass nothing is left of assumptions, and what they settle is gone."""

from __future__ import annotations

import pytest

from policyengine.diagnostics.span import Span
from policyengine.model import conditions as tree
from policyengine.model.conditions import (
    All,
    Any,
    ByReading,
    Condition,
    Constant,
    Count,
    Not,
    Pick,
    ReadingIs,
    Ref,
    Some,
)
from policyengine.semantics.readings import choose_condition, choose_operand, is_false, is_true
from policyengine.values.literals import ValueType

HERE = Span("")
READINGS = {"A-01": "x", "A-02": "y"}
CHOSEN = ReadingIs("A-01", ("x",), HERE)
OTHER = ReadingIs("A-01", ("y", "z"), HERE)
TRUE: Condition = All((), HERE)
FALSE: Condition = Any((), HERE)
POINTS = Ref("points", "fact", ValueType.COUNT, None, HERE)


def constant(value: int) -> Constant:
    return Constant(value, ValueType.COUNT, HERE)


def by_reading(x: Constant | ByReading, y: Constant | ByReading, assumption: str = "A-01") -> ByReading:
    return ByReading(assumption, (("x", x), ("y", y)), HERE)


def points_are(value: Constant | ByReading) -> tree.Test:
    return tree.Test(POINTS, "is", (value,), "is", HERE)


A, B = points_are(constant(1)), points_are(constant(2))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (CHOSEN, TRUE),
        (OTHER, FALSE),
        (Not(OTHER, HERE), Not(FALSE, HERE)),
        (Not(Not(A, HERE), HERE), A),
        (All((CHOSEN, A), HERE), A),
        (All((OTHER, A), HERE), FALSE),
        (Any((CHOSEN, A), HERE), TRUE),
        (Any((OTHER, A), HERE), A),
        (Any((OTHER, OTHER), HERE), FALSE),
        (All((A, All((B, CHOSEN), HERE)), HERE), All((A, B), HERE)),
        (Any((A, Any((B, A), HERE)), HERE), Any((A, B, A), HERE)),
        (All((A, Any((A, B), HERE)), HERE), All((A, Any((A, B), HERE)), HERE)),
        (All((Not(CHOSEN, HERE), A), HERE), Not(TRUE, HERE)),
        (points_are(by_reading(constant(1), constant(2))), A),
        (points_are(by_reading(constant(1), by_reading(constant(3), constant(2), "A-02"))), A),
        (Some("list", All((CHOSEN, A), HERE), HERE), Some("list", A, HERE)),
        (Pick("first", "list", CHOSEN, OTHER, HERE), Pick("first", "list", TRUE, FALSE, HERE)),
        (
            Count("list", CHOSEN, "is", (by_reading(constant(1), constant(2)),), "is", HERE),
            Count("list", TRUE, "is", (constant(1),), "is", HERE),
        ),
    ],
)
def test_conditions(condition: Condition, expected: Condition) -> None:
    chosen = choose_condition(condition, READINGS)
    # Conditions are named tuples, so that an empty All equals an empty Any: compare what they are, too.
    assert repr(chosen) == repr(expected)


def test_operands_within_operands() -> None:
    nested = by_reading(by_reading(constant(1), constant(2), "A-02"), constant(3))
    assert choose_operand(nested, READINGS) == constant(2)
    assert choose_operand(POINTS, READINGS) == POINTS


@pytest.mark.parametrize(
    ("condition", "true", "false"),
    [
        (TRUE, True, False),
        (FALSE, False, True),
        (Not(FALSE, HERE), True, False),
        (Not(TRUE, HERE), False, True),
        (A, False, False),
        (Not(A, HERE), False, False),
    ],
)
def test_what_is_settled(condition: Condition, true: bool, false: bool) -> None:
    assert (is_true(condition), is_false(condition)) == (true, false)
