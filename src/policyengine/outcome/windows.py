"""What the windows of a case come to: their two times, and when their length is reached and over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyengine.model.conditions import Constant, Ref, Window
from policyengine.semantics.deadlines import has_run_out
from policyengine.semantics.findings import Known
from policyengine.semantics.readings import choose_counting, choose_operand
from policyengine.semantics.strata import DUE
from policyengine.semantics.windows import Found, Frame, holds_for, is_in_order, measure_window
from policyengine.values.literals import ValueType

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
    """Tell whether a window begins where a clock ran out."""
    if not isinstance(start, Ref) or start.kind != "deadline":
        return False
    own = explanation.this if start.this else record
    status = f"{start.name.rpartition('.')[0]}.status", own if start.listed else None
    return start.name.endswith(DUE) or has_run_out(explanation.values[status])


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
