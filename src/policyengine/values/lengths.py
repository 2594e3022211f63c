"""Reading lengths of time: by the clock, or in business days."""

from __future__ import annotations

import re

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.diagnostics.did_you_mean import did_you_mean
from policyengine.values.escaping import shorten
from policyengine.values.faults import LiteralError, not_a
from policyengine.values.literals import (
    BUSINESS_DAYS_UNIT,
    LONGEST_SECONDS,
    MOST_BUSINESS_DAYS,
    UNIT_SECONDS,
    Duration,
    ValueType,
)
from policyengine.values.numbers import DECIMAL

UNIT_WORDS = {
    **dict.fromkeys(("second", "seconds", "秒", "秒钟"), "seconds"),
    **dict.fromkeys(("minute", "minutes", "分钟"), "minutes"),
    **dict.fromkeys(("hour", "hours", "小时", "个小时"), "hours"),
    **dict.fromkeys(("day", "days", "天", "日"), "days"),
    **dict.fromkeys(("week", "weeks", "周"), "weeks"),
    **dict.fromkeys(("business day", "business days", "工作日", "个工作日"), BUSINESS_DAYS_UNIT),
}
"""How a unit is written, with the unit."""
BUSINESS_WORDS = "(?:work|working|week|business|bank|trading)[ -]?days?"
"""How people call business days; none of these is taken for days by the calendar."""

LENGTH = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?) *([^0-9\s.-][^0-9.-]*)")
"""What looks like a length of time: its number and its unit."""


def parse_length(text: str, type: ValueType) -> Duration:
    """Read a length of time of one of the two types."""
    form = (
        message("write a number of business days, such as `4 business days` or `4个工作日`")
        if type is ValueType.BUSINESS_DAYS
        else message("write a whole number and a unit, such as `24 hours`, `15 days` or `24小时`")
    )
    found = LENGTH.fullmatch(text)
    if not found:
        if DECIMAL.fullmatch(text):
            raise LiteralError(message("`{text}` has no unit", text=shorten(text)), form)
        raise not_a(type.value, text, form)
    unit = unit_of(found[2])
    if unit is None:
        raise _unknown_unit(found[2], form)
    _check_kind(unit, type, text)
    return Duration(_whole_count(found[1], unit, text), unit)


def unit_of(word: str) -> str | None:
    """Return the unit that a word means, None for another word."""
    return UNIT_WORDS.get(" ".join(word.lower().split()))


def _unknown_unit(word: str, form: Message) -> LiteralError:
    if word.lower() in ("month", "months", "year", "years", "月", "个月", "年"):
        return LiteralError(
            message("`{unit}` is not a fixed length of time", unit=shorten(word)),
            message("months and years differ in length: write a number of days, such as `30 days`"),
        )
    if re.fullmatch(BUSINESS_WORDS, word.lower().strip()):
        help = message("did you mean `{word}`?", word="business days")
    else:
        help = did_you_mean(word.lower(), UNIT_WORDS) or form
    return LiteralError(message("`{unit}` is not a unit of time", unit=shorten(word)), help)


def _check_kind(unit: str, type: ValueType, text: str) -> None:
    is_business = unit == BUSINESS_DAYS_UNIT
    shown = shorten(text)
    if is_business and type is ValueType.DURATION:
        raise LiteralError(
            message("`{text}` counts business days, and a duration counts time by the clock", text=shown),
            message("write hours or days, such as `24 hours`, or declare the type `business_days`"),
        )
    if not is_business and type is ValueType.BUSINESS_DAYS:
        raise LiteralError(
            message("`{text}` is time by the clock, and a number of business days is needed", text=shown),
            message("write business days, such as `4 business days`, or declare the type `duration`"),
        )


def _whole_count(digits: str, unit: str, text: str) -> int:
    if digits.startswith("-"):
        raise LiteralError(
            message("`{text}` is negative", text=shorten(text)), message("a length of time is `0` or more")
        )
    if "." in digits:
        raise LiteralError(
            message("`{text}` is not a whole number of its unit", text=shorten(text)),
            message("use a smaller unit, such as `90 minutes` for an hour and a half"),
        )
    count = int(digits)
    if unit == BUSINESS_DAYS_UNIT:
        if count > MOST_BUSINESS_DAYS:
            raise LiteralError(
                message("`{text}` is too long", text=shorten(text)),
                message("write at most {most} business days", most=MOST_BUSINESS_DAYS),
            )
    elif count * UNIT_SECONDS[unit] > LONGEST_SECONDS:
        raise LiteralError(
            message("`{text}` is too long", text=shorten(text)),
            message("write at most 100 years, which is `36525 days`"),
        )
    return count
