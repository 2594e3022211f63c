"""The reference evaluator: the meaning of a rulebook, computed the naive way.

It walks the typed model for one case and looks up everything when it needs it. It is the oracle of the
compiled engines and shares none of their passes; where durable-rules cannot run it judges the cases itself.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import get_args

from policyengine.model.case import Case, Key
from policyengine.model.conditions import (
    All,
    Any,
    ByReading,
    Calculation,
    Computed,
    Condition,
    Constant,
    Count,
    DayEdge,
    Extreme,
    Formula,
    Not,
    Operand,
    Operator,
    Otherwise,
    Pick,
    Question,
    ReadingIs,
    Ref,
    Same,
    Some,
    Term,
    Test,
    Window,
    asks_this,
    conjuncts,
    divides,
    operands_in,
)
from policyengine.model.counting import CountingRule
from policyengine.model.rulebook import (
    Amount,
    Bound,
    Conclusion,
    Deadline,
    Fact,
    Parameter,
    Pause,
    Rule,
    Rulebook,
    otherwise_name,
)
from policyengine.semantics import tallies
from policyengine.semantics.amounts import (
    Band,
    Bands,
    Cap,
    Factor,
    Part,
    Terms,
    declared_range,
    judge_amount,
)
from policyengine.semantics.amounts import Formula as FormulaFinding
from policyengine.semantics.combining import combine, of_any_record
from policyengine.semantics.deadlines import (
    Clock,
    Span,
    has_run_out,
    judge_deadline,
    measure,
    measure_until,
    ran_out,
)
from policyengine.semantics.findings import (
    ABSENT,
    NOTHING,
    Absent,
    AmountFinding,
    Concluded,
    Conflict,
    DeadlineFinding,
    Findings,
    Known,
    Missing,
    Resolved,
    RuleFinding,
    State,
    Truth,
    Unknown,
    Waits,
    waits_of,
)
from policyengine.semantics.findings import Pause as PauseFound
from policyengine.semantics.overriding import NO_DEFEATS, Candidate, close_overrides, resolve
from policyengine.semantics.strata import DUE, dependencies, layers, levels, refs_of_operand
from policyengine.semantics.tallies import Tally
from policyengine.semantics.windows import Frame, judge_same, judge_window, midnight
from policyengine.values.business_time import business_days_between
from policyengine.values.counting import Counting
from policyengine.values.literals import (
    LARGEST_COUNT,
    Number,
    Value,
    ValueType,
    comparison_key,
    local_day,
    start_of_day,
    unit_of,
)
from policyengine.values.months import day_after_months, instant_after_months

Answer = tuple[Truth, Waits]
FALSE: Answer = (Truth.FALSE, NOTHING)
TRUE: Answer = (Truth.TRUE, NOTHING)


class Reference:
    """Judges cases of one rulebook under one choice of readings."""

    name = "reference"

    def __init__(self, rulebook: Rulebook, readings: Mapping[str, str]) -> None:
        """``readings`` gives the reading chosen for each assumption."""
        self.rulebook = rulebook
        self.readings = readings
        graph = dependencies(rulebook)
        # Without it the evaluation would recurse as deep as the longest chain of rules.
        self.order = [node for level in levels(graph) for node in level]
        self.strata = [layer.rules for layer in layers(graph)]
        self.conclusions = _conclusions(rulebook)
        listed = {rule.id: rule.listed for rule in rulebook.rules.values()}
        self.defeats = {
            fact: close_overrides(group, listed if rulebook.facts[fact].listed is None else None)
            for fact, group in _overrides(rulebook).items()
        }

    def run(self, case: Case, as_of: int) -> Findings:
        """Conclude everything that can be concluded about ``case`` at ``as_of`` (epoch seconds)."""
        return _Run(self, case, as_of).findings()

    def part(self, nodes: Collection[str]) -> Reference:
        """Return itself: it knows no Plan."""
        return self


def _conclusions(rulebook: Rulebook) -> dict[str, list[tuple[Rule, Conclusion]]]:
    """Return for each fact what concludes it, in the order of the rules."""
    found: dict[str, list[tuple[Rule, Conclusion]]] = {}
    for rule in rulebook.rules.values():
        for conclusion in rule.then:
            found.setdefault(conclusion.fact.name, []).append((rule, conclusion))
    return found


def _overrides(rulebook: Rulebook) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return for each fact which rules each of those that conclude it names under ``overrides``."""
    groups: dict[str, dict[str, tuple[str, ...]]] = {}
    for id, rule in rulebook.rules.items():
        for conclusion in rule.then:
            groups.setdefault(conclusion.fact.name, {})[id] = rule.overrides
    return groups


