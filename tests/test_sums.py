"""Amounts to the fen: rounding, floor and caps, and which of them bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyengine.model.rulebook import Rounding
from policyengine.semantics.amounts import (
    Cap,
    Factor,
    Part,
    Range,
    Terms,
    judge_amount,
    round_fraction,
)
from policyengine.semantics.findings import (
    ABSENT,
    NOTHING,
    AmountFinding,
    Known,
    Missing,
    State,
    Truth,
    Unknown,
    Waits,
)

PERCENT = 1_000_000  # one percent, in millionths
WHOLE = 100 * PERCENT
How = Literal["half_up", "half_even", "down", "up"]
ROUNDINGS: tuple[How, ...] = ("half_up", "half_even", "down", "up")


def waits(name: str) -> Waits:
    return frozenset({Missing("fact", name, None)})


def unknown(*names: str) -> Unknown:
    """Return what is not known, and may turn out to be none."""
    return Unknown(NOTHING.union(*(waits(name) for name in names)))


def some(*names: str) -> Unknown:
    """Return what is not known, and certainly has a value."""
    return Unknown(NOTHING.union(*(waits(name) for name in names)), has_value=True)


def cap(limit: int | State, applies: Truth = Truth.TRUE, name: str = "applies") -> Cap:
    state = Known(limit) if isinstance(limit, int) else limit
    return Cap(applies, waits(name) if applies is Truth.UNDETERMINED else NOTHING, Part(state))


def judge(
    base: int | State | Part,
    plus: Sequence[State | Part] = (),
    minus: Sequence[State | Part] = (),
    rate: int | State | None = None,
    floor: int | State | Part | None = None,
    caps: Sequence[Cap] = (),
    rounding: How = "half_up",
    exists: Truth = Truth.TRUE,
) -> AmountFinding:
    def part(value: int | State | Part) -> Part:
        if isinstance(value, Part):
            return value
        return Part(Known(value) if isinstance(value, int) else value)

    factor = None if rate is None else Factor(part(rate), WHOLE)
    terms = Terms(part(base), [*map(part, plus)], [*map(part, minus)], rate=factor)
    exists_waits = waits("exists") if exists is Truth.UNDETERMINED else NOTHING
    return judge_amount(
        exists, exists_waits, terms, None if floor is None else part(floor), caps, Rounding(rounding)
    )


# ---------- rounding


@pytest.mark.parametrize(
    ("numerator", "half_up", "half_even", "down", "up"),
    [
        (0, 0, 0, 0, 0),
        (4, 0, 0, 0, 1),
        (5, 1, 0, 0, 1),
        (6, 1, 1, 0, 1),
        (10, 1, 1, 1, 1),
        (14, 1, 1, 1, 2),
        (15, 2, 2, 1, 2),
        (25, 3, 2, 2, 3),
        (-4, 0, 0, 0, -1),
        (-5, -1, 0, 0, -1),
        (-15, -2, -2, -1, -2),
        (-25, -3, -2, -2, -3),
    ],
)
def test_rounding_of_tenths(numerator: int, half_up: int, half_even: int, down: int, up: int) -> None:
    assert [round_fraction(numerator, 10, one) for one in ROUNDINGS] == [half_up, half_even, down, up]


@given(st.integers(-(10**30), 10**30), st.sampled_from(ROUNDINGS))
def test_rounding_is_off_by_less_than_a_fen(raw: int, rounding: How) -> None:
    exact, rounded = Fraction(raw, WHOLE), round_fraction(raw, WHOLE, rounding)
    off = abs(rounded - exact)
    assert off < 1
    if rounding.startswith("half"):
        assert off <= Fraction(1, 2)
    else:
        assert abs(rounded) <= abs(exact) if rounding == "down" else abs(rounded) >= abs(exact)
    assert rounded == -round_fraction(-raw, WHOLE, rounding)
    if rounding == "half_even":
        assert rounded == round(exact)


def test_a_rate_is_exact_before_rounding() -> None:
    finding = judge(10_050, rate=5 * PERCENT)
    assert (finding.raw, finding.rounded, finding.result) == (Fraction(1005, 2), Known(503), Known(503))
    assert judge(10_050, rate=5 * PERCENT, rounding="half_even").result == Known(502)
    assert judge(-10_050, rate=5 * PERCENT).result == Known(-503)


def test_terms_are_signed() -> None:
    finding = judge(100, plus=[Known(20), Known(3)], minus=[Known(200)])
    assert (finding.subtotal, finding.result) == (Known(-77), Known(-77))


# ---------- floor and caps


@pytest.mark.parametrize(
    ("base", "result", "bound"),
    [(499, 500, "floor"), (500, 500, ""), (501, 501, ""), (900, 900, ""), (901, 900, "cap 1")],
)
def test_bounds_to_the_fen(base: int, result: int, bound: str) -> None:
    finding = judge(base, floor=500, caps=[cap(900)])
    assert (finding.result, finding.bound) == (Known(result), bound)


def test_a_cap_wins_over_the_floor() -> None:
    finding = judge(100, floor=500, caps=[cap(300)])
    assert (finding.result, finding.bound) == (Known(300), "cap 1")


def test_the_lowest_of_stacked_caps_binds() -> None:
    finding = judge(1_000, caps=[cap(500), cap(700), cap(400), cap(400)])
    assert (finding.result, finding.bound) == (Known(400), "cap 3")


def test_a_cap_that_does_not_apply_or_has_no_limit_does_nothing() -> None:
    assert judge(1_000, caps=[cap(1, Truth.FALSE), cap(ABSENT)]).result == Known(1_000)


def test_a_floor_without_a_value_does_nothing() -> None:
    assert judge(1_000, floor=ABSENT).result == Known(1_000)


@pytest.mark.parametrize(
    ("limit", "result"), [(999, some("applies")), (1_000, Known(1_000)), (1_001, Known(1_000))]
)
def test_a_cap_that_perhaps_applies_matters_only_below(limit: int, result: State) -> None:
    assert judge(1_000, caps=[cap(limit, Truth.UNDETERMINED)]).result == result


def test_a_cap_that_another_cap_makes_idle() -> None:
    assert judge(1_000, caps=[cap(500), cap(600, Truth.UNDETERMINED)]).result == Known(500)


def test_an_unknown_limit_could_always_be_lower() -> None:
    assert judge(1_000, caps=[cap(unknown("limit"))]).result == some("limit")
    both = judge(1_000, caps=[cap(unknown("limit"), Truth.UNDETERMINED)])
    assert both.result == some("limit", "applies")


@pytest.mark.parametrize(
    ("limit", "result"), [(999, Known(999)), (1_000, Known(1_000)), (1_001, some("floor"))]
)
def test_an_unknown_floor_cannot_lift_above_a_cap(limit: int, result: State) -> None:
    assert judge(1_000, floor=unknown("floor"), caps=[cap(limit)]).result == result


def test_an_unknown_floor_could_lift_up_to_a_cap_that_perhaps_applies() -> None:
    finding = judge(1_000, floor=unknown("floor"), caps=[cap(5_000, Truth.UNDETERMINED)])
    assert finding.result == some("floor", "applies")


# ---------- what is not known, or not there


def test_unknown_parts_are_all_waited_for() -> None:
    finding = judge(unknown("base"), plus=[unknown("plus")], rate=unknown("rate"), floor=unknown("floor"))
    assert finding.subtotal == unknown("base", "plus")
    assert finding.result == unknown("base", "plus", "rate", "floor")
    assert finding.raw is None


@pytest.mark.parametrize(
    ("cap_at", "result"), [(499, Known(499)), (500, Known(500)), (501, some("rate")), (None, some("rate"))]
)
def test_a_floor_that_is_not_below_the_cap_settles_it_whatever_the_rate(
    cap_at: int | None, result: State
) -> None:
    caps = [] if cap_at is None else [cap(cap_at)]
    assert judge(1_000, rate=some("rate"), floor=500, caps=caps).result == result
    perhaps_none = judge(1_000, rate=unknown("rate"), floor=500, caps=caps)
    assert perhaps_none.result == unknown("rate"), "without a rate there is no amount, so no floor"


@pytest.mark.parametrize(("least", "result"), [(-1, some("taken")), (0, Known(0)), (1, Known(0))])
def test_what_can_only_lower_an_amount_at_its_floor_does_not_matter(least: int, result: State) -> None:
    taken = Part(some("taken"), Range(least, None))
    assert judge(0, minus=[taken], floor=0).result == result


def test_a_known_zero_settles_a_product_that_has_a_value() -> None:
    assert judge(some("base"), rate=0).result == Known(0)
    assert judge(0, rate=some("rate")).result == Known(0)
    assert judge(unknown("base"), rate=0).result == unknown("base")


@pytest.mark.parametrize(
    ("limit", "result"), [(1_000, Known(1_000)), (999, some("limit")), (None, some("limit"))]
)
def test_a_cap_that_is_never_lower_does_not_matter(limit: int | None, result: State) -> None:
    never_below = Cap(Truth.TRUE, NOTHING, Part(some("limit"), Range(limit, None)))
    assert judge(1_000, caps=[never_below]).result == result


@given(
    st.lists(st.tuples(st.integers(-300, 300), st.integers(0, 60), st.booleans()), min_size=1, max_size=3),
    st.tuples(st.integers(-200, 200), st.integers(0, 100)),
    st.one_of(st.none(), st.tuples(st.integers(-300, 300), st.integers(0, 60))),
    st.lists(st.tuples(st.integers(-300, 300), st.integers(0, 60)), max_size=2),
    st.sampled_from(ROUNDINGS),
    st.data(),
)
def test_what_is_known_of_ranges_holds_for_every_number_in_them(
    terms: list[tuple[int, int, bool]],
    rate: tuple[int, int],
    floor: tuple[int, int] | None,
    limits: list[tuple[int, int]],
    rounding: How,
    data: st.DataObject,
) -> None:
    """Judges with ranges, then with numbers drawn from them: whatever was settled stays."""

    def open_part(name: str, low: int, wide: int, unit: int = 1) -> Part:
        return Part(some(name), Range(low * unit, (low + wide) * unit))

    def drawn(low: int, wide: int, unit: int = 1) -> Part:
        return Part(Known(data.draw(st.integers(low, low + wide)) * unit))

    def amount(make: Callable[[str, int, int, int], Part]) -> AmountFinding:
        plus = [make("plus", low, wide, 1) for low, wide, is_minus in terms if not is_minus]
        minus = [make("minus", low, wide, 1) for low, wide, is_minus in terms if is_minus]
        asked = Terms(Part(Known(0)), plus, minus, rate=Factor(make("rate", *rate, PERCENT), WHOLE))
        shown_floor = None if floor is None else make("floor", *floor, 1)
        caps = [Cap(Truth.TRUE, NOTHING, make("cap", low, wide, 1)) for low, wide in limits]
        return judge_amount(Truth.TRUE, NOTHING, asked, shown_floor, caps, Rounding(rounding))

    before = amount(lambda name, low, wide, unit: open_part(name, low, wide, unit))
    after = amount(lambda name, low, wide, unit: drawn(low, wide, unit))
    for one, other in ((before.subtotal, after.subtotal), (before.rounded, after.rounded)):
        assert isinstance(one, Unknown) or one == other
    assert isinstance(before.result, Unknown) or before.result == after.result


def test_without_a_term_or_rate_there_is_no_amount() -> None:
    assert judge(100, minus=[ABSENT, unknown("other")], floor=1).result == ABSENT
    assert judge(100, rate=ABSENT, floor=1).result == ABSENT


def test_an_amount_that_does_not_exist_or_perhaps() -> None:
    assert judge(100, exists=Truth.FALSE).result == ABSENT
    assert judge(100, exists=Truth.UNDETERMINED).result == unknown("exists")
    assert judge(ABSENT, exists=Truth.UNDETERMINED).result == ABSENT, "there is none either way"


@pytest.mark.parametrize(
    ("base", "rate", "is_settled"),
    [
        (Range(0, None), Range(0, None), True),
        (Range(0, 500), Range(0, None), True),
        (Range(0, None), Range(0, PERCENT), True),
        (Range(-1, None), Range(0, None), False),
        (Range(0, None), Range(-1, None), False),
        (Range(None, None), Range(0, None), False),
        (Range(0, None), Range(None, None), False),
        (Range(-5, None), Range(-5, None), False),
    ],
)
def test_what_is_not_negative_times_what_is_not_negative_is_never_below_zero(
    base: Range, rate: Range, is_settled: bool
) -> None:
    never_above = Cap(Truth.TRUE, NOTHING, Part(Known(0)))
    terms = Terms(Part(some("base"), base), rate=Factor(Part(some("rate"), rate), WHOLE))
    found = judge_amount(Truth.TRUE, NOTHING, terms, None, [never_above], Rounding("half_up")).result
    assert found == Known(0) if is_settled else isinstance(found, Unknown)


def test_a_product_can_be_zero_where_its_parts_can() -> None:
    # So a floor of one fen, if there is one, could still raise it.
    terms = Terms(Part(some("base"), Range(0, None)), rate=Factor(Part(some("rate"), Range(0, None)), WHOLE))
    floor = Part(some("floor"), Range(0, 1))
    found = judge_amount(Truth.TRUE, NOTHING, terms, floor, [], Rounding("up")).result
    assert isinstance(found, Unknown) and found.waits == waits("base") | waits("rate") | waits("floor")


def test_a_share_of_one_fen_lies_between_its_least_and_its_greatest() -> None:
    # The product is 0 or 1; so a floor of one fen, if there is one, could still raise it.
    terms = Terms(Part(Known(1)), rate=Factor(Part(some("rate"), Range(40 * PERCENT, 60 * PERCENT)), WHOLE))
    floor = Part(some("floor"), Range(0, 1))
    found = judge_amount(Truth.TRUE, NOTHING, terms, floor, [], Rounding("half_up")).result
    assert isinstance(found, Unknown) and found.waits == waits("rate") | waits("floor")


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_zero_times_what_nobody_knows_is_exactly_zero(rounding: How) -> None:
    for terms in (
        Terms(Part(Known(0)), rate=Factor(Part(some("rate")), WHOLE)),
        Terms(Part(some("base")), rate=Factor(Part(Known(0)), WHOLE)),
    ):
        found = judge_amount(Truth.TRUE, NOTHING, terms, None, [], Rounding(rounding))
        assert (found.raw, found.rounded, found.result) == (0, Known(0), Known(0))


@pytest.mark.parametrize(("least", "is_awaited"), [(199, True), (200, False), (201, False)])
def test_a_cap_that_cannot_cut_is_not_waited_for(least: int, is_awaited: bool) -> None:
    floor = Part(some("floor"), Range(0, 200))
    limit = Cap(Truth.TRUE, NOTHING, Part(some("cap"), Range(least, None)))
    found = judge_amount(Truth.TRUE, NOTHING, Terms(Part(Known(100))), floor, [limit], Rounding("down"))
    assert isinstance(found.result, Unknown)
    assert found.result.waits == waits("floor") | (waits("cap") if is_awaited else NOTHING)


def test_rounding_changes_at_the_whole_and_at_the_half_and_nowhere_else() -> None:
    for sign in (1, -1):
        for whole in (4, 5):
            for rest, up, half_up, half_even in (
                (0, 0, 0, 0),
                (1, 1, 0, 0),
                (499, 1, 0, 0),
                (500, 1, 1, whole % 2),
                (501, 1, 1, 1),
                (999, 1, 1, 1),
            ):
                added = {"up": up, "half_up": half_up, "half_even": half_even, "down": 0}
                for rounding in ROUNDINGS:
                    found = round_fraction(sign * (whole * 1000 + rest), 1000, rounding)
                    assert found == sign * (whole + added[rounding])


@pytest.mark.parametrize(
    ("range", "floor", "limit", "result", "bound"),
    [
        (Range(100, 200), None, 100, 100, "cap 1"),
        (Range(100, 200), None, 50, 50, "cap 1"),
        (Range(100, 200), 200, 300, 200, "floor"),
        (Range(100, 200), 300, 250, 250, "cap 1"),
        (Range(100, 200), 250, 250, 250, "floor"),
        (Range(100, 100), 50, 150, 100, ""),
        (Range(100, 100), 100, 100, 100, ""),
    ],
)
def test_what_settles_an_amount_that_could_be_more_or_less_is_what_bound_it(
    range: Range, floor: int | None, limit: int, result: int, bound: str
) -> None:
    terms = Terms(Part(some("base"), range))
    least = None if floor is None else Part(Known(floor))
    found = judge_amount(Truth.TRUE, NOTHING, terms, least, [cap(limit)], Rounding("down"))
    assert (found.result, found.bound) == (Known(result), bound)
