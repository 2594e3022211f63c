"""Questions about lists that give values: against trying out every way in which records could turn out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyengine.loading.load import load_model
from policyengine.semantics import tallies
from policyengine.semantics.amounts import Range
from policyengine.semantics.findings import ABSENT, NOTHING, Absent, Known, Missing, State, Truth, Unknown
from policyengine.semantics.tallies import Seen, Tally
from policyengine.values.literals import ValueType

NUMBERS = (0, 1, 3)
TIME, NUMBER = ValueType.INSTANT, ValueType.NUMBER


def waiting(name: str, record: int) -> frozenset[Missing]:
    return frozenset({Missing("fact", name, record)})


def seen(record: int, truth: Truth, state: State) -> Seen:
    waits = waiting("match", record) if truth is Truth.UNDETERMINED else NOTHING
    declared = Range(min(NUMBERS), max(NUMBERS))
    return Seen(record, truth, waits, state, declared)


@st.composite
def lists(draw: st.DrawFn, is_weight: bool = False) -> list[Seen]:
    """Return a few records, as the engines give them: those that do not match are left out."""
    found = []
    for record in range(draw(st.integers(0, 4))):
        truth = draw(st.sampled_from((Truth.TRUE, Truth.TRUE, Truth.UNDETERMINED)))
        states: list[State] = [Known(number) for number in NUMBERS]
        states += [ABSENT, Unknown(waiting("of", record)), Unknown(waiting("of", record), has_value=True)]
        found.append(seen(record, truth, draw(st.sampled_from(states))))
    return found


def ways(asked: Sequence[Seen]) -> Iterator[list[Seen]]:
    """Return every way in which records could turn out."""
    for turned in product(*(list(_ways_of(one)) for one in asked)):
        yield [one for one in turned if one is not None]


def _ways_of(one: Seen) -> Iterator[Seen | None]:
    if one.truth is Truth.UNDETERMINED:
        yield None
    states: list[State] = [one.state]
    if isinstance(one.state, Unknown):
        states = [Known(number) for number in NUMBERS]
        states += [] if one.state.has_value else [ABSENT]
    for state in states:
        yield Seen(one.record, Truth.TRUE, NOTHING, state, Range(None, None))


Ask = Callable[[Sequence[Seen]], Tally]


def plain(how: str, this: int, is_time: bool) -> Callable[[list[Seen]], object]:
    """Return the answer for records of which all is known, worked out in another way; None: no value."""

    def values(asked: list[Seen]) -> list[int | None]:
        return [int(str(one.state.value)) if isinstance(one.state, Known) else None for one in asked]

    def answer(asked: list[Seen]) -> object:
        found = values(asked)
        some = [one for one in found if one is not None]
        match how:
            case "count":
                return len(found)
            case "different":
                return len(set(some))
            case "total":
                return None if None in found else sum(some)
            case "least":
                return None if (None in found and not is_time) or not some else min(some)
            case "greatest":
                return None if None in found or not found else max(some)
            case "first":
                return found[0] if found else None
            case "position":
                own = next((place for place, one in enumerate(asked) if one.record == this), None)
                if own is None or found[own] is None:
                    return None
                order = sorted((key, place) for place, key in enumerate(found) if key is not None)
                return [place for _, place in order].index(own) + 1
            case _:
                raise AssertionError(how)

    return answer


CASES: tuple[tuple[str, bool, Ask], ...] = (
    ("count", False, tallies.count),
    ("different", False, tallies.different),
    ("total", False, lambda asked: tallies.total(asked, NUMBER)),
    ("least", False, lambda asked: tallies.extreme(asked, False, NUMBER)),
    ("greatest", False, lambda asked: tallies.extreme(asked, True, NUMBER)),
    ("least", True, lambda asked: tallies.extreme(asked, False, TIME)),
    ("greatest", True, lambda asked: tallies.extreme(asked, True, TIME)),
    ("first", False, tallies.first),
    ("position", False, lambda asked: tallies.position(asked, 0, False)),
)


@pytest.mark.parametrize(("how", "is_time", "ask"), CASES, ids=[f"{how}-{time}" for how, time, _ in CASES])
@given(asked=lists())
def test_what_is_settled_is_so_in_every_way_and_what_is_so_in_every_way_is_settled(
    how: str, is_time: bool, ask: Ask, asked: list[Seen]
) -> None:
    tally, work_out = ask(asked), plain(how, 0, is_time)
    answers = {work_out(way) for way in ways(asked)}
    if isinstance(tally.state, Unknown):
        if tally.state.has_value:
            assert None not in answers
        assert tally.state.waits, "it says what it waits for"
        assert len(answers) > 1 or is_independent(how), f"only {answers} can come out"
    else:
        expected = tally.state.value if isinstance(tally.state, Known) else None
        assert answers == {expected}
    numbers = [one for one in answers if isinstance(one, int)]
    low, high = tally.range
    assert all((low is None or low <= one) and (high is None or one <= high) for one in numbers)
    if how in ("count", "total") and numbers and not isinstance(tally.state, Absent):
        assert (low, high) == (min(numbers), max(numbers))


def is_independent(how: str) -> bool:
    """Tell whether parts are taken as independent that are not: the law promises no more than soundness."""
    return how in ("different", "first", "position", "least", "greatest", "total")


@given(lists(), st.sampled_from(("at_least", "at_most", "more_than", "less_than", "is")), st.integers(-1, 6))
def test_a_test_of_a_sum_is_decided_where_every_way_agrees(
    asked: list[Seen], operator: str, limit: int
) -> None:
    truth, waits = tallies.compare(tallies.total(asked, NUMBER), operator, Known(limit))  # type: ignore[arg-type]
    holds = {
        "at_least": lambda one: one >= limit,
        "at_most": lambda one: one <= limit,
        "more_than": lambda one: one > limit,
        "less_than": lambda one: one < limit,
        "is": lambda one: one == limit,
    }[operator]
    sums = [plain("total", 0, False)(way) for way in ways(asked)]
    answers = {isinstance(one, int) and holds(one) for one in sums}
    if truth is not Truth.UNDETERMINED:
        assert answers == {truth is Truth.TRUE} and not waits
    elif operator != "is":
        assert len(answers) == 2 or None in sums


def test_a_total_is_decided_before_all_is_known() -> None:
    heavy = [seen(0, Truth.TRUE, Known(60)), seen(1, Truth.TRUE, Known(50))]
    open_one = Seen(2, Truth.TRUE, NOTHING, Unknown(waiting("weight", 2), has_value=True), Range(0, None))
    total = tallies.total([*heavy, open_one], NUMBER)
    assert tallies.compare(total, "at_most", Known(100)) == (Truth.FALSE, NOTHING)
    assert tallies.compare(total, "at_least", Known(100)) == (Truth.TRUE, NOTHING)
    assert tallies.compare(total, "at_most", Known(120))[0] is Truth.UNDETERMINED


def test_two_records_that_could_be_meant_are_a_contradiction() -> None:
    found = tallies.only([seen(0, Truth.TRUE, Known(7)), seen(1, Truth.TRUE, Known(7))], "orders")
    assert found.state == Unknown(frozenset(Missing("several", "orders", one) for one in (0, 1)))
    assert tallies.only([seen(0, Truth.TRUE, Known(7))], "orders").state == Known(7)
    assert tallies.only([], "orders").state == ABSENT
    perhaps = tallies.only([seen(0, Truth.TRUE, Known(7)), seen(1, Truth.UNDETERMINED, Known(7))], "orders")
    assert isinstance(perhaps.state, Unknown)


def test_places_by_a_key() -> None:
    gains = [seen(0, Truth.TRUE, Known(5)), seen(1, Truth.TRUE, Known(9)), seen(2, Truth.TRUE, Known(5))]
    assert [tallies.position(gains, one, True).state for one in range(3)] == [Known(2), Known(1), Known(3)]
    unknown = Seen(1, Truth.TRUE, NOTHING, Unknown(waiting("gain", 1), has_value=True))
    gains = [seen(0, Truth.TRUE, Known(9)), unknown, seen(2, Truth.TRUE, Known(5))]
    assert tallies.position(gains, 0, True).range == Range(1, 2)
    assert tallies.position(gains, 1, True).range == Range(1, 3)


# ---------- shares


@given(st.integers(-10_000, 10_000), st.lists(st.integers(0, 500), min_size=1, max_size=6))
def test_shares_add_up_and_none_is_off_by_a_whole_unit(amount: int, weights: list[int]) -> None:
    parts = tallies.shares(amount, weights)
    if sum(weights) == 0:
        assert parts is None
        return
    assert parts is not None and sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(amount * weight, sum(weights))) < 1
        assert part == 0 or weight > 0


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (1000, [20, 20, 20], [334, 333, 333]),
        (100, [1, 1, 1], [34, 33, 33]),
        (-1000, [20, 20, 20], [-334, -333, -333]),
        (200, [10, 20, 30], [33, 67, 100]),
        (10, [1, 0], [10, 0]),
    ],
)
def test_what_is_left_over_goes_to_the_largest_remainders(
    amount: int, weights: list[int], parts: list[int]
) -> None:
    assert tallies.shares(amount, weights) == parts


# ---------- what counts otherwise, the latest and the earliest


def test_otherwise_counts_where_there_certainly_is_none() -> None:
    assert tallies.otherwise(ABSENT, Known(0)) == Known(0)
    assert tallies.otherwise(Known(5), Known(0)) == Known(5)
    unknown = Unknown(waiting("fee", 0))
    assert tallies.otherwise(unknown, Known(0)) == Unknown(unknown.waits, has_value=True)
    assert tallies.otherwise(ABSENT, ABSENT) == ABSENT
    other = tallies.otherwise(unknown, Unknown(waiting("rest", 0)))
    assert isinstance(other, Unknown) and other.waits == unknown.waits | waiting("rest", 0)


def test_the_latest_of_what_never_comes_is_never_and_the_earliest_leaves_it_out() -> None:
    unknown = Unknown(waiting("paid", 0))
    assert tallies.latest([Known(1), ABSENT]) == ABSENT
    assert tallies.earliest([Known(1), ABSENT]) == Known(1)
    assert tallies.earliest([ABSENT, ABSENT]) == ABSENT
    assert tallies.latest([Known(1), Known(3)]) == Known(3)
    assert isinstance(tallies.latest([Known(1), unknown]), Unknown)
    found = tallies.earliest([Known(1), unknown])
    assert isinstance(found, Unknown) and found.has_value, (
        "it may be earlier, and is not later than the first"
    )


# ---------- reading

BOOK = """rulebook: small
version: "1"
title: {zh: 小, en: small}
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
languages: [zh, en]
parties: {buyer: {zh: 买家, en: buyer}}
"""
FACTS = """facts:
  order.at: {type: instant, title: {zh: 时, en: at}}
  order.total: {type: money, title: {zh: 额, en: total}}
  order.done: {type: boolean, role: outcome, title: {zh: 果, en: done}}
