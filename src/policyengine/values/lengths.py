"""Reading lengths of time: by the clock, in months and years, in business days or business hours."""

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
    MOST_BUSINESS_MINUTES,
    MOST_MONTHS,
    Duration,
    ValueType,
    kind_of_unit,
)
from policyengine.values.numbers import DECIMAL

UNIT_WORDS = {
    **dict.fromkeys(("second", "seconds", "秒", "秒钟"), "seconds"),
    **dict.fromkeys(("minute", "minutes", "分钟"), "minutes"),
    **dict.fromkeys(("hour", "hours", "小时", "个小时"), "hours"),
    **dict.fromkeys(("day", "days", "天", "日"), "days"),
    **dict.fromkeys(("week", "weeks", "周"), "weeks"),
    **dict.fromkeys(("month", "months", "个月"), "months"),
    **dict.fromkeys(("year", "years", "年"), "years"),
    **dict.fromkeys(("business day", "business days", "工作日", "个工作日"), BUSINESS_DAYS_UNIT),
    **dict.fromkeys(("business hour", "business hours", "工作小时", "个工作小时"), "business_hours"),
    **dict.fromkeys(("business minute", "business minutes", "工作分钟"), "business_minutes"),
}
"""How a unit is written, with the unit."""
BUSINESS_WORDS = "(?:work|working|week|business|bank|trading)[ -]?days?"
"""How people call business days; none of these is taken for days by the calendar."""
_BUSINESS = "(?:work|working|business|office|opening|operating|service)[ -]?"
# What people call a unit of which the word here is another one.
_MEANT = (
    (BUSINESS_WORDS, "business days"),
    (rf"{_BUSINESS}(?:hours?|hrs?)", "business hours"),
    (rf"{_BUSINESS}(?:minutes?|mins?)", "business minutes"),
    (r"(?:calendar|natural) (?:month|months)", "months"),
    (r"(?:mo|mos|mth|mths)\.?", "months"),
    (r"(?:y|yr|yrs)\.?", "years"),
    (r"(?:自然)?月", "个月"),
    (r"周年", "年"),
    (r"工时|(?:个)?营业小时", "个工作小时"),
)
_QUARTERS = {"quarter": 3, "quarters": 3, "季度": 3, "个季度": 3, "decade": 120, "decades": 120}

LENGTH = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?) *([^0-9\s.-][^0-9.-]*)")
"""What looks like a length of time: its number and its unit."""


def parse_length(text: str, type: ValueType) -> Duration:
    """Read a length of time of one of the types of lengths."""
    form = _FORMS[type]
    found = LENGTH.fullmatch(text)
    if not found:
        if DECIMAL.fullmatch(text):
            raise LiteralError(message("`{text}` has no unit", text=shorten(text)), form)
        if (two := two_lengths(text)) is not None:
            raise LiteralError(
                message("`{text}` are two lengths of time, and one is needed", text=shorten(text)),
                message("write the one that counts: `{first}` or `{last}`", first=two[0], last=two[1]),
            )
        raise not_a(type.value, text, form)
    unit = unit_of(found[2])
    if unit is None:
        raise _unknown_unit(found[1], found[2], form)
    _check_kind(unit, type, text)
    return Duration(_whole_count(found[1], unit, text), unit)


_TWO = r"([0-9]+) *(?:[-–—~～至到]|to|or|或) *([0-9]+) *([^0-9\s.-][^0-9.-]*)"


def two_lengths(text: str) -> tuple[str, str, str] | None:
    """Return the two lengths of a range such as `5-7 business days`, and their unit, else None."""
    found = re.fullmatch(_TWO, text)
    unit = None if found is None else unit_of(found[3])
    if found is None or unit is None:
        return None
    space = " " if found[3].isascii() else ""
    return f"{found[1]}{space}{found[3]}", f"{found[2]}{space}{found[3]}", unit


def unit_of(word: str) -> str | None:
    """Return the unit that a word means, None for another word."""
    return UNIT_WORDS.get(" ".join(word.lower().split()))


