"""Which instants a timeline judges, and whose each step is; in a small rulebook."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import Any

import pytest

import policyengine.outcome.timeline as module
from policyengine.api import Rulebook, load_rulebook
from policyengine.frozen import replace
from policyengine.model.case import Case
from policyengine.outcome.decision import Decision
from policyengine.outcome.timeline import (
    NEVER,
    ClockStep,
    Event,
    Timeline,
    Turn,
    make_timeline,
    put_off_later,
)
from policyengine.semantics.findings import Known

FILES = {
    "rulebook.yaml": """
        rulebook: small
        version: "1"
        title: {zh: 小, en: Small}
        time_zone: UTC
        currency: CNY
        calendar: CN
        languages: [zh, en]
        parties:
          seller: {zh: 卖家, en: seller}
          buyer: {zh: 买家, en: buyer}
        """,
    "facts.yaml": """
        facts:
          paid_at: {type: instant, title: {zh: 付, en: paid at}, if_missing: never, by: buyer}
          sent_at: {type: instant, title: {zh: 寄, en: sent at}, if_missing: never, by: seller}
          way: {type: text, title: {zh: 法, en: way}, dated_by: sent_at, if_missing: none}
          kind: {type: text, title: {zh: 类, en: kind}, dated_by: sent_at, if_missing: plain}
          total: {type: money, title: {zh: 总, en: total}, if_missing: 0.00}
          patience: {type: duration, title: {zh: 耐, en: patience}}
          is_gift: {type: boolean, title: {zh: 礼, en: gift}}
          is_fragile: {type: boolean, title: {zh: 脆, en: fragile}, if_missing: no}
          is_heard: {type: boolean, title: {zh: 闻, en: heard}, if_missing: no}
          heard_at: {type: instant, title: {zh: 闻, en: heard at}}
          is_moved: {type: boolean, title: {zh: 移, en: moved}, if_missing: no}
          base_at: {type: instant, title: {zh: 起, en: base at}, role: derived}
          rest_at: {type: instant, title: {zh: 歇, en: rest at}, if_missing: never}
          has_rested: {type: boolean, title: {zh: 歇完, en: has rested}, role: outcome}
          is_late: {type: boolean, title: {zh: 迟, en: late}, role: outcome}
          sum: {type: money, title: {zh: 和, en: sum}, role: outcome}
          is_over: {type: boolean, title: {zh: 完, en: over}, role: outcome}
        lists:
          notes:
            title: {zh: 记, en: notes}
            dated_by: made_at
            if_missing: empty
            facts:
              made_at: {type: instant, title: {zh: 记, en: made at}, by: notes.who}
              who:
                type: choice
                title: {zh: 谁, en: who}
                values: {seller: {zh: 卖家, en: seller}, buyer: {zh: 买家, en: buyer}}
              word: {type: text, title: {zh: 词, en: word}}
              answered_at: {type: instant, title: {zh: 答, en: answered at}, if_missing: never}
              is_slow: {type: boolean, title: {zh: 慢, en: slow}, role: outcome}
        """,
    "policies/p.yaml": """
        policy: p
        title: {zh: 甲, en: P}
        deadlines:
          sending:
            {title: {zh: 寄, en: Sending}, who: seller, starts: paid_at, within: 2 hours, met_by: sent_at}
          waiting: {title: {zh: 等, en: Waiting}, who: buyer, starts: sent_at, within: patience}
          wrapping:
            title: {zh: 包, en: Wrapping}
            who: seller
            starts: paid_at
            within: 1 hours
            when: {is_gift: yes}
          folding:
            title: {zh: 折, en: Folding}
            who: seller
            starts: sent_at
            within: 3 hours
            when: {is_fragile: yes, waiting.status: open}
          hearing:
            title: {zh: 闻, en: Hearing}
            who: seller
            starts: heard_at
            within: 3 hours
            when: {is_heard: yes}
          moving: {title: {zh: 移, en: Moving}, who: seller, starts: base_at, within: 3 hours}
          resting: {title: {zh: 歇, en: Resting}, who: seller, starts: rest_at, within: 4 business days}
          answer:
            title: {zh: 答, en: Answer}
            who: buyer
            for_each: notes
            starts: notes.made_at
            within: 1 hours
            met_by: notes.answered_at
        rules:
          late:
            title: {zh: 迟, en: Late}
            when: {sending.status: missed}
            then: {is_late: yes}
            notices:
              - {to: buyer, kind: warning, text: {zh: 迟, en: it is late}, by: sending}
          sum: {title: {zh: 和, en: Sum}, when: {paid_at: happened}, then: {sum: total}}
          over: {title: {zh: 完, en: Over}, when: {waiting.status: ended}, then: {is_over: yes}}
          first:
            title: {zh: 先, en: First}
            when: {is_moved: yes, paid_at: happened}
            then: {base_at: paid_at}
          then:
            title: {zh: 后, en: Then}
            when: {is_moved: yes, sent_at: happened}
            then: {base_at: sent_at}
            overrides: [first]
          rested: {title: {zh: 歇完, en: Rested}, when: {resting.status: ended}, then: {has_rested: yes}}
          slow:
            title: {zh: 慢, en: Slow}
            for_each: notes
            when: {answer.status: missed}
            then: {notes.is_slow: yes}
            notices:
              - {to: seller, kind: warning, text: {zh: 慢, en: nobody answered}, by: answer}
        """,
}
ZERO = 1_331_517_600  # 2012-03-12 02:00 UTC
HOUR = 3600


def at(seconds: int) -> str:
    """Return an instant that lies so many seconds after the beginning of all cases here."""
    minutes, second = divmod(2 * HOUR + seconds, 60)
    return f"2012-03-12 {minutes // 60:02}:{minutes % 60:02}:{second:02}"


class Judge:
    """Judges, and remembers when."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.model = rulebook.model
        self.asked: list[int] = []

    def judge(self, case: Case, as_of: int) -> Decision:
        self.asked.append(as_of - ZERO)
        return self.rulebook.judge(case, as_of)


