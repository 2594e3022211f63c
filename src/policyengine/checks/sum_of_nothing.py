"""``sum-of-nothing`` (warning): A sum has no value where no rule adds to it.

What several rules add up is not applicable where none of them holds: it is not zero, and what asks whether
it is below a limit does not hold. Where it should be zero, say so with `otherwise`. A table of which some
row always holds needs none.

Fails::

    # facts.yaml
    facts:
      return.fees: {type: money, title: {zh: 费用, en: fees}, role: outcome, combine: sum}
    # policies/returns.yaml
    rules:
      label_costs:
        title: {zh: 面单费用, en: The label costs}
        when: {return.allowed: yes}
        then: {return.fees: 5.00}

Passes::

    # facts.yaml
    facts:
      return.fees: {type: money, title: {zh: 费用, en: fees}, role: outcome, combine: sum, otherwise: 0.00}
    # policies/returns.yaml
    rules:
      label_costs:
        title: {zh: 面单费用, en: The label costs}
        when: {return.allowed: yes}
        then: {return.fees: 5.00}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.checks.boxes import is_always_given
from policyengine.diagnostics.diagnostic import Diagnostic, message, warning
from policyengine.model.rulebook import Rulebook
from policyengine.values.literals import ValueType

_ZERO = {
    ValueType.MONEY: "0.00",
    ValueType.PERCENT: "0%",
    ValueType.DURATION: "0 hours",
    ValueType.BUSINESS_DAYS: "0 business days",
}


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every sum that says nothing of what it is where no rule adds to it."""
    for path, fact in rulebook.facts.items():
        if fact.combine == "sum" and fact.otherwise is None and not is_always_given(rulebook, fact):
            what = message("`{name}` has no value where no rule adds to it", name=path)
            help = message("add `otherwise: {zero}` to the fact", zero=_ZERO.get(fact.type, "0"))
            yield warning("sum-of-nothing", what, fact.span, help)
