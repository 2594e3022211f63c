"""Conditions of rules as typed trees: what is asked, about which fact, against which value.

Conditions are read in Kleene's strong three-valued logic (S. C. Kleene, Introduction to
Metamathematics, 1952, section 64). A test of a fact that is *absent* (known to have no value)
is false; a test of a fact that is *unknown* is undetermined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from policyengine.diagnostics.span import Span
from policyengine.frozen import Placed
from policyengine.values.literals import Value, ValueType

SymbolKind = Literal["fact", "parameter", "amount", "deadline"]


class Ref(Placed):
    """The name of something that has a value: a fact, parameter, amount or a deadline's property.

    ``listed`` is the list whose current record the name belongs to, or None for the whole case. ``this``:
    inside a question, not the record that is looked at but the one at which ``for_each`` stands.
    """

    name: str
    kind: SymbolKind
    type: ValueType
    listed: str | None
    span: Span
    this: bool = False


class Constant(Placed):
    """A literal, already read as a value of its type."""

    value: Value
    type: ValueType
    span: Span


class ByReading(Placed):
    """A place that depends on the reading chosen for an assumption."""

    assumption: str
    readings: tuple[tuple[str, Operand], ...]
    span: Span

    @property
    def type(self) -> ValueType:
        """Every reading gives a value of the same type."""
        return self.readings[0][1].type


Operand = Ref | Constant | ByReading

Operator = Literal[
    "is", "one_of", "at_least", "at_most", "more_than", "less_than", "known", "happened"
]  # fmt: skip


class Test(Placed):
    """A test of one value. ``spelling`` is the word the rule file used (``not_before`` is ``at_least``)."""

    BESIDE = ("span", "spelling")

    ref: Ref
    operator: Operator
    operands: tuple[Operand, ...]
    spelling: str
    span: Span


class ReadingIs(Placed):
    """True when one of the readings is chosen for the assumption; never undetermined."""

    assumption: str
    readings: tuple[str, ...]
    span: Span


class All(Placed):
    """Kleene conjunction; true when empty."""

    parts: tuple[Condition, ...]
    span: Span


class Any(Placed):
    """Kleene disjunction; false when empty."""

    parts: tuple[Condition, ...]
    span: Span


class Not(Placed):
    """Kleene negation."""

    part: Condition
    span: Span


Among = Literal["all", "other", "earlier"]
"""Of which records of a list is asked: all, all but the one at which ``for_each`` stands, those before it."""


class Some(Placed):
    """True when a record of the list satisfies ``where``."""

    listed: str
    where: Condition
    span: Span
    among: Among = "all"


class Count(Placed):
    """A comparison of the number of records that satisfy ``where``."""

    BESIDE = ("span", "spelling")

    listed: str
    where: Condition
    operator: Operator
    operands: tuple[Operand, ...]
    spelling: str
    span: Span
    among: Among = "all"


Which = Literal["first", "last", "next", "previous"]
NEIGHBOURS = ("next", "previous")
"""Those picked from where the current record stands."""


def range_of(which: Which, records: Sequence[int], record: int | None) -> Sequence[int]:
    """Return the records (the earliest first) among which one is picked, the preferred first."""
    position = records.index(record) if which in NEIGHBOURS and record is not None else 0
    match which:
        case "first":
            return records
        case "last":
            return records[::-1]
        case "next":
            return records[position + 1 :]
        case "previous":
            return records[:position][::-1]


class Pick(Placed):
    """``then`` of one record that satisfies ``where``; false when there is none.

    ``next`` and ``previous`` look after and before the current record of the same list, the nearest first.
    """

    which: Which
    listed: str
    where: Condition
    then: Condition
    span: Span
    among: Among = "all"


Condition = Test | ReadingIs | All | Any | Not | Some | Count | Pick


def parts_of(condition: Condition) -> Iterator[Condition]:
    """Return a condition and all that it consists of."""
    yield condition
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from parts_of(part)
        case Not(part):
            yield from parts_of(part)
        case Some(_, where) | Count(_, where):
            yield from parts_of(where)
        case Pick(_, _, where, then):
            yield from parts_of(where)
            yield from parts_of(then)
        case Test() | ReadingIs():
            return


def asks_this(condition: Condition) -> bool:
    """Tell whether the answer to a question depends on the record at which ``for_each`` stands."""
    for part in parts_of(condition):
        if isinstance(part, Some | Count | Pick) and part.among != "all":
            return True
        if isinstance(part, Test) and any(ref.this for ref in (part.ref, *_refs(part.operands))):
            return True
    return False


def _refs(operands: tuple[Operand, ...]) -> Iterator[Ref]:
    for operand in operands:
        match operand:
            case Ref():
                yield operand
            case ByReading(_, readings):
                yield from _refs(tuple(value for _, value in readings))
            case Constant():
                pass


def conjuncts(condition: Condition) -> Iterator[Condition]:
    """Return the conditions that must all be true: the parts of conjunctions, however they are nested."""
    if isinstance(condition, All):
        for part in condition.parts:
            yield from conjuncts(part)
    else:
        yield condition
