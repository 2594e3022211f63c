"""``policyengine report``: count, group and list many cases, as a report of the rulebook says."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import BinaryIO

import click

from policyengine.api import Rulebook
from policyengine.cli import codes, loading, options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.frozen import replace
from policyengine.model.report import Report
from policyengine.reporting.periods import Period, PeriodError, days, week
from policyengine.reporting.tables import Counter, ReportResult
from policyengine.syntax.files import shown_name, unreadable
from policyengine.syntax.lines import Line, read_lines
from policyengine.syntax.opening import open_bytes

MOST_TOLD = 20
"""Faulty lines that are told one by one; the rest is only counted."""


@click.command(
    "report",
    help=say_help("Count the cases in NDJSON files (one case a line) as a report of the rulebook says."),
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
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html", "csv"]),
    default="text",
    help=say_help("Form of the output."),
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
    form: str,
    language: Language,
) -> None:
    """Make a report."""
    say = options.speech(language)
    rulebook = loading.load(options.find_rules(rules), assumed, overlays, "auto", say, "many")
    report = _find(rulebook, name, say)
    period = _period(report, week_text, first, last, say)
    instant = loading.instant(rulebook, "--as-of", as_of, say)
    counter = Counter(rulebook.model, report, period, instant)
    faulty = 0
    for path, line in _lines(files, say):
        faults = _take(rulebook, counter, instant, path, line)
        if faults:
            faulty += 1
            if faulty <= MOST_TOLD:
                loading.tell_of_case(faults, path, line.data.decode("utf-8", "replace"), say, line.number)
    if faulty > MOST_TOLD:
        options.tell(say("… and {count} more lines with faults", count=faulty - MOST_TOLD))
    options.write(_shown(counter.result(), faulty, form, say))
    raise click.exceptions.Exit(codes.CASE_FAULTS if faulty else codes.FINE)


def _find(rulebook: Rulebook, name: str, say: Speech) -> Report:
    found = rulebook.model.reports.get(name)
    if found is None:
        known = ", ".join(rulebook.model.reports) or say("none")
        raise click.UsageError(
            say("there is no report `{name}`; the reports: {known}", name=name, known=known)
        )
    return found


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


def _lines(paths: tuple[str, ...], say: Speech) -> Iterator[tuple[str, Line]]:
    """Return every line that is not blank with its file; files are never held as a whole."""
    with ExitStack() as opened:
        streams: list[tuple[str, BinaryIO]] = []
        for path in paths:  # before anything is counted: a report lacks no file
            try:
                stream = opened.enter_context(open_bytes(path))
            except (OSError, ValueError) as fault:
                loading.tell([unreadable(path, fault)], say)
                raise click.exceptions.Exit(codes.CASE_FAULTS) from None
            streams.append((path, stream))
        for path, stream in streams:
            yield from ((shown_name(path), line) for line in read_lines(path, stream))


def _take(rulebook: Rulebook, counter: Counter, instant: int, path: str, line: Line) -> Sequence[Diagnostic]:
    """Judge and count the case of one line, or return what is wrong with it."""
    if line.text is None:
        return line.faults
    case, faults = rulebook.read_case(line.text, path, line.number)
    if case is None:
        return faults
    if case.id == path or not _says_name(line.text):
        case = replace(case, id=f"{path}:{line.number}")
    counter.take(rulebook.judge(case, instant))
    return []


def _says_name(text: str) -> bool:
    return '"case"' in text


def _shown(result: ReportResult, faulty: int, form: str, say: Speech) -> str:
    # Only the form that is asked for is imported.
    if form == "html":
        try:
            from policyengine.reporting.html import render_report_html

            return render_report_html(result, faulty, say)
        except ImportError:
            words = say("--format html needs the package matplotlib: pip install matplotlib")
            raise click.UsageError(words) from None
    if form == "text":
        from policyengine.reporting.text import render_report_text

        return render_report_text(result, faulty, say, options.has_color(sys.stdout))
    from policyengine.reporting.data import render_report_csv, render_report_json

    return render_report_json(result, faulty) if form == "json" else render_report_csv(result, say)