def _and(answers: Iterable[Answer]) -> Answer:
    return _joined(answers, Truth.FALSE, TRUE)


def _or(answers: Iterable[Answer]) -> Answer:
    return _joined(answers, Truth.TRUE, FALSE)


def _joined(answers: Iterable[Answer], settling: Truth, otherwise: Answer) -> Answer:
    """Return the answer of a whole that one part settles; what is open waits for all parts that are."""
    found, is_open = NOTHING, False
    for truth, waits in answers:
        if truth is settling:
            return truth, NOTHING
        if truth is Truth.UNDETERMINED:
            found, is_open = found | waits, True
    return (Truth.UNDETERMINED, found) if is_open else otherwise


def _not(answer: Answer) -> Answer:
    return Truth(2 - answer[0]), answer[1]


def _is_known(state: State) -> Answer:
    """Tell whether something has a value."""
    if isinstance(state, Unknown) and not state.has_value:
        return Truth.UNDETERMINED, state.waits
    return _truth(not isinstance(state, Absent))


def _asks_a_record(condition: Condition) -> bool:
    """Tell whether the answer can be another one for another record of the list of a rule."""
    match condition:
        case All(parts) | Any(parts):
            return any(map(_asks_a_record, parts))
        case Not(part):
            return _asks_a_record(part)
        case Pick(which="next" | "previous"):
            return True
        case Some() | Pick():
            return asks_this(condition)
        case Count():
            return asks_this(condition) or _is_of_a_record(condition)
        case Test() | Window() | Same() | ReadingIs():
            return _is_of_a_record(condition)


def _is_of_a_record(condition: Condition) -> bool:
    """Under any reading; readings can stand in readings."""
    refs = (ref for operand in operands_in(condition) for ref in refs_of_operand(operand))
    return any(ref.listed is not None for ref in refs)


def _truth(holds: bool) -> Answer:
    return TRUE if holds else FALSE


