"""Steps and deadlines as they may be told: with the figures, confirmed by nobody, that they rest on."""

from __future__ import annotations

from collections.abc import Iterable

from policyengine.frozen import Frozen
from policyengine.outcome.decision import Decision
from policyengine.outcome.parts import ClockView, NextStep
from policyengine.outcome.support import Support, unconfirmed_under
from policyengine.semantics.findings import Absent, Known


class ToldStep(Frozen):
    """What somebody must or may do; ``overlays`` are those whose figures it rests on, unconfirmed.

    ``provisional``: its end rests on a calendar that is not published yet.
    """

    step: NextStep
    overlays: tuple[str, ...]
    provisional: bool


class ToldClock(Frozen):
    """A deadline; ``overlays`` are those whose figures it rests on, unconfirmed."""

    clock: ClockView
    overlays: tuple[str, ...]


def told_step(decision: Decision, step: NextStep) -> ToldStep:
    """Return a step with what it and its end rest on."""
    support, clock = decision.support_of_step(step), _clock_of(decision, step)
    supports = (support,) if clock is None else (support, clock.support)
    return ToldStep(step, unconfirmed(decision, supports), clock is not None and clock.provisional)


def told_clock(decision: Decision, clock: ClockView) -> ToldClock:
    """Return a deadline with what it rests on."""
    return ToldClock(clock, unconfirmed(decision, (clock.support,)))


def unconfirmed(decision: Decision, supports: Iterable[Support]) -> tuple[str, ...]:
    """Return the overlays whose figures, which nobody has confirmed, are among what something rests on."""
    return unconfirmed_under(decision.judged.rulebook, supports)


def _clock_of(decision: Decision, step: NextStep) -> ClockView | None:
    if step.notice.by is None:
        return None
    listed = decision.judged.rulebook.deadlines[step.notice.by].listed
    return decision.clock((step.notice.by, step.record if listed else None))


def is_open(clock: ClockView) -> bool:
    """Tell whether a deadline is open, until whenever."""
    return clock.finding.status == Known("open")


def runs(clock: ClockView) -> bool:
    """Tell whether a deadline is open until an instant that is known."""
    return is_open(clock) and isinstance(clock.finding.due, Known)


def is_overdue(clock: ClockView) -> bool:
    """Tell whether what a deadline asks for was not done in time, and is certainly still asked for."""
    finding = clock.finding
    is_asked = isinstance(finding.acted, Absent) and isinstance(finding.stopped, Absent)
    return finding.status == Known("missed") and isinstance(finding.due, Known) and is_asked
