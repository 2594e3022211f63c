"""``policyengine init``: a small commented rulebook and a case to start from."""

from __future__ import annotations

import os
import re
import shutil
import tempfile

import click

from policyengine.cli import codes, options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.i18n import Language, Speech

_STARTER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "starter")
_AS_OF = "2026-03-05 12:00"


@click.command("init", help=say_help("Make a small commented rulebook and a case in a new folder."))
@click.argument("folder", type=click.Path())
@options.language
def command(folder: str, language: Language) -> None:
    """Make a rulebook to start from."""
    say = options.speech(language)
    try:
        if os.path.lexists(folder) and (not os.path.isdir(folder) or os.listdir(folder)):
            raise click.UsageError(say("{path} is there already and is not an empty folder", path=folder))
        _copy_whole(folder, say)
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the path
        reason = options.reason_of(fault)
        options.tell(say("{path} cannot be made: {reason}", path=folder, reason=reason))
        raise click.exceptions.Exit(codes.USAGE) from None
    options.write(_report(folder, say))


def _copy_whole(folder: str, say: Speech) -> None:
    """Copy the starter beside its place and move it there, so that nothing is ever half written."""
    target = os.path.abspath(folder)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    draft = tempfile.mkdtemp(prefix=".policyengine-", dir=os.path.dirname(target))
    try:
        inner = os.path.join(draft, "rulebook")
        shutil.copytree(_STARTER, inner, ignore=shutil.ignore_patterns("__pycache__"))
        for base, _, files in os.walk(inner):
            for name in files:
                _translate_comments(os.path.join(base, name), say)
        os.replace(inner, target)  # over an empty folder too
    finally:
        shutil.rmtree(draft, ignore_errors=True)


_COMMENT = re.compile(r"(?<=# )\S.*")


def comments_of(text: str) -> list[str]:
    """Return the comments of a file of the starter, which teach the language; indented ones are commands."""
    return _COMMENT.findall(text)


def _translate_comments(path: str, say: Speech) -> None:
    """Put the comments of a file of the starter into the reader's language."""
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(_COMMENT.sub(lambda found: say.verbatim(found[0]), text))


def _report(folder: str, say: Speech) -> str:
    lines = [say("made in {path}:", path=folder)]
    for base, folders, files in os.walk(folder):
        folders.sort()
        lines += ["  " + os.path.join(base, name) for name in sorted(files)]
    example = os.path.join(folder, "cases", "example.json")
    lines += [say("try next:"), f"  policyengine check {folder}"]
    lines.append(f'  policyengine evaluate {example} --rules {folder} --as-of "{_AS_OF}"')
    return "\n".join(lines) + "\n"
