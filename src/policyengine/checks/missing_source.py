"""``missing-source`` (warning): a rule does not say which clause it comes from.

A rulebook that lists its documents promises that each rule can be traced to one. A rule without ``source``
cannot be defended when somebody asks why.

Fails, when rulebook.yaml has ``documents``::

    rules:
      liable_seller_loses_points: {title: {en: …}, when: {…}, then: {penalty.points: 3}}

Passes::

    rules:
      liable_seller_loses_points:
        title: {en: …}
        source: {section: "2", quote: a liable seller loses three points}
        when: {…}
        then: {penalty.points: 3}
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
