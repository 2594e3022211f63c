"""``value-gap`` (warning): A parameter has no value for the first days on which its policy is in force.

All its values have a date, and the policy begins before the first of them, or has no beginning. What
rests on the parameter is undetermined for acts of that time. Give the policy a `from`, or write a value
without a date for what held before.

Fails::

    # policies/returns.yaml
    effective: {by: order.received_at}
    parameters:
      return_period:
        title: {zh: 退货期, en: Time to return}
        values: [{value: 7 days, from: 2026-01-01}]

Passes::

    # policies/returns.yaml
    effective: {by: order.received_at, from: 2026-01-01}
    parameters:
      return_period:
        title: {zh: 退货期, en: Time to return}
        values: [{value: 7 days, from: 2026-01-01}]
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from policyengine.diagnostics.diagnostic import Diagnostic, message, warning
from policyengine.model.rulebook import Rulebook


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every parameter whose first value begins later than its policy."""
    for parameter in rulebook.parameters.values():
        starts = [value.start for value in parameter.values]
        dated = [start for start in starts if start is not None]
        if not dated or len(dated) < len(starts):
            continue
        policy = rulebook.policies[parameter.policy]
        is_by_policy = not policy.days or parameter.by == policy.days[0].ref
        begins = policy.first_day if is_by_policy else None
        if begins is None or begins < min(dated):
            what = message(
                "`{name}` has no value before {day}", name=parameter.id, day=date.fromordinal(min(dated))
            )
            help = message("add a value without `from` for what held before, or `from` to the policy")
            yield warning("value-gap", what, parameter.span, help)