@pytest.fixture(scope="module")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    folder = tmp_path_factory.mktemp("small")
    (folder / "policies").mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(dedent(text), encoding="utf-8")
    return load_rulebook(folder, engine="reference")


@pytest.fixture
def judge(rulebook: Rulebook) -> Judge:
    return Judge(rulebook)


def read(judge: Judge, facts: dict[str, Any]) -> Case:
    case, faults = judge.rulebook.read_case(json.dumps(facts), "case.json")
    assert case is not None, faults
    return case


def timeline(judge: Judge, facts: dict[str, Any], now: int, until: int | None = None) -> Timeline:
    return make_timeline(judge, read(judge, facts), ZERO + now, None if until is None else ZERO + until)


def told(found: Timeline) -> list[tuple[int, str]]:
    """Return every step: seconds, and in a word what it is."""
    steps = []
    for step in found.steps:
        match step.what:
            case Event(fact, record):
                words = f"{fact.path}{'' if record is None else record}"
            case ClockStep(deadline, record, change):
                words = f"{deadline.id}{'' if record is None else record} {change}"
            case Turn(_, after):
                words = f"{after.fact.path} {after.status}"
        steps.append((step.instant - ZERO, words))
    return steps


def clocks(found: Timeline) -> list[tuple[str, int | None, int, int | None, str]]:
    return [
        (
            one.deadline.id,
            one.record,
            one.start - ZERO,
            None if one.stop is None else one.stop - ZERO,
            one.change,
        )
        for one in found.clocks
    ]


# ---------- which instants are judged


def test_every_event_and_every_end_that_matters_is_judged_once(judge: Judge) -> None:
    timeline(judge, {"paid_at": at(0), "is_gift": True}, 60)
    assert judge.asked == [0, 60, HOUR, HOUR + 1, 2 * HOUR, 2 * HOUR + 1]


def test_the_end_of_a_clock_that_was_met_is_not_judged(judge: Judge) -> None:
    found = timeline(
        judge, {"paid_at": at(0), "sent_at": at(10), "is_gift": False, "patience": "1 hours"}, 60
    )
    assert judge.asked == [0, 10, 60, HOUR + 10, HOUR + 11]  # nothing at two hours
    assert found.ending == "settled"


def test_an_end_is_judged_if_only_one_of_the_clocks_that_end_there_was_met(judge: Judge) -> None:
    notes = [{"made_at": at(5), "answered_at": at(9)}, {"made_at": at(5)}]
    found = timeline(judge, {"notes": notes, "is_gift": False}, 60)
    assert (HOUR + 6, "answer1 missed") in told(found)
    judge.asked.clear()
    timeline(judge, {"notes": notes[:1], "is_gift": False}, 60)
    assert judge.asked == [5, 9, 60]


def test_a_clock_is_met_only_by_the_act_of_its_own_record(judge: Judge) -> None:
    found = timeline(judge, {"notes": [{"made_at": at(0)}, {"made_at": at(5), "answered_at": at(9)}]}, 60)
    assert clocks(found) == [("answer", 0, 0, HOUR + 1, "missed"), ("answer", 1, 5, 9, "met")]


