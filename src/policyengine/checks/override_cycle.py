"""``override-cycle`` (error): Rules override each other in a cycle.

`overrides` says which rule is the exception and which is the general one. In a cycle every rule would give
way to every other, and none could win.

Fails::

    # policies/returns.yaml
    rules:
      return_in_time:
        title: {zh: 期内可以退货, en: A return in time is allowed}
        when: {asking.status: met}
        then: {return.allowed: yes}
        overrides: [custom_made_cannot_be_returned]

Passes::

    # policies/returns.yaml
    rules:
      return_in_time:
        title: {zh: 期内可以退货, en: A return in time is allowed}
        when: {asking.status: met}
        then: {return.allowed: yes}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import Diagnostic, error, message
from policyengine.model.rulebook import Rulebook
from policyengine.semantics.strata import find_cycle


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell one ring; after it is broken the next one is told."""
    ring = find_cycle({id: frozenset(rule.overrides) for id, rule in rulebook.rules.items()})
    if ring is not None:
        what = message("these rules override each other in a cycle: `{path}`", path=" → ".join(ring))
        help = message("keep `overrides` only in the exception, and remove it from the general rule")
        yield error("override-cycle", what, rulebook.rules[ring[0]].span, help)
