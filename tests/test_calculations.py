"""Factors, formulas, bands and rounding: against arithmetic that shares nothing with them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyengine import load_rulebook
from policyengine.engines.world import World
from policyengine.loading.load import load_model
from policyengine.model.conditions import Calculation
from policyengine.model.rulebook import Amount, Rounding
from policyengine.semantics.amounts import (
    Band,
    Bands,
    Factor,
    Part,
    Range,
    Terms,
    exact_of,
    judge_amount,
    round_quotient,
)
from policyengine.semantics.findings import ABSENT, NOTHING, Absent, Known, Missing, State, Truth, Unknown
from policyengine.semantics.formulas import calculate
from policyengine.values.calendar import Calendar
from policyengine.values.currencies import currency_of
from policyengine.values.literals import Duration, ValueType, fraction_text

PERCENT = 10**6
WORLD = World(ZoneInfo("Asia/Shanghai"), Calendar("XX", "test", 2010, 2012, frozenset(), frozenset()))
WHOLE = 100 * PERCENT
TO_THE_UNIT = Rounding()
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
  price: {type: money, title: {zh: 价, en: price}}
  rate: {type: percent, title: {zh: 率, en: rate}}
  number: {type: number, title: {zh: 数, en: number}}
  count: {type: count, title: {zh: 量, en: count}}
  wait: {type: duration, title: {zh: 长, en: wait}}
  at: {type: instant, title: {zh: 始, en: at}}
  by: {type: instant, title: {zh: 终, en: by}}
  day: {type: date, title: {zh: 日, en: day}}
  text: {type: text, title: {zh: 文, en: text}}
  result: {type: money, title: {zh: 果, en: result}, role: outcome}
"""


def waiting(name: str) -> Unknown:
    return Unknown(frozenset({Missing("fact", name, None)}), has_value=True)


def read(folder: Path, amount: str) -> tuple[Amount | None, list[str]]:
    """Return the amount ``x`` of a rulebook, and the codes of the faults."""
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "rulebook.yaml").write_text(BOOK, "utf-8")
    (folder / "facts.yaml").write_text(FACTS, "utf-8")
    body = textwrap.indent(textwrap.dedent(amount).strip(), "    ")
    policy = f"policy: p\ntitle: {{zh: 策, en: p}}\namounts:\n  x:\n    title: {{zh: 额, en: x}}\n{body}\n"
    (folder / "policies" / "p.yaml").write_text(policy, "utf-8")
    loaded = load_model(str(folder), ())
    book = loaded.rulebook
    return None if book is None else book.amounts.get("x"), [
        one.code for one in loaded.diagnostics if one.severity == "error"
    ]


# ---------- reading


@pytest.mark.parametrize(
    ("formula", "type"),
    [
        ("price * 5% + 2.00", "money"),
        ("8.00 + up(number - 1) * 2.00", "money"),
        ("price * (100% + rate)", "money"),
        ("price / price", "number"),
        ("1 / 3", "number"),
        ("count * 2", "count"),
        ("up(number)", "count"),
        ("by - at", "duration"),
        ("(by - at) / 2", "duration"),
        ("(by - at) / 1 hour", "number"),
        ("(by - at) / 1小时", "number"),
        ("least(wait, 3 days)", "duration"),
        ("greatest(0, price - 1)", "money"),
        ("1 + rate", "percent"),
        ("day - day", "duration"),
        ("whole_days(at, by)", "count"),
        ("whole_days(day, day)", "count"),
        ("whole_months(at, by)", "count"),
        ("whole_years(day, day)", "number"),
        ("business_days(at, by) * 2", "count"),
        ("-price", "money"),
        ("（price − 1）× 2", "money"),
    ],
)
def test_a_formula_that_is_as_it_should_be(tmp_path: Path, formula: str, type: str) -> None:
    amount, faults = read(tmp_path, f'type: {type}\nformula: "{formula}"')
    assert amount is not None and amount.formula is not None and not faults
    assert amount.type.value == type


