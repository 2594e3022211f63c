"""The command line: one thin file a command. Data goes to standard output, messages to standard error."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import TYPE_CHECKING

import click

from policyengine.cli import options
from policyengine.cli.codes import FINE, INTERNAL, INTERRUPTED, OUTPUT_FAILED, PIPE_CLOSED
from policyengine.cli.speech import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policyengine.i18n import Language

_NAME = "policyengine"
_COMPLETE = "_POLICYENGINE_COMPLETE"
_COMMANDS = (
    "book",
    "check",
    "clauses",
    "completion",
    "diff",
    "evaluate",
    "explain-code",
    "fmt",
    "init",
    "lsp",
    "report",
    "schema",
    "show",
    "test",
    "timeline",
    "version",
)


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

        command = import_module(f"policyengine.cli.{name.replace('-', '_')}").command
        assert isinstance(command, click.Command)
        return command


@click.command(
    cls=_Commands,
    help=say("Judge marketplace cases by rules in YAML files."),
    epilog=say("The language of all texts follows the environment (LANG); --lang zh or --lang en chooses."),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@options.language
@click.pass_context
def _program(context: click.Context, language: Language) -> None:
    # What stands before the command is what the command takes when nothing stands after it.
    context.default_map = {name: {"language": language} for name in _COMMANDS}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with one of the documented codes."""
    # Loading makes many objects and no garbage: collecting would cost a tenth of the start-up time.
    gc.disable()
    _speak_utf8()
    try:
        _run(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
    except click.exceptions.Exit as ending:
        _leave(ending.exit_code)
    except click.ClickException as fault:
        fault.show()
        _leave(fault.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _leave(INTERRUPTED)
    except BrokenPipeError:
        _forget_output()
        _leave(PIPE_CLOSED)
    except options.OutputFailed as fault:
        _forget_output()
        click.echo(say("the output cannot be written: {reason}", reason=fault), err=True)
        _leave(OUTPUT_FAILED)
    except Exception as bug:
        _tell_bug(bug)
        _leave(INTERNAL)
    _leave(FINE)


def _run(words: list[str]) -> None:
    # Not click's own `main`: it ends with code 1 when a pipe is closed, and returns the codes of commands.
    asked = os.environ.get(_COMPLETE)
    if asked:
        from click.shell_completion import shell_complete

        raise click.exceptions.Exit(shell_complete(_program, {}, _NAME, _COMPLETE, asked))
    with _program.make_context(_NAME, words) as context:
        _program.invoke(context)


def _speak_utf8() -> None:
    """Write UTF-8 whatever the locale: help and messages are Chinese too, and must not fail half-way."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _forget_output() -> None:
    """Throw away what is left in the buffers, for its reader has gone and Python writes it at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


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
