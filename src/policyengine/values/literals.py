"""Literals and exact values: how a person writes a value, how it is held, how it is shown.

Every quantity is a whole number of a small unit, so that no binary or rounded fraction ever holds money,
a rate or a moment.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.diagnostics.did_you_mean import allowed, did_you_mean


class ValueType(Enum):
    """The types that a fact can be declared with; the value is the word that a rulebook writes."""

    MONEY = "money"
    PERCENT = "percent"
    COUNT = "count"
    NUMBER = "number"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    DATE = "date"
    DURATION = "duration"
    BUSINESS_DAYS = "business_days"
    CHOICE = "choice"
    TEXT = "text"


# In another language the type is named there, with the word of the rulebook beside it.
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
    ValueType.CHOICE: message("`choice`"),
    ValueType.TEXT: message("`text`"),
}
BUSINESS_DAYS_UNIT = "business_days"
SECONDS_PER_DAY = 86_400
UNIT_SECONDS = {
    "seconds": 1,
    "minutes": 60,
    "hours": 3_600,
    "days": SECONDS_PER_DAY,
    "weeks": 7 * SECONDS_PER_DAY,
}

FEN_PLACES = 2
MILLIONTH_PLACES = 6
LARGEST_MONEY = 10**15
LARGEST_PERCENT = 10_000 * 10**MILLIONTH_PLACES
LARGEST_COUNT = 10**15
LARGEST_NUMBER = 10**12 * 10**MILLIONTH_PLACES
LONGEST_SECONDS = 36_525 * SECONDS_PER_DAY
MOST_BUSINESS_DAYS = 10_000
FIRST_YEAR = 1900
LAST_YEAR = 2200

# No literal but a text or a choice is longer; what is longer is refused before any pattern looks at it.
_LONGEST_LITERAL = 100
_SHOWN_LENGTH = 40


class Duration(NamedTuple):
    """A length of time as it was written: a whole ``count`` of a ``unit``, one of ``UNIT_SECONDS`` or
    ``business_days``.
    """

    count: int  # type: ignore[assignment]  # hides tuple.count, which nothing needs
    unit: str

    @property
    def seconds(self) -> int:
        """The length in seconds. Raises ValueError for business days, which have no fixed length."""
        if self.unit == BUSINESS_DAYS_UNIT:
            raise ValueError("business days have no fixed length in seconds")
        return self.count * UNIT_SECONDS[self.unit]


# money: fen, a hundredth of the currency unit; percent: millionths of a percent; number: millionths;
# instant: seconds since 1970-01-01T00:00:00Z; date: proleptic Gregorian ordinal.
Value = int | str | bool | Duration


class LiteralError(Exception):
    """A text that is no value of the type asked for: what is wrong with it and what to write instead."""

    def __init__(self, message: Message, help: Message | None = None) -> None:
        """Hold the two sentences; the exception's own text is the English one."""
        super().__init__(str(message))
        self.message = message
        self.help = help


# ---------- shown text

# Control characters, direction overrides, lone surrogates and what is no character would garble or break a
# terminal. A pattern with characters from all over Unicode takes a millisecond to compile: `re` does it when
# it is first needed.
_UNPRINTABLE = "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def printable(text: str) -> str:
    """Return a text in which what would garble a terminal is spelled out."""
    # INVARIANT: whatever the pattern finds, `isprintable` refuses.
    return text if text.isprintable() else re.sub(_UNPRINTABLE, _escape, text)


# What a document in XML 1.0 can hold (https://www.w3.org/TR/xml/#charsets); HTML forbids the same and more.
_NOT_XML = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


def xml_text(text: str) -> str:
    """Return a text or a whole document in which what XML and HTML cannot hold is spelled out."""
    return re.sub(_NOT_XML, _escape, text)


def shorten(text: str) -> str:
    """Return a text fit for a message: at most 40 of its characters and ``…``, unprintable ones escaped."""
    head = printable(text[:_SHOWN_LENGTH])
    return head + "…" if len(text) > _SHOWN_LENGTH else head


# ---------- numbers

_DECIMAL = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
# Looked for in faults only, so compiled when one is found.
_THOUSANDS = r"-?[0-9]{1,3}(?:[,，_' ][0-9]{3})+(?:\.[0-9]+)?"
_EXPONENT = r"[-+]?[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+"


