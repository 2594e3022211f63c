"""``unimplemented-clause`` (warning): a clause is a rule, and nothing of the rulebook names it.

What the document demands would be missing from every decision, and nobody would notice.

Fails, when no ``source`` names ``S2-STAGES``::

    clauses:
      S2-STAGES: {section: 篇二, quote: …}

Passes::

    clauses:
      S2-STAGES: {section: 篇二, quote: …, status: not_a_rule, why: {zh: 标题, en: a title}}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.citations import citations
from policyengine.diagnostics import Diagnostic, message, warning
from policyengine.rulebook import Rulebook


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every clause with the status ``rule`` that nothing implements."""
    named = {id for citation in citations(rulebook) for id in citation.source.clauses}
    for clause in rulebook.clauses.values():
        if clause.status == "rule" and clause.id not in named:
            what = message("nothing implements the clause `{name}`", name=clause.id)
            help = message(
                "name it under `clauses` of a source, or say with `status` and `why` that it is no rule"
            )
            yield warning("unimplemented-clause", what, clause.span, help)
