"""Tables: rows that are rules, their cells, files, versions, overlaps, gaps, and what counts where none holds."""

# ruff: noqa: E501  (a line of a rulebook is easier to read in one line)

from __future__ import annotations

import itertools
import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from programs import Counting
from test_planned import BOOK

from policyengine.api import EngineName, prepare
from policyengine.changes.compare import compare
from policyengine.checks.boxes import Boxes
from policyengine.compile.lower import lower_rulebook
from policyengine.compile.plan_json import write_plan
from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.diagnostics.i18n import Speech
from policyengine.engines.compiled import dispatch
from policyengine.engines.durable.ruleset import durable_available
from policyengine.loading.load import load_model
from policyengine.lsp.index import Index, table_of
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.decision import Decision
from policyengine.render.cards import Cards
from policyengine.semantics.findings import ABSENT, Conflict, Known, State, Unknown
from policyengine.syntax.csv_reader import MAX_ROWS, read_csv
from policyengine.syntax.yaml_reader import read_yaml
from policyengine.testing.building import building_targets
from policyengine.testing.coverage import Coverage

ENGINES: tuple[EngineName, ...] = ("reference", "compiled", *(("durable",) if durable_available() else ()))
FACTS = """facts:
  at: {type: instant, title: {zh: 时, en: at}, if_missing: never}
  tier: {type: choice, title: {zh: 级, en: tier}, values: {low: {zh: 低, en: low}, mid: {zh: 中, en: mid}, high: {zh: 高, en: high}}}
  number: {type: count, title: {zh: 数, en: number}, at_least: 1, at_most: 9}
  weight: {type: number, title: {zh: 重, en: weight}, at_least: 0, if_missing: none}
  zone: {type: text, title: {zh: 区, en: zone}, if_missing: none}
  length: {type: duration, title: {zh: 长, en: length}, if_missing: none}
  loud: {type: boolean, title: {zh: 响, en: loud}}
  price: {type: money, title: {zh: 价, en: price}}
  fee: {type: money, role: outcome, title: {zh: 费, en: fee}}
  word: {type: text, role: outcome, title: {zh: 词, en: word}}
sets:
  near: {title: {zh: 近区, en: near zones}, values: [A1, A2]}
lists:
  bags:
    title: {zh: 包, en: bags}
    facts:
      kind: {type: choice, title: {zh: 种, en: kind}, values: {a: {zh: 甲, en: a}, b: {zh: 乙, en: b}}}
      fee: {type: money, role: outcome, title: {zh: 包费, en: bag fee}}
"""
HEAD = "policy: p\ntitle: {zh: 策, en: p}\n"


def write(folder: Path, policy: str, **files: str) -> Path:
    (folder / "policies").mkdir(parents=True, exist_ok=True)
    (folder / "rulebook.yaml").write_text(BOOK, "utf-8")
    (folder / "facts.yaml").write_text(FACTS, "utf-8")
    (folder / "policies/p.yaml").write_text(HEAD + policy, "utf-8")
    for name, text in files.items():
        (folder / f"policies/{name}.csv").write_text(text, "utf-8")
    return folder


def table(rows: str, asks: str = "[tier, number]", gives: str = "fee", more: str = "") -> str:
    return f"tables:\n  t:\n    title: {{zh: 表, en: T}}\n    asks: {asks}\n    gives: {gives}\n{more}    rows:\n{rows}"


def rows(*lines: str) -> str:
    return "".join(f"      - [{line}]\n" for line in lines)


