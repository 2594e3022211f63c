"""``impossible-time`` (error): A test of a time that no case can pass.

What has happened is not seen before it comes, so no event is ever after `as_of`, the instant of the
judgement. A plan can be, and `{happened: no}` asks for what has not happened yet. And no time is less than
no time away from another.

Fails::

    # policies/returns.yaml
    rules:
      still_to_come:
        title: {zh: 尚未签收, en: Not received yet}
        when: {order.received_at: {after: as_of}}
        then: {return.refund: 0.00}

Passes::

    # policies/returns.yaml
    rules:
      still_to_come:
        title: {zh: 尚未签收, en: Not received yet}
        when: {order.received_at: {happened: no}}
        then: {return.refund: 0.00}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import Diagnostic, error, message
from policyengine.model.asked import conditions_of
from policyengine.model.conditions import Constant, Operand, Ref, Test, Window, parts_of
from policyengine.model.rulebook import Rulebook
from policyengine.semantics.strata import refs_of_operand
from policyengine.values.literals import BUSINESS_DAYS_UNIT, COUNTED_DAYS, UNIT_MONTHS, Duration, ValueType

_STRICT = ("before", "after")


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every test that asks for an event of the future, and every window of no length."""
    for condition in conditions_of(rulebook):
        for part in parts_of(condition):
            match part:
                case Test(ref, "more_than", (limit,)):
                    yield from _of_future(rulebook, limit, ref, part)
                case Test(ref, "less_than", (limit,)):
                    yield from _of_future(rulebook, ref, limit, part)
                case Window(side=side) if side in _STRICT and (fault := _future(rulebook, part)):
                    yield fault
                case Window() if _is_empty(part):
                    what = message("no time lies in this window: its length is zero")
                    help = message("write a length, such as `7 days`, or compare the two with `is`")
                    yield error("impossible-time", what, part.span, help)


def _future(rulebook: Rulebook, window: Window) -> Diagnostic | None:
    return next(_of_future(rulebook, window.starts, window.ends, window), None)


def _of_future(
    rulebook: Rulebook, earlier: Operand, later: Operand, part: Test | Window
) -> Iterator[Diagnostic]:
    """Tell that an event is asked to come after the judgement; ``later`` may be one by some reading."""
    if not isinstance(earlier, Ref) or earlier.kind != "now":
        return
    events = [one for one in refs_of_operand(later) if one.kind == "fact"]
    names = [one.name for one in events if rulebook.facts[one.name].is_event]
    given = [name for name in names if rulebook.facts[name].role == "given"]
    if given and len(given) == len(events):
        what = message(
            "`{name}` is never after `as_of`: an event is not seen before it happens", name=given[0]
        )
        help = message(
            "write `planned: yes` at the fact if it is known beforehand, or ask `{{happened: no}}`"
        )
        yield error("impossible-time", what, part.span, help)


def _is_empty(window: Window) -> bool:
    """Tell whether a length is zero and nothing is in time for it, or nothing is less."""
    length = window.length.value if isinstance(window.length, Constant) else None
    if not isinstance(length, Duration) or length.size:
        return False
    if window.how == "less_than":
        return True
    return window.how == "within" and window.side in _STRICT and not _may_be_whole(window, length)


def _may_be_whole(window: Window, length: Duration) -> bool:
    """Tell whether a length may end with a day, be it of no days."""
    if length.unit == BUSINESS_DAYS_UNIT:
        return True
    if length.unit not in COUNTED_DAYS and length.unit not in UNIT_MONTHS:
        return False
    choices = {choice for rule in window.counting if rule.aspect == "days" for _, choice in rule.choices}
    return "calendar" in choices or ValueType.DATE in (window.ref.type, window.anchor.type)