def _unknown_unit(number: str, word: str, form: Message) -> LiteralError:
    plain = " ".join(word.lower().split())
    what = message("`{unit}` is not a unit of time", unit=shorten(word))
    if plain in _QUARTERS and number.isdecimal():
        months = int(number) * _QUARTERS[plain]
        return LiteralError(what, message("write `{literal}`", literal=f"{months} months"))
    meant = next((one for pattern, one in _MEANT if re.fullmatch(pattern, plain)), None)
    if meant is not None:
        return LiteralError(what, message("did you mean `{word}`?", word=meant))
    return LiteralError(what, did_you_mean(plain, UNIT_WORDS) or form)


_FORMS = {
    ValueType.DURATION: message("write a whole number and a unit, such as `24 hours`, `15 days` or `24小时`"),
    ValueType.BUSINESS_DAYS: message(
        "write a number of business days, such as `4 business days` or `4个工作日`"
    ),
    ValueType.MONTHS: message("write a number of months or years, such as `6 months` or `2年`"),
    ValueType.BUSINESS_HOURS: message(
        "write a number of business hours, such as `4 business hours` or `4个工作小时`"
    ),
    ValueType.LENGTH: message("write a whole number and a unit, such as `7 days` or `3 business days`"),
}
# One whole sentence for each kind, because a translation cannot be put together from pieces.
_COUNTS = {
    ValueType.DURATION: message("`{text}` is time by the clock, and {wanted} is needed"),
    ValueType.BUSINESS_DAYS: message("`{text}` counts business days, and {wanted} is needed"),
    ValueType.MONTHS: message("`{text}` is counted by the calendar, and {wanted} is needed"),
    ValueType.BUSINESS_HOURS: message("`{text}` counts business hours, and {wanted} is needed"),
}
_NEEDED = {
    ValueType.DURATION: message("time by the clock"),
    ValueType.BUSINESS_DAYS: message("a number of business days"),
    ValueType.MONTHS: message("a number of months or years"),
    ValueType.BUSINESS_HOURS: message("a number of business hours"),
}
_EXAMPLES = {
    ValueType.DURATION: "24 hours",
    ValueType.BUSINESS_DAYS: "4 business days",
    ValueType.MONTHS: "6 months",
    ValueType.BUSINESS_HOURS: "4 business hours",
}


def _check_kind(unit: str, type: ValueType, text: str) -> None:
    """Refuse a length of another kind: none of the four can be turned into another."""
    kind = kind_of_unit(unit)
    if type not in (kind, ValueType.LENGTH):
        help = message(
            "write a length such as `{example}`, or declare the type `{type}`",
            example=_EXAMPLES[type],
            type=kind.value,
        )
        raise LiteralError(message(_COUNTS[kind].template, text=shorten(text), wanted=_NEEDED[type]), help)


_SMALLER = {
    "years": message("use months, such as `18 months` for a year and a half"),
    "months": message("months differ in length: write `{literal}` or a number of days", literal="2 weeks"),
    BUSINESS_DAYS_UNIT: message(
        "business days are whole ones: write `{literal}`", literal="4 business hours"
    ),
    "business_hours": message("use business minutes, such as `90 business minutes`"),
}


def _whole_count(digits: str, unit: str, text: str) -> int:
    if digits.startswith("-"):
        raise LiteralError(
            message("`{text}` is negative", text=shorten(text)), message("a length of time is `0` or more")
        )
    if "." in digits:
        raise LiteralError(
            message("`{text}` is not a whole number of its unit", text=shorten(text)),
            _SMALLER.get(unit, message("use a smaller unit, such as `90 minutes` for an hour and a half")),
        )
    most, help = _LIMITS[kind_of_unit(unit)]
    if Duration(int(digits), unit).size > most:
        raise LiteralError(message("`{text}` is too long", text=shorten(text)), help)
    return int(digits)


_LIMITS = {
    ValueType.DURATION: (LONGEST_SECONDS, message("write at most 100 years, which is `36525 days`")),
    ValueType.BUSINESS_DAYS: (
        MOST_BUSINESS_DAYS,
        message("write at most {most} business days", most=MOST_BUSINESS_DAYS),
    ),
    ValueType.MONTHS: (MOST_MONTHS, message("write at most 100 years")),
    ValueType.BUSINESS_HOURS: (
        MOST_BUSINESS_MINUTES,
        message("write at most {most} business hours", most=MOST_BUSINESS_MINUTES // 60),
    ),
}
