"""Clocks that end at an instant (``ends``), or a length before one, and not after a length."""

from __future__ import annotations

from pathlib import Path

import pytest

from policyengine.api import EngineName, prepare
from policyengine.changes.compare import compare
from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.diagnostics.i18n import Speech
from policyengine.engines.durable.ruleset import durable_available
from policyengine.loading.load import load_model
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.decision import Decision
from policyengine.outcome.timeline import ClockStep, make_timeline
from policyengine.render.cards import Cards
from policyengine.render.naming import type_of
from policyengine.render.text import render_text
from policyengine.render.timeline_text import render_timeline
from policyengine.render.why.chain import Chain
from policyengine.semantics.findings import ABSENT, Known, State, Unknown
from policyengine.values.literals import ValueType, local_time

ENGINES: tuple[EngineName, ...] = ("reference", "compiled", *(("durable",) if durable_available() else ()))
BOOK = """rulebook: trips
version: "1"
title: {zh: 行程, en: trips}
time_zone: Europe/Berlin
currency: EUR
calendar: DE
languages: [zh, en]
parties: {buyer: {zh: 买家, en: buyer}, shop: {zh: 店家, en: shop}}
"""
FACTS = """facts:
  order.paid_at: {type: instant, title: {zh: 付款, en: paid}}
  order.day: {type: date, title: {zh: 下单日, en: day of order}, if_missing: never}
  order.send_by: {type: instant, planned: yes, title: {zh: 最晚, en: send by}}
  order.sent_at: {type: instant, title: {zh: 发货, en: sent}, if_missing: never}
  order.closed_at: {type: instant, title: {zh: 关闭, en: closed}, if_missing: never}
  flight.departs_at: {type: instant, planned: yes, title: {zh: 起飞, en: departure}, if_missing: none}
  flight.notice: {type: duration, title: {zh: 提前, en: notice}}
  result.late: {type: boolean, role: outcome, title: {zh: 晚, en: late}}
"""


def policy(ends: str = "order.send_by", more: str = "") -> str:
    return f"""policy: trips
title: {{zh: 行程, en: trips}}
deadlines:
  send:
    title: {{zh: 发货, en: Send}}
    who: shop
    starts: order.paid_at
    ends: {ends}
    met_by: order.sent_at
    stopped_by: order.closed_at
{more}rules:
  late: {{title: {{zh: 晚, en: late}}, when: {{send.status: missed}}, then: {{result.late: yes}}}}
"""


def write(folder: Path, text: str) -> Path:
    (folder / "policies").mkdir(parents=True, exist_ok=True)
    (folder / "rulebook.yaml").write_text(BOOK, "utf-8")
    (folder / "facts.yaml").write_text(FACTS, "utf-8")
    (folder / "policies" / "p.yaml").write_text(text, "utf-8")
    return folder


def load(folder: Path, text: str) -> Rulebook:
    loaded = load_model(str(write(folder, text)), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    return loaded.rulebook


def faults(folder: Path, text: str) -> tuple[Diagnostic, ...]:
    return tuple(load_model(str(write(folder, text)), ()).diagnostics)


def at(day: str) -> str:
    return f"2026-{day}"


def order(**facts: str) -> dict[str, object]:
    return {"order": {name: at(one) for name, one in facts.items()}}


def judge(book: Rulebook, given: dict[str, object], as_of: str, engine: EngineName = "reference") -> Decision:
    return prepare(book, {}, engine=engine).evaluate(given, at(as_of))


def state(decision: Decision, property: str) -> State:
    return decision.findings.states[f"send.{property}", None]


def when(decision: Decision, property: str = "due") -> str | None:
    found = state(decision, property)
    if not isinstance(found, Known):
        return None if found == ABSENT else "?"
    assert isinstance(found.value, int)
    return local_time(found.value, decision.judged.rulebook.zone).strftime("%m-%d %H:%M:%S")


def status(decision: Decision) -> str:
    found = state(decision, "status")
    return str(found.value) if isinstance(found, Known) else type(found).__name__


PAID = {"paid_at": "03-02 10:00", "send_by": "03-05 18:00"}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("sent", "as_of", "expected"),
    [
        (None, "03-01 10:00", "not_started"),
        (None, "03-05 18:00", "open"),
        (None, "03-05 18:00:01", "missed"),
        ("03-05 18:00", "03-09 10:00", "met"),
        ("03-05 18:00:01", "03-09 10:00", "missed"),
    ],
)
def test_it_ends_at_the_instant(
    engine: EngineName, sent: str | None, as_of: str, expected: str, tmp_path: Path
) -> None:
    given = order(**PAID, **({} if sent is None else {"sent_at": sent}))
    decision = judge(load(tmp_path, policy()), given, as_of, engine)
    assert (status(decision), when(decision)) == (expected, "03-05 18:00:00")


