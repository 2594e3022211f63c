"""The exact three-valued meaning of a folded Plan's expressions, as Python functions of a memory.

Beside the truth, an answer says what it waits for. Engines that only find out what is true ask here for all
the rest; so does an explanation.
"""

from __future__ import annotations

import itertools
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from policyengine.compile import plan
from policyengine.compile.dependencies import parts_of
from policyengine.compile.plan import (
    ALWAYS,
    AS_OF,
    Aggregate,
    Apply,
    Compute,
    Const,
    Expr,
    Op,
    Read,
    Same,
    Window,
)
from policyengine.engines.world import World
from policyengine.frozen import replace
from policyengine.model.case import Key
from policyengine.model.conditions import Operation, Operator, Sought, Which, range_of
from policyengine.semantics.amounts import UNLIMITED, Formula, Range
from policyengine.semantics.deadlines import all_have_values
from policyengine.semantics.findings import (
    ABSENT,
    NOTHING,
    Absent,
    Known,
    Missing,
    Pause,
    State,
    Truth,
    Unknown,
    Waits,
    waits_of,
)
from policyengine.semantics.formulas import Times, calculate, in_units, natural
from policyengine.semantics.tallies import (
    Seen,
    Tally,
    compare,
    count,
    different,
    earliest,
    edge_of,
    extreme,
    first,
    latest,
    of_unknown_list,
    only,
    otherwise,
    position,
    share,
    total,
)
from policyengine.semantics.windows import Frame, judge_same, judge_window, midnight
from policyengine.values.counting import Counting
from policyengine.values.edges import Edge, read_edge
from policyengine.values.literals import LARGEST_COUNT, Number, Value, ValueType, comparison_key, local_day
from policyengine.values.seasons import Season, read_season

Answer = tuple[Truth, Waits]
Kept = TypeVar("Kept")
FALSE: Answer = (Truth.FALSE, NOTHING)
TRUE: Answer = (Truth.TRUE, NOTHING)


class Memory(Protocol):
    """What closures need of a working memory.

    ``values`` has the state of everything that could be computed so far, with a conflict as something that
    is waited for. ``kept`` has the answers of questions about whole lists: rules about every record ask the
    same of the whole list, and what a question looks at is known for good before it is first asked.
    """

    @property
    def as_of(self) -> int:
        """The instant of the judgement, in epoch seconds."""
        ...

    @property
    def zone(self) -> ZoneInfo:
        """The zone by whose clock an instant has its day."""
        ...

    @property
    def world(self) -> World:
        """What time is counted by."""
        ...

    @property
    def values(self) -> Mapping[Key, State]:
        """The states by name and record."""
        ...

    @property
    def kept(self) -> dict[object, typing.Any]:
        """What closures keep for this case; each knows its own by an object that it made."""
        ...

    @property
    def this(self) -> int | None:
        """The record for which a question is asked whose answer depends on it."""
        ...

    def standing_at(self, record: int | None) -> Memory:
        """Return the memory for such questions of a record; it keeps answers of its own."""
        ...

    def records(self, listed: str) -> Sequence[int] | None:
        """Return the records of a list that are seen, the earliest first; None when the list is unknown."""
        ...

    def declared(self, name: str, record: int | None) -> Range:
        """Return the range that the bounds of a fact leave to it where its value is not known."""
        ...


Evaluate = Callable[[Memory, "int | None"], Answer]
Lookup = Callable[[Memory, "int | None"], State]
Compare = Callable[["Number | str", "Number | str"], bool]

_COMPARE: Mapping[Op, Compare] = {
    "eq": lambda left, right: left == right,
    "in": lambda left, right: left == right,
    "ge": lambda left, right: left >= right,  # type: ignore[operator]  # only integers have an order
    "le": lambda left, right: left <= right,  # type: ignore[operator]
    "gt": lambda left, right: left > right,  # type: ignore[operator]
    "lt": lambda left, right: left < right,  # type: ignore[operator]
}


