"""``policyengine diff``: what has changed between two versions of a rulebook, in words."""

from __future__ import annotations

import sys

import click

from policyengine.cli import loading, options
from policyengine.cli.speech import say as say_help
from policyengine.cli.versions import load_version, refuse_bare_revision
from policyengine.diagnostics.i18n import Language


@click.command(
    "diff",
    short_help=say_help("Say in words what has changed between two versions."),
    help=say_help(
        "Say in words what has changed between two versions of a rulebook. OLD and NEW are "
        "folders; OLD may also be a git revision such as git:main. If NEW is left out, it is "
        "the rulebook here."
    ),
)
@click.argument("old", type=click.Path())
@click.argument("new", type=click.Path(), required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    help=say_help("Output format."),
)
@click.option(
    "--cases",
    "-c",
    multiple=True,
    metavar="FILE",
    type=click.Path(),
    help=say_help("Show instead what the changes would have done to these cases, as `impact` does."),
)
@options.width
@options.language
@click.pass_context
def command(
    context: click.Context,
    old: str,
    new: str | None,
    form: str,
    cases: tuple[str, ...],
    width: int | None,
    language: Language,
) -> None:
    """Compare two versions."""
    if cases:
        from policyengine.cli.impact import command as impact  # heavy, and seldom asked for

        context.invoke(impact, old=old, new=new, cases=cases, form=form, language=language)
    from policyengine.changes.compare import compare
    from policyengine.changes.render import (
        WIDTH,
        render_changes,
        render_changes_json,
        render_changes_markdown,
    )

    say = options.speech(language)
    folder = options.find_rules(new)
    refuse_bare_revision(old, folder, say)
    # The folder first: if it is wrong, so is the name that a revision of it has.
    after, _ = loading.load_model(folder, (), say)
    before = load_version(old, folder, (), say).model
    changes = compare(before, after)
    if form == "json":
        options.write(render_changes_json(before, after, changes))
    elif form == "markdown":
        options.write(render_changes_markdown(changes, say))
    else:
        columns = options.columns(width, sys.stdout) or WIDTH
        options.write(render_changes(changes, say, options.has_color(sys.stdout), columns))
