"""A timeline is the judgement of a case, repeated: what happened, and what comes if nobody acts."""

# ruff: noqa: E501  (a case is easier to read in one line)

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import pytest
from frozen import FROZEN, RULES
from jsonschema import Draft7Validator

from policyengine import load_rulebook
from policyengine.api import EngineName, Rulebook
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.outcome.timeline import ClockStep, Event, Timeline, Turn, make_timeline
from policyengine.render.layout import width
from policyengine.render.timeline_html import render_timeline_html
from policyengine.render.timeline_json import render_timeline_json
from policyengine.render.timeline_svg import render_timeline_svg
from policyengine.render.timeline_text import render_timeline
from policyengine.render.timeline_words import TimelineWords
from policyengine.syntax.files import read_text
from policyengine.syntax.schemas import schema_text
from policyengine.values.literals import format_value, local_time

ROOT = Path(__file__).parent.parent
CASES = sorted((FROZEN / "examples" / "cases").glob("*.json"))
LATE = FROZEN / "examples" / "cases" / "late-dispatch.json"
EXAMPLE: dict[str, Any] = {
    "order": {"total": "100.00", "shipping": "5.00", "paid_at": "2012-03-12 10:00:00", "promised_dispatch": "72 hours"},
    "complaint": {"reason": "late_dispatch", "filed_at": "2012-03-16 09:00:00"},
}  # fmt: skip


def timeline_of(
    case: dict[str, Any],
    as_of: str,
    until: str | None = None,
    engine: EngineName = "reference",
    **assume: str,
) -> Timeline:
    rulebook = load_rulebook(RULES, engine=engine, assume={k.replace("_", "-"): v for k, v in assume.items()})
    read, faults = rulebook.reader.read_plain(case, "case")
    assert read is not None, faults
    return make_timeline(
        rulebook, read, rulebook.read_instant(as_of), None if until is None else rulebook.read_instant(until)
    )


def told(timeline: Timeline) -> list[tuple[str, bool, str]]:
    """Return every step as its local time, whether it is expected, and what it is."""
    book = timeline.now.judged.rulebook
    zone = book.zone
    found = []
    for step in timeline.steps:
        moment = local_time(step.instant, zone).strftime("%m-%d %H:%M:%S")
        match step.what:
            case Event(fact):
                words = fact.path
            case ClockStep(deadline, _, change):
                words = f"{deadline.id} {change}"
            case Turn(_, after):
                value = getattr(after.state, "value", None)
                shown = "?" if value is None else format_value(value, after.fact.type, zone, book.currency)
                words = f"{after.fact.path}={shown}"
        found.append((moment, step.is_expected, words))
    return found


def test_a_silent_seller_leads_to_the_decision() -> None:
    timeline = timeline_of(EXAMPLE, "2012-03-16 12:00:00")
    assert told(timeline) == [
        ("03-12 10:00:00", False, "order.paid_at"),
        ("03-12 10:00:00", False, "dispatch starts"),
        ("03-12 10:00:00", False, "dispatch.breach=False"),
        ("03-15 10:00:01", False, "dispatch missed"),
        ("03-15 10:00:01", False, "dispatch.breach=True"),
        ("03-16 09:00:00", False, "complaint.filed_at"),
        ("03-16 09:00:00", False, "seller_handling starts"),
        ("03-16 09:00:00", False, "voluntary_payment starts"),
        ("03-16 09:00:00", False, "complaint.stage=negotiation"),
        ("03-17 09:00:01", True, "seller_handling missed"),
        ("03-17 09:00:01", True, "voluntary_payment lapsed"),
        ("03-17 09:00:01", True, "evidence starts"),
        ("03-17 09:00:01", True, "preprocessing starts"),
        ("03-17 09:00:01", True, "complaint.stage=platform"),
        ("03-17 09:00:01", True, "complaint.liable_party=?"),
        ("03-17 09:00:01", True, "penalty.points=?"),
        ("03-17 09:00:01", True, "compensation.due=?"),
        ("03-18 09:00:01", True, "preprocessing lapsed"),
        ("03-20 09:00:00", True, "platform_decision starts"),
        ("03-20 09:00:01", True, "evidence ended"),
        ("03-27 00:00:01", True, "platform_decision missed"),
    ]
    assert timeline.ending == "settled"


def test_what_the_case_says_of_later_does_not_happen() -> None:
    later = {**EXAMPLE, "complaint": {**EXAMPLE["complaint"], "seller_responded_at": "2012-03-16 18:00:00", "seller_response": "compensated"}}  # fmt: skip
    assert told(timeline_of(later, "2012-03-16 12:00:00")) == told(
        timeline_of(EXAMPLE, "2012-03-16 12:00:00")
    )


