"""``policyengine schema``: print the JSON Schema of a kind of file."""

from __future__ import annotations

import json

import click

from policyengine.cli import loading, options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.i18n import Language

_KINDS = (
    "policy",
    "rulebook",
    "facts",
    "assumptions",
    "clauses",
    "letters",
    "overlay",
    "report",
    "cases",
    "case",
    "decision",
    "outcomes",
    "batch-row",
    "batch-reject",
    "batch-summary",
    "diagnostics",
    "timeline",
    "clause-index",
    "report-result",
    "changes",
    "impact",
)


@click.command(
    "schema",
    short_help=say_help("Print the JSON Schema of a kind of file."),
    help=say_help(
        "Print the JSON Schema of a kind of file. `case` is made from the rulebook's facts; with --rulebook,"
        " `policy` (if KIND is left out), `overlay` and `cases` know its names and choices, too."
    ),
)
@click.argument("kind", type=click.Choice(_KINDS), required=False)
@click.option(
    "--rulebook",
    "--rules",
    "rulebook",
    type=click.Path(),
    metavar="FOLDER",
    help=say_help("Folder of the rulebook whose names and choices editors should complete."),
)
@options.language
def command(kind: str | None, rulebook: str | None, language: Language) -> None:
    """Print a schema."""
    from policyengine.reading.editor_schema import KINDS, editor_schema
    from policyengine.syntax.schemas import schema_text

    say = options.speech(language)
    if kind is None and rulebook is None:
        raise click.UsageError(say("name a kind of file, or a rulebook with --rulebook"))
    asked = kind or "policy"
    if asked == "case":
        from policyengine.reading.case_schema import case_schema

        schema = case_schema(loading.load_model(options.find_rules(rulebook), (), say)[0])
    elif rulebook is not None and asked in KINDS:
        schema = editor_schema(loading.load_model(rulebook, (), say)[0], asked)
    else:
        options.write(schema_text(asked))
        return
    options.write(json.dumps(schema, ensure_ascii=False, indent=2) + "\n")
