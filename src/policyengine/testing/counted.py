"""What is said of the counting of a clock: cases in which it moves the end, and cases in which it does not.

A cut-off, a last day that is a holiday and a start on the last day of a month are met by few cases. Without
one, nobody has looked at what the rules answer there.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from policyengine.checks.idle_counting import matters_to
from policyengine.frozen import replace
from policyengine.model.lengths import lengths_of
from policyengine.model.rulebook import Deadline, Rulebook
from policyengine.outcome.decision import Decision
from policyengine.semantics.deadlines import Clock, measure
from policyengine.semantics.findings import NOTHING, DeadlineFinding, Known, State, Truth
from policyengine.semantics.readings import choose_counting
from policyengine.testing.targets import Target
from policyengine.values.counting import Aspect, Counting

_ASPECTS: tuple[Aspect, ...] = ("cut_off", "ends_on_holiday", "month_end")
_PLAIN = Counting()
"""Counting by which none of these moves an end."""


def counting_targets(book: Rulebook) -> Iterator[Target]:
    """Return what of the counting of each deadline can move its end."""
    for deadline in book.deadlines.values():
        if deadline.within is None or deadline.ends is not None:
            continue
        lengths = [*lengths_of(deadline.within, book)]
        matters = {one for length in lengths for one in matters_to(length, deadline.counting)}
        for rule in deadline.counting:
            says_more = any(choice != getattr(_PLAIN, rule.aspect) for _, choice in rule.choices)
            if rule.aspect in _ASPECTS and rule.aspect in matters and says_more:
                for side in ("moved", "still"):
                    yield Target("counting", deadline.id, deadline.span, side, rule.aspect)


def exercised_counting(decision: Decision, wanted: Set[Target]) -> Iterator[Target]:
    """Return whether what is said of the counting has moved the ends of the clocks of a decision."""
    aspects: dict[str, set[str]] = {}
    for one in wanted:
        aspects.setdefault(one.name, set()).add(one.about)
    for (id, _), finding in decision.findings.deadlines.items():
        deadline = decision.judged.rulebook.deadlines[id]
        for aspect in aspects.get(id, ()):
            side = _side(decision, deadline, finding, aspect)
            if side is not None:
                yield Target("counting", id, deadline.span, side, aspect)


def _side(decision: Decision, deadline: Deadline, finding: DeadlineFinding, aspect: str) -> str | None:
    """Return whether an aspect of the counting has moved an end, None where that is not known."""
    counting = choose_counting(deadline.counting, decision.judged.readings)
    if finding.exists is not Truth.TRUE or not isinstance(finding.due, Known):
        return None
    plain = replace(counting, **{aspect: getattr(_PLAIN, aspect)})
    if plain == counting:
        return None
    # Where a clock starts with the end of another no cut-off is asked: that is how the end was found.
    for follows in (False, True):
        if _due(decision, finding, counting, follows) == finding.due:
            return "still" if _due(decision, finding, plain, follows) == finding.due else "moved"
    return None


def _due(decision: Decision, finding: DeadlineFinding, counting: Counting, follows: bool) -> State:
    world = decision.explanation.world
    clock = Clock(counting, world.calendar, world.zone, Known(""), follows)
    assert finding.length is not None
    parts = Truth.TRUE, NOTHING, finding.start, finding.length, clock
    return measure(*parts, finding.pauses, decision.as_of, finding.zone).due
