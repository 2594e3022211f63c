"""What a case says is read exactly, or every fault of it is told with its place; in a small rulebook."""

from __future__ import annotations

import json
from datetime import date
from textwrap import dedent
from typing import Any

import pytest
from frozen import RULES

from policyengine.compile.lower import lower_rulebook
from policyengine.compile.plan import Given
from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.engines.memory import limits_of
from policyengine.frozen import replace
from policyengine.model.case import Case
from policyengine.reading.case.reader import CaseReader, Settings
from policyengine.reading.case.shape import case_shape
from policyengine.reading.parse.load import load_directory
from policyengine.semantics.amounts import Range, declared_range
from policyengine.syntax.yaml_reader import read_yaml
from policyengine.syntax.yaml_tree import MappingNode, Scalar
from policyengine.values.literals import Duration

FILES = {
    "rulebook.yaml": """
        rulebook: small
        version: "1"
        title: {zh: 小, en: Small}
        time_zone: Asia/Shanghai
        currency: CNY
        calendar: CN
        languages: [zh, en]
        parties: {seller: {zh: 卖家, en: seller}}
        """,
    "facts.yaml": """
        facts:
          order.total: {type: money, title: {zh: 总, en: total}, at_least: 1.00, at_most: 100.00}
          order.share: {type: money, title: {zh: 份, en: share}, at_most: order.total}
          order.later: {type: money, title: {zh: 后, en: later}, dated_by: order.paid_at}
          order.early: {type: money, title: {zh: 先, en: early}, at_most: order.later, at_least: order.share}
          end.sum: {type: money, title: {zh: 和, en: sum}, role: outcome}
          order.count: {type: count, title: {zh: 数, en: count}, if_missing: none}
          order.rate: {type: percent, title: {zh: 率, en: rate}}
          order.length: {type: duration, title: {zh: 长, en: length}}
          order.text: {type: text, title: {zh: 文, en: text}}
          order.note: {type: text, title: {zh: 注, en: note}, if_missing: none}
          order.state:
            type: choice
            title: {zh: 态, en: state}
            values: {new: {zh: 新, en: new}, old: {zh: 旧, en: old}}
          order.open: {type: boolean, title: {zh: 开, en: open}}
          order.sold_at: {type: instant, title: {zh: 售, en: sold at}, if_missing: never}
          order.paid_at: {type: instant, title: {zh: 付, en: paid at}, not_before: order.sold_at}
          order.way: {type: text, title: {zh: 法, en: way}, dated_by: order.paid_at}
          order.seen_at: {type: instant, title: {zh: 见, en: seen at}, not_before: order.heard_at}
          order.heard_at: {type: instant, title: {zh: 闻, en: heard at}}
          end.known_at: {type: instant, title: {zh: 知, en: known at}, role: derived}
          end.words: {type: text, title: {zh: 语, en: words}, dated_by: end.known_at}
          end.ok: {type: boolean, title: {zh: 可, en: ok}, role: outcome}
        lists:
          visits.made:
            title: {zh: 访, en: visits}
            dated_by: made_at
            if_missing: empty
            facts:
              made_at: {type: instant, title: {zh: 时, en: made at}}
              left_at: {type: instant, title: {zh: 离, en: left at}, not_before: visits.made.made_at}
              paid_at: {type: instant, title: {zh: 付, en: paid at}, not_before: order.paid_at}
              seen_at: {type: instant, title: {zh: 见, en: seen at}, if_missing: never}
              said_at: {type: instant, title: {zh: 说, en: said at}, not_before: visits.made.seen_at}
              cost: {type: money, title: {zh: 价, en: cost}, at_least: 2.00}
              part: {type: money, title: {zh: 部, en: part}, at_least: order.share, at_most: visits.made.cost}
              gifts: {type: count, title: {zh: 礼, en: gifts}, dated_by: visits.made.left_at}
              fine: {type: boolean, title: {zh: 好, en: fine}, role: outcome}
          notes:
            title: {zh: 记, en: notes}
            if_missing: empty
            facts:
              word: {type: text, title: {zh: 词, en: word}}
        """,
    "policies/p.yaml": """
        policy: p
        title: {zh: 甲, en: P}
        rules:
          ok: {title: {zh: 可, en: Ok}, when: {order.open: yes}, then: {end.ok: yes}}
          sum: {title: {zh: 和, en: Sum}, when: {order.open: yes}, then: {end.sum: 5.00}}
          known: {title: {zh: 知, en: Known}, when: {order.open: yes}, then: {end.known_at: order.heard_at}}
          fine:
            title: {zh: 好, en: Fine}
            for_each: visits.made
            when: {visits.made.gifts: {at_least: 1}}
            then: {visits.made.fine: yes}
        """,
}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> CaseReader:
    folder = tmp_path_factory.mktemp("small")
    (folder / "policies").mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(dedent(text), encoding="utf-8")
    loaded = load_directory(str(folder))
    assert loaded.rulebook is not None, loaded.diagnostics
    return CaseReader(loaded.rulebook)


