"""What moves with a value: what is computed from it, and the ends of clocks that are counted from it."""

from __future__ import annotations

from collections.abc import Iterable

from policyengine.model.conditions import Window
from policyengine.model.counting import CountingRule
from policyengine.model.rulebook import Deadline
from policyengine.outcome.refine.once import once
from policyengine.outcome.refine.slices.behind import Behind
from policyengine.outcome.refine.slices.flow import Flow
from policyengine.semantics.readings import choose_counting, choose_operand
from policyengine.semantics.strata import DUE
from policyengine.values.literals import ValueType


class Motion:
    """What moves with values behind one node."""

    def __init__(self, behind: Behind, flow: Flow) -> None:
        """``flow`` tells where values go."""
        self.behind = behind
        self.flow = flow

    @once
    def moved(self, name: str, only_rigid: bool = False, /) -> frozenset[str]:
        """Return what moves with a value, also through clocks; ``only_rigid``: by as much as the value."""
        moved = set(self.flow.of(name))
        while True:
            more: set[str] = set()
            for deadline in self.behind.deadlines():
                more |= self._moved_of_clock(deadline, moved, only_rigid)
            if not only_rigid:
                more |= {to for to, edge in self.behind.edges_of_days if edge in moved}
            more = {to for one in more for to in self.flow.of(one)} - moved
            if not more:
                return frozenset(moved)
            moved |= more

    def _moved_of_clock(self, deadline: Deadline, moved: set[str], only_rigid: bool) -> set[str]:
        """Return what of a clock moves, if some names do."""
        found: set[str] = set()
        measured = map(self.behind.name_of, (*deadline.measured, *deadline.instants_of_pauses))
        if not moved.isdisjoint(one for one in measured if one is not None) and (
            not only_rigid or self.is_rigid(deadline)
        ):
            found |= {deadline.id + DUE, f"{deadline.id}.settled_at"}
            found |= {f"{deadline.id}.left"} if deadline.pauses else set()
        if not moved.isdisjoint(event.name for event in (*deadline.met_by, *deadline.stopped_by)):
            found.add(f"{deadline.id}.settled_at")
        return found

    def is_rigid(self, deadline: Deadline) -> bool:
        """Tell whether a clock ends as much later as what it is counted from is."""
        if deadline.pauses or deadline.zone is not None:
            return False
        if deadline.within is None:
            return True
        within = choose_operand(deadline.within, self.behind.readings)
        return within.type is ValueType.DURATION and self._is_rigid_counting(deadline.counting)

    def is_rigid_window(self, window: Window) -> bool:
        """Tell whether the end of a length moves by as much as the instant at which it begins."""
        return (
            window.length.type is ValueType.DURATION
            and not self.has_date(window)
            and self._is_rigid_counting(window.counting)
        )

    def has_date(self, window: Window) -> bool:
        """Tell whether a window is counted from or to a date, and not an instant."""
        times = (choose_operand(one, self.behind.readings) for one in (window.ref, window.anchor))
        return any(one.type is ValueType.DATE for one in times)

    def _is_rigid_counting(self, rules: Iterable[CountingRule]) -> bool:
        counting = choose_counting(rules, self.behind.readings)
        return counting.hours == "continuous" and counting.days == "rolling"
