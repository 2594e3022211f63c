"""Dated things: interludes, days of every year, days of one rule, and acts of records that tell the day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import pytest

from policyengine.api import EngineName, prepare
from policyengine.changes.compare import compare
from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.diagnostics.i18n import LANGUAGES, Speech
from policyengine.diagnostics.span import Span
from policyengine.engines.durable.ruleset import durable_available
from policyengine.lint.examine import examine, find_places
from policyengine.loading.load import load_model
from policyengine.model.rulebook import DatedValue, Rulebook
from policyengine.outcome.decision import Decision
from policyengine.outcome.refine.domains import Interval
from policyengine.outcome.refine.phases import Turning, phases
from policyengine.render.naming import Naming
from policyengine.render.statements import Statements
from policyengine.render.why.chain import Chain
from policyengine.semantics.dated import has_begun, has_gap, in_force, run_of
from policyengine.semantics.findings import ABSENT, Absent, Known, State, Unknown
from policyengine.testing.coverage import Coverage
from policyengine.values.faults import LiteralError
from policyengine.values.literals import Duration, ValueType
from policyengine.values.seasons import Season, parse_year_day, read_season

ENGINES: tuple[EngineName, ...] = ("reference", "compiled", *(("durable",) if durable_available() else ()))
NOWHERE = Span("")
BOOK = """rulebook: dated
version: "1"
title: {zh: 题, en: dated}
time_zone: America/Los_Angeles
currency: USD
calendar: US
languages: [zh, en]
parties: {seller: {zh: 卖家, en: seller}}
"""
FACTS = """facts:
  order.at: {type: instant, title: {zh: 下单, en: order}}
  order.day: {type: date, title: {zh: 日, en: day}, if_missing: never}
  refund.asked_at: {type: instant, title: {zh: 退款, en: refund asked for}, if_missing: never}
  order.price: {type: money, title: {zh: 价, en: price}, if_missing: 900.00}
  result.cap: {type: money, title: {zh: 上限, en: cap}, role: outcome}
  result.season: {type: boolean, title: {zh: 季, en: in season}, role: outcome}
  result.new: {type: boolean, title: {zh: 新, en: new way}, role: outcome}
lists:
  violations:
    title: {zh: 违规, en: violations}
    dated_by: at
    if_missing: empty
    facts:
      at: {type: instant, title: {zh: 时间, en: at}}
      heard_at: {type: instant, title: {zh: 听证, en: heard}, if_missing: never}
      points: {type: count, title: {zh: 分, en: points}, role: outcome}
"""
POLICY = """policy: p
title: {zh: 策, en: p}
effective: {by: order.at}
parameters:
  length:
    title: {zh: 时长, en: length}
    values: [{value: 72 hours}, {from: 2020-02-01, until: 2020-03-31, value: 96 hours}]
  most:
    title: {zh: 上限, en: most}
    type: money
    values: [{value: 250.00}, {from: 2023-11-01, every_year: {from: 11-01, until: 12-31}, value: 500.00}]
  gap:
    title: {zh: 空, en: gap}
    type: money
    values: [{from: 2019-01-01, until: 2019-12-31, value: 5.00}, {from: 2021-01-01, value: 6.00}]
amounts:
  capped: {title: {zh: 额, en: capped}, base: order.price, at_most: [most, gap]}
rules:
  cap: {title: {zh: 上限, en: cap}, when: {order.price: {more_than: 0.00}}, then: {result.cap: capped}}
  season:
    title: {zh: 季, en: season}
    when: {order.at: {every_year: {from: 11-15, until: 01-10}}}
    then: {result.season: yes}