def order(**facts: object) -> dict[str, Any]:
    return {"order": facts}


def extent(fault: Diagnostic) -> tuple[int, int, int, int]:
    place = fault.span
    return place.line, place.column, place.end_line, place.end_column


def read(reader: CaseReader, value: object, settings: Settings = ()) -> Case:
    case, faults = reader.read(json.dumps(value), "folder/case.json", settings=settings)
    assert case is not None, faults
    return case


def refused(reader: CaseReader, value: object, settings: Settings = ()) -> list[Diagnostic]:
    text = value if isinstance(value, str) else json.dumps(value)
    case, faults = reader.read(text, "case.json", settings=settings)
    assert case is None and faults
    return faults


def codes(reader: CaseReader, value: object, settings: Settings = ()) -> list[str]:
    """Return the codes of the faults of a case, none if it is fine."""
    case, faults = reader.read(json.dumps(value), "case.json", settings=settings)
    assert (case is None) == bool(faults)
    return [fault.code for fault in faults]


NOON, ONE = "2012-03-12 12:00:00", "2012-03-12 13:00:00"
AT_NOON = 1_331_524_800


# ---------- values


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("total", "5.00", 500),
        ("total", 5, 500),
        ("count", 3, 3),
        ("count", "3", 3),
        ("open", True, True),
        ("open", False, False),
        ("open", "no", False),
        ("length", "72 hours", Duration(72, "hours")),
        ("sold_at", NOON, AT_NOON),
        ("text", "a", "a"),
    ],
)
def test_a_value_is_read_as_its_type(reader: CaseReader, name: str, written: object, value: object) -> None:
    found = read(reader, order(**{name: written})).values
    assert found == {(f"order.{name}", None): value} and type(found[f"order.{name}", None]) is type(value)


@pytest.mark.parametrize(
    ("name", "written", "kind", "example"),
    [
        ("count", True, "`true` or `false`", "3"),
        ("text", 5, "a number", '"…"'),
        ("length", 72, "a number", '"72 hours"'),
        ("open", 1, "a number", "true"),
        ("text", True, "`true` or `false`", '"…"'),
        ("total", [1], "a list", '"100.00"'),
        ("total", {}, "an object", '"100.00"'),
        ("open", [], "a list", "true"),
        ("state", 5, "a number", '"new"'),
    ],
)
def test_a_value_of_another_kind_is_refused(
    reader: CaseReader, name: str, written: object, kind: str, example: str
) -> None:
    (fault,) = refused(reader, order(**{name: written}))
    assert fault.code == "wrong-type" and str(fault.message).endswith(f"and this is {kind}")
    assert str(fault.help) == f"write for example `{example}`"


def test_what_nobody_knows_is_left_out_and_not_null(reader: CaseReader) -> None:
    (fault,) = refused(reader, order(count=None))
    assert fault.code == "wrong-type" and "leave the fact out" in str(fault.help)
    assert str(fault.message).endswith("this is `null`")


@pytest.mark.parametrize("said", ["unknown", "Not known", "未知", "不详", "?"])
def test_a_word_for_what_nobody_knows_is_left_out(reader: CaseReader, said: str) -> None:
    for name in ("open", "total", "state", "sold_at"):
        (fault,) = refused(reader, order(**{name: said}))
        assert (fault.code, str(fault.help)) == ("bad-value", "leave the fact out when nobody knows it")
    assert read(reader, order(text=said)).values  # a text may say so


