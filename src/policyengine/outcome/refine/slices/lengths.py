"""What lengths of time do that are not as many seconds everywhere: months, and days of the calendar."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from policyengine.model.conditions import Condition, Operand, Ref, Window
from policyengine.model.counting import CountingRule
from policyengine.outcome.refine.once import once
from policyengine.outcome.refine.slices.behind import Behind
from policyengine.outcome.refine.slices.flow import Flow
from policyengine.outcome.refine.slices.motion import Motion
from policyengine.semantics.readings import choose_counting, choose_operand
from policyengine.values.literals import ValueType


class Lengths:
    """How the lengths behind one node are counted."""

    def __init__(self, behind: Behind, flow: Flow, motion: Motion) -> None:
        """``flow`` tells where values go, ``motion`` what moves with them."""
        self.behind = behind
        self.flow = flow
        self.motion = motion

    @once
    def falls_back(self, name: str) -> bool:
        """Tell whether a length could end earlier though an instant, at which it begins, is later.

        From 30 January 10:00 and from 31 January 09:00, one month ends on the same day.
        """
        moved = self.motion.moved(name)
        for deadline in self.behind.deadlines():
            starts = [deadline.ends or deadline.starts, *deadline.instants_of_pauses]
            if self._can_fall_back(starts, deadline.within, deadline.counting, moved):
                return True
        windows = (one.condition for one in self.behind.asked if isinstance(one.condition, Window))
        return any(
            self._can_fall_back([window.starts, window.ends], window.length, window.counting, moved)
            for window in windows
        )

    def _can_fall_back(
        self,
        starts: Iterable[Operand],
        length: Operand | None,
        counting: Iterable[CountingRule],
        moved: Collection[str],
    ) -> bool:
        names = {self.behind.name_of(one) for one in starts}
        if length is None or names.isdisjoint(moved):
            return False
        readings = self.behind.readings
        can_be_months = choose_operand(length, readings).type in (ValueType.MONTHS, ValueType.LENGTH)
        return can_be_months and choose_counting(counting, readings).days == "rolling"

    @once
    def tells_days_from_hours(self, name: str) -> bool:
        """Tell whether it matters if a length is given in days or in hours.

        It does to a clock that counts days by the calendar, and where rules give the length beside another:
        a day contradicts 24 hours.
        """
        flow = self.flow.of(name)
        given = (one for pairs in self.behind.rivals.values() for pair in pairs for one in pair)
        if any(isinstance(one, Ref) and one.name in flow for one in given):
            return True
        for deadline in self.behind.deadlines():
            within = self.behind.name_of(deadline.within)
            if within in flow and self._is_by_calendar(deadline.counting):
                return True
        return any(self._counts_days(one.condition, flow) for one in self.behind.asked)

    def _counts_days(self, asked: Condition, lengths: frozenset[str]) -> bool:
        """Tell whether a window counts one of some lengths by the calendar."""
        if not isinstance(asked, Window) or self.behind.name_of(asked.length) not in lengths:
            return False
        return self.motion.has_date(asked) or self._is_by_calendar(asked.counting)

    def _is_by_calendar(self, counting: Iterable[CountingRule]) -> bool:
        return choose_counting(counting, self.behind.readings).days == "calendar"
