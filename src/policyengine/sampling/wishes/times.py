"""Wishes for times: so long after another one, in the same period, on certain days of the year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyengine.model.conditions import Operand, Ref, Same, Test, Window
from policyengine.sampling.draw import Draw, Sides, Want
from policyengine.sampling.periods import period_of
from policyengine.sampling.wishes.combining import all_of
from policyengine.sampling.wishes.limits import Bound, limited
from policyengine.values.literals import Duration, ValueType

if TYPE_CHECKING:
    from policyengine.sampling.wishes.wishes import Wishes


def in_season(wishes: Wishes, test: Test, truth: bool) -> Want:
    """Return the wish that a time is, or is not, in the days of every year."""
    season, zone, is_date = test.season, wishes.words.book.zone, test.ref.type is ValueType.DATE
    assert season is not None
    return _within(
        wishes, test.ref, lambda draw, record, this: period_of(draw.base, season, truth, zone, is_date)
    )


def in_same_period(wishes: Wishes, same: Same, truth: bool) -> Want:
    """Return the wish that two times are in the same period, or are not."""
    first, second = same.ref, wishes.words.choose(same.anchor)
    zone = wishes.words.book.zone

    def about(ref: Operand, other: Operand) -> Bound:
        get = wishes.operands.getter(other)
        kinds = ref.type is ValueType.DATE, other.type is ValueType.DATE

        def bound(draw: Draw, record: int | None, this: int | None) -> Sides | None:
            found = get(draw, record, this)
            if not isinstance(found, int):
                return None
            return period_of(found, same.period, truth, zone, *kinds)

        return bound

    return all_of(
        [_within(wishes, ref, about(ref, other)) for ref, other in ((first, second), (second, first))]
    )


def in_window(wishes: Wishes, window: Window, truth: bool) -> Want:
    """Return the wish that a time is, or is not, so long before or after another one."""
    starts, ends = (wishes.words.choose(one) for one in (window.starts, window.ends))
    return all_of(
        [
            _within(wishes, ends, _after_the_start(wishes, window, truth), or_now=True),
            _within(wishes, starts, _before_the_end(wishes, window, truth), or_now=True),
        ]
    )


def _within(wishes: Wishes, operand: Operand, bound: Bound, or_now: bool = False) -> Want:
    """Return the wish that a time is there, and within limits where the case itself says when it is."""
    there = wishes.there(operand, True)
    if isinstance(operand, Ref) and (
        operand.name in wishes.words.given or (or_now and operand.kind == "now")
    ):
        return all_of([there, limited(operand, bound)])
    return there


def _after_the_start(wishes: Wishes, window: Window, truth: bool) -> Bound:
    get_start, length = wishes.operands.getter(window.starts), wishes.operands.getter(window.length)
    how, ends_at = window.how, wishes.operands.window(window)

    def bound(draw: Draw, record: int | None, this: int | None) -> Sides | None:
        start, span = get_start(draw, record, this), length(draw, record, this)
        if not isinstance(start, int) or not isinstance(span, Duration):
            return None
        reached, over = ends_at(start, span)
        match (how, truth):
            case ("within", True) | ("more_than", False):
                return start, over
            case ("within", False) | ("more_than", True):
                return over + 1, None
            case ("at_least", True) | ("less_than", False):
                return reached, None
            case _:
                return start, reached - 1

    return bound


def _before_the_end(wishes: Wishes, window: Window, truth: bool) -> Bound:
    get_end, length = wishes.operands.getter(window.ends), wishes.operands.getter(window.length)
    is_near, about = (window.how in ("within", "less_than")) == truth, wishes.operands.about
    starts = wishes.words.choose(window.starts)
    unit = 86_400 if isinstance(starts, Ref) and starts.type is ValueType.DATE else 1

    def bound(draw: Draw, record: int | None, this: int | None) -> Sides | None:
        end, span = get_end(draw, record, this), length(draw, record, this)
        if not isinstance(end, int) or not isinstance(span, Duration):
            return None
        edge = end - about(span) // unit
        return (edge, end) if is_near else (None, edge - 1)

    return bound