def lookup_of(expr: Expr) -> Lookup:
    """Return the function that finds the state of a value. Raises ValueError for what is no folded value."""
    match expr:
        case Const(value):
            known = ABSENT if value is None else Known(value)
            return lambda memory, record: known
        case Read() if expr == AS_OF:
            return lambda memory, record: Known(memory.as_of)
        case Read(midnight=True):
            day = lookup_of(replace(expr, midnight=False))
            return lambda memory, record: midnight(day(memory, record), memory.world.zone)
        case Read(name, None):
            key = (name, None)
            return lambda memory, record: memory.values[key]
        case Read(name, this=True):
            return lambda memory, record: memory.values[name, memory.this]
        case Read(name):
            return lambda memory, record: memory.values[name, record]
        case Compute("edge", (part, Const(str(text)))):
            return _edge(lookup_of(part), read_edge(text))
        case Compute(op, args):
            return _computed(op, tuple(lookup_of(one) for one in args))
        case Aggregate():
            tally = tally_of(expr)
            return lambda memory, record: tally(memory, record).state
        case _:
            raise ValueError(f"no value of a folded plan: {expr}")


def _computed(op: str, operands: Sequence[Lookup]) -> Lookup:
    """Return the function that finds a value which is computed from others, whatever they measure."""

    def find(memory: Memory, record: int | None) -> State:
        states = [one(memory, record) for one in operands]
        return otherwise(*states) if op == "otherwise" else (latest if op == "latest" else earliest)(states)

    return find


def _edge(subject: Lookup, edge: Edge) -> Lookup:
    """Return the function that finds where a day or period begins or ends."""
    return lambda memory, record: edge_of(subject(memory, record), edge, memory.world.zone)


def formula_of(expr: Expr, sort: ValueType, times: Times) -> Callable[[Memory, int | None], Formula]:
    """Return the function that calculates a formula, in units of a type, with the states that it met.

    What has no value leaves no result, before anything unknown is waited for.
    """
    run = calculation_of(expr, sort, times)
    lookups, is_in_doubt = [lookup_of(one) for one in leaves_of(expr)], may_fail(expr)
    return lambda memory, record: judge_formula(run, [one(memory, record) for one in lookups], is_in_doubt)


def judge_formula(
    run: Callable[[Sequence[Value | None]], Number | None], met: Sequence[State], is_in_doubt: bool
) -> Formula:
    """Return what a formula comes to; ``is_in_doubt``: it may have no result though everything is known."""
    if any(isinstance(state, Absent) for state in met):
        return Formula(ABSENT, met)
    if any(isinstance(state, Unknown) for state in met):
        has_value = all_have_values(met) and not is_in_doubt
        # A product with zero is zero, whatever else is in it: if there is anything.
        settled = run([_value_of(state) for state in met]) if has_value else None
        return Formula(Unknown(waits_of(met), has_value) if settled is None else Known(settled), met)
    number = run([_value_of(state) for state in met])
    return Formula(ABSENT if number is None else Known(number), met)


def _value_of(state: State) -> Value | None:
    return state.value if isinstance(state, Known) else None


def may_fail(expr: Expr) -> bool:
    """Tell whether a formula divides by what could be zero."""
    return any(
        isinstance(part, Compute)
        and part.op == "div"
        and not (isinstance(part.args[1], Const) and bool(part.args[1].value))
        for part in parts_of(expr)
    )


def leaves_of(expr: Expr) -> tuple[Expr, ...]:
    """Return what a formula reads, each once, in the order in which it is written."""
    leaves: dict[Expr, Lookup] = {}
    _gather(expr, leaves)
    return tuple(leaves)


def calculation_of(
    expr: Expr, sort: ValueType, times: Times
) -> Callable[[Sequence[Value | None]], Number | None]:
    """Return the function that calculates a formula from the values of its leaves, in units of a type.

    None stands for a value that is not known, and for a result that is not known or that there is not.
    """
    leaves: dict[Expr, Lookup] = {}
    run = _calculation(expr, leaves, times)
    types = [_type_of(one) for one in leaves]

    def find(values: Sequence[Value | None]) -> Number | None:
        pairs = zip(values, types, strict=True)
        number = run([None if value is None else natural(value, own) for value, own in pairs])
        return None if number is None else in_units(number, sort)

    return find


def _type_of(expr: Expr) -> ValueType:
    assert isinstance(expr, Read | Const)
    return ValueType(expr.sort)


def _gather(expr: Expr, leaves: dict[Expr, Lookup]) -> None:
    """Note what a formula reads, from left to right."""
    if isinstance(expr, Compute):
        for part in expr.args:
            _gather(part, leaves)
    elif not (isinstance(expr, Const) and expr.value is not None):
        leaves.setdefault(expr, lookup_of(expr))


