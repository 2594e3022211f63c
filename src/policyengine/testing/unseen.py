"""Times of a test that nothing sees: later than every instant at which the test judges its case."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import Diagnostic, message, warning
from policyengine.model.asked import conditions_of
from policyengine.model.case import Case
from policyengine.model.conditions import Test, operands_in, parts_of
from policyengine.model.key_names import format_key
from policyengine.model.rulebook import Rulebook
from policyengine.semantics.strata import refs_of_operand
from policyengine.testing.scenarios import Scenario
from policyengine.values.literals import ValueType, local_day

_HELP = message(
    "if it is known before it comes (a departure, the last day of a card), write `planned: yes` at the fact;"
    " else judge the case once after it, or leave it out"
)


def compared_times(book: Rulebook) -> frozenset[str]:
    """Return the instants and dates of cases that rules compare, and that are not seen before they come."""
    found: set[str] = set()
    for condition in conditions_of(book):
        for part in parts_of(condition):
            if not isinstance(part, Test) or part.operator not in ("known", "happened"):
                found.update(ref.name for one in operands_in(part) for ref in refs_of_operand(one))
    given = (fact for fact in book.facts.values() if fact.role == "given" and fact.is_event)
    return frozenset(fact.path for fact in given if fact.path in found)


def check_unseen(
    book: Rulebook, compared: frozenset[str], case: Case, scenario: Scenario
) -> Iterator[Diagnostic]:
    """Tell the compared times of a test that are later than all its checks."""
    if not scenario.checks:
        return
    last = max(check.as_of for check in scenario.checks)
    today = local_day(last, book.zone)
    for key, value in case.values.items():
        if key[0] not in compared or not isinstance(value, int):
            continue
        if value > (today if book.facts[key[0]].type is ValueType.DATE else last):
            what = message(
                "`{name}` is later than every check of this case: no rule sees it", name=format_key(book, key)
            )
            yield warning("never-seen", what, scenario.span, _HELP)
