"""``policyengine case new``: a case to fill in, with what a policy asks for."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import click

from policyengine.cli import loading, options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.i18n import Language, Speech

if TYPE_CHECKING:
    from policyengine.model.rulebook import Rulebook as Model


@click.group(
    "case",
    short_help=say_help("Make a case to fill in."),
    help=say_help("Make cases without programming."),
)
def command() -> None:
    """Make cases."""


@command.command(
    "new",
    short_help=say_help("Write a case to fill in, with what a policy asks for."),
    help=say_help(
        "Write a case in YAML to fill in: what the policies ask for, each with its meaning, how it is"
        " written, and an example. Without POLICY it asks in a terminal; else it is what all of them ask for."
    ),
)
@click.argument("policies", nargs=-1, metavar="[POLICY]...")
@options.rules
@click.option("--example", is_flag=True, help=say_help("Fill everything in with its example."))
@click.option(
    "--out",
    "-o",
    metavar="FILE",
    default="-",
    type=options.OutputFile(stdout=True),
    help=say_help("Where the case goes: a new file, or - for standard output."),
)
@options.language
def new(policies: tuple[str, ...], rules: str | None, example: bool, out: str, language: Language) -> None:
    """Write a case to fill in."""
    from policyengine.starting.case_form import CaseForm

    say = options.speech(language)
    options.refuse_existing(out, say)
    model, _ = loading.load_model(options.find_rules(rules), (), say)
    if policies:
        chosen = [_named(model, one, say) for one in policies]
    else:
        chosen = _asked(model, say) if _is_terminal() else []
    text = CaseForm(model, list(dict.fromkeys(chosen)), say).text(example)
    if out == "-":
        options.write(text)
        return
    options.write_file(out, text)
    # A rulebook that was asked for is not the one that `evaluate` finds by itself.
    command = ["policyengine", "evaluate", out, *(() if rules is None else ("--rules", rules))]
    options.tell(say("{path}: fill it in, then: {command}", path=out, command=shlex.join(command)))


def _is_terminal() -> bool:
    """Tell whether there is somebody to ask."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _named(model: Model, name: str, say: Speech) -> str:
    """Return the policy with a name or title. Raises UsageError."""
    from policyengine.model.lookup import Lookup, Unknown

    found = Lookup(model).key(name, ("policy",))
    if isinstance(found, Unknown):
        raise click.UsageError(options.refused("POLICY", found.what, found.help, say))
    return found[0]


def _asked(model: Model, say: Speech) -> list[str]:
    """Ask which policy is meant, on standard error; none is all of them."""
    policies = list(model.policies.values())
    for number, policy in enumerate(policies, 1):
        title = policy.title.in_language(say.language)
        click.echo(say("{number}. {title} ({name})", number=number, title=title, name=policy.id), err=True)
    question = say("Which policy? A number or a name; nothing for all")
    answer = str(click.prompt(question, default="", show_default=False, err=True)).strip()
    if not answer:
        return []
    if answer.isascii() and answer.isdigit() and 0 < int(answer) <= len(policies):
        return [policies[int(answer) - 1].id]
    return [_named(model, answer, say)]
