"""``policyengine clauses``: every clause of the source, and what became of it."""

from __future__ import annotations

import sys
from typing import get_args

import click

from policyengine.cli import loading, options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.i18n import Language
from policyengine.model.clauses import ClauseStatus


@click.command(
    "clauses",
    short_help=say_help("List every clause of the source and what implements it."),
    help=say_help(
        "List every clause of the source: what implements it, which cases test it, or why it has no rule."
    ),
)
@options.rules
@click.option("--section", metavar="NAME", help=say_help("Only the clauses of this section."))
@click.option(
    "--status",
    type=click.Choice(get_args(ClauseStatus)),
    help=say_help("Only the clauses with this status."),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help=say_help("Output format."),
)
@options.language
def command(
    rules: str | None, section: str | None, status: str | None, form: str, language: Language
) -> None:
    """List the clauses."""
    from policyengine.render.clause_index import index_clauses, render_index, render_index_json

    say = options.speech(language)
    book, _, exercised = loading.load_tested(options.find_rules(rules), (), say)
    index = [
        one
        for one in index_clauses(book, exercised)
        if section in (None, one.clause.section) and status in (None, one.clause.status)
    ]
    if not index:
        known = ", ".join(dict.fromkeys(clause.section for clause in book.clauses.values()))
        if not known:
            raise click.UsageError(say("the rulebook has no clauses.yaml"))
        raise click.UsageError(
            say("no clause in that section has that status; the sections are: {names}", names=known)
        )
    if form == "json":
        options.write(render_index_json(book, index))
    else:
        options.write(render_index(index, say, options.has_color(sys.stdout)))
