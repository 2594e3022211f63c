"""``reversed-dates`` (error): Something ends before it begins, or a value begins when its policy has ended.

`until` is the last day that counts. The policy, rule or value would never be in force. Days of `every_year`
may go over New Year.

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

from policyengine.diagnostics.diagnostic import Diagnostic, error, marked, message
from policyengine.diagnostics.span import Span
from policyengine.model.conditions import Ref
from policyengine.model.rulebook import Policy, Rulebook


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every policy, rule and value of a parameter that can never be in force."""
    for rule in rulebook.rules.values():
        if rule.first_day is not None and rule.last_day is not None and rule.last_day < rule.first_day:
            yield _reversed(_RULE, rule.first_day, rule.last_day, rule.span)
    for parameter in rulebook.parameters.values():
        for value in parameter.values:
            if value.start is not None and value.end is not None and value.end < value.start:
                yield _reversed(_VALUE, value.start, value.end, value.span)
    for policy in rulebook.policies.values():
        if policy.never_in_force:
            assert policy.first_day is not None and policy.last_day is not None
            yield _reversed(_POLICY, policy.first_day, policy.last_day, policy.span)
        else:
            yield from _late_values(rulebook, policy)


_POLICY = marked("the policy ends on {end}, before it begins on {start}")
_RULE = marked("the rule ends on {end}, before it begins on {start}")
_VALUE = marked("the value ends on {end}, before it begins on {start}")


def _reversed(template: str, first: int, last: int, span: Span) -> Diagnostic:
    what = message(template, start=date.fromordinal(first), end=date.fromordinal(last))
    help = message("swap `from` and `until`, or correct one of them")
    return error("reversed-dates", what, span, help)


def _late_values(rulebook: Rulebook, policy: Policy) -> Iterator[Diagnostic]:
    if policy.last_day is None:
        return
    for parameter in rulebook.parameters.values():
        # Another act may be on a later day than that of the policy.
        is_own = parameter.policy == policy.id and (parameter.by is None or _is_by(policy, parameter.by))
        for value in parameter.values if is_own else ():
            if value.start is not None and value.start > policy.last_day:
                what = message(
                    "the value begins on {start}, and the policy has ended on {end}",
                    start=date.fromordinal(value.start),
                    end=date.fromordinal(policy.last_day),
                )
                help = message("correct the date, or `until` of the policy")
                yield error("reversed-dates", what, value.span, help)


def _is_by(policy: Policy, by: Ref) -> bool:
    """Tell whether the act that chooses a value tells the days of the policy too, if it has any."""
    return not policy.days or policy.days[0].ref == by
