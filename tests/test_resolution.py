"""Overriding in closed form against trying out every way in which things could turn out."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policyengine.semantics.findings import (
    ABSENT,
    NOTHING,
    Absent,
    Conflict,
    Known,
    Missing,
    Resolved,
    State,
    Truth,
    Unknown,
    Waits,
)
from policyengine.semantics.overriding import NO_DEFEATS, Candidate, Defeats, close_overrides, resolve
from policyengine.values.literals import Duration, Value

CONFLICT = "conflict"
NONE = "none"
World = dict[str, object]
"""What every rule gives that holds in it."""
Answers = dict[tuple[tuple[tuple[str, object], ...], frozenset[str]], object]
"""The answer for every way in which unknown values and undetermined rules can turn out."""


def waiting_for(name: str) -> Waits:
    return frozenset({Missing("fact", name, None)})


def candidate(rule: str, truth: Truth, value: Value | State | None) -> Candidate:
    """Return a rule whose value is known, absent (None) or unknown (named by what it waits for)."""
    if value is None:
        state: State = ABSENT
    else:
        state = value if isinstance(value, Known | Absent | Unknown | Conflict) else Known(value)
    name = next(iter(state.waits)).name if isinstance(state, Unknown) else rule
    waits = waiting_for(f"if {rule}") if truth is Truth.UNDETERMINED else NOTHING
    return Candidate(rule, truth, waits, state, (name, None))


def unknown(name: str) -> Unknown:
    return Unknown(waiting_for(name))


def holds(rule: str, value: Value | State | None) -> Candidate:
    return candidate(rule, Truth.TRUE, value)


def perhaps(rule: str, value: Value | State | None) -> Candidate:
    return candidate(rule, Truth.UNDETERMINED, value)


# ---------- trying out everything


def value_names(candidates: Iterable[Candidate]) -> list[str]:
    return sorted({one.unknown_as[0] for one in candidates if isinstance(one.value, Unknown)})


def valuations(candidates: Sequence[Candidate]) -> Iterator[dict[str, object]]:
    """Return all ways for unknown values to turn out: like a known one, like each other or like none."""
    names = value_names(candidates)
    known = [one.value.value if isinstance(one.value, Known) else NONE for one in candidates]
    domain = list(dict.fromkeys([*known, NONE, *(f"another {name}" for name in names)]))
    for values in product(domain, repeat=len(names)):
        yield dict(zip(names, values, strict=True))


def value_in(one: Candidate, valuation: Mapping[str, object]) -> object:
    match one.value:
        case Known(value):
            return value
        case Absent():
            return NONE
        case _:
            return valuation[one.unknown_as[0]]


def answer(world: World, defeats: Defeats) -> object:
    """Return what the rules of a world say, where everything is known."""
    beaten = {other for rule in world for other in world if defeats.beats(rule, other)}
    given = {value for rule, value in world.items() if rule not in beaten}
    if len(given) > 1:
        return CONFLICT
    return given.pop() if given else NONE


def worlds(
    candidates: Sequence[Candidate], valuation: Mapping[str, object]
) -> Iterator[tuple[frozenset[str], World]]:
    """Return every way for undetermined rules to turn out, with the rules that hold in it."""
    choices = [
        {Truth.TRUE: (True,), Truth.FALSE: (False,), Truth.UNDETERMINED: (False, True)}[one.truth]
        for one in candidates
    ]
    for held in product(*choices):
        chosen = [one for one, is_held in zip(candidates, held, strict=True) if is_held]
        world = {one.rule: value_in(one, valuation) for one in chosen}
        yield frozenset(world), world


def brute_force(candidates: Sequence[Candidate], defeats: Defeats) -> Resolved:
    answers: Answers = {
        (tuple(valuation.items()), held): answer(world, defeats)
        for valuation in valuations(candidates)
        for held, world in worlds(candidates, valuation)
    }
    open_rules = sorted(
        one.rule
        for one in candidates
        if any(
            found != answers[valuation, held - {one.rule}]
            for (valuation, held), found in answers.items()
            if one.truth is Truth.UNDETERMINED and one.rule in held
        )
    )
    open_names = [name for name in value_names(candidates) if varies_with(name, answers)]
    holding = {one.rule for one in candidates if one.truth is Truth.TRUE}
    winners = tuple(sorted(one for one in holding if not any(defeats.beats(rule, one) for rule in holding)))
    state = state_of(answers.values(), winners, open_rules, open_names)
    return Resolved(state, tuple((one, None) for one in winners), tuple((one, None) for one in open_rules))


def varies_with(name: str, answers: Answers) -> bool:
    """Tell whether two ways differ only in the value of that name and in the answer."""
    groups: dict[object, set[object]] = {}
    for (valuation, held), found in answers.items():
        rest = tuple(pair for pair in valuation if pair[0] != name)
        groups.setdefault((rest, held), set()).add(found)
    return any(len(group) > 1 for group in groups.values())


def state_of(
    answers: Iterable[object], winners: tuple[str, ...], open_rules: list[str], open_names: list[str]
) -> State:
    every = set(answers)
    if len(every) > 1:
        waits = NOTHING.union(
            *(waiting_for(f"if {rule}") for rule in open_rules), *(waiting_for(name) for name in open_names)
        )
        return Unknown(waits)
    only = every.pop()
    if only == CONFLICT:
        return Conflict(winners)
    assert only == NONE or isinstance(only, int)
    return ABSENT if only == NONE else Known(only)


# ---------- both agree

VALUES = st.sampled_from([1, 2, 3, None, unknown("x"), unknown("y")])


@st.composite
def disputes(draw: st.DrawFn) -> tuple[list[Candidate], Defeats]:
    """Return up to five rules; each may override those made before it, whose names say nothing about that."""
    names = draw(st.permutations(["a", "b", "c", "d", "e"]))[: draw(st.integers(1, 5))]
    overrides = {
        name: draw(st.lists(st.sampled_from(names[:place]), unique=True)) if place else []
        for place, name in enumerate(names)
    }
    candidates = [candidate(name, draw(st.sampled_from(list(Truth))), draw(VALUES)) for name in names]
    return draw(st.permutations(candidates)), close_overrides(overrides)


@settings(max_examples=400)
@given(disputes())
@example(([holds("a", 1), holds("b", 2), perhaps("c", unknown("x"))], Defeats({"c": ["b"]})))
@example(([perhaps("a", None)], NO_DEFEATS))
def test_closed_form_equals_trying_out_everything(dispute: tuple[list[Candidate], Defeats]) -> None:
    candidates, defeats = dispute
    assert resolve(candidates, defeats) == brute_force(candidates, defeats)


@given(disputes(), VALUES)
def test_what_is_so_otherwise_is_a_rule_that_all_others_override(
    dispute: tuple[list[Candidate], Defeats], value: Value | Unknown | None
) -> None:
    candidates, defeats = dispute
    other = candidate("o", Truth.TRUE, value)
    overrides = {
        one.rule: ["o", *(rule.rule for rule in candidates if defeats.beats(one.rule, rule.rule))]
        for one in candidates
    }
    assert resolve(candidates, defeats, other) == brute_force([*candidates, other], Defeats(overrides))
    assert resolve([*candidates, other], Defeats(overrides)) == resolve(candidates, defeats, other)


def test_a_thousand_open_rows_are_not_asked_each_with_each() -> None:
    """In seconds, on a slow machine; each with each takes minutes."""
    names = [f"row {number}" for number in range(2_000)]
    found = Defeats({one: [other] for one, other in itertools.pairwise(names)})
    start = time.process_time()
    for values in ([1], [1, 2, unknown("x")]):
        live = [perhaps(one, values[place % len(values)]) for place, one in enumerate(names)]
        for defeats in (found, NO_DEFEATS):
            for other in (holds("o", 1), holds("o", unknown("y")), None):
                resolve(live, defeats, other)
    assert time.process_time() - start < 5


@given(disputes())
def test_order_does_not_matter(dispute: tuple[list[Candidate], Defeats]) -> None:
    candidates, defeats = dispute
    assert resolve(candidates, defeats) == resolve(candidates[::-1], defeats)


# ---------- in words


@pytest.mark.parametrize(
    ("candidates", "overrides", "expected"),
    [
        pytest.param([holds("a", 1), holds("b", 1)], {}, Known(1), id="equal values do not conflict"),
        pytest.param([holds("a", 1), holds("b", 2)], {}, Conflict(("a", "b")), id="different values do"),
        pytest.param([holds("a", 1), holds("b", 2)], {"b": ["a"]}, Known(2), id="an exception overrides"),
        pytest.param(
            [holds("a", 1), perhaps("b", 2)],
            {"b": ["a"]},
            Unknown(waiting_for("if b")),
            id="an exception that is undetermined leaves the fact undetermined",
        ),
        pytest.param([holds("a", 1), perhaps("b", 1)], {"b": ["a"]}, Known(1), id="unless it says the same"),
        pytest.param(
            [holds("a", 1), perhaps("b", 2)], {"a": ["b"]}, Known(1), id="the general rule cannot matter"
        ),
        pytest.param(
            [holds("a", 1), holds("b", 2), perhaps("c", 3)],
            {},
            Conflict(("a", "b")),
            id="a conflict that nothing can heal",
        ),
        pytest.param(
            [holds("a", 1), holds("b", 2), perhaps("c", 1)],
            {"c": ["b"]},
            Unknown(waiting_for("if c")),
            id="a conflict that an exception can heal",
        ),
        pytest.param(
            [holds("a", 1), holds("b", 2), perhaps("c", unknown("x"))],
            {"c": ["b"]},
            Unknown(waiting_for("if c") | waiting_for("x")),
            id="a conflict that an exception with an unknown value can heal",
        ),
        pytest.param(
            [holds("a", 1), holds("b", 2), holds("c", unknown("x"))],
            {},
            Conflict(("a", "b", "c")),
            id="a conflict whatever an unknown value is",
        ),
        pytest.param(
            [holds("a", 1), holds("b", unknown("x"))], {}, Unknown(waiting_for("x")), id="perhaps the same"
        ),
        pytest.param(
            [holds("a", unknown("x")), holds("b", unknown("x"))],
            {},
            Unknown(waiting_for("x")),
            id="the same unknown value",
        ),
        pytest.param([perhaps("a", None)], {}, ABSENT, id="a rule that could only say that there is none"),
        pytest.param(
            [holds("a", 1), holds("b", None)], {}, Conflict(("a", "b")), id="a value and no value conflict"
        ),
    ],
)
def test_in_words(candidates: list[Candidate], overrides: dict[str, list[str]], expected: State) -> None:
    names = {one.rule: overrides.get(one.rule, []) for one in candidates}
    assert resolve(candidates, close_overrides(names)).state == expected


def test_of_equal_lengths_the_first_rule_by_name_gives_the_spelling() -> None:
    hours, minutes = holds("b", Duration(24, "hours")), holds("a", Duration(1_440, "minutes"))
    assert resolve([hours, minutes], NO_DEFEATS).state == Known(Duration(1_440, "minutes"))


def test_a_day_is_not_24_hours() -> None:
    """Days can be counted by the calendar: a rule that says one gives another answer."""
    hours, day = holds("b", Duration(24, "hours")), Duration(1, "days")
    assert isinstance(resolve([hours, holds("a", day)], NO_DEFEATS).state, Conflict)
    assert isinstance(resolve([hours, perhaps("a", day)], Defeats({"a": ["b"]})).state, Unknown)
    assert resolve(
        [holds("b", Duration(7, "days")), holds("a", Duration(1, "weeks"))], NO_DEFEATS
    ).state == Known(Duration(1, "weeks"))


def test_overriding_goes_on_through_others_of_the_same_fact() -> None:
    found = close_overrides({"a": ["b"], "b": ["c"], "c": []})
    assert [found.beats("a", one) for one in "abc"] == [False, True, True]
    assert not close_overrides({"a": ["x"], "b": []}), "x concludes another fact"


@given(
    st.lists(st.lists(st.sampled_from("abcdef"), max_size=3), min_size=6, max_size=6),
    st.sets(st.sampled_from("abcdef")),
)
def test_overriding_is_followed_step_by_step(drawn: list[list[str]], of_case: set[str]) -> None:
    """Also where rules override each other in a ring."""
    overrides = dict(zip("abcdef", drawn, strict=True))
    found = Defeats(overrides, {one: None if one in of_case else "records" for one in "abcdef"})
    for start in overrides:
        waiting = [(one, False) for one in overrides[start]]
        steps: set[tuple[str, bool]] = set()
        while waiting:
            one, is_across = waiting.pop()
            if (one, is_across) not in steps:
                steps.add((one, is_across))
                waiting += [(other, is_across or one in of_case) for other in overrides[one]]
        reached, across = {one for one, _ in steps}, {one for one, is_across in steps if is_across}
        assert {one for one in "abcdef" if found.beats(start, one)} == reached
        assert {one for one in "abcdef" if found.across(start) & found.bit(one)} == across


def test_a_thousand_rows_of_which_the_first_counts_are_closed_at_once() -> None:
    names = [f"row {number}" for number in range(1_000)]
    found = Defeats({one: [other] for one, other in itertools.pairwise(names)})
    assert found.beats(names[0], names[-1]) and not found.beats(names[-1], names[0])
    live = [holds(one, 1) for one in names]
    assert resolve(live, found).winners == ((names[0], None),)


def test_many_undetermined_rules_cost_little() -> None:
    values: list[int | Unknown | None] = [1, 2, 3, unknown("x"), unknown("y"), None]
    candidates = [
        (holds if number % 2 else perhaps)(f"r{number:02}", values[number % 6]) for number in range(60)
    ]
    overrides = {f"r{number:02}": [f"r{number - 3:02}"] if number > 2 else [] for number in range(60)}
    assert isinstance(resolve(candidates, close_overrides(overrides)).state, Unknown | Conflict)


@pytest.mark.parametrize(
    ("names", "has_value", "expected"),
    [(("a",), True, True), (("a", "a"), True, True), (("a", "b"), True, False), (("a", "a"), False, False)],
)
def test_an_answer_has_a_value_if_all_rules_that_hold_give_the_same_one(
    names: tuple[str, ...], has_value: bool, expected: bool
) -> None:
    # Two values that nobody knows may turn out to be different: a conflict is no value.
    waits = frozenset({Missing("fact", "a", None)})
    value = Unknown(waits, has_value)
    candidates = [
        Candidate(f"rule_{number}", Truth.TRUE, NOTHING, value, (name, None))
        for number, name in enumerate(names)
    ]
    doubtful = Candidate("loser", Truth.UNDETERMINED, waits, Known(1), ("loser", None))
    defeats = Defeats({one.rule: ["loser"] for one in candidates})
    found = resolve([*candidates, doubtful], defeats).state
    assert isinstance(found, Unknown) and found.has_value == expected
