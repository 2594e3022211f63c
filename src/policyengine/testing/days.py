"""The days on which another figure or a policy comes into force, and the days before.

A figure that begins next month is not in force in any case of last year: unless a case stands on its first
day, nothing would notice a slip in it; and unless one stands on the day before, nothing would notice that it
begins too early.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from policyengine.model.conditions import Ref
from policyengine.model.rulebook import DatedValue, Parameter, Policy, Rulebook
from policyengine.outcome.decision import Decision
from policyengine.outcome.support import Support
from policyengine.semantics.findings import Known, Truth
from policyengine.testing.targets import Target
from policyengine.values.literals import local_day

_OFFSETS = {0: "first", -1: "before"}
_ENDS = {0: "last", 1: "after"}


def day_targets(book: Rulebook) -> Iterator[Target]:
    """Return the first day of every dated figure and policy with the day before, and how a policy ends."""
    for parameter in book.parameters.values():
        yield from _of_values(parameter, parameter.values)
    for overlay in book.overlays:
        for name, values in overlay.values:
            yield from _of_values(book.parameters[name], values)
    for policy in book.policies.values():
        for day, sides in ((policy.first_day, _OFFSETS), (policy.last_day, _ENDS)):
            if day is not None and not policy.never_in_force:
                for offset, side in sides.items():
                    yield Target("day", policy.id, policy.span, side, _written(day + offset))


def _of_values(parameter: Parameter, values: tuple[DatedValue, ...]) -> Iterator[Target]:
    for value in values:
        if value.start is not None:
            for offset, side in _OFFSETS.items():
                yield Target("day", parameter.id, value.span, side, _written(value.start + offset))


def exercised_days(decision: Decision, rests: Support) -> Iterator[Target]:
    """Return the days on which a decision stands, where something rests on the figure."""
    book = decision.judged.rulebook
    dated = [one for one in book.parameters.values() if any(value.start is not None for value in one.values)]
    for parameter in dated:
        day = day_of(decision, parameter.by)
        if day is None or parameter.id not in rests.parameters:
            continue
        for value in parameter.values:
            if value.start is not None and day - value.start in _OFFSETS:
                yield Target("day", parameter.id, value.span, _OFFSETS[day - value.start], _written(day))
    for policy in book.policies.values():
        yield from _of_policy(decision, policy)


def _of_policy(decision: Decision, policy: Policy) -> Iterator[Target]:
    day = day_of(decision, policy.days[0].ref if policy.days else None)
    if day is None or not _would_apply(decision, policy):
        return
    for edge, sides in ((policy.first_day, _OFFSETS), (policy.last_day, _ENDS)):
        if edge is not None and day - edge in sides:
            yield Target("day", policy.id, policy.span, sides[day - edge], _written(day))


def _would_apply(decision: Decision, policy: Policy) -> bool:
    """Tell whether a policy applies to a case but for its days."""
    return decision.explanation.leaves(policy.applies_to, None)[0] is Truth.TRUE


def day_of(decision: Decision, act: Ref | None) -> int | None:
    """Return the day (ordinal, by the clock of the zone) of an act that has happened, else None."""
    state = None if act is None else decision.explanation.values[act.name, None]
    if not isinstance(state, Known) or not isinstance(state.value, int):
        return None
    return local_day(state.value, decision.judged.rulebook.zone)


def _written(day: int) -> str:
    return date.fromordinal(day).isoformat()
