"""``policyengine explain-code``: the manual page of a diagnostic."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from policyengine.cli import options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.i18n import Language, Speech

if TYPE_CHECKING:
    from policyengine.manual.pages import Page


@click.command(
    "explain-code",
    short_help=say_help("Print the manual page of a diagnostic."),
    help=say_help("Print the manual pages of codes such as unknown-name; without one, list all codes."),
)
@click.argument("asked", nargs=-1, metavar="[CODE]...")
@options.language
def command(asked: tuple[str, ...], language: Language) -> None:
    """Print pages of the manual."""
    from policyengine.manual.pages import pages
    from policyengine.render.manual import render_contents, render_page

    say, color = options.speech(language), options.has_color(sys.stdout)
    manual = pages()
    if not asked:
        options.write(render_contents(manual.values(), say, color))
        return
    found = [_page(manual, code, say) for code in asked]
    options.write("\n".join(render_page(page, say, color) for page in found))


def _page(manual: Mapping[str, Page], code: str, say: Speech) -> Page:
    """Return the page of a code. Raises UsageError."""
    from policyengine.diagnostics.did_you_mean import closest

    # As people copy it from a message: `error[unknown-name]`.
    asked = code.rpartition("[")[2].rstrip("]:")
    page = manual.get(asked)
    if page is None:
        near = closest(asked, manual)
        hint = say("did you mean `{word}`?", word=near) if near else say("explain-code lists all codes")
        raise click.UsageError(say("there is no code `{code}`; {help}", code=code, help=hint))
    return page