def test_what_a_setting_takes_out_is_told_of_the_setting(reader: CaseReader) -> None:
    given = order(sold_at="2026-01-01 10:00", paid_at="2026-01-02 10:00")
    (fault,) = refused(reader, given, (("order.sold_at", ""),))
    assert (fault.code, fault.span.file) == ("before-cause", "--set order.sold_at=")
    assert "what must come before it is not: `sold at`" in str(fault.message)
    assert str(fault.help) == "leave this setting out, or take `order.paid_at` out too"


def test_an_empty_field_says_there_is_none_only_where_leaving_it_out_says_so(reader: CaseReader) -> None:
    assert read(reader, order(note="  ")) == read(reader, order())
    assert codes(reader, order(text="  ")) == ["bad-value"]
    assert codes(reader, order(count="")) == ["bad-value"]


# ---------- the name of the case


@pytest.mark.parametrize("name", ["a", "x" * 200, 7])
def test_a_case_has_the_name_that_it_says(reader: CaseReader, name: object) -> None:
    assert read(reader, {"case": name}).id == str(name)


def test_without_a_name_it_has_that_of_its_file(reader: CaseReader) -> None:
    assert read(reader, {}).id == "case.json"


@pytest.mark.parametrize("name", [None, "", "x" * 201, "9" * 201, [], True])
def test_no_other_name_is_one(reader: CaseReader, name: object) -> None:
    written = name if isinstance(name, str) and name.startswith("9") else json.dumps(name)
    (fault,) = refused(reader, f'{{"case":\n{written}}}')
    assert (fault.code, fault.span.line) == ("wrong-type", 2)


def test_a_number_of_200_digits_is_a_name(reader: CaseReader) -> None:
    case, _ = reader.read(f'{{"case": {"9" * 200}}}', "case.json")
    assert case is not None and case.id == "9" * 200


# ---------- places


def test_a_fault_stands_where_the_text_stands_in_its_file(reader: CaseReader) -> None:
    text = '{"order": {"count": "3",\n "total":\n  "much",\n "txt": "a"}}'
    first, second = refused(reader, text)
    assert (first.code, extent(first)) == ("bad-value", (3, 3, 3, 9))
    assert (second.code, extent(second)) == ("unknown-fact", (4, 2, 4, 7))
    _, moved = reader.read(text, "case.json", first_line=11)
    assert [extent(fault) for fault in moved] == [(13, 3, 13, 9), (14, 2, 14, 7)]


def test_a_mapping_has_no_lines(reader: CaseReader) -> None:
    case, faults = reader.read_plain(order(total="much"), "given")
    assert case is None and [fault.span for fault in faults] == [faults[0].span.__class__("given")]
    case, faults = reader.read_plain(order(total="\udfff"), "given")
    assert case is None and {fault.span.line for fault in faults} == {1}


def test_faults_are_told_in_the_order_of_the_text(reader: CaseReader) -> None:
    text = '{"order": {"way": "x",\n "total": 0,\n "txt": 1,\n "rate": 2}}'
    assert [fault.span.line for fault in refused(reader, text)] == sorted(
        fault.span.line for fault in refused(reader, text)
    )