"""


def write(folder: Path, *policies: str, facts: str = FACTS) -> Path:
    (folder / "policies").mkdir(parents=True, exist_ok=True)
    (folder / "rulebook.yaml").write_text(BOOK, "utf-8")
    (folder / "facts.yaml").write_text(facts, "utf-8")
    for number, policy in enumerate(policies):
        (folder / "policies" / f"p{number}.yaml").write_text(policy, "utf-8")
    return folder


def load(folder: Path, *policies: str) -> Rulebook:
    loaded = load_model(str(write(folder, *policies)), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    return loaded.rulebook


def judge(
    rulebook: Rulebook, case: dict[str, object], as_of: str = "2030-01-01T00:00:00Z"
) -> Iterator[Decision]:
    """Return what every engine says of a case."""
    for engine in ENGINES:
        yield prepare(rulebook, {}, engine=engine).evaluate(case, as_of)


def state(rulebook: Rulebook, case: dict[str, object], name: str, record: int | None = None) -> State:
    """Return a value, which is the same for every engine."""
    found = [one.findings.states[name, record] for one in judge(rulebook, case)]
    assert all(one == found[0] for one in found)
    return found[0]


def ordered(at: str) -> dict[str, object]:
    return {"order": {"at": at}}


def faults(folder: Path, *policies: str, facts: str = FACTS) -> list[Diagnostic]:
    found = examine(find_places([str(write(folder, *policies, facts=facts))]), {}).diagnostics
    return [one for one in found if one.severity == "error"]


def told(found: list[Diagnostic]) -> list[tuple[str, str, str]]:
    say = Speech("en")
    return [(one.code, say.message(one.message), say.message(one.help) if one.help else "") for one in found]


# ---------- what is in force


def test_after_an_interlude_the_earlier_value_is_back(tmp_path: Path) -> None:
    book = load(tmp_path, POLICY)
    days = ("2020-01-31 23:59:59", "2020-02-01 00:00", "2020-03-31 23:59:59", "2020-04-01 00:00")
    found = [state(book, ordered(one), "length") for one in days]
    assert [str(one.value.count) for one in found if isinstance(one, Known)] == ["72", "96", "96", "72"]  # type: ignore[union-attr]


def test_a_value_of_every_year_comes_before_the_others(tmp_path: Path) -> None:
    book = load(tmp_path, POLICY)
    days = {
        "2022-12-01 12:00": 250_00,  # before its own first day
        "2023-10-31 23:59:59": 250_00,
        "2023-11-01 00:00": 500_00,
        "2023-12-31 23:59:59": 500_00,
        "2024-01-01 00:00": 250_00,
        "2031-11-15 00:00": 500_00,
    }
    assert {day: state(book, ordered(day), "most") for day in days if day < "2030"} == {
        day: Known(value) for day, value in days.items() if day < "2030"
    }


def test_in_a_hole_there_is_no_value_and_before_the_first_it_is_unknown(tmp_path: Path) -> None:
    book = load(tmp_path, POLICY)
    assert isinstance(state(book, ordered("2018-12-31 23:59:59"), "gap"), Unknown)
    assert state(book, ordered("2019-12-31 12:00"), "gap") == Known(5_00)
    assert state(book, ordered("2020-06-01 12:00"), "gap") == ABSENT
    assert state(book, ordered("2020-06-01 12:00"), "result.cap") == Known(250_00)  # the cap does not bind
    assert state(book, ordered("2021-01-01 00:00"), "result.cap") == Known(6_00)


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        ("2023-11-14 23:59:59", False),
        ("2023-11-15 00:00", True),
        ("2023-12-31 23:59:59", True),
        ("2024-01-10 23:59:59", True),
        ("2024-01-11 00:00", False),
    ],
)
def test_days_of_every_year_go_over_new_year(tmp_path: Path, at: str, holds: bool) -> None:
    book = load(tmp_path, POLICY)
    assert state(book, ordered(at), "result.season") == (Known(True) if holds else ABSENT)


def test_days_of_every_year_are_asked_of_dates_too(tmp_path: Path) -> None:
    book = load(
        tmp_path,
        POLICY.replace("order.at: {every_year: {from: 11-15", "order.day: {every_year: {from: 11-15"),
    )
    inside, outside = (
        {"order": {"at": "2020-01-01 00:00", "day": one}} for one in ("2024-01-10", "2024-01-11")
    )
    assert state(book, inside, "result.season") == Known(True)
    assert state(book, outside, "result.season") == ABSENT
    assert state(book, ordered("2024-01-10 00:00"), "result.season") == ABSENT  # no day: false


def test_the_last_day_of_february() -> None:
    season = Season(215, parse_year_day("02-29", is_first=False))
    assert season.holds_on(date(2023, 2, 28).toordinal())
    assert season.holds_on(date(2024, 2, 29).toordinal())
    assert not season.holds_on(date(2023, 3, 1).toordinal())
    assert season.changes_in(2023) == (date(2023, 2, 15).toordinal(), date(2023, 3, 1).toordinal())
    assert read_season(season.text) == season
    with pytest.raises(LiteralError, match="02-29"):
        parse_year_day("02-29", is_first=True)


def drawn(random: Random) -> list[DatedValue]:
    """Return dated values around the turn of a year, as the parser gives them."""
    found: list[DatedValue] = []
    for number in range(random.randint(1, 4)):
        start = random.choice((None, 737_000 + random.randrange(60)))
        end = random.choice((None, 737_000 + random.randrange(20, 500)))
        season = random.choice(
            (None, None, Season(random.choice((1215, 229, 110)), random.choice((105, 229))))
        )
        if season is not None and season.first == 229:
            season = Season(301, season.last)
        if all(one.season is not None or one.start != start or season is not None for one in found) and not (
            season is not None and any(one.season is not None for one in found)
        ):
            found.append(DatedValue(start, number, NOWHERE, end, season))
    return sorted(found, key=lambda one: (one.start is not None, one.start or 0))


def test_what_is_in_force_is_what_a_list_of_all_days_says() -> None:
    random = Random(5)
    for _ in range(300):
        values = drawn(random)
        for day in random.sample(range(736_900, 737_900), 30):
            begun = [one for one in values if one.start is None or one.start <= day]
            lasting = [one for one in begun if one.end is None or day <= one.end]
            yearly = [one for one in lasting if one.season and one.season.holds_on(day)]
            plain = sorted((one for one in lasting if one.season is None), key=lambda one: one.start or 0)
            expected = yearly[0] if yearly else plain[-1] if plain else None
            assert in_force(values, day) is expected
            assert has_begun(values, day) is bool(begun)
            assert has_gap(values) or expected is not None or not begun
            first, last = run_of(values, day)
            near = range(max(first or 0, day - 400), min(last or day + 400, day + 400) + 1)
            assert {(in_force(values, one), has_begun(values, one)) for one in near} == {
                (expected, bool(begun))
            }
            beside = [
                one
                for one in (None if first is None else first - 1, None if last is None else last + 1)
                if one
            ]
            assert all(
                (in_force(values, one), has_begun(values, one)) != (expected, bool(begun)) for one in beside
            )


def test_a_phase_is_all_times_at_which_the_same_is_in_force() -> None:
    random = Random(6)
    zone = load_zone()
    for _ in range(60):
        turning = Turning((drawn(random),), (Season(1101, 115),))
        found = phases(turning, Interval(736_950, 737_850), ValueType.DATE, zone)
        seen: dict[int, object] = {}
        for number, phase in enumerate(found):
            values = [phase.at(rank) for rank in range(phase.size)]
            assert values == sorted(values) and len({turning.on(one) for one in values}) == 1
            assert list(phase.between(values[0], values[-1])) == list(phase.spans)
            seen.update(dict.fromkeys(values, number))
        assert sorted(seen) == list(range(736_950, 737_851))


def load_zone():  # type: ignore[no-untyped-def]
    from zoneinfo import ZoneInfo

    return ZoneInfo("America/Los_Angeles")


# ---------- which act


OF_RULE = """policy: p
title: {zh: 策, en: p}
effective: {by: order.at, from: 2020-01-01}
rules:
  new:
    title: {zh: 新, en: new}
    effective: EFFECTIVE
    when: {order.price: {more_than: 0.00}}
    then: {result.new: yes}
