"""Options that several commands share."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable
from typing import TextIO

import click

from policyengine.cli.speech import say
from policyengine.diagnostics import Message
from policyengine.i18n import LANGUAGES, Language, Speech
from policyengine.resources import data_directory

language = click.option(
    "--lang",
    "language",
    type=click.Choice(LANGUAGES),
    default=say.language,
    help=say("Language of all texts; from the environment if left out."),
)
rules = click.option(
    "--rules",
    type=click.Path(),
    envvar="POLICYENGINE_RULES",
    help=say("Folder of the rulebook; if left out, the one here or below rules/, else the one shipped."),
)
overlays = click.option(
    "--overlay",
    "overlays",
    multiple=True,
    metavar="NAME",
    help=say("Switch an overlay file of the rulebook on."),
)


assume = click.option(
    "--assume",
    "assumed",
    multiple=True,
    metavar="ID=READING",
    help=say("Choose another reading of an assumption."),
)
settings = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="FACT=VALUE",
    help=say("What if: replace a fact of the case; nothing after = takes it out."),
)
engine = click.option(
    "--engine",
    type=click.Choice(["auto", "durable", "reference"]),
    default="auto",
    help=say("Which engine judges; auto is durable-rules where it can run."),
)


def find_rules(asked: str | None) -> str:
    """Return the folder of the rulebook to use: the one asked for, the only one here, or the one shipped."""
    if asked is not None:
        return asked
    for folder in (".", "rules"):
        found = _rulebooks(folder)
        if len(found) == 1:
            return found[0]
        if found:
            raise click.UsageError(
                say("several rulebooks are here: choose one with --rules {path}", path=found[0])
            )
    found = _rulebooks(data_directory("rules"))
    if len(found) == 1:
        return found[0]
    raise click.UsageError(say("there is no rulebook here: name its folder with --rules"))


def _rulebooks(folder: str) -> list[str]:
    """Return the folder if it is a rulebook, or else the rulebooks directly in it."""
    if os.path.isfile(os.path.join(folder, "rulebook.yaml")):
        return [folder]
    if folder == "." or not os.path.isdir(folder):
        return []
    inner = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
    return [path for path in inner if os.path.isfile(os.path.join(path, "rulebook.yaml"))]


def pairs(words: Iterable[str], option: str) -> list[tuple[str, str]]:
    """Return ``NAME=VALUE`` words as pairs. Raises UsageError."""
    found = []
    for word in words:
        name, separator, value = word.partition("=")
        if not separator or not name:
            raise click.UsageError(
                say("{option} takes NAME=VALUE, and this is `{word}`", option=option, word=word)
            )
        found.append((name, value))
    return found


def refused(option: str, what: Message, help: Message | None, say: Speech) -> str:
    """Return why what an option was given cannot be taken, and what to write."""
    words = say("{option}: {reason}", option=option, reason=say.message(what))
    return words if help is None else say("{fault}; {help}", fault=words, help=say.message(help))


def speech(language: Language) -> Speech:
    """Return the speech of the language that was chosen."""
    return say if language == say.language else Speech(language)


def has_color(stream: TextIO) -> bool:
    """Tell whether to write colours: to a terminal, unless NO_COLOR is set (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class OutputFailed(Exception):
    """Standard output does not take what is written: a full disk, for instance."""


def write(text: str) -> None:
    """Write data to standard output, as UTF-8 whatever the locale. Raises OutputFailed."""
    try:
        _write(text)
    except BrokenPipeError:
        raise
    except OSError as fault:
        raise OutputFailed(fault.strerror or type(fault).__name__) from None


def write_file(path: str, text: str) -> None:
    """Write a whole file or nothing: what was there stays until the text is complete. Raises OutputFailed.

    A file that is there keeps its rights, and a link to it stays a link.
    """
    target = os.path.realpath(path)
    partial = f"{target}.part"
    try:
        with open(partial, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        if os.path.exists(target):
            os.chmod(partial, os.stat(target).st_mode)
        os.replace(partial, target)
    except OSError as fault:
        with contextlib.suppress(OSError):
            os.remove(partial)
        raise OutputFailed(f"{path}: {fault.strerror or type(fault).__name__}") from None


def _write(text: str) -> None:
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
    else:
        buffer.write(text.encode("utf-8", "backslashreplace"))
        buffer.flush()
