"""What is said to exclude each other never holds together, whatever a case says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
from random_rulebooks import make_case, make_rulebook

from policyengine.checks.exclusion import Exclusion
from policyengine.diagnostics.span import Span
from policyengine.model import conditions
from policyengine.model.conditions import All, Any, Condition, Not
from policyengine.model.rulebook import Rulebook
from policyengine.semantics.findings import Truth
from policyengine.semantics.reference import Reference

CASES = 25
NOWHERE = Span("")


def pairs(book: Rulebook) -> Iterator[tuple[str, str]]:
    """Return pairs of rules about the same records."""
    return (
        (one, other)
        for one, other in combinations(sorted(book.rules), 2)
        if book.rules[one].listed == book.rules[other].listed
    )


@pytest.mark.parametrize("deep", [False, True])
def test_rules_that_exclude_each_other_never_hold_together(deep: bool) -> None:
    found = 0
    for seed in range(60):
        made = make_rulebook(seed)
        book, reference = made.rulebook, Reference(made.rulebook, made.readings)
        exclusion = Exclusion(book, deep)
        apart = [
            (one, other)
            for one, other in pairs(book)
            if exclusion.excludes(book.whole_of(book.rules[one]), book.whole_of(book.rules[other]))
        ]
        found += len(apart)
        for _ in range(CASES if apart else 0):
            case, as_of = make_case(made)
            rules = reference.run(case, as_of).rules
            for one, other in apart:
                records = {record for name, record in rules if name == one}
                assert not any(
                    rules[one, record].truth is rules[other, record].truth is Truth.TRUE for record in records
                ), (seed, one, other)
    assert found > 20


def single_tests(condition: Condition) -> list[Condition]:
    return [condition] if isinstance(condition, conditions.Test) else []


@pytest.mark.parametrize("seed", range(30))
def test_a_condition_excludes_its_negation_and_not_itself(seed: int) -> None:
    book = make_rulebook(seed).rulebook
    exclusion = Exclusion(book)
    for rule in book.rules.values():
        for test in single_tests(rule.when):
            assert exclusion.excludes(test, Not(test, NOWHERE))


@pytest.mark.parametrize("seed", range(30))
def test_order_and_repetition_are_nothing(seed: int) -> None:
    book = make_rulebook(seed).rulebook
    exclusion = Exclusion(book)
    for one, other in pairs(book):
        first, second = book.rules[one].when, book.rules[other].when
        answer = exclusion.excludes(first, second)
        assert exclusion.excludes(second, first) == answer
        assert exclusion.excludes(All((first, first), NOWHERE), Any((second,), NOWHERE)) == answer
