"""``title-differs`` (warning): A title or another text names a figure that does not count, or not every day.

A title such as “payment within 24 hours” is read beside the figure in every decision, letter and list. When
the figure changes, the words stay. What is told as well: `in_brief`, `happened`, `note`, the texts of notices
and the words of letters. A paragraph of a letter can speak of anything: it is told where it names a figure
that stands nowhere in the rules, or a dated one; name a parameter in braces, and the letter has its figure.
Leave the figure out of the words, for the decision shows it beside them (“payment in time”); a rule can also
be written once for each time, with `effective` and the words of that time.

Fails::

    # policies/returns.yaml
    effective: {by: order.received_at}
    parameters:
      return_period:
        title: {zh: 7天退货期, en: The 7 days to return}
        values: [{value: 7 days}, {value: 14 days, from: 2026-01-01}]

Passes::

    # policies/returns.yaml
    effective: {by: order.received_at}
    parameters:
      return_period:
        title: {zh: 退货期, en: Time to return}
        values: [{value: 7 days}, {value: 14 days, from: 2026-01-01}]
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.checks.told_figures import size, told, type_of_figure
from policyengine.checks.worded import WORDS_ARE_STALE, Holding, Worded, paragraphs, say_stale, stale, worded
from policyengine.diagnostics.diagnostic import Diagnostic, listing, message, warning
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.model.rulebook import Rulebook
from policyengine.values.literals import ValueType, format_value

_A_RULE = message(
    "leave the figure out of the words, or write the rule once for each time, with its days (`effective`)"
)
_IN_BRACES = message("leave the figure out of the words, or name its parameter in braces")
_ANOTHER = message("leave the figure out of the words: decisions show it beside them")


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell all words with a figure that is not, or no longer, that of the place they speak of."""
    for one in worded(rulebook):
        for text, span in ((one.title, one.span), *one.texts):
            yield from _tell(text, span, one, rulebook)
    for one in paragraphs(rulebook):
        for text, span in ((one.title, one.span), *one.texts):
            yield from _tell_paragraph(text, span, one, rulebook)


def _tell(text: Text, span: Span, one: Worded, rulebook: Rulebook) -> Iterator[Diagnostic]:
    found = stale(text.all, one.holdings, rulebook)
    help = _A_RULE if one.is_rule else _ANOTHER
    if found is not None:
        yield warning("title-differs", say_stale(WORDS_ARE_STALE, found, rulebook), span, help)
        return
    for words in text.all:
        figures = _wrong(words, one.holdings, rulebook)
        if figures:
            what = message(
                "a title or text here names {figures}, and the figure is {values}",
                figures=listing(figures),
                values=listing(dict.fromkeys(_values(one.holdings, rulebook))),
            )
            yield warning(
                "title-differs", what, span, message("write the figure that counts, or leave it out")
            )
            return


def _tell_paragraph(text: Text, span: Span, one: Worded, rulebook: Rulebook) -> Iterator[Diagnostic]:
    found = stale(text.all, one.holdings, rulebook)
    if found is not None:
        yield warning("title-differs", say_stale(WORDS_ARE_STALE, found, rulebook), span, _IN_BRACES)
        return
    figures = dict.fromkeys(
        figure
        for words in text.all
        for _, wrong in _unheld(words, one.holdings, rulebook)
        for figure in wrong
    )
    if figures:
        what = message(
            "a letter names {figures}, which stands nowhere in the rules", figures=listing(figures)
        )
        yield warning("title-differs", what, span, _IN_BRACES)


def _wrong(words: str, holdings: tuple[Holding, ...], rulebook: Rulebook) -> list[str]:
    """Return the figures of words, where they are of a kind that is held and none of them is held."""
    return next((wrong for count, wrong in _unheld(words, holdings, rulebook) if len(wrong) == count), [])


def _unheld(words: str, holdings: tuple[Holding, ...], rulebook: Rulebook) -> Iterator[tuple[int, list[str]]]:
    """Return how many figures of each kind that is held words name, and those of them that are not held."""
    held: dict[ValueType, set[object]] = {}
    for one in holdings:
        for figure in one.figures:
            held.setdefault(type_of_figure(figure.value, one.type), set()).add(size(figure.value))
    for type, sizes in held.items():
        found = told(type, words, rulebook.currency)
        if found:
            yield len(found), [figure for figure, value in found.items() if value not in sizes]


def _values(holdings: tuple[Holding, ...], rulebook: Rulebook) -> Iterator[str]:
    for one in holdings:
        for figure in one.figures:
            yield str(format_value(figure.value, one.type, rulebook.zone, rulebook.currency))
