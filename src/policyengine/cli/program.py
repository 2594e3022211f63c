"""The program: finds the command that is asked for, runs it, and says what went wrong."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

import click

from policyengine.cli import options
from policyengine.cli.codes import FINE, INTERNAL, INTERRUPTED, OUTPUT_FAILED, PIPE_CLOSED, USAGE
from policyengine.cli.speech import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policyengine.diagnostics.i18n import Language

_NAME = "policyengine"
_WHOLE = 10_000  # more characters than any line of help has
_COMPLETE = "_POLICYENGINE_COMPLETE"
_COMMANDS = (
    "batch",
    "book",
    "case",
    "check",
    "clauses",
    "compile",
    "completion",
    "diff",
    "digest",
    "evaluate",
    "explain-code",
    "fmt",
    "impact",
    "init",
    "letter",
    "lsp",
    "report",
    "sample",
    "schema",
    "show",
    "test",
    "timeline",
    "version",
)


class _Formatter(click.HelpFormatter):
    """Writes help with the punctuation of the reader's language: click knows that of English alone."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write a line of usage."""
        super().write_usage(prog, args, say("Usage: ") if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        """Write a heading."""
        self.write(" " * self.current_indent + say("{heading}:", heading=heading) + "\n")


click.Context.formatter_class = _Formatter


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
        inner = command.commands.values() if isinstance(command, click.Group) else ()
        for one in (command, *inner):
            one.options_metavar = say("[OPTIONS]")
            if isinstance(one, click.Group):
                one.subcommand_metavar = say("COMMAND [ARGS]...")
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a line on every command, whole: click itself would cut what is too long for one line."""
        commands = [(name, self.get_command(context, name)) for name in _COMMANDS]
        with formatter.section(say("Commands")):
            formatter.write_dl(
                [(name, one.get_short_help_str(_WHOLE)) for name, one in commands if one is not None]
            )


@click.command(
    cls=_Commands,
    help=say("Judge marketplace cases by rules in YAML files."),
    options_metavar=say("[OPTIONS]"),
    subcommand_metavar=say("COMMAND [ARGS]..."),
    epilog=say("The language follows the environment (LANG); choose it with --lang zh or --lang en."),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@options.language
@click.pass_context
def root(context: click.Context, language: Language) -> None:
    """What stands before the command is what the command takes when nothing stands after it."""
    context.default_map = {name: {"language": language} for name in _COMMANDS}
    # Only of `case` is `new` a command; of others it is an argument.
    context.default_map["case"] = {"language": language, "new": {"language": language}}


def run_safely(arguments: Sequence[str] | None) -> int:
    """Run the command line; return the documented code to exit with, whatever happens."""
    _settle_streams()
    _speak_utf8()
    try:
        code = _code_of(sys.argv[1:] if arguments is None else list(arguments))
        options.write("")  # what is left in the buffer
    except BrokenPipeError:
        _forget_output()
        code = PIPE_CLOSED
    except (OSError, options.OutputFailed) as fault:
        code = _told_failure(fault)
    except Exception as bug:
        code = _told_bug(bug)
    return code


def _code_of(words: list[str]) -> int:
    """Run the command line; return the code to exit with. Raises OSError if the output takes nothing."""
    try:
        _run(words)
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except click.ClickException as fault:
        told = io.StringIO()
        fault.show(told)
        options.tell(_punctuated(told.getvalue()))
        return fault.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    return FINE


def _punctuated(text: str) -> str:
    """Return what click says of a usage: it puts spaces and full stops of English into every language."""
    if say.language == "en":
        return text
    text = text.replace("。 ", "。").replace("： ", "：")
    return f"{text[:-2]}。\n" if text.endswith(".\n") else text


def _told_failure(fault: OSError | options.OutputFailed) -> int:
    """Say that the output takes nothing, or that this is a fault of the program; return the code."""
    if isinstance(fault, OSError):
        if not _is_of_output(fault):
            return _told_no_folder() or _told_bug(fault)
        fault = options.OutputFailed(options.reason_of(fault))
    _forget_output()
    with contextlib.suppress(OSError):
        options.tell(say("the output cannot be written: {reason}", reason=fault))
    _silence()
    return OUTPUT_FAILED


def _is_of_output(fault: OSError) -> bool:
    """Tell whether click's `echo` raised it, which writes help and messages."""
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code is click.echo.__code__


def _told_no_folder() -> int:
    """Say that the working folder has been removed, if that is so, and return the code; 0 if it is there."""
    try:
        os.getcwd()
    except OSError:
        options.tell(say("the working folder no longer exists: change to another one"))
        return USAGE
    return FINE


def _run(words: list[str]) -> None:
    # Not click's own `main`: it ends with code 1 when a pipe is closed, and returns the codes of commands.
    asked = os.environ.get(_COMPLETE)
    if asked:
        from click.shell_completion import shell_complete

        raise click.exceptions.Exit(shell_complete(root, {}, _NAME, _COMPLETE, asked))
    with root.make_context(_NAME, words) as context:
        root.invoke(context)


def _settle_streams() -> None:
    """Put something in the place of standard streams that are closed.

    Otherwise the next file that is opened would take their numbers, and be written into by whatever prints.
    """
    if sys.stdin is None:
        _occupy(0, os.O_RDONLY)
    if sys.stdout is None:
        _occupy(1, os.O_RDONLY)  # what is written fails, as it should: nobody would get it
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        _occupy(2, os.O_WRONLY)


def _occupy(number: int, flags: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        handle = os.open(os.devnull, flags)
        if handle != number:
            os.dup2(handle, number)
            os.close(handle)


def _speak_utf8() -> None:
    """Write UTF-8 whatever the locale: help and messages are Chinese too, and must not fail half-way."""
    sys.stdout, sys.stderr = map(_whole, (sys.stdout, sys.stderr))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _whole(stream: TextIO) -> TextIO:
    """Return a stream that writes everything or fails.

    One without a buffer (``python -u``) drops what a full disk does not take, and says nothing.
    """
    if not isinstance(getattr(stream, "buffer", None), io.RawIOBase):
        return stream
    return io.TextIOWrapper(open(stream.fileno(), "wb", closefd=False), line_buffering=True)


def _forget_output() -> None:
    """Throw away what is left in the buffers, for its reader has gone and Python writes it at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _told_bug(bug: Exception) -> int:
    """Say that the program itself is wrong, loudly and with everything needed to find out why."""
    import traceback

    if os.environ.get("POLICYENGINE_DEBUG"):
        traceback.print_exception(bug)
    place = traceback.extract_tb(bug.__traceback__)[-1]
    where = f"{place.name}:{place.lineno}"
    with contextlib.suppress(OSError):
        options.tell(say("internal error: {kind}: {text}", kind=type(bug).__name__, text=str(bug)[:500]))
        options.tell(say("at {place}; this is a bug in the program: please report it", place=where))
    return INTERNAL


def _silence() -> None:
    """Let what Python writes at exit go nowhere: failing once more, it would end with a code of its own."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # in tests, or None
            if stream.fileno() == number:
                os.dup2(nowhere, number)
    os.close(nowhere)
