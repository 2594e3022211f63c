"""What the facts of a rulebook rest on: causes, dates and what derived facts come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from policyengine.model.conditions import (
    Condition,
    Constant,
    Count,
    Operand,
    Pick,
    Question,
    Ref,
    Some,
    operands_in,
    operands_of,
    parts_of,
)
from policyengine.model.rulebook import Conclusion, Fact, Rule, Rulebook
from policyengine.semantics.readings import choose_operand


class Vocabulary:
    """A rulebook under the readings chosen, and what in it rests on what."""

    def __init__(self, book: Rulebook, readings: Mapping[str, str]) -> None:
        """Look up what every fact is concluded by."""
        self.book = book
        self.readings = readings
        self.given = {path: fact for path, fact in book.facts.items() if fact.role == "given"}
        self.concluded: dict[str, list[tuple[Rule, Conclusion]]] = {}
        """For each fact the rules that conclude it."""
        for rule in book.rules.values():
            for one in rule.then:
                self.concluded.setdefault(one.fact.name, []).append((rule, one))
        for fact in book.facts.values():
            rule_otherwise = fact.otherwise_rule
            if rule_otherwise is not None:
                self.concluded.setdefault(fact.path, []).append((rule_otherwise, rule_otherwise.then[0]))
        self.needs = {path: tuple(self._needs(fact)) for path, fact in self.given.items()}
        """What a case has to say beside a fact, directly: the date of the fact, and its cause."""
        self._asked: dict[str, frozenset[str]] = {}

    def choose(self, operand: Operand) -> Ref | Constant:
        """Return what an operand is under the readings."""
        return choose_operand(operand, self.readings)

    def _needs(self, fact: Fact) -> Iterator[Fact]:
        if fact.dated_by in self.given:
            yield self.given[fact.dated_by]
        for bound in fact.bounds:
            if bound.operator == "not_before" and isinstance(bound.operand, Ref):
                cause = self.given.get(bound.operand.name)
                if cause is not None and cause.is_never_if_missing:
                    yield cause

    # ---------- what is asked

    def roots(self, operands: Iterable[Operand]) -> Iterator[str]:
        """Return the given facts from which values come, through what rules conclude, in a stable order."""
        seen: dict[str, None] = {}
        waiting = [self.choose(one) for one in operands]
        while waiting:
            ref = waiting.pop()
            if not isinstance(ref, Ref) or ref.name in seen:
                continue
            seen[ref.name] = None
            if ref.name in self.given:
                yield ref.name
            waiting.extend(self.choose(one) for one in self._behind(ref))

    def _behind(self, ref: Ref) -> Iterator[Operand]:
        """Return the values that give something its value."""
        book = self.book
        for _, conclusion in self.concluded.get(ref.name, ()):
            yield conclusion.value
        if ref.kind == "deadline":
            deadline = book.deadlines[ref.name.rpartition(".")[0]]
            yield from deadline.measured
            yield from deadline.instants_of_pauses
        computed = book.computed.get(ref.name)
        if computed is not None:
            yield from operands_of(computed.value)

    def asked(self, conditions: Iterable[Condition], operands: Iterable[Operand] = ()) -> frozenset[str]:
        """Return the given facts and lists that conditions and values ask for, through what rests on what."""
        found: dict[str, None] = {}
        names: dict[str, Ref] = {}
        waiting: list[Condition | Ref] = [*conditions, *self._chosen(operands)]
        while waiting:
            one = waiting.pop()
            if isinstance(one, Ref):
                if one.name not in names:
                    names[one.name] = one
                    if one.name in self.given:
                        found[one.name] = None
                    if one.listed is not None:
                        found[one.listed] = None
                    waiting.extend(self._through(one))
                continue
            for part in parts_of(one):
                if isinstance(part, Some | Count | Pick):
                    found[part.listed] = None
                waiting.extend(self._chosen(operands_in(part)))
                if isinstance(part, Count) and part.of is not None:
                    waiting.extend(self._chosen((part.of,)))
        return frozenset(found)

    def _chosen(self, operands: Iterable[Operand]) -> list[Ref]:
        return [ref for ref in map(self.choose, operands) if isinstance(ref, Ref)]

    def _through(self, ref: Ref) -> Iterator[Condition | Ref]:
        book = self.book
        for rule, conclusion in self.concluded.get(ref.name, ()):
            yield rule.when
            yield book.scope_of(rule)
            yield from self._chosen((conclusion.value,))
        if ref.kind == "deadline":
            deadline = book.deadlines[ref.name.rpartition(".")[0]]
            yield deadline.when
            yield from deadline.questions
            acts = (*deadline.met_by, *deadline.stopped_by)
            yield from self._chosen((*deadline.measured, *deadline.instants_of_pauses, *acts))
        amount = book.amounts.get(ref.name)
        if amount is not None:
            yield amount.when
            yield from (cap.when for cap in amount.caps)
            yield from self._chosen((*amount.operands, *(cap.limit for cap in amount.caps)))
        parameter = book.parameters.get(ref.name)
        if parameter is not None and parameter.by is not None:
            yield parameter.by
        computed = book.computed.get(ref.name)
        if computed is not None:
            yield from self._chosen(operands_of(computed.value))
            if isinstance(computed.value, Question):
                yield computed.value.where
