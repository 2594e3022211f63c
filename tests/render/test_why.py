"""What explanations say: gaps, records, either/or, what decides, and why a decision is empty."""

# ruff: noqa: E501  (a rule is easier to read in one line)

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from asking import find_key
from frozen import RULES as FROZEN
from jsonschema import Draft7Validator

from policyengine import load_rulebook
from policyengine.diagnostics.i18n import LANGUAGES, Language, Speech
from policyengine.model.lookup import RULES, VALUES
from policyengine.outcome.decision import Decision
from policyengine.outcome.emptiness import why_empty
from policyengine.render.json.decision import failed_rule_data, render_json
from policyengine.render.text import render_text
from policyengine.render.why.chain import Chain
from policyengine.syntax.schemas import schema_text

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = Draft7Validator(json.loads(schema_text("decision")))
NOW = "2024-09-10 12:00"

BOOK = """
rulebook: shop
version: "1.0"
title: {zh: 店规, en: Shop}
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
languages: [zh, en]
parties:
  buyer: {zh: 买家, en: buyer}
documents:
  terms:
    title: {zh: 须知, en: Terms}
    digest: sha256:0000000000000000000000000000000000000000000000000000000000000000
counting:
  end: included
"""
FACTS = """
facts:
  s.role: {type: choice, title: {zh: 职务, en: role}, values: {clerk: {zh: 店员, en: clerk}, medic: {zh: 医生, en: medic}}}
  s.days: {type: count, title: {zh: 天数, en: days}}
  s.total: {type: money, title: {zh: 总额, en: total}}
  s.extra: {type: money, title: {zh: 附加, en: extra}, if_missing: 1.00}
  s.note: {type: text, title: {zh: 备注, en: note}, if_missing: none}
  s.filed_at: {type: instant, title: {zh: 提交时间, en: filed at}}
  s.told_at: {type: instant, title: {zh: 告知时间, en: told at}, if_missing: never}
  s.reply: {type: text, title: {zh: 答复, en: reply}, dated_by: s.told_at}
  s.closed_at: {type: instant, title: {zh: 关闭时间, en: closed at}, if_missing: never}
  o.ok: {type: boolean, title: {zh: 准许, en: ok}, role: outcome}
  o.pay: {type: money, title: {zh: 应付, en: pay}, role: outcome}
lists:
  s.steps:
    title: {zh: 步骤, en: steps}
    dated_by: at
    if_missing: empty
    facts:
      at: {type: instant, title: {zh: 时间, en: at}}
      sum: {type: money, title: {zh: 金额, en: sum}, if_missing: none}
      kind: {type: choice, title: {zh: 种类, en: kind}, values: {call: {zh: 电话, en: call}, note: {zh: 便条, en: note}}}
"""
RULE = """
  {name}:
    title: {{zh: 规则, en: Rule {name}}}
    source: {{section: "1", quote: x}}
    when: {when}
    then: {{{then}}}
"""


def policy(when: str | Mapping[str, str], head: str = "", then: str = "o.ok: yes") -> str:
    """Return a policy of one rule, or of several by name: its conditions as YAML."""
    rules = {"it": when} if isinstance(when, str) else when
    parts = [RULE.format(name=name, when=one, then=then) for name, one in rules.items()]
    return "policy: p\ntitle: {zh: 政策, en: P}\n" + head + "rules:" + "".join(parts)


def decide(
    folder: Path,
    text: str,
    case: Mapping[str, object],
    as_of: str = NOW,
    overlays: tuple[str, ...] = (),
    assume: Mapping[str, str] | None = None,
    **more: str,
) -> Decision:
    (folder / "policies").mkdir(parents=True, exist_ok=True)
    files = {"rulebook": BOOK, "facts": FACTS, "policies/p": text}
    files |= {name.replace("__", "/"): one for name, one in more.items()}
    for name, one in files.items():
        (folder / f"{name}.yaml").parent.mkdir(exist_ok=True)
        (folder / f"{name}.yaml").write_text(one, "utf-8")
    book = load_rulebook(folder, overlays=overlays, assume=assume)
    decision = book.evaluate({"case": "C", **case}, as_of=as_of)
    faults = list(SCHEMA.iter_errors(json.loads(render_json(decision, {"why_not": why_not_data(decision)}))))
    assert not faults, faults[0].message
    return decision


def why_not_data(decision: Decision) -> list[Any]:
    return [failed_rule_data(decision, key) for key in decision.findings.rules]


def why_not(decision: Decision, rule: str = "it", language: Language = "en") -> list[str]:
    key = find_key(decision, rule, RULES)
    return short(Chain(decision, Speech(language)).why_not(key))


def why(decision: Decision, name: str = "o.ok", language: Language = "en") -> list[str]:
    key = find_key(decision, name, VALUES)
    return short(Chain(decision, Speech(language)).why(key))


def short(text: str) -> list[str]:
    """Return the lines without the head and the places of rules and parameters."""
    return [re.sub(r" ?\(?[^ (]*\.yaml:[0-9]+\)?", "", line) for line in text.splitlines()[1:]]


