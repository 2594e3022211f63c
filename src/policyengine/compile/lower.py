"""Passes 3 and 4: from conjunctions of literals to integer comparisons, rule by rule, in strata."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from policyengine import dependencies
from policyengine.calendar import Counting
from policyengine.clocks import has_run_out
from policyengine.compile.choose_readings import Readings, choose_condition, choose_operand
from policyengine.compile.closures import Evaluate, Lookup, lower_condition, lower_operand
from policyengine.compile.normal_form import Literal, alternatives
from policyengine.compile.program import (
    ABSENT_VALUE,
    Attribute,
    CompiledAmount,
    CompiledConclusion,
    CompiledDeadline,
    CompiledFact,
    CompiledParameter,
    CompiledPart,
    CompiledRule,
    CompiledSpan,
    Follows,
    Layer,
    Match,
    MatchOperator,
    Node,
    Program,
    QuestionAttribute,
    Stratum,
    ValueAttribute,
)
from policyengine.conditions import All, Condition, Constant, Operand, Operator, Ref, Test
from policyengine.resolution import close_overrides
from policyengine.rulebook import Amount, CountingRule, Deadline, Fact, Parameter, Rule, Rulebook
from policyengine.source import Span
from policyengine.values import comparison_key

MOST_MATCHES = 40
"""A way with more comparisons becomes a question beside the engine, far below the engine's own limit."""

_POSITIVE: Mapping[Operator, MatchOperator] = {
    "is": "==",
    "at_least": ">=",
    "at_most": "<=",
    "more_than": ">",
    "less_than": "<",
}
_NEGATIVE: Mapping[Operator, MatchOperator] = {
    "is": "!=",
    "at_least": "<",
    "at_most": ">",
    "more_than": "<=",
    "less_than": ">=",
}
_Way = tuple[Match, ...]


def compile_rulebook(
    rulebook: Rulebook, readings: Readings, order: Sequence[dependencies.Layer] | None = None
) -> Program:
    """Return the program of a rulebook whose dependencies have no cycle; ``readings`` is complete.

    ``order`` is what :func:`policyengine.dependencies.layers` gives, where it is known already.
    """
    if order is None:
        order = dependencies.layers(dependencies.dependencies(rulebook))
    return _Lowering(rulebook, readings, order).program()