def test_a_clock_of_unknown_length_may_be_over_a_second_after_its_start(judge: Judge) -> None:
    found = timeline(judge, {"paid_at": at(0), "sent_at": at(10), "is_gift": False}, 60)
    assert judge.asked == [0, 10, 11, 60]
    assert told(found)[-2:] == [(11, "waiting perhaps"), (11, "is_over undetermined")]
    assert (found.ending, [view.deadline.id for view in found.unsettled]) == ("unsettled", ["waiting"])


def test_money_is_no_instant_while_it_is_smaller_than_one(judge: Judge) -> None:
    for total in ("900000.00", "-5.00", "5000000.00", "90000000.00"):
        judge.asked.clear()
        timeline(judge, {"paid_at": at(0), "is_gift": False, "total": total}, 60)
        assert len(judge.asked) == 4


def test_what_never_happens_is_not_judged(judge: Judge) -> None:
    timeline(judge, {"paid_at": at(0), "sent_at": at(100), "is_gift": False}, 60)
    assert judge.asked == [0, 60, 2 * HOUR, 2 * HOUR + 1]
    assert NEVER > module._HORIZON > ZERO


def test_until_is_the_last_instant_that_is_judged_and_never_before_the_present(judge: Judge) -> None:
    facts = {"paid_at": at(0), "is_gift": False}
    for until, expected, ending in (
        (2 * HOUR + 1, [0, 60, 2 * HOUR, 2 * HOUR + 1], "settled"),
        (2 * HOUR, [0, 60, 2 * HOUR], "until"),
        (60, [0, 60], "until"),
        (30, [0, 60], "until"),
    ):
        judge.asked.clear()
        found = timeline(judge, facts, 60, until)
        assert (judge.asked, found.ending) == (expected, ending)
        assert found.now.as_of == ZERO + 60 and found.last.as_of == ZERO + expected[-1]


