"""The business-day calendar of a rulebook: a country's, none, or the house's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.diagnostics.did_you_mean import one_of
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen, replace
from policyengine.reading.parse import nodes
from policyengine.reading.parse.operands import Scope
from policyengine.reading.parse.weeks import parse_blocks, parse_week, read
from policyengine.reading.rule_files import named_path
from policyengine.syntax.files import decode_text
from policyengine.syntax.yaml_tree import MappingNode, Node, Scalar, SequenceNode
from policyengine.values.calendar import (
    HOUSE,
    NO_CALENDAR,
    Calendar,
    CalendarUnknown,
    load_calendar,
    subdivisions_of,
)
from policyengine.values.day_times import WEEKDAYS, parse_weekdays
from policyengine.values.faults import LiteralError
from policyengine.values.instants import parse_date
from policyengine.values.literals import FIRST_YEAR, LAST_YEAR

_NONE = "none"
_EVERY_YEAR = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


def parse_calendar(node: Node, scope: Scope) -> Calendar:
    """Return the calendar that a rulebook names or describes."""
    if not isinstance(node, MappingNode):
        return _named(nodes.scalar(node), scope)
    country = node.get("country")
    base = HOUSE if country is None else _named(nodes.scalar(country), scope)
    return _with_hours(_with_days(replace(base, code=_code(base)), node, scope), node, scope)


def _code(base: Calendar) -> str:
    return base.code if base.code in (HOUSE.code, NO_CALENDAR.code) else f"{base.code} {HOUSE.code}"


def _named(written: Scalar, scope: Scope) -> Calendar:
    if written.text == _NONE:
        return NO_CALENDAR
    try:
        return load_calendar(written.text)
    except CalendarUnknown:
        what = message("there is no business-day calendar `{code}`", code=written.text)
        scope.fault("unknown-calendar", what, written.span, _meant(written.text))
        return replace(NO_CALENDAR, code=written.text)


def _meant(code: str) -> Message:
    country, _, part = re.sub("[_/ ]", "-", code.strip()).partition("-")
    known = subdivisions_of(country.upper())
    if part and known:
        name = f"{country.upper()}-{part.upper()}"
        if part.upper() in known:
            return message("did you mean `{word}`?", word=name)
        return one_of([f"{country.upper()}-{one}" for one in known])  # codes that look alike are not alike
    if known is not None:
        return message("did you mean `{word}`?", word=country.upper())
    return message(
        "write the code of a country, such as `{country}`, of a part of one, such as `{part}`, or `none`",
        country="CN",
        part="US-CA",
    )


# ---------- days


class _Days(Frozen):
    """Days that a house lists: ordinals, and the first and the last year of those that are no rule."""

    days: frozenset[int]
    years: tuple[int, ...]


def _with_days(base: Calendar, node: MappingNode, scope: Scope) -> Calendar:
    weekend = base.weekend if node.get("weekend") is None else _weekend(node.get("weekend"), scope)
    holidays = _days(node.get("holidays"), scope)
    workdays = _days(node.get("workdays"), scope)
    for day in sorted(holidays.days & workdays.days):
        what = message("{day} is a holiday and a workday", day=date.fromordinal(day).isoformat())
        scope.fault("bad-value", what, node.span, message("keep one of them"))
    years = holidays.years
    return replace(
        base,
        weekend=weekend,
        off=(base.off | holidays.days) - workdays.days,
        worked=(base.worked | workdays.days) - holidays.days,
        first_year=max(base.first_year, min(years, default=base.first_year)),
        last_year=min(base.last_year, max(years, default=base.last_year)),
    )


def _weekend(node: Node | None, scope: Scope) -> frozenset[int]:
    found: set[int] = set()
    for one in nodes.items(node):
        if nodes.scalar(one).text == _NONE:
            continue
        found |= set(read(one, parse_weekdays, scope) or ())
    if len(found) == len(WEEKDAYS):
        what = message("every day belongs to the weekend, so there are no business days")
        scope.fault(
            "bad-value", what, nodes.items(node)[0].span, message("leave out the days that are worked")
        )
        return frozenset()
    return frozenset(found)


def _days(node: Node | None, scope: Scope) -> _Days:
    """Return the days that a file or a list names."""
    days: set[int] = set()
    years: set[int] = set()
    for text, span in _written(node, scope):
        rule = _EVERY_YEAR.fullmatch(text)
        every_year = () if rule is None else tuple(_every_year(int(rule[1]), int(rule[2])))
        if every_year:
            days |= set(every_year)
            continue
        try:
            day = parse_date(text)
        except LiteralError as fault:
            help = fault.help or message("write a day such as `{literal}`", literal="2026-12-24")
            scope.fault("bad-value", fault.message, span, help)
            continue
        days.add(day)
        years.add(date.fromordinal(day).year)
    return _Days(frozenset(days), tuple(sorted(years)))


def _every_year(month: int, day: int) -> Iterator[int]:
    """Return a day of every year; 29 February only where there is one."""
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        try:
            yield date(year, month, day).toordinal()
        except ValueError:
            continue


def _written(node: Node | None, scope: Scope) -> Iterator[tuple[str, Span]]:
    """Return the days as they are written, each with its place."""
    if node is None:
        return
    if isinstance(node, SequenceNode):
        yield from ((nodes.scalar(one).text, one.span) for one in node.items)
        return
    written = nodes.scalar(node)
    if _EVERY_YEAR.fullmatch(written.text) or re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written.text):
        yield written.text, written.span
        return
    path = named_path(written.span.file, written.text)
    data = scope.names.files.get(path)
    if data is None:
        what = message("there is no file `{path}` in the folder of the rulebook", path=written.text)
        help = message(
            "name a file with one day per line, or list the days: `{literal}`", literal="[2026-12-24]"
        )
        scope.fault("file-missing", what, written.span, help)
        return
    text, faults = decode_text(path, data)
    scope.faults.extend(faults)
    for number, line in enumerate((text or "").splitlines(), 1):
        day = re.split("[,;#\t]", line, maxsplit=1)[0].strip().strip('"')
        is_heading = number == 1 and not day[:1].isdecimal()
        if day and not is_heading:
            yield day, Span(path, number, 1)


# ---------- hours


def _with_hours(base: Calendar, node: MappingNode, scope: Scope) -> Calendar:
    written, make_up = node.get("hours"), node.get("make_up_hours")
    own = () if make_up is None else parse_blocks(make_up, scope)
    if written is None:
        if make_up is not None:
            what = message("`make_up_hours` says when work is done on make-up days, and there are no `hours`")
            scope.fault("bad-value", what, make_up.span, message("add `hours`"))
        return base
    week = parse_week(nodes.mapping(written), parse_blocks, scope)
    for number in sorted(base.weekend & week.keys()):
        if week[number]:
            _tell_weekend(WEEKDAYS[number], base, nodes.mapping(written), scope)
    if make_up is None and any((day - 1) % 7 in base.weekend for day in base.worked):
        what = message("some days of the weekend are worked, and nothing says at which hours")
        help = message("add `make_up_hours: {literal}`", literal='["09:00-18:00"]')
        scope.fault("missing-key", what, written.span, help)
    return replace(base, hours=tuple(week.get(number, ()) for number in range(7)), make_up_hours=own)


def _tell_weekend(day: str, base: Calendar, hours: MappingNode, scope: Scope) -> None:
    """Tell that hours of a day count for nothing while that day is weekend."""
    rest = [word for number, word in enumerate(WEEKDAYS) if number in base.weekend and word != day]
    what = message("`{day}` has hours, but belongs to the weekend", day=day)
    literal = f"[{', '.join(rest)}]" if rest else _NONE
    help = message("write beside them which days are weekend: `weekend: {literal}`", literal=literal)
    scope.fault("bad-value", what, hours.span, help)
