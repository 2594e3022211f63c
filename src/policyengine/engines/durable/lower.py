"""From the rules of a folded Plan to conjunctions of integer comparisons, all that the engine matches.

Attributes are flat integer properties of the one fact that stands for a case (or for one record of a list).
They hold values (``v…``), answers of questions that are answered beside the engine (``q…``: 1 true, 0 false)
and whether a policy applies (``p…``). An attribute that is undetermined is missing, and no comparison holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Literal as Word
from typing import NamedTuple

from policyengine.compile.normal_form import Literal, split_expr, ways_of
from policyengine.compile.plan import AS_OF, Amount, Apply, Const, Expr, Op, Plan, Read, Rule
from policyengine.frozen import Frozen
from policyengine.values.literals import comparison_key

ABSENT_VALUE = -(2**63 - 1)
"""Stands for a known absence: smaller than every value, and equal to none."""

MOST_MATCHES = 40
"""A way with more comparisons becomes a question beside the engine, far below the engine's own limit."""

_MOST_WAYS = 32

MatchOperator = Word["==", "!=", "<", "<=", ">", ">="]


class Match(NamedTuple):
    """A comparison of an attribute with an integer."""

    attribute: str
    operator: MatchOperator
    value: int


class ValueAttribute(Frozen):
    """An attribute that holds the value of a name; texts and choices by their number, 0 if they have none."""

    attribute: str
    read: Read


class QuestionAttribute(Frozen):
    """An attribute that holds the answer of a condition."""

    attribute: str
    condition: Expr


Attribute = ValueAttribute | QuestionAttribute


class MatchedRule(Frozen):
    """A rule as the ways in which it holds, with the attributes that these look at.

    ``number`` is its place among the rules; the engine knows it by ``r<number>``.
    """

    rule: Rule
    number: int
    ways: tuple[tuple[Match, ...], ...]
    attributes: tuple[Attribute, ...]


class MatchedStratum(Frozen):
    """Rules that do not depend on each other, of the case (``listed`` None) or of each record of a list."""

    listed: str | None
    rules: tuple[MatchedRule, ...]


class Matches(Frozen):
    """What the engine loads: for each stratum of the Plan its rules; the numbers of policies and texts."""

    strata: tuple[tuple[MatchedStratum, ...], ...]
    policies: Mapping[str, int]
    texts: Mapping[str, int]


_POSITIVE: Mapping[Op, MatchOperator] = {"eq": "==", "ge": ">=", "le": "<=", "gt": ">", "lt": "<"}
_NEGATIVE: Mapping[Op, MatchOperator] = {"eq": "!=", "ge": "<", "le": ">", "gt": "<=", "lt": ">="}
_Way = tuple[Match, ...]


def lower_rules(plan: Plan) -> Matches:
    """Return what the engine loads of a folded Plan."""
    return Lowering(plan).matches()


def policy_attribute(number: int) -> str:
    """Return the attribute that says whether a policy applies."""
    return f"p{number}"


