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

from policyengine.diagnostics.diagnostic import Diagnostic, error, message
from policyengine.diagnostics.did_you_mean import did_you_mean
from policyengine.model.rulebook import Rulebook
from policyengine.reading.citations import citations


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every name of a clause that is not in the index, where there is one."""
    if not rulebook.clauses:
        return
    for citation in citations(rulebook):
        for id, span in zip(citation.source.clauses, citation.source.clause_spans, strict=True):
            if id not in rulebook.clauses:
                what = message("there is no clause `{name}` in clauses.yaml", name=id)
                help = did_you_mean(id, rulebook.clauses) or message("add it there, or remove it here")
                yield error("unknown-clause", what, span, help)