class _Run:
    """The judgement of one case at one instant; everything is computed once, when first asked for."""

    def __init__(self, engine: Reference, case: Case, as_of: int) -> None:
        self.book = engine.rulebook
        self.readings = engine.readings
        self.order = engine.order
        self.strata = engine.strata
        self.conclusions = engine.conclusions
        self.defeats = engine.defeats
        self.case = case
        self.as_of = as_of
        self.states: dict[Key, State] = {}
        self.resolved: dict[Key, Resolved] = {}
        self.scopes: dict[str, Answer] = {}
        self.rules: dict[Key, RuleFinding] = {}
        self.spans: dict[Key, Span] = {}
        self.deadlines: dict[Key, DeadlineFinding] = {}
        self.amounts: dict[Key, AmountFinding] = {}
        self.seen = {path: self._seen_records(path) for path in self.book.lists}

    def findings(self) -> Findings:
        for node in self.order:
            self._conclude(node)
        awaited: dict[Key, State] = {
            key: Unknown(frozenset({Missing("conflict", *key)}))
            for key, state in self.states.items()
            if isinstance(state, Conflict)
        }
        return Concluded(
            self.states,
            {**self.states, **awaited} if awaited else self.states,
            self.resolved,
            self.rules,
            self.deadlines,
            self.amounts,
            tuple(self._firings()),
            {path: None if seen is None else tuple(seen) for path, seen in self.seen.items()},
        )

    def _firings(self) -> Iterator[Key]:
        """Return the rules that hold in an order in which they could be found out: reasons come first."""
        for stratum in self.strata:
            for id in stratum:
                for record in sorted(self._keys(self.book.rules[id].listed), key=lambda one: one or 0):
                    if self.rules[id, record].truth is Truth.TRUE:
                        yield id, record

    def _conclude(self, node: str) -> None:
        if node.startswith("rule "):
            rule = self.book.rules[node.removeprefix("rule ")]
            for record in self._keys(rule.listed):
                self._rule(rule, record)
        elif node in self.book.deadlines:
            for record in self._keys(self.book.deadlines[node].listed):
                self._deadline(node, record)
        elif node in self.book.amounts:
            for record in self._keys(self.book.amounts[node].listed):
                self._state(node, record)
        elif node in self.book.computed:
            for record in self._keys(self.book.computed[node].listed):
                self._state(node, record)
        elif node.removesuffix(DUE) in self.book.deadlines:
            for record in self._keys(self.book.deadlines[node.removesuffix(DUE)].listed):
                self._state(node, record)
        elif node not in self.book.lists:
            part = self.book.facts.get(node) or self.book.parameters[node]
            for record in self._keys(part.listed):
                self._state(node, record)

    def _keys(self, listed: str | None) -> list[int | None]:
        return [None] if listed is None else list(self.seen[listed] or ())

    # ---------- lists

    def _seen_records(self, path: str) -> list[int] | None:
        """Return the records that have happened by now, the earliest first; None for an unknown list."""
        listed = self.book.lists[path]
        count = self.case.records.get(path)
        if count is None:
            return [] if listed.empty_if_missing else None
        if listed.dated_by is None:
            return list(range(count))
        dated = [(self._given_instant(listed.dated_by, record), record) for record in range(count)]
        return [record for instant, record in sorted(dated) if instant <= self.as_of]

    def _given_instant(self, path: str, record: int) -> int:
        value = self.case.values[path, record]
        assert isinstance(value, int)
        return value

    # ---------- what has a value

    def _state(self, name: str, record: int | None) -> State:
        key = (name, record)
        found = self.states.get(key)
        if found is None:
            found = self.states[key] = self._find_state(name, record)
        return found

    def _find_state(self, name: str, record: int | None) -> State:
        fact = self.book.facts.get(name)
        if fact is not None:
            return self._given(fact, record) if fact.role == "given" else self._concluded(fact, record)
        parameter = self.book.parameters.get(name)
        if parameter is not None:
            return self._parameter(parameter, record)
        if name in self.book.amounts:
            return self._amount(name, record).result
        computed = self.book.computed.get(name)
        if computed is not None:
            return self._computed(computed, record)
        deadline, _, property = name.rpartition(".")
        if property == "due":
            return self._span(deadline, record).due_if_any
        finding = self._deadline(deadline, record)
        return {"status": finding.status, "settled_at": finding.settled, "left": finding.left}[property]

    def _given(self, fact: Fact, record: int | None) -> State:
        dating = self._dating(fact, record)
        if isinstance(dating, Unknown):
            return Unknown(dating.waits)
        if isinstance(dating, Absent):
            return dating
        value = self.case.values.get((fact.path, record))
        if value is None:
            missing = fact.when_missing(self.readings)
            if missing == "absent":
                return ABSENT
            if missing is not None:
                return Known(missing.value)
            # An event may be still to come.
            return Unknown(frozenset({Missing("fact", fact.path, record)}), has_value=not fact.is_event)
        return ABSENT if fact.is_event and self._is_later(fact.type, value) else Known(value)

    def _dating(self, fact: Fact, record: int | None) -> State | None:
        """Return the state of the event with which the fact came, Absent when it has not happened."""
        if fact.dated_by is None:
            return None
        dating = self.book.facts[fact.dated_by]
        state = self._known_or_waiting(dating.path, record if dating.listed else None)
        if isinstance(state, Known) and isinstance(state.value, int) and state.value > self.as_of:
            return ABSENT
        return state

    def _is_later(self, type: ValueType, value: Value) -> bool:
        if type is ValueType.INSTANT:
            return isinstance(value, int) and value > self.as_of
        if type is ValueType.DATE:
            return isinstance(value, int) and value > local_day(self.as_of, self.book.zone)
        return False

    def _parameter(self, parameter: Parameter, record: int | None) -> State:
        if parameter.id in self.case.figures:
            return Known(self.case.figures[parameter.id])
        missing = Unknown(frozenset({Missing("parameter", parameter.id, None)}), has_value=True)
        if not parameter.values:
            return missing
        if parameter.by is None or not parameter.is_dated:
            return Known(parameter.values[-1].value)
        act = self._operand(parameter.by, record)
        if isinstance(act, Unknown):
            return Unknown(act.waits)
        if not isinstance(act, Known):
            return act
        assert isinstance(act.value, int)
        day = local_day(act.value, self.book.zone)
        started = [one for one in parameter.values if one.start is None or one.start <= day]
        if not started:
            return missing
        lasting = [one for one in started if one.end is None or day <= one.end]
        yearly = [one for one in lasting if one.season is not None and one.season.holds_on(day)]
        others = [one for one in lasting if one.season is None]
        chosen = max(yearly or others, key=lambda one: one.start or 0, default=None)
        return ABSENT if chosen is None else Known(chosen.value)

    def _known_or_waiting(self, name: str, record: int | None) -> State:
        """Return a state to compute with: a conflict is waited for like a missing fact."""
        state = self._state(name, record)
        if isinstance(state, Conflict):
            return Unknown(frozenset({Missing("conflict", name, record)}))
        return state

    # ---------- facts that rules conclude

    def _concluded(self, fact: Fact, record: int | None) -> State:
        conclusions = self.conclusions.get(fact.path, [])
        candidates = [
            one for rule, conclusion in conclusions for one in self._candidates(rule, conclusion, record)
        ]
        otherwise = None
        if fact.otherwise is not None:
            chosen, name = self._chosen(fact.otherwise), otherwise_name(fact.path)
            state, known_by = self._operand(chosen, record), _unknown_as(chosen, name, record)
            otherwise = Candidate(name, Truth.TRUE, NOTHING, state, known_by, record)
        defeats = self.defeats.get(fact.path, NO_DEFEATS)
        if fact.combine is None:
            resolved = resolve(candidates, defeats, otherwise)
        else:
            resolved = combine(candidates, defeats, fact.combine, otherwise)
        if conclusions or otherwise is not None:
            self.resolved[fact.path, record] = resolved
        return resolved.state

    def _candidates(self, rule: Rule, conclusion: Conclusion, record: int | None) -> Iterable[Candidate]:
        """Return what a rule gives a fact: for the whole case, what it gives for each record."""
        if rule.listed is None or conclusion.fact.listed is not None:
            return [self._candidate(rule, conclusion, record)]
        records = self.seen[rule.listed]
        if records is not None:
            return [self._candidate(rule, conclusion, one) for one in records]
        applies, waits = self._of_the_case(rule)
        if applies is Truth.FALSE:
            return ()
        chosen = self._chosen(conclusion.value)
        of_record = isinstance(chosen, Ref) and chosen.listed is not None
        value: State = Unknown(NOTHING) if of_record else self._operand(chosen, None)
        return [of_any_record(rule.id, rule.listed, waits, value)]

    def _candidate(self, rule: Rule, conclusion: Conclusion, record: int | None) -> Candidate:
        finding = self._rule(rule, record)
        chosen = self._chosen(conclusion.value)
        unknown_as = _unknown_as(chosen, rule.id, record)
        value = self._operand(chosen, record)
        return Candidate(rule.id, finding.truth, finding.waits, value, unknown_as, record)

    def _rule(self, rule: Rule, record: int | None) -> RuleFinding:
        key = (rule.id, record)
        found = self.rules.get(key)
        if found is None:
            answer = self._scope_of(rule)
            if answer[0] is not Truth.FALSE:
                answer = _and([answer, self._condition(rule.when, record)])
            found = self.rules[key] = RuleFinding(*answer)
        return found

    def _of_the_case(self, rule: Rule) -> Answer:
        """Tell what a rule for each record asks of the whole case: where it is false, no record matters."""
        every = [one for one in conjuncts(rule.when) if not _asks_a_record(one)]
        return _and([self._scope_of(rule), *(self._condition(one, None) for one in every)])

    def _scope_of(self, rule: Rule) -> Answer:
        """Tell whether the policy of a rule applies; of some rules another act tells the days."""
        if rule.by is None:
            return self._scope(rule.policy)
        return self._condition(self.book.scope_of(rule), None)

    def _scope(self, policy: str) -> Answer:
        """Tell whether a policy applies to the case."""
        found = self.scopes.get(policy)
        if found is None:
            found = self.scopes[policy] = self._condition(self.book.policies[policy].scope, None)
        return found

    # ---------- deadlines and amounts

    def _span(self, id: str, record: int | None) -> Span:
        found = self.spans.get((id, record))
        if found is None:
            deadline = self.book.deadlines[id]
            begins = *self._condition(deadline.when, record), self._operand(deadline.starts, record)
            length = None if deadline.within is None else self._operand(deadline.within, record)
            clock = self._clock(deadline, record)
            zone = None if deadline.zone is None else self._operand(deadline.zone, record)
            if deadline.ends is not None:
                ends = self._operand(deadline.ends, record)
                found = measure_until(*begins, ends, length, clock, zone)
            else:
                assert length is not None
                pauses = [one for pause in deadline.pauses for one in self._pauses(pause, record)]
                found = measure(*begins, length, clock, pauses, self.as_of, zone)
            self.spans[id, record] = found
        return found

    def _pauses(self, pause: Pause, record: int | None) -> list[PauseFound]:
        """Return the times in which a clock stands still, or may: one, or one for each record of a list."""
        if pause.question is None:
            begin, end = self._operand(pause.begin, record), self._operand(pause.end, record)
            return [PauseFound(Truth.TRUE, NOTHING, begin, end)]
        records = self._among(pause.question, record)
        if records is None:
            return [PauseFound.of_unknown_list(pause.question.listed)]
        return [
            PauseFound(
                *self._inside(pause.question.where, one, record),
                self._operand(pause.begin, one, record),
                self._operand(pause.end, one, record),
            )
            for one in records
        ]

    def _clock(self, deadline: Deadline, record: int | None) -> Clock:
        counting = self._counting(deadline.counting)
        over = ran_out(bool(deadline.met_by), deadline.is_right)
        is_day = self._chosen(deadline.starts).type is ValueType.DATE
        follows = self._follows(deadline, record)
        return Clock(counting, self.book.calendar, self.book.zone, over, follows, is_day)

    def _deadline(self, id: str, record: int | None) -> DeadlineFinding:
        found = self.deadlines.get((id, record))
        if found is None:
            deadline = self.book.deadlines[id]
            found = self.deadlines[id, record] = judge_deadline(
                self._span(id, record),
                [self._operand(act, record) for act in deadline.met_by],
                [self._operand(event, record) for event in deadline.stopped_by],
                self._clock(deadline, record),
                self.as_of,
            )
            self.states[f"{id}.status", record] = found.status
            self.states[f"{id}.settled_at", record] = found.settled
            if deadline.pauses:
                self.states[f"{id}.left", record] = found.left
        return found

    def _follows(self, deadline: Deadline, record: int | None) -> bool:
        """Tell whether a deadline starts where another one ran out."""
        return self._has_run_out(self._chosen(deadline.starts), record)

    def _has_run_out(self, start: Ref | Constant, record: int | None) -> bool:
        """Tell whether what begins at an instant begins where a deadline ran out."""
        if isinstance(start, Ref) and start.ends_day:
            return True
        if not isinstance(start, Ref) or start.kind != "deadline":
            return False
        other, _, property = start.name.rpartition(".")
        return property == "due" or has_run_out(
            self._deadline(other, record if start.listed else None).status
        )

    def _counting(self, rules: Iterable[CountingRule]) -> Counting:
        chosen: dict[str, str] = {}
        for rule in rules:
            if rule.assumption is None:
                chosen[rule.aspect] = rule.choices[0][1]
            else:
                chosen[rule.aspect] = dict(rule.choices)[self.readings[rule.assumption]]
        return Counting(**chosen)  # type: ignore[arg-type]  # the parser let only words of each aspect pass

    def _amount(self, id: str, record: int | None) -> AmountFinding:
        found = self.amounts.get((id, record))
        if found is None:
            amount = self.book.amounts[id]
            terms = self._terms(amount, record)
            floor = None if amount.floor is None else self._part(amount.floor, record)
            caps = [
                Cap(*self._condition(cap.when, record), self._part(cap.limit, record)) for cap in amount.caps
            ]
            exists = self._condition(amount.when, record)
            found = judge_amount(*exists, terms, floor, caps, amount.rounding, amount.type)
            self.amounts[id, record] = found
        return found

    def _terms(self, amount: Amount, record: int | None) -> Terms:
        if amount.formula is not None:
            return Terms(Part(ABSENT), formula=self._formula(amount.formula, amount.type, record))
        assert amount.base is not None
        bands = [
            Band(None if one.limit is None else self._part(one.limit, record), self._factor(one.rate, record))
            for one in amount.bands
        ]
        return Terms(
            self._part(amount.base, record),
            [self._part(term, record) for term in amount.plus],
            [self._part(term, record) for term in amount.minus],
            [self._factor(one, record) for one in amount.times],
            [self._factor(one, record) for one in amount.divided_by],
            None if amount.rate is None else self._factor(amount.rate, record),
            Bands(bands, amount.bands_apply_to == "the_whole") if bands else None,
        )

    def _factor(self, operand: Operand, record: int | None) -> Factor:
        return Factor(self._part(operand, record), unit_of(self._chosen(operand).type))

    # ---------- formulas

    def _formula(self, formula: Formula, type: ValueType, record: int | None) -> FormulaFinding:
        """Calculate a formula from its leaves up; what has no value leaves none."""
        met = [self._operand(one, record) for one in formula.names]
        if any(isinstance(state, Absent) for state in met):
            return FormulaFinding(ABSENT, met)
        if any(isinstance(state, Unknown) for state in met):
            has_value = not divides(formula.term) and all(
                not isinstance(state, Unknown) or state.has_value for state in met
            )
            settled = self._number(formula.term, record, is_open=True) if has_value else None
            if settled is None:
                return FormulaFinding(Unknown(waits_of(met), has_value), met)
            return FormulaFinding(Known(settled * unit_of(type)), met)
        number = self._number(formula.term, record)
        return FormulaFinding(ABSENT if number is None else Known(number * unit_of(type)), met)

    def _number(self, term: Term, record: int | None, is_open: bool = False) -> Fraction | None:
        """Return what a term comes to, None if that is not known or nothing.

        ``is_open``: something in the formula is not known, and all there is in it; zero times that is zero.
        """
        if not isinstance(term, Calculation):
            state = self._operand(term, record)
            if not isinstance(state, Known):
                return None
            key = comparison_key(state.value)
            assert not isinstance(key, str)
            return Fraction(key) / unit_of(term.type)
        args = [self._number(one, record, is_open) for one in term.args]
        numbers = [one for one in args if one is not None]
        if len(numbers) < len(args):
            return Fraction(0) if is_open and term.op == "mul" and 0 in numbers else None
        first, last = numbers[0], numbers[-1]
        match term.op:
            case "add":
                return first + last
            case "sub":
                return first - last
            case "mul":
                return first * last
            case "div":
                return first / last if last else None
            case "neg":
                return -first
            case "least":
                return min(numbers)
            case "greatest":
                return max(numbers)
            case "up":
                return Fraction(math.ceil(first) if first > 0 else math.floor(first))
            case "down":
                return Fraction(math.trunc(first))
            case "days":
                return first * 86_400
            case "whole_days":
                return Fraction(math.trunc((last - first) / 86_400))
            case "ended":
                midnight = start_of_day(local_day(int(first), self.book.zone), self.book.zone)
                return first - 1 if first == midnight else first
            case "business_days" | "business_days_between_days":
                days = [self._day_of(one, term.op) for one in (first, last)]
                return Fraction(business_days_between(days[0], days[1], self.book.calendar))
            case _:
                return self._months(int(first), int(last), term.op)

    def _day_of(self, number: Fraction, op: str) -> int:
        return (
            int(number)
            if op.endswith("_days") and "between" in op
            else local_day(int(number), self.book.zone)
        )

    def _months(self, first: int, last: int, op: str) -> Fraction:
        """Return the whole months or years between two times, tried one by one; negative backwards."""
        sign, begin, end = (1, first, last) if first <= last else (-1, last, first)
        step = 12 if "years" in op else 1

        def has_ended(count: int) -> bool:
            if "between" in op:
                return day_after_months(begin, count * step, "last_day") <= end
            return instant_after_months(begin, count * step, self.book.zone, "last_day") <= end

        count = 0
        while has_ended(count + 1):
            count += 1
        return Fraction(sign * count)

    # ---------- values that are computed in place

    def _computed(self, computed: Computed, record: int | None) -> State:
        match computed.value:
            case Otherwise(value, fallback):
                return tallies.otherwise(self._operand(value, record), self._operand(fallback, record))
            case Extreme(how, of):
                states = [self._operand(one, record) for one in of]
                return tallies.latest(states) if how == "latest" else tallies.earliest(states)
            case DayEdge(edge, of):
                return tallies.edge_of(self._operand(of, record), edge, self.book.zone)
            case Question() as question:
                amount = ABSENT if question.amount is None else self._operand(question.amount, record)
                return self._tally(question, record, amount).state

    def _tally(self, question: Question | Count, this: int | None, amount: State) -> Tally:
        """Return what a question about records comes to, asked for the sake of a record or of none."""
        records = self._among(question, this)
        if records is None:
            return tallies.of_unknown_list(question.how, self._unknown_list(question.listed)[1])
        found = []
        for one in records:
            truth, waits = self._inside(question.where, one, this)
            if truth is not Truth.FALSE:
                part = self._asked_of(question.of, one, this)
                found.append(tallies.Seen(one, truth, waits, part.state, part.declared))
        type = ValueType.COUNT if question.of is None else question.of.type
        match question.how:
            case "count":
                return tallies.count(found)
            case "different":
                return tallies.different(found)
            case "total":
                return tallies.total(found, type)
            case "position":
                assert this is not None
                return tallies.position(found, this, question.descending)
            case "least" | "greatest":
                return tallies.extreme(found, question.how == "greatest", type)
            case "only":
                return tallies.only(found, question.listed)
            case "share":
                assert this is not None
                return tallies.share(found, this, amount)
            case "first" | "last" | "next" | "previous":
                return tallies.first(self._looked_through(question.how, found, records, this))

    def _asked_of(self, operand: Operand | None, record: int, this: int | None) -> Part:
        """Return what is asked of a record, with its range where it is not known."""
        if operand is None:
            return Part(Known(1))
        state, chosen = self._operand(operand, record, this), self._chosen(operand)
        fact = None if isinstance(chosen, Constant) or chosen.this else self.book.facts.get(chosen.name)
        if fact is None or fact.role != "given" or not isinstance(state, Unknown):
            return Part(state)
        return Part(state, declared_range((one.operator, self._limit(one, record)) for one in fact.bounds))

    def _looked_through(
        self, how: str, found: list[tallies.Seen], records: list[int], this: int | None
    ) -> list[tallies.Seen]:
        if how in ("next", "previous"):
            assert this is not None
            here = records.index(this)
            reach = records[here + 1 :] if how == "next" else records[:here]
            found = [one for one in found if one.record in reach]
        return found if how in ("first", "next") else found[::-1]

    # ---------- operands

    def _chosen(self, operand: Operand) -> Ref | Constant:
        while isinstance(operand, ByReading):
            operand = dict(operand.readings)[self.readings[operand.assumption]]
        return operand

    def _operand(self, operand: Operand, record: int | None, this: int | None = None) -> State:
        chosen = self._chosen(operand)
        if isinstance(chosen, Constant):
            return Known(chosen.value)
        if chosen.kind == "now":
            return Known(self.as_of)
        own = this if chosen.this else record
        state = self._known_or_waiting(chosen.name, own if chosen.listed else None)
        return midnight(state, self.book.zone) if chosen.midnight else state

    def _part(self, operand: Operand, record: int | None) -> Part:
        """Return a part of an amount, with the range that it has where its value is not known."""
        state, chosen = self._operand(operand, record), self._chosen(operand)
        fact = None if isinstance(chosen, Constant) else self.book.facts.get(chosen.name)
        if fact is None or fact.role != "given" or not isinstance(state, Unknown):
            return Part(state)
        return Part(state, declared_range((one.operator, self._limit(one, record)) for one in fact.bounds))

    def _limit(self, bound: Bound, record: int | None) -> Value | None:
        """Return what a bound says, if it can be seen at all times: it may not tell what is still to come."""
        if isinstance(bound.operand, Constant):
            return bound.operand.value
        if not isinstance(bound.operand, Ref) or self.book.facts[bound.operand.name].dated_by is not None:
            return None
        return self.case.values.get((bound.operand.name, record if bound.operand.listed else None))

    # ---------- conditions

    def _condition(self, condition: Condition, record: int | None) -> Answer:
        """Return the answer for a record: of the rule, clock or amount itself, not of a question."""
        return self._inside(condition, record, record)

    def _inside(self, condition: Condition, record: int | None, this: int | None) -> Answer:
        """Return the answer for a record; ``this`` is the one for whose sake everything is asked."""
        match condition:
            case Test():
                return self._test(condition, record, this)
            case Window():
                return self._window(condition, record, this)
            case Same():
                return self._same(condition, record, this)
            case ReadingIs():
                return _truth(self.readings[condition.assumption] in condition.readings)
            case All():
                return _and(self._inside(part, record, this) for part in condition.parts)
            case Any():
                return _or(self._inside(part, record, this) for part in condition.parts)
            case Not():
                return _not(self._inside(condition.part, record, this))
            case Some():
                return self._some(condition, this)
            case Count():
                return self._count(condition, record, this)
            case Pick():
                return self._pick(condition, record, this)

    def _test(self, test: Test, record: int | None, this: int | None) -> Answer:
        state = self._operand(test.ref, record, this)
        if test.operator == "known":
            return _is_known(state)
        if test.operator == "happened":
            return self._compare(state, "at_most", Known(self.as_of))
        if test.season is not None:
            if not isinstance(state, Known):
                return FALSE if isinstance(state, Absent) else (Truth.UNDETERMINED, waits_of([state]))
            assert isinstance(state.value, int)
            is_date = test.ref.type is ValueType.DATE
            day = state.value if is_date else local_day(state.value, self.book.zone)
            return _truth(test.season.holds_on(day))
        if test.operator == "one_of":
            return _or(self._compare(state, "is", self._operand(one, record, this)) for one in test.operands)
        return self._compare(state, test.operator, self._operand(test.operands[0], record, this))

    def _window(self, window: Window, record: int | None, this: int | None) -> Answer:
        start, end = self._chosen(window.starts), self._chosen(window.ends)
        frame = Frame(
            self._counting(window.counting),
            self.book.calendar,
            self.book.zone,
            window.side in ("before", "after"),
            start.type is ValueType.DATE,
            end.type is ValueType.DATE,
            self._has_run_out(start, this if isinstance(start, Ref) and start.this else record),
        )
        first, last, length = (self._operand(one, record, this) for one in (start, end, window.length))
        return judge_window(window.how, first, last, length, frame)

    def _same(self, same: Same, record: int | None, this: int | None) -> Answer:
        operands = (same.ref, self._chosen(same.anchor))
        one, other = (self._operand(operand, record, this) for operand in operands)
        are_dates = (operands[0].type is ValueType.DATE, operands[1].type is ValueType.DATE)
        return judge_same(same.period, one, other, are_dates, self.book.zone)

    def _compare(self, left: State, operator: Operator, right: State) -> Answer:
        if isinstance(left, Absent) or isinstance(right, Absent):
            return FALSE
        if isinstance(left, Known) and isinstance(right, Known):
            return _truth(holds(comparison_key(left.value), operator, comparison_key(right.value)))
        return Truth.UNDETERMINED, waits_of([left, right])

    # ---------- questions about lists

    def _unknown_list(self, path: str) -> Answer:
        return Truth.UNDETERMINED, frozenset({Missing("fact", path, None)})

    def _among(self, question: Some | Count | Pick | Question, this: int | None) -> list[int] | None:
        records = self.seen[question.listed]
        if records is None or question.among == "all":
            return records
        assert this is not None
        if question.among == "earlier":
            return records[: records.index(this)]
        return [record for record in records if record != this]

    def _some(self, question: Some, this: int | None) -> Answer:
        records = self._among(question, this)
        if records is None:
            return self._unknown_list(question.listed)
        return _or(self._inside(question.where, record, this) for record in records)

    def _count(self, question: Count, record: int | None, this: int | None) -> Answer:
        if question.how != "count":
            tally = self._tally(question, this, ABSENT)
            return _or(
                tallies.compare(tally, question.operator, self._operand(one, record, this))
                for one in question.operands
            )
        records = self._among(question, this)
        operands = [self._operand(operand, record, this) for operand in question.operands]
        operands = [operand for operand in operands if not isinstance(operand, Absent)]
        if not operands:
            return FALSE
        if records is None:  # any number of records
            least, most, waits = 0, LARGEST_COUNT + 1, self._unknown_list(question.listed)[1]
        else:
            answers = [self._inside(question.where, one, this) for one in records]
            least = sum(truth is Truth.TRUE for truth, _ in answers)
            most = least + sum(truth is Truth.UNDETERMINED for truth, _ in answers)
            waits = NOTHING.union(*(part for _, part in answers))
        operator: Operator = "is" if question.operator == "one_of" else question.operator
        return _or(_compare_range(least, most, operator, one, waits) for one in operands)

    def _pick(self, question: Pick, current: int | None, this: int | None) -> Answer:
        records = self._among(question, this)
        if records is None:
            return self._unknown_list(question.listed)
        if question.which in ("next", "previous"):
            assert current is not None
            here = records.index(current)
            records = records[here + 1 :] if question.which == "next" else records[:here]
        # The one that is preferred comes last, and replaces those before it.
        is_earliest_preferred = question.which in ("first", "next")
        answer = FALSE  # when there is no such record
        for record in reversed(records) if is_earliest_preferred else records:
            is_it, waits = self._inside(question.where, record, this)
            if is_it is Truth.FALSE:
                continue
            then = self._inside(question.then, record, this)
            answer = then if is_it is Truth.TRUE else _either(waits, then, answer)
        return answer