@pytest.mark.parametrize(
    ("formula", "type", "code"),
    [
        ("price + 5%", "money", "type-mismatch"),
        ("price * price", "money", "type-mismatch"),
        ("number / price", "number", "type-mismatch"),
        ("price + number", "money", "type-mismatch"),
        ("at + by", "duration", "type-mismatch"),
        ("at * 2", "duration", "type-mismatch"),
        ("wait + 30", "duration", "type-mismatch"),
        ("price", "number", "type-mismatch"),
        ("text + 1", "number", "type-mismatch"),
        ("up(wait)", "number", "type-mismatch"),
        ("whole_months(at, day)", "count", "type-mismatch"),
        ("whole_years(at)", "count", "bad-formula"),
        ("age(at, by)", "count", "bad-formula"),
        ("number / 2", "count", "bad-formula"),
        ("max(price, 1)", "money", "bad-formula"),
        ("least(price)", "money", "bad-formula"),
        ("up(1, 2)", "number", "bad-formula"),
        ("price +", "money", "bad-formula"),
        ("price price", "money", "bad-formula"),
        ("(price", "money", "bad-formula"),
        ("price)", "money", "bad-formula"),
        ("price > 1", "money", "bad-formula"),
        ("¥5", "money", "bad-formula"),
        ("Price", "money", "bad-formula"),
        ("", "money", "bad-formula"),
        ("prise", "money", "unknown-name"),
        ("this.price", "money", "outside-list"),
        ("((((" * 30 + "1" + "))))" * 30, "number", "bad-formula"),
        ("-" * 99 + "1", "number", "bad-formula"),
    ],
)
def test_a_formula_that_is_not(tmp_path: Path, formula: str, type: str, code: str) -> None:
    _, faults = read(tmp_path, f'type: {type}\nformula: "{formula}"')
    assert code in faults or (formula == "" and faults)


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("base: price\nformula: price", "bad-formula"),
        ("formula: price\nrate: 5%", "bad-formula"),
        ("plus: price", "missing-key"),
        ("base: price\ntimes: price", "type-mismatch"),
        ("base: number", "type-mismatch"),
        ("base: price\nbands: [{rate: 5%}]", "missing-key"),
        ("base: price\nbands_apply_to: each_part", "missing-key"),
        ("base: price\nrate: 5%\nbands: [{rate: 5%}]\nbands_apply_to: each_part", "bad-formula"),
        (
            "base: price\nbands: [{rate: 5%}, {up_to: 1.00, rate: 1%}]\nbands_apply_to: each_part",
            "missing-key",
        ),
        ("base: price\nrounding: {to: 0.00}", "bad-value"),
        ("base: price\nrounding: {to: 0.005}", "bad-value"),
    ],
)
def test_parts_that_do_not_go_together(tmp_path: Path, amount: str, code: str) -> None:
    assert code in read(tmp_path, amount)[1]


def test_money_in_a_formula_may_be_finer_than_the_smallest_unit(tmp_path: Path) -> None:
    amount, faults = read(tmp_path, 'formula: "number * 0.005"')
    assert not faults and amount is not None and amount.formula is not None
    assert isinstance(amount.formula.term, Calculation)


# ---------- arithmetic

NUMBERS = st.fractions(max_denominator=50)


@given(NUMBERS, NUMBERS)
def test_operations_are_those_of_arithmetic(one: Fraction, other: Fraction) -> None:
    args = (one, other)
    assert calculate("add", args, WORLD) == one + other
    assert calculate("sub", args, WORLD) == one - other
    assert calculate("mul", args, WORLD) == one * other
    assert calculate("div", args, WORLD) == (one / other if other else None)
    assert calculate("least", args, WORLD) == min(args)
    assert calculate("greatest", args, WORLD) == max(args)
    up = calculate("up", (one,), WORLD)
    assert up is not None and abs(up) >= abs(one) and abs(up) - abs(one) < 1 and up * one >= 0
    days = calculate("whole_days", (one * 86_400, other * 86_400), WORLD)
    assert days is not None and abs(days) <= abs(other - one) < abs(days) + 1 and days * (other - one) >= 0
    assert calculate("days", (one,), WORLD) == one * 86_400