class _Lowering:
    """The compilation of one rulebook: hands out the names of attributes and the numbers of texts."""

    def __init__(self, rulebook: Rulebook, readings: Readings, order: Sequence[dependencies.Layer]) -> None:
        self.book = rulebook
        self.order = order
        self.readings = readings
        self.texts: dict[str, int] = {}
        self.attributes: dict[object, Attribute] = {}
        self.policies = {id: number for number, id in enumerate(rulebook.policies)}
        self.numbers = {id: number for number, id in enumerate(rulebook.rules)}

    def program(self) -> Program:
        scopes = self._scopes()
        layers = tuple(self._layers())
        return Program(self.book, self.readings, scopes, layers, self.texts)

    def _evaluate(self, condition: Condition) -> Evaluate:
        return lower_condition(choose_condition(condition, self.readings))

    def _lookup(self, operand: Operand) -> Lookup:
        return lower_operand(choose_operand(operand, self.readings))

    # ---------- rules

    def _scopes(self) -> tuple[Evaluate, ...]:
        """Return when each policy applies; all its rules carry the same scope."""
        scopes: dict[str, Condition] = {rule.policy: rule.scope for rule in self.book.rules.values()}
        return tuple(
            self._evaluate(scopes[id]) if id in scopes else self._evaluate(_ALWAYS) for id in self.policies
        )

    def _layers(self) -> Iterable[Layer]:
        facts = self._facts()
        for layer in self.order:
            nodes = (self._node(name, facts) for name in layer.names if name not in self.book.lists)
            yield Layer(tuple(nodes), tuple(self._strata(layer.rules)))

    def _node(self, name: str, facts: Mapping[str, CompiledFact]) -> Node:
        if name in facts:
            return facts[name]
        if name in self.book.parameters:
            return self._parameter(self.book.parameters[name])
        if name in self.book.deadlines:
            return self._deadline(self.book.deadlines[name])
        if name.removesuffix(dependencies.DUE) in self.book.deadlines:
            return self._span(self.book.deadlines[name.removesuffix(dependencies.DUE)])
        return self._amount(self.book.amounts[name])

    def _strata(self, names: Iterable[str]) -> Iterable[Stratum]:
        groups: dict[str | None, list[CompiledRule]] = {}
        for name in names:
            rule = self.book.rules[name]
            groups.setdefault(rule.listed, []).append(self._rule(rule))
        for listed in sorted(groups, key=lambda one: one or ""):
            yield Stratum(listed, tuple(groups[listed]))

    def _rule(self, rule: Rule) -> CompiledRule:
        when = choose_condition(rule.when, self.readings)
        found: dict[str, Attribute] = {}
        policy = Match(policy_attribute(self.policies[rule.policy]), "==", 1)
        ways = [
            (policy, *way) for conjunction in alternatives(when) for way in self._ways(conjunction, found)
        ]
        if any(len(way) > MOST_MATCHES for way in ways):
            found.clear()
            ways = [(policy, *self._question(when, True, found))]
        return CompiledRule(
            rule=rule,
            number=self.numbers[rule.id],
            policy=self.policies[rule.policy],
            ways=tuple(sorted(set(ways))),
            attributes=tuple(found.values()),
            when=lower_condition(when),
        )

    def _ways(self, conjunction: Iterable[Literal], found: dict[str, Attribute]) -> list[_Way]:
        """Return the conjunctions of comparisons of a conjunction of literals: one, or a few."""
        ways: list[_Way] = [()]
        for literal in conjunction:
            lowered = self._literal(literal, found)
            if len(ways) * len(lowered) > _MOST_WAYS:
                lowered = [self._question(literal.condition, literal.wanted, found)]
            ways = [(*left, *right) for left in ways for right in lowered]
        return [tuple(sorted(set(way))) for way in ways]

    def _literal(self, literal: Literal, found: dict[str, Attribute]) -> list[_Way]:
        test = literal.condition
        if isinstance(test, Test) and _is_comparable(test):
            attribute = self._value_attribute(test.ref)
            found[attribute.attribute] = attribute
            keys = [self._constant(operand) for operand in test.operands]
            return _matches(attribute.attribute, test.operator, keys, literal.wanted)
        return [self._question(test, literal.wanted, found)]

    def _constant(self, operand: Operand) -> int:
        assert isinstance(operand, Constant)
        key = comparison_key(operand.value)
        return self.texts.setdefault(key, len(self.texts) + 1) if isinstance(key, str) else key

    def _value_attribute(self, ref: Ref) -> ValueAttribute:
        found = self.attributes.get(ref.name)
        if found is None:
            found = ValueAttribute(f"v{len(self.attributes)}", ref.name, ref.listed, ref.type)
            self.attributes[ref.name] = found
        assert isinstance(found, ValueAttribute)
        return found

    def _question(self, condition: Condition, wanted: bool, found: dict[str, Attribute]) -> _Way:
        attribute = self.attributes.get(condition)
        if attribute is None:
            attribute = QuestionAttribute(f"q{len(self.attributes)}", lower_condition(condition))
            self.attributes[condition] = attribute
        found[attribute.attribute] = attribute
        return (Match(attribute.attribute, "==", 1 if wanted else 0),)

    # ---------- facts, deadlines, amounts

    def _facts(self) -> dict[str, CompiledFact]:
        conclusions: dict[str, list[CompiledConclusion]] = {}
        overrides: dict[str, dict[str, tuple[str, ...]]] = {}
        for rule in self.book.rules.values():
            for conclusion in rule.then:
                fact = conclusion.fact.name
                conclusions.setdefault(fact, []).append(self._conclusion(rule.id, conclusion.value))
                overrides.setdefault(fact, {})[rule.id] = rule.overrides
        return {
            path: CompiledFact(
                fact,
                self._dating(fact),
                tuple(conclusions.get(path, ())),
                close_overrides(overrides.get(path, {})),
            )
            for path, fact in self.book.facts.items()
        }

    def _dating(self, fact: Fact) -> Lookup | None:
        if fact.dated_by is None:
            return None
        dating = self.book.facts[fact.dated_by]
        return lower_operand(Ref(dating.path, "fact", dating.type, dating.listed, fact.span))

    def _parameter(self, parameter: Parameter) -> CompiledParameter:
        is_dated = any(value.start is not None for value in parameter.values)
        by = lower_operand(parameter.by) if is_dated and parameter.by is not None else None
        return CompiledParameter(parameter, by)

    def _conclusion(self, rule: str, value: Operand) -> CompiledConclusion:
        chosen = choose_operand(value, self.readings)
        unknown_as = (chosen.name, chosen.listed is not None) if isinstance(chosen, Ref) else (rule, True)
        return CompiledConclusion(rule, lower_operand(chosen), unknown_as)

    def _span(self, deadline: Deadline) -> CompiledSpan:
        return CompiledSpan(
            deadline=deadline,
            follows=_follows(choose_operand(deadline.starts, self.readings)),
            exists=self._evaluate(deadline.when),
            start=self._lookup(deadline.starts),
            length=self._lookup(deadline.within),
            counting=choose_counting(deadline.counting, self.readings),
        )

    def _deadline(self, deadline: Deadline) -> CompiledDeadline:
        return CompiledDeadline(
            span=self._span(deadline),
            acts=tuple(self._lookup(act) for act in deadline.met_by),
            stops=tuple(self._lookup(event) for event in deadline.stopped_by),
        )

    def _amount(self, amount: Amount) -> CompiledAmount:
        return CompiledAmount(
            amount=amount,
            exists=self._evaluate(amount.when),
            base=self._part(amount.base),
            plus=tuple(self._part(term) for term in amount.plus),
            minus=tuple(self._part(term) for term in amount.minus),
            rate=None if amount.rate is None else self._part(amount.rate),
            floor=None if amount.floor is None else self._part(amount.floor),
            caps=tuple((self._evaluate(cap.when), self._part(cap.limit)) for cap in amount.caps),
        )

    def _part(self, operand: Operand) -> CompiledPart:
        chosen = choose_operand(operand, self.readings)
        if isinstance(chosen, Ref):
            return CompiledPart(lower_operand(chosen), chosen.name, chosen.listed is not None)
        return CompiledPart(lower_operand(chosen), "", False)


