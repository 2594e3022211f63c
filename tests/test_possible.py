"""What a decision says is possible, in small rulebooks: agreed answers, trees, defaults, what is missing."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from policyengine.api import Rulebook, load_rulebook
from policyengine.diagnostics.diagnostic import FaultsFound
from policyengine.diagnostics.i18n import Speech
from policyengine.outcome.decision import Decision
from policyengine.outcome.parts import Outcome
from policyengine.render.json.decision import decision_data
from policyengine.render.text import render_text
from policyengine.render.why.chain import Chain
from policyengine.semantics.findings import Known

HEAD = """\
rulebook: small
version: "1"
title: {zh: 小, en: Small}
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
languages: [zh, en]
parties: {seller: {zh: 卖家, en: seller}}
"""
NOW = "2012-03-23 12:00"


def book(folder: Path, facts: str, policy: str, head: str = "", assumptions: str = "") -> Rulebook:
    (folder / "policies").mkdir()
    (folder / "rulebook.yaml").write_text(HEAD + head, "utf-8")
    (folder / "facts.yaml").write_text(dedent(facts), "utf-8")
    (folder / "policies" / "p.yaml").write_text(
        "policy: p\ntitle: {zh: 甲, en: P}\n" + dedent(policy), "utf-8"
    )
    if assumptions:
        (folder / "assumptions.yaml").write_text(dedent(assumptions), "utf-8")
    return load_rulebook(folder)


def outcome(decision: Decision, path: str) -> Outcome:
    return next(one for one in decision.outcomes if one.fact.path == path)


def page(decision: Decision, language: str = "en") -> str:
    return render_text(decision, Speech(language))  # type: ignore[arg-type]  # one of two


YES_OR_NO = """
    facts:
      a: {type: boolean, title: {zh: 甲, en: A}}
      b: {type: boolean, title: {zh: 乙, en: B}}
      result.ok: {type: boolean, title: {zh: 可以, en: ok}, role: outcome}
    """


def test_an_answer_on_which_all_ways_agree_is_certain_and_says_on_what_it_rests(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        YES_OR_NO,
        """
        rules:
          one: {title: {zh: 一, en: One}, when: {a: yes}, then: {result.ok: yes}}
          two: {title: {zh: 二, en: Two}, when: {a: no, A-01: kind}, then: {result.ok: yes}}
        """,
        assumptions="""
        assumptions:
          A-01:
            title: {zh: 题, en: Kindness}
            readings: {kind: {zh: 宽, en: kind}, strict: {zh: 严, en: strict}}
            default: kind
        """,
    )
    decision = rules.evaluate({}, NOW)
    found = outcome(decision, "result.ok")
    assert (found.status, found.waits, found.exactness) == ("known", (), "exact")
    assert [one.rule.id for one in found.reasons] == ["one", "two"]
    assert found.support.assumptions == {"A-01"} and [one.id for one in decision.assumptions] == ["A-01"]
    assert "ok  yes  the same whatever is filled in for: A" in page(decision)
    assert "Missing" not in page(decision)
    why = Chain(decision, Speech("en")).why(("result.ok", None))
    assert why.startswith("ok (result.ok): yes\n  the same whatever is filled in for: A\n")
    quick = rules.judge(decision.case, decision.as_of, refine=False)
    assert outcome(quick, "result.ok").status == "undetermined"


def test_of_two_rules_of_which_one_must_hold_nothing_else_is_possible(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        YES_OR_NO,
        """
        rules:
          one:
            title: {zh: 一, en: One}
            when: {a: yes}
            then: {result.ok: yes}
          other:
            title: {zh: 二, en: Other}
            when: {a: no}
            then: {result.ok: no}
        """,
    )
    found = outcome(rules.evaluate({"b": True}, as_of=NOW), "result.ok")
    assert found.possible == (False, True)
    assert not found.may_be_absent and not found.has_unknown_value and found.exactness == "exact"


def test_a_tree_says_what_follows_from_what(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        """
        facts:
          paid_at: {type: instant, title: {zh: 付款时间, en: paid at}}
          sent_at: {type: instant, title: {zh: 发货时间, en: sent at}, if_missing: never}
          breach: {type: boolean, title: {zh: 违约, en: breach}, role: outcome}
        """,
        """
        deadlines:
          sending:
            {title: {zh: 发货, en: Send}, who: seller, starts: paid_at, within: 24 hours, met_by: sent_at}
        rules:
          late: {title: {zh: 晚, en: Late}, when: {sending.status: missed}, then: {breach: yes}}
          fine: {title: {zh: 好, en: Fine}, when: {sending.status: [open, met]}, then: {breach: no}}
        """,
    )
    decision = rules.evaluate({"sent_at": "2012-03-23 10:00"}, NOW)
    text = page(decision)
    assert "if paid at: by 2012-03-22 09:59:59 → yes" in text
    assert "if paid at: after 2012-03-22 09:59:59 → no" in text
    assert "if paid at: not yet → not applicable" in text
    assert "若 付款时间：不晚于 2012-03-22 09:59:59 → 是" in page(decision, "zh")
    tree = decision_data(decision)["outcomes"][0]["depends_on"]  # type: ignore[index]
    assert tree["branches"][0] == {
        "if": [{"from": None, "to": "2012-03-22T09:59:59+08:00"}],
        "then": {"answers": [True]},
    }


def test_a_notice_that_perhaps_is_due_is_shown_with_its_condition(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        YES_OR_NO,
        """
        rules:
          act:
            title: {zh: 一, en: One}
            when: {a: yes, b: yes}
            notices: [{to: seller, kind: duty, text: {zh: 做, en: do it}}]
          stop:
            title: {zh: 二, en: Two}
            when: {any: [{a: yes}, {a: no}]}
            notices: [{to: seller, kind: advice, text: {zh: 看, en: look at it}}]
            then: {result.ok: yes}
        """,
    )
    decision = rules.evaluate({"b": True}, NOW)
    assert [one.rule.id for one in decision.next_steps] == ["stop"], "it holds whatever a is"
    assert [one.step.rule.id for one in decision.possible_steps] == ["act"]
    assert "if A: yes:\n    seller  must  do it" in page(decision)
    assert [one.missing.name for one in decision.wanted] == ["a"]
    assert rules.evaluate({"b": False}, NOW).possible_steps == (), "in no way is it due"


def test_facts_come_first_those_that_settle_most_and_what_is_still_to_come_after_them(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        """
        facts:
          a: {type: boolean, title: {zh: 甲, en: A}}
          b: {type: boolean, title: {zh: 乙, en: B}}
          decided_at: {type: instant, title: {zh: 裁定时间, en: decided at}, if_missing: never}
          decision: {type: boolean, title: {zh: 裁定, en: decision}, dated_by: decided_at}
          awaited: {type: boolean, title: {zh: 将来的裁定, en: decision to come}, foresees: decision}
          r.one: {type: boolean, title: {zh: 一, en: one}, role: outcome}
          r.two: {type: boolean, title: {zh: 二, en: two}, role: outcome}
          r.sum: {type: money, title: {zh: 三, en: sum}, role: outcome}
        """,
        """
        parameters:
          fee: {title: {zh: 费, en: fee}, type: money, values: []}
        rules:
          one: {title: {zh: 一, en: One}, when: {a: yes, b: yes}, then: {r.one: yes}}
          two: {title: {zh: 二, en: Two}, when: {b: yes}, then: {r.two: yes}}
          three:
            title: {zh: 三, en: Three}
            when: {any: [{decision: yes}, {awaited: yes}]}
            then: {r.sum: fee}
        """,
    )
    decision = rules.evaluate({}, NOW)
    assert [(one.missing.name, one.answers) for one in decision.wanted] == [
        ("b", 2),
        ("a", 1),
        ("awaited", 1),
        ("fee", 1),
    ]
    text = page(decision)
    assert "decision (decision) and its time (decided_at)" in text and "--set awaited=…" in text
    data = decision_data(decision)["missing"]
    assert isinstance(data, list)
    assert (data[2]["name"], data[2]["dated_by"], data[2]["what_if"]) == ("decision", "decided_at", "awaited")


def test_a_default_that_decides_is_listed_with_its_assumption(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        """
        facts:
          asked:
            type: boolean
            title: {zh: 提出, en: asked}
            if_missing: {A-01: {no_is_no: no, open: unknown}}
          result.ok: {type: boolean, title: {zh: 可以, en: ok}, role: outcome}
        """,
        """
        rules:
          one: {title: {zh: 一, en: One}, when: {asked: no}, then: {result.ok: yes}}
        """,
        assumptions="""
        assumptions:
          A-01:
            title: {zh: 没提就是没有, en: What is not asked is not wanted}
            readings: {no_is_no: {zh: 没有, en: it is not}, open: {zh: 未定, en: it is open}}
            default: no_is_no
        """,
    )
    decision = rules.evaluate({}, NOW)
    assert outcome(decision, "result.ok").status == "known"
    assert [(one.fact.path, one.value) for one in decision.defaults] == [("asked", False)]
    assert [one.id for one in decision.assumptions] == ["A-01"]
    assert "asked  no  A-01" in page(decision)
    assert rules.evaluate({"asked": False}, NOW).defaults == (), "the case says it"
    other = load_rulebook(tmp_path, assume={"A-01": "open"})
    assert outcome(other.evaluate({}, NOW), "result.ok").status == "undetermined"


def test_the_reasons_of_an_agreed_answer_are_told_of_the_case_and_not_of_what_was_tried(
    tmp_path: Path,
) -> None:
    rules = book(
        tmp_path,
        """
        lists:
          visits:
            title: {zh: 上门, en: visits}
            dated_by: at
            facts:
              at: {type: instant, title: {zh: 时间, en: at}}
              late: {type: boolean, title: {zh: 迟到, en: late}}
        facts:
          result.ok: {type: boolean, title: {zh: 可以, en: ok}, role: outcome}
        """,
        """
        rules:
          some:
            title: {zh: 有, en: Some}
            when: {any_of: {list: visits, where: {late: yes}}}
            then: {result.ok: yes}
          none:
            title: {zh: 无, en: None}
            when: {not: {any_of: {list: visits, where: {late: yes}}}}
            then: {result.ok: yes}
        """,
    )
    decision = rules.evaluate({}, NOW)
    assert outcome(decision, "result.ok").state == Known(True)
    told = next(one for one in decision_data(decision)["outcomes"] if one["fact"] == "result.ok")
    assert [rule["truth"] for rule in told["rules"]] == ["undetermined", "undetermined"]
    assert [leaf["records"] for rule in told["rules"] for leaf in rule["because"]] == [[], []]
    assert page(decision)


def test_what_has_not_happened_is_told_as_taken_for_granted(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        """
        lists:
          visits:
            title: {zh: 上门, en: visits}
            dated_by: at
            if_missing: empty
            facts:
              at: {type: instant, title: {zh: 时间, en: at}}
        facts:
          sent: {type: instant, title: {zh: 发货, en: sent}, if_missing: never}
          told: {type: instant, title: {zh: 告知, en: told}, if_missing: never}
          paid: {type: boolean, title: {zh: 已付, en: paid}, if_missing: none}
          result.ok: {type: boolean, title: {zh: 可以, en: ok}, role: outcome}
        """,
        """
        rules:
          one:
            title: {zh: 一, en: One}
            when: {not: {sent: happened}, count_of: {list: visits, at_most: 0}, paid: {known: no}}
            then: {result.ok: no}
        """,
    )
    decision = rules.evaluate({}, NOW)
    taken = [("paid", None), ("sent", None), ("visits", None)]
    assert [(one.fact.path, one.value) for one in decision.defaults] == taken
    text = page(decision)
    assert "Defaults used, because the case does not say\n  left open         paid\n" in text
    assert "  has not happened  sent\n" in text
    assert "  there is none     visits\n" in text
    data = decision_data(decision)["defaults"]
    assert [(one["path"], one["value"]) for one in data] == taken


def test_a_judgement_before_all_events_says_so(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        """
        facts:
          sent: {type: instant, title: {zh: 发货, en: sent}, if_missing: never}
          result.ok: {type: boolean, title: {zh: 可以, en: ok}, role: outcome}
        """,
        """
        rules:
          one: {title: {zh: 一, en: One}, when: {not: {sent: happened}}, then: {result.ok: no}}
        """,
    )
    before = rules.evaluate({"sent": "2012-03-24 09:00"}, NOW)
    line = "The case begins only later, with “sent” (sent) on 2012-03-24 09:00:00"
    assert line in page(before)
    assert decision_data(before)["begins_later"] == {"path": "sent", "at": "2012-03-24T09:00:00+08:00"}
    after = rules.evaluate({"sent": "2012-03-22 09:00"}, NOW)
    assert "begins only later" not in page(after)
    assert decision_data(after)["begins_later"] is None


# ---------- what cannot be told exactly is not told as exact


COUNTED = """
    facts:
      result.ok: {{type: boolean, title: {{zh: 可以, en: ok}}, role: outcome}}
    lists:
      items:
        title: {{zh: 件, en: items}}
        facts: {{price: {{type: money, title: {{zh: 价, en: price}}{bounds}}}}}
    """


@pytest.mark.parametrize(
    ("least", "exactness", "waits"), [(1, "exact", True), (49, "exact", True), (60, "lower_bound", True)]
)
def test_more_records_than_are_tried_are_not_ruled_out(
    tmp_path: Path, least: int, exactness: str, waits: bool
) -> None:
    rules = book(
        tmp_path,
        COUNTED.format(bounds=""),
        f"""
        rules:
          one:
            title: {{zh: 一, en: One}}
            when: {{count_of: {{list: items, where: {{price: 1.00}}, at_least: {least}}}}}
            then: {{result.ok: yes}}
        """,
    )
    found = outcome(rules.evaluate({}, NOW), "result.ok")
    assert (found.status, found.exactness) == ("undetermined", exactness)
    assert bool(found.waits) is waits


@pytest.mark.parametrize(("bounds", "possible"), [("", True), (", at_most: 4.00", False)])
def test_a_list_is_not_filled_with_records_that_no_case_may_have(
    tmp_path: Path, bounds: str, possible: bool
) -> None:
    rules = book(
        tmp_path,
        COUNTED.format(bounds=bounds),
        """
        rules:
          one:
            title: {zh: 一, en: One}
            when: {any_of: {list: items, where: {price: 5.00}}}
            then: {result.ok: yes}
        """,
    )
    found = outcome(rules.evaluate({}, NOW), "result.ok")
    assert (True in found.possible) is possible, "what was not tried may still not be told as met"
    assert found.status == "undetermined"


def test_a_day_can_be_longer_than_24_hours(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        """
        facts:
          paid_at: {type: instant, title: {zh: 付款, en: paid at}}
          done_at: {type: instant, title: {zh: 完成, en: done at}, if_missing: never}
          length: {type: duration, title: {zh: 时长, en: length}}
          result.ok: {type: boolean, title: {zh: 可以, en: ok}, role: outcome}
        """,
        """
        deadlines:
          w: {title: {zh: 期, en: W}, who: seller, starts: paid_at, within: length, met_by: done_at}
        rules:
          one:
            title: {zh: 一, en: One}
            when: {w.status: met, length: {at_most: 24 hours}}
            then: {result.ok: yes}
        """,
        head="counting: {days: calendar}\n",
    )
    case = {"paid_at": "2012-03-20 22:00", "done_at": "2012-03-21 23:30"}
    assert outcome(rules.evaluate(case, NOW), "result.ok").status == "undetermined"
    told = outcome(rules.evaluate({**case, "length": "1 day"}, NOW), "result.ok")
    assert told.status == "known", "one day ends at midnight of the next"


def test_a_day_contradicts_24_hours_that_another_rule_gives(tmp_path: Path) -> None:
    """They are equal, and two values: a length of which both are possible is not certain."""
    rules = book(
        tmp_path,
        """
        facts:
          paid: {type: boolean, title: {zh: 付, en: paid}}
          length: {type: duration, title: {zh: 长, en: length}, at_least: 24 hours, at_most: 24 hours}
          result.length: {type: duration, title: {zh: 期, en: time}, role: outcome}
        """,
        """
        rules:
          told: {title: {zh: 说, en: told}, when: {length: {at_least: 1 hour}}, then: {result.length: length}}
          fixed: {title: {zh: 定, en: fixed}, when: {paid: yes}, then: {result.length: 24 hours}}
        """,
    )
    assert outcome(rules.evaluate({"paid": True}, NOW), "result.length").status == "undetermined"
    told = outcome(rules.evaluate({"paid": True, "length": "1 day"}, NOW), "result.length")
    assert told.status == "conflict"


def test_two_unknown_instants_that_are_compared_are_told_as_far_as_they_were_tried(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        """
        facts:
          one_at: {type: instant, title: {zh: 一时, en: one at}}
          two_at: {type: instant, title: {zh: 二时, en: two at}}
          result.ok: {type: boolean, title: {zh: 可以, en: ok}, role: outcome}
        """,
        """
        rules:
          one: {title: {zh: 一, en: One}, when: {one_at: {before: two_at}}, then: {result.ok: yes}}
          two: {title: {zh: 二, en: Two}, when: {not: {one_at: {before: two_at}}}, then: {result.ok: no}}
        """,
    )
    found = outcome(rules.evaluate({}, NOW), "result.ok")
    assert found.status == "undetermined" and {*found.possible, *found.not_ruled_out} == {False, True}
    assert {one.name for one in found.waits} == {"one_at", "two_at"}


def test_a_record_that_is_compared_with_itself_is_not_made_up(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        """
        facts:
          result.ok: {type: boolean, title: {zh: 可以, en: ok}, role: outcome}
        lists:
          steps:
            title: {zh: 步骤, en: steps}
            facts:
              begun_at: {type: instant, title: {zh: 始, en: begun}}
              ended_at: {type: instant, title: {zh: 终, en: ended}}
        """,
        """
        rules:
          one:
            title: {zh: 一, en: One}
            when: {any_of: {list: steps, where: {ended_at: steps.begun_at}}}
            then: {result.ok: yes}
        """,
    )
    found = outcome(rules.evaluate({}, NOW), "result.ok")
    assert (found.status, found.exactness) == ("undetermined", "lower_bound")
    assert [missing.name for missing in found.waits] == ["steps"]


TEXTS = """
    facts:
      note: {type: text, title: {zh: 注, en: Note}}
      other: {type: text, title: {zh: 另, en: Other}}
      result.text: {type: text, title: {zh: 结果, en: Result}, role: outcome}
    """


def test_a_text_that_was_made_up_is_not_told_as_the_answer(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        TEXTS,
        "rules: {one: {title: {zh: 一, en: One}, when: {not: {note: {is: x}}}, then: {result.text: note}}}",
    )
    decision = rules.evaluate({}, NOW)
    found = outcome(decision, "result.text")
    assert (found.possible, found.has_unknown_value, found.may_be_absent) == ((), True, True)
    assert found.exactness == "exact"
    assert "if Note: x → not applicable" in page(decision)
    assert "if Note: something else → a value that is not known yet" in page(decision)


def test_a_text_can_be_the_one_that_another_rule_gives(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        TEXTS,
        """
        rules:
          one: {title: {zh: 一, en: One}, when: {not: {note: {is: x}}}, then: {result.text: note}}
          two: {title: {zh: 二, en: Two}, when: {other: "yes"}, then: {result.text: agreed}}
        """,
    )
    decision = rules.evaluate({"other": "yes"}, NOW)
    found = outcome(decision, "result.text")
    assert found.possible == ("agreed",) and found.may_conflict
    assert "if Note: agreed or x → agreed" in page(decision)
    for note, status in (("agreed", "known"), ("x", "known"), ("else", "conflict")):
        assert outcome(rules.evaluate({"note": note, "other": "yes"}, NOW), "result.text").status == status


def test_two_missing_texts_are_not_made_up_alike(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        TEXTS,
        """
        rules:
          one: {title: {zh: 一, en: One}, when: {not: {note: {is: x}}}, then: {result.text: note}}
          two: {title: {zh: 二, en: Two}, when: {not: {other: {is: x}}}, then: {result.text: other}}
        """,
    )
    found = outcome(rules.evaluate({}, NOW), "result.text")
    assert found.status == "undetermined" and found.exactness == "lower_bound"
    same = outcome(rules.evaluate({"note": "a", "other": "a"}, NOW), "result.text")
    assert (same.status, found.has_unknown_value) == ("known", True)


@pytest.mark.parametrize(("choice", "is_possible"), [("never", False), ("unknown", True)])
def test_an_event_without_its_cause_is_possible_where_a_case_may_tell_it(
    tmp_path: Path, choice: str, is_possible: bool
) -> None:
    rules = book(
        tmp_path,
        f"""
        facts:
          cause:
            type: instant
            title: {{zh: 因, en: Cause}}
            if_missing: {{A-01: {{x: never, y: {choice}}}}}
          event: {{type: instant, title: {{zh: 事, en: Event}}, not_before: cause}}
          result.ok: {{type: boolean, title: {{zh: 可以, en: ok}}, role: outcome}}
        """,
        "rules: {one: {title: {zh: 一, en: One}, when: {event: {happened: yes}}, then: {result.ok: yes}}}",
        assumptions="""
        assumptions:
          A-01:
            title: {zh: 题, en: Title}
            readings: {x: {zh: 甲, en: x}, y: {zh: 乙, en: y}}
            default: x
        """,
    )
    found = outcome(rules.evaluate({}, NOW), "result.ok")
    assert (found.possible == (True,)) is is_possible
    if is_possible:
        assert outcome(rules.evaluate({"event": NOW}, NOW), "result.ok").status == "known"
    else:
        with pytest.raises(FaultsFound, match="before-cause"):
            rules.evaluate({"event": NOW}, NOW)


@pytest.mark.parametrize(
    "demanded",
    ["A-01: y, at: {after: 2012-03-20 00:00}", "at: {after: 2012-03-20 00:00}, A-01: y"],
)
def test_which_rule_is_nearest_does_not_depend_on_what_is_written_first(
    tmp_path: Path, demanded: str
) -> None:
    rules = book(
        tmp_path,
        """
        facts:
          at: {type: instant, title: {zh: 时, en: at}}
          end: {type: instant, title: {zh: 止, en: end}}
          result.ok: {type: boolean, title: {zh: 可以, en: ok}, role: outcome}
        """,
        f"""
        rules:
          far: {{title: {{zh: 远, en: Far}}, when: {{not: {{{demanded}}}}}, then: {{result.ok: yes}}}}
          near:
            title: {{zh: 近, en: Near}}
            when: {{end: {{before: 2012-03-20 00:00}}}}
            then: {{result.ok: yes}}
        """,
        assumptions="""
        assumptions:
          A-01:
            title: {zh: 题, en: Title}
            readings: {x: {zh: 甲, en: x}, y: {zh: 乙, en: y}}
            default: y
        """,
    )
    data = decision_data(rules.evaluate({"at": "2012-03-21 00:00", "end": "2012-03-20 00:00"}, NOW))
    nearest = data["empty"]["policies"][0]["nearest_rule"]  # type: ignore[index]  # JSON
    assert nearest["rule"] == "near"


def test_a_value_is_not_ruled_out_because_something_else_that_is_missing_hid_it(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        """
        facts:
          number: {type: count, title: {zh: 数, en: number}}
          chosen.at: {type: instant, title: {zh: 定, en: chosen}, role: derived}
          result.at: {type: instant, title: {zh: 果, en: result}, role: outcome}
        lists:
          events: {title: {zh: 事, en: events}, facts: {at: {type: instant, title: {zh: 时, en: at}}}}
        """,
        """
        rules:
          chosen: {title: {zh: 一, en: One}, when: {number: number}, then: {chosen.at: 2012-03-20 00:00}}
          result:
            title: {zh: 二, en: Two}
            when: {any_of: {list: events, where: {chosen.at: at}}}
            then: {result.at: chosen.at}
        """,
    )
    found = outcome(rules.evaluate({"events": [{}]}, NOW), "result.at")
    assert len(found.possible) == 1 and found.may_be_absent
    told = outcome(rules.evaluate({"events": [{"at": "2012-03-20 00:00"}], "number": 2}, NOW), "result.at")
    assert told.state == Known(found.possible[0])


def test_an_amount_that_rises_and_falls_is_not_judged_by_its_ends(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        """
        facts:
          part: {type: money, title: {zh: 份, en: part}}
          result.ok: {type: boolean, title: {zh: 可以, en: ok}, role: outcome}
        """,
        """
        amounts: {rest: {title: {zh: 余, en: rest}, base: 1.00, minus: part, at_most: part}}
        rules: {one: {title: {zh: 一, en: One}, when: {rest: 0.49}, then: {result.ok: yes}}}
        """,
    )
    found = outcome(rules.evaluate({}, NOW), "result.ok")
    assert found.status == "undetermined" and found.exactness == "lower_bound"
    assert outcome(rules.evaluate({"part": "0.49"}, NOW), "result.ok").state == Known(True)


def test_an_amount_that_no_settled_outcome_gives_does_not_look_owed(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        """
        facts:
          total: {type: money, title: {zh: 金额, en: total}}
          a: {type: boolean, title: {zh: 甲, en: A}}
          result.pay: {type: money, title: {zh: 应付, en: to be paid}, role: outcome}
        """,
        """
        amounts:
          half: {title: {zh: 一半, en: Half}, base: total, rate: 50%}
        rules:
          one: {title: {zh: 一, en: One}, when: {a: yes}, then: {result.pay: half}}
        """,
    )
    note = "this is the amount if it applies; undetermined: to be paid"
    assert note in page(rules.evaluate({"total": "8.00"}, NOW))
    assert note not in page(rules.evaluate({"total": "8.00", "a": True}, NOW))


def test_an_assumption_without_which_an_answer_would_be_another_is_named(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        YES_OR_NO,
        """
        rules:
          usual: {title: {zh: 一, en: Usual}, when: {a: yes}, then: {result.ok: yes}}
          strict:
            title: {zh: 二, en: Strict}
            when: {a: yes, A-01: strict}
            then: {result.ok: no}
            overrides: [usual]
        """,
        assumptions="""
        assumptions:
          A-01:
            title: {zh: 从宽, en: It is meant leniently}
            readings: {lenient: {zh: 从宽, en: leniently}, strict: {zh: 从严, en: strictly}}
            default: lenient
        """,
    )
    decision = rules.evaluate({"a": True}, NOW)
    assert outcome(decision, "result.ok").state == Known(True)
    assert [one.id for one in decision.assumptions] == ["A-01"]
    told = next(one for one in decision_data(decision)["outcomes"] if one["fact"] == "result.ok")
    assert told["rests_on"]["assumptions"] == ["A-01"]
    assert [one.id for one in rules.evaluate({"a": False}, NOW).assumptions] == []
    strict = load_rulebook(tmp_path, assume={"A-01": "strict"}).evaluate({"a": True}, NOW)
    assert outcome(strict, "result.ok").state == Known(False)


def test_that_there_may_be_none_is_told_of_open_answers_alone(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        YES_OR_NO,
        """
        rules:
          one: {title: {zh: 一, en: One}, when: {a: yes}, then: {result.ok: yes}}
        """,
    )
    found = outcome(rules.evaluate({}, NOW), "result.ok")
    assert (found.status, found.possible, found.may_be_absent) == ("undetermined", (True,), True)
    data = next(
        one for one in decision_data(rules.evaluate({}, NOW))["outcomes"] if one["fact"] == "result.ok"
    )
    assert data["may_be_not_applicable"] is True
    known = outcome(rules.evaluate({"a": "yes"}, NOW), "result.ok")
    assert (known.status, known.may_be_absent) == ("known", False)


def test_what_all_ways_agree_on_leaves_nothing_out(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        YES_OR_NO,
        """
        rules:
          one: {title: {zh: 一, en: One}, when: {a: yes}, then: {result.ok: yes}}
          two: {title: {zh: 二, en: Two}, when: {a: no}, then: {result.ok: yes}}
        """,
    )
    found = outcome(rules.evaluate({}, NOW), "result.ok")
    assert (found.status, found.possible, found.may_be_absent) == ("known", (), False)


def test_an_answer_is_exact_if_each_part_that_kleene_leaves_has_been_met(tmp_path: Path) -> None:
    """The amount rises and falls, so its two ends prove nothing by themselves; but nothing is left out."""
    rules = book(
        tmp_path,
        """
        facts:
          part: {type: money, title: {zh: 份, en: part}, at_least: 0.00, at_most: 0.60}
          result.ok: {type: boolean, title: {zh: 可以, en: ok}, role: outcome}
        """,
        """
        amounts: {rest: {title: {zh: 余, en: rest}, base: 1.00, minus: part, at_most: part}}
        rules: {one: {title: {zh: 一, en: One}, when: {rest: {at_least: 0.30}}, then: {result.ok: yes}}}
        """,
    )
    found = outcome(rules.evaluate({}, NOW), "result.ok")
    assert found.refined is not None and found.refined.exactness == "lower_bound"
    assert (found.possible, found.may_be_absent, found.not_ruled_out) == ((True,), True, ())
    assert found.exactness == "exact"


def test_a_bound_reaches_through_facts_that_are_missing(tmp_path: Path) -> None:
    """Whatever order they stand in: the first is bounded by the second, and that by the third."""
    rules = book(
        tmp_path,
        """
        facts:
          a: {type: count, title: {zh: 甲, en: A}, at_most: b}
          b: {type: count, title: {zh: 乙, en: B}, at_most: c}
          c: {type: count, title: {zh: 丙, en: C}, at_most: d}
          d: {type: count, title: {zh: 丁, en: D}}
          result.ok: {type: boolean, title: {zh: 可以, en: ok}, role: outcome}
        """,
        """
        rules: {one: {title: {zh: 一, en: One}, when: {a: {at_most: 5}, d: known}, then: {result.ok: yes}}}
        """.replace(", d: known", ""),
    )
    assert outcome(rules.evaluate({"d": 5}, NOW), "result.ok").state == Known(True)
    assert outcome(rules.evaluate({"d": 6}, NOW), "result.ok").status == "undetermined"


def test_a_clock_is_provisional_for_its_own_calendar_alone(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        """
        facts:
          at: {type: instant, title: {zh: 始, en: begun}}
          far: {type: instant, title: {zh: 远, en: far}, planned: yes}
          done: {type: instant, title: {zh: 终, en: done}}
          result.ok: {type: boolean, title: {zh: 可以, en: ok}, role: outcome}
        """,
        """
        deadlines:
          near: {title: {zh: 近, en: near}, who: seller, starts: at, within: 24 hours, met_by: done}
          late: {title: {zh: 迟, en: late}, who: seller, starts: far, within: 3 business days, met_by: done}
        rules:
          one: {title: {zh: 一, en: One}, when: {near.status: met, late.status: met}, then: {result.ok: yes}}
        """,
    )
    decision = rules.evaluate({"at": "2012-03-23 11:00", "far": "2090-03-23 11:00"}, NOW)
    told = {view.deadline.id: (view.provisional, bool(view.waits)) for view in decision.clocks}
    assert told["near"] == (False, True)
    assert "late" in {key[0] for key in decision.findings.provisional}


def test_what_an_answer_rests_on_is_known_once_it_has_been_told(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        YES_OR_NO,
        "rules: {one: {title: {zh: 一, en: One}, when: {a: yes}, then: {result.ok: yes}}}",
    )
    support = outcome(rules.evaluate({"a": "yes"}, NOW), "result.ok").support
    known: set[int] = set()
    assert [support.is_in(known) for _ in range(3)] == [False, True, True]
