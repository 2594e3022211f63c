"""``never-concluded`` (warning): A derived fact or an outcome that no rule concludes.

Cases cannot give it and no rule does, so it never has a value and whatever asks about it never holds.

Fails::

    # facts.yaml
    facts:
      return.label: {type: boolean, title: {zh: 提供面单, en: label is provided}, role: outcome}

Passes::

    # facts.yaml
    facts:
      return.label: {type: boolean, title: {zh: 提供面单, en: label is provided}, role: outcome}
    # policies/returns.yaml
    rules:
      label_for_return:
        title: {zh: 面单, en: Label}
        when: {return.allowed: yes}
        then: {return.label: yes}
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
