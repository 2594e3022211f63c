"""``policyengine compile``: print the compiled forms of a rulebook."""

from __future__ import annotations

import click

from policyengine.cli import loading, options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.diagnostic import FaultsFound
from policyengine.diagnostics.i18n import Language

_FORMS = ("plan", "json", "durable", "python")


@click.command(
    "compile",
    short_help=say_help("Print what the engines start from."),
    help=say_help(
        "Print what the engines start from. `plan` and `json` leave the readings of "
        "assumptions open unless one is chosen with --assume; `durable` is what durable-rules "
        "is given, `python` what the compiled engine runs."
    ),
)
@options.rules
@click.option(
    "--emit",
    "form",
    type=click.Choice(_FORMS),
    default="plan",
    help=say_help("Which form to print."),
)
@options.assume
@options.overlays
@options.language
def command(
    rules: str | None, form: str, assumed: tuple[str, ...], overlays: tuple[str, ...], language: Language
) -> None:
    """Print a compiled form."""
    from policyengine.api import choose_readings
    from policyengine.compile.fold import fold

    say = options.speech(language)
    model, plan = loading.load_model(options.find_rules(rules), overlays, say)
    if assumed or form in ("durable", "python"):
        try:
            plan = fold(plan, choose_readings(model, dict(options.pairs(assumed, "--assume"))))
        except FaultsFound as found:
            raise loading.refused(found.diagnostics, say) from None
    if form == "python":
        from policyengine.engines.compiled.generate import generate
        from policyengine.engines.world import World

        options.write(generate(plan, World(model.zone, model.calendar)).source)
    elif form == "durable":
        from policyengine.engines.durable.text import durable_text

        options.write(durable_text(plan))
    elif form == "json":
        from policyengine.compile.plan_json import write_plan

        options.write(write_plan(plan, indent=2) + "\n")
    else:
        from policyengine.compile.plan_text import plan_text

        options.write(plan_text(plan))
