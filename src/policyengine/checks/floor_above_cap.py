"""``floor-above-cap`` (warning): An amount is at least more than it is at most, so it is always the latter.

The floor is applied first and every cap after it. Where they contradict the cap wins, and the floor and all
that the amount is computed from never show: two figures were probably exchanged. A cap that has a condition
is not looked at, because it can be meant to bind before the floor.

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
from policyengine.model.conditions import All
from policyengine.model.rulebook import Amount, Rulebook
from policyengine.values.literals import format_value


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every amount whose floor is above a cap that always binds."""
    for amount in rulebook.amounts.values():
        pair = next(_pairs(amount, rulebook), None)
        if pair is not None:
            floor, cap = pair
            what = message(
                "the least of `{name}`, {floor}, is more than its greatest, {cap}, which it then always is",
                name=amount.id,
                floor=format_value(floor.value, amount.type, rulebook.zone, rulebook.currency),
                cap=format_value(cap.value, amount.type, rulebook.zone, rulebook.currency),
            )
            help = message("exchange `at_least` and `at_most`, or correct one of them")
            yield warning("floor-above-cap", what, cap.span, help)


def _pairs(amount: Amount, book: Rulebook) -> Iterator[tuple[Figure, Figure]]:
    if amount.floor is None:
        return
    for cap in amount.caps:
        if cap.when != All((), cap.when.span):  # it binds only sometimes
            continue
        for greatest in figures_of(cap.limit, book):
            for least in figures_of(amount.floor, book):
                if least.meets(greatest) and is_more(least.value, greatest.value):
                    yield least, greatest