def test_its_last_instant_counts_as_the_counting_says(tmp_path: Path) -> None:
    book = load(tmp_path, policy(more="    counting: {end: excluded}\n"))
    assert status(judge(book, order(**PAID, sent_at="03-05 18:00"), "03-09 10:00")) == "missed"
    assert status(judge(book, order(**PAID, sent_at="03-05 17:59:59"), "03-09 10:00")) == "met"


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_not_known(engine: EngineName, tmp_path: Path) -> None:
    book = load(tmp_path, policy())
    unsaid = order(paid_at="03-02 10:00", sent_at="03-04 10:00")
    assert status(judge(book, unsaid, "03-09 10:00", engine)) == "Unknown"
    assert status(judge(book, order(paid_at="03-02 10:00"), "03-01 10:00", engine)) == "not_started"
    unpaid = order(send_by="03-05 18:00", sent_at="03-04 10:00")
    assert isinstance(state(judge(book, unpaid, "03-09 10:00", engine), "status"), Unknown)


@pytest.mark.parametrize("engine", ENGINES)
def test_over_before_it_begins_it_is_over_as_it_begins(engine: EngineName, tmp_path: Path) -> None:
    book = load(tmp_path, policy())
    given = order(paid_at="03-06 10:00", send_by="03-05 18:00")
    before = judge(book, given, "03-06 09:59:59", engine)
    assert (status(before), when(before)) == ("not_started", "03-05 18:00:00")
    after = judge(book, given, "03-06 10:00", engine)
    assert (status(after), when(after, "settled_at")) == ("missed", "03-06 10:00:00")
    early = order(paid_at="03-06 10:00", send_by="03-05 18:00", sent_at="03-05 10:00")
    assert status(judge(book, early, "03-06 10:00", engine)) == "met"
    late = order(paid_at="03-06 10:00", send_by="03-05 18:00", sent_at="03-05 19:00")
    assert status(judge(book, late, "03-05 20:00", engine)) == "not_started"
    assert status(judge(book, late, "03-06 10:00", engine)) == "missed"


@pytest.mark.parametrize("engine", ENGINES)
def test_without_an_end_it_runs_until_there_is_one(engine: EngineName, tmp_path: Path) -> None:
    book = load(tmp_path, policy("flight.departs_at"))
    assert status(judge(book, order(paid_at="03-02 10:00"), "12-31 10:00", engine)) == "open"
    assert (
        status(judge(book, order(paid_at="03-02 10:00", sent_at="06-01 10:00"), "12-31 10:00", engine))
        == "met"
    )
    closed = order(paid_at="03-02 10:00", closed_at="06-01 10:00")
    assert status(judge(book, closed, "12-31 10:00", engine)) == "stopped"


def trip(departs: str, notice: str = "24 hours", **facts: str) -> dict[str, object]:
    flight = {"departs_at": at(departs), "notice": notice}
    return {**order(paid_at="03-02 10:00", **facts), "flight": flight}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("by", "departs", "due"),
    [
        ("24 hours", "03-20 12:00", "03-19 12:00:00"),
        ("24 hours", "03-29 12:00", "03-28 11:00:00"),  # 24 hours, although the clocks are changed
        ("2 days", "03-20 12:00", "03-18 12:00:00"),
        ("2 business days", "03-23 10:00", "03-18 23:59:59"),  # Monday; Thursday and Friday are left
        ("flight.notice", "03-20 12:00", "03-19 12:00:00"),
    ],
)
def test_a_length_before_an_instant(
    engine: EngineName, by: str, departs: str, due: str, tmp_path: Path
) -> None:
    book = load(tmp_path, policy(f"{{before: flight.departs_at, by: {by}}}"))
    decision = judge(book, trip(departs), "03-10 10:00", engine)
    assert (when(decision), status(decision)) == (due, "open")
    unsaid: dict[str, object] = {**order(paid_at="03-02 10:00"), "flight": {"departs_at": at(departs)}}
    if by == "flight.notice":
        assert when(judge(book, unsaid, "03-10 10:00", engine)) == "?"


def test_whole_days_before_an_instant_are_whole(tmp_path: Path) -> None:
    text = policy("{before: flight.departs_at, by: 2 days}", "    counting: {days: calendar}\n")
    decision = judge(load(tmp_path, text), trip("03-20 12:00"), "03-10 10:00")
    assert when(decision) == "03-17 23:59:59"  # two whole days, the 18th and the 19th, are left


def test_another_clock_can_be_the_end(tmp_path: Path) -> None:
    other = """  pack:
    title: {zh: 打包, en: Pack}
    who: shop
    starts: order.paid_at
    within: 2 days
"""
    book = load(tmp_path, policy("pack.due", other))
    assert when(judge(book, order(paid_at="03-02 10:00"), "03-03 10:00")) == "03-04 10:00:00"


# ---------- what is told


