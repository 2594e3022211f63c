"""By how much tests fail, and which failing test or way is the nearest to holding.

Yuan and days cannot be compared: no number says whether 5.00 yuan too little is nearer than two days too
late. Shares of the limits only seem to help: a day of fifteen would be as near as a yuan of fifteen, and a
distance between two instants has no whole of which it is a share. So gaps are compared within their own
dimension only. Comparing pair by pair, "by gap where the dimensions are the same, else by place", would go in
circles (3 yuan before 5 yuan, which is written before 1 day, which is written before 3 yuan). Therefore each
dimension is one group, groups stand in the order in which their first member is written, and gaps order only
within a group: an order without circles, in which nothing that cannot be compared decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Literal, TypeVar

from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen, replace
from policyengine.model.conditions import Count, Operator, Pick, Some, Test, Window
from policyengine.model.rulebook import RAN_OUT
from policyengine.outcome.leaves import Either, Leaf, Looked, Part
from policyengine.outcome.windows import is_on_side, measured
from policyengine.semantics.findings import Known, State, Truth
from policyengine.values.literals import SECONDS_PER_DAY, Value, ValueType, comparison_key

_Item = TypeVar("_Item")
MOST_RECORDS = 5
"""How many records of a list, or policies, are told one by one at most."""
MOST_COMPARED = 100
"""Of how many neighbours of a record it is compared how nearly they are as asked: the nearest by place.

Each record has other neighbours, so that comparing all of them would take the square of their number.
"""

Dimension = Literal[
    "time", "business_days", "months", "business_hours", "money", "percent", "count", "number"
]
_DIMENSIONS: dict[ValueType, Dimension] = {
    ValueType.INSTANT: "time",
    ValueType.DATE: "time",
    ValueType.DURATION: "time",
    ValueType.BUSINESS_DAYS: "business_days",
    ValueType.MONTHS: "months",
    ValueType.BUSINESS_HOURS: "business_hours",
    ValueType.MONEY: "money",
    ValueType.PERCENT: "percent",
    ValueType.COUNT: "count",
    ValueType.NUMBER: "number",
}
_UPWARD: tuple[Operator, ...] = ("at_least", "more_than")
_DOWNWARD: tuple[Operator, ...] = ("at_most", "less_than")


class Gap(Frozen):
    """How far a test is from holding, in the smallest unit: a second, a minor unit, one, a millionth.

    ``at_limit``: it is exactly at a limit that does not count, so the smallest step of its type is missing.
    ``short`` tells whether the value is too small, or too early.
    """

    dimension: Dimension
    size: int
    short: bool
    at_limit: bool


# ---------- one test


def gap_of(leaf: Leaf) -> Gap | None:
    """Return how far a false test is from holding, None where that cannot be measured."""
    test = leaf.condition
    if leaf.truth is not Truth.FALSE:
        return None
    if isinstance(test, Count):
        return _gap_of_count(leaf, test)
    if isinstance(test, Window):
        return _gap_of_window(leaf, test)
    if not isinstance(test, Test) or not isinstance(leaf.left, Known):
        return None
    if test.ref.name.endswith(".status") and test.ref.kind == "deadline":
        return _gap_of_status(leaf, test)
    if test.operator == "happened":
        return _gap(leaf.left.value, leaf.explanation.as_of, "at_most", leaf.negated, test.ref.type)
    if test.ref.type not in _DIMENSIONS:
        return None
    found = [
        _gap(leaf.left.value, limit.value, test.operator, leaf.negated, test.ref.type)
        for limit in leaf.right
        if isinstance(limit, Known)
    ]
    return min((one for one in found if one is not None), key=lambda one: one.size, default=None)


def _gap(value: Value, limit: Value, operator: Operator, negated: bool, type: ValueType) -> Gap | None:
    left, right = comparison_key(value), comparison_key(limit)
    if not isinstance(left, int) or not isinstance(right, int):
        return None
    if operator in ("is", "one_of"):
        # What must not be this value is not nearer to another.
        short, is_measured = left < right, not negated
    else:
        short, is_measured = (operator in _UPWARD) is not negated, operator in _UPWARD + _DOWNWARD
    if not is_measured:
        return None
    step = SECONDS_PER_DAY if type is ValueType.DATE else 1
    size = abs(left - right) * step
    return Gap(_DIMENSIONS[type], size or step, short, size == 0)


def _gap_of_window(leaf: Leaf, window: Window) -> Gap | None:
    """Return how far a time is from the asked side of its anchor, or else from the end of the length."""
    found = measured(leaf.explanation, window, leaf.record)
    if found is None or leaf.negated:
        return None  # out of a window there is more than one way
    if not is_on_side(leaf.explanation, window, leaf.record):
        size = abs(found.start - found.end)
        return Gap("time", size or 1, not window.is_forward, size == 0)
    is_long = window.how in ("at_least", "more_than")
    limit = found.ends.reached if window.how in ("at_least", "less_than") else found.ends.over
    size = abs(found.end - limit)
    # What is too short before its anchor is too late.
    return Gap("time", size or 1, is_long is not window.is_forward, size == 0)


def _gap_of_count(leaf: Leaf, count: Count) -> Gap | None:
    if leaf.number is None:
        return None
    least, most = leaf.number
    found = []
    for limit in leaf.right:
        key = comparison_key(limit.value) if isinstance(limit, Known) else None
        if isinstance(key, int):
            nearest = min(max(key, least), most)
            found.append(_gap(nearest, key, count.operator, leaf.negated, count.type))
    return min((one for one in found if one is not None), key=lambda one: one.size, default=None)


# Which states follow the end of a clock, and which come before it.
_OVER, _BEFORE = frozenset(RAN_OUT), frozenset({"met", "open", "paused"})


def _gap_of_status(leaf: Leaf, test: Test) -> Gap | None:
    """Return how far a clock's act, or now, is from the side of its end that was asked for."""
    finding = leaf.explanation.findings.deadlines[
        test.ref.name.removesuffix(".status"), leaf.key_of(test.ref)[1]
    ]
    due, status = _seconds(finding.due), _word(leaf.left)
    asked = {_word(one) for one in leaf.right}
    is_early = status in _BEFORE and bool(asked & _OVER) is not leaf.negated
    is_late = status in _OVER and bool(asked & _BEFORE) is not leaf.negated
    if due is None or not (is_early or is_late):
        return None
    acted = _seconds(finding.acted)
    moment = leaf.explanation.as_of if acted is None else acted
    return Gap("time", abs(moment - due) or 1, is_early, moment == due)


