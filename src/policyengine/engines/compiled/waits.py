"""What an open fact or amount waits for: a short way for most, straight from what the source found.

Which open rules and values a fact waits for depends on which are open and which values are the same, and not
on what they are. So it is found out once for all cases that are alike in this, by what overriding means
(``overriding.weigh``). ``engines/program`` finds the same with every step, and everything for which
there is no short way here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from policyengine.compile.dependencies import names_of, parts_of, rule_name
from policyengine.compile.plan import (
    ALWAYS,
    AS_OF,
    Aggregate,
    Amount,
    Apply,
    Cell,
    Const,
    Derived,
    Due,
    Expr,
    Given,
    Parameter,
    Read,
    Rule,
    Status,
    Unsaid,
)
from policyengine.engines.closures import evaluate_of
from policyengine.engines.compiled.dispatch import Dispatch
from policyengine.engines.compiled.marks import (
    FALSE,
    PENDING,
    RAW_TRUTHS,
    TRUE,
    TRUTHS,
    UNDETERMINED,
    Mark,
    Raw,
    V,
    lift,
)
from policyengine.engines.compiled.support import AmountParts, Glance, given_by, sides_of
from policyengine.engines.program import Program, clocks_of, defeats_of, last_clock_of, unknown_as
from policyengine.engines.world import World
from policyengine.frozen import Frozen
from policyengine.model.case import Key
from policyengine.model.rulebook import otherwise_name
from policyengine.semantics.deadlines import come_to, measure
from policyengine.semantics.findings import NOTHING, Known, Missing, RuleFinding, Truth, Unknown, Waits
from policyengine.semantics.overriding import Candidate as Claim
from policyengine.semantics.overriding import weigh
from policyengine.values.literals import identity_key

if TYPE_CHECKING:
    from policyengine.engines.compiled.exact import Exact

ShortWay = Callable[["Exact", "int | None"], "Unknown | None"]
"""What finds the state of something open, of a record or the whole case; None: the way is not short."""
Winners = Callable[[Sequence[Any], "int | None"], "tuple[Key, ...] | None"]
"""What tells from slots which rules give a fact of a record or the whole case its value; None: not short."""
_REMEMBERED = 1_024


class ShortWays:
    """The short ways of one program, each made ready when it is first gone."""

    def __init__(
        self,
        program: Program,
        slots: Mapping[str, int],
        dispatches: Sequence[Dispatch],
    ) -> None:
        """``slots`` are those of the source, in which the rules of ``dispatches`` have none of their own."""
        self._world = program.world
        self._given = program.given
        self._slots = slots
        self._together = {rule.name for one in dispatches for rule in one.rules}
        self._scopes = {one.name: one.when for one in program.plan.policies}
        cells = [cell for stratum in program.plan.strata for cell in stratum.cells]
        self._cells = {name: cell for cell in cells for name in names_of(cell)}
        self._dues = {cell.deadline: cell for cell in cells if isinstance(cell, Due)}
        self._rules = {rule.name: rule for stratum in program.plan.strata for rule in stratum.rules}
        self._found: dict[str, ShortWay | None] = {}
        self._facts: dict[str, _Fact | None] = {}
        self._of_rules: dict[str, RuleWay] = {}

    def to_value(self, name: str) -> ShortWay | None:
        """Return the way to a value, None if there is none."""
        if name not in self._found:
            self._found[name] = self._way(name, self._cells.get(name))
        return self._found[name]

    def to_winners(self, name: str) -> Winners | None:
        """Return what tells the rules that give a fact its value, None if there is no short way."""
        fact = self._fact(name)
        return None if fact is None else fact.winners

    def to_rule(self, name: str) -> RuleWay:
        """Return the way to a rule."""
        found = self._of_rules.get(name)
        if found is None:
            rule = self._rules[name]
            found = self._of_rules[name] = RuleWay(rule, self._scopes[rule.policy], self._slots)
        return found

    def _fact(self, name: str) -> _Fact | None:
        if name not in self._facts:
            cell = self._cells.get(name)
            is_plain = isinstance(cell, Derived) and cell.combine is None and self._is_plain(cell)
            self._facts[name] = _Fact(cell, self._slots) if is_plain else None  # type: ignore[arg-type]
        return self._facts[name]

    def _scope(self, policy: str | None) -> Expr:
        """Return when a policy applies."""
        return ALWAYS if policy is None else self._scopes[policy]

    def _way(self, name: str, cell: Cell | None) -> ShortWay | None:
        match cell:
            case Given(missing=Unsaid()) | Parameter():
                return _unsaid(cell, self._slots[cell.name])
            case Derived():
                fact = self._fact(name)
                return None if fact is None else fact.state
            case Due() if _is_plain_clock(cell):
                return _End(cell, self._scope(cell.policy), self._slots).state
            case Status() if name == f"{cell.name}.status":
                due = self._dues[cell.name]
                if _is_plain_clock(due) and all(map(_has_place, (*cell.acts, *cell.stops))):
                    return _Standing(cell, due, self._scope(due.policy), self._slots, self._world).state
            case Amount():
                parts = AmountParts(cell, self._given, self._world)
                if parts.glance is not None and all(map(_has_place, (*cell.parts, *cell.limits))):
                    return _Amount(
                        cell, self._scope(cell.policy), parts.glance, self._slots, self._given
                    ).state
        return None

    def _is_plain(self, cell: Derived) -> bool:
        """Tell whether rules that have a slot of their own conclude a fact, each for itself."""
        values = [one.value for one in cell.candidates] + ([] if cell.otherwise is None else [cell.otherwise])
        rules = [one for one in cell.candidates if one.each is None and one.rule not in self._together]
        return 0 < len(rules) == len(cell.candidates) and all(map(_has_place, values))


def reader_of(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Return what reads several slots."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda slots: tuple([slots[place] for place in places])  # one `itemgetter` gives no tuple


def _has_place(expr: Expr) -> bool:
    """Tell whether a value is a constant, or one that the source found as it is."""
    return isinstance(expr, Const) or (
        isinstance(expr, Read) and not (expr.this or expr.midnight or expr == AS_OF)
    )


Place = tuple[Raw, "int | None", bool]
"""A constant, or a slot and whether records have one each."""


def _place(expr: Expr, slots: Mapping[str, int]) -> Place:
    if isinstance(expr, Const):
        return expr.value, None, False
    assert isinstance(expr, Read)
    return None, slots[expr.name], expr.listed is not None


def _raws(places: Iterable[Place], slots: Sequence[Any], record: int | None) -> list[Raw]:
    """Return the values that stand at places."""
    return [
        constant if slot is None else slots[slot][record] if is_listed else slots[slot]
        for constant, slot, is_listed in places
    ]


def _waits(exact: Exact, expr: Expr, record: int | None) -> Waits:
    """Return what a value waits for that is not known."""
    assert isinstance(expr, Read)
    state = exact.values[expr.name, None if expr.listed is None else record]
    assert isinstance(state, Unknown)
    return state.waits


def _union(waits: Sequence[Waits]) -> Waits:
    return waits[0] if len(waits) == 1 else NOTHING.union(*waits) if waits else NOTHING


# ---------- what is not said


def _unsaid(cell: Given | Parameter, slot: int) -> ShortWay:
    """Return the way to what a case does not say, or a figure that is nowhere.

    What is open because of the act with which it came, or by which a figure counts, waits for that.
    """
    is_fact = isinstance(cell, Given)
    is_alone = isinstance(cell, Given) and cell.dated_by is None

    def waiting_for(record: int | None, has_value: bool) -> Unknown:
        missing = Missing("fact", cell.name, record) if is_fact else Missing("parameter", cell.name, None)
        return Unknown(frozenset((missing,)), has_value)

    of_case = {has_value: waiting_for(None, has_value) for has_value in (False, True)}

    def find(exact: Exact, record: int | None) -> Unknown | None:
        raw = exact.slots[slot] if record is None else exact.slots[slot][record]
        if raw is not V and not is_alone:
            return None
        return of_case[raw is V] if record is None else waiting_for(record, raw is V)

    return find


# ---------- facts


class _Waited(Frozen):
    """What an open fact waits for: rules, and the values of some, by their numbers.

    ``alone``: the number of a rule that gives it its value for certain, so that it has one if this has one.
    """

    rules: tuple[str, ...]
    values: tuple[int, ...]
    alone: int | None


class _Fact:
    """The rules that may conclude a fact, with what counts otherwise as the last of them."""

    def __init__(self, cell: Derived, slots: Mapping[str, int]) -> None:
        """``slots`` are those of the source."""
        self.rules = [one.rule for one in cell.candidates]
        self.values = [one.value for one in cell.candidates]
        self.slots = [slots[rule_name(rule)] for rule in self.rules]
        self.read = reader_of(self.slots)
        self.is_listed = cell.listed is not None
        self.defeats = defeats_of(cell)
        self.has_otherwise = cell.otherwise is not None
        if cell.otherwise is not None:
            self.rules.append(otherwise_name(cell.name))
            self.values.append(cell.otherwise)
        self.places = [_place(one, slots) for one in self.values]
        self.are_constant = all(isinstance(one, Const) for one in self.values)
        self.found: dict[tuple[object, ...], _Waited] = {}
        self.won: dict[tuple[int, ...], tuple[str, ...]] = {}
        self.won_by_case: dict[tuple[int, ...], tuple[Key, ...]] = {}

    def _truths(self, slots: Sequence[Any], record: int | None) -> tuple[int, ...]:
        """Return which rules hold, without what counts otherwise."""
        if not self.is_listed:
            return self.read(slots)
        return tuple([slots[one][record] for one in self.slots])

    def state(self, exact: Exact, record: int | None) -> Unknown | None:
        """Return the state of the fact, which is open."""
        slots = exact.slots
        truths = self._truths(slots, record)
        raws = () if self.are_constant else _raws(self.places, slots, record)
        pattern = (truths, *_alike(truths, raws)) if raws else truths
        waited = self.found.get(pattern)
        if waited is None:
            waited = self._weighed(truths, raws or _raws(self.places, slots, record))
            if len(self.found) < _REMEMBERED:
                self.found[pattern] = waited
        if not (waited.rules or waited.values):
            return None  # rules contradict each other
        rules = exact.rules
        waits = [rules[rule, record].waits for rule in waited.rules]
        if waited.values:
            waits += [_waits(exact, self.values[number], record) for number in waited.values]
        return Unknown(_union(waits), bool(raws) and waited.alone is not None and raws[waited.alone] is V)

    def winners(self, slots: Sequence[Any], record: int | None) -> tuple[Key, ...] | None:
        """Return the rules that hold and that none overrides which holds; None where it is open if any does.

        Which these are depends on nothing but on which of all hold.
        """
        truths = self._truths(slots, record)
        if record is None:
            found = self.won_by_case.get(truths)
            if found is not None:
                return found
        if UNDETERMINED in truths:
            return None
        won = self.won.get(truths)
        if won is None:
            won = self._winning(truths)
            if len(self.won) < _REMEMBERED:
                self.won[truths] = won
                self.won_by_case[truths] = tuple([(rule, None) for rule in won])
        return tuple([(rule, record) for rule in won])

    def _winning(self, truths: Sequence[int]) -> tuple[str, ...]:
        holding = [rule for rule, truth in zip(self.rules, truths, strict=False) if truth == TRUE]
        if not holding:
            return (self.rules[-1],) if self.has_otherwise else ()
        beaten = self.defeats.beaten_by(holding)
        return tuple(sorted(rule for rule in holding if not beaten & self.defeats.bit(rule)))

    def _weighed(self, truths: tuple[int, ...], raws: Sequence[Raw]) -> _Waited:
        """Return what it waits for, in every case with these truths in which the same values are equal."""
        if self.has_otherwise:
            truths = (*truths, FALSE if TRUE in truths else TRUE)
        names = [unknown_as(rule, value) for rule, value in zip(self.rules, self.values, strict=True)]
        claims = {
            rule: Claim(rule, TRUTHS[truth], PENDING, lift(raw), (name, 0 if is_listed else None))
            for rule, truth, raw, (name, is_listed) in zip(self.rules, truths, raws, names, strict=True)
            if truth
        }
        last = claims.pop(self.rules[-1], None) if self.has_otherwise else None
        weighed = weigh([*claims.values()], self.defeats, last)
        numbers = {rule: number for number, rule in enumerate(self.rules)}
        return _Waited(
            tuple(one.rule for one in weighed.mattering),
            tuple(numbers[one.rule] for one in weighed.valued),
            numbers[weighed.holding[0].rule] if weighed.is_one_value else None,
        )


def _alike(truths: Sequence[int], raws: Sequence[Raw]) -> list[int | None]:
    """Return for each rule that does not fail a number for its value, None for one that is not known.

    Of what counts otherwise, which is the last, the value counts only where no rule holds.
    """
    numbers: dict[object, int] = {}
    found: list[int | None] = []
    for place, raw in enumerate(raws):
        is_out = not truths[place] if place < len(truths) else TRUE in truths
        if is_out or type(raw) is Mark:
            found.append(None)
        else:
            found.append(0 if raw is None else numbers.setdefault(identity_key(raw), len(numbers) + 1))
    return found


# ---------- rules


class RuleWay:
    """What an open rule waits for."""

    def __init__(self, rule: Rule, scope: Expr, slots: Mapping[str, int]) -> None:
        """``scope`` is when its policy applies."""
        self.conditions = _Conditions((scope, rule.when), slots)

    def finding(self, exact: Exact, record: int | None) -> RuleFinding:
        """Return the finding of the rule, which is open."""
        return RuleFinding(Truth.UNDETERMINED, self.conditions.waits(exact, record))


class _Conditions:
    """Conditions that must all hold, of which none is known not to: else nothing that rests on them is open.

    So those in which everything is known do hold, and are not looked at. Of a comparison that is open nothing
    is absent, and it waits for whatever of it is not known.
    """

    def __init__(self, exprs: Iterable[Expr], slots: Mapping[str, int]) -> None:
        parts = [one for expr in exprs for one in _conjuncts(expr)]
        compared = dict.fromkeys(read for one in parts for read in _compared(one) or ())
        self.compared = [(slots[one.name], one.listed is not None, one.name) for one in compared]
        self.others = [_Condition(one, slots) for one in parts if _compared(one) is None]

    def waits(self, exact: Exact, record: int | None) -> Waits:
        """Return what they wait for; nothing if all hold."""
        slots, found = exact.slots, []
        for slot, is_listed, name in self.compared:
            raw = slots[slot]
            if type(raw[record] if is_listed else raw) is Mark:
                found.append(exact.values[name, record if is_listed else None].waits)  # type: ignore[union-attr]
        for other in self.others:
            waits = other.waits(exact, record)
            if waits:
                found.append(waits)
        return _union(found)


def _conjuncts(expr: Expr) -> Iterator[Expr]:
    """Return the conditions that must all hold, but for what always does."""
    if isinstance(expr, Apply) and expr.op == "all":
        for one in expr.args:
            yield from _conjuncts(one)
    elif expr != ALWAYS:
        yield expr


def _compared(expr: Expr) -> list[Read] | None:
    """Return what a condition compares that has a slot; None if it does anything else."""
    match expr:
        case Apply("eq" | "ge" | "le" | "gt" | "lt", args):
            pass
        case Apply("in", args) if all(isinstance(one, Const) for one in args[1:]):
            pass
        case _:
            return None
    reads = [one for one in args if isinstance(one, Read) and one != AS_OF]
    return reads if all(_has_place(one) or one == AS_OF for one in args) else None


class _Condition:
    """A condition that holds or is open."""

    def __init__(self, expr: Expr, slots: Mapping[str, int]) -> None:
        """``slots`` are those of the source."""
        self.evaluate = evaluate_of(expr)
        parts = (*parts_of(expr),)
        self.is_question = any(isinstance(one, Aggregate) for one in parts)
        reads = dict.fromkeys(one for one in parts if isinstance(one, Read) and one != AS_OF)
        self.places = [] if self.is_question else [(slots[one.name], one.listed is not None) for one in reads]

    def waits(self, exact: Exact, record: int | None) -> Waits:
        """Return what it waits for; nothing if it holds."""
        slots = exact.slots
        for slot, is_listed in self.places:
            raw = slots[slot]
            if type(raw[record] if is_listed else raw) is Mark:
                return self.evaluate(exact, record)[1]
        return self.evaluate(exact, record)[1] if self.is_question else NOTHING


# ---------- clocks


def _is_plain_clock(cell: Due) -> bool:
    """Tell whether a clock runs for a length from its start, and stands at places that have slots."""
    is_plain = cell.ends is None and cell.zone is None and not cell.pauses
    return is_plain and cell.length is not None and _has_place(cell.start) and _has_place(cell.length)


class _Clock:
    """What is open of a clock that exists or may: its start and its length, and perhaps whether it exists."""

    def __init__(self, cell: Due, scope: Expr, slots: Mapping[str, int], events: Sequence[Expr] = ()) -> None:
        """``scope`` is when its policy applies, ``events`` are what meets and what stops it."""
        assert cell.length is not None
        self.conditions = _Conditions((scope, cell.when), slots)
        self.slot, self.is_listed = slots[f"{cell.deadline} exists"], cell.listed is not None
        self.values = (cell.length, cell.start, *events)
        self.places = [_place(one, slots) for one in self.values]

    def exists(self, exact: Exact, record: int | None) -> bool:
        """Tell whether it certainly exists."""
        found = exact.slots[self.slot]
        return bool((found[record] if self.is_listed else found) == TRUE)

    def raws(self, exact: Exact, record: int | None) -> list[Raw]:
        """Return its length, its start and the events, as the source found them."""
        return _raws(self.places, exact.slots, record)

    def waits(self, exact: Exact, raws: Sequence[Raw], record: int | None) -> list[Waits]:
        """Return what those of these wait for that are not known."""
        found = zip(self.values, raws, strict=True)
        return [_waits(exact, value, record) for value, raw in found if type(raw) is Mark]


class _End(_Clock):
    """When a clock ends, which is open (see :func:`policyengine.semantics.deadlines.measure`)."""

    def state(self, exact: Exact, record: int | None) -> Unknown | None:
        """Return the state of its end."""
        raws = self.raws(exact, record)
        waits = self.waits(exact, raws, record)
        if self.exists(exact, record):
            return Unknown(_union(waits), all(raw is V or type(raw) is not Mark for raw in raws))
        return Unknown(_union([self.conditions.waits(exact, record), *waits]))


class _Standing(_Clock):
    """What a clock has come to, which is open (see :func:`policyengine.semantics.deadlines.come_to`)."""

    def __init__(self, cell: Status, due: Due, scope: Expr, slots: Mapping[str, int], world: World) -> None:
        """``due`` is when it ends, ``scope`` when its policy applies."""
        super().__init__(due, scope, slots, (*cell.acts, *cell.stops))
        self.acts = len(cell.acts)
        self.follows = evaluate_of(due.follows)
        self.clocks, self.last = clocks_of(due, world), last_clock_of(cell, world)

    def state(self, exact: Exact, record: int | None) -> Unknown:
        """Return the state of its status."""
        raws = self.raws(exact, record)
        if self.exists(exact, record):
            has_value = raws[0] is not None and (raws[0] is V or type(raws[0]) is not Mark)
            return Unknown(_union(self._waits(exact, raws, record)), has_value)
        wanted = [self.conditions.waits(exact, record)]
        if Mark in map(type, raws) and not self._is_settled(exact, raws, record):
            wanted += self._waits(exact, raws, record)
        return Unknown(_union(wanted))

    def _waits(self, exact: Exact, raws: Sequence[Raw], record: int | None) -> list[Waits]:
        """Return what it waits for what the clock has come to that certainly exists."""
        if raws[0] is None:  # it gives no time, if it ever starts
            return [_waits(exact, self.values[1], record)]
        return self.waits(exact, raws, record)

    def _is_settled(self, exact: Exact, raws: Sequence[Raw], record: int | None) -> bool:
        """Tell whether what it has come to, if it exists, is known whatever is open."""
        length, start, *events = map(lift, raws)
        clock = self.clocks[self.follows(exact, record)[0] is Truth.TRUE]
        span = measure(Truth.TRUE, NOTHING, start, length, clock)
        acts, stops = events[: self.acts], events[self.acts :]
        return isinstance(come_to(span, acts, stops, self.last, exact.as_of)[0], Known)


# ---------- amounts


class _Amount:
    """An amount of which can be seen at a glance that it is open."""

    def __init__(
        self,
        cell: Amount,
        scope: Expr,
        glance: Glance,
        slots: Mapping[str, int],
        given: Mapping[str, Given],
    ) -> None:
        """``scope`` is when its policy applies, ``given`` are the facts that cases give."""
        assert cell.base is not None
        self.glance = glance
        self.exists = _Conditions((scope, cell.when), slots)
        self.applies = [evaluate_of(cap.when) for cap in cell.caps]
        rate = () if cell.rate is None else (cell.rate,)
        floor = () if cell.floor is None else (cell.floor,)
        factors = (cell.base, *cell.plus, *cell.minus, *rate)
        self.values: tuple[Expr, ...] = (*factors, *floor, *cell.limits)
        self.places = [_place(one, slots) for one in self.values]
        self.factors, self.limits = len(factors), len(factors) + len(floor)
        self.are_limited = [sides_of(given_by(one, given)) > 0 for one in self.values]

    def state(self, exact: Exact, record: int | None) -> Unknown | None:
        """Return the state of the amount, which is open."""
        raws = _raws(self.places, exact.slots, record)
        open_values = [number for number, raw in enumerate(raws) if type(raw) is Mark]
        caps = [applies(exact, record) for applies in self.applies]
        if not open_values and all(truth is not Truth.UNDETERMINED for truth, _ in caps):
            return Unknown(self.exists.waits(exact, record))  # it is how much it is, if there is one
        if not self.glance.is_open(raws, [RAW_TRUTHS[truth] for truth, _ in caps], exact.case, record):
            return None
        wanted = [self.exists.waits(exact, record)]
        has_value = not wanted[0] and all(raws[one] is V for one in open_values if one < self.factors)
        for number, (truth, waits) in enumerate(caps, self.limits):
            if truth is Truth.UNDETERMINED and raws[number] is not None:
                if type(raws[number]) is not Mark:
                    return None  # whether it matters depends on how much it is
                wanted.append(waits)
        for number in open_values:
            if number >= self.factors and self.are_limited[number]:
                return None  # perhaps it limits nothing
            if number < self.limits or caps[number - self.limits][0] is not Truth.FALSE:
                wanted.append(_waits(exact, self.values[number], record))
        return Unknown(NOTHING.union(*wanted), has_value)
