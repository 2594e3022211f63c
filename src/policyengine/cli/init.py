"""``policyengine init``: a small commented rulebook and a case to start from."""

from __future__ import annotations

import os
import shutil
import tempfile

import click

from policyengine.cli import codes, options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.diagnostic import Message, marked
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
                _comment(os.path.join(base, name), say)
        os.replace(inner, target)  # over an empty folder too
    finally:
        shutil.rmtree(draft, ignore_errors=True)


# The comments of the starter, which teach the language: they are written in the reader's.
COMMENTS = (
    marked("Points that the terms leave open. --assume A-01=excluded tries the other reading."),
    marked(
        "The vocabulary: what a case can say (role: given, the default), and what rules conclude (derived,"
        " outcome)."
    ),
    marked("left out: unknown, never guessed"),
    marked("left out: it has not happened"),
    marked("Tests beside the policy: what is given, and what must come out."),
    marked("the numbers that change; with dates: `effective: {{by: …}}` above, and `from: 2026-01-01` here"),
    marked("who must act, from when, within how long, what counts as acting"),
    marked("(base + plus - minus) × rate, rounded to the fen, then floor, then caps"),
    marked("the order of rules never matters"),
    marked("the exception says what it is an exception to"),
    marked("Who this rulebook is, and how it counts time. Everything is read as it stands; edit and run"),
    marked("times without an offset are read here"),
    marked("business days: China, with make-up working weekends"),
    marked("who acts, and who is told something"),
    marked("where the rules come from; the digest is that of the document's bytes"),
    marked("how time is counted; here one point depends on a reading"),
    marked("a day is 24 hours"),
)


def _comment(path: str, say: Speech) -> None:
    """Put the comments of a file of the starter into the reader's language."""
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    for template in COMMENTS:
        comment = str(Message(template))
        text = text.replace(f"# {comment}\n", f"# {say(template)}\n")
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def _report(folder: str, say: Speech) -> str:
    lines = [say("made in {path}:", path=folder)]
    for base, folders, files in os.walk(folder):
        folders.sort()
        lines += ["  " + os.path.join(base, name) for name in sorted(files)]
    example = os.path.join(folder, "cases", "example.json")
    lines += [say("try next:"), f"  policyengine check {folder}"]
    lines.append(f'  policyengine evaluate {example} --rules {folder} --as-of "{_AS_OF}"')
    return "\n".join(lines) + "\n"
