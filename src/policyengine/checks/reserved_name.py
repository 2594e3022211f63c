"""``reserved-name`` (error): A name is a word of the language.

In conditions the words `all`, `any`, `not`, `any_of`, `count_of`, `first` and `last` have a meaning of
their own, and `known` and `happened` ask about a fact; `as_of` is the instant of the judgement, `this` the
record at which `for_each` stands. Something with such a name could not be asked about.

Fails::

    # facts.yaml
    facts:
      first: {type: instant, title: {zh: 首次来访, en: first visit}}

Passes::

    # facts.yaml
    facts:
      visit.first: {type: instant, title: {zh: 首次来访, en: first visit}}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import Diagnostic, error, message
from policyengine.diagnostics.span import Span
from policyengine.model.conditions import AS_OF
from policyengine.model.rulebook import Rulebook

_STATES = ("known", "happened", "none", "this", AS_OF, "otherwise")
_WORDS = frozenset(("all", "any", "not", "any_of", "count_of", "first", "last", "next", "previous", *_STATES))


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every name that conditions would read as a word."""
    for name, span in _names(rulebook):
        if name in _WORDS:
            what = message("`{name}` is a word of the rule language and cannot be a name", name=name)
            yield error("reserved-name", what, span, message("choose a name of two words or more"))


def _names(rulebook: Rulebook) -> Iterator[tuple[str, Span]]:
    """Return every name as conditions write it: facts of a record by their short name."""
    for fact in rulebook.facts.values():
        yield (fact.path if fact.listed is None else fact.path.removeprefix(fact.listed + ".")), fact.span
    for parameter in rulebook.parameters.values():
        yield parameter.id, parameter.span
    for amount in rulebook.amounts.values():
        yield amount.id, amount.span
