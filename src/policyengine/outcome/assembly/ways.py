"""The findings about a case, explained; and the ways in which they come out once the case says more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policyengine.model.case import Key
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.explain import Explanation
from policyengine.outcome.refine.refined import Refined
from policyengine.outcome.refine.refinement import Refinement
from policyengine.outcome.refine.target import Target
from policyengine.outcome.support import Support
from policyengine.semantics.findings import Findings, State


def agreed_state(findings: Findings, refinement: Refinement | None, key: Key) -> State:
    """Return the state of a name: of something that is open, the one that all possible ways agree on."""
    if refinement is None or not findings.is_unknown(key):
        return findings.states[key]
    return refinement.state_of(Target("state", key))


class Ways:
    """One case as it was found, and as it comes out in each way that was tried to complete it."""

    def __init__(
        self, rulebook: Rulebook, findings: Findings, explanation: Explanation, refinement: Refinement | None
    ) -> None:
        """``explanation`` is that of ``findings``; without a refinement no way is tried."""
        self.book = rulebook
        self.findings = findings
        self.explanation = explanation
        self.refinement = refinement
        # Answers share completions, which the refinement keeps: each is explained once.
        self.explained = {id(findings): explanation}

    def records(self, listed: str | None) -> Iterable[int | None]:
        """Return the records of a list that are seen; None for the whole case."""
        return (None,) if listed is None else (self.findings.records[listed] or ())

    def agreed(self, key: Key) -> State:
        """Return the state of a name: of something that is open, the one that all possible ways agree on."""
        return agreed_state(self.findings, self.refinement, key)

    def refined(self, target: Target) -> Refined | None:
        """Return what is still possible of an answer that is open."""
        return None if self.refinement is None else self.refinement.of(target)

    def leaves(self, refined: Refined) -> Iterator[Explanation]:
        """Return the explanations of the ways that were tried."""
        for case, findings in refined.leaves:
            found = self.explained.get(id(findings))
            if found is None:
                explainer, as_of = self.explanation.explainer, self.explanation.as_of
                found = self.explained[id(findings)] = Explanation(explainer, case, as_of, findings)
            yield found

    def united(self, supports: Iterable[Support]) -> Support:
        """Return what any of the ways that were tried rests on, in the case as it is."""
        return Support.union(supports).within(self.findings)
