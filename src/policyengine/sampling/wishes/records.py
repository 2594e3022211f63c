"""Which records of a list something is wished of; that they are there is wished with it."""

from __future__ import annotations

from collections.abc import Sequence

from policyengine.sampling.draw import Draw


def at_least(draw: Draw, listed: str, number: int) -> int:
    """Wish so many records of a list; return how many there are to be."""
    draw.present.setdefault((listed, None), True)
    count = draw.counts.get(listed)
    if (_fixed(listed), None) in draw.done:
        if draw.counts[listed] < number:
            draw.clashes += 1
        return draw.counts[listed]  # what is said of the last one stays with it
    if count is None:
        more = draw.random()
        count = 1 if more < 0.5 else 2 if more < 0.8 else 3
    draw.counts[listed] = max(number, count)
    return draw.counts[listed]


def empty(draw: Draw, listed: str) -> None:
    """Wish that a list has no records."""
    draw.counts[listed] = 0
    draw.present.setdefault((listed, None), True)
    draw.done.add((_fixed(listed), None))


def _fixed(listed: str) -> str:
    """Return what is done once nothing changes how many records there are."""
    return f"fixed {listed}"


def some_row(draw: Draw, listed: str) -> int:
    """Return a record of a list, most often the last one."""
    count = at_least(draw, listed, 1)
    return count - 1 if draw.random() < 0.7 else draw.below(count)


def some_rows(draw: Draw, listed: str, among: str, record: int | None, number: int) -> Sequence[int]:
    """Return so many records, each wish others."""
    if among == "all" or record is None:
        taken = draw.rows.get(listed, 0)
        count = at_least(draw, listed, number + taken)
        first = taken if taken + number <= count else draw.below(max(1, count - number + 1))
        draw.rows[listed] = first + number
        return range(first, first + min(number, count))
    if among == "earlier":
        at_least(draw, listed, record + 1)
        return range(record)[-number:]
    count = at_least(draw, listed, number + 1)
    return [row for row in range(count) if row != record][:number]


def picked_row(draw: Draw, listed: str, which: str, record: int | None) -> int | None:
    """Return the record that is picked, None where there is none."""
    match which:
        case "first":
            at_least(draw, listed, 1)
            return 0
        case "last":
            count = at_least(draw, listed, 1)
            draw.done.add((_fixed(listed), None))
            return count - 1
        case "next" if record is not None:
            at_least(draw, listed, record + 2)
            return record + 1
        case "previous" if record:
            return record - 1
        case _:
            return None


def asked_rows(draw: Draw, listed: str, how: str, record: int | None) -> Sequence[int]:
    """Return the records from which a question takes its value."""
    count = at_least(draw, listed, 1)
    match how:
        case "first" | "only":
            return (0,)
        case "last":
            return (count - 1,)
        case "next" | "previous" if record is not None:
            return [at for at in (record + (1 if how == "next" else -1),) if 0 <= at < count]
        case "least" | "greatest":
            return (draw.below(count),)
        case _:
            return range(count)