def test_no_more_faults_are_told_than_anybody_reads(
    reader: CaseReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("policyengine.reading.case.draft.MAX_FAULTS", 5)
    for count, told in ((4, 4), (5, 5), (6, 5)):
        facts = {f"x{number}": 1 for number in range(count)}
        assert len(refused(reader, {"order": facts})) == told
        assert len(refused(reader, {"notes": [facts]})) == told
        assert len(refused(reader, {"notes": [7] * count})) == told


# ---------- names


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ({"order": {"totl": "5.00"}}, "order.total"),
        ({"ordr": {"total": "5.00"}}, "order"),
        ({"cas": "a"}, "case"),
        ({"sold_at": NOON}, "order.sold_at"),
        ({"order": {"cas": "a"}}, None),
        ({"visits": {"mad": []}}, "visits.made"),
        ({"notes": [{"wrd": "a"}]}, "word"),
        ({"visits": {"made": [{"made_at": NOON, "fnie": True}]}}, None),
        ({"end": {"okk": True}}, None),
        ({"left_at": NOON}, None),  # of a record
        ({"fine": True}, None),  # of a record, by rules
        ({"known_at": NOON}, None),  # by rules
    ],
)
def test_of_an_unknown_name_it_is_told_what_a_case_could_say(
    reader: CaseReader, value: object, meant: str | None
) -> None:
    fault = refused(reader, value)[0]
    assert fault.code == "unknown-fact"
    told = str(fault.help)
    assert told.startswith(f"did you mean `{meant}`?") if meant else "did you mean" not in told


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"order": []}, "wrong-shape"),
        ({"order": "5.00"}, "wrong-shape"),
        ({"notes": {}}, "wrong-shape"),
        ({"notes": ["a"]}, "wrong-shape"),
        ({"end": {"ok": True}}, "derived-fact"),
        ({"visits": {"made": [{"made_at": NOON, "fine": True}]}}, "derived-fact"),
        ([], "wrong-shape"),
    ],
)
def test_what_has_no_place_in_a_case_is_refused_once(reader: CaseReader, value: object, code: str) -> None:
    assert codes(reader, value) == [code]


def test_a_record_that_is_none_has_no_date_either_and_that_is_no_news(reader: CaseReader) -> None:
    assert codes(reader, {"visits": {"made": [7, {"made_at": NOON}]}}) == ["wrong-shape"]
    assert codes(reader, {"visits": {"made": [7, {}]}}) == ["wrong-shape", "undated-record"]


def test_a_fact_cannot_stand_below_a_fact(reader: CaseReader) -> None:
    book = reader.rulebook
    total = book.facts["order.total"]
    below = replace(total, path="order.total.net")
    with pytest.raises(ValueError, match=r"order\.total\.net is below order\.total"):
        case_shape(replace(book, facts={total.path: total, below.path: below}))


# ---------- what facts say about each other


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"total": "1.00"}, []),
        ({"total": "0.99"}, ["out-of-bounds"]),
        ({"total": "100.00"}, []),
        ({"total": "100.01"}, ["out-of-bounds"]),
        ({"share": "5.00"}, []),
        ({"share": "5.00", "total": "5.00"}, []),
        ({"share": "5.01", "total": "5.00"}, ["out-of-bounds"]),
        ({"paid_at": NOON, "sold_at": NOON}, []),
        ({"paid_at": NOON, "sold_at": ONE}, ["before-cause"]),
        ({"paid_at": ONE, "sold_at": NOON}, []),
        ({"paid_at": NOON}, ["before-cause"]),  # the sale has never happened
        ({"seen_at": NOON}, []),  # nobody knows when it was heard of
        ({"paid_at": NOON, "sold_at": "soon"}, ["bad-value"]),
        ({"paid_at": NOON, "solt_at": NOON}, ["unknown-fact"]),
        ({"way": "a"}, ["undated-fact"]),
        ({"way": "a", "paid_at": NOON, "sold_at": NOON}, []),
        ({"way": "a", "paid_at": "soon"}, ["bad-value"]),
        ({"way": "a", "payd_at": NOON}, ["unknown-fact"]),
    ],
)
def test_bounds_and_dates(reader: CaseReader, facts: dict[str, object], expected: list[str]) -> None:
    assert codes(reader, order(**facts)) == expected