def _unknown_as(value: Ref | Constant, rule: str, record: int | None) -> tuple[str, int | None]:
    """Return by what name a value goes that is not known."""
    if isinstance(value, Ref):
        return value.name, record if value.listed else None
    return rule, record


def _either(waits: Waits, one: Answer, other: Answer) -> Answer:
    """Return the answer where it is not known which of two applies."""
    if one[0] is other[0] and one[0] is not Truth.UNDETERMINED:
        return one
    return Truth.UNDETERMINED, waits | one[1] | other[1]


def _compare_range(least: int, most: int, operator: Operator, state: State, waits: Waits) -> Answer:
    """Compare a number of which only the range is known."""
    if not isinstance(state, Known):
        return Truth.UNDETERMINED, waits | waits_of([state])
    limit = comparison_key(state.value)
    assert not isinstance(limit, str)
    # Comparisons change beside the limit only, so these numbers stand for all.
    asked = {least, most, *(number for number in (limit - 1, limit, limit + 1) if least <= number <= most)}
    answers = {holds(number, operator, limit) for number in asked}
    return _truth(answers.pop()) if len(answers) == 1 else (Truth.UNDETERMINED, waits)


def holds(left: Number | str, operator: Operator, right: Number | str) -> bool:
    """Compare two values of one type."""
    if operator == "is":
        return left == right
    assert not isinstance(left, str) and not isinstance(right, str)
    match operator:
        case "at_least":
            return left >= right
        case "at_most":
            return left <= right
        case "more_than":
            return left > right
        case "less_than":
            return left < right
        case _:
            raise AssertionError(f"{operator} does not compare, only {get_args(Operator)}")
