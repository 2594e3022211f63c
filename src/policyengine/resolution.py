"""Which of several rules gives a fact its value: exceptions override, and nothing is guessed.

A rule that holds gives the value unless a rule that holds overrides it. A rule that is undetermined
matters only if the answer could depend on it: this is decided in closed form here, and equals trying
out every way in which the undetermined rules could turn out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from policyengine.findings import (
    ABSENT,
    NOTHING,
    Absent,
    Conflict,
    Known,
    Resolved,
    State,
    Truth,
    Unknown,
    Waits,
)
from policyengine.values import comparison_key

Token = tuple[object, ...]
Defeats = Mapping[str, frozenset[str]]
"""For each rule the rules that it overrides, directly or through others."""

_NO_RULES: frozenset[str] = frozenset()
_NOTHING = Resolved(ABSENT, (), ())


class Candidate(NamedTuple):
    """A rule that could conclude the fact. ``unknown_as`` names the value where it is not known.

    Two values that are not known are the same if they have the same name.
    """

    rule: str
    truth: Truth
    waits: Waits
    value: State
    unknown_as: tuple[str, int | None]

    @property
    def token(self) -> Token:
        """Return what tells this value from others."""
        match self.value:
            case Known(value):
                return ("value", comparison_key(value))
            case Absent():
                return ("absent",)
            case _:
                return ("unknown", *self.unknown_as)


def close_overrides(overrides: Mapping[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    """Return the transitive closure of the overrides among rules that conclude the same fact."""
    closed: dict[str, frozenset[str]] = {}
    for rule in overrides:
        reached: set[str] = set()
        waiting = list(overrides[rule])
        while waiting:
            other = waiting.pop()
            if other in overrides and other not in reached:
                reached.add(other)
                waiting.extend(overrides[other])
        closed[rule] = frozenset(reached)
    return closed


def resolve(candidates: Sequence[Candidate], defeats: Defeats) -> Resolved:
    """Return what the candidates say together; the order of the candidates does not matter."""
    if not candidates:
        return _NOTHING
    if len(candidates) == 1 and candidates[0].truth is Truth.TRUE:  # the usual case, and a fast way for it
        return Resolved(candidates[0].value, (candidates[0].rule,), ())
    live = _live(candidates, defeats)
    holding = [one for one in live if one.truth is Truth.TRUE]
    open_rules = [one for one in live if one.truth is Truth.UNDETERMINED]
    mattering = [one for one in open_rules if _matters(one, holding, open_rules, defeats)]
    winners = tuple(sorted(one.rule for one in holding))
    open_names = tuple(sorted(one.rule for one in mattering))
    if mattering:
        waits = NOTHING.union(*(one.waits for one in mattering), _value_waits([*holding, *mattering]))
        return Resolved(Unknown(waits), winners, open_names)
    return Resolved(_agreed(holding, winners), winners, ())


def _live(candidates: Sequence[Candidate], defeats: Defeats) -> list[Candidate]:
    """Return those that hold, or could, and that no rule that holds overrides."""
    beaten = _NO_RULES.union(
        *(defeats.get(one.rule, _NO_RULES) for one in candidates if one.truth is Truth.TRUE)
    )
    return [one for one in candidates if one.truth is not Truth.FALSE and one.rule not in beaten]


def _agreed(holding: Sequence[Candidate], winners: tuple[str, ...]) -> State:
    tokens = {one.token for one in holding}
    if not tokens:
        return ABSENT
    waits = _value_waits(holding)
    if waits:
        return Unknown(waits)
    if len(tokens) > 1:
        return Conflict(winners)
    # Of equal values in different spelling, such as 24 hours and 1 day, the one of the first rule by name.
    return min(holding, key=lambda one: one.rule).value


def _value_waits(candidates: Sequence[Candidate]) -> Waits:
    return NOTHING.union(*(one.value.waits for one in candidates if isinstance(one.value, Unknown)))


def _matters(
    rule: Candidate, holding: Sequence[Candidate], open_rules: Sequence[Candidate], defeats: Defeats
) -> bool:
    """Tell whether there are two ways for things to turn out that differ only in this rule and in the answer.

    (C) nothing holds: alone, the rule gives the value. (A) other undetermined rules can bring about a value
    other than this rule's, with nothing of this rule's value left, so the rule adds its own. (B) the rule can
    silence the last ground for a value other than its own.
    """
    if not holding:
        return True
    return _can_add(rule, holding, open_rules, defeats) or _can_silence(rule, holding, open_rules, defeats)


def _beats(one: Candidate, other: Candidate, defeats: Defeats) -> bool:
    return other.rule in defeats.get(one.rule, _NO_RULES)


def _can_add(
    rule: Candidate, holding: Sequence[Candidate], open_rules: Sequence[Candidate], defeats: Defeats
) -> bool:
    """Tell whether the others can agree on a value that is not the rule's, without overriding the rule."""
    peaceful = [one for one in open_rules if one is not rule and not _beats(one, rule, defeats)]
    others = {one.token for one in (*holding, *peaceful)} - {rule.token}
    for token in sorted(others, key=repr):
        helpers = [one for one in peaceful if one.token == token]
        dissenting = [one for one in holding if one.token != token]
        if all(any(_beats(helper, one, defeats) for helper in helpers) for one in dissenting):
            return True
    return False


def _can_silence(
    rule: Candidate, holding: Sequence[Candidate], open_rules: Sequence[Candidate], defeats: Defeats
) -> bool:
    """Tell whether the rule can turn disagreement, or another value, into its own value alone."""
    others = [one for one in (*holding, *open_rules) if one.token != rule.token]
    dissenting = [one for one in holding if one.token != rule.token]
    for target in others:
        if not _beats(rule, target, defeats):
            continue
        helpers = [
            one
            for one in open_rules
            if one is not rule and one.token == rule.token and not _beats(one, target, defeats)
        ]
        if all(any(_beats(one, other, defeats) for one in (rule, *helpers)) for other in dissenting):
            return True
    return False