def _scaled(digits: str, places: int, whole: str, kind: str, help: Message) -> int:
    """Read a decimal as a count of units of ``10**-places``; messages quote ``whole``."""
    found = _DECIMAL.fullmatch(digits)
    if found:
        sign, units, fraction = found[1], found[2], found[3] or ""
        if len(units) > 1 and units[0] == "0":  # YAML 1.1 and C read `017` as fifteen
            plain = whole.replace(units, units.lstrip("0") or "0", 1)
            raise LiteralError(
                message("`{text}` begins with a zero", text=shorten(whole)),
                message("write `{text}`", text=shorten(plain)),
            )
        if len(fraction) > places:
            raise _too_many_decimals(fraction, places, whole)
        scaled = int(units + fraction.ljust(places, "0"))
        return -scaled if sign else scaled
    if re.fullmatch(_THOUSANDS, digits):
        plain = re.sub("[,，_' ]", "", digits)
        raise LiteralError(
            message("`{text}` has a thousands separator", text=shorten(whole)),
            message("write the digits without separators: `{text}`", text=plain),
        )
    if re.fullmatch(_EXPONENT, digits):
        raise LiteralError(
            message("`{text}` is written with an exponent", text=shorten(whole)),
            message("write the number out in digits, such as `1000`"),
        )
    raise _not_a(kind, whole, help)


def _too_many_decimals(fraction: str, places: int, whole: str) -> LiteralError:
    if places == 0:
        return LiteralError(
            message("`{text}` is not a whole number", text=shorten(whole)),
            message("a count has no decimals: write `1`, `2` or `10`"),
        )
    limit = message("write at most {places} decimals", places=places)
    if places == FEN_PLACES and fraction[places:].strip("0"):
        return LiteralError(message("`{text}` has fractions of a fen", text=shorten(whole)), limit)
    what = message("`{text}` has more than {places} decimals", text=shorten(whole), places=places)
    return LiteralError(what, limit)


# One whole sentence for each type, because a translation cannot be put together from pieces.
_NOT_A = {
    "money": message("`{text}` is not a sum of money"),
    "percent": message("`{text}` is not a percentage"),
    "count": message("`{text}` is not a whole number"),
    "number": message("`{text}` is not a number"),
    "boolean": message("`{text}` is neither yes nor no"),
    "instant": message("`{text}` is not an instant"),
    "date": message("`{text}` is not a date"),
    "duration": message("`{text}` is not a length of time"),
    "business_days": message("`{text}` is not a number of business days"),
}


def _not_a(kind: str, text: str, help: Message) -> LiteralError:
    return LiteralError(message(_NOT_A[kind].template, text=shorten(text)), help)


def _within(scaled: int, largest: int, text: str, shown_largest: str) -> int:
    if abs(scaled) > largest:
        raise LiteralError(
            message("`{text}` is too large", text=shorten(text)),
            message("the largest value is `{largest}`, the smallest `-{largest}`", largest=shown_largest),
        )
    return scaled


def _parse_money(text: str, currency: str) -> int:
    rest = text
    sign = ""
    if rest[:1] == "-":
        sign, rest = "-", rest[1:]
    bare, meant = _without_currency(rest)
    if meant and currency not in meant:
        raise LiteralError(
            message("`{text}` is not a sum of {currency}", text=shorten(text), currency=currency),
            message("write the amount in {currency}", currency=currency),
        )
    if bare != rest and bare[:1] == "-" and not sign:  # `¥-5`
        sign, bare = "-", bare[1:]
    example = f"100.00 {'元' if currency == 'CNY' else currency}"
    help = message("write an amount such as `100`, `100.00` or `{example}`", example=example)
    scaled = _scaled(sign + bare, FEN_PLACES, text, "money", help)
    return _within(scaled, LARGEST_MONEY, text, _decimal_text(LARGEST_MONEY, FEN_PLACES, FEN_PLACES))


# Signs of currencies with the codes (ISO 4217) that they can stand for.
_SIGNS = {"¥": ("CNY", "JPY"), "￥": ("CNY", "JPY"), "元": ("CNY",)}
_MARK_BEFORE = re.compile(r"([A-Z]{3}(?![A-Za-z])|[¥￥]) *(.+)")
_MARK_AFTER = re.compile(r"(.*[^ A-Z]) *([A-Z]{3}|元)")


