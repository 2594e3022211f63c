"""``unknown-clause`` (error): A source names a clause that clauses.yaml does not have.

The index of clauses is where a reader looks a clause up. A name that is not in it leads nowhere.

Fails::

    # clauses.yaml
    clauses:
      T-1: {section: "1", quote: 收货后7天内可以退货}
    # policies/returns.yaml
    parameters:
      return_period:
        title: {zh: 退货期, en: Time to return}
        values: [{value: 7 days}]
        source: {section: "1", clauses: [T-01], quote: 收货后7天内可以退货}

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

from policyengine.citations import citations
from policyengine.diagnostics import Diagnostic, error, message
from policyengine.rulebook import Rulebook
from policyengine.suggestions import closest


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every name of a clause that is not in the index, where there is one."""
    if not rulebook.clauses:
        return
    for citation in citations(rulebook):
        for id in citation.source.clauses:
            if id not in rulebook.clauses:
                what = message("there is no clause `{name}` in clauses.yaml", name=id)
                near = closest(id, rulebook.clauses)
                help = message("add it there, or take it out")
                if near is not None:
                    help = message("did you mean `{word}`?", word=near)
                yield error("unknown-clause", what, citation.source.span, help)