def _calculation(
    expr: Expr, leaves: dict[Expr, Lookup], times: Times
) -> Callable[[Sequence[Number | None]], Number | None]:
    """Return the function of the numbers that ``leaves`` stand for, to which those of this part are added."""
    match expr:
        case Const(value, sort) if value is not None:
            constant = natural(value, ValueType(sort))
            return lambda numbers: constant
        case Compute(op, args):
            parts, arithmetic = [_calculation(one, leaves, times) for one in args], typing.cast(Operation, op)

            def run(numbers: Sequence[Number | None]) -> Number | None:
                found = [number for part in parts if (number := part(numbers)) is not None]
                if len(found) == len(parts):
                    return calculate(arithmetic, found, times)
                # Zero times what is not known is zero; where all is known, what is left out is nothing.
                return 0 if arithmetic == "mul" and 0 in found and None in numbers else None

            return run
        case _:
            if expr not in leaves:
                leaves[expr] = lookup_of(expr)
            place = list(leaves).index(expr)
            return lambda numbers: numbers[place]


def evaluate_of(expr: Expr) -> Evaluate:
    """Return the function that answers a condition. Raises ValueError for what is no folded condition."""
    match expr:
        case Const(value, "truth"):
            answer = TRUE if value else FALSE
            return lambda memory, record: answer
        case Apply("all", args):
            return _all(tuple(evaluate_of(part) for part in args))
        case Apply("any", args):
            return _any(tuple(evaluate_of(part) for part in args))
        case Apply("not", (part,)):
            return _not(evaluate_of(part))
        case Apply("has", (part,)):
            return _has(lookup_of(part))
        case Apply("during", (Read() as read, Const(str(season)))):
            return _during(read, read_season(season))
        case Apply(op, (Aggregate() as measured, *limits)) if measured.is_tally:
            return _compare_tally(op, measured, limits)
        case Apply(op, (Aggregate("count") as counted, *limits)):
            return _standing(counted, _count(op, counted, limits))
        case Apply(op, (left, *others)):
            compare, subject = _COMPARE[op], lookup_of(left)
            ways = [_comparison(subject, compare, lookup_of(one)) for one in others]
            return ways[0] if len(ways) == 1 else _any(ways)
        case Window():
            return _window(expr)
        case Same():
            return _same(expr)
        case Aggregate("any"):
            return _standing(expr, _some(expr))
        case Aggregate():
            return _standing(expr, _pick(expr))
        case _:
            raise ValueError(f"no condition of a folded plan: {expr}")


def _all(parts: Sequence[Evaluate]) -> Evaluate:
    def evaluate(memory: Memory, record: int | None) -> Answer:
        waits: Waits | None = None
        for part in parts:
            answer = part(memory, record)
            if answer[0] is Truth.FALSE:
                return FALSE
            if answer[0] is Truth.UNDETERMINED:
                waits = answer[1] if waits is None else waits | answer[1]
        return TRUE if waits is None else (Truth.UNDETERMINED, waits)

    return evaluate


def both(one: Answer, other: Answer) -> Answer:
    """Return whether two conditions hold, and what that waits for."""
    truth = min(one[0], other[0])
    if truth is not Truth.UNDETERMINED:
        return truth, NOTHING
    return truth, one[1] | other[1]


def _any(parts: Sequence[Evaluate]) -> Evaluate:
    def evaluate(memory: Memory, record: int | None) -> Answer:
        waits: Waits | None = None
        for part in parts:
            answer = part(memory, record)
            if answer[0] is Truth.TRUE:
                return TRUE
            if answer[0] is Truth.UNDETERMINED:
                waits = answer[1] if waits is None else waits | answer[1]
        return FALSE if waits is None else (Truth.UNDETERMINED, waits)

    return evaluate


def _not(part: Evaluate) -> Evaluate:
    def evaluate(memory: Memory, record: int | None) -> Answer:
        answer = part(memory, record)
        if answer[0] is Truth.UNDETERMINED:
            return answer
        return FALSE if answer[0] is Truth.TRUE else TRUE

    return evaluate


# ---------- tests


def _has(subject: Lookup) -> Evaluate:
    def evaluate(memory: Memory, record: int | None) -> Answer:
        state = subject(memory, record)
        if isinstance(state, Unknown) and not state.has_value:
            return Truth.UNDETERMINED, state.waits
        return FALSE if isinstance(state, Absent) else TRUE

    return evaluate


