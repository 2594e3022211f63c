"""What stands around the package: the image, and the extension for an editor."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from running import ROOT

from policyengine.cli.program import root
from policyengine.version import __version__

EDITOR = ROOT / "editors" / "vscode"


def _json(name: str) -> dict[str, Any]:
    found = json.loads((EDITOR / name).read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def test_the_editor_starts_a_command_that_there_is() -> None:
    made = _json("package.json")
    program, *words = made["contributes"]["configuration"]["properties"]["policyengine.command"]["default"]
    # A server that speaks over its standard streams: the editor adds `--stdio` and the language.
    with root.make_context(program, ["--lang", "zh"], resilient_parsing=True) as context:
        command = root.get_command(context, words[0])
    assert command is not None
    assert {"--stdio", "--lang"} <= {name for one in command.params for name in one.opts}
    assert made["version"] == __version__


def test_the_lock_of_the_extension_is_in_step() -> None:
    made, lock = _json("package.json"), _json("package-lock.json")
    root = lock["packages"][""]
    assert root["devDependencies"] == made["devDependencies"] and root["version"] == made["version"]
    pinned = [one for name, one in lock["packages"].items() if name]
    assert pinned and all(one["integrity"].startswith("sha512-") for one in pinned)
    # Where a package comes from is a matter of whoever installs it.
    assert not any("resolved" in one for one in pinned)


def test_the_texts_of_the_extension_are_there_in_both_languages() -> None:
    named = set(re.findall(r'"%(\w+)%"', (EDITOR / "package.json").read_text("utf-8")))
    assert named == set(_json("package.nls.json")) == set(_json("package.nls.zh-cn.json"))


def _instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def test_the_image_copies_what_there_is_and_is_given_it() -> None:
    given = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").split() if line.startswith("!")}
    copied = {
        word
        for name, rest in _instructions()
        if name == "COPY" and "--from" not in rest
        for word in rest.split()[:-1]
    }
    assert copied == given and all((ROOT / name).exists() for name in copied)
    # All that the build of the wheel reads.
    build = (ROOT / "pyproject.toml").read_text("utf-8")
    assert {"schemas", "rules", "src", "README.md", "LICENSE"} <= copied and 'schemas = "policy' in build


def test_the_image_has_no_root_and_pins_where_it_comes_from() -> None:
    instructions = _instructions()
    last = max(number for number, (name, _) in enumerate(instructions) if name == "FROM")
    users = [rest for name, rest in instructions[last:] if name == "USER"]
    assert users and users[-1].isdigit() and int(users[-1]) > 0
    for name, rest in instructions:
        if name == "FROM":
            assert re.fullmatch(r"python:3\.\d+-[a-z-]+( AS \w+)?", rest)
        elif name == "RUN" and "-r " in rest:
            assert "--require-hashes" in rest and "--no-deps" in rest
    assert ("ENTRYPOINT", '["policyengine"]') in instructions


def test_no_page_of_the_repository_names_a_place_of_one_machine() -> None:
    pages = [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("examples/**/*.md"),
        *EDITOR.glob("*.md"),
    ]
    for page in pages:
        assert not re.search(r"(/work/|/tmp/w/|/root/)", page.read_text("utf-8")), Path(page).name
