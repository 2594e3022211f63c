"""The readings of assumptions and the figures of overlays on which decisions rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policyengine.checks.walk import assumptions_of, assumptions_of_operand
from policyengine.frozen import replace
from policyengine.model.case import Key
from policyengine.model.conditions import Condition, Count, ReadingIs, Test, parts_of
from policyengine.model.rulebook import Default, IfMissing, MissingByReading, Rulebook, TextByReading
from policyengine.outcome.decision import Decision
from policyengine.outcome.explain import Explainer
from policyengine.outcome.support import Support
from policyengine.semantics.findings import ABSENT, Absent, Known, Missing, State, Truth, Unknown
from policyengine.testing.targets import Target


def rests_on(decision: Decision) -> Support:
    """Return everything on which what a decision finds rests: rules, clocks that are set, and amounts."""
    return Support.union(_supports(decision))


def _supports(decision: Decision) -> Iterator[Support]:
    explanation, findings = decision.explanation, decision.findings
    for (id, record), rule in findings.rules.items():
        if rule.truth is not Truth.FALSE:
            yield explanation.support_of_rule(id, record)
    for (id, record), clock in findings.deadlines.items():
        if clock.exists is Truth.TRUE and not isinstance(clock.due, Absent):
            yield explanation.support(f"{id}.status", record)
    for (id, record), amount in findings.amounts.items():
        if amount.exists is Truth.TRUE:
            yield explanation.support(id, record)


# ---------- readings


def reading_targets(book: Rulebook) -> Iterator[Target]:
    """Return every reading of the assumptions that a decision can depend on; reports only count decisions."""
    used = set(assumptions_of(replace(book, reports={})))
    for assumption in book.assumptions.values():
        for reading in assumption.readings if assumption.id in used else ():
            yield Target("reading", assumption.id, assumption.span, "read", reading.id)


class ReadingsAsked:
    """Finds the readings that decide something; keeps what is compiled for other readings."""

    def __init__(self) -> None:
        """Begin with nothing compiled."""
        self._others: dict[tuple[int, str, str], tuple[Explainer, Explainer]] = {}
        self._asked: dict[int, tuple[Condition, frozenset[str]]] = {}

    def exercised(self, decision: Decision, rests: Support) -> Iterator[Target]:
        """Return the readings on which what is found rests, or without which something would be."""
        book = decision.judged.rulebook
        for id in sorted({*rests.assumptions, *_told(decision), *self._preventing(decision)}):
            yield Target("reading", id, book.assumptions[id].span, "read", decision.judged.readings[id])

    def _preventing(self, decision: Decision) -> Iterator[str]:
        """Return the assumptions that, read otherwise, would let a rule, deadline or amount be."""
        for condition, record in _failed(decision):
            for assumption in self._asked_by(decision.judged.rulebook, condition):
                if any(
                    other.lowered(condition)(_Reread(decision, other.readings), record)[0] is not Truth.FALSE
                    for other in self._otherwise(decision, assumption)
                ):
                    yield assumption

    def _otherwise(self, decision: Decision, assumption: str) -> Iterator[Explainer]:
        own = decision.explanation.explainer
        for reading in own.rulebook.assumptions[assumption].readings:
            if reading.id != own.readings[assumption]:
                key = (id(own), assumption, reading.id)
                found = self._others.get(key)
                if found is None:
                    readings = {**own.readings, assumption: reading.id}
                    # The first is only kept alive, so that nothing else gets its id.
                    found = self._others[key] = (own, Explainer(own.rulebook, readings, own.plan))
                yield found[1]

    def _asked_by(self, book: Rulebook, condition: Condition) -> frozenset[str]:
        found = self._asked.get(id(condition))
        if found is None:
            ids = {one for part in parts_of(condition) for one in _readings_of(book, part)}
            found = self._asked[id(condition)] = (condition, frozenset(ids))
        return found[1]


class _Reread:
    """What is known of a case, where missing facts are what another choice of readings says."""

    def __init__(self, decision: Decision, readings: Mapping[str, str]) -> None:
        """Hold the decision under its own readings."""
        self.as_of = decision.as_of
        self.records = decision.explanation.records
        changed = dict(_missing_otherwise(decision, readings))
        own = decision.explanation.values
        self.values: Mapping[Key, State] = {**own, **changed} if changed else own
        self.kept: dict[object, Any] = {}


def _missing_otherwise(decision: Decision, readings: Mapping[str, str]) -> Iterator[tuple[Key, State]]:
    for key, state in decision.explanation.values.items():
        fact = decision.judged.rulebook.facts.get(key[0])
        if fact is None or not isinstance(fact.if_missing, MissingByReading):
            continue
        was, now = (_taken(fact.when_missing(one), key) for one in (decision.judged.readings, readings))
        # What is hidden by its date is not missing: it is absent whatever the reading.
        if key not in decision.case.values and state == was != now:
            yield key, now


def _taken(missing: IfMissing, key: Key) -> State:
    if missing is None:
        return Unknown(frozenset((Missing("fact", *key),)))
    return Known(missing.value) if isinstance(missing, Default) else ABSENT


def _failed(decision: Decision) -> Iterator[tuple[Condition, int | None]]:
    """Return the conditions that keep policies from applying, and of those that apply their parts."""
    book, findings, ask = decision.judged.rulebook, decision.findings, decision.explanation
    applies: dict[str, bool] = {}
    for policy in book.policies.values():
        truth = ask.explainer.lowered(policy.scope)(ask, None)[0]
        applies[policy.id] = truth is Truth.TRUE
        if truth is Truth.FALSE:
            yield policy.scope, None
    for (id, record), rule in findings.rules.items():
        if rule.truth is Truth.FALSE and applies[book.rules[id].policy]:
            yield book.rules[id].when, record
    for (id, record), clock in findings.deadlines.items():
        if clock.exists is Truth.FALSE:
            yield book.deadlines[id].when, record
    for (id, record), amount in findings.amounts.items():
        if amount.exists is Truth.FALSE:
            yield book.amounts[id].when, record


def _told(decision: Decision) -> Iterator[str]:
    """Return the assumptions that say what follows if somebody does not do what a rule tells him."""
    for id, _ in decision.findings.firings:
        for notice in decision.judged.rulebook.rules[id].notices:
            if isinstance(notice.otherwise, TextByReading):
                yield notice.otherwise.assumption


def _readings_of(book: Rulebook, condition: Condition) -> set[str]:
    """Return the assumptions for which a condition asks itself, and not through what it is made of."""
    match condition:
        case ReadingIs(assumption):
            return {assumption}
        case Test(ref, _, operands):
            missing = book.facts[ref.name].if_missing if ref.name in book.facts else None
            own = {missing.assumption} if isinstance(missing, MissingByReading) else set()
            return own | {id for one in operands for id in assumptions_of_operand(one)}
        case Count(operands=operands):
            return {id for one in operands for id in assumptions_of_operand(one)}
        case _:
            return set()


# ---------- figures of overlays


def figure_targets(book: Rulebook) -> Iterator[Target]:
    """Return every parameter to which an overlay gives figures."""
    for overlay in book.overlays:
        for name, values in overlay.values:
            if values:
                yield Target("figure", overlay.id, values[0].span, "used", name)


def exercised_figures(decision: Decision, rests: Support) -> Iterator[Target]:
    """Return the figures of the overlays switched on, on which something rests."""
    for overlay in decision.judged.rulebook.overlays:
        for name, values in overlay.values if overlay.active else ():
            if values and name in rests.parameters:
                yield Target("figure", overlay.id, values[0].span, "used", name)
