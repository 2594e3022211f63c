"""``policyengine init --from``: a vocabulary proposed from cases; guesses are said, cases can be judged."""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policyengine.cli import codes, main
from policyengine.diagnostics.diagnostic import FaultsFound
from policyengine.diagnostics.i18n import Speech
from policyengine.loading.load import load_files
from policyengine.model.rulebook import Rulebook
from policyengine.reading.case.reader import CaseReader
from policyengine.reading.rule_files import SourceFile
from policyengine.starting.guess import Ground, guess
from policyengine.starting.house import Said, house_of, party
from policyengine.starting.names import free_name, one_line, scalar, slug
from policyengine.starting.proposal import CASES, propose, usual
from policyengine.starting.samples import Samples, Value, read_samples
from policyengine.syntax.json_reader import Number
from policyengine.syntax.yaml_reader import read_yaml
from policyengine.syntax.yaml_tree import MappingNode, Scalar
from policyengine.values.currencies import currency_of

GROUND = Ground(ZoneInfo("Europe/Berlin"), currency_of("EUR"))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ending:
        main([*arguments, "--lang", "en"])
    shown = capsys.readouterr()
    return int(str(ending.value.code or 0)), shown.out, shown.err


def numbers(*digits: str) -> list[Value]:
    return [Number(one) for one in digits]


@pytest.mark.parametrize(
    ("head", "values", "type", "doubt"),
    [
        # Certain: nothing is said.
        ("express", ["yes", "No", "y"], "boolean", ""),
        ("vip", [True, False], "boolean", ""),
        ("share", ["5%", "0,5 %"], "percent", ""),
        ("paid", ["2026-03-02 10:00", "2026-03-02T10:00:00Z", "2026/3/2 9:05:01"], "instant", ""),
        ("due", ["2026-03-02", "2026年3月2日"], "date", ""),
        ("due", ["31.12.2026", "1.2.2026"], "date", ""),
        ("due", ["12/31/2026", "1/2/2026"], "date", ""),
        ("bags", numbers("3", "12"), "count", ""),
        ("number of items", ["3", "12"], "count", ""),
        ("weight", numbers("1.5", "1e1"), "number", ""),
        ("price", ["EUR 5.00", "EUR 7"], "money", ""),
        ("remark", ["any", "words"], "text", ""),
        # A guess that is said.
        ("price", ["12,50", "1.200,00"], "money", "an amount of money, by its decimals"),
        ("price", ["1,200.50", "3.00"], "money", "an amount of money, by its decimals"),
        ("price", ["5", "7"], "money", "by the name of the column"),
        ("price", ["€5.00", "€ 7"], "money", "`€` is taken to mean EUR"),
        ("weight", numbers("1.50", "2.75"), "money", "by its decimals; else write `type: number`"),
        ("done", ["0", "1"], "count", "only 0 and 1"),
        ("rate", ["0.5", "0.25"], "number", "a percentage?"),
        ("state", ["new", "old", "new", "old"], "choice", "2 different values in 4"),
        ("empty", [], "text", "no case has a value"),
        # What can be read in two ways stays a text.
        ("price", ["1,200"], "text", "is the comma one of thousands, or a decimal one?"),
        ("price", ["1.200"], "text", "is the point a decimal one, or one of thousands?"),
        ("due", ["3/4/2026"], "text", "does the day come first, or the month?"),
        ("due", ["2026-03-02", "2026-03-02 10:00"], "text", "some have a time of day"),
        ("price", ["EUR 5", "USD 5"], "text", "several currencies or units: EUR, USD"),
        ("price", ["USD 5"], "text", "`USD` is not the currency of the rulebook, EUR"),
        ("zip", ["01234", "10115"], "text", "begin with a zero"),
        ("order id", ["1001", "1002"], "text", "seem to name something"),
        ("at", ["2026-03-29 02:30"], "text", "does not exist in Europe/Berlin"),
        ("at", ["2026-13-01"], "text", "is not a day of the calendar"),
        ("huge", numbers("1e400"), "text", "too large"),
        ("mixed", [True, "maybe", *numbers("3")], "text", "several kinds"),
    ],
)  # fmt: skip
def test_a_type_is_guessed_and_said(head: str, values: list[Value], type: str, doubt: str) -> None:
    found = guess(values, head, GROUND)
    said = " / ".join(Speech("en").message(one) for one in found.doubts)
    assert found.type.value == type
    assert (doubt in said) if doubt else not said


