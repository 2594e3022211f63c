"""``possible-conflict`` (warning): two rules could hold together and give one fact different values.

An outcome has one value. If a case comes in which both rules hold, its decision reports a conflict instead of
a value. Either one rule is the exception and ``overrides`` the other, or their conditions should exclude each
other. Only what the conditions plainly say is looked at, so a warning may concern cases that cannot occur.

Fails, because a defective item can also be a gift::

    rules:
      gift_is_free: {title: {en: …}, when: {item.gift: yes}, then: {refund.due: 0.00}}
      defect_is_refunded: {title: {en: …}, when: {item.defective: yes}, then: {refund.due: order.total}}

Passes::

    rules:
      gift_is_free: {title: {en: …}, when: {item.gift: yes}, then: {refund.due: 0.00}}
      defect_is_refunded:
        title: {en: …}
        when: {item.defective: yes}
        then: {refund.due: order.total}
        overrides: [gift_is_free]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from policyengine.checks.exclusion import Exclusion, shape
from policyengine.conditions import All, ByReading, Constant, Operand
from policyengine.diagnostics import Diagnostic, message, warning
from policyengine.rulebook import Conclusion, Rule, Rulebook


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every pair of rules that may disagree about a fact."""
    exclusion = Exclusion(rulebook)
    above = {id: _overridden(rulebook.rules, id) for id in rulebook.rules}
    for concluding in _by_fact(rulebook).values():
        for first, second in combinations(concluding, 2):
            if first[0].id in above[second[0].id] or second[0].id in above[first[0].id]:
                continue
            if _may_differ(first[1].value, second[1].value) and not exclusion.excludes(
                _whole(first[0]), _whole(second[0])
            ):
                yield _told(first, second)


Concluding = tuple[Rule, Conclusion]


def _by_fact(rulebook: Rulebook) -> Mapping[str, list[Concluding]]:
    """Return for each fact the rules that conclude it, in the order of the files."""
    found: dict[str, list[Concluding]] = {}
    for rule in sorted(rulebook.rules.values(), key=lambda one: one.span):
        for conclusion in rule.then:
            found.setdefault(conclusion.fact.name, []).append((rule, conclusion))
    return found


def _overridden(rules: Mapping[str, Rule], id: str) -> frozenset[str]:
    """Return the rules that a rule overrides, also through others."""
    found: set[str] = set()
    waiting = [*rules[id].overrides]
    while waiting:
        other = waiting.pop()
        if other not in found:
            found.add(other)
            waiting += rules[other].overrides
    return frozenset(found)


def _whole(rule: Rule) -> All:
    return All((rule.scope, rule.when), rule.span)


def _may_differ(one: Operand, other: Operand) -> bool:
    """Tell whether two values can differ: the same name or the same literal cannot."""
    if isinstance(one, Constant) and isinstance(other, Constant):
        return one.value != other.value
    if isinstance(one, ByReading) and isinstance(other, ByReading) and one.assumption == other.assumption:
        others = dict(other.readings)
        return any(_may_differ(value, others[reading]) for reading, value in one.readings)
    if isinstance(one, ByReading):
        return any(_may_differ(value, other) for _, value in one.readings)
    if isinstance(other, ByReading):
        return any(_may_differ(one, value) for _, value in other.readings)
    return shape(one) != shape(other)


def _told(first: Concluding, second: Concluding) -> Diagnostic:
    what = message(
        "`{first}` and `{second}` could both hold and give `{fact}` different values",
        first=first[0].id,
        second=second[0].id,
        fact=second[1].fact.name,
    )
    help = message(
        "let one override the other, or make their conditions exclude each other; the other rule is at {place}",
        place=first[1].span,
    )
    return warning("possible-conflict", what, second[1].span, help)
