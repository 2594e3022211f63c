"""The manual: every code has a page, and every example does what its page says."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from policyengine import cli
from policyengine.manual.pages import Page, PageUnreadable, pages, read_page
from policyengine.resources import data_directory
from policyengine.syntax.yaml_reader import read_yaml

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "policyengine"
STARTER = PACKAGE / "starter"
TOLD = re.compile(r"^(?:.*: )?(error|warning)\[([a-z-]+)\]:", re.MULTILINE)
# Functions that make a diagnostic, and where their arguments have the code.
MAKERS = {"error", "warning", "fault", "_error", "_fault", "level"}


def told_codes() -> set[str]:
    """Return the codes that the program tells somewhere."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                first = node.args[0] if node.args else None
                if name in MAKERS and isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return found


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert set(pages()) == told_codes()


def sections(text: str) -> dict[str, list[str]]:
    """Return the top-level keys of a YAML text with their lines."""
    found: dict[str, list[str]] = {}
    key = ""
    for line in text.split("\n"):
        head = re.match(r"([a-z_]+):", line)
        if head:
            key = head[1]
            found[key] = []
        found.setdefault(key, []).append(line)
    return found


def entries(lines: list[str]) -> dict[str, list[str]] | None:
    """Return the keys of a section with their lines, or None if it is written in one line."""
    if not re.fullmatch(r"[a-z_]+:\s*(#.*)?", lines[0]):
        return None
    found: dict[str, list[str]] = {}
    key = ""
    for line in lines[1:]:
        head = re.match(r"  ([A-Za-z][\w.-]*):", line)
        if head:
            key = head[1]
            found[key] = []
        found.setdefault(key, []).append(line)
    return found


def joined(old: str, new: str) -> str:
    """Return a file with the keys of an example in place of its own, or beside them."""
    whole, more = sections(old), sections(new)
    for key, lines in more.items():
        ours, theirs = entries(whole.get(key, [""])), entries(lines)
        if ours is None or theirs is None:
            whole[key] = lines
        else:
            ours.update(theirs)
            whole[key] = [lines[0], *(line for part in ours.values() for line in part)]
    return "\n".join(line for lines in whole.values() for line in lines) + "\n"


def build(example: str, folder: Path) -> list[str]:
    """Write the files of an example into a copy of the starter, and return its commands."""
    shutil.copytree(STARTER, folder, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    commands: list[str] = []
    files: dict[str, list[str]] = {}
    name = ""
    for line in example.split("\n"):
        if line.startswith("$ "):
            commands.append(line[2:])
        elif re.fullmatch(r"# [\w./-]+\.(yaml|json|txt|csv)", line):
            name = line[2:]
            files[name] = []
        else:
            files[name].append(line)
    for name, lines in files.items():
        path, text = folder / name, "\n".join(lines) + "\n"
        path.parent.mkdir(exist_ok=True)
        path.write_text(joined(path.read_text("utf-8"), text) if path.exists() else text, "utf-8")
    cases = [f"policyengine evaluate {name}" for name in files if name.endswith(".json")]
    return commands or ["policyengine check .", *cases]


@pytest.fixture
def outcome(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, Path], list[tuple[str, str]]]:
    """Return what the commands of an example tell: pairs of severity and code."""

    def call(example: str, folder: Path) -> list[tuple[str, str]]:
        commands = build(example, folder)
        monkeypatch.chdir(folder)
        for command in commands:
            if command.startswith("policyengine "):
                with pytest.raises(SystemExit):
                    cli.main([*command.split()[1:], "--lang", "en"])
            else:
                subprocess.run(["bash", "-c", command], check=True, timeout=60)
        told = capsys.readouterr()
        return TOLD.findall(told.out + told.err)

    return call


@pytest.mark.parametrize("page", pages().values(), ids=lambda page: page.code)
def test_the_examples_do_what_the_page_says(
    page: Page, tmp_path: Path, outcome: Callable[[str, Path], list[tuple[str, str]]]
) -> None:
    failing = outcome(page.failing, tmp_path / "failing")
    assert (page.severity, page.code) in failing
    # An example shows one fault: others would confuse, but for warnings of what it leaves out for brevity.
    assert {code for severity, code in failing if severity == "error"} <= {page.code}
    passing = outcome(page.passing, tmp_path / "passing")
    assert page.code not in [code for _, code in passing]
    assert [code for severity, code in passing if severity == "error"] == []


def test_the_starter_is_the_one_that_init_copies() -> None:
    assert (STARTER / "rulebook.yaml").is_file()
    assert data_directory("schemas")
    assert read_yaml((STARTER / "facts.yaml").read_text("utf-8"), "facts.yaml")[1] == []


@pytest.mark.parametrize(
    "text", ["", "``a`` (error): b.", "``a`` (fault): b.\n\nFails::\n\n    x\n\nPasses::\n\n    y"]
)
def test_a_page_without_its_form_is_a_bug(text: str) -> None:
    with pytest.raises(PageUnreadable):
        read_page(text)
