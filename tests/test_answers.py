"""Decisions asked by programs: answers in values of Python, many cases, many threads."""

from __future__ import annotations

import datetime
import doctest
import json
import multiprocessing
import pickle
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from frozen import FROZEN, RULES

from policyengine import Answer, FaultsFound, Rulebook, load_rulebook
from policyengine.api.answers import plain_value
from policyengine.values.literals import Duration, ValueType

ROOT = Path(__file__).parents[1]
CASES = FROZEN / "examples/cases"
CASE = CASES / "late-dispatch.json"
AS_OF = "2012-03-16 18:00:01"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module", params=["durable", "compiled"])
def rulebook(request: pytest.FixtureRequest) -> Rulebook:
    from policyengine.engines.durable.ruleset import durable_available

    if request.param == "durable" and not durable_available():
        pytest.skip("durable-rules is not installed")
    return load_rulebook(RULES, overlays=["late_5pct_1_30"], engine=request.param)


@pytest.fixture(scope="module")
def plain() -> Rulebook:
    return load_rulebook(RULES, engine="compiled")


def data() -> dict[str, Any]:
    found = json.loads(CASE.read_text("utf-8"))
    assert isinstance(found, dict)
    return found


# ---------- answers


@pytest.mark.parametrize(
    ("name", "value", "unit"),
    [
        ("penalty.points", 0, ""),
        ("compensation.due", Decimal("4.75"), "CNY"),
        ("order.total", Decimal("100.00"), "CNY"),
        ("compensation_rate", Decimal("5"), "%"),
        ("dispatch.breach", True, ""),
        ("complaint.stage", "negotiation", ""),
        ("dispatch.due", datetime.datetime(2012, 3, 15, 10, tzinfo=SHANGHAI), ""),
        ("order.promised_dispatch", datetime.timedelta(hours=72), ""),
        ("complaint.liable_party", None, ""),
        ("扣分", 0, ""),
        ("dispatch", "missed", ""),
    ],
)
def test_an_answer_is_a_value_of_python(rulebook: Rulebook, name: str, value: object, unit: str) -> None:
    answer = rulebook.evaluate(CASE, as_of=AS_OF)[name]
    assert (answer.value, type(answer.value), answer.unit) == (value, type(value), unit)
    assert answer.status == ("not_applicable" if value is None else "known")
    assert answer.missing == ()


def test_what_is_undetermined_says_what_is_missing_by_names_that_can_be_given(plain: Rulebook) -> None:
    answer = plain.evaluate(CASE, as_of=AS_OF)["compensation.due"]
    assert (answer.value, answer.status) == (None, "undetermined")
    assert answer.missing == ("compensation_cap", "compensation_floor", "compensation_rate")
    open_case = data()
    del open_case["complaint"]["seller_response"]
    for name in (decision := plain.evaluate(open_case, as_of=AS_OF)):
        for missing in decision[name].missing:
            assert missing in decision, missing


def test_a_fact_that_is_missing_is_named_as_a_case_names_it(plain: Rulebook) -> None:
    decision = plain.evaluate(CASES / "missing-facts.json", as_of=AS_OF)
    asked = {name for one in decision for name in decision[one].missing}
    assert asked
    facts = {name for name in asked if name in plain.model.facts}
    assert facts and all(plain.model.facts[name].role == "given" for name in facts)


def test_reasons_texts_and_data_are_those_of_the_command(rulebook: Rulebook) -> None:
    from policyengine.diagnostics.i18n import Speech
    from policyengine.render.json.decision import decision_data
    from policyengine.render.text import render_text
    from policyengine.render.why.chain import Chain

    decision = rulebook.evaluate(CASE, as_of=AS_OF)
    assert decision["penalty.points"].why("zh") == Chain(decision, Speech("zh")).why(("penalty.points", None))
    assert decision.to_text("zh") == render_text(decision, Speech("zh"))
    assert decision.to_text() == decision.to_text("en") != decision.to_text("zh")
    assert json.loads(decision.to_json()) == decision.to_dict() == decision_data(decision)
    assert "\n" not in decision.to_json(indent=None)
    assert "does not hold" in decision.why_not("liable_seller_loses_points")
    assert decision["penalty.points"].title("zh") == "扣分"
    assert decision["complaint.stage"].text("zh") == "买家卖家协商处理"
    assert decision["complaint.liable_party"].text() == "not applicable"


