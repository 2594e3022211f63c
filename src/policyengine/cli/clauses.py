"""``policyengine clauses``: every clause of the source, and what became of it."""

from __future__ import annotations

import sys

import click

from policyengine.cli import codes, loading, options
from policyengine.cli.speech import say as say_help
from policyengine.i18n import Language
from policyengine.rulebook import Rulebook


@click.command(
    "clauses",
    help=say_help(
        "List every clause of the source: what implements it, which cases test it, or why it has no rule."
    ),
)
@options.rules
@click.option("--section", metavar="NAME", help=say_help("Only the clauses of this section."))
@click.option(
    "--status",
    type=click.Choice(["rule", "not_a_rule", "heading_only", "truncated", "noise"]),
    help=say_help("Only the clauses with this status."),
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
    rules: str | None, section: str | None, status: str | None, form: str, language: Language
) -> None:
    """List the clauses."""
    from policyengine.render.clause_index import index_clauses, render_index, render_index_json

    say = options.speech(language)
    book, exercised = _exercised(options.find_rules(rules), language)
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
            say("no clause is in that section with that status; the sections: {names}", names=known)
        )
    if form == "json":
        options.write(render_index_json(book, index))
    else:
        options.write(render_index(index, say, options.has_color(sys.stdout)))


def _exercised(rules: str, language: Language) -> tuple[Rulebook, dict[tuple[str, str], list[str]]]:
    """Return the rulebook, and the cases beside it that exercise each of its parts."""
    from policyengine.testing.discover import find_files
    from policyengine.testing.exercised import exercised_parts
    from policyengine.testing.run import Runner

    runner = Runner()
    book, faults = runner.model(rules)
    if book is None:
        loading.tell(faults, options.speech(language))
        raise click.exceptions.Exit(codes.RULE_FAULTS)
    files, faults = find_files([rules])
    scenarios, more = runner.read(files)
    loading.tell([*faults, *more], options.speech(language))
    return book, exercised_parts(runner.run(scenarios))
