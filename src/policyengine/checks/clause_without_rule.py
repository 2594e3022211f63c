"""``clause-without-rule`` (warning): A clause is marked as not a rule, and something names it as its
source.

Either the clause does say something, or the rule rests on a sentence that does not support it. A clause
that is `truncated` can be named: what rests on it may wait for the missing words.

Fails::

    # clauses.yaml
    clauses:
      T-0: {section: "1", quote: 小店退货须知, status: heading_only, why: {zh: 只有标题, en: only a heading}}
    # policies/returns.yaml
    parameters:
      return_period:
        title: {zh: 退货期, en: Time to return}
        values: [{value: 7 days}]
        source: {section: "1", clauses: [T-0], quote: 收货后7天内可以退货}

Passes::

    # clauses.yaml
    clauses:
      T-0: {section: "1", quote: 小店退货须知, status: heading_only, why: {zh: 只有标题, en: only a heading}}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import Diagnostic, message, warning
from policyengine.model.clauses import IMPLEMENTED
from policyengine.model.rulebook import Rulebook
from policyengine.reading.citations import citations


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every source that names a clause which is no rule."""
    for citation in citations(rulebook):
        for id in citation.source.clauses:
            clause = rulebook.clauses.get(id)
            if clause is not None and clause.status not in (*IMPLEMENTED, "truncated"):
                what = message(
                    "`{name}` rests on `{clause}`, which is marked as not a rule", name=citation.id, clause=id
                )
                help = message("look at the status of the clause at {place}", place=clause.span)
                yield warning("clause-without-rule", what, citation.source.span, help)