def test_a_silent_buyer_closes_the_complaint() -> None:
    paid = {**EXAMPLE, "complaint": {**EXAMPLE["complaint"], "seller_responded_at": "2012-03-16 18:00:00", "seller_response": "compensated"}}  # fmt: skip
    steps = told(timeline_of(paid, "2012-03-16 18:00:00"))
    assert ("03-18 18:00:01", True, "complaint.stage=closed") in steps
    other = told(timeline_of(paid, "2012-03-16 18:00:00", A_08="not_satisfied"))
    assert ("03-18 18:00:01", True, "complaint.stage=platform") in other
    assert ("03-21 18:00:01", True, "evidence ended") in other


def test_it_agrees_with_a_judgement_of_the_whole_case() -> None:
    rulebook = load_rulebook(RULES, engine="reference")
    for path in CASES:
        for as_of in ("2012-03-01 00:00", "2012-04-02 00:00"):
            whole = rulebook.evaluate(str(path), as_of=as_of)
            assert of_file(rulebook, path, as_of).now.findings.states == whole.findings.states


def test_before_everything_nothing_is_known() -> None:
    timeline = timeline_of(EXAMPLE, "2012-03-01 00:00:00")
    assert told(timeline) == []
    assert timeline.ending == "settled"


def test_until_cuts() -> None:
    timeline = timeline_of(EXAMPLE, "2012-03-16 12:00:00", until="2012-03-18 00:00:00")
    assert timeline.ending == "until"
    assert told(timeline)[-1] == ("03-17 09:00:01", True, "compensation.due=?")


def test_an_unpublished_year_is_provisional() -> None:
    later = json.loads(json.dumps(EXAMPLE).replace("2012-", "2035-"))
    timeline = timeline_of(later, "2035-03-16 12:00:00")
    provisional = [step for step in timeline.steps if step.provisional]
    assert [step.what.deadline.id for step in provisional if isinstance(step.what, ClockStep)] == [
        "platform_decision"
    ] * 2
    assert not [step for step in timeline.steps if step.provisional and not step.is_expected]
    assert "≈" in render_timeline(timeline, Speech("zh"))
    assert "尚未公布" in render_timeline(timeline, Speech("zh"))
    assert "≈" in render_timeline_svg(timeline, Speech("zh"))


def test_every_round_of_a_refund_has_its_own_clock() -> None:
    rulebook = load_rulebook(RULES, engine="reference")
    timeline = of_file(rulebook, FROZEN / "examples/cases/refund-refused.json", "2012-04-03 09:01:00")
    steps = told(timeline)
    assert ("04-03 08:30:00", False, "seller_answer met") in steps
    assert ("04-16 08:00:01", True, "escalation_gate ended") in steps
    assert ("04-18 09:00:01", True, "refund.state=wait_buyer_return") in steps
    assert ("05-03 09:00:01", True, "refund.state=closed") in steps


def test_what_is_done_a_second_after_an_end_is_dated_by_the_second_in_which_it_is_so() -> None:
    rulebook = load_rulebook(RULES, engine="reference")
    case, faults = rulebook.read_case(
        json.dumps(
            {
                "order": {"total": "25.00", "paid_at": "2012-03-28 20:15:00", "payment_channel": "alipay"},
                "refund": {
                    "applications": [
                        {
                            "applied_at": "2012-04-01 08:00:00",
                            "needs_return": True,
                            "seller_responded_at": "2012-04-03 08:00:00",
                            "seller_response": "refused",
                        }
                    ],
                    "intervention_requested_at": "2012-04-16 08:00:01",
                },
            }
        ),
        "asked.json",
    )
    assert case is not None, faults
    steps = told(make_timeline(rulebook, case, rulebook.read_instant("2012-04-17 00:00:00")))
    assert ("04-16 08:00:01", False, "escalation_gate ended") in steps
    assert ("04-16 08:00:01", False, "refund.intervention=accepted") in steps


def test_a_clock_of_unknown_length_leaves_everything_open_a_second_after_its_start() -> None:
    rulebook = load_rulebook(RULES, engine="reference")
    case, faults = rulebook.read_case(
        json.dumps(
            {
                "order": {"total": "25.00", "paid_at": "2012-04-25 20:15:00", "payment_channel": "alipay"},
                "refund": {
                    "applications": [
                        {
                            "applied_at": "2012-05-01 10:00:00",
                            "needs_return": True,
                            "seller_responded_at": "2012-05-02 11:00:00",
                            "seller_response": "agreed",
                        }
                    ],
                    "returned_at": "2012-05-10 11:00:00",
                },
            }
        ),
        "returned.json",
    )
    assert case is not None, faults
    steps = told(make_timeline(rulebook, case, rulebook.read_instant("2012-05-20 00:00:00")))
    assert ("05-10 11:00:00", False, "refund.state=wait_seller_confirm") in steps
    assert ("05-10 11:00:01", False, "refund.state=?") in steps


