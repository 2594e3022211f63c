"""``unimplemented-clause`` (warning): A clause is a rule, and nothing of the rulebook names it.

What the document demands would be missing from every decision, and nobody would notice.

Fails::

    # clauses.yaml
    clauses:
      T-9: {section: "9", quote: 运费由买家承担}

Passes::

    # clauses.yaml
    clauses:
      T-9: {section: "9", quote: 运费由买家承担, status: not_a_rule, why: {zh: 另有规定, en: ruled elsewhere}}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import Diagnostic, message, warning
from policyengine.model.clauses import IMPLEMENTED
from policyengine.model.rulebook import Rulebook
from policyengine.reading.citations import citations


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every clause that is a rule, at least in part, and that nothing implements."""
    named = {id for citation in citations(rulebook) for id in citation.source.clauses}
    if not rulebook.clauses.keys() >= named:
        return  # a clause is misspelt, which is told: it could be any of these
    for clause in rulebook.clauses.values():
        if clause.status in IMPLEMENTED and clause.id not in named:
            what = message("nothing implements the clause `{name}`", name=clause.id)
            help = message(
                "name it under `clauses` of a source, or say with `status` and `why` that it is not a rule"
            )
            yield warning("unimplemented-clause", what, clause.span, help)