"""


def test_a_rule_has_its_days_and_those_of_its_policy(tmp_path: Path) -> None:
    book = load(tmp_path, OF_RULE.replace("EFFECTIVE", "{from: 2019-01-01, until: 2021-12-31}"))
    days = ("2019-06-01 00:00", "2020-01-01 00:00", "2021-12-31 23:59:59", "2022-01-01 00:00")
    found = [state(book, ordered(one), "result.new") for one in days]
    assert found == [ABSENT, Known(True), Known(True), ABSENT]


def test_an_act_of_its_own_replaces_that_of_the_policy(tmp_path: Path) -> None:
    book = load(tmp_path, OF_RULE.replace("EFFECTIVE", "{by: refund.asked_at, until: 2021-12-31}"))

    def found(asked: str | None) -> State:
        case: dict[str, object] = {"order": {"at": "2019-01-01 00:00"}}
        return state(book, case if asked is None else {**case, "refund": {"asked_at": asked}}, "result.new")

    assert found("2019-12-31 23:59:59") == ABSENT  # the policy's first day counts by it too
    assert found("2020-01-01 00:00") == Known(True)
    assert found("2022-01-01 00:00") == ABSENT
    assert found(None) == ABSENT  # no act: not in force


def test_an_act_that_is_not_known_leaves_a_rule_open_unless_it_has_no_days(tmp_path: Path) -> None:
    facts = FACTS.replace("if_missing: never}\n  order.price", "}\n  order.price").replace(", }", "}")
    for effective, expected in (
        ("{by: refund.asked_at, until: 2021-12-31}", Unknown),
        ("{by: order.at}", Known),
    ):
        folder = tmp_path / expected.__name__
        policy = OF_RULE.replace("EFFECTIVE", effective).replace(", from: 2020-01-01", "")
        loaded = load_model(str(write(folder, policy, facts=facts)), ())
        assert loaded.rulebook is not None, loaded.diagnostics
        assert isinstance(state(loaded.rulebook, ordered("2022-01-01 00:00"), "result.new"), expected)


POINTS = """policy: points
title: {zh: 分, en: points}
effective: {by: violations.at}
parameters:
  each: {title: {zh: 每次, en: each}, values: [{value: 3}, {from: 2021-01-01, value: 6}]}