def _word(state: State | None) -> str:
    return str(state.value) if isinstance(state, Known) else ""


def _seconds(state: State) -> int | None:
    return state.value if isinstance(state, Known) and isinstance(state.value, int) else None


# ---------- several tests


class _Distance(Frozen):
    """How far something is from holding: how many tests fail, and by how much if one dimension measures it.

    ``sizes`` are the gaps, the largest first; ``place`` is where its first failing test is written.
    """

    failing: int
    dimension: Dimension | None
    sizes: tuple[int, ...]
    place: Span


def in_order(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Return the tests that keep a conjunction from holding, the nearest to holding first.

    Tests with a measure come first, by dimension, and an undetermined one after those of its dimension that
    fail; then what has no measure: undetermined tests, then failing ones.
    """
    kept = [part for part in parts if part.truth is not Truth.TRUE]
    distances = [_of_part(part) for part in kept]
    first = _first_places(distances)

    def order(number: int) -> tuple[object, ...]:
        part, distance = kept[number], distances[number]
        is_false = part.truth is Truth.FALSE
        if distance.dimension is None:
            return True, is_false, distance.place, (), distance.place
        return False, False, first[distance.dimension], (not is_false, *distance.sizes), distance.place

    return tuple(kept[number] for number in sorted(range(len(kept)), key=order))


def ways_in_order(either: Either) -> tuple[tuple[Part, ...], ...]:
    """Return the ways of an either/or, the nearest first, and the tests of each way, too.

    The way with the fewest failing tests is the nearest; among as many, the one with the smallest gap where
    the dimension is the same; then the one that is written first. Those of a true one keep their order.
    """
    if either.truth is Truth.TRUE:
        return either.ways
    return tuple(in_order(way) for way in _sorted(either.ways, lambda way: _of_all(way, either.span)))


def nearest(items: Sequence[_Item], parts_of: Callable[[_Item], Sequence[Part]]) -> list[_Item]:
    """Return things by how far their tests are from holding, as ways of an either/or; else as they stand."""
    return _sorted(items, lambda one: _of_all(parts_of(one), _NOWHERE))


_NOWHERE = Span("")


def _sorted(items: Sequence[_Item], distance_of: Callable[[_Item], _Distance]) -> list[_Item]:
    """Return ways by distance; what is equally far stays in its order."""
    distances = [distance_of(item) for item in items]
    places: dict[int, dict[Dimension, int]] = {}
    for number, one in enumerate(distances):
        if one.dimension is not None:
            places.setdefault(one.failing, {}).setdefault(one.dimension, number)

    def order(number: int) -> tuple[int, int, tuple[int, ...], int]:
        one = distances[number]
        group = number if one.dimension is None else places[one.failing][one.dimension]
        return one.failing, group, one.sizes, number

    return [items[number] for number in sorted(range(len(items)), key=order)]


def _first_places(distances: Iterable[_Distance]) -> dict[Dimension, Span]:
    found: dict[Dimension, Span] = {}
    for one in distances:
        if one.dimension is not None:
            found[one.dimension] = min(found.get(one.dimension, one.place), one.place)
    return found


def _of_part(part: Part) -> _Distance:
    if isinstance(part, Either):
        if part.truth is Truth.TRUE:
            return _Distance(0, None, (), part.span)
        # Whichever way is written first: how near something is must not depend on that.
        nearest_way = min((_of_all(way, part.span) for way in part.ways), key=_by_distance)
        return replace(nearest_way, place=part.span)
    if part.truth is Truth.TRUE:
        return _Distance(0, None, (), part.span)
    gap = gap_of(part)
    if gap is not None:
        return _Distance(1, gap.dimension, (gap.size,), part.span)
    if part.truth is Truth.UNDETERMINED and isinstance(part.condition, Test | Window):
        return _Distance(1, _DIMENSIONS.get(part.condition.ref.type), (), part.span)
    return _Distance(1, None, (), part.span)


def _by_distance(one: _Distance) -> tuple[int, bool, str, tuple[int, ...]]:
    """Order distances; of those that cannot be compared, what has a measure is the nearer one."""
    return one.failing, one.dimension is None, one.dimension or "", one.sizes


def _of_all(parts: Sequence[Part], place: Span) -> _Distance:
    """Return how far a conjunction is from holding."""
    found = [_of_part(part) for part in parts if part.truth is not Truth.TRUE]
    dimensions = {one.dimension for one in found}
    failing = sum(one.failing for one in found)
    where = min((one.place for one in found), default=place)
    if len(dimensions) != 1:
        return _Distance(failing, None, (), where)
    sizes = sorted((size for one in found for size in one.sizes), reverse=True)
    return _Distance(failing, dimensions.pop(), tuple(sizes), where)


# ---------- records


class Shown(Frozen):
    """The records by which a question about a list is explained, and how many more there are."""

    records: tuple[Looked, ...]
    more: int


def shown_records(leaf: Leaf) -> Shown:
    """Return the few records that explain a question about a list.

    Those that match where they decide, those that may where that is open, and where none matches (or too few)
    those that nearly do, the nearest first. Where it is as asked that none matches, there is nothing to tell.
    """
    if isinstance(leaf.condition, Pick):
        return _shown_of_picked(leaf, leaf.condition)
    if not isinstance(leaf.condition, Some | Count):
        return Shown((), 0)
    # Rules about every record ask the same of the whole list: what is shown of it is chosen once.
    wanted, may_be_near = _wanted(leaf), leaf.truth is Truth.FALSE and not leaf.negated
    asked = (shown_records, id(leaf.condition), wanted, may_be_near)
    found: Shown | None = leaf.explanation.kept.get(asked)
    if found is None:
        found = leaf.explanation.kept[asked] = _shown(leaf, wanted, may_be_near)
    return found


def _shown(leaf: Leaf, wanted: Truth, may_be_near: bool) -> Shown:
    chosen = [one for one in leaf.looked_at if one.truth is wanted]
    if not chosen and may_be_near:
        chosen = nearest([one for one in leaf.looked_at if one.truth is Truth.FALSE], _parts)
    elif isinstance(leaf.condition, Count) and wanted is Truth.FALSE:
        chosen = nearest(chosen, _parts)
    return Shown(tuple(chosen[:MOST_RECORDS]), max(0, len(chosen) - MOST_RECORDS))


def _shown_of_picked(leaf: Leaf, question: Pick) -> Shown:
    explanation = leaf.explanation
    chosen = [*islice(explanation.candidates(question, leaf.record), MOST_RECORDS)]
    number = explanation.number_of_candidates(question, leaf.record)
    if not chosen and leaf.truth is Truth.FALSE and not leaf.negated:
        places = explanation.places(question, leaf.record)
        number = len(places)
        compared = [explanation.looked(question, place) for place in places[:MOST_COMPARED]]
        chosen = nearest(compared, _parts)[:MOST_RECORDS]
    return Shown(tuple(chosen), number - len(chosen))


def _wanted(leaf: Leaf) -> Truth:
    """Return which records decide a question about a list: those that match, may match, or do not."""
    if leaf.truth is Truth.UNDETERMINED:
        return Truth.UNDETERMINED
    if isinstance(leaf.condition, Count) and leaf.truth is Truth.FALSE:
        gap = gap_of(leaf)
        return Truth.FALSE if gap is not None and gap.short else Truth.TRUE
    return Truth.TRUE


def _parts(looked: Looked) -> tuple[Part, ...]:
    return looked.parts
