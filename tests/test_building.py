"""Facts that several rules build, and what they are where no rule holds: read, judged and told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from policyengine.api import EngineName, Rulebook, load_rulebook
from policyengine.diagnostics.i18n import Speech
from policyengine.engines.durable.ruleset import durable_available
from policyengine.lint.examine import examine, find_places
from policyengine.outcome.decision import Decision
from policyengine.render.json.decision import render_json
from policyengine.render.text import render_text
from policyengine.render.why.chain import Chain

ENGINES: tuple[EngineName, ...] = ("reference", "compiled", *(("durable",) if durable_available() else ()))
BOOK = """rulebook: building
version: "1"
title: {en: Building}
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
languages: [en]
parties: {shop: {en: shop}}
"""
FACTS = """facts:
  a: {type: boolean, title: {en: a}}
  b: {type: boolean, title: {en: b}}
  c: {type: boolean, title: {en: c}}
  late: {type: count, title: {en: late}, if_missing: none}
  RESULT
lists:
  items:
    title: {en: items}
    facts:
      hit: {type: boolean, title: {en: hit}}
      bad: {type: boolean, title: {en: bad}, if_missing: no}
      fee: {type: money, title: {en: fee}}
      RECORD
  others:
    title: {en: others}
    facts: {hit: {type: boolean, title: {en: hit too}}}