@given(NUMBERS, st.integers(1, 60), st.sampled_from(("half_up", "half_even", "down", "up")))
def test_a_number_is_rounded_to_the_nearest_multiple(number: Fraction, step: int, how: str) -> None:
    found = round_quotient(number.numerator, number.denominator, how, step)
    assert found % step == 0 and abs(found - number) < step
    assert found == -round_quotient(-number.numerator, number.denominator, how, step)
    assert found == round_quotient(number.numerator, -number.denominator, how, step) * -1
    if how.startswith("half"):
        assert abs(found - number) * 2 <= step
    assert round_quotient(number, 1, how, 0) == number


def test_a_fraction_is_told_exactly() -> None:
    yuan = currency_of("CNY")
    assert fraction_text(Fraction(1000, 3), ValueType.MONEY, yuan) == "10/3"
    assert fraction_text(Fraction(25, 8), ValueType.MONEY, yuan) == "0.03125"
    assert fraction_text(Fraction(1000), ValueType.MONEY, yuan) == "10.00"
    assert fraction_text(Fraction(-5, 2), ValueType.COUNT) == "-2.5"
    assert fraction_text(Fraction(1, 2) * PERCENT, ValueType.PERCENT) == "0.5%"


# ---------- factors


def judged(terms: Terms, rounding: Rounding = TO_THE_UNIT, type: ValueType = ValueType.MONEY) -> State:
    return judge_amount(Truth.TRUE, NOTHING, terms, None, [], rounding, type).result


def known(value: int) -> Part:
    return Part(Known(value))


def test_a_third_taken_three_times_is_the_whole() -> None:
    terms = Terms(known(1000), times=[Factor(known(3), 1)], divided_by=[Factor(known(3), 1)])
    assert judged(terms) == Known(1000)
    terms = Terms(known(1000), divided_by=[Factor(known(3), 1)], rate=Factor(known(3 * WHOLE), WHOLE))
    assert judged(terms) == Known(1000)


def test_what_is_divided_by_zero_has_no_value() -> None:
    for base in (known(1000), known(0), Part(waiting("base"))):
        assert judged(Terms(base, divided_by=[Factor(known(0), 1)])) == ABSENT
    found = judged(Terms(known(0), divided_by=[Factor(Part(waiting("by")), 1)]))
    assert isinstance(found, Unknown) and not found.has_value
    settled = judged(Terms(known(0), divided_by=[Factor(Part(waiting("by"), Range(1, None)), 1)]))
    assert settled == Known(0), "whatever it is, it is not zero"


@given(
    st.tuples(st.integers(-300, 300), st.integers(0, 40)),
    st.tuples(st.integers(-20, 20), st.integers(0, 9)),
    st.tuples(st.integers(-20, 20), st.integers(0, 9)),
    st.sampled_from((1, 7)),
    st.data(),
)
def test_what_is_settled_of_ranges_is_so_for_every_number_in_them(
    base: tuple[int, int], factor: tuple[int, int], divisor: tuple[int, int], step: int, data: st.DataObject
) -> None:
    def open_part(name: str, low: int, wide: int) -> Part:
        return Part(waiting(name), Range(low, low + wide))

    def drawn(name: str, low: int, wide: int) -> Part:
        return known(data.draw(st.integers(low, low + wide)))

    def amount(make: object) -> State:
        assert callable(make)
        terms = Terms(
            make("base", *base),
            times=[Factor(make("times", *factor), 10)],
            divided_by=[Factor(make("by", *divisor), 10)],
        )
        return judged(terms, Rounding("down", step))

    before, after = amount(open_part), amount(drawn)
    if isinstance(before, Unknown):
        assert not (before.has_value and isinstance(after, Absent))
    else:
        assert before == after


