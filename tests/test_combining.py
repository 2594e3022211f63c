"""Facts that several rules build, against trying out every way in which things could turn out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations, product
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from policyengine.frozen import Frozen
from policyengine.model.case import Key
from policyengine.semantics.combining import FEW, How, combine
from policyengine.semantics.findings import (
    ABSENT,
    NOTHING,
    Absent,
    Known,
    Missing,
    State,
    Truth,
    Unknown,
    Waits,
    by_name,
)
from policyengine.semantics.overriding import Candidate, Defeats, close_overrides
from policyengine.values.literals import Duration, Value, identity_key

NONE = "none"
OTHERWISE = "fact otherwise"


def waiting_for(name: str) -> Waits:
    return frozenset({Missing("fact", name, None)})


def state_of(value: Value | State | None) -> State:
    if value is None:
        return ABSENT
    return value if isinstance(value, Known | Absent | Unknown) else Known(value)


def candidate(rule: str, truth: Truth, value: Value | State | None, record: int | None = None) -> Candidate:
    state = state_of(value)
    name = next(iter(state.waits)).name if isinstance(state, Unknown) else rule
    waits = waiting_for(f"if {rule} {record}") if truth is Truth.UNDETERMINED else NOTHING
    return Candidate(rule, truth, waits, state, (name, None), record)


def holds(rule: str, value: Value | State | None, record: int | None = None) -> Candidate:
    return candidate(rule, Truth.TRUE, value, record)


def perhaps(rule: str, value: Value | State | None, record: int | None = None) -> Candidate:
    return candidate(rule, Truth.UNDETERMINED, value, record)


def fails(rule: str, value: Value | State | None, record: int | None = None) -> Candidate:
    return candidate(rule, Truth.FALSE, value, record)


def unknown(name: str, has_value: bool = True) -> Unknown:
    return Unknown(waiting_for(name), has_value)


# ---------- trying out everything


class Whole(Frozen):
    """What is asked: the candidates, which rule overrides which, how they combine and what counts else."""

    candidates: tuple[Candidate, ...]
    overrides: tuple[tuple[str, tuple[str, ...]], ...]
    listed: tuple[tuple[str, str | None], ...]
    how: How
    otherwise: Candidate | None

    @property
    def defeats(self) -> Defeats:
        return close_overrides(dict(self.overrides), dict(self.listed))

    def combined(self) -> object:
        return combine(self.candidates, self.defeats, self.how, self.otherwise)


def beaten_by(whole: Whole, held: Sequence[Candidate]) -> set[Key]:
    """Return which rules are overridden in which records, followed step by step from each rule that holds."""
    every = [one.key for one in whole.candidates]
    overrides = dict(whole.overrides)
    found: set[Key] = set()
    for start in held:
        waiting = [start.key]
        while waiting:
            rule, record = waiting.pop()
            for other in overrides[rule]:
                # A rule of the whole case need not be there as a candidate to stand between two others.
                keys = [key for key in every if key[0] == other] or [(other, None)]
                for key in keys:
                    meets = record is None or key[1] is None or record == key[1]
                    if meets and key not in found:
                        found.add(key)
                        waiting.append(key)
    return found


def value_in(state: State, name: str, valuation: Mapping[str, object]) -> object:
    match state:
        case Known(value):
            return value
        case Absent():
            return NONE
        case _:
            return valuation[name]


def answer(whole: Whole, held: Sequence[Candidate], valuation: Mapping[str, object]) -> object:
    beaten = beaten_by(whole, held)
    given = [value_in(one.value, one.unknown_as[0], valuation) for one in held if one.key not in beaten]
    if not given:
        other = whole.otherwise
        return NONE if other is None else value_in(other.value, other.unknown_as[0], valuation)
    if NONE in given:
        return NONE
    if whole.how == "sum":
        return sum(given)  # type: ignore[arg-type]
    return (max if whole.how in ("greatest", "yes_if_any") else min)(given)  # type: ignore[type-var]


def unknowns(whole: Whole) -> dict[str, bool]:
    """Return the names of values that are not known, and whether each has a value in any case."""
    every = (*whole.candidates, *(() if whole.otherwise is None else (whole.otherwise,)))
    return {one.unknown_as[0]: one.value.has_value for one in every if isinstance(one.value, Unknown)}


def valuations(whole: Whole) -> Iterator[dict[str, object]]:
    known = [one.value.value for one in whole.candidates if isinstance(one.value, Known)]
    if whole.how in ("yes_if_any", "yes_if_all"):
        domain: list[object] = [True, False]
    else:
        domain = [-100, *sorted({n + d for n in (*known, 0) for d in (-1, 0, 1)}), 100]  # type: ignore[operator]
    names = unknowns(whole)
    ways = [[*domain, *(() if has_value else (NONE,))] for has_value in names.values()]
    for values in product(*ways):
        yield dict(zip(names, values, strict=True))


class Tried(Frozen):
    """What trying out everything finds."""

    answers: frozenset[object]
    open_rules: tuple[Key, ...]
    open_names: frozenset[str]


def tried(whole: Whole) -> Tried:
    choices = [
        {Truth.TRUE: (True,), Truth.FALSE: (False,), Truth.UNDETERMINED: (False, True)}[one.truth]
        for one in whole.candidates
    ]
    answers: dict[tuple[frozenset[Key], tuple[tuple[str, object], ...]], object] = {}
    for held in product(*choices):
        chosen = [one for one, is_held in zip(whole.candidates, held, strict=True) if is_held]
        for valuation in valuations(whole):
            place = frozenset(one.key for one in chosen), tuple(valuation.items())
            answers[place] = answer(whole, chosen, valuation)
    open_rules = {
        one.key
        for one in whole.candidates
        if one.truth is Truth.UNDETERMINED
        and any(
            answers[held - {one.key}, rest] != found
            for (held, rest), found in answers.items()
            if one.key in held
        )
    }
    open_names = set()
    for name in unknowns(whole):
        groups: dict[object, set[object]] = {}
        for (held, rest), found in answers.items():
            groups.setdefault((held, tuple(p for p in rest if p[0] != name)), set()).add(found)
        if any(len(group) > 1 for group in groups.values()):
            open_names.add(name)
    return Tried(frozenset(answers.values()), tuple(sorted(open_rules, key=by_name)), frozenset(open_names))


# ---------- both agree

NUMBERS = st.sampled_from([0, 0, 1, 2, 3, -2, None, unknown("x"), unknown("y", False)])
TRUTHS = st.sampled_from([True, False, None, unknown("x"), unknown("y", False)])


@st.composite
def wholes(draw: st.DrawFn, may_override: bool) -> Whole:
    """Return up to four rules of a case and of the records of a list, up to six candidates in all."""
    how: How = draw(st.sampled_from(get_args(How)))
    values = TRUTHS if how in ("yes_if_any", "yes_if_all") else NUMBERS
    records = draw(st.integers(0, 2))
    names = draw(st.permutations(["a", "b", "c", "d"]))[: draw(st.integers(1, 3 if records > 1 else 4))]
    listed = {name: draw(st.sampled_from([None, None, "items"])) for name in names}
    overrides = {
        name: tuple(draw(st.lists(st.sampled_from(names[:place]), unique=True)))
        if place and may_override
        else ()
        for place, name in enumerate(names)
    }
    candidates = [
        candidate(
            name, draw(st.sampled_from([Truth.TRUE, Truth.UNDETERMINED, Truth.FALSE])), draw(values), record
        )
        for name in names
        for record in ((None,) if listed[name] is None else range(records))
    ]
    otherwise = draw(st.sampled_from([None, 0, 3, unknown("z")]))
    if how in ("yes_if_any", "yes_if_all"):
        otherwise = draw(st.sampled_from([None, True, False, unknown("z")]))
    rest = None if otherwise is None else holds(OTHERWISE, otherwise)
    order = draw(st.permutations(candidates))
    return Whole(tuple(order), tuple(overrides.items()), tuple(listed.items()), how, rest)


def check(whole: Whole, is_exact: bool) -> None:
    found, by_force = whole.combined(), tried(whole)
    if isinstance(found.state, Unknown):
        expected = NOTHING.union(
            *(one.waits for one in whole.candidates if one.key in by_force.open_rules),
            *(waiting_for(name) for name in by_force.open_names),
        )
        assert found.state.waits >= expected
        assert set(found.open) >= set(by_force.open_rules)
        assert found.state.has_value <= (NONE not in by_force.answers)
        is_tight = is_exact and not any(others for _, others in whole.overrides)
        check_possible(found.possible, by_force, is_tight)
        if is_exact:
            assert len(by_force.answers) > 1
            assert found.open == by_force.open_rules
            assert found.state.waits == expected
            assert found.state.has_value is (NONE not in by_force.answers)
        return
    told = NONE if isinstance(found.state, Absent) else found.state.value
    assert by_force.answers == {told}
    assert found.open == () and found.possible is None


def check_possible(possible: object, by_force: Tried, is_tight: bool) -> None:
    numbers = sorted(identity_key(one) for one in by_force.answers if one != NONE)
    assert possible.may_be_absent >= (NONE in by_force.answers)
    for end, way in ((possible.low, 1), (possible.high, -1)):
        if end is not None:
            assert all(way * key >= way * identity_key(end)[0] for key, _ in numbers)
    if possible.values:
        assert [identity_key(one) for one in possible.values] == numbers
    elif is_tight and not by_force.open_names and numbers:
        assert (possible.low, possible.high) == (numbers[0][0], numbers[-1][0])


@settings(max_examples=600, deadline=None)
@given(wholes(may_override=False))
def test_without_overriding_the_closed_form_equals_trying_out_everything(whole: Whole) -> None:
    check(whole, is_exact=True)


@settings(max_examples=600, deadline=None)
@given(wholes(may_override=True))
def test_with_overriding_it_does_where_few_rules_are_open_and_is_sound_elsewhere(whole: Whole) -> None:
    unsure = [one for one in whole.candidates if one.truth is Truth.UNDETERMINED]
    check(whole, is_exact=len(unsure) <= FEW)


@st.composite
def alike(draw: st.DrawFn) -> Whole:
    """Return a rule that may hold in each of several records alike, and some of the whole case."""
    how: How = draw(st.sampled_from(["least", "greatest", "yes_if_any", "yes_if_all"]))
    values = st.sampled_from([True, False]) if how.startswith("yes") else st.sampled_from([0, 1, 2])
    names = draw(st.permutations(["a", "b", "c"]))[: draw(st.integers(1, 3))]
    overrides = {
        name: tuple(draw(st.lists(st.sampled_from(names[:place]), unique=True))) if place else ()
        for place, name in enumerate(names)
    }
    many, value = draw(st.sampled_from(names)), draw(values)
    truths = st.sampled_from([Truth.TRUE, Truth.UNDETERMINED, Truth.FALSE])
    candidates = [candidate(name, draw(truths), draw(values), None) for name in names if name != many]
    count = draw(st.integers(2, 5))
    likely = st.sampled_from([*[Truth.UNDETERMINED] * 4, Truth.TRUE, Truth.FALSE])
    candidates += [candidate(many, draw(likely), value, record) for record in range(count)]
    listed = tuple((name, "items" if name == many else None) for name in names)
    rest = draw(st.sampled_from([None, holds(OTHERWISE, draw(values))]))
    return Whole(tuple(candidates), tuple(overrides.items()), listed, how, rest)


@settings(max_examples=300, deadline=None)
@given(alike())
def test_many_records_alike_are_as_few(whole: Whole) -> None:
    """However many they are, the answer is exact: what is told of one more record takes back nothing."""
    check(whole, is_exact=True)


def test_of_records_alike_the_same_one_is_tried_in_any_order() -> None:
    lengths = [Duration(60, "minutes"), Duration(1, "hours"), Duration(3600, "seconds")]
    several = [perhaps("a", one, record) for record, one in enumerate(lengths)]
    defeats = close_overrides({"a": (), "b": ("a",)}, {"a": "items", "b": None})
    rules = [perhaps("b", Duration(2, "hours")), *several]
    found = [combine(order, defeats, "greatest") for order in permutations(rules)]
    assert found[0].possible.values == (lengths[0], Duration(2, "hours"))
    assert all(one.possible == found[0].possible for one in found)


@given(wholes(may_override=True))
def test_order_does_not_matter(whole: Whole) -> None:
    turned = Whole(whole.candidates[::-1], whole.overrides, whole.listed, whole.how, whole.otherwise)
    assert whole.combined() == turned.combined()