def test_a_decision_names_its_outcomes(rulebook: Rulebook) -> None:
    decision = rulebook.evaluate(CASE, as_of=AS_OF)
    answers = dict(decision)
    assert list(answers) == [one.name for one in decision.outcomes]
    assert all(isinstance(one, Answer) for one in answers.values())
    assert "penalty.points" in decision and "dispatch.due" in decision
    assert "penalty.point" not in decision and 3 not in decision


def test_a_record_is_named_by_its_number() -> None:
    book = load_rulebook(RULES, engine="compiled")
    decision = book.evaluate(CASES / "review-remedy.json", as_of="2012-07-04 00:00")
    numbered = [name for name in decision.findings.states if name[1] is not None]
    assert numbered
    from policyengine.model.key_names import format_key

    for key in numbered:
        name = format_key(book.model, key)
        assert decision[name].name == name


def test_a_name_that_is_none_is_told_with_what_is_meant(rulebook: Rulebook) -> None:
    decision = rulebook.evaluate(CASE, as_of=AS_OF)
    with pytest.raises(KeyError, match=r"did you mean `penalty\.points`"):
        _ = decision["penalty.point"]
    with pytest.raises(KeyError, match="nothing is named"):
        decision.why_not("no_such_rule")
    with pytest.raises(TypeError, match="a name of the rulebook is a str"):
        _ = decision[3]  # type: ignore[index]
    with pytest.raises(ValueError, match='give "zh" or "en"'):
        decision.to_text("de")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a language is"):
        decision["penalty.points"].why(None)  # type: ignore[arg-type]


def test_what_is_printed_is_short(rulebook: Rulebook) -> None:
    decision = rulebook.evaluate(CASE, as_of=AS_OF)
    assert repr(rulebook).startswith("<Rulebook taobao 1.0 (")
    assert repr(decision) == "<Decision about 'LD-2012-031' as of 2012-03-16 18:00:01, by taobao 1.0>"
    assert repr(decision["penalty.points"]) == "<Answer penalty.points = 0: known>"
    points = next(one for one in decision.outcomes if one.name == "penalty.points")
    assert repr(points) == "<Outcome penalty.points = 0: known>"


@pytest.mark.parametrize(
    ("held", "type", "value"),
    [
        (475, ValueType.MONEY, Decimal("4.75")),
        (12_500_000, ValueType.PERCENT, Decimal("12.5")),
        (1_500_000, ValueType.NUMBER, Decimal("1.5")),
        (7, ValueType.COUNT, 7),
        (True, ValueType.BOOLEAN, True),
        (1_331_892_001, ValueType.INSTANT, datetime.datetime(2012, 3, 16, 18, 0, 1, tzinfo=SHANGHAI)),
        (datetime.date(2012, 3, 16).toordinal(), ValueType.DATE, datetime.date(2012, 3, 16)),
        (Duration(3, "days"), ValueType.DURATION, datetime.timedelta(days=3)),
        (Duration(4, "business_days"), ValueType.BUSINESS_DAYS, 4),
        (Duration(2, "years"), ValueType.MONTHS, 24),
        (Duration(3, "business_hours"), ValueType.BUSINESS_HOURS, 180),
        (Duration(6, "months"), ValueType.LENGTH, 6),
        ("x", ValueType.CHOICE, "x"),
        ("x", ValueType.TEXT, "x"),
        ("Asia/Tokyo", ValueType.TIME_ZONE, "Asia/Tokyo"),
    ],
)
def test_every_type_has_its_value(plain: Rulebook, held: Any, type: ValueType, value: object) -> None:
    found = plain_value(held, type, plain.model)
    assert (found, found.__class__) == (value, value.__class__)
    assert str(type.value) in (Answer.__doc__ or "") or type is ValueType.LENGTH


# ---------- cases


def test_a_case_is_given_in_any_form(plain: Rulebook) -> None:
    text = CASE.read_text("utf-8")
    forms: list[Any] = [
        CASE,
        str(CASE),
        text,
        text.encode(),
        bytearray(text.encode()),
        "\ufeff" + text,
        data(),
    ]
    known = plain.evaluate(CASE, as_of=AS_OF).case.values
    for one in forms:
        assert plain.evaluate(one, as_of=AS_OF).case.values == known


