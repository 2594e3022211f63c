"""Raw values, as the generated source holds them: a value as it is, None where there is none, or a mark."""

from __future__ import annotations

from typing import Any

from policyengine.compile.plan import Const, Given, Unsaid
from policyengine.semantics.findings import ABSENT, Conflict, Known, Missing, State, Truth, Unknown

PENDING = frozenset((Missing("fact", "", None),))
"""Stands for whatever something waits for."""


class Mark:
    """What a value is that is not known."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        """``name`` is how the source calls it."""
        self.name = name

    def __repr__(self) -> str:
        """Return its name."""
        return self.name


U, V, C = Mark("U"), Mark("V"), Mark("C")
"""Not known, and perhaps none; not known, but there is one; rules contradict each other."""
Raw = Any

FALSE, UNDETERMINED, TRUE = 0, 1, 3
"""Truths as two bits, *possible* and *certain*: ``&`` is Kleene's conjunction, ``|`` his disjunction."""
TRUTHS = {FALSE: Truth.FALSE, UNDETERMINED: Truth.UNDETERMINED, TRUE: Truth.TRUE}
RAW_TRUTHS = {truth: raw for raw, truth in TRUTHS.items()}
_LIFTED = {U: Unknown(PENDING), V: Unknown(PENDING, has_value=True), C: Unknown(PENDING)}


def lift(raw: Raw) -> State:
    """Return the state of a raw value; a conflict is waited for."""
    if raw is None:
        return ABSENT
    return _LIFTED[raw] if type(raw) is Mark else Known(raw)


def drop(state: State) -> Raw:
    """Return the raw value of a state."""
    match state:
        case Known(value):
            return value
        case Unknown(_, has_value):
            return V if has_value else U
        case Conflict():
            return C
        case _:
            return None


def left_out(cell: Given) -> Raw:
    """Return what a fact is where the case is silent. Raises ValueError for a Plan that is not folded."""
    match cell.missing:
        case Unsaid():
            return U if cell.is_event else V
        case Const(value):
            return value
        case _:
            raise ValueError(f"no value of a folded plan: {cell.missing}")
