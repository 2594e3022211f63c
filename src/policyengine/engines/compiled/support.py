"""What the generated source calls: the shared meaning of clocks, amounts and overriding.

Here raw values are lifted to states and states are lowered to raw values. What an unknown value waits for is
not known here, only that it waits: whoever wants to know asks the exact engine, for that value alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from operator import or_
from typing import cast

from policyengine.compile.dependencies import tallies_of
from policyengine.compile.plan import (
    TRUTH,
    Amount,
    Derived,
    Due,
    Expr,
    Given,
    Op,
    Parameter,
    Read,
    Same,
    Status,
    Window,
)
from policyengine.engines.closures import (
    OPERATORS,
    answer,
    calculation_of,
    frames_of,
    is_date,
    judge_formula,
    leaves_of,
    may_fail,
)
from policyengine.engines.compiled.dispatch import (
    MANY,
    NO_HITS,
    Contribution,
    Dispatch,
    Index,
    TableParts,
    TableResolver,
    places_of,
    rows_of,
)
from policyengine.engines.compiled.marks import (
    FALSE,
    PENDING,
    RAW_TRUTHS,
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
from policyengine.engines.memory import range_of_fact
from policyengine.engines.program import (
    Program,
    clocks_of,
    defeats_of,
    last_clock_of,
    unit_of_expr,
    unknown_as,
)
from policyengine.engines.world import World
from policyengine.frozen import Frozen
from policyengine.model.case import Case, Key
from policyengine.model.conditions import Sought
from policyengine.model.rulebook import Rounding, otherwise_name
from policyengine.semantics.amounts import (
    UNLIMITED,
    Band,
    Bands,
    Cap,
    Factor,
    Formula,
    Part,
    Range,
    Terms,
    exact_of,
    judge_amount,
    number_of,
    round_quotient,
    value_of,
)
from policyengine.semantics.combining import combine, of_any_record
from policyengine.semantics.dated import has_begun, in_force
from policyengine.semantics.deadlines import (
    Clock,
    Span,
    come_to,
    end_of,
    judge_deadline,
    measure,
    measure_until,
)
from policyengine.semantics.findings import ABSENT, NOTHING, Known, Pause, State, Truth
from policyengine.semantics.overriding import Candidate as Claim
from policyengine.semantics.overriding import resolve
from policyengine.semantics.tallies import (
    Seen,
    Tally,
    compare,
    earliest,
    latest,
    of_unknown_list,
    otherwise,
)
from policyengine.semantics.windows import judge_same, judge_window
from policyengine.values.edges import at_edge, read_edge
from policyengine.values.literals import (
    LARGEST_COUNT,
    Duration,
    Number,
    Value,
    ValueType,
    local_day,
    start_of_day,
)
from policyengine.values.seasons import read_season

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
        has_length = length is V or (length is not None and type(length) is not Mark)
        if has_length and (type(start) is Mark or Mark in map(type, stops)):
            return V, U  # whatever the acts are
        status, settled, *_ = come_to(
            self._span(deadline, start, length, follows),
            [lift(one) for one in acts],
            [lift(one) for one in stops],
            self.helpers.ends[deadline],
            as_of,
        )
        return drop(status), drop(settled)

    def _span_of(
        self,
        deadline: str,
        start: Raw,
        length: Raw,
        follows: bool,
        ends: Raw,
        pauses: Sequence[tuple[int, Raw, Raw]],
        zone: Raw,
        as_of: int,
    ) -> Span:
        """Return the time that a deadline gives that can stand still, or ends at an instant."""
        clocks, cell = self.helpers.clocks[deadline], self.helpers.dues[deadline]
        begins = Truth.TRUE, PENDING, lift(start)
        place = None if cell.zone is None else lift(zone)
        if cell.ends is not None:
            lead = None if cell.length is None else lift(length)
            return measure_until(*begins, lift(ends), lead, clocks[0], place)
        found = [
            Pause(TRUTHS[truth], PENDING if truth == UNDETERMINED else NOTHING, lift(begin), lift(end))
            for truth, begin, end in pauses
        ]
        return measure(*begins, lift(length), clocks[follows], found, as_of, place)

    def due(
        self,
        deadline: str,
        start: Raw,
        length: Raw,
        follows: bool,
        ends: Raw,
        pauses: Sequence[tuple[int, Raw, Raw]],
        zone: Raw,
        as_of: int,
    ) -> tuple[Raw, bool]:
        """Return when such a deadline ends that exists, and whether that is provisional."""
        span = self._span_of(deadline, start, length, follows, ends, pauses, zone, as_of)
        return drop(span.due), span.provisional

    def standing(
        self,
        deadline: str,
        start: Raw,
        length: Raw,
        follows: bool,
        ends: Raw,
        pauses: Sequence[tuple[int, Raw, Raw]],
        zone: Raw,
        acts: Sequence[Raw],
        stops: Sequence[Raw],
        as_of: int,
    ) -> tuple[Raw, Raw, Raw]:
        """Return what such a deadline that exists has come to, when, and what is left of it."""
        found = judge_deadline(
            self._span_of(deadline, start, length, follows, ends, pauses, zone, as_of),
            [lift(one) for one in acts],
            [lift(one) for one in stops],
            self.helpers.ends[deadline],
            as_of,
        )
        return drop(found.status), drop(found.settled), drop(found.left)

    def tally(
        self,
        number: int,
        asked: Sequence[tuple[int, int, Raw]],
        records: Sequence[int],
        this: int | None,
        amount: Raw,
    ) -> Raw | Tally:
        """Return what a question comes to: a raw value, or what is measured, to be compared."""
        question = self.helpers.tallies[number]
        seen = [
            Seen(
                record,
                TRUTHS[truth],
                PENDING if truth == UNDETERMINED else NOTHING,
                lift(raw),
                self._range(question.of, record) if type(raw) is Mark else UNLIMITED,
            )
            for record, truth, raw in asked
        ]
        found = answer(question, seen, records, this, lift(amount))
        return found if question.sort == TRUTH else drop(found.state)

    def of_unknown_list(self, number: int) -> Raw | Tally:
        """Return the answer of a question about a list of which it is not known which records there are."""
        question = self.helpers.tallies[number]
        found = of_unknown_list(cast(Sought, question.how), PENDING)
        return found if question.sort == TRUTH else drop(found.state)

    def amount(self, name: str, raws: Sequence[Raw], truths: Sequence[int], record: int | None) -> Raw:
        """Return an amount that exists; ``raws`` are its parts, ``truths`` whether its caps apply."""
        parts = self.helpers.amounts[name]
        if parts.glance is not None and parts.glance.is_open(raws, truths, self.case, record):
            return U if U in parts.glance.factors(raws) or C in parts.glance.factors(raws) else V
        return drop(parts.judged(raws, truths, lambda expr: self._range(expr, record)))

    def _range(self, expr: Expr, record: int | None) -> Range:
        return range_of_fact(given_by(expr, self.helpers.given), self.case, record)


def sides_of(fact: Given | None) -> int:
    """Return on how many sides bounds limit a fact."""
    return 0 if fact is None else len({operator for operator, _ in fact.bounds})


def given_by(expr: Expr, given: Mapping[str, Given]) -> Given | None:
    """Return the fact that a case gives which an expression reads, if that is all."""
    return given.get(expr.name) if isinstance(expr, Read) else None


class Glance(Frozen):
    """What tells at a glance that a sum of terms, perhaps with a rate, is not known.

    ``facts`` are the terms, and the rate, that cases give, ``sides`` on how many sides bounds limit each.
    """

    added: int
    terms: int
    has_rate: bool
    has_floor: bool
    facts: tuple[Given | None, ...]
    sides: tuple[int, ...]

    def factors(self, raws: Sequence[Raw]) -> Sequence[Raw]:
        """Return the terms and the rate."""
        return raws[: self.terms + self.has_rate]

    def is_open(self, raws: Sequence[Raw], truths: Sequence[int], case: Case, record: int | None) -> bool:
        """Tell at a glance whether an amount is not known; what is not seen here is looked at closely.

        Something without limits on both sides is not known and is multiplied by something else than zero, and
        floor and caps cannot leave a single number.
        """
        terms = raws[: self.terms]
        rate = raws[self.terms] if self.has_rate else None
        bounds = -1  # on how many sides what is not known is limited, at most
        for raw, sides in zip(terms, self.sides, strict=False):
            if type(raw) is Mark and (bounds < 0 or sides < bounds):
                bounds = sides
        if bounds < 0:
            if type(rate) is not Mark or sum(terms[: self.added]) == sum(terms[self.added :]):
                return False
            bounds = self.sides[-1]
        elif type(rate) is Mark:
            if bounds >= _BOTH and not self._have_many(terms, case, record):
                return False  # perhaps zero, whatever the rate is
            bounds = self.sides[-1] if bounds >= _BOTH else max(bounds, self.sides[-1])
        elif rate == 0:
            return False
        if bounds >= _BOTH:
            return False
        rest = raws[self.terms + self.has_rate :]
        limited = 1 if self.has_floor and rest[0] is not None and type(rest[0]) is not Mark else 0
        for truth, limit in zip(truths, rest[self.has_floor :], strict=True):
            if truth == TRUE and limit is not None and type(limit) is not Mark:
                limited += 1
                break
        return limited < (_BOTH if bounds == 0 else 1)

    def _have_many(self, terms: Sequence[Raw], case: Case, record: int | None) -> bool:
        """Tell whether terms that are limited on both sides can come to more than one sum."""
        return any(
            type(raw) is Mark and range_of_fact(fact, case, record).only is None
            for raw, fact in zip(terms, self.facts, strict=False)
        )


RangeOf = Callable[[Expr], Range]


class AmountParts:
    """The parts of an amount in the order in which the source gives them, and what they come to."""

    def __init__(self, cell: Amount, given: Mapping[str, Given], world: World) -> None:
        """``given`` are the facts that cases give."""
        self.cell = cell
        self.sort = ValueType(cell.sort)
        self.formula = None if cell.formula is None else calculation_of(cell.formula, self.sort, world)
        self.met = () if cell.formula is None else leaves_of(cell.formula)
        is_plain = not (cell.times or cell.divided_by or cell.bands) and cell.base is not None
        self.glance = self._glance(cell, given) if is_plain and self.sort is ValueType.MONEY else None

    def _glance(self, cell: Amount, given: Mapping[str, Given]) -> Glance:
        added, taken = 1 + len(cell.plus), len(cell.minus)
        base = () if cell.base is None else (cell.base,)
        rate = () if cell.rate is None else (cell.rate,)
        facts = tuple(given_by(one, given) for one in (*base, *cell.plus, *cell.minus, *rate))
        sides = tuple(map(sides_of, facts))
        return Glance(added, added + taken, bool(rate), cell.floor is not None, facts, sides)

    def calculated(self, raws: Sequence[Raw]) -> Number | None:
        """Return the rounded result of a formula or of bands, of which every part is known."""
        cell = self.cell
        if self.formula is not None:
            exact = self.formula(raws)
        else:
            rest = iter(raws)
            found = exact_of(self._terms(rest, lambda expr: UNLIMITED)).state
            exact = number_of(found.value) if isinstance(found, Known) else None
        return None if exact is None else round_quotient(exact, 1, cell.rounding, cell.step)

    def judged(self, raws: Sequence[Raw], truths: Sequence[int], range_of: RangeOf) -> State:
        """Return the state of an amount that exists."""
        cell, rest = self.cell, iter(raws)
        terms = self._terms(rest, range_of)
        floor = None if cell.floor is None else _part(cell.floor, rest, range_of)
        caps = [
            Cap(TRUTHS[truth], PENDING, _part(cap.limit, rest, range_of))
            for cap, truth in zip(cell.caps, truths, strict=True)
        ]
        rounding = Rounding(cell.rounding, cell.step)
        return judge_amount(Truth.TRUE, PENDING, terms, floor, caps, rounding, self.sort).result

    def _terms(self, rest: Iterator[Raw], range_of: RangeOf) -> Terms:
        cell = self.cell

        def parts(exprs: Iterable[Expr]) -> list[Part]:
            return [_part(one, rest, range_of) for one in exprs]

        def factors(exprs: Iterable[Expr]) -> list[Factor]:
            return [Factor(_part(one, rest, range_of), unit_of_expr(one)) for one in exprs]

        if cell.formula is not None:
            return Terms(Part(ABSENT), formula=self._formula([lift(next(rest)) for _ in self.met]))
        assert cell.base is not None
        base, plus, minus = _part(cell.base, rest, range_of), parts(cell.plus), parts(cell.minus)
        times, divided_by = factors(cell.times), factors(cell.divided_by)
        rate = None if cell.rate is None else factors((cell.rate,))[0]
        bands = [
            Band(None if one.limit is None else _part(one.limit, rest, range_of), factors((one.rate,))[0])
            for one in cell.bands
        ]
        slabs = Bands(bands, cell.of_the_whole) if bands else None
        return Terms(base, plus, minus, times, divided_by, rate, slabs)

    def _formula(self, met: Sequence[State]) -> Formula:
        assert self.formula is not None and self.cell.formula is not None
        return judge_formula(self.formula, met, may_fail(self.cell.formula))


def _part(expr: Expr, rest: Iterator[Raw], range_of: RangeOf) -> Part:
    raw = next(rest)
    return Part(lift(raw), range_of(expr) if type(raw) is Mark else UNLIMITED)


class Helpers:
    """What the source of one program needs beside itself."""

    def __init__(self, program: Program, dispatches: Sequence[Dispatch]) -> None:
        """Make the clocks and functions of all cells; the rules of ``dispatches`` are answered together."""
        homes = {rule.name: one for one in dispatches for rule in one.rules}
        self.tables = {one.name: Index(one) for one in dispatches}
        self.parts: dict[str, list[TableParts]] = {}
        """For facts that rules build what those of each table give."""
        self.rows: dict[str, Mapping[int, Raw]] = {}
        """For facts that rules of one table conclude the value of each, by its bit."""
        self.clocks: dict[str, tuple[Clock, Clock]] = {}
        self.dues: dict[str, Due] = {}
        self.ends: dict[str, Clock] = {}
        self.amounts: dict[str, AmountParts] = {}
        self.given = program.given
        self.zone = program.world.zone
        self.tallies = tallies_of(program.plan)
        self.facts: dict[str, Callable[..., Raw]] = {}
        self.figures: dict[str, Callable[[int], Raw]] = {}
        self.world = world = program.world
        for cell in (cell for stratum in program.plan.strata for cell in stratum.cells):
            match cell:
                case Derived() if cell.combine is not None:
                    self.facts[cell.name] = _Combiner(cell).value
                    tables = places_of(cell, homes).tables
                    self.parts[cell.name] = [TableParts(cell, numbers) for _, numbers in tables]
                case Derived() if any(one.rule in homes for one in cell.candidates):
                    places = places_of(cell, homes)
                    self.facts[cell.name] = TableResolver(cell, places).value
                    self.rows[cell.name] = rows_of(cell, places)
                case Derived() if len(cell.candidates) + (cell.otherwise is not None) > 1:
                    self.facts[cell.name] = _Resolver(cell).value
                case Parameter():
                    self.figures[cell.name] = _figure(cell, world)
                case Due():
                    self.clocks[cell.deadline] = clocks_of(cell, world)
                    self.dues[cell.deadline] = cell
                case Status():
                    self.ends[cell.name] = last_clock_of(cell, world)
                case Amount():
                    self.amounts[cell.name] = AmountParts(cell, program.given, world)
                case _:
                    pass

    def slow(self, case: Case) -> Slow:
        """Return the meaning of what is not known in a case."""
        return Slow(self, case)

    def _is_during(self, instant: int, season: str) -> bool:
        return _is_day_during(local_day(instant, self.zone), season)

    def inputs_of(self, cells: Sequence[Given]) -> tuple[list[Raw], dict[Key, tuple[int, str]]]:
        """Return what the inputs are where a case is silent, and the place and sort of each.

        The sort tells what hides an event until it has happened; it is empty for everything else.
        """
        silent = [left_out(cell) for cell in cells]
        sorts = [cell.sort if cell.is_event else "" for cell in cells]
        return silent, {(cell.name, None): (number, sorts[number]) for number, cell in enumerate(cells)}

    def names(
        self, constants: Mapping[str, Duration], windows: Mapping[str, Window | Same]
    ) -> dict[str, object]:
        """Return what the source calls by name."""
        return {
            **constants,
            **{name: _window(one, self.world) for name, one in windows.items()},
            "U": U,
            "V": V,
            "C": C,
            "NOT": (TRUE, UNDETERMINED, None, FALSE),
            "MANY": (0, LARGEST_COUNT + 1),
            "ENDS": {deadline: _end(clocks) for deadline, clocks in self.clocks.items()},
            "FIGURES": self.figures,
            "FACTS": self.facts,
            "ROUND": round_quotient,
            "LENGTH": _length,
            "COMPARE": _compare,
            "OTHERWISE": lambda raws: drop(otherwise(*map(lift, raws))),
            "LATEST": lambda raws: drop(latest([*map(lift, raws)])),
            "EARLIEST": lambda raws: drop(earliest([*map(lift, raws)])),
            "CALCULATIONS": {name: parts.calculated for name, parts in self.amounts.items()},
            "DURING": {"instant": self._is_during, "date": _is_day_during},
            "MIDNIGHT": _midnight(self.world),
            "EDGE": _edge(self.world),
            "TABLES": self.tables,
            "ROWS": self.rows,
            "PARTS": self.parts,
            "NO_HITS": NO_HITS,
        }


def _compare(measured: Tally, op: Op, limit: Raw) -> int:
    return RAW_TRUTHS[compare(measured, OPERATORS[op], lift(limit))[0]]


def _length(seconds: int) -> Value:
    return value_of(seconds, ValueType.DURATION)


_season = lru_cache(read_season)


def _is_day_during(day: int, season: str) -> bool:
    return _season(season).holds_on(day)


def _end(clocks: tuple[Clock, Clock]) -> Callable[[int, Duration, bool], tuple[int, bool]]:
    def end(start: int, length: Duration, follows: bool) -> tuple[int, bool]:
        return end_of(start, length, clocks[follows])

    return end


def _midnight(world: World) -> Callable[[Raw], Raw]:
    def find(day: Raw) -> Raw:
        return start_of_day(day, world.zone) if type(day) is int else day

    return find


_edge_of = lru_cache(read_edge)


def _edge(world: World) -> Callable[[Raw, str], Raw]:
    def find(instant: Raw, edge: str) -> Raw:
        if type(instant) is int:
            return at_edge(instant, _edge_of(edge), world.zone)
        return U if instant is C else instant  # it is the fact that is in conflict, not its edge

    return find


def _window(asked: Window | Same, world: World) -> Callable[..., int]:
    """Return what answers a window, or whether two times lie in the same period: 0, 1 or 3."""
    if isinstance(asked, Same):
        period, dates = asked.period, (is_date(asked.one), is_date(asked.other))

        def same(one: Raw, other: Raw) -> int:
            return RAW_TRUTHS[judge_same(period, lift(one), lift(other), dates, world.zone)[0]]

        return same
    how, frames = asked.how, frames_of(asked, world)

    def window(start: Raw, end: Raw, length: Raw, follows: bool) -> int:
        answer = judge_window(how, lift(start), lift(end), lift(length), frames[follows])
        return RAW_TRUTHS[answer[0]]

    return window


def _figure(cell: Parameter, world: World) -> Callable[[int], Raw]:
    def find(act: int) -> Raw:
        day = local_day(act, world.zone)
        found = in_force(cell.values, day)
        if found is not None:
            return found.value
        return None if has_begun(cell.values, day) else V

    return find


class _Resolver:
    """Which of the rules that may conclude a fact gives it its value."""

    def __init__(self, cell: Derived) -> None:
        self.name = cell.name
        self.rules = [one.rule for one in cell.candidates]
        self.defeats = defeats_of(cell)
        self.tokens = [unknown_as(one.rule, one.value) for one in cell.candidates]
        self.otherwise = None if cell.otherwise is None else unknown_as(self.name, cell.otherwise)
        self.value = lru_cache(_REMEMBERED)(self._value)
        self.bits = [self.defeats.bit(rule) for rule in self.rules]
        self.beaten = [self.defeats.mask(rule) for rule in self.rules]

    def _value(self, truths: tuple[int, ...], values: tuple[Raw, ...], rest: Raw = None) -> Raw:
        """Return the value; it is the same for every record with the same truths and values.

        ``rest`` is what counts where no rule holds.
        """
        live = [number for number, truth in enumerate(truths) if truth]
        if all(truths[number] == TRUE for number in live):
            if len(live) > 1:
                beaten = reduce(or_, (self.beaten[number] for number in live))
                live = [number for number in live if not self.bits[number] & beaten]
            if len(live) == 1:
                value = values[live[0]]
                return U if value is C else value
        return self._resolved(truths, values, rest)

    def _resolved(self, truths: tuple[int, ...], values: tuple[Raw, ...], rest: Raw) -> Raw:
        claims = [
            Claim(rule, TRUTHS[truth], PENDING, lift(value), (name, 0 if is_listed else None))
            for rule, truth, value, (name, is_listed) in zip(
                self.rules, truths, values, self.tokens, strict=True
            )
            if truth
        ]
        otherwise = None
        if self.otherwise is not None:
            known_by = (self.otherwise[0], 0 if self.otherwise[1] else None)
            otherwise = Claim(otherwise_name(self.name), Truth.TRUE, NOTHING, lift(rest), known_by)
        return drop(resolve(claims, self.defeats, otherwise).state)


class _Combiner:
    """What several rules, and records of rules, build together."""

    def __init__(self, cell: Derived) -> None:
        self.cell = cell
        self.name = otherwise_name(cell.name)
        self.rules = [one.rule for one in cell.candidates]
        self.defeats = defeats_of(cell)
        self.tokens = [unknown_as(one.rule, one.value) for one in cell.candidates]
        self.rest = None if cell.otherwise is None else unknown_as(self.name, cell.otherwise)
        # Overriding from record to record is left to the exact meaning.
        is_of_one = not cell.overrides or all(one.each is None for one in cell.candidates)
        self.plain = _PLAIN.get(cell.combine or "") if is_of_one and cell.sort in _NUMBERS else None
        """What makes one number of those that are given, where it is no more than that."""

    def value(self, given: Sequence[Contribution], rest: Raw = None) -> Raw:
        """Return the value of what may hold; ``rest`` is what counts where nothing does."""
        if self.plain is not None and given:  # the usual case, and a fast way for it
            beaten = self.defeats.beaten_by(self.rules[one[0]] for one in given) if self.defeats else 0
            values = []
            for place, truth, value, _ in given:
                if truth != TRUE or value is None or type(value) is Mark:
                    break
                if not beaten or not beaten & self.defeats.bit(self.rules[place]):
                    values.append(value)
            else:
                return self.plain(values)
        claims = [self._claim(*one) for one in given]
        otherwise = None
        if self.rest is not None:
            known_by = (self.rest[0], 0 if self.rest[1] else None)
            otherwise = Claim(self.name, Truth.TRUE, NOTHING, lift(rest), known_by)
        return drop(combine(claims, self.defeats, self.cell.combine, otherwise).state)

    def _claim(self, place: int, truth: int, value: Raw, record: int | None) -> Claim:
        rule, (name, is_listed) = self.rules[place], self.tokens[place]
        if record == MANY:
            return of_any_record(rule, "", PENDING, lift(value))
        known_by = (name, record if is_listed else None)
        return Claim(rule, TRUTHS[truth], PENDING, lift(value), known_by, record)


_NUMBERS = ("money", "percent", "count", "number", "instant", "date")
_PLAIN: Mapping[str, Callable[[Sequence[Raw]], Raw]] = {"sum": sum, "least": min, "greatest": max}
