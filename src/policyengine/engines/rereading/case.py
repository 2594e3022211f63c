"""One case under other readings."""

from __future__ import annotations

from collections.abc import Set
from functools import cached_property

from policyengine.compile.plan import Due, Status
from policyengine.engines.program import listed_of
from policyengine.engines.rereading.graph import Asked, Otherwise, Reach
from policyengine.engines.rereading.memory import RereadMemory
from policyengine.engines.rereading.others import Asking, AskingClock, Other, Rereading
from policyengine.engines.rereading.recalculation import Recalculation
from policyengine.model.case import Case, Key
from policyengine.semantics.deadlines import NOT_STARTED
from policyengine.semantics.findings import Absent, Findings, Truth


class CaseRereading:
    """One case under other readings."""

    def __init__(self, rereading: Rereading, case: Case, as_of: int, findings: Findings) -> None:
        """``findings`` are those under the readings chosen."""
        self.rereading = rereading
        self.case = case
        self.findings = findings
        self._memory = RereadMemory(rereading, case, as_of, findings)
        self._otherwise: dict[tuple[str, str], Otherwise] = {}
        self._still: dict[tuple[str, str], Asked] = {}
        self._idle: dict[int, bool] = {}

    @cached_property
    def reach(self) -> Reach:
        """How far a change goes in this case."""
        graph, memory = self.rereading.graph, self._memory
        silent = (one for one, asked in graph.asked_by_scopes.items() if not asked)
        return graph.reach(frozenset([one for one in silent if memory.is_out_of_force(one)]))

    def otherwise(self, assumption: str, reading: str) -> Otherwise:
        """Return what differs from the findings where an assumption has another reading."""
        found = self._otherwise.get((assumption, reading))
        if found is None:
            states, rules, _ = self._reread(assumption, reading, None)
            found = Otherwise(frozenset(states), frozenset(rules))
            self._otherwise[assumption, reading] = found
        return found

    def moves(self, assumption: str, reading: str, asked: Asked, is_all: bool) -> bool:
        """Tell whether anything of what is asked comes out otherwise under another reading.

        ``is_all``: hardly anybody asks for more, and so nothing else is found out.
        """
        key = assumption, reading
        found = self._otherwise.get(key)
        if found is None:
            if key in self._still and asked.is_in(self._still[key]):
                return False
            if is_all:
                _, _, is_moved = self._reread(assumption, reading, asked)
                if not is_moved:
                    self._still[key] = asked
                return is_moved
            found = self.otherwise(assumption, reading)
        return asked.is_among(found.states, found.rules)

    def is_in_doubt(self, assumption: str, reading: str, asked: Asked) -> bool:
        """Tell whether anything asked about may come out otherwise under another reading, now or later.

        Whatever else a case comes to say, what is known already stays as it is.
        """
        return bool(self._at_once(self.rereading.other(assumption, reading), asked.bits, or_later=True))

    def _reread(self, assumption: str, reading: str, asked: Asked | None) -> tuple[Set[Key], Set[Key], bool]:
        """Return what comes out otherwise, or enough of it, and whether anything of what is asked does."""
        other = self.rereading.other(assumption, reading)
        waiting = self._at_once(other, -1 if asked is None else asked.bits)
        if not waiting:
            return frozenset(), frozenset(), False
        again = Recalculation(self._memory, other, self.reach.beyond)
        is_moved = again.run(waiting, asked)
        return again.states, again.rules, is_moved

    def _at_once(self, other: Other, wanted: int, or_later: bool = False) -> list[int]:
        """Return the nodes that may come out otherwise at once, if something wanted rests on them.

        ``or_later``: also those that may once the case says more.
        """
        memory = self._memory
        beyond = self.reach.beyond
        is_moved = memory.may_move if or_later else memory.is_moved
        found = [one.number for one in other.rules if beyond[one.number] & wanted and is_moved(one)]
        found += [one.number for one in other.clocks if beyond[one.number] & wanted and self._is_counted(one)]
        found += [one for one, what in other.nodes if beyond[one] & wanted and self._may_matter(one, what)]
        for policy in other.policies:
            if or_later or memory.is_otherwise(policy, other.assumption, other.reading):
                graph = self.rereading.graph
                others = (one for one in graph.of_policies[policy] if beyond[one] & wanted)
                found = [*{*found, *others}]
        return found

    def _may_matter(self, number: int, what: Asking) -> bool:
        """Tell whether a node may be in force, and what a reading changes in it may be something to it."""
        if what == "counting" and self._is_idle(number):
            return False
        if what == "missing":
            node, said = self.rereading.graph.nodes[number], self.case.values
            return any((node.name, record) not in said for record in self._memory.each(listed_of(node)))
        policy = self.rereading.graph.policies[number]
        return policy is None or self._memory.applies(policy)[0] is not Truth.FALSE

    def _is_counted(self, clock: AskingClock) -> bool:
        """Tell whether a clock may run otherwise where its time is counted otherwise."""
        if self._is_idle(clock.number):
            return False
        return any(self._memory.is_counted(clock, record) for record in self._memory.each(clock.listed))

    def _is_idle(self, number: int) -> bool:
        """Tell whether a clock does not run, so that it is nothing to it how its time is counted."""
        found = self._idle.get(number)
        if found is None:
            graph = self.rereading.graph
            node = graph.nodes[number]
            assert isinstance(node, Due | Status)
            due = node if isinstance(node, Due) else graph.nodes[graph.dues[node.name]]
            assert isinstance(due, Due)
            found = all(self._does_not_run(due, record) for record in self._memory.each(due.listed))
            self._idle[number] = found
        return found

    def _does_not_run(self, due: Due, record: int | None) -> bool:
        values = self._memory.values
        status = values[f"{due.deadline}.status", record]
        if type(status) is Absent:
            return True
        # Without an end of its own and without pauses, only what nothing has started never ends.
        is_plain = due.ends is None and not due.pauses
        return is_plain and status == NOT_STARTED and type(values[due.name, record]) is Absent
