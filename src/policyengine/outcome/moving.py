"""When a judgement can come out otherwise only because time goes by: the instants to look at.

Conditions that name the instant of the judgement change by themselves: a window is over, a period ends, a
plan has come. Here these instants are computed from what is known, as the end of a clock is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from policyengine.model.conditions import Condition, Ref, Same, Test, Window, leaves_of_term, operands_in
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.explain import Explanation
from policyengine.outcome.refine.slices.asked import Asked, asked_in
from policyengine.outcome.windows import frame_of, measured
from policyengine.semantics.findings import Known
from policyengine.semantics.readings import choose_condition, choose_operand
from policyengine.semantics.windows import Ends, Found, Frame, ends_of, holds_for, instant_of
from policyengine.values.literals import Duration, ValueType, local_day, start_of_day

_MOST_DAYS = 400
"""So many days are gone through one by one; of more, those around the one that is found by halving."""

_AROUND = 40
"""Around that day an end can come earlier for a later start: months are not of one length."""


class Moving:
    """The conditions of a rulebook that time alone can change."""

    def __init__(self, explanation: Explanation) -> None:
        """``explanation`` is of any case of the rulebook, under the readings by which it is judged."""
        readings = explanation.readings
        self._asked = tuple(
            one
            for condition, listed in _conditions(explanation.book)
            for one in asked_in(choose_condition(condition, readings), listed)
            if _names_now(one.condition)
        )
        self._told: set[object] = set()

    def moments(self, explanation: Explanation) -> Iterator[int]:
        """Return instants after the judgement at which a condition can change; none is told twice."""
        for number, one in enumerate(self._asked):
            for place, record in explanation.standpoints(one.listed, one.this):
                key = (number, place.this, record, *_states(place, one.condition, record))
                if key not in self._told:
                    self._told.add(key)
                    yield from (at for at in _moments(place, one, record) if at > explanation.as_of)


def growing_amounts(book: Rulebook) -> frozenset[str]:
    """Return the amounts that are another every day, or every second: those whose formulas name the present.

    The instants at which they change are not looked for: there is no end of them.
    """
    formulas = ((id, amount.formula) for id, amount in book.amounts.items())
    return frozenset(
        id
        for id, formula in formulas
        if formula is not None and any(_is_now(one) for one in leaves_of_term(formula.term))
    )


def _conditions(book: Rulebook) -> Iterator[tuple[Condition, str | None]]:
    yield from ((policy.scope, None) for policy in book.policies.values())
    yield from ((rule.when, rule.listed) for rule in book.rules.values())
    yield from ((deadline.when, deadline.listed) for deadline in book.deadlines.values())
    for amount in book.amounts.values():
        yield amount.when, amount.listed
        yield from ((cap.when, amount.listed) for cap in amount.caps)


def _is_now(operand: object) -> bool:
    return isinstance(operand, Ref) and operand.kind == "now"


def _names_now(condition: Condition) -> bool:
    return any(map(_is_now, operands_in(condition)))


def _states(place: Explanation, condition: Condition, record: int | None) -> tuple[object, ...]:
    operands = (one for one in operands_in(condition) if not _is_now(one))
    return tuple(place.state_of(one, record) for one in operands)


def _moments(place: Explanation, asked: Asked, record: int | None) -> Iterator[int]:
    match asked.condition:
        case Window() as window:
            yield from _of_window(place, window, record)
        case Same(ref, period, anchor):
            other = choose_operand(anchor if _is_now(ref) else ref, place.readings)
            state = place.state_of(other, record)
            if isinstance(state, Known):
                at = instant_of(state.value, other.type is ValueType.DATE, place.world.zone)
                yield from _ends_of_period(period, local_day(at, place.world.zone), place)
        case Test(ref, _, operands):
            for one in (ref, *operands):
                state = place.state_of(one, record)
                if not _is_now(one) and isinstance(state, Known) and isinstance(state.value, int):
                    yield from (state.value, state.value + 1)


def _ends_of_period(period: str, day: int, place: Explanation) -> Iterator[int]:
    """Return when a period begins in which a day lies, and when the next one does."""
    at = date.fromordinal(day)
    first, after = day, day + 1
    if period == "calendar_week":
        first = day - (day - 1) % 7  # day 1, 0001-01-01, was a Monday
        after = first + 7
    elif period == "calendar_month":
        first = at.replace(day=1).toordinal()
        after = date(at.year + at.month // 12, at.month % 12 + 1, 1).toordinal()
    elif period == "calendar_year":
        first, after = date(at.year, 1, 1).toordinal(), date(at.year + 1, 1, 1).toordinal()
    yield from (start_of_day(one, place.world.zone) for one in (first, after))


def _of_window(place: Explanation, window: Window, record: int | None) -> Iterator[int]:
    frame, found = frame_of(place, window, record), measured(place, window, record)
    if _is_now(window.ends):
        # What is known of the window but the present says it all.
        yield from () if found is None else _after(found.start, found.ends)
        return
    length = place.state_of(window.length, record)
    if found is not None and isinstance(length, Known) and isinstance(length.value, Duration):
        yield from (found.end, found.end + 1)
        yield from _before(window, found, length.value, frame)


def _after(start: int, ends: Ends) -> Iterator[int]:
    for one in (start, ends.reached, ends.over):
        yield from (one, one + 1)


def _before(window: Window, found: Found, length: Duration, frame: Frame) -> Iterator[int]:
    """Return from which instants on a length that begins with the judgement ends otherwise.

    A length is counted forwards only, so it is tried: within a day a later start never ends earlier.
    """

    def holds(start: int) -> bool:
        return holds_for(window.how, Found(start, found.end, ends_of(start, length, frame)), frame)

    def begins(day: int) -> int:
        return start_of_day(day, frame.zone)

    first, last = local_day(found.start, frame.zone), local_day(found.end, frame.zone)
    if last - first > _MOST_DAYS:
        middle = _turn(first, last, lambda day: holds(begins(day)))
        first, last = max(first, middle - _AROUND), min(last, middle + _AROUND)
    before = holds(begins(first))
    for day in range(first, last + 1):
        start, end = begins(day), begins(day + 1) - 1
        if holds(start) is not before:
            yield start
        before = holds(end)
        if holds(start) is not before:
            yield _turn(start, end, holds)


def _turn(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """Return the first number at which an answer is that of the highest one; it turns once."""
    wanted = holds(high)
    while low < high:
        middle = (low + high) // 2
        if holds(middle) is wanted:
            high = middle
        else:
            low = middle + 1
    return low
