"""What windows and formulas count: the two times of a window, and the business days of a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyengine.model.conditions import Calculation, Constant, Ref, Term, Window, is_end
from policyengine.semantics.deadlines import has_run_out
from policyengine.semantics.findings import Known
from policyengine.semantics.formulas import calculate, natural
from policyengine.semantics.readings import choose_counting, choose_operand
from policyengine.semantics.windows import Found, Frame, holds_for, is_in_order, measure_window
from policyengine.values.business_time import is_published_between
from policyengine.values.literals import Number, ValueType, local_day

if TYPE_CHECKING:
    from policyengine.outcome.explain import Explanation


def frame_of(explanation: Explanation, window: Window, record: int | None) -> Frame:
    """Return how time is counted in a window."""
    readings, world = explanation.readings, explanation.world
    start, end = choose_operand(window.starts, readings), choose_operand(window.ends, readings)
    return Frame(
        choose_counting(window.counting, readings),
        world.calendar,
        world.zone,
        window.side in ("before", "after"),
        start.type is ValueType.DATE,
        end.type is ValueType.DATE,
        _has_run_out(explanation, start, record),
    )


def _has_run_out(explanation: Explanation, start: Ref | Constant, record: int | None) -> bool:
    """Tell whether a window begins where a clock ran out, or where a day ended."""
    if is_end(start):
        return True
    if not isinstance(start, Ref) or start.kind != "deadline":
        return False
    own = explanation.this if start.this else record
    status = f"{start.name.rpartition('.')[0]}.status", own if start.listed else None
    return has_run_out(explanation.values[status])


def measured(explanation: Explanation, window: Window, record: int | None) -> Found | None:
    """Return what a window comes to of which everything is known; None for any other."""
    frame = frame_of(explanation, window, record)
    start, end = explanation.state_of(window.starts, record), explanation.state_of(window.ends, record)
    return measure_window(start, end, explanation.state_of(window.length, record), frame)


def is_on_side(explanation: Explanation, window: Window, record: int | None) -> bool | None:
    """Tell whether a time is on the asked side of the anchor; None where one of the two is not known."""
    start, end = (explanation.state_of(one, record) for one in (window.starts, window.ends))
    if not isinstance(start, Known) or not isinstance(end, Known):
        return None
    return is_in_order(start, end, frame_of(explanation, window, record))


def is_long(explanation: Explanation, window: Window, record: int | None, found: Found) -> bool:
    """Tell whether the time between the two is as long as asked."""
    return holds_for(window.how, found, frame_of(explanation, window, record))


def counts_unpublished_days(explanation: Explanation, term: Term, record: int | None) -> bool:
    """Tell whether a part of a formula counts business days of which not all are published yet."""
    if not isinstance(term, Calculation):
        return False
    if term.op in ("business_days", "business_days_between_days"):
        first, last = (_number(explanation, one, record) for one in term.args)
        if first is None or last is None:
            return False
        since, until = int(first), int(last)
        if term.op == "business_days":
            since, until = local_day(since, explanation.zone), local_day(until, explanation.zone)
        return not is_published_between(since, until, explanation.world.calendar)
    return any(counts_unpublished_days(explanation, one, record) for one in term.args)


def _number(explanation: Explanation, term: Term, record: int | None) -> Number | None:
    """Return what a part of a formula comes to; None if that is not known, or nothing."""
    if not isinstance(term, Calculation):
        state = explanation.state_of(term, record)
        return natural(state.value, term.type) if isinstance(state, Known) else None
    args = [_number(explanation, one, record) for one in term.args]
    known = [one for one in args if one is not None]
    return calculate(term.op, known, explanation.world) if len(known) == len(args) else None