def test_a_mapping_holds_values_of_python(plain: Rulebook) -> None:
    case = data()
    case["order"] |= {
        "total": Decimal("100.00"),
        "paid_at": datetime.datetime(2012, 3, 12, 10),
        "promised_dispatch": datetime.timedelta(days=3),
    }
    case["complaint"]["filed_at"] = datetime.datetime(2012, 3, 16, 1, tzinfo=datetime.UTC)
    decision = plain.evaluate(case, as_of=datetime.datetime(2012, 3, 16, 18, 0, 1))
    assert decision.case.values == plain.evaluate(CASE, as_of=AS_OF).case.values
    assert decision.as_of == plain.evaluate(CASE, as_of=AS_OF).as_of


@pytest.mark.parametrize(
    ("case", "told"),
    [
        (None, TypeError),
        (5, TypeError),
        ([], TypeError),
        (2.5, TypeError),
        ("", ValueError),
        (" \n ", ValueError),
    ],
)
def test_what_can_be_no_case_is_told_with_what_to_give(
    plain: Rulebook, case: Any, told: type[Exception]
) -> None:
    with pytest.raises(told, match="give a mapping, the text of a case, or the path to a file"):
        plain.evaluate(case)


def test_settings_of_a_case_that_was_read_are_refused(plain: Rulebook) -> None:
    read, _ = plain.read_case(CASE.read_text("utf-8"), "c.json")
    assert read is not None
    with pytest.raises(ValueError, match="this one has already been read"):
        plain.evaluate(read, AS_OF, {"order.total": "5"})


def test_a_case_says_as_of_when_unless_the_caller_does(plain: Rulebook) -> None:
    case = data() | {"as_of": "2012-03-14 00:00"}
    early, late = plain.evaluate(case), plain.evaluate(case, as_of=AS_OF)
    assert early["dispatch.breach"].value is not True
    assert late["dispatch.breach"].value is True


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": 3},
        {"path": b"rules"},
        {"overlays": "late"},
        {"overlays": [3]},
        {"overlays": 3},
        {"assume": [("A-01", "x")]},
        {"assume": {"A-11": 1}},
        {"assume": {11: "intervention"}},
    ],
)
def test_wrong_arguments_of_loading_are_told(wrong: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=r"such as|str or Path"):
        load_rulebook(**{"path": RULES, **wrong})


def test_notes_of_a_mapping_are_free(plain: Rulebook) -> None:
    decision = plain.evaluate(data() | {"notes": {"weight": 2.5, 3: object()}}, as_of=AS_OF)
    assert decision.case.values == plain.evaluate(CASE, as_of=AS_OF).case.values


@pytest.mark.parametrize(
    ("notes", "shown"),
    [
        (" called twice\n then wrote ", "called twice\n then wrote"),
        (["one", {"who": "Li", "times": 2, "said": ["a", "b"]}], "one\nwho: Li\ntimes: 2\nsaid: a\n  b"),
        ({"how": Decimal("2.5")}, "how: 2.5"),
        ([], ""),
    ],
)
def test_notes_are_shown_and_change_nothing(plain: Rulebook, notes: object, shown: str) -> None:
    bare, noted = (plain.evaluate(data() | more, as_of=AS_OF) for more in ({}, {"notes": notes}))
    assert noted.case.notes == shown
    told = noted.to_dict()
    assert told.pop("notes", "") == shown and told == bare.to_dict()
    tail = noted.to_text("en").removeprefix(bare.to_text("en"))
    assert [line.strip() for line in tail.splitlines()[2:]] == [line.strip() for line in shown.splitlines()]
    assert all(noted.letter(one) == bare.letter(one) for one in ("buyer", "seller"))


def test_faults_are_a_value_error_with_the_field(plain: Rulebook) -> None:
    with pytest.raises(ValueError, match=r"order\.total") as found:
        plain.evaluate({"order": {"total": 19.99}})
    assert isinstance(found.value, FaultsFound)
    (fault,) = found.value.diagnostics
    assert fault.path == "order.total" and 'Decimal("19.99")' in str(fault.help)


def test_the_shipped_rulebook_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_rulebook(engine="compiled").id == "taobao"


# ---------- many cases