def test_what_rules_conclude_is_no_missing_date(reader: CaseReader) -> None:
    assert codes(reader, {"end": {"words": "a"}}) == []


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([{"made_at": NOON}, {"made_at": NOON}], []),
        ([{"made_at": NOON}, {}], ["undated-record"]),
        ([{}, {"made_at": NOON}], ["undated-record"]),
        ([{"made_at": "soon"}], ["bad-value"]),
        ([{"maed_at": NOON}], ["unknown-fact"]),
        ([{"made_at": NOON, "left_at": ONE}, {"made_at": ONE, "left_at": ONE}], []),
        ([{"made_at": NOON, "left_at": NOON}, {"made_at": ONE, "left_at": NOON}], ["before-cause"]),
        ([{"made_at": NOON, "gifts": 1}, {"made_at": NOON, "left_at": ONE}], ["undated-fact"]),
        ([{"made_at": NOON, "gifts": 1, "left_at": ONE}], []),
        ([{"made_at": NOON, "said_at": ONE}], ["before-cause"]),
        ([{"made_at": NOON, "said_at": ONE, "seen_at": "soon"}], ["bad-value"]),
        ([{"made_at": NOON, "said_at": ONE}, {"made_at": NOON, "seen_at": NOON}], ["before-cause"]),
    ],
)
def test_a_record_is_held_against_its_own_facts(
    reader: CaseReader, records: list[object], expected: list[str]
) -> None:
    value = {"visits": {"made": records}}
    assert codes(reader, value) == expected
    if not expected:
        case = read(reader, value)
        assert case.records == {"visits.made": len(records)}
        assert {key[1] for key in case.values} == set(range(len(records)))


def test_a_record_is_held_against_facts_that_are_in_no_list(reader: CaseReader) -> None:
    visits = {"visits": {"made": [{"made_at": NOON, "paid_at": NOON}]}}
    assert codes(reader, {**order(paid_at=NOON, sold_at=NOON), **visits}) == []
    assert codes(reader, {**order(paid_at=ONE, sold_at=NOON), **visits}) == ["before-cause"]


def test_a_fault_says_which_fact_and_which_limit(reader: CaseReader) -> None:
    (fault,) = refused(reader, order(total="0.50"))
    assert "`total` (`order.total`) is less than `1.00`" in str(fault.message)
    (fault,) = refused(reader, order(share="9.00", total="5.00"))
    assert "`share` (`order.share`) is more than `total` (`order.total`), `5.00`" in str(fault.message)
    (fault,) = refused(reader, order(paid_at=NOON, sold_at=ONE))
    assert "is before `sold at` (`order.sold_at`), `2012-03-12 13:00:00`" in str(fault.message)
    text = f'{{"visits": {{"made": [{{"made_at": "{NOON}"}},\n{{"made_at": "{NOON}",\n"gifts": 1}}]}}}}'
    (fault,) = refused(reader, text)
    assert (fault.code, fault.span.line, fault.span.column) == ("undated-fact", 3, 1)


# ---------- what a fact that is left out can be

MONEY = (
    "0.00",
    "0.99",
    "1.00",
    "1.01",
    "1.99",
    "2.00",
    "4.99",
    "5.00",
    "5.01",
    "100.00",
    "100.01",
    "9999.00",
)


def takes(range: Range, value: str) -> bool:
    number = round(float(value) * 100)
    return (range.low is None or range.low <= number) and (range.high is None or number <= range.high)


def range_of(reader: CaseReader, name: str, record: int | None, case: Case) -> Range:
    cells = (cell for stratum in lower_rulebook(reader.rulebook).strata for cell in stratum.cells)
    fact = next(cell for cell in cells if isinstance(cell, Given) and cell.name == name)
    return declared_range(limits_of(fact, case, record))


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("total", {}),
        ("share", {}),
        ("share", {"total": "5.00"}),
        ("early", {}),
        ("early", {"share": "5.00", "total": "5.00"}),
    ],
)
def test_what_is_left_out_has_the_range_that_the_reader_takes(
    reader: CaseReader, name: str, given: dict[str, str]
) -> None:
    range = range_of(reader, f"order.{name}", None, read(reader, order(**given)))
    for value in MONEY:
        assert takes(range, value) == (not codes(reader, order(**given, **{name: value}))), value


def test_a_record_has_the_range_of_its_own_facts(reader: CaseReader) -> None:
    made = [{"made_at": NOON, "cost": "5.00"}, {"made_at": NOON, "cost": "100.00"}]
    case = read(reader, {**order(share="1.00"), "visits": {"made": made}})
    for record, cost in enumerate((500, 10_000)):
        assert range_of(reader, "visits.made.part", record, case) == Range(100, cost)
        assert range_of(reader, "visits.made.cost", record, case) == Range(200, None)


