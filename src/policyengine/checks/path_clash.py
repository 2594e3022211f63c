"""``path-clash`` (error): The name of one fact or list is the beginning of another's.

A case file nests names: `order.total` is written as `total` inside `order`. So `order` cannot be a value
of its own as well. Names that begin with `case` or `as_of` are refused too, because a case file keeps its
own particulars there.

Fails::

    # facts.yaml
    facts:
      order: {type: text, title: {zh: 订单号, en: order number}}

Passes::

    # facts.yaml
    facts:
      order.number: {type: text, title: {zh: 订单号, en: order number}}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import Diagnostic, error, message
from policyengine.model.rulebook import Rulebook

_RESERVED = ("case", "as_of")


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every name of a fact or list that cannot stand in a case file beside the others."""
    places = {path: listed.span for path, listed in rulebook.lists.items()}
    # What a record holds stands inside its list, which has been looked at.
    places.update((path, fact.span) for path, fact in rulebook.facts.items() if fact.listed is None)
    for path, span in sorted(places.items()):
        word = path.partition(".")[0]
        if word in _RESERVED:
            what = message(
                "`{name}` begins with `{word}`, which case files use themselves", name=path, word=word
            )
            yield error("path-clash", what, span, message("begin the name with another word"))
        inner = next((one for one in sorted(places) if one.startswith(path + ".")), None)
        if inner is not None:
            what = message(
                "`{inner}` stands inside `{name}`, so `{name}` cannot have a value of its own",
                inner=inner,
                name=path,
            )
            help = message("rename one of them; `{inner}` is at {place}", inner=inner, place=places[inner])
            yield error("path-clash", what, span, help)