rules:
  points:
    title: {zh: 分, en: points}
    for_each: violations
    when: {at: happened}
    then: {points: each}
"""
TWO = {**ordered("2022-01-01 00:00"), "violations": [{"at": "2019-05-01 00:00"}, {"at": "2021-05-01 00:00"}]}


def test_two_violations_follow_the_values_of_their_own_years(tmp_path: Path) -> None:
    book = load(tmp_path, POINTS)
    assert [state(book, TWO, "violations.points", one) for one in (0, 1)] == [Known(3), Known(6)]
    assert [state(book, TWO, "each", one) for one in (0, 1)] == [Known(3), Known(6)]


def test_a_figure_has_an_act_of_its_own(tmp_path: Path) -> None:
    policy = POINTS.replace("effective: {by: violations.at}\n", "").replace(
        "en: each}, values", "en: each}, by: violations.heard_at, values"
    )
    book = load(tmp_path, policy)
    case = {
        **ordered("2022-01-01 00:00"),
        "violations": [
            {"at": "2019-05-01 00:00", "heard_at": "2021-02-01 00:00"},
            {"at": "2021-05-01 00:00"},
        ],
    }
    assert state(book, case, "violations.points", 0) == Known(6)
    assert state(book, case, "violations.points", 1) == ABSENT  # it was never heard


def test_the_act_may_be_a_date(tmp_path: Path) -> None:
    """A day begins nowhere but in its own zone: 31 March is the last day of the interlude, all of it."""
    days = "effective: {from: 2019-06-01, until: 2020-06-30}"
    new = f"  new: {{title: {{zh: 新, en: new}}, {days}, when: {{order.price: {{more_than: 0.00}}}}, "
    new += "then: {result.new: yes}}\n"
    book = load(tmp_path, POLICY.replace("by: order.at", "by: order.day") + new)
    for day, hours, is_new in (
        ("2019-05-31", 72, False),
        ("2019-06-01", 72, True),
        ("2020-01-31", 72, True),
        ("2020-02-01", 96, True),
        ("2020-03-31", 96, True),
        ("2020-04-01", 72, True),
        ("2020-06-30", 72, True),
        ("2020-07-01", 72, False),
    ):
        case: dict[str, object] = {"order": {"day": day}}
        assert state(book, case, "length") == Known(Duration(hours, "hours")), day
        assert state(book, case, "result.new") == (Known(True) if is_new else ABSENT), day
    decision = next(judge(book, {"order": {"day": "2020-02-15"}}))
    why = Chain(decision, Speech("en")).why(("length", None))
    assert "“day” was on 2020-02-15, so the figure in force from 2020-02-01 to 2020-03-31 counts" in why
    assert isinstance(state(book, {"order": {}}, "length"), Absent)


def test_days_of_a_record_are_days_of_its_rule(tmp_path: Path) -> None:
    policy = POINTS.replace("by: violations.at}", "by: violations.at, from: 2020-01-01}")
    assert [state(load(tmp_path, policy), TWO, "violations.points", one) for one in (0, 1)] == [
        ABSENT,
        Known(6),
    ]
    rule = POINTS.replace(
        "    for_each: violations\n", "    for_each: violations\n    effective: {until: 2019-12-31}\n"
    )
    assert [state(load(tmp_path, rule), TWO, "violations.points", one) for one in (0, 1)] == [
        Known(3),
        ABSENT,
    ]


# ---------- what is told


def test_an_explanation_says_which_days_the_figure_has(tmp_path: Path) -> None:
    book = load(tmp_path, POLICY, POINTS)
    decision = next(judge(book, ordered("2020-02-15 12:00")))
    say = Speech("en")
    why = Chain(decision, say)
    assert "in force from 2020-02-01 to 2020-03-31 counts; afterwards the earlier one is in force" in why.why(
        ("length", None)
    )
    assert "no figure is in force from 2020-01-01 to 2020-12-31" in why.why(("gap", None))
    season = Chain(next(judge(book, ordered("2023-12-01 12:00"))), say).why(("most", None))
    assert "from 2023-11-01 to 2023-12-31 counts, as every year from 11-01 to 12-31" in season
    of_record = Chain(next(judge(book, TWO)), say).why(("each", 1))
    assert "“at” was on 2021-05-01, so the figure in force since 2021-01-01 counts" in of_record


def test_figures_and_rules_are_stated_with_their_days(tmp_path: Path) -> None:
    book = load(tmp_path, POLICY, POINTS)
    for language in LANGUAGES:
        speech = Statements(Naming(book, Speech(language)))
        lines = [line for one in book.parameters.values() for line in speech.parameter(one)]
        assert any("2020-02-01" in line and "2020-03-31" in line for line in lines)
        assert any("11-01" in line and "12-31" in line for line in lines)
        assert "11-15" in speech.rule(book.rules["season"])
    assert "each record" in Statements(Naming(book, Speech("en"))).scope(book.policies["points"])


def test_what_is_possible_is_exact_over_interludes_and_seasons(tmp_path: Path) -> None:
    book = load(tmp_path, POLICY)
    decision = next(judge(book, {"order": {"price": "900.00"}}))
    found = {one.fact.path: one for one in decision.outcomes}
    assert found["result.season"].exactness == "exact"
    assert [one for one in found["result.season"].possible] == [True]
    cap = found["result.cap"]
    assert {*cap.possible} >= {5_00, 6_00, 250_00}


# ---------- what is refused


@pytest.mark.parametrize(
    ("written", "code", "words"),
    [
        ("[{value: 3}, {until: 2020-01-31, value: 6}]", "overlapping-values", "write `from: 2020-02-01`"),
        (
            "[{from: 2020-01-01, value: 3}, {from: 2020-01-01, value: 6}]",
            "overlapping-values",
            "from the same day",
        ),
        (
            "[{every_year: {from: 11-01, until: 01-10}, value: 3},"
            " {every_year: {from: 01-10, until: 02-01}, value: 6}]",
            "overlapping-values",
            "on the same days",
        ),
        ("[{from: 2020-02-01, until: 2020-01-01, value: 3}]", "reversed-dates", "before it begins"),
        ("[{every_year: {from: 02-29, until: 03-01}, value: 3}]", "bad-value", "`02-29` is the last day"),
        (
            "[{every_year: {from: 2020-11-01, until: 12-31}, value: 3}]",
            "bad-value",
            "leave the year out: `11-01`",
        ),
        (
            "[{every_year: {from: 31-12, until: 12-31}, value: 3}]",
            "bad-value",
            "the month comes first: write `12-31`",
        ),
        ("[{every_year: {from: 11/1, until: 12-31}, value: 3}]", "bad-value", "two digits each: `11-01`"),
        ("[{from: 11-01, until: 12-31, value: 3}]", "bad-value", "every_year"),
        ("[{season: {from: 11-01, until: 12-31}, value: 3}]", "unknown-key", "write `every_year`"),
        ("[{every_year: 11-01, value: 3}]", "wrong-shape", "from"),
        ("[{to: 2020-01-01, value: 3}]", "unknown-key", "write `until`"),
    ],
)
def test_natural_wrong_guesses_are_answered(tmp_path: Path, written: str, code: str, words: str) -> None:
    policy = POINTS.replace("[{value: 3}, {from: 2021-01-01, value: 6}]", written)
    found = told(faults(tmp_path, policy))
    assert any(one[0] == code and words in f"{one[1]} {one[2]}" for one in found), found


def test_seasons_that_never_meet_may_be_the_same_days(tmp_path: Path) -> None:
    values = (
        "[{until: 2019-12-31, every_year: {from: 11-01, until: 01-10}, value: 3},"
        " {from: 2020-01-11, every_year: {from: 11-01, until: 01-10}, value: 6}, {value: 1}]"
    )
    assert not faults(tmp_path, POINTS.replace("[{value: 3}, {from: 2021-01-01, value: 6}]", values))


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        (
            "    for_each: violations\n    when: {at: happened}",
            "    when: {order.at: happened}",
            "outside-list",
            "for_each",
        ),
        ("effective: {by: violations.at}\n", "", "undated-policy", "effective"),
        (
            "effective: {by: violations.at}\n",
            "effective: {by: order.at}\n",
            "",
            "",
        ),
        (
            "    when: {at: happened}",
            "    effective: {since: 2020-01-01}\n    when: {at: happened}",
            "unknown-key",
            "`from`",
        ),
        (
            "    when: {at: happened}",
            "    effective: {every_year: {from: 11-01, until: 12-31}}\n    when: {at: happened}",
            "unknown-key",
            "are a condition",
        ),
        (
            "    when: {at: happened}",
            "    when: {at: {between: [11-01, 12-31]}}",
            "bad-value",
            "for days of every year write",
        ),
        (
            "    when: {at: happened}",
            "    effective: {from: 2021-01-01, until: 2020-01-01}\n    when: {at: happened}",
            "reversed-dates",
            "swap",
        ),
        (
            "    when: {at: happened}",
            "    when: {at: {yearly: {from: 11-01, until: 12-31}}}",
            "unknown-key",
            "every_year",
        ),
        (
            "    when: {at: happened}",
            "    when: {order.price: {every_year: {from: 11-01, until: 12-31}}}",
            "wrong-test",
            "",
        ),
    ],
)
def test_what_does_not_fit_together_is_told(
    tmp_path: Path, old: str, new: str, code: str, words: str
) -> None:
    found = told(faults(tmp_path, POINTS.replace(old, new)))
    if not code:
        assert not found
    else:
        assert any(one[0] == code and words in f"{one[1]} {one[2]}" for one in found), found


MIXED = """policy: m
title: {zh: 策, en: m}
effective: {by: order.at}
parameters:
  wait:
    title: {zh: 时长, en: wait}
    values: [{value: 7 days}, {from: 2023-01-01, value: 3 business days}]
