"""Clocks that stand still (``pauses``): the laws by example, and everything that tells of them."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from policyengine.api import EngineName, prepare
from policyengine.changes.compare import compare
from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.diagnostics.i18n import LANGUAGES, Speech
from policyengine.engines.durable.ruleset import durable_available
from policyengine.loading.load import load_model
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.decision import Decision
from policyengine.outcome.timeline import ClockStep, Timeline, make_timeline
from policyengine.render.cards import Cards
from policyengine.render.json.decision import render_json
from policyengine.render.text import render_text
from policyengine.render.timeline_html import render_timeline_html
from policyengine.render.timeline_svg import render_timeline_svg
from policyengine.render.timeline_text import render_timeline
from policyengine.render.why.chain import Chain
from policyengine.semantics.findings import ABSENT, Known, State, Unknown
from policyengine.values.literals import Duration, local_time

ENGINES: tuple[EngineName, ...] = ("reference", "compiled", *(("durable",) if durable_available() else ()))
BOOK = """rulebook: shop
version: "1"
title: {zh: 店, en: shop}
time_zone: UTC
currency: USD
calendar: US
languages: [zh, en]
parties: {buyer: {zh: 买家, en: buyer}, shop: {zh: 店家, en: shop}}
"""
FACTS = """facts:
  matter.opened_at: {type: instant, title: {zh: 开案, en: opened}}
  matter.solved_at: {type: instant, title: {zh: 解决, en: solved}, if_missing: never}
  matter.closed_at: {type: instant, title: {zh: 撤回, en: withdrawn}, if_missing: never}
  hold.from: {type: instant, title: {zh: 暂停, en: on hold}, if_missing: never}
  hold.until: {type: instant, title: {zh: 恢复, en: taken up again}, if_missing: never}
  strike.from: {type: instant, planned: yes, title: {zh: 停工, en: strike from}, if_missing: none}
  strike.until: {type: instant, planned: yes, title: {zh: 复工, en: strike until}, if_missing: none}
  result.told: {type: boolean, role: outcome, title: {zh: 通知, en: told}}
lists:
  waits:
    title: {zh: 等待, en: waits}
    if_missing: empty
    facts:
      from: {type: instant, title: {zh: 从, en: from}}
      until: {type: instant, title: {zh: 到, en: until}, if_missing: never}
      for_buyer: {type: boolean, title: {zh: 等买家, en: for the buyer}}
"""
HOLD = "{from: hold.from, until: hold.until}"
WAITS = "{list: waits, from: from, until: until, where: {for_buyer: yes}}"


def policy(pauses: str = HOLD, within: str = "10 days", more: str = "", rules: str = "") -> str:
    return f"""policy: shop
title: {{zh: 店, en: shop}}
deadlines:
  solve:
    title: {{zh: 解决, en: Solve}}
    who: shop
    starts: matter.opened_at
    within: {within}
    pauses: {pauses}
    met_by: matter.solved_at
    stopped_by: matter.closed_at
{more}rules:
  told:
    title: {{zh: 停, en: stands still}}
    when: {{solve.status: paused{rules}}}
    then: {{result.told: yes}}
