"""How facts that several rules build, or that no rule gives a value, are exercised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policyengine.checks.boxes import Boxes, is_always_given
from policyengine.checks.exclusion import Exclusion
from policyengine.checks.grounds import by_fact, defeats_among
from policyengine.model.conditions import Constant
from policyengine.model.rulebook import Fact, Rule, Rulebook
from policyengine.outcome.decision import Decision
from policyengine.semantics.findings import Unknown
from policyengine.testing.targets import Target

_MOST_RULES = 30
"""Of facts with more rules, as price lists have them, it is not asked which of them meet."""


def building_targets(book: Rulebook) -> Iterator[Target]:
    """Return that only ``otherwise`` counts, and each rule that builds a fact alone and with another."""
    for fact in book.facts.values():
        otherwise = fact.otherwise_rule
        if otherwise is not None and not is_always_given(book, fact):
            yield Target("rule", otherwise.id, otherwise.span, "otherwise", fact.path)
    exclusion, never_alone = Exclusion(book), {*_within_others(book)}
    for path, concluding in by_fact(book).items():
        fact, rules = book.facts[path], [rule for rule, _ in concluding]
        if fact.combine is None or len(rules) > _MOST_RULES:
            continue
        values = {one.value.value if isinstance(one.value, Constant) else one for _, one in concluding}
        if fact.combine != "sum" and len(values) == 1:
            continue  # one rule gives what all give
        defeats = defeats_among(concluding)
        for rule in rules:
            others = [
                one
                for one in rules
                if not defeats.beats(rule.id, one.id) and not defeats.beats(one.id, rule.id)
            ]
            if _can_meet(rule, others, fact, exclusion):
                # A rule of the case often asks for the records that give something themselves.
                of_case = rule.listed is None and any(one.listed is not None for one in rules)
                if not of_case and rule.id not in never_alone:
                    yield Target("rule", rule.id, rule.span, "alone", path)
                yield Target("rule", rule.id, rule.span, "together", path)


def _within_others(book: Rulebook) -> Iterator[str]:
    """Return the rows of tables that hold only where other rows of their table hold, too."""
    for table in book.tables.values():
        for version in table.versions:
            if len(version.rows) <= _MOST_RULES:
                yield from (version.rows[number].rule for number in Boxes(book, table, version).inside())


def _can_meet(rule: Rule, others: Sequence[Rule], fact: Fact, exclusion: Exclusion) -> bool:
    """Tell whether a rule can count together with another one, or with itself for another record."""
    if rule.listed != fact.listed:
        return True
    book = exclusion.rulebook
    return any(
        not exclusion.excludes(book.whole_of(rule), book.whole_of(other))
        for other in others
        if other is not rule
    )


def exercised_building(decision: Decision) -> Iterator[Target]:
    """Return what a decision exercises of it: what gives facts their values, where these are known."""
    book = decision.judged.rulebook
    for (path, _), resolved in decision.findings.resolved.items():
        fact = book.facts[path]
        if isinstance(resolved.state, Unknown) or (fact.combine is None and fact.otherwise is None):
            continue
        side = "alone" if len(resolved.winners) == 1 else "together"
        for id, _ in resolved.winners:
            rule = book.rule(id)
            yield Target("rule", id, rule.span, side if rule.policy else "otherwise", path)
