"""``policyengine check``: say everything that is wrong with rulebooks, their tests and cases."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from policyengine.cli import codes, options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.diagnostic import has_errors
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.values.escaping import printable

if TYPE_CHECKING:
    from policyengine.lint.examine import Examined

_FORMS = ("text", "json", "github", "sarif", "junit")


@click.command(
    "check",
    short_help=say_help("Find what is wrong with rulebooks, their tests and cases."),
    help=say_help(
        "Check rulebooks with their tests, and cases; exit with code 1 when there are errors. A file"
        " of a rulebook stands for the whole rulebook."
    ),
)
@click.argument("paths", nargs=-1, type=click.Path())
@options.rules
@options.overlays
@click.option(
    "--source",
    "documents",
    multiple=True,
    type=click.Path(),
    metavar="FILE",
    help=say_help("Also check every quote against this document."),
)
@click.option("--strict", is_flag=True, help=say_help("Exit with code 1 for warnings too."))
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMS),
    default="text",
    help=say_help("Output format."),
)
@options.width
@options.language
def command(
    paths: tuple[str, ...],
    rules: str | None,
    overlays: tuple[str, ...],
    documents: tuple[str, ...],
    strict: bool,
    form: str,
    width: int | None,
    language: Language,
) -> None:
    """Check files."""
    from policyengine.lint.examine import examine, find_places
    from policyengine.reading.file_names import rulebook_of

    say = options.speech(language)
    if not paths:
        paths = (options.find_rules(rules),)
        if rules is None and options.is_included(paths[0]) and form == "text":
            name = os.path.basename(paths[0])
            options.tell(say("there is no rulebook here: checking `{name}`, which is included", name=name))
    places = find_places(paths)
    # A case that lies in a rulebook is one of that rulebook.
    judging = {case: rules or rulebook_of(case) or options.find_rules(None) for case in places.cases}
    examined = examine(places, judging, overlays, documents)
    options.write(_rendered(examined, form, say, width), commands=form == "github")
    found = examined.diagnostics
    if form == "text":
        errors = sum(one.severity == "error" for one in found)
        options.tell(
            say("errors: {errors}, warnings: {warnings}", errors=errors, warnings=len(found) - errors)
        )
        _tell_pages(sorted({one.code for one in found}), say)
    fails = has_errors(found) or (strict and found)
    raise click.exceptions.Exit(codes.RULE_FAULTS if fails else codes.FINE)


def _tell_pages(codes_found: Sequence[str], say: Speech) -> None:
    """Say where it stands what the codes mean."""
    from policyengine.manual.address import address_of

    if codes_found:
        command = f"policyengine explain-code {' '.join(codes_found)}"
        options.tell(say("what this means: {where}", where=command))
    for code in codes_found:
        address = address_of(code, say.language)
        if address is not None:
            options.tell(f"  {printable(address)}")


def _rendered(examined: Examined, form: str, say: Speech, width: int | None) -> str:
    """Return the diagnostics in a form; only what the form needs is imported."""
    from policyengine.render import report

    found = examined.diagnostics
    if form == "json":
        return report.render_report_json(found)
    if form == "github":
        from policyengine.render.annotations import render_annotations

        return render_annotations(found, say)
    if form == "sarif":
        from policyengine.render.sarif import render_sarif

        return render_sarif(found, say)
    if form == "junit":
        from policyengine.render.report_junit import render_report_junit

        return render_report_junit(examined.files, found, say)
    columns = options.columns(width, sys.stdout)
    return report.render_report(found, say, options.has_color(sys.stdout), columns=columns)