"""


def write(folder: Path, text: str, facts: str = FACTS) -> Path:
    (folder / "policies").mkdir(parents=True, exist_ok=True)
    (folder / "rulebook.yaml").write_text(BOOK, "utf-8")
    (folder / "facts.yaml").write_text(facts, "utf-8")
    (folder / "policies" / "p.yaml").write_text(text, "utf-8")
    return folder


def load(folder: Path, text: str, facts: str = FACTS) -> Rulebook:
    loaded = load_model(str(write(folder, text, facts)), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    return loaded.rulebook


def faults(folder: Path, text: str, facts: str = FACTS) -> tuple[Diagnostic, ...]:
    return tuple(load_model(str(write(folder, text, facts)), ()).diagnostics)


def matter(opened: str = "05-01 00:00", **more: str) -> dict[str, object]:
    return {"matter": {"opened_at": at(opened), **{name: at(one) for name, one in more.items()}}}


def at(day: str) -> str:
    return f"2024-{day.replace(' ', 'T')}:00Z"


def hold(begin: str, end: str | None = None) -> dict[str, object]:
    return {"hold": {"from": at(begin)} if end is None else {"from": at(begin), "until": at(end)}}


def wait(begin: str, end: str | None = None, buyer: object = "yes") -> dict[str, object]:
    until = {} if end is None else {"until": at(end)}
    return {"from": at(begin), **until, **({} if buyer is None else {"for_buyer": buyer})}


def judge(book: Rulebook, given: dict[str, object], as_of: str, engine: EngineName = "reference") -> Decision:
    return prepare(book, {}, engine=engine).evaluate(given, at(as_of))


def due(decision: Decision) -> str | None:
    state = decision.findings.states["solve.due", None]
    if not isinstance(state, Known):
        return None if state == ABSENT else "?"
    assert isinstance(state.value, int)
    return local_time(state.value, decision.judged.rulebook.zone).strftime("%m-%d %H:%M")


def of(decision: Decision, property: str) -> State:
    return decision.findings.states[f"solve.{property}", None]


def status(decision: Decision) -> str:
    state = of(decision, "status")
    return str(state.value) if isinstance(state, Known) else type(state).__name__


# ---------- the laws


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("pause", "ends"),
    [
        (("05-04 00:00", "05-07 00:00"), "05-14 00:00"),
        (("05-11 00:00", "05-20 00:00"), "05-11 00:00"),  # begins as the time is over
        (("05-12 00:00", None), "05-11 00:00"),
        (("04-28 00:00", "05-03 00:00"), "05-13 00:00"),  # before the start nothing counts
        (("05-04 00:00", None), None),
        (("05-04 00:00", "05-02 00:00"), "05-11 00:00"),  # empty
    ],
)
def test_a_clock_ends_when_it_has_run(
    engine: EngineName, pause: tuple[str, str | None], ends: str | None, tmp_path: Path
) -> None:
    decision = judge(load(tmp_path, policy()), {**matter(), **hold(*pause)}, "06-30 00:00", engine)
    assert due(decision) == ends
    assert status(decision) == ("paused" if ends is None else "missed")


@pytest.mark.parametrize("engine", ENGINES)
def test_while_it_stands_still_there_is_no_end_and_something_is_left(
    engine: EngineName, tmp_path: Path
) -> None:
    book = load(tmp_path, policy(within="15 days"))
    decision = judge(book, {**matter(), **hold("05-02 00:00")}, "06-30 00:00", engine)
    assert (status(decision), of(decision, "due"), of(decision, "settled_at")) == ("paused", ABSENT, ABSENT)
    assert of(decision, "left") == Known(Duration(14, "days"))
    assert decision.findings.states["result.told", None] == Known(True)
    running = judge(book, {**matter(), **hold("05-02 00:00", "05-10 00:00")}, "05-10 00:00", engine)
    assert (status(running), of(running, "left"), due(running)) == ("open", ABSENT, "05-24 00:00")


def test_it_stands_still_from_its_first_second_until_the_last(tmp_path: Path) -> None:
    book = load(tmp_path, policy())
    given = {**matter(), **hold("05-04 12:00", "05-07 12:00")}
    seen = [
        status(judge(book, given, one))
        for one in ("05-04 11:59", "05-04 12:00", "05-07 11:59", "05-07 12:00")
    ]
    assert seen == ["open", "paused", "paused", "open"]


def test_an_act_in_a_pause_is_in_time_and_a_pause_opens_nothing_again(tmp_path: Path) -> None:
    book = load(tmp_path, policy())
    acted = {**matter(solved_at="06-01 00:00"), **hold("05-04 00:00")}
    assert status(judge(book, acted, "06-02 00:00")) == "met"
    late = {**matter(), **hold("05-11 00:01")}
    assert status(judge(book, late, "06-02 00:00")) == "missed"
    met = {**matter(solved_at="05-02 00:00"), **hold("05-04 00:00")}
    assert status(judge(book, met, "05-05 00:00")) == "met"
    stopped = {**matter(closed_at="05-06 00:00"), **hold("05-04 00:00")}
    assert status(judge(book, stopped, "05-07 00:00")) == "stopped"


def test_several_pauses_that_overlap_count_once(tmp_path: Path) -> None:
    book = load(tmp_path, policy(f"[{HOLD}, {WAITS}]"))
    waits = [wait("05-05 00:00", "05-08 00:00"), wait("05-06 00:00", "05-09 00:00", "no")]
    given = {**matter(), **hold("05-04 00:00", "05-06 00:00"), "waits": waits}
    assert due(judge(book, given, "06-30 00:00")) == "05-15 00:00"


def test_a_planned_pause_counts_before_it_comes(tmp_path: Path) -> None:
    book = load(tmp_path, policy("{from: strike.from, until: strike.until}"))
    strike = {"strike": {"from": at("05-04 00:00"), "until": at("05-06 00:00")}}
    before = judge(book, {**matter(), **strike}, "05-02 00:00")
    assert (due(before), status(before)) == ("05-13 00:00", "open")
    within = judge(book, {**matter(), **strike}, "05-05 00:00")
    assert (due(within), status(within)) == ("05-13 00:00", "paused")
    assert of(within, "left") == Known(Duration(7, "days"))


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_not_known_of_a_pause(engine: EngineName, tmp_path: Path) -> None:
    book = load(tmp_path, policy(WAITS))
    # Whether it is a pause is not known: it may end on the 11th or the 14th.
    unsure = {**matter(), "waits": [wait("05-04 00:00", "05-07 00:00", None)]}
    open_one = judge(book, unsure, "05-12 00:00", engine)
    assert due(open_one) == "?" and status(open_one) == "Unknown"
    assert {one.name for one in of(open_one, "due").waits} == {"waits.for_buyer"}  # type: ignore[union-attr]
    assert status(judge(book, unsure, "05-10 00:00", engine)) == "open"
    # Who acts in time without it does so with it.
    met = {**unsure, **matter(solved_at="05-11 00:00")}
    assert status(judge(book, met, "05-20 00:00", engine)) == "met"
    late = {**unsure, **matter(solved_at="05-12 00:00")}
    assert status(judge(book, late, "05-20 00:00", engine)) == "Unknown"
    # One that begins at or after the end changes nothing, whatever it is.
    after = {**matter(), "waits": [wait("05-11 00:00", "05-17 00:00", None)]}
    assert status(judge(book, after, "05-20 00:00", engine)) == "missed"


def test_an_unknown_list_may_hold_any_pause(tmp_path: Path) -> None:
    facts = FACTS.replace("    if_missing: empty\n", "")
    book = load(tmp_path, policy(WAITS), facts)
    assert status(judge(book, matter(), "05-12 00:00")) == "Unknown"
    assert status(judge(book, matter(solved_at="05-10 00:00"), "05-12 00:00")) == "met"


def test_open_answers_are_searched(tmp_path: Path) -> None:
    book = load(tmp_path, policy(WAITS))
    unsure = {**matter(), "waits": [wait("05-04 00:00", None, None)]}
    outcome = judge(book, unsure, "05-06 00:00").outcome(("result.told", None))
    assert outcome.status == "undetermined" and outcome.possible == (True,) and outcome.may_be_absent


@pytest.mark.parametrize(
    ("within", "ends", "left"),
    [
        ("3 days", "05-10 00:00", Duration(3, "days")),
        ("3 business_days", "05-11 00:00", Duration(3, "business_days")),
        ("48 hours", "05-10 15:00", Duration(38, "hours")),
    ],
)
def test_whole_days_business_days_and_hours(within: str, ends: str, left: Duration, tmp_path: Path) -> None:
    """A pause from Tuesday 10:00 until Thursday 15:00, of a clock that starts on Monday (2024-05-06)."""
    if within.endswith("hours"):
        ends = "05-10 05:00"
    text = policy(within=within.replace("_", " "), more="    counting: {days: calendar}\n")
    book = load(tmp_path, text)
    opened = matter("05-06 00:00")
    within_pause = judge(book, {**opened, **hold("05-07 10:00")}, "05-08 00:00")
    assert of(within_pause, "left") == Known(left if left.unit != "hours" else Duration(14, "hours"))
    decision = judge(book, {**opened, **hold("05-07 10:00", "05-09 15:00")}, "06-30 00:00")
    assert due(decision) == {"3 days": "05-12 00:00", "3 business_days": "05-14 00:00"}.get(within, ends)


def test_a_pause_within_a_day_costs_no_whole_day(tmp_path: Path) -> None:
    book = load(tmp_path, policy(within="3 days", more="    counting: {days: calendar}\n"))
    given = {**matter("05-06 09:00"), **hold("05-07 10:00", "05-07 20:00")}
    assert due(judge(book, given, "06-30 00:00")) == "05-10 00:00"
    assert status(judge(book, given, "05-07 12:00")) == "paused"


# ---------- what is told


def timeline(book: Rulebook, given: dict[str, object], as_of: str) -> Timeline:
    decision = judge(book, given, as_of)
    return make_timeline(prepare(book, {}), decision.case, decision.as_of)


def test_the_timeline_tells_when_it_stands_still_and_runs_on(tmp_path: Path) -> None:
    book = load(tmp_path, policy())
    given = {**matter(), **hold("05-04 00:00", "05-07 00:00")}
    found = timeline(book, given, "06-30 00:00")
    changes = [one.what.change for one in found.steps if isinstance(one.what, ClockStep)]
    assert changes == ["starts", "paused", "resumes", "missed"]
    (bar,) = found.clocks
    assert [tuple(local_time(one, book.zone).day for one in pause if one) for pause in bar.pauses] == [(4, 7)]
    text = render_timeline(found, Speech("en"))
    assert "Solve paused, 7 days left" in text and "Solve resumes, until 2024-05-13 24:00:00" in text
    for language in LANGUAGES:
        ElementTree.fromstring(render_timeline_svg(found, Speech(language)))
        assert render_timeline_html(found, Speech(language))


def test_a_timeline_ends_where_a_clock_stands_still(tmp_path: Path) -> None:
    book = load(tmp_path, policy())
    found = timeline(book, {**matter(), **hold("05-04 00:00")}, "05-05 00:00")
    assert found.ending == "unsettled"
    assert "Solve (paused; 7 days left)" in " ".join(render_timeline(found, Speech("en")).split())


def test_pages_and_reasons(tmp_path: Path) -> None:
    book = load(tmp_path, policy(within="15 days"))
    decision = judge(book, {**matter(), **hold("05-02 00:00")}, "06-30 00:00")
    assert "paused since 2024-05-02 00:00:00; 14 days left" in render_text(decision, Speech("en"))
    why = Chain(decision, Speech("en")).why(("result.told", None))
    assert "its clock is paused from 2024-05-02 00:00:00 on" in why and "14 days left" in why
    assert "暂停计时" in render_text(decision, Speech("zh"))
    (clock,) = json.loads(render_json(decision))["deadlines"]
    assert clock["left"] == "14 days" and clock["due"] is None and clock["status"] == "paused"
    assert clock["pauses"] == [{"applies": "true", "from": "2024-05-02T00:00:00+00:00", "until": None}]


def test_show_and_diff(tmp_path: Path) -> None:
    book = load(tmp_path / "one", policy(WAITS))
    card = Cards(book, Speech("en")).of("solve") or ""
    told = " ".join(card.split())
    assert "For each record of “waits” for which “for the buyer” is “yes”" in told
    assert "the clock is paused from “from” until “until”." in told
    other = load(tmp_path / "two", policy(HOLD))
    texts = [str(text) for change in compare(book, other) for text in change.details]
    assert any("new pause of its clock: The clock is paused from “on hold”" in one for one in texts)


# ---------- what is wrong with a rulebook


@pytest.mark.parametrize(
    ("pauses", "told"),
    [
        ("{from: hold.from}", "lacks `until`"),
        ("{from: hold.from, to: hold.until}", "write `until`"),
        ("{list: waits, start: from, end: until}", "write `from`"),
        ("{list: waitings, from: from, until: until}", "there is no list `waitings`"),
        ("{from: hold.from, until: hold.from}", "a pause that ends where it begins is not a pause"),
        ("{from: from, until: until}", "nothing is named `from`"),
        ("{from: hold.from, until: hold.until, where: {matter.solved_at: happened}}", "add `list`"),
        ("{from: result.told, until: hold.until}", "`instant` is needed here"),
        ("waits", "`pauses` must be a mapping or a list"),
    ],
)
def test_what_is_wrong_is_told(pauses: str, told: str, tmp_path: Path) -> None:
    found = [Speech("en").message(one.message) for one in faults(tmp_path, policy(pauses))]
    found += [Speech("en").message(one.help) for one in faults(tmp_path, policy(pauses)) if one.help]
    assert any(told in one for one in found), found


@pytest.mark.parametrize("word", ["pause", "paused_while", "suspended_by", "on_hold", "暂停", "中止"])
def test_what_a_clerk_writes_for_pauses(word: str, tmp_path: Path) -> None:
    text = policy().replace("    pauses:", f"    {word}:")
    helps = [Speech("en").message(one.help) for one in faults(tmp_path, text) if one.help is not None]
    assert any("`pauses`" in one for one in helps), helps


def test_only_a_clock_with_pauses_has_something_left(tmp_path: Path) -> None:
    text = policy(rules=", solve.left: {less_than: 1 day}").replace(f"    pauses: {HOLD}\n", "")
    (found,) = [one for one in faults(tmp_path, text) if one.severity == "error"]
    assert found.help is not None and "only a deadline with `pauses`" in Speech("en").message(found.help)
    book = load(tmp_path / "ok", policy(rules=", solve.left: {less_than: 8 days}"))
    decision = judge(book, {**matter(), **hold("05-04 00:00")}, "06-30 00:00")
    assert decision.findings.states["result.told", None] == Known(True)
    assert isinstance(of(decision, "left"), Known) and not isinstance(of(decision, "status"), Unknown)


@pytest.mark.parametrize("unit", ["days", "hours", "business days"])
def test_what_is_left_is_asked_as_the_length_is_given(unit: str, tmp_path: Path) -> None:
    asked = policy(within=f"10 {unit}", rules=f", solve.left: {{at_most: 10 {unit}}}")
    book = load(tmp_path, asked)
    decision = judge(book, {**matter("05-06 00:00"), **hold("05-06 01:00")}, "06-30 00:00")
    assert decision.findings.states["result.told", None] == Known(True)
