"""``idle-counting`` (error): A deadline says how something is counted that it does not count.

Its cut-off, the end of its day and what becomes of a holiday matter only where whole days are counted:
business days, or days, months and years with `days: calendar`. The end of a month matters to months and
years. Where a day begins (`time_zone`) does not matter to hours, nor to days of 24 hours. Whoever writes
such a line expects another end than the one that comes out.

Fails::

    # policies/returns.yaml
    deadlines:
      answer:
        title: {zh: 答复, en: Answer}
        who: shop
        starts: order.received_at
        within: 48 hours
        counting: {ends_on_holiday: next_business_day}

Passes::

    # policies/returns.yaml
    deadlines:
      answer:
        title: {zh: 答复, en: Answer}
        who: shop
        starts: order.received_at
        within: 2 days
        counting: {days: calendar, ends_on_holiday: next_business_day}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, cast

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, marked, message
from policyengine.model.counting import CountingRule
from policyengine.model.lengths import lengths_of
from policyengine.model.rulebook import Deadline, Rulebook
from policyengine.values.counting import Aspect, Counting, aspects_of
from policyengine.values.literals import BUSINESS_DAYS_UNIT, COUNTED_DAYS, UNIT_SECONDS, Duration

_NEVER = marked("`{aspect}` never affects a length that is counted in this way")
_WHOLE_DAYS = message("whole days are counted in business days, or with `days: calendar` in days and months")
_BUSINESS_DAYS = message("business days always end with a business day: leave the line out")
_MONTHS = message("only months and years can end with a month: leave the line out")
ZONE = "time_zone"
Days = Literal["rolling", "calendar"]
_DAYS: Days = Counting().days
_PLACE = message(
    "hours, and days of 24 hours, are the same everywhere: add `days: calendar`, or leave the line out"
)
_HELP: dict[Aspect, Message] = {
    "ends_on_holiday": _WHOLE_DAYS,
    "cut_off": _WHOLE_DAYS,
    "day_ends": _WHOLE_DAYS,
    "month_end": _MONTHS,
}


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell what a deadline itself says of its counting and what cannot move its end."""
    for deadline in rulebook.deadlines.values():
        lengths = list(lengths_of(deadline.within, rulebook))
        matters = {aspect for length in lengths for aspect in matters_to(length, deadline.counting)}
        zone = deadline.zone
        if zone is not None and not any(_asks_place(length, deadline) for length in lengths):
            yield error("idle-counting", message(_NEVER, aspect=ZONE), zone.span, _PLACE)
        for rule in deadline.counting if lengths else ():
            help = help_of(rule.aspect, lengths)
            if help is not None and rule.aspect not in matters and _is_own(rule, rulebook):
                yield error("idle-counting", message(_NEVER, aspect=rule.aspect), rule.span, help)


def _asks_place(length: Duration, deadline: Deadline) -> bool:
    """Tell whether it matters to a length where a day begins."""
    words = {choice for rule in deadline.counting for _, choice in rule.choices}
    runs_on = length.unit in UNIT_SECONDS and "business_days_only" not in words
    return not runs_on or (length.unit in COUNTED_DAYS and "calendar" in words)


def _is_own(rule: CountingRule, rulebook: Rulebook) -> bool:
    """Tell whether the deadline says it itself; what is said for all of a rulebook need not fit each."""
    return rule.span.file != rulebook.span.file


def matters_to(length: Duration, rules: Iterable[CountingRule], days: Days = _DAYS) -> Iterator[Aspect]:
    """Return what could move the end of a length, under some reading; ``days`` where no rule says it."""
    said = next((rule for rule in rules if rule.aspect == "days"), None)
    for way in [days] if said is None else [cast(Days, choice) for _, choice in said.choices]:
        yield from aspects_of(length, Counting(days=way))


def help_of(aspect: Aspect, lengths: Sequence[Duration]) -> Message | None:
    """Return where an aspect matters that does not matter to some lengths, None if it matters to all."""
    help = _HELP.get(aspect)
    if aspect == "ends_on_holiday" and lengths and all(one.unit == BUSINESS_DAYS_UNIT for one in lengths):
        return _BUSINESS_DAYS
    if help is not None and aspect != "month_end" and all(one.unit in UNIT_SECONDS for one in lengths):
        return message("{help}; hours run on to the second", help=help)
    return help
