"""``policyengine letter``: the text to send to a party of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from policyengine.api import judged_at
from policyengine.cli import codes, loading, options
from policyengine.cli.speech import say as say_help
from policyengine.diagnostics.i18n import Language, Speech
from policyengine.engines.choice import EngineName

if TYPE_CHECKING:
    from policyengine.api.decision import Decision
    from policyengine.model.rulebook import Rulebook
    from policyengine.outcome.letter import LetterContent


@click.command(
    "letter",
    short_help=say_help("Write to a party: what was decided, why, what to do by when."),
    help=say_help(
        "Write the letter to a party of a case: what was decided or is open, why, what the reader must do"
        " until when, and what follows otherwise. letters.yaml of the rulebook can say it in other words."
    ),
)
@click.argument("case", type=click.Path())
@click.option(
    "--to",
    "party",
    metavar="PARTY",
    help=say_help("To whom (required): a party of the rulebook, by its name or title."),
)
@options.rules
@click.option(
    "--as-of",
    metavar="TIME",
    help=say_help("Judge as of this instant; if left out: what the case gives as `as_of`, else now."),
)
@options.assume
@options.overlays
@options.settings
@click.option(
    "--out",
    type=options.OutputFile(stdout=True),
    metavar="FILE",
    help=say_help("Write the letter to a new file instead of standard output."),
)
@options.engine
@options.language
def command(
    case: str,
    party: str | None,
    rules: str | None,
    as_of: str | None,
    assumed: tuple[str, ...],
    overlays: tuple[str, ...],
    settings: tuple[str, ...],
    out: str | None,
    engine: EngineName,
    language: Language,
) -> None:
    """Write a letter."""
    from policyengine.outcome.letter import letter_content
    from policyengine.render.letter import render_letter

    say = options.speech(language)
    options.refuse_existing(out, say)
    rulebook = loading.load(options.find_rules(rules), assumed, overlays, engine, say)
    to = _party(rulebook.model, party, say)
    usual = loading.instant(rulebook, "--as-of", as_of, say)
    changes = options.pairs(settings, "--set")
    read = loading.read_case(
        rulebook, loading.only_case(case, say("a letter is about one case"), say), changes, say
    )
    decision = rulebook.judge(read, judged_at(read, usual, as_of is not None), changes)
    content = letter_content(decision, to)
    reason = _no_letter(decision, content, say)
    if reason:
        options.tell(say("no letter: {reason}", reason=reason))
        raise click.exceptions.Exit(codes.UNDETERMINED)
    options.put(out, render_letter(decision, content, say))


def _no_letter(decision: Decision, content: LetterContent, say: Speech) -> str:
    """Return why there is no letter to write, nothing if there is one."""
    from policyengine.render.empty import begins_later

    later = decision.first_later_event
    if later is not None:
        return begins_later(decision.judged.rulebook, later, decision.case.values[later], say)
    if content.is_empty:
        title = decision.judged.rulebook.parties[content.party].title.in_language(say.language)
        return say("in this case there is nothing to tell the {party}", party=title)
    return ""


def _party(book: Rulebook, asked: str | None, say: Speech) -> str:
    """Return a party by its name or title. Raises UsageError."""
    from policyengine.diagnostics.diagnostic import message
    from policyengine.model.lookup import Unknown
    from policyengine.outcome.letter import find_party, readers_help

    if asked is None:
        what = message("it is not said to whom the letter goes")
        raise click.UsageError(options.refused("--to", what, readers_help(book), say))
    found = find_party(book, asked)
    if isinstance(found, Unknown):
        raise click.UsageError(options.refused("--to", found.what, found.help, say))
    return found
