"""``policyengine timeline``: what has happened, which clocks run, what comes if nobody acts."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TextIO

import click

from policyengine.api import judged_at
from policyengine.cli import loading, options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.engines.choice import EngineName
from policyengine.outcome.timeline import Timeline, make_timeline


@click.command(
    "timeline",
    short_help=say_help("Show what has happened, and what comes if nobody acts."),
    help=say_help("Show what has happened in a case and what will happen by itself if nobody acts."),
)
@click.argument("case", type=click.Path())
@options.rules
@click.option(
    "--as-of",
    metavar="TIME",
    help=say_help("Where the past ends; else what the case says under `as_of`, else now."),
)
@click.option("--until", metavar="TIME", help=say_help("Show nothing later than this."))
@options.assume
@options.overlays
@options.settings
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "svg", "html", "png"]),
    default="text",
    help=say_help("Output format."),
)
@click.option(
    "--out",
    "--output",
    "-o",
    "output",
    type=options.OutputFile(stdout=True),
    metavar="FILE",
    help=say_help("Write to this file."),
)
@options.engine
@options.width
@options.language
def command(
    case: str,
    rules: str | None,
    as_of: str | None,
    until: str | None,
    assumed: tuple[str, ...],
    overlays: tuple[str, ...],
    settings: tuple[str, ...],
    form: str,
    output: str | None,
    engine: EngineName,
    width: int | None,
    language: Language,
) -> None:
    """Show the timeline of a case."""
    say = options.speech(language)
    if form == "png":
        _check_png(output, say)
    rulebook = loading.load(options.find_rules(rules), assumed, overlays, engine, say, "many")
    usual = loading.instant(rulebook, "--as-of", as_of, say)
    end = None if until is None else loading.instant(rulebook, "--until", until, say)
    changes = options.pairs(settings, "--set")
    read = loading.read_case(
        rulebook, loading.only_case(case, say("a timeline is about one case"), say), changes, say
    )
    instant = judged_at(read, usual, as_of is not None)
    if end is not None and end < instant:
        raise click.UsageError(say("--until is before --as-of"))
    timeline = make_timeline(rulebook, read, instant, end)
    if form == "png":
        from policyengine.render.timeline_png import render_timeline_png

        assert output is not None
        options.write_file_in_parts(output, (render_timeline_png(timeline, say),))
    else:
        is_printed = output in (None, options.STANDARD_OUTPUT)
        options.put(output, _shown(timeline, form, say, width, sys.stdout if is_printed else None))


def _check_png(output: str | None, say: Speech) -> None:
    """Tell before the work what an image needs: the package that draws it, and a file."""
    if find_spec("resvg_py") is None:
        raise click.UsageError(
            say("--format png needs the package resvg-py: pip install 'dispute-policyengine[png]'")
        )
    if output in (None, options.STANDARD_OUTPUT):
        raise click.UsageError(say("--format png needs --out FILE: an image is not text"))


def _shown(timeline: Timeline, form: str, say: Speech, width: int | None, stream: TextIO | None) -> str:
    # Only the form that is asked for is imported.
    if form == "json":
        from policyengine.render.timeline_json import render_timeline_json

        return render_timeline_json(timeline)
    if form == "svg":
        from policyengine.render.timeline_svg import render_timeline_svg

        return render_timeline_svg(timeline, say)
    if form == "html":
        from policyengine.render.timeline_html import render_timeline_html

        return render_timeline_html(timeline, say)
    from policyengine.render.timeline_text import WIDTH, render_timeline

    columns = options.columns(width, stream) or WIDTH
    return render_timeline(timeline, say, options.has_color(stream), columns)