def _comparison(left: Lookup, compare: Compare, right: Lookup) -> Evaluate:
    def evaluate(memory: Memory, record: int | None) -> Answer:
        one, other = left(memory, record), right(memory, record)
        if type(one) is Known and type(other) is Known:
            return TRUE if compare(comparison_key(one.value), comparison_key(other.value)) else FALSE
        if type(one) is Absent or type(other) is Absent:
            return FALSE
        return Truth.UNDETERMINED, waits_of((one, other))

    return evaluate


def _during(read: Read, season: Season) -> Evaluate:
    subject, is_date = lookup_of(read), read.sort == "date"

    def evaluate(memory: Memory, record: int | None) -> Answer:
        state = subject(memory, record)
        if not isinstance(state, Known):
            return FALSE if isinstance(state, Absent) else (Truth.UNDETERMINED, waits_of((state,)))
        assert isinstance(state.value, int)
        day = state.value if is_date else local_day(state.value, memory.zone)
        return TRUE if season.holds_on(day) else FALSE

    return evaluate


# ---------- windows


def counting_of(entries: Iterable[tuple[str, Expr]]) -> Counting:
    """Return how time is counted by a folded Plan."""
    chosen = {aspect: how.value for aspect, how in entries if isinstance(how, Const)}
    return Counting(**chosen)  # type: ignore[arg-type]  # the parser let only words of each aspect pass


def is_date(expr: Expr) -> bool:
    """Tell whether a time of a folded Plan is a date."""
    return isinstance(expr, Read | Const) and expr.sort == "date"


def frames_of(window: Window, world: World) -> tuple[Frame, Frame]:
    """Return how time is counted in a window, and how where it begins where a clock ran out."""
    counting = counting_of(window.counting)
    dates = is_date(window.start), is_date(window.end)
    first = Frame(counting, world.calendar, world.zone, window.is_strict, *dates)
    return first, replace(first, follows=True)


def _window(window: Window) -> Evaluate:
    start, end, length = (lookup_of(one) for one in (window.start, window.end, window.length))
    follows, how = evaluate_of(window.follows), window.how
    known: list[tuple[World, tuple[Frame, Frame]]] = []  # of the one world in which it is asked

    def evaluate(memory: Memory, record: int | None) -> Answer:
        if not known or known[0][0] is not memory.world:
            known[:] = [(memory.world, frames_of(window, memory.world))]
        frame = known[0][1][follows(memory, record)[0] is Truth.TRUE]
        return judge_window(how, start(memory, record), end(memory, record), length(memory, record), frame)

    return evaluate


def _same(same: Same) -> Evaluate:
    one, other, period = lookup_of(same.one), lookup_of(same.other), same.period
    dates = is_date(same.one), is_date(same.other)

    def evaluate(memory: Memory, record: int | None) -> Answer:
        return judge_same(period, one(memory, record), other(memory, record), dates, memory.world.zone)

    return evaluate


# ---------- questions about lists


def _of_unknown_list(listed: str) -> Answer:
    return Truth.UNDETERMINED, frozenset((Missing("fact", listed, None),))


def _standing(question: Aggregate, evaluate: Evaluate) -> Evaluate:
    """Return the function that answers a question where the record stands for which it is asked."""
    if question.this is None:
        return evaluate
    return lambda memory, record: evaluate(memory.standing_at(record), record)


def _among(question: Aggregate) -> Callable[[Memory], Sequence[int] | None]:
    """Return the function that finds the records which a question is about; None for an unknown list."""
    listed = question.listed
    if question.among == "all":
        return lambda memory: memory.records(listed)

    def find(memory: Memory) -> Sequence[int] | None:
        records, this = memory.records(listed), memory.this
        if records is None or question.among == "other":
            return None if records is None else [one for one in records if one != this]
        return [*itertools.takewhile(lambda one: one != this, records)]

    return find


def pauses_of(pauses: Sequence[plan.Pause]) -> Callable[[Memory, int | None], list[Pause]]:
    """Return the function that finds the times in which a clock of a folded Plan stands still, or may."""
    every = [_pauses(one) for one in pauses]
    return lambda memory, record: [found for find in every for found in find(memory, record)]


def _pauses(pause: plan.Pause) -> Callable[[Memory, int | None], Iterator[Pause]]:
    begin, end, question = lookup_of(pause.begin), lookup_of(pause.end), pause.question
    if question is None:
        return lambda memory, record: iter(
            (Pause(Truth.TRUE, NOTHING, begin(memory, record), end(memory, record)),)
        )
    where, among, asked = evaluate_of(question.where), _among(question), question

    def find(memory: Memory, record: int | None) -> Iterator[Pause]:
        place = memory if asked.this is None else memory.standing_at(record)
        records = among(place)
        if records is None:
            yield Pause.of_unknown_list(asked.listed)
        for one in records or ():
            yield Pause(*where(place, one), begin(place, one), end(place, one))

    return find


