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


@pytest.mark.parametrize(("line", "help"), LINES)
def test_a_line(line: str, help: str | None) -> None:
    found = slips.in_line(line)
    assert (found and str(found.help)) == help


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
            begin(1, 3, 6),
        ),
        (
            "  a: {b: 1}\nc: {d: 1}\n",
            begin(3, 1, 2),
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


UNCLOSED = "close it, put commas between the items, or quote the value if it is a text"
SECOND_COLON = "the value holds a second colon: put the value in quotes"
WIDE_COLON = "the colon `：` is full-width: write an ASCII colon and a space"
ASCII = "the character `%s` is full-width or typographic: use the ASCII one"


@pytest.mark.parametrize(
    ("text", "place", "help"),
    [
        # A name at the margin: the line itself, not the one below it that shows it.
        ("r:\na:\n    x: 1\n  b:\n    x: 1\n", (2, 1), begin(1, 3, 4)),
        ("r:\n  a:\n    x: 1\nb:\n    x: 1\n  c:\n    x: 1\n", (4, 1), begin(1, 3, 6)),
        ("r:\n  a:\n  x: {z: 1}\n    y: 1\n", (3, 3), begin(3, 5, 4)),
        ("r: # rules\n# a\na:\n    x: 1\n  b:\n    x: 1\n", (3, 1), begin(1, 3, 5)),
        ("r:\n  -{to: s, kind: d}\n", (2, 3), "put a space after the dash"),
        ("r:\n  - a: 1\n  -to: s\n   kind: d\n", (3, 3), "put a space after the dash"),
        ("r: {zh: x, en: Late: a, b}\n", (1, 20), SECOND_COLON),
        ("r: {zh: x,\n  en: Late: a, b}\n", (2, 11), SECOND_COLON),
        ("r: {a: yes, b: yes\nc: {d: e}\n", (1, 4), UNCLOSED),
        (
            "r: ｛a.b: yes， c: no｝\n",
            (1, 4),
            "the characters `｛`, `，`, `｝` are full-width or typographic: use the ASCII ones",
        ),
        ("r: ｛a: 是}\n", (1, 4), ASCII % "｛"),
        ("r: {a: 是｝\nb: 1\n", (1, 9), ASCII % "｝"),
        ("r: {a: 甲【乙】\nb: 1\n", (1, 4), UNCLOSED),
        ("r: {a: 是，b: 1}\n", (1, 9), ASCII % "，"),
        ("order：\n\n  # a\n  paid: 200\n", (1, 6), WIDE_COLON),
        ("r: {a: 1, b: >= 10}\n", (1, 14), "`>=` does not compare: write `{at_least: 10}`"),
        ("r: {b: > 3 days, c: 1}\n", (1, 8), None),
        ("r: >= 3 business days # a\n", (1, 5), "`>=` does not compare: write `{at_least: 3 business days}`"),
    ],
)  # fmt: skip
def test_a_slip_is_shown_where_it_is(text: str, place: tuple[int, int], help: str | None) -> None:
    _, (found,) = read_yaml(text, "f.yaml")
    assert (found.span.line, found.span.column) == place
    assert help is None or str(found.help) == help


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
