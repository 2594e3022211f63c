"""``no-calendar`` (error): A rulebook counts what its calendar does not say, such as business days of none.

With `calendar: none` there are no business days. Business hours are counted by the `hours` of a calendar of
one's own: the country alone does not say when a house works.

Fails::

    # policies/returns.yaml
    parameters:
      answer_period: {title: {zh: 答复期, en: Time to answer}, values: [{value: 4 business hours}]}
    deadlines:
      answer:
        title: {zh: 答复, en: Answer}
        who: shop
        starts: order.received_at
        within: answer_period

Passes::

    # rulebook.yaml
    calendar: {country: CN, hours: {monday..friday: "09:00-18:00"}, make_up_hours: "09:00-18:00"}

    # policies/returns.yaml
    parameters:
      answer_period: {title: {zh: 答复期, en: Time to answer}, values: [{value: 4 business hours}]}
    deadlines:
      answer:
        title: {zh: 答复, en: Answer}
        who: shop
        starts: order.received_at
        within: answer_period
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, message
from policyengine.model.asked import conditions_of
from policyengine.model.conditions import Calculation, Term, Window, parts_of
from policyengine.model.counting import CountingRule
from policyengine.model.lengths import lengths_of
from policyengine.model.rulebook import Rulebook
from policyengine.values.calendar import NO_CALENDAR
from policyengine.values.literals import (
    COUNTED_DAYS,
    UNIT_MONTHS,
    UNIT_SECONDS,
    Duration,
    ValueType,
    kind_of_unit,
)

_NO_HOURS = message("the calendar has no `hours`, and business hours are counted")
_SAY_HOURS = message(
    "say them in rulebook.yaml: `{literal}`",
    literal='calendar: {country: …, hours: {monday..friday: ["09:00-12:00", "13:00-18:00"]}}',
)
_NO_DAYS = message("the rulebook has no calendar, and business days are counted")
_SAY_CALENDAR = message("name one in rulebook.yaml, such as `{literal}`", literal="calendar: US-CA")


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every deadline, window and formula that counts what the calendar has not."""
    windows = (
        part
        for condition in conditions_of(rulebook)
        for part in parts_of(condition)
        if isinstance(part, Window)
    )
    counted = [(one.within, one.counting) for one in rulebook.deadlines.values() if one.within is not None]
    for within, counting in (*counted, *((one.length, one.counting) for one in windows)):
        found = (_missing(length, counting, rulebook) for length in lengths_of(within, rulebook))
        missing = next((one for one in found if one is not None), None)
        if missing is not None:
            yield error("no-calendar", missing[0], within.span, missing[1])
    if rulebook.calendar.code == NO_CALENDAR.code:
        for amount in rulebook.amounts.values():
            if amount.formula is not None and counts_business_days(amount.formula.term):
                yield error("no-calendar", _NO_DAYS, amount.formula.span, _SAY_CALENDAR)


def counts_business_days(term: Term) -> bool:
    """Tell whether a formula counts the business days between two times."""
    if not isinstance(term, Calculation):
        return False
    return term.op.startswith("business_days") or any(map(counts_business_days, term.args))


def _missing(
    length: Duration, counting: Iterable[CountingRule], rulebook: Rulebook
) -> tuple[Message, Message] | None:
    kind = kind_of_unit(length.unit)
    if kind is ValueType.BUSINESS_HOURS and not rulebook.calendar.hours:
        return _NO_HOURS, _SAY_HOURS
    if rulebook.calendar.code != NO_CALENDAR.code:
        return None
    words = {choice for rule in counting for _, choice in rule.choices}
    stops = length.unit in UNIT_SECONDS and "business_days_only" in words
    can_be_whole = "calendar" in words and length.unit in (*COUNTED_DAYS, *UNIT_MONTHS)
    moves = can_be_whole and "next_business_day" in words
    asks = kind is ValueType.BUSINESS_DAYS or stops or moves
    return (_NO_DAYS, _SAY_CALENDAR) if asks else None
