"""The days that a report speaks of: a week, or from one day to another."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import get_args

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.frozen import Frozen
from policyengine.model.report import Weekday

_WEEK = re.compile(r"([0-9]{4})-?W([0-9]{2})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class PeriodError(Exception):
    """A week or day that does not exist; carries what is wrong and what to write."""

    def __init__(self, what: Message, help: Message) -> None:
        self.message = what
        self.help = help
        super().__init__(str(what))


class Period(Frozen):
    """Whole days, as proleptic Gregorian ordinals, both included; ``label`` is how the user wrote it."""

    first: int
    last: int
    label: str

    def before(self) -> Period:
        """Return the period of the same length that ends where this one begins."""
        length = self.last - self.first + 1
        return _labelled(self.first - length, self.first - 1)

    def holds(self, day: int) -> bool:
        """Tell whether a day belongs to the period."""
        return self.first <= day <= self.last


def week(text: str, starts: Weekday) -> Period:
    """Return an ISO 8601 week such as ``2012-W27``; one with another first day begins up to 6 days earlier.

    Raises PeriodError.
    """
    found = _WEEK.fullmatch(text.strip())
    help = message("write the year and the number of the week, such as `2012-W27`")
    if found is None:
        raise PeriodError(message("`{text}` is not a week", text=text), help)
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        what = message("the year {year} has no week {week}", year=found[1], week=int(found[2]))
        raise PeriodError(what, help) from None
    early = (-get_args(Weekday).index(starts)) % 7
    first = (monday - timedelta(days=early)).toordinal()
    return Period(first, first + 6, text.strip())


def days(first: str, last: str) -> Period:
    """Return the period between two days, both included. Raises PeriodError."""
    begin, end = _day(first), _day(last)
    if end < begin:
        what = message("the period ends ({last}) before it begins ({first})", first=first, last=last)
        raise PeriodError(what, message("swap the two days"))
    return _labelled(begin, end)


def _day(text: str) -> int:
    help = message("write a day as year-month-day, such as `2012-07-02`")
    if not _DAY.fullmatch(text):
        raise PeriodError(message("`{text}` is not a day", text=text), help)
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        raise PeriodError(message("there is no day `{text}`", text=text), help) from None


def _labelled(first: int, last: int) -> Period:
    names = [date.fromordinal(max(1, day)).isoformat() for day in (first, last)]
    return Period(first, last, f"{names[0]} – {names[1]}")
