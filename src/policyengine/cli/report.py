"""``policyengine report``: count, group and list many cases, as a report of the rulebook says."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from policyengine.api import Rulebook
from policyengine.batch.columns import ColumnFinder, Named
from policyengine.batch.inputs import Input
from policyengine.batch.records import check_heads, read_blocks
from policyengine.batch.shipment import ship
from policyengine.cli import codes, loading, many, options
from policyengine.cli.progress import Progress
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.model.lookup import REPORTS, Lookup, Unknown
from policyengine.model.report import Report
from policyengine.processes import cores, run_blocks
from policyengine.reporting.counting import Counting
from policyengine.reporting.periods import Period, PeriodError, days, week
from policyengine.reporting.tables import Counter, ReportResult


@click.command(
    "report",
    short_help=say_help("Count many cases as a report of the rulebook says."),
    help=say_help(
        "Count the cases in files as a report of the rulebook says: one case per line, or what `batch` reads."
    ),
)
@click.argument("name")
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--week", "week_text", metavar="YEAR-WEEK", help=say_help("The week, such as 2012-W27."))
@click.option("--from", "first", metavar="DAY", help=say_help("The first day, with --to instead of --week."))
@click.option("--to", "last", metavar="DAY", help=say_help("The last day, included."))
@options.rules
@click.option("--as-of", metavar="TIME", help=say_help("Judge as of this instant; now if left out."))
@options.assume
@options.overlays
@many.rejects
@many.jobs
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html", "csv"]),
    default="text",
    help=say_help("Output format."),
)
@options.language
def command(
    name: str,
    files: tuple[str, ...],
    week_text: str | None,
    first: str | None,
    last: str | None,
    rules: str | None,
    as_of: str | None,
    assumed: tuple[str, ...],
    overlays: tuple[str, ...],
    rejects: str | None,
    jobs: int | None,
    form: str,
    language: Language,
) -> None:
    """Make a report."""
    say = options.speech(language)
    rulebook = loading.load(options.find_rules(rules), assumed, overlays, "auto", say, "many")
    report = _find(rulebook, name, say)
    period = _period(report, week_text, first, last, say)
    instant = loading.instant(rulebook, "--as-of", as_of, say)
    sources = many.sources(files, say, usual="ndjson")
    many.refuse_overwriting(sources, [("--rejects", rejects)], say)
    counter = Counter(rulebook.model, report, period, instant)
    task = Counting(ship(rulebook, overlays), report.id, period, instant, language)
    faulty, unread = _counted(rulebook, task, sources, counter, rejects, jobs or cores(), say)
    options.write(_shown(counter.result(), faulty, form, say))
    is_faulty = unread or (faulty and rejects is None)
    raise click.exceptions.Exit(codes.CASE_FAULTS if is_faulty else codes.FINE)


def _counted(
    rulebook: Rulebook,
    task: Counting,
    sources: Sequence[Input],
    counter: Counter,
    rejects: str | None,
    jobs: int,
    say: Speech,
) -> tuple[int, int]:
    """Count all cases; return how many records are faulty, and how many files cannot be read to their end."""
    columns = ColumnFinder(Lookup(rulebook.model), Named())
    faulty = unread = records = 0
    with many.told_faults(say):
        check_heads(sources, columns)
        with many.aside(rejects, say) as (put_aside, finish), Progress(sources, say) as progress:
            teller = many.Faulty(progress, say)
            for block, done in run_blocks(task, read_blocks(sources, columns, progress.read), jobs):
                teller.take(done.faulty)
                faulty += done.rejected
                unread += done.unread
                records += sum(piece.count for piece in block)
                counter.merge(done.part)
                if put_aside is not None:
                    put_aside(done.rejects)
                progress.show(records)
            finish()
    teller.end(faulty)
    return faulty, unread


def _find(rulebook: Rulebook, name: str, say: Speech) -> Report:
    lookup, reports = Lookup(rulebook.model), rulebook.model.reports
    found = lookup.find(name, REPORTS)
    if not found:
        known = ", ".join(reports) or say("none")
        raise click.UsageError(
            say("there is no report `{name}`; the reports: {known}", name=name, known=known)
        )
    key = lookup.key(name, REPORTS)
    if isinstance(key, Unknown):
        raise click.UsageError(options.refused("NAME", key.what, key.help, say))
    return reports[key[0]]


def _period(
    report: Report, week_text: str | None, first: str | None, last: str | None, say: Speech
) -> Period:
    is_week = week_text is not None and first is None and last is None
    is_range = week_text is None and first is not None and last is not None
    if not is_week and not is_range:
        raise click.UsageError(say("say which days: --week 2012-W27, or --from and --to"))
    try:
        if week_text is not None:
            return week(week_text, report.week_starts)
        return days(first or "", last or "")
    except PeriodError as fault:
        words = say("{fault}; {help}", fault=say.message(fault.message), help=say.message(fault.help))
        raise click.UsageError(words) from None


def _shown(result: ReportResult, faulty: int, form: str, say: Speech) -> str:
    # Only the form that is asked for is imported.
    if form == "html":
        try:
            from policyengine.reporting.html import render_report_html

            return render_report_html(result, faulty, say)
        except ImportError:
            words = say(
                "--format html needs the package matplotlib: pip install 'dispute-policyengine[charts]'"
            )
            raise click.UsageError(words) from None
    if form == "text":
        from policyengine.reporting.text import render_report_text

        return render_report_text(result, faulty, say, options.has_color(sys.stdout))
    from policyengine.reporting.data import render_report_csv, render_report_json

    return render_report_json(result, faulty) if form == "json" else render_report_csv(result, say)
