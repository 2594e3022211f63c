"""``cap-below-zero`` (warning): The maximum of an amount is below zero, though nothing in it is.

Whatever the amount is computed from, it comes to the maximum, and whoever should receive something would have
to pay. A minus sign has probably slipped in. A cap that has a condition is looked at as well. An amount that
may be below zero itself is not: one with a figure that is, or from which something is subtracted.

Fails::

    # policies/returns.yaml
    amounts:
      fee:
        title: {zh: 费用, en: Fee}
        base: order.total
        rate: 10%
        at_most: -20.00
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
        rate: 10%
        at_most: 20.00
    rules:
      fee_is_due:
        title: {zh: 退还, en: Fee}
        when: {order.total: {more_than: 5.00}}
        then: {return.refund: fee}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policyengine.checks.figures import Figure, figures_of
from policyengine.diagnostics.diagnostic import Diagnostic, message, warning
from policyengine.model.conditions import Operand
from policyengine.model.rulebook import Rulebook
from policyengine.values.literals import comparison_key, format_value


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every amount with a cap below zero and without any other figure that is."""
    for amount in rulebook.amounts.values():
        if amount.formula is not None or amount.minus or _is_below_zero(amount.operands, rulebook):
            continue  # it may be below zero itself
        # Of an amount with a minimum `floor-above-cap` tells the maximum that always binds.
        caps = (cap for cap in amount.caps if amount.floor is None or not cap.always_binds)
        below = next(_below_zero((cap.limit for cap in caps), rulebook), None)
        if below is not None:
            what = message(
                "the maximum of `{name}` is below zero: {cap}",
                name=amount.id,
                cap=format_value(below.value, amount.type, rulebook.zone, rulebook.currency),
            )
            yield warning("cap-below-zero", what, below.span, message("write it without the minus sign"))


def _is_below_zero(operands: Iterable[Operand], book: Rulebook) -> bool:
    return any(True for _ in _below_zero(operands, book))


def _below_zero(operands: Iterable[Operand], book: Rulebook) -> Iterator[Figure]:
    for operand in operands:
        for figure in figures_of(operand, book):
            key = comparison_key(figure.value)
            if not isinstance(key, str) and key < 0:
                yield figure
