"""Where days, months and years begin and end: the end of 31 January, the beginning of the month of an order.

The end of a day is 24:00, which is the instant at which the next day begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from policyengine.frozen import Frozen
from policyengine.values.business_time import LATEST
from policyengine.values.literals import local_day, start_of_day
from policyengine.values.months import days_in

Side = Literal["start_of", "end_of", "last_second_of"]
Place = Literal["of", "after", "not_before"]
_FEBRUARY, _FEBRUARY_29 = 2, "02-29"
_MONTHS = 12


class Edge(Frozen):
    """The beginning or the end of a day, of a calendar period, or of a day that comes every year.

    ``every`` is ``day``, ``calendar_week`` (from Monday on), ``calendar_month``, ``calendar_year``, or month
    and day such as ``01-31``; ``02-29`` is the last day of February. Of a day or period it is that in which
    an instant lies (``of``). Of a day of every year it is the first ``after`` an instant, or the first that
    is ``not_before`` it. ``last_second_of``: the second before that end. It lies in the day itself, so it
    is in time where the whole day is, whether the last instant of a clock still counts or not.
    """

    side: Side
    every: str
    place: Place

    @property
    def text(self) -> str:
        """Return it for machines, such as ``end_of 01-31 after``."""
        return f"{self.side} {self.every} {self.place}"


def read_edge(text: str) -> Edge:
    """Return the edge of :attr:`Edge.text`."""
    side, every, place = text.split()
    return Edge(side, every, place)  # type: ignore[arg-type]  # it was made of these words


def at_edge(instant: int, edge: Edge, zone: ZoneInfo) -> int:
    """Return the instant of an edge, by another instant in a zone; both are epoch seconds.

    What comes later than any case can name, and later than all calendars, is one instant: ``LATEST``.
    """
    if instant >= LATEST:
        return LATEST
    day, is_end = local_day(instant, zone), edge.side != "start_of"
    back = edge.side == "last_second_of"
    if edge.place == "of":
        return start_of_day(_around(day, edge.every)[is_end], zone) - back
    days = _days(date.fromordinal(day).year, edge.every)
    every = (start_of_day(one + is_end, zone) - back for one in days)
    return next(one for one in every if one > instant or (one == instant and edge.place == "not_before"))


def _around(day: int, period: str) -> tuple[int, int]:
    """Return the first day of the period in which a day lies, and the first day after it (ordinals)."""
    at = date.fromordinal(day)
    match period:
        case "calendar_year":
            return date(at.year, 1, 1).toordinal(), date(at.year + 1, 1, 1).toordinal()
        case "calendar_month":
            years, month = divmod(at.month, _MONTHS)
            return at.replace(day=1).toordinal(), date(at.year + years, month + 1, 1).toordinal()
        case "calendar_week":
            first = day - at.weekday()
            return first, first + 7
        case _:
            return day, day + 1


def _days(year: int, day: str) -> Iterator[int]:
    """Return a day of the year (ordinals) in the year before, in this one and in two more."""
    month, number = int(day[:2]), int(day[3:])
    for one in range(year - 1, year + 3):
        last = days_in(one, _FEBRUARY) if day == _FEBRUARY_29 else number
        yield date(one, month, last).toordinal()
