"""``missing-source`` (warning): A rule, deadline, amount or figure does not say which clause it comes from.

A rulebook that lists its documents promises that each rule and each figure can be traced to one. What has no
`source` cannot be defended when somebody asks why. A parameter with `values: []` needs none: that says itself
that the document gives no figure, and no words of the document could.

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

from policyengine.diagnostics.diagnostic import Diagnostic, marked, message, warning
from policyengine.model.rulebook import Rulebook
from policyengine.reading.citations import CitingKind, citing

# Whole sentences, because a translation cannot be put together from pieces; assumptions may be our own.
_LACKS: dict[CitingKind, str] = {
    "rule": marked("rule `{name}` does not say where it comes from"),
    "table": marked("table `{name}` does not say where it comes from"),
    "deadline": marked("deadline `{name}` does not say where it comes from"),
    "amount": marked("amount `{name}` does not say where it comes from"),
    "parameter": marked("parameter `{name}` does not say where it comes from"),
}


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell all that has no source, where the rulebook has documents."""
    if not rulebook.documents:
        return
    for one in citing(rulebook):
        is_left_open = one.kind == "parameter" and rulebook.parameters[one.id].left_open
        if one.source is None and one.kind in _LACKS and not is_left_open:
            help = message("add `source` with the section and the words of the document")
            yield warning("missing-source", message(_LACKS[one.kind], name=one.id), one.span, help)