def test_reasons_pages_and_timeline(tmp_path: Path) -> None:
    book = load(tmp_path, policy("{before: flight.departs_at, by: 24 hours}"))
    decision = judge(book, trip("03-20 12:00"), "03-19 12:00:01")
    why = Chain(decision, Speech("en")).why(("result.late", None))
    assert "from 2026-03-02 10:00:00 until 2026-03-19 12:00:00: 24 hours before 2026-03-20 12:00:00" in why
    assert "2026-03-02 10:00:00 → 2026-03-19 12:00:00" in render_text(decision, Speech("en"))
    timeline = make_timeline(prepare(book, {}), decision.case, decision.as_of)
    changes = [one.what.change for one in timeline.steps if isinstance(one.what, ClockStep)]
    assert changes == ["starts", "missed"]
    assert "Send begins, until 2026-03-19 12:00:00" in render_timeline(timeline, Speech("en"))


def test_show_and_diff(tmp_path: Path) -> None:
    one = load(tmp_path / "one", policy())
    two = load(tmp_path / "two", policy("{before: flight.departs_at, by: 24 hours}"))
    card = " ".join((Cards(one, Speech("en")).of("send") or "").split())
    assert "from “paid” on, shop must act by “send by”; what counts as acting: sent." in card
    assert "by 24 hours before “departure”" in " ".join((Cards(two, Speech("en")).of("send") or "").split())
    assert "从“付款”起，店家须在“最晚”之前履行" in (Cards(one, Speech("zh")).of("send") or "").replace(
        "\n  ", ""
    )
    texts = [str(text) for change in compare(one, two) for text in change.details]
    assert any("ends: “send by” → 24 hours before “departure”" in text for text in texts)


# ---------- what is wrong with a rulebook


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("    within: 3 days\n", "a deadline runs for a length of time or ends at an instant, not both"),
        ("    pauses: {from: order.paid_at, until: order.sent_at}\n", "cannot be paused"),
    ],
)
def test_one_end_only(more: str, told: str, tmp_path: Path) -> None:
    found = faults(tmp_path, policy(more=more))
    assert [one.code for one in found if one.severity == "error"] == ["wrong-kind"]
    assert any(told in Speech("en").message(one.message) for one in found)


@pytest.mark.parametrize("word", ["until", "end", "deadline", "due", "expires_at", "by", "截止"])
def test_what_a_clerk_writes_for_ends(word: str, tmp_path: Path) -> None:
    found = faults(tmp_path, policy().replace("    ends:", f"    {word}:"))
    helps = [Speech("en").message(one.help) for one in found if one.help is not None]
    assert any("`ends`" in one for one in helps), helps


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ("{before: flight.departs_at}", "lacks `by`"),
        ("{before: flight.departs_at, within: 24 hours}", "write `by`"),
        ("24 hours", "is not an instant"),
        ("{before: flight.departs_at, by: 3}", "has no unit"),
    ],
)
def test_what_is_wrong_with_an_end_is_told(ends: str, told: str, tmp_path: Path) -> None:
    found = faults(tmp_path, policy(ends))
    texts = [Speech("en").message(one) for fault in found for one in (fault.message, fault.help) if one]
    assert any(told in one for one in texts), texts


@pytest.mark.parametrize(
    ("within", "type"),
    [
        ("{value: flight.notice, otherwise: 2 days}", ValueType.DURATION),
        ("{otherwise: 2 business days, value: 3 business days}", ValueType.BUSINESS_DAYS),
        ("{A-01: {x: 3 business days, y: 2 business days}}", ValueType.BUSINESS_DAYS),
    ],
)
def test_what_is_left_has_the_type_of_a_length_that_is_computed(
    within: str, type: ValueType, tmp_path: Path
) -> None:
    pauses = "    pauses: {from: order.sent_at, until: order.closed_at}\n"
    text = policy().replace("    ends: order.send_by\n", f"    within: {within}\n{pauses}")
    readings = "title: {zh: 问, en: q}, default: x, readings: {x: {zh: 甲, en: x}, y: {zh: 乙, en: y}}"
    (tmp_path / "assumptions.yaml").write_text(f"assumptions:\n  A-01: {{{readings}}}\n", "utf-8")
    folder = write(tmp_path, text.replace("when: {send.status: missed}", "when: {send.left: {known: yes}}"))
    loaded = load_model(str(folder), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    assert type_of(loaded.rulebook, "send.left") is type


def test_reasons_show_a_day_that_begins_a_clock(tmp_path: Path) -> None:
    text = policy().replace("starts: order.paid_at", "starts: {value: order.day, otherwise: order.paid_at}")
    decision = judge(load(tmp_path, text), order(day="03-02", send_by="03-05 18:00"), "03-06 10:00")
    [name] = decision.judged.rulebook.computed
    assert "day of order 2026-03-02 00:00:00" in Chain(decision, Speech("en")).why((name, None))