deadlines:
  answer:
    title: {zh: 答复, en: answer}
    who: seller
    starts: order.at
    within: wait
    met_by: refund.asked_at
rules:
  late: {title: {zh: 迟, en: late}, when: {answer.status: missed}, then: {result.new: yes}}
"""


def test_a_length_changes_its_kind(tmp_path: Path) -> None:
    book = load(tmp_path, MIXED)
    days, business = ({"order": {"at": at}} for at in ("2022-12-31 12:00", "2023-01-05 12:00"))
    assert state(book, days, "wait") == Known(Duration(7, "days"))
    assert state(book, business, "wait") == Known(Duration(3, "business_days"))
    assert state(book, business, "result.new") == Known(True)
    assert isinstance(state(book, {}, "result.new"), Unknown)


@pytest.mark.parametrize("test", ["{at_least: 3 days}", "3 days", "{one_of: [3 days, 7 days]}"])
def test_a_length_of_two_kinds_is_not_compared(tmp_path: Path, test: str) -> None:
    found = told(faults(tmp_path, MIXED.replace("{answer.status: missed}", f"{{wait: {test}}}")))
    assert [one[0] for one in found] == ["wrong-test"] and "ask the deadline" in found[0][2]


def test_a_type_that_is_written_is_kept(tmp_path: Path) -> None:
    found = told(faults(tmp_path, MIXED.replace("en: wait}", "en: wait}\n    type: duration")))
    assert [one[0] for one in found] == ["bad-value"]


def test_rules_of_different_days_do_not_conflict(tmp_path: Path) -> None:
    policy = """policy: p
