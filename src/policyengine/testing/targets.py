"""What there is to exercise, one thing at a time, and how much of it is."""

from __future__ import annotations

from typing import Literal

from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen

Kind = Literal["rule", "condition", "edge", "pause", "counting", "day", "reading", "figure"]
KINDS: tuple[Kind, ...] = ("rule", "condition", "edge", "pause", "counting", "day", "reading", "figure")
Side = Literal["before", "at", "after"]


class Target(Frozen):
    """One thing to be exercised.

    A rule that ``holds``, or counts ``alone`` or ``together`` with others for a fact that they build; that
    no rule holds, so that the ``otherwise`` of a fact counts; a condition that is ``yes`` or ``no``; a side
    of an edge; a clock that can stand still with ``none`` of its pauses, with one that is ``over`` and in an
    ``open`` one; something said of its counting that has ``moved`` its end, or has left it ``still``; the
    ``first`` day of a figure or policy and the day ``before``, or the ``last`` one and the
    day ``after``; a reading, or a figure of an overlay, on which something rests. ``name`` is the rule,
    deadline, amount, policy, parameter, assumption or overlay; ``about`` what a condition asks about, the
    fact, the day, the reading, or the parameter.
    """

    kind: Kind
    name: str
    span: Span
    side: str
    about: str = ""


class Covered(Frozen):
    """How much of one kind is exercised."""

    kind: Kind
    total: int
    covered: int

    @property
    def is_complete(self) -> bool:
        """Tell whether nothing is left."""
        return self.covered == self.total
