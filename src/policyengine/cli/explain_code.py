"""``policyengine explain-code``: the manual page of a diagnostic."""

from __future__ import annotations

import sys

import click

from policyengine.cli import options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.i18n import Language


@click.command(
    "explain-code",
    short_help=say_help("Print the manual page of a diagnostic."),
    help=say_help("Print the manual page of a code such as unknown-name; without one, list all codes."),
)
@click.argument("code", required=False)
@options.language
def command(code: str | None, language: Language) -> None:
    """Print a page of the manual."""
    from policyengine.diagnostics.did_you_mean import closest
    from policyengine.manual.pages import pages
    from policyengine.render.manual import render_contents, render_page

    say, color = options.speech(language), options.has_color(sys.stdout)
    manual = pages()
    if code is None:
        options.write(render_contents(manual.values(), say, color))
        return
    # As people copy it from a message: `error[unknown-name]`.
    asked = code.rpartition("[")[2].rstrip("]:")
    page = manual.get(asked)
    if page is None:
        near = closest(asked, manual)
        hint = say("did you mean `{word}`?", word=near) if near else say("explain-code lists all codes")
        raise click.UsageError(say("there is no code `{code}`; {help}", code=code, help=hint))
    options.write(render_page(page, say, color))
