"""``policyengine diff``: what has changed between two versions of a rulebook, in words."""

from __future__ import annotations

import os
import sys

import click

from policyengine.cli import loading, options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.model.rulebook import Rulebook
from policyengine.values.escaping import printable


@click.command(
    "diff",
    help=say_help(
        "Say in words what has changed between two versions of a rulebook. OLD and NEW are folders;"
        " OLD may be a revision of git such as git:main. NEW is the rulebook here if left out."
    ),
)
@click.argument("old", type=click.Path())
@click.argument("new", type=click.Path(), required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    help=say_help("Form of the output."),
)
@options.language
def command(old: str, new: str | None, form: str, language: Language) -> None:
    """Compare two versions."""
    from policyengine.changes.compare import compare
    from policyengine.changes.render import render_changes, render_changes_json, render_changes_markdown

    say = options.speech(language)
    folder = options.find_rules(new)
    _refuse_bare_revision(old, folder, say)
    before, (after, _) = _load_old(old, folder, say), loading.load_model(folder, (), say)
    changes = compare(before, after)
    if form == "json":
        options.write(render_changes_json(before, after, changes))
    elif form == "markdown":
        options.write(render_changes_markdown(changes, say))
    else:
        options.write(render_changes(changes, say, options.has_color(sys.stdout)))


def _refuse_bare_revision(path: str, folder: str, say: Speech) -> None:
    """Raise UsageError for a word that is no folder, and a revision of git: it is plain what was meant."""
    from policyengine.syntax.revision import PREFIX, is_revision, names_revision

    if not is_revision(path) and not os.path.exists(path) and names_revision(path, folder):
        words = say(
            "there is no folder `{path}`, but a revision of git: write `{written}`",
            path=path,
            written=f"{PREFIX}{path}",
        )
        raise click.UsageError(words)


def _load_old(path: str, folder: str, say: Speech) -> Rulebook:
    from policyengine.loading.load import load_files
    from policyengine.reading.rule_files import collect_from
    from policyengine.syntax.revision import RevisionUnknown, is_revision, open_revision

    if not is_revision(path):
        return loading.load_model(path, (), say)[0]
    try:
        with open_revision(path, folder) as revision:
            files, faults = collect_from(revision, revision.directory)
    except RevisionUnknown as reason:
        words = say("{path}: git says: {reason}", path=printable(path), reason=printable(str(reason)))
        raise click.UsageError(words) from None
    loaded = load_files(revision.directory, files, faults, ())
    texts = {file.path: file.data.decode("utf-8", "replace") for file in files}
    return loading.model_of(loaded, say, texts)[0]
