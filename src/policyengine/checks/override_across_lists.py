"""``override-across-lists`` (error): A rule of one list overrides a rule of another.

Where rules of records build a fact of the whole case together, one overrides the other record by record.
Records of two lists do not belong together, so nothing says which of them would give way.

Fails::

    # facts.yaml
    facts:
      return.fees: {type: money, title: {zh: 费用, en: fees}, role: outcome, combine: sum, otherwise: 0.00}
    lists:
      bags:
        title: {zh: 行李, en: bags}
        facts: {fee: {type: money, title: {zh: 费用, en: fee}}}
      boxes:
        title: {zh: 箱子, en: boxes}
        facts: {fee: {type: money, title: {zh: 费用, en: fee}}}
    # policies/returns.yaml
    rules:
      bags_cost:
        title: {zh: 行李费, en: Bags cost}
        for_each: bags
        when: {fee: {more_than: 0.00}}
        then: {return.fees: fee}
      boxes_cost:
        title: {zh: 箱子费, en: Boxes cost}
        for_each: boxes
        when: {fee: {more_than: 5.00}}
        then: {return.fees: fee}
        overrides: [bags_cost]

Passes::

    # facts.yaml
    facts:
      return.fees: {type: money, title: {zh: 费用, en: fees}, role: outcome, combine: sum, otherwise: 0.00}
    lists:
      bags:
        title: {zh: 行李, en: bags}
        facts: {fee: {type: money, title: {zh: 费用, en: fee}}}
      boxes:
        title: {zh: 箱子, en: boxes}
        facts: {fee: {type: money, title: {zh: 费用, en: fee}}}
    # policies/returns.yaml
    rules:
      bags_cost:
        title: {zh: 行李费, en: Bags cost}
        for_each: bags
        when: {fee: {more_than: 0.00}}
        then: {return.fees: fee}
      boxes_cost:
        title: {zh: 箱子费, en: Boxes cost}
        for_each: boxes
        when: {fee: {more_than: 5.00}}
        then: {return.fees: fee}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import Diagnostic, error, message
from policyengine.model.rulebook import Rule, Rulebook


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every override between rules of two lists that conclude the same fact."""
    for rule in rulebook.rules.values():
        for id in rule.overrides:
            other = rulebook.rules[id]
            is_across = None not in (rule.listed, other.listed) and rule.listed != other.listed
            if is_across and _facts(rule) & _facts(other):
                what = message(
                    "`{rule}` applies to records of `{list}`, and `{other}` to records of `{their}`",
                    rule=rule.id,
                    list=rule.listed,
                    other=id,
                    their=other.listed,
                )
                help = message("remove it from `overrides`, or ask in `when` what decides")
                yield error("override-across-lists", what, rule.span, help)


def _facts(rule: Rule) -> frozenset[str]:
    return frozenset(conclusion.fact.name for conclusion in rule.then)
