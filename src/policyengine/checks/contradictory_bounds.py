"""``contradictory-bounds`` (error): No value can be within the limits of a fact, or its default is not.

`at_least` is the smallest and `at_most` the largest value that a case may give; both are included. With the
smallest above the largest, every case that gives the fact would be refused. A default that its own limits
forbid would be used where no case could give it.

Fails::

    # facts.yaml
    facts:
      order.items: {type: count, title: {zh: 件数, en: items}, at_least: 10, at_most: 5}

Passes::

    # facts.yaml
    facts:
      order.total: {type: money, title: {zh: 交易金额, en: order total}, at_least: 5.00, at_most: 1000.00}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.checks.figures import figures_of, is_more
from policyengine.diagnostics.diagnostic import Diagnostic, error, message
from policyengine.diagnostics.span import Span
from policyengine.model.conditions import Operand
from policyengine.model.rulebook import Default, Fact, MissingByReading, Rulebook
from policyengine.values.literals import Value, ValueType, format_value


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every fact that no case could give, and every default that no case could give."""
    for fact in rulebook.facts.values():
        yield from _contradictions(fact, rulebook)
        yield from _defaults(fact, rulebook)


def _limits(fact: Fact, is_most: bool) -> list[tuple[str, Operand, Span]]:
    chosen = [one for one in fact.bounds if (one.operator == "at_most") is is_most]
    return [(one.operator, one.operand, one.span) for one in chosen]


def _contradictions(fact: Fact, book: Rulebook) -> Iterator[Diagnostic]:
    for _, least, _ in _limits(fact, False):
        for _, most, span in _limits(fact, True):
            pair = next(
                (
                    (low, high)
                    for low in figures_of(least, book)
                    for high in figures_of(most, book)
                    if low.meets(high) and is_more(low.value, high.value)
                ),
                None,
            )
            if pair is not None:
                low, high = (_shown(one.value, fact.type, book) for one in pair)
                what = message("no value is at least {low} and at most {high}", low=low, high=high)
                help = message("swap `at_least` and `at_most`, or correct one of them")
                yield error("contradictory-bounds", what, span, help)


def _defaults(fact: Fact, book: Rulebook) -> Iterator[Diagnostic]:
    missing = fact.if_missing
    given = [one for _, one in missing.readings] if isinstance(missing, MissingByReading) else [missing]
    defaults = [one.value for one in given if isinstance(one, Default)]
    for is_most in (False, True):
        for operator, operand, span in _limits(fact, is_most):
            for value in defaults:
                for limit in figures_of(operand, book):
                    if is_more(value, limit.value) if is_most else is_more(limit.value, value):
                        what = message(
                            "the default {value} is not within `{word}: {limit}`",
                            value=_shown(value, fact.type, book),
                            word=operator,
                            limit=_shown(limit.value, fact.type, book),
                        )
                        help = message("correct `if_missing`, or the limit")
                        yield error("contradictory-bounds", what, span, help)


def _shown(value: Value, type: ValueType, book: Rulebook) -> str:
    return str(format_value(value, type, book.zone, book.currency))
