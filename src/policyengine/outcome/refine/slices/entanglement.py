"""Whether two things that are compared both move with a value, and not alike."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from policyengine.model.conditions import Condition, Constant, Same, Test, Window, operands_in
from policyengine.model.rulebook import Deadline
from policyengine.outcome.refine.once import once
from policyengine.outcome.refine.slices.behind import Behind
from policyengine.outcome.refine.slices.motion import Motion
from policyengine.semantics.readings import choose_counting, choose_operand
from policyengine.semantics.strata import DUE, refs_of_operand
from policyengine.values.literals import UNIT_MONTHS, Duration, ValueType

_TWO = 2


class Entanglement:
    """What is compared behind one node though both sides move."""

    def __init__(self, behind: Behind, motion: Motion) -> None:
        """``motion`` tells what moves."""
        self.behind = behind
        self.motion = motion

    @once
    def is_entangled(self, name: str) -> bool:
        """Tell whether two things that are compared both move with a value, and not alike.

        Instants that are a fixed time apart keep their order wherever they are; the end of business days or
        calendar days and the end of hours, both from the same instant, do not.
        """
        rigid = self.motion.moved(name, True)
        moved = self.motion.moved(name)
        if any(self._moves_pauses(deadline, moved) for deadline in self.behind.deadlines()):
            return True
        if any(self._is_entangling(one.condition, moved, rigid) for one in self.behind.asked):
            return True
        return any(
            (left in moved and right in moved) and not (left in rigid and right in rigid)
            for left, right in self._comparisons()
        )

    def _moves_pauses(self, deadline: Deadline, moved: frozenset[str]) -> bool:
        """Tell whether of a clock that stands still two instants move: a pause that passes it by.

        Such a clock ends earlier and later again; with one of them it ends ever later, or ever earlier.
        """
        names = map(self.behind.name_of, (deadline.starts, *deadline.instants_of_pauses))
        return bool(deadline.pauses) and sum(one in moved for one in names if one is not None) > 1

    def _is_entangling(self, asked: Condition, moved: frozenset[str], rigid: frozenset[str]) -> bool:
        """Tell whether two parts of a window move, and not alike; of the same period, whatever way."""
        if not isinstance(asked, Window | Same):
            return False
        if isinstance(asked, Window) and self._ends_earlier(asked, moved):
            return True
        parts = [self.behind.name_of(one) for one in operands_in(asked)]
        moving = [one for one in parts if one in moved]
        if len(moving) < _TWO:
            return False
        is_length = isinstance(asked, Window) and self.behind.name_of(asked.length) in moved
        is_rigid = isinstance(asked, Window) and self.motion.is_rigid_window(asked)
        return is_length or not rigid.issuperset(moving) or not is_rigid

    def _ends_earlier(self, window: Window, moved: frozenset[str]) -> bool:
        """Tell whether a length can end earlier for a later start that moves: months are not alike."""
        behind = self.behind
        if behind.name_of(window.starts) not in moved or self.motion.has_date(window):
            return False
        length = choose_operand(window.length, behind.readings)
        if isinstance(length, Constant) and isinstance(length.value, Duration):
            counts_months = length.value.unit in UNIT_MONTHS
        else:
            counts_months = length.type not in (ValueType.DURATION, ValueType.BUSINESS_DAYS)
        return counts_months and choose_counting(window.counting, behind.readings).days == "rolling"

    def _comparisons(self) -> Iterator[tuple[str, str]]:
        """Return the names that are compared with each other."""
        for one in self.behind.asked:
            if isinstance(one.condition, Test):
                for operand in one.condition.operands:
                    for ref in refs_of_operand(operand):
                        yield one.condition.ref.name, ref.name
        for deadline in self.behind.deadlines():
            for event in (*deadline.met_by, *deadline.stopped_by):
                yield event.name, deadline.id + DUE
            yield from self._compared_by_clock(deadline)

    def _compared_by_clock(self, deadline: Deadline) -> Iterator[tuple[str, str]]:
        """Return what a clock that can stand still, or ends at an instant, compares with each other."""
        instants = (deadline.starts, deadline.ends, *deadline.instants_of_pauses)
        names = [one for one in map(self.behind.name_of, instants) if one is not None]
        yield from combinations(names, 2)
