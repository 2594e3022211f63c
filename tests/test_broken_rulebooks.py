"""Broken rulebooks: each directory of ``broken`` holds one fault and says in ``expect.txt`` what is told.

The files of ``broken/base``, which is sound, supply what a directory does not have. ``without.txt`` names
files of the base to leave out; ``switched-on.txt`` names overlays to switch on. A line of ``expect.txt`` is
``FILE:LINE:COLUMN SEVERITY CODE``; an empty file says that nothing is wrong.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from policyengine.checks import CHECKS
from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.lint.examine import examine, find_places
from policyengine.reading.case.reader import CODES

BROKEN = Path(__file__).parent / "broken"
BASE = BROKEN / "base"
DIRECTORIES = sorted(path for path in BROKEN.iterdir() if path != BASE)

# What a person should never read: places of a template, objects of Python, templates of another language.
NOT_FOR_PEOPLE = re.compile(
    r"\{[a-z_]+\}|%\(|\bNone\b|\bTrue\b|\bFalse\b|ValueType|Span\(|Ref\(|<[a-z_.]+ object|\['|\('|Traceback"
)


def words(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


def build(directory: Path, target: Path) -> None:
    shutil.copytree(directory, target)
    left_out = words(directory / "without.txt")
    for file in sorted(path for path in BASE.rglob("*") if path.is_file()):
        name = file.relative_to(BASE)
        if name.as_posix() in left_out or (target / name).exists():
            continue
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target / name)


def find_faults(directory: Path) -> list[Diagnostic]:
    """Look at a copy in the current directory, so that places are relative."""
    build(directory, Path("book"))
    cases = sorted(str(path) for path in Path("book").glob("*.json"))
    places = find_places(["book", *cases])
    switched_on = words(directory / "switched-on.txt")
    return list(examine(places, dict.fromkeys(cases, "book"), switched_on).diagnostics)


def test_the_base_is_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_faults(BASE) == []


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda path: path.name)
def test_the_fault_is_told_at_its_place(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = find_faults(directory)
    told = [f"{one.span} {one.severity} {one.code}".removeprefix("book/") for one in found]
    assert told == (directory / "expect.txt").read_text().splitlines()
    assert len({one.order for one in found}) == len(found)  # nothing leaves open which is told first
    for one in found:
        for sentence in (str(one.message), str(one.help or "")):
            assert not NOT_FOR_PEOPLE.search(sentence), sentence
            assert str(tmp_path) not in sentence
            assert str(Path(__file__).parents[1]) not in sentence
            assert sentence == sentence.strip()
        assert str(one.message)
        assert not str(one.message).endswith(".")
        assert one.help is not None, "say what to do"


def test_every_check_has_a_directory() -> None:
    codes = {
        line.split()[-1] for path in DIRECTORIES for line in (path / "expect.txt").read_text().splitlines()
    }
    checks = {check.__module__.rpartition(".")[2].replace("_", "-") for check in CHECKS}
    assert checks <= codes


def test_every_fault_of_a_case_has_a_directory() -> None:
    codes = {
        line.split()[-1] for path in DIRECTORIES for line in (path / "expect.txt").read_text().splitlines()
    }
    assert set(CODES) <= codes
    sources = (Path(__file__).parents[1] / "src/policyengine/reading/case").glob("*.py")
    source = "".join(one.read_text("utf-8") for one in sources)
    assert set(re.findall(r'(?:fault|error)\(\s*"([a-z]+(?:-[a-z]+)+)"', source)) == set(CODES)


def test_every_code_of_the_parser_has_a_directory() -> None:
    codes = {
        line.split()[-1] for path in DIRECTORIES for line in (path / "expect.txt").read_text().splitlines()
    }
    sources = (Path(__file__).parents[1] / "src/policyengine/reading/parse").glob("*.py")
    given = {
        code
        for source in sources
        for code in re.findall(r'(?:fault|error)\(\s*"([a-z]+(?:-[a-z]+)+)"', source.read_text())
    }
    assert given and given <= codes