title: {zh: 策, en: p}
effective: {by: order.at}
rules:
  winter:
    title: {zh: 冬, en: winter}
    when: {order.at: {every_year: {from: 11-01, until: 02-29}}}
    then: {result.cap: 5.00}
  summer:
    title: {zh: 夏, en: summer}
    when: {order.at: {every_year: {from: 03-01, until: 10-31}}}
    then: {result.cap: 6.00}
"""
    found = examine(find_places([str(write(tmp_path / "a", policy))]), {}).diagnostics
    assert not [one for one in found if one.code == "possible-conflict"]
    meeting = policy.replace("03-01", "02-01")
    found = examine(find_places([str(write(tmp_path / "b", meeting))]), {}).diagnostics
    assert [one.code for one in found if one.code == "possible-conflict"]
    dated = policy.replace(
        "when: {order.at: {every_year: {from: 11-01, until: 02-29}}}",
        "effective: {until: 2020-01-01}, when: {order.price: {more_than: 1.00}}",
    ).replace(
        "when: {order.at: {every_year: {from: 03-01, until: 10-31}}}",
        "effective: {from: 2020-01-02}, when: {order.price: {more_than: 1.00}}",
    )
    found = examine(find_places([str(write(tmp_path / "c", dated))]), {}).diagnostics
    assert not [one for one in found if one.code == "possible-conflict"]


def test_new_days_of_a_value_are_told_with_the_old_ones(tmp_path: Path) -> None:
    changed = POLICY.replace("until: 2020-03-31", "until: 2020-04-30").replace("12-31", "01-05")
    old, new = load(tmp_path / "old", POLICY), load(tmp_path / "new", changed)
    found = {one.id: [detail.get("en") for detail in one.details] for one in compare(old, new)}
    days = [f"96 hours from 2020-02-01 to {last}" for last in ("2020-03-31", "2020-04-30")]
    assert found["length"][0] == " → ".join(days)
    assert "every year from 11-01 to 01-05" in found["most"][0] and len(found["most"]) == 2


def test_what_is_possible_has_a_figure_between_two_equal_ones(tmp_path: Path) -> None:
    yearly = "{from: 2023-11-01, every_year: {from: 11-01, until: 12-31}, value: 500.00}"
    dated = "{from: 2023-11-01, value: 500.00}, {from: 2024-01-01, value: 250.00}"
    book = load(tmp_path, POLICY.replace(yearly, dated).replace("[most, gap]", "most"))
    found = {one.fact.path: one for one in next(judge(book, {"order": {"price": "900.00"}})).outcomes}
    assert {250_00, 500_00} <= {*found["result.cap"].possible}


UNDATED = POINTS.replace(
    "values: [{value: 3}, {from: 2021-01-01, value: 6}]", "by: violations.heard_at, values: [{value: 3}]"
)
LATER = """overlay: later
title: {zh: 后来, en: later}
confirmed: no
parameters:
  each: {values: [{value: 3}, {from: 2021-01-01, value: 6}]}
