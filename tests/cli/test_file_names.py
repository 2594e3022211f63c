"""What each file of a rulebook's folder is: read, or told, by every command alike."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from running import ROOT, Run

from policyengine import FaultsFound, load_rulebook
from policyengine.reading.file_names import is_rulebook, near, right_place, rulebook_of
from policyengine.reading.rule_files import collect_files

POLICY = b"policy: a\n"
TESTS = b"policy_cases: a\n"


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sound rulebook, in whose folder the commands run."""
    folder = tmp_path / "book"
    shutil.copytree(ROOT / "src/policyengine/starter", folder)
    monkeypatch.chdir(tmp_path)
    return folder


def move(book: Path, old: str, new: str) -> None:
    (book / new).parent.mkdir(exist_ok=True)
    (book / old).rename(book / new)


@pytest.mark.parametrize(
    ("old", "new", "right"),
    [
        ("rulebook.yaml", "Rulebook.YAML", "rulebook.yaml"),
        ("rulebook.yaml", "rulebook.yaml.txt", "rulebook.yaml"),
        ("rulebook.yaml", "rulebook。yaml", "rulebook.yaml"),
        ("facts.yaml", "fact.yml.txt", "facts.yaml"),
        ("facts.yaml", "facts.yaml~", "facts.yaml"),
        ("assumptions.yaml", "Assumption.yml", "assumptions.yaml"),
        ("assumptions.yaml", "asumptions.yaml", "assumptions.yaml"),
        ("policies/returns.yaml", "policy/returns.yaml", "policies/returns.yaml"),
        ("policies/returns.yaml", "Policies/returns.yaml", "policies/returns.yaml"),
        ("policies/returns.yaml", "policies/more/returns.yaml", "policies/returns.yaml"),
        ("policies/returns.yaml", "policies/returns.yaml.txt", "policies/returns.yaml"),
        ("policies/returns.yaml", "policies/returns.YAML", "policies/returns.yaml"),
        ("policies/returns.yaml", "overlays/returns.yaml", "policies/returns.yaml"),
        ("policies/returns.cases.yaml", "policies/returns.case.yaml", "policies/returns.cases.yaml"),
        ("policies/returns.cases.yaml", "policies/returns_tests.yaml", "policies/returns.cases.yaml"),
    ],
)
def test_a_misnamed_part_is_told_by_every_command(
    run: Run, book: Path, old: str, new: str, right: str
) -> None:
    move(book, old, new)
    commands = [
        ("check", "book"),
        ("test", "book"),
        ("evaluate", "book/cases/example.json", "--rules", "book"),
        ("fmt", "--check", "book"),
        ("diff", "book", "book"),
        ("book", "--rules", "book", "-o", "out.html"),
    ]
    for command in commands:
        found = run(*command, "--lang", "en")
        told = found.out + found.err
        assert found.code == 1, command
        assert f"`{right}`" in told and new in told, (command, told)
    with pytest.raises(FaultsFound):
        load_rulebook("book")


@pytest.mark.parametrize("new", ["returns.cases", "returns.cases.yaml.txt", "returns.cases.YAML"])
def test_misnamed_tests_are_told_where_tests_are_looked_for(run: Run, book: Path, new: str) -> None:
    move(book, "policies/returns.cases.yaml", f"policies/{new}")
    for command in ("check", "test"):
        found = run(command, "book", "--lang", "en")
        assert found.code == 1
        assert "rename it to `policies/returns.cases.yaml`" in found.out + found.err
    assert run("evaluate", "book/cases/example.json", "--rules", "book").code == 0


def test_both_endings_are_read_everywhere(run: Run, book: Path) -> None:
    for path in sorted(book.rglob("*.yaml")):
        path.rename(path.with_suffix(".yml"))
    assert (run("check", "book", "--strict").code, run("fmt", "--check", "book").code) == (0, 0)
    assert "failed: 0" in run("test", "book", "--lang", "en").out
    assert run("evaluate", "book/cases/example.json", "--rules", "book").code == 0