def several() -> list[Any]:
    text = CASE.read_text("utf-8")
    return [CASE, {"order": {"totl": "5"}}, text, 5, "{", data() | {"as_of": "2012-03-14"}, data()]


def told(results: Iterator[Any]) -> list[object]:
    return [
        [(name, one.status, one.value, one.missing) for name, one in result.answers.items()]
        if result.case
        else [fault.code for fault in result.faults]
        for result in results
    ]


def test_many_cases_are_judged_in_order_whatever_is_wrong_with_some(plain: Rulebook) -> None:
    results = list(plain.evaluate_many(several(), as_of=AS_OF))
    assert [one.number for one in results] == [*range(7)]
    assert [bool(one.faults) for one in results] == [False, True, False, True, True, True, False]
    assert results[1].faults[0].path == "order.totl"
    assert results[0].case_id == "LD-2012-031"
    alone = plain.evaluate(CASE, as_of=AS_OF)
    for one in (results[0], results[2], results[6]):
        assert {name: each.value for name, each in one.answers.items()} == {
            name: alone[name].value for name in alone
        }
        assert one["dispatch.due"].value == alone["dispatch.due"].value
        assert one["penalty.points"].why() == alone["penalty.points"].why()
    with pytest.raises(FaultsFound):
        _ = results[1].decision
    with pytest.raises(FaultsFound):
        _ = results[3]["penalty.points"]
    assert "faults" in repr(results[1]) and "LD-2012-031" in repr(results[0])


def test_other_processes_answer_alike(plain: Rulebook) -> None:
    cases = several() * 3
    assert told(plain.evaluate_many(cases, AS_OF, jobs=2)) == told(plain.evaluate_many(cases, AS_OF))


def test_a_process_that_is_lost_is_told_with_what_to_do(
    plain: Rulebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object) -> Iterator[object]:
        raise BrokenProcessPool
        yield

    monkeypatch.setattr("policyengine.api.many.run_blocks", lost)
    with pytest.raises(RuntimeError, match="__main__"):
        next(plain.evaluate_many([CASE, CASE], AS_OF, jobs=2))


def test_a_script_that_starts_itself_again_is_told(plain: Rulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing.current_process(), "_inheriting", True, raising=False)
    with pytest.raises(RuntimeError, match="__main__"):
        next(plain.evaluate_many([CASE, CASE], AS_OF, jobs=2))


def test_cases_are_not_held(plain: Rulebook) -> None:
    taken = []

    def endless() -> Iterator[object]:
        while True:
            taken.append(1)
            yield CASE

    results = plain.evaluate_many(endless(), AS_OF)
    assert not taken
    for _ in range(3):
        next(results)
    assert len(taken) == 3


@pytest.mark.parametrize(
    ("cases", "jobs", "kind"),
    [
        ("c.json", 1, TypeError),
        ({}, 1, TypeError),
        (5, 1, TypeError),
        ([], 0, ValueError),
        ([], "2", TypeError),
    ],
)
def test_wrong_arguments_of_many_are_told_at_once(
    plain: Rulebook, cases: Any, jobs: Any, kind: type[Exception]
) -> None:
    with pytest.raises(kind, match=r"give a list|jobs is"):
        plain.evaluate_many(cases, jobs=jobs)


# ---------- threads


def test_many_threads_use_one_rulebook(rulebook: Rulebook) -> None:
    """Each finds what one alone does, of cases of its own and of decisions that others made."""
    paths = sorted(CASES.glob("*.json"))[:4]
    alone = {path: rulebook.evaluate(path, as_of=AS_OF).to_json() for path in paths}
    shared = {path: rulebook.evaluate(path, as_of=AS_OF) for path in paths}
    wrong: list[object] = []

    def work(first: int) -> None:
        try:
            for number in range(len(paths)):
                path = paths[(first + number) % len(paths)]
                if shared[path].to_json() != alone[path]:
                    wrong.append(path)
                if rulebook.evaluate(path, as_of=AS_OF).to_json() != alone[path]:
                    wrong.append(path)
        except BaseException as fault:
            wrong.append(fault)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(120)
    finally:
        sys.setswitchinterval(interval)
    assert not any(one.is_alive() for one in threads) and not wrong


# ---------- pages

