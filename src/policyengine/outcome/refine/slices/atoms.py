"""How elementary comparisons come out in one case."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from policyengine.model.conditions import Constant, Count, Period, Pick, Ref, Same, Some, Test, Window
from policyengine.outcome.explain import Explanation
from policyengine.outcome.refine.slices.comparisons import WITHOUT_ORDER, Comparisons
from policyengine.outcome.windows import is_on_side, measured
from policyengine.semantics.findings import Absent, Conflict, Findings, Known, State, Unknown
from policyengine.semantics.readings import choose_operand
from policyengine.semantics.windows import number_of
from policyengine.values.literals import Duration, ValueType, comparison_key

UNDECIDED = "undecided"
"""How a comparison comes out as long as something that it looks at is not known."""


def is_undecided(atom: object) -> bool:
    """Tell whether an elementary comparison waits for something."""
    return atom is UNDECIDED or (isinstance(atom, tuple) and any(map(is_undecided, atom)))


def records_of(findings: Findings, listed: str | None) -> Sequence[int | None]:
    """Return the records of a list that are seen; None for the whole case."""
    return (None,) if listed is None else (findings.records[listed] or ())


def atoms_of(
    comparisons: Comparisons, explanation: Explanation, only: tuple[str, int | None] | None = None
) -> Iterator[object]:
    """Return how comparisons come out; ``only`` is a list of which one record is looked at."""

    def each(listed: str | None) -> Iterable[int | None]:
        if only is not None and listed == only[0]:
            return (only[1],)
        return records_of(explanation.findings, listed)

    for one in comparisons.asked:
        if one.this is None:
            for record in each(one.listed):
                yield _atom(one.condition, record, explanation)
        else:
            for place, record in explanation.standpoints(one.listed, one.this):
                yield _atom(one.condition, record, place)
    for ranked in comparisons.ranked:
        for record in each(ranked.listed):
            yield _rank(explanation.state_of(ranked.ref, record), ranked.cuts)
    for name, listed in comparisons.words:
        for record in each(listed):
            yield _word(explanation.values[name, record])
    for listed, pairs in comparisons.rivals:
        for record in each(listed):
            for left, right in pairs:
                yield _order(explanation.state_of(left, record), explanation.state_of(right, record))


def _atom(
    condition: Test | Window | Same | Count | Some | Pick, record: int | None, explanation: Explanation
) -> object:
    match condition:
        case Test(ref, _, operands) if operands and ref.type not in WITHOUT_ORDER:
            left = explanation.state_of(ref, record)
            return tuple(_order(left, explanation.state_of(one, record)) for one in operands)
        case Count(operands=operands, how=how) if how != "count":
            number = explanation.asked(condition, record).count(condition)
            limits = [explanation.state_of(one, record) for one in operands]
            if number is None or number[0] != number[1]:
                return UNDECIDED
            return tuple(_order(Known(number[0]), limit) for limit in limits)
        case Window():
            return _of_window(condition, record, explanation)
        case Same(ref, period, anchor):
            times = (ref, choose_operand(anchor, explanation.readings))
            return _order(*(_period(period, one, record, explanation) for one in times))
        case Count(operands=operands):
            number = explanation.asked(condition, record).count(condition)
            return tuple(_counted(number, explanation.state_of(one, record)) for one in operands)
        case _:
            return explanation.explainer.lowered(condition)(explanation, record)[0]


def _of_window(window: Window, record: int | None, explanation: Explanation) -> object:
    """Return how the times of a window stand to each other, and the later one to the ends of the length."""
    parts = [explanation.state_of(one, record) for one in (window.starts, window.ends, window.length)]
    if any(isinstance(one, Absent) for one in parts):
        return None
    side = is_on_side(explanation, window, record)
    found = measured(explanation, window, record)
    if found is None:
        return (UNDECIDED if side is None else side, UNDECIDED if side is not False else None)
    return tuple(
        (one > other) - (one < other)
        for one, other in (
            (found.start, found.end),
            (found.end, found.ends.reached),
            (found.end, found.ends.over),
        )
    )


def _period(period: Period, time: Ref | Constant, record: int | None, explanation: Explanation) -> State:
    """Return the number of the period in which a time lies."""
    state = explanation.state_of(time, record)
    if not isinstance(state, Known):
        return state
    return Known(number_of(period, state.value, time.type is ValueType.DATE, explanation.world.zone))


def _rank(state: State, cuts: Sequence[int]) -> object:
    """Return between which numbers a value is: there all tests come out alike."""
    match state:
        case Known(value):
            key = comparison_key(value)
            assert isinstance(key, int)  # a fact that has an order
            return bisect_right(cuts, key)
        case Absent():
            return None
        case _:
            return UNDECIDED


def _order(one: State, other: State) -> object:
    """Return how two values of one type compare: by their order, or whether they are the same."""
    if isinstance(one, Known) and isinstance(other, Known):
        left, right = comparison_key(one.value), comparison_key(other.value)
        if isinstance(left, int) and isinstance(right, int):
            return (left > right) - (left < right)
        return left == right
    if isinstance(one, Absent) or isinstance(other, Absent):
        return None
    return UNDECIDED


def _counted(number: tuple[int, int] | None, limit: State) -> object:
    if number is None or not isinstance(limit, Known):
        return None
    return tuple(_order(Known(one), limit) for one in number)


def _word(state: State) -> object:
    match state:
        case Known(Duration(count, unit)):
            return count, unit
        case Known(value):
            return comparison_key(value)
        case Absent():
            return None
        case Unknown() | Conflict():
            return UNDECIDED
