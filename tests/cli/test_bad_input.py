"""Whatever people feed the command: a diagnostic with its place, an exit code, no traceback."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from frozen import FROZEN, RULES
from running import AS_OF, CASE, Run, spawn

from policyengine.diagnostics.diagnostic import error, message
from policyengine.diagnostics.i18n import Speech
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.system import system_reason
from policyengine.render.report import render_report
from policyengine.syntax.json_reader import read_json

FINE: tuple[str, ...] = ()


def case(**changes: object) -> str:
    """Return the example as JSON with facts replaced: ``order__total=…``; an Ellipsis takes one out."""
    data = json.loads((FROZEN / CASE).read_text("utf-8"))
    for name, value in changes.items():
        group, _, fact = name.partition("__")
        if value is ...:
            del data[group][fact]
        else:
            data.setdefault(group, {})[fact] = value
    return json.dumps(data, ensure_ascii=False, indent=1)


def raw(fact: str, literal: str) -> str:
    """Return a case in which a fact of the order is written so, on line 3, column 1."""
    return f'{{"order": {{\n"{fact}":\n{literal}}}}}'


# ---------- texts

TEXTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    # broken JSON
    "empty": ("", ("1:1 json-syntax",)),
    "blank": (" \n ", ("2:2 json-syntax",)),
    "cut off": ('{"order": {', ("1:12 json-syntax",)),
    "trailing comma": ('{"order": {},}', ("1:13 json-syntax",)),
    "single quotes": ("{'order': {}}", ("1:2 json-syntax",)),
    "garbage": ("nonsense", ("1:1 json-syntax",)),
    "two objects": ("{}\n{}", ("2:1 json-syntax",)),
    "tab in a text": ('{"case": "a\tb"}', ("1:12 json-syntax",)),
    "duplicate key": ('{"case": "a",\n"case": "b"}', ("2:1 duplicate-key",)),
    "duplicate fact": (
        '{"order": {"total": "1.00",\n "total": "2.00", "total": "3.00"}}',
        ("2:2 duplicate-key", "2:19 duplicate-key"),
    ),
    "brackets": ("[" * 100_000, ("1:101 json-depth",)),
    "deep value": (raw("total", "[" * 500 + "]" * 500), ("3:99 json-depth",)),
    "control character": (raw("total", '"1\\u001b[31m"'), ("3:1 json-text",)),
    "half a character": ('{"case": "\\ud800"}', ("1:10 json-text",)),
    # shapes
    "list": ("[]", ("1:1 wrong-shape",)),
    "text": ('"x"', ("1:1 wrong-shape",)),
    "number": ("3", ("1:1 wrong-shape",)),
    "null": ("null", ("1:1 wrong-shape",)),
    "group that is none": ('{"order":\n [1]}', ("2:2 wrong-shape",)),
    "null group": ('{"order": null}', ("1:11 wrong-shape",)),
    "list that is none": ('{"review": {"contacts":\n{}}}', ("2:1 wrong-shape",)),
    "record that is none": ('{"customer": {"reviews": [\n7]}}', ("2:1 wrong-shape",)),
    "record without a date": (
        '{"customer": {"reviews": [\n{"result": "bad"}]}}',
        ("2:1 undated-record",),
    ),
    "unknown field": (
        '{"customer": {"reviews": [{"created_at": "2012-01-01 10:00",\n"reslt": "bad"}]}}',
        ("2:1 unknown-fact",),
    ),
    "case name of another type": ('{"case": [1]}', ("1:10 wrong-type",)),
    "empty case name": ('{"case": ""}', ("1:10 wrong-type",)),
    "long case name": ('{"case": "' + "x" * 201 + '"}', ("1:10 wrong-type",)),
    # names
    "unknown fact": ('{"order": {"totl": "1.00"}}', ("1:12 unknown-fact",)),
    "unknown group": ('{"ordr": {"total": "1.00"}}', ("1:2 unknown-fact",)),
    "conclusion": ('{"penalty": {"points": 3}}', ("1:14 derived-fact",)),
    # a wrong type for each type of value
    "money: list": (raw("total", "[1]"), ("3:1 wrong-type",)),
    "money: boolean": (raw("total", "true"), ("3:1 wrong-type",)),
    "money: null": (raw("total", "null"), ("3:1 wrong-type",)),
    "money: object": (raw("total", "{}"), ("3:1 wrong-type",)),
    "money: text": (raw("total", '"much"'), ("3:1 bad-value",)),
    "money: empty": (raw("total", '""'), ("3:1 bad-value",)),
    "money: three decimals": (raw("total", '"1.234"'), ("3:1 bad-value",)),
    "money: three decimals, number": (raw("total", "1.234"), ("3:1 bad-value",)),
    "money: separators": (raw("total", '"1,000.00"'), ("3:1 bad-value",)),
    "money: exponent": (raw("total", "1e2"), FINE),
    "money: exponent, a text": (raw("total", '"1e2"'), ("3:1 bad-value",)),
    "money: 1e999": (raw("total", "1e999"), ("3:1 bad-value",)),
    "money: 1e-999999999": (raw("total", "1e-999999999"), ("3:1 bad-value",)),
    "money: huge": (raw("total", "9" * 5_000), ("3:1 bad-value",)),
    "money: NaN": (raw("total", "NaN"), ("3:1 json-number",)),
    "money: Infinity": (raw("total", "Infinity"), ("3:1 json-number",)),
    "money: -Infinity": (raw("total", "-Infinity"), ("3:1 json-number",)),
    "money: NaN as a text": (raw("total", '"NaN"'), ("3:1 bad-value",)),
    "money: full-width": (raw("total", '"１００"'), FINE),
    "money: in words": (raw("total", '"一百元"'), ("3:1 bad-value",)),
    "money: as it is said": (raw("total", '"100块"'), FINE),
    "money: negative": (raw("total", '"-1.00"'), ("3:1 out-of-bounds",)),
    "money: -0": (raw("total", "-0"), FINE),
    "money: number": (raw("total", "100.5"), FINE),
    "duration: number": (raw("promised_dispatch", "72"), ("3:1 wrong-type",)),
    "duration: no unit": (raw("promised_dispatch", '"72"'), ("3:1 bad-value",)),
    "duration: negative": (raw("promised_dispatch", '"-1 hours"'), ("3:1 bad-value",)),
    "duration: endless": (raw("promised_dispatch", '"99999999999999999999 hours"'), ("3:1 bad-value",)),
    "instant: number": (raw("paid_at", "1331517600"), ("3:1 wrong-type",)),
    "instant: boolean": (raw("paid_at", "false"), ("3:1 wrong-type",)),
    "instant: 30 February": (raw("paid_at", '"2012-02-30"'), ("3:1 bad-value",)),
    "instant: hour 25": (raw("paid_at", '"2012-03-12 25:00"'), ("3:1 bad-value",)),
    "instant: year 0": (raw("paid_at", '"0000-01-01"'), ("3:1 bad-value",)),
    "instant: year 9999": (raw("paid_at", '"9999-12-31 23:59:59"'), ("3:1 bad-value",)),
    "instant: without a zone": (raw("paid_at", '"2012-03-12 10:00:00"'), FINE),
    "boolean: number": ('{"item": {"defective":\n1}}', ("2:1 wrong-type",)),
    "boolean: text": ('{"item": {"defective":\n"maybe"}}', ("2:1 bad-value",)),
    "choice: number": (case(complaint__reason=1), ("11:13 wrong-type",)),
    "choice: unknown": (case(complaint__reason="late"), ("11:13 bad-value",)),
    "text: number": (
        '{"order": {"paid_at": "2012-01-01 10:00"}, "complaint": {"filed_at": "2012-01-02 10:00", '
        '"evidence": [{"submitted_at": "2012-01-03 10:00",\n"kind": 3}]}}',
        ("2:9 wrong-type",),
    ),
    # what facts say about each other
    "date before its cause": (case(complaint__filed_at="2012-03-11 09:00"), ("12:15 before-cause",)),
    "cause that never was": (case(complaint__filed_at=...), ("11:3 undated-fact", "12:26 before-cause")),
    "undated fact": ('{"review": {\n"result": "bad"}}', ("2:1 undated-fact",)),
    "shipping above the total": (case(order__shipping="100.01"), ("5:15 out-of-bounds",)),
    "fine": (case(), FINE),
}


def places(err: str, file: str) -> tuple[str, ...]:
    """Return ``line:column code`` of every diagnostic about a file."""
    found = []
    for line in err.splitlines():
        if line.startswith(f"{file}:"):
            place, _, rest = line.removeprefix(f"{file}:").partition(": error[")
            found.append(f"{place} {rest.partition(']')[0]}")
    return tuple(found)


@pytest.mark.parametrize("name", TEXTS)
def test_texts(run: Run, tmp_path: Path, name: str) -> None:
    text, wanted = TEXTS[name]
    path = tmp_path / "c.json"
    path.write_text(text, "utf-8", newline="")
    told = run("evaluate", str(path), *AS_OF, "--lang", "en")
    assert places(told.err, str(path)) == wanted
    assert (told.code, bool(told.out)) == ((3, False) if wanted else (0, True))
    assert all(len(line) < 500 for line in told.err.splitlines())
    chinese = run("evaluate", str(path), *AS_OF, "--lang", "zh")
    assert chinese.code == told.code


@pytest.mark.parametrize(
    ("text", "help"),
    [
        (raw("totl", '"1.00"'), "did you mean `order.total`?"),
        ('{"order_total": "1.00"}', "did you mean `order.total`?"),
        (case(complaint__reason="late_dispach"), "did you mean `late_dispatch`?"),
        (raw("total", "null"), "leave the fact out when nobody knows it"),
        (raw("total", "NaN"), "write a number"),
    ],
)
def test_help(run: Run, tmp_path: Path, text: str, help: str) -> None:
    path = tmp_path / "c.json"
    path.write_text(text, "utf-8")
    assert help in run("evaluate", str(path), "--lang", "en").err


# ---------- bytes

BYTES: Mapping[str, tuple[bytes, tuple[str, ...]]] = {
    "gbk": ('{"case":\n"迟到"}'.encode("gbk"), ("2:2 file-encoding",)),
    "utf-16": ('{"case": "a"}'.encode("utf-16"), ("1:1 file-encoding",)),
    "nul": (b'{"case": "a\0b"}', ("1:12 file-encoding",)),
    "bom": (b"\xef\xbb\xbf" + case().encode(), FINE),
    "crlf": (case().replace("\n", "\r\n").encode(), FINE),
    "crlf and a fault": (b'{"order": {\r\n"total":\r\n"x"}}\r\n', ("3:1 bad-value",)),
    "bom and a fault": (b'\xef\xbb\xbf{"ordr": {}}', ("1:2 unknown-fact",)),
    "empty": (b"", ("1:1 json-syntax",)),
    "only a bom": (b"\xef\xbb\xbf", ("1:1 json-syntax",)),
    "10 MB string": (b'{"order": {"total": "' + b"9" * 10_000_000 + b'"}}', ("1:21 bad-value",)),
    "10 MB name": (b'{"' + b"x" * 10_000_000 + b'": 1}', ("1:2 unknown-fact",)),
}


@pytest.mark.parametrize("name", BYTES)
def test_bytes(run: Run, tmp_path: Path, name: str) -> None:
    data, wanted = BYTES[name]
    path = tmp_path / "c.json"
    path.write_bytes(data)
    told = run("evaluate", str(path), *AS_OF, "--lang", "en")
    assert places(told.err, str(path)) == wanted
    assert told.code == (3 if wanted else 0)
    assert len(told.err) < 2_000


def test_files_that_are_none(run: Run, tmp_path: Path) -> None:
    for path, code in (
        (tmp_path / "none.json", "file-missing"),
        (tmp_path, "file-directory"),
        (tmp_path / ("x" * 300), "file-unreadable"),
    ):
        told = run("evaluate", str(path), "--lang", "en")
        assert told.code == 3 and places(told.err, str(path)) == (f"1:1 {code}",)


def test_many_faults_in_one_case(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    records = ",\n".join(['{"created_at": "x", "result": "y", "z": 1}'] * 20_000)
    path.write_text(f'{{"customer": {{"reviews": [{records}]}}}}', "utf-8")
    told = run("evaluate", str(path), "--lang", "en")
    assert told.code == 3
    found = places(told.err, str(path))
    assert found == ("1:42 bad-value", "1:57 bad-value", "1:62 unknown-fact")
    assert told.err.count("also in") == 3 and " 330, 331, 332, 333" in " ".join(told.err.split())


def test_many_faulty_lines(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "c.ndjson"
    path.write_text('{"order": {"total": "x"}}\n' * 5_000, "utf-8")
    told = run("evaluate", str(path), "--lang", "en")
    assert told.code == 3
    assert places(told.err, str(path)) == tuple(f"{line}:21 bad-value" for line in range(1, 5_001))
    assert '5000 | {"order": {"total": "x"}}' in told.err


def test_what_would_garble_a_terminal_is_spelled_out(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    data = json.loads(case())
    data["case"] = "a\u202eb\u2066c\u200f"
    path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    for words in ((), ("--trace",), ("--why", "penalty.points")):
        told = run("evaluate", str(path), *AS_OF, *words)
        assert told.code == 0 and not {"\u202e", "\u2066", "\u200f", "\x1b"} & set(told.out)
    # JSON escapes are refused, and what comes by an option too is shown escaped.
    data["case"] = "\x1b[31mred"
    path.write_text(json.dumps(data), "utf-8")
    told = run("evaluate", str(path), *AS_OF)
    assert told.code == 3 and "\x1b" not in told.err
    path.write_text(case(), "utf-8")
    told = run("evaluate", str(path), *AS_OF, "--set", "case=\x1b[31mred\u202e")
    assert "\x1b" not in told.out + told.err and "\u202e" not in told.out + told.err
    told = run("evaluate", str(path), *AS_OF, "--set", "order.total=\x1b[31m\u202e")
    assert told.code == 2 and "\x1b" not in told.err and "\u202e" not in told.err


def test_names_of_files_are_neutralised(run: Run) -> None:
    told = run("evaluate", "\x1b[31m\u202e.json", "--lang", "en")
    assert told.code == 3 and "\x1b" not in told.err and "\u202e" not in told.err


# ---------- options


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--set", "order.totl=1.00"), "--set order.totl=1.00: error[unknown-fact]"),
        (("--set", "order.totl="), "--set order.totl=: error[unknown-fact]"),
        (("--set", "order.total=x"), "--set order.total=x: error[bad-value]"),
        (("--set", "order.total=1.00", "--set", "order.total=x"), "--set order.total=x: error[bad-value]"),
        (("--set", "order.shipping=-1.00"), "--set order.shipping=-1.00: error[out-of-bounds]"),
        (("--set", "order.total=-1.00"), "--set order.total=-1.00: error[out-of-bounds]"),
        (("--set", "order.total.x=1"), "--set order.total.x=1: error[unknown-fact]"),
        (("--set", "order=1"), "--set order=1: error[wrong-shape]"),
        (("--set", "penalty.points=1"), "--set penalty.points=1: error[derived-fact]"),
        (("--set", "complaint.filed_at=2012-02-30"), "error[bad-value]"),
        (("--set", "complaint.evidence=1"), "error[wrong-shape]"),
        (("--set", "complaint.evidence.0.kind=x"), "error[unknown-fact]"),
        (("--set", "complaint.evidence.kind=x"), "error[unknown-fact]"),
        (("--set", "complaint.evidence.0.knd=x"), "error[unknown-fact]"),
        (("--set", "complaint.evidence.99999999999999999999.kind=x"), "error[unknown-fact]"),
        (("--set", "complaint.evidence.²=x"), "error[unknown-fact]"),
        (("--set", "..=x"), "error[unknown-fact]"),
        (("--set", "a" * 100_000 + "=x"), "error[unknown-fact]"),
        (("--set", ".".join("a" * 10_000) + "=x"), "error[unknown-fact]"),
        (("--set", "order.total"), "--set takes NAME=VALUE"),
        (("--set", "=3"), "--set takes NAME=VALUE"),
        (("--set", ""), "--set takes NAME=VALUE"),
        (("--as-of", "tomorrow"), "--as-of: "),
        (("--as-of", "2012-02-30"), "--as-of: "),
        (("--as-of", ""), "--as-of: "),
        (("--as-of", "9" * 10_000), "--as-of: "),
        (("--overlay", "nosuch"), "error[unknown-overlay]"),
        (("--overlay", "late_5pct"), "error[unknown-overlay]"),
        (("--assume", "A-99=x"), "--assume A-99=x: error[unknown-assumption]"),
        (("--assume", "A-13=x"), "--assume A-13=x: error[unknown-reading]"),
        (("--assume", "A-13"), "--assume takes NAME=VALUE"),
        (("--why", "nosuch"), "--why: nothing is named `nosuch`"),
        (("--why-not", "nosuch"), "--why-not: nothing is named `nosuch`"),
    ],
)
def test_options(run: Run, words: tuple[str, ...], told: str) -> None:
    ran = run("evaluate", CASE, *AS_OF, "--lang", "en", *words)
    assert ran.code == 2 and not ran.out
    # The sentences of click's usage errors are in the language of the process.
    assert told in ran.err or told.startswith(("--as-of", "--why")) or "NAME=VALUE" in told


def test_a_setting_does_not_hide_faults_of_the_case(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text(raw("total", '"x"'), "utf-8")
    assert run("evaluate", str(path), "--set", "order.shipping=x").code == 3
    assert run("evaluate", str(path), "--set", "order.total=1.00").code == 0  # it replaces the fault


# ---------- rule files


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POLICYENGINE_CACHE", "off")
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    return folder


def told_of(run: Run, folder: Path) -> tuple[tuple[str, ...], str]:
    """Return ``file:line:column code`` of everything wrong, as check and evaluate agree to say it."""
    data = json.loads(run("check", str(folder), "--format", "json").out)["diagnostics"]
    errors = [one for one in data if one["severity"] == "error"]
    evaluated = run("evaluate", CASE, "--rules", str(folder), "--lang", "en")
    assert evaluated.code == 1 and not evaluated.out
    assert len(evaluated.err) < 100_000
    for one in errors:
        assert f"error[{one['code']}]" in evaluated.err
    found = tuple(
        f"{os.path.relpath(one['file'], folder)}:{one['line']}:{one['column']} {one['code']}"
        for one in errors
    )
    return found, evaluated.err


def test_rules_that_are_not_there(run: Run, tmp_path: Path) -> None:
    assert told_of(run, tmp_path / "none")[0] == (".:1:1 file-missing",)
    file = tmp_path / "file"
    file.write_text("")
    assert told_of(run, file)[0] == (".:1:1 file-missing",)
    (tmp_path / "empty").mkdir()
    assert told_of(run, tmp_path / "empty")[0] == (
        "facts.yaml:1:1 file-missing",
        "rulebook.yaml:1:1 file-missing",
    )


def test_rules_without_facts(run: Run, rules: Path) -> None:
    (rules / "facts.yaml").unlink()
    assert told_of(run, rules)[0] == ("facts.yaml:1:1 file-missing",)


def test_policies_that_are_a_file(run: Run, rules: Path) -> None:
    shutil.rmtree(rules / "policies")
    (rules / "policies").write_text("")
    assert "policies:1:1 file-directory" in told_of(run, rules)[0]


def test_a_folder_among_the_policies(run: Run, rules: Path) -> None:
    (rules / "policies/x.yaml").mkdir()
    assert told_of(run, rules)[0] == ("policies/x.yaml:1:1 file-directory",)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (BOMB.encode(), {"yaml-alias", "yaml-expansion"}),
        (b"a: " + b"[" * 10_000, {"yaml-depth"}),
        (b"a: " + b"{a: " * 10_000, {"yaml-depth"}),
        ("".join(" " * n + "a:\n" for n in range(3_000)).encode(), {"yaml-depth"}),
        (b"rules:\n\t- x\n", {"yaml-tab", "yaml-syntax"}),
        ("规则: 迟到\n".encode("gbk"), {"file-encoding"}),
        (b"a: b\0c\n", {"file-encoding"}),
        (b"", {"yaml-empty"}),
        (b"- 1\n", {"wrong-shape"}),
        (b"a: !!python/object/apply:os.system [x]\n", {"yaml-tag"}),
        (b"a: " + b"x" * 5_000_000 + b"\n", {"yaml-size"}),
    ],
)
def test_rule_files_that_are_none(run: Run, rules: Path, data: bytes, codes: set[str]) -> None:
    (rules / "policies/complaint.yaml").write_bytes(data)
    found, _ = told_of(run, rules)
    ours = {one.split()[1] for one in found if one.startswith("policies/complaint.yaml:")}
    assert ours and ours <= codes


def test_nothing_is_hidden_behind_a_process(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text("[" * 100_000, "utf-8")
    told = spawn("evaluate", str(path))
    assert told.returncode == 3 and b"error[json-depth]" in told.stderr and b"Traceback" not in told.stderr


def test_a_choice_that_is_nearly_written_by_its_title_is_told_by_that(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text('{"case": "A", "complaint": {"reason": "未按约定时间发貨"}}', "utf-8")
    ran = run("evaluate", str(path), "--lang", "en")
    assert "did you mean `not dispatched when agreed` (`late_dispatch`)?" in ran.err


def test_a_name_that_nothing_has_is_answered_by_names(run: Run) -> None:
    ran = run("evaluate", CASE, *AS_OF, "--why", "zzz", "--lang", "en")
    assert ran.code == 2
    assert "nothing is named `zzz` in this case; write for example one of `compensation.due`," in ran.err


@pytest.mark.parametrize("column", [0, 3, 9])
def test_a_caret_stands_below_its_place_behind_tabs(column: int, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("\t" * column + "key: bad\n", "utf-8")
    span = Span(str(path), 1, column + 6, 1, column + 9)
    _, line, caret, *_ = render_report([error("x", message("wrong"), span)], Speech("en")).split("\n")
    assert line.index("bad") == caret.index("^") and caret.count("^") == 3


@pytest.mark.parametrize(
    ("language", "told"), [("zh", "没有就删去这一项"), ("en", "leave it out if there is none")]
)
def test_nothing_is_proposed_in_place_of_a_number_that_would_be_refused_too(language: str, told: str) -> None:
    (fault,) = read_json('{"order": {"total": NaN}}', "c.json")[1]
    assert fault.help is not None and told in Speech(language).message(fault.help)  # type: ignore[arg-type]
    assert "null" not in str(fault.help)


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        (errno.EISDIR, "这是一个文件夹", "Is a directory"),
        (errno.ENOSPC, "磁盘空间不足", "No space left on device"),
        (errno.ENOENT, "没有这个文件或文件夹", "No such file or directory"),
    ],
)
def test_the_systems_errors_are_said_in_the_readers_language(number: int, zh: str, en: str) -> None:
    reason = system_reason(OSError(number, "in whatever language the system speaks"))
    assert (Speech("zh").message(reason), Speech("en").message(reason)) == (zh, en)
    assert str(system_reason(OSError(9999, "words of the system"))) == "words of the system"
