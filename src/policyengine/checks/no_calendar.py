"""``no-calendar`` (error): A deadline counts what the calendar of the rulebook does not say.

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

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, message
from policyengine.model.lengths import lengths_of
from policyengine.model.rulebook import Deadline, Rulebook
from policyengine.values.calendar import NO_CALENDAR
from policyengine.values.literals import UNIT_SECONDS, Duration, ValueType, kind_of_unit

_NO_HOURS = message("the calendar has no `hours`, and business hours are counted")
_SAY_HOURS = message(
    "say them in rulebook.yaml: `{literal}`",
    literal='calendar: {country: …, hours: {monday..friday: ["09:00-12:00", "13:00-18:00"]}}',
)
_NO_DAYS = message("the rulebook has no calendar, and business days are counted")
_SAY_CALENDAR = message("name one in rulebook.yaml, such as `{literal}`", literal="calendar: US-CA")


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every deadline that asks for business days or hours which the calendar does not have."""
    for deadline in rulebook.deadlines.values():
        for length in lengths_of(deadline.within, rulebook):
            missing = _missing(length, deadline, rulebook)
            if missing is not None and deadline.within is not None:
                yield error("no-calendar", missing[0], deadline.within.span, missing[1])
                break


def _missing(length: Duration, deadline: Deadline, rulebook: Rulebook) -> tuple[Message, Message] | None:
    kind = kind_of_unit(length.unit)
    if kind is ValueType.BUSINESS_HOURS and not rulebook.calendar.hours:
        return _NO_HOURS, _SAY_HOURS
    if rulebook.calendar.code != NO_CALENDAR.code:
        return None
    words = {choice for rule in deadline.counting for _, choice in rule.choices}
    stops = length.unit in UNIT_SECONDS and "business_days_only" in words
    asks = kind is ValueType.BUSINESS_DAYS or stops or "next_business_day" in words
    return (_NO_DAYS, _SAY_CALENDAR) if asks else None