def load(folder: Path, policy: str, **files: str) -> Rulebook:
    loaded = load_model(str(write(folder, policy, **files)), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    return loaded.rulebook


def told(folder: Path, policy: str, **files: str) -> list[Diagnostic]:
    return [
        one
        for one in load_model(str(write(folder, policy, **files)), ()).diagnostics
        if one.code not in ("unused", "never-concluded")
    ]


def judge(
    book: Rulebook, case: dict[str, object], folder: Path, engine: EngineName = "reference"
) -> Decision:
    path = folder / "case.json"
    path.write_text(json.dumps({"case": "c", **case}), "utf-8")
    return prepare(book, {}, engine=engine).evaluate(str(path), "2024-06-01 00:00")


def answer(book: Rulebook, case: dict[str, object], folder: Path, name: str = "fee") -> State:
    """Return what all engines give; and that they give the same."""
    found = [judge(book, case, folder, engine).state_of((name, None)) for engine in ENGINES]
    assert all(one == found[0] for one in found), found
    return found[0]


# ---------- TB1: a row is a rule


def test_a_row_is_a_rule_with_its_own_line(tmp_path: Path) -> None:
    book = load(tmp_path, table(rows("low, any, 1.00", "not low, 1, 2.00")))
    rule = book.rules["t row 2"]
    assert (rule.table, rule.policy, rule.title.get("en"), rule.title.get("zh")) == (
        "t",
        "p",
        "T, row 2",
        "表第2行",
    )
    assert (Path(rule.span.file).name, rule.span.line, rule.span.column) == ("p.yaml", 10, 9)
    decision = judge(book, {"tier": "mid", "number": 1}, tmp_path)
    assert decision.state_of(("fee", None)) == Known(200)
    assert [key[0] for key in decision.findings.firings] == ["t row 2"]


@pytest.mark.parametrize(("named", "fee"), [("t", 900), ("t row 1", 900), ("t row 2", "conflict")])
def test_a_rule_overrides_a_table_or_one_row(tmp_path: Path, named: str, fee: object) -> None:
    rule = f"rules:\n  r: {{title: {{zh: 例, en: R}}, when: {{loud: yes}}, then: {{fee: 9.00}}, overrides: [{named}]}}\n"
    book = load(tmp_path, rule + table(rows("low, any, 1.00", "not low, any, 2.00")))
    found = answer(book, {"tier": "low", "number": 1, "loud": True}, tmp_path)
    assert isinstance(found, Conflict) if fee == "conflict" else found == Known(900)


def test_a_table_overrides_a_rule(tmp_path: Path) -> None:
    rule = "rules:\n  r: {title: {zh: 例, en: R}, when: {loud: yes}, then: {fee: 9.00}}\n"
    book = load(tmp_path, rule + table(rows("low, any, 1.00"), more="    overrides: [r]\n"))
    assert answer(book, {"tier": "low", "number": 1, "loud": True}, tmp_path) == Known(100)
    assert answer(book, {"tier": "mid", "number": 1, "loud": True}, tmp_path) == Known(900)


def test_a_table_belongs_to_its_policy(tmp_path: Path) -> None:
    book = load(tmp_path, "applies_to: {loud: yes}\n" + table(rows("any, any, 1.00")))
    assert answer(book, {"tier": "low", "number": 1, "loud": False}, tmp_path) == ABSENT
    assert answer(book, {"tier": "low", "number": 1, "loud": True}, tmp_path) == Known(100)


def test_when_is_added_to_every_row(tmp_path: Path) -> None:
    book = load(tmp_path, table(rows("any, any, 1.00"), more="    when: {loud: yes}\n    otherwise: 0.00\n"))
    # What is so otherwise is a row as well: where the table does not apply it says nothing.
    assert answer(book, {"tier": "low", "number": 1, "loud": False}, tmp_path) == ABSENT
    assert answer(book, {"tier": "low", "number": 1, "loud": True}, tmp_path) == Known(100)


# ---------- TB2: cells


@pytest.mark.parametrize(
    ("cell", "holding", "failing"),
    [
        ("any", ["50", None], []),
        ("none", [None], ["50"]),
        ("not none", ["50"], [None]),
        ("50", ["50", "50.00"], ["50.01", None]),
        ("[1, 3]", ["1", "3"], ["2", None]),
        ("[1, over 3 to 5]", ["1", "3.5", "5"], ["3", "6", None]),
        ("[1, none]", ["1", None], ["2"]),
        ("not 50", ["51", None], ["50"]),
        ("[not 50, not 51]", ["52", None], ["50", "51"]),
        ("not 2 to 3", ["1", "4", None], ["2", "3"]),
        ("2 to 3", ["2", "2.5", "3"], ["1.999999", "3.000001", None]),
        ("2..3", ["2", "3"], ["1.99", "3.01"]),
        ("2 … 3", ["2", "3"], ["1.99", "3.01"]),
        ("over 50 to 53", ["50.000001", "53"], ["50", "53.000001", None]),
        ("over 50", ["50.01"], ["50", None]),
        ("under 50", ["49.99"], ["50", None]),
        ("from 50", ["50"], ["49.99", None]),
        ("up to 50", ["50", "0"], ["50.01", None]),
        ("from 18 under 65", ["18", "64.99"], ["17.99", "65"]),
        ("over 18 up to 65", ["18.01", "65"], ["18", "65.01"]),
        ("from 1 to 2", ["1", "2"], ["0", "3"]),
    ],
)
def test_cells_of_numbers(
    tmp_path: Path, cell: str, holding: list[str | None], failing: list[str | None]
) -> None:
    book = load(tmp_path, table(rows(f"{cell}, 1.00"), "weight"))
    for value, is_so in [*((one, True) for one in holding), *((one, False) for one in failing)]:
        case: dict[str, object] = {} if value is None else {"weight": value}
        assert answer(book, case, tmp_path) == (Known(100) if is_so else ABSENT), (cell, value)


@pytest.mark.parametrize(
    ("asks", "cell", "case", "is_so"),
    [
        ("tier", "low", {"tier": "low"}, True),
        ("tier", "not low", {"tier": "mid"}, True),
        ("tier", "[low, mid]", {"tier": "high"}, False),
        ("zone", "over the hills", {"zone": "over the hills"}, True),
        ("zone", "2 to 3", {"zone": "2 to 3"}, True),
        ("zone", "in near", {"zone": "A1"}, True),
        ("zone", "in near", {"zone": "B1"}, False),
        ("zone", "in near", {}, False),
        ("zone", "not in near", {"zone": "B1"}, True),
        ("zone", "not in near", {}, True),
        ("zone", "[in near, B1]", {"zone": "B1"}, True),
        ("zone", "[not in near, not B1]", {"zone": "B1"}, False),
        ("zone", "[not in near, not B1]", {"zone": "B2"}, True),
        ("zone", '"any"', {"zone": "any"}, True),
        ("zone", '"any"', {"zone": "x"}, False),
        ("zone", '"not x"', {"zone": "not x"}, True),
        ("length", "2 to 3 days", {"length": "3 days"}, True),
        ("length", "2 to 3 days", {"length": "73 hours"}, False),
        ("length", "over 36 hours", {"length": "2 days"}, True),
        ("loud", "yes", {"loud": True}, True),
        ("loud", "not yes", {"loud": True}, False),
        ("price", "over 50.00 to 70.00", {"price": "50.01"}, True),
        ("at", "2024-01-01 00:00 to 2024-02-01 00:00", {"at": "2024-02-01 00:00"}, True),
        ("at", "from 2024-01-01 00:00 under 2024-02-01 00:00", {"at": "2024-02-01 00:00"}, False),
    ],
)
def test_cells_of_other_types(
    tmp_path: Path, asks: str, cell: str, case: dict[str, object], is_so: bool
) -> None:
    book = load(tmp_path, table(rows(f"{cell}, 1.00"), asks))
    assert answer(book, case, tmp_path) == (Known(100) if is_so else ABSENT)


@pytest.mark.parametrize(
    ("asks", "cell", "help"),
    [
        ("weight", ">50", "write `over 50`"),
        ("weight", ">= 50", "write `from 50`"),
        ("weight", "≤50", "write `up to 50`"),
        ("weight", "<50", "write `under 50`"),
        ("weight", "50+", "write `from 50`"),
        ("weight", "50-60", "write `50 to 60`"),
        ("weight", "at least 50", "write `from 50`"),
        ("weight", "more than 50", "write `over 50`"),
        ("weight", "50 or more", "write `from 50`"),
        ("weight", "to 50", "write `up to 50`"),
        ("weight", "不超过50", "write `up to 50`"),
        ("weight", "50以上", "write `from 50`"),
        ("weight", "between 5 and 6", "write `5 to 6`"),
        ("weight", "3 to 2", "write the lower limit first: `2 to 3`"),
        ("weight", "over 3 to 3", "write `3` for the one value"),
        ("weight", "*", "write `any`"),
        ("weight", "Any", "write `any`"),
        ("tier", "all", "write `any`"),
        ("tier", "n/a", "write `none`"),
        ("tier", "lo", "did you mean `low`?"),
        ("tier", "not any", "write `any` where it does not matter, and `none` where there is no value"),
        ("weight", "1; any", "write `any` alone, or leave it out"),
        ("weight", "1; not 2", "write `not` before all of the values, or before none"),
        ("weight", "number", "write the value, or ask it with a rule"),
        ("zone", "near", "write `in near`; if the text is meant, give the set another name"),
        ("zone", "B1; near", "write `in near`; if the text is meant, give the set another name"),
    ],
)
def test_what_a_clerk_may_write_instead_is_answered(tmp_path: Path, asks: str, cell: str, help: str) -> None:
    policy = table("", asks).replace("    rows:\n", "    file: f.csv\n")
    (found,) = [
        one for one in told(tmp_path, policy, f=f"{asks},fee\n{cell},1.00\n") if one.severity == "error"
    ]
    assert str(found.help) == help


def test_the_name_of_a_set_is_no_text(tmp_path: Path) -> None:
    (found,) = told(tmp_path, table(rows("near, 1.00"), "zone"))
    assert str(found.help) == 'write `in near`, or put the text in quotes: `"near"`'
    book = load(tmp_path, table(rows('"near", 1.00'), "zone"))
    assert answer(book, {"zone": "near"}, tmp_path) == Known(100)


def test_a_condition_is_no_cell(tmp_path: Path) -> None:
    (found,) = told(tmp_path, table(rows("{more_than: 50}, 1.00"), "weight"))
    assert str(found.help) == "write for example `over 50` instead of `more_than: 50`"


@pytest.mark.parametrize("value", ["fee_of_all", "price"])
def test_a_row_may_give_what_a_name_stands_for(tmp_path: Path, value: str) -> None:
    figures = "parameters: {fee_of_all: {title: {zh: 数, en: f}, type: money, values: [{value: 7.00}]}}\n"
    book = load(tmp_path, figures + table(rows(f"low, any, {value}", "not low, any, 1.00")))
    assert answer(book, {"tier": "low", "number": 1, "price": "7.00"}, tmp_path) == Known(700)


def test_a_row_gives_several_facts(tmp_path: Path) -> None:
    book = load(
        tmp_path,
        table(
            rows("low, any, 1.00, cheap"),
            gives="[fee, word]",
            more="    otherwise: {word: dear, fee: 9.00}\n",
        ),
    )
    assert answer(book, {"tier": "low", "number": 1}, tmp_path, "word") == Known("cheap")
    assert answer(book, {"tier": "mid", "number": 1}, tmp_path, "word") == Known("dear")
    assert answer(book, {"tier": "mid", "number": 1}, tmp_path) == Known(900)


# ---------- TB3: files


CSV = table("").replace("    rows:\n", "    file: f.csv\n")


@pytest.mark.parametrize(
    "text",
    [
        "tier,number,fee\nlow,any,1.00\n",
        "\ufefftier,number,fee\nlow,any,1.00\n",
        "fee,数,Tier\r\n1.00,any,low\r\n,,\r\n",
        '"fee","number","级"\n"1.00"," any ","low"\n\n',
        "fee,number,tier\n1.00,1; 2 to 9,low",
    ],
)
def test_a_file_of_rows(tmp_path: Path, text: str) -> None:
    book = load(tmp_path, CSV, f=text)
    rule = book.rules["t row 1"]
    assert (Path(rule.span.file).name, rule.span.line, rule.span.column) == ("f.csv", 2, 1)
    assert answer(book, {"tier": "low", "number": 2}, tmp_path) == Known(100)
    assert answer(book, {"tier": "mid", "number": 2}, tmp_path) == ABSENT


@pytest.mark.parametrize(
    ("text", "code", "place", "what"),
    [
        ("", "csv-syntax", (1, 1), "the file is empty"),
        ("tier;number;fee\nlow;any;1.00\n", "csv-syntax", (1, 1), "the columns are separated by `;`"),
        ('tier,number,fee\nlow,"any,1.00\n', "csv-syntax", (2, 5), "the quote is not closed"),
        (
            'tier,number,fee\nlow,"any"x,1.00\n',
            "csv-syntax",
            (2, 10),
            "text follows the quote that closes a cell",
        ),
        (
            'tier,number,fee\nlow,a"ny",1.00\n',
            "csv-syntax",
            (2, 6),
            "there is a quote inside a cell that does not begin with one",
        ),
        (
            "tier,number,fee\nlow,any\n",
            "table-columns",
            (2, 1),
            "the row has 2 cells, and the table has 3 columns",
        ),
        ("tier,number\nlow,any\n", "table-columns", (1, 1), "the file has no column `fee`"),
        ("tier,number,fee,fee\nlow,any,1,1\n", "table-columns", (1, 17), "the column `fee` appears twice"),
        ("tier,nummer,fee\nlow,any,1.00\n", "table-columns", (1, 6), "the table has no column `nummer`"),
        ("tier,number,fee\nlow,,1.00\n", "bad-value", (2, 5), "the cell is empty"),
        ("tier,number,fee\nlow,any,\n", "bad-value", (2, 9), "a row gives a value: `` is not one"),
        (
            "tier,number,fee\n\nlow,any,1.00\n",
            "table-columns",
            (2, 1),
            "the row has 1 cells, and the table has 3 columns",
        ),
        (
            "tier,number,fee\nlow,any,1.0\0\n",
            "file-encoding",
            (2, 12),
            "the file holds a NUL character, so it is not a text file",
        ),
        ('tier,number,fee\n"a\nb",any,1.00\n', "unknown-choice", (2, 1), "`a\\nb` is not one of the values"),
    ],
)
def test_a_file_that_is_wrong_is_told_with_line_and_column(
    tmp_path: Path, text: str, code: str, place: tuple[int, int], what: str
) -> None:
    found = told(tmp_path, CSV, f=text)[0]
    assert (found.code, Path(found.span.file).name, (found.span.line, found.span.column)) == (
        code,
        "f.csv",
        place,
    )
    assert str(found.message) == what


def test_other_encodings_are_told(tmp_path: Path) -> None:
    write(tmp_path, CSV)
    (tmp_path / "policies/f.csv").write_bytes("级,number,fee\nlow,any,1.00\n".encode("gb18030"))
    found = load_model(str(tmp_path), ()).diagnostics[0]
    assert (found.code, str(found.help)) == ("file-encoding", "it looks like GBK: save it as UTF-8")


def test_a_file_that_is_not_there_is_told_where_it_is_named(tmp_path: Path) -> None:
    found = told(tmp_path, CSV)[0]
    assert (found.code, Path(found.span.file).name) == ("file-missing", "p.yaml")


def test_a_file_of_too_many_rows(tmp_path: Path) -> None:
    rows, faults = read_csv("f.csv", b"a\n" + b"1\n" * (MAX_ROWS + 1))
    assert rows is None
    assert str(faults[0].message) == "the file has more than 20,000 rows"


def test_faults_of_one_table_have_an_end(tmp_path: Path) -> None:
    found = told(tmp_path, CSV, f="tier,number,fee\n" + "high,soon,1.00\n" * 500)
    assert 30 <= len(found) <= 40


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_in_a_file_nothing_is_raised(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    text = "".join(chance.choice('low,any,1.00\n"; \r\ttier,number,fee\n\ufeff级0') for _ in range(200))
    read_csv("f.csv", text.encode())
    told(tmp_path, CSV, f="tier,number,fee\n" + text)


def test_the_cache_keeps_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYENGINE_CACHE", str(tmp_path / "cache"))
    first = load(tmp_path / "book", CSV, f="tier,number,fee\nlow,any,1.00\n")
    assert [*(tmp_path / "cache").glob("*.rulebook")]
    again = load(tmp_path / "book", CSV, f="tier,number,fee\nlow,any,1.00\n")
    assert again == first
    assert load(tmp_path / "book", CSV, f="tier,number,fee\nlow,any,2.00\n") != first


def test_a_file_is_part_of_the_digest(tmp_path: Path) -> None:
    found = {load(tmp_path, CSV, f=f"tier,number,fee\nlow,any,{fee}\n").digest for fee in ("1.00", "2.00")}
    assert len(found) == 2


# ---------- TB4: overlaps


def test_rows_that_disagree_may_not_overlap(tmp_path: Path) -> None:
    (found,) = [
        one
        for one in told(
            tmp_path,
            table(
                rows(
                    "[low, mid], 1 to 5, 1.00",
                    "not low, from 5, 2.00",
                    "low, from 6, 3.00",
                    "not low, under 5, 1.00",
                )
            ),
        )
        if one.code == "table-overlap"
    ]
    assert str(found.message) == "`t row 1` and `t row 2` both match `tier: mid; number: 5`"
    assert found.severity == "error"


def test_rows_that_agree_may_overlap(tmp_path: Path) -> None:
    book = load(tmp_path, table(rows("low, any, 1.00", "any, 1, 1.00")))
    assert answer(book, {"tier": "low", "number": 1}, tmp_path) == Known(100)


def test_all_rows_count_only_of_what_several_rules_build(tmp_path: Path) -> None:
    found = told(
        tmp_path, table(rows("low, any, 1.00"), more="    overlap: all_rows_count\n    otherwise: 2.00\n")
    )
    assert [str(one.message) for one in found] == ["all rows cannot count: `fee` has one value"]


BUILT = FACTS.replace(
    "sets:\n",
    "  total: {type: money, role: outcome, title: {zh: 合计, en: total}, combine: sum, otherwise: 0.00}\nsets:\n",
)


@pytest.mark.parametrize(
    ("case", "total"),
    [
        ({"tier": "low", "number": 1}, 700),  # the three rows that hold
        ({"tier": "low", "number": 2}, 500),
        ({"tier": "mid", "number": 1}, 200),
        ({"tier": "mid", "number": 2}, 0),  # none: the fact's own `otherwise`
    ],
)
@pytest.mark.parametrize("more", ["", "    overlap: all_rows_count\n"])
def test_all_rows_count(
    tmp_path: Path, monkeypatch: Any, case: dict[str, object], total: int, more: str
) -> None:
    monkeypatch.setitem(globals(), "FACTS", BUILT)
    lines = rows("low, any, 3.00", "any, 1, 2.00", "low, any, 2.00")  # equal values are no one value
    book = load(tmp_path, table(lines, gives="total", more=more))
    assert book.tables["t"].overlap == "all_rows_count"
    assert answer(book, case, tmp_path, "total") == Known(total)
    assert not told(tmp_path, table(lines, gives="total", more=more))


def test_a_row_that_never_holds_without_another_need_not_count_alone(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setitem(globals(), "FACTS", BUILT)
    book = load(
        tmp_path, table(rows("any, over 1, 1.00", "any, over 2, 2.00", "low, any, 4.00"), gives="total")
    )
    sides = {
        (one.name, one.side)
        for one in building_targets(book)
        if one.about == "total" and one.side != "otherwise"
    }
    alone = {name for name, side in sides if side == "alone"}
    assert alone == {"t row 1", "t row 3"}
    assert {name for name, side in sides if side == "together"} == {"t row 1", "t row 2", "t row 3"}


@pytest.mark.parametrize(
    ("lines", "asks", "more", "wanted"),
    [
        (("[low, mid], any, 1.00", "high, any, 2.00"), "[tier, number]", "", False),
        (("[low, mid], any, 1.00", "high, over 1, 2.00"), "[tier, number]", "", True),  # a gap
        (("any, up to 5, 1.00", "any, over 5, 2.00"), "[tier, weight]", "", True),  # there may be no weight
        (("[low, mid], any, 1.00", "high, any, 2.00"), "[tier, number]", "    when: {loud: yes}\n", True),
    ],
)
def test_what_a_table_always_gives_need_not_be_so_otherwise(
    tmp_path: Path, monkeypatch: Any, lines: tuple[str, ...], asks: str, more: str, wanted: bool
) -> None:
    monkeypatch.setitem(globals(), "FACTS", BUILT)
    book = load(tmp_path, table(rows(*lines), asks, gives="total", more=more))
    assert any(one.side == "otherwise" for one in building_targets(book)) is wanted
    monkeypatch.setitem(globals(), "FACTS", BUILT.replace("combine: sum, otherwise: 0.00", "combine: sum"))
    codes = {one.code for one in told(tmp_path, table(rows(*lines), asks, gives="total", more=more))}
    assert ("sum-of-nothing" in codes) is wanted


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("count_of: {list: bags, where: {kind: a}, at_most: 0}", {"at", "after"}),  # not fewer than none
        ("count_of: {list: bags, where: {kind: a}, at_most: 1}", {"before", "at", "after"}),
        ("total_of: {list: bags, of: fee, at_most: 0.00}", {"before", "at", "after"}),
    ],
)
def test_there_are_no_fewer_than_no_records(tmp_path: Path, question: str, sides: set[str]) -> None:
    rule = f"rules:\n  r: {{title: {{zh: 例, en: R}}, when: {{{question}}}, then: {{fee: 9.00}}}}\n"
    found = Coverage(load(tmp_path, rule)).targets
    assert {one.side for one in found if one.kind == "edge"} == sides


def test_all_rows_count_and_what_is_so_otherwise_is_one_more(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setitem(globals(), "FACTS", BUILT)
    rule = "rules:\n  r: {title: {zh: 例, en: R}, when: {loud: yes}, then: {total: 9.00}}\n"
    more = "    otherwise: 4.00\n"
    book = load(tmp_path, rule + table(rows("low, any, 3.00"), gives="total", more=more))
    case = {"tier": "mid", "number": 1}
    assert answer(book, {**case, "loud": False}, tmp_path, "total") == Known(400)
    assert answer(book, {**case, "loud": True}, tmp_path, "total") == Known(1300)
    assert answer(book, {**case, "tier": "low", "loud": True}, tmp_path, "total") == Known(1200)


def test_every_record_gives_rows_to_what_the_case_builds(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setitem(globals(), "FACTS", BUILT)
    lines = rows("a, 2.00", "any, 1.00")
    book = load(tmp_path, table(lines, asks="kind", gives="total", more="    for_each: bags\n"))
    assert answer(book, {"bags": [{"kind": "a"}, {"kind": "b"}]}, tmp_path, "total") == Known(400)
    assert answer(book, {"bags": []}, tmp_path, "total") == Known(0)
    assert isinstance(answer(book, {"bags": [{"kind": "a"}, {}]}, tmp_path, "total"), Unknown)


def test_a_table_for_each_record_of_a_fact_that_no_records_build(tmp_path: Path) -> None:
    facts = FACTS.replace(
        "  word:", "  whole: {type: money, role: outcome, title: {zh: 共, en: whole}}\n  word:"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(globals(), "FACTS", facts)
        found = told(tmp_path, table(rows("a, 2.00"), "kind", "whole", "    for_each: bags\n"))
    assert str(found[0].message) == "a table for each record can only give facts of that record"
    assert "`combine: …` at `whole`" in str(found[0].help)


def test_the_first_row_counts_of_what_several_tables_build(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setitem(globals(), "FACTS", BUILT)
    more = "    overlap: first_row_counts\n"
    lines = rows("low, any, 3.00", "any, 1, 2.00")
    one, other = table(lines, gives="total", more=more), table(lines, gives="total", more=more)
    book = load(tmp_path, one + other.removeprefix("tables:\n").replace("  t:", "  u:"))
    assert answer(book, {"tier": "low", "number": 1}, tmp_path, "total") == Known(600)


def test_what_two_tables_give_is_a_conflict_if_both_have_a_row(tmp_path: Path) -> None:
    count = dispatch.FEWEST + 6  # so many rows are answered together
    facts = FACTS.replace("at_most: 9", "at_most: 99")
    one = table(rows(*(f"{n}, {n}.00" for n in range(1, count))), "number")
    other = table(rows(*(f"{n}, {n + 100}.00" for n in range(1, count))), "weight")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(globals(), "FACTS", facts)
        book = load(tmp_path, one + other.removeprefix("tables:\n").replace("  t:", "  u:"))
    assert answer(book, {"number": 3, "weight": "99"}, tmp_path) == Known(300)
    assert answer(book, {"number": 99, "weight": "3"}, tmp_path) == Known(10_300)
    assert isinstance(answer(book, {"number": 3, "weight": "3"}, tmp_path), Conflict)
    assert isinstance(answer(book, {"weight": "3"}, tmp_path), Unknown)


def test_rows_that_may_not_overlap_of_what_several_rules_build(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setitem(globals(), "FACTS", BUILT)
    lines = rows("low, any, 2.00", "any, 1, 2.00")  # the same twice is twice the same
    found = told(tmp_path, table(lines, gives="total", more="    overlap: refused\n"))
    assert [one.code for one in found] == ["table-overlap"]
    both = rows("low, any, 2.00, 3.00", "any, 1, 2.00, 4.00")  # they differ only in what is added up
    found = told(tmp_path, table(both, gives="[fee, total]", more="    otherwise: [1.00, 0.00]\n"))
    assert not [one for one in found if one.code == "table-overlap"]


def test_an_overlap_of_what_is_not_known_before_is_a_conflict(tmp_path: Path) -> None:
    book = load(tmp_path, table(rows("low, any, price", "any, 1, price")))
    assert answer(book, {"tier": "low", "number": 1, "price": "3.00"}, tmp_path) == Known(300)


@pytest.mark.parametrize(
    ("case", "fee"),
    [
        ({"tier": "low", "number": 1}, 100),
        ({"tier": "mid", "number": 1}, 200),
        ({"tier": "mid", "number": 2}, 300),
    ],
)
def test_the_first_row_counts(tmp_path: Path, case: dict[str, object], fee: int) -> None:
    more = "    overlap: first_row_counts\n"
    book = load(tmp_path, table(rows("low, any, 1.00", "any, 1, 2.00", "any, any, 3.00"), more=more))
    assert answer(book, case, tmp_path) == Known(fee)


def test_the_first_row_counts_before_what_is_so_otherwise(tmp_path: Path) -> None:
    more = "    overlap: first_row_counts\n    otherwise: 9.00\n"
    book = load(tmp_path, table(rows("low, any, 1.00", "any, 1, 2.00"), more=more))
    assert [answer(book, {"tier": "low", "number": one}, tmp_path) for one in (1, 2)] == [
        Known(100),
        Known(100),
    ]
    assert [answer(book, {"tier": "mid", "number": one}, tmp_path) for one in (1, 2)] == [
        Known(200),
        Known(900),
    ]


# ---------- TB5: otherwise


def test_otherwise_counts_where_certainly_no_row_holds(tmp_path: Path) -> None:
    book = load(tmp_path, table(rows("over 5, 1.00"), "weight", more="    otherwise: 0.50\n"))
    assert answer(book, {"weight": "6"}, tmp_path) == Known(100)
    assert answer(book, {"weight": "5"}, tmp_path) == Known(50)
    assert answer(book, {}, tmp_path) == Known(50)  # it has no value


def test_otherwise_does_not_count_where_something_is_not_known(tmp_path: Path) -> None:
    book = load(tmp_path, table(rows("low, any, 1.00"), more="    otherwise: 0.50\n"))
    assert isinstance(answer(book, {"number": 1}, tmp_path), Unknown)


# ---------- TB6: what is not known and does not matter


def outcome(book: Rulebook, case: dict[str, object], folder: Path) -> list[object]:
    found = []
    for engine in ENGINES:
        (one,) = [one for one in judge(book, case, folder, engine).outcomes if one.fact.path == "fee"]
        found.append(one.state)
    assert all(one == found[0] for one in found)
    return found


def test_a_column_that_does_not_matter_does_not_matter(tmp_path: Path) -> None:
    book = load(tmp_path, table(rows("any, 1, 40.00", "any, from 2, 40.00")))
    assert outcome(book, {"tier": "low"}, tmp_path)[0] == Known(4000)


def test_a_column_that_matters_leaves_the_answer_open(tmp_path: Path) -> None:
    book = load(tmp_path, table(rows("low, 1, 40.00", "low, from 2, 41.00", "not low, any, 1.00")))
    assert isinstance(outcome(book, {"tier": "low"}, tmp_path)[0], Unknown)
    assert outcome(book, {"tier": "mid"}, tmp_path)[0] == Known(100)


# ---------- TB7: versions


VERSIONS = """effective: {by: at}
tables:
  t:
    title: {zh: 表, en: T}
    asks: tier
    gives: fee
    versions:
      - rows: [[any, 1.00]]
      - {from: 2024-02-01, rows: [[low, 2.00], [not low, 3.00]]}
      - {from: 2024-03-01, until: 2024-03-31, file: march.csv}
"""
MARCH = "tier,fee\nany,4.00\n"


@pytest.mark.parametrize(
    ("at", "fee"),
    [
        ("2024-01-31 23:59:59", 100),
        ("2024-02-01 00:00", 200),
        ("2024-02-29 12:00", 200),
        ("2024-03-01 00:00", 400),
        ("2024-03-31 23:59:59", 400),
        ("2024-04-01 00:00", 200),
    ],
)
def test_versions(tmp_path: Path, at: str, fee: int) -> None:
    book = load(tmp_path, VERSIONS, march=MARCH)
    assert answer(book, {"at": at, "tier": "low"}, tmp_path) == Known(fee)


def test_a_row_keeps_its_version(tmp_path: Path) -> None:
    book = load(tmp_path, VERSIONS, march=MARCH)
    assert {"t row 1", "t (2024-02-01) row 2", "t (2024-03-01) row 1"} <= {*book.rules}
    decision = judge(book, {"at": "2024-03-05 00:00", "tier": "low"}, tmp_path)
    assert [key[0] for key in decision.findings.firings] == ["t (2024-03-01) row 1"]
    assert book.rules["t (2024-03-01) row 1"].title.get("en") == "T, row 1 (from 2024-03-01)"


def test_where_the_act_is_not_known_every_version_may_count(tmp_path: Path) -> None:
    facts = FACTS.replace("if_missing: never}", "}").replace(", }", "}")
    write(tmp_path, VERSIONS, march=MARCH)
    (tmp_path / "facts.yaml").write_text(facts, "utf-8")
    loaded = load_model(str(tmp_path), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    found = answer(loaded.rulebook, {"tier": "low"}, tmp_path)
    assert isinstance(found, Unknown)
    assert {one.name for one in found.waits} == {"at"}


def test_versions_need_an_act(tmp_path: Path) -> None:
    found = told(tmp_path, VERSIONS.replace("effective: {by: at}\n", ""), march=MARCH)
    assert [one.code for one in found] == ["undated-policy"]


def test_two_versions_from_one_day(tmp_path: Path) -> None:
    found = told(tmp_path, VERSIONS.replace("2024-03-01", "2024-02-01"), march=MARCH)
    assert [one.code for one in found] == ["overlapping-values"]


# ---------- TB8: records


def test_a_table_for_each_record(tmp_path: Path) -> None:
    more = "    for_each: bags\n"
    book = load(
        tmp_path, table(rows("a, low, 1.00", "a, not low, 2.00", "b, any, 3.00"), "[kind, tier]", more=more)
    )
    for engine in ENGINES:
        decision = judge(book, {"tier": "mid", "bags": [{"kind": "a"}, {"kind": "b"}, {}]}, tmp_path, engine)
        states = [decision.state_of(("bags.fee", record)) for record in range(3)]
        assert states[:2] == [Known(200), Known(300)]
        assert isinstance(states[2], Unknown)


def test_a_table_for_each_record_gives_no_fact_of_the_case(tmp_path: Path) -> None:
    text = table(rows("a, 1.00"), "kind", "fee", "    for_each: bags\n").replace("gives: fee", "gives: price")
    assert [one.code for one in told(tmp_path, text)] == ["wrong-conclusion"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (table(rows("low, 1.00")), "table-columns"),
        (table(rows("low, any, 1.00"), gives="price"), "wrong-conclusion"),
        (table(rows("low, any, 1.00"), gives="p.due"), "unknown-name"),
        (table(rows("low, any, 1.00"), "[tier, nummer]"), "unknown-name"),
        (table(rows("low, low, 1.00"), "[tier, tier]"), "table-columns"),
        (table(rows("low, any, none")), "bad-value"),
        (table(rows("low, any, any")), "bad-value"),
        (table(rows("low, any, [1.00]")), "bad-value"),
        (table(rows("low, any, 1.00"), more="    otherwise: [1.00, 2.00]\n"), "table-columns"),
        (table(rows("low, any, 1.00"), more="    otherwise: {word: x}\n"), "table-columns"),
        (table(rows("low, any, 1.00"), more="    overrides: [t]\n"), "unknown-rule"),
        (table(rows("low, any, 1.00"), more="    overrides: [t row 7]\n"), "unknown-rule"),
        (table(rows("low, any, 1.00"), more="    columns: [a]\n"), "unknown-key"),
        (table(rows("low, any, 1.00"), more="    overlap: unique\n"), "unknown-word"),
        (
            "rules:\n  t: {title: {zh: 例, en: R}, when: {loud: yes}, then: {fee: 9.00}}\n"
            + table(rows("low, any, 1.00")),
            "duplicate-name",
        ),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, code: str) -> None:
    assert code in [one.code for one in told(tmp_path, text)]


def test_natural_words_for_the_keys_are_answered(tmp_path: Path) -> None:
    for wrong, right in (("inputs", "asks"), ("outputs", "gives"), ("csv", "file"), ("default", "otherwise")):
        text = table(rows("low, any, 1.00"), more=f"    {wrong}: [x]\n")
        help = [str(one.help) for one in told(tmp_path, text) if one.code == "unknown-key"]
        assert help and f"`{right}`" in help[0], wrong


# ---------- V2: gaps, and boxes against brute force


def test_gaps_are_told_as_cells_are_written(tmp_path: Path) -> None:
    (found,) = [
        one
        for one in told(
            tmp_path,
            table(
                rows("low, any, 1.00", "[mid, high], 2 to 5, 2.00", "mid, [1, from 6], 3.00", "high, 1, 3.00")
            ),
        )
        if one.code == "table-gap"
    ]
    assert str(found.message) == "no row of `t` matches `tier: high; number: from 6`"
    assert str(found.help) == "add the row `[high, from 6, …]`, or add `otherwise`"


def test_bounds_and_choices_limit_what_is_a_gap(tmp_path: Path) -> None:
    assert not told(tmp_path, table(rows("[low, mid, high], 1 to 9, 1.00")))


@pytest.mark.parametrize(
    ("asks", "cells", "gap"),
    [
        ("zone", ["a", "b"], "[not a, not b]"),
        ("zone", ["a", "not a"], None),
        ("zone", ["in near", "not in near"], None),
        ("zone", ["in near", "B1"], "[not A1, not A2, not B1]"),
        ("weight", ["up to 50", "over 53"], "over 50 to 53"),
        ("weight", ["under 50", "from 53"], "from 50 under 53"),
        ("weight", ["under 50", "over 50"], "50"),
        ("loud", ["yes"], "no"),
        ("length", ["up to 36 hours", "over 2 days"], "over 36 hours to 2 days"),
        ("weight", ["none"], "any"),
    ],
)
def test_gaps_of_one_column(tmp_path: Path, asks: str, cells: Sequence[str], gap: str | None) -> None:
    found = [
        one
        for one in told(tmp_path, table(rows(*(f"{one}, 1.00" for one in cells)), asks))
        if one.code == "table-gap"
    ]
    assert [str(one.message) for one in found] == (
        [] if gap is None else [f"no row of `t` matches `{asks}: {gap}`"]
    )


def test_otherwise_leaves_no_gap(tmp_path: Path) -> None:
    assert not told(tmp_path, table(rows("low, any, 1.00"), more="    otherwise: 2.00\n"))


TIERS, NUMBERS = ("low", "mid", "high"), range(1, 10)


def draw_rows(chance: random.Random) -> list[tuple[str, str]]:
    def tier() -> str:
        one, other = chance.sample(TIERS, 2)
        return chance.choice(["any", one, f"not {one}", f"[{one}, {other}]", f"[not {one}, not {other}]"])

    def number() -> str:
        low, high = sorted(chance.sample(NUMBERS, 2))
        return chance.choice(
            [
                "any",
                str(low),
                f"{low} to {high}",
                f"over {low}",
                f"under {high}",
                f"from {low}",
                f"up to {high}",
                f"over {low} to {high}",
                f"not {low}",
                f"[{low}, over {high}]",
                f"not {low} to {high}",
            ]
        )

    return [(tier(), number()) for _ in range(chance.randint(1, 6))]


@pytest.mark.parametrize("seed", range(30))
def test_boxes_are_those_of_brute_force(tmp_path: Path, seed: int) -> None:
    lines = draw_rows(random.Random(seed))
    book = load(tmp_path, table(rows(*(f"{tier}, {number}, price" for tier, number in lines))))
    version = book.tables["t"].versions[0]
    boxes = Boxes(book, book.tables["t"], version)
    covered = {}
    for tier, number in itertools.product(TIERS, NUMBERS):
        decision = judge(book, {"tier": tier, "number": number, "price": "1.00"}, tmp_path, "compiled")
        covered[tier, number] = {int(key[0].rpartition(" ")[2]) - 1 for key in decision.findings.firings}
    pairs = {pair for held in covered.values() for pair in itertools.combinations(sorted(held), 2)}
    assert {*boxes.meeting()} == pairs
    alone = {row for held in covered.values() if len(held) == 1 for row in held}
    holding = {row for held in covered.values() for row in held}
    assert {*boxes.inside()} & holding == holding - alone
    gaps = {one for box in boxes.gaps() for one in points(boxes.text(box), tmp_path)}
    assert gaps == {point for point, held in covered.items() if not held}
    for one, other in pairs:
        common = {*points(boxes.text(boxes.common(one, other)), tmp_path)}
        assert common == {point for point, held in covered.items() if {one, other} <= held}


def points(cells: Sequence[str], folder: Path) -> Iterator[tuple[str, int]]:
    """Return the inputs for which the cells hold that a check has written."""
    book = load(folder / "said", table(rows(f"{', '.join(cells)}, 1.00")))
    for tier, number in itertools.product(TIERS, NUMBERS):
        if judge(book, {"tier": tier, "number": number}, folder, "compiled").findings.firings:
            yield tier, number


# ---------- many rows


def price_list(count: int, more: str = "") -> tuple[str, str]:
    text = table("", "[weight, tier]", more=more).replace("    rows:\n", "    file: f.csv\n")
    lines = ["weight,tier,fee"]
    for number in range(count // 3):
        cell = (
            "up to 1"
            if number == 0
            else f"over {number}"
            if number == count // 3 - 1
            else f"over {number} to {number + 1}"
        )
        lines += [f"{cell},{tier},{3 * number + place}.00" for place, tier in enumerate(TIERS)]
    return text, "\n".join(lines) + "\n"


def test_a_thousand_rows_are_checked_soon_and_judged_at_once(tmp_path: Path) -> None:
    policy, text = price_list(1002)
    start = time.process_time()
    book = load(tmp_path, policy, f=text)
    assert time.process_time() - start < 6  # 1 s on a machine of its own
    judged = prepare(book, {}, engine="compiled")
    assert judge(book, {"weight": "100.5", "tier": "mid"}, tmp_path).state_of(("fee", None)) == Known(30100)
    path = tmp_path / "case.json"
    found = judged.evaluate(str(path), "2024-06-01 00:00")
    assert found.state_of(("fee", None)) == Known(30100)


def test_many_rows_are_looked_up_and_not_asked_one_by_one(tmp_path: Path) -> None:
    policy, text = price_list(60)
    book = load(tmp_path, policy, f=text)
    steps = dispatch.steps_of(lower_rulebook(book))
    (found,) = [one for one in steps if isinstance(one, dispatch.Dispatch)]
    assert len(found.rules) == 60
    assert sorted(one.name for one in found.columns) == ["tier", "weight"]


@pytest.mark.parametrize(
    "how", ["", ", otherwise: 7.00", ", combine: sum, otherwise: 0.00", ", combine: greatest"]
)
@pytest.mark.parametrize(
    "more", ["", "    otherwise: 0.50\n", "    overlap: first_row_counts\n    otherwise: price\n"]
)
def test_many_rows_mean_what_each_of_them_means(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str, how: str
) -> None:
    """Also beside an ordinary rule, and where several rules build the fact, or it says what is so otherwise."""
    fee = "fee: {type: money, role: outcome, title: {zh: 费, en: fee}"
    monkeypatch.setitem(globals(), "FACTS", FACTS.replace(fee, fee + how, 1))
    policy, text = price_list(60, more)
    rule = (
        "rules:\n  r: {title: {zh: 例, en: R}, when: {loud: yes}, then: {fee: price}, overrides: [t row 5]}\n"
    )
    book = load(tmp_path, rule + policy, f=text.replace("over 5 to 6,mid", "none,any"))
    assert dispatch.Dispatch in {type(one) for one in dispatch.steps_of(lower_rulebook(book))}
    cases: list[dict[str, object]] = [
        {"weight": weight, "tier": tier, "loud": False}
        for weight in ("0", "1", "1.000001", "5.5", "7.5", "19", "25")
        for tier in TIERS
    ]
    cases += [{}, {"tier": "low"}, {"weight": "3"}, {"weight": "5.5"}]
    cases += [{"weight": "1.5", "tier": "mid", "loud": True, **one} for one in ({}, {"price": "2.00"})]
    agree_on(tmp_path, book, cases, ("fee", None))


def agree_on(
    folder: Path, book: Rulebook, cases: Sequence[dict[str, object]], key: tuple[str, int | None]
) -> None:
    """Hold what the compiled engine finds against the reference."""
    engines = [prepare(book, {}, engine=engine) for engine in ("reference", "compiled")]
    for case in cases:
        path = folder / "case.json"
        path.write_text(json.dumps({"case": "c", **case}), "utf-8")
        one, other = (engine.evaluate(str(path), "2024-06-01 00:00").findings for engine in engines)
        assert one.states[key] == other.states[key], case
        assert one.resolved[key] == other.resolved[key]
        assert one.firings == other.firings
        assert one.open_rules == other.open_rules
        assert one.open_names == other.open_names
        assert dict(one.rules) == dict(other.rules)


@pytest.mark.parametrize("how", ["sum, otherwise: 0.00", "least", "greatest, otherwise: 3.00"])
@pytest.mark.parametrize("more", ["", "    overlap: first_row_counts\n", "    otherwise: 0.25\n"])
def test_many_rows_for_every_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, more: str
) -> None:
    whole = (
        f"  total: {{type: money, role: outcome, title: {{zh: 合计, en: total}}, combine: {how}}}\nsets:\n"
    )
    facts = FACTS.replace("sets:\n", whole).replace(
        "      kind:", "      size: {type: count, title: {zh: 大小, en: size}}\n      kind:"
    )
    monkeypatch.setitem(globals(), "FACTS", facts)
    lines = [f"{number}, {'price' if number % 7 == 3 else f'{number}.00'}" for number in range(30)]
    policy = table(rows(*lines), "size", "total", "    for_each: bags\n    when: {loud: yes}\n" + more)
    book = load(tmp_path, "applies_to: {tier: [low, mid]}\n" + policy)
    assert dispatch.Dispatch in {type(one) for one in dispatch.steps_of(lower_rulebook(book))}
    told = {"tier": "low", "loud": True, "price": "2.50"}
    bags: list[dict[str, object]] = [{"size": 3}, {"size": 3}, {"size": 29}, {"size": 99}, {}]
    chosen = [{**told, "bags": [*some]} for some in itertools.combinations(bags, 2)]
    silent = [
        {key: value for key, value in told.items() if key not in left}
        for left in (("tier",), ("price",), ("loud",))
    ]
    cases: list[dict[str, object]] = [*chosen, {**told, "bags": []}, told, *silent, {**told, "tier": "high"}]
    cases += [{**one, "bags": bags[:2]} for one in silent]
    agree_on(tmp_path, book, cases, ("total", None))


def test_a_plan_grows_with_the_rows_of_which_the_first_counts(tmp_path: Path) -> None:
    lengths = []
    for count in (150, 300):
        policy, text = price_list(count, "    overlap: first_row_counts\n    otherwise: 0.50\n")
        lengths.append(len(write_plan(lower_rulebook(load(tmp_path / str(count), policy, f=text)))))
    assert lengths[1] < 2.2 * lengths[0]


def test_what_is_so_otherwise_can_be_computed_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = FACTS.replace(
        "      kind:", "      price: {type: money, title: {zh: 包价, en: bag price}}\n      kind:"
    )
    monkeypatch.setitem(globals(), "FACTS", facts)
    total = "    otherwise: {total_of: {list: bags, of: price}}\n"
    book = load(tmp_path, table(rows("low, any, 1.00"), more=total))
    case: dict[str, object] = {"tier": "mid", "number": 1, "bags": [{"price": "2.00"}, {"price": "3.00"}]}
    assert answer(book, case, tmp_path) == Known(500)
    assert answer(book, {**case, "tier": "low"}, tmp_path) == Known(100)
    by_name = total.replace("{total_of", "{fee: {total_of").replace("}\n", "}}\n")
    assert answer(load(tmp_path, table(rows("low, any, 1.00"), more=by_name)), case, tmp_path) == Known(500)


# ---------- TB6: a column that is not known


@pytest.mark.parametrize("seed", range(12))
def test_what_is_possible_is_what_the_unknown_values_of_columns_give(tmp_path: Path, seed: int) -> None:
    """By brute force: a column that does not matter does not matter, whatever each row says by itself."""
    chance = random.Random(seed)
    lines = [f"{tier}, {number}, {chance.randint(1, 2)}.00" for tier, number in draw_rows(chance)]
    book = load(tmp_path, table(rows(*lines), more="    overlap: first_row_counts\n    otherwise: 1.00\n"))
    engine = prepare(book, {}, engine="compiled")
    for told_of in ({}, {"tier": chance.choice(TIERS)}, {"number": chance.choice(NUMBERS)}):
        given: dict[str, object] = {"case": "c", **told_of}
        whole = [
            engine.evaluate({"tier": tier, "number": number, **given}, as_of="2024-06-01 00:00")
            for tier, number in itertools.product(TIERS, NUMBERS)
        ]
        answers = {repr(one.state_of(("fee", None))) for one in whole}
        decision = engine.evaluate(given, as_of="2024-06-01 00:00")
        (outcome,) = [one for one in decision.outcomes if one.fact.path == "fee"]
        if isinstance(outcome.state, Known):
            assert {repr(Known(outcome.state.value))} == answers
        else:
            assert outcome.exactness == "exact"
            assert {repr(Known(one)) for one in outcome.possible} == answers and len(answers) > 1


def test_many_intervals_of_unknown_columns_are_all_tried_and_not_each_with_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weight = "weight: {type: number, title: {zh: 重, en: weight}, at_least: 0"
    monkeypatch.setitem(globals(), "FACTS", FACTS.replace(weight + ", if_missing: none", weight))
    judged = []
    for count in (300, 600):
        policy, text = price_list(count)
        engine = prepare(load(tmp_path / str(count), policy, f=text), {}, engine="compiled")
        decision = engine.evaluate({"case": "c"}, as_of="2024-06-01 00:00")
        assert decision.refinement is not None
        refiner, counted = decision.refinement.refiner, Counter[str]()
        monkeypatch.setattr(refiner, "_parts", {})
        monkeypatch.setattr(refiner, "engine", Counting(refiner.engine, counted))
        (outcome,) = [one for one in decision.outcomes if one.fact.path == "fee"]
        assert outcome.exactness == "exact" and not outcome.may_be_absent
        assert [*outcome.possible] == [100 * number for number in range(count)]
        judged.append(counted["runs"])
    assert judged[1] < 2.2 * judged[0]


# ---------- what is told of tables


def test_show_prints_the_rows(tmp_path: Path) -> None:
    book = load(tmp_path, table(rows("low, 2..3, 1.00", "not low, any, 2.00"), more="    otherwise: 3.00\n"))
    card = Cards(book, Speech("en")).of("t")
    assert card is not None
    assert "By “tier” and “number”, it gives “fee”." in " ".join(card.split())
    assert "  1  low      2..3    1.00" in card
    assert "Where no row matches: “fee” is 3.00" in " ".join(card.split())


def changes(folder: Path, old: str, new: str) -> list[str]:
    before, after = (load(folder / name, text) for name, text in (("old", old), ("new", new)))
    return [
        f"{one.kind} {one.what}: {detail.get('en')}"
        for one in compare(before, after)
        for detail in one.details
    ]


def test_another_price_is_told_of_its_row_wherever_that_stands(tmp_path: Path) -> None:
    old = table(rows("low, any, 1.00", "not low, any, 2.00"))
    new = table(rows("not low, any, 2.00", "low, any, 1.50"))
    assert changes(tmp_path, old, new) == [
        "table changed: “tier” is “low”: “fee” is 1.00 USD → “fee” is 1.50 USD"
    ]


def test_spelling_order_and_place_are_no_change(tmp_path: Path) -> None:
    old, new = (
        table(rows("low, 2 to 3, 1.00", "not low, any, 2.00")),
        table(rows("not low, any, 2.00", "low, 2..3, 1.00")),
    )
    assert changes(tmp_path, old, new) == []


def test_the_order_matters_where_the_first_row_counts(tmp_path: Path) -> None:
    more = "    overlap: first_row_counts\n"
    old, new = (
        table(rows(*lines), more=more)
        for lines in (("low, any, 1.00", "any, 1, 2.00"), ("any, 1, 2.00", "low, any, 1.00"))
    )
    assert changes(tmp_path, old, new) == [
        "table changed: the rows are in a different order, and the first match counts"
    ]


def test_new_and_gone_rows_and_tables_are_told(tmp_path: Path) -> None:
    old, new = (
        table(rows("low, any, 1.00", "mid, any, 2.00")),
        table(rows("low, any, 1.00", "high, any, 2.00")),
    )
    assert changes(tmp_path, old, new) == [
        "table changed: new row: “tier” is “high”: “fee” is 2.00 USD",
        "table changed: row removed: “tier” is “mid”: “fee” is 2.00 USD",
    ]


def test_an_editor_knows_tables(tmp_path: Path) -> None:
    text = (
        HEAD
        + "rules:\n  r: {title: {en: R}, when: {a: 1}, then: {b: 1}, overrides: [t, t row 1]}\n"
        + table(rows("low, any, cost"))
    )
    node, _ = read_yaml(
        text + "amounts:\n  cost: {title: {en: c}, base: price}\n  low: {title: {en: l}, base: price}\n",
        "p.yaml",
    )
    assert node is not None
    index = Index([("policy", node)])
    assert [use.written for use in index.uses_of(index.symbols["table", "t"])] == ["t", "t", "t row 1"]
    # A cell that asks is a value, whatever else has its name; what is given can be a name.
    assert [use.written for use in index.uses_of(index.symbols["amount", "low"])] == ["low"]
    assert [use.written for use in index.uses_of(index.symbols["amount", "cost"])] == ["cost", "cost"]
    assert table_of("t (2024-02-01) row 12") == table_of("t otherwise") == table_of("t") == "t"


# ---------- a table with an act of its own


def test_the_act_of_a_record_tells_the_version(tmp_path: Path) -> None:
    more = "    for_each: visits\n    effective: {by: on}\n"
    text = table("", "kind", more=more).replace(
        "    rows:\n",
        "    versions: [{rows: [[any, 1.00]]}, {from: 2024-02-01, rows: [[a, 2.00], [b, 3.00]]}]\n",
    )
    visits = """  visits:
    title: {zh: 访, en: visits}
    facts:
      on: {type: instant, title: {zh: 日, en: visited at}}
      kind: {type: choice, title: {zh: 种, en: kind}, values: {a: {zh: 甲, en: a}, b: {zh: 乙, en: b}}}
      fee: {type: money, role: outcome, title: {zh: 访费, en: visit fee}}
"""
    write(tmp_path, text)
    (tmp_path / "facts.yaml").write_text(FACTS + visits, "utf-8")
    loaded = load_model(str(tmp_path), ())
    assert loaded.rulebook is not None, loaded.diagnostics
    case: dict[str, object] = {
        "visits": [{"on": "2024-01-31 23:59:59", "kind": "a"}, {"on": "2024-02-01 00:00", "kind": "a"}]
    }
    for engine in ENGINES:
        decision = judge(loaded.rulebook, case, tmp_path, engine)
        assert [decision.state_of(("visits.fee", record)) for record in range(2)] == [Known(100), Known(200)]


def test_a_table_has_days_of_its_own(tmp_path: Path) -> None:
    book = load(
        tmp_path,
        table(rows("any, any, 1.00"), more="    effective: {by: at, from: 2024-02-01, until: 2024-02-29}\n"),
    )
    for at, fee in (
        ("2024-01-31 23:59:59", ABSENT),
        ("2024-02-01 00:00", Known(100)),
        ("2024-03-01 00:00", ABSENT),
    ):
        assert answer(book, {"at": at, "tier": "low", "number": 1}, tmp_path) == fee
