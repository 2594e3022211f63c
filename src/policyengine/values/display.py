"""Values for people, in the two languages of the program."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.values.currencies import Currency
from policyengine.values.literals import (
    BUSINESS_DAYS_UNIT,
    SECONDS_PER_DAY,
    Duration,
    Value,
    ValueType,
    format_value,
    instant_text,
    length_text,
)

TYPE_WORDS: dict[ValueType, Message] = {
    ValueType.MONEY: message("`money`"),
    ValueType.PERCENT: message("`percent`"),
    ValueType.COUNT: message("`count`"),
    ValueType.NUMBER: message("`number`"),
    ValueType.BOOLEAN: message("`boolean`"),
    ValueType.INSTANT: message("`instant`"),
    ValueType.DATE: message("`date`"),
    ValueType.DURATION: message("`duration`"),
    ValueType.BUSINESS_DAYS: message("`business_days`"),
    ValueType.MONTHS: message("`months`"),
    ValueType.BUSINESS_HOURS: message("`business_hours`"),
    ValueType.CHOICE: message("`choice`"),
    ValueType.TEXT: message("`text`"),
    ValueType.TIME_ZONE: message("`time_zone`"),
    ValueType.LENGTH: message("`length`"),
}
"""The types; in another language each is named there, with the word of the rulebook beside it."""

_MANY_SECONDS = 3_600
_ZH_UNITS = {"seconds": "秒", "minutes": "分钟", "hours": "小时", "days": "天", "weeks": "周"}
_ZH_UNITS |= {BUSINESS_DAYS_UNIT: "个工作日", "months": "个月", "years": "年"}
_ZH_UNITS |= {"business_hours": "个工作小时", "business_minutes": "工作分钟"}


def show_value(
    value: Value, type: ValueType, zone: ZoneInfo, language: str, currency: Currency, choice_title: str = ""
) -> str:
    """Return a value for people, in ``zh`` or ``en``; an instant is shown by the clock of the zone."""
    is_zh = language == "zh"
    if isinstance(value, Duration):
        if value.unit == "seconds" and abs(value.count) >= _MANY_SECONDS:  # it was calculated
            return show_span(value.count, language)
        return f"{value.count} {_ZH_UNITS[value.unit]}" if is_zh else length_text(value)
    if isinstance(value, bool):
        return ("是" if value else "否") if is_zh else ("yes" if value else "no")
    if type is ValueType.CHOICE:
        return choice_title or str(value)
    if type is ValueType.MONEY:
        unit = "元" if is_zh and currency.code == "CNY" else currency.code
        return f"{format_value(value, type, zone, currency)} {unit}"
    if type is ValueType.INSTANT and isinstance(value, int):
        return instant_text(value, zone)
    return str(format_value(value, type, zone))


_SPAN_UNITS = (
    ("days", SECONDS_PER_DAY, "天"),
    ("hours", 3_600, "小时"),
    ("minutes", 60, "分"),
    ("seconds", 1, "秒"),
)


def show_span(seconds: int, language: str) -> str:
    """Return a length of time, in seconds, for people in ``zh`` or ``en``: all parts that are not zero."""
    sign, rest = ("-", -seconds) if seconds < 0 else ("", seconds)
    parts = []
    for unit, length, zh in _SPAN_UNITS:
        count, rest = divmod(rest, length)
        if count:
            parts.append(f"{count} {zh}" if language == "zh" else length_text(Duration(count, unit)))
    if not parts:
        return "0 秒" if language == "zh" else "0 seconds"
    return sign + " ".join(parts)


def show_rough_span(seconds: int, language: str) -> str:
    """Return a length of time in its largest unit, for people in ``zh`` or ``en``."""
    unit = next((one for _, one, _ in _SPAN_UNITS if seconds >= one), 1)
    return show_span((seconds + unit // 2) // unit * unit, language)


def end_text(seconds: int, zone: ZoneInfo) -> str:
    """Return an instant at which a time ends, as a literal: a midnight is 24:00:00 of the day before."""
    text = instant_text(seconds, zone)
    if not text.endswith(f" {_MIDNIGHT}"):
        return text
    return f"{instant_text(seconds - 1, zone).partition(' ')[0]} 24:00:00"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WHOLE_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MIDNIGHT = "00:00:00"


def show_moment(
    instant: int, zone: ZoneInfo, language: str, with_year: bool = False, is_end: bool = False
) -> str:
    """Return an instant in short, for people in ``zh`` or ``en``: seconds only if there are some."""
    day, time = _end(instant, zone) if is_end else _day_and_time(instant, zone)
    return _dated(day, time, language, with_year, _MONTHS)


def written_instant(
    seconds: int, zone: ZoneInfo, language: str, is_end: bool = False, with_year: bool = True
) -> str:
    """Return an instant as it stands in a sentence, in ``zh`` or ``en``: by the clock of the zone.

    ``is_end``: a midnight is the end of the day before, 24:00, as people write the end of a period.
    """
    day, time = _end(seconds, zone) if is_end else _day_and_time(seconds, zone)
    return _dated(day, time, language, with_year, _WHOLE_MONTHS)


def written_date(day: str, language: str) -> str:
    """Return a date, given as in ISO 8601, as it stands in a sentence."""
    return _dated(day, "", language, True, _WHOLE_MONTHS)


def _end(instant: int, zone: ZoneInfo) -> tuple[str, str]:
    """Return the day and the time at which something ends: a midnight is that of the day before, 24:00."""
    day, time = _day_and_time(instant, zone)
    if time == _MIDNIGHT.removesuffix(":00"):
        return _day_and_time(instant - 1, zone)[0], "24:00"
    return day, time


def _day_and_time(instant: int, zone: ZoneInfo) -> tuple[str, str]:
    """Return the day and the time by the clock of a zone; where an hour comes twice, its offset behind it."""
    day, _, time = instant_text(instant, zone).partition(" ")
    clock, offset = time[: len(_MIDNIGHT)], time[len(_MIDNIGHT) :]
    return day, clock.removesuffix(":00") + offset


def _dated(day: str, time: str, language: str, with_year: bool, months: Sequence[str]) -> str:
    year, month, number = (int(part) for part in day.split("-"))
    if language == "zh":
        date = f"{month}月{number}日"
        return (f"{year}年{date}" if with_year else date) + (f" {time}" if time else "")
    date = f"{number} {months[month - 1]}"
    return (f"{date} {year}" if with_year else date) + (f", {time}" if time else "")
