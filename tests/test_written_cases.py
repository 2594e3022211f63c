"""Cases as clerks write them: in YAML, by titles, with times as people write them, and with notes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from frozen import FROZEN, RULES

from policyengine import load_rulebook
from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.model.case import Case
from policyengine.model.rulebook import Rulebook
from policyengine.reading.case.reader import CaseReader, is_yaml_text

ROOT = Path(__file__).parents[1]
BOOK = """\
rulebook: small
version: "1"
title: {zh: 小, en: small}
time_zone: Asia/Shanghai
currency: CNY
calendar: CN
languages: [zh, en]
parties: {buyer: {zh: 买家, en: buyer}}
"""
CASE = FROZEN / "examples/cases/late-dispatch.json"
YAML = """\
# 一个案件
case: LD-2012-031
notes: |
  买家来电: 两次
  any: [thing
order:
  交易金额: 100 元
  shipping: 5
  paid_at: 2012/3/12 10:00
  promised_dispatch: 72小时
  closed_at:
complaint:
  买家发起投诉时间: 2012年3月16日 上午9:00
  reason: 未按约定时间发货
  seller_response: 主动赔付
  seller_responded_at: 2012-3-16 18:00
"""


PAGES = ("docs/cases.md", "docs/cases.zh.md")


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook(RULES, engine="compiled").model


@pytest.fixture(scope="module")
def reader(book: Rulebook) -> CaseReader:
    return CaseReader(book)


def small(folder: Path, facts: str) -> CaseReader:
    (folder / "rulebook.yaml").write_text(BOOK, "utf-8")
    (folder / "facts.yaml").write_text(facts, "utf-8")
    return CaseReader(load_rulebook(folder, engine="compiled").model)


def read(reader: CaseReader, text: str, file: str = "c.yaml") -> Case:
    case, faults = reader.read(text, file)
    assert case is not None, faults
    return case


def refused(reader: CaseReader, text: str, file: str = "c.yaml") -> list[Diagnostic]:
    case, faults = reader.read(text, file)
    assert case is None and faults
    return faults


def places(faults: list[Diagnostic]) -> list[tuple[int, int, str, str]]:
    return [(one.span.line, one.span.column, one.code, one.path) for one in faults]


# ---------- YAML


def test_a_case_in_yaml_is_the_same_as_in_json(reader: CaseReader) -> None:
    data = json.loads(CASE.read_text("utf-8"))
    del data["order"]["closed_at"]
    by_json = read(reader, json.dumps(data), "c.json")
    by_yaml = read(reader, YAML)
    assert (by_yaml.id, by_yaml.values, by_yaml.records) == (by_json.id, by_json.values, by_json.records)


def test_what_is_empty_is_not_said(reader: CaseReader) -> None:
    text = "case:\nas_of: ~\norder:\ncomplaint:\n  filed_at: null\n  evidence:\n"
    case = read(reader, text)
    assert (case.id, case.as_of, case.values, case.records) == ("c.yaml", None, {}, {})
    assert read(reader, "complaint: {evidence: []}\n").records == {"complaint.evidence": 0}
    assert places(refused(reader, 'order:\n  total: ""\n')) == [(2, 10, "bad-value", "order.total")]


@pytest.mark.parametrize("word", ["no", "NO", "off", "0123", "1:30", "1e3", "2012-03-16", "=", ".5"])
def test_nothing_is_made_of_a_spelling(reader: CaseReader, word: str) -> None:
    """What YAML 1.1 takes for a truth, a number, a date or 90 minutes is the text that it is."""
    assert read(reader, f"case: {word}\n").id == word


def test_faults_of_a_yaml_case_have_place_and_field(reader: CaseReader) -> None:
    text = (
        "case: x\n"
        "order:\n"
        "  交易金额: much\n"
        "  paid_at: 3/4/2012 10:00\n"
        "complaint:\n"
        "  evidence:\n"
        "    - submitted_at: 9:00\n"
        "      party: nobody\n"
    )
    assert places(refused(reader, text)) == [
        (3, 9, "bad-value", "order.total"),
        (4, 12, "bad-value", "order.paid_at"),
        (7, 21, "bad-value", "complaint.evidence[0].submitted_at"),
        (8, 14, "bad-value", "complaint.evidence[0].party"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("case: x\norder: [\n", "yaml-syntax"),
        ("- case: x\n- case: y\n", "wrong-shape"),
        ("case: x\n---\ncase: y\n", "yaml-documents"),
        ("case: x\ncase: y\n", "duplicate-key"),
        ("order: {total: 1, 交易金额: 2}\n", "duplicate-key"),
        ("# nothing\n", "yaml-empty"),
        ("case: &a [*a]\n", "yaml-alias"),
    ],
)
def test_a_broken_yaml_case_is_told(reader: CaseReader, text: str, code: str) -> None:
    assert code in {one.code for one in refused(reader, text)}


@pytest.mark.parametrize(
    ("text", "file", "is_yaml"),
    [
        ('{"case": "x"}', "-", False),
        ('\n{"case": "x"}', "-", False),
        ("case: x", "-", True),
        ("# 案件\n\ncase: x", "-", True),
        ("---\ncase: x", "-", True),
        ("案件:\n", "case", True),
        ("case: x", "c.json", False),
        ('{"case": "x"}', "c.yaml", True),
        ("[1]", "-", False),
        ("", "-", True),
        ("", "c.json", False),
        ("nonsense", "-", False),
        ('"a": 1', "-", False),
    ],
)
def test_yaml_is_told_from_json(text: str, file: str, is_yaml: bool) -> None:
    assert is_yaml_text(text, file) is is_yaml


def test_a_line_of_many_is_json(reader: CaseReader) -> None:
    _, faults = reader.read("case: x", "-", is_line=True)
    assert [one.code for one in faults] == ["json-syntax"]


# ---------- titles


@pytest.mark.parametrize(
    "text",
    [
        '{"order": {"total": "5"}}',
        '{"order": {"交易金额": "5"}}',
        '{"order": {"Order  Total": "5"}}',
        '{"交易金额": "5"}',
        '{"order.交易金额": "5"}',
    ],
)
def test_a_title_stands_for_a_name(reader: CaseReader, text: str) -> None:
    assert read(reader, text, "c.json").values == {("order.total", None): 500}


def test_titles_in_records_and_of_choices(reader: CaseReader, book: Rulebook) -> None:
    by_title = read(
        reader,
        "complaint:\n  filed_at: 2012-03-16 09:00\n"
        "  evidence:\n    - submitted_at: 2012-03-16 09:00\n      party: 买家\n",
    )
    listed = book.lists["complaint.evidence"]
    titles = {field: book.facts[field].title.get("zh") for field in listed.fields}
    text = (
        "买家发起投诉时间: 2012-03-16 09:00\n"
        f"{listed.title.get('zh')}:\n"
        f"  - {titles['complaint.evidence.submitted_at']}: 2012-03-16 09:00\n"
        f"    {titles['complaint.evidence.party']}: 买家\n"
    )
    assert read(reader, text).values == by_title.values
    assert by_title.values["complaint.evidence.party", 0] == "buyer"


def test_every_title_that_is_one_of_a_kind_stands_for_its_name(reader: CaseReader, book: Rulebook) -> None:
    """At the top of a case, a title means its fact, or is told to mean several."""
    titles: dict[str, set[str]] = {}
    for fact in book.facts.values():
        if fact.listed is None:
            for title in fact.title.all:
                titles.setdefault(title.casefold(), set()).add(fact.path)
    records = [fact for fact in book.facts.values() if fact.listed is not None]
    groups = {path.partition(".")[0] for path in book.facts}  # a name is a name
    titles = {title: paths for title, paths in titles.items() if title not in groups}
    for title, paths in titles.items():
        _, faults = reader.read(json.dumps({title: []}), "c.json")
        (fault,) = [one for one in faults if one.code != "undated-fact"]
        if any(title in (one.casefold() for one in other.title.all) for other in records):
            assert fault.code == "unknown-fact" and all(one in str(fault.help) for one in paths)
        elif len(paths) == 1:
            assert fault.code in ("wrong-type", "derived-fact", "wrong-shape") and fault.path in paths
        else:
            assert fault.code == "unknown-fact" and all(one in str(fault.help) for one in paths)


def test_what_is_said_by_name_and_by_title_is_told_with_both(reader: CaseReader) -> None:
    (fault,) = refused(reader, "交易金额: 5\norder:\n  total: 6\n")
    assert places([fault]) == [(3, 3, "duplicate-key", "order.total")]
    assert "`交易金额`" in str(fault.message) and "`order.total`" in str(fault.message)


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("order:\n  交易金客: 5\n", "c.yaml"),
        ("交易金客: 5\n", "c.yaml"),
        ('{"order": {"交易金客": 5}}', "c.json"),
    ],
)
def test_a_slip_in_a_title_is_told_with_the_title(reader: CaseReader, text: str, file: str) -> None:
    """Where it stands the title would do."""
    (fault,) = refused(reader, text, file)
    assert (fault.code, fault.text("zh").endswith("是不是想写 `交易金额`？")) == ("unknown-fact", True)


@pytest.mark.parametrize(
    ("text", "file", "written"),
    [
        ("complaint:\n  交易金客: 5\n", "c.yaml", "write `order: {total: …}`"),
        ('{"complaint": {"交易金客": 5}}', "c.json", 'write `{"order": {"total": …}}`'),
        ("paid_at: 2024-08-12\n", "c.yaml", "write `order: {paid_at: …}`"),
        (
            "complaint:\n  evidence:\n    party: buyer\n",
            "c.yaml",
            "write a dash before each record: `- …: …`",
        ),
        ('{"complaint": {"evidence": {}}}', "c.json", "write a list: `[{ … }]`"),
        ("order: 5\n", "c.yaml", "write below it, each on a line `…: …`: "),
        ('{"order": 5}', "c.json", "write an object: `{ … }` with "),
        ("complaint:\n  filed_at: [2]\n", "c.yaml", "write for example `2012-03-16T18:00:00+08:00`"),
        (
            "complaint:\n  evidence: [5]\n",
            "c.yaml",
            "a record of `complaint.evidence` is written `- …: …`",
        ),
        ("zzz: 5\n", "c.yaml", "leave it out, or write it as a remark behind a `#` or under `notes`"),
        ('{"zzz": 5}', "c.json", "leave it out, or write it under `notes`"),
    ],
)
def test_what_to_write_is_told_in_the_form_of_the_case(
    reader: CaseReader, text: str, file: str, written: str
) -> None:
    assert any(written in one.text() for one in refused(reader, text, file))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("案件: t\n", "case"),
        ("案件编号: t\n", "case"),
        ("备注: x\n", "notes"),
        ("判断时点: x\n", "as_of"),
        ("订单:\n  付款时间: 2024-08-12 9:00\n  total: 5\n", "order"),
    ],
)
def test_what_a_case_says_of_itself_and_its_groups_are_told_by_their_names(
    reader: CaseReader, text: str, meant: str
) -> None:
    (fault,) = refused(reader, text)
    assert fault.help is not None
    assert fault.text("zh").endswith(f"是不是想写 `{meant}`？")


def test_a_group_with_facts_of_several_is_not_guessed(reader: CaseReader) -> None:
    (fault,) = refused(reader, "案情:\n  付款时间: 2024-08-12 9:00\n  买家发起投诉时间: 2024-08-13 9:00\n")
    assert "是不是想写" not in fault.text("zh")


def test_the_title_of_a_fact_of_a_record_is_told_to_belong_there(reader: CaseReader) -> None:
    (fault,) = refused(reader, "提交时间: 2024-08-12 9:00\n")
    assert fault.text("zh").endswith("它属于 `complaint.evidence` 的一条记录：请写在那条记录里")
    assert fault.text("en").endswith("it belongs to a record of `complaint.evidence`: write it there")


def test_a_title_of_a_fact_and_of_a_record_is_refused_at_the_top_and_clear_in_its_group(
    reader: CaseReader,
) -> None:
    (fault,) = refused(reader, "评价结果: 差评\n")
    assert fault.text("zh") == (
        "`评价结果` 可以指几项内容；"
        "写 `review.result`；若说的是 `customer.reviews` 的一条记录，请写在那条记录里"
    )
    assert read(reader, "review:\n  评价时间: 2024-08-13 9:00\n  评价结果: 差评\n").values
    case, (fault,) = reader.read("case: x\n", "c.yaml", settings=[("评价结果", "差评")])
    assert case is None and "`review.result`" in str(fault.help) and "customer" not in str(fault.help)


@pytest.mark.parametrize("text", ["order:\n  total:100\n", "complaint:\n  evidence:100\n"])
def test_a_colon_without_a_space_is_the_only_thing_told(reader: CaseReader, text: str) -> None:
    (fault,) = refused(reader, text)
    assert (fault.code, fault.severity, fault.span.line) == ("yaml-colon", "error", 2)


def test_a_choice_is_told_by_the_titles_in_the_readers_language(reader: CaseReader) -> None:
    (fault,) = [one for one in refused(reader, "complaint:\n  reason: 没发货\n") if one.code == "bad-value"]
    assert "未按约定时间发货`（`late_dispatch`）" in fault.text("zh")
    assert "`not dispatched when agreed` (`late_dispatch`)" in fault.text("en")
    text = "complaint:\n  evidence:\n    - submitted_at: 2024-08-12 9:00\n      party: 卖家们\n"
    (fault,) = [one for one in refused(reader, text) if one.code == "bad-value"]
    assert fault.text("zh").endswith("是不是想写 `卖家`（`seller`）？")


def test_what_is_wrong_with_what_an_alias_stands_for_is_told_where_it_stands(reader: CaseReader) -> None:
    faults = refused(reader, "case: x\nnotes: &a [1]\norder: *a\n")
    assert [(one.span.line, one.span.column) for one in faults] == [(3, 8)]


def test_a_title_of_several_things_is_told_with_their_names(tmp_path: Path) -> None:
    facts = """
facts:
  a.sum: {type: count, title: {zh: 数, en: number}}
  b.sum: {type: count, title: {zh: 数, en: number of b}}
  a.way:
    type: choice
    title: {zh: 方式, en: way}
    values: {one: {zh: 甲, en: same}, two: {zh: 乙, en: same}, three: {zh: one, en: other}}
"""
    reader = small(tmp_path, facts)
    (fault,) = refused(reader, "数: 3\n")
    assert fault.code == "unknown-fact" and "`a.sum`" in str(fault.help) and "`b.sum`" in str(fault.help)
    assert read(reader, "a: {数: 3}\nb: {数: 4}\n").values == {("a.sum", None): 3, ("b.sum", None): 4}
    assert read(reader, "number of b: 4\n").values == {("b.sum", None): 4}
    (fault,) = refused(reader, "方式: same\n")
    assert "`one`" in str(fault.help) and "`two`" in str(fault.help)
    assert read(reader, "方式: one\n").values == {("a.way", None): "one"}  # a name is a name
    assert read(reader, "方式: Other\n").values == {("a.way", None): "three"}


def test_settings_and_titles_mean_the_same_fact(reader: CaseReader) -> None:
    case, faults = reader.read("交易金额: 5\n", "c.yaml", settings=[("order.total", "6")])
    assert case is not None and case.values == {("order.total", None): 600}, faults
    case, faults = reader.read("交易金额: 5\n", "c.yaml", settings=[("交易金额", "x")])
    assert case is None and str(faults[0].span) == "--set 交易金额=x:1:1"
    case, _ = reader.read("交易金额: 5\n", "c.yaml", settings=[("order.total", "")])
    assert case is not None and case.values == {}


# ---------- notes


@pytest.mark.parametrize("notes", ['"a text"', '{"order": {"totl": 5}}', "[1, 2.5, null]", "null", "3"])
def test_notes_are_free(reader: CaseReader, notes: str) -> None:
    assert read(reader, f'{{"notes": {notes}, "order": {{"total": "5"}}}}', "c.json").values == {
        ("order.total", None): 500
    }


def test_notes_of_a_rulebook_are_facts(tmp_path: Path) -> None:
    reader = small(tmp_path, "facts:\n  notes.count: {type: count, title: {zh: 条, en: count of notes}}\n")
    assert read(reader, "notes: {count: 3}\n").values == {("notes.count", None): 3}
    assert refused(reader, "notes: a text\n")[0].code == "wrong-shape"


def test_a_file_of_the_shipped_rulebook_is_read_alike_by_every_door(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(YAML, "utf-8")
    rulebook = load_rulebook(RULES, engine="compiled")
    as_of = "2012年3月16日 18:00:01"
    by_path = rulebook.evaluate(path, as_of=as_of)
    assert by_path["penalty.points"].value == 0
    assert rulebook.evaluate(YAML, as_of=as_of).case.values == by_path.case.values
    assert rulebook.evaluate(YAML.encode(), as_of=as_of).case.values == by_path.case.values


@pytest.mark.parametrize("page", PAGES)
def test_the_case_on_a_page_is_one(reader: CaseReader, page: str) -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", (ROOT / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)
    case = read(reader, text)
    assert case.values["order.shipping", None] == 500 and case.as_of is not None
    assert case.values["complaint.reason", None] == "late_dispatch"