def data_of(decision: Decision, rule: str = "it") -> Any:
    key = find_key(decision, rule, RULES)
    return json.loads(json.dumps(failed_rule_data(decision, key)))


# ---------- by how much


@pytest.mark.parametrize(
    ("when", "facts", "gap", "data"),
    [
        (
            "{s.total: {more_than: 5.00}}",
            {"total": "5.00"},
            "exactly at the limit; 0.01 CNY more was missing",
            "0.01",
        ),
        (
            "{s.total: {less_than: 5.00}}",
            {"total": "5.00"},
            "exactly at the limit; 0.01 CNY less was needed",
            "0.01",
        ),
        (
            "{not: {s.total: {at_least: 5.00}}}",
            {"total": "5.00"},
            "exactly at the limit; 0.01 CNY less was needed",
            "0.01",
        ),
        ("{s.total: {at_least: 5.00}}", {"total": "4.99"}, "off by 0.01 CNY", "0.01"),
        ("{s.total: {between: [5.00, 9.00]}}", {"total": "9.50"}, "off by 0.50 CNY", "0.50"),
        ("{s.total: 5.00}", {"total": "7.00"}, "off by 2.00 CNY", "2.00"),
        ("{s.total: [1.00, 8.00]}", {"total": "7.00"}, "off by 1.00 CNY", "1.00"),
        ("{s.days: {more_than: 3}}", {"days": 3}, "exactly at the limit; 1 more was missing", 1),
        (
            "{s.filed_at: {after: 2024-09-01 10:00}}",
            {"filed_at": "2024-09-01 10:00"},
            "exactly at the limit; 1 second more was missing: too early",
            1,
        ),
        (
            "{s.filed_at: {before: 2024-09-01 10:00}}",
            {"filed_at": "2024-09-01 10:00"},
            "exactly at the limit; 1 second too late",
            1,
        ),
        (
            "{s.filed_at: {before: 2024-09-01 10:00}}",
            {"filed_at": "2024-09-02 10:00:01"},
            "off by 1 day 1 second",
            86401,
        ),
    ],
)
def test_gaps(tmp_path: Path, when: str, facts: dict[str, object], gap: str, data: object) -> None:
    decision = decide(tmp_path, policy(when), {"s": facts})
    (line,) = why_not(decision)
    assert line.endswith(f" — {gap}")
    (test,) = data_of(decision)["tests"]
    assert test["gap"]["by"] == data and test["gap"]["at_limit"] is gap.startswith("exactly")


@pytest.mark.parametrize(
    "when",
    ["{s.role: medic}", "{not: {s.days: 3}}", "{s.note: known}", "{s.total: {more_than: s.steps}}"][:3],
)
def test_no_gap_where_nothing_can_be_measured(tmp_path: Path, when: str) -> None:
    decision = decide(tmp_path, policy(when), {"s": {"role": "clerk", "days": 3}})
    (test,) = data_of(decision)["tests"]
    assert "gap" not in test


# ---------- records


def gate(requested: str) -> Decision:
    case = {
        "case": "gate",
        "order": {"total": "25.00", "paid_at": "2012-03-28 20:15", "payment_channel": "alipay"},
        "refund": {
            "applications": [
                {
                    "applied_at": "2012-04-01 08:00:00",
                    "claims_received": True,
                    "pay_to_seller": "0.00",
                    "seller_responded_at": "2012-04-03 08:00:00",
                    "seller_response": "refused",
                    "refusal_reason": "x",
                },
                {"applied_at": "2012-04-03 09:00:00", "claims_received": True, "pay_to_seller": "0.00"},
            ],
            "intervention_requested_at": requested,
        },
    }
    return load_rulebook(FROZEN).evaluate(case, as_of="2012-04-16 09:00")


def test_a_request_exactly_at_the_end_of_the_wait_is_one_second_too_early() -> None:
    rule = "first_request_is_accepted"
    lines = why_not(gate("2012-04-16 08:00:00"), rule)
    assert lines[1].strip() == "refund.applications[0] of 2012-04-01 08:00:00 does not match:"
    assert lines[2].endswith(
        "found: 2012-04-16 08:00:00 (refund.intervention_requested_at)"
        " — exactly at the limit; 1 second more was missing: too early"
    )
    assert "正好在界限上，早了 1 秒" in why_not(gate("2012-04-16 08:00:00"), rule, "zh")[2]
    key = find_key(gate("2012-04-16 08:00:01"), rule, RULES)
    assert Chain(gate("2012-04-16 08:00:01"), Speech("en")).why_not(key).startswith("holds: ")


def steps(*sums: str, kind: str = "call") -> dict[str, object]:
    """Return a case with a record a day, each with a sum."""
    records = [{"at": f"2024-09-0{day} 10:00", "sum": one, "kind": kind} for day, one in enumerate(sums, 1)]
    return {"s": {"steps": records}}


def heads(lines: list[str]) -> list[str]:
    return [line.strip() for line in lines if "s.steps[" in line.split(" ✘ ")[0] and line.endswith(":")]


