"""Lengths of time as rule files say them: their kinds, how they are counted, and by which calendar."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policyengine.api import EngineName, prepare
from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.engines.durable.ruleset import durable_available
from policyengine.loading.load import load_model
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.decision import Decision
from policyengine.render.bilingual import Bilingual
from policyengine.semantics.findings import Known
from policyengine.values.calendar import load_calendar, subdivisions_of
from policyengine.values.literals import LENGTHS, ValueType, instant_text

ENGINES: tuple[EngineName, ...] = ("reference", "compiled", *(("durable",) if durable_available() else ()))
BOOK = """rulebook: shop
version: "1"
title: {zh: 店, en: shop}
time_zone: Europe/Berlin
currency: EUR
calendar: CALENDAR
languages: [zh, en]
parties: {buyer: {zh: 买家, en: buyer}}
"""
FACTS = """facts:
  order.at: {type: instant, title: {zh: 下单, en: ordered}}
  order.done_at: {type: instant, if_missing: never, title: {zh: 完成, en: done}}
  product.warranty: {type: months, if_missing: none, title: {zh: 保修, en: warranty}, at_most: 10 years}
  result.late: {type: boolean, role: outcome, title: {zh: 迟, en: late}}
"""
POLICY = """policy: shop
title: {zh: 店, en: shop}
effective: {by: order.at}
PARAMETERSdeadlines:
  clock:
    {title: {zh: 钟, en: clock}, who: buyer, starts: order.at, met_by: order.done_at, within: WITHINCOUNTING}
rules:
  late: {title: {zh: 迟, en: late}, when: {clock.status: missed}, then: {result.late: yes}}
