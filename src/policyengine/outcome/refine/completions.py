"""Completions: cases that say more than a case does, each judged once, whatever asks for it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from policyengine.model.case import Case
from policyengine.outcome.explain import Explanation
from policyengine.outcome.explainer import Explainer
from policyengine.outcome.refine.domains import Filled, Records, complete
from policyengine.semantics.findings import Engine, Findings, Missing
from policyengine.values.literals import Value

if TYPE_CHECKING:
    from policyengine.outcome.refine.slices.slice import Slice

FilledKey = frozenset[tuple[Missing, object]]
"""What tells completions of one case apart: what is filled in, whatever the order. (``True`` is not 1.)"""


class Completion:
    """A case in which something is filled in; what comes out is found out when it is asked for.

    It does not know the others, so that all of them go away with the last who asks.
    """

    def __init__(self, case: Case, as_of: int, engine: Engine, filled: Filled, key: FilledKey) -> None:
        """``engine`` judges the case; ``key`` tells it from other completions."""
        self.case = case
        self.as_of = as_of
        self.engine = engine
        self.filled = filled
        self.key = key
        self._atoms: dict[tuple[Slice, str], tuple[object, ...]] = {}
        self._may_conflict: dict[Slice, bool] = {}

    @cached_property
    def findings(self) -> Findings:
        """What the engine finds out."""
        return self.engine.run(self.case, self.as_of)

    def explained(self, explainer: Explainer) -> Explanation:
        """Return what reads the findings back."""
        return Explanation(explainer, self.case, self.as_of, self.findings)

    def atoms(self, behind: Slice, moved: str, explainer: Explainer) -> tuple[object, ...]:
        """Return how the elementary comparisons behind an answer come out that rest on a name."""
        found = self._atoms.get((behind, moved))
        if found is None:
            found = self._atoms[behind, moved] = behind.atoms(self.explained(explainer), moved)
        return found

    def may_conflict(self, behind: Slice) -> bool:
        """Tell whether rules behind an answer that hold could contradict each other."""
        found = self._may_conflict.get(behind)
        if found is None:
            found = self._may_conflict[behind] = behind.may_conflict(self.findings)
        return found


class Completions:
    """The completions of one case at one instant."""

    def __init__(self, case: Case, as_of: int, findings: Findings) -> None:
        """``findings`` are those of the case as it is."""
        self.case = case
        self.as_of = as_of
        self.findings = findings
        self._found: dict[tuple[FilledKey, Engine], Completion] = {}

    def start(self, engine: Engine) -> Completion:
        """Return the case as it is; an engine judges whatever is filled in."""
        start = Completion(self.case, self.as_of, engine, {}, frozenset())
        start.findings = self.findings
        return start

    def filling(self, before: Completion, missing: Missing, value: Value | Records) -> Completion:
        """Return a completion with something more."""
        key = before.key | {_key(missing, value)}
        found = self._found.get((key, before.engine))
        if found is None:
            filled, case = {**before.filled, missing: value}, complete(before.case, {missing: value})
            found = Completion(case, self.as_of, before.engine, filled, key)
            self._found[key, before.engine] = found
        return found

    def filled(self, engine: Engine, filled: Filled) -> Completion:
        """Return the completion in which all of this is filled in, and nothing else."""
        key = frozenset(_key(missing, value) for missing, value in filled.items())
        found = self._found.get((key, engine))
        if found is None:
            found = Completion(complete(self.case, filled), self.as_of, engine, filled, key)
            self._found[key, engine] = found
        return found


def _key(missing: Missing, value: Value | Records) -> tuple[Missing, object]:
    return missing, (type(value).__name__, value)