def test_the_nearest_few_of_many_records_are_told(tmp_path: Path) -> None:
    sums = [f"{one}.00" for one in (1, 8, 3, 9, 5, 2, 7)]
    decision = decide(
        tmp_path, policy("{any_of: {list: s.steps, where: {sum: {at_least: 10.00}}}}"), steps(*sums)
    )
    lines = why_not(decision)
    assert "records looked at: 7 (s.steps)" in lines[0]
    assert [int(re.findall(r"\[(.)\]", line)[0]) for line in heads(lines)] == [3, 1, 6, 4, 2]
    assert lines[-1].strip() == "and 2 more records"
    (test,) = data_of(decision)["tests"]
    assert [one["record"] for one in test["records"]] == [3, 1, 6, 4, 2] and test["records_not_shown"] == 2
    assert test["records"][0]["because"][0]["gap"]["by"] == "1.00"


def test_a_record_that_fails_fewer_tests_is_nearer(tmp_path: Path) -> None:
    case = {
        "s": {
            "steps": [
                {"at": "2024-09-01 10:00", "sum": "9.99", "kind": "note"},
                {"at": "2024-09-02 10:00", "sum": "1.00", "kind": "call"},
            ]
        }
    }
    when = "{any_of: {list: s.steps, where: {sum: {at_least: 10.00}, kind: call}}}"
    assert [
        line[line.index("[") : line.index("]") + 1]
        for line in heads(why_not(decide(tmp_path, policy(when), case)))
    ] == ["[1]", "[0]"]


def test_records_later_than_the_judgement_are_counted_apart(tmp_path: Path) -> None:
    when = "{any_of: {list: s.steps, where: {sum: {at_least: 10.00}}}}"
    decision = decide(tmp_path, policy(when), steps("1.00", "9.00"), as_of="2024-09-01 10:00")
    lines = why_not(decision)
    assert (
        lines[0].endswith("found: records looked at: 1 (s.steps); not yet there: 1")
        and len(heads(lines)) == 1
    )


def test_a_record_that_should_not_be_there_is_told(tmp_path: Path) -> None:
    when = "{not: {any_of: {list: s.steps, where: {sum: {at_least: 8.00}}}}}"
    assert heads(why_not(decide(tmp_path, policy(when), steps("1.00", "9.00")))) == [
        "s.steps[1] of 2024-09-02 10:00:00 matches:"
    ]


def test_where_none_matches_as_asked_no_record_is_told(tmp_path: Path) -> None:
    when = "{not: {any_of: {list: s.steps, where: {sum: {at_least: 8.00}}}}}"
    assert heads(why(decide(tmp_path, policy(when), steps("1.00", "2.00")))) == []


@pytest.mark.parametrize(
    ("limit", "number", "gap", "first"),
    [
        ("at_least: 3", "1; ", "2 more needed", "s.steps[1] of 2024-09-02 10:00:00 does not match:"),
        ("less_than: 1", "1; ", "1 too many", "s.steps[2] of 2024-09-03 10:00:00 matches:"),
        ("at_most: 0", "1; ", "1 too many", "s.steps[2] of 2024-09-03 10:00:00 matches:"),
        ("is: 2", "1; ", "1 more needed", "s.steps[1] of 2024-09-02 10:00:00 does not match:"),
    ],
)
def test_a_count_tells_how_many_are_missing(
    tmp_path: Path, limit: str, number: str, gap: str, first: str
) -> None:
    when = f"{{count_of: {{list: s.steps, where: {{sum: {{at_least: 8.00}}}}, {limit}}}}}"
    lines = why_not(decide(tmp_path, policy(when), steps("1.00", "7.00", "9.00")))
    assert f"found: {number}records looked at: 3" in lines[0] and lines[0].endswith(gap)
    assert heads(lines)[0] == first


@pytest.mark.parametrize(
    ("which", "record"), [("first", "[0] of 2024-09-01 10:00:00"), ("last", "[2] of 2024-09-03 10:00:00")]
)
def test_a_pick_tells_which_record_it_is_and_what_it_is_not(tmp_path: Path, which: str, record: str) -> None:
    when = f"{{{which}: {{list: s.steps, is: {{sum: {{at_least: 8.00}}}}}}}}"
    lines = why_not(decide(tmp_path, policy(when), steps("7.00", "9.00", "7.00")))
    assert heads(lines) == [f"s.steps{record} is the one:"] and lines[-1].endswith("off by 1.00 CNY")


def test_a_pick_that_finds_none_tells_the_nearest(tmp_path: Path) -> None:
    when = "{last: {list: s.steps, where: {sum: {at_least: 8.00}}, is: {kind: call}}}"
    lines = why_not(decide(tmp_path, policy(when), steps("7.00", "5.00")))
    assert heads(lines)[0] == "s.steps[0] of 2024-09-01 10:00:00 does not match:"


def test_a_neighbour_is_looked_for_on_its_side_only(tmp_path: Path) -> None:
    text = policy("{next: {is: {sum: {at_least: 8.00}}}}").replace(
        "    when:", "    for_each: s.steps\n    when:"
    )
    text = text.replace("o.ok: yes", "s.steps.good: yes")
    facts = FACTS + "      good: {type: boolean, role: outcome, title: {zh: 好, en: good}}\n"
    decision = decide(tmp_path, text, steps("9.00", "7.00"), facts=facts)
    assert heads(why_not(decision, "it[0]")) == ["s.steps[1] of 2024-09-02 10:00:00 is the one:"]
    assert heads(why_not(decision, "it[1]")) == []


