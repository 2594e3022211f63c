"""Where clocks are put back every printed instant has its offset, and can be given back."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policyengine import Decision, Rulebook, load_rulebook
from policyengine.diagnostics.i18n import LANGUAGES, Language, Speech
from policyengine.outcome.timeline import make_timeline
from policyengine.reading.case.reader import CaseReader
from policyengine.render.json.decision import render_json
from policyengine.render.text import render_text
from policyengine.render.timeline_html import render_timeline_html
from policyengine.render.timeline_json import render_timeline_json
from policyengine.render.timeline_svg import render_timeline_svg
from policyengine.render.timeline_text import render_timeline
from policyengine.render.why.chain import Chain
from policyengine.values.display import show_value
from policyengine.values.faults import LiteralError
from policyengine.values.literals import ValueType, format_value, instant_text
from policyengine.values.parse import parse_literal

ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Asia/Shanghai",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Antarctica/Troll",
    "UTC",
)
FIRST = 1_730_611_800  # 2024-11-03 01:30 in New York, for the first time
RULEBOOK = """
rulebook: shop
version: "1.0"
title: {zh: 店规, en: Shop rules}
time_zone: America/New_York
currency: USD
calendar: US
languages: [zh, en]
parties: {buyer: {zh: 买家, en: buyer}}
documents:
  terms:
    title: {zh: 须知, en: Terms}
    digest: sha256:0000000000000000000000000000000000000000000000000000000000000000
counting: {end: included}
"""
FACTS = """
facts:
  a.sent_at: {type: instant, title: {zh: 寄出, en: sent at}}
  a.answered_at: {type: instant, title: {zh: 答复, en: answered at}, if_missing: never, not_before: a.sent_at}
  o.late: {type: boolean, title: {zh: 迟, en: late}, role: outcome}
"""
POLICY = """
policy: p
title: {zh: 规, en: P}
deadlines:
  answer:
    title: {zh: 答复期, en: Answer}
    who: buyer
    starts: a.sent_at
    within: 24 hours
    met_by: a.answered_at
    source: {section: "1", quote: 期内}
rules:
  late_if_missed:
    title: {zh: 逾期, en: Late}
    source: {section: "1", quote: 期内}
    when: {answer.status: missed}
    then: {o.late: yes}
"""
CASE = {"case": "DST-1", "a": {"sent_at": "2024-11-02 01:30", "answered_at": "2024-11-03T01:30:00-05:00"}}
AS_OF = "2024-11-03 01:45-05:00"
PRINTED = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[-+][0-9]{2}:[0-9]{2})?")


@settings(max_examples=500, deadline=None, derandomize=True)
@given(
    zone=st.sampled_from(ZONES), instant=st.integers(-2_208_988_800 + 86_400 * 2, 7_258_118_400 - 86_400 * 2)
)
@example(zone="America/New_York", instant=FIRST)
@example(zone="America/New_York", instant=FIRST + 3_600)
@example(zone="Australia/Lord_Howe", instant=1_712_415_600 + 900)
@example(zone="Asia/Shanghai", instant=684_867_600 - 1)  # the last summer time of China
def test_an_instant_that_is_printed_is_read_as_itself(zone: str, instant: int) -> None:
    place = ZoneInfo(zone)
    machine = format_value(instant, ValueType.INSTANT, place)
    shown = [show_value(instant, ValueType.INSTANT, place, language, "CNY") for language in LANGUAGES]
    for written in (instant_text(instant, place), str(machine), *shown):
        assert parse_literal(written, ValueType.INSTANT, place, "CNY") == instant, written


@pytest.mark.parametrize("zone", [one for one in ZONES if one != "UTC"])
def test_around_every_change_of_clocks_instants_are_told_apart(zone: str) -> None:
    place = ZoneInfo(zone)
    for day in range(0, 366 * 86_400, 1_800):
        instant = 704_067_600 + day if zone != "Pacific/Apia" else 1_300_000_000 + day
        written = instant_text(instant, place)
        assert parse_literal(written, ValueType.INSTANT, place, "CNY") == instant
        assert len(written) in (19, 25)


def test_only_where_a_time_comes_twice_the_offset_is_printed() -> None:
    place = ZoneInfo("America/New_York")
    assert instant_text(FIRST, place) == "2024-11-03 01:30:00-04:00"
    assert instant_text(FIRST + 3_600, place) == "2024-11-03 01:30:00-05:00"
    assert instant_text(FIRST + 7_200, place) == "2024-11-03 02:30:00"
    assert instant_text(FIRST - 3_600, place) == "2024-11-03 00:30:00"


@pytest.mark.parametrize(
    ("written", "what"),
    [("2024-11-03 01:30", "happened twice"), ("2024-03-10 02:30", "does not exist")],
)
def test_a_time_that_is_skipped_or_comes_twice_is_refused_with_what_to_write(written: str, what: str) -> None:
    place = ZoneInfo("America/New_York")
    with pytest.raises(LiteralError, match=what) as found:
        parse_literal(written, ValueType.INSTANT, place, "USD")
    offsets = re.findall("`([^`]+)`", str(found.value.help))
    assert offsets == ["-04:00", "-05:00"] or offsets == ["-05:00", "-04:00"]
    read = {parse_literal(written + one, ValueType.INSTANT, place, "USD") for one in offsets}
    assert len(read) == 2


@cache
def book() -> Rulebook:
    import tempfile

    folder = Path(tempfile.mkdtemp())
    (folder / "policies").mkdir()
    for name, text in (("rulebook", RULEBOOK), ("facts", FACTS), ("policies/p", POLICY)):
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return load_rulebook(folder)


def pages(decision: Decision, language: Language) -> dict[str, str]:
    say = Speech(language)
    read, _ = CaseReader(book().model).read_plain(CASE, "c")
    assert read is not None
    timeline = make_timeline(book(), read, decision.as_of)
    return {
        "text": render_text(decision, say),
        "why": Chain(decision, say).why(("o.late", None)),
        "json": render_json(decision),
        "timeline": render_timeline(timeline, say),
        "svg": render_timeline_svg(timeline, say),
        "html": render_timeline_html(timeline, say),
        "timeline json": render_timeline_json(timeline),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_tells_the_two_hours_apart(language: Language) -> None:
    decision = book().evaluate(CASE, as_of=AS_OF)
    real = {FIRST - 86_400, FIRST, FIRST + 1, FIRST + 3_600, FIRST + 4_500}
    for form, page in pages(decision, language).items():
        found = PRINTED.findall(page)
        assert len(found) >= 3, form
        for written in found:
            read = parse_literal(written, ValueType.INSTANT, book().model.zone, "USD")
            assert read in real, (form, written)


def test_a_fault_tells_the_two_hours_apart() -> None:
    wrong = {"a": {"sent_at": "2024-11-03T01:30:00-05:00", "answered_at": "2024-11-03T01:30:00-04:00"}}
    _, (fault,) = CaseReader(book().model).read(json.dumps(wrong), "c.json")
    assert "2024-11-03 01:30:00-05:00" in str(fault.message)
