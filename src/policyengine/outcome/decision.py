"""The decision about one case: every outcome with its reasons, clocks, amounts and next steps.

Made from an engine's findings, the same way for every engine; it holds values and places, not sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from policyengine.frozen import Frozen
from policyengine.model.case import Case, Key
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.assembly.clocks import Clocks, amounts
from policyengine.outcome.assembly.grounds import assumptions, defaults, supports_of
from policyengine.outcome.assembly.outcomes import Outcomes
from policyengine.outcome.assembly.steps import Steps
from policyengine.outcome.assembly.ways import Ways, agreed_state
from policyengine.outcome.beginning import begins_after
from policyengine.outcome.explain import Explanation
from policyengine.outcome.explainer import Explainer
from policyengine.outcome.parts import (
    AmountView,
    Chosen,
    ClockView,
    NextStep,
    Outcome,
    PossibleStep,
    Taken,
    Wanted,
    sort_missing,
)
from policyengine.outcome.refine.refinement import Refinement
from policyengine.outcome.refine.target import Target
from policyengine.outcome.support import Support
from policyengine.outcome.turns import in_turn, kept
from policyengine.semantics.findings import (
    ABSENT,
    Absent,
    Findings,
    Known,
    Missing,
    Present,
    State,
    Truth,
)
from policyengine.values.literals import Value


class Judged(Frozen):
    """What was judged and how: together with the case it determines the decision."""

    rulebook: Rulebook
    readings: Mapping[str, str]
    settings: tuple[tuple[str, str], ...]
    engine: str
    engine_version: str


Decided = list[tuple[int, State, tuple[Key, ...]]]
"""Facts by their places among several: the state of each, and the rules that give it its value."""


class Decision:
    """The answer about one case at one instant (``as_of``, epoch seconds).

    Its parts are put together from the findings when they are first asked for, by one thread at a time.
    """

    def __init__(
        self,
        case: Case,
        as_of: int,
        judged: Judged,
        findings: Findings,
        explainer: Explainer,
        refinement: Refinement | None = None,
    ) -> None:
        """Made by ``Rulebook.evaluate``. Without a refinement, what Kleene's logic leaves open stays open."""
        self.case = case
        self.as_of = as_of
        self.judged = judged
        self.findings = findings
        self.explainer = explainer
        self.refinement = refinement

    @kept
    def explanation(self) -> Explanation:
        """What explains the findings; of many cases nobody asks."""
        return Explanation(self.explainer, self.case, self.as_of, self.findings)

    def __del__(self) -> None:
        """Let it go at once: what explains it is known by what it has explained, and would keep itself."""
        for explanation in (self.__dict__.get("explanation"), *self._of_ways()):
            if explanation is not None:
                explanation.forget()

    def _of_ways(self) -> Iterable[Explanation]:
        ways = self.__dict__.get("_ways")
        return () if ways is None else ways.explained.values()

    # What puts the parts together: who asks for states only needs none.

    @kept
    def _ways(self) -> Ways:
        return Ways(self.judged.rulebook, self.findings, self.explanation, self.refinement)

    @kept
    def _outcomes(self) -> Outcomes:
        return Outcomes(self._ways)

    @kept
    def _clocks(self) -> Clocks:
        return Clocks(self._ways)

    @kept
    def _steps(self) -> Steps:
        return Steps(self._ways)

    def unrefined(self) -> Decision:
        """Return the decision without the search for what is still possible, which can take long."""
        return Decision(self.case, self.as_of, self.judged, self.findings, self.explainer)

    @in_turn
    def state_of(self, key: Key) -> State:
        """Return the state of a name: of something that is open, the one that all possible ways agree on."""
        return agreed_state(self.findings, self.refinement, key)

    @in_turn
    def present(self, names: tuple[str, ...], record: int | None = None) -> Present:
        """Return which of several names, of a record or the whole case, have a value or may have one.

        Each is told by its place among the names, with its state as :meth:`state_of` has it.
        """
        findings, refinement = self.findings, self.refinement
        if refinement is None:
            return findings.present(names, record)
        found = findings.present(names, record, lambda key: agreed_state(findings, refinement, key))
        return [one for one in found if type(one[1]) is not Absent]

    @in_turn
    def decided(self, names: tuple[str, ...], record: int | None = None) -> Decided:
        """Return the same of several facts, each with the rules that give it the value that it has."""
        return [
            (place, state, self._deciding((names[place], record)) if type(state) is Known else ())
            for place, state in self.present(names, record)
        ]

    def _deciding(self, key: Key) -> tuple[Key, ...]:
        """Return the rules that give an outcome of a known value this value."""
        if self.refinement is None or not self.findings.is_unknown(key):
            return self.findings.winners(key)
        return self._outcomes.deciding(key)

    @in_turn
    def known(self, names: tuple[str, ...], record: int | None = None) -> list[tuple[int, Value]]:
        """Return which of several names have a known value: their places among the names, and the values."""
        return [
            (place, state.value)
            for place, state in self.findings.present(names, record, self._known_or_nothing)
            if type(state) is Known
        ]

    def _known_or_nothing(self, key: Key) -> State:
        """Return the state of something that is open or in conflict, if all ways agree on its value."""
        if self.refinement is None or not self.findings.is_unknown(key):
            return ABSENT
        return self.refinement.agreed(Target("state", key))

    @in_turn
    def agreed(self, key: Key) -> State:
        """Return the state of a name as :meth:`state_of` does, sooner; what is open waits for more."""
        if self.refinement is None or not self.findings.is_unknown(key):
            return self.findings.states[key]
        return self.refinement.agreed(Target("state", key))

    @in_turn
    def holds(self, rule: Key) -> bool:
        """Tell whether a rule holds, in all possible ways where it is open."""
        truth = self.findings.truth(rule)
        if self.refinement is None or truth is not Truth.UNDETERMINED:
            return truth is Truth.TRUE
        return self.refinement.agreed(Target("rule", rule)) == Known(True)

    @in_turn
    def truth_of(self, rule: Key) -> Truth:
        """Return whether a rule holds: of one that is open, what all possible ways agree on."""
        truth = self.findings.truth(rule)
        if self.refinement is None or truth is not Truth.UNDETERMINED:
            return truth
        state = self.refinement.state_of(Target("rule", rule))
        return _TRUTHS[state.value is True] if isinstance(state, Known) else truth

    @kept
    def outcomes(self) -> tuple[Outcome, ...]:
        """What is concluded about each outcome, by name; for a list, about each record that is seen."""
        return tuple(self._outcomes.all())

    @kept
    def clocks(self) -> tuple[ClockView, ...]:
        """The deadlines that exist or may exist, the earliest start first."""
        return tuple(self._clocks.all())

    @in_turn
    def outcome(self, key: Key) -> Outcome:
        """Return one of the outcomes, without the others."""
        return self._outcomes.of(self.judged.rulebook.facts[key[0]], key[1])

    @in_turn
    def clock(self, key: Key) -> ClockView | None:
        """Return one of the deadlines, without the others; None if it does not exist in any way."""
        return self._clocks.of(self.judged.rulebook.deadlines[key[0]], key[1])

    @in_turn
    def basis(self, key: Key) -> tuple[Support, bool]:
        """Return what a value rests on, and whether that is a calendar that is not published yet."""
        deadline = key[0].rpartition(".")[0]
        if deadline in self.judged.rulebook.deadlines and key[0] not in self.judged.rulebook.facts:
            clock = self.clock((deadline, key[1]))
            if clock is not None:
                return clock.support, clock.provisional
        support = self.explanation.support(*key)
        return support, self.explanation.is_provisional(support)

    @in_turn
    def deciding(self, key: Key) -> tuple[Key, ...]:
        """Return the rules that give an outcome the value that it has, by name; none where it has none."""
        return self._outcomes.deciding(key)

    @kept
    def amounts(self) -> tuple[AmountView, ...]:
        """The amounts that exist or may exist, by name."""
        return tuple(amounts(self._ways))

    @kept
    def first_later_event(self) -> Key | None:
        """The first event of the case if that begins only after the judgement; None if it has begun."""
        return begins_after(self.judged.rulebook, self.case, self.as_of)

    @kept
    def next_steps(self) -> tuple[NextStep, ...]:
        """Who must or may do what, duties first, by due instant; before the case has begun, nobody can."""
        return () if self.first_later_event is not None else tuple(self._steps.sure())

    @in_turn
    def support_of_step(self, step: NextStep) -> Support:
        """Return what it rests on that a step is to be taken."""
        return self._steps.support_of(step)

    @kept
    def possible_steps(self) -> tuple[PossibleStep, ...]:
        """What somebody perhaps must or may do, and on what that depends; duties first."""
        return () if self.first_later_event is not None else tuple(self._steps.possible())

    @kept
    def assumptions(self) -> tuple[Chosen, ...]:
        """The readings that the decision leans on, and those that were chosen against the default."""
        return tuple(assumptions(self._ways, self._supports(self.clocks), self.next_steps))

    @kept
    def defaults(self) -> tuple[Taken, ...]:
        """What the case does not say and the decision took for granted, by name."""
        return tuple(defaults(self._ways, self._supports(())))

    def _supports(self, clocks: Iterable[ClockView]) -> tuple[Support, ...]:
        """Return what rests under all that is told, with some deadlines."""
        return supports_of(self.outcomes, clocks, map(self._steps.support_of, self.next_steps))

    @property
    def undetermined(self) -> tuple[Outcome, ...]:
        """The outcomes that wait for something, or are in conflict."""
        return tuple(one for one in self.outcomes if one.status in ("undetermined", "conflict"))

    @property
    def missing(self) -> tuple[Missing, ...]:
        """Everything that some outcome or next step waits for, in the order of ``wanted``."""
        return tuple(one.missing for one in self.wanted)

    @kept
    def wanted(self) -> tuple[Wanted, ...]:
        """What is missing: facts that a case can give, then figures; what settles most answers first."""
        found: dict[Missing, int] = {}
        waits = [outcome.waits for outcome in self.outcomes]
        waits += [step.waits for step in self.possible_steps]
        for missing in (one for each in waits for one in each):
            found[missing] = found.get(missing, 0) + 1
        order = {missing: number for number, missing in enumerate(sort_missing(found))}
        wanted = (Wanted(missing, answers) for missing, answers in found.items())
        return tuple(sorted(wanted, key=lambda one: (self._rank(one), -one.answers, order[one.missing])))

    def _rank(self, wanted: Wanted) -> tuple[int, bool]:
        """Order what is missing: what can be told now, what is still to come, then what cases cannot say."""
        fact = self.judged.rulebook.facts.get(wanted.missing.name)
        return _RANKS[wanted.missing.kind], fact is not None and fact.foresees is not None


_TRUTHS = (Truth.FALSE, Truth.TRUE)
_RANKS = {"fact": 0, "conflict": 1, "several": 1, "parameter": 2}