# ---------- either/or

EITHER = "{any: [{all: [{s.role: clerk}, {s.days: {at_most: 12}}]}, {all: [{s.role: medic}, {s.days: {at_most: 16}}]}]}"


def test_either_or_keeps_its_ways_and_the_nearest_is_first(tmp_path: Path) -> None:
    decision = decide(tmp_path, policy(EITHER), {"s": {"role": "clerk", "days": 17}})
    assert why_not(decision) == [
        "  ✘ either:",
        "      ✘ days is at most 12 — found: 17 (s.days) — off by 5",
        "    or:",
        "      ✘ days is at most 16 — found: 17 (s.days) — off by 1",
        "      ✘ role is “medic” — found: clerk (s.role)",
    ]
    assert why_not(decision, language="zh")[0::2][:2] == ["  ✘ 满足其一即可：", "    或者："]
    (either,) = data_of(decision)["tests"]
    assert [[test["name"] for test in way] for way in either["any"]] == [["s.days"], ["s.days", "s.role"]]


def test_a_negated_conjunction_is_an_either_or(tmp_path: Path) -> None:
    """De Morgan: not (a and b) needs that one of them is not so."""
    decision = decide(
        tmp_path,
        policy("{not: {all: [{s.role: clerk}, {s.days: {at_least: 3}}]}}"),
        {"s": {"role": "clerk", "days": 5}},
    )
    (either,) = data_of(decision)["tests"]
    assert [way[0]["name"] for way in either["any"]] == ["s.role", "s.days"]


def test_a_negated_disjunction_needs_all(tmp_path: Path) -> None:
    decision = decide(
        tmp_path,
        policy("{not: {any: [{s.role: clerk}, {s.days: {at_least: 3}}]}}"),
        {"s": {"role": "clerk", "days": 5}},
    )
    assert [test["name"] for test in data_of(decision)["tests"]] == ["s.days", "s.role"]


def test_nested_either_or(tmp_path: Path) -> None:
    when = "{any: [{s.days: 1}, {all: [{s.total: 9.00}, {any: [{s.role: medic, s.days: 2}, {s.days: 3}]}]}]}"
    decision = decide(tmp_path, policy(when), {"s": {"role": "clerk", "days": 5, "total": "1.00"}})
    (either,) = data_of(decision)["tests"]
    assert [len(way) for way in either["any"]] == [1, 2]
    assert [len(way) for way in either["any"][1][1]["any"]] == [1, 2]


def test_an_undetermined_either_or_tells_the_open_ways_only(tmp_path: Path) -> None:
    when = "{any: [{s.days: 1}, {s.role: medic}, {s.total: 3.00}]}"
    lines = why(decide(tmp_path, policy(when), {"s": {"days": 5}}))
    start = next(number for number, line in enumerate(lines) if "one of these" in line)
    assert lines[start].strip() == "? one of these is enough:"
    assert [line.strip()[:6] for line in lines[start + 1 : start + 3]] == ["? role", "? tota"]
    assert not any("days" in line for line in lines)


def test_one_open_way_stands_alone(tmp_path: Path) -> None:
    decision = decide(tmp_path, policy("{any: [{s.days: 1}, {s.role: medic}]}"), {"s": {"days": 5}})
    assert [one["name"] for one in data_of(decision)["tests"]] == ["s.role"]


# ---------- the order


def names(decision: Decision) -> list[str]:
    return [one["name"] for one in data_of(decision)["tests"]]


def test_money_and_time_are_not_compared(tmp_path: Path) -> None:
    """A cent of thousands does not come before days: what is written first does."""
    case = {"s": {"filed_at": "2024-09-09 10:00", "total": "9999.99", "days": 1}}
    time, money = "{s.filed_at: {before: 2024-09-01 10:00}}", "{s.total: {at_least: 10000.00}}"
    assert names(decide(tmp_path / "a", policy(f"{{all: [{time}, {money}]}}"), case)) == [
        "s.filed_at",
        "s.total",
    ]
    assert names(decide(tmp_path / "b", policy(f"{{all: [{money}, {time}]}}"), case)) == [
        "s.total",
        "s.filed_at",
    ]


def test_a_dimension_keeps_together_where_it_is_first_written(tmp_path: Path) -> None:
    """Five yuan, days, three yuan: the smaller sum leads, and time does not stand between sums."""
    when = "{all: [{s.total: {at_least: 15.00}}, {s.filed_at: {before: 2024-09-01 10:00}}, {s.extra: {at_least: 4.00}}, {s.role: medic}]}"
    case = {"s": {"filed_at": "2024-09-09 10:00", "total": "10.00", "role": "clerk"}}
    assert names(decide(tmp_path, policy(when), case)) == ["s.extra", "s.total", "s.filed_at", "s.role"]