"""


def make(
    folder: Path, within: str, counting: str = "", calendar: str = "DE", parameters: str = ""
) -> tuple[Rulebook | None, tuple[Diagnostic, ...]]:
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "rulebook.yaml").write_text(BOOK.replace("CALENDAR", calendar))
    (folder / "facts.yaml").write_text(FACTS)
    text = POLICY.replace("WITHIN", within).replace("COUNTING", f", counting: {counting}" if counting else "")
    (folder / "policies" / "shop.yaml").write_text(text.replace("PARAMETERS", parameters))
    loaded = load_model(str(folder), ())
    return loaded.rulebook, loaded.diagnostics


def told(found: tuple[Diagnostic, ...], severity: str = "error") -> list[tuple[str, str, str]]:
    return [(one.code, str(one.message), str(one.help or "")) for one in found if one.severity == severity]


def judge(folder: Path, case: object, as_of: str = "2029-12-31 12:00") -> Decision:
    path = folder / "case.json"
    path.write_text(json.dumps(case), "utf-8")
    book = load_model(str(folder), ()).rulebook
    assert book is not None
    decisions = [prepare(book, {}, engine=engine).evaluate(str(path), as_of) for engine in ENGINES]
    assert all(one.findings.deadlines == decisions[0].findings.deadlines for one in decisions)
    return decisions[0]


# ---------- kinds


@pytest.mark.parametrize(
    ("within", "due"),
    [
        ("6 months", "2026-09-10 15:00:00"),
        ("2年", "2028-03-10 15:00:00"),
        ("1 year", "2027-03-10 15:00:00"),
        ("3个月", "2026-06-10 15:00:00"),
        ("product.warranty", "2026-06-10 15:00:00"),
    ],
)
def test_months_and_years(tmp_path: Path, within: str, due: str) -> None:
    book, found = make(tmp_path, within)
    assert book is not None, found
    case = {"order": {"at": "2026-03-10 15:00"}, "product": {"warranty": "3 months"}}
    decision = judge(tmp_path, case)
    ends = decision.findings.deadlines["clock", None].due
    assert isinstance(ends, Known) and instant_text(int(str(ends.value)), book.zone) == due


def test_a_figure_changes_its_kind(tmp_path: Path) -> None:
    parameters = (
        "parameters:\n  wait: {title: {zh: 期, en: wait}, values: [{value: 7 days},"
        " {from: 2026-01-01, value: 3 business days}, {from: 2026-06-01, value: 1 month}]}\n"
    )
    book, found = make(tmp_path, "wait", parameters=parameters)
    assert book is not None, found
    assert book.parameters["wait"].type is ValueType.LENGTH
    dues = []
    for day in ("2025-12-30", "2026-01-02", "2026-06-01"):
        ends = judge(tmp_path, {"order": {"at": f"{day} 15:00"}}).findings.deadlines["clock", None].due
        assert isinstance(ends, Known)
        dues.append(instant_text(int(str(ends.value)), book.zone))
    assert dues == ["2026-01-06 15:00:00", "2026-01-08 00:00:00", "2026-07-01 15:00:00"]


def test_lengths_of_different_kinds_are_not_compared(tmp_path: Path) -> None:
    make(tmp_path, "7 days")
    policy = tmp_path / "policies" / "shop.yaml"
    values = "[{value: 7 days}, {from: 2026-01-01, value: 1 month}]"
    mixed = f"parameters:\n  wait: {{title: {{zh: 期, en: wait}}, values: {values}}}\ndeadlines:"
    whole = policy.read_text().replace("deadlines:", mixed)
    policy.write_text(whole.replace("when: {clock.status: missed}", "when: {wait: {at_least: 7 days}}"))
    assert [one[0] for one in told(load_model(str(tmp_path), ()).diagnostics)] == ["wrong-test"]
    policy.write_text(
        whole.replace("when: {clock.status: missed}", "when: {product.warranty: {at_least: 30 days}}")
    )
    ((code, what, help),) = told(load_model(str(tmp_path), ()).diagnostics)
    assert (code, what) == (
        "bad-value",
        "`30 days` is time by the clock, and a number of months or years is needed",
    )
    assert "6 months" in help


@pytest.mark.parametrize(
    ("written", "help"),
    [
        ("8 working hours", "did you mean `business hours`?"),
        ("8 office hours", "did you mean `business hours`?"),
        ("30 working minutes", "did you mean `business minutes`?"),
        ("6 mos", "did you mean `months`?"),
        ("2 yrs", "did you mean `years`?"),
        ("2 quarters", "write `6 months`"),
        ("2个季度", "write `6 months`"),
        ("6月", "did you mean `个月`?"),
        ("8工时", "did you mean `个工作小时`?"),
        ("1.5 years", "use months, such as `18 months` for a year and a half"),
        ("1.5 months", "months differ in length: write `2 weeks` or a number of days"),
        ("0.5 business days", "business days are whole ones: write `4 business hours`"),
        ("1.5 business hours", "use business minutes, such as `90 business minutes`"),
        ("101 years", "write at most 100 years"),
        ("10001 business hours", "write at most 10000 business hours"),
        ("six months", "write it in digits: `6 months`"),
    ],
)
def test_what_clerks_write(tmp_path: Path, written: str, help: str) -> None:
    found = [one for one in told(make(tmp_path, written)[1]) if one[0] == "bad-value"]
    assert [one[2] for one in found] == [help]


# ---------- how they are counted


WHOLE = '{days: calendar, ends_on_holiday: next_business_day, day_ends: "18:00", cut_off: "17:00"}'


def test_all_ways_together(tmp_path: Path) -> None:
    book, found = make(tmp_path, "14 days", WHOLE)
    assert book is not None, found
    due = judge(tmp_path, {"order": {"at": "2026-03-19 17:00:01"}}).findings.deadlines["clock", None].due
    # Too late on Thursday, so from Friday on: the 14th day is Good Friday, and the next business day Tuesday.
    assert isinstance(due, Known) and instant_text(int(str(due.value)), book.zone) == "2026-04-07 18:00:00"
    said = Bilingual(book).stated(lambda one: one.counting(book.deadlines["clock"]))
    assert said.get("en").split("; ") == [
        "what comes later than 17:00 belongs to the next day",
        "the last day ends at 18:00",
        "days end at midnight",
        "if the last day is not a business day, the next business day is the last",
    ]


def test_times_by_day_of_the_week(tmp_path: Path) -> None:
    counting = '{cut_off: {monday..friday: "16:00", saturday: "11:00"}}'
    book, found = make(tmp_path, "1 business day", counting)
    assert book is not None, found
    (rule,) = (one for one in book.deadlines["clock"].counting if one.aspect == "cut_off")
    assert rule.choices == (("", "16:00,16:00,16:00,16:00,16:00,11:00,"),)
    said = Bilingual(book).stated(lambda one: one.counting(book.deadlines["clock"]))
    assert "on Saturday, what comes later than 11:00 belongs to the next day" in said.get("en")


@pytest.mark.parametrize(
    ("written", "help"),
    [
        ("5pm", "write `17:00`"),
        ("5:30 p.m.", "write `17:30`"),
        ("17h", "write `17:00`"),
        ("17点", "write `17:00`"),
        ("下午5点", "write `17:00`"),
        ("9:00", "write `09:00`"),
        ("17", "write `17:00`"),
        ("noon", "write `12:00`"),
        ("25:00", "write hours and minutes, such as `17:00`"),
        ("closing", "write hours and minutes, such as `17:00`"),
        ('{weekdays: "16:00"}', "write `monday..friday`"),
        ('{mon-fri: "16:00"}', "write `monday..friday`"),
        ('{Monday..Friday: "16:00"}', "write `monday..friday`"),
        ('{周一至周五: "16:00"}', "write `monday..friday`"),
        ('{weekend: "16:00"}', "write `saturday..sunday`"),
        ('{everyday: "16:00"}', "write `every_day`"),
        ('{fridya: "16:00"}', "write `friday`"),
        ('{monday..friday: "16:00", friday: "12:00"}', "say one thing of each day of the week"),
    ],
)
def test_times_that_clerks_write(tmp_path: Path, written: str, help: str) -> None:
    (fault,) = told(make(tmp_path, "1 business day", f"{{cut_off: {written}}}")[1])
    assert (fault[0], fault[2]) == ("bad-value", help)


@pytest.mark.parametrize(
    ("within", "counting", "word", "is_refused"),
    [
        ("14 days", "{ends_on_holiday: next_business_day}", "days: calendar", True),
        ("14 days", "{days: calendar, ends_on_holiday: next_business_day}", "", False),
        ("336 hours", "{days: calendar, ends_on_holiday: next_business_day}", "hours run on", True),
        ("10 business days", "{ends_on_holiday: next_business_day}", "always end with a business day", True),
        ("10 business days", '{cut_off: "17:00", day_ends: "18:00"}', "", False),
        ("14 days", '{cut_off: "17:00"}', "days: calendar", True),
        ("14 days", "{month_end: stays_last_day}", "only months and years", True),
        ("2 months", "{month_end: stays_last_day}", "", False),
        ("2 months", '{day_ends: "18:00"}', "days: calendar", True),
    ],
)
def test_what_never_matters_is_refused(
    tmp_path: Path, within: str, counting: str, word: str, is_refused: bool
) -> None:
    found = told(make(tmp_path, within, counting)[1])
    assert [one[0] for one in found] == ["idle-counting"] * is_refused
    assert not is_refused or word in found[0][2]


def test_what_is_said_for_a_whole_rulebook_need_not_fit_each_deadline(tmp_path: Path) -> None:
    make(tmp_path, "48 hours")
    path = tmp_path / "rulebook.yaml"
    path.write_text(path.read_text() + 'counting: {ends_on_holiday: next_business_day, cut_off: "17:00"}\n')
    assert not told(load_model(str(tmp_path), ()).diagnostics)


# ---------- calendars


def test_a_part_of_a_country_has_its_own_holidays() -> None:
    bavaria, berlin = load_calendar("DE-BY"), load_calendar("DE-BE")
    corpus_christi = 739_771  # 4 June 2026
    assert not bavaria.is_business_day(corpus_christi) and berlin.is_business_day(corpus_christi)
    assert "CA" in (subdivisions_of("US") or ())
    assert subdivisions_of("XX") is None


@pytest.mark.parametrize(
    ("calendar", "help"),
    [
        ("DE_BY", "did you mean `DE-BY`?"),
        ("de-by", "did you mean `DE-BY`?"),
        ("de", "did you mean `DE`?"),
        ("US-XX", "`US-CA`"),
        ("Germany", "or `none`"),
        ("{country: Germany}", "or `none`"),
    ],
)
def test_a_calendar_that_there_is_not(tmp_path: Path, calendar: str, help: str) -> None:
    found = [
        one
        for one in told(make(tmp_path, "3 business days", "", calendar)[1])
        if one[0] == "unknown-calendar"
    ]
    assert len(found) == 1 and help in found[0][2]


def due_of(folder: Path, within: str, calendar: str, start: str) -> str:
    book, found = make(folder, within, "", calendar)
    assert book is not None, found
    finding = judge(folder, {"order": {"at": start}}).findings.deadlines["clock", None]
    assert isinstance(finding.due, Known)
    text = instant_text(int(str(finding.due.value)), book.zone)[:16]
    return text + ("?" if finding.provisional else "")


def test_a_calendar_of_the_house(tmp_path: Path) -> None:
    own = "{weekend: [sunday], holidays: [12-24, 2026-03-14], workdays: [2026-03-15]}"
    assert due_of(tmp_path, "1 business day", own, "2026-03-12 12:00") == "2026-03-14 00:00"
    assert due_of(tmp_path, "2 business days", own, "2026-03-12 12:00") == "2026-03-16 00:00"
    own = "{weekend: [sunday], holidays: [12-24, 2026-03-14]}"
    assert due_of(tmp_path, "1 business day", own, "2026-12-23 12:00") == "2026-12-26 00:00"
    assert due_of(tmp_path, "1 business day", own, "2027-12-23 12:00") == "2027-12-26 00:00?"  # not listed
    assert due_of(tmp_path, "1 business day", "{weekend: none}", "2026-03-13 12:00") == "2026-03-15 00:00"
    assert due_of(tmp_path, "1 business day", "{country: DE-BY}", "2026-06-03 12:00") == "2026-06-06 00:00"


def test_holidays_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "closed.csv").write_text("day,why\n2026-03-16,stocktaking\n\n12-24;Christmas Eve\n", "utf-8")
    calendar = "{country: DE, holidays: closed.csv}"
    assert due_of(tmp_path, "1 business day", calendar, "2026-03-13 12:00") == "2026-03-18 00:00"
    first = make(tmp_path, "1 business day", "", calendar)[0]
    (tmp_path / "closed.csv").write_text("2026-13-16\n")
    ((code, _, _),) = told(load_model(str(tmp_path), ()).diagnostics)
    assert code == "bad-value"
    (tmp_path / "closed.csv").write_text("2026-03-17\n")
    second = load_model(str(tmp_path), ()).rulebook
    assert first is not None and second is not None and first.digest != second.digest
    (tmp_path / "closed.csv").unlink()
    ((code, what, _),) = told(load_model(str(tmp_path), ()).diagnostics)
    assert (code, what) == ("file-missing", "there is no file `closed.csv` in the folder of the rulebook")


SHOP = '{country: DE, hours: {monday..friday: ["09:00-12:00", "13:00-18:00"]}}'


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-03-02 09:00", "2026-03-02 18:00"),
        ("2026-03-02 12:30", "2026-03-03 12:00"),
        ("2026-03-06 17:00", "2026-03-09 17:00"),
        ("2026-04-02 17:00", "2026-04-07 17:00"),
    ],
)
def test_business_hours(tmp_path: Path, start: str, expected: str) -> None:
    assert due_of(tmp_path, "8 business hours", SHOP, start) == expected


@pytest.mark.parametrize(
    ("calendar", "code", "words"),
    [
        ("DE", "no-calendar", "the calendar has no `hours`"),
        ("none", "no-calendar", "the calendar has no `hours`"),
        ('{country: DE, hours: {monday..saturday: "09:00-18:00"}}', "bad-value", "weekend: [sunday]"),
        ('{country: CN, hours: {monday..friday: "09:00-18:00"}}', "missing-key", "make_up_hours"),
        ('{hours: {monday: ["09:00-12:00", "11:00-18:00"]}}', "bad-value", "overlap"),
        ('{hours: {monday: "18:00-09:00"}}', "bad-value", "ends before it begins"),
        ('{hours: {monday: "9-12"}}', "bad-value", "write `09:00`"),
        ('{hours: {monday: "all day"}}', "bad-value", "write from when to when"),
        ('{weekend: every_day, hours: {monday: "09:00-18:00"}}', "bad-value", "there are no business days"),
        ('{make_up_hours: "09:00-18:00"}', "bad-value", "add `hours`"),
    ],
)
def test_hours_that_cannot_be(tmp_path: Path, calendar: str, code: str, words: str) -> None:
    found = told(make(tmp_path, "8 business hours", "", calendar)[1])
    assert any(one[0] == code and (words in one[1] or words in one[2]) for one in found), found


@pytest.mark.parametrize(
    ("within", "counting", "is_refused"),
    [
        ("3 business days", "", True),
        ("48 hours", "{hours: business_days_only}", True),
        ("2 days", "{days: calendar, ends_on_holiday: next_business_day}", True),
        ("48 hours", "", False),
        ("2 months", "", False),
    ],
)
def test_without_a_calendar(tmp_path: Path, within: str, counting: str, is_refused: bool) -> None:
    found = told(make(tmp_path, within, counting, "none")[1])
    assert [one[0] for one in found] == ["no-calendar"] * is_refused


def test_a_window_needs_a_calendar_too(tmp_path: Path) -> None:
    make(tmp_path, "48 hours", "", "none")
    policy = tmp_path / "policies" / "shop.yaml"
    asked = "when: {order.done_at: {within: 3 business days, after: order.at}}"
    policy.write_text(policy.read_text().replace("when: {clock.status: missed}", asked))
    assert [one[0] for one in told(load_model(str(tmp_path), ()).diagnostics)] == ["no-calendar"]


def test_every_kind_of_length_has_words() -> None:
    assert {one.value for one in LENGTHS} == {
        "duration",
        "business_days",
        "months",
        "business_hours",
        "length",
    }