@pytest.mark.parametrize(
    ("values", "spelled"),
    [
        (["12,50", "1.200,00"], ["12.50", "1200.00"]),
        (["1,200.50"], ["1200.50"]),
        (["31.12.2026 9:05"], ["2026-12-31 09:05:00"]),
        (["2026-03-02T10:00:00.250+08:00"], ["2026-03-02 10:00:00+08:00"]),
        (["ja", "nein"], ["yes", "no"]),
        (["Not yet", "已付款"] * 3, ["not_yet", "paid"]),
        (["none", "NONE"] * 3, ["none_value", "none_value_2"]),
    ],
)
def test_values_are_spelled_as_the_language_has_them(values: list[Value], spelled: list[str]) -> None:
    assert list(guess(values, "price", GROUND).spelled.values()) == spelled


def test_names_are_made_of_what_people_write() -> None:
    written = ("Order Total", "orderTotal", "Größe (kg)", "订单金额", "2024", "…", "客户姓氏")
    names = ["order_total", "order_total", "groesse_kg", "order_amount", "n_2024", "", ""]
    assert [slug(one) for one in written] == names
    assert free_name("first", ()) == "first_value" and free_name("a", {"a", "a_2"}) == "a_3"
    assert party("店主", {}, ["x"]) == ("party_2", "店主") and party("buyer", {"buyer": "Käufer"}, []) == (
        "buyer",
        "Käufer",
    )


@given(st.text(max_size=30))
def test_every_text_is_a_scalar_within_braces(text: str) -> None:
    shown = one_line(text) or "x"
    tree, faults = read_yaml(f"a: {{en: {scalar(shown)}, zh: y}}\n", "")
    assert not faults and isinstance(tree, MappingNode) and isinstance(tree.entries[0].value, MappingNode)
    inner = tree.entries[0].value.get("en")
    assert isinstance(inner, Scalar) and inner.text == shown


def proposed(samples: Samples, language: str = "en") -> tuple[Rulebook, str]:
    house = house_of(usual(samples, Said(language=language), "given"), language)
    files = propose(samples, house, Ground(ZoneInfo(house.zone), currency_of(house.currency))).files
    kinds = {"rulebook.yaml": "rulebook", "facts.yaml": "facts", "policies/first.yaml": "policy"}
    sources = [SourceFile(kind, path, files[path].encode(), ()) for path, kind in kinds.items()]
    loaded = load_files("", sources, (), (), is_saved=False)
    assert loaded.rulebook is not None, (loaded.diagnostics, files["facts.yaml"])
    return loaded.rulebook, files[CASES]


_KEYS = st.sampled_from(
    ["a", "b", "first", "as_of", "case", "a.b", "Order Total", "订单", "", "x y", "none", '"]}', "\u202e"]
)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["C"]), max_size=5),  # JSON texts have no others
    st.sampled_from(
        ["1,200", "01", "3/4/2026", "2026-03-02", "2026-03-02 10:00", "5%", "€5", "yes", "1.50", "none"]
    ),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_KEYS, inner, max_size=3)),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@example([{"as_of": "x"}, {"as_of": {"as_of": "x", "a": 1}}])