def test_ways_with_equal_gaps_stand_as_they_are_written(tmp_path: Path) -> None:
    case = {"s": {"days": 5, "total": "5.00", "role": "clerk"}}
    decision = decide(
        tmp_path, policy("{any: [{s.role: medic}, {s.days: 7}, {s.total: 6.00}, {s.days: 6}]}"), case
    )
    (either,) = data_of(decision)["tests"]
    # Days of the same dimension are one group, which stands where it is first written.
    assert [(way[0]["name"], way[0].get("gap", {}).get("by")) for way in either["any"]] == [
        ("s.role", None),
        ("s.days", 1),
        ("s.days", 2),
        ("s.total", "1.00"),
    ]


# ---------- what decides

CONFLICT = policy({"first": "{s.days: {at_least: 1}}"}, then="o.ok: yes") + RULE.format(
    name="second", when="{s.total: {at_least: 1.00}}", then="o.ok: no"
)


def test_a_conflict_names_both_rules_and_what_each_gives(tmp_path: Path) -> None:
    decision = decide(tmp_path, CONFLICT, {"s": {"days": 3, "total": "3.00"}})
    lines = why(decision)
    assert lines[:3] == [
        "  conflict: these rules hold, and none overrides the other",
        "    “yes” by rule first: Rule first",
        "    “no” by rule second: Rule second",
    ]
    key = find_key(decision, "o.ok", VALUES)
    assert key is not None and Chain(decision, Speech("en")).why(key).count("p.yaml:") >= 2


def test_what_waits_for_a_conflict_shows_its_sides(tmp_path: Path) -> None:
    text = CONFLICT + RULE.format(name="third", when="{o.ok: yes}", then="o.pay: 1.00")
    decision = decide(tmp_path, text, {"s": {"days": 3, "total": "3.00"}})
    assert any(
        line.startswith("  ? ok is “yes” — found: conflict (o.ok)") for line in why_not(decision, "third")
    )
    (conflict,) = data_of(decision, "third")["tests"][0]["decided_by"]
    assert [(one["rule"], one["value"]) for one in conflict["rules"]] == [("first", True), ("second", False)]
    assert all(one["line"] for one in conflict["rules"])


def test_the_same_question_is_answered_once(tmp_path: Path) -> None:
    question = "{any_of: {list: s.steps, where: {sum: {at_least: 10.00}}}}"
    decision = decide(tmp_path, policy(f"{{all: [{question}, {question}]}}"), steps("1.00"))
    assert len(heads(why_not(decision))) == 1


FIGURE = """
effective: {by: s.filed_at}
parameters:
  limit:
    title: {zh: 上限, en: limit}
    values: [{value: 5.00 CNY, from: 2010-01-01}, {value: 8.00 CNY, from: 2024-09-01}]
    source: {section: "1", quote: x}
"""


@pytest.mark.parametrize(
    ("filed", "words"),
    [
        (
            "2024-08-31 23:59:59",
            "“filed at” was on 2024-08-31, so the figure in force from 2010-01-01 to 2024-08-31 counts",
        ),
        (
            "2024-09-01 00:00:00",
            "“filed at” was on 2024-09-01, so the figure in force since 2024-09-01 counts",
        ),
        ("2009-12-31 23:59:59", "“filed at” was on 2009-12-31, and no figure is in force until 2009-12-31"),
    ],
)
def test_a_dated_figure_names_the_act_that_chose_it(tmp_path: Path, filed: str, words: str) -> None:
    case = {"s": {"filed_at": filed, "total": "4.00"}}
    decision = decide(tmp_path, policy("{s.total: {less_than: limit}}", FIGURE), case)
    assert words in [line.strip() for line in why(decision)]
    (outcome,) = (one for one in json.loads(render_json(decision))["outcomes"] if one["fact"] == "o.ok")
    (chosen,) = outcome["rests_on"]["parameters"][0]["decided_by"]
    assert chosen["kind"] == "in_force" and chosen["act"] == "s.filed_at"
    (operand,) = outcome["rules"][0]["because"][0]["expected"]
    assert operand["decided_by"] == [chosen]


def test_a_figure_whose_act_is_not_known_says_so(tmp_path: Path) -> None:
    decision = decide(tmp_path, policy("{s.total: {less_than: limit}}", FIGURE), {"s": {"total": "4.00"}})
    assert "the day of “filed at” decides: the case does not say (s.filed_at)" in [
        line.strip() for line in why(decision)
    ]