def test_after_the_limit_only_the_past_is_judged(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {"paid_at": at(0), "is_gift": True}
    for limit, expected, ending in (
        (1, [0, 60], "limit"),
        (3, [0, 60, HOUR], "limit"),
        (5, [0, 60, HOUR, HOUR + 1, 2 * HOUR], "limit"),
        (6, [0, 60, HOUR, HOUR + 1, 2 * HOUR, 2 * HOUR + 1], "settled"),
    ):
        judge.asked.clear()
        monkeypatch.setattr(module, "MAX_MOMENTS", limit)
        assert timeline(judge, facts, 60).ending == ending
        assert judge.asked == expected


def test_what_is_dated_after_the_present_is_put_off_for_ever(judge: Judge) -> None:
    case = read(judge, {"paid_at": at(0), "sent_at": at(10), "total": "9000000000.00"})
    for now, paid, sent in ((-1, NEVER, NEVER), (0, ZERO, NEVER), (9, ZERO, NEVER), (10, ZERO, ZERO + 10)):
        values = put_off_later(case, ZERO + now, judge.model).values
        assert (values["paid_at", None], values["sent_at", None]) == (paid, sent)
        assert values["total", None] == 900_000_000_000


# ---------- whose and what


def test_a_record_is_the_act_of_whom_it_names(judge: Judge) -> None:
    notes = [{"made_at": at(0), "who": "seller"}, {"made_at": at(1), "who": "buyer"}, {"made_at": at(2)}]
    found = timeline(judge, {"paid_at": at(3), "notes": notes}, 60)
    events = {
        (one.what.fact.path, one.what.record): one.parties
        for one in found.steps
        if isinstance(one.what, Event)
    }
    assert events == {
        ("notes.made_at", 0): ("seller",),
        ("notes.made_at", 1): ("buyer",),
        ("notes.made_at", 2): (),
        ("paid_at", None): ("buyer",),
    }
    others = {
        one.parties for one in found.steps if isinstance(one.what, ClockStep) and one.what.record is None
    }
    assert others == {("seller",)}
    assert {one.parties for one in found.steps if isinstance(one.what, Turn)} == {()}


def test_an_event_comes_with_what_the_case_says_of_it_and_of_its_own_record(judge: Judge) -> None:
    notes = [
        {"made_at": at(0), "who": "seller", "word": "a", "answered_at": at(7)},
        {"made_at": at(0), "word": "b"},
    ]
    found = timeline(judge, {"sent_at": at(5), "way": "by air", "total": "5.00", "notes": notes}, 60)
    came = {
        (one.what.fact.path, one.what.record): [(fact.path, state) for fact, state in one.what.values]
        for one in found.steps
        if isinstance(one.what, Event)
    }
    assert came == {
        ("notes.made_at", 0): [("notes.who", Known("seller")), ("notes.word", Known("a"))],
        ("notes.made_at", 1): [("notes.word", Known("b"))],
        ("notes.answered_at", 0): [],
        ("sent_at", None): [("way", Known("by air"))],  # the kind is taken for granted
    }


def test_what_is_done_comes_first_then_ends_then_beginnings_then_what_follows(judge: Judge) -> None:
    found = timeline(judge, {"paid_at": at(HOUR + 1), "notes": [{"made_at": at(0)}]}, HOUR + 1)
    assert [words for instant, words in told(found) if instant == HOUR + 1] == [
        "paid_at",
        "answer0 missed",
        "sending starts",
        "wrapping perhaps",
        "sum known",
        "notes.is_slow known",
    ]


def test_that_a_clock_is_void_is_told_before_another_begins(judge: Judge) -> None:
    facts = {"sent_at": at(10), "is_gift": False, "is_fragile": True, "patience": "1 hours"}
    found = timeline(judge, {**facts, "notes": [{"made_at": at(HOUR + 11)}]}, HOUR + 11)
    assert [words for instant, words in told(found) if instant == HOUR + 11] == [
        "notes.made_at0",
        "waiting ended",
        "folding void",
        "answer0 starts",
        "is_over known",
    ]


def test_only_what_comes_after_the_present_is_expected(judge: Judge) -> None:
    for now in (2 * HOUR, 2 * HOUR + 1):
        found = timeline(judge, {"paid_at": at(0), "is_gift": False}, now)
        assert {(one.instant - ZERO > now) == one.is_expected for one in found.steps} == {True}
        assert [one.is_expected for one in found.steps][-1] == (now == 2 * HOUR)
        assert not any(one.provisional for one in found.steps)


def test_a_clock_has_the_notices_of_its_end_and_of_its_own_record(judge: Judge) -> None:
    found = timeline(judge, {"paid_at": at(0), "notes": [{"made_at": at(0)}, {"made_at": at(9)}]}, 60)
    then = {
        (one.what.deadline.id, one.what.record, one.what.change): [
            (step.notice.text.get("en"), step.record) for step in one.what.then
        ]
        for one in found.steps
        if isinstance(one.what, ClockStep) and one.what.then
    }
    assert then == {
        ("sending", None, "missed"): [("it is late", None)],
        ("answer", 0, "missed"): [("nobody answered", 0)],
        ("answer", 1, "missed"): [("nobody answered", 1)],
    }


# ---------- clocks


def test_a_clock_that_perhaps_exists_runs_perhaps_and_without_an_end(judge: Judge) -> None:
    found = timeline(judge, {"paid_at": at(0)}, 60)
    assert ("wrapping", None, 0, None, "perhaps") in clocks(found)
    (step,) = (
        one.what for one in found.steps if isinstance(one.what, ClockStep) and one.what.change == "perhaps"
    )
    assert not step.has_begun and step.dues is not None
    assert [view.deadline.id for view in found.unsettled] == ["wrapping"]


def test_a_clock_whose_length_is_unknown_has_begun_when_it_cannot_be_told_any_more(judge: Judge) -> None:
    found = timeline(judge, {"paid_at": at(0), "sent_at": at(10), "is_gift": False}, 60)
    (step,) = (
        one.what for one in found.steps if isinstance(one.what, ClockStep) and one.what.change == "perhaps"
    )
    assert step.has_begun and step.dues is None
    assert ("waiting", None, 10, None, "starts") in clocks(found)


def test_a_clock_that_starts_and_is_met_at_once_is_a_clock_without_length(judge: Judge) -> None:
    found = timeline(judge, {"paid_at": at(5), "sent_at": at(5), "is_gift": False, "patience": "1 hours"}, 60)
    assert clocks(found)[0] == ("sending", None, 5, 5, "met")
    assert [step for step in told(found) if step[1].startswith("sending")] == [(5, "sending met")]


def test_clocks_stand_in_the_order_of_their_beginnings(judge: Judge) -> None:
    # The second is over first.
    notes = [{"made_at": at(0)}, {"made_at": at(0), "answered_at": at(1)}, {"made_at": at(9)}]
    found = timeline(judge, {"paid_at": at(0), "is_gift": True, "notes": notes}, 60)
    assert [(one[0], one[1]) for one in clocks(found)] == [
        ("answer", 0),
        ("answer", 1),
        ("sending", None),
        ("wrapping", None),
        ("answer", 2),
    ]


def test_an_outcome_turns_only_when_its_value_does(judge: Judge) -> None:
    found = timeline(judge, {"paid_at": at(0), "sent_at": at(9), "is_gift": False, "total": "5.00"}, 60)
    turns = [(one.instant - ZERO, one.what) for one in found.steps if isinstance(one.what, Turn)]
    assert [(instant, turn.after.fact.path, turn.after.status) for instant, turn in turns] == [
        (0, "sum", "known"),
        (10, "is_over", "undetermined"),
    ]
    assert turns[1][1].before is not None and turns[1][1].before.status == "not_applicable"
    assert [rule.id for rule in turns[0][1].rules] == ["sum"]


def test_before_everything_nothing_is_told(judge: Judge) -> None:
    found = timeline(judge, {"paid_at": at(0), "is_gift": False}, -1)
    assert (told(found), clocks(found), found.ending, judge.asked) == ([], [], "settled", [-1])


def test_a_clock_of_no_length_is_over_a_second_after_its_start(judge: Judge) -> None:
    found = timeline(judge, {"sent_at": at(10), "is_gift": False, "patience": "0 hours"}, 60)
    assert clocks(found) == [("waiting", None, 10, 11, "ended")]
    assert judge.asked == [10, 11, 60]


def test_a_clock_that_was_told_before_needs_no_word_on_what_it_depends(judge: Judge) -> None:
    found = timeline(judge, {"sent_at": at(10), "is_gift": False, "is_fragile": True}, 60)
    folding = [
        (one.what.change, one.what.has_begun, one.what.dues)
        for one in found.steps
        if isinstance(one.what, ClockStep) and one.what.deadline.id == "folding"
    ]
    assert folding == [("starts", False, None), ("perhaps", True, None)]
    assert ("folding", None, 10, None, "starts") in clocks(found)


def test_a_clock_that_turns_out_not_to_be_is_void(judge: Judge) -> None:
    facts = {"sent_at": at(10), "is_gift": False, "is_fragile": True, "patience": "1 hours"}
    found = timeline(judge, facts, 60)
    assert (HOUR + 11, "folding void") in told(found)
    assert ("folding", None, 10, HOUR + 11, "void") in clocks(found)


def test_what_rests_on_a_calendar_that_is_not_published_yet_is_provisional(judge: Judge) -> None:
    # The resting and, in the same second, the sending end on 16 March at midnight, if no holiday is made.
    facts = {"rest_at": "2035-03-12 02:00:00", "paid_at": "2035-03-16 22:00:00", "is_gift": False}
    found = make_timeline(judge, read(judge, facts), judge.rulebook.read_instant("2035-03-16 23:00:00"))
    words = [word for _, word in told(found)]
    provisional = [word for step, word in zip(found.steps, words, strict=True) if step.provisional]
    assert words == [
        "rest_at",
        "resting starts",
        "paid_at",
        "sending starts",
        "sum known",
        "resting ended",
        "sending missed",
        "has_rested known",
        "is_late known",
    ]
    assert provisional == ["resting starts", "resting ended", "has_rested known", "is_late known"]
    assert [clock.provisional for clock in found.clocks] == [True, False]


def test_the_order_in_which_facts_are_given_is_nothing(judge: Judge) -> None:
    notes = [{"made_at": at(0)}, {"made_at": at(0), "who": "seller"}]
    case = read(judge, {"paid_at": at(0), "notes": notes, "is_gift": True})
    other = replace(case, values=dict(reversed(case.values.items())))
    one, two = (make_timeline(judge, each, ZERO + 60) for each in (case, other))
    assert told(one) == told(two) and told(one)[:2] == [(0, "notes.made_at0"), (0, "notes.made_at1")]


def test_a_clock_whose_end_moves_is_told_again_and_is_one_clock(judge: Judge) -> None:
    facts = {"paid_at": at(0), "sent_at": at(10), "is_gift": False, "is_moved": True, "patience": "1 hours"}
    found = timeline(judge, facts, 60)
    moving = [step for step in told(found) if step[1].startswith("moving")]
    assert moving == [(0, "moving starts"), (10, "moving starts"), (3 * HOUR + 11, "moving ended")]
    (clock,) = (one for one in found.clocks if one.deadline.id == "moving")
    assert clock.due is not None
    assert (clock.start - ZERO, clock.due - ZERO, clock.stop) == (0, 3 * HOUR + 10, clock.due + 1)


def test_a_clock_that_certainly_exists_does_not_depend_on_anything_to_exist(judge: Judge) -> None:
    found = timeline(judge, {"is_heard": True, "is_gift": False}, 60)
    assert told(found) == [(60, "hearing perhaps")]
    (step,) = found.steps
    assert isinstance(step.what, ClockStep) and (step.what.has_begun, step.what.dues) == (False, None)
    assert [view.deadline.id for view in found.unsettled] == ["hearing"]
