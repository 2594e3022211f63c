"""Examples at the end of ``--help`` that name what the rulebook at hand has, so that they can be tried.

Help must never fail: where there is no rulebook, or it has errors, there are no examples.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from policyengine.cli import options
from policyengine.cli.speech import say

if TYPE_CHECKING:
    from policyengine.model.rulebook import Rulebook

_RULES = "--rules"
_WORDS = "policyengine.words"
_CASE = "CASE.json"


class Exemplified(click.Command):
    """A command whose help ends with examples of the rulebook at hand."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the words: the help is shown before the options are read."""
        ctx.meta[_WORDS] = tuple(args)
        return super().parse_args(ctx, args)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        book = _rulebook(ctx.meta.get(_WORDS, ()))
        lines = [] if book is None else list(self.examples(book))
        if book is not None and lines:
            title = book.title.in_language(say.language)
            with formatter.section(say("Examples with {title}", title=title)):
                for words in lines:
                    formatter.write(f"{' ' * formatter.current_indent}{ctx.command_path} {words}\n")

    @staticmethod
    def examples(book: Rulebook) -> Iterator[str]:
        """Yield what can follow the name of the command."""
        raise NotImplementedError


def _rulebook(words: tuple[str, ...]) -> Rulebook | None:
    from policyengine.loading.load import load_model

    asked = os.environ.get("POLICYENGINE_RULES")
    for place, word in enumerate(words):
        if word.startswith(f"{_RULES}="):
            asked = word.removeprefix(f"{_RULES}=")
        elif word == _RULES and place + 1 < len(words):
            asked = words[place + 1]
    try:
        return load_model(options.find_rules(asked), ()).rulebook
    except click.UsageError:
        return None


class OfEvaluate(Exemplified):
    """The examples of ``evaluate``."""

    @staticmethod
    def examples(book: Rulebook) -> Iterator[str]:
        """Yield one example for each option that names something, where the rulebook has such a thing."""
        outcome = next((one for one in book.facts.values() if one.role == "outcome" and not one.listed), None)
        if outcome is not None:
            yield f"{_CASE} --why {outcome.path}"
        rule = next((one for one in book.rules.values() if not one.listed), None)
        if rule is not None:
            yield f"{_CASE} --why-not {rule.id}"
        given = (one for one in book.facts.values() if one.role == "given" and not one.listed)
        choice = next((one for one in given if one.choices), None)
        if choice is not None:
            import shlex  # only for help

            yield f"{_CASE} --set {choice.path}={shlex.quote(choice.choices[0].name)}"
        for assumption in book.assumptions.values():
            other = next((one.id for one in assumption.readings if one.id != assumption.default), None)
            if other is not None:
                yield f"{_CASE} --assume {assumption.id}={other}"
                break
        if book.overlays:
            yield f"{_CASE} --overlay {book.overlays[0].id}"


class OfShow(Exemplified):
    """The examples of ``show``."""

    @staticmethod
    def examples(book: Rulebook) -> Iterator[str]:
        """Yield a rule, a deadline, an amount and a parameter, where there is one."""
        for group in (book.rules, book.deadlines, book.amounts, book.parameters):
            yield from list(group)[:1]


class OfTest(Exemplified):
    """The examples of ``test``."""

    @staticmethod
    def examples(book: Rulebook) -> Iterator[str]:
        """Yield the tests of one policy, and the whole with what is not covered."""
        yield from (f"-k {id}" for id in list(book.policies)[:1])
        import shlex

        yield shlex.join([book.directory, "--coverage"])
