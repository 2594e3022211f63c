"""What the commands that judge very many cases have in common: options, what is told, how they end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial

import click

from policyengine.batch.decisions import MOST_TOLD
from policyengine.batch.inputs import FORMS, Form, Input, NeedsArrow, find_inputs
from policyengine.batch.reading import Read
from policyengine.cli import codes, loading, options
from policyengine.cli.progress import Progress
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.diagnostic import FaultsFound
from policyengine.diagnostics.i18n import Speech

_WIDEST = 10_000  # characters before a case on its line: more are not shown with it

jobs = click.option(
    "--jobs",
    type=click.IntRange(1, 1024),
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