"""
AS_OF = "2026-03-02 12:00"


def rulebook(folder: Path, result: str, rules: Mapping[str, str], record: str = "") -> Path:
    """Write a rulebook with one more fact, or one more fact of a record, and rules by their name."""
    (folder / "policies").mkdir(parents=True, exist_ok=True)
    (folder / "rulebook.yaml").write_text(BOOK)
    facts = FACTS.replace("RESULT", f"result: {{title: {{en: result}}, {result}}}" if result else "")
    own = f"given: {{title: {{en: given}}, {record}}}" if record else ""
    (folder / "facts.yaml").write_text(facts.replace("RECORD", own))
    lines = [f"  {id}: {{title: {{en: {id}}}, {rule}}}" for id, rule in rules.items()]
    text = "policy: p\ntitle: {en: p}\nrules:\n" + "\n".join(lines) + "\n"
    (folder / "policies" / "p.yaml").write_text(text)
    return folder


def told(folder: Path) -> list[str]:
    """Return the codes that are told of a rulebook."""
    return [
        one.code for one in examine(find_places([str(folder)]), {}).diagnostics if one.severity == "error"
    ]


def helps(folder: Path) -> str:
    return "\n".join(
        f"{one.sentence}\n{one.help}" for one in examine(find_places([str(folder)]), {}).diagnostics
    )


def judge(folder: Path, case: Mapping[str, object], engine: EngineName = "compiled") -> Decision:
    book: Rulebook = load_rulebook(str(folder), engine=engine)
    return book.evaluate({"case": "c", **case}, AS_OF)


def results(folder: Path, case: Mapping[str, object], name: str = "result") -> str:
    """Return how a fact comes out, the same by every engine: a value, none, or what it waits for."""
    found = {_told(judge(folder, case, engine), name) for engine in ENGINES}
    assert len(found) == 1, found
    return found.pop()


def _told(decision: Decision, name: str) -> str:
    outcome = next(one for one in decision.outcomes if one.fact.path == name)
    if outcome.status == "known":
        return str(outcome.state.value)  # type: ignore[union-attr]
    if outcome.status == "undetermined":
        return "? " + ", ".join(
            f"{one.name}{'' if one.record is None else one.record}" for one in outcome.waits
        )
    return outcome.status


COUNT = "type: count, role: outcome, combine: sum"
R = {
    "r1": "when: {a: yes}, then: {result: 3}",
    "r2": "when: {b: yes}, then: {result: 6}, overrides: [r1]",
    "r3": "when: {c: yes}, then: {result: 2}",
}


def test_exceptions_come_first_and_what_is_left_is_added_up(tmp_path: Path) -> None:
    book = rulebook(tmp_path, COUNT + ", otherwise: 0", R)
    assert results(book, {"a": "yes", "b": "yes", "c": "yes"}) == "8"
    assert results(book, {"a": "yes", "b": "no", "c": "yes"}) == "5"


def test_what_is_otherwise_is_never_added(tmp_path: Path) -> None:
    book = rulebook(tmp_path, COUNT + ", otherwise: 10", {"r1": R["r1"]})
    assert results(book, {"a": "yes"}) == "3"
    assert results(book, {"a": "no"}) == "10"


def test_without_any_rule_and_without_otherwise_it_is_not_applicable(tmp_path: Path) -> None:
    book = rulebook(tmp_path, COUNT, {"r1": R["r1"]})
    assert results(book, {"a": "no"}) == "not_applicable"
    assert "otherwise: 0" in helps(book)


@pytest.mark.parametrize(
    ("how", "expected"),
    [("sum", "? b"), ("greatest", "3"), ("least", "3")],
)
def test_what_may_hold_matters_only_if_it_can_change_something(
    tmp_path: Path, how: str, expected: str
) -> None:
    rules = {"sure": "when: {a: yes}, then: {result: 3}", "possible": "when: {b: yes}, then: {result: 3}"}
    book = rulebook(tmp_path, f"type: count, role: outcome, combine: {how}, otherwise: 0", rules)
    assert results(book, {"a": "yes"}) == expected
    if how == "sum":
        outcome = judge(book, {"a": "yes"}).outcomes[0]
        assert outcome.possible == (3, 6)


def test_equal_values_do_not_merge(tmp_path: Path) -> None:
    rules = {one: f"when: {{{one}: yes}}, then: {{result: 3}}" for one in ("a", "b", "c")}
    book = rulebook(tmp_path, COUNT + ", otherwise: 0", rules)
    assert results(book, {"a": "yes", "b": "yes", "c": "yes"}) == "9"


def test_many_that_may_hold_are_told_between_two_ends(tmp_path: Path) -> None:
    rule = "for_each: items, when: {hit: yes}, then: {result: 3}"
    book = rulebook(tmp_path, COUNT + ", otherwise: 0", {"r": rule, "x": "when: {a: yes}, then: {result: 1}"})
    decision = judge(book, {"a": "yes", "items": [{"hit": "yes"}] + [{}] * 4}).unrefined()
    between = decision.outcomes[0].between
    assert between is not None and (between.low, between.high, between.values) == (4, 16, ())
    data = json.loads(render_json(decision))["outcomes"][0]
    assert data["between"] == {"least": 4, "greatest": 16}
    assert "at least 4, at most 16" in render_text(decision, Speech("en"))


# ---------- a rule that has nothing to give


def test_a_rule_without_a_value_leaves_the_whole_without_one(tmp_path: Path) -> None:
    rules = {"r": "when: {a: yes}, then: {result: 3}", "s": "when: {a: yes}, then: {result: late}"}
    book = rulebook(tmp_path, COUNT + ", otherwise: 0", rules)
    assert results(book, {"a": "yes"}) == "not_applicable"
    assert results(book, {"a": "yes", "late": 4}) == "7"
    assert results(book, {"a": "no"}) == "0"
    why = Chain(judge(book, {"a": "yes"}), Speech("en")).why(("result", None))
    assert "rule s" in why and "the sum of those that count" in why


# ---------- otherwise, of one rule


def test_otherwise_is_a_rule_that_all_others_override(tmp_path: Path) -> None:
    rules = {"r": "when: {a: yes}, then: {result: no}"}
    book = rulebook(tmp_path, "type: boolean, role: outcome, otherwise: no", rules)
    assert results(book, {}) == "False"
    book = rulebook(tmp_path, "type: boolean, role: outcome, otherwise: yes", rules)
    assert results(book, {}) == "? a"
    assert results(book, {"a": "no"}) == "True"
    decision = judge(book, {"a": "no"})
    reason = decision.outcomes[0].reasons[0]
    assert reason.rule.id == "result otherwise"
    assert json.loads(render_json(decision))["outcomes"][0]["rules"][0]["rule"] == "result otherwise"
    assert "where no rule says otherwise" in render_text(decision, Speech("en"))


def test_otherwise_does_not_hide_a_rule_without_a_value(tmp_path: Path) -> None:
    book = rulebook(
        tmp_path, "type: count, role: outcome, otherwise: 1", {"r": "when: {a: yes}, then: {result: late}"}
    )
    assert results(book, {"a": "yes"}) == "not_applicable"
    assert results(book, {"a": "no"}) == "1"


def test_otherwise_can_be_a_name(tmp_path: Path) -> None:
    book = rulebook(
        tmp_path, "type: count, role: outcome, otherwise: late", {"r": "when: {a: yes}, then: {result: 9}"}
    )
    assert results(book, {"a": "no", "late": 4}) == "4"
    assert results(book, {"a": "yes", "late": 4}) == "9"


# ---------- records that build a fact of the whole case

MONEY = "type: money, role: outcome, combine: sum, otherwise: 0.00"
EACH = {
    "s": "for_each: items, when: {hit: yes}, then: {result: 3.00}",
    "r": "for_each: items, when: {bad: yes}, then: {result: 0.00}, overrides: [s]",
}


def test_records_override_record_by_record(tmp_path: Path) -> None:
    book = rulebook(tmp_path, MONEY, EACH)
    assert results(book, {"items": [{"hit": "yes"}, {"hit": "yes", "bad": "yes"}]}) == "300"
    decision = judge(book, {"items": [{"hit": "yes"}, {"hit": "yes", "bad": "yes"}]})
    data = json.loads(render_json(decision))["outcomes"][0]
    assert [(one["rule"], one["record"]) for one in data["rules"]] == [("r", 1), ("s", 0)]
    assert data["overridden"] == ["s[1]"]
    assert "it gives way to r" in Chain(decision, Speech("en")).why_not(("s", 1))


def test_a_rule_of_the_case_overrides_all_records_and_any_record_overrides_it(tmp_path: Path) -> None:
    whole = "when: {a: yes}, then: {result: 10.00}"
    book = rulebook(tmp_path / "1", MONEY, {"s": EACH["s"], "w": f"{whole}, overrides: [s]"})
    items = [{"hit": "yes"}, {"hit": "no"}, {"hit": "yes"}]
    assert results(book, {"a": "yes", "items": items}) == "1000"
    assert results(book, {"a": "no", "items": items}) == "600"
    book = rulebook(tmp_path / "2", MONEY, {"w": whole, "s": f"{EACH['s']}, overrides: [w]"})
    assert results(book, {"a": "yes", "items": items}) == "600"
    assert results(book, {"a": "yes", "items": [{"hit": "no"}]}) == "1000"


def test_an_empty_list_gives_what_is_otherwise_and_an_unknown_one_nothing(tmp_path: Path) -> None:
    book = rulebook(tmp_path, MONEY, EACH)
    assert results(book, {"items": []}) == "0"
    assert results(book, {}) == "? items"
    why = Chain(judge(book, {}), Speech("en")).why(("result", None))
    assert "for each record of “items”" in why


def test_an_unknown_list_does_not_matter_where_it_cannot(tmp_path: Path) -> None:
    rules = {
        "r": "for_each: items, when: {hit: yes}, then: {result: yes}",
        "w": "when: {a: yes}, then: {result: yes}",
    }
    book = rulebook(tmp_path, "type: boolean, role: outcome, combine: yes_if_any, otherwise: no", rules)
    assert results(book, {"a": "yes"}) == "True"
    assert results(book, {"a": "no"}) == "? items"


def test_of_an_unknown_list_what_a_rule_asks_of_the_whole_case_counts(tmp_path: Path) -> None:
    """What is false whatever the record is, is false of every record that there may be."""
    question = "any_of: {list: others, where: {hit: yes}}"
    rules = {"r": f"for_each: items, when: {{a: yes, hit: yes, {question}}}, then: {{result: yes}}"}
    book = rulebook(tmp_path, "type: boolean, role: outcome, combine: yes_if_any, otherwise: no", rules)
    others = [{"hit": "yes"}]
    assert results(book, {"a": "no"}) == "False"
    assert results(book, {"a": "yes", "others": []}) == "False"
    assert results(book, {"a": "yes", "others": others}) == "? items"
    assert results(book, {"a": "yes"}) == "? items, others"
    assert results(book, {"others": others}) == "? a, items"


def test_of_an_unknown_list_what_a_rule_asks_of_each_record_is_open(tmp_path: Path) -> None:
    for test in (
        "any: [{a: yes}, {hit: yes}]",
        "any_of: {other: items, where: {hit: yes}}",
        "any_of: {list: others, where: {hit: this.hit}}",
        "previous: {is: {hit: yes}}",
        "position_of: {by: fee, at_most: 1}",
    ):
        rules = {"r": f"for_each: items, when: {{{test}}}, then: {{result: yes}}"}
        book = rulebook(tmp_path, "type: boolean, role: outcome, combine: yes_if_any, otherwise: no", rules)
        assert results(book, {"a": "no", "others": []}) == "? items", test


def test_two_records_of_an_unknown_list_can_give_what_one_does_not(tmp_path: Path) -> None:
    """One gives what is otherwise; two give twice as much."""
    rules = {"r": "for_each: items, when: {hit: yes}, then: {result: 1}"}
    book = rulebook(tmp_path, "type: count, role: outcome, combine: sum, otherwise: 1", rules)
    assert results(book, {}) == "? items"
    rules["w"] = "when: {a: yes}, then: {result: 0}, overrides: [r]"
    book = rulebook(tmp_path, "type: count, role: outcome, combine: sum, otherwise: 1", rules)
    assert results(book, {"a": "no"}) == "? items"
    assert results(book, {}) == "? a, items"
    book = rulebook(
        tmp_path, "type: count, role: outcome, combine: greatest, otherwise: 1", {"r": rules["r"]}
    )
    assert results(book, {}) == "1"


def test_a_rule_gives_each_of_its_facts_by_the_law_of_that_fact(tmp_path: Path) -> None:
    rules = {"r": "for_each: items, when: {hit: yes}, then: {result: fee, given: 2}"}
    book = rulebook(tmp_path, MONEY, rules, record="type: count, role: outcome, combine: sum, otherwise: 0")
    case = {"items": [{"hit": "yes", "fee": "1.50"}, {"hit": "yes", "fee": "2.00"}]}
    assert results(book, case) == "350"
    given = [one.state for one in judge(book, case).outcomes if one.fact.path == "items.given"]
    assert [one.value for one in given] == [2, 2]  # type: ignore[union-attr]


def test_a_conflict_in_one_record_is_waited_for(tmp_path: Path) -> None:
    rules = {
        "x": "for_each: items, when: {hit: yes}, then: {given: 1.00}",
        "y": "for_each: items, when: {bad: yes}, then: {given: 2.00}",
        "r": "for_each: items, when: {hit: yes}, then: {result: given}",
    }
    book = rulebook(tmp_path, MONEY, rules, record="type: money, role: outcome")
    case = {"items": [{"hit": "yes"}, {"hit": "yes", "bad": "yes"}]}
    assert results(book, case) == "? items.given1"


def test_instants_have_a_greatest(tmp_path: Path) -> None:
    rules = {
        "x": "when: {a: yes}, then: {result: 2026-01-01 00:00}",
        "y": "when: {b: yes}, then: {result: 2026-02-01 00:00}",
    }
    book = rulebook(tmp_path, "type: instant, role: outcome, combine: greatest", rules)
    both = judge(book, {"a": "yes", "b": "yes"}).outcomes[0]
    only = judge(book, {"a": "no", "b": "yes"}).outcomes[0]
    assert both.state == only.state


def test_lengths_are_added_up_in_a_unit_that_fits(tmp_path: Path) -> None:
    rules = {
        "x": "when: {a: yes}, then: {result: 1 day}",
        "y": "when: {b: yes}, then: {result: 12 hours}",
        "z": "when: {c: yes}, then: {result: 1 week}",
    }
    book = rulebook(tmp_path, "type: duration, role: outcome, combine: sum", rules)

    def shown(**case: str) -> str:
        state = judge(book, case).outcomes[0].state
        return f"{state.value.count} {state.value.unit}"  # type: ignore[union-attr]

    assert shown(a="yes", b="yes", c="no") == "36 hours"
    assert shown(a="yes", b="no", c="yes") == "8 days"
    assert shown(a="no", b="no", c="yes") == "1 weeks"


# ---------- what is refused, and what is advised


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("type: money, combine: sum", "`result` cannot be combined: cases give it"),
        ("type: money, otherwise: 0.00", "write `if_missing` for what it is where a case leaves it out"),
        ("type: money, role: outcome, if_missing: 0.00", "write `otherwise` for what it is where no rule"),
        ("type: text, role: outcome, combine: greatest", "of a text or a choice one rule gives the value"),
        ("type: instant, role: outcome, combine: sum", "what fits here: `least`, `greatest`"),
        ("type: boolean, role: outcome, combine: sum", "yes_if_any"),
        ("type: money, role: outcome, combine: yes_if_any", "`combine: yes_if_any` does not fit"),
        ("type: money, role: outcome, combine: total", "did you mean `sum`?"),
        ("type: boolean, role: outcome, combine: any", "did you mean `yes_if_any`?"),
        ("type: money, role: outcome, combine: max", "did you mean `greatest`?"),
        ("type: money, role: outcome, else: 0.00", "write `otherwise`"),
        ("type: money, role: outcome, aggregate: sum", "write `combine`"),
        ("type: money, role: outcome, otherwise: result", "cannot be its own `otherwise` value"),
    ],
)
def test_natural_wrong_guesses_are_told_what_to_write(tmp_path: Path, result: str, words: str) -> None:
    book = rulebook(tmp_path, result, {"r": "when: {a: yes}, then: {}"} if "role" not in result else {})
    if "role" in result:
        (book / "policies" / "p.yaml").unlink()
    assert words in helps(book)


def test_records_need_a_fact_that_says_how_they_become_one(tmp_path: Path) -> None:
    book = rulebook(tmp_path, "type: money, role: outcome", {"s": EACH["s"]})
    assert told(book) == ["wrong-conclusion"]
    assert "as many values as there are records" in helps(book) and "combine: sum" in helps(book)


def test_nobody_overrides_what_is_otherwise(tmp_path: Path) -> None:
    book = rulebook(
        tmp_path, MONEY, {"w": "when: {a: yes}, then: {result: 1.00}, overrides: [result otherwise]"}
    )
    assert "already gives way to every rule" in helps(book)


def test_two_lists_do_not_override_each_other(tmp_path: Path) -> None:
    rules = {"s": EACH["s"], "t": "for_each: others, when: {hit: yes}, then: {result: 1.00}, overrides: [s]"}
    assert told(rulebook(tmp_path, MONEY, rules)) == ["override-across-lists"]


def test_a_limit_in_a_sum_is_no_reason_to_exclude(tmp_path: Path) -> None:
    """No rule alone gives what all give together: that a sum is at least four may be true."""
    rules = {
        "x": "when: {a: yes}, then: {result: 3}",
        "y": "when: {b: yes}, then: {result: 2}",
        "z": "when: {result: {at_least: 4}}, then: {}, notices: [{to: shop, kind: advice, text: {en: mind}}]",
    }
    book = rulebook(tmp_path, COUNT + ", otherwise: 0", rules)
    codes = [one.code for one in examine(find_places([str(book)]), {}).diagnostics]
    assert "never-holds" not in codes and "possible-conflict" not in codes


def test_an_override_between_equal_values_of_a_sum_is_not_idle(tmp_path: Path) -> None:
    rules = {
        "x": "when: {a: yes}, then: {result: 3}",
        "y": "when: {b: yes}, then: {result: 3}, overrides: [x]",
    }
    book = rulebook(tmp_path, COUNT + ", otherwise: 0", rules)
    assert "idle-override" not in [one.code for one in examine(find_places([str(book)]), {}).diagnostics]
    book = rulebook(tmp_path, "type: count, role: outcome, combine: greatest, otherwise: 0", rules)
    assert "idle-override" in [one.code for one in examine(find_places([str(book)]), {}).diagnostics]
