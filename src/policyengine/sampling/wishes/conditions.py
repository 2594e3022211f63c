"""Wishes for conditions: all of several parts, one of them, or what a single test asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from policyengine.model.conditions import (
    All,
    Any,
    Condition,
    Constant,
    Count,
    Not,
    Pick,
    Ref,
    Same,
    Some,
    Test,
    Window,
)
from policyengine.sampling.draw import Draw, Want
from policyengine.sampling.operands import row_of
from policyengine.sampling.wishes import lists, times
from policyengine.sampling.wishes.combining import all_of, nothing, one_of
from policyengine.sampling.wishes.limits import OPPOSITE
from policyengine.semantics.readings import is_false
from policyengine.values.literals import Value

if TYPE_CHECKING:
    from policyengine.sampling.wishes.wishes import Wishes

Settled = Callable[[Draw, "int | None", "int | None"], "bool | None"]
"""Tells what wishes have made of a condition already, None where that is open."""


def chosen(wishes: Wishes, condition: Condition, truth: bool) -> Want:
    """Return the wish that a condition, as it is under the readings, is true, or false."""
    match condition:
        case All(parts):
            return _every(wishes, parts, True) if truth else _one(wishes, parts, False)
        case Any(parts):
            return _one(wishes, parts, True) if truth else _every(wishes, parts, False)
        case Not(part):
            return chosen(wishes, part, not truth)
        case Test():
            return _test(wishes, condition, truth)
        case Window():
            return times.in_window(wishes, condition, truth)
        case Same():
            return times.in_same_period(wishes, condition, truth)
        case Some():
            return lists.some_is(wishes, condition, truth)
        case Count():
            return lists.so_many_are(wishes, condition, truth)
        case Pick():
            return lists.picked_is(wishes, condition, truth)
        case _:
            return nothing


def _every(wishes: Wishes, parts: Sequence[Condition], truth: bool) -> Want:
    def rank(part: Condition) -> int:
        # What is to be there goes before what is to be missing, and what a case says before what rules say.
        if isinstance(part, Test) and part.operator != "one_of":
            return 0 if part.ref.name in wishes.words.given else 1
        return 2 if isinstance(part, Not) else 1

    return all_of([chosen(wishes, part, truth) for part in sorted(parts, key=rank)])


def _one(wishes: Wishes, parts: Sequence[Condition], truth: bool) -> Want:
    """Return the wish that one part is so, of those that can still be, unless one is already."""
    ways = [
        (_settled(wishes, part), chosen(wishes, part, truth))
        for part in parts
        if not (truth and is_false(part))
    ]
    if len(ways) < 2:
        return ways[0][1] if ways else nothing

    def want(draw: Draw, record: int | None, this: int | None) -> None:
        left = []
        for settled, wish in ways:
            found = settled(draw, record, this)
            if found is truth:
                return
            if found is None:
                left.append(wish)
        if left:
            left[draw.below(len(left))](draw, record, this)
        else:
            draw.clashes += 1

    return want


def _settled(wishes: Wishes, part: Condition) -> Settled:
    words = wishes.words
    match part:
        case Not(inner):
            settled = _settled(wishes, inner)

            def turned(draw: Draw, record: int | None, this: int | None) -> bool | None:
                found = settled(draw, record, this)
                return None if found is None else not found

            return turned
        case Test(ref, "known" | "happened") if ref.name in words.given:
            return lambda draw, record, this: draw.present.get((ref.name, row_of(draw, ref, record, this)))
        case Test(ref, "is" | "one_of", operands) if ref.name in words.given:
            values = [one.value for one in map(words.choose, operands) if isinstance(one, Constant)]
            if len(values) == len(operands):
                return lambda draw, record, this: _is_one_of(draw, ref, record, this, values)
    return lambda draw, record, this: None


def _is_one_of(
    draw: Draw, ref: Ref, record: int | None, this: int | None, values: Sequence[Value]
) -> bool | None:
    """Tell whether a fact is wished to be one of some values, None where nothing is wished of it."""
    key = ref.name, row_of(draw, ref, record, this)
    found = draw.fixed.get(key)
    if found is not None:
        return found in values
    return False if draw.present.get(key) is False else None


def _test(wishes: Wishes, test: Test, truth: bool) -> Want:
    """Return the wish that a value is, or is not, as it is asked for."""
    ref = test.ref
    match test.operator, truth:
        case (("known" | "happened"), _):
            return wishes.there(ref, truth)
        case "every_year", _:
            return times.in_season(wishes, test, truth)
        case "one_of", True:
            return one_of([wishes.compared(ref, "is", one) for one in test.operands])
        case (("one_of" | "is"), False):
            return all_of([wishes.apart(ref, one) for one in test.operands])
        case operator, True:
            return wishes.compared(ref, operator, test.operands[0])
        case _:
            return _on_the_other_side(wishes, test)


def _on_the_other_side(wishes: Wishes, test: Test) -> Want:
    other_side = wishes.compared(test.ref, OPPOSITE[test.operator], test.operands[0])
    fact = wishes.words.given.get(test.ref.name)
    if test.ref.kind != "fact" or (fact is not None and not fact.is_never_if_missing):
        return other_side
    missing = wishes.there(test.ref, False)  # what has not happened is on neither side
    return lambda draw, record, this: (missing if draw.random() < 0.6 else other_side)(draw, record, this)
