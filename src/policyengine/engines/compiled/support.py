"""What the generated source calls: the shared meaning of clocks, amounts and overriding.

Here raw values are lifted to states and states are lowered to raw values. What an unknown value waits for is
not known here, only that it waits: whoever wants to know asks the exact engine, for that value alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from policyengine.case import Case
from policyengine.clocks import Clock, end_of, judge_deadline, measure
from policyengine.compile.plan import Amount, Derived, Due, Expr, Given, Parameter, Read, Status
from policyengine.engines.compiled.expressions import FALSE, TRUE, UNDETERMINED
from policyengine.engines.memory import Program, World, counting_of, limits_of, unknown_as, value_on
from policyengine.findings import ABSENT, Conflict, Known, Missing, State, Truth, Unknown
from policyengine.resolution import Candidate as Claim
from policyengine.resolution import resolve
from policyengine.sums import UNLIMITED, Cap, Part, Range, Terms, declared_range, judge_amount, round_fraction
from policyengine.values import LARGEST_COUNT, Duration, local_day

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
Raw = Any
"""A value as it is, None where there is none, or a mark."""

_LIFTED = {U: Unknown(PENDING), V: Unknown(PENDING, has_value=True), C: Unknown(PENDING)}
TRUTHS = {FALSE: Truth.FALSE, UNDETERMINED: Truth.UNDETERMINED, TRUE: Truth.TRUE}


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


class Slow(NamedTuple):
    """The meaning of what is not known, for one case; ``helpers`` are those of the program."""

    helpers: Helpers
    case: Case

    def due(self, deadline: str, exists: int, start: Raw, length: Raw, follows: bool) -> tuple[Raw, bool]:
        """Return when a deadline ends, and whether that is provisional."""
        clock = self.helpers.clocks[deadline][follows]
        span = measure(TRUTHS[exists], PENDING, lift(start), lift(length), clock)
        return drop(span.due_if_any), span.provisional

    def status(
        self,
        deadline: str,
        exists: int,
        start: Raw,
        length: Raw,
        follows: bool,
        acts: Sequence[Raw],
        stops: Sequence[Raw],
        as_of: int,
    ) -> tuple[Raw, Raw]:
        """Return what a deadline has come to, and when."""
        clock = self.helpers.clocks[deadline][follows]
        span = measure(TRUTHS[exists], PENDING, lift(start), lift(length), clock)
        found = judge_deadline(
            span,
            [lift(one) for one in acts],
            [lift(one) for one in stops],
            self.helpers.ends[deadline],
            as_of,
        )
        return drop(found.status), drop(found.settled)

    def amount(
        self,
        name: str,
        exists: int,
        added: Sequence[Raw],
        taken: Sequence[Raw],
        rate: Raw,
        floor: Raw,
        caps: Sequence[tuple[int, Raw]],
        record: int | None,
    ) -> Raw:
        """Return an amount."""
        cell = self.helpers.amounts[name]

        def part(expr: Expr, raw: Raw) -> Part:
            return Part(lift(raw), self._range(expr, record) if type(raw) is Mark else UNLIMITED)

        base, *plus = (part(*one) for one in zip((cell.base, *cell.plus), added, strict=True))
        terms = Terms(
            base,
            plus,
            [part(*one) for one in zip(cell.minus, taken, strict=True)],
            None if cell.rate is None else part(cell.rate, rate),
        )
        limits = [
            Cap(TRUTHS[truth], PENDING, part(cap.limit, limit))
            for cap, (truth, limit) in zip(cell.caps, caps, strict=True)
        ]
        found = judge_amount(
            TRUTHS[exists],
            PENDING,
            terms,
            None if cell.floor is None else part(cell.floor, floor),
            limits,
            cell.rounding,
        )
        return drop(found.result)

    def _range(self, expr: Expr, record: int | None) -> Range:
        fact = self.helpers.given.get(expr.name) if isinstance(expr, Read) else None
        return UNLIMITED if fact is None else declared_range(limits_of(fact, self.case, record))


class Helpers:
    """What the source of one program needs beside itself."""

    def __init__(self, program: Program) -> None:
        """Make the clocks and functions of all cells."""
        self.clocks: dict[str, tuple[Clock, Clock]] = {}
        self.ends: dict[str, Clock] = {}
        self.amounts: dict[str, Amount] = {}
        self.given: dict[str, Given] = {}
        self.facts: dict[str, Callable[[Sequence[int], Sequence[Raw], int | None], Raw]] = {}
        self.figures: dict[str, Callable[[int], Raw]] = {}
        world = program.world
        for cell in (cell for stratum in program.plan.strata for cell in stratum.cells):
            match cell:
                case Given():
                    self.given[cell.name] = cell
                case Derived() if len(cell.candidates) > 1:
                    self.facts[cell.name] = _Resolver(cell).value
                case Parameter():
                    self.figures[cell.name] = _figure(cell, world)
                case Due():
                    counting = counting_of(cell.counting)
                    first, second = (
                        Clock(counting, world.calendar, world.zone, Known(""), is_next)
                        for is_next in (False, True)
                    )
                    self.clocks[cell.deadline] = (first, second)
                case Status():
                    self.ends[cell.name] = Clock(
                        counting_of((("end", cell.end),)), world.calendar, world.zone, Known(cell.over)
                    )
                case Amount():
                    self.amounts[cell.name] = cell
                case _:
                    pass

    def names(self, constants: Mapping[str, Duration]) -> dict[str, object]:
        """Return what the source calls by name."""
        return {
            **constants,
            "U": U,
            "V": V,
            "C": C,
            "NOT": (TRUE, UNDETERMINED, None, FALSE),
            "MANY": (0, LARGEST_COUNT + 1),
            "ENDS": {deadline: _end(clocks) for deadline, clocks in self.clocks.items()},
            "FIGURES": self.figures,
            "FACTS": self.facts,
            "ROUND": round_fraction,
        }


def _end(clocks: tuple[Clock, Clock]) -> Callable[[int, Duration, bool], tuple[int, bool]]:
    def end(start: int, length: Duration, follows: bool) -> tuple[int, bool]:
        return end_of(start, length, clocks[follows])

    return end


def _figure(cell: Parameter, world: World) -> Callable[[int], Raw]:
    def find(act: int) -> Raw:
        value = value_on(cell.values, local_day(act, world.zone))
        return V if value is None else value

    return find


class _Resolver:
    """Which of the rules that may conclude a fact gives it its value."""

    def __init__(self, cell: Derived) -> None:
        self.name = cell.name
        self.rules = [one.rule for one in cell.candidates]
        self.defeats = {rule: frozenset(beaten) for rule, beaten in cell.defeats}
        self.tokens = [unknown_as(one.rule, one.value) for one in cell.candidates]
        numbers = {rule: number for number, rule in enumerate(self.rules)}
        self.beaten = [
            frozenset(numbers[one] for one in self.defeats.get(rule, ()) if one in numbers)
            for rule in self.rules
        ]

    def value(self, truths: Sequence[int], values: Sequence[Raw], record: int | None) -> Raw:
        live = [number for number, truth in enumerate(truths) if truth]
        if all(truths[number] == TRUE for number in live):
            if len(live) > 1:
                beaten = frozenset[int]().union(*(self.beaten[number] for number in live))
                live = [number for number in live if number not in beaten]
            if len(live) == 1:
                value = values[live[0]]
                return U if value is C else value
        return self._resolved(truths, values, record)

    def _resolved(self, truths: Sequence[int], values: Sequence[Raw], record: int | None) -> Raw:
        claims = [
            Claim(rule, TRUTHS[truth], PENDING, lift(value), (name, record if is_listed else None))
            for rule, truth, value, (name, is_listed) in zip(
                self.rules, truths, values, self.tokens, strict=True
            )
            if truth
        ]
        return drop(resolve(claims, self.defeats).state)
