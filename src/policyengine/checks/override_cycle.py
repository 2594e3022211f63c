"""``override-cycle`` (error): rules override each other in a ring.

``overrides`` says which rule is the exception and which is the general one. In a ring every rule would give
way to every other, and none could win.

Fails::

    rules:
      general: {title: {en: …}, when: {…}, then: {penalty.points: 3}, overrides: [exception]}
      exception: {title: {en: …}, when: {…}, then: {penalty.points: 0}, overrides: [general]}

Passes::

    rules:
      general: {title: {en: …}, when: {…}, then: {penalty.points: 3}}
      exception: {title: {en: …}, when: {…}, then: {penalty.points: 0}, overrides: [general]}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.dependencies import find_cycle
from policyengine.diagnostics import Diagnostic, error, message
from policyengine.rulebook import Rulebook


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell one ring; after it is broken the next one is told."""
    ring = find_cycle({id: frozenset(rule.overrides) for id, rule in rulebook.rules.items()})
    if ring is not None:
        what = message("these rules override each other in a ring: `{path}`", path=" → ".join(ring))
        help = message("keep `overrides` only in the exception, and remove it from the general rule")
        yield error("override-cycle", what, rulebook.rules[ring[0]].span, help)
