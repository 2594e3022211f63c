"""``policyengine book``: the rulebook for people to read and print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import click

from policyengine.cli import loading, options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.i18n import Language
from policyengine.model.rulebook import Rulebook


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
    "--out",
    "--output",
    "-o",
    "output",
    type=options.OutputFile(stdout=True),
    metavar="FILE",
    help=say_help("Write to this file."),
)
@click.option(
    "--lang",
    "asked",
    type=click.Choice(["zh", "en", "both"]),
    default="both",
    help=say_help("The language of the book; `both`: all languages of the rulebook."),
)
def command(rules: str | None, overlays: tuple[str, ...], form: str, output: str | None, asked: str) -> None:
    """Write a policy book."""
    from policyengine.book import graphviz
    from policyengine.book.content import policy_book
    from policyengine.book.html import render_book_html
    from policyengine.book.markdown import render_book_markdown

    language: Language = say_help.language if asked == "both" else cast(Language, asked)
    book, tests, exercised = loading.load_tested(
        options.find_rules(rules), overlays, options.speech(language)
    )
    if form == "html" and not graphviz.is_there():
        options.tell(say_help("The diagrams are left out: they need the program `dot` of Graphviz.") + "\n")
    document = policy_book(book, tests, exercised, None if asked == "both" else _tags(book, asked))
    text = render_book_html(document) if form == "html" else render_book_markdown(document)
    options.put(output, text)


def _tags(book: Rulebook, asked: str) -> Sequence[str] | None:
    """Return the variety of a language in which the rulebook is written, None for all where it is not."""
    return [tag for tag in book.languages if tag.partition("-")[0] == asked][:1] or None
