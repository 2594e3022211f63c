"""Wishes for lists: that some records are so, how many, what they add up to, what one that is picked is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from policyengine.model.conditions import Count, Pick, Ref, Some
from policyengine.sampling.draw import Draw, Getter, Sides, Want
from policyengine.sampling.wishes.combining import nothing
from policyengine.sampling.wishes.limits import OPPOSITE, between
from policyengine.sampling.wishes.records import at_least, empty, picked_row, some_rows
from policyengine.values.literals import comparison_key

if TYPE_CHECKING:
    from policyengine.sampling.wishes.wishes import Wishes

_MOST_RECORDS = 40


def some_is(wishes: Wishes, some: Some, truth: bool) -> Want:
    """Return the wish that a record is so, or that none is."""
    listed, among, where = some.listed, some.among, wishes.condition(some.where, truth)

    def one(draw: Draw, record: int | None, this: int | None) -> None:
        for row in some_rows(draw, listed, among, record, 1):
            where(draw, row, record)

    def none(draw: Draw, record: int | None, this: int | None) -> None:
        if draw.counts.get(listed) is None and draw.random() < 0.5:
            empty(draw, listed)
            return
        for row in range(at_least(draw, listed, 0)):
            if among == "all" or row != record:
                where(draw, row, record)

    return one if truth else none


def so_many_are(wishes: Wishes, count: Count, truth: bool) -> Want:
    """Return the wish that so many records are so, or not so many, or that they add up to so much."""
    operator = count.operator if truth else OPPOSITE.get(count.operator, count.operator)
    limit = _any_of([wishes.operands.getter(one) for one in count.operands])
    of = None if count.of is None else wishes.words.choose(count.of)
    if count.how == "total" and isinstance(of, Ref):
        return _total(wishes, count, of, operator, limit)
    if count.how == "position":
        return nothing
    where, listed, among = wishes.condition(count.where, True), count.listed, count.among
    is_other = not truth and operator not in OPPOSITE

    def want(draw: Draw, record: int | None, this: int | None) -> None:
        number = limit(draw, record, this)
        if not isinstance(number, int):
            return
        if is_other:
            number += 1 if draw.random() < 0.5 or number == 0 else -1
        low, high = between(operator, number)
        wanted = max(0, low if low is not None else high or 0)
        if draw.random() < 0.2:  # not only at the limit
            wanted = wanted + 1 if low is not None else max(0, wanted - 1)
        if wanted > _MOST_RECORDS:
            return
        if draw.counts.get(listed) is None:
            if not wanted:
                empty(draw, listed)
                return
            if high is not None and draw.random() < 0.7:
                draw.counts[listed] = wanted
        for row in some_rows(draw, listed, among, record, wanted):
            where(draw, row, record)

    return want


def _any_of(ways: Sequence[Getter]) -> Getter:
    """Return what gives one of several values, now this and now that."""
    if len(ways) == 1:
        return ways[0]
    return lambda draw, record, this: ways[draw.below(len(ways))](draw, record, this)


def _total(wishes: Wishes, count: Count, of: Ref, operator: str, limit: Getter) -> Want:
    """Return the wish that records are so and add up to so much, which the last of them makes good."""
    where, there = wishes.condition(count.where, True), wishes.there(of, True)

    def want(draw: Draw, record: int | None, this: int | None) -> None:
        number = at_least(draw, count.listed, 1)
        for row in range(number):
            where(draw, row, record)
            there(draw, row, record)
        if of.name not in wishes.words.given:
            return
        name, last = of.name, number - 1

        def rest(later: Draw) -> Sides | None:
            whole = limit(later, record, this)
            key = None if whole is None else comparison_key(whole)
            if not isinstance(key, int):
                return None
            before = [comparison_key(later.values.get((name, row), 0)) for row in range(last)]
            return between(operator, key - sum(one for one in before if isinstance(one, int)))

        draw.limit((name, last), rest)

    return want


def picked_is(wishes: Wishes, pick: Pick, truth: bool) -> Want:
    """Return the wish that the record that is picked is so, or that it is not."""
    where, then = wishes.condition(pick.where, True), wishes.condition(pick.then, truth)
    listed, which = pick.listed, pick.which

    def want(draw: Draw, record: int | None, this: int | None) -> None:
        if not truth and draw.random() < 0.5 and _has_none(draw, listed, which, record):
            return
        row = picked_row(draw, listed, which, record)
        if row is not None:
            where(draw, row, record)
            then(draw, row, record)

    return want


def _has_none(draw: Draw, listed: str, which: str, record: int | None) -> bool:
    """Tell whether no record can be picked; of a list of which nothing is wished yet, that is wished."""
    count = draw.counts.get(listed)
    if which == "next":
        return record is not None and count is not None and count <= record + 1
    if count is not None or which == "previous":
        return False
    empty(draw, listed)
    return True