_MOST_WAYS = 32
_ALWAYS = All((), Span(""))


def policy_attribute(number: int) -> str:
    """Return the attribute that says whether a policy applies."""
    return f"p{number}"


def _follows(start: Operand) -> Follows:
    """Return the function that tells whether a clock starts where another ran out, and not with an act."""
    if not isinstance(start, Ref) or start.kind != "deadline" or start.name.endswith(".status"):
        return lambda memory, record: False
    if start.name.endswith(".due"):
        return lambda memory, record: True
    status, is_listed = start.name.rpartition(".")[0] + ".status", start.listed is not None
    return lambda memory, record: has_run_out(memory.values[status, record if is_listed else None])


def choose_counting(rules: Iterable[CountingRule], readings: Readings) -> Counting:
    """Return how time is counted under the readings."""
    chosen: dict[str, str] = {}
    for rule in rules:
        reading = "" if rule.assumption is None else readings[rule.assumption]
        chosen[rule.aspect] = next(choice for of, choice in rule.choices if of == reading)
    return Counting(**chosen)  # type: ignore[arg-type]  # the parser let only words of each aspect pass


def _is_comparable(test: Test) -> bool:
    """Tell whether a test compares a value with constants, so that the engine can do it."""
    asks_value = test.operator not in ("known", "happened")
    return asks_value and all(isinstance(operand, Constant) for operand in test.operands)


def _matches(attribute: str, operator: Operator, keys: list[int], wanted: bool) -> list[_Way]:
    """Return the ways for a comparison to be true, or to be false.

    A value that is absent is no value: no comparison with it is true, and every one is false.
    """
    if operator == "one_of":
        if wanted:
            return [(Match(attribute, "==", key),) for key in sorted(set(keys))]
        return [tuple(Match(attribute, "!=", key) for key in sorted(set(keys)))]
    key = keys[0]
    match = Match(attribute, (_POSITIVE if wanted else _NEGATIVE)[operator], key)
    is_present = Match(attribute, ">", ABSENT_VALUE)
    if wanted and operator in ("at_most", "less_than"):
        return [(match, is_present)]
    if not wanted and operator in ("at_most", "less_than"):
        return [(match,), (Match(attribute, "==", ABSENT_VALUE),)]
    return [(match,)]
