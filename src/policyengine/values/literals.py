"""Exact values: the types, how each is held and compared, and its one literal for machines.

Every quantity is a whole number of a small unit, so that no binary or rounded fraction ever holds money,
a rate or a moment.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from enum import Enum
from fractions import Fraction
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from policyengine.frozen import Frozen
from policyengine.values.currencies import Currency


class ValueType(Enum):
    """The types that a fact can be declared with; the value is the word that a rulebook writes.

    A ``length`` is of any of the four kinds; it is the type of parameters whose kind changes with the day.
    """

    MONEY = "money"
    PERCENT = "percent"
    COUNT = "count"
    NUMBER = "number"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    DATE = "date"
    DURATION = "duration"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"
    BUSINESS_HOURS = "business_hours"
    CHOICE = "choice"
    TEXT = "text"
    TIME_ZONE = "time_zone"
    LENGTH = "length"
    """A figure that is a length of time of another kind from some day on; a fact is of one kind."""


TRUTH = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}
"""What is written for yes and for no."""

BUSINESS_DAYS_UNIT = "business_days"
SECONDS_PER_DAY = 86_400
UNIT_MONTHS = {"months": 1, "years": 12}
"""The units that a calendar counts, in months."""
UNIT_BUSINESS_MINUTES = {"business_minutes": 1, "business_hours": 60}
"""The units that pass while a business is open, in minutes."""
UNIT_SECONDS = {
    "seconds": 1,
    "minutes": 60,
    "hours": 3_600,
    "days": SECONDS_PER_DAY,
    "weeks": 7 * SECONDS_PER_DAY,
}

COUNTED_DAYS = ("days", "weeks")
"""The units that a reading can count by the calendar."""

MILLIONTH_PLACES = 6
_UNITS: dict[ValueType, int] = {
    ValueType.PERCENT: 100 * 10**MILLIONTH_PLACES,
    ValueType.NUMBER: 10**MILLIONTH_PLACES,
}
LARGEST_MONEY = 10**15
LARGEST_PERCENT = 10_000 * 10**MILLIONTH_PLACES
LARGEST_COUNT = 10**15
LARGEST_NUMBER = 10**12 * 10**MILLIONTH_PLACES
LONGEST_SECONDS = 36_525 * SECONDS_PER_DAY
MOST_BUSINESS_DAYS = 10_000
MOST_BUSINESS_MINUTES = 600_000
MOST_MONTHS = 1_200
FIRST_YEAR = 1900
LAST_YEAR = 2200


LENGTHS = (
    ValueType.DURATION,
    ValueType.BUSINESS_DAYS,
    ValueType.MONTHS,
    ValueType.BUSINESS_HOURS,
    ValueType.LENGTH,
)
"""The types of lengths of time."""
_KINDS = {
    **dict.fromkeys(UNIT_SECONDS, ValueType.DURATION),
    **dict.fromkeys(UNIT_MONTHS, ValueType.MONTHS),
    **dict.fromkeys(UNIT_BUSINESS_MINUTES, ValueType.BUSINESS_HOURS),
    BUSINESS_DAYS_UNIT: ValueType.BUSINESS_DAYS,
}


SMALLEST_UNITS = {
    ValueType.DURATION: "seconds",
    ValueType.MONTHS: "months",
    ValueType.BUSINESS_HOURS: "business_minutes",
    ValueType.BUSINESS_DAYS: BUSINESS_DAYS_UNIT,
}
"""For each kind of lengths the unit in which they compare."""


def kind_of_unit(unit: str) -> ValueType:
    """Return the type of the lengths that are counted in a unit."""
    return _KINDS[unit]


class Duration(Frozen):
    """A length of time as it was written: a whole ``count`` of a ``unit``, one of ``UNIT_SECONDS``,
    ``UNIT_MONTHS``, ``UNIT_BUSINESS_MINUTES`` or ``business_days``. Lengths of these four kinds are never
    compared with each other.
    """

    count: int
    unit: str

    @property
    def seconds(self) -> int:
        """The length in seconds. Raises ValueError for what is not counted by the clock: it has none."""
        if self.unit not in UNIT_SECONDS:
            raise ValueError(f"{self.unit} have no fixed length in seconds")
        return self.count * UNIT_SECONDS[self.unit]

    @property
    def months(self) -> int:
        """The length in months. Raises ValueError for what is not counted in months and years."""
        if self.unit not in UNIT_MONTHS:
            raise ValueError(f"{self.unit} are no months")
        return self.count * UNIT_MONTHS[self.unit]

    @property
    def business_minutes(self) -> int:
        """The length in minutes during which a business is open. Raises ValueError for other kinds."""
        if self.unit not in UNIT_BUSINESS_MINUTES:
            raise ValueError(f"{self.unit} are no business hours")
        return self.count * UNIT_BUSINESS_MINUTES[self.unit]

    @property
    def size(self) -> int:
        """What it compares by among lengths of its kind: seconds, months, business minutes or days."""
        if self.unit in UNIT_MONTHS:
            return self.months
        if self.unit in UNIT_BUSINESS_MINUTES:
            return self.business_minutes
        return self.count if self.unit == BUSINESS_DAYS_UNIT else self.seconds


# money: whole minor units of the currency; percent: millionths of a percent; number: millionths;
# instant: seconds since 1970-01-01T00:00:00Z; date: proleptic Gregorian ordinal.
# A fraction: an exact step of a calculation that is not rounded.
Number = int | Fraction
Value = int | str | bool | Duration | Fraction


def unit_of(type: ValueType) -> int:
    """Return how many units of a type, as it is held, are one whole: of a number, a percentage.

    Of money, lengths of time and counts it is one: nothing is calculated that mixes their units.
    """
    return _UNITS.get(type, 1)


def comparison_key(value: Value) -> Number | str:
    """Return what values of one type compare by: a length by its ``size``, yes as 1, no as 0."""
    if isinstance(value, Duration):
        return value.size
    return int(value) if isinstance(value, bool) else value


def identity_key(value: Value) -> tuple[Number | str, str]:
    """Return what tells a value from all others that rules could give.

    One day and 24 hours compare as equal, and are two values: days can be counted by the calendar.
    """
    if not isinstance(value, Duration):
        return comparison_key(value), ""
    return value.size, "days" if value.unit in COUNTED_DAYS else kind_of_unit(value.unit).value


# ---------- instants

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def epoch_seconds(naive: datetime) -> int:
    """Return the seconds from the epoch to a wall-clock time that is taken for UTC."""
    days = naive.toordinal() - _EPOCH_DAY
    return days * SECONDS_PER_DAY + naive.hour * 3_600 + naive.minute * 60 + naive.second


def zone_offset(local: datetime) -> int:
    """Return by how many seconds the clock of an aware time is ahead of UTC."""
    offset = local.utcoffset() or timedelta()
    return offset.days * SECONDS_PER_DAY + offset.seconds


def local_time(instant: int, zone: ZoneInfo) -> datetime:
    """Return an instant, in epoch seconds, as the aware date and time of a zone."""
    return (_EPOCH + timedelta(seconds=instant)).astimezone(zone)


def instant_text(instant: int, zone: ZoneInfo) -> str:
    """Return an instant, in epoch seconds, by the clock of a zone, such as ``2012-03-16 18:00:00``.

    Where the clocks are put back and the hour comes twice, the offset stands behind it. A literal: reading it
    in the zone gives the instant again.
    """
    local = local_time(instant, zone)
    naive = local.replace(tzinfo=None)
    other = naive.replace(tzinfo=zone, fold=1 - local.fold)
    return (local if other.utcoffset() != local.utcoffset() else naive).isoformat(" ")


@lru_cache(maxsize=4_096)
def _all_day(day: int, zone: ZoneInfo) -> tuple[int, str] | None:
    """Return by how many seconds clocks of a zone are ahead on a day of UTC since the epoch, also as text.

    None if they are put forward or back on that day. Many instants fall on the same days.
    """
    first, last = (local_time(one * SECONDS_PER_DAY, zone) for one in (day, day + 1))
    return (zone_offset(first), first.isoformat()[19:]) if zone_offset(first) == zone_offset(last) else None


def local_day(instant: int, zone: ZoneInfo) -> int:
    """Return the ordinal of the day on which an instant, in epoch seconds, falls in a zone."""
    ahead = _all_day(instant // SECONDS_PER_DAY, zone)
    if ahead is None:
        return local_time(instant, zone).toordinal()
    return (instant + ahead[0]) // SECONDS_PER_DAY + _EPOCH_DAY


def offset_text(instant: int, zone: ZoneInfo) -> str:
    """Return an instant, in epoch seconds, by the clock of a zone: ``2012-03-16T18:00:00+08:00``."""
    ahead = _all_day(instant // SECONDS_PER_DAY, zone)
    if ahead is None:
        return local_time(instant, zone).isoformat()
    day, second = divmod(instant + ahead[0], SECONDS_PER_DAY)
    return f"{_date_text(day)}T{_minute_text(second // 60)}:{second % 60:02}{ahead[1]}"


@lru_cache(maxsize=4_096)
def _date_text(day: int) -> str:
    """Return a day since the epoch: ``2012-03-16``."""
    return date.fromordinal(day + _EPOCH_DAY).isoformat()


@cache  # there are 1,440
def _minute_text(minute: int) -> str:
    """Return a minute of a day: ``18:00``."""
    return f"{minute // 60:02}:{minute % 60:02}"


@lru_cache(maxsize=4_096)
def start_of_day(day: int, zone: ZoneInfo) -> int:
    """Return the instant, in epoch seconds, at which the day with this ordinal begins in a zone.

    Where the clocks skip midnight the day begins at the skip; where midnight comes twice, at the first.
    """
    start = date.fromordinal(day)
    local = datetime(start.year, start.month, start.day)
    return epoch_seconds(local) - zone_offset(local.replace(tzinfo=zone, fold=0))


# ---------- the literal for machines


def decimal_text(scaled: int, places: int, least_places: int) -> str:
    """Return a count of units of ``10**-places`` as a decimal with at least so many places."""
    whole, fraction = divmod(abs(scaled), 10**places)
    digits = f"{fraction:0{places}}".rstrip("0").ljust(least_places, "0")
    sign = "-" if scaled < 0 else ""
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


_UNIT_WORDS = {"seconds": "second", "minutes": "minute", "hours": "hour", "days": "day", "weeks": "week"}
_UNIT_WORDS |= {BUSINESS_DAYS_UNIT: "business day", "months": "month", "years": "year"}
_UNIT_WORDS |= {"business_hours": "business hour", "business_minutes": "business minute"}


def length_text(length: Duration) -> str:
    """Return the literal of a length of time, such as ``24 hours``."""
    return f"{length.count} {_UNIT_WORDS[length.unit]}{'' if length.count == 1 else 's'}"


_PLACES = {
    ValueType.PERCENT: MILLIONTH_PLACES,
    ValueType.NUMBER: MILLIONTH_PLACES,
}


def fraction_text(value: Number, type: ValueType, currency: Currency | None = None) -> str:
    """Return an exact number of the units of a type in wholes: a decimal, or ``10/3`` where none is exact.

    A sum is not shown without its ``currency``: that is a TypeError.
    """
    least = _money_places(currency) if type is ValueType.MONEY else 0
    exact = Fraction(value) / 10 ** _PLACES.get(type, least)
    sign = "%" if type is ValueType.PERCENT else ""
    rest, places = exact.denominator, 0
    while rest % 10 == 0 or rest % 5 == 0 or rest % 2 == 0:
        rest = rest // 10 if rest % 10 == 0 else rest // 5 if rest % 5 == 0 else rest // 2
        places += 1
    if rest != 1:
        return f"{exact}{sign}"
    return decimal_text(int(exact * 10**places), places, least) + sign


def _money_places(currency: Currency | None) -> int:
    if currency is None:
        raise TypeError("a sum of money has no decimals without its currency")
    return currency.places


def format_value(
    value: Value, type: ValueType, zone: ZoneInfo, currency: Currency | None = None
) -> str | int | bool:
    """Return the one machine form of a value for JSON; reading it back gives the value again.

    A sum is not shown without its ``currency``, which says how many decimals it has: that is a TypeError.
    """
    if not isinstance(value, int):  # of the others, asking whether it is a Fraction takes longest
        if isinstance(value, str):
            return value
        return length_text(value) if isinstance(value, Duration) else fraction_text(value, type, currency)
    if isinstance(value, bool):
        return value
    match type:
        case ValueType.MONEY:
            places = _money_places(currency)
            return decimal_text(value, places, places)
        case ValueType.PERCENT:
            return decimal_text(value, MILLIONTH_PLACES, 0) + "%"
        case ValueType.NUMBER:
            return decimal_text(value, MILLIONTH_PLACES, 0)
        case ValueType.INSTANT:
            return offset_text(value, zone)
        case ValueType.DATE:
            return date.fromordinal(value).isoformat()
        case _:
            return value
