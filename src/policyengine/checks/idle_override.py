"""``idle-override`` (warning): A rule overrides one with which it can never disagree.

`overrides` decides which of two values of the same fact counts. Where the two rules conclude no fact in
common, always the same value, or can never hold together, it does nothing; the name is probably that of
another rule. An exception to an exception comes before the usual rule, too: what such a chain needs is not
told. All that is told can be removed at once, and every case keeps its values.

Fails::

    # policies/returns.yaml
    rules:
      custom_made_cannot_be_returned:
        title: {zh: 定制商品不可退货, en: Custom-made goods cannot be returned}
        when: {order.custom_made: yes}
        then: {return.allowed: no}
        overrides: [return_too_late]

Passes::

    # policies/returns.yaml
    rules:
      custom_made_cannot_be_returned:
        title: {zh: 定制商品不可退货, en: Custom-made goods cannot be returned}
        when: {order.custom_made: yes}
        then: {return.allowed: no}
        overrides: [return_in_time]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from policyengine.checks.exclusion import Exclusion
from policyengine.checks.possible_conflict import may_differ
from policyengine.diagnostics.diagnostic import Diagnostic, Message, message, warning
from policyengine.model.rulebook import Rule, Rulebook


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every override without which the same values would count."""
    # A rule that is undetermined, say because of a contradiction, still gives way to one that overrides it.
    exclusion = Exclusion(rulebook, deep=False)
    chains = _Chains(rulebook, exclusion)
    for rule in rulebook.rules.values():
        for other in (one.id for one in rulebook.overridden_by(rule) if isinstance(one, Rule)):
            what = _why_idle(rule, rulebook.rules[other], exclusion)
            if what is not None and chains.can_do_without(rule.id, other):
                help = message("remove it from `overrides`, or name the rule that is meant")
                yield warning("idle-override", what, rule.span, help)


class _Chains:
    """The overrides that are left when those that were told are removed."""

    def __init__(self, rulebook: Rulebook, exclusion: Exclusion) -> None:
        self.rules = rulebook.rules
        self.exclusion = exclusion
        self.below = {id: set(rule.overrides) for id, rule in rulebook.rules.items()}
        self.above: dict[str, set[str]] = {}
        for id, others in self.below.items():
            for other in others:
                self.above.setdefault(other, set()).add(id)

    def can_do_without(self, rule: str, other: str) -> bool:
        """Tell whether no two rules that it keeps in order can disagree; if so, it is removed."""
        common = _facts(self.rules[rule]) & _facts(self.rules[other])
        self.below[rule].discard(other)
        self.above[other].discard(rule)
        pairs = [*islice(self._lost(rule, other, common), _MOST_PAIRS + 1)]
        is_idle = len(pairs) <= _MOST_PAIRS and not any(self._may_disagree(*pair) for pair in pairs)
        if not is_idle:
            self.below[rule].add(other)
            self.above[other].add(rule)
        return is_idle

    def _lost(self, rule: str, other: str, facts: frozenset[str]) -> Iterator[tuple[str, str, str]]:
        """Return a fact and the rules that came before each other about it, and do no more."""
        for fact in sorted(facts):
            lower = self._reached(other, fact, self.below)
            for one in self._reached(rule, fact, self.above):
                still = set(self._reached(one, fact, self.below))
                yield from ((fact, one, under) for under in lower if under not in still)

    def _reached(self, start: str, fact: str, to: Mapping[str, set[str]]) -> list[str]:
        """Return a rule and all before or after it that conclude a fact, as overriding goes through these."""
        found, waiting = {start: None}, [start]
        while waiting:
            for one in sorted(to.get(waiting.pop(), ())):
                if one not in found and fact in _facts(self.rules[one]):
                    found[one] = None
                    waiting.append(one)
        return list(found)

    def _may_disagree(self, fact: str, one: str, other: str) -> bool:
        first, second = self.rules[one], self.rules[other]
        values = [next(to.value for to in rule.then if to.fact.name == fact) for rule in (first, second)]
        differs = _is_sum(self.exclusion.rulebook, fact) or may_differ(*values)
        return differs and not self.exclusion.excludes(
            self.exclusion.rulebook.whole_of(first), self.exclusion.rulebook.whole_of(second)
        )


_MOST_PAIRS = 200  # of longer chains it is not found out


def _facts(rule: Rule) -> frozenset[str]:
    return frozenset(conclusion.fact.name for conclusion in rule.then)


def _is_sum(rulebook: Rulebook, fact: str) -> bool:
    """Tell whether rules that give a fact the same value are not one rule: each adds to it."""
    return rulebook.facts[fact].combine == "sum"


def _why_idle(rule: Rule, other: Rule, exclusion: Exclusion) -> Message | None:
    """Return why two rules never disagree, or None where they may."""
    values = {conclusion.fact.name: conclusion.value for conclusion in other.then}
    common = [
        (one.fact.name, one.value, values[one.fact.name]) for one in rule.then if one.fact.name in values
    ]
    names = {"rule": rule.id, "other": other.id}
    if not common:
        return message("`{rule}` overrides `{other}`, but they conclude no fact in common", **names)
    sums = (_is_sum(exclusion.rulebook, fact) for fact, _, _ in common)
    if not any(sums) and not any(may_differ(own, opposed) for _, own, opposed in common):
        return message("`{rule}` overrides `{other}`, but they conclude the same", **names)
    if exclusion.excludes(exclusion.rulebook.whole_of(rule), exclusion.rulebook.whole_of(other)):
        return message("`{rule}` overrides `{other}`, but they can never hold together", **names)
    return None