# ---------- bands


def bands(limits: Sequence[State | int | None], rates: Sequence[State | int], of_the_whole: bool) -> Bands:
    def part(value: State | int) -> Part:
        return Part(Known(value) if isinstance(value, int) else value)

    made = [
        Band(None if limit is None else part(limit), Factor(part(rate), WHOLE))
        for limit, rate in zip(limits, rates, strict=True)
    ]
    return Bands(made, of_the_whole)


@pytest.mark.parametrize(
    ("base", "of_the_whole", "result"),
    [
        (10_000, True, Known(100)),
        (10_001, True, Known(Fraction(10_001 * 2, 100))),
        (10_000, False, Known(100)),
        (10_100, False, Known(102)),
        (-100, False, Known(-1)),
        (-100, True, Known(-1)),
        (0, False, Known(0)),
    ],
)
def test_a_limit_belongs_to_the_band_below_it(base: int, of_the_whole: bool, result: State) -> None:
    made = bands([10_000, None], [PERCENT, 2 * PERCENT], of_the_whole)
    assert exact_of(Terms(known(base), bands=made)).state == result


def test_above_the_last_band_there_is_no_amount() -> None:
    made = bands([100, 200], [PERCENT, PERCENT], False)
    assert exact_of(Terms(known(200), bands=made)).state == Known(2)
    assert exact_of(Terms(known(201), bands=made)).state == ABSENT


def test_a_limit_that_the_sum_does_not_reach_is_not_waited_for() -> None:
    made = bands([6, waiting("limit"), None], [PERCENT, waiting("rate"), PERCENT], False)
    assert exact_of(Terms(known(5), bands=made)).state == Known(Fraction(5, 100))
    assert isinstance(exact_of(Terms(known(7), bands=made)).state, Unknown)
    reached = Bands(
        [
            Band(Part(waiting("limit"), Range(10, None)), Factor(known(PERCENT), WHOLE)),
            Band(None, Factor(Part(waiting("rate")), WHOLE)),
        ],
        False,
    )
    assert exact_of(Terms(known(10), bands=reached)).state == Known(Fraction(1, 10))
    assert isinstance(exact_of(Terms(known(11), bands=reached)).state, Unknown)


@given(
    st.integers(-300, 300),
    st.lists(st.integers(-200, 200), max_size=4, unique=True).map(sorted),
    st.lists(st.integers(-50, 50), min_size=5, max_size=5),
)
def test_the_parts_of_a_sum_are_taxed_fen_by_fen(base: int, limits: list[int], rates: list[int]) -> None:
    rates = rates[: len(limits) + 1]
    made = bands([*limits, None], [rate * PERCENT for rate in rates], False)
    first = rates[0] * (min(base, limits[0]) if limits else base)
    rest = 0
    for fen in range(limits[0] if limits else base, base):
        rest += next(rate for limit, rate in zip([*limits, 10**9], rates, strict=True) if fen + 1 <= limit)
    assert exact_of(Terms(known(base), bands=made)).state == Known(Fraction(first + rest, 100))


# ---------- lengths of time


def test_a_calculated_length_says_hours_where_it_is_whole_ones() -> None:
    terms = Terms(Part(Known(Duration(90, "minutes"))), times=[Factor(known(2), 1)])
    assert judged(terms, type=ValueType.DURATION) == Known(Duration(3, "hours"))
    terms = Terms(Part(Known(Duration(1, "seconds"))), minus=[Part(Known(Duration(2, "minutes")))])
    assert judged(terms, type=ValueType.DURATION) == Known(Duration(-119, "seconds"))