def _some(question: Aggregate) -> Evaluate:
    listed, where, among = question.listed, evaluate_of(question.where), _among(question)

    def ask(memory: Memory) -> Answer:
        records = among(memory)
        if records is None:
            return _of_unknown_list(listed)
        waits: set[Missing] = set()
        is_open = False
        for one in records:
            answer = where(memory, one)
            if answer[0] is Truth.TRUE:
                return TRUE
            if answer[0] is Truth.UNDETERMINED:
                is_open = True
                waits |= answer[1]
        return (Truth.UNDETERMINED, frozenset(waits)) if is_open else FALSE

    asked = _once(ask)
    return lambda memory, record: asked(memory)


def _once(ask: Callable[[Memory], Kept]) -> Callable[[Memory], Kept]:
    """Return the same function, which finds its answer out once for each memory."""
    own = object()

    def asked(memory: Memory) -> Kept:
        found: Kept | None = memory.kept.get(own)
        if found is None:
            found = memory.kept[own] = ask(memory)
        return found

    return asked


# ---------- questions that give values


def tally_of(question: Aggregate) -> Callable[[Memory, int | None], Tally]:
    """Return the function that answers a question with a value, and with the range of what is measured."""
    where, among = evaluate_of(question.where), _among(question)
    of = None if question.of == ALWAYS else lookup_of(question.of)
    amount = None if question.amount is None else lookup_of(question.amount)
    name = question.of.name if isinstance(question.of, Read) and not question.of.this else None

    def ask(memory: Memory, record: int | None) -> Tally:
        records = among(memory)
        if records is None:
            return of_unknown_list(typing.cast(Sought, question.how), _of_unknown_list(question.listed)[1])
        asked = []
        for one in records:
            truth, waits = where(memory, one)
            if truth is not Truth.FALSE:
                state = Known(1) if of is None else of(memory, one)
                declared = memory.declared(name, one) if name and type(state) is Unknown else UNLIMITED
                asked.append(Seen(one, truth, waits, state, declared))
        whole = ABSENT if amount is None else amount(memory, record)
        return answer(question, asked, records, memory.this, whole)

    if question.this is None:
        kept = _once(lambda memory: ask(memory, None))
        return lambda memory, record: kept(memory)
    return lambda memory, record: ask(memory.standing_at(record), record)


def answer(
    question: Aggregate,
    asked: Sequence[Seen],
    records: Sequence[int],
    this: int | None,
    amount: State,
) -> Tally:
    """Return the answer of a question from the records that match or may match.

    ``records`` are all that it is about, in order, ``this`` the one for the sake of which it is asked.
    """
    sort = ValueType.COUNT if question.of == ALWAYS else _type_of(question.of)
    match question.how:
        case "count":
            return count(asked)
        case "different":
            return different(asked)
        case "total":
            return total(asked, sort)
        case "position":
            assert this is not None
            return position(asked, this, question.descending)
        case "least" | "greatest":
            return extreme(asked, question.how == "greatest", sort)
        case "only":
            return only(asked, question.listed)
        case "share":
            assert this is not None
            return share(asked, this, amount)
        case "first" | "last" | "next" | "previous":
            places = range_of(question.how, records, this)
            by_record = {one.record: one for one in asked}
            return first([by_record[one] for one in places if one in by_record])
        case _:
            raise ValueError(f"no question that gives a value: {question}")


def _compare_tally(op: Op, question: Aggregate, limits_of: Sequence[Expr]) -> Evaluate:
    tally, operands, operator = tally_of(question), [lookup_of(one) for one in limits_of], OPERATORS[op]

    def evaluate(memory: Memory, record: int | None) -> Answer:
        measured = tally(memory, record)
        return _either_of([compare(measured, operator, one(memory, record)) for one in operands])

    return evaluate


OPERATORS: Mapping[Op, Operator] = {
    "eq": "is",
    "in": "is",
    "ge": "at_least",
    "le": "at_most",
    "gt": "more_than",
    "lt": "less_than",
}


