"""When is a condition true, when false: alternatives of literals."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyengine.compile.normal_form import MOST_ALTERNATIVES, Alternatives, Literal, alternatives
from policyengine.diagnostics.span import Span
from policyengine.model.conditions import All, Any, Condition, Not, Some

HERE = Span("")
NAMES = "abcd"


def atom(name: str) -> Condition:
    """Return a condition that is not looked into."""
    return Some(name, All((), HERE), HERE)


A, B, C, D = (atom(name) for name in NAMES)


def all_of(*parts: Condition) -> Condition:
    return All(parts, HERE)


def any_of(*parts: Condition) -> Condition:
    return Any(parts, HERE)


def negation(part: Condition) -> Condition:
    return Not(part, HERE)


def show(found: Alternatives[Condition]) -> list[str]:
    return [" ".join(_show(literal) for literal in way) for way in found]


def _show(literal: Literal[Condition]) -> str:
    sign = "" if literal.wanted else "-"
    return sign + (literal.condition.listed if isinstance(literal.condition, Some) else "whole")


@pytest.mark.parametrize(
    ("condition", "when_true", "when_false"),
    [
        (A, ["a"], ["-a"]),
        (all_of(), [""], []),
        (any_of(), [], [""]),
        (negation(A), ["-a"], ["a"]),
        (all_of(A, B), ["a b"], ["-a", "-b"]),
        (any_of(A, B), ["a", "b"], ["-a -b"]),
        (all_of(any_of(A, B), any_of(C, D)), ["a c", "a d", "b c", "b d"], ["-a -b", "-c -d"]),
        (negation(all_of(A, negation(any_of(B, C)))), ["-a", "b", "c"], ["a -b -c"]),
        (all_of(A, any_of()), [], ["-a", ""]),
    ],
)
def test_alternatives(condition: Condition, when_true: list[str], when_false: list[str]) -> None:
    assert show(alternatives(condition)) == when_true
    assert show(alternatives(condition, wanted=False)) == when_false


def test_a_disjunction_that_is_too_long_stays_whole() -> None:
    most = any_of(*(atom(f"a{number}") for number in range(MOST_ALTERNATIVES)))
    assert len(alternatives(most)) == MOST_ALTERNATIVES
    more = any_of(most, A)
    assert alternatives(more) == ((Literal(more, True),),)
    assert len(alternatives(more, wanted=False)) == 1, "its negation is one conjunction"


def test_a_product_that_is_too_large_keeps_some_parts_whole() -> None:
    pairs = [any_of(atom(f"a{number}"), atom(f"b{number}")) for number in range(5)]
    assert MOST_ALTERNATIVES == 2**4
    found = alternatives(all_of(*pairs))
    assert len(found) == MOST_ALTERNATIVES
    assert all(way[-1] == Literal(pairs[-1], True) for way in found)


CONDITIONS = st.recursive(
    st.sampled_from([A, B, C, D]),
    lambda inner: (
        st.builds(negation, inner)
        | st.lists(inner, max_size=4).map(lambda parts: all_of(*parts))
        | st.lists(inner, max_size=4).map(lambda parts: any_of(*parts))
    ),
    max_leaves=25,
)


def truth(condition: Condition, values: dict[str, int]) -> int:
    """Return Kleene's value: 0 false, 1 undetermined, 2 true."""
    match condition:
        case Some(name):
            return values[name]
        case Not(part):
            return 2 - truth(part, values)
        case All(parts):
            return min((truth(part, values) for part in parts), default=2)
        case Any(parts):
            return max((truth(part, values) for part in parts), default=0)
        case _:
            raise AssertionError(condition)


@given(CONDITIONS)
def test_alternatives_mean_the_condition(condition: Condition) -> None:
    for chosen in product((0, 1, 2), repeat=len(NAMES)):
        values = dict(zip(NAMES, chosen, strict=True))
        for wanted, goal in ((True, 2), (False, 0)):
            ways = alternatives(condition, wanted)
            holds = any(all(truth(one, values) == (2 if yes else 0) for one, yes in way) for way in ways)
            assert holds == (truth(condition, values) == goal)