def test_months_years_and_business_days_from_one_time_to_another() -> None:
    def day(year: int, month: int, number: int) -> int:
        return date(year, month, number).toordinal()

    for op, first, last, count in (
        ("months_between_days", day(2011, 1, 31), day(2011, 2, 28), 1),
        ("months_between_days", day(2011, 1, 31), day(2011, 2, 27), 0),
        ("months_between_days", day(2011, 2, 28), day(2011, 1, 31), -1),
        ("years_between_days", day(2000, 2, 29), day(2011, 2, 28), 11),
        ("years_between_days", day(2000, 3, 1), day(2011, 2, 28), 10),
        ("business_days_between_days", day(2011, 5, 6), day(2011, 5, 9), 1),
        ("business_days_between_days", day(2011, 5, 6), day(2011, 5, 8), 0),
        ("business_days_between_days", day(2011, 5, 9), day(2011, 5, 6), -1),
    ):
        assert calculate(op, (first, last), WORLD) == count  # type: ignore[arg-type]
    start = int(datetime(2011, 1, 31, 10, tzinfo=WORLD.zone).timestamp())
    end = int(datetime(2011, 2, 28, 10, tzinfo=WORLD.zone).timestamp())
    assert [calculate("whole_months", (start, one), WORLD) for one in (end - 1, end)] == [0, 1]
    assert calculate("business_days", (start, end), WORLD) == 20


# ---------- what people are told has an end

EXACT_FACTS = """facts:
  price: {type: money, title: {zh: 价, en: price}}
  due: {type: money, title: {zh: 应付, en: due}, role: outcome%s}
lists:
  bags: {title: {zh: 包, en: bags}, facts: {price: {type: money, title: {zh: 价, en: price}}}}
"""
EXACT_AMOUNTS = """policy: p
title: {zh: 策, en: policy}
amounts:
  third: {title: {zh: 三, en: third}, base: price, rate: 33.3333%%, rounding: none}
  each: {title: {zh: 每, en: each}, for_each: bags, base: price, rate: 33.3333%%, rounding: none}
  most: {title: {zh: 最, en: most}, base: price, at_most: %s}
rules:
  due: {title: {zh: 应付, en: due}, when: {price: {more_than: 0.00}}, then: {due: %s}}
"""


@pytest.mark.parametrize(
    ("most", "due", "otherwise"),
    [
        ("third", "most", ""),
        ("{A-01: {x: third, y: 1.00}}", "most", ""),
        ("{value: third, otherwise: 1.00}", "most", ""),
        ("1.00", "third", ""),
        ("1.00", "{value: third, otherwise: 1.00}", ""),
        ("1.00", "{total_of: {list: bags, of: each}}", ""),
        ("1.00", "{greatest_of: {list: bags, of: each}}", ""),
        ("1.00", "most", ", otherwise: third"),
    ],
)
def test_what_is_not_rounded_is_nobodys_debt(tmp_path: Path, most: str, due: str, otherwise: str) -> None:
    """Found by two engines of which one asserts it: what was owed came out as 3.33666333 yuan."""
    (tmp_path / "policies").mkdir()
    (tmp_path / "rulebook.yaml").write_text(BOOK)
    (tmp_path / "assumptions.yaml").write_text(
        "assumptions:\n  A-01: {title: {zh: 题, en: t}, default: x,"
        " readings: {x: {zh: 甲, en: x}, y: {zh: 乙, en: y}}}\n"
    )
    (tmp_path / "facts.yaml").write_text(EXACT_FACTS % otherwise)
    (tmp_path / "policies" / "p.yaml").write_text(EXACT_AMOUNTS % (most, due))
    found = load_model(str(tmp_path), ())
    told = [str(one.message) for one in found.diagnostics if one.code == "type-mismatch"]
    assert found.rulebook is None and len(told) == 1 and told[0].endswith("is only calculated with")


# ---------- nothing times zero