lists:
  bags:
    title: {zh: 包, en: bags}
    facts:
      kind: {type: text, title: {zh: 类, en: kind}}
      fee: {type: money, title: {zh: 费, en: fee}}
      weight: {type: number, title: {zh: 重, en: weight}}
      mine: {type: money, role: outcome, title: {zh: 份, en: mine}}
"""


def faults(folder: Path, amount: str, when: str, each: bool = False) -> list[str]:
    """Return the codes of the errors of a rulebook with this amount and this condition."""
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "rulebook.yaml").write_text(BOOK, "utf-8")
    (folder / "facts.yaml").write_text(FACTS, "utf-8")
    for_each = ", for_each: bags" if each else ""
    then = "{bags.mine: x}" if each else "{order.done: yes}"
    policy = (
        "policy: p\ntitle: {zh: 策, en: p}\namounts:\n"
        f"  x: {{title: {{zh: 额, en: x}}, base: {amount}{for_each}}}\nrules:\n"
        f"  r: {{title: {{zh: 规, en: r}}, when: {when}, then: {then}{for_each}}}\n"
    )
    (folder / "policies" / "p.yaml").write_text(policy, "utf-8")
    return [one.code for one in load_model(str(folder), ()).diagnostics if one.severity == "error"]


USUAL = "{order.total: {at_least: 0.00}}"


@pytest.mark.parametrize(
    ("amount", "when", "each"),
    [
        ("{total_of: {list: bags, of: fee}}", USUAL, False),
        ("{total_of: {list: bags, of: fee, where: {kind: heavy}}, otherwise: 0.00}", USUAL, False),
        ("{total_of: {list: bags, of: {value: fee, otherwise: 0.00}}}", USUAL, False),
        ("{value: order.total, otherwise: {least_of: {list: bags, of: fee}}}", USUAL, False),
        ("{only: {list: bags, where: {kind: heavy}, of: fee}}", USUAL, False),
        ("{first: {list: bags, of: fee}}", USUAL, False),
        ("1.00", "{total_of: {list: bags, of: weight, at_most: 100}}", False),
        ("1.00", "{count_of: {list: bags, different: kind, between: [1, 3]}}", False),
        ("1.00", "{greatest_of: {list: bags, of: fee, more_than: order.total}}", False),
        ("1.00", "{last: {list: bags, of: kind, is: heavy}}", False),
        ("1.00", "{order.total: {total_of: {list: bags, of: fee}}}", False),
        ("{share_of: {amount: order.total, by: weight}}", "{position_of: {by: fee, at_most: 2}}", True),
        ("{previous: {of: fee}, otherwise: 0.00}", "{next: {of: kind, is: this.kind}}", True),
        ("{total_of: {earlier: bags, of: fee, where: {kind: this.kind}}}", "{fee: {at_least: 0.00}}", True),
    ],
)
def test_questions_that_are_as_they_should_be(tmp_path: Path, amount: str, when: str, each: bool) -> None:
    assert faults(tmp_path, amount, when, each) == []


@pytest.mark.parametrize(
    ("amount", "when", "code"),
    [
        ("{sum_of: {list: bags, of: fee}}", USUAL, "wrong-shape"),
        ("{total_of: {list: bags}}", USUAL, "missing-key"),
        ("{total_of: {list: bags, of: kind}}", USUAL, "type-mismatch"),
        ("{total_of: {list: bags, of: weight}}", USUAL, "type-mismatch"),
        ("{total_of: {list: bag, of: fee}}", USUAL, "unknown-list"),
        ("{total_of: {list: bags, of: fees}}", USUAL, "unknown-name"),
        ("{total_of: {list: bags, of: fee, at_most: 3}}", USUAL, "wrong-shape"),
        ("{value: order.total}", USUAL, "missing-key"),
        ("{otherwise: 0.00}", USUAL, "wrong-shape"),
        ("{share_of: {amount: order.total, by: weight}}", USUAL, "outside-list"),
        ("{earliest: [order.at]}", USUAL, "type-mismatch"),
        ("1.00", "{position_of: {by: fee, at_most: 2}}", "outside-list"),
        ("1.00", "{total_of: {list: bags, of: fee}}", "missing-key"),
        ("1.00", "{first: {list: bags, where: {kind: heavy}}}", "missing-key"),
    ],
)
def test_questions_that_are_not(tmp_path: Path, amount: str, when: str, code: str) -> None:
    assert code in faults(tmp_path, amount, when)