_PAGES = ("README.md", "README.zh.md", "docs/api.md", "docs/api.zh.md")
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", _PAGES)
def test_python_on_a_page_is_true(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FROZEN)
    monkeypatch.setattr("policyengine.resources.data_directory", lambda name: str(FROZEN / name))
    blocks = _BLOCK.findall((ROOT / page).read_text("utf-8"))
    assert all(">>> " in one for one in blocks), "an example is a session, so that it can be tried"
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {"__name__": "page"}, page, page, 0)
    told: list[str] = []
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        done = doctest.DocTestRunner(optionflags=flags).run(test, out=told.append)
    assert not done.failed, "".join(told)
    assert done.attempted


def test_faults_tell_programs_what_to_do_in_their_own_words(plain: Rulebook) -> None:
    with pytest.raises(FaultsFound, match=r"^overlays: x: error\[unknown-overlay\].*\n  help: "):
        load_rulebook(RULES, overlays=["x"])
    with pytest.raises(FaultsFound, match=r"^settings: foo=1: error\[unknown-fact\].*"):
        plain.evaluate({"order": {}}, settings={"foo": 1})
    with pytest.raises(FaultsFound, match=r"file-missing.*\n  help: this reads like a line of a case"):
        plain.evaluate("order: {total: 5.00}")
    assert plain.evaluate("order: {total: 5.00}\n").case.values
    with pytest.raises(FaultsFound, match=r"\n  help: check the name"):
        plain.evaluate("nowhere.yaml")


def test_overlays_may_be_gone_through_only_once() -> None:
    book = load_rulebook(RULES, overlays=iter(["late_5pct_1_30"]), engine="reference")
    assert [one.id for one in book.model.overlays if one.active] == ["late_5pct_1_30"]
    with pytest.raises(FaultsFound):
        load_rulebook(RULES, overlays=map(str, ["nope"]))
    with pytest.raises(TypeError):
        load_rulebook(RULES, overlays=(one for one in [3]))  # type: ignore[misc]


def test_faults_come_out_of_another_process_as_they_went_in(plain: Rulebook) -> None:
    with pytest.raises(FaultsFound) as raised:
        plain.evaluate({"order": {"total": "12.345"}})
    again = pickle.loads(pickle.dumps(raised.value))
    assert again.diagnostics == raised.value.diagnostics and str(again) == str(raised.value)


def test_whatever_has_a_value_tells_what_it_rests_on() -> None:
    """Not outcomes alone: a program asks before it prints an end or a figure."""
    found = load_rulebook(RULES, overlays=["late_5pct_1_30"]).evaluate(CASE, as_of=AS_OF)
    assert found["compensation.due"].unconfirmed == ("late_5pct_1_30",)
    for name in ("late_compensation", "compensation_rate"):
        assert found[name].unconfirmed == ("late_5pct_1_30",)
    assert found["order.total"].unconfirmed == ()


def test_an_end_on_an_unpublished_calendar_is_provisional(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "rulebook.yaml").write_text(
        'rulebook: soon\nversion: "1"\ntitle: {en: soon}\nlanguages: [en]\ntime_zone: Asia/Shanghai\n'
        "currency: CNY\ncalendar: CN\nparties: {buyer: {en: buyer}}\n"
    )
    (tmp_path / "facts.yaml").write_text(
        "facts:\n  at: {type: instant, title: {en: at}}\n"
        "  running: {type: boolean, role: outcome, title: {en: running}}\n"
        "  step: {type: boolean, role: derived, title: {en: step}}\n"
    )
    (tmp_path / "policies" / "p.yaml").write_text(
        "policy: p\ntitle: {en: p}\ndeadlines:\n"
        "  clock: {title: {en: clock}, who: buyer, starts: at, within: 5 business days}\n"
        "rules:\n  one: {title: {en: one}, when: {clock.status: open}, then: {step: yes}}\n"
        "  two: {title: {en: two}, when: {step: yes}, then: {running: yes}}\n"
    )
    book = load_rulebook(tmp_path)
    for year, is_provisional in ((2031, True), (2021, False)):
        found = book.evaluate({"at": f"{year}-09-28 10:00"}, as_of=f"{year}-09-29 10:00")
        for name in ("clock.due", "clock.status", "step", "running"):
            assert found[name].provisional is is_provisional, (year, name)
        assert not found["at"].provisional and found["step"].rules == ("one",)
