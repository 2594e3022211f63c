"""Where the source left what something open rests on, and what that waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from policyengine.compile.plan import AS_OF, Const, Expr, Read
from policyengine.engines.compiled.marks import Raw
from policyengine.semantics.findings import NOTHING, Unknown, Waits

if TYPE_CHECKING:
    from policyengine.engines.compiled.exact import Exact

ShortWay = Callable[["Exact", "int | None"], "Unknown | None"]
"""What finds the state of something open, of a record or the whole case; None: the way is not short."""


def reader_of(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Return what reads several slots."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda slots: tuple([slots[place] for place in places])  # one `itemgetter` gives no tuple


def has_place(expr: Expr) -> bool:
    """Tell whether a value is a constant, or one that the source found as it is."""
    return isinstance(expr, Const) or (
        isinstance(expr, Read) and not (expr.this or expr.midnight or expr == AS_OF)
    )


Place = tuple[Raw, "int | None", bool]
"""A constant, or a slot and whether records have one each."""


def place_of(expr: Expr, slots: Mapping[str, int]) -> Place:
    """Return where a value stands that has a place."""
    if isinstance(expr, Const):
        return expr.value, None, False
    assert isinstance(expr, Read)
    return None, slots[expr.name], expr.listed is not None


def raws_of(places: Iterable[Place], slots: Sequence[Any], record: int | None) -> list[Raw]:
    """Return the values that stand at places."""
    return [
        constant if slot is None else slots[slot][record] if is_listed else slots[slot]
        for constant, slot, is_listed in places
    ]


def waits_of_value(exact: Exact, expr: Expr, record: int | None) -> Waits:
    """Return what a value waits for that is not known."""
    assert isinstance(expr, Read)
    state = exact.values[expr.name, None if expr.listed is None else record]
    assert isinstance(state, Unknown)
    return state.waits


def union_of(waits: Sequence[Waits]) -> Waits:
    """Return all that several things wait for."""
    return waits[0] if len(waits) == 1 else NOTHING.union(*waits) if waits else NOTHING