@pytest.mark.parametrize(
    ("when", "facts", "words", "kind"),
    [
        ("{s.extra: 2.00}", {}, "not stated in the case; “1.00 CNY” by default (s.extra)", "default"),
        ("{s.note: known}", {}, "not stated in the case; treated as none (s.note)", "default"),
        (
            "{s.told_at: happened}",
            {},
            "not stated in the case; treated as not having happened (s.told_at)",
            "default",
        ),
        (
            "{s.told_at: happened}",
            {"told_at": "2024-09-10 12:00:01"},
            "2024-09-10 12:00:01, which is later than the time of the judgement (s.told_at)",
            "later",
        ),
        (
            "{s.reply: x}",
            {"told_at": "2024-09-10 12:00:01", "reply": "x"},
            "not seen: dated by “told at”, which is only on 2024-09-10 12:00:01 (s.reply)",
            "dated",
        ),
        (
            "{s.reply: x}",
            {},
            "not stated in the case; dated by “told at”, which has not happened (s.reply)",
            "dated",
        ),
        ("{s.role: medic}", {}, "the case does not say (s.role)", None),
    ],
)
def test_what_hides_a_fact_is_named(
    tmp_path: Path, when: str, facts: dict[str, object], words: str, kind: str | None
) -> None:
    decision = decide(tmp_path, policy(when), {"s": {"days": 1, **facts}})
    (line,) = why_not(decision)
    assert line.endswith(f"found: {words}") or f"found: {words} — " in line
    (test,) = data_of(decision)["tests"]
    assert [one["kind"] for one in test.get("decided_by", [])] == ([] if kind is None else [kind])


def test_a_fact_that_comes_exactly_at_the_judgement_is_seen(tmp_path: Path) -> None:
    decision = decide(tmp_path, policy("{s.told_at: happened}"), {"s": {"told_at": NOW}})
    assert "decided_by" not in str(data_of(decision))


READINGS = """
assumptions:
  A-01:
    title: {zh: 口径, en: How}
    readings: {wide: {zh: 从宽, en: widely}, narrow: {zh: 从严, en: narrowly}}
    default: wide
    source: {section: "1", quote: x}
"""


@pytest.mark.parametrize(
    ("reading", "words"),
    [("wide", "widely (A-01, the default)"), ("narrow", "narrowly (A-01, chosen instead of the default)")],
)
def test_a_reading_says_whether_it_is_the_default(tmp_path: Path, reading: str, words: str) -> None:
    when = "{s.total: {at_least: {A-01: {wide: 5.00, narrow: 7.00}}}}"
    text = policy(when, then="o.pay: {A-01: {wide: 1.00, narrow: 2.00}}")
    case = {"s": {"total": "9.00"}}
    decision = decide(tmp_path, text, case, assume={"A-01": reading}, assumptions=READINGS)
    told = [line for line in why(decision, "o.pay") if words in line]
    assert len(told) == 1  # where it decides first, and not twice


OVERLAY = """
overlay: try
title: {zh: 试算, en: Try}
confirmed: no
parameters:
  limit: {values: [{value: 5.00 CNY}]}
"""


def test_a_figure_of_an_overlay_is_not_confirmed(tmp_path: Path) -> None:
    head = "parameters:\n  limit: {title: {zh: 上限, en: limit}, type: money, values: [], source: {section: '1', quote: x}}\n"
    case = {"s": {"total": "4.00"}}
    text = policy("{s.total: {less_than: limit}}", head)
    decision = decide(tmp_path, text, case, overlays=("try",), overlays__try=OVERLAY)
    assert "NOT CONFIRMED: set by the overlay try" in [line.strip() for line in why(decision)]
    assert {"kind": "overlay", "overlay": "try", "confirmed": False} in json.loads(render_json(decision))[
        "outcomes"
    ][0]["rules"][0]["because"][0]["expected"][0]["decided_by"]


DAYS = "effective: {by: s.filed_at, from: 2020-01-01, until: 2024-08-31}\n"


def test_a_policy_that_is_not_in_force_is_told_first(tmp_path: Path) -> None:
    decision = decide(
        tmp_path, policy("{s.role: medic}", DAYS), {"s": {"filed_at": "2024-09-01 00:00", "role": "clerk"}}
    )
    first, second, third = why_not(decision)
    assert first == "  ✘ the policy “P” is not in force for this case"
    assert (
        second.strip()
        == "“filed at” was on 2024-09-01, and the policy is in force from 2020-01-01 to 2024-08-31"
    )
    assert third.startswith("  ✘ role")
    assert data_of(decision)["policy"]["days"] == {
        "act": "s.filed_at",
        "at": "2024-09-01T00:00:00+08:00",
        "from": "2020-01-01",
        "until": "2024-08-31",
    }


def test_a_policy_in_force_on_its_last_day_is_no_reason(tmp_path: Path) -> None:
    case = {"s": {"filed_at": "2024-08-31 23:59:59", "role": "clerk"}}
    decision = decide(tmp_path, policy("{s.role: medic}", DAYS), case)
    assert data_of(decision)["policy"] is None and len(why_not(decision)) == 1


def test_a_policy_whose_act_has_not_happened_says_so(tmp_path: Path) -> None:
    case = {"s": {"filed_at": "2024-09-10 12:00:01", "days": 1}}
    lines = why_not(decide(tmp_path, policy("{s.days: 1}", DAYS), case))
    assert lines[1].strip() == (
        "the day of “filed at” decides: 2024-09-10 12:00:01, which is later than the time of the judgement (s.filed_at)"
    )


