"""Decisions held against what was really decided: what an edit mends, and how well each rule does."""

from __future__ import annotations

from math import sqrt

from policyengine.batch.summary import Summary
from policyengine.frozen import Frozen
from policyengine.model.case import Case
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.decision import Decision
from policyengine.semantics.findings import Known
from policyengine.values.literals import Value, format_value, identity_key

_Z = 1.959963984540054  # of a standard normal distribution, 97.5 % lie below
ENOUGH = 0.2
"""An interval that is wider says too little about a rule."""


class TruthKeeper:
    """Holds an outcome against a fact that says what was decided."""

    def __init__(self, old: Rulebook, new: Rulebook, outcome: str, fact: str) -> None:
        """``outcome`` and ``fact`` have the same type."""
        self.books = old, new
        self.outcome = outcome
        self.fact = fact

    def take(self, numbers: Summary, case: Case, before: Decision, after: Decision) -> None:
        """Count one case, under ``truth``, ``rule SIDE RULE right|wrong``, and ``truly VALUE``."""
        truth = case.values.get((self.fact, None))
        if truth is None:
            numbers.count(("truth", "untold"))
            return
        was, now = (self._is_right(one, truth) for one in (before, after))
        word = {(True, True): "right", (True, False): "newly wrong", (False, True): "mended"}.get(
            (was, now), "still wrong"
        )
        numbers.count(("truth", word))
        numbers.count(("truly", self._word(truth)))
        for side, decision in (("old", before), ("new", after)):
            state = decision.state_of((self.outcome, None))
            if isinstance(state, Known):
                is_right = identity_key(state.value) == identity_key(truth)
                for rule in dict.fromkeys(name for name, _ in decision.deciding((self.outcome, None))):
                    numbers.count(("rule", side, rule, "right" if is_right else "wrong"))
                    numbers.count(("rule gives", side, rule, self._word(state.value)))

    def _is_right(self, decision: Decision, truth: Value) -> bool:
        state = decision.state_of((self.outcome, None))
        return isinstance(state, Known) and identity_key(state.value) == identity_key(truth)

    def _word(self, value: Value) -> str:
        book = self.books[1]
        return str(format_value(value, book.facts[self.fact].type, book.zone, book.currency))


class Share(Frozen):
    """A share of cases with its interval of 95 % (Wilson 1927), in thousandths; of none at all, nothing."""

    hits: int
    cases: int
    low: int
    high: int

    @property
    def is_certain(self) -> bool:
        """Tell whether there are enough cases to say something."""
        return self.cases > 0 and self.high - self.low <= ENOUGH * 1000


def wilson(hits: int, cases: int) -> Share:
    """Return a share with its interval (E. B. Wilson, JASA 22, 1927, 209–212)."""
    if cases == 0:
        return Share(0, 0, 0, 1000)
    share = hits / cases
    spread = _Z * _Z / cases
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * sqrt(share * (1 - share) / cases + spread / cases / 4) / (1 + spread)
    return Share(hits, cases, round(max(0.0, middle - half) * 1000), round(min(1.0, middle + half) * 1000))


class RuleScore(Frozen):
    """How well a rule does: how much of what it decides is right, and how much of what it should it does."""

    rule: str
    precision: Share
    recall: Share


def scores(numbers: Summary, side: str) -> list[RuleScore]:
    """Return how well each rule does under one of the rulebooks, by name."""
    found = []
    rules = sorted({place[0] for place, _ in numbers.under("rule", side)})
    for rule in rules:
        right, wrong = (numbers.number("rule", side, rule, word) for word in ("right", "wrong"))
        values = [place[0] for place, _ in numbers.under("rule gives", side, rule)]
        should = sum(numbers.number("truly", value) for value in values)
        found.append(RuleScore(rule, wilson(right, right + wrong), wilson(right, should)))
    return found
