"""``never-holds`` (warning): A rule, deadline or amount whose conditions can never all be true.

They ask for two things of the same value, or for a value that no rule gives. No case will ever reach it.
The vocabulary, the readings and what other rules conclude are looked at; what is told is certain, but not
everything that is so can be seen.

Fails::

    # policies/returns.yaml
    rules:
      cheap_and_dear:
        title: {zh: 贵又便宜, en: Cheap and dear}
        when: {order.total: {less_than: 5.00, more_than: 10.00}}
        then: {return.refund: 0.00}

Passes::

    # policies/returns.yaml
    rules:
      neither_cheap_nor_dear:
        title: {zh: 不贵不便宜, en: In between}
        when: {order.total: {more_than: 5.00, less_than: 10.00}}
        then: {return.refund: 0.00}
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from policyengine.checks.exclusion import Exclusion
from policyengine.diagnostics.diagnostic import Diagnostic, message, warning
from policyengine.diagnostics.span import Span
from policyengine.model.conditions import All, Condition, conjuncts
from policyengine.model.rulebook import Amount, Deadline, Rule, Rulebook


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every rule, deadline and amount that plainly can never apply."""
    exclusion = Exclusion(rulebook)
    applying: list[tuple[Rule | Deadline | Amount, Condition]] = [
        (rule, rulebook.whole_of(rule)) for rule in rulebook.rules.values()
    ]
    applying += [(deadline, deadline.when) for deadline in rulebook.deadlines.values()]
    applying += [(amount, amount.when) for amount in rulebook.amounts.values()]
    for part, condition in applying:
        if not rulebook.policies[part.policy].never_in_force:  # the dates have been told
            yield from _told(exclusion, part.id, condition, part.span)


def _told(exclusion: Exclusion, name: str, condition: Condition, span: Span) -> Iterator[Diagnostic]:
    if not exclusion.excludes(condition, All((), span)):
        return
    parts = list(conjuncts(condition))
    alone = next((one for one in parts if exclusion.excludes(one, All((), span))), None)
    if alone is not None:
        what = message("`{name}` can never hold: no case and no rule makes this condition true", name=name)
        help = message("ask for another value, or remove the condition")
        yield warning("never-holds", what, alone.span, help)
        return
    what = message("`{name}` can never hold: its conditions exclude each other", name=name)
    pair = next((both for both in combinations(parts, 2) if exclusion.excludes(*both)), None)
    if pair is None:
        yield warning("never-holds", what, span, message("change one of them"))
        return
    # Conditions of the policy stand before those of the rule: point at the later one.
    earlier, later = sorted(pair, key=lambda one: one.span)
    yield warning(
        "never-holds", what, later.span, message("it excludes the condition at {place}", place=earlier.span)
    )
