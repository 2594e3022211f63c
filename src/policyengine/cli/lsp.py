"""``policyengine lsp``: the language server that an editor starts."""

from __future__ import annotations

import os
import sys

import click

from policyengine.cli import options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.i18n import Language


@click.command(
    "lsp",
    short_help=say_help("Serve an editor, which runs this by itself."),
    help=say_help("Start the language server on standard input and output; editors run this, not people."),
)
@click.option("--stdio", is_flag=True, hidden=True)  # what some editors add, and the only way there is
@options.language
def command(stdio: bool, language: Language) -> None:
    """Serve an editor."""
    say = options.speech(language)
    try:
        from policyengine.lsp.server import make_server
    except ImportError:
        raise click.UsageError(
            say("lsp needs the package pygls: pip install 'dispute-policyengine[lsp]'")
        ) from None
    # At its end the server closes what it writes to, and standard output is to be looked after by us.
    make_server(language).start_io(stdout=open(os.dup(sys.stdout.fileno()), "wb"))  # noqa: SIM115
