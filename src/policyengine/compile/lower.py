"""From the typed rulebook to its Plan: scopes, counting and overriding are put in, readings left open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from policyengine.compile.dependencies import parts_of
from policyengine.compile.plan import (
    ALWAYS,
    AS_OF,
    EDGE,
    NEVER,
    SEASON,
    Aggregate,
    Amount,
    Apply,
    Band,
    Bound,
    Candidate,
    Cap,
    Cell,
    Choose,
    Chosen,
    Compute,
    Computed,
    Const,
    Dated,
    Derived,
    Due,
    Expr,
    Given,
    How,
    Op,
    Overrides,
    Parameter,
    Pause,
    Plan,
    Policy,
    Read,
    RecordList,
    Rule,
    Same,
    Sort,
    Status,
    Stratum,
    Unsaid,
    Window,
)
from policyengine.frozen import replace
from policyengine.model import conditions, rulebook
from policyengine.model.conditions import Condition, Operand, Term, conjuncts
from policyengine.model.counting import CountingRule
from policyengine.model.rulebook import RAN_OUT, Deadline, Fact, IfMissing, Rulebook
from policyengine.semantics.overriding import direct_overrides
from policyengine.semantics.strata import DUE, dependencies, layers
from policyengine.values.counting import Aspect, Counting

_OPS: Mapping[conditions.Operator, Op] = {
    "is": "eq",
    "one_of": "in",
    "at_least": "ge",
    "at_most": "le",
    "more_than": "gt",
    "less_than": "lt",
}
One = TypeVar("One")


def lower_rulebook(book: Rulebook) -> Plan:
    """Return the Plan of a rulebook whose dependencies have no cycle. Raises CycleError."""
    return _Lowering(book).plan()


# ---------- conditions and operands


def lower_operand(operand: Operand) -> Expr:
    """Return the expression of an operand."""
    match operand:
        case conditions.Constant(value, type):
            return Const(value, type.value)
        case conditions.Ref(name, _, type, listed, _, this, midnight):
            return Read(name, listed, type.value, this, midnight)
        case conditions.ByReading():
            return _by_reading(operand.assumption, operand.readings, lower_operand)


def lower_term(term: Term) -> Expr:
    """Return the expression of a term of a formula."""
    if isinstance(term, conditions.Calculation):
        return Compute(term.op, tuple(lower_term(one) for one in term.args))
    return lower_operand(term)


def _by_reading(assumption: str, readings: Iterable[tuple[str, One]], lower: Callable[[One], Expr]) -> Choose:
    return Choose(tuple((Chosen(assumption, (reading,)), lower(one)) for reading, one in readings))


def lower_condition(condition: Condition) -> Expr:
    """Return the expression of a condition; it gives a truth."""
    match condition:
        case conditions.Test():
            return _test(condition)
        case conditions.Window():
            return _window(condition)
        case conditions.Same(ref, period, anchor):
            return Same(period, lower_operand(ref), lower_operand(anchor))
        case conditions.ReadingIs(assumption, readings):
            return Chosen(assumption, readings)
        case conditions.All(parts):
            return _all_of(tuple(lower_condition(part) for part in parts))
        case conditions.Any(parts):
            return Apply("any", tuple(lower_condition(part) for part in parts)) if parts else NEVER
        case conditions.Not(part):
            return Apply("not", (lower_condition(part),))
        case conditions.Some():
            return _aggregate("any", condition)
        case conditions.Count(operator=operator, operands=operands):
            of = ALWAYS if condition.of is None else lower_operand(condition.of)
            counted = _aggregate(condition.how, condition, of, condition.descending)
            return Apply(_OPS[operator], (counted, *(lower_operand(one) for one in operands)))
        case conditions.Pick(which=which, then=then):
            return _aggregate(which, condition, lower_condition(then))


def _all_of(parts: tuple[Expr, ...]) -> Expr:
    if not parts:
        return ALWAYS
    return parts[0] if len(parts) == 1 else Apply("all", parts)


_Asking = conditions.Some | conditions.Count | conditions.Pick | conditions.Question
_OF_THIS = ("position", "share", "next", "previous")
"""What is asked for the sake of a record, if it gives a value."""


def _aggregate(how: How, question: _Asking, of: Expr = ALWAYS, descending: bool = False) -> Aggregate:
    where = lower_condition(question.where)
    this = _this(question, where, of)
    if how == "position":
        this = question.listed
    return Aggregate(how, question.listed, where, of, question.among, this, descending=descending)


def lower_computed(computed: conditions.Computed) -> Computed:
    """Return the cell of a value that is computed in place."""
    match computed.value:
        case conditions.Otherwise(value, otherwise):
            expr: Expr = Compute("otherwise", (lower_operand(value), lower_operand(otherwise)))
        case conditions.Extreme(how, of):
            expr = Compute(how, tuple(lower_operand(one) for one in of))
        case conditions.DayEdge(edge, of):
            expr = Compute("edge", (lower_operand(of), Const(edge.text, EDGE)))
        case conditions.Question() as question:
            expr = _question(question, computed.type.value)
    return Computed(computed.name, computed.listed, computed.type.value, expr)


def _question(question: conditions.Question, sort: Sort) -> Aggregate:
    of = ALWAYS if question.of is None else lower_operand(question.of)
    found = _aggregate(question.how, question, of, question.descending)
    amount = None if question.amount is None else lower_operand(question.amount)
    this = question.listed if question.how in _OF_THIS else found.this
    return replace(found, sort=sort, amount=amount, this=this)


def _this(question: _Asking, *parts: Expr) -> str | None:
    """Return the list of whose record it depends how a question is answered, None where it does not."""
    if question.among != "all":
        return question.listed
    for part in (one for expr in parts for one in parts_of(expr)):
        if isinstance(part, Read) and part.this:
            return part.listed
        if isinstance(part, Aggregate) and part.this is not None:
            return part.this
    return None


def _test(test: conditions.Test) -> Expr:
    subject = lower_operand(test.ref)
    if test.operator == "known":
        return Apply("has", (subject,))
    if test.operator == "happened":
        return Apply("le", (subject, AS_OF))
    if test.season is not None:
        return Apply("during", (subject, Const(test.season.text, SEASON)))
    return Apply(_OPS[test.operator], (subject, *(lower_operand(one) for one in test.operands)))


def _window(window: conditions.Window) -> Window:
    return Window(
        how=window.how,
        is_strict=window.side in ("before", "after"),
        start=lower_operand(window.starts),
        end=lower_operand(window.ends),
        length=lower_operand(window.length),
        counting=tuple(_counting(window.counting)),
        follows=_follows(window.starts),
    )


# ---------- the whole rulebook


class _Lowering:
    """The lowering of one rulebook; what is concluded is found once for all rules."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.candidates: dict[str, list[Candidate]] = {}
        overrides: dict[str, dict[str, tuple[str, ...]]] = {}
        for rule in book.rules.values():
            for one in rule.then:
                candidate = self._candidate(rule, one)
                self.candidates.setdefault(one.fact.name, []).append(candidate)
                overrides.setdefault(one.fact.name, {})[rule.id] = rule.overrides
        self.overrides = {fact: direct_overrides(group) for fact, group in overrides.items()}

    def _candidate(self, rule: rulebook.Rule, conclusion: rulebook.Conclusion) -> Candidate:
        value = lower_operand(conclusion.value)
        if rule.listed is None or conclusion.fact.listed is not None:
            return Candidate(rule.id, value)
        if self.book.lists[rule.listed].empty_if_missing:
            return Candidate(rule.id, value, rule.listed)
        return Candidate(rule.id, value, rule.listed, self._of_the_case(rule))

    def _of_the_case(self, rule: rulebook.Rule) -> Expr:
        """Return what a rule for each record asks of the whole case: false for one, it is for all."""
        every = (*conjuncts(self.book.scope_of(rule)), *conjuncts(rule.when))
        parts = dict.fromkeys(lower_condition(one) for one in every)
        return _all_of(tuple(one for one in parts if not _asks_record(one)))

    def plan(self) -> Plan:
        book = self.book
        return Plan(
            rulebook=book.id,
            digest=book.digest,
            zone=book.zone.key,
            calendar=book.calendar.code,
            currency=book.currency.code,
            places=book.currency.places,
            lists=tuple(
                RecordList(path, one.dated_by, one.empty_if_missing) for path, one in book.lists.items()
            ),
            readings=tuple((id, one.default) for id, one in book.assumptions.items()),
            policies=tuple(self._policies()),
            strata=tuple(self._strata()),
        )

    def _policies(self) -> Iterator[Policy]:
        """Return when each policy applies, and without its days where rules have an act of their own."""
        for id, policy in self.book.policies.items():
            yield Policy(id, lower_condition(policy.scope))
            if any(_scope_of(rule) != rule.policy for rule in self.book.rules.values() if rule.policy == id):
                yield Policy(id + _WITHOUT_DAYS, lower_condition(policy.applies_to))

    def _strata(self) -> Iterable[Stratum]:
        for layer in layers(dependencies(self.book)):
            cells = (self._cell(name) for name in layer.names if name not in self.book.lists)
            yield Stratum(tuple(cells), tuple(self._rule(id) for id in layer.rules))

    def _rule(self, id: str) -> Rule:
        rule = self.book.rules[id]
        return Rule(id, _scope_of(rule), rule.listed, lower_condition(rule.when))

    def _cell(self, name: str) -> Cell:
        book = self.book
        if name in book.facts:
            fact = book.facts[name]
            return self._given(fact) if fact.role == "given" else self._derived(fact)
        if name in book.computed:
            return lower_computed(book.computed[name])
        if name in book.parameters:
            return _parameter(book.parameters[name])
        if name in book.deadlines:
            return _status(book.deadlines[name])
        if name.removesuffix(DUE) in book.deadlines:
            return self._due(book.deadlines[name.removesuffix(DUE)])
        return self._amount(book.amounts[name])

    def _demands(self, part: Deadline | rulebook.Amount) -> tuple[str | None, Expr]:
        """Return the policy whose scope a deadline or amount demands, and what it demands beside that."""
        scope = set(conjuncts(self.book.policies[part.policy].scope))
        every = list(conjuncts(part.when))
        if not scope.issubset(every):
            return None, lower_condition(part.when)
        own = tuple(lower_condition(one) for one in every if one not in scope)
        return part.policy, _all_of(own)

    def _given(self, fact: Fact) -> Given:
        dating = None if fact.dated_by is None else self._read(self.book.facts[fact.dated_by])
        bounds, missing = tuple(self._bounds(fact)), _missing(fact)
        return Given(fact.path, fact.listed, fact.type.value, dating, missing, bounds, fact.planned)

    def _read(self, fact: Fact) -> Read:
        return Read(fact.path, fact.listed, fact.type.value)

    def _bounds(self, fact: Fact) -> Iterator[Bound]:
        """Return the limits that leave a range to a value which the case does not say.

        A bound that is another fact counts only if that fact is seen at all times: what has not happened yet
        may not be looked at.
        """
        for bound in fact.bounds:
            operand, operator = bound.operand, bound.operator
            if operator == "not_before":
                continue
            if isinstance(operand, conditions.Ref) and self.book.facts[operand.name].dated_by is not None:
                continue
            lowered = lower_operand(operand)
            if isinstance(lowered, Const | Read):
                yield operator, lowered

    def _derived(self, fact: Fact) -> Derived:
        return Derived(
            fact.path,
            fact.listed,
            fact.type.value,
            tuple(self.candidates.get(fact.path, ())),
            _in_order(self.overrides.get(fact.path, {})),
            fact.combine,
            None if fact.otherwise is None else lower_operand(fact.otherwise),
        )

    def _due(self, deadline: Deadline) -> Due:
        policy, when = self._demands(deadline)
        return Due(
            deadline=deadline.id,
            policy=policy,
            listed=deadline.listed,
            when=when,
            start=lower_operand(deadline.starts),
            length=None if deadline.within is None else lower_operand(deadline.within),
            counting=_counting_of_length(deadline.counting),
            follows=_follows(deadline.starts),
            ends=None if deadline.ends is None else lower_operand(deadline.ends),
            pauses=tuple(_pause(one) for one in deadline.pauses),
            zone=None if deadline.zone is None else lower_operand(deadline.zone),
        )

    def _amount(self, amount: rulebook.Amount) -> Amount:
        policy, when = self._demands(amount)
        return Amount(
            name=amount.id,
            policy=policy,
            listed=amount.listed,
            when=when,
            base=None if amount.base is None else lower_operand(amount.base),
            plus=tuple(lower_operand(term) for term in amount.plus),
            minus=tuple(lower_operand(term) for term in amount.minus),
            rate=None if amount.rate is None else lower_operand(amount.rate),
            floor=None if amount.floor is None else lower_operand(amount.floor),
            caps=tuple(Cap(lower_condition(cap.when), lower_operand(cap.limit)) for cap in amount.caps),
            rounding=amount.rounding.how,
            step=amount.rounding.step,
            sort=amount.type.value,
            times=tuple(lower_operand(one) for one in amount.times),
            divided_by=tuple(lower_operand(one) for one in amount.divided_by),
            bands=tuple(
                Band(None if one.limit is None else lower_operand(one.limit), lower_operand(one.rate))
                for one in amount.bands
            ),
            of_the_whole=amount.bands_apply_to == "the_whole",
            formula=None if amount.formula is None else lower_term(amount.formula.term),
        )


