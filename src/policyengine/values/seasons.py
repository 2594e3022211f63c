"""Days that come every year, such as from 1 November to 31 December."""

from __future__ import annotations

import re
from datetime import date

from policyengine.diagnostics.diagnostic import message
from policyengine.frozen import Frozen
from policyengine.values.escaping import shorten
from policyengine.values.faults import LiteralError, not_a

_YEAR_DAY = r"([0-9]{2})-([0-9]{2})"
_WITH_YEAR = r"[0-9]{4}-([0-9]{2}-[0-9]{2})"
_LOOSE = r"(?:-{0,2})([0-9]{1,2})[-./月]([0-9]{1,2})日?"
_LEAP_YEAR = 2000
_FEBRUARY_29 = 229


class Season(Frozen):
    """Days of every year, both ends included. Each end is a hundred times the month plus the day.

    Where the end comes earlier in the year than the beginning it lasts over New Year. That it ends on
    02-29 stands for the last day of February.
    """

    first: int
    last: int

    @property
    def text(self) -> str:
        """Return it for machines, such as ``11-01..12-31``."""
        return f"{year_day_text(self.first)}..{year_day_text(self.last)}"

    def holds_on(self, day: int) -> bool:
        """Tell whether a day, given as an ordinal, is one of its days."""
        return self._holds(day_of_year(day))

    def _holds(self, number: int) -> bool:
        if self.first <= self.last:
            return self.first <= number <= self.last
        return number >= self.first or number <= self.last

    @property
    def days(self) -> frozenset[int]:
        """Its days in a leap year, each a hundred times the month plus the day."""
        return frozenset(one for one in ALL_DAYS if self._holds(one))

    def meets(self, other: Season) -> bool:
        """Tell whether some day of the year is in both."""
        return not self.days.isdisjoint(other.days)

    def changes_in(self, year: int) -> tuple[int, int]:
        """Return the days of a year (ordinals) on which it begins and on which it is over again."""
        month, day = divmod(self.last, 100)
        last = date(year, 3, 1).toordinal() - 1 if self.last == _FEBRUARY_29 else _ordinal(year, month, day)
        return _ordinal(year, *divmod(self.first, 100)), last + 1


def _ordinal(year: int, month: int, day: int) -> int:
    return date(year, month, day).toordinal()


_LEAP_DAYS = map(date.fromordinal, range(_ordinal(_LEAP_YEAR, 1, 1), _ordinal(_LEAP_YEAR + 1, 1, 1)))
ALL_DAYS = frozenset(one.month * 100 + one.day for one in _LEAP_DAYS)
"""All days of a leap year, each a hundred times the month plus the day."""


def day_of_year(day: int) -> int:
    """Return of a day, given as an ordinal, a hundred times the month plus the day of the month."""
    found = date.fromordinal(day)
    return found.month * 100 + found.day


def year_day_text(number: int) -> str:
    """Return a day of the year as it is written, such as ``11-01``."""
    return f"{number // 100:02}-{number % 100:02}"


def read_season(text: str) -> Season:
    """Return the season of :attr:`Season.text`."""
    first, last = text.split("..")
    return Season(*(int(one[:2]) * 100 + int(one[3:]) for one in (first, last)))


def parse_year_day(text: str, is_first: bool) -> int:
    """Read a month and a day as a hundred times the month plus the day; ``is_first``: something begins on it.

    Raises LiteralError.
    """
    text = text.strip()
    found = re.fullmatch(_YEAR_DAY, text)
    if found is None:
        raise _no_year_day(text)
    month, day = int(found[1]), int(found[2])
    try:
        date(_LEAP_YEAR, month, day)
    except ValueError:
        help = message("the order is month, day, such as `12-31`")
        if month > 12 and 1 <= day <= 12:
            help = message("the month comes first: write `{day}`", day=f"{day:02}-{month:02}")
        raise LiteralError(message("`{text}` is not a day of the year", text=shorten(text)), help) from None
    number = month * 100 + day
    if is_first and number == _FEBRUARY_29:
        raise LiteralError(
            message("nothing can begin every year on `02-29`: most years do not have that day"),
            message("write `02-28` or `03-01`; as an end, `02-29` is the last day of February"),
        )
    return number


def _no_year_day(text: str) -> LiteralError:
    with_year, loose = re.fullmatch(_WITH_YEAR, text), re.fullmatch(_LOOSE, text)
    if with_year is not None:
        return LiteralError(
            message("`{text}` is in one year, and every year is meant here", text=shorten(text)),
            message("leave the year out: `{day}`; for one year write `from` and `until`", day=with_year[1]),
        )
    help = message("write month and day with two digits each, such as `11-01`")
    if loose is not None:
        day = f"{int(loose[1]):02}-{int(loose[2]):02}"
        help = message("write month and day with two digits each: `{day}`", day=day)
    return not_a("day of the year", text, help)