def test_what_is_seen_only_later_limits_nothing(reader: CaseReader) -> None:
    case = read(reader, order(paid_at=NOON, sold_at=NOON, later="5.00"))
    assert range_of(reader, "order.early", None, case) == Range(None, None)


# ---------- what if

FULL = {
    "case": "full",
    **order(total="5.00", count=3),
    "visits": {"made": [{"made_at": NOON}, {"made_at": ONE, "left_at": ONE}]},
}


@pytest.mark.parametrize(
    ("settings", "path", "literal"),
    [
        ([("order.total", "7.00")], ("order", "total"), "7.00"),
        ([("order.text", "a")], ("order", "text"), "a"),
        ([("order.total", "7.00"), ("order.total", "8.00")], ("order", "total"), "8.00"),
        ([("visits.made.0.left_at", ONE)], ("visits", "made", 0, "left_at"), ONE),
        ([("visits.made.1.made_at", NOON)], ("visits", "made", 1, "made_at"), NOON),
        ([("case", "other")], ("case",), "other"),
        ([("order.text", "a"), ("order.text", "")], None, ""),
        ([("order.total", "")], ("order", "total"), None),
        ([("order", "")], ("order",), None),
        ([("visits.made", "")], ("visits", "made"), None),
        ([("visits.made.1.left_at", "")], ("visits", "made", 1, "left_at"), None),
        ([("order.rate", "")], None, ""),
        ([("end.words", "")], None, ""),
    ],
)
def test_setting_a_fact_is_writing_it_and_setting_nothing_is_taking_it_out(
    reader: CaseReader, settings: Settings, path: tuple[str | int, ...] | None, literal: str | None
) -> None:
    written = json.loads(json.dumps(FULL))
    if path is not None:
        level: Any = written
        for step in path[:-1]:
            level = level[step]
        if literal is None:
            del level[path[-1]]
        else:
            level[path[-1]] = literal
    assert read(reader, FULL, settings) == read(reader, written)


def test_a_fact_can_be_set_where_its_group_is_not_written(reader: CaseReader) -> None:
    assert read(reader, {}, [("order.total", "5.00")]) == read(reader, order(total="5.00"))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("visits.made.2.made_at", "unknown-fact"),
        ("visits.made.made_at", "unknown-fact"),
        ("visits.made.0", "unknown-fact"),
        ("notes.0.word", "unknown-fact"),
        ("order.0.total", "unknown-fact"),
        ("order.0", "unknown-fact"),
        ("totl", "unknown-fact"),
        ("visits.mad", "unknown-fact"),
        ("ord", "unknown-fact"),
        ("order.total.net", "unknown-fact"),
        ("visits.0.made.made_at", "unknown-fact"),
        ("visits.made.made_at.0", "bad-value"),  # as text calls it: the title and the number of the record
        ("visits.made.0.0.made_at", "unknown-fact"),
        ("case.0", "unknown-fact"),
        ("end.ok", "derived-fact"),
        ("order", "wrong-shape"),
        ("visits", "wrong-shape"),
        ("visits.made", "wrong-shape"),
    ],
)
def test_what_cannot_be_set_is_told_by_the_option(reader: CaseReader, name: str, code: str) -> None:
    (fault,) = refused(reader, FULL, [("order.total", "9.00"), (name, "yes")])
    assert (fault.code, fault.span.file) == (code, f"--set {name}=yes")


def test_a_record_that_the_case_has_not_is_told_with_its_list(reader: CaseReader) -> None:
    (fault,) = refused(reader, FULL, [("visits.made.2.made_at", NOON)])
    assert str(fault.message) == "there is no `visits.made[2].made_at`; records of `visits.made` here: 2"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ({"order": []}, "order.total"),
        ({"order": [7]}, "order.total"),
        ({"order": 5}, "order.total"),
        ({"visits": []}, "visits.made.0.made_at"),
        ({"visits": {"made": {}}}, "visits.made.0.made_at"),
        ({"visits": {"made": [7]}}, "visits.made.0.made_at"),
    ],
)
def test_a_fact_cannot_be_set_in_what_has_another_shape(
    reader: CaseReader, written: object, name: str
) -> None:
    for literal in (NOON, ""):
        assert codes(reader, written, [(name, literal)]) == ["wrong-shape"]


