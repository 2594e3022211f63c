"""``quote-differs`` (warning): The quote beside a figure gives another figure of the same kind.

Whoever reads the decision sees both. Either the figure is mistyped, or it was changed and the quote is still
the old one: quote the sentence that is in force now, or keep the old value with the day from which the new
one counts (`from`).

Fails::

    # policies/returns.yaml
    parameters:
      return_period:
        title: {zh: 退货期, en: Time to return}
        values: [{value: 9 days}]
        source: {section: "1", quote: 收货后7天内可以退货}

Passes::

    # policies/returns.yaml
    parameters:
      return_period:
        title: {zh: 退货期, en: Time to return}
        values: [{value: 9 days}]
        source: {section: "1", quote: 收货后9天内可以退货}
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction

from policyengine.checks.figures import figures_of
from policyengine.diagnostics.diagnostic import Diagnostic, listing, message, warning
from policyengine.diagnostics.span import Span
from policyengine.model.clauses import Source
from policyengine.model.conditions import Operand, Ref
from policyengine.model.rulebook import Rulebook
from policyengine.values.currencies import Currency
from policyengine.values.lengths import BUSINESS_WORDS, UNIT_WORDS, unit_of
from policyengine.values.literals import (
    MILLIONTH_PLACES,
    SMALLEST_UNITS,
    Duration,
    Value,
    ValueType,
    kind_of_unit,
)

_NUMBER = r"(?<![\d.,，第])(\d+(?:\.\d+)?)\s*"


def _units(kind: ValueType) -> str:
    """Return a pattern of the words for units of time; no word that goes on is one: 日期, daylight.

    年 and 月 with a number are a date more often than a length: only 个月 is looked for.
    """
    words = [word for word, unit in UNIT_WORDS.items() if kind_of_unit(unit) is kind and word != "年"]
    listed = "|".join(sorted(words, key=len, reverse=True))
    is_business = kind is ValueType.BUSINESS_DAYS
    return rf"({BUSINESS_WORDS}|{listed})" if is_business else rf"({listed})(?![a-z期])"


# How a text gives a figure of a type: in digits, with a unit.
_FIGURES: Mapping[ValueType, str] = {
    **{kind: _NUMBER + _units(kind) for kind in SMALLEST_UNITS},
    ValueType.PERCENT: _NUMBER + r"([%％])",
}


# Signs stand before a sum, too.
_SUM_AFTER = r"\s*(\d+(?:\.\d+)?)(?![\d.,])"


def _pattern(type: ValueType, currency: Currency) -> str | None:
    """Return how a text gives a figure of a type, None for a type of which no text gives one."""
    if type is not ValueType.MONEY:
        return _FIGURES.get(type)
    marks = "|".join(re.escape(one) for one in (currency.code, *currency.marks))
    return rf"{_NUMBER}({marks})(?![A-Za-z])|(?:{marks}){_SUM_AFTER}"


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every figure that the quote of its own part contradicts."""
    for parameter in rulebook.parameters.values():
        if parameter.values and not parameter.unconfirmed:
            values = [one.value for one in parameter.values]
            yield from _compare(values, parameter.type, parameter.source, parameter.values[-1].span, rulebook)
    for deadline in rulebook.deadlines.values():
        if deadline.within is not None:
            yield from _compare_operand(deadline.within, None, deadline.source, rulebook)
    for amount in rulebook.amounts.values():
        yield from _compare_operand(amount.rate, ValueType.PERCENT, amount.source, rulebook)
        for limit in (amount.floor, *(cap.limit for cap in amount.caps)):
            yield from _compare_operand(limit, ValueType.MONEY, amount.source, rulebook)


def _compare_operand(
    operand: Operand | None, type: ValueType | None, source: Source | None, rulebook: Rulebook
) -> Iterator[Diagnostic]:
    """Compare what a place can hold; what a parameter holds stands beside that parameter's own quote."""
    figures = [] if operand is None or isinstance(operand, Ref) else [*figures_of(operand, rulebook)]
    if figures:
        values = [one.value for one in figures]
        yield from _compare(values, type or _type_of(values[-1]), source, figures[-1].span, rulebook)


def _compare(
    values: Collection[Value], type: ValueType, source: Source | None, span: Span, rulebook: Rulebook
) -> Iterator[Diagnostic]:
    """Compare values of one place with the figures of a quote; one of them is enough."""
    pattern = _pattern(type, rulebook.currency)
    if source is None or pattern is None:
        return
    found = list(_figures(pattern, source.quote))
    sizes = {_size_of(type, one, rulebook.currency) for one in found}
    if found and not {_size(value) for value in values} & sizes:
        figures = dict.fromkeys(one[0] for one in found)
        what = message("the quote beside this figure gives {figures}", figures=listing(figures))
        help = message("correct the figure, or quote the sentence that is in force now")
        yield warning("quote-differs", what, span, help)


def _type_of(length: Value) -> ValueType:
    return kind_of_unit(length.unit) if isinstance(length, Duration) else ValueType.DURATION


def _size(value: Value) -> object:
    """Return what a value is compared by: days and hours alike in seconds."""
    return value.size if isinstance(value, Duration) else value


def _figures(pattern: str, text: str) -> Iterator[re.Match[str]]:
    """Return the figures of a type in a text.

    One of several units, such as 14天23小时59分钟, is what is left of a period, and not the period.
    """
    found = list(re.finditer(pattern, text, re.IGNORECASE))
    for position, one in enumerate(found):
        before = found[position - 1].end() if position else -1
        after = found[position + 1].start() if position + 1 < len(found) else -1
        if one.start() != before and one.end() != after:
            yield one


def _size_of(type: ValueType, figure: re.Match[str], currency: Currency) -> Fraction:
    """Return the size of a figure of a text, as values have it."""
    if type is ValueType.MONEY:
        number: str = figure[1] or figure[3]
        return Fraction(number) * int(10**currency.places)
    return Fraction(figure[1]) * _scale(type, figure[2])


def _scale(type: ValueType, unit: str) -> int:
    known = unit_of(unit) if type in SMALLEST_UNITS else None
    if known is not None:
        return Duration(1, known).size
    return 10**MILLIONTH_PLACES if type is ValueType.PERCENT else 1
