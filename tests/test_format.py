"""``policyengine fmt``: order and layout change, what a file says and its comments do not."""

# ruff: noqa: E501  (a file is easier to read in one line)

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from laws import inner_parts

from policyengine.diagnostics.diagnostic import has_errors
from policyengine.diagnostics.span import Span
from policyengine.formatting.format import format_text
from policyengine.frozen import Frozen, replace
from policyengine.loading.load import load_model
from policyengine.model.rulebook import Rulebook
from policyengine.reading.file_names import FOLDERS
from policyengine.reading.rule_files import collect_files

ROOT = Path(__file__).parent.parent
BOOKS = (
    ROOT / "rules/taobao",
    ROOT / "src/policyengine/starter",
    *sorted((ROOT / "tests/broken").glob("base")),
)
FILES = [(file.kind, Path(file.path)) for book in BOOKS for file in collect_files(str(book))[0]]
BROKEN = sorted(path for path in (ROOT / "tests/broken").rglob("*.yaml") if path.is_file())

MESSY = """\
# head

title: {en: P, zh: 甲}
policy: p    # the name
rules:
  b:
    # what follows
    then: {result.late: yes}   # yes
    # when it is so
    when:
      order.kind:   [ book,food ]
    title: {en: B, zh: 乙}
      # odd comment
  a:
    source:
      quote: >
        folded
        text
      section: "1"
    title: {zh: "甲: 1", en: 'it''s'}
    notices:
    - text: {en: x, zh: y}
      to: buyer
      # kind
      kind: duty
    when: {order.total: 1200.10, order.paid_at: {before: 2012-01-01 10:00}}

# end
"""
TIDY = """\
# head

policy: p    # the name
title: {zh: 甲, en: P}
rules:
  b:
    title: {zh: 乙, en: B}
      # odd comment
    # when it is so
    when:
      order.kind: [book, food]
    # what follows
    then: {result.late: yes}   # yes
  a:
    title: {zh: "甲: 1", en: 'it''s'}
    source:
      section: "1"
      quote: >
        folded
        text
    when: {order.total: 1200.10, order.paid_at: {before: 2012-01-01 10:00}}
    notices:
      - to: buyer
      # kind
        kind: duty
        text: {zh: y, en: x}

# end
"""


def formatted(text: str, kind: str = "policy") -> str:
    found, faults = format_text(text, kind, "p.yaml")
    assert found is not None, faults
    return found


def test_keys_are_put_in_order_with_their_comments() -> None:
    assert formatted(MESSY) == TIDY


@pytest.mark.parametrize("text", [MESSY, TIDY, MESSY.replace("\n", "\r\n"), "\ufeff" + MESSY])
def test_formatting_twice_changes_nothing_more(text: str) -> None:
    once = formatted(text)
    assert formatted(once) == once
    assert once.replace("\r\n", "\n") == TIDY
    assert once.count("\r\n") == (once.count("\n") if "\r" in text else 0)  # lines end as they did


@pytest.mark.parametrize(("kind", "path"), FILES, ids=lambda one: one.name if isinstance(one, Path) else one)
def test_the_files_here_are_formatted(kind: str, path: Path) -> None:
    text = path.read_text("utf-8")
    once = formatted(text, kind)
    assert once == text or "broken" in path.parts
    assert formatted(once, kind) == once


def comments(text: str) -> list[str]:
    return sorted(re.findall(r"#.*", text))


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: "/".join(path.parts[-3:]))
def test_whatever_is_formatted_keeps_its_comments(path: Path) -> None:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return
    folder = next((one for one in path.parts if one in FOLDERS), None)
    kind = path.stem if folder is None else FOLDERS[folder]
    found, faults = format_text(text, kind, str(path))
    assert (found is None) == has_errors(faults)
    if found is not None:
        assert comments(found) == comments(text)
        again, _ = format_text(found, kind, str(path))
        assert again == found


def without_places(part: object) -> object:
    """Return a part of a rulebook without spans, digests and the order of keys."""
    if isinstance(part, Span):
        return None
    if isinstance(part, dict):
        return {name: without_places(one) for name, one in part.items()}
    inner = [without_places(one) for one in inner_parts(part)]
    return (type(part).__name__, *inner) if inner or isinstance(part, tuple | Frozen) else part


def said(book: Rulebook) -> object:
    return without_places(replace(book, digest="", directory=""))


@pytest.mark.parametrize("book", BOOKS, ids=lambda path: path.name)
def test_the_parsed_rulebook_is_equal(book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files whose keys stand in reverse order are put in order, and say what they said."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(book, "book")
    for path in [Path(file.path) for file in collect_files("book")[0]]:
        text = path.read_text("utf-8")
        flipped = re.sub(r"\{zh: ([^{}\",]+), en: ([^{}\",]+)\}", r"{en: \2, zh: \1}", text)
        path.write_text(flipped, "utf-8")
    before = load_model("book", ()).rulebook
    for kind, path in [(file.kind, Path(file.path)) for file in collect_files("book")[0]]:
        path.write_text(formatted(path.read_text("utf-8"), kind), "utf-8")
    after = load_model("book", ()).rulebook
    assert before is not None and after is not None
    assert said(before) == said(after)
    assert before.digest != after.digest


@pytest.mark.parametrize(
    "text",
    [
        "policy: p\ntitle: {zh: &a 甲, en: *a}\n",
        "title: {en: &a P,\n  zh: 甲}  # c\npolicy: p\nrules: {}\n",
        "title: {en: 'a, b: {c}', zh: \"[, ]\"}\npolicy: p\n",
        "title:\n  en: |\n    a\n\n    b\n\n  zh: 甲\npolicy: p\n",
        "? policy\n: p\n? title\n: {zh: 甲, en: P}\n",
        "{title: {en: P, zh: 甲}, policy: p}\n",
    ],
)
def test_odd_forms_of_yaml_keep_their_meaning(text: str) -> None:
    found, faults = format_text(text, "policy", "p.yaml")
    if found is None:
        assert has_errors(faults)
        return
    assert formatted(found) == found
    assert comments(found) == comments(text)


def test_what_cannot_be_moved_does_not_keep_the_rest_from_order() -> None:
    """An alias may not come before its anchor; the mapping below is put in order all the same."""
    text = "policy: p\ntitle: {en: &a P, zh: *a}\nrules:\n  r:\n    then: {a.b: yes}\n    title: {en: R, zh: 乙}\n    when: {c.d: 1}\n"
    found = formatted(text)
    assert "title: {en: &a P, zh: *a}" in found
    assert (
        found.index("title: {zh: 乙, en: R}")
        < found.index("when: {c.d: 1}")
        < found.index("then: {a.b: yes}")
    )


def test_a_large_file_in_the_wrong_order_is_put_in_order_at_once() -> None:
    facts = "".join(f"  a.f{number}: {{title: {{en: F, zh: 乙}}, type: count}}\n" for number in range(400))
    found = formatted(f"facts:\n{facts}", "facts")
    assert found.count("{type: count, title: {zh: 乙, en: F}}") == 400
