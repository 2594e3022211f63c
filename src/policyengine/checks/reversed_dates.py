"""``reversed-dates`` (error): A policy ends before it begins, or a value begins when its policy has ended.

`until` is the last day that counts. The policy, or the value, would never be in force.

Fails::

    # policies/returns.yaml
    effective: {by: order.received_at, from: 2026-03-01, until: 2026-01-31}

Passes::

    # policies/returns.yaml
    effective: {by: order.received_at, from: 2026-01-01, until: 2026-03-31}
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from policyengine.diagnostics.diagnostic import Diagnostic, error, message
from policyengine.model.rulebook import Policy, Rulebook


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every policy and every value of a parameter that can never be in force."""
    for policy in rulebook.policies.values():
        if policy.never_in_force:
            assert policy.first_day is not None and policy.last_day is not None
            what = message(
                "the policy ends on {end}, before it begins on {start}",
                start=date.fromordinal(policy.first_day),
                end=date.fromordinal(policy.last_day),
            )
            help = message("exchange `from` and `until`, or correct one of them")
            yield error("reversed-dates", what, policy.span, help)
        else:
            yield from _late_values(rulebook, policy)


def _late_values(rulebook: Rulebook, policy: Policy) -> Iterator[Diagnostic]:
    if policy.last_day is None:
        return
    for parameter in rulebook.parameters.values():
        for value in parameter.values if parameter.policy == policy.id else ():
            if value.start is not None and value.start > policy.last_day:
                what = message(
                    "the value begins on {start}, and the policy has ended on {end}",
                    start=date.fromordinal(value.start),
                    end=date.fromordinal(policy.last_day),
                )
                help = message("correct the date, or `until` of the policy")
                yield error("reversed-dates", what, value.span, help)