_WITHOUT_DAYS = " without its days"
"""What the name of a policy ends with where only ``applies_to`` is asked; such a name is nobody's."""


def _scope_of(rule: rulebook.Rule) -> str:
    """Return the name of what the policy of a rule demands of the case."""
    return rule.policy if rule.by is None else rule.policy + _WITHOUT_DAYS


# ---------- cells


def _asks_record(expr: Expr) -> bool:
    """Tell whether an expression depends on the record for which it stands."""
    match expr:
        case Read():
            return expr.listed is not None
        case Apply(args=args) | Compute(args=args):
            return any(map(_asks_record, args))
        case Window(start=start, end=end, length=length, follows=follows):
            return any(map(_asks_record, (start, end, length, follows)))
        case Same(one=one, other=other):
            return _asks_record(one) or _asks_record(other)
        case Choose(branches):
            return any(_asks_record(one) for branch in branches for one in branch)
        case Aggregate():
            return expr.this is not None or expr.is_of_record
        case Const() | Unsaid() | Chosen():
            return False


def _in_order(overrides: Mapping[str, tuple[str, ...]]) -> Overrides:
    return tuple((rule, tuple(sorted(beaten))) for rule, beaten in sorted(overrides.items()) if beaten)


def _missing(fact: Fact) -> Expr:
    def lower(missing: IfMissing) -> Expr:
        if missing is None:
            return Unsaid()
        return Const(None if missing == "absent" else missing.value, fact.type.value)

    if isinstance(fact.if_missing, rulebook.MissingByReading):
        return _by_reading(fact.if_missing.assumption, fact.if_missing.readings, lower)
    return lower(fact.if_missing)