"""


def test_an_overlay_dates_a_figure_that_names_an_instant_of_the_record(tmp_path: Path) -> None:
    """The figure belongs to each record before it has any dates, so nothing else changes with the overlay."""
    write(tmp_path, UNDATED)
    (tmp_path / "overlays").mkdir()
    (tmp_path / "overlays" / "later.yaml").write_text(LATER, "utf-8")
    records = [{"at": "2019-05-01 00:00", "heard_at": f"{year}-02-01 00:00"} for year in (2020, 2021)]
    case = {**ordered("2022-01-01 00:00"), "violations": records}
    for overlays, expected in (((), [Known(3), Known(3)]), (("later",), [Known(3), Known(6)])):
        book = load_model(str(tmp_path), overlays).rulebook
        assert book is not None
        assert [state(book, case, "violations.points", one) for one in (0, 1)] == expected


def test_an_overlay_that_dates_a_figure_of_all_records_is_told_what_to_write(tmp_path: Path) -> None:
    (tmp_path / "overlays").mkdir()
    (tmp_path / "overlays" / "later.yaml").write_text(LATER, "utf-8")
    found = told(faults(tmp_path, UNDATED.replace("by: violations.heard_at, ", "")))
    assert any(code == "outside-list" and "`by: violations.at`" in help for code, _, help in found), found


def test_cases_exercise_the_first_day_of_a_policy_that_each_record_dates(tmp_path: Path) -> None:
    book = load(tmp_path, POINTS.replace("violations.at}", "violations.at, from: 2020-06-01}"))
    coverage = Coverage(book)

    def missing() -> set[str]:
        return {one.about for one in coverage.missing() if one.kind == "day" and one.name == "points"}

    assert missing() == {"2020-05-31", "2020-06-01"}
    for days, left in ((("2020-05-30", "2020-06-01"), {"2020-05-31"}), (("2020-06-02", "2020-05-31"), set())):
        records = [{"at": f"{day} 12:00"} for day in days]
        (one, *_) = judge(book, {**ordered("2022-01-01 00:00"), "violations": records})
        coverage.add(one)
        assert missing() == left