def test_of_several_options_the_last_that_speaks_of_a_value_is_at_fault(reader: CaseReader) -> None:
    settings = [("order.total", "1.00"), ("order.count", "many"), ("order.total", "lots")]
    faults = refused(reader, FULL, settings)
    assert [fault.span.file for fault in faults] == ["--set order.count=many", "--set order.total=lots"]
    (fault,) = refused(reader, '{"order": {"total": "5.00",\n"count": "many"}}', [("order.total", "6.00")])
    assert (fault.span.file, fault.span.line) == ("case.json", 2)


# ---------- a case in a file of tests


def tree(text: str) -> MappingNode:
    node, faults = read_yaml(text, "p.cases.yaml")
    assert isinstance(node, MappingNode) and not faults
    return node


def test_a_case_of_a_test_is_read_as_the_same_json_is(reader: CaseReader) -> None:
    given = tree("order: {total: 5.00, count: 3}\nnotes: [{word: a}]")
    case, _ = reader.read_tree(given, "named")
    other = read(reader, {**order(total="5.00", count=3), "notes": [{"word": "a"}]})
    assert case is not None and case.id == "named"
    assert (case.values, case.records) == (other.values, other.records)


def test_a_fault_of_a_test_stands_where_its_value_or_its_name_stands(reader: CaseReader) -> None:
    case, faults = reader.read_tree(tree("order:\n  total: much\n  totl: 5.00\n"), "named")
    assert case is None
    assert [(fault.code, fault.span.file, *extent(fault)[:2]) for fault in faults] == [
        ("bad-value", "p.cases.yaml", 2, 10),
        ("unknown-fact", "p.cases.yaml", 3, 3),
    ]


def test_a_text_that_json_refuses_is_refused_in_a_tree_too(reader: CaseReader) -> None:
    given = tree("order: {text: a}")
    group = given.entries[0].value
    assert isinstance(group, MappingNode) and isinstance(group.entries[0].value, Scalar)
    text = replace(group.entries[0].value, text="\x1b")
    group = replace(group, entries=(replace(group.entries[0], value=text),))
    given = replace(given, entries=(replace(given.entries[0], value=group),))
    case, faults = reader.read_tree(given, "named")
    assert case is None and [(fault.code, fault.span) for fault in faults] == [("json-text", given.span)]


@pytest.mark.parametrize(
    "written",
    [
        "1e400",
        "1e1000000000000000000",  # no decimal number has such an exponent
        "-1E1000000000000000000",
        "0e99999999999999999999999",
        "1E-1000000000000000000",
        "1e" + "9" * 300,
    ],
)
def test_a_number_with_an_absurd_exponent_is_a_fault_like_any_other(reader: CaseReader, written: str) -> None:
    for fact in ("total", "count", "rate"):
        text = f'{{"order": {{"{fact}": {written}}}}}'
        assert {fault.code for fault in refused(reader, text)} <= {"bad-value", "wrong-type"}


def test_notes_of_a_program_are_read_with_care(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policyengine.syntax.mapping_reader.MOST_VALUES", 10_000)
    of_itself: list[object] = []
    of_itself.append(of_itself)
    deep: object = "deep"
    for _ in range(100_000):
        deep = [deep]
    shared: object = ["shared"]
    for _ in range(60):
        shared = [shared, shared]
    loaded = load_directory(str(RULES))
    assert loaded.rulebook is not None
    reader = CaseReader(loaded.rulebook)
    for notes in (of_itself, deep, shared, 10**5_000):
        case, faults = reader.read_plain({"notes": notes}, "c.json")
        assert case is None and faults and faults[0].severity == "error"
    case, faults = reader.read_plain({"notes": {"call": ["one", 2.5], "by": date(2024, 3, 1)}}, "c.json")
    assert case is not None and case.notes == "call: one\n  2.5\nby: 2024-03-01"
