"""``policyengine version``: which versions judge here."""

from __future__ import annotations

import platform

import click

from policyengine.cli import options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.i18n import Language
from policyengine.version import __version__


@click.command(
    "version",
    short_help=say_help("Print the versions of the program and its engines."),
    help=say_help("Print the versions of the program, of Python and of the engine."),
)
@options.language
def command(language: Language) -> None:
    """Print versions."""
    from policyengine.engines.durable.ruleset import TESTED_VERSION, why_unavailable

    say = options.speech(language)
    options.write(f"policyengine {__version__}\nPython {platform.python_version()}\n")
    reason = why_unavailable()
    if reason is None:
        options.write(say("engine: durable-rules {version}", version=TESTED_VERSION) + "\n")
    else:
        options.write(say("engine: compiled ({reason})", reason=say.message(reason)) + "\n")
