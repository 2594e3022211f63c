"""Times of day, blocks of a day and weekdays, as people write them."""

from __future__ import annotations

import re
import unicodedata

from policyengine.diagnostics.diagnostic import message
from policyengine.diagnostics.did_you_mean import closest
from policyengine.values.escaping import shorten
from policyengine.values.faults import LiteralError
from policyengine.values.literals import SECONDS_PER_DAY

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""The days of a week in the order in which they are numbered, from 0."""
EVERY_DAY = "every_day"
"""The word for all of them."""

_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_NEARLY = re.compile(
    r"(?:(am|pm|上午|下午|晚上) *)?([0-9]{1,2})(?:[:.h点时]([0-9]{1,2})?分?)?"
    r"(?: *(am|pm|a\.m\.|p\.m\.|h|uhr|o'clock))?"
)
_WORDS = {
    "noon": "12:00",
    "midday": "12:00",
    "midnight": "24:00",
    "中午": "12:00",
    "午夜": "24:00",
    "半夜": "24:00",
}
_ZH_DAYS = {word: number for number, word in enumerate("一二三四五六日")} | {"天": 6}
_GROUPS = {
    "weekdays": "monday..friday",
    "weekday": "monday..friday",
    "workdays": "monday..friday",
    "business_days": "monday..friday",
    "weekend": "saturday..sunday",
    "weekends": "saturday..sunday",
    "daily": EVERY_DAY,
    "all": EVERY_DAY,
    "everyday": EVERY_DAY,
    "every day": EVERY_DAY,
    "工作日": "monday..friday",
    "周末": "saturday..sunday",
    "每天": EVERY_DAY,
}


def clock_text(seconds: int) -> str:
    """Return a time of day in seconds since midnight as ``HH:MM``, with seconds where it has any."""
    minutes, second = divmod(seconds, 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{second:02}" if second else text


def parse_clock(text: str) -> int:
    """Read a time of day, ``HH:MM`` or ``HH:MM:SS`` up to 24:00, as seconds since midnight.

    Raises LiteralError, which says what to write.
    """
    found = _TIME.fullmatch(text.strip())
    if found is not None:
        seconds = _seconds(int(found[1]), int(found[2]), int(found[3] or 0))
        if seconds is not None:
            return seconds
    what = message("`{text}` is not a time of day", text=shorten(text))
    meant = _meant_time(unicodedata.normalize("NFKC", text).strip().lower())
    if meant is not None:
        raise LiteralError(what, message("write `{literal}`", literal=meant))
    raise LiteralError(what, message("write hours and minutes, such as `{literal}`", literal="17:00"))


def _seconds(hours: int, minutes: int, seconds: int) -> int | None:
    whole = hours * 3_600 + minutes * 60 + seconds
    return whole if minutes < 60 and seconds < 60 and whole <= SECONDS_PER_DAY else None


def _meant_time(text: str) -> str | None:
    if text in _WORDS:
        return _WORDS[text]
    found = _TIME.fullmatch(text) or _NEARLY.fullmatch(text)
    if found is None:
        return None
    if found.re is _TIME:
        hours, minutes, half = int(found[1]), int(found[2]), ""
    else:
        hours, minutes = int(found[2]), int(found[3] or 0)
        half = (found[1] or found[4] or "").replace(".", "")
    if half in ("pm", "下午", "晚上") and hours < 12:
        hours += 12
    elif half in ("am", "上午") and hours == 12:
        hours = 0
    seconds = _seconds(hours, minutes, 0)
    return None if seconds is None else clock_text(seconds)


def parse_block(text: str) -> tuple[int, int]:
    """Read a part of a day such as ``09:00-12:00`` as its two times, in seconds since midnight.

    Raises LiteralError, which says what to write.
    """
    parts = re.split(r" *(?:-|–|—|~|～|至|到|\bto\b|\.\.) *", text.strip())
    if len(parts) != 2:
        what = message("`{text}` is not a part of a day", text=shorten(text))
        raise LiteralError(
            what, message("write from when to when, such as `{literal}`", literal="09:00-12:00")
        )
    begin, end = map(parse_clock, parts)
    if begin >= end:
        what = message("`{text}` ends before it begins", text=shorten(text))
        help = message("a part of a day ends on that day, at `{literal}` at the latest", literal="24:00")
        raise LiteralError(what, help)
    return begin, end


def parse_weekdays(text: str) -> tuple[int, ...]:
    """Read ``monday``, ``monday..friday`` or ``every_day`` as numbers of weekdays, Monday being 0.

    Raises LiteralError, which says what to write.
    """
    if text == EVERY_DAY:
        return tuple(range(7))
    first, dots, last = text.partition("..")
    if first in WEEKDAYS and (not dots or last in WEEKDAYS):
        begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        return tuple((begin + step) % 7 for step in range((end - begin) % 7 + 1))
    what = message("`{text}` is not a day of the week", text=shorten(text))
    meant = _meant_days(unicodedata.normalize("NFKC", text).strip().lower())
    if meant is not None:
        raise LiteralError(what, message("write `{literal}`", literal=meant))
    help = message(
        "write days such as `{first}`, `{second}` or `{third}`",
        first="monday..friday",
        second="saturday",
        third=EVERY_DAY,
    )
    raise LiteralError(what, help)


def _meant_days(text: str) -> str | None:
    if text in _GROUPS:
        return _GROUPS[text]
    words = [_meant_day(part) for part in re.split(r" *(?:-|–|—|~|\.\.+|至|到|\bto\b) *", text)]
    known = [word for word in words if word is not None]
    return "..".join(known) if len(known) == len(words) and len(words) in (1, 2) else None


def _meant_day(text: str) -> str | None:
    zh = re.fullmatch(r"(?:周|星期|礼拜)([一二三四五六日天])", text)
    if zh is not None:
        return WEEKDAYS[_ZH_DAYS[zh[1]]]
    plain = text.rstrip(".s") if text not in WEEKDAYS else text
    short = [day for day in WEEKDAYS if len(plain) >= 2 and day.startswith(plain)]
    if len(short) == 1:
        return short[0]
    found = closest(text, WEEKDAYS)
    return found
