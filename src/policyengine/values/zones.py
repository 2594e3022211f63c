"""What time zone of the IANA database was meant by a word that is none of its names.

Sources of the tables: the abbreviations are those that the database itself uses for its zones (column FORMAT
of its rules, https://www.iana.org/time-zones), the Chinese names those of the Unicode CLDR for the zones'
cities (``timeZoneNames`` of ``zh``, https://cldr.unicode.org).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from policyengine.diagnostics.diagnostic import Message, listing, message
from policyengine.diagnostics.did_you_mean import closest

# An abbreviation can be that of several places: all are named.
_ABBREVIATIONS = {
    "pacific time": ("America/Los_Angeles",),
    "pacific standard time": ("America/Los_Angeles",),
    "mountain time": ("America/Denver",),
    "central time": ("America/Chicago",),
    "eastern time": ("America/New_York",),
    "eastern standard time": ("America/New_York",),
    "pst": ("America/Los_Angeles",),
    "pdt": ("America/Los_Angeles",),
    "pt": ("America/Los_Angeles",),
    "mst": ("America/Denver", "America/Phoenix"),
    "mdt": ("America/Denver",),
    "mt": ("America/Denver",),
    "cst": ("Asia/Shanghai", "America/Chicago"),
    "cdt": ("America/Chicago",),
    "ct": ("America/Chicago",),
    "est": ("America/New_York", "America/Panama"),
    "edt": ("America/New_York",),
    "et": ("America/New_York",),
    "bst": ("Europe/London",),
    "cest": ("Europe/Paris",),
    "eest": ("Europe/Athens",),
    "msk": ("Europe/Moscow",),
    "ist": ("Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"),
    "jst": ("Asia/Tokyo",),
    "kst": ("Asia/Seoul",),
    "hkt": ("Asia/Hong_Kong",),
    "sgt": ("Asia/Singapore",),
    "aest": ("Australia/Sydney", "Australia/Brisbane"),
    "aedt": ("Australia/Sydney",),
    "nzst": ("Pacific/Auckland",),
}
_PLACES = {
    "beijing": "Asia/Shanghai",
    "peking": "Asia/Shanghai",
    "china": "Asia/Shanghai",
    "china standard time": "Asia/Shanghai",
    "北京": "Asia/Shanghai",
    "上海": "Asia/Shanghai",
    "中国": "Asia/Shanghai",
    "中国标准": "Asia/Shanghai",
    "深圳": "Asia/Shanghai",
    "广州": "Asia/Shanghai",
    "杭州": "Asia/Shanghai",
    "乌鲁木齐": "Asia/Urumqi",
    "香港": "Asia/Hong_Kong",
    "澳门": "Asia/Macau",
    "台北": "Asia/Taipei",
    "东京": "Asia/Tokyo",
    "首尔": "Asia/Seoul",
    "新加坡": "Asia/Singapore",
    "曼谷": "Asia/Bangkok",
    "伦敦": "Europe/London",
    "巴黎": "Europe/Paris",
    "柏林": "Europe/Berlin",
    "莫斯科": "Europe/Moscow",
    "纽约": "America/New_York",
    "芝加哥": "America/Chicago",
    "洛杉矶": "America/Los_Angeles",
    "悉尼": "Australia/Sydney",
}
# A place for each whole offset, as an example: that an offset names no zone is what has to be understood.
_EXAMPLES = {
    -8: "America/Los_Angeles",
    -5: "America/New_York",
    0: "Europe/London",
    1: "Europe/Berlin",
    3: "Europe/Moscow",
    8: "Asia/Shanghai",
    9: "Asia/Tokyo",
    10: "Australia/Sydney",
}
NO_PLACES = ("localtime", "Factory", "posixrules", "EST", "MST")
"""Names that a database can hold for what is no zone, for that of the machine, or for another than is meant.

To the database `EST` never has summer time; whoever writes it means New York, an hour apart all summer.
"""
_OFFSET = re.compile(r"(?:utc|gmt|z)? *([+-])0?([0-9]{1,2})(?::?([0-9]{2}))?")
_EAST = re.compile(r"(东|西)([一二三四五六七八九十]+)区")
_DIGITS = {word: number for number, word in enumerate("一二三四五六七八九十", 1)} | {"十一": 11, "十二": 12}


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Return the names of all time zones, in their order, but for those that would mislead."""
    return tuple(sorted(available_timezones().difference(NO_PLACES)))


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(zone_names())


@lru_cache(maxsize=1_024)
def zone_named(name: str) -> ZoneInfo:
    """Return the zone of a name; what `ZoneInfo` itself remembers is forgotten after a few others."""
    return ZoneInfo(name)


def is_zone(name: str) -> bool:
    """Tell whether a name is that of a time zone."""
    return name in _names()


def zone_words(zone: str, language: str) -> str:
    """Return what people call the time of a zone, in ``zh`` or ``en``, such as “Beijing time”."""
    if zone == _PLACES["beijing"]:
        return "北京时间" if language == "zh" else "Beijing time"
    from babel.dates import get_timezone_name

    return str(get_timezone_name(ZoneInfo(zone), locale=language))


def zone_help(written: str) -> Message:
    """Return what to write for a word that is no name of a time zone."""
    plain = unicodedata.normalize("NFKC", written).strip().casefold()
    offset = _offset(plain)
    if offset is not None:
        return _of_offset(*offset)
    names = zone_names()
    place = plain.removesuffix("时间").removesuffix("时区").rpartition("/")[2].replace("_", " ").strip()
    found = _ABBREVIATIONS.get(plain) or tuple(filter(None, (_PLACES.get(place),)))
    if not found:
        tail = place.replace(" ", "_")
        ends = sorted(one for one in names if "/" in one and one.casefold().rpartition("/")[2] == tail)
        found = tuple(ends[:3])
    if not found:
        near = closest(written, (one for one in names if not one.startswith(("Etc/", "posix"))))
        found = () if near is None else (near,)
    if not found:
        return message("write a name such as `Asia/Shanghai`")
    if len(found) == 1:
        return message("did you mean `{word}`?", word=found[0])
    return message("write the place that is meant: {words}", words=listing(found))


def _offset(plain: str) -> tuple[int, int] | None:
    """Return hours (east is positive) and minutes of a word that is an offset, or None."""
    chinese = _EAST.fullmatch(plain)
    if chinese is not None and chinese[2] in _DIGITS:
        hours = _DIGITS[chinese[2]]
        return (hours if chinese[1] == "东" else -hours), 0
    found = _OFFSET.fullmatch(plain.replace("−", "-"))
    if found is None or int(found[2]) > 14:
        return None
    return int(found[2]) * (-1 if found[1] == "-" else 1), int(found[3] or 0)


def _of_offset(hours: int, minutes: int) -> Message:
    example = _EXAMPLES.get(hours, "Asia/Shanghai") if not minutes else "Asia/Kolkata"
    if minutes or not -12 <= hours <= 14:
        return message("an offset is not a time zone: name a place, such as `{place}`", place=example)
    # The database turns the sign round: `Etc/GMT-8` is eight hours east of Greenwich.
    fixed = f"Etc/GMT{'-' if hours > 0 else '+'}{abs(hours)}"
    return message(
        "an offset is not a time zone: name a place, such as `{place}`; where clocks never change, `{fixed}`",
        place=example,
        fixed=fixed,
    )
