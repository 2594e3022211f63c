"""What is concluded: each outcome with the rules that give it its value, or still could."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from policyengine.frozen import replace
from policyengine.model.case import Key
from policyengine.model.conditions import Operand, Ref
from policyengine.model.rulebook import Fact, Rule
from policyengine.outcome.assembly.ways import Ways
from policyengine.outcome.explain import Explanation
from policyengine.outcome.parts import Outcome, Overridden, Reason, sort_missing, status_of
from policyengine.outcome.refine.refined import Refined
from policyengine.outcome.refine.target import Target
from policyengine.outcome.refine.tree import Spread
from policyengine.outcome.support import unconfirmed_under
from policyengine.semantics.findings import (
    ABSENT,
    Absent,
    Conflict,
    Known,
    Missing,
    Possible,
    Resolved,
    State,
    Truth,
    Unknown,
    by_name,
)
from policyengine.semantics.readings import choose_operand
from policyengine.values.literals import Value, identity_key


class Outcomes:
    """The outcomes of one case, each put together once."""

    def __init__(self, ways: Ways) -> None:
        """``ways`` are the findings, explained."""
        self.ways = ways
        self.book = ways.book
        self.findings = ways.findings
        self.explanation = ways.explanation
        self.states = ways.findings.states
        self._made: dict[Key, Outcome] = {}

    @cached_property
    def _fired(self) -> frozenset[Key]:
        """The rules that hold: of many cases nobody asks."""
        return frozenset(self.findings.firings)

    @cached_property
    def _resolved(self) -> Mapping[Key, Resolved]:
        return self.findings.resolved

    @cached_property
    def _held(self) -> frozenset[str]:
        """The facts about which some rule that holds says something."""
        concluded = self.explanation.explainer.concluded
        return frozenset([fact for id, _ in self.findings.firings for fact in concluded[id]])

    @cached_property
    def _told(self) -> frozenset[str]:
        """The facts about which some rule may say something, as far as rules are not certainly silent."""
        explainer = self.explanation.explainer
        open_rules = self.findings.open_rules
        found = frozenset([fact for id, _ in open_rules for fact in explainer.concluded[id]])
        return found | self._held | explainer.never_silent

    def all(self) -> Iterator[Outcome]:
        """Return them by name; of a list, for each record that is seen."""
        explainer = self.explanation.explainer
        present = {place: state for place, state in self.findings.present(explainer.single_outcomes, None)}
        place = 0
        for fact in explainer.outcomes:
            if fact.listed is None:
                yield self.of(fact, None, present.get(place, ABSENT))
                place += 1
            else:
                for record in self.ways.records(fact.listed):
                    yield self.of(fact, record)

    def of(self, fact: Fact, record: int | None, state: State | None = None) -> Outcome:
        """Return what is concluded about one fact, found out once; ``state`` is its own, if that is known."""
        key = (fact.path, record)
        found = self._made.get(key)
        if found is None:
            found = self._outcome(fact, record, self.states[key] if state is None else state)
            self._made[key] = found
        return found

    def _outcome(self, fact: Fact, record: int | None, state: State) -> Outcome:
        is_silent = type(state) is Absent and fact.path not in self._told
        resolved = None if is_silent else self._resolved.get((fact.path, record))
        keys = () if resolved is None else (*resolved.winners, *resolved.open)
        reasons = tuple(self._reason(self.book.rule(name), fact.path, own) for name, own in keys)
        between = None if resolved is None else resolved.possible
        support = self.explanation.support_and_leaning(fact.path, record)
        is_open = isinstance(state, Unknown)
        outcome = Outcome(
            fact=fact,
            record=record,
            status=status_of(state),
            state=state,
            possible=_possible(reasons, between) if is_open else (),
            has_unknown_value=is_open and _has_unknown_value(reasons, between),
            may_be_absent=is_open and _may_be_absent(reasons, between),
            may_conflict=False,
            not_ruled_out=(),
            exactness="lower_bound" if is_open else "exact",
            refined=None,
            reasons=reasons,
            overridden=tuple(self._overridden(fact, record, keys)),
            waits=sort_missing(state.waits) if isinstance(state, Unknown) else (),
            support=support,
            unconfirmed=unconfirmed_under(self.book, (support,)),
            provisional=self.explanation.is_provisional(support),
            between=between if is_open else None,
        )
        refined = self.ways.refined(Target("state", (fact.path, record))) if is_open else None
        return outcome if refined is None else self._refine(outcome, refined)

    def _refine(self, outcome: Outcome, refined: Refined) -> Outcome:
        """Return an open outcome with what is still possible; nothing else, where that is exact."""
        key = (outcome.fact.path, outcome.record)
        met = [answer for answer in refined.answers if isinstance(answer, Known)]
        possible = _sorted_values(answer.value for answer in met)
        known = {*possible}
        rest = tuple(one for one in outcome.possible if one not in known)
        is_some = any(isinstance(one, Spread) for one in refined.answers)
        is_untold = any(isinstance(one, Unknown) for one in refined.answers)
        may_be_absent = any(isinstance(one, Absent) for one in refined.answers)
        state = refined.state
        waits = sort_missing(state.waits) if isinstance(state, Unknown) else ()
        # Kleene's answer has everything that is possible: if each part of it is met, nothing is left out.
        is_all = not rest and not is_untold and may_be_absent >= outcome.may_be_absent
        is_exact = refined.exactness == "exact" or (
            is_all and is_some >= outcome.has_unknown_value and refined.matters == frozenset(outcome.waits)
        )
        if not is_exact:  # what was not tried is not ruled out
            may_be_absent = may_be_absent or outcome.may_be_absent
            is_untold = outcome.has_unknown_value
        explained = [*self.ways.leaves(refined)]
        supports = [one.support(*key) for one in explained]
        if isinstance(state, Unknown):
            support = self.ways.united([outcome.support, *supports])
        else:
            support = self.ways.united(supports)
        support = support.leaning(self.ways.leaning_of(key))
        return replace(
            outcome,
            status=status_of(state),
            state=state,
            possible=possible if isinstance(state, Unknown) else (),
            has_unknown_value=(is_some or is_untold) and isinstance(state, Unknown),
            may_be_absent=may_be_absent and isinstance(state, Unknown),
            may_conflict=isinstance(state, Unknown)
            and any(isinstance(one, Conflict) for one in refined.answers),
            not_ruled_out=() if is_exact else rest,
            exactness="exact" if is_exact else "lower_bound",
            refined=refined,
            reasons=outcome.reasons if isinstance(state, Unknown) else self._agreeing(key, explained),
            overridden=outcome.overridden if isinstance(state, Unknown) else (),
            waits=waits,
            support=support,
            unconfirmed=unconfirmed_under(self.book, (support,)),
            provisional=any(one.is_provisional(one.support(*key)) for one in (self.explanation, *explained)),
            between=outcome.between if isinstance(state, Unknown) else None,
        )

    def _agreeing(self, key: Key, explained: Iterable[Explanation]) -> tuple[Reason, ...]:
        """Return the rules that give the value on which all ways agree, each once.

        Their tests are told as they stand in the case itself: what a way supposes is no reason.
        """
        found: dict[Key, Reason] = {}
        for explanation in explained:
            resolved = explanation.findings.resolved.get(key)
            for own in () if resolved is None else resolved.winners:
                if own not in found and (own in self.findings.rules or own[0] not in self.book.rules):
                    rule = self.book.rule(own[0])
                    truth, leaves = self.explanation.of_rule(rule, own[1])
                    value = next(one.value for one in rule.then if one.fact.name == key[0])
                    state = explanation.state_of(value, own[1])
                    found[own] = Reason(rule, own[1], truth, leaves, state)
        return tuple(found[own] for own in sorted(found, key=by_name))

    def _reason(self, rule: Rule, path: str, record: int | None) -> Reason:
        truth, leaves = self.explanation.of_rule(rule, record)
        value = next(one.value for one in rule.then if one.fact.name == path)
        return Reason(rule, record, truth, leaves, self._given(rule, value, record))

    def _given(self, rule: Rule, value: Operand, record: int | None) -> State:
        """Return what a rule gives; of a record of a list that is not known, what can be told of it."""
        chosen = choose_operand(value, self.explanation.readings)
        if rule.listed is not None and record is None and isinstance(chosen, Ref) and chosen.listed:
            return Unknown(frozenset((Missing("fact", rule.listed, None),)))
        return self.explanation.state_of(value, record)

    def _overridden(self, fact: Fact, record: int | None, keys: Iterable[Key]) -> Iterator[Overridden]:
        if fact.path not in self._held:
            return
        others = {*keys}
        for rule in self.explanation.explainer.conclusions.get(fact.path, ()):
            for own in (record,) if fact.listed is not None else self.ways.records(rule.listed):
                if (rule.id, own) in self._fired and (rule.id, own) not in others:
                    yield Overridden(rule, own)

    def deciding(self, key: Key) -> tuple[Key, ...]:
        """Return the rules that give a fact its value, without what they rest on."""
        [state] = self.findings.settled((key[0],), key[1])
        if isinstance(state, Known):
            return self.findings.winners(key)
        if state is not None or not self.findings.is_unknown(key):
            return ()
        found = self.of(self.book.facts[key[0]], key[1])  # perhaps all ways agree
        return tuple((one.rule.id, one.record) for one in found.reasons) if _is_known(found) else ()


def _has_unknown_value(reasons: Sequence[Reason], between: Possible | None) -> bool:
    """Tell whether it can take a value that is not told one by one."""
    if between is not None:
        return not between.values
    return any(isinstance(one.value, Unknown) for one in reasons)


def _may_be_absent(reasons: Sequence[Reason], between: Possible | None) -> bool:
    """Tell whether no rule may hold, or one that could give the value may have none to give."""
    if between is not None:
        return between.may_be_absent
    values = (one.value for one in reasons)
    return all(one.truth is not Truth.TRUE for one in reasons) or any(
        isinstance(one, Absent) or (isinstance(one, Unknown) and not one.has_value) for one in values
    )


def _is_known(outcome: Outcome) -> bool:
    return isinstance(outcome.state, Known)


def _possible(reasons: Iterable[Reason], between: Possible | None) -> tuple[Value, ...]:
    if between is not None:
        return between.values
    return _sorted_values(one.value.value for one in reasons if isinstance(one.value, Known))


def _sorted_values(values: Iterable[Value]) -> tuple[Value, ...]:
    """Return values of one type in order, each once."""
    found = {identity_key(value): value for value in values}
    return tuple(found[key] for key in sorted(found, key=lambda key: (isinstance(key[0], str), key)))