@example([{"a": 1}, {"a.b": 2}, {"a": {"b": 3, "b.c": 4}}])
@given(st.lists(st.dictionaries(_KEYS, _VALUES, max_size=5), min_size=1, max_size=5))
def test_whatever_the_cases_are_the_proposal_is_sound_and_they_can_be_judged(
    cases: list[dict[str, object]],
) -> None:
    samples = Samples()
    spoken = [json.loads(json.dumps(case), parse_int=Number, parse_float=Number) for case in cases]
    for case in spoken:
        samples.add(case)
    if not samples.fields:
        return
    rulebook, lines = proposed(samples)
    reader = CaseReader(rulebook)
    assert len(lines.splitlines()) == len(cases)
    for line in lines.splitlines():
        case, faults = reader.read(line, "given.ndjson")
        assert case is not None, (faults, line)


CSV = (
    "Order ID,Order Total,Paid at,State,Express,Discount,Note\n"
    'A-1,19.99,2026-03-02T10:00:00Z,new,yes,5%,"hello, world"\n'
    "A-2,100.00,2026-03-02T11:00:00Z,new,no,10%,\n"
    "A-3,5.00,2026-03-03T10:00:00Z,done,no,0%,x\n"
    "A-4,7.50,2026-03-04T10:00:00Z,done,yes,5%\n"
)


