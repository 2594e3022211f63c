"""What the commands that judge very many cases have in common: options, what is told, how they end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from typing import ParamSpec, TypeVar

import click

from policyengine.batch.decisions import MOST_TOLD
from policyengine.batch.inputs import FORMS, Form, Input, NeedsArrow, find_inputs
from policyengine.batch.reading import Read
from policyengine.cli import codes, loading, options
from policyengine.cli.progress import Progress
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.diagnostic import FaultsFound
from policyengine.diagnostics.i18n import Speech
from policyengine.syntax.opening import STANDARD_INPUT
from policyengine.syntax.writing import Draft

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")
_WIDEST = 10_000  # characters before a case on its line: more are not shown with it

jobs = click.option(
    "--jobs",
    type=options.WholeNumber(1, 1024),
    metavar="N",
    help=say_help("How many processes judge; if left out, one per core."),
)
input_form = click.option(
    "--from",
    "input_form",
    type=click.Choice(FORMS),
    help=say_help("Format of the files, whatever they are called."),
)
id_name = click.option(
    "--id",
    "id_name",
    default="case",
    metavar="NAME",
    help=say_help("The column or key that names a case; `case` if left out."),
)
ignore = click.option(
    "--ignore",
    multiple=True,
    metavar="NAME",
    help=say_help("A column or key that is not a fact and is ignored."),
)
rejects = click.option(
    "--rejects",
    metavar="FILE",
    type=options.OutputFile(),
    help=say_help("Set faulty records aside in this file, each with what is wrong."),
)


def sources(
    words: Sequence[str], say: Speech, form: Form | None = None, usual: Form | None = None
) -> list[Input]:
    """Return the files that are named; ``usual`` is the form of those whose name tells none. Raises Exit."""
    found, faults = find_inputs(words, form, usual)
    if faults:
        loading.tell(faults, say)
        raise click.exceptions.Exit(codes.CASE_FAULTS)
    return found


def refuse_overwriting(
    sources: Iterable[Input], outputs: Iterable[tuple[str, str | None]], say: Speech
) -> None:
    """Raise UsageError where an option would write over what is read, or the same file as another one."""
    taken = {os.path.realpath(one.path): say("the cases") for one in sources if one.path != STANDARD_INPUT}
    for option, path in outputs:
        if path is None or not options.is_file(path):
            continue
        place = os.path.realpath(path)
        if place in taken:
            words = say(
                "{option} would overwrite {other}: {path}", option=option, other=taken[place], path=path
            )
            raise click.UsageError(words)
        taken[place] = option


@contextmanager
def told_faults(say: Speech) -> Iterator[None]:
    """Tell what keeps files of cases from being judged. Raises Exit and UsageError."""
    try:
        yield
    except NeedsArrow:
        words = say("Parquet and .zst need the package pyarrow: pip install 'dispute-policyengine[batch]'")
        raise click.UsageError(words) from None
    except FaultsFound as found:
        loading.tell(found.diagnostics, say)
        raise click.exceptions.Exit(codes.CASE_FAULTS) from None
    except BrokenProcessPool:
        raise was_killed(say) from None


def was_killed(say: Speech) -> click.exceptions.Exit:
    """Tell that a process that judged is gone, and return how to leave."""
    options.tell(
        say("a process that judged was killed, perhaps because memory ran out: try fewer with --jobs")
    )
    return click.exceptions.Exit(codes.INTERNAL)


def unwritable(path: str, fault: OSError | ValueError, say: Speech) -> click.exceptions.Exit:
    """Tell that a place cannot be written to, and return how to leave."""
    options.tell(say("{path} cannot be written: {reason}", path=path, reason=options.reason_of(fault)))
    return click.exceptions.Exit(codes.OUTPUT_FAILED)


def guarded(path: str, write: Callable[_Given, _Made], say: Speech) -> Callable[_Given, _Made]:
    """Return what writes to a place, and leaves with a message where that does not take it."""

    def write_or_leave(*words: _Given.args, **named: _Given.kwargs) -> _Made:
        try:
            return write(*words, **named)
        except OSError as fault:
            raise unwritable(path, fault, say) from None

    return write_or_leave


@contextmanager
def aside(
    path: str | None, say: Speech
) -> Iterator[tuple[Callable[[bytes], None] | None, Callable[[], None]]]:
    """Give what writes faulty records to their file, and what puts that into its place."""
    if path is None:
        yield None, lambda: None
        return
    with guarded(path, Draft, say)(path) as draft:
        yield guarded(path, draft.write, say), guarded(path, draft.finish, say)


class Faulty:
    """Tells the first faulty records one by one, and of the others how many they are."""

    def __init__(self, progress: Progress, say: Speech) -> None:
        """``progress`` makes way for what is told."""
        self.told = 0
        self._progress = progress
        self._say = say

    def take(self, reads: Iterable[Read]) -> None:
        """Tell faulty records, as long as they are few."""
        for read in reads:
            if self.told == MOST_TOLD:
                return
            self.told += 1
            self._progress.pause(partial(self._tell, read))

    def end(self, count: int) -> None:
        """Tell how many of so many faulty records were not told."""
        if self.told and count > self.told:
            options.tell(self._say("… and {count} more records with faults", count=count - self.told))

    def _tell(self, read: Read) -> None:
        text = " " * read.column + read.told if isinstance(read.told, str) and read.column < _WIDEST else ""
        loading.tell_of_case(read.faults, read.file, text, self._say, read.line)
