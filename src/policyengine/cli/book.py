"""``policyengine book``: the rulebook for people to read and print."""

from __future__ import annotations

import click

from policyengine.cli import loading, options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.i18n import Language


@click.command(
    "book",
    short_help=say_help("Write the rulebook as a policy book to read and print."),
    help=say_help(
        "Write the rulebook as a policy book in its languages: every clause, rule, deadline,"
        " parameter and test, with a diagram of how facts flow."
    ),
)
@options.rules
@options.overlays
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "markdown"]),
    default="html",
    help=say_help("Output format."),
)
@click.option(
    "--output",
    "-o",
    type=options.OutputFile(stdout=True),
    metavar="FILE",
    help=say_help("Write to this file."),
)
@options.language
def command(
    rules: str | None, overlays: tuple[str, ...], form: str, output: str | None, language: Language
) -> None:
    """Write a policy book."""
    from policyengine.book.content import policy_book
    from policyengine.book.html import render_book_html
    from policyengine.book.markdown import render_book_markdown

    book, tests, exercised = loading.load_tested(
        options.find_rules(rules), overlays, options.speech(language)
    )
    document = policy_book(book, tests, exercised)
    text = render_book_html(document) if form == "html" else render_book_markdown(document)
    options.put(output, text)
