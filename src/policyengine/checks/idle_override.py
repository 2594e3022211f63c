"""``idle-override`` (warning): a rule overrides one with which it can never disagree.

``overrides`` decides which of two values of the same fact counts. Where the two rules conclude no fact in
common it does nothing; the name is probably that of another rule.

Fails::

    rules:
      owes_money: {title: {en: …}, when: {…}, then: {compensation.due: 5.00}}
      loses_no_points: {title: {en: …}, when: {…}, then: {penalty.points: 0}, overrides: [owes_money]}

Passes::

    rules:
      loses_points: {title: {en: …}, when: {…}, then: {penalty.points: 3}}
      loses_no_points: {title: {en: …}, when: {…}, then: {penalty.points: 0}, overrides: [loses_points]}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics import Diagnostic, message, warning
from policyengine.rulebook import Rule, Rulebook


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every override between rules that conclude nothing in common."""
    for rule in rulebook.rules.values():
        for other in rule.overrides:
            if _facts(rule).isdisjoint(_facts(rulebook.rules[other])):
                what = message(
                    "`{rule}` overrides `{other}`, but they conclude no fact in common",
                    rule=rule.id,
                    other=other,
                )
                help = message("remove it from `overrides`, or name the rule that is meant")
                yield warning("idle-override", what, rule.span, help)


def _facts(rule: Rule) -> frozenset[str]:
    return frozenset(conclusion.fact.name for conclusion in rule.then)
