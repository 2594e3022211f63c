"""Whatever is done to the files of a real rulebook: faults are told at their place, nothing is raised."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from policyengine.checks import check_rulebook
from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.reading.parse import load
from policyengine.reading.rule_files import SourceFile

ROOT = Path(__file__).parents[1]
TAOBAO = ROOT / "rules" / "taobao"
FILES = sorted(path for path in TAOBAO.rglob("*.yaml") if not path.name.endswith(".cases.yaml"))
WORD = re.compile(r"[\w.-]+")
# Line ends of YAML files as editors count them.
LINE_END = re.compile(r"\r\n|\r|\n")
MUTATIONS = 60

# Words that mean something somewhere, put where they mean something else.
WORDS = sorted({word for path in FILES for word in WORD.findall(path.read_text(encoding="utf-8"))})
STRANGE = [
    "",
    "{}",
    "[]",
    "~",
    "{A-01: {included: 1}}",
    "[1, 2]",
    '""',
    "*a",
    "known",
    "happened",
    "99999999999",
]

Mutation = Callable[[str, random.Random], str]


def delete_lines(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    start = chance.randrange(len(lines))
    del lines[start : start + chance.choice((1, 1, 1, 2, 5))]
    return "".join(lines)


def duplicate_line(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    lines.insert(chance.randrange(len(lines)), chance.choice(lines))
    return "".join(lines)


def swap_lines(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return "".join(lines)


def indent_line(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    number = chance.randrange(len(lines))
    line = lines[number]
    lines[number] = line.removeprefix("  ") if chance.random() < 0.5 else "  " + line
    return "".join(lines)


def replace_word(text: str, chance: random.Random) -> str:
    found = chance.choice(list(WORD.finditer(text)))
    return text[: found.start()] + chance.choice(WORDS) + text[found.end() :]


def replace_value(text: str, chance: random.Random) -> str:
    found = chance.choice(list(re.finditer(r"(?<=: )[^\n{},\[\]]+", text)))
    return text[: found.start()] + chance.choice((*STRANGE, chance.choice(WORDS))) + text[found.end() :]


def swap_words(text: str, chance: random.Random) -> str:
    one, other = sorted(chance.sample(list(WORD.finditer(text)), 2), key=lambda found: found.start())
    return text[: one.start()] + other[0] + text[one.end() : other.start()] + one[0] + text[other.end() :]


def drop_character(text: str, chance: random.Random) -> str:
    position = chance.randrange(len(text))
    return text[:position] + chance.choice(("", "", ":", "{", "'", "\t", "：")) + text[position + 1 :]


KINDS: list[Mutation] = [
    delete_lines,
    duplicate_line,
    swap_lines,
    indent_line,
    replace_word,
    replace_word,
    replace_value,
    replace_value,
    swap_words,
    drop_character,
]  # fmt: skip


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read a file that did not change only once: checking shapes takes most of the time."""
    read = load._tree
    known: dict[tuple[str, bytes], tuple[object, list[Diagnostic]]] = {}

    def tree(file: SourceFile, faults: list[Diagnostic]) -> object:
        if (file.path, file.data) not in known:
            own: list[Diagnostic] = []
            known[file.path, file.data] = (read(file, own), own)
        node, own = known[file.path, file.data]
        faults += own
        return node

    monkeypatch.setattr(load, "_tree", tree)


def check_places(found: list[Diagnostic], directory: Path) -> None:
    for one in found:
        assert str(one.message)
        if one.code == "unknown-overlay":
            continue  # at the option that asks for it
        place = Path(one.span.file)
        lines = len(LINE_END.split(place.read_text(encoding="utf-8"))) if place.is_file() else 1
        assert 1 <= one.span.line <= lines, one
        assert one.span.column >= 1, one
        assert directory in place.parents, one


def test_no_change_of_the_files_breaks_the_parser(tmp_path: Path, quick: None) -> None:
    directory = tmp_path / "taobao"
    shutil.copytree(TAOBAO, directory)
    # One of each that set the same figures.
    overlays = ["late_5pct_1_30", "points_3", "seller_confirmation_10d"]
    reached = 0
    for seed in range(MUTATIONS):
        chance = random.Random(seed)
        original = FILES[seed % len(FILES)]
        text = chance.choice(KINDS)(original.read_text(encoding="utf-8"), chance)
        changed = directory / original.relative_to(TAOBAO)
        changed.write_text(text, encoding="utf-8", newline="")
        loaded = load.load_directory(str(directory), overlays)
        found = list(loaded.diagnostics)
        if loaded.rulebook is not None:
            reached += 1
            found += check_rulebook(loaded.rulebook)
        check_places(found, directory)
        shutil.copy(original, changed)
    # Else the mutations would be too rough to reach the checks.
    assert reached > MUTATIONS // 10