NOTHING_FACTS = """facts:
  a: {type: number, title: {zh: 甲, en: a}}
  b: {type: count, title: {zh: 乙, en: b}}
  c: {type: count, title: {zh: 丙, en: c}}
  m: {type: money, title: {zh: 丁, en: m}}
  told: {type: boolean, role: outcome, title: {zh: 果, en: told}}
"""
NOTHING_POLICY = """policy: p
title: {zh: 策, en: p}
amounts:
  one: {title: {zh: 一, en: one}, type: number, formula: a / b * c}
  two: {title: {zh: 二, en: two}, type: number, formula: c * (a / b)}
  three: {title: {zh: 三, en: three}, formula: m / b * c}
  four: {title: {zh: 四, en: four}, base: m, times: c, divided_by: b}
  five: {title: {zh: 五, en: five}, type: number, formula: a / b * (a - a)}
  safe: {title: {zh: 六, en: safe}, formula: m * c}
rules:
  r: {title: {zh: 规, en: r}, when: {b: {at_least: 0}}, then: {told: yes}}
"""


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_what_is_divided_by_zero_is_nothing_even_times_zero(tmp_path: Path, engine: Any) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "rulebook.yaml").write_text(BOOK, "utf-8")
    (tmp_path / "facts.yaml").write_text(NOTHING_FACTS, "utf-8")
    (tmp_path / "policies" / "p.yaml").write_text(NOTHING_POLICY, "utf-8")
    book = load_rulebook(tmp_path, engine=engine)

    def states(**case: object) -> dict[str, str]:
        found = book.evaluate({"case": "one", **case}, as_of="2024-01-01 10:00")
        return {name: found[name].status for name in ("one", "two", "three", "four", "five", "safe")}

    numbers = ("one", "two", "three", "four", "five")
    for c in (0, 1):
        none = states(a="2", b=0, c=c, m="5.00")
        assert {none[name] for name in numbers} == {"not_applicable"} and none["safe"] == "known"
    # Zero times what is not known is zero where it is certain that there is something.
    assert states(a="2", b=3, c=0)["safe"] == "known"
    assert states(a="2", c=0)["one"] == "undetermined"


MIXED_FACTS = """facts:
  at: {type: instant, title: {zh: 时, en: at}}
  day: {type: date, title: {zh: 日, en: day}}
  later_day: {type: date, title: {zh: 末, en: last}}
  told: {type: boolean, role: outcome, title: {zh: 果, en: told}}
"""
MIXED_POLICY = """policy: p
title: {zh: 策, en: p}
amounts:
  a_since: {title: {zh: 一, en: one}, type: duration, formula: at - day}
  a_until: {title: {zh: 二, en: two}, type: duration, formula: day - at}
  a_now: {title: {zh: 三, en: three}, type: duration, formula: as_of - day}
  a_latest: {title: {zh: 四, en: four}, type: duration, formula: "at - greatest(day, later_day)"}
  fine: {title: {zh: 五, en: five}, formula: 5.00 * up((at - day) / 24 hours)}
rules:
  r: {title: {zh: 规, en: r}, when: {at: happened}, then: {told: yes}}
"""


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_date_beside_an_instant_is_the_beginning_of_its_day(tmp_path: Path, engine: Any) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "rulebook.yaml").write_text(BOOK, "utf-8")
    (tmp_path / "facts.yaml").write_text(MIXED_FACTS, "utf-8")
    (tmp_path / "policies" / "p.yaml").write_text(MIXED_POLICY, "utf-8")
    book = load_rulebook(tmp_path, engine=engine)
    case = {"case": "one", "at": "2026-03-12 10:00", "day": "2026-03-10", "later_day": "2026-03-11"}
    found = book.evaluate(case, as_of="2026-03-15 12:00")
    at, day, last, now = (
        datetime.fromisoformat(one)
        for one in ("2026-03-12 10:00", "2026-03-10", "2026-03-11", "2026-03-15 12:00")
    )
    assert found["a_since"].value == at - day and found["a_until"].value == day - at
    assert found["a_now"].value == now - day and found["a_latest"].value == at - last
    assert found["fine"].value == 15
