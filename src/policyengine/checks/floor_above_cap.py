"""``floor-above-cap`` (warning): The minimum of an amount is above its maximum, so it always equals the
maximum.

The floor is applied first and every cap after it. Where they contradict each other the cap wins, and
neither the floor nor anything that the amount is computed from ever shows: two figures have probably been
swapped. A cap that has a condition is not looked at, because it may be meant to bind before the floor.

Fails::

    # policies/returns.yaml
    amounts:
      fee:
        title: {zh: 费用, en: Fee}
        base: order.total
        rate: 10%
        at_least: 50.00
        at_most: 20.00
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
        at_least: 20.00
        at_most: 50.00
    rules:
      fee_is_due:
        title: {zh: 退还, en: Fee}
        when: {order.total: {more_than: 5.00}}
        then: {return.refund: fee}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.checks.figures import Figure, figures_of, is_more
from policyengine.diagnostics.diagnostic import Diagnostic, message, warning
from policyengine.model.rulebook import Amount, Rulebook
from policyengine.values.literals import format_value


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every amount whose floor is above a cap that always binds."""
    for amount in rulebook.amounts.values():
        pair = next(_pairs(amount, rulebook), None)
        if pair is not None:
            floor, cap = pair
            what = message(
                "the minimum of `{name}`, {floor}, is above its maximum, {cap}, so it "
                "always equals the maximum",
                name=amount.id,
                floor=format_value(floor.value, amount.type, rulebook.zone, rulebook.currency),
                cap=format_value(cap.value, amount.type, rulebook.zone, rulebook.currency),
            )
            help = message("swap `at_least` and `at_most`, or correct one of them")
            yield warning("floor-above-cap", what, cap.span, help)


def _pairs(amount: Amount, book: Rulebook) -> Iterator[tuple[Figure, Figure]]:
    if amount.floor is None:
        return
    for cap in amount.caps:
        if not cap.always_binds:
            continue
        for greatest in figures_of(cap.limit, book):
            for least in figures_of(amount.floor, book):
                if least.meets(greatest) and is_more(least.value, greatest.value):
                    yield least, greatest