def _parameter(parameter: rulebook.Parameter) -> Parameter:
    values = tuple(Dated(one.value, one.start, one.end, one.season) for one in parameter.values)
    by = None if parameter.by is None or not parameter.is_dated else lower_operand(parameter.by)
    assert by is None or isinstance(by, Read)
    return Parameter(parameter.id, parameter.listed, parameter.type.value, values, by)


def _counting(rules: Iterable[CountingRule]) -> Iterator[tuple[Aspect, Expr]]:
    for rule in rules:
        if rule.assumption is None:
            yield rule.aspect, Const(rule.choices[0][1], "choice")
        else:
            yield (
                rule.aspect,
                _by_reading(rule.assumption, rule.choices, lambda choice: Const(choice, "choice")),
            )


def _pause(pause: rulebook.Pause) -> Pause:
    begin, end = lower_operand(pause.begin), lower_operand(pause.end)
    if pause.question is None:
        return Pause(begin, end, None)
    question = pause.question
    where = lower_condition(question.where)
    this = _this(question, where, begin, end)
    return Pause(begin, end, Aggregate("any", question.listed, where, ALWAYS, question.among, this))


def _counting_of_length(rules: Iterable[CountingRule]) -> tuple[tuple[Aspect, Expr], ...]:
    """Return how a length is counted; which last instant counts moves its end only by a cut-off."""
    found = tuple(_counting(rules))
    has_cut_off = any(aspect == "cut_off" for aspect, _ in found)
    return tuple((aspect, how) for aspect, how in found if aspect != "end" or has_cut_off)


def _follows(start: Operand) -> Expr:
    """Return whether a clock starts where another ran out, and not with an act."""
    if isinstance(start, conditions.ByReading):
        return _by_reading(start.assumption, start.readings, _follows)
    if conditions.is_end(start):
        return ALWAYS
    if not isinstance(start, conditions.Ref) or start.kind != "deadline":
        return NEVER
    status = Read(start.name.rpartition(".")[0] + ".status", start.listed, "choice", start.this)
    return Apply("in", (status, *(Const(one, "choice") for one in RAN_OUT)))


def _status(deadline: Deadline) -> Status:
    how_end = next((how for aspect, how in _counting(deadline.counting) if aspect == "end"), _INCLUDED)
    return Status(
        name=deadline.id,
        listed=deadline.listed,
        acts=tuple(lower_operand(act) for act in deadline.met_by),
        stops=tuple(lower_operand(event) for event in deadline.stopped_by),
        end=how_end,
        over=deadline.over,
        stands=bool(deadline.pauses),
    )


_INCLUDED = Const(Counting().end, "choice")
