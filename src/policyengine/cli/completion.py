"""``policyengine completion``: the script that lets a shell complete commands and options."""

from __future__ import annotations

import click

from policyengine.cli import options
from policyengine.cli.speech import say as say_help


@click.command(
    "completion",
    short_help=say_help("Print the completion script of a shell."),
    help=say_help('Print the completion script of a shell: eval "$(policyengine completion bash)".'),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print a completion script."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(context.find_root().command, {}, "policyengine", "_POLICYENGINE_COMPLETE").source()
    options.write(script + "\n")