def test_what_a_policy_applies_to_is_told_first(tmp_path: Path) -> None:
    text = policy("{s.days: 2}", "applies_to: {s.role: medic}\n")
    lines = why_not(decide(tmp_path, text, {"s": {"role": "clerk", "days": 1}}))
    assert lines[0] == "  ✘ the policy “P” does not apply to this case"
    assert [line.strip()[:6] for line in lines[1:]] == ["✘ role", "✘ days"]


# ---------- never silent

CLOCK = """
deadlines:
  clock:
    title: {zh: 时限, en: Clock}
    who: buyer
    starts: s.filed_at
    within: length
    met_by: s.closed_at
    when: {s.role: clerk}
    source: {section: "1", quote: x}
parameters:
  length: {title: {zh: 长度, en: length}, type: duration, values: VALUES, source: {section: "1", quote: x}}
"""


@pytest.mark.parametrize(
    ("values", "facts", "expected"),
    [
        (
            "[]",
            {"role": "clerk", "filed_at": "2024-09-01 10:00"},
            "the rules give no value for: length (length)",
        ),
        ("[{value: 5 days}]", {"role": "clerk"}, "filed at: the case does not say (s.filed_at)"),
        (
            "[{value: 5 days}]",
            {"filed_at": "2024-09-01 10:00"},
            "? role is “clerk” — found: the case does not say (s.role)",
        ),
        ("[{value: 5 days}]", {"role": "medic"}, "✘ role is “clerk” — found: medic (s.role)"),
        (
            "[{value: 5 days}]",
            {"role": "clerk", "filed_at": "2024-09-11 10:00"},
            "its clock has not started: what starts it has not happened; within 5 days",
        ),
    ],
)
def test_the_part_of_a_clock_that_is_not_known_is_named(
    tmp_path: Path, values: str, facts: dict[str, object], expected: str
) -> None:
    text = policy("{clock.status: met}", CLOCK.replace("VALUES", values))
    lines = [line.strip() for line in why(decide(tmp_path, text, {"s": facts}), "clock.status")]
    assert expected in lines


def test_an_act_that_is_not_known_is_named(tmp_path: Path) -> None:
    facts = FACTS.replace("en: closed at}, if_missing: never", "en: closed at}")
    text = policy("{clock.status: met}", CLOCK.replace("VALUES", "[{value: 5 days}]"))
    case = {"s": {"role": "clerk", "filed_at": "2024-09-01 10:00"}}
    lines = [line.strip() for line in why(decide(tmp_path, text, case, facts=facts), "clock.status")]
    assert lines[-2:] == [
        "whether it has been met is not known:",
        "closed at: the case does not say (s.closed_at)",
    ]


SUM = """
amounts:
  due:
    title: {zh: 应付, en: due}
    base: s.total
    plus: s.extra
    when: {s.role: clerk}
    source: {section: "1", quote: x}
"""


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"role": "clerk"}, "total: the case does not say (s.total)"),
        ({"role": "clerk"}, "extra: not stated in the case; “1.00 CNY” by default (s.extra)"),
        ({"role": "medic", "total": "1.00"}, "✘ role is “clerk” — found: medic (s.role)"),
        ({"total": "1.00"}, "? role is “clerk” — found: the case does not say (s.role)"),
    ],
)
def test_the_term_that_is_not_known_is_named(tmp_path: Path, facts: dict[str, object], expected: str) -> None:
    text = policy("{s.days: 1}", SUM, then="o.pay: due")
    assert expected in [
        line.strip() for line in why(decide(tmp_path, text, {"s": {"days": 1, **facts}}), "due")
    ]


def test_a_rule_that_gives_nothing_says_from_what(tmp_path: Path) -> None:
    facts = FACTS.replace("s.total: {type: money,", "s.total: {type: money, if_missing: none,")
    text = policy("{s.days: 1}", then="o.pay: s.total")
    lines = [line.strip() for line in why(decide(tmp_path, text, {"s": {"days": 1}}, facts=facts), "o.pay")]
    assert lines[-1] == "gives “total”: not stated in the case; treated as none (s.total)"


