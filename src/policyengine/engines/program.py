"""How each cell and rule of a folded Plan is computed in a working memory.

This is the exact meaning of a cell: its state with what it waits for, and for clocks and amounts every step.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property

from policyengine.compile.dependencies import Node, part_of, rule_name
from policyengine.compile.fold import fold
from policyengine.compile.plan import (
    Amount,
    Candidate,
    Cell,
    Computed,
    Const,
    Derived,
    Due,
    Expr,
    Given,
    Parameter,
    Plan,
    Read,
    Rule,
    Status,
    Unsaid,
)
from policyengine.engines.closures import (
    Answer,
    Evaluate,
    Lookup,
    both,
    counting_of,
    evaluate_of,
    formula_of,
    lookup_of,
    pauses_of,
)
from policyengine.engines.memory import WHOLE_CASE, WorkingMemory, range_of_fact
from policyengine.engines.world import World
from policyengine.frozen import Frozen, replace
from policyengine.model.case import Case
from policyengine.model.rulebook import Rounding, otherwise_name
from policyengine.semantics.amounts import (
    Band,
    Bands,
    Cap,
    Factor,
    Part,
    Terms,
    judge_amount,
)
from policyengine.semantics.combining import combine, of_any_record
from policyengine.semantics.dated import has_begun, in_force
from policyengine.semantics.deadlines import Clock, Span, judge_deadline, measure, measure_until
from policyengine.semantics.findings import (
    ABSENT,
    NOTHING,
    Conflict,
    Findings,
    Known,
    Missing,
    RuleFinding,
    State,
    Truth,
    Unknown,
    by_name,
)
from policyengine.semantics.overriding import Candidate as Claim
from policyengine.semantics.overriding import Defeats
from policyengine.values.literals import ValueType, local_day, unit_of


class Step(Frozen):
    """How a cell is computed, for the case or for one record of ``listed``."""

    cell: Cell
    listed: str | None
    compute: Callable[[WorkingMemory, int | None], None]


class Program:
    """A folded Plan whose cells and scopes can be computed."""

    def __init__(self, plan: Plan, world: World, prepared: dict[str, Compute] | None = None) -> None:
        """``plan`` is folded, ``world`` is the one that it names; ``prepared`` are nodes of it."""
        self.plan = plan
        self.world = world
        self._prepared: dict[str, Compute] = {} if prepared is None else prepared
        self.scopes: Mapping[str, Evaluate] = {one.name: evaluate_of(one.when) for one in plan.policies}
        cells = [cell for stratum in plan.strata for cell in stratum.cells]
        self.given: Mapping[str, Given] = {cell.name: cell for cell in cells if isinstance(cell, Given)}
        self.strata = tuple(tuple(self._step(cell) for cell in stratum.cells) for stratum in plan.strata)

    @cached_property
    def rules(self) -> tuple[tuple[tuple[Rule, Compute], ...], ...]:
        """How each rule of each stratum is asked for."""
        return tuple(
            tuple((rule, self._compute(rule_name(rule.name), rule)) for rule in stratum.rules)
            for stratum in self.plan.strata
        )

    def part(self, nodes: Collection[str]) -> Program:
        """Return the program of a part of the Plan (:func:`part_of`), prepared together with this one."""
        return Program(part_of(self.plan, nodes), self.world, self._prepared)

    def _step(self, cell: Cell) -> Step:
        return Step(cell, listed_of(cell), self._compute(cell.name, cell))

    def _compute(self, name: str, node: Node) -> Compute:
        found = self._prepared.get(name)
        if found is None:
            found = self._prepared[name] = compute_of(node, self.world, self.given)
        return found


Compute = Callable[[WorkingMemory, "int | None"], None]


def compute_all(steps: Iterable[Step], memory: WorkingMemory) -> None:
    """Compute cells in their order; the rules of all earlier strata are known."""
    for step in steps:
        for record in WHOLE_CASE if step.listed is None else (memory.records(step.listed) or ()):
            step.compute(memory, record)


def interpret(program: Program, case: Case, as_of: int) -> Findings:
    """Return what a Plan says of a case, computed cell by cell and rule by rule, without any preparation."""
    memory = WorkingMemory(program, case, as_of)
    for steps, rules in zip(program.strata, program.rules, strict=True):
        compute_all(steps, memory)
        held = []
        for rule, compute in rules:
            for record in WHOLE_CASE if rule.listed is None else (memory.records(rule.listed) or ()):
                compute(memory, record)
                if memory.rules[rule.name, record].truth is Truth.TRUE:
                    held.append((rule.name, record))
        memory.firings += sorted(held, key=by_name)
    return memory.findings()


class Interpreter:
    """The engine that computes the nodes of a Plan one by one, by their exact meaning."""

    name = "plan"

    def __init__(self, program: Program) -> None:
        """``program`` is computed as it stands."""
        self.program = program

    def run(self, case: Case, as_of: int) -> Findings:
        """Conclude everything that can be concluded about ``case`` at ``as_of`` (epoch seconds)."""
        return interpret(self.program, case, as_of)

    def part(self, nodes: Collection[str]) -> Interpreter:
        """Return what computes a part of the Plan."""
        return Interpreter(self.program.part(nodes))


class Folding:
    """The engine of a Plan in which readings are still open: it computes parts, each folded by itself.

    For who asks little under readings under which hardly anything is asked.
    """

    name = "plan"

    def __init__(self, plan: Plan, readings: Mapping[str, str], world: World) -> None:
        """``readings`` are put into what is computed."""
        self.plan = plan
        self.readings = readings
        self.world = world

    def run(self, case: Case, as_of: int) -> Findings:
        """Conclude everything that can be concluded about ``case`` at ``as_of`` (epoch seconds)."""
        return self._whole.run(case, as_of)

    @cached_property
    def _whole(self) -> Interpreter:
        return Interpreter(Program(fold(self.plan, self.readings), self.world))

    def part(self, nodes: Collection[str]) -> Interpreter:
        """Return what computes a part of the Plan."""
        return Interpreter(Program(fold(part_of(self.plan, nodes), self.readings), self.world))


def listed_of(node: Node) -> str | None:
    """Return the list of whose records each has its own; None for the whole case."""
    return node.listed


def compute_of(node: Node, world: World, given: Mapping[str, Given]) -> Compute:
    """Return the function that computes a folded cell or rule; ``given`` are the facts that cases give."""
    match node:
        case Given():
            return _given(node)
        case Derived():
            return _derived(node)
        case Parameter():
            return _parameter(node)
        case Due():
            return _due(node, world)
        case Status():
            return _status(node, world)
        case Amount():
            return _amount(node, given, world)
        case Computed():
            return _computed(node)
        case Rule():
            return _rule(node)


def _computed(cell: Computed) -> Compute:
    value, name = lookup_of(cell.value), cell.name

    def compute(memory: WorkingMemory, record: int | None) -> None:
        memory.values[name, record] = value(memory, record)

    return compute


def _rule(rule: Rule) -> Compute:
    when = evaluate_of(rule.when)

    def compute(memory: WorkingMemory, record: int | None) -> None:
        answer = both(memory.applies(rule.policy), when(memory, record))
        memory.rules[rule.name, record] = RuleFinding(*answer)

    return compute


def _given(cell: Given) -> Compute:
    name = cell.name
    is_instant, is_date = (cell.is_event and cell.sort == sort for sort in ("instant", "date"))
    dating = None if cell.dated_by is None else lookup_of(cell.dated_by)
    left_out = _left_out(cell)

    def find(memory: WorkingMemory, record: int | None) -> State:
        if dating is not None:
            state = dating(memory, record)
            if not isinstance(state, Known):
                return Unknown(state.waits) if isinstance(state, Unknown) else ABSENT
            if state.value > memory.as_of:  # type: ignore[operator]  # an instant, as the parser saw to
                return ABSENT
        value = memory.case.values.get((name, record))
        if value is None:
            return left_out(record)
        if is_instant:
            return Known(value) if value <= memory.as_of else ABSENT  # type: ignore[operator]
        if is_date:
            return Known(value) if value <= memory.today else ABSENT  # type: ignore[operator]
        return Known(value)

    def compute(memory: WorkingMemory, record: int | None) -> None:
        memory.values[name, record] = find(memory, record)

    return compute


def _left_out(cell: Given) -> Callable[[int | None], State]:
    """Return the function that says what a fact is where the case is silent."""
    match cell.missing:
        case Unsaid():
            name, is_event = cell.name, cell.is_event
            return lambda record: Unknown(frozenset((Missing("fact", name, record),)), not is_event)
        case Const(value):
            state = ABSENT if value is None else Known(value)
            return lambda record: state
        case _:
            raise ValueError(f"no value of a folded plan: {cell.missing}")


def defeats_of(cell: Derived) -> Defeats:
    """Return which of the rules that conclude a fact overrides which."""
    return Defeats(dict(cell.overrides), {one.rule: one.each for one in cell.candidates})


def _derived(cell: Derived) -> Compute:
    name = cell.name
    if not cell.candidates and cell.otherwise is None:

        def is_nothing(memory: WorkingMemory, record: int | None) -> None:
            memory.values[name, record] = ABSENT

        return is_nothing
    defeats = defeats_of(cell)
    finders = [
        (None, _of_each(one)) if one.each is not None else (one.rule, _of_rule(one))
        for one in cell.candidates
    ]
    otherwise = None if cell.otherwise is None else _otherwise(name, cell.otherwise)
    nothing = combine((), defeats, cell.combine)

    def compute(memory: WorkingMemory, record: int | None) -> None:
        rules = memory.rules
        found: list[Claim] = []
        for rule, find in finders:  # most rules do not hold, and then give nothing
            if rule is None or rules[rule, record].truth is not Truth.FALSE:
                found += find(memory, record)
        rest = None if otherwise is None else otherwise(memory, record)
        is_nothing = not found and rest is None
        resolved = nothing if is_nothing else combine(found, defeats, cell.combine, rest)
        key = (name, record)
        memory.resolved[key] = resolved
        if isinstance(resolved.state, Conflict):
            memory.conflicts[key] = resolved.state
            memory.values[key] = Unknown(frozenset((Missing("conflict", *key),)))
        else:
            memory.values[key] = resolved.state

    return compute


FindCandidates = Callable[[WorkingMemory, "int | None"], Iterable[Claim]]


def _of_rule(candidate: Candidate) -> FindCandidates:
    """Return the function that finds what a rule gives: nothing where it does not hold."""
    rule, value = candidate.rule, lookup_of(candidate.value)
    name, is_listed = unknown_as(rule, candidate.value)

    def find(memory: WorkingMemory, record: int | None) -> Iterable[Claim]:
        finding = memory.rules[rule, record]  # a missing key: the strata are wrong, a bug of ours
        if finding.truth is Truth.FALSE:
            return ()
        known_by = (name, record if is_listed else None)
        return (Claim(rule, finding.truth, finding.waits, value(memory, record), known_by, record),)

    return find


def _of_each(candidate: Candidate) -> FindCandidates:
    """Return the function that finds what a rule gives for each record of its list."""
    listed, of_record = candidate.each, _of_rule(candidate)
    assert listed is not None
    applies, many = evaluate_of(candidate.applies), many_of(candidate)

    def find(memory: WorkingMemory, record: int | None) -> Iterable[Claim]:
        records = memory.records(listed)
        if records is not None:
            return [one for each in records for one in of_record(memory, each)]
        truth, waits = applies(memory, None)
        value = ABSENT if truth is Truth.FALSE else many(memory, None)
        return () if truth is Truth.FALSE else (of_any_record(candidate.rule, listed, waits, value),)

    return find


def many_of(candidate: Candidate) -> Lookup:
    """Return what any record of a list gives that is not known: what it says of itself can be anything."""
    value = candidate.value
    if isinstance(value, Read) and value.listed is not None:
        return lambda memory, record: Unknown(NOTHING)
    return lookup_of(value)


def _otherwise(fact: str, value: Expr) -> Callable[[WorkingMemory, int | None], Claim]:
    """Return the function that finds what counts where no rule holds."""
    rule, lookup = otherwise_name(fact), lookup_of(value)
    name, is_listed = unknown_as(rule, value)

    def find(memory: WorkingMemory, record: int | None) -> Claim:
        known_by = (name, record if is_listed else None)
        return Claim(rule, Truth.TRUE, NOTHING, lookup(memory, record), known_by, record)

    return find


def unknown_as(rule: str, value: Expr) -> tuple[str, bool]:
    """Return the name of a value that is not known, and whether each record has its own."""
    return (value.name, value.listed is not None) if isinstance(value, Read) else (rule, True)


def _parameter(cell: Parameter) -> Compute:
    by = None if cell.by is None else lookup_of(cell.by)
    missing = Unknown(frozenset((Missing("parameter", cell.name, None),)), has_value=True)
    always = Known(cell.values[-1].value) if cell.values else missing

    def find(memory: WorkingMemory, record: int | None) -> State:
        figure = memory.case.figures.get(cell.name)
        if figure is not None:
            return Known(figure)
        if by is None:
            return always
        act = by(memory, record)
        if not isinstance(act, Known):
            return Unknown(act.waits) if isinstance(act, Unknown) else ABSENT
        assert isinstance(act.value, int)
        day = local_day(act.value, memory.program.world.zone)
        found = in_force(cell.values, day)
        if found is not None:
            return Known(found.value)
        return ABSENT if has_begun(cell.values, day) else missing

    def compute(memory: WorkingMemory, record: int | None) -> None:
        memory.values[cell.name, record] = find(memory, record)

    return compute


# ---------- clocks


def clocks_of(cell: Due, world: World) -> tuple[Clock, Clock]:
    """Return how the length of a deadline is counted, and how where it follows another clock."""
    counting = counting_of(cell.counting)
    is_day = isinstance(cell.start, Read) and cell.start.sort == "date"
    first = Clock(counting, world.calendar, world.zone, Known(""), from_day=is_day)
    return first, replace(first, follows=True)


def last_clock_of(cell: Status, world: World) -> Clock:
    """Return how the end of a deadline counts, and what becomes of it then."""
    return Clock(counting_of((("end", cell.end),)), world.calendar, world.zone, Known(cell.over))


def _exists(cell: Due | Amount) -> Callable[[WorkingMemory, int | None], Answer]:
    """Return the function that tells whether a deadline or an amount exists."""
    when, policy = evaluate_of(cell.when), cell.policy
    if policy is None:
        return when

    def evaluate(memory: WorkingMemory, record: int | None) -> Answer:
        scope = memory.applies(policy)
        return scope if scope[0] is Truth.FALSE else both(scope, when(memory, record))

    return evaluate


def _due(cell: Due, world: World) -> Compute:
    exists, start, clocks = _exists(cell), lookup_of(cell.start), clocks_of(cell, world)
    follows, pauses = evaluate_of(cell.follows), pauses_of(cell.pauses)
    length = None if cell.length is None else lookup_of(cell.length)
    ends = None if cell.ends is None else lookup_of(cell.ends)
    zone = None if cell.zone is None else lookup_of(cell.zone)

    def find(memory: WorkingMemory, record: int | None) -> Span:
        begins = *memory.existence(cell.deadline, record, exists), start(memory, record)
        long = None if length is None else length(memory, record)
        place = None if zone is None else zone(memory, record)
        if ends is not None:
            return measure_until(*begins, ends(memory, record), long, clocks[0], place)
        assert long is not None  # a clock has a length or an end
        clock = clocks[follows(memory, record)[0] is Truth.TRUE]
        return measure(*begins, long, clock, pauses(memory, record), memory.as_of, place)

    def compute(memory: WorkingMemory, record: int | None) -> None:
        span = find(memory, record)
        memory.spans[cell.deadline, record] = span
        memory.values[cell.name, record] = span.due_if_any

    return compute


def _status(cell: Status, world: World) -> Compute:
    clock = last_clock_of(cell, world)
    acts, stops = [lookup_of(act) for act in cell.acts], [lookup_of(event) for event in cell.stops]
    name = cell.name

    def compute(memory: WorkingMemory, record: int | None) -> None:
        found = judge_deadline(
            memory.spans[name, record],
            [act(memory, record) for act in acts],
            [event(memory, record) for event in stops],
            clock,
            memory.as_of,
        )
        memory.deadlines[name, record] = found
        memory.values[f"{name}.status", record] = found.status
        memory.values[f"{name}.settled_at", record] = found.settled
        if cell.stands:
            memory.values[f"{name}.left", record] = found.left

    return compute


# ---------- amounts


FindPart = Callable[[WorkingMemory, "int | None"], Part]


def _amount(cell: Amount, given: Mapping[str, Given], world: World) -> Compute:
    exists = _exists(cell)
    terms = terms_of(cell, given, world)
    rounding, sort = Rounding(cell.rounding, cell.step), ValueType(cell.sort)
    floor = None if cell.floor is None else _part(cell.floor, given)
    caps = [(evaluate_of(cap.when), _part(cap.limit, given)) for cap in cell.caps]

    def compute(memory: WorkingMemory, record: int | None) -> None:
        found = judge_amount(
            *exists(memory, record),
            terms(memory, record),
            None if floor is None else floor(memory, record),
            [Cap(*applies(memory, record), limit(memory, record)) for applies, limit in caps],
            rounding,
            sort,
        )
        memory.amounts[cell.name, record] = found
        memory.values[cell.name, record] = found.result

    return compute


def terms_of(
    cell: Amount, given: Mapping[str, Given], world: World
) -> Callable[[WorkingMemory, int | None], Terms]:
    """Return the function that finds what an amount is calculated from."""
    if cell.formula is not None:
        formula = formula_of(cell.formula, ValueType(cell.sort), world)
        return lambda memory, record: Terms(Part(ABSENT), formula=formula(memory, record))
    assert cell.base is not None
    base = _part(cell.base, given)
    plus, minus = [_part(one, given) for one in cell.plus], [_part(one, given) for one in cell.minus]
    times, divided_by = (
        [_factor(one, given) for one in cell.times],
        [_factor(one, given) for one in cell.divided_by],
    )
    rate = None if cell.rate is None else _factor(cell.rate, given)
    bands = [
        (None if one.limit is None else _part(one.limit, given), _factor(one.rate, given))
        for one in cell.bands
    ]

    def find(memory: WorkingMemory, record: int | None) -> Terms:
        return Terms(
            base(memory, record),
            [term(memory, record) for term in plus],
            [term(memory, record) for term in minus],
            [factor(memory, record) for factor in times],
            [factor(memory, record) for factor in divided_by],
            None if rate is None else rate(memory, record),
            Bands(
                [
                    Band(None if limit is None else limit(memory, record), own(memory, record))
                    for limit, own in bands
                ],
                cell.of_the_whole,
            )
            if bands
            else None,
        )

    return find


def _factor(expr: Expr, given: Mapping[str, Given]) -> Callable[[WorkingMemory, int | None], Factor]:
    part, unit = _part(expr, given), unit_of_expr(expr)
    return lambda memory, record: Factor(part(memory, record), unit)


def unit_of_expr(expr: Expr) -> int:
    """Return how many units of a factor are one whole."""
    assert isinstance(expr, Read | Const)
    return unit_of(ValueType(expr.sort))


def _part(expr: Expr, given: Mapping[str, Given]) -> FindPart:
    """Return the function that finds a part of an amount, with its range where its value is not known."""
    state_of = lookup_of(expr)
    fact = given.get(expr.name) if isinstance(expr, Read) else None

    def find(memory: WorkingMemory, record: int | None) -> Part:
        state = state_of(memory, record)
        if fact is None or not isinstance(state, Unknown):
            return Part(state)
        return Part(state, range_of_fact(fact, memory.case, record))

    return find
