"""Times as people write them in cases, such as ``2024/8/16 9:00`` or ``2024年8月16日 下午3点``.

Only what can be read in one way is: the year stands first, and where a part of the day is named, the hour
fits it. What can be read in two ways is refused with both.
"""

from __future__ import annotations

import re
from collections.abc import Container
from datetime import date

from policyengine.diagnostics.diagnostic import message
from policyengine.values.escaping import shorten
from policyengine.values.faults import LiteralError

_DAY = (
    r"(?P<year>[0-9]{4})(?:(?P<mark>[-/.])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})"
    r"| ?年 ?(?P<zh_month>[0-9]{1,2}) ?月 ?(?P<zh_day>[0-9]{1,2}) ?[日号])"
)
_PART = "上午|早上|凌晨|中午|下午|晚上"
_CLOCK = (
    rf"(?:(?P<part>{_PART}) ?)?(?P<hour>[0-9]{{1,2}})"
    r"(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?"
    r"| ?[点时](?:(?P<zh_half>半|整)?| ?(?P<zh_minute>[0-9]{1,2}) ?分?(?: ?(?P<zh_second>[0-9]{1,2}) ?秒)?))"
    r"(?: ?(?P<half>[AaPp]\.?[Mm]\.?))?"
)
_OFFSET = r"(?: ?(?P<offset>[Zz]|[-+][0-9]{2}(?::?[0-9]{2})?))?"
# Between day and time there is a space, unless a character ends the one or begins the other.
_TIME = re.compile(rf"{_DAY}(?:(?:[Tt]| +|(?<=[日号])|(?={_PART})){_CLOCK}{_OFFSET})?")
_CLOCK_ALONE = re.compile(_CLOCK)
_NO_YEAR = re.compile(r"[0-9]{1,2} ?月 ?[0-9]{1,2} ?[日号].*")
_YEAR_LAST = re.compile(
    r"(?P<one>[0-9]{1,2})[-/.](?P<two>[0-9]{1,2})[-/.](?P<year>[0-9]{4})(?P<rest>[ Tt].*)?"
)
_YEAR_SHORT = re.compile(r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{1,2}([ Tt].*)?")

_HOURS: dict[str, tuple[Container[int], Container[int]]] = {
    "上午": (range(12), ()),
    "早上": (range(4, 12), ()),
    "凌晨": (range(6), ()),
    "中午": (range(11, 14), (1,)),
    "下午": (range(13, 24), range(1, 12)),
    "晚上": (range(18, 24), range(6, 12)),
    "am": (range(12), ()),
    "pm": (range(13, 24), range(1, 12)),
}
"""For each part of the day the hours that are meant as they stand, and those after which noon is meant."""


def plain_time(text: str) -> str | None:
    """Return a date or an instant in the spelling of the rules, or None if it is written in no known way.

    Whether there is such a day is not asked. Raises LiteralError for what can be read in several ways, and
    for what lacks the year or the day.
    """
    text = " ".join(text.split())
    found = _TIME.fullmatch(text)
    if found is None:
        _refuse(text)
        return None
    month, day = found["month"] or found["zh_month"], found["day"] or found["zh_day"]
    plain = f"{found['year']}-{int(month):02}-{int(day):02}"
    if found["hour"] is None:
        return plain
    minute = found["minute"] or found["zh_minute"] or (30 if found["zh_half"] == "半" else 0)
    second = found["second"] or found["zh_second"]
    rest = f":{int(minute):02}" + ("" if second is None else f":{int(second):02}")
    return f"{plain} {_hour(found, plain, rest):02}{rest}{found['offset'] or ''}"


def _hour(found: re.Match[str], day: str, rest: str) -> int:
    """Return the hour from 0 to 24 that is meant."""
    hour = int(found["hour"])
    half = (found["half"] or "").replace(".", "").lower()
    words = [one for one in (found["part"], half) if one]
    meant = {_of_part(hour, one) for one in words} or {hour}
    only = meant.pop() if len(meant) == 1 else None
    if only is not None:
        return only
    what = message("which hour `{text}` means cannot be told", text=shorten(found[0]))
    if hour <= 12:
        first, second = f"{day} {hour % 12:02}{rest}", f"{day} {hour % 12 + 12:02}{rest}"
        help = message("write the hour from 0 to 23: `{first}` or `{second}`", first=first, second=second)
    else:
        help = message("write the hour from 0 to 23, and no part of the day")
    raise LiteralError(what, help)


def _of_part(hour: int, part: str) -> int | None:
    as_it_stands, after_noon = _HOURS[part]
    return hour if hour in as_it_stands else hour + 12 if hour in after_noon else None


def _refuse(text: str) -> None:
    """Tell of a time that lacks something, or whose order cannot be told. Raises LiteralError."""
    if _CLOCK_ALONE.fullmatch(text):
        help = message("write the day, too: `{example}`", example=f"20XX-XX-XX {text}")
        raise LiteralError(message("`{text}` has no day", text=shorten(text)), help)
    if _NO_YEAR.fullmatch(text):
        help = message("write the year, too: `{example}`", example=f"20XX年{shorten(text)}")
        raise LiteralError(message("`{text}` has no year", text=shorten(text)), help)
    found = _YEAR_LAST.fullmatch(text)
    if found is not None:
        _refuse_order(text, found)
    if _YEAR_SHORT.fullmatch(text):
        what = message("which number of `{text}` is the year cannot be told", text=shorten(text))
        raise LiteralError(what, message("write year, month and day, such as `2012-03-16`"))


def _refuse_order(text: str, found: re.Match[str]) -> None:
    year, one, two, rest = int(found["year"]), int(found["one"]), int(found["two"]), found["rest"] or ""
    ways = [day for day in (_day(year, one, two), _day(year, two, one)) if day]
    if len(ways) == 2 and ways[0] != ways[1]:
        help = message(
            "write the year first: `{first}` if the month stands first, `{second}` if the day does",
            first=ways[0] + rest,
            second=ways[1] + rest,
        )
        raise LiteralError(message("`{text}` can be read in two ways", text=shorten(text)), help)
    help = message("write year, month and day, such as `2012-03-16`")
    if ways:
        help = message("write the year first: `{example}`", example=ways[0] + rest)
    raise LiteralError(message("`{text}` does not begin with the year", text=shorten(text)), help)


def _day(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""
