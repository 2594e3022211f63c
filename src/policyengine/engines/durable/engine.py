"""The durable-rules engine: rules that hold are fired by forward chaining, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property

from policyengine.engines.closures import Evaluate, evaluate_of, lookup_of
from policyengine.engines.durable.lower import (
    ABSENT_VALUE,
    Attribute,
    MatchedRule,
    MatchedStratum,
    Matches,
    QuestionAttribute,
    lower_rules,
    policy_attribute,
)
from policyengine.engines.durable.ruleset import Comparison, Conjunction, EngineFailure, load_ruleset
from policyengine.engines.memory import WorkingMemory
from policyengine.engines.program import Interpreter, Program, compute_all
from policyengine.frozen import Frozen
from policyengine.model.case import Case, Key
from policyengine.semantics.findings import (
    NOTHING,
    Findings,
    Known,
    RuleFinding,
    Truth,
    Unknown,
    Waits,
    by_name,
)
from policyengine.values.literals import comparison_key

_FALSE = RuleFinding(Truth.FALSE, NOTHING)
_TRUE = RuleFinding(Truth.TRUE, NOTHING)
# Constants of rules lie far within it, so a value beyond it compares as it should.
_LARGEST_VALUE = 2**62
Encode = Callable[[WorkingMemory, "int | None"], "int | None"]
"""Finds the integer of an attribute, or None when it is undetermined."""


class DurableEngine:
    """Judges cases by a folded Plan; nothing of one case is left behind for the next."""

    name = "durable-rules"

    def __init__(self, program: Program) -> None:
        """Load all strata. Raises EngineUnavailable, and EngineLimit for a fault of the compiler."""
        self.program = program
        matches = lower_rules(program.plan)
        self._strata = [[_Loaded(one, matches) for one in stratum] for stratum in matches.strata]

    def run(self, case: Case, as_of: int) -> Findings:
        """Conclude everything that can be concluded about ``case`` at ``as_of`` (epoch seconds)."""
        memory = WorkingMemory(self.program, case, as_of)
        for steps, strata in zip(self.program.strata, self._strata, strict=True):
            compute_all(steps, memory)
            held = [key for stratum in strata for key in stratum.run(memory)]
            memory.firings += sorted(held, key=by_name)
        return memory.findings()

    def part(self, nodes: Collection[str]) -> Interpreter:
        """Return what computes a part of the Plan: to load rules anew would take as long as many cases."""
        return Interpreter(self.program.part(nodes))


class _Known:
    """A rule as it is asked for after firing: the names of its attributes tell what it could not see."""

    def __init__(self, rule: MatchedRule) -> None:
        self.name = f"r{rule.number}"
        self.rule = rule
        self.attributes = frozenset(attribute.attribute for attribute in rule.attributes)

    @cached_property
    def when(self) -> Evaluate:
        """Its exact meaning, asked for only where it could not be told whether the rule holds."""
        return evaluate_of(self.rule.rule.when)


class _Group(Frozen):
    """The rules of one policy in a stratum, and the attributes that they look at."""

    policy: str
    applies: str
    attributes: tuple[tuple[str, Encode], ...]
    rules: tuple[_Known, ...]


class _Loaded:
    """A stratum whose conjunctions are loaded into the engine."""

    def __init__(self, stratum: MatchedStratum, matches: Matches) -> None:
        self.listed = stratum.listed
        self.groups = list(_groups(stratum, matches))
        self.ruleset = load_ruleset(
            tuple(
                Conjunction(known.name, tuple(Comparison(*match) for match in way))
                for group in self.groups
                for known in group.rules
                for way in known.rule.ways
            )
        )

    def run(self, memory: WorkingMemory) -> list[Key]:
        """Fire the stratum for the case, or for each record of its list; return the rules that hold."""
        if self.listed is None:
            return self._run_once(memory, None)
        return [key for record in memory.records(self.listed) or () for key in self._run_once(memory, record)]

    def _run_once(self, memory: WorkingMemory, record: int | None) -> list[Key]:
        facts, missing = self._facts(memory, record)
        fired = frozenset(self.ruleset.fire(facts)) if facts else frozenset()
        held: list[Key] = []
        for group in self.groups:
            applies, scope_waits = memory.applies(group.policy)
            for known in group.rules:
                key = (known.rule.rule.name, record)
                if known.name in fired:
                    memory.rules[key] = _TRUE
                    held.append(key)
                elif applies is Truth.FALSE or (
                    applies is Truth.TRUE and known.attributes.isdisjoint(missing)
                ):
                    memory.rules[key] = _FALSE
                else:
                    memory.rules[key] = _not_fired(known, memory, record, applies, scope_waits)
        return held

    def _facts(self, memory: WorkingMemory, record: int | None) -> tuple[dict[str, int], set[str]]:
        """Return the attributes of all rules whose policy applies, and those that are undetermined."""
        found: dict[str, int] = {}
        missing: set[str] = set()
        for group in self.groups:
            if memory.applies(group.policy)[0] is not Truth.TRUE:
                continue
            found[group.applies] = 1
            for name, encode in group.attributes:
                if name in found or name in missing:
                    continue
                value = encode(memory, record)
                if value is None:
                    missing.add(name)
                else:
                    found[name] = value
        return found, missing


def _groups(stratum: MatchedStratum, matches: Matches) -> list[_Group]:
    by_policy: dict[str, list[MatchedRule]] = {}
    for one in stratum.rules:
        by_policy.setdefault(one.rule.policy, []).append(one)
    groups = []
    for policy, rules in sorted(by_policy.items()):
        attributes = {one.attribute: one for rule in rules for one in rule.attributes}
        encoders = tuple((name, _encoder(one, matches.texts)) for name, one in attributes.items())
        known = tuple(map(_Known, rules))
        groups.append(_Group(policy, policy_attribute(matches.policies[policy]), encoders, known))
    return groups


def _encoder(attribute: Attribute, texts: Mapping[str, int]) -> Encode:
    if isinstance(attribute, QuestionAttribute):
        return _question_encoder(attribute)
    state_of = lookup_of(attribute.read)

    def encode(memory: WorkingMemory, record: int | None) -> int | None:
        state = state_of(memory, record)
        if type(state) is Known:
            value = comparison_key(state.value)
            if isinstance(value, str):
                return texts.get(value, 0)
            assert isinstance(value, int)  # what is not rounded is compared beside the engine
            return max(-_LARGEST_VALUE, min(value, _LARGEST_VALUE))
        return None if type(state) is Unknown else ABSENT_VALUE

    return encode


def _question_encoder(attribute: QuestionAttribute) -> Encode:
    answer = evaluate_of(attribute.condition)

    def encode(memory: WorkingMemory, record: int | None) -> int | None:
        truth = answer(memory, record)[0]
        return None if truth is Truth.UNDETERMINED else int(truth is Truth.TRUE)

    return encode


def _not_fired(
    rule: _Known, memory: WorkingMemory, record: int | None, applies: Truth, scope_waits: Waits
) -> RuleFinding:
    """Return whether a rule that could not fire is false or undetermined."""
    truth, waits = rule.when(memory, record)
    if truth is Truth.FALSE:
        return _FALSE
    if truth is Truth.TRUE and applies is Truth.TRUE:
        raise EngineFailure(f"rule {rule.rule.rule.name} holds and was not fired")
    own: Waits = waits if truth is Truth.UNDETERMINED else NOTHING
    return RuleFinding(Truth.UNDETERMINED, own | (scope_waits if applies is Truth.UNDETERMINED else NOTHING))
