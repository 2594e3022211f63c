"""``never-concluded`` (warning): A derived fact or an outcome, or a value of it, that no rule concludes.

Cases cannot give it and no rule does, so it never has a value and whatever asks about it never holds. Of a
choice each value is looked at, unless a rule takes over the value of another fact.

Fails::

    # facts.yaml
    facts:
      return.label: {type: boolean, title: {zh: 提供面单, en: label is provided}, role: outcome}

Passes::

    # facts.yaml
    facts:
      return.label: {type: boolean, title: {zh: 提供面单, en: label is provided}, role: outcome}
    # policies/returns.yaml
    rules:
      label_for_return:
        title: {zh: 面单, en: Label}
        when: {return.allowed: yes}
        then: {return.label: yes}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import Diagnostic, message, warning
from policyengine.model.conditions import ByReading, Constant, Operand
from policyengine.model.rulebook import Fact, Rulebook


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every fact that rules should conclude and none does."""
    concluded: dict[str, list[Operand]] = {}
    for rule in rulebook.rules.values():
        for conclusion in rule.then:
            concluded.setdefault(conclusion.fact.name, []).append(conclusion.value)
    for path, fact in rulebook.facts.items():
        if fact.role != "given" and path not in concluded:
            what = message("no rule concludes `{name}`", name=path)
            help = message("add a rule with `{name}` under `then`, or remove `role`", name=path)
            yield warning("never-concluded", what, fact.span, help)
        elif fact.role != "given":
            otherwise = () if fact.otherwise is None else (fact.otherwise,)
            yield from _values(fact, [*concluded[path], *otherwise])


def _values(fact: Fact, concluded: list[Operand]) -> Iterator[Diagnostic]:
    """Tell every value of a choice that no rule concludes."""
    leaves = [leaf for operand in concluded for leaf in _leaves(operand)]
    if not all(isinstance(leaf, Constant) for leaf in leaves):
        return
    given = {leaf.value for leaf in leaves if isinstance(leaf, Constant)}
    for choice in fact.choices:
        if choice.name not in given:
            what = message("no rule concludes `{name}` as `{value}`", name=fact.path, value=choice.name)
            help = message("add a rule that concludes it, or remove the value")
            yield warning("never-concluded", what, choice.span, help)


def _leaves(operand: Operand) -> Iterator[Operand]:
    if isinstance(operand, ByReading):
        for _, one in operand.readings:
            yield from _leaves(one)
    else:
        yield operand
