"""What the one or two sentences at the head of a decision tell: which outcomes lead, and what is awaited.

What is not determined is never told as decided: it is among ``open``.
"""

from __future__ import annotations

from collections.abc import Sequence

from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen
from policyengine.outcome.decision import ClockView, Decision, NextStep, Outcome
from policyengine.semantics.findings import Known, Missing
from policyengine.values.literals import identity_key

MOST_OUTCOMES = 5
"""More outcomes are counted, not told: nobody reads a list in a sentence."""
_MOST_MISSING = 3
_RUNNING = ("open", "paused")


class Brief(Frozen):
    """What leads. ``decided`` are known or in conflict, ``open`` undetermined, ``more`` are not told.

    ``awaited`` is the next thing that somebody must or may do, None if nobody has anything to do; then
    ``running`` is the clock that ends first. ``missing`` is what the case could still say, for the outcomes
    in ``open``; ``has_no_figure`` tells that the rules lack a figure for them.
    """

    decided: tuple[Outcome, ...]
    open: tuple[Outcome, ...]
    more: int
    awaited: NextStep | None
    running: ClockView | None
    missing: tuple[Missing, ...]
    has_no_figure: bool


def brief_of(decision: Decision) -> Brief:
    """Return what the sentences at the head of a decision tell."""
    leading = _leading(decision)
    told = leading[:MOST_OUTCOMES]
    undetermined = tuple(one for one in told if one.status == "undetermined")
    waits = {missing for outcome in undetermined for missing in outcome.waits}
    wanted = [one.missing for one in decision.wanted if one.missing in waits]
    awaited = _awaited(decision)
    return Brief(
        decided=tuple(one for one in told if one.status in ("known", "conflict")),
        open=undetermined,
        more=len(leading) - len(told),
        awaited=awaited,
        running=None if awaited is not None else _running(decision),
        missing=tuple(one for one in wanted if one.kind == "fact")[:_MOST_MISSING],
        has_no_figure=any(one.kind == "parameter" for one in waits),
    )


def _leading(decision: Decision) -> list[Outcome]:
    """Return the outcomes to tell in the order of the vocabulary: those with words of their own, else all."""
    some = [one for one in decision.outcomes if one.status != "not_applicable"]
    some.sort(key=lambda one: (one.fact.span, -1 if one.record is None else one.record))
    worded = [one for one in some if _has_words(one)]
    return worded or some


def _has_words(outcome: Outcome) -> bool:
    words = outcome.fact.in_brief
    return words_for(outcome) is not None if isinstance(outcome.state, Known) else bool(words)


def words_for(outcome: Outcome) -> Text | None:
    """Return the words that the rulebook has for the value of a known outcome, None where it has none.

    Those of the only rule that gives it come before those of the fact: they can say why.
    """
    if not isinstance(outcome.state, Known):
        return None
    if len(outcome.reasons) == 1 and outcome.reasons[0].rule.in_brief:
        return outcome.reasons[0].rule.in_brief
    value = identity_key(outcome.state.value)
    fitting = (one for one in outcome.fact.in_brief if one.value is None or identity_key(one.value) == value)
    return next((one.text for one in fitting), None)


def _awaited(decision: Decision) -> NextStep | None:
    """Return what is to be done first: a duty before what is only allowed, the nearest end first."""
    ahead = [
        step
        for step in decision.next_steps
        if step.notice.kind in ("duty", "permission") and (_seconds(step) or decision.as_of) >= decision.as_of
    ]
    dated = [step for step in ahead if _seconds(step) is not None]
    return _first(dated, "duty") or _first(dated, "permission") or _first(ahead, "duty")


def _first(steps: Sequence[NextStep], kind: str) -> NextStep | None:
    return next((one for one in steps if one.notice.kind == kind), None)


def _seconds(step: NextStep) -> int | None:
    return step.due.value if isinstance(step.due, Known) and isinstance(step.due.value, int) else None


def _running(decision: Decision) -> ClockView | None:
    """Return the clock that runs and ends first."""
    running = [
        (due.value, view)
        for view in decision.clocks
        if isinstance(status := view.finding.status, Known)
        and status.value in _RUNNING
        and isinstance(due := view.finding.due, Known)
        and isinstance(due.value, int)
    ]
    return min(running, key=lambda one: (one[0], one[1].deadline.id), default=(0, None))[1]
