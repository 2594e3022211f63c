"""``missing-source`` (warning): A rule does not say which clause it comes from.

A rulebook that lists its documents promises that each rule can be traced to one. A rule without `source`
cannot be defended when somebody asks why.

Fails::

    # policies/returns.yaml
    rules:
      gift_is_kept:
        title: {zh: 赠品不退, en: A gift is kept}
        when: {order.total: 0.00}
        then: {return.refund: 0.00}

Passes::

    # policies/returns.yaml
    rules:
      gift_is_kept:
        title: {zh: 赠品不退, en: A gift is kept}
        source: {section: "4", quote: 赠品不退}
        when: {order.total: 0.00}
        then: {return.refund: 0.00}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics import Diagnostic, message, warning
from policyengine.rulebook import Rulebook


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every rule without a source, where the rulebook has documents."""
    if not rulebook.documents:
        return
    for rule in rulebook.rules.values():
        if rule.source is None:
            what = message("rule `{name}` does not say where it comes from", name=rule.id)
            help = message("add `source` with the section and the words of the document")
            yield warning("missing-source", what, rule.span, help)
