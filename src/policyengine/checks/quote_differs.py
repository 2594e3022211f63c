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

from policyengine.diagnostics.diagnostic import Diagnostic, listing, message, warning
from policyengine.diagnostics.span import Span
from policyengine.model.clauses import Source
from policyengine.model.conditions import Constant, Operand
from policyengine.model.rulebook import Rulebook
from policyengine.values.lengths import unit_of
from policyengine.values.literals import (
    BUSINESS_DAYS_UNIT,
    FEN_PLACES,
    MILLIONTH_PLACES,
    UNIT_SECONDS,
    Duration,
    Value,
    ValueType,
)

_NUMBER = r"(?<![\d.,，第])(\d+(?:\.\d+)?)\s*"
# How a text gives a figure of a type: in digits, with a unit.
_FIGURES: Mapping[ValueType, str] = {
    ValueType.DURATION: _NUMBER
    + r"(个?小时|分钟|秒钟?|天|日(?!期)|周|hours?\b|minutes?\b|seconds?\b|days?\b|weeks?\b)",
    ValueType.BUSINESS_DAYS: _NUMBER + r"(个?工作日|business days?\b|working days?\b)",
    ValueType.PERCENT: _NUMBER + r"([%％])",
    ValueType.MONEY: _NUMBER + r"(元|CNY\b)",
}
_SCALES: Mapping[ValueType, int] = {ValueType.PERCENT: 10**MILLIONTH_PLACES, ValueType.MONEY: 10**FEN_PLACES}


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every figure that the quote of its own part contradicts."""
    for parameter in rulebook.parameters.values():
        if not parameter.unconfirmed:
            spans = [one.span for one in parameter.values]
            values = [one.value for one in parameter.values]
            yield from _compare(values, parameter.type, parameter.source, spans[-1:])
    for deadline in rulebook.deadlines.values():
        yield from _compare_operand(deadline.within, deadline.source)
    for amount in rulebook.amounts.values():
        operands = [amount.rate, amount.floor, *(cap.limit for cap in amount.caps)]
        for operand in operands:
            yield from _compare_operand(operand, amount.source)


def _compare_operand(operand: Operand | None, source: Source | None) -> Iterator[Diagnostic]:
    if isinstance(operand, Constant):
        yield from _compare([operand.value], operand.type, source, [operand.span])


def _compare(
    values: Collection[Value], type: ValueType, source: Source | None, spans: list[Span]
) -> Iterator[Diagnostic]:
    """Compare values of one place with the figures of a quote; one of them is enough."""
    if source is None or not spans or type not in _FIGURES:
        return
    found = list(_figures(type, source.quote))
    if found and not {_size(value) for value in values} & {_size_of(type, one) for one in found}:
        figures = dict.fromkeys(one[0] for one in found)
        what = message("the quote beside this figure gives {figures}", figures=listing(figures))
        help = message("correct the figure, or quote the sentence that is in force now")
        yield warning("quote-differs", what, spans[0], help)


def _size(value: Value) -> object:
    """Return what a value is compared by: days and hours alike in seconds."""
    if isinstance(value, Duration):
        return value.count if value.unit == BUSINESS_DAYS_UNIT else value.seconds
    return value


def _figures(type: ValueType, text: str) -> Iterator[re.Match[str]]:
    """Return the figures of a type in a text.

    One of several units, such as 14天23小时59分钟, is what is left of a period, and not the period.
    """
    found = list(re.finditer(_FIGURES[type], text))
    for position, one in enumerate(found):
        before = found[position - 1].end() if position else -1
        after = found[position + 1].start() if position + 1 < len(found) else -1
        if one.start() != before and one.end() != after:
            yield one


def _size_of(type: ValueType, figure: re.Match[str]) -> Fraction:
    """Return the size of a figure of a text, as values have it."""
    return Fraction(figure[1]) * _scale(type, figure[2])


def _scale(type: ValueType, unit: str) -> int:
    if type is ValueType.DURATION:
        known = unit_of(unit)
        assert known is not None  # the pattern has no other units
        return UNIT_SECONDS[known]
    return _SCALES.get(type, 1)
