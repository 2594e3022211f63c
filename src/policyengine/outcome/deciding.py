"""What decides that a name has its value, where the value alone does not say it.

A default, the date that hides a fact, the act that chooses a dated figure, an overlay, a reading, rules that
contradict each other: an explanation names them where they decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from policyengine.frozen import Frozen
from policyengine.model.case import Key
from policyengine.model.conditions import ByReading, Operand, Ref, Test
from policyengine.model.rulebook import WORDS_OF_DAYS, Fact, Overlay, Parameter, Policy, Rule
from policyengine.outcome.explain import Explanation
from policyengine.outcome.leaves import Leaf, Part
from policyengine.semantics.dated import has_begun, in_force, run_of
from policyengine.semantics.findings import ABSENT, Absent, Conflict, Known, State, Truth
from policyengine.semantics.readings import choose_operand
from policyengine.values.literals import local_day
from policyengine.values.seasons import Season


class Default(Frozen):
    """The case does not say it, and the vocabulary says what it is then; absent: it has no value."""

    state: State


class Later(Frozen):
    """What the case says is later (an instant, or a day's ordinal) than the case is judged."""

    value: int


class Dated(Frozen):
    """A fact is not seen because the event that dates it has not happened; ``at`` is when it will."""

    name: str
    record: int | None
    at: int | None


class InForce(Frozen):
    """Which days count, by the day of an act (of ``record``): of a dated figure, or of a whole policy.

    ``at`` is the instant of the act, None where it is not known or has not happened. The days are ordinals
    and both inclusive, None where there is no limit. ``how``: the figure is that of an interlude, after which
    an earlier one is in force again, or that of days of every year (``season``), or none is in force.
    """

    act: str
    at: int | None
    first: int | None
    last: int | None
    record: int | None = None
    how: Literal["", "interlude", "every_year", "none"] = ""
    season: Season | None = None


class FromOverlay(Frozen):
    """A figure of an overlay that is switched on."""

    overlay: Overlay


class ByChoice(Frozen):
    """The reading of an assumption."""

    id: str
    reading: str
    is_default: bool


class Contradiction(Frozen):
    """Rules that hold and give different values."""

    rules: tuple[tuple[Rule, State], ...]


Decider = Default | Later | Dated | InForce | FromOverlay | ByChoice | Contradiction


class Scope(Frozen):
    """Whether a policy applies to a case: the days on which it counts, and the tests that decided it."""

    policy: Policy
    truth: Truth
    in_force: InForce | None
    is_in_force: Truth
    parts: tuple[Part, ...]


def deciders(explanation: Explanation, key: Key) -> tuple[Decider, ...]:
    """Return what decides the value of a name, in the order in which it is to be told."""
    name, record = key
    book = explanation.book
    if name in book.parameters:
        return tuple(_of_parameter(explanation, book.parameters[name], record))
    fact = book.facts.get(name)
    if fact is not None and fact.role == "given":
        found = _of_given(explanation, fact, record)
        return () if found is None else (found,)
    resolved = explanation.findings.resolved.get(key)
    if resolved is not None and isinstance(resolved.state, Conflict):
        return (Contradiction(tuple(_sides(explanation, key, resolved.state.rules))),)
    return ()


def _sides(explanation: Explanation, key: Key, rules: tuple[str, ...]) -> Iterator[tuple[Rule, State]]:
    for id in rules:
        rule = explanation.book.rules[id]
        value = next(one.value for one in rule.then if one.fact.name == key[0])
        yield rule, explanation.state_of(value, key[1])


def _of_given(explanation: Explanation, fact: Fact, record: int | None) -> Decider | None:
    hidden = _hidden(explanation, fact, record)
    if hidden is not None:
        return hidden
    value = explanation.case.values.get((fact.path, record))
    if value is None:
        missing = fact.when_missing(explanation.readings)
        if missing == "absent":
            return Default(ABSENT)
        return None if missing is None else Default(Known(missing.value))
    is_seen = isinstance(explanation.values[fact.path, record], Known)
    return Later(value) if fact.is_event and not is_seen and isinstance(value, int) else None


def _hidden(explanation: Explanation, fact: Fact, record: int | None) -> Dated | None:
    """Return the event that dates a fact, where it has not happened at the instant of the judgement."""
    if fact.dated_by is None:
        return None
    own = record if explanation.book.facts[fact.dated_by].listed else None
    state = explanation.values[fact.dated_by, own]
    if isinstance(state, Absent):
        at = explanation.case.values.get((fact.dated_by, own))
        return Dated(fact.dated_by, own, at if isinstance(at, int) else None)
    ahead = _instant(state)  # what rules have found may lie ahead
    return None if ahead is None or ahead <= explanation.as_of else Dated(fact.dated_by, own, ahead)


def _of_parameter(explanation: Explanation, parameter: Parameter, record: int | None) -> Iterator[Decider]:
    if parameter.by is not None and parameter.is_dated:
        yield _in_force(explanation, parameter, parameter.by, record)
    for overlay in explanation.book.overlays:
        if overlay.active and parameter.id in overlay.sets:
            yield FromOverlay(overlay)


def _in_force(explanation: Explanation, parameter: Parameter, by: Ref, record: int | None) -> InForce:
    """Return which act chose a dated figure, and the days around it on which that figure is in force."""
    own = record if by.listed else None
    at = _instant(explanation.state_of(by, record))
    if at is None:
        return InForce(by.name, None, None, None, own)
    day = local_day(at, explanation.book.zone)
    first, last = run_of(parameter.values, day)
    value = in_force(parameter.values, day)
    if value is None:
        return InForce(by.name, at, first, last, own, "none" if has_begun(parameter.values, day) else "")
    how: Literal["", "interlude", "every_year"] = "" if value.season is None else "every_year"
    # What lies before it, or holds without limit, comes back after its last day.
    if not how and value.end is not None and in_force(parameter.values, value.end + 1) is not None:
        how = "interlude" if last == value.end else how
    return InForce(by.name, at, first, last, own, how, value.season)


def _instant(state: State) -> int | None:
    return state.value if isinstance(state, Known) and isinstance(state.value, int) else None


def choices(explanation: Explanation, operand: Operand | None) -> Iterator[ByChoice]:
    """Return the readings that say what an operand is."""
    while isinstance(operand, ByReading):
        yield choice(explanation, operand.assumption)
        reading = explanation.readings[operand.assumption]
        operand = next(one for name, one in operand.readings if name == reading)


def choice(explanation: Explanation, assumption: str) -> ByChoice:
    """Return the reading of an assumption, and whether it is the default."""
    reading = explanation.readings[assumption]
    return ByChoice(assumption, reading, reading == explanation.book.assumptions[assumption].default)


def key_of(explanation: Explanation, operand: Operand, record: int | None) -> Key | None:
    """Return the name that an operand stands for under the readings; None for a literal."""
    chosen = choose_operand(operand, explanation.readings)
    if not isinstance(chosen, Ref) or chosen.kind == "now":
        return None
    own = explanation.this if chosen.this else record
    return chosen.name, own if chosen.listed else None


# ---------- policies


def scope_of(explanation: Explanation, rule: Rule) -> Scope:
    """Return whether the policy of a rule applies: whether it is in force, and what else it demands."""
    policy = explanation.book.policies[rule.policy]
    truth, parts = explanation.leaves(explanation.book.scope_of(rule), None)
    days = policy.days if rule.by is None else ()
    if not days:
        return Scope(policy, truth, None, Truth.TRUE, parts)
    by = days[0].ref
    in_force = InForce(by.name, _instant(explanation.state_of(by, None)), policy.first_day, policy.last_day)
    return Scope(policy, truth, in_force, min(explanation.leaves(day, None)[0] for day in days), parts)


def asks_for_days(part: Part) -> bool:
    """Tell whether a test of a policy's scope asks for the days on which the policy is in force."""
    return (
        isinstance(part, Leaf)
        and isinstance(part.condition, Test)
        and part.condition.spelling in WORDS_OF_DAYS
        and not part.condition.named
    )
