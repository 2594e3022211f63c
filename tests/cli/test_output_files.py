"""What cannot be written is told before the work, and help is whole: for every command that there is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from running import ROOT, Run

from policyengine.cli.options import OutputFile
from policyengine.cli.program import root
from policyengine.render.layout import width

# Options and arguments that name what is read: everything else that names a file is written.
_READ = {"cases", "case", "documents", "file", "files", "new", "old", "paths", "rulebook", "rules", "source"}
# A folder that `init` makes.
_MADE = {"folder"}


def _commands(
    group: click.Group, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, (*words, name))
        else:
            yield (*words, name), command


COMMANDS = list(_commands(root))
WRITTEN = [
    (words, command, option)
    for words, command in COMMANDS
    for option in command.params
    if isinstance(option.type, OutputFile)
]


def _words(command: click.Command, option: click.Parameter, place: str) -> list[str]:
    """Return words that give a command what it must have, none of which is there, and the option."""
    words = [
        word
        for one in command.params
        if one.required
        for word in ([one.opts[0], "none"] if isinstance(one, click.Option) else ["none"])
    ]
    return [*words, option.opts[0], place]


def test_every_file_that_an_option_names_is_read_or_written() -> None:
    named = {
        (words, option.name)
        for words, command in COMMANDS
        for option in command.params
        if isinstance(option.type, click.Path) or option.metavar == "FILE"
    }
    written = {(words, option.name) for words, _, option in WRITTEN}
    assert written and {name for _, name in named - written} <= _READ | _MADE
    assert not {name for _, name in written} & _READ


@pytest.mark.parametrize("words, command, option", WRITTEN, ids=lambda one: getattr(one, "name", None))
def test_what_cannot_be_written_is_told_before_the_work(
    run: Run, tmp_path: Path, words: tuple[str, ...], command: click.Command, option: click.Parameter
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for place, reason in (
        ("none/x.json", "No such file or directory"),
        ("file/x.json", "Not a directory"),
        ("", "Is a directory"),
        ("x" * 300, "File name too long"),
        ("loop", "Too many levels of symbolic links"),
    ):
        ran = run(*words, *_words(command, option, str(tmp_path / place)))
        assert (ran.code, ran.out) == (74, ""), ran
        assert "the output cannot be written" in ran.err and reason in ran.err
    assert sorted(os.listdir(tmp_path)) == ["file", "loop"]


def test_a_folder_that_takes_no_file(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whoever runs the tests may be allowed everything.
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != str(tmp_path) and allowed(path, mode))
    ran = run("test", "none", "--junit", str(tmp_path / "x.xml"))
    assert ran.code == 74 and "x.xml: Permission denied" in ran.err


def test_a_file_that_can_be_written_stays_as_it_is_until_the_end(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "x.xml"
    place.write_text("before")
    assert run("impact", "none", "none", "--cases", "none", "--out", str(place)).code != 74
    assert place.read_text() == "before" and os.listdir(tmp_path) == ["x.xml"]


def test_init_asks_nothing_where_it_can_make_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = run("init", str(tmp_path / "file" / "rules"))
    assert ran.code == 2 and "cannot be created: Not a directory" in ran.err
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_help_cuts_no_sentence(language: str) -> None:
    # In a process of its own: help is said in the language of the process.
    done = subprocess.run(
        [sys.executable, "-m", "policyengine", "--lang", language, "--help"],
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": os.environ["PATH"], "COLUMNS": "80"},
        capture_output=True,
        encoding="utf-8",
    )
    lines = done.stdout.splitlines()
    assert "..." not in done.stdout.replace("[ARGS]...", "")
    assert max(map(width, lines)) <= 80
    for words, command in COMMANDS:
        assert command.short_help, f"{words} has no short help"
        begins = [line for line in lines if line.startswith(f"  {words[0]} ")]
        assert begins and (language == "zh" or len(words) > 1 or begins[0].endswith(command.short_help))
