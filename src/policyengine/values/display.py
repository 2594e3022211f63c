"""Values for people, in the two languages of the program."""

from __future__ import annotations

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
    local_time,
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


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def show_moment(instant: int, zone: ZoneInfo, language: str, with_year: bool = False) -> str:
    """Return an instant in short, for people in ``zh`` or ``en``: seconds only if there are some."""
    local = local_time(instant, zone)
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    clock += instant_text(instant, zone)[
        len("2012-03-16 18:00:00") :
    ]  # the offset where the hour comes twice
    if language == "zh":
        return f"{f'{local.year}年' if with_year else ''}{local.month}月{local.day}日 {clock}"
    return f"{local.day} {_MONTHS[local.month - 1]}{f' {local.year}' if with_year else ''}, {clock}"


def show_rough_span(seconds: int, language: str) -> str:
    """Return a length of time in its largest unit, for people in ``zh`` or ``en``."""
    unit = next((one for _, one, _ in _SPAN_UNITS if seconds >= one), 1)
    return show_span((seconds + unit // 2) // unit * unit, language)


_WHOLE_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MIDNIGHT = "00:00:00"


def written_instant(seconds: int, zone: ZoneInfo, language: str, is_end: bool = False) -> str:
    """Return an instant as it stands in a letter, in ``zh`` or ``en``: by the clock of the zone.

    ``is_end``: a midnight is the end of the day before, 24:00, as people write the end of a period.
    """
    day, _, time = instant_text(seconds, zone).partition(" ")
    if is_end and time == _MIDNIGHT:
        return written_date(instant_text(seconds - 1, zone).partition(" ")[0], language, "24:00")
    is_plain = len(time) == len(_MIDNIGHT)  # else the offset stands behind it
    return written_date(day, language, time.removesuffix(":00") if is_plain else time)


def written_date(day: str, language: str, time: str = "") -> str:
    """Return a date, given as in ISO 8601, and perhaps a time as they stand in a letter."""
    year, month, number = (int(part) for part in day.split("-"))
    if language == "zh":
        return f"{year}年{month}月{number}日" + (f" {time}" if time else "")
    return f"{number} {_WHOLE_MONTHS[month - 1]} {year}" + (f", {time}" if time else "")
