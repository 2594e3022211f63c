"""The readings of assumptions and the figures of overlays on which decisions rest."""

from __future__ import annotations

from collections.abc import Iterator, Set

from policyengine.checks.walk import assumptions_of
from policyengine.frozen import replace
from policyengine.model.rulebook import Rulebook, TextByReading
from policyengine.outcome.decision import Decision
from policyengine.outcome.support import Support
from policyengine.semantics.findings import Absent, Truth
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


def exercised_readings(decision: Decision, rests: Support, wanted: Set[Target]) -> Iterator[Target]:
    """Return the wanted readings on which something rests, or without which something comes out otherwise."""
    book, explanation = decision.judged.rulebook, decision.explanation
    read = (
        Target("reading", id, one.span, "read", decision.judged.readings[id])
        for id, one in book.assumptions.items()
    )
    asked = [one for one in read if one in wanted]
    named = {*rests.assumptions, *_told(decision)} if asked else set()
    for one in asked:
        if one.name in named or any(it.states or it.rules for it in explanation.otherwise(one.name)):
            yield one


def _told(decision: Decision) -> Iterator[str]:
    """Return the assumptions that say what follows if somebody does not do what a rule tells him."""
    for id, _ in decision.findings.firings:
        for notice in decision.judged.rulebook.rules[id].notices:
            if isinstance(notice.otherwise, TextByReading):
                yield notice.otherwise.assumption


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
