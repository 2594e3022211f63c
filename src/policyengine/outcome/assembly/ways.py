"""The findings about a case, explained; and the ways in which they come out once the case says more."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from policyengine.model.case import Key
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.explain import Explanation
from policyengine.outcome.refine.refined import Refined
from policyengine.outcome.refine.refinement import Refinement
from policyengine.outcome.refine.target import Target
from policyengine.outcome.support import Leaning, Support
from policyengine.semantics.findings import Findings, State, Unknown


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

    # ---------- other readings

    def leaning_of(self, *names: Key) -> Leaning:
        """Return what tells the assumptions without which all ways would not agree, or not on this."""
        return Leaning(self, names)

    def leaning_of_rule(self, rule: Key) -> Leaning:
        """Return the same of whether a rule holds."""
        return Leaning(self, (), (rule,))

    def leant_on(
        self, states: Iterable[Key], rules: Iterable[Key], known: Container[str], is_all: bool
    ) -> Iterator[str]:
        """Return the assumptions, beside those known, without which all ways would not agree on an answer.

        The findings do not tell that: to them the answer is open under both readings.
        """
        refinement, explanation = self.refinement, self.explanation
        if refinement is None:
            return
        targets = [*(Target("state", key) for key in states), *(Target("rule", key) for key in rules)]
        targets = [one for one in targets if self._is_agreed(refinement, one)]
        for assumption, readings in explanation.explainer.other_readings.items():
            if assumption not in known and any(
                explanation.is_in_doubt(*_keys_of(one), assumption, reading)
                and refinement.is_otherwise(one, assumption, reading)
                for one in targets
                for reading in readings
            ):
                yield assumption

    def _is_agreed(self, refinement: Refinement, target: Target) -> bool:
        is_open = target.is_open(self.findings)
        return is_open and not isinstance(refinement.of(target).state, Unknown)

    # ---------- completions

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


def _keys_of(target: Target) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """Return the states that are asked about, and the rules."""
    return ((target.key,), ()) if target.kind == "state" else ((), (target.key,))
