"""A rulebook that is open in an editor: what is told soon, what later, and that an old look is given up."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from policyengine.lint import examine
from policyengine.loading.load import load_model
from policyengine.lsp.completion import proposals
from policyengine.lsp.workspace import OpenRulebook
from policyengine.starting.house import Said, house_of
from policyengine.starting.starter import starter_files

ROOT = Path(__file__).parents[2]


@pytest.fixture
def book(tmp_path: Path) -> OpenRulebook:
    shutil.copytree(ROOT / "src/policyengine/starter", tmp_path / "book")
    found = OpenRulebook(str(tmp_path / "book"))
    found.model = load_model(found.folder, ()).rulebook
    return found


def edit(book: OpenRulebook, name: str, old: str, new: str) -> str:
    path = str(Path(book.folder) / name)
    book.edit(path, book.text_of(path).replace(old.encode(), new.encode()))
    return path


def test_a_name_that_is_not_there_is_told_by_reading_alone(book: OpenRulebook) -> None:
    path = edit(book, "policies/returns.yaml", "asking.status: met", "askin.status: met")
    found = book.check_file(path)
    assert [one.code for one in found] == ["unknown-name"]
    assert book.take_file(path, found) == found
    path = edit(book, "policies/returns.yaml", "askin.status: met", "asking.status: met")
    assert book.take_file(path, book.check_file(path)) == []  # taken back at once
    assert book.take_file(path, book.check_file(path)) is None  # nothing new: the whole look will tell


def test_a_fault_of_a_test_is_told_by_reading_alone(book: OpenRulebook) -> None:
    path = edit(book, "policies/returns.cases.yaml", "expect:", "expct:")
    assert {one.code for one in book.check_file(path)} == {"unknown-key"}


def test_only_the_faults_of_the_edited_file_are_told_soon(book: OpenRulebook) -> None:
    edit(book, "facts.yaml", "order.total:", "order.totl:")
    assert book.check_file(str(Path(book.folder) / "facts.yaml")) == []
    whole = book.check(book.edition)
    assert whole is not None and any(one.code == "unknown-name" for one in whole[1])


def test_a_look_at_what_has_changed_is_given_up(book: OpenRulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    assert book.check(book.edition) is not None
    assert book.check(book.edition - 1) is None
    looked = 0

    def check_scenarios(*_: object) -> list[object]:
        nonlocal looked
        looked += 1
        edit(book, "facts.yaml", "order.total:", "order.totl:")
        return []

    first = str(Path(book.folder) / "policies" / "returns.cases.yaml")
    shutil.copy(first, str(Path(book.folder) / "policies" / "more.cases.yaml"))
    monkeypatch.setattr(examine, "check_scenarios", check_scenarios)
    assert book.check(book.edition) is None
    assert looked == 1  # the second file of tests is not looked at any more


def test_the_index_follows_the_edits_when_it_is_asked(book: OpenRulebook) -> None:
    before = book.index
    assert book.index is before
    edit(book, "facts.yaml", "order.total:", "order.sum:")
    assert book.index is not before
    assert "order.sum" in {one.symbol.name for one in book.index.uses}


def test_plain_titles_stand_beside_what_is_offered(tmp_path: Path) -> None:
    """In a rulebook of one language a title has no braces, that of a party neither."""
    files = starter_files(house_of(Said(language="de"), "en"))
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    index = OpenRulebook(str(tmp_path)).index
    offered = {one.word: one.title for one in proposals(index, ["    who: "], 0, "    who: ")}
    assert offered["buyer"].in_language("en") == "Käufer"
    named = {one.word: one.title for one in proposals(index, ["    base: "], 0, "    base: ")}
    assert named["order.total"].in_language("zh") == "Bestellsumme"
