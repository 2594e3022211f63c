"""What is said of a slip of the keyboard, and that a right line is not taken for one."""

from __future__ import annotations

import pytest

from policyengine.diagnostics import typos as slips
from policyengine.diagnostics.did_you_mean import closest, did_you_mean
from policyengine.syntax.yaml_reader import read_yaml

LINES = [
    (
        "    title: {zh: 退货期，en: Time to return}",
        "the character `，` is full-width or typographic: use the ASCII one",
    ),
    ("a：b", "the colon `：` is full-width: write an ASCII colon and a space"),
    ("  when:{a: b}", "put a space after the colon"),
    ("  - review {a: b}", "put a colon after `review`"),
    ("title: “甲, 乙”", "the character `“` is full-width or typographic: use the ASCII one"),
    ("codes: [a， b]", "the character `，` is full-width or typographic: use the ASCII one"),
    ("points: １2", "the character `１` is full-width or typographic: use the ASCII one"),
    ("title: {zh: 赔30%，最高，“甲”, en: P}", None),
    ("at: 2012-03-16 18:00", None),
    ("url: http://example.org", None),
]


def begin(own: int, column: int, line: int) -> str:
    return f"this line begins in column {own}: begin it in column {column}, as line {line} does"


def move(line: int, column: int, own: int) -> str:
    return (
        f"line {line} begins in column {column}, and this one goes on in column {own}:"
        f" move line {line} to column {own} too"
    )


@pytest.mark.parametrize(("line", "help"), LINES)
def test_a_line(line: str, help: str | None) -> None:
    found = slips.in_line(line)
    assert (found and str(found)) == help


@pytest.mark.parametrize(
    ("word", "help"),
    [
        ("given {use", "put a colon after `given`"),
        ("quote 逾期", "put a colon after `quote`"),
        ("as_of:2012-04-16 08:00:00", "put a space after the colon"),
        ("rights。stage", "the character `。` is full-width or typographic: use the ASCII one"),
        ("rights.stage", None),
        ("Late_Dispatch", None),
        ("逾期", None),
    ],
)
def test_a_name(word: str, help: str | None) -> None:
    found = slips.in_name(word)
    assert (found and str(found)) == help


@pytest.mark.parametrize(
    ("text", "help"),
    [
        (
            "a:\n  b: {c: 1}\n   d: {e: 1}\n",
            begin(4, 3, 2),
        ),
        (
            "a:\n  b: {c: 1}\n d: {e: 1}\n",
            begin(2, 3, 2),
        ),
        (
            "a:\n  b:\n    c: {d: 1}\ne:\n    f: {g: 1}\n  h: {i: 1}\n",
            move(4, 1, 3),
        ),
        (
            "  a: {b: 1}\nc: {d: 1}\n",
            move(1, 3, 1),
        ),
        ("a:\n  - {b: 1}\n  c: {d: 1}\n", "line 2 is an item: begin this line with `- ` too, or move it"),
        (
            "a:\n  - b: {c: 1}\n    - {d: 1}\n",
            begin(5, 3, 2),
        ),
        ("a:\n  - {b:\n  - {c: d}\n", "the bracket `{` in line 2 is not closed: close it"),
        (
            "# a\na:\n  b: {c: 1}\n\n  # d\n   e: {f: 1}\n",
            begin(4, 3, 3),
        ),
    ],
)
def test_the_indentation(text: str, help: str) -> None:
    _, found = read_yaml(text, "f.yaml")
    assert [(one.code, str(one.help)) for one in found] == [("yaml-syntax", help)]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ('Returns"', '"'),
        ("“甲", "“"),
        ("甲”", "”"),
        ("“甲”", None),
        ('the "good" one', None),
        ("the seller's", None),
    ],
)
def test_a_quote_without_partner(text: str, quote: str | None) -> None:
    assert slips.quote_without_partner(text) == quote


def test_names_without_commas() -> None:
    known = ["late", "early"]
    for word in ("late early", "late， early", "late、early", "late,early"):
        assert str(did_you_mean(word, known)) == "separate the names by commas: `late, early`"
    assert slips.between_names("late soon", known) is None


def test_the_closest_word_ignores_case_and_width() -> None:
    assert closest("S-EXPLAIN-AFTER", ["S1-EXPLAIN-AFTER", "S1-STEP1"]) == "S1-EXPLAIN-AFTER"
    assert closest("rights。stage", ["rights.stage", "refund.state"]) == "rights.stage"
    assert closest("open", ["zh", "en"]) is None
    assert closest("eng", ["zh", "en"]) == "en"
