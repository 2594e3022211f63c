"""``policyengine check``: say everything that is wrong with rulebooks."""

from __future__ import annotations

import click

from policyengine.cli import codes, options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics import Diagnostic, has_errors
from policyengine.i18n import Language


@click.command(
    "check", help=say_help("Check the rulebooks in folders; exit with code 1 when there are errors.")
)
@click.argument("folders", nargs=-1, type=click.Path())
@options.rules
@options.overlays
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help=say_help("Form of the output."),
)
@options.language
def command(
    folders: tuple[str, ...], rules: str | None, overlays: tuple[str, ...], form: str, language: Language
) -> None:
    """Check rulebooks."""
    import sys

    from policyengine.load import check_model
    from policyengine.render.report import render_report, render_report_json

    say = options.speech(language)
    found: list[Diagnostic] = []
    for folder in folders or (options.find_rules(rules),):
        found += check_model(folder, overlays)
    if form == "json":
        options.write(render_report_json(found))
    else:
        options.write(render_report(found, say, options.has_color(sys.stdout)))
        errors = sum(one.severity == "error" for one in found)
        click.echo(
            say("errors: {errors}, warnings: {warnings}", errors=errors, warnings=len(found) - errors),
            err=True,
        )
    raise click.exceptions.Exit(codes.RULE_FAULTS if has_errors(found) else codes.FINE)
