"""``never-concluded`` (warning): a derived fact or an outcome that no rule concludes.

Cases cannot give it and no rule does, so it never has a value and whatever asks about it never holds.

Fails, when no rule has ``penalty.points`` under ``then``::

    facts:
      penalty.points: {type: count, title: {en: points deducted}, role: outcome}

Passes, with a rule that concludes it::

    rules:
      liable_seller_loses_points: {title: {en: …}, when: {…}, then: {penalty.points: 3}}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics import Diagnostic, message, warning
from policyengine.rulebook import Rulebook


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every fact that rules should conclude and none does."""
    concluded = {conclusion.fact.name for rule in rulebook.rules.values() for conclusion in rule.then}
    for path, fact in rulebook.facts.items():
        if fact.role != "given" and path not in concluded:
            what = message("no rule concludes `{name}`", name=path)
            help = message("add a rule with `{name}` under `then`, or remove `role`", name=path)
            yield warning("never-concluded", what, fact.span, help)
