"""The tests that decided something, each with what it met."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen
from policyengine.model.case import Key
from policyengine.model.conditions import (
    Count,
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
from policyengine.semantics.findings import State, Truth

if TYPE_CHECKING:
    from policyengine.outcome.explain import Explanation


class Leaf(Frozen):
    """One test with what it met: why a condition came out as it did.

    ``truth`` already counts a ``not`` around the test (``negated``).
    """

    explanation: Explanation
    condition: Test | Window | Same | ReadingIs | Some | Count | Pick
    truth: Truth
    negated: bool
    record: int | None

    @property
    def span(self) -> Span:
        """Return where the test is written."""
        return self.condition.span

    @property
    def looked_at(self) -> tuple[Looked, ...]:
        """Return every record that a question about a list looked at, in the order in which it looked."""
        match self.condition:
            case Some() | Count():
                return self.explanation.looked_at(self.condition)
            case Pick():
                return self.explanation.picked(self.condition, self.record)
            case _:
                return ()

    @property
    def left(self) -> State | None:
        """Return the state of what is tested; None for other questions."""
        if not isinstance(self.condition, Test | Window | Same):
            return None
        return self.explanation.state_of(self.condition.ref, self.record)

    @property
    def right(self) -> tuple[State, ...]:
        """Return the states of what it is compared with."""
        return tuple(self.explanation.state_of(one, self.record) for one in self.limits)

    @property
    def limits(self) -> tuple[Operand, ...]:
        """Return what is compared with; of a window the length, then the anchor."""
        operands = operands_in(self.condition)
        return operands if isinstance(self.condition, Count) else operands[1:]

    @property
    def number(self) -> tuple[int, int] | None:
        """Return the bounds of the number of records that a count found; None for an unknown list."""
        if not isinstance(self.condition, Count):
            return None
        return self.explanation.count(self.condition)

    def key_of(self, ref: Ref) -> Key:
        """Return what a name of the test stands for."""
        record = self.explanation.this if ref.this else self.record
        return ref.name, record if ref.listed else None


class Either(Frozen):
    """Several ways of which one is enough, each with the tests that decided it.

    Of a true or undetermined one only the ways that are so too; where one way is left, its tests stand alone.
    """

    truth: Truth
    ways: tuple[tuple[Part, ...], ...]
    span: Span


Part = Leaf | Either


class Looked(Frozen):
    """A record that a question about a list looked at: whether it matches, and the tests that say so.

    Where one record is picked, ``answer`` is whether it is as asked, and ``asked`` are the tests of that;
    None for a record that cannot be the one.
    """

    record: int
    truth: Truth
    parts: tuple[Part, ...]
    answer: Truth | None = None
    asked: tuple[Part, ...] = ()


def leaves_of(parts: Iterable[Part]) -> Iterator[Leaf]:
    """Return all tests of parts, whichever way they belong to, without those of records."""
    for part in parts:
        if isinstance(part, Leaf):
            yield part
        else:
            for way in part.ways:
                yield from leaves_of(way)
