"""The value of one fact of a case: within its bounds, as is wished, and at the edges of what rules ask."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from policyengine.model.case import Key
from policyengine.model.rulebook import Fact
from policyengine.sampling.anchors import Anchors
from policyengine.sampling.draw import Draw, Getter
from policyengine.sampling.figures import Figures
from policyengine.sampling.hours import Hours
from policyengine.sampling.operands import Operands
from policyengine.sampling.vocabulary import Vocabulary
from policyengine.values.literals import (
    BUSINESS_DAYS_UNIT,
    FIRST_YEAR,
    LARGEST_COUNT,
    LARGEST_MONEY,
    LARGEST_NUMBER,
    LARGEST_PERCENT,
    LAST_YEAR,
    LONGEST_SECONDS,
    MOST_BUSINESS_DAYS,
    MOST_BUSINESS_MINUTES,
    MOST_MONTHS,
    SECONDS_PER_DAY,
    UNIT_SECONDS,
    Duration,
    Value,
    ValueType,
    comparison_key,
)

Maker = Callable[[Draw, "int | None"], "Value | None"]
"""Draws the value of a fact, of a record or the whole case; None where the bounds leave none."""
Bounds = Sequence[tuple[bool, Getter]]
"""Whether it is the greatest value (else the least), and what gives it."""

_FIRST_DAY, _LAST_DAY = (
    (FIRST_YEAR + 1 - 1970) * 365 * SECONDS_PER_DAY,
    (LAST_YEAR - 1 - 1970) * 365 * SECONDS_PER_DAY,
)
_LARGEST = {
    ValueType.MONEY: LARGEST_MONEY,
    ValueType.PERCENT: LARGEST_PERCENT,
    ValueType.COUNT: LARGEST_COUNT,
    ValueType.NUMBER: LARGEST_NUMBER,
    ValueType.DURATION: LONGEST_SECONDS,
    ValueType.BUSINESS_DAYS: MOST_BUSINESS_DAYS,
    ValueType.MONTHS: MOST_MONTHS,
    ValueType.BUSINESS_HOURS: MOST_BUSINESS_MINUTES,
}
_STEPS = {ValueType.PERCENT: 10_000, ValueType.NUMBER: 10_000}
"""How much just below and just above are apart from a figure; where not said, one."""
_ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "Europe/London",
    "Europe/Berlin",
    "America/Los_Angeles",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Asia/Kolkata",
)
_AT_A_LIMIT = 0.45
_AT_A_FIGURE = 0.3
_AT_A_TIME = 0.4
_COMMON_DAYS = 20
_ORDINARY_SUM = 3_000


class Makers:
    """Makes makers for the given facts of one rulebook."""

    def __init__(
        self, words: Vocabulary, operands: Operands, figures: Figures, hours: Hours, anchors: Anchors
    ) -> None:
        """``figures`` are the values with which rules compare, ``anchors`` the times."""
        self.words = words
        self.operands = operands
        self.figures = figures
        self.hours = hours
        self.anchors = anchors
        sums = sorted(abs(one) for one in figures.money if one)
        places = words.book.currency.places
        # Ordinary sums go from a thirtieth of this to thirty times as much.
        self._scale = max(_ORDINARY_SUM, 30 * 10**places, *sums[-1:])

    def maker(self, fact: Fact, bounds: Bounds) -> Maker:
        """Return what draws a fact; ``bounds`` are all that are known when it is drawn."""
        match fact.type:
            case ValueType.BOOLEAN:
                return self._one_of(fact, (True, False))
            case ValueType.CHOICE:
                return self._one_of(fact, tuple(choice.name for choice in fact.choices))
            case ValueType.TIME_ZONE:
                pool = [*map(str, self.figures.of(fact.path)), self.words.book.zone.key, *_ZONES]
                return self._one_of(fact, tuple(dict.fromkeys(pool)))
            case ValueType.TEXT:
                return self._text(fact)
            case ValueType.INSTANT | ValueType.DATE:
                return self._time(fact, bounds)
            case _:
                return self._number(fact, bounds)

    # ---------- words

    def _one_of(self, fact: Fact, pool: tuple[Value, ...]) -> Maker:
        path, size = fact.path, len(pool)

        def make(draw: Draw, record: int | None) -> Value | None:
            key = path, record
            fixed = draw.fixed.get(key)
            if fixed is not None and fixed in pool:
                return fixed
            chosen = draw.chosen.get(key)
            if chosen is not None:
                found = chosen(draw)
                if found is not None and found in pool:
                    return found
            barred = draw.barred.get(key)
            if barred:
                left = [one for one in pool if one not in barred]
                if left:
                    return left[draw.below(len(left))]
            return pool[int(draw.random() * size)]

        return make

    def _text(self, fact: Fact) -> Maker:
        path, alike = fact.path, self.figures.alike
        leaf = alike.get(path, path).rpartition(".")[2].replace("_", " ")
        pool = [one for one in self.figures.of(path) if isinstance(one, str)]
        most = 6 if path in alike else 40

        def make(draw: Draw, record: int | None) -> Value | None:
            key = path, record
            fixed = draw.fixed.get(key)
            if fixed is not None:
                return fixed
            chosen = draw.chosen.get(key)
            if chosen is not None:
                found = chosen(draw)
                if isinstance(found, str):
                    return found
            barred = draw.barred.get(key, ())
            if pool and draw.random() < 0.75:
                found = pool[int(draw.random() * len(pool))]
                if found not in barred:
                    return found
            # Few are common: records that say the same are what rules ask about.
            return f"{leaf} {1 + int(draw.random() ** 2 * most)}"

        return make

    # ---------- numbers

    def _number(self, fact: Fact, bounds: Bounds) -> Maker:
        path, type = fact.path, fact.type
        least, most = fact.literal_limits
        largest = _LARGEST[type]
        is_length = type in (
            ValueType.DURATION,
            ValueType.BUSINESS_DAYS,
            ValueType.MONTHS,
            ValueType.BUSINESS_HOURS,
        )
        figures = self.figures.of(path)
        lowest = 0 if is_length else -largest
        low0, high0 = (
            max(lowest, lowest if least is None else least),
            min(largest, largest if most is None else most),
        )
        step = _STEPS.get(type, 1)
        numbers = [key for one in figures if isinstance(key := comparison_key(one), int)]
        ordinary = self._ordinary(fact, low0, high0, numbers)
        spelled = _lengths(type, figures) if is_length else None

        def make(draw: Draw, record: int | None) -> Value | None:
            found = _within(draw, (path, record), low0, high0, bounds, step)
            if found is None:
                return None
            low, high, edges = found
            random = draw.random
            if edges and random() < _AT_A_LIMIT:
                number = edges[draw.below(len(edges))]
            elif numbers and random() < _AT_A_FIGURE:
                number = numbers[draw.below(len(numbers))] + (draw.below(3) - 1) * step
                if not low <= number <= high:
                    number = ordinary(draw, low, high)
            else:
                number = ordinary(draw, low, high)
            return number if spelled is None else spelled(number)

        return make

    def _ordinary(
        self, fact: Fact, low0: int, high0: int, numbers: Sequence[int]
    ) -> Callable[[Draw, int, int], int]:
        """Return what draws an ordinary value between two limits."""
        usual_low, usual_high = self._usual(fact.type, numbers)
        is_wide = fact.type in (ValueType.MONEY, ValueType.DURATION)
        whole = 10**self.words.book.currency.places if fact.type is ValueType.MONEY else 1
        grain = {ValueType.PERCENT: 500_000, ValueType.NUMBER: 100_000, ValueType.DURATION: 3_600}.get(
            fact.type, 1
        )

        def draw_one(draw: Draw, low: int, high: int) -> int:
            first, last = max(low, usual_low), min(high, usual_high)
            if first > last:
                first, last = (
                    (low, min(high, low + usual_high - usual_low))
                    if low > usual_high
                    else (max(low, high - 100 * whole), high)
                )
            random = draw.random
            if is_wide and last > 4 * max(first, 1) and first >= 0:
                number = int(
                    math.exp(math.log(max(first, whole)) + random() * math.log(last / max(first, whole)))
                )
            else:
                number = first + int(random() * (last - first + 1))
            if whole > 1:
                way = random()
                if way < 0.35:
                    number -= number % whole
                elif way < 0.55:
                    number += whole * 9 // 10 - number % whole
            elif grain > 1:
                number -= number % grain
            return min(max(number, low), high)

        return draw_one

    def _usual(self, type: ValueType, numbers: Sequence[int]) -> tuple[int, int]:
        """Return between which limits ordinary values are."""
        least, most = (min(numbers), max(numbers)) if numbers else (0, 0)
        match type:
            case ValueType.MONEY:
                scale = max(abs(least), abs(most)) or self._scale
                return min(least, scale // 30), max(most * 3, scale * (3 if most else 30))
            case ValueType.PERCENT:
                return min(0, least), max(100_000_000, most + most // 2)
            case ValueType.COUNT:
                return min(0, least), max(most + most // 2 + 2, 6)
            case ValueType.NUMBER:
                return min(0, least), max(most * 2, 20_000_000)
            case ValueType.DURATION:
                return min(3_600, least or 3_600), max(most * 2, 20 * SECONDS_PER_DAY)
            case ValueType.BUSINESS_DAYS:
                return 0, max(most * 2, 15)
            case ValueType.MONTHS:
                return 0, max(most * 2, 24)
            case _:
                return 0, max(most * 2, 40 * 60)

    # ---------- times

    def _time(self, fact: Fact, bounds: Bounds) -> Maker:
        path, is_date, hours = fact.path, fact.type is ValueType.DATE, self.hours
        least, most = fact.literal_limits
        low0, high0 = (_FIRST_DAY, _LAST_DAY) if not is_date else (693_961, 803_168)
        low0, high0 = max(low0, low0 if least is None else least), min(high0, high0 if most is None else most)
        anchors = self.anchors.times.get(path, [])
        reach, is_planned = self.anchors.reach.get(path, 0), fact.planned
        has_cause = any(not is_most for is_most, _ in bounds)
        begins = self.anchors.starts.get(path)

        def make(draw: Draw, record: int | None) -> Value | None:
            found = _within(draw, (path, record), low0, high0, bounds, 1)
            if found is None:
                return None
            low, high, edges = found
            random = draw.random
            if draw.until and (path, record) not in draw.present:
                high = min(high, _end_of(draw))
                if low > high:
                    return None
            if edges and random() < _AT_A_LIMIT:
                return edges[draw.below(len(edges))]
            if anchors and random() < _AT_A_TIME:
                anchor = anchors[draw.below(len(anchors))](draw, record, record)
                if isinstance(anchor, int):
                    at = anchor + draw.below(3) - 1
                    if low <= at <= high:
                        return at
            base = hours_day(draw.base) if is_date else draw.base
            unit = 1 if is_date else SECONDS_PER_DAY
            start = low if has_cause and low > low0 else min(max(base, low), high)
            if begins is not None:
                begun = begins(draw, record, record)
                if isinstance(begun, int) and low < begun <= high:
                    start = begun
            if is_planned:
                start = min(max(base, low), high)
                at = start + int(random() ** 2 * 90 * unit)
            elif reach and random() < 0.8:
                at = start + int(random() ** 1.3 * reach * 1.4 * unit / SECONDS_PER_DAY)
            elif not has_cause and not record:
                at = start + (0 if random() < 0.5 else int(random() ** 2 * _COMMON_DAYS * unit))
            else:
                at = start + int(random() ** 3 * _COMMON_DAYS * unit)
            if is_date:
                return min(max(at, low), high)
            at = hours.by_day(at, random)
            if low <= at <= high:
                return at
            near = min(high - low, 3 * SECONDS_PER_DAY)
            # Where nothing says from when on, it is shortly before the latest time that it can be.
            return low + int(random() * near) if low > low0 else high - int(random() * near)

        hours_day = _day_of(hours)
        return make


def _day_of(hours: Hours) -> Callable[[int], int]:
    from policyengine.values.literals import local_day

    return lambda instant: local_day(instant, hours.zone)


def _end_of(draw: Draw) -> int:
    """Return the instant after which nothing happens that nobody wishes."""
    ends = [found[1] for limit in draw.until if (found := limit(draw)) is not None and found[1] is not None]
    return min(ends, default=_LAST_DAY)


def _within(
    draw: Draw, key: Key, low: int, high: int, bounds: Bounds, step: int
) -> tuple[int, int, list[int]] | None:
    """Return the limits of a value and the edges that wishes set; None where bounds leave no value."""
    record = key[1]
    for is_most, get in bounds:
        found = get(draw, record, record)
        if found is None:
            continue
        number = comparison_key(found)
        if not isinstance(number, int):
            continue
        if is_most:
            high = min(high, number)
        else:
            low = max(low, number)
    if low > high:
        return None
    edges: list[int] = []
    for limit in draw.limits.get(key, ()):
        wished = limit(draw)
        if wished is None:
            continue
        least, most = wished
        first = low if least is None or least < low else least
        last = high if most is None or most > high else most
        if first > last:
            continue
        if first > low or first == least:
            edges += (first, first, first + step)
        if last < high or last == most:
            edges += (last, last, last - step)
        low, high = first, last
    return low, high, [one for one in edges if low <= one <= high]


def _lengths(type: ValueType, figures: Sequence[Value]) -> Callable[[int], Value]:
    """Return what spells a length: as the figure that it is, else in the largest unit that fits."""
    known = {one.size: one for one in figures if isinstance(one, Duration)}
    unit = {
        ValueType.BUSINESS_DAYS: BUSINESS_DAYS_UNIT,
        ValueType.MONTHS: "months",
        ValueType.BUSINESS_HOURS: "business_minutes",
    }.get(type)

    def spelled(size: int) -> Value:
        if size in known:
            return known[size]
        if unit is not None:
            if unit == "business_minutes" and size % 60 == 0:
                return Duration(size // 60, "business_hours")
            return Duration(size, unit)
        for name in ("days", "hours", "minutes"):
            each = UNIT_SECONDS[name]
            if size and size % each == 0 and (name != "days" or size >= 3 * each):
                return Duration(size // each, name)
        return Duration(size, "seconds")

    return spelled