def test_the_same_part_with_both_endings_is_told(run: Run, book: Path) -> None:
    shutil.copy(book / "facts.yaml", book / "facts.yml")
    found = run("check", "book", "--lang", "en")
    assert found.code == 1 and "facts.yml:1:1: error[misnamed-file]" in found.out


def test_no_other_rulebook_judges_a_case_that_lies_in_a_misnamed_one(run: Run, book: Path) -> None:
    move(book, "rulebook.yaml", "Rulebook.yaml")
    found = run("check", "book/cases", "--lang", "en")
    assert found.code == 1 and "rename `Rulebook.yaml` to `rulebook.yaml`" in found.out
    (book / "Rulebook.yaml").unlink()
    assert "file-missing" in run("check", "book", "--lang", "en").out


def test_a_part_in_json_is_told(run: Run, book: Path) -> None:
    facts = {"facts": {"order.total": {"type": "money", "title": {"zh": "额", "en": "total"}}}}
    (book / "facts.yaml").unlink()
    (book / "facts.json").write_text(json.dumps(facts), "utf-8")
    assert "rename `facts.json` to `facts.yaml`" in run("check", "book", "--lang", "en").out


@pytest.mark.parametrize(
    ("inside", "data", "right"),
    [
        ("facts.json", b'{"case": "1", "facts": {}}', None),
        ("pack.yaml", b"a: 1\n", None),
        ("docker-compose.yaml", b"services: {}\n", None),
        ("policies/small_cases.yaml", POLICY, "policies/small_cases.yaml"),
        ("policies/small.cases.yml.txt", TESTS, "policies/small.cases.yaml"),
        ("policies/notes.txt", b"to do\n", None),
        ("drafts/returns.yaml", POLICY, None),
        ("tests/returns.yaml", TESTS, "tests/returns.cases.yaml"),
        ("ＦＡＣＴＳ.yaml", b"", "facts.yaml"),
    ],
)
def test_what_is_no_part_is_left_alone(inside: str, data: bytes, right: str | None) -> None:
    assert right_place(inside, data) == right


def test_names_are_not_folded_where_they_are_free(book: Path) -> None:
    move(book, "policies/returns.yaml", "policies/Returns.yaml")
    files, faults = collect_files(str(book))
    assert faults == [] and str(book / "policies/Returns.yaml") in [file.path for file in files]


def test_the_copy_of_an_editor_is_left_alone(run: Run, book: Path) -> None:
    shutil.copy(book / "policies/returns.yaml", book / "policies/returns.yaml~")
    assert run("check", "book", "--strict").code == 0


def test_a_folder_is_a_rulebook_by_its_parts(tmp_path: Path) -> None:
    assert not is_rulebook(str(tmp_path)) and not is_rulebook(str(tmp_path / "none"))
    (tmp_path / "rulebook.md").write_text("# Rules\n")
    (tmp_path / "policies").mkdir()
    assert not is_rulebook(str(tmp_path))
    (tmp_path / "facts.yml").write_text("facts: {}\n")
    assert is_rulebook(str(tmp_path))
    assert rulebook_of(str(tmp_path / "policies" / "a.yaml")) == str(tmp_path)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        *(("fact", "facts"), ("clause", "clauses"), ("policy", "policies"), ("report", "reports")),
        *(("Facts", "facts"), ("facts", "facts"), ("asumptions", "assumptions"), ("pack", None)),
    ],
)
def test_a_name_that_nearly_is_that_of_a_part(word: str, name: str | None) -> None:
    assert near(word, ("facts", "assumptions", "clauses", "policies", "reports", "rulebook")) == name


@pytest.mark.parametrize(
    ("name", "data", "right"),
    [
        ("policies/returns.tests.yaml", b"", "policies/returns.cases.yaml"),
        ("policies/returns.tests.yaml", b"policy_cases: returns", "policies/returns.cases.yaml"),
        ("policies/returns.tests.yaml", b"policy: returns", "policies/returns.tests.yaml"),
    ],
)
def test_a_file_that_is_named_like_tests_and_says_nothing_else_is_one(
    name: str, data: bytes, right: str
) -> None:
    assert right_place(name, data) == right
