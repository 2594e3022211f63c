"""The command line: one thin file a command. Data goes to standard output, messages to standard error."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

import click

from policyengine.cli.codes import INTERNAL, INTERRUPTED, PIPE_CLOSED
from policyengine.cli.speech import say

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS = ("check", "completion", "evaluate", "init", "schema", "version")


class _Commands(click.Group):
    """Imports a command only when it is asked for, because start-up matters."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return a command by its name."""
        if name not in _COMMANDS:
            return None
        from importlib import import_module

        command = import_module(f"policyengine.cli.{name}").command
        assert isinstance(command, click.Command)
        return command


@click.command(
    cls=_Commands,
    help=say("Judge marketplace cases by rules in YAML files."),
    epilog=say("The language of all texts follows the environment (LANG); --lang zh or --lang en chooses."),
    context_settings={"help_option_names": ["-h", "--help"]},
)
def _program() -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with one of the documented codes."""
    # Loading makes many objects and no garbage: collecting would cost a tenth of the start-up time.
    gc.disable()
    try:
        _program.main(
            args=None if arguments is None else list(arguments),
            prog_name="policyengine",
            standalone_mode=False,
        )
        sys.stdout.flush()
    except click.exceptions.Exit as ending:
        _leave(ending.exit_code)
    except click.ClickException as fault:
        fault.show()
        _leave(fault.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _leave(INTERRUPTED)
    except BrokenPipeError:
        # The reader has gone: what is left in the buffers must not be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _leave(PIPE_CLOSED)
    except Exception as bug:
        _tell_bug(bug)
        _leave(INTERNAL)


def _leave(code: int) -> None:
    raise SystemExit(code)


def _tell_bug(bug: Exception) -> None:
    """Say that the program itself is wrong, loudly and with everything needed to find out why."""
    import traceback

    if os.environ.get("POLICYENGINE_DEBUG"):
        traceback.print_exception(bug)
    place = traceback.extract_tb(bug.__traceback__)[-1]
    click.echo(say("internal error: {kind}: {text}", kind=type(bug).__name__, text=str(bug)[:500]), err=True)
    click.echo(
        say(
            "at {place}; this is a fault of the program: please report it",
            place=f"{place.name}:{place.lineno}",
        ),
        err=True,
    )
