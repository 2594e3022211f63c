"""YAML texts: nodes with places, and every fault with the line and column where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.diagnostics.span import Span
from policyengine.syntax.limits import MAX_DEPTH
from policyengine.syntax.yaml_reader import read_yaml
from policyengine.syntax.yaml_tree import MappingNode, Node, Scalar, SequenceNode, node_at, to_plain


def read(text: str) -> tuple[Node, list[Diagnostic]]:
    node, found = read_yaml(text, "f.yaml")
    assert node is not None
    return node, found


def places(text: str) -> list[tuple[str, int, int]]:
    return [(one.code, one.span.line, one.span.column) for one in read_yaml(text, "f.yaml")[1]]


def help_of(text: str) -> str:
    return str(read_yaml(text, "f.yaml")[1][-1].help)


def test_spellings_are_kept() -> None:
    node, found = read("a: NO\nb: 1200.10\nc: ~\nd:\ne: '1'\nf: 2024-01-01\n")
    assert not found
    assert to_plain(node) == {"a": "NO", "b": "1200.10", "c": "~", "d": "", "e": "1", "f": "2024-01-01"}
    assert isinstance(node, MappingNode)
    assert node.keys() == ("a", "b", "c", "d", "e", "f")
    assert node.get("e") == Scalar("1", Span("f.yaml", 5, 4, 5, 7), True)
    empty = node.get("d")
    assert isinstance(empty, Scalar) and (empty.text, empty.quoted) == ("", False)
    assert node.get("z") is None


def test_columns_count_code_points_and_bom_and_crlf_are_tolerated() -> None:
    node, found = read("\ufeff标题😀: 甲\r\nb: [x, {y: z}]\r\n")
    assert not found
    assert node_at(node, ["标题😀"])[0].span == Span("f.yaml", 1, 6, 1, 7)
    assert node_at(node, ["b", 1, "y"])[0].span == Span("f.yaml", 2, 12, 2, 13)
    assert node.span == Span("f.yaml", 1, 1, 2, 15)


def test_block_ends_with_its_last_part() -> None:
    node, _ = read("a:\n  b: c\n\n# comment\nd: e\n")
    assert node_at(node, ["a"])[0].span == Span("f.yaml", 2, 3, 2, 7)


def test_node_at_points_at_keys_and_tolerates_missing_steps() -> None:
    node, _ = read("rules:\n  - id: x\n    when: y\n")
    assert node_at(node, ["rules", 0, "when"])[1] == Span("f.yaml", 3, 5, 3, 9)
    assert node_at(node, ["rules", 0])[1] == Span("f.yaml", 2, 5, 3, 12)
    assert node_at(node, ["rules", 7, "id"])[1] == Span("f.yaml", 1, 1, 1, 6)
    deeper, _ = node_at(node, ["rules", 0, "when", "deeper"])
    assert deeper == Scalar("y", Span("f.yaml", 3, 11, 3, 12), False)
    assert node_at(node, ["no"])[0] is node


def test_aliases_are_followed() -> None:
    node, found = read("a: &x [1, &y 2]\nb: *x\nc: *y\n")
    assert not found
    assert to_plain(node) == {"a": ["1", "2"], "b": ["1", "2"], "c": "2"}


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("", "yaml-empty", 1, 1),
        ("# only a comment\n", "yaml-empty", 1, 1),
        ("---\n", "yaml-empty", 1, 1),
        ("a: b\nc: d\na: e\n", "duplicate-key", 3, 1),
        ("a: b\n---\nc: d\n", "yaml-documents", 2, 1),
        ("a:\n  b: !foo c\n", "yaml-tag", 2, 6),
        ("a: !!python/object:os.system {}\n", "yaml-tag", 1, 4),
        ("b:\n  <<: c\n", "yaml-merge", 2, 3),
        ("a: b\n? [x]\n: c\n", "yaml-key", 2, 3),
        ("a: b\n? {x: y}\n: c\n", "yaml-key", 2, 3),
        ("a: b\n?\n: c\n", "yaml-key", 2, 2),
        ("a: *b\n", "yaml-alias", 1, 4),
        ("a: &b [x, *b]\n", "yaml-alias", 1, 11),
        ("%YAML 1.1\n---\na: b\n", "yaml-directive", 1, 1),
        ("# c\n\n%TAG ! x\n", "yaml-directive", 3, 1),
        ("a: b\nc: d\x07e\n", "yaml-text", 2, 5),
        ("a: b\u2028c\n", "yaml-text", 1, 5),
        ("a: \ud800\n", "yaml-text", 1, 4),
        ('a: "x\\0y"\n', "yaml-text", 1, 4),
        ("a:\n\u3000b: c\n", "yaml-space", 2, 1),
        ("\u00a0a: b\n", "yaml-space", 1, 1),
        ("a\u00a0: b\n", "yaml-space", 1, 1),
        ("a: b\u00a0\n", "yaml-space", 1, 4),
        ("a\u200bb: c\n", "yaml-space", 1, 1),
        ("a: b\n标题：x: c\n", "yaml-colon", 2, 1),
        ("标题：x\n", "yaml-colon", 1, 1),
        ("title:x\n", "yaml-colon", 1, 1),
        ("a:\n  标题：x\n", "yaml-colon", 2, 3),
        ("a:\n  - 标题：x\n    内容：y\n", "yaml-colon", 2, 5),
        ("a: b\nc: 'd'\n\te: f\n", "yaml-syntax", 3, 1),
        ("a:\n\tb: c\n", "yaml-syntax", 2, 1),
        ("a: b\n标题：x\nc: d\n", "yaml-syntax", 2, 3),
        ("a: b\nfoo:bar\nc: d\n", "yaml-syntax", 2, 4),
        ('a: b\nc: "d\ne: f\n', "yaml-syntax", 2, 4),
        ("a: [1, 2\nb: c\n", "yaml-syntax", 1, 4),
        ("a: b: c\n", "yaml-syntax", 1, 5),
        ("a: @b\n", "yaml-syntax", 1, 4),
        ('a: "b" c\n', "yaml-syntax", 1, 4),
        ("a:\u00a0b\nc: d\n", "yaml-syntax", 1, 3),
        ("a:\n  b: c\n d: e\n", "yaml-syntax", 3, 2),
    ],
)
def test_every_fault_has_its_place(text: str, code: str, line: int, column: int) -> None:
    assert places(text) == [(code, line, column)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a:\n\tb: c\n", "tab"),
        ("a: b\n标题：x\nc: d\n", "full-width"),
        ("标题：\n  zh: x\n", "full-width"),
        ("a: b\nfoo:bar\nc: d\n", "space after the colon"),
        ('a: "b\n', "close the text"),
        ('a: "b" c\n', "one pair of quotes"),
        ("a: b: c\n", "second colon"),
        ("a:\u00a0b\nc: d\n", "U+00A0"),
        ("a: [\uff11\uff0c 2\n", "full-width or typographic"),
        ("a: `b`\n", "in quotes"),
        ("a: - b\n", "next line"),
    ],
)
def test_help_names_the_usual_slips(text: str, words: str) -> None:
    assert words in help_of(text)


def test_a_digest_on_a_line_of_its_own_is_no_key() -> None:
    assert places(f"digest:\n  sha256:{'0f' * 32}\n") == []


def test_sentences_are_not_mistaken_for_keys() -> None:
    assert places("a: 注意：先付款\nb:\n  - 注意：先付款\n  - see https://example.org\n") == []
    assert places("c: |\n  \u3000标题：x\n") == []


def test_duplicate_key_names_the_first_line_and_keeps_the_first() -> None:
    node, found = read("a: 1\nb: 2\n'a': 3\n")
    assert to_plain(node) == {"a": "1", "b": "2"}
    assert "line 1" in str(found[0].message)


def test_faults_before_a_syntax_error_are_reported() -> None:
    assert places("a: 1\na: !x 2\nb: [\n") == [
        ("duplicate-key", 2, 1),
        ("yaml-tag", 2, 4),
        ("yaml-syntax", 3, 5),
    ]


def test_depth_is_bounded() -> None:
    assert places("[" * MAX_DEPTH + "]" * MAX_DEPTH) == []
    assert places("[" * 10_000) == [("yaml-depth", 1, 101)]
    assert places("{a: " * 10_000) == [("yaml-depth", 1, 401)]
    assert places("- " * 10_000) == [("yaml-depth", 1, 201)]
    assert places("".join(" " * level + "a:\n" for level in range(3000))) == [("yaml-depth", 101, 101)]
    deep = "[" * 60 + "]" * 60
    assert places(f"- &a {deep}\n- {'[' * 60}*a{']' * 60}\n") == [("yaml-depth", 2, 63)]


def test_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 60)]
    assert [code for code, _, _ in places("\n".join(lines))] == ["yaml-expansion"]
    long = "a: &a " + "x" * 900_000 + "\nb: [" + "*a, " * 90_000 + "]"
    assert [code for code, _, _ in places(long)] == ["yaml-expansion"]


@pytest.mark.parametrize("text", ["a: " + "x" * 10_000_000, 'a: "' + "x" * 10_000_000 + '"'])
def test_long_scalar_is_refused(text: str) -> None:
    assert places(text) == [("yaml-size", 1, 4)]


def test_long_garbage_ends() -> None:
    assert places("\n" * 1_000_000 + "a: [" + "\n" * 1_000_000) == [("yaml-syntax", 1_000_001, 5)]
    assert places("\n" * 1_000_000 + "%") == [("yaml-directive", 1_000_001, 1)]


def spans(node: Node) -> list[Span]:
    if isinstance(node, Scalar):
        return [node.span]
    if isinstance(node, SequenceNode):
        return [node.span, *(span for item in node.items for span in spans(item))]
    return [node.span, *(span for entry in node.entries for span in (entry.key.span, *spans(entry.value)))]


def check_inside(text: str) -> None:
    node, found = read_yaml(text, "f")
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for span in [one.span for one in found] + (spans(node) if node else []):
        assert 1 <= span.line <= span.end_line <= len(lines)
        assert 1 <= span.column <= len(lines[span.line - 1]) + 1
        assert 1 <= span.end_column <= len(lines[span.end_line - 1]) + 1
        assert (span.line, span.column) <= (span.end_line, span.end_column)
    if node:
        to_plain(node)


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    check_inside(text)


@given(st.text(alphabet="ab:：-?[]{},\"'|>&*!%#@` \t\r\n\u3000\u00a0\u2028\ufeff~<.0\\x"))
def test_any_text_of_signs_is_answered(text: str) -> None:
    check_inside(text)


SAMPLE = "rules:\n  - id: &a late\n    title: {zh: '迟到', en: \"Late\"}\n"
SAMPLE += "    text: |\n      one\n    when: *a\n"


@given(st.integers(0, len(SAMPLE.encode()) - 1), st.binary(max_size=3), st.integers(0, 9))
def test_mutated_files_are_answered(place: int, put: bytes, cut: int) -> None:
    data = SAMPLE.encode()
    check_inside((data[:place] + put + data[place + cut :]).decode("utf-8", "replace"))
