"""JSON texts and files: values with raw numbers, and every fault with the line and column where it stands."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyengine.diagnostics.span import Span
from policyengine.syntax import json_places
from policyengine.syntax.files import MAX_BYTES, read_text
from policyengine.syntax.json_reader import Number, read_json
from policyengine.syntax.limits import MAX_FAULTS


def places(text: str) -> list[tuple[str, int, int]]:
    return [(one.code, one.span.line, one.span.column) for one in read_json(text, "c.json")[1]]


def test_numbers_keep_their_spelling() -> None:
    digits = "9" * 5000
    text = f'{{"a": 1200.10, "b": 1e999999, "c": [-0, {digits}], "d": "1", "e": true}}'
    value, found = read_json(text, "f")
    assert not found
    assert value == {"a": "1200.10", "b": "1e999999", "c": ["-0", digits], "d": "1", "e": True}
    assert isinstance(value, dict)
    assert [type(value[key]) for key in "abd"] == [Number, Number, str]


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "words"),
    [
        ("", "json-syntax", 1, 1, "JSON object"),
        ('{\n "a": 1,\n}', "json-syntax", 2, 8, "remove the comma"),
        ("[1,\n2,]", "json-syntax", 2, 2, "remove the comma"),
        ("{\n 'a': 1}", "json-syntax", 2, 2, "double quotes"),
        ("{a: 1}", "json-syntax", 1, 2, "double quotes"),
        ('{"a: 1}\n', "json-syntax", 1, 2, "end the text"),
        ('{"a": 1\n "b": 2}', "json-syntax", 2, 2, "comma between"),
        ("// c\n{}", "json-syntax", 1, 1, "no comments"),
        ("{} # c", "json-syntax", 1, 4, "no comments"),
        ("{“a”: 1}", "json-syntax", 1, 2, "typographic"),
        ('{"标"：1}', "json-syntax", 1, 5, "full-width"),
        ('{"a":\u00a01}', "json-syntax", 1, 6, "U+00A0"),
        ('{"a" 1}', "json-syntax", 1, 6, '"key": value'),
        ("[True]", "json-syntax", 1, 2, "write `true`"),
        ("[01]", "json-syntax", 1, 2, "leading zeros"),
        ("[1", "json-syntax", 1, 3, "closing bracket"),
        ("[1]]", "json-syntax", 1, 4, "opening bracket"),
        ('["a\tb"]', "json-syntax", 1, 4, "\\t"),
        ('["a\\q"]', "json-syntax", 1, 4, "backslashes"),
        ('["\\u00"]', "json-syntax", 1, 3, "backslashes"),
        ('{"a":\n NaN}', "json-number", 2, 2, "leave it out"),
        ("[-Infinity]", "json-number", 1, 2, "leave it out"),
        ('{"a": 1,\n "a": 2}', "duplicate-key", 2, 2, "keep one"),
        ('{"a": 1,\n "\\u0061": 2}', "duplicate-key", 2, 2, "keep one"),
        ('["b",\n "\\ud800"]', "json-text", 2, 2, "remove"),
        ('["\ud800"]', "json-text", 1, 2, "remove"),
        ('{"\\u0000": 1}', "json-text", 1, 2, "remove"),
    ],
)
def test_every_fault_has_its_place(text: str, code: str, line: int, column: int, words: str) -> None:
    (fault,) = read_json(text, "f")[1]
    assert (fault.code, fault.span.line, fault.span.column) == (code, line, column)
    assert words in str(fault.help)
    str(fault.message)


def test_bom_pairs_of_surrogates_and_first_line() -> None:
    assert read_json('\ufeff["\\ud83d\\ude00"]', "f") == (["😀"], [])
    assert read_json("[1,]", "f", first_line=7)[1][0].span == Span("f", 7, 3, 7, 4)


def test_the_first_of_duplicate_keys_wins_and_all_are_told() -> None:
    value, found = read_json('{"a": 1, "b": {"c": 1, "c": 2}, "a": 3}', "f")
    assert value == {"a": "1", "b": {"c": "1"}}
    assert [one.span.column for one in found] == [24, 33]
    many = "{" + ",".join(['"a":1'] * 100_000) + "}"
    assert len(read_json(many, "f")[1]) == MAX_FAULTS


def test_depth_is_bounded() -> None:
    assert places("[" * 100 + "]" * 100) == []
    assert places("[" * 101 + "]" * 101) == [("json-depth", 1, 101)]
    assert places("[" * 10_000) == [("json-depth", 1, 101)]
    assert places("[" * 10_000 + "]" * 10_000) == [("json-depth", 1, 101)]
    assert places('{"a":' * 10_000) == [("json-depth", 1, 501)]
    assert places("[" * 1_000_000) == [("json-depth", 1, 101)]


@pytest.mark.parametrize("text", ['["' + "x" * 5_000_000, "[" + "a" * 5_000_000, '["' + "\\" * 5_000_000])
def test_long_garbage_ends(text: str) -> None:
    assert [code for code, _, _ in places(text)] == ["json-syntax"]


def locate(text: str, path: Sequence[str | int], key: bool = False) -> tuple[int, int, int, int]:
    return json_places.locate(text, [(path, key)])[0]


def test_locate() -> None:
    text = '{"a": {"b": [1,\n {"c": 2}]},\n "a/b": "x"}'
    assert locate(text, []) == (1, 1, 3, 13)
    assert locate(text, ["a", "b", 1, "c"]) == (2, 8, 2, 9)
    assert locate(text, ["a", "b", 1, "c"], key=True) == (2, 3, 2, 6)
    assert locate(text, ["a", "b", 1]) == (2, 2, 2, 10)
    assert locate(text, ["a", "b", 1], key=True) == (2, 2, 2, 10)
    assert locate(text, ["a", "b"], key=True) == (1, 8, 1, 11)
    assert locate(text, ["a", "missing", 3]) == (1, 7, 2, 12)
    assert locate(text, ["a/b"]) == (3, 9, 3, 12)
    assert locate('{"a": 1,\n"a": 2}', ["a"], key=True) == (2, 1, 2, 4)
    assert locate("", ["a"]) == (1, 1, 1, 1)
    assert locate("[" * 10_000, [0, 0])[:2] == (1, 3)


def check_inside(text: str) -> None:
    _, found = read_json(text, "f")
    lines = text.removeprefix("\ufeff").split("\n")
    for one in found:
        span = one.span
        assert 1 <= span.line <= span.end_line <= len(lines)
        assert 1 <= span.column <= len(lines[span.line - 1]) + 1
        assert 1 <= span.end_column <= len(lines[span.end_line - 1]) + 1
    try:
        json.loads(text.removeprefix("\ufeff"))
    except ValueError:
        assert found
    locate(text, ["a", 0, "b"], key=True)


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    check_inside(text)


@given(st.text(alphabet="{}[]:,\"\\ \n\tabu0123dD8.-+eENaInfinity：“'/\x00"))
def test_any_text_of_signs_is_answered(text: str) -> None:
    check_inside(text)


SAMPLE = '{"a": [1.50, {"b": "\\ud83d\\ude00 x"}],\n "中": null, "d": {"a": -2e5}}\n'.encode()


@given(st.integers(0, len(SAMPLE) - 1), st.binary(max_size=3), st.integers(0, 9))
def test_mutated_files_are_answered(place: int, put: bytes, cut: int) -> None:
    check_inside((SAMPLE[:place] + put + SAMPLE[place + cut :]).decode("utf-8", "replace"))


@pytest.mark.parametrize(
    ("data", "line", "column", "words"),
    [
        (b"a: b\n\xe4\xb8\xad\xff", 2, 2, "save"),
        ("a: b\n标题: 迟到\n".encode("gbk"), 2, 1, "GBK"),
        ("a: b\n".encode("utf-16"), 1, 1, "UTF-16"),
        ("a: b\n".encode("utf-16-le"), 1, 2, "UTF-16"),
        (b"a: b\nc\0" + b" " * 500, 2, 2, "UTF-8"),
    ],
)
def test_other_encodings_are_told(tmp_path: Path, data: bytes, line: int, column: int, words: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    text, (fault,) = read_text(str(path))
    assert text is None
    assert (fault.code, fault.span.line, fault.span.column) == ("file-encoding", line, column)
    assert words.lower() in str(fault.help).lower()


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    cases = {
        str(tmp_path / "none"): "file-missing",
        str(tmp_path): "file-directory",
        str(large): "file-size",
        "a\0b": "file-unreadable",
        "x" * 5000: "file-unreadable",
    }
    for path, code in cases.items():
        text, (fault,) = read_text(path)
        assert (text, fault.code, fault.span.line, fault.span.column) == (None, code, 1, 1)
        str(fault.message)


def test_forbidden_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("a")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert read_text(str(path))[1][0].code == "file-unreadable"


def test_files_with_and_without_bom(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes("\ufeff标题: 1\r\n".encode())
    assert read_text(str(path)) == ("标题: 1\r\n", [])
    path.write_bytes(b"")
    assert read_text(str(path)) == ("", [])


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.devnull) as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert read_text("-") == ("", [])
    assert read_text("-")[1][0].code == "file-unreadable"  # closed
    monkeypatch.setattr("sys.stdin", None)
    assert read_text("-")[1][0].code == "file-unreadable"
