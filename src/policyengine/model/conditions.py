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
from policyengine.model.counting import CountingRule
from policyengine.values.edges import Edge
from policyengine.values.literals import Value, ValueType
from policyengine.values.seasons import Season

SymbolKind = Literal["fact", "parameter", "amount", "deadline", "computed", "now"]
AS_OF = "as_of"
"""The name of the instant of the judgement, the one of the kind ``now``: it is always known."""


class Ref(Placed):
    """The name of something that has a value: a fact, parameter, amount or a deadline's property.

    What is computed where it is needed has a name too (:class:`Computed`): what the rule file says.
    ``listed`` is the list whose current record the name belongs to, or None for the whole case. ``this``:
    inside a question, not the record that is looked at but the one at which ``for_each`` stands.
    ``midnight``: it is a date that stands where an instant does, for the instant at which the day begins in
    the rulebook's zone; its type is that of an instant. ``ends_day``: it is computed and an end, of a day or
    a clock, so that a clock that counts days begins with the next day.
    """

    name: str
    kind: SymbolKind
    type: ValueType
    listed: str | None
    span: Span
    this: bool = False
    midnight: bool = False
    ends_day: bool = False


def is_end(operand: Operand) -> bool:
    """Tell whether an instant is always where a clock or a day ends: at midnight, 24:00 of the day before."""
    if not isinstance(operand, Ref):
        return False
    return operand.ends_day or (operand.kind == "deadline" and operand.name.endswith(".due"))


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
        """Every reading gives a value of the same type, but for lengths of time, which can be of several."""
        types = {operand.type for _, operand in self.readings}
        return ValueType.LENGTH if len(types) > 1 else self.readings[0][1].type


Operand = Ref | Constant | ByReading

Operator = Literal[
    "is", "one_of", "at_least", "at_most", "more_than", "less_than", "known", "happened", "every_year"
]  # fmt: skip


class Test(Placed):
    """A test of one value. ``spelling`` is the word the rule file used (``not_before`` is ``at_least``).

    ``named`` is the set whose values are asked for (``in: eu``), empty where they were written out.
    ``season``: of ``every_year``, the days of every year on which an instant or a date has to be.
    """

    BESIDE = ("span", "spelling")

    ref: Ref
    operator: Operator
    operands: tuple[Operand, ...]
    spelling: str
    span: Span
    named: str = ""
    season: Season | None = None


Measure = Literal["within", "at_least", "more_than", "less_than"]
"""How much time there is between two instants, against a length; ``within`` is what is in time."""

Side = Literal["before", "not_after", "after", "not_before"]
"""On which side of the anchor of a window a time is; ``not_``: or at the very anchor."""

SIDES: dict[Side, Operator] = {
    "before": "less_than",
    "not_after": "at_most",
    "after": "more_than",
    "not_before": "at_least",
}
"""The comparison that each side is."""


class Window(Placed):
    """Whether a time is before (or after) another, its anchor, and how long before, against a length.

    The length begins at the earlier of the two and is counted forwards, as the length of a deadline is.
    """

    ref: Ref
    how: Measure
    length: Operand
    side: Side
    anchor: Operand
    counting: tuple[CountingRule, ...]
    span: Span

    @property
    def is_forward(self) -> bool:
        """Tell whether the length begins at the time that is tested, and not at the anchor."""
        return self.side in ("before", "not_after")

    @property
    def starts(self) -> Operand:
        """Where the length begins."""
        return self.ref if self.is_forward else self.anchor

    @property
    def ends(self) -> Operand:
        """What is in time, or not, for the end of the length."""
        return self.anchor if self.is_forward else self.ref


Period = Literal["calendar_year", "calendar_month", "calendar_week", "day"]


class Same(Placed):
    """Whether two times lie in the same year, month, week (from Monday on) or day of the calendar."""

    ref: Ref
    period: Period
    anchor: Operand
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


Measured = Literal["count", "different", "total", "position"]
"""What is found out about the records that satisfy ``where``, and has a range while some are in doubt.

How many they are; how many different values of ``of`` they have; the sum of these; the place of the record
that asks when they are put in order by it.
"""


class Count(Placed):
    """A comparison of the number of records that satisfy ``where``, or of something else that is measured."""

    BESIDE = ("span", "spelling")

    listed: str
    where: Condition
    operator: Operator
    operands: tuple[Operand, ...]
    spelling: str
    span: Span
    among: Among = "all"
    how: Measured = "count"
    of: Operand | None = None
    descending: bool = False

    @property
    def type(self) -> ValueType:
        """The type of what is compared."""
        return self.of.type if self.how == "total" and self.of is not None else ValueType.COUNT


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


Condition = Test | Window | Same | ReadingIs | All | Any | Not | Some | Count | Pick


def operands_in(condition: Condition) -> tuple[Operand, ...]:
    """Return the values that a condition itself looks at, what is tested first; not those of its parts."""
    match condition:
        case Test(ref, _, operands):
            return (ref, *operands)
        case Window(ref, _, length, _, anchor):
            return (ref, length, anchor)
        case Same(ref, _, anchor):
            return (ref, anchor)
        case Count():
            return condition.operands
        case _:
            return ()


