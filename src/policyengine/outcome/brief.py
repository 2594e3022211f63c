"""What the one or two sentences at the head of a decision tell: which outcomes lead, and what is awaited.

What is not determined is never told as decided: it is among ``open``.
"""

from __future__ import annotations

from collections.abc import Sequence

from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen
from policyengine.model.letters import InBrief
from policyengine.outcome.decision import Decision
from policyengine.outcome.parts import NextStep, Outcome, in_order
from policyengine.outcome.told import ToldClock, ToldStep, runs, told_clock, told_step
from policyengine.semantics.findings import Known, Missing, State, Truth
from policyengine.values.literals import Value, identity_key

MOST_OUTCOMES = 5
"""More outcomes are counted, not told: nobody reads a list in a sentence."""
_MOST_MISSING = 3


class Brief(Frozen):
    """What leads. ``decided`` are known or in conflict, ``open`` undetermined, ``more`` are not told.

    ``awaited`` is the next thing that somebody must or may do, None if nobody has anything to do; then
    ``running`` is the clock that ends first. ``missing`` is what the case could still say, for the outcomes
    in ``open``; ``lacks_figures`` tells that nothing but figures, which the rules do not give, keeps them so.
    """

    decided: tuple[Outcome, ...]
    open: tuple[Outcome, ...]
    more: int
    awaited: ToldStep | None
    running: ToldClock | None
    missing: tuple[Missing, ...]
    lacks_figures: bool


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
        lacks_figures=all(one.kind == "parameter" for one in waits),
    )


def _leading(decision: Decision) -> list[Outcome]:
    """Return the outcomes to tell in the order of the vocabulary: those with words of their own, else all."""
    some = [one for one in in_order(decision.outcomes) if one.status != "not_applicable"]
    worded = [one for one in some if _has_words(one)]
    return worded or some


def _has_words(outcome: Outcome) -> bool:
    words = outcome.fact.in_brief
    return words_for(outcome) is not None if isinstance(outcome.state, Known) else bool(words)


def words_for(outcome: Outcome) -> Text | None:
    """Return the words that the rulebook has for the value of a known outcome, None where it has none.

    Those of the only rule that gives it come before those of the fact: they can say why. Where all ways agree
    though it is open which rules hold, no rule is told as holding.
    """
    if not isinstance(outcome.state, Known):
        return None
    rules = [one.rule for one in outcome.reasons if one.truth is Truth.TRUE]
    if len(rules) == len(outcome.reasons) == 1 and rules[0].in_brief:
        return rules[0].in_brief
    return fitting(outcome.fact.in_brief, outcome.state.value)


def fitting(words: Sequence[InBrief], value: Value) -> Text | None:
    """Return the words for a value, None where there are none."""
    key = identity_key(value)
    found = (one for one in words if one.value is None or identity_key(one.value) == key)
    return next((one.text for one in found), None)


def _awaited(decision: Decision) -> ToldStep | None:
    """Return what is to be done first: a duty before what is only allowed, the nearest end first."""
    now = decision.as_of
    acts = [one for one in decision.next_steps if one.notice.kind in ("duty", "permission")]
    ahead = [one for one in acts if (_seconds(one.due) or now) >= now]
    dated = [step for step in ahead if _seconds(step.due) is not None]
    first = _first(dated, "duty") or _first(dated, "permission") or _first(ahead, "duty")
    return None if first is None else told_step(decision, first)


def _first(steps: Sequence[NextStep], kind: str) -> NextStep | None:
    return next((one for one in steps if one.notice.kind == kind), None)


def _running(decision: Decision) -> ToldClock | None:
    """Return the clock that runs and ends first; if none runs, the first that stands still."""
    running = [one for one in decision.clocks if runs(one)]
    paused = [one for one in decision.clocks if one.finding.status == Known("paused")]
    first = min(running, key=lambda one: (_seconds(one.finding.due) or 0, one.deadline.id), default=None)
    first = first or next(iter(paused), None)
    return None if first is None else told_clock(decision, first)


def _seconds(due: State | None) -> int | None:
    return due.value if isinstance(due, Known) and isinstance(due.value, int) else None
