"""Options that several commands share."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterable
from typing import Any, TextIO

import click

from policyengine.cli.speech import say
from policyengine.diagnostics.diagnostic import Message
from policyengine.diagnostics.i18n import LANGUAGES, Language, Speech
from policyengine.diagnostics.system import system_reason
from policyengine.engines.choice import ENGINES
from policyengine.reading.file_names import is_rulebook, rulebooks_in
from policyengine.render.workflow import inert, may_command, obeys
from policyengine.resources import data_directory
from policyengine.values.escaping import printable

STANDARD_OUTPUT = "-"
_NARROWEST, _USUAL = 40, 80


class WholeNumber(click.IntRange):
    """A whole number, called so in the reader's language: click has no words for its own types."""

    name = say("whole number")


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
    help=say("Switch on an overlay of the rulebook."),
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
    help=say("What if: replace a fact of the case; nothing after = removes it."),
)
width = click.option(
    "--width",
    type=WholeNumber(40, 1000),
    metavar="COLUMNS",
    help=say("How many columns lines may have; if left out, those of the terminal."),
)
quick = click.option(
    "--quick",
    is_flag=True,
    help=say("Do not try what the case could still say: faster, and more stays undetermined."),
)
engine = click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="auto",
    help=say("Which engine judges; auto is durable-rules for one case where it can run, else compiled."),
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
                say("there are several rulebooks here: choose one with --rules {path}", path=found[0])
            )
    found = _rulebooks(data_directory("rules"))
    if len(found) == 1:
        return found[0]
    raise click.UsageError(say("there is no rulebook here: name its folder with --rules"))


def is_included(folder: str) -> bool:
    """Tell whether a rulebook is the one that comes with the program."""
    return folder in _rulebooks(data_directory("rules"))


def _rulebooks(folder: str) -> list[str]:
    """Return the folder if it is a rulebook, or else the rulebooks directly in it."""
    if folder == ".":
        return [folder] if is_rulebook(folder) else []
    if not os.path.isdir(folder):
        return []
    try:
        return rulebooks_in(folder)
    except OSError as fault:
        words = say("{path} cannot be read: {reason}", path=folder, reason=reason_of(fault))
        raise click.UsageError(words) from None


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


def has_color(stream: TextIO | None) -> bool:
    """Tell whether to write colours: to a terminal, unless NO_COLOR is set (https://no-color.org)."""
    if stream is None:
        return False
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def columns(asked: int | None, stream: TextIO | None) -> int | None:
    """Return how many columns a line may have: those asked for, or those of the terminal, else None.

    What goes into a pipe or a file is never broken to the width of a terminal: it is the same everywhere, and
    ``grep`` finds whole sentences in it.
    """
    if asked is not None or stream is None or not stream.isatty():
        return asked
    try:
        return max(_NARROWEST, os.get_terminal_size(stream.fileno()).columns)
    except (OSError, ValueError):  # a terminal that does not say
        return _USUAL


class OutputFailed(Exception):
    """Standard output does not take what is written: a full disk, for instance."""


class OutputFile(click.Path):
    """A file that a command writes at its end; one that cannot be written is refused before the work.

    ``stdout``: ``-`` is standard output, and no file of that name.
    """

    def __init__(self, stdout: bool = False) -> None:
        """Every option that names a file to write has this type."""
        super().__init__()
        self.stdout = stdout

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path. Raises OutputFailed."""
        path = super().convert(value, param, ctx)
        is_completing = ctx is not None and ctx.resilient_parsing
        if not is_completing and not (self.stdout and path == STANDARD_OUTPUT):
            _refuse_unwritable(os.fsdecode(path))
        return path


def _refuse_unwritable(path: str) -> None:
    from policyengine.syntax.writing import refuse_unwritable  # only for commands that write files

    try:
        refuse_unwritable(path)
    except (OSError, ValueError) as fault:
        raise OutputFailed(f"{printable(path)}: {reason_of(fault)}") from None


def is_file(path: str | None) -> bool:
    """Tell whether a path is that of a file, there or still to be: not `-`, a pipe or a device."""
    if path is None or path == STANDARD_OUTPUT:
        return False
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        return True


def write(text: str, commands: bool = False, is_more_ready: bool = False) -> None:
    """Write data to standard output, as UTF-8 whatever the locale. Raises OutputFailed.

    ``commands``: the text may command a CI system. ``is_more_ready``: nobody has to wait for what comes next,
    so that both can go on their way together.
    """
    stream = sys.stdout
    if not commands and may_command(text) and _is_obeyed(stream):
        text = inert(text)
    try:
        buffer = getattr(stream, "buffer", None)
        if buffer is None:
            stream.write(text)
        elif is_more_ready:
            buffer.write(text.encode("utf-8", "backslashreplace"))
        else:
            stream.flush()
            buffer.write(text.encode("utf-8", "backslashreplace"))
            buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as fault:
        raise OutputFailed(reason_of(fault)) from None


def tell(text: str) -> None:
    """Write a message to standard error, ended by a line feed. Raises OSError."""
    if may_command(text) and _is_obeyed(sys.stderr):
        text = inert(text)
    if sys.stdout is not None:
        with contextlib.suppress(OSError, ValueError):  # which whoever writes there is told
            sys.stdout.flush()  # both may go to one place
    click.echo(text.removesuffix("\n"), err=True)


def _is_obeyed(stream: TextIO | None) -> bool:
    """Tell whether a CI system reads what is written here for commands; it does not read files."""
    if not obeys(os.environ) or stream is None:
        return False
    try:
        return not stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # no file at all, as in tests
        return True


def reason_of(fault: OSError | ValueError) -> str:
    """Return why something cannot be read or written, as the system says it."""
    return say.message(system_reason(fault))


def write_file(path: str, text: str) -> None:
    """Write a whole file or nothing: what was there stays until the text is complete. Raises OutputFailed.

    A file that is there keeps its rights, and a link to it stays a link.
    """
    write_file_in_parts(path, (text.encode("utf-8", "backslashreplace"),))


def refuse_existing(path: str | None, say: Speech) -> None:
    """Raise UsageError for a file that is there: somebody may have edited it. A pipe or device is none."""
    if path is None or path == STANDARD_OUTPUT or not os.path.lexists(path):
        return
    if os.path.islink(path) or os.path.isfile(path):
        raise click.UsageError(
            say("{path} is there already, and is not written over: choose another name", path=path)
        )


def put(path: str | None, text: str) -> None:
    """Write to a file, or to standard output where none is named. Raises OutputFailed."""
    if path is None or path == STANDARD_OUTPUT:
        write(text)
    else:
        write_file(path, text)


def write_file_in_parts(path: str, parts: Iterable[bytes]) -> None:
    """Write a file as :func:`write_file` does, of which not the whole is there at once."""
    from policyengine.syntax.writing import write_parts  # only for the commands that write files

    try:
        write_parts(path, parts)
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the path
        raise OutputFailed(f"{printable(path)}: {reason_of(fault)}") from None
