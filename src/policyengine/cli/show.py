"""``policyengine show``: what one rule, deadline, amount, parameter or clause says, as a sentence."""

from __future__ import annotations

import sys

import click

from policyengine.cli import loading, options
from policyengine.cli.examples import OfShow
from policyengine.cli.speech import say as say_help
from policyengine.i18n import Language


@click.command(
    "show",
    cls=OfShow,
    help=say_help("Print what a rule says as a sentence; names of facts, deadlines and so on work too."),
)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@options.rules
@options.overlays
@options.language
def command(names: tuple[str, ...], rules: str | None, overlays: tuple[str, ...], language: Language) -> None:
    """Print parts of a rulebook as sentences."""
    from policyengine.render.cards import Cards
    from policyengine.suggestions import closest

    say = options.speech(language)
    book, _ = loading.load_model(options.find_rules(rules), overlays, say)
    cards = Cards(book, say, options.has_color(sys.stdout))
    texts = []
    for name in names:
        text = cards.of(name)
        if text is None:
            near = closest(name, cards.names())
            hint = (
                say("did you mean `{word}`?", word=near)
                if near
                else say("`clauses` and `book` list all names")
            )
            raise click.UsageError(say("nothing is named `{name}`; {help}", name=name, help=hint))
        texts.append(text)
    options.write("\n".join(texts))
