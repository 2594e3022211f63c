"""What the generated source calls: the shared meaning of clocks, amounts and overriding.

Here raw values are lifted to states and states are lowered to raw values. What an unknown value waits for is
not known here, only that it waits: whoever wants to know asks the exact engine, for that value alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from policyengine.compile.plan import Amount, Derived, Due, Expr, Given, Parameter, Read, Status
from policyengine.engines.compiled.marks import (
    FALSE,
    PENDING,
    TRUE,
    TRUTHS,
    UNDETERMINED,
    C,
    Mark,
    Raw,
    U,
    V,
    drop,
    left_out,
    lift,
)
from policyengine.engines.memory import World
from policyengine.engines.program import (
    Program,
    clocks_of,
    last_clock_of,
    limits_of,
    unknown_as,
    value_on,
)
from policyengine.frozen import Frozen
from policyengine.model.case import Case, Key
from policyengine.semantics.amounts import (
    UNLIMITED,
    Cap,
    Part,
    Range,
    Terms,
    declared_range,
    judge_amount,
    round_fraction,
)
from policyengine.semantics.deadlines import Clock, Span, end_of, judge_deadline, measure
from policyengine.semantics.findings import Truth
from policyengine.semantics.overriding import Candidate as Claim
from policyengine.semantics.overriding import resolve
from policyengine.values.literals import LARGEST_COUNT, Duration, local_day

_BOTH = 2
_REMEMBERED = 1_024
"""So many ways in which a fact came out are remembered: cases are alike."""


class Slow(Frozen):
    """The meaning of what is not known, for one case; ``helpers`` are those of the program."""

    helpers: Helpers
    case: Case

    def _span(self, deadline: str, start: Raw, length: Raw, follows: bool) -> Span:
        clock = self.helpers.clocks[deadline][follows]
        return measure(Truth.TRUE, PENDING, lift(start), lift(length), clock)

    def status(
        self,
        deadline: str,
        start: Raw,
        length: Raw,
        follows: bool,
        acts: Sequence[Raw],
        stops: Sequence[Raw],
        as_of: int,
    ) -> tuple[Raw, Raw]:
        """Return what a deadline that exists has come to, and when."""
        found = judge_deadline(
            self._span(deadline, start, length, follows),
            [lift(one) for one in acts],
            [lift(one) for one in stops],
            self.helpers.ends[deadline],
            as_of,
        )
        return drop(found.status), drop(found.settled)

    def amount(
        self,
        name: str,
        added: Sequence[Raw],
        taken: Sequence[Raw],
        rate: Raw,
        floor: Raw,
        caps: Sequence[tuple[int, Raw]],
        record: int | None,
    ) -> Raw:
        """Return an amount that exists."""
        cell = self.helpers.amounts[name]
        factors = (*added, *taken) if cell.rate is None else (*added, *taken, rate)
        if self._is_open(name, added, taken, rate, floor, caps):
            return U if U in factors or C in factors else V

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
            Truth.TRUE,
            PENDING,
            terms,
            None if cell.floor is None else part(cell.floor, floor),
            limits,
            cell.rounding,
        )
        return drop(found.result)

    def _is_open(
        self,
        name: str,
        added: Sequence[Raw],
        taken: Sequence[Raw],
        rate: Raw,
        floor: Raw,
        caps: Sequence[tuple[int, Raw]],
    ) -> bool:
        """Tell at a glance whether an amount is not known; what is not seen here is looked at closely.

        Something without limits on both sides is not known and is multiplied by something else than zero, and
        floor and caps cannot leave a single number.
        """
        bounds = -1  # on how many sides what is not known is limited, at most
        for raw, sides in zip((*added, *taken), self.helpers.sides[name], strict=False):
            if type(raw) is Mark and sides > bounds:
                bounds = sides
        if bounds < 0:
            if type(rate) is not Mark or sum(added) == sum(taken):
                return False
        elif rate == 0:
            return False
        if type(rate) is Mark:
            bounds = max(bounds, self.helpers.sides[name][-1])
        if bounds >= _BOTH:
            return False
        limited = 0 if floor is None or type(floor) is Mark else 1
        for truth, limit in caps:
            if truth == TRUE and limit is not None and type(limit) is not Mark:
                limited += 1
                break
        return limited < (_BOTH if bounds == 0 else 1)

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
        self.given = program.given
        self.sides: dict[str, tuple[int, ...]] = {}
        """On how many sides bounds limit each factor of an amount."""
        self.facts: dict[str, Callable[[tuple[int, ...], tuple[Raw, ...]], Raw]] = {}
        self.figures: dict[str, Callable[[int], Raw]] = {}
        world = program.world
        for cell in (cell for stratum in program.plan.strata for cell in stratum.cells):
            match cell:
                case Derived() if len(cell.candidates) > 1:
                    self.facts[cell.name] = _Resolver(cell).value
                case Parameter():
                    self.figures[cell.name] = _figure(cell, world)
                case Due():
                    self.clocks[cell.deadline] = clocks_of(cell, world)
                case Status():
                    self.ends[cell.name] = last_clock_of(cell, world)
                case Amount():
                    self.amounts[cell.name] = cell
                    factors = (cell.base, *cell.plus, *cell.minus, cell.rate)
                    self.sides[cell.name] = tuple(self._sides(one) for one in factors)
                case _:
                    pass

    def _sides(self, expr: Expr | None) -> int:
        fact = self.given.get(expr.name) if isinstance(expr, Read) else None
        return 0 if fact is None else len({operator for operator, _ in fact.bounds})

    def inputs_of(self, cells: Sequence[Given]) -> tuple[list[Raw], dict[Key, tuple[int, str]]]:
        """Return what the inputs are where a case is silent, and the place and sort of each.

        The sort tells what hides an event until it has happened; it is empty for everything else.
        """
        silent = [left_out(cell) for cell in cells]
        sorts = [cell.sort if cell.is_event else "" for cell in cells]
        return silent, {(cell.name, None): (number, sorts[number]) for number, cell in enumerate(cells)}

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
        self.value = lru_cache(_REMEMBERED)(self._value)
        numbers = {rule: number for number, rule in enumerate(self.rules)}
        self.beaten = [
            frozenset(numbers[one] for one in self.defeats.get(rule, ()) if one in numbers)
            for rule in self.rules
        ]

    def _value(self, truths: tuple[int, ...], values: tuple[Raw, ...]) -> Raw:
        """Return the value; it is the same for every record with the same truths and values."""
        live = [number for number, truth in enumerate(truths) if truth]
        if all(truths[number] == TRUE for number in live):
            if len(live) > 1:
                beaten = frozenset[int]().union(*(self.beaten[number] for number in live))
                live = [number for number in live if number not in beaten]
            if len(live) == 1:
                value = values[live[0]]
                return U if value is C else value
        return self._resolved(truths, values)

    def _resolved(self, truths: tuple[int, ...], values: tuple[Raw, ...]) -> Raw:
        claims = [
            Claim(rule, TRUTHS[truth], PENDING, lift(value), (name, 0 if is_listed else None))
            for rule, truth, value, (name, is_listed) in zip(
                self.rules, truths, values, self.tokens, strict=True
            )
            if truth
        ]
        return drop(resolve(claims, self.defeats).state)
