"""Reading dates and instants, by the clock of a zone where no offset is written."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from policyengine.diagnostics.diagnostic import message
from policyengine.values.escaping import SHOWN_LENGTH, shorten
from policyengine.values.faults import LiteralError, not_a
from policyengine.values.literals import (
    FIRST_YEAR,
    LAST_YEAR,
    SECONDS_PER_DAY,
    epoch_seconds,
    local_time,
    zone_offset,
)

_YEAR_DAY = r"(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_DATE = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_INSTANT = (
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt]| +)"
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]+))?)?"
    r" ?(?P<offset>[Zz]|[-+][0-9]{2}(?::?[0-9]{2}(?::[0-9]{2})?)?)?"
)

# Offsets of less than ten hours: others are looked at closely.
_PLAIN_MINUTE = r"[T ]([01][0-9]|2[0-3]):([0-5][0-9])"
_PLAIN_REST = r"(?::([0-5][0-9]))?(Z|[-+]0[0-9]:[0-5][0-9])?"
_EPOCH = datetime(1970, 1, 1)


def parse_date(text: str) -> int:
    """Read a date as its proleptic Gregorian ordinal."""
    found = re.fullmatch(_DATE, text)
    if not found:
        if re.fullmatch(_INSTANT, text):
            raise LiteralError(
                message("`{text}` has a time of day, and a date has none", text=shorten(text)),
                message("write the date alone: `{date}`", date=text[:10]),
            )
        help = message("write year, month and day, such as `2012-03-16`")
        if re.fullmatch(_YEAR_DAY, text):
            example = "every_year: {from: 11-01, until: 12-31}"
            help = message("add the year; for days of every year write `{example}`", example=example)
        raise not_a("date", text, help)
    day = _real_day(text, text)
    _check_year(date.fromordinal(day).year, text)
    return day


def parse_instant(text: str, zone: ZoneInfo) -> int:
    """Read an instant, in epoch seconds; without an offset it is by the clock of the zone."""
    instant = plain_instant(text, zone)
    return _read_closely(text, zone) if instant is None else instant


def plain_instant(text: str, zone: ZoneInfo) -> int | None:
    """Read an instant as most are written; None where closer reading is needed.

    It is told in three parts, of which each has mostly been met before: day, hour and minute, the rest.
    """
    day, minute, rest = _day(text[:10], zone), _minute(text[10:16]), _rest(text[16:])
    if day is None or minute is None or rest is None:
        return None
    seconds, offset = rest
    if offset is None:
        offset = day[1]
    return None if offset is None else day[0] + minute + seconds - offset


@lru_cache(maxsize=4_096)
def _minute(text: str) -> int | None:
    """Return the seconds from the beginning of a day until hour and minute; None for what is not plain."""
    found = re.fullmatch(_PLAIN_MINUTE, text)
    return int(found[1]) * 3_600 + int(found[2]) * 60 if found else None


@lru_cache(maxsize=4_096)
def _day(text: str, zone: ZoneInfo) -> tuple[int, int | None] | None:
    """Return when a day begins in UTC, in epoch seconds, and by how much the clocks of a zone are ahead then.

    The offset is None if somebody may put the clocks forward or back on that day, which nobody has ever done
    twice in three days. None for what is no day of a year that is supported.
    """
    if not re.fullmatch(_DATE, text):
        return None
    try:
        begin = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not FIRST_YEAR < begin.year < LAST_YEAR:  # within it by every clock
        return None
    ends = begin, begin + timedelta(days=1)
    [offset, *others] = {zone.utcoffset(end.replace(fold=fold)) for end in ends for fold in (0, 1)}
    ahead = None if offset is None or others else offset.days * SECONDS_PER_DAY + offset.seconds
    return (begin - _EPOCH).days * SECONDS_PER_DAY, ahead


@lru_cache(maxsize=4_096)
def _rest(text: str) -> tuple[int, int | None] | None:
    """Return the seconds and the offset from UTC, None without one, of what stands behind hour and minute.

    None for what is not plain.
    """
    found = re.fullmatch(_PLAIN_REST, text)
    if not found:
        return None
    seconds, offset = found.groups()
    if offset is not None:
        sign, hours, minutes = (offset[0], offset[1:3], offset[4:]) if offset != "Z" else ("+", "0", "0")
        ahead = int(hours) * 3_600 + int(minutes) * 60
        return int(seconds or 0), -ahead if sign == "-" else ahead
    return int(seconds or 0), None


def _read_closely(text: str, zone: ZoneInfo) -> int:
    found = re.fullmatch(_INSTANT, text)
    if not found:
        if re.fullmatch(_DATE, text):
            _check_year(date.fromordinal(_real_day(text, text)).year, text)
            raise LiteralError(
                message("`{text}` has no time of day", text=shorten(text)),
                message("add the time of day: `{text} 00:00` is the beginning of that day", text=text),
            )
        forms = message("write date and time, such as `2012-03-16 18:00` or `2012-03-16T18:00:00+08:00`")
        if re.fullmatch(_YEAR_DAY, text):
            example = "every_year: {from: 11-01, until: 12-31}"
            forms = message("add year and time; for days of every year write `{example}`", example=example)
        raise not_a("instant", text, forms)
    if (found["fraction"] or "").strip("0"):
        raise LiteralError(
            message("`{text}` has a fraction of a second", text=shorten(text)), message("write whole seconds")
        )
    day = _real_day(found["date"], text)
    # The year counts by the clock of the zone; by another clock the same instant may be in the next year.
    _check_year(int(text[:4]), text, slack=1)
    local = _local_time(day, int(found["hour"]), int(found["minute"]), int(found["second"] or 0), text)
    offset = found["offset"]
    instant = (
        _read_in_zone(local, zone, text) if offset is None else epoch_seconds(local) - _offset(offset, text)
    )
    _check_year(local_time(instant, zone).year, text)
    return instant


def check_instant(instant: int, zone: ZoneInfo) -> int:
    """Return an instant, in epoch seconds, if its year is one that is supported. Raises LiteralError."""
    year = FIRST_YEAR - 1
    if abs(instant) < 10**11:  # the year 5138, and no datetime has one after 9999
        year = local_time(instant, zone).year
    _check_year(year, str(instant) if abs(instant) < 10**SHOWN_LENGTH else "…")
    return instant


def _real_day(day: str, text: str) -> int:
    try:
        return date(int(day[:4]), int(day[5:7]), int(day[8:])).toordinal()
    except ValueError:
        raise LiteralError(
            message("`{text}` is not a day of the calendar", text=shorten(text)),
            message("check the month and the day; the order is year, month, day"),
        ) from None


def _check_year(year: int, text: str, slack: int = 0) -> None:
    if not FIRST_YEAR - slack <= year <= LAST_YEAR + slack:
        raise LiteralError(
            message("`{text}` is outside the years that are supported", text=shorten(text)),
            message("write a year from {first} to {last}", first=FIRST_YEAR, last=LAST_YEAR),
        )


def _local_time(day: int, hour: int, minute: int, second: int, text: str) -> datetime:
    if (hour, minute, second) == (24, 0, 0):
        day, hour = day + 1, 0
    if hour > 23 or minute > 59 or second > 59:
        raise LiteralError(
            message("`{text}` is not a time of the day", text=shorten(text)),
            message("the last second of a day is `23:59:59`, its end `24:00`"),
        )
    start = date.fromordinal(day)
    return datetime(start.year, start.month, start.day, hour, minute, second)


def _offset(text: str, literal: str) -> int:
    if text in ("Z", "z"):
        return 0
    digits = text[1:].replace(":", "").ljust(6, "0")
    minutes, seconds = int(digits[2:4]), int(digits[4:])
    length = int(digits[:2]) * 3_600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or length > 14 * 3_600:
        raise LiteralError(
            message("`{text}` has an offset that no place on earth has", text=shorten(literal)),
            message("write an offset from `-14:00` to `+14:00`, such as `+08:00`"),
        )
    return -length if text[0] == "-" else length


def _read_in_zone(local: datetime, zone: ZoneInfo, text: str) -> int:
    """Read a wall-clock time; in a change of the clocks it may stand for no instant or for two."""
    first = zone_offset(local.replace(tzinfo=zone, fold=0))
    second = zone_offset(local.replace(tzinfo=zone, fold=1))
    if first == second:
        return epoch_seconds(local) - first
    shown = shorten(text)
    if first < second:
        what = message(
            "`{text}` does not exist in {zone}: the clocks were put forward", text=shown, zone=zone
        )
    else:
        what = message("`{text}` happened twice in {zone}: the clocks were put back", text=shown, zone=zone)
    offsets = {"first": _offset_text(first), "second": _offset_text(second)}
    raise LiteralError(what, message("add an offset: `{first}` or `{second}`", **offsets))


def _offset_text(seconds: int) -> str:
    sign, length = ("-", -seconds) if seconds < 0 else ("+", seconds)
    text = f"{sign}{length // 3_600:02}:{length // 60 % 60:02}"
    return f"{text}:{length % 60:02}" if length % 60 else text
