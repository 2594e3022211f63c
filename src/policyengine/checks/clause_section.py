"""``clause-section`` (error): A source names clauses of another section, or of another document.

The quote would be looked for in the wrong place. A source can name clauses of several sections when its
own section is that of one of them.

Fails::

    # clauses.yaml
    clauses:
      T-1: {section: "1", quote: 收货后7天内可以退货}
    # policies/returns.yaml
    parameters:
      return_period:
        title: {zh: 退货期, en: Time to return}
        values: [{value: 7 days}]
        source: {section: "2", clauses: [T-1], quote: 收货后7天内可以退货}

Passes::

    # clauses.yaml
    clauses:
      T-1: {section: "1", quote: 收货后7天内可以退货}
    # policies/returns.yaml
    parameters:
      return_period:
        title: {zh: 退货期, en: Time to return}
        values: [{value: 7 days}]
        source: {section: "1", clauses: [T-1], quote: 收货后7天内可以退货}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import Diagnostic, error, message
from policyengine.model.rulebook import Rulebook
from policyengine.reading.citations import citations


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every source none of whose clauses is in its section."""
    for citation in citations(rulebook):
        source = citation.source
        if not rulebook.clauses.keys() >= set(source.clauses):
            continue  # a clause is misspelt, which is told: it could be the one of this section
        known = [rulebook.clauses[id] for id in source.clauses]
        places = {(clause.document, clause.section) for clause in known}
        if places and (source.document, source.section) not in places:
            what = message("`{name}` is quoted from {section}", name=citation.id, section=source.section)
            help = message("{clause} is in {section}", clause=known[0].id, section=known[0].section)
            yield error("clause-section", what, source.span, help)
