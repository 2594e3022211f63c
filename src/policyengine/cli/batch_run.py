"""One run of ``policyengine batch``: where everything goes, what is told on the way, and how it ends."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from io import FileIO
from typing import Any

import click

from policyengine.api import Rulebook
from policyengine.batch.columns import ColumnFinder
from policyengine.batch.decisions import Decisions, Done
from policyengine.batch.encoding import encoder_of, write_parquet
from policyengine.batch.inputs import Input, NeedsArrow
from policyengine.batch.records import check_heads
from policyengine.batch.row import RowShape
from policyengine.batch.run import Output, Passing, judge_blocks
from policyengine.batch.staging import ENDING, Busy, NotOurs, OtherRun, Staging, Unfinished
from policyengine.batch.summary import REJECTED, UNREAD, Summary
from policyengine.cli import codes, many, options
from policyengine.cli.progress import Progress
from policyengine.diagnostics.diagnostic import FaultsFound
from policyengine.diagnostics.i18n import Speech
from policyengine.frozen import Frozen, replace
from policyengine.model.lookup import Lookup
from policyengine.syntax.opening import STANDARD_INPUT
from policyengine.syntax.writing import write_all
from policyengine.version import __version__


class Places(Frozen):
    """Where the decisions, the rejects and the page with the summary go; None for nowhere."""

    out: str | None
    rejects: str | None
    report: str | None


class Stopped(click.exceptions.Exit):
    """The run stops before its end, and no file is written."""


class Run:
    """One run; ``code`` is what to exit with."""

    def __init__(
        self,
        rulebook: Rulebook,
        task: Decisions,
        sources: Sequence[Input],
        places: Places,
        jobs: int,
        strict: bool,
        say: Speech,
    ) -> None:
        """``task`` is what is done with the cases of ``sources``. Raises UsageError."""
        self.rulebook = rulebook
        self.task = task
        self.sources = sources
        self.places = places
        self.jobs = jobs
        self.strict = strict
        self.say = say
        self.shape = RowShape(rulebook.model)
        self.columns = ColumnFinder(Lookup(rulebook.model), task.named)
        self.began = time.monotonic()
        self.seconds = 0.0
        self.output: Output = Passing()
        named = (("--out", places.out), ("--rejects", places.rejects), ("--report", places.report))
        many.refuse_overwriting(sources, named, say)

    @property
    def code(self) -> int:
        """What to exit with: faulty records are a fault if nothing takes them, and files without end are."""
        count = self.output.summary.number
        is_faulty = count(*UNREAD) or (count(*REJECTED) and self.places.rejects is None)
        return codes.CASE_FAULTS if is_faulty else codes.FINE

    # ---------- judging

    def judge(self, resume: bool) -> None:
        """Judge everything, and put the decisions where they belong. Raises Exit and UsageError."""
        with many.told_faults(self.say):
            check_heads(self.sources, self.columns)
            if self.places.out is not None and options.is_file(self.places.out):
                self._stage(self.places.out, resume)
            else:
                self._pass_on()
        self.seconds = time.monotonic() - self.began

    def _pass_on(self) -> None:
        """Judge, and write each decision at once: nothing of it can be taken back."""
        with self._stream() as write, many.aside(self.places.rejects, self.say) as (put_aside, finish):
            if write is not None and not self.task.whole:
                write(encoder_of(self.task.target, self.shape).head())
            self.output = Passing(write, put_aside)
            self._judge()
            finish()

    @contextmanager
    def _stream(self) -> Iterator[Callable[[bytes], None] | None]:
        """Give what writes decisions to standard output, a pipe or a device; None to write none."""
        path = self.places.out
        if path is None:
            yield None
        elif path == STANDARD_INPUT:
            yield lambda data: options.write(data.decode("utf-8"))
        else:
            with many.guarded(path, FileIO, self.say)(path, "wb") as stream:
                yield many.guarded(path, partial(write_all, stream), self.say)

    def _stage(self, out: str, resume: bool) -> None:
        """Judge into a file that appears whole or not at all."""
        staging = self._staging(out, resume)
        self.output = staging
        now = staging.asked["now"]
        assert isinstance(now, int)
        self.task = replace(self.task, when=replace(self.task.when, instant=now))
        try:
            if not staging.is_complete:
                self._judge()
            convert = partial(write_parquet, self.shape) if self.task.target == "parquet" else None
            staging.finish(out, self.places.rejects, convert)
        except Stopped:
            staging.discard()
            raise
        except (FaultsFound, NeedsArrow):
            if not staging.digests:
                staging.discard()
            raise
        except OSError as fault:
            ending = many.unwritable(out, fault, self.say)
            options.tell(self._can_resume(staging))
            raise ending from None
        except OtherRun:
            raise self._refused(out, "cases") from None
        except BrokenProcessPool:
            ending = many.was_killed(self.say)
            options.tell(self._can_resume(staging))
            raise ending from None
        except KeyboardInterrupt:
            options.tell(self._can_resume(staging))
            raise
        finally:
            staging.close()

    def _can_resume(self, staging: Staging) -> str:
        return self.say(
            "{count} records are done; to continue, repeat the command with --resume",
            count=staging.summary.records,
        )

    def _staging(self, out: str, resume: bool) -> Staging:
        head = b"" if self.task.whole else encoder_of(self.task.target, self.shape).head()
        try:
            staging = Staging(out, self._asked(), head, resume)
        except Unfinished:
            words = self.say(
                "there is an unfinished run in {path}: continue it with --resume, or remove it",
                path=out + ENDING,
            )
            raise click.UsageError(words) from None
        except OtherRun as fault:
            raise self._refused(out, fault.what) from None
        except Busy:
            words = self.say("another process is writing {path}: wait until it has finished", path=out)
            raise click.UsageError(words) from None
        except NotOurs:
            words = self.say(
                "{path} is not the folder of a run that you started: remove it, or choose another --out",
                path=out + ENDING,
            )
            raise click.UsageError(words) from None
        except (OSError, ValueError) as fault:
            raise many.unwritable(out, fault, self.say) from None
        if resume and not staging.is_resumed:
            options.tell(self.say("there is no unfinished run of {path}: starting a new one", path=out))
        return staging

    def _refused(self, out: str, what: str) -> click.UsageError:
        """Return that an unfinished run is another one, and in what."""
        words = {
            "program": self.say("another version of this program"),
            "rulebook": self.say("another rulebook"),
            "overlays": self.say("other overlays"),
            "readings": self.say("other readings of assumptions"),
            "files": self.say("other files"),
            "cases": self.say("other cases in the files"),
            "as_of": self.say("another --as-of"),
            "names": self.say("another --id, --as-of or --ignore"),
            "form": self.say("another format"),
            "full": self.say("with or without --full"),
            "quick": self.say("with or without --quick"),
            "rejects": self.say("another --rejects"),
            "language": self.say("another language"),
        }
        return click.UsageError(
            self.say(
                "--resume: the run in {path} was started with other settings ({what}); "
                "remove it and start again",
                path=out + ENDING,
                what=words.get(what, what),
            )
        )

    def _asked(self) -> Mapping[str, Any]:
        """Return all on which the bytes of the output depend, besides the cases."""
        task = self.task
        return {
            "program": __version__,
            "rulebook": task.shipment.digest,
            "overlays": list(task.shipment.overlays),
            "readings": dict(task.shipment.readings),
            "files": [one.path for one in self.sources],
            "as_of": [task.when.kind, task.when.name, task.when.instant if task.when.kind == "given" else 0],
            "names": [task.named.id, task.named.as_of, *task.named.ignored],
            "form": task.target,
            "full": task.whole,
            "quick": not task.refine,
            "rejects": self.places.rejects,
            "language": task.language,
            "now": task.when.instant,
        }

    def _judge(self) -> None:
        """Judge block after block. Raises Stopped, OSError and what :func:`judge_blocks` does."""
        output = self.output
        with Progress(self.sources, self.say) as progress:
            blocks = judge_blocks(
                self.task, self.sources, self.columns, tuple(output.digests), self.jobs, progress.read
            )
            faulty = many.Faulty(progress, self.say)
            for digest, done in blocks:
                faulty.take(done.faulty)
                self._refuse(done)
                output.add(digest, done.rows, done.rejects, done.summary)
                progress.show(output.summary.records)
        faulty.end(output.summary.number(*REJECTED))

    def _refuse(self, done: Done) -> None:
        """Raise Stopped for a block that must not be written."""
        if done.differ is not None:
            difference, read = done.differ
            self._stop_for_difference(difference, read.file, read.line)
        self._stop_for_rejects(done.summary)

    def _stop_for_difference(self, difference: str, file: str, line: int) -> None:
        what = self.say("two engines judge a case differently: {difference}", difference=difference)
        options.tell(f"{file}:{line}: {what}")
        options.tell(self.say("this is a bug in the program: please report it, with the case"))
        raise Stopped(codes.INTERNAL)

    def _stop_for_rejects(self, summary: Summary) -> None:
        if self.strict and summary.number(*REJECTED):
            raise Stopped(codes.CASE_FAULTS)

    # ---------- afterwards

    def show(self, form: str) -> None:
        """Show the summary: among the messages where the rows are on standard output. Raises OutputFailed."""
        from policyengine.batch.summary_pages import (
            render_summary_html,
            render_summary_json,
            render_summary_text,
        )
        from policyengine.batch.summary_words import SummaryWords

        words = SummaryWords(self.rulebook.model, self.output.summary, self.say)
        on_errors = self.places.out == STANDARD_INPUT
        stream = sys.stderr if on_errors else sys.stdout
        seconds = self.seconds if stream is not None and stream.isatty() else None
        text = (
            render_summary_json(words)
            if form == "json"
            else render_summary_text(words, seconds, options.has_color(stream))
        )
        write: Callable[[str], None] = options.tell if on_errors else options.write
        write(text)
        if self.places.report is not None:
            book = self.rulebook.model
            judged = self.say(
                "rulebook {id} {version}, digest {digest}",
                id=book.id,
                version=book.version,
                digest=book.digest,
            )
            options.write_file(self.places.report, render_summary_html(words, judged))
