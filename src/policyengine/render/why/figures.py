"""Figures of the rules, and amounts step by step."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import marked
from policyengine.model.case import Key
from policyengine.model.conditions import Operand
from policyengine.model.rulebook import Amount, Deadline
from policyengine.outcome.deciding import FromOverlay, InForce, deciders, key_of, scope_of
from policyengine.outcome.nearness import in_order
from policyengine.outcome.parts import AmountView
from policyengine.render.steps import Steps
from policyengine.render.why.leaves import Leaves
from policyengine.render.why.policies import Policies
from policyengine.render.why.walk import Walk
from policyengine.semantics.findings import Known, Truth

_EXISTENCE = (marked("it does not exist in this case:"), marked("it is not certain that it exists:"))
_CONFIRMED = marked("set by the overlay {id}")
_NOT_CONFIRMED = marked("NOT CONFIRMED: set by the overlay {id}")


class Figures:
    """Tells where the figures of one decision come from."""

    def __init__(self, walk: Walk, leaves: Leaves, policies: Policies) -> None:
        """``leaves`` and ``policies`` tell why an amount does not exist."""
        self.walk = walk
        self.leaves = leaves
        self.policies = policies
        self.say = walk.say
        self.naming = walk.naming
        self.sentences = walk.sentences
        self.explanation = walk.explanation
        self.book = walk.book
        self.decision = walk.decision

    def parameter(self, key: Key, depth: int) -> Iterator[str]:
        """Tell where a figure stands, since when it is in force, and which overlay has set it."""
        parameter = self.book.parameters[key[0]]
        yield self.walk.line(depth, self.walk.placed(parameter.span, parameter.source), "faint")
        for decider in deciders(self.explanation, key):
            if isinstance(decider, InForce):
                state = self.explanation.values[key]
                yield self.walk.line(depth, self.sentences.figure_days(decider, isinstance(state, Known)))
                if not self.walk.is_given(decider.act) and decider.at is None:
                    yield from self.walk.explain((decider.act, decider.record), depth + 1)
            if isinstance(decider, FromOverlay):
                template = _CONFIRMED if decider.overlay.confirmed else _NOT_CONFIRMED
                yield self.walk.line(depth, self.say(template, id=decider.overlay.id), "open")

    def exists(self, part: Deadline | Amount, record: int | None, exists: Truth, depth: int) -> Iterator[str]:
        """Tell why a deadline or an amount does not exist, or may not: its policy, then its own tests."""
        if exists is Truth.TRUE:
            return
        yield self.walk.line(depth, self.say(_EXISTENCE[exists]))
        parts = in_order(self.explanation.leaves(part.when, record)[1])
        rules = (rule for rule in self.book.rules.values() if rule.policy == part.policy)
        scope = next((scope_of(self.explanation, rule) for rule in rules), None)
        if scope is not None and scope.truth is exists:
            yield from self.policies.scope(scope, depth + 1)
            # What the policy demands stands at the same places in the deadline's own condition.
            places = {one.span for one in scope.parts}
            parts = tuple(one for one in parts if one.span not in places)
        yield from self.leaves.parts(parts, depth + 1, deep=True)

    def amount(self, key: Key, depth: int) -> Iterator[str]:
        """Tell how an amount was calculated, and from what."""
        amount = self.book.amounts[key[0]]
        finding = self.decision.findings.amounts[key]
        yield self.walk.line(depth, self.walk.placed(amount.span, amount.source), "faint")
        yield from self.exists(amount, key[1], finding.exists, depth)
        if finding.exists is Truth.FALSE:
            return
        readings = dict(self.decision.judged.readings)
        for line in Steps(self.naming).lines(AmountView(amount, key[1], finding), readings):
            yield self.walk.line(depth, line)
        for operand in amount.operands:
            yield from self.term(operand, key[1], depth)
        for cap, found in zip(amount.caps, finding.caps, strict=True):
            if found.applies is Truth.FALSE:
                continue
            yield from self.term(cap.limit, key[1], depth)
            if found.applies is Truth.UNDETERMINED:
                yield self.walk.line(depth, self.say("it is not certain that this limit applies:"), "open")
                parts = in_order(self.explanation.leaves(cap.when, key[1])[1])
                yield from self.leaves.parts(parts, depth + 1, deep=True)

    def term(self, operand: Operand | None, record: int | None, depth: int) -> Iterator[str]:
        """Explain a part of an amount or clock; of a given fact, only why it is not as the case says."""
        if operand is None:
            return
        key = key_of(self.explanation, operand, record)
        if key is not None and self.walk.is_given(key[0]):
            if not isinstance(self.explanation.values[key], Known) or deciders(self.explanation, key):
                yield self.walk.found(key, depth)
            key = None
        yield from self.leaves.operand(operand, record, depth)
