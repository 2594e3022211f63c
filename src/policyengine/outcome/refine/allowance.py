"""How much may be tried for one answer, so that a search never costs more than it is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyengine.frozen import Frozen
from policyengine.outcome.refine.target import Target
from policyengine.semantics.findings import Findings, Unknown

if TYPE_CHECKING:
    from policyengine.outcome.refine.footprint import Footprints
    from policyengine.outcome.refine.slices.slice import Slices

MOST_COMPLETIONS = 256
"""So many ways are tried for one answer. Nearly empty cases need them; half of all answers need two."""

MOST_RUNS = 1_000
"""So many completions are judged for one answer, those between the ends of intervals included."""

MOST_INTERVALS = 10_000
"""Into so many parts the cells of a table may cut what is missing of its columns: each is tried, besides."""

MOST_WORK = 5_000
"""So many records are judged again at most, in all completions for one answer of the whole case together.

With answers about records as many as there are records, each may have that share of it. So the search costs
no more for many records than for some ten; where nothing is tried, what Kleene's logic says remains.
"""

LEAST_RUNS = 8
"""With fewer completions hardly anything is found out, so that none is tried."""


class Allowance(Frozen):
    """How many completions may be told for an answer, and how many judged to find them."""

    completions: int
    runs: int


class Limits(Frozen):
    """How much is tried for one answer, and for one that rests on a table up to ``intervals`` more.

    With less, answers are only told less exactly.
    """

    completions: int = MOST_COMPLETIONS
    runs: int = MOST_RUNS
    intervals: int = MOST_INTERVALS


def allowance(
    target: Target, findings: Findings, footprints: Footprints, slices: Slices, limits: Limits
) -> Allowance:
    """Return how much may be tried for an answer; the same whatever was asked before.

    ``findings`` are those of the case as it is. Only the records count on which the answer rests: of others a
    case can have any number.
    """
    node = target.node(slices.book)
    seen = {listed: len(findings.records[listed] or ()) for listed in footprints.lists(node)}
    own = footprints.list_of(node) if target.key[1] is not None else None
    shared = 1 if own is None else len(findings.records[own] or ())
    records = (1 + sum(seen.values())) * max(1, shared)
    share = MOST_WORK // records
    runs = min(limits.runs, share) if share >= LEAST_RUNS else 0
    completions = min(limits.completions, runs)
    state = target.read(findings) if slices.book.tables else None
    if isinstance(state, Unknown):
        more = slices.of(node).constants.intervals(state.waits)
        if 1 < more <= limits.intervals // records:
            # Each interval is judged at both of its ends.
            return Allowance(completions + 2 * more, runs + 3 * more)
    return Allowance(completions, runs)
