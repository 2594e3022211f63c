"""``idle-override`` (warning): A rule overrides one with which it can never disagree.

`overrides` decides which of two values of the same fact counts. Where the two rules conclude no fact in
common, always the same value, or can never hold together, it does nothing; the name is probably that of
another rule.

Fails::

    # policies/returns.yaml
    rules:
      custom_made_cannot_be_returned:
        title: {zh: 定制商品不可退货, en: Custom-made goods cannot be returned}
        when: {order.custom_made: yes}
        then: {return.allowed: no}
        overrides: [return_too_late]

Passes::

    # policies/returns.yaml
    rules:
      custom_made_cannot_be_returned:
        title: {zh: 定制商品不可退货, en: Custom-made goods cannot be returned}
        when: {order.custom_made: yes}
        then: {return.allowed: no}
        overrides: [return_in_time]
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.checks.exclusion import Exclusion
from policyengine.checks.grounds import whole
from policyengine.checks.possible_conflict import may_differ
from policyengine.diagnostics import Diagnostic, Message, message, warning
from policyengine.rulebook import Rule, Rulebook


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every override between rules that can never disagree."""
    exclusion = Exclusion(rulebook)
    for rule in rulebook.rules.values():
        for other in rule.overrides:
            what = _why_idle(rule, rulebook.rules[other], exclusion)
            if what is not None:
                help = message("remove it from `overrides`, or name the rule that is meant")
                yield warning("idle-override", what, rule.span, help)


def _why_idle(rule: Rule, other: Rule, exclusion: Exclusion) -> Message | None:
    """Return why two rules never disagree, or None where they may."""
    values = {conclusion.fact.name: conclusion.value for conclusion in other.then}
    common = [(one.value, values[one.fact.name]) for one in rule.then if one.fact.name in values]
    names = {"rule": rule.id, "other": other.id}
    if not common:
        return message("`{rule}` overrides `{other}`, but they conclude no fact in common", **names)
    if not any(may_differ(own, opposed) for own, opposed in common):
        return message("`{rule}` overrides `{other}`, but they conclude the same", **names)
    if exclusion.excludes(whole(rule), whole(other)):
        return message("`{rule}` overrides `{other}`, but they can never hold together", **names)
    return None