def _count(op: Op, question: Aggregate, limits_of: Sequence[Expr]) -> Evaluate:
    operands = [lookup_of(one) for one in limits_of]
    compare = _COMPARE[op]
    counted = _once(_counter(question, evaluate_of(question.where)))

    def evaluate(memory: Memory, record: int | None) -> Answer:
        limits = [
            state for state in (one(memory, record) for one in operands) if not isinstance(state, Absent)
        ]
        if not limits:
            return FALSE
        least, most, waits = counted(memory)
        return _either_of([_in_range(least, most, compare, state, waits) for state in limits])

    return evaluate


def _counter(question: Aggregate, where: Evaluate) -> Callable[[Memory], tuple[int, int, Waits]]:
    """Return the function that counts the records which satisfy a condition: at least and at most so many."""
    among = _among(question)

    def count(memory: Memory) -> tuple[int, int, Waits]:
        records = among(memory)
        if records is None:  # any number of records
            return 0, LARGEST_COUNT + 1, _of_unknown_list(question.listed)[1]
        answers = [where(memory, one) for one in records]
        truths = [truth for truth, _ in answers]
        waits = NOTHING.union(*(waits for _, waits in answers if waits))
        return truths.count(Truth.TRUE), len(truths) - truths.count(Truth.FALSE), waits

    return count


def _either_of(answers: Sequence[Answer]) -> Answer:
    truth = max(truth for truth, _ in answers)
    return truth, NOTHING.union(*(waits for part, waits in answers if part is truth))


def _in_range(least: int, most: int, compare: Compare, state: State, waits: Waits) -> Answer:
    """Compare a number between two bounds: what cannot change between them is settled."""
    if not isinstance(state, Known):
        return Truth.UNDETERMINED, waits | waits_of([state])
    limit = comparison_key(state.value)
    assert not isinstance(limit, str)
    # INVARIANT: comparisons change once along the numbers, but `eq` holds at a single number.
    is_between = compare is _COMPARE["eq"] or compare is _COMPARE["in"]
    changes = compare(least, limit) is not compare(most, limit) or (is_between and least < limit < most)
    if changes:
        return Truth.UNDETERMINED, waits
    return TRUE if compare(least, limit) else FALSE


def _pick(question: Aggregate) -> Evaluate:
    where, then = evaluate_of(question.where), evaluate_of(question.of)
    listed = question.listed
    which, among = typing.cast(Which, question.how), _among(question)

    def ask(memory: Memory) -> Answer:
        records = among(memory)
        if records is None:
            return _of_unknown_list(listed)
        return _picked(memory, where, then, range_of(which, records, None))

    def ask_each(memory: Memory) -> dict[int | None, Answer]:
        records = memory.records(listed) or ()
        return dict(_of_neighbours(memory, where, then, records[::-1] if which == "next" else records))

    if question.is_of_record:
        each = _once(ask_each)
        return lambda memory, record: (
            _of_unknown_list(listed) if memory.records(listed) is None else each(memory)[record]
        )
    asked = _once(ask)
    return lambda memory, record: asked(memory)


def _picked(memory: Memory, where: Evaluate, then: Evaluate, records: Iterable[int]) -> Answer:
    """Return the answer of the first of the records that is as wanted; false when there is none."""
    possible: list[tuple[Waits, Answer]] = []
    last = FALSE
    for one in records:
        answer = where(memory, one)
        if answer[0] is Truth.TRUE:
            last = then(memory, one)
            break
        if answer[0] is Truth.UNDETERMINED:
            possible.append((answer[1], then(memory, one)))
    for waits, answer in reversed(possible):
        last = _same_or_undetermined(waits, answer, last)
    return last


def _of_neighbours(
    memory: Memory, where: Evaluate, then: Evaluate, records: Iterable[int]
) -> Iterator[tuple[int, Answer]]:
    """Return for each record the answer of the nearest wanted one among those that come before it here."""
    last = FALSE
    for one in records:
        yield one, last
        answer = where(memory, one)
        if answer[0] is Truth.TRUE:
            last = then(memory, one)
        elif answer[0] is Truth.UNDETERMINED:
            last = _same_or_undetermined(answer[1], then(memory, one), last)


def _same_or_undetermined(waits: Waits, one: Answer, other: Answer) -> Answer:
    """Return the answer when either may be the one that counts."""
    if one[0] is other[0] and one[0] is not Truth.UNDETERMINED:
        return one
    return Truth.UNDETERMINED, waits.union(one[1], other[1])
