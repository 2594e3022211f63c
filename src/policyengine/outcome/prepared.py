"""What explanations of all cases under one rulebook share: how conditions are made up, and what they look at.

A rule that holds is explained by the tests of which it consists, and rests on the names that these look at,
whatever the case says: both are found once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from policyengine.compile.plan import Compute, Const, Expr, Read
from policyengine.compile.plan import Window as WindowExpr
from policyengine.frozen import Frozen
from policyengine.model.case import Key
from policyengine.model.conditions import (
    All,
    Any,
    ByReading,
    Condition,
    Count,
    Not,
    Operand,
    Pick,
    ReadingIs,
    Ref,
    Same,
    Some,
    Test,
    Window,
    operands_in,
)
from policyengine.semantics.readings import choose_once
from policyengine.values.counting import Counting
from policyengine.values.literals import ValueType

TestOrQuestion = Test | Window | Same | ReadingIs | Some | Count | Pick


class Piece(NamedTuple):
    """A part of what a rule demands, all of which must hold; ``negated``: there is a ``not`` around it.

    ``test`` is the condition where it is a test or question, None where it has parts of which one is enough.
    ``is_plain``: a test of what it looks at, and nothing more. ``is_own``: the rule's own, not its policy's.
    """

    condition: Condition
    test: TestOrQuestion | None
    negated: bool
    is_plain: bool
    is_own: bool


class Looks(Frozen):
    """What values are read from: names, and the assumptions that are read to know which.

    Of a name are told whether each record has its own, and whether it is that of the record that stands.
    """

    assumptions: tuple[str, ...]
    names: tuple[tuple[str, bool, bool], ...]


class ClockLooks(Frozen):
    """What a deadline looks at: when it ends, what acts and events settle it, and how time is counted.

    ``ends`` are the bits of what says how its last instant counts, where something can meet it.
    """

    measured: Looks
    acts: Looks
    counting: Counting
    ends: int


def pieces_of(condition: Condition, is_own: bool, negated: bool = False) -> Iterator[Piece]:
    """Return the parts that must all hold where a condition does (where it does not, if it is negated)."""
    match condition:
        case Not(part):
            yield from pieces_of(part, is_own, not negated)
        case All() | Any():
            if isinstance(condition, All) is negated:
                yield Piece(condition, None, negated, False, is_own)
            for part in condition.parts if isinstance(condition, All) is not negated else ():
                yield from pieces_of(part, is_own, negated)
        case Test() | Same() | ReadingIs():
            yield Piece(condition, condition, negated, True, is_own)
        case _:
            yield Piece(condition, condition, negated, False, is_own)


def looks_of(operands: Iterable[Operand | None], readings: Mapping[str, str]) -> Looks:
    """Return what operands are read from under the readings."""
    assumptions: list[str] = []
    names: list[tuple[str, bool, bool]] = []
    for operand in operands:
        chosen = operand
        while isinstance(chosen, ByReading):
            assumptions.append(chosen.assumption)
            chosen = choose_once(chosen, readings)
        if isinstance(chosen, Ref) and chosen.kind != "now":
            names.append((chosen.name, chosen.listed is not None, chosen.this))
    return Looks(tuple(assumptions), tuple(names))


def looks_of_test(test: TestOrQuestion, readings: Mapping[str, str]) -> Looks:
    """Return what a test or question looks at itself, not what it asks of records."""
    if isinstance(test, ReadingIs):
        return Looks((test.assumption,), ())
    return looks_of(operands_in(test), readings)


def asks_for_business_days(expr: Expr) -> bool:
    """Tell whether a window or a formula may come out otherwise where other days are business days."""
    match expr:
        case WindowExpr(length=length, counting=counting):
            may_be_clock_time = isinstance(length, Read | Const) and length.sort not in _BUSINESS_TIME
            stands = dict(counting).get("hours", _CONTINUOUS) != _CONTINUOUS
            return stands or not may_be_clock_time
        case Compute(op, _):
            return op.startswith("business_days")
        case _:
            return False


_BUSINESS_TIME = (ValueType.BUSINESS_DAYS.value, ValueType.BUSINESS_HOURS.value)
_CONTINUOUS = Const("continuous", "choice")


class Plain(NamedTuple):
    """What something of the whole case rests on, if it is nothing but bits and names of the whole case."""

    bits: int
    names: tuple[Key, ...]


def plain_names(looks: Iterable[Looks]) -> tuple[Key, ...] | None:
    """Return the names that are looked at, each once; None if some are of records."""
    found: dict[Key, None] = {}
    for one in looks:
        for name, is_listed, _ in one.names:
            if is_listed:
                return None
            found[name, None] = None
    return tuple(found)