class Lowering:
    """The lowering of one Plan: hands out the names of attributes and the numbers of texts.

    Rules can be lowered one by one, whenever one is needed: what was handed out stays as it is.
    """

    def __init__(self, plan: Plan) -> None:
        """``plan`` is folded."""
        self.plan = plan
        self.texts: dict[str, int] = {}
        self.attributes: dict[object, Attribute] = {}
        self.policies = {one.name: number for number, one in enumerate(plan.policies)}
        names = sorted(rule.name for stratum in plan.strata for rule in stratum.rules)
        cells = (cell for stratum in plan.strata for cell in stratum.cells)
        self.fractions = {one.name for one in cells if isinstance(one, Amount) and one.step == 0}
        self.numbers = {name: number for number, name in enumerate(names)}

    def matches(self) -> Matches:
        """Return all that the engine loads."""
        strata = tuple(tuple(self._strata(stratum.rules)) for stratum in self.plan.strata)
        return Matches(strata, self.policies, self.texts)

    def _strata(self, rules: Iterable[Rule]) -> Iterable[MatchedStratum]:
        groups: dict[str | None, list[MatchedRule]] = {}
        for rule in rules:
            groups.setdefault(rule.listed, []).append(self.rule(rule))
        for listed in sorted(groups, key=lambda one: one or ""):
            yield MatchedStratum(listed, tuple(groups[listed]))

    def rule(self, rule: Rule) -> MatchedRule:
        """Return a rule as the ways in which it holds."""
        found: dict[str, Attribute] = {}
        policy = Match(policy_attribute(self.policies[rule.policy]), "==", 1)
        ways = [
            (policy, *way)
            for conjunction in ways_of(rule.when, split_expr)
            for way in self._ways(conjunction, found)
        ]
        if any(len(way) > MOST_MATCHES for way in ways):
            found.clear()
            ways = [(policy, *self._question(rule.when, True, found))]
        return MatchedRule(rule, self.numbers[rule.name], tuple(sorted(set(ways))), tuple(found.values()))

    def _ways(self, conjunction: Iterable[Literal[Expr]], found: dict[str, Attribute]) -> list[_Way]:
        """Return the conjunctions of comparisons of a conjunction of literals: one, or a few."""
        ways: list[_Way] = [()]
        for literal in conjunction:
            lowered = self._literal(literal, found)
            if len(ways) * len(lowered) > _MOST_WAYS:
                lowered = [self._question(literal.condition, literal.wanted, found)]
            ways = [(*left, *right) for left in ways for right in lowered]
        return [tuple(sorted(set(way))) for way in ways]

    def _literal(self, literal: Literal[Expr], found: dict[str, Attribute]) -> list[_Way]:
        match literal.condition:
            case Apply(op, (Read() as read, *limits)) if self._is_whole(read) and _is_compared(
                op, read, limits
            ):
                attribute = self._value_attribute(read)
                found[attribute.attribute] = attribute
                return _matches(attribute.attribute, op, self._keys(limits), literal.wanted)
            case condition:
                return [self._question(condition, literal.wanted, found)]

    def _is_whole(self, read: Read) -> bool:
        """Tell whether the values of a name are whole numbers as they are, which the engine can compare."""
        return read != AS_OF and not read.midnight and read.name not in self.fractions

    def _keys(self, limits: Iterable[Expr]) -> list[int]:
        return [self._key(one) for one in limits]

    def _key(self, limit: Expr) -> int:
        assert isinstance(limit, Const) and limit.value is not None
        key = comparison_key(limit.value)
        assert not isinstance(key, Fraction)
        return self.texts.setdefault(key, len(self.texts) + 1) if isinstance(key, str) else key

    def _value_attribute(self, read: Read) -> ValueAttribute:
        found = self.attributes.get(read.name)
        if found is None:
            found = ValueAttribute(f"v{len(self.attributes)}", read)
            self.attributes[read.name] = found
        assert isinstance(found, ValueAttribute)
        return found

    def _question(self, condition: Expr, wanted: bool, found: dict[str, Attribute]) -> _Way:
        attribute = self.attributes.get(condition)
        if attribute is None:
            attribute = QuestionAttribute(f"q{len(self.attributes)}", condition)
            self.attributes[condition] = attribute
        found[attribute.attribute] = attribute
        return (Match(attribute.attribute, "==", 1 if wanted else 0),)


def _is_compared(op: Op, read: Read, limits: Iterable[Expr]) -> bool:
    """Tell whether a value is compared with constants, which the engine can do; ``has`` has no limits."""
    every = list(limits)
    if read == AS_OF or op == "during":
        return False
    return bool(every) and all(isinstance(one, Const) and one.value is not None for one in every)


def _matches(attribute: str, op: Op, keys: list[int], wanted: bool) -> list[_Way]:
    """Return the ways for a comparison to be true, or to be false.

    A value that is absent is no value: no comparison with it is true, and every one is false.
    """
    if op == "in":
        if wanted:
            return [(Match(attribute, "==", key),) for key in sorted(set(keys))]
        return [tuple(Match(attribute, "!=", key) for key in sorted(set(keys)))]
    key = keys[0]
    match = Match(attribute, (_POSITIVE if wanted else _NEGATIVE)[op], key)
    is_present = Match(attribute, ">", ABSENT_VALUE)
    if wanted and op in ("le", "lt"):
        return [(match, is_present)]
    if not wanted and op in ("le", "lt"):
        return [(match,), (Match(attribute, "==", ABSENT_VALUE),)]
    return [(match,)]