@pytest.mark.parametrize("name", ["o.ok", "clock.status", "clock.due", "clock.settled_at", "due", "length"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_silent(tmp_path: Path, name: str, language: Language) -> None:
    text = policy("{clock.status: met}", CLOCK.replace("VALUES", "[]") + SUM)
    for facts in ({}, {"role": "medic"}, {"role": "clerk"}):
        decision = decide(tmp_path, text, {"s": facts} if facts else {})
        assert len(why(decision, name, language)) >= 2 or name == "length"


# ---------- empty decisions


@pytest.mark.parametrize(
    ("head", "case", "as_of", "reason"),
    [
        ("", {}, NOW, "no_facts"),
        ("", {"s": {"filed_at": "2024-09-10 12:00:01", "days": 2}}, NOW, "before_all_events"),
        ("", {"s": {"filed_at": NOW, "days": 2}}, NOW, "no_rule_applies"),
        (DAYS, {"s": {"filed_at": "2024-09-01 00:00", "days": 1}}, NOW, "not_in_force"),
        (DAYS, {"s": {"filed_at": "2024-08-31 00:00", "days": 2}}, NOW, "no_rule_applies"),
        ("applies_to: {s.role: medic}\n", {"s": {"role": "clerk", "days": 1}}, NOW, "no_rule_applies"),
        ("", {"s": {"days": 1}}, NOW, None),
    ],
)
def test_an_empty_decision_says_which_it_is(
    tmp_path: Path, head: str, case: dict[str, object], as_of: str, reason: str | None
) -> None:
    # Nothing is unknown to the rule of an empty case, or its outcome would wait for it.
    facts = FACTS.replace("en: days}", "en: days}, if_missing: none")
    decision = decide(tmp_path, policy("{s.days: 1}", head), case, as_of, facts=facts)
    empty = why_empty(decision)
    assert (None if empty is None else empty.why) == reason
    data = json.loads(render_json(decision))["empty"]
    assert (None if data is None else data["reason"]) == reason
    sentences: dict[Language, str] = {"en": "Nothing is decided", "zh": "结论："}
    for language, words in sentences.items():
        assert (words in render_text(decision, Speech(language))) is (reason is not None)


def test_the_first_event_and_the_days_are_told(tmp_path: Path) -> None:
    later = {"s": {"filed_at": "2024-09-12 08:00", "told_at": "2024-09-11 08:00", "days": 1}}
    text = render_text(decide(tmp_path / "a", policy("{s.told_at: happened}"), later), Speech("en"))
    assert "with “told at” (s.told_at) on 2024-09-11 08:00:00." in text
    case = {"s": {"filed_at": "2024-09-01 00:00", "days": 1}}
    text = render_text(decide(tmp_path / "b", policy("{s.days: 1}", DAYS), case), Speech("en"))
    assert "“filed at” was on 2024-09-01, and the policy is in force from 2020-01-01 to 2024-08-31" in text


def test_a_next_step_is_no_empty_decision(tmp_path: Path) -> None:
    notice = "    notices: [{to: buyer, kind: duty, text: {zh: 做, en: do}}]\n"
    text = policy("{s.days: {at_least: 1}}").replace("    then: {o.ok: yes}\n", notice)
    text += RULE.format(name="never", when="{s.days: 5}", then="o.ok: yes")
    decision = decide(tmp_path, text, {"s": {"days": 2}})
    assert why_empty(decision) is None and len(decision.next_steps) == 1


def test_the_rule_that_is_nearest_is_told(tmp_path: Path) -> None:
    text = policy({"far": "{s.days: 9, s.role: medic}", "near": "{s.days: 9}"})
    decision = decide(tmp_path, text, {"s": {"days": 2, "role": "clerk"}})
    (one,) = json.loads(render_json(decision))["empty"]["policies"]
    assert one["nearest_rule"]["rule"] == "near" and one["nearest_rule"]["tests"][0]["gap"]["by"] == 7


@pytest.mark.parametrize(
    ("head", "case", "nearest"),
    [
        ("", {"days": 2}, "holds. The nearest, “Rule near”, requires: days is 1; here “days” is 2."),
        (
            "applies_to: {s.role: medic}\n",
            {"role": "clerk", "days": 1},
            "applies to this case. The nearest, “P”, requires: role is “medic”; here “role” is clerk.",
        ),
    ],
)
def test_an_empty_page_says_in_a_sentence_what_is_nearest(
    tmp_path: Path, head: str, case: dict[str, object], nearest: str
) -> None:
    text = policy({"far": "{s.days: 9, s.role: medic}", "near": "{s.days: 1}"}, head)
    page = render_text(decide(tmp_path, text, {"s": case}), Speech("en"))
    assert nearest in page
    # Names and files are for --why-not.
    assert ".yaml" not in page and "s.days" not in page


def test_a_case_is_told_of_the_policy_that_it_speaks_of() -> None:
    rulebook = load_rulebook(FROZEN, engine="reference")
    review = {"review": {"created_at": "2012-07-02 10:00:00", "result": "good"}}
    page = render_text(rulebook.evaluate(review, as_of="2012-07-03 00:00:00"), Speech("zh"))
    assert "最接近成立的是“中差评的登记和处理”" in page and "而本案的“评价结果”是“好评”" in page
    assert "买家发起投诉时间" not in page


def test_what_has_not_happened_is_not_ticked_without_a_word(tmp_path: Path) -> None:
    text = policy("{not: {s.told_at: {before: s.filed_at}}}")
    decision = decide(tmp_path, text, {"s": {"filed_at": "2024-09-01 10:00"}})
    (line,) = (line for line in why(decision, "o.ok") if "✔ told at" in line)
    assert line.endswith(" — “told at” has not happened: there is no before or after")


def test_a_rule_that_is_replaced_says_by_which(tmp_path: Path) -> None:
    text = policy({"general": "{s.days: {at_least: 1}}", "special": "{s.days: 1}"})
    text = text.replace(
        "title: {zh: 规则, en: Rule special}", "title: {zh: 特例, en: Rule special}\n    overrides: [general]"
    )
    decision = decide(tmp_path, text, {"s": {"days": 1}})
    told = Chain(decision, Speech("zh")).why(("o.ok", None))
    assert "  也成立，但让位于 “特例”：规则 general：规则（" in told
