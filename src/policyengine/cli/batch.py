"""``policyengine batch``: judge very many cases, from files to a file, with all cores."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from policyengine.api import Rulebook
from policyengine.batch.columns import ColumnFinder, Named
from policyengine.batch.decisions import MOST_TOLD, Decisions, Done
from policyengine.batch.encoding import TARGETS, Target, encoder_of, write_parquet
from policyengine.batch.inputs import FORMS, Form, Input, NeedsArrow, find_inputs, form_of
from policyengine.batch.reading import Read, When
from policyengine.batch.row import RowShape
from policyengine.batch.run import Output, Passing, judge_blocks
from policyengine.batch.shipment import Shipment
from policyengine.batch.staging import ENDING, NothingToResume, Staging, Unfinished
from policyengine.batch.work import cores
from policyengine.cli import codes, loading, options
from policyengine.cli.progress import Progress
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.diagnostic import FaultsFound
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.frozen import replace
from policyengine.model.lookup import Lookup
from policyengine.syntax.opening import STANDARD_INPUT
from policyengine.values.literals import ValueType
from policyengine.version import __version__

if TYPE_CHECKING:
    from policyengine.batch.summary_pages import Facts

OWN = "own"


@click.command(
    "batch",
    help=say_help(
        "Judge very many cases: files with one case a line (.ndjson), a list of cases (.json), or a table"
        " (.csv, .parquet), also packed (.gz, .zst); patterns and folders name many, - is standard input."
        " Each decision becomes one flat row."
    ),
)
@click.argument("cases", nargs=-1, required=True, type=click.Path())
@click.option(
    "--out",
    "-o",
    metavar="FILE",
    type=click.Path(),
    help=say_help(
        "Where the decisions go: .ndjson, .csv or .parquet, - for standard output; else only a summary."
    ),
)
@options.rules
@click.option(
    "--as-of",
    metavar="TIME",
    help=say_help(
        "Judge as of this instant; or `own`: of the last event that a case tells of; or a fact or column that"
        " says when. Left out: as of what the case says under `as_of`, else now."
    ),
)
@options.assume
@options.overlays
@click.option(
    "--quick",
    is_flag=True,
    help=say_help("Do not try what the case could still say: faster, and more stays undetermined."),
)
@click.option(
    "--full", is_flag=True, help=say_help("Write whole decisions with their reasons, one line of JSON each.")
)
@click.option(
    "--rejects",
    metavar="FILE",
    type=click.Path(),
    help=say_help("Put faulty records aside in this file, each with what is wrong."),
)
@click.option("--strict", is_flag=True, help=say_help("Stop at the first faulty record, and write nothing."))
@click.option("--resume", is_flag=True, help=say_help("Go on where a run that was killed had come to."))
@click.option(
    "--jobs",
    type=click.IntRange(1, 1024),
    metavar="N",
    help=say_help("How many processes judge; as many as there are cores if left out."),
)
@click.option(
    "--from", "form", type=click.Choice(FORMS), help=say_help("Form of the files, whatever they are called.")
)
@click.option(
    "--to",
    "target",
    type=click.Choice(TARGETS),
    help=say_help("Form of the decisions, whatever the file is called."),
)
@click.option(
    "--id",
    "id_name",
    default="case",
    metavar="NAME",
    help=say_help("The column or key that names a case; `case` if left out."),
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="NAME",
    help=say_help("A column or key that is no fact and is left out."),
)
@click.option(
    "--report",
    metavar="FILE",
    type=click.Path(),
    help=say_help("Write the summary as an HTML page with charts, too."),
)
@click.option(
    "--format",
    "summary",
    type=click.Choice(["text", "json"]),
    default="text",
    help=say_help("Form of the summary."),
)
@options.language
def command(
    cases: tuple[str, ...],
    out: str | None,
    rules: str | None,
    as_of: str | None,
    assumed: tuple[str, ...],
    overlays: tuple[str, ...],
    quick: bool,
    full: bool,
    rejects: str | None,
    strict: bool,
    resume: bool,
    jobs: int | None,
    form: Form | None,
    target: Target | None,
    id_name: str,
    ignore: tuple[str, ...],
    report: str | None,
    summary: str,
    language: Language,
) -> None:
    """Judge very many cases."""
    say = options.speech(language)
    chosen = _target(out, target, full, say)
    if resume and out in (None, STANDARD_INPUT):
        raise click.UsageError(say("--resume goes on with a file: name it with --out"))
    rulebook = loading.load(options.find_rules(rules), assumed, overlays, "compiled", say, "many")
    when, as_of_name = _when(rulebook, as_of, say)
    named = Named(id_name, as_of_name, ignore)
    sources, faults = find_inputs(cases, form)
    if faults:
        loading.tell(faults, say)
        raise click.exceptions.Exit(codes.CASE_FAULTS)
    task = Decisions(_shipment(rulebook, overlays), named, when, chosen, full, not quick, language)
    run = _Run(rulebook, task, sources, jobs or cores(), strict, say)
    run.to(out, rejects, resume)
    run.show(summary, report, out == STANDARD_INPUT)
    is_faulty = run.facts.rejected and rejects is None
    raise click.exceptions.Exit(codes.CASE_FAULTS if is_faulty else codes.FINE)


def _target(out: str | None, asked: Target | None, full: bool, say: Speech) -> Target:
    told = None if out in (None, STANDARD_INPUT) else form_of(str(out))
    if told is not None and told[1]:
        raise click.UsageError(
            say("the decisions are not packed: leave .gz or .zst out, or pack the file afterwards")
        )
    found = asked or (told[0] if told is not None else "ndjson")
    if found == "json" and asked is None:
        found = "ndjson"
    if found not in TARGETS:
        raise click.UsageError(
            say(
                "the name {path} does not tell a form: end it in .ndjson, .csv or .parquet, or give --to",
                path=out,
            )
        )
    if full and found != "ndjson":
        raise click.UsageError(
            say("--full writes whole decisions, which are lines of JSON: end the name in .ndjson")
        )
    if found == "parquet" and out in (None, STANDARD_INPUT):
        raise click.UsageError(say("Parquet goes to a file: name it with --out"))
    chosen: Target = found
    return chosen


def _when(rulebook: Rulebook, asked: str | None, say: Speech) -> tuple[When, str]:
    """Return when cases are judged, and the key or column that says so besides facts. Raises UsageError."""
    now = int(time.time())
    if asked is None:
        return When("told", now), "as_of"
    if asked == OWN:
        return When("own", now), "as_of"
    try:
        return When("given", rulebook.read_instant(asked)), "as_of"
    except FaultsFound as found:
        fault = found.diagnostics[0]
    if asked[:1].isdigit():  # no name begins so
        raise click.UsageError(options.refused("--as-of", fault.message, fault.help, say))
    names = {one.name for one in Lookup(rulebook.model).find(asked, ("fact",))}
    if not names:
        return When("key", now, asked), asked
    fact = rulebook.model.facts[names.pop()]
    if names or fact.listed is not None or fact.type is not ValueType.INSTANT or fact.role != "given":
        raise click.UsageError(
            say(
                "--as-of takes a fact that cases give once and that is an instant; `{name}` is not",
                name=asked,
            )
        )
    return When("fact", now, fact.path), "as_of"


def _shipment(rulebook: Rulebook, overlays: Sequence[str]) -> Shipment:
    from policyengine.reading.rule_files import collect_files

    model = rulebook.model
    files, _ = collect_files(model.directory)
    return Shipment(
        model.directory, tuple(files), tuple(overlays), tuple(sorted(rulebook.readings.items())), model.digest
    )


class _Run:
    """One run; ``facts`` tells at its end what became of all records."""

    facts: Facts

    def __init__(
        self,
        rulebook: Rulebook,
        task: Decisions,
        sources: Sequence[Input],
        jobs: int,
        strict: bool,
        say: Speech,
    ) -> None:
        self.rulebook = rulebook
        self.task = task
        self.sources = sources
        self.jobs = jobs
        self.strict = strict
        self.say = say
        self.shape = RowShape(rulebook.model)
        self.began = time.monotonic()
        self.output: Output = Passing()

    def to(self, out: str | None, rejects: str | None, resume: bool) -> None:
        """Judge everything, and put the decisions where they belong. Raises Exit and UsageError."""
        from policyengine.batch.summary_pages import Facts

        try:
            if out is None or out == STANDARD_INPUT:
                self._pass_on(out)
            else:
                self._stage(out, rejects, resume)
        except NeedsArrow:
            words = self.say(
                "Parquet and .zst need the package pyarrow: pip install 'dispute-policyengine[batch]'"
            )
            raise click.UsageError(words) from None
        except FaultsFound as found:
            loading.tell(found.diagnostics, self.say)
            raise click.exceptions.Exit(codes.CASE_FAULTS) from None
        self.facts = Facts(self.output.records, self.output.rejected, time.monotonic() - self.began)

    def _pass_on(self, out: str | None) -> None:
        def write(data: bytes) -> None:
            options.write(data.decode("utf-8"))

        encoder = encoder_of(self.task.target, self.shape)
        if out is not None and not self.task.whole:
            write(encoder.head())
        self.output = Passing(write if out is not None else None)
        self._judge()

    def _stage(self, out: str, rejects: str | None, resume: bool) -> None:
        staging = self._staging(out, rejects, resume)
        self.output = staging
        now = staging.asked["now"]
        assert isinstance(now, int)
        self.task = _at(self.task, now)
        try:
            if not staging.is_complete:
                self._judge()
            convert = partial(write_parquet, self.shape) if self.task.target == "parquet" else None
            staging.finish(out, rejects, convert)
        except (FaultsFound, NeedsArrow, _Stopped):
            staging.discard()
            raise
        except OSError as fault:
            staging.close()
            words = self.say("{path} cannot be written: {reason}", path=out, reason=options.reason_of(fault))
            options.tell(f"{words}\n{self._can_resume(staging)}")
            raise click.exceptions.Exit(codes.OUTPUT_FAILED) from None
        except NothingToResume:
            staging.close()
            raise click.UsageError(
                self.say(
                    "--resume: the files hold other cases than before; remove {path} and begin again",
                    path=staging.folder,
                )
            ) from None
        except BrokenProcessPool:
            staging.close()
            words = self.say(
                "a process that judged was killed, perhaps because memory ran out: try fewer with --jobs"
            )
            options.tell(f"{words}\n{self._can_resume(staging)}")
            raise click.exceptions.Exit(codes.INTERNAL) from None
        except KeyboardInterrupt:
            staging.close()
            options.tell(self._can_resume(staging))
            raise

    def _can_resume(self, staging: Staging) -> str:
        return self.say(
            "{count} records are done; the same command with --resume goes on", count=staging.records
        )

    def _staging(self, out: str, rejects: str | None, resume: bool) -> Staging:
        head = b"" if self.task.whole else encoder_of(self.task.target, self.shape).head()
        try:
            return Staging(out, self._asked(rejects), head, resume)
        except Unfinished:
            words = self.say(
                "an unfinished run is in {path}: go on with --resume, or remove it", path=out + ENDING
            )
        except NothingToResume as fault:
            words = self.say("--resume: there is no unfinished run of {path}", path=out)
            if fault.what:
                words = self.say(
                    "--resume: the run in {path} was begun otherwise ({what}); remove it and begin again",
                    path=out + ENDING,
                    what=fault.what,
                )
        except OSError as fault:
            words = self.say("{path} cannot be written: {reason}", path=out, reason=options.reason_of(fault))
            options.tell(words)
            raise click.exceptions.Exit(codes.OUTPUT_FAILED) from None
        raise click.UsageError(words)

    def _asked(self, rejects: str | None) -> dict[str, Any]:
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
            "rejects": rejects,
            "language": task.language,
            "now": task.when.instant,
        }

    def _judge(self) -> None:
        columns = ColumnFinder(Lookup(self.rulebook.model), self.task.named)
        told = 0
        with Progress(self.sources, self.say) as progress:
            for done in judge_blocks(self.task, self.sources, columns, self.output, self.jobs, progress.read):
                progress.show(self.output.records)
                self._refuse_difference(done)
                for read in done.faulty:
                    if told < MOST_TOLD:
                        progress.pause(partial(self._tell, read))
                    told += 1
                if done.rejected and self.strict:
                    raise _Stopped(codes.CASE_FAULTS)
        if self.output.rejected > MOST_TOLD:
            options.tell(
                self.say("… and {count} more records with faults", count=self.output.rejected - MOST_TOLD)
            )

    def _tell(self, read: Read) -> None:
        text = read.told if isinstance(read.told, str) else ""
        loading.tell_of_case(read.faults, read.file, text, self.say, read.line)

    def _refuse_difference(self, done: Done) -> None:
        """Raise Exit where two engines differ, and keep the case."""
        if done.differ is None:
            return
        difference, read = done.differ
        what = self.say("two engines judge a case differently: {difference}", difference=difference)
        options.tell(f"{read.file}:{read.line}: {what}")
        options.tell(self.say("this is a fault of the program: please report it, with the case"))
        raise _Stopped(codes.INTERNAL)

    def show(self, form: str, report: str | None, on_errors: bool) -> None:
        """Show the summary; where the rows are on standard output, among the messages."""
        from policyengine.batch.summary_pages import (
            render_summary_html,
            render_summary_json,
            render_summary_text,
        )
        from policyengine.batch.summary_words import SummaryWords

        words = SummaryWords(self.rulebook.model, self.output.summary, self.say)
        color = options.has_color(sys.stderr if on_errors else sys.stdout)
        text = (
            render_summary_json(words, self.facts)
            if form == "json"
            else render_summary_text(words, self.facts, color)
        )
        write: Callable[[str], None] = options.tell if on_errors else options.write
        write(text)
        if report is not None:
            book = self.rulebook.model
            judged = self.say(
                "rulebook {id} {version}, digest {digest}",
                id=book.id,
                version=book.version,
                digest=book.digest,
            )
            options.write_file(report, render_summary_html(words, self.facts, judged))


class _Stopped(click.exceptions.Exit):
    """The run stops before its end, and nothing is written."""


def _at(task: Decisions, now: int) -> Decisions:
    """Return the same task at the instant at which its run began."""
    return replace(task, when=replace(task.when, instant=now))