# ---------- values that are computed where they are needed


class Otherwise(Placed):
    """A value, and another that counts where the first certainly is none."""

    value: Operand
    otherwise: Operand
    span: Span


class Extreme(Placed):
    """The latest or earliest of some instants."""

    how: Literal["latest", "earliest"]
    of: tuple[Operand, ...]
    span: Span


class DayEdge(Placed):
    """The beginning or the end of a day or of a calendar period, found by an instant."""

    edge: Edge
    of: Operand
    span: Span


Sought = Literal[
    "count", "different", "total", "least", "greatest", "position", "share",
    "first", "last", "next", "previous", "only",
]  # fmt: skip


class Question(Placed):
    """A question about the records of a list that gives a value.

    ``of`` is what is asked of a record: its fact, an amount, a property of its deadline. ``share``: the part
    of ``amount`` that belongs to the record that asks, in proportion to ``of``.
    """

    how: Sought
    listed: str
    where: Condition
    of: Operand | None
    among: Among
    span: Span
    descending: bool = False
    amount: Operand | None = None


InPlace = Otherwise | Extreme | DayEdge | Question
"""What a rule file computes in place."""


class Computed(Placed):
    """A value that a rule file computes in place, with a name made of what it says.

    ``listed`` is the list of whose records each has its own, None for the whole case.
    """

    name: str
    type: ValueType
    choices: tuple[str, ...]
    listed: str | None
    value: InPlace
    span: Span


def operands_of(value: InPlace) -> tuple[Operand, ...]:
    """Return the operands of a computed value, without what its condition asks."""
    match value:
        case Otherwise(first, otherwise):
            return first, otherwise
        case Extreme(_, of):
            return of
        case DayEdge(_, of):
            return (of,)
        case Question(of=of, amount=amount):
            return tuple(one for one in (of, amount) if one is not None)


# ---------- formulas

Operation = Literal[
    "add", "sub", "mul", "div", "neg", "least", "greatest", "up", "down",
    "days", "whole_days", "whole_months", "whole_years", "business_days",
    "months_between_days", "years_between_days", "business_days_between_days", "ended",
]  # fmt: skip


class Calculation(Placed):
    """An operation of arithmetic on terms; ``ended`` gives an instant of the day that ends at another."""

    op: Operation
    args: tuple[Term, ...]
    span: Span


Term = Ref | Constant | ByReading | Calculation


class Formula(Placed):
    """A cell of a spreadsheet: one line of arithmetic, ``text`` as it was written."""

    BESIDE = ("span", "text")

    text: str
    term: Term
    span: Span

    @property
    def names(self) -> tuple[Operand, ...]:
        """The names in it, each once, in the order in which they are written."""
        found: dict[Operand, None] = {}
        for one in leaves_of_term(self.term):
            if not isinstance(one, Constant):
                found.setdefault(one)
        return tuple(found)


def divides(term: Term) -> bool:
    """Tell whether a term divides by what could be zero, so that it may have no result."""
    if not isinstance(term, Calculation):
        return False
    divisor = term.args[-1]
    is_safe = term.op != "div" or (isinstance(divisor, Constant) and divisor.value != 0)
    return not is_safe or any(map(divides, term.args))


def leaves_of_term(term: Term) -> Iterator[Operand]:
    """Return the values that a term is calculated from, from left to right."""
    if isinstance(term, Calculation):
        for part in term.args:
            yield from leaves_of_term(part)
    else:
        yield term


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
        case Test() | Window() | Same() | ReadingIs():
            return


def of_set(condition: Condition) -> Test | None:
    """Return the one test of a set that a condition spells out, with the days of its versions, or None.

    It has no operands: what it says is the name of the set, whatever the values are.
    """
    found = {(one.ref, one.named) for one in _spelled_out(condition)}
    if len(found) != 1:
        return None
    ((ref, named),) = found
    return Test(ref, "one_of", (), "in", condition.span, named) if named else None


def _spelled_out(condition: Condition) -> Iterator[Test]:
    """Yield the tests for values of sets below ``all`` and ``any``; of what is no set, one without a name."""
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from _spelled_out(part)
        case Test() if condition.named:
            if condition.operator == "one_of":
                yield condition
        case _:
            yield _NO_SET


_NO_SET = Test(Ref("", "fact", ValueType.TEXT, None, Span("")), "one_of", (), "", Span(""))


def asks_this(condition: Condition) -> bool:
    """Tell whether the answer to a question depends on the record at which ``for_each`` stands."""
    for part in parts_of(condition):
        if isinstance(part, Some | Count | Pick) and part.among != "all":
            return True
        if isinstance(part, Count) and (part.how == "position" or is_of_this(part.of)):
            return True
        if any(ref.this for ref in _refs(operands_in(part))):
            return True
    return False


def is_of_this(operand: Operand | None) -> bool:
    """Tell whether a value depends on the record at which ``for_each`` stands."""
    return operand is not None and any(ref.this for ref in _refs((operand,)))


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
