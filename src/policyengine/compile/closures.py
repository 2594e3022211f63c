"""The three-valued meaning of conditions and operands as Python functions of the working memory.

The engine says which rules hold. What does not hold is false or undetermined, deadlines and amounts must be
computed, and lists counted: that is answered here.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from policyengine.case import Key
from policyengine.clocks import waits_of
from policyengine.conditions import (
    NEIGHBOURS,
    All,
    Any,
    Condition,
    Constant,
    Count,
    Not,
    Operand,
    Operator,
    Pick,
    Ref,
    Some,
    Test,
    range_of,
)
from policyengine.findings import NOTHING, Absent, Known, Missing, State, Truth, Unknown, Waits
from policyengine.values import LARGEST_COUNT, comparison_key

Answer = tuple[Truth, Waits]
Kept = TypeVar("Kept")
FALSE: Answer = (Truth.FALSE, NOTHING)
TRUE: Answer = (Truth.TRUE, NOTHING)


class Memory(Protocol):
    """What closures need of a working memory.

    ``values`` has the state of everything that could be computed so far, with a conflict as something that
    is waited for. ``kept`` has the answers of questions about whole lists: rules about every record ask the
    same of the whole list, and what a question looks at is known for good before it is first asked.
    """

    @property
    def as_of(self) -> int:
        """The instant of the judgement, in epoch seconds."""
        ...

    @property
    def values(self) -> Mapping[Key, State]:
        """The states by name and record."""
        ...

    @property
    def kept(self) -> dict[object, typing.Any]:
        """What closures keep for this case; each knows its own by an object that it made."""
        ...

    def records(self, listed: str) -> Sequence[int] | None:
        """Return the records of a list that are seen, the earliest first; None when the list is unknown."""
        ...


Evaluate = Callable[[Memory, "int | None"], Answer]
Lookup = Callable[[Memory, "int | None"], State]
Compare = Callable[["int | str", "int | str"], bool]

_COMPARE: dict[Operator, Compare] = {
    "is": lambda left, right: left == right,
    "at_least": lambda left, right: left >= right,  # type: ignore[operator]  # only integers have an order
    "at_most": lambda left, right: left <= right,  # type: ignore[operator]
    "more_than": lambda left, right: left > right,  # type: ignore[operator]
    "less_than": lambda left, right: left < right,  # type: ignore[operator]
}


def lower_operand(operand: Operand) -> Lookup:
    """Return the function that finds the state of an operand; its readings have been chosen."""
    if isinstance(operand, Constant):
        known = Known(operand.value)
        return lambda memory, record: known
    assert isinstance(operand, Ref)
    name, key = operand.name, (operand.name, None)
    if operand.listed is None:
        return lambda memory, record: memory.values[key]
    return lambda memory, record: memory.values[name, record]


def lower_condition(condition: Condition) -> Evaluate:
    """Return the function that answers a condition; its readings have been chosen."""
    match condition:
        case Test():
            return _test(condition)
        case All(parts):
            return _all(tuple(lower_condition(part) for part in parts))
        case Any(parts):
            return _any(tuple(lower_condition(part) for part in parts))
        case Not(part):
            return _not(lower_condition(part))
        case Some(listed, where):
            return _some(listed, lower_condition(where))
        case Count():
            return _count(condition)
        case Pick():
            return _pick(condition)
        case _:
            raise AssertionError("a reading is left")


def _all(parts: Sequence[Evaluate]) -> Evaluate:
    def evaluate(memory: Memory, record: int | None) -> Answer:
        waits: Waits | None = None
        for part in parts:
            answer = part(memory, record)
            if answer[0] is Truth.FALSE:
                return FALSE
            if answer[0] is Truth.UNDETERMINED:
                waits = answer[1] if waits is None else waits | answer[1]
        return TRUE if waits is None else (Truth.UNDETERMINED, waits)

    return evaluate


def _any(parts: Sequence[Evaluate]) -> Evaluate:
    def evaluate(memory: Memory, record: int | None) -> Answer:
        waits: Waits | None = None
        for part in parts:
            answer = part(memory, record)
            if answer[0] is Truth.TRUE:
                return TRUE
            if answer[0] is Truth.UNDETERMINED:
                waits = answer[1] if waits is None else waits | answer[1]
        return FALSE if waits is None else (Truth.UNDETERMINED, waits)

    return evaluate


def _not(part: Evaluate) -> Evaluate:
    def evaluate(memory: Memory, record: int | None) -> Answer:
        answer = part(memory, record)
        if answer[0] is Truth.UNDETERMINED:
            return answer
        return FALSE if answer[0] is Truth.TRUE else TRUE

    return evaluate


# ---------- tests


def _test(test: Test) -> Evaluate:
    subject = lower_operand(test.ref)
    if test.operator == "known":
        return _known(subject)
    if test.operator == "happened":
        return _happened(subject)
    operands = [lower_operand(operand) for operand in test.operands]
    if test.operator == "one_of":
        return _any([_comparison(subject, _COMPARE["is"], operand) for operand in operands])
    return _comparison(subject, _COMPARE[test.operator], operands[0])


def _known(subject: Lookup) -> Evaluate:
    def evaluate(memory: Memory, record: int | None) -> Answer:
        state = subject(memory, record)
        if isinstance(state, Unknown) and not state.has_value:
            return Truth.UNDETERMINED, state.waits
        return FALSE if isinstance(state, Absent) else TRUE

    return evaluate


def _happened(subject: Lookup) -> Evaluate:
    def evaluate(memory: Memory, record: int | None) -> Answer:
        state = subject(memory, record)
        if isinstance(state, Known):
            return TRUE if state.value <= memory.as_of else FALSE  # type: ignore[operator]
        return (Truth.UNDETERMINED, state.waits) if isinstance(state, Unknown) else FALSE

    return evaluate


def _comparison(left: Lookup, compare: Compare, right: Lookup) -> Evaluate:
    def evaluate(memory: Memory, record: int | None) -> Answer:
        one, other = left(memory, record), right(memory, record)
        if type(one) is Known and type(other) is Known:
            return TRUE if compare(comparison_key(one.value), comparison_key(other.value)) else FALSE
        if type(one) is Absent or type(other) is Absent:
            return FALSE
        return Truth.UNDETERMINED, waits_of((one, other))

    return evaluate


# ---------- questions about lists


def _of_unknown_list(listed: str) -> Answer:
    return Truth.UNDETERMINED, frozenset((Missing("fact", listed, None),))


def _some(listed: str, where: Evaluate) -> Evaluate:
    def ask(memory: Memory) -> Answer:
        records = memory.records(listed)
        if records is None:
            return _of_unknown_list(listed)
        waits: set[Missing] = set()
        is_open = False
        for one in records:
            answer = where(memory, one)
            if answer[0] is Truth.TRUE:
                return TRUE
            if answer[0] is Truth.UNDETERMINED:
                is_open = True
                waits |= answer[1]
        return (Truth.UNDETERMINED, frozenset(waits)) if is_open else FALSE

    asked = _once(ask)
    return lambda memory, record: asked(memory)


def _once(ask: Callable[[Memory], Kept]) -> Callable[[Memory], Kept]:
    """Return the same function, which finds its answer out once for each memory."""
    own = object()

    def asked(memory: Memory) -> Kept:
        found: Kept | None = memory.kept.get(own)
        if found is None:
            found = memory.kept[own] = ask(memory)
        return found

    return asked


def _count(question: Count) -> Evaluate:
    operands = [lower_operand(operand) for operand in question.operands]
    operator: Operator = "is" if question.operator == "one_of" else question.operator
    counted = _once(_counter(question.listed, lower_condition(question.where)))

    def evaluate(memory: Memory, record: int | None) -> Answer:
        limits = [
            state for state in (one(memory, record) for one in operands) if not isinstance(state, Absent)
        ]
        if not limits:
            return FALSE
        least, most, waits = counted(memory)
        return _either_of([_in_range(least, most, operator, state, waits) for state in limits])

    return evaluate


def _counter(listed: str, where: Evaluate) -> Callable[[Memory], tuple[int, int, Waits]]:
    """Return the function that counts the records which satisfy a condition: at least and at most so many."""

    def count(memory: Memory) -> tuple[int, int, Waits]:
        records = memory.records(listed)
        if records is None:  # any number of records
            return 0, LARGEST_COUNT + 1, _of_unknown_list(listed)[1]
        answers = [where(memory, one) for one in records]
        truths = [truth for truth, _ in answers]
        waits = NOTHING.union(*(waits for _, waits in answers if waits))
        return truths.count(Truth.TRUE), len(truths) - truths.count(Truth.FALSE), waits

    return count


def _either_of(answers: Sequence[Answer]) -> Answer:
    truth = max(truth for truth, _ in answers)
    return truth, NOTHING.union(*(waits for part, waits in answers if part is truth))


def _in_range(least: int, most: int, operator: Operator, state: State, waits: Waits) -> Answer:
    """Compare a number between two bounds: what cannot change between them is settled."""
    if not isinstance(state, Known):
        return Truth.UNDETERMINED, waits | waits_of([state])
    limit = comparison_key(state.value)
    assert isinstance(limit, int)
    compare = _COMPARE[operator]
    # INVARIANT: comparisons change once along the numbers, but `is` holds at a single number.
    changes = compare(least, limit) is not compare(most, limit) or (operator == "is" and least < limit < most)
    if changes:
        return Truth.UNDETERMINED, waits
    return TRUE if compare(least, limit) else FALSE


def _pick(question: Pick) -> Evaluate:
    where, then = lower_condition(question.where), lower_condition(question.then)
    listed, which = question.listed, question.which

    def ask(memory: Memory) -> Answer:
        records = memory.records(listed)
        if records is None:
            return _of_unknown_list(listed)
        return _picked(memory, where, then, range_of(which, records, None))

    def ask_each(memory: Memory) -> dict[int | None, Answer]:
        records = memory.records(listed) or ()
        return dict(_of_neighbours(memory, where, then, records[::-1] if which == "next" else records))

    if which in NEIGHBOURS:
        each = _once(ask_each)
        return lambda memory, record: (
            _of_unknown_list(listed) if memory.records(listed) is None else each(memory)[record]
        )
    asked = _once(ask)
    return lambda memory, record: asked(memory)


def _picked(memory: Memory, where: Evaluate, then: Evaluate, records: Iterable[int]) -> Answer:
    """Return the answer of the first of the records that is as wanted; false when there is none."""
    possible: list[tuple[Waits, Answer]] = []
    last = FALSE
    for one in records:
        answer = where(memory, one)
        if answer[0] is Truth.TRUE:
            last = then(memory, one)
            break
        if answer[0] is Truth.UNDETERMINED:
            possible.append((answer[1], then(memory, one)))
    for waits, answer in reversed(possible):
        last = _same_or_undetermined(waits, answer, last)
    return last


def _of_neighbours(
    memory: Memory, where: Evaluate, then: Evaluate, records: Iterable[int]
) -> Iterator[tuple[int, Answer]]:
    """Return for each record the answer of the nearest wanted one among those that come before it here."""
    last = FALSE
    for one in records:
        yield one, last
        answer = where(memory, one)
        if answer[0] is Truth.TRUE:
            last = then(memory, one)
        elif answer[0] is Truth.UNDETERMINED:
            last = _same_or_undetermined(answer[1], then(memory, one), last)


def _same_or_undetermined(waits: Waits, one: Answer, other: Answer) -> Answer:
    """Return the answer when either may be the one that counts."""
    if one[0] is other[0] and one[0] is not Truth.UNDETERMINED:
        return one
    return Truth.UNDETERMINED, waits.union(one[1], other[1])
