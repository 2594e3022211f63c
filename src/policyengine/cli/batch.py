"""``policyengine batch``: judge very many cases, from files to a file, with all cores."""

from __future__ import annotations

import click

from policyengine.batch.columns import Named
from policyengine.batch.decisions import Decisions
from policyengine.batch.encoding import TARGETS, Target
from policyengine.batch.inputs import Form, form_of
from policyengine.batch.shipment import ship
from policyengine.cli import loading, many, options
from policyengine.cli.batch_run import Places, Run
from policyengine.cli.speech import say as say_help
from policyengine.cli.whens import read_when
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.frozen import replace
from policyengine.processes import cores
from policyengine.syntax.opening import STANDARD_INPUT


@click.command(
    "batch",
    short_help=say_help("Judge many cases, from files to a table."),
    help=say_help(
        "Judge many cases: files with one case per line (.ndjson), a list of cases (.json) or "
        "a table (.csv, .parquet), compressed or not (.gz, .zst); patterns and folders name "
        "several files, - is standard input. Each decision becomes one flat row."
    ),
)
@click.argument("cases", nargs=-1, required=True, type=click.Path())
@click.option(
    "--out",
    "-o",
    metavar="FILE",
    type=options.OutputFile(stdout=True),
    help=say_help(
        "Where the decisions go: .ndjson, .csv or .parquet, - for standard output; if left "
        "out, only a summary."
    ),
)
@options.rules
@click.option(
    "--as-of",
    metavar="TIME",
    help=say_help(
        "Judge as of this instant; or `own`: the last event that a case tells of; or the fact "
        "or column that gives it. If left out: what the case gives as `as_of`, else now."
    ),
)
@options.assume
@options.overlays
@options.quick
@click.option(
    "--full", is_flag=True, help=say_help("Write whole decisions with their reasons, one line of JSON each.")
)
@many.rejects
@click.option("--strict", is_flag=True, help=say_help("Stop at the first faulty record, and write no file."))
@click.option(
    "--resume",
    is_flag=True,
    help=say_help("Continue an interrupted run; if there is none, start one."),
)
@many.jobs
@click.option(
    "--engine",
    type=click.Choice(["local", "spark"]),
    default="local",
    help=say_help("Who judges: the processes of this machine, or a cluster of Apache Spark (Parquet only)."),
)
@click.option(
    "--master",
    metavar="URL",
    help=say_help("With --engine spark, which cluster: spark://HOST:7077, yarn, k8s://…; else this machine."),
)
@many.input_form
@click.option(
    "--to",
    "target",
    type=click.Choice(TARGETS),
    help=say_help("Format of the decisions, whatever the file is called."),
)
@many.id_name
@many.ignore
@click.option(
    "--report",
    metavar="FILE",
    type=options.OutputFile(),
    help=say_help("Also write the summary as an HTML page with charts."),
)
@click.option(
    "--format",
    "summary",
    type=click.Choice(["text", "json"]),
    default="text",
    help=say_help("Format of the summary."),
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
    engine: str,
    master: str | None,
    input_form: Form | None,
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
    if resume and not options.is_file(out):
        raise click.UsageError(say("--resume continues a file: name it with --out"))
    rulebook = loading.load(options.find_rules(rules), assumed, overlays, "compiled", say, "many")
    when, as_of_name = read_when(rulebook, as_of, say)
    named = Named(id_name, as_of_name, ignore)
    sources = many.sources(cases, say, input_form)
    task = Decisions(ship(rulebook, overlays), named, when, chosen, full, not quick, language)
    places = Places(out, rejects, report)
    if engine == "spark":
        from policyengine.cli.batch_spark import OnSpark, refuse  # hardly ever needed

        refuse(sources, out, chosen, jobs, full or resume, say)
        task = replace(task, target="parquet")
        run: Run = OnSpark(rulebook, task, sources, places, strict, say, master)
    elif master is not None:
        raise click.UsageError(say("--master names a cluster: add --engine spark"))
    else:
        run = Run(rulebook, task, sources, places, jobs or cores(), strict, say)
    run.judge(resume)
    run.show(summary)
    raise click.exceptions.Exit(run.code)


def _target(out: str | None, asked: Target | None, full: bool, say: Speech) -> Target:
    told, packing = ("ndjson", "") if out is None or out == STANDARD_INPUT else form_of(out)
    if packing:
        raise click.UsageError(
            say("the decisions are not compressed: leave out .gz or .zst, or compress the file afterwards")
        )
    found = asked or told
    if found not in TARGETS:
        raise click.UsageError(
            say(
                "the name {path} does not show a format: use .ndjson, .csv or .parquet, or give --to",
                path=out,
            )
        )
    if full and found != "ndjson":
        raise click.UsageError(
            say("--full writes whole decisions as lines of JSON: use a name that ends in .ndjson")
        )
    if found == "parquet" and not options.is_file(out):
        raise click.UsageError(say("Parquet goes to a file: name it with --out"))
    chosen: Target = found
    return chosen
