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
    "--source",
    "documents",
    multiple=True,
    type=click.Path(),
    metavar="FILE",
    help=say_help("Hold every quote against this document, too."),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help=say_help("Form of the output."),
)
@options.language
def command(
    folders: tuple[str, ...],
    rules: str | None,
    overlays: tuple[str, ...],
    documents: tuple[str, ...],
    form: str,
    language: Language,
) -> None:
    """Check rulebooks."""
    import sys

    from policyengine.load import check_model
    from policyengine.render.report import render_report, render_report_json

    say = options.speech(language)
    found: list[Diagnostic] = []
    for folder in folders or (options.find_rules(rules),):
        found += check_model(folder, overlays)
        found += _check_cases(folder)
        for path in documents:
            found += _check_quotes(folder, overlays, path)
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


def _check_cases(folder: str) -> list[Diagnostic]:
    """Return what is wrong with the cases beside the policies; whether they hold is for ``test`` to say."""
    from policyengine.testing.discover import find_files
    from policyengine.testing.run import Runner

    runner = Runner()
    if runner.model(folder)[0] is None:
        return []  # names of a rulebook with faults would all be told as unknown
    files, faults = find_files([folder])
    return faults + runner.read(files)[1]


def _check_quotes(folder: str, overlays: tuple[str, ...], path: str) -> list[Diagnostic]:
    """Return the quotes of a rulebook that a document does not hold."""
    from policyengine.checks.quotes import check_quotes, find_document, wrong_document
    from policyengine.files import decode_text, read_bytes
    from policyengine.load import load_model

    book = load_model(folder, overlays).rulebook
    if book is None:
        return []  # what is wrong with it has been told
    data, faults = read_bytes(path)
    if data is None:
        return faults
    document = find_document(book, data)
    if document is None:
        return [wrong_document(book, data, path)]
    text, faults = decode_text(path, data)
    return faults if text is None else [*check_quotes(book, document, text)]
