"""Facts that every case has to say, and that no test says: what becomes of the cases that are open today."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from policyengine.checks.walk import refs_of
from policyengine.diagnostics.diagnostic import Diagnostic, message, warning
from policyengine.frozen import replace
from policyengine.model.rulebook import Rulebook


def check_required(book: Rulebook, said: Collection[str]) -> Iterator[Diagnostic]:
    """Tell the facts that rules ask for, that a case must say, and that none of the tests beside them says.

    ``said`` are the facts that they say, and the lists of which they have records.
    """
    used = {ref.name for ref in refs_of(replace(book, reports={}))}
    defaults = {id: one.default for id, one in book.assumptions.items()}
    for path, fact in book.facts.items():
        is_asked = path in used and fact.role == "given" and (fact.listed is None or fact.listed in said)
        if is_asked and path not in said and fact.when_missing(defaults) is None:
            what = message("no test gives `{name}`, and a case without it is undetermined", name=path)
            help = message(
                "cases that are open today do not give it: add `if_missing` with what it is "
                "then, or a test that gives it"
            )
            yield warning("required-fact", what, fact.span, help)
