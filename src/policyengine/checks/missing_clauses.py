"""``missing-clauses`` (warning): A source of a rulebook with an index of clauses does not say which clauses.

The index of clauses shows for each clause what implements it. What names no clause is missing there: whoever
changes that clause one day does not find the rule.

Fails::

    # clauses.yaml
    clauses:
      T-1: {section: "1", quote: 收货后7天内可以退货}

Passes::

    # clauses.yaml
    clauses:
      T-1: {section: "1", quote: 收货后7天内可以退货}
      T-2: {section: "2", quote: 手续费为订单金额的3%}
      T-3: {section: "3", quote: 定制商品除外}

    $ sed -i 's/{section: "\\(.\\)"/&, clauses: [T-\\1]/' assumptions.yaml policies/returns.yaml
    $ policyengine check .
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import Diagnostic, Message, listing, message, warning
from policyengine.model.clauses import Source
from policyengine.model.rulebook import Rulebook
from policyengine.reading.citations import citations


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every source that names no clause of a document whose clauses are indexed."""
    indexed = {clause.document for clause in rulebook.clauses.values()}
    for citation in citations(rulebook):
        source = citation.source
        if source.document in indexed and not source.clauses:
            what = message("`{name}` does not say which clauses it comes from", name=citation.id)
            yield warning("missing-clauses", what, source.span, _help(rulebook, source))


def _help(rulebook: Rulebook, source: Source) -> Message:
    """Name the clauses whose words are those of the source, else those of its section."""
    place = source.document, source.section
    there = [one for one in rulebook.clauses.values() if (one.document, one.section) == place]
    same = [one.id for one in there if one.quote and (one.quote in source.quote or source.quote in one.quote)]
    if same:
        return message("add `clauses: [{ids}]`, whose words these are", ids=", ".join(same))
    if not there:
        return message("add `clauses` with names of clauses.yaml")
    return message(
        "add `clauses` with names of clauses.yaml: {names}", names=listing(one.id for one in there)
    )
