"""``policyengine show``: what one rule, deadline, amount, parameter or clause says, as a sentence."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from policyengine.cli import loading, options
from policyengine.cli.examples import OfShow
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.i18n import Language, Speech

if TYPE_CHECKING:
    from policyengine.render.cards import Cards


@click.command(
    "show",
    cls=OfShow,
    short_help=say_help("Print a rule, deadline or other part as a sentence."),
    help=say_help("Print what a rule says as a sentence; names of facts, deadlines and so on work too."),
)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@options.rules
@options.overlays
@options.width
@options.language
def command(
    names: tuple[str, ...],
    rules: str | None,
    overlays: tuple[str, ...],
    width: int | None,
    language: Language,
) -> None:
    """Print parts of a rulebook as sentences."""
    from policyengine.render.cards import WIDTH, Cards

    say = options.speech(language)
    book, _ = loading.load_model(options.find_rules(rules), overlays, say)
    columns = options.columns(width, sys.stdout) or WIDTH
    cards = Cards(book, say, options.has_color(sys.stdout), columns)
    options.write("\n".join(text for name in names for text in _cards(cards, name, say)))


def _cards(cards: Cards, name: str, say: Speech) -> list[str]:
    """Return the cards of a name, with or without the number or of a title. Raises UsageError."""
    from policyengine.diagnostics.did_you_mean import closest
    from policyengine.model.lookup import CARDS, Lookup
    from policyengine.syntax.keys import parse_name

    lookup = Lookup(cards.book)
    plain = parse_name(name).name  # of a record, the card of its list or fact
    for one in (name, plain):
        meant = (one, *(found.name for found in lookup.find(one, CARDS)))
        texts = dict.fromkeys(text for text in map(cards.of, meant) if text is not None)
        if texts:
            return [*texts]
    near = closest(plain, cards.names()) or lookup.closest(plain, CARDS)
    hint = say("did you mean `{word}`?", word=near) if near else say("`clauses` and `book` list all names")
    raise click.UsageError(say("nothing is named `{name}`; {help}", name=name, help=hint))