RETURNED: dict[str, Any] = {
    "order": {"total": "25.00", "paid_at": "2012-04-25 20:15:00", "payment_channel": "alipay"},
    "refund": {
        "applications": [{"applied_at": "2012-05-01 10:00:00", "seller_responded_at": "2012-05-02 11:00:00", "seller_response": "agreed"}],
    },
}  # fmt: skip


def test_what_follows_from_an_end_that_is_not_included_is_dated_by_the_end() -> None:
    steps = told(timeline_of(EXAMPLE, "2012-03-16 12:00:00", A_01="excluded"))
    assert ("03-15 10:00:00", False, "dispatch missed") in steps
    assert ("03-17 09:00:00", True, "complaint.stage=platform") in steps


def test_every_form_names_the_second_after_an_end_and_the_end() -> None:
    timeline = timeline_of(EXAMPLE, "2012-03-16 12:00:00")
    say = Speech("zh")
    page = render_timeline_html(timeline, say)
    assert "2012-03-15 10:00:01<" in page and "逾期（2012-03-15 10:00:00 期满）" in page
    assert "3月15日 10:00" in render_timeline_svg(timeline, say)
    assert "  2012-03-15 10:00:01 " in render_timeline(timeline, say)
    assert '"instant": "2012-03-15 10:00:01"' in render_timeline_json(timeline).replace("T", " ").replace(
        "+08:00", ""
    )
    assert "从 2012-03-17 09:00:00 起算，到 2012-03-20 09:00:00 止" in render_timeline_html(timeline, say)


def test_a_clock_that_perhaps_exists_perhaps_begins() -> None:
    timeline = timeline_of(RETURNED, "2012-05-03 00:00:00")
    assert ("05-02 11:00:00", False, "buyer_return perhaps") in told(timeline)
    step = next(
        one for one in timeline.steps if isinstance(one.what, ClockStep) and one.what.change == "perhaps"
    )
    words = TimelineWords(timeline, Speech("zh")).words(step)
    assert words.headline == "买家：“买家退货（第 1 条）”可能开始，尚不确定"
    assert any("需要退货" in line and "2012-05-17 11:00:00" in line for line in words.details)


def test_while_a_clock_may_run_no_one_is_told_that_nothing_follows() -> None:
    perhaps = timeline_of(RETURNED, "2012-05-03 00:00:00")
    refund = {**RETURNED["refund"], "returned_at": "2012-05-10 11:00:00"}
    refund["applications"] = [{**refund["applications"][0], "needs_return": True}]
    unknown = timeline_of({**RETURNED, "refund": refund}, "2012-05-20 00:00:00")
    for timeline, clock in ((perhaps, "buyer_return"), (unknown, "seller_confirmation")):
        assert timeline.ending == "unsettled"
        assert [view.deadline.id for view in timeline.unsettled] == [clock]
        title = timeline.unsettled[0].deadline.title.get("zh")
        for render in (render_timeline, render_timeline_html, render_timeline_svg):
            page = render(timeline, Speech("zh"))
            assert "没有仍在计时的期限" not in page and "此后没有确定的期满时刻" in page
            assert title in page.partition("此后没有确定的期满时刻")[2]
        data = json.loads(render_timeline_json(timeline))
        assert [one["name"] for one in data["unsettled"]] == [clock]
    settled = timeline_of({"order": EXAMPLE["order"]}, "2012-03-16 12:00:00")
    assert settled.ending == "settled" and not settled.unsettled


def test_an_event_comes_with_what_the_case_says_and_nothing_else() -> None:
    rulebook = load_rulebook(RULES, engine="reference")
    timeline = of_file(rulebook, FROZEN / "examples/cases/refund-refused.json", "2012-04-03 09:01:00")
    events = [step.what for step in timeline.steps if isinstance(step.what, Event)]
    applied = next(event for event in events if event.fact.path == "refund.applications.applied_at")
    names = {fact.path.rpartition(".")[2] for fact, _ in applied.values}
    assert names == {"claims_received", "needs_return", "pay_to_seller", "reason", "note"}


def of_file(rulebook: Rulebook, path: Path, as_of: str) -> Timeline:
    text, _ = read_text(str(path))
    assert text is not None
    read, faults = rulebook.read_case(text, path.name)
    assert read is not None, faults
    return make_timeline(rulebook, read, rulebook.read_instant(as_of))


