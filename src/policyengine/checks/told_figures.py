"""The figures that words of a source or of a rulebook name: 24 hours, 5 %, 30 yuan."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction

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

# A comma before it is one of thousands behind a digit, and else ends a clause.
_NUMBER = r"(?<![\d.第])(?<!\d[,，])(\d+(?:\.\d+)?)\s*"


def _units(kind: ValueType) -> str:
    """Return a pattern of the words for units of time; no word that goes on is one: 日期, daylight.

    年 and 月 with a number are a date more often than a length: only 个月 is looked for.
    """
    words = [word for word, unit in UNIT_WORDS.items() if kind_of_unit(unit) is kind and word != "年"]
    listed = "|".join(sorted(words, key=len, reverse=True))
    if kind is ValueType.BUSINESS_DAYS:
        return rf"({BUSINESS_WORDS}|{listed})"
    return rf"(?:(?:calendar|natural|consecutive) |个?自然)?({listed})(?![a-z期])"


# How a text gives a figure of a type: in digits, with a unit.
_FIGURES: Mapping[ValueType, str] = {
    **{kind: _NUMBER + _units(kind) for kind in SMALLEST_UNITS},
    ValueType.PERCENT: _NUMBER + r"([%％])",
}


# Signs stand before a sum, too.
_SUM_AFTER = r"\s*(\d+(?:\.\d+)?)(?![\d.,])"


def type_of_figure(value: Value, type: ValueType) -> ValueType:
    """Return the type by which a text gives a value: a length of time is told by the kind of its unit."""
    return kind_of_unit(value.unit) if isinstance(value, Duration) else type


def told(type: ValueType, text: str, currency: Currency) -> Mapping[str, object]:
    """Return the figures of a type in a text, as they stand there, with their size."""
    pattern = _pattern(type, currency)
    if pattern is None:
        return {}
    return {one[0]: _size_of(type, one, currency) for one in _figures(pattern, text)}


def size(value: Value) -> object:
    """Return what a value is compared by: days and hours alike in seconds."""
    return value.size if isinstance(value, Duration) else value


def naming(values: Collection[Value], type: ValueType, text: str, currency: Currency) -> Iterator[str]:
    """Return how a text names some of the values, in its own words."""
    for value in values:
        for words, found in told(type_of_figure(value, type), text, currency).items():
            if found == size(value):
                yield words


def _pattern(type: ValueType, currency: Currency) -> str | None:
    """Return how a text gives a figure of a type, None for a type of which no text gives one."""
    if type is not ValueType.MONEY:
        return _FIGURES.get(type)
    marks = "|".join(re.escape(one) for one in (currency.code, *currency.marks))
    return rf"{_NUMBER}({marks})(?![A-Za-z])|(?:{marks}){_SUM_AFTER}"


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
