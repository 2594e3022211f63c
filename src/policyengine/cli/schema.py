"""``policyengine schema``: print the JSON Schema of a kind of file."""

from __future__ import annotations

import json

import click

from policyengine.cli import codes, options
from policyengine.cli.speech import say as say_help
from policyengine.i18n import Language

_KINDS = ("rulebook", "facts", "assumptions", "policy", "overlay", "cases", "case", "decision", "diagnostics")


@click.command(
    "schema",
    help=say_help("Print the JSON Schema of a kind of file; `case` is made from the rulebook's facts."),
)
@click.argument("kind", type=click.Choice(_KINDS))
@options.rules
@options.language
def command(kind: str, rules: str | None, language: Language) -> None:
    """Print a schema."""
    if kind != "case":
        from policyengine.schemas import schema_text

        options.write(schema_text(kind))
        return
    from policyengine.case_schema import case_schema
    from policyengine.load import load_model
    from policyengine.render.report import render_report

    loaded = load_model(options.find_rules(rules), ())
    if loaded.rulebook is None:
        click.echo(render_report(loaded.diagnostics, options.speech(language)), err=True, nl=False)
        raise click.exceptions.Exit(codes.RULE_FAULTS)
    options.write(json.dumps(case_schema(loaded.rulebook), ensure_ascii=False, indent=2) + "\n")