def test_a_table_becomes_a_rulebook(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source, folder = tmp_path / "orders.csv", tmp_path / "rules"
    source.write_text("\ufeff" + CSV, "utf-8")
    code, out, err = run(capfd, "init", str(folder), "--from", str(source), "--currency", "EUR")
    assert code == codes.FINE and not err
    assert "state: 2 different values in 4" in out and "order_total: an amount of money" in out
    facts = (folder / "facts.yaml").read_text("utf-8")
    assert (
        "  # missing in 2 of 4; if there is none then, add `if_missing: none`\n  note: {type: text" in facts
    )
    code, out, err = run(capfd, "check", str(folder), str(folder / "cases/given.ndjson"))
    assert code == codes.FINE and "errors: 0" in err and "[unused]" in out
    assert run(capfd, "fmt", "--check", str(folder))[0] == codes.FINE
    code, out, err = run(capfd, "evaluate", str(folder / "cases/given.ndjson"), "--rules", str(folder))
    assert code == codes.FINE and "Case A-3" in out


def test_nested_cases_become_lists(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source, folder = tmp_path / "trips.ndjson", tmp_path / "rules"
    case = {
        "traveller": {"name": "Ann"},
        "bags": [{"weightKg": 12.5, "owner": {"age": 30}}],
        "tags": ["a"],
        "deep": [[1]],
    }
    source.write_text(
        json.dumps(case) + "\n" + json.dumps({"traveller": {"name": "Bob"}, "as_of": "2026-03-02 10:00"}),
        "utf-8",
    )
    code, out, _ = run(capfd, "init", str(folder), "--from", str(source))
    assert code == codes.FINE and "deep.value: a list within a list is left out" in out
    facts = (folder / "facts.yaml").read_text("utf-8")
    assert "traveller.name: {type: text" in facts
    assert "      weight_kg: {type: number" in facts and "      owner_age: {type: count" in facts
    assert "  # missing in 1 of 2; if there are no records then, add `if_missing: empty`\n  bags:" in facts
    lines = (folder / "cases/given.ndjson").read_text("utf-8").splitlines()
    assert json.loads(lines[0])["bags"] == [{"weight_kg": "12.5", "owner_age": 30}]
    assert json.loads(lines[1])["as_of"] == "2026-03-02 10:00:00"
    assert run(capfd, "evaluate", str(folder / "cases/given.ndjson"), "--rules", str(folder))[0] == codes.FINE


def test_chinese_heads_make_a_chinese_rulebook(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source, folder = tmp_path / "订单.csv", tmp_path / "rules"
    source.write_text("订单编号,订单金额,客户姓氏\n1001,¥19.90,王\n", "utf-8")
    code, out, _ = run(capfd, "init", str(folder), "--from", str(source))
    assert code == codes.FINE and "zh, CNY, Asia/Shanghai, CN" in out
    facts = (folder / "facts.yaml").read_text("utf-8")
    assert "order_amount: {type: money, title: 订单金额}" in facts and "column_3: {type: text" in facts
    assert "按 CNY 处理" in facts
    assert run(capfd, "check", str(folder))[0] == codes.FINE


@pytest.mark.parametrize(
    ("language", "title"),
    [("de", "Erste Regeln"), ("fr", "Premières règles"), ("es", "Primeras reglas"), ("ja", "最初の規則")],
)
def test_a_proposal_is_in_the_language_that_was_asked_for(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], language: str, title: str
) -> None:
    source, folder = tmp_path / "a.csv", tmp_path / "rules"
    source.write_text("Nummer,Betrag\na1,9.90\n", "utf-8")
    assert run(capfd, "init", str(folder), "--from", str(source), "--language", language)[0] == codes.FINE
    policy = (folder / "policies/first.yaml").read_text("utf-8")
    assert f"title: {title}\n" in policy and "First" not in policy and "declare" not in policy
    assert run(capfd, "check", str(folder))[0] == codes.FINE


def test_a_currency_that_all_sums_name_is_that_of_the_rulebook(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source, folder = tmp_path / "a.csv", tmp_path / "rules"
    source.write_text("price\nGBP 5.00\n7.00 GBP\n", "utf-8")
    assert "en, GBP, America/New_York, US" in run(capfd, "init", str(folder), "--from", str(source))[1]


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.csv", b"a,b,a\n1,2,3\n", "a.csv:1:5: error[csv-syntax]: two columns are named `a`"),
        ("a.csv", b'a,b\n1,2\n"x\n', "a.csv:3:1: error[csv-syntax]: the quote is not closed"),
        (
            "a.csv",
            b"a,b\n1,2,3\n",
            "a.csv:2:5: error[csv-syntax]: the row has 3 cells, and the first row names 2",
        ),
        ("a.csv", b"a;b\n1;2\n", "a.csv:1:1: error[csv-syntax]: the columns are separated by `;`"),
        ("a.csv", b"a,b\n1,\x00\n", "a.csv:2:3: error[file-encoding]"),
        ("a.csv", "a,金额\n".encode("gbk"), "it looks like GBK: save it as UTF-8"),
        ("a.csv", b"a,b\n1,x\x1by\n", "a.csv:2:3: error[bad-value]: the text holds the character U+001B"),
        ("a.csv", b"", "the file is empty"),
        (
            "a.csv",
            (",".join(f"c{i}" for i in range(2000)) + "\n").encode(),
            "more than 1,000 different fields",
        ),
        ("a.json", b"[{}, 1]", "a.json:1:6: error[wrong-shape]: a case is an object"),
        ("a.json", b'{"a": [}', "a.json:1:8: error[json-syntax]"),
        ("a.json", b"[]", "there is no case in the file"),
        ("a.ndjson", b'{"a": 1}\n{"a":\n', "a.ndjson:2:6: error[json-syntax]"),
        ("a.xls", b"x", "is not a case file, going by its name"),
    ],
)
def test_hostile_cases_are_told_with_their_place(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    data: bytes,
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(data)
    code, out, err = run(capfd, "init", "rules", "--from", name)
    assert code == codes.CASE_FAULTS and not out and told in err and not Path("rules").exists()


def test_heads_cannot_break_out_of_their_titles(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source, folder = tmp_path / "a.csv", tmp_path / "rules"
    heads = [
        '"""]}: {x"',
        "# c",
        "first",
        "case.id",
        "x: y",
        "- z",
        "&a",
        "!!t",
        "{{a}}",
        "\u202eq",
        '"multi\nline"',
        "",
        "é",
    ]
    source.write_text(",".join(heads) + "\n" + ",".join("1" * len(heads)) + "\n", "utf-8")
    assert run(capfd, "init", str(folder), "--from", str(source))[0] == codes.FINE
    assert run(capfd, "check", str(folder), str(folder / "cases/given.ndjson"))[0] == codes.FINE


def test_what_is_no_file_is_told() -> None:
    samples, faults = read_samples("nowhere.csv")
    assert samples is None and faults[0].code == "file-missing"
    assert FaultsFound(faults).diagnostics[0].span.file == "nowhere.csv"
