"""What is found out about a case while it is read otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar
from weakref import proxy

from policyengine.engines.closures import FALSE, Answer, both
from policyengine.engines.memory import WHOLE_CASE, WorkingMemory
from policyengine.engines.rereading.others import AskingClock, AskingRule, Rereading
from policyengine.model.case import Case, Key
from policyengine.semantics.deadlines import Span, end_of
from policyengine.semantics.findings import Findings, Known, Truth
from policyengine.values.literals import Duration

Found = TypeVar("Found")


class RereadMemory(WorkingMemory):
    """What is found out about a case: under the readings chosen, but for what a recalculation has changed."""

    def __init__(self, rereading: Rereading, case: Case, as_of: int, findings: Findings) -> None:
        super().__init__(rereading, case, as_of, findings.records)
        self.rereading = rereading
        self.found = findings
        self.other = "", ""
        """The assumption that is read otherwise, and how."""
        self.changed: set[str] = set()
        """The names that have come out otherwise."""
        self._applied: dict[str, Answer] = {}
        self._deadlines = findings.deadlines
        values, rules, spans = findings.at_hand
        self.values, self.rules = _Taken(values), _Taken(rules)
        # What it has does not hold it: it waits for no collection.
        self.spans = _Spans(proxy(self)) if spans is None else _Taken(spans)

    def each(self, listed: str | None) -> Sequence[int | None]:
        """Return the records of a list that are seen; None for the whole case."""
        return WHOLE_CASE if listed is None else (self.seen[listed] or ())

    def begin(self, assumption: str, reading: str) -> None:
        """Begin to compute under another reading; without one, everything is again as it was found."""
        self.other = assumption, reading
        self.changed = set()
        self._scopes = {}
        self.kept = {}
        self.conflicts = {}
        self._standing = {}

    def applies(self, policy: str) -> Answer:
        """Return whether a policy applies to the case, as far as that has been computed."""
        found = self._scopes.get(policy)
        if found is None:
            graph = self.rereading.graph
            is_asked = self.other[0] in graph.asked_by_scopes[policy]
            if is_asked or not graph.read_by_scopes[policy].isdisjoint(self.changed):
                found = self.rereading.scope(policy, *self.other)(self, None)
            else:
                found = self._as_found(policy)
            self._scopes[policy] = found
        return found

    def _as_found(self, policy: str) -> Answer:
        found = self._applied.get(policy)
        if found is None:
            found = self._applied[policy] = self.rereading.scope(policy, "", "")(self, None)
        return found

    def is_out_of_force(self, policy: str) -> bool:
        """Tell whether a policy does not apply under the readings chosen."""
        return self._as_found(policy)[0] is Truth.FALSE

    def is_moved(self, rule: AskingRule) -> bool:
        """Tell whether a rule comes out otherwise under another reading if nothing else does."""
        before, after = self.rules[rule.key], self._otherwise(rule)
        return after[0] is not before.truth or after[1] != before.waits

    def may_move(self, rule: AskingRule) -> bool:
        """Tell whether it does, or may once the case says more."""
        return self._otherwise(rule)[0] is Truth.UNDETERMINED or self.is_moved(rule)

    def _otherwise(self, rule: AskingRule) -> Answer:
        """Return whether a rule holds under another reading if nothing else comes out otherwise."""
        scope = FALSE if rule.when is None else self._as_found(rule.policy)
        if rule.when is None or scope[0] is Truth.FALSE:
            return FALSE
        return both(scope, rule.when(self, None))

    def is_counted(self, clock: AskingClock, record: int | None) -> bool:
        """Tell whether a clock runs otherwise if its time is counted otherwise, or perhaps does."""
        found = self._deadlines[clock.deadline, record]
        start, length = found.start, found.length
        if found.exists is not Truth.TRUE or found.pauses or found.ends is not None or found.zone is not None:
            return True
        if type(start) is not Known or type(length) is not Known:
            return True
        assert isinstance(start.value, int) and isinstance(length.value, Duration)
        end = end_of(start.value, length.value, clock.clocks[clock.follows(self, record)[0] is Truth.TRUE])
        return found.due != Known(end.instant) or found.provisional is not end.provisional

    def runs_the_same(self, deadline: Key, before: Span | None) -> bool:
        """Tell whether a clock that was computed again runs as ``before``, if that is known, or as found."""
        span = self.spans[deadline]
        if before is not None:
            return span == before
        found = self._deadlines[deadline]
        if span.exists is not found.exists or span.exists is Truth.UNDETERMINED:
            return False
        if span.exists is Truth.FALSE:
            return True
        times = (span.start, span.length, span.due, span.provisional)
        is_plain = span.ends is None and span.zone is None and not span.pauses and not found.pauses
        return is_plain and times == (found.start, found.length, found.due, found.provisional)

    def is_otherwise(self, policy: str, assumption: str, reading: str) -> bool:
        """Tell whether a policy applies otherwise where it asks for the reading of an assumption."""
        return self.rereading.scope(policy, assumption, reading)(self, None) != self._as_found(policy)

    def is_still_out_of_force(self, policy: str) -> bool:
        """Tell whether a policy does not apply, as before."""
        if self.applies(policy)[0] is not Truth.FALSE:
            return False
        graph = self.rereading.graph
        return self.other[0] not in graph.asked_by_scopes[policy] and graph.read_by_scopes[policy].isdisjoint(
            self.changed
        )


class _Taken(dict[Key, Found]):
    """What has been found, taken from the findings when it is first asked for."""

    __slots__ = ("_found",)

    def __init__(self, found: Mapping[Key, Found]) -> None:
        if isinstance(found, dict):  # the more of it has been asked for, the less is to be asked for again
            self.update(found)
        self._found = found

    def __missing__(self, key: Key) -> Found:
        found = self[key] = self._found[key]
        return found


class _Spans(dict[Key, Span]):
    """How the clocks of deadlines run, of those that need not be computed again."""

    __slots__ = ("_memory",)

    def __init__(self, memory: RereadMemory) -> None:
        self._memory = memory

    def __missing__(self, key: Key) -> Span:
        rereading = self._memory.rereading
        rereading.step(rereading.graph.dues[key[0]], "", "")(self._memory, key[1])
        return self[key]