@cache
def lived(engine: EngineName, path: Path, as_of: str, time: int = 1) -> Timeline:
    """Return the timeline of a case, made once for all tests that look at it; another for another ``time``."""
    return of_file(load_rulebook(RULES, engine=engine), path, as_of)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_both_engines_see_the_same_life(path: Path) -> None:
    as_of = ("2012-03-16 21:00", "2012-09-28 00:00")[CASES.index(path) % 2]
    assert told(lived("reference", path, as_of)) == told(lived("compiled", path, as_of))


# The languages of one case come one after the other, so that they look at the same timelines.
@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_form_is_sound_and_always_the_same(path: Path, language: Language) -> None:
    say = Speech(language)
    timelines = [lived("compiled", path, "2012-09-28 00:00", time) for time in (1, 2)]
    for render in (render_timeline, render_timeline_svg, render_timeline_html):
        assert render(timelines[0], say) == render(timelines[1], say)
    text = render_timeline(timelines[0], say)
    # A path cannot be broken, and beside wide lanes there is little room for it.
    assert max(width(line) for line in text.splitlines()[2:] if ".yaml" not in line) <= 104
    ElementTree.fromstring(render_timeline_svg(timelines[0], say))
    schema = json.loads(schema_text("timeline"))
    Draft7Validator.check_schema(schema)
    faults = list(Draft7Validator(schema).iter_errors(json.loads(render_timeline_json(timelines[0]))))
    assert not faults, faults[0].message


def test_words_of_the_case_cannot_break_out_of_the_page() -> None:
    review = {
        "case": "</svg><script>alert(1)</script>",
        "review": {"created_at": "2012-07-02 10:00:00", "result": "bad", "stated_cause": "<b>&"},
    }
    rulebook = load_rulebook(RULES, engine="reference")
    read, faults = rulebook.read_case(json.dumps(review), "x.json")
    assert read is not None, faults
    timeline = make_timeline(rulebook, read, rulebook.read_instant("2012-07-03 00:00"))
    page = render_timeline_html(timeline, Speech("en"))
    assert "<script>" not in page and "<b>" not in page
    for text in (page, render_timeline_svg(timeline, Speech("en")), render_timeline(timeline, Speech("en"))):
        assert "alert(1)" in text
    ElementTree.fromstring(render_timeline_svg(timeline, Speech("en")))


def test_only_instants_and_dates_are_moments(tmp_path: Path) -> None:
    """A sum of 20,000,000.00 is a number as large as an instant of 2033, and nothing happens then."""
    book = tmp_path / "book"
    (book / "policies").mkdir(parents=True)
    (book / "rulebook.yaml").write_text(
        (ROOT / "tests/broken/base/rulebook.yaml").read_text("utf-8"), "utf-8"
    )
    (book / "facts.yaml").write_text(
        "facts:\n"
        "  order.total: {type: money, title: {zh: 额, en: total}}\n"
        "  order.day: {type: date, title: {zh: 日, en: day}, if_missing: never}\n"
        "  order.later: {type: date, title: {zh: 后, en: later}, if_missing: never}\n"
        "  order.due: {type: money, title: {zh: 付, en: due}, role: outcome}\n"
        "  order.begun: {type: boolean, title: {zh: 始, en: begun}, role: outcome}\n",
        "utf-8",
    )
    (book / "policies/a.yaml").write_text(
        "policy: a\ntitle: {zh: 甲, en: A}\nrules:\n"
        "  due: {title: {zh: 付, en: Due}, source: {section: '1', quote: x}, when: {order.total: {at_least: 0.00}}, then: {order.due: order.total}}\n"
        "  begun: {title: {zh: 始, en: Begun}, source: {section: '1', quote: x}, when: {order.day: known}, then: {order.begun: yes}}\n"
        "  later: {title: {zh: 后, en: Later}, source: {section: '1', quote: x}, when: {order.later: known}, then: {order.begun: yes}}\n",
        "utf-8",
    )
    rulebook = load_rulebook(book, engine="reference")
    case = {"order": {"total": "20000000.00", "day": "2026-03-05", "later": "2026-03-09"}}
    read, faults = rulebook.reader.read_plain(case, "case")
    assert read is not None, faults
    found = make_timeline(rulebook, read, rulebook.read_instant("2026-03-06 12:00"))
    zone = rulebook.model.zone
    turns = [
        (local_time(step.instant, zone).date().isoformat(), step.what.after.fact.path)
        for step in found.steps
        if isinstance(step.what, Turn)
    ]
    assert ("2026-03-05", "order.begun") in turns
    assert {day for day, _ in turns} == {"2026-03-05"}
    cut = make_timeline(
        rulebook, read, rulebook.read_instant("2026-03-06 12:00"), rulebook.read_instant("2030-01-01 00:00")
    )
    assert cut.ending == "settled"  # nothing more can follow: no sum is an instant of 2033
