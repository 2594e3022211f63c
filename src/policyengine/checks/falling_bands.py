"""``falling-bands`` (error): A limit of a band is not above the limit before it.

A band reaches from the limit before it to its own. If its limit is not above that, the band is empty and
the sum goes on with the next: nobody means that. Limits can be parameters with values by date, so that two
of them fit today and not for an act of last year.

Fails::

    # policies/returns.yaml
    amounts:
      fee:
        title: {zh: 费用, en: Fee}
        base: order.total
        bands: [{up_to: 100.00, rate: 0%}, {up_to: 80.00, rate: 5%}, {rate: 10%}]
        bands_apply_to: each_part
    rules:
      fee_is_due:
        title: {zh: 退还, en: Fee}
        when: {order.total: {more_than: 5.00}}
        then: {return.refund: fee}

Passes::

    # policies/returns.yaml
    amounts:
      fee:
        title: {zh: 费用, en: Fee}
        base: order.total
        bands: [{up_to: 80.00, rate: 0%}, {up_to: 100.00, rate: 5%}, {rate: 10%}]
        bands_apply_to: each_part
    rules:
      fee_is_due:
        title: {zh: 退还, en: Fee}
        when: {order.total: {more_than: 5.00}}
        then: {return.refund: fee}
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from policyengine.checks.figures import Figure, figures_of, is_more
from policyengine.diagnostics.diagnostic import Diagnostic, error, message
from policyengine.model.rulebook import Amount, Rulebook
from policyengine.values.literals import format_value


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every limit of a band that is not above the one before it."""
    for amount in rulebook.amounts.values():
        for lower, upper in _falling(amount, rulebook):
            what = message(
                "the limit {upper} of a band of `{name}` is not above the limit {lower} before it",
                upper=format_value(upper.value, amount.type, rulebook.zone, rulebook.currency),
                lower=format_value(lower.value, amount.type, rulebook.zone, rulebook.currency),
                name=amount.id,
            )
            yield error("falling-bands", what, upper.span, message("let the limits rise from band to band"))


def _falling(amount: Amount, book: Rulebook) -> Iterator[tuple[Figure, Figure]]:
    limits = [band.limit for band in amount.bands if band.limit is not None]
    for one, other in pairwise(limits):
        for lower in figures_of(one, book):
            for upper in figures_of(other, book):
                if lower.meets(upper) and not is_more(upper.value, lower.value):
                    yield lower, upper
