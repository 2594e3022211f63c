"""Deadlines as source: when each ends, and what it has come to."""

from __future__ import annotations

from collections.abc import Sequence

from policyengine.compile.dependencies import names_of
from policyengine.compile.plan import Const, Due, Plan, Read, Status
from policyengine.engines.closures import counting_of
from policyengine.engines.compiled.expressions import Condition, Traits, Value
from policyengine.engines.compiled.source import Source, tuple_of
from policyengine.frozen import Frozen
from policyengine.values.business_time import LATEST
from policyengine.values.literals import LONGEST_SECONDS, Duration


class _Clock(Frozen):
    """What a clock has come to is found out from: ``end`` is the variable of when it ends."""

    start: Value
    end: str
    acts: Sequence[Value]
    stops: Sequence[Value]


def _is_slow(cell: Due) -> bool:
    """Tell whether what a clock comes to is asked of the shared meaning."""
    return cell.ends is not None or bool(cell.pauses) or cell.zone is not None


class Clocks:
    """Writes the deadlines of one Plan."""

    def __init__(self, source: Source, plan: Plan) -> None:
        """``source`` is written to."""
        self.source = source
        cells = (cell for stratum in plan.strata for cell in stratum.cells)
        self._dues = {cell.deadline: cell for cell in cells if isinstance(cell, Due)}
        self._doubtful: set[str] = set()
        """Deadlines of which it can be undetermined whether they exist."""

    def due(self, cell: Due, place: str, exists_if: Condition) -> Traits:
        """Write when a deadline ends, where it exists."""
        if cell.length is None or _is_slow(cell):
            return self._slow_due(cell, place, exists_if)
        due, exists, provisional, end = (variable + place for variable in self.source.variables_of(cell))
        start, length = self.source.scope.value(cell.start), self.source.scope.value(cell.length)
        self.source.write(f"{exists} = {exists_if.as_number}")
        self.source.write(f"{end}, {provisional} = None, False")
        known = [f"{one.text} is not None" for one in (start, length) if one.may_be_absent]
        unknown = [one.is_unknown for one in (start, length) if one.marks]
        with self.source.block(f"if {' and '.join((exists, *known))}:"):
            if unknown:
                marks = [
                    f"{one.text} is {mark}" for one in (start, length) for mark in one.marks if mark != "V"
                ]
                value = f"U if {' or '.join(marks)} else V" if marks else "V"
                with self.source.block(f"if {' or '.join(unknown)}:"):
                    self.source.write(f"{end} = {value}")
                with self.source.block("else:"):
                    self._end(cell, end, provisional, start, length)
            else:
                self._end(cell, end, provisional, start, length)
        if not exists_if.is_two_valued:
            self._doubtful.add(cell.deadline)
            self.source.write(f"{due} = U if {exists} == 1 and {end} is not None else {end}")
        elif due != end:
            self.source.write(f"{due} = {end}")
        return Traits("UV" if unknown else "" if exists_if.is_two_valued else "U", True)

    def _slow_due(self, cell: Due, place: str, exists_if: Condition) -> Traits:
        """Write when a deadline ends that is not spelled out: the shared meaning."""
        due, exists, provisional, end, *pauses = (
            variable + place for variable in self.source.variables_of(cell)
        )
        self.source.write(f"{exists} = {exists_if.as_number}")
        self.source.write(f"{end}, {provisional} = None, False")
        if cell.pauses:
            self.source.write(f"{pauses[0]} = []")
        with self.source.block(f"if {exists}:"):
            if cell.pauses:
                self._pauses(cell, pauses[0], place)
            self.source.write(f"{end}, {provisional} = slow.due({self._span(cell, pauses)}, as_of)")
        if not exists_if.is_two_valued:
            self._doubtful.add(cell.deadline)
        doubt = f"U if {exists} == 1 and {end} is not None else {end}"
        self.source.write(f"{due} = {end if exists_if.is_two_valued else doubt}")
        return Traits("UV", True)

    def _span(self, cell: Due, pauses: Sequence[str]) -> str:
        """Return the source of what the time that a deadline gives is found out from."""
        value = self.source.scope.value
        operands = cell.ends, cell.length, cell.zone
        ends, length, zone = ("None" if one is None else value(one).text for one in operands)
        stretches = pauses[0] if pauses else "()"
        start, follows = value(cell.start).text, self._follows(cell)
        return f"{cell.deadline!r}, {start}, {length}, {follows}, {ends}, {stretches}, {zone}"

    def _pauses(self, cell: Due, found: str, place: str) -> None:
        """Write the times in which a clock stands still, or may."""
        source, scope = self.source, self.source.scope
        for pause in cell.pauses:
            asked = pause.question
            if asked is None:
                begin, end = scope.value(pause.begin), scope.value(pause.end)
                source.write(f"{found}.append((3, {begin.text}, {end.text}))")
                continue
            this, scope.this = scope.this, place.strip("[]") if asked.this is not None else ""
            if source.may_be_unknown[asked.listed]:
                source.write(f"if {source.lists[asked.listed]} is None: {found}.append((1, U, U))")
            with source.each(asked.listed, [asked.where, pause.begin, pause.end]):
                truth = scope.condition(asked.where).as_number
                begin, end = scope.value(pause.begin), scope.value(pause.end)
                source.write(f"{found}.append(({truth}, {begin.text}, {end.text}))")
            scope.this = this

    def _end(self, cell: Due, end: str, provisional: str, start: Value, length: Value) -> None:
        """Write when a clock ends of which start and length are known."""
        seconds = self._seconds(cell, length)
        if seconds:
            self.source.write(f"{end} = {start.text} + {seconds}")
            self.source.write(f"if {end} >= {LATEST}: {end}, {provisional} = {LATEST}, True")
        else:
            args = f"{start.text}, {length.text}, {self._follows(cell)}"
            self.source.write(f"{end}, {provisional} = ENDS[{cell.deadline!r}]({args})")

    def _follows(self, cell: Due) -> str:
        """Return the source of whether a clock certainly starts where another ran out."""
        found = self.source.scope.condition(cell.follows)
        return found.text if found.is_two_valued else f"{found.text} == 3"

    def _seconds(self, cell: Due, length: Value) -> str:
        """Return the source of the seconds that a length always has; empty where a calendar counts it."""
        counting = counting_of(cell.counting)
        if length.sort != "duration" or (counting.hours, counting.days) != ("continuous", "rolling"):
            return ""
        if isinstance(cell.length, Const) and isinstance(cell.length.value, Duration):
            return str(cell.length.value.seconds)
        is_calculated = isinstance(cell.length, Read) and cell.length.name in self.source.scope.calculated
        return f"min(max({length.key}, 0), {LONGEST_SECONDS})" if is_calculated else length.key

    def status(self, cell: Status, place: str) -> Traits:
        """Write what a deadline has come to, and when."""
        clock = self._dues[cell.name]
        if clock.length is None or _is_slow(clock):
            return self._slow_status(cell, clock, place)
        status, settled = (self.source.slots[name] + place for name in names_of(cell))
        _, exists, _, end = (variable + place for variable in self.source.variables_of(clock))
        start, length = self.source.scope.value(clock.start), self.source.scope.value(clock.length)
        acts, stops = ([self.source.scope.value(one) for one in events] for events in (cell.acts, cell.stops))
        unknown = [one.is_unknown for one in (start, length, *acts, *stops) if one.marks]
        self.source.write(f"{status} = {settled} = None")
        with self.source.block(f"if {exists}:"):
            chain = self.source.chain()
            if start.may_be_absent:
                with chain.when(start.is_absent):
                    self.source.write(f"{status} = 'not_started'")
            if unknown:
                span = f"{start.text}, {length.text}, {self._follows(clock)}"
                args = f"{span}, {tuple_of(acts)}, {tuple_of(stops)}"
                with chain.when(" or ".join(unknown)):
                    self.source.write(f"{status}, {settled} = slow.status({cell.name!r}, {args}, as_of)")
            if length.may_be_absent:
                with chain.when(length.is_absent):
                    self.source.write("pass")
            with chain.otherwise():
                self._settle(cell, status, settled, _Clock(start, end, acts, stops))
            if cell.name in self._doubtful:
                with self.source.block(f"if {exists} == 1:"):
                    self.source.write(f"if {status} is not None: {status} = U")
                    self.source.write(f"if {settled} is not None: {settled} = U")
        marks = "UV" if unknown else "U" if cell.name in self._doubtful else ""
        return Traits(marks, True)

    def _slow_status(self, cell: Status, clock: Due, place: str) -> Traits:
        """Write what a deadline has come to that is not spelled out."""
        names = [self.source.slots[name] + place for name in names_of(cell)]
        _, exists, _, _, *pauses = (variable + place for variable in self.source.variables_of(clock))
        acts, stops = (
            tuple_of([self.source.scope.value(one) for one in events]) for events in (cell.acts, cell.stops)
        )
        self.source.write(f"{' = '.join(names)} = None")
        with self.source.block(f"if {exists}:"):
            args = f"{self._span(clock, pauses)}, {acts}, {stops}, as_of"
            found = f"{', '.join(names)}, = slow.standing({args})" if cell.stands else ""
            self.source.write(found or f"{', '.join(names)}, _ = slow.standing({args})")
            if cell.name in self._doubtful:
                with self.source.block(f"if {exists} == 1:"):
                    for name in names:
                        self.source.write(f"if {name} is not None: {name} = U")
        return Traits("UV", True)

    def _settle(self, cell: Status, status: str, settled: str, clock: _Clock) -> None:
        """Write what a clock has come to of which everything is known."""
        sign = "<=" if cell.end == Const("included", "choice") else "<"
        acted, stopped = self._earliest(clock.acts), self._earliest(clock.stops)
        chain = self.source.chain()
        if acted:
            before = f" and ({stopped} is None or {acted} <= {stopped})" if stopped else ""
            with chain.when(f"{acted} is not None and {acted} {sign} {clock.end}{before}"):
                self.source.write(f"{status}, {settled} = 'met', {acted}")
        if stopped:
            with chain.when(f"{stopped} is not None and {stopped} {sign} {clock.end}"):
                self.source.write(f"{status}, {settled} = 'stopped', {stopped}")
        if not clock.start.is_past:
            with chain.when(f"{clock.start.text} > as_of"):
                self.source.write(f"{status} = 'not_started'")
        with chain.when(f"as_of {sign} {clock.end}"):
            self.source.write(f"{status} = 'open'")
        with chain.otherwise():
            self.source.write(f"{status}, {settled} = {cell.over!r}, {clock.end}")

    def _earliest(self, events: Sequence[Value]) -> str:
        """Write which of some events came first, and return its variable; empty if there are none."""
        different = list(dict.fromkeys(events))
        if not different:
            return ""
        if len(different) == 1 and different[0].is_past:
            return different[0].text
        first = self.source.names.new("first")
        self.source.write(f"{first} = None")
        for number, event in enumerate(different):
            tests = [f"{event.text} is not None"] if event.may_be_absent else []
            tests += [] if event.is_past else [f"{event.text} <= as_of"]
            tests += [f"({first} is None or {event.text} < {first})"] if number else []
            self.source.write(f"if {' and '.join(tests) or 'True'}: {first} = {event.text}")
        return first
