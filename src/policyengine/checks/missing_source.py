"""``missing-source`` (warning): A rule, deadline, amount or figure does not say which clause it comes from.

A rulebook that lists its documents promises that each rule and each figure can be traced to one. What has no
`source` cannot be defended when somebody asks why.

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

from policyengine.clauses import Source
from policyengine.diagnostics import Diagnostic, marked, message, warning
from policyengine.rulebook import Rulebook
from policyengine.source import Span

# Whole sentences, because a translation cannot be put together from pieces.
_LACKS = {
    "rule": marked("rule `{name}` does not say where it comes from"),
    "deadline": marked("deadline `{name}` does not say where it comes from"),
    "amount": marked("amount `{name}` does not say where it comes from"),
    "parameter": marked("parameter `{name}` does not say where it comes from"),
}


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell all that has no source, where the rulebook has documents."""
    if not rulebook.documents:
        return
    for kind, name, source, span in _sourced(rulebook):
        if source is None:
            help = message("add `source` with the section and the words of the document")
            yield warning("missing-source", message(_LACKS[kind], name=name), span, help)


def _sourced(rulebook: Rulebook) -> Iterator[tuple[str, str, Source | None, Span]]:
    yield from (("rule", id, one.source, one.span) for id, one in rulebook.rules.items())
    yield from (("deadline", id, one.source, one.span) for id, one in rulebook.deadlines.items())
    yield from (("amount", id, one.source, one.span) for id, one in rulebook.amounts.items())
    yield from (("parameter", id, one.source, one.span) for id, one in rulebook.parameters.items())
