"""How many records of a list could matter."""

from __future__ import annotations

from policyengine.outcome.refine.completions import Completion
from policyengine.outcome.refine.search.goal import Goal
from policyengine.semantics.findings import Known, Missing
from policyengine.values.literals import comparison_key

MOST_RECORDS = 50
"""So many records of a list are tried."""


def most_that_matter(goal: Goal, missing: Missing, completion: Completion) -> tuple[int, bool]:
    """Return how many records of a list are tried, and whether more could not come out otherwise."""
    limits = goal.slice.lists.limits(missing.name, goal.explained(completion))
    known = [comparison_key(one.value) for one in limits if isinstance(one, Known)]
    numbers = [number for number in known if isinstance(number, int)]
    wanted = max([1, *(number + 1 for number in numbers)])
    return min(wanted, MOST_RECORDS), len(known) == len(limits) and wanted <= MOST_RECORDS
