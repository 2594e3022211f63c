"""Files that rule files name belong to the rulebook: its digest, its cache and its revisions."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_rulebooks import make_model

from policyengine.reading.rule_files import NAMED, collect_files, digest_of


@pytest.fixture
def book(tmp_path: Path) -> Path:
    make_model(tmp_path, {"one": ("order.kind: a", "flow.level: 1", [])})
    return tmp_path


def named(book: Path) -> list[str]:
    files, faults = collect_files(str(book))
    assert not faults
    return [Path(file.path).relative_to(book).as_posix() for file in files if file.kind == NAMED]


def name(book: Path, line: str) -> None:
    path = book / "policies" / "p.yaml"
    path.write_text(path.read_text() + f"# {line}\n")


def test_nothing_is_read_that_nothing_names(book: Path) -> None:
    (book / "policies" / "prices.csv").write_text("a,b\n")
    assert named(book) == []


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("file: prices.csv", "policies/prices.csv"),
        ("  file:   'my prices.csv'", "policies/my prices.csv"),
        ('{from: 2020-01-01, file: "prices.csv"}', "policies/prices.csv"),
        ("- file: ../lists/eu.txt  # those of today", "lists/eu.txt"),
        ("{file: prices.csv, overlap: refused}", "policies/prices.csv"),
        ("holidays: prices.csv", "policies/prices.csv"),
    ],
)
def test_a_file_is_looked_for_from_the_file_that_names_it(book: Path, written: str, path: str) -> None:
    (book / path).parent.mkdir(exist_ok=True)
    (book / path).write_text("a,b\n")
    name(book, written)
    assert named(book) == [path]


OUTSIDE = ["file: ../../outside.csv", "file: /etc/passwd", "file: none.csv", "file: .."]


@pytest.mark.parametrize("written", OUTSIDE)
def test_what_lies_elsewhere_or_is_not_there_is_left_alone(book: Path, written: str) -> None:
    (book.parent / "outside.csv").write_text("a,b\n")
    name(book, written)
    assert named(book) == []


def test_what_is_in_it_counts_in_the_digest(book: Path) -> None:
    name(book, "file: prices.csv")
    digests = set()
    for text in ("a\n", "b\n"):
        (book / "policies" / "prices.csv").write_text(text)
        digests.add(digest_of(str(book), collect_files(str(book))[0]))
    assert len(digests) == 2
