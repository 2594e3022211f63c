"""Facts that nobody asks for beside others: a case says the one or the other, or it contradicts itself.

Where every rule that looks at a fact demands that another one is not there, the fact only stands in for it:
“without a promised time, say whether there is a contract”.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policyengine.model.conditions import Condition, Not, Operand, Ref, Test, conjuncts
from policyengine.model.rulebook import Rule, Rulebook
from policyengine.sampling.draw import Draw
from policyengine.semantics.strata import refs_of_condition, refs_of_operand


def moot_facts(book: Rulebook) -> Mapping[str, frozenset[str]]:
    """Return the facts that only stand in for others, each with those beside which a case does not say it."""
    found: dict[str, frozenset[str]] = {}
    for rule in book.rules.values():
        absent = frozenset(_absent(rule.when))
        for ref in _refs_of_rule(rule):
            found[ref.name] = absent & found.get(ref.name, absent)
    asked_elsewhere = {ref.name for ref in _refs_elsewhere(book)}
    dating = {fact.dated_by for fact in book.facts.values()}
    return {
        name: absent - {name}
        for name, absent in found.items()
        if absent - {name} and name not in asked_elsewhere | dating and _is_plain(book, name)
    }


def leave_out_moot(draw: Draw, moot: Mapping[str, frozenset[str]]) -> None:
    """Take out of a case what only stands in for something that it says."""
    for name, others in moot.items():
        if (name, None) in draw.values and any((other, None) in draw.values for other in others):
            del draw.values[name, None]


def _is_plain(book: Rulebook, name: str) -> bool:
    fact = book.facts.get(name)
    return fact is not None and fact.role == "given" and fact.listed is None and not fact.is_event


def _absent(when: Condition) -> Iterator[str]:
    """Return the facts without a value of which a condition cannot be true otherwise."""
    for one in conjuncts(when):
        if isinstance(one, Not) and isinstance(one.part, Test) and one.part.operator == "known":
            yield one.part.ref.name


def _refs_of_rule(rule: Rule) -> Iterator[Ref]:
    yield from refs_of_condition(rule.when)
    for one in rule.then:
        yield from refs_of_operand(one.value)


def _refs_elsewhere(book: Rulebook) -> Iterator[Ref]:
    conditions = [one.scope for one in book.policies.values()]
    operands: list[Operand] = []
    for deadline in book.deadlines.values():
        conditions.append(deadline.when)
        operands += [*deadline.measured, *deadline.instants_of_pauses, *deadline.met_by, *deadline.stopped_by]
    for amount in book.amounts.values():
        conditions += [amount.when, *(cap.when for cap in amount.caps)]
        operands += [*amount.operands, *(cap.limit for cap in amount.caps)]
    for condition in conditions:
        yield from refs_of_condition(condition)
    for operand in operands:
        yield from refs_of_operand(operand)
    for fact in book.facts.values():
        for bound in fact.bounds:
            yield from refs_of_operand(bound.operand)
