"""Deadlines: from when, within what, until when, and what met them."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import marked
from policyengine.model.case import Key
from policyengine.model.rulebook import Deadline
from policyengine.outcome.deciding import ByChoice, choice
from policyengine.outcome.supports import counting_aspects
from policyengine.render.why.figures import Figures
from policyengine.render.why.leaves import Leaves
from policyengine.render.why.walk import Walk
from policyengine.semantics.deadlines import MISSED, has_run_out
from policyengine.semantics.findings import ABSENT, Absent, DeadlineFinding, Known, State, Truth, Unknown
from policyengine.values.literals import ValueType

_IN_TIME, _TOO_LATE = marked("met by an act at {instant}"), marked("met too late, by an act at {instant}")
_NOT_MET = marked("what would meet it has not happened:")
_PERHAPS_MET = marked("whether it has been met is not known:")
_STOOD = marked("its clock was paused from {start} until {end}")
_PERHAPS_STOOD = marked("its clock may be paused from {start} until {end}:")
_OWED_UNTIL = marked("it is required until:")


class Clocks:
    """Tells the deadlines of one decision."""

    def __init__(self, walk: Walk, leaves: Leaves, figures: Figures) -> None:
        """``figures`` tells the parts of a clock as it tells those of an amount."""
        self.walk = walk
        self.leaves = leaves
        self.figures = figures
        self.say = walk.say
        self.naming = walk.naming
        self.explanation = walk.explanation
        self.book = walk.book
        self.decision = walk.decision

    def deadline(self, key: Key, depth: int) -> Iterator[str]:
        """Tell the clock of a deadline, and what met it."""
        if self.walk.has_told("deadline", key):
            yield self.walk.above(depth)
            return
        deadline = self.book.deadlines[key[0]]
        finding = self.decision.findings.deadlines[key]
        yield self.walk.line(depth, self.walk.placed(deadline.span, deadline.source), "faint")
        yield from self.figures.exists(deadline, key[1], finding.exists, depth)
        if finding.exists is Truth.FALSE:
            return
        yield self.walk.line(depth, self._clock(key))
        for told in self.naming.by_place(finding):
            yield self.walk.line(depth + 1, told)
        for operand in deadline.measured:
            yield from self.figures.term(operand, key[1], depth + 1)
        yield from self._pauses(finding, depth + 1)
        for chosen in self._countings(deadline, finding):
            yield from self.leaves.choice(chosen, depth + 1)
        yield from self._act(deadline, finding, key[1], depth)

    def _pauses(self, finding: DeadlineFinding, depth: int) -> Iterator[str]:
        """Tell the times in which a clock stood still or may have, and what is left of it."""
        for pause in finding.pauses:
            begin, end = (self._instant(one) for one in (pause.begin, pause.end))
            if pause.is_certain and isinstance(pause.end, Absent):
                yield self.walk.line(depth, self.say("its clock is paused from {start} on", start=begin))
                continue
            template = _STOOD if pause.is_certain else _PERHAPS_STOOD
            yield self.walk.line(depth, self.say(template, start=begin, end=end))
            if not pause.is_certain:
                reason = self.naming.waits(pause.all_waits)
                yield self.walk.line(depth + 1, reason)
        if isinstance(finding.left, Known):
            left = self.naming.typed(finding.left.value, ValueType.DURATION)
            yield self.walk.line(depth, self.say("{span} left", span=left))

    def _instant(self, state: State) -> str:
        if isinstance(state, Known):
            return self.naming.typed(state.value, ValueType.INSTANT)
        return self.naming.no_value(state)

    def _countings(self, deadline: Deadline, finding: DeadlineFinding) -> Iterator[ByChoice]:
        """Return the readings by which the length of a deadline is counted."""
        length = ABSENT if finding.length is None else finding.length
        aspects = counting_aspects(length, deadline.counting, self.explanation.readings)
        if deadline.met_by:
            aspects = (*aspects, "end")
        for rule in deadline.counting:
            if rule.assumption is not None and rule.aspect in aspects:
                yield choice(self.explanation, rule.assumption)

    def _act(
        self, deadline: Deadline, finding: DeadlineFinding, record: int | None, depth: int
    ) -> Iterator[str]:
        """Tell what met a deadline, or which act is not known."""
        if isinstance(finding.acted, Known):
            acted = self.naming.typed(finding.acted.value, ValueType.INSTANT)
            template = _TOO_LATE if has_run_out(finding.status) else _IN_TIME
            yield self.walk.line(depth, self.say(template, instant=acted))
            return
        if not deadline.met_by or isinstance(finding.start, Absent):
            return
        yield self.walk.line(depth, self.say(_NOT_MET if isinstance(finding.acted, Absent) else _PERHAPS_MET))
        for act in deadline.met_by:
            key = (act.name, record if act.listed else None)
            if not self.walk.is_given(act.name) and isinstance(self.explanation.values[key], Unknown):
                yield from self.walk.explain(key, depth + 1)
            else:
                yield self.walk.found(key, depth + 1)
        yield from self._given_up(deadline, finding, record, depth)

    def _given_up(
        self, deadline: Deadline, finding: DeadlineFinding, record: int | None, depth: int
    ) -> Iterator[str]:
        """Tell after which events nobody asks any more for what was missed; they may rest on the clock."""
        if deadline.owed_until and finding.status == MISSED:
            yield self.walk.line(depth, self.say(_OWED_UNTIL))
            for event in deadline.owed_until:
                yield self.walk.found((event.name, record if event.listed else None), depth + 1)

    def _clock(self, key: Key) -> str:
        finding = self.decision.findings.deadlines[key]
        if finding.ends is not None:
            return self._clock_until(key, finding)
        length = "" if finding.length is None else self._length(finding.length)
        if isinstance(finding.start, Absent):
            return self.say(
                "its clock has not started: what starts it has not happened; within {length}", length=length
            )
        if finding.pauses and isinstance(finding.due, Absent):
            start = self._instant(finding.start)
            return self.say("from {start}, within {length}; its end is open", start=start, length=length)
        return self.say(
            "from {start}, within {length}, until {due}",
            start=self._instant(finding.start),
            length=length,
            due=self.naming.state(finding.due, f"{key[0]}.due"),
        )

    def _length(self, length: State) -> str:
        if isinstance(length, Known):
            return self.naming.typed(length.value, ValueType.DURATION)
        return self.naming.no_value(length)

    def _clock_until(self, key: Key, finding: DeadlineFinding) -> str:
        """Return how a clock runs that ends at an instant, or a length before one."""
        due = self.naming.state(finding.due, f"{key[0]}.due")
        if isinstance(finding.start, Absent):
            return self.say(
                "its clock has not started: what starts it has not happened; until {due}", due=due
            )
        start = self._instant(finding.start)
        if finding.length is None or finding.ends is None:
            return self.say("from {start} until {due}", start=start, due=due)
        return self.say(
            "from {start} until {due}: {length} before {instant}",
            start=start,
            due=due,
            length=self._length(finding.length),
            instant=self.naming.state(finding.ends, f"{key[0]}.due"),
        )