def _without_currency(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a sum without the currency that it names, and the codes that this can mean."""
    found = _MARK_BEFORE.fullmatch(text)
    if found is not None:
        return found[2], _SIGNS.get(found[1], (found[1],))
    found = _MARK_AFTER.fullmatch(text)
    if found is not None:
        return found[1], _SIGNS.get(found[2], (found[2],))
    return text, ()


def _parse_percent(text: str) -> int:
    help = message("write a percentage such as `5%` or `0.5%`")
    if not text.endswith("%"):
        readings = percent_readings(text)
        if readings is not None:
            raise LiteralError(message("`{text}` has no percent sign", text=shorten(text)), readings)
        raise _not_a("percent", text, help)
    scaled = _scaled(text[:-1].rstrip(), MILLIONTH_PLACES, text, "percent", help)
    return _within(scaled, LARGEST_PERCENT, text, "10000%")


def percent_readings(text: str, quote: str = "") -> Message | None:
    """Return what to write for a number that should be a percentage, None for what is no plain number.

    Two readings are possible, a hundred times apart, and nobody but the author can tell which is meant.
    ``quote`` is put around each.
    """
    found = _DECIMAL.fullmatch(text)
    if found is None:
        return None
    fraction = (found[3] or "").ljust(2, "0")
    whole, rest = (found[2] + fraction[:2]).lstrip("0") or "0", fraction[2:].rstrip("0")
    share = f"{found[1]}{whole}.{rest}" if rest else f"{found[1]}{whole}"
    return message(
        "write `{share}` if `{text}` is a share of one, `{percent}` if it counts percents",
        share=f"{quote}{shorten(share)}%{quote}",
        text=shorten(text),
        percent=f"{quote}{shorten(text)}%{quote}",
    )


def _parse_count(text: str) -> int:
    # `1.0` is a whole number; `1.000` may have a separator for thousands.
    scaled = _scaled(text.removesuffix(".0"), 0, text, "count", message("write digits only, such as `12`"))
    return _within(scaled, LARGEST_COUNT, text, str(LARGEST_COUNT))


def _parse_number(text: str) -> int:
    scaled = _scaled(text, MILLIONTH_PLACES, text, "number", message("write a number such as `12` or `1.25`"))
    return _within(scaled, LARGEST_NUMBER, text, str(10**12))


TRUTH = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}
"""What is written for yes and for no."""


def _parse_boolean(text: str) -> bool:
    found = TRUTH.get(text.lower())
    if found is None:
        raise _not_a("boolean", text, message("write `yes` or `no`"))
    return found


# ---------- dates, instants

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_INSTANT = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt]| +)"
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]+))?)?"
    r" ?(?P<offset>[Zz]|[-+][0-9]{2}(?::?[0-9]{2}(?::[0-9]{2})?)?)?"
)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _parse_date(text: str) -> int:
    found = _DATE.fullmatch(text)
    if not found:
        if _INSTANT.fullmatch(text):
            raise LiteralError(
                message("`{text}` has a time of day, and a date has none", text=shorten(text)),
                message("write the date alone: `{date}`", date=text[:10]),
            )
        raise _not_a("date", text, message("write year, month and day, such as `2012-03-16`"))
    day = _real_day(text, text)
    _check_year(date.fromordinal(day).year, text)
    return day


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


def _parse_instant(text: str, zone: ZoneInfo) -> int:
    found = _INSTANT.fullmatch(text)
    if not found:
        if _DATE.fullmatch(text):
            raise LiteralError(
                message("`{text}` has no time of day", text=shorten(text)),
                message("add a time: `{text} 18:00`", text=text),
            )
        forms = message("write date and time, such as `2012-03-16 18:00` or `2012-03-16T18:00:00+08:00`")
        raise _not_a("instant", text, forms)
    if (found["fraction"] or "").strip("0"):
        raise LiteralError(
            message("`{text}` has a fraction of a second", text=shorten(text)), message("write whole seconds")
        )
    day = _real_day(found["date"], text)
    # The year counts by the clock of the zone; by another clock the same instant may be in the next year.
    _check_year(int(text[:4]), text, slack=1)
    local = _local_time(day, int(found["hour"]), int(found["minute"]), int(found["second"] or 0), text)
    offset = found["offset"]
    instant = _read_in_zone(local, zone, text) if offset is None else _seconds(local) - _offset(offset, text)
    _check_year(local_time(instant, zone).year, text)
    return instant


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
    first = _zone_offset(local.replace(tzinfo=zone, fold=0))
    second = _zone_offset(local.replace(tzinfo=zone, fold=1))
    if first == second:
        return _seconds(local) - first
    shown = shorten(text)
    if first < second:
        what = message(
            "`{text}` does not exist in {zone}: the clocks were put forward", text=shown, zone=zone
        )
    else:
        what = message("`{text}` happened twice in {zone}: the clocks were put back", text=shown, zone=zone)
    offsets = {"first": _offset_text(first), "second": _offset_text(second)}
    raise LiteralError(what, message("add an offset: `{first}` or `{second}`", **offsets))


def _seconds(naive: datetime) -> int:
    """Seconds from the epoch to a wall-clock time that is taken for UTC."""
    days = naive.toordinal() - _EPOCH_DAY
    return days * SECONDS_PER_DAY + naive.hour * 3_600 + naive.minute * 60 + naive.second


def _zone_offset(local: datetime) -> int:
    offset = local.utcoffset() or timedelta()
    return offset.days * SECONDS_PER_DAY + offset.seconds


def _offset_text(seconds: int) -> str:
    sign, length = ("-", -seconds) if seconds < 0 else ("+", seconds)
    text = f"{sign}{length // 3_600:02}:{length // 60 % 60:02}"
    return f"{text}:{length % 60:02}" if length % 60 else text


def local_time(instant: int, zone: ZoneInfo) -> datetime:
    """Return an instant, in epoch seconds, as the aware date and time of a zone."""
    return (_EPOCH + timedelta(seconds=instant)).astimezone(zone)


def check_instant(instant: int, zone: ZoneInfo) -> int:
    """Return an instant, in epoch seconds, if its year is one that is supported. Raises LiteralError."""
    year = FIRST_YEAR - 1
    if abs(instant) < 10**11:  # the year 5138, and no datetime has one after 9999
        year = local_time(instant, zone).year
    _check_year(year, str(instant) if abs(instant) < 10**_SHOWN_LENGTH else "…")
    return instant


def instant_text(instant: int, zone: ZoneInfo) -> str:
    """Return an instant, in epoch seconds, by the clock of a zone, such as ``2012-03-16 18:00:00``.

    Where the clocks are put back and the hour comes twice, the offset stands behind it. A literal: reading it
    in the zone gives the instant again.
    """
    local = local_time(instant, zone)
    naive = local.replace(tzinfo=None)
    other = naive.replace(tzinfo=zone, fold=1 - local.fold)
    return (local if other.utcoffset() != local.utcoffset() else naive).isoformat(" ")


def local_day(instant: int, zone: ZoneInfo) -> int:
    """Return the ordinal of the day on which an instant, in epoch seconds, falls in a zone."""
    return local_time(instant, zone).toordinal()


def start_of_day(day: int, zone: ZoneInfo) -> int:
    """Return the instant, in epoch seconds, at which the day with this ordinal begins in a zone.

    Where the clocks skip midnight the day begins at the skip; where midnight comes twice, at the first.
    """
    start = date.fromordinal(day)
    local = datetime(start.year, start.month, start.day)
    return _seconds(local) - _zone_offset(local.replace(tzinfo=zone, fold=0))


# ---------- lengths of time

_UNIT_WORDS = {
    **dict.fromkeys(("second", "seconds", "秒", "秒钟"), "seconds"),
    **dict.fromkeys(("minute", "minutes", "分钟"), "minutes"),
    **dict.fromkeys(("hour", "hours", "小时", "个小时"), "hours"),
    **dict.fromkeys(("day", "days", "天", "日"), "days"),
    **dict.fromkeys(("week", "weeks", "周"), "weeks"),
    **dict.fromkeys(("business day", "business days", "工作日", "个工作日"), BUSINESS_DAYS_UNIT),
}
_LENGTH = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?) *([^0-9\s.-][^0-9.-]*)")


def _parse_length(text: str, type: ValueType) -> Duration:
    form = (
        message("write a number of business days, such as `4 business days` or `4个工作日`")
        if type is ValueType.BUSINESS_DAYS
        else message("write a whole number and a unit, such as `24 hours`, `15 days` or `24小时`")
    )
    found = _LENGTH.fullmatch(text)
    if not found:
        if _DECIMAL.fullmatch(text):
            raise LiteralError(message("`{text}` has no unit", text=shorten(text)), form)
        raise _not_a(type.value, text, form)
    unit = _unit(found[2])
    if unit is None:
        raise _unknown_unit(found[2], form)
    _check_kind(unit, type, text)
    return Duration(_whole_count(found[1], unit, text), unit)


def _unit(word: str) -> str | None:
    return _UNIT_WORDS.get(" ".join(word.lower().split()))


def _unknown_unit(word: str, form: Message) -> LiteralError:
    if word.lower() in ("month", "months", "year", "years", "月", "个月", "年"):
        return LiteralError(
            message("`{unit}` is not a fixed length of time", unit=shorten(word)),
            message("months and years differ in length: write a number of days, such as `30 days`"),
        )
    help = did_you_mean(word.lower(), _UNIT_WORDS) or form
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


# ---------- choices, text

# A carriage return is refused too: two spellings of a line break would make equal texts differ.
_BAD_TEXT = "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]"


def _parse_choice(text: str, choices: Sequence[str]) -> str:
    if text in choices:
        return text
    what = message("`{text}` is not one of the allowed values", text=shorten(text))
    raise LiteralError(what, allowed(text, choices))


def _parse_text(text: str) -> str:
    """Read a text; the space around it is no part of it, and nothing but space says nothing."""
    found = None if text.isprintable() else re.search(_BAD_TEXT, text)
    if found:
        code = f"U+{ord(found[0]):04X}"
        raise LiteralError(
            message("the text holds the character {code}, which cannot be shown", code=code),
            message("remove it; tabs and line feeds are allowed"),
        )
    text = text.strip()
    if not text:
        raise LiteralError(message("the text is empty"), message("write what it says, or leave it out"))
    return text


# ---------- the public readers

# Forms that a Chinese keyboard gives for ASCII characters: U+FF01 to U+FF5E, and the wide space. The comma is
# left out: between digits it is a thousands separator, of which the mistake is not the width.
_HALF_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F) if wide != 0xFF0C} | {0x3000: 0x20}


def parse_literal(
    text: str, type: ValueType, zone: ZoneInfo, currency: str, choices: Sequence[str] = ()
) -> Value:
    """Read what a person wrote as a value of the type; a time without an offset is read in the zone.

    A sum of money may name the ``currency`` (ISO 4217), and no other.

    Raises LiteralError, which says what is wrong and what to write.
    """
    if type is ValueType.TEXT:
        return _parse_text(text)
    if type is ValueType.CHOICE:
        return _parse_choice(text, choices)
    text = _plain(text, type)
    match type:
        case ValueType.MONEY:
            return _parse_money(text, currency)
        case ValueType.PERCENT:
            return _parse_percent(text)
        case ValueType.COUNT:
            return _parse_count(text)
        case ValueType.NUMBER:
            return _parse_number(text)
        case ValueType.BOOLEAN:
            return _parse_boolean(text)
        case ValueType.INSTANT:
            return _parse_instant(text, zone)
        case ValueType.DATE:
            return _parse_date(text)
        case _:
            return _parse_length(text, type)


def _plain(text: str, type: ValueType) -> str:
    """Drop the space around a literal and refuse what no literal can be: nothing, too much, full width."""
    text = text.strip()
    if not text:
        raise LiteralError(message("the value is empty"), message("write a value, or leave the line out"))
    if len(text) > _LONGEST_LITERAL:
        raise LiteralError(
            message(_NOT_A[type.value].template, text=shorten(text)),
            message("a value of this type has at most {limit} characters", limit=_LONGEST_LITERAL),
        )
    narrow = text.translate(_HALF_WIDTH)
    if narrow != text:
        raise LiteralError(
            message("`{text}` is written in full-width characters", text=shorten(text)),
            message("write it in half width: `{text}`", text=shorten(narrow)),
        )
    return text


_WHOLE = re.compile("-?[0-9]+")


def guess_type(text: str) -> ValueType | None:
    """Tell the type that the spelling alone shows: a length, a percentage, a sum or a count, else None."""
    text = text.strip()
    if len(text) > _LONGEST_LITERAL:
        return None
    # A length in full-width digits is a length, and is told to be written in half width.
    text = text.translate(_HALF_WIDTH)
    if _WHOLE.fullmatch(text):
        return ValueType.COUNT
    if text.endswith("%") and _DECIMAL.fullmatch(text[:-1].rstrip()):
        return ValueType.PERCENT
    amount, currencies = _without_currency(text)
    if currencies and _DECIMAL.fullmatch(amount):
        return ValueType.MONEY
    found = _LENGTH.fullmatch(text)
    if found is None or not found[2][0].isalpha():
        return None
    # A number with an unknown unit is a length, too: its unit is told to be unknown.
    return ValueType.BUSINESS_DAYS if _unit(found[2]) == BUSINESS_DAYS_UNIT else ValueType.DURATION


def comparison_key(value: Value) -> int | str:
    """Return what values of one type compare by: a length in seconds or business days, yes as 1, no as 0."""
    if isinstance(value, Duration):
        return value.count if value.unit == BUSINESS_DAYS_UNIT else value.seconds
    return int(value) if isinstance(value, bool) else value


# ---------- the public writers


def _decimal_text(scaled: int, places: int, least_places: int) -> str:
    whole, fraction = divmod(abs(scaled), 10**places)
    digits = f"{fraction:0{places}}".rstrip("0").ljust(least_places, "0")
    sign = "-" if scaled < 0 else ""
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


_EN_UNITS = {"seconds": "second", "minutes": "minute", "hours": "hour", "days": "day", "weeks": "week"}
_EN_UNITS[BUSINESS_DAYS_UNIT] = "business day"
_ZH_UNITS = {"seconds": "秒", "minutes": "分钟", "hours": "小时", "days": "天", "weeks": "周"}
_ZH_UNITS[BUSINESS_DAYS_UNIT] = "个工作日"


def _length_text(length: Duration, language: str) -> str:
    if language == "zh":
        return f"{length.count} {_ZH_UNITS[length.unit]}"
    return f"{length.count} {_EN_UNITS[length.unit]}{'' if length.count == 1 else 's'}"


def format_value(value: Value, type: ValueType, zone: ZoneInfo) -> str | int | bool:
    """Return the one machine form of a value for JSON; reading it back gives the value again."""
    if isinstance(value, Duration):
        return _length_text(value, "en")
    if isinstance(value, str | bool):
        return value
    match type:
        case ValueType.MONEY:
            return _decimal_text(value, FEN_PLACES, FEN_PLACES)
        case ValueType.PERCENT:
            return _decimal_text(value, MILLIONTH_PLACES, 0) + "%"
        case ValueType.NUMBER:
            return _decimal_text(value, MILLIONTH_PLACES, 0)
        case ValueType.INSTANT:
            return local_time(value, zone).isoformat()
        case ValueType.DATE:
            return date.fromordinal(value).isoformat()
        case _:
            return value


def show_value(
    value: Value, type: ValueType, zone: ZoneInfo, language: str, currency: str, choice_title: str = ""
) -> str:
    """Return a value for people, in ``zh`` or ``en``; an instant is shown by the clock of the zone."""
    is_zh = language == "zh"
    if isinstance(value, Duration):
        return _length_text(value, language)
    if isinstance(value, bool):
        return ("是" if value else "否") if is_zh else ("yes" if value else "no")
    if type is ValueType.CHOICE:
        return choice_title or str(value)
    if type is ValueType.MONEY:
        unit = "元" if is_zh and currency == "CNY" else currency
        return f"{format_value(value, type, zone)} {unit}"
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
            parts.append(f"{count} {zh}" if language == "zh" else _length_text(Duration(count, unit), "en"))
    if not parts:
        return "0 秒" if language == "zh" else "0 seconds"
    return sign + " ".join(parts)
