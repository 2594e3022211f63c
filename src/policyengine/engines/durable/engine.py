"""The durable-rules engine: rules that hold are fired by forward chaining, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from policyengine.compile.plan import Rule
from policyengine.engines.closures import Evaluate, evaluate_of, lookup_of
from policyengine.engines.durable.lower import (
    ABSENT_VALUE,
    Attribute,
    Lowering,
    QuestionAttribute,
    policy_attribute,
)
from policyengine.engines.durable.ruleset import (
    Comparison,
    Conjunction,
    EngineFailure,
    demand_extension,
    load_ruleset,
)
from policyengine.engines.memory import WHOLE_CASE, WorkingMemory
from policyengine.engines.program import Interpreter, Program, compute_all
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
    """Judges cases by a folded Plan; nothing of one case is left behind for the next.

    The rules of a policy are loaded when it first applies: of most cases, to load all would take longer than
    all the rest.
    """

    name = "durable-rules"

    def __init__(self, program: Program) -> None:
        """Raises EngineUnavailable."""
        demand_extension()
        self.program = program
        lowering = Lowering(program.plan)
        self._strata = [_in_lists(stratum.rules, lowering) for stratum in program.plan.strata]

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
    """A rule as it is asked for after firing."""

    def __init__(self, rule: Rule) -> None:
        self.key = rule.name
        self._rule = rule

    @cached_property
    def when(self) -> Evaluate:
        """Its exact meaning, asked for only where it could not be told whether the rule holds."""
        return evaluate_of(self._rule.when)


class _Loaded:
    """The rules of a policy in a stratum, loaded into the engine, and the attributes that they look at."""

    def __init__(self, rules: Sequence[Rule], lowering: Lowering) -> None:
        """Raises EngineLimit for a fault of the compiler, and EngineFailure."""
        matched = [lowering.rule(rule) for rule in rules]
        self.names = [f"r{one.number}" for one in matched]
        self.looked_at = [frozenset(attribute.attribute for attribute in one.attributes) for one in matched]
        """For each rule its attributes: their names tell what it could not see."""
        attributes = {one.attribute: one for rule in matched for one in rule.attributes}
        self.attributes = tuple((name, _encoder(one, lowering.texts)) for name, one in attributes.items())
        self.ruleset = load_ruleset(
            tuple(
                Conjunction(name, tuple(Comparison(*match) for match in way))
                for name, one in zip(self.names, matched, strict=True)
                for way in one.ways
            )
        )


class _Group:
    """The rules of one policy in a stratum."""

    def __init__(self, policy: str, rules: Sequence[Rule], lowering: Lowering) -> None:
        self.policy = policy
        self.applies = policy_attribute(lowering.policies[policy])
        self.rules = [_Known(rule) for rule in rules]
        self._to_load = rules, lowering

    @cached_property
    def loaded(self) -> _Loaded:
        """Its rules in the engine."""
        return _Loaded(*self._to_load)


class _Stratum:
    """Rules that do not depend on each other, of the case (``listed`` None) or of each record of a list."""

    def __init__(self, listed: str | None, rules: Iterable[Rule], lowering: Lowering) -> None:
        self.listed = listed
        by_policy: dict[str, list[Rule]] = {}
        for rule in rules:
            by_policy.setdefault(rule.policy, []).append(rule)
        self.groups = [_Group(policy, by_policy[policy], lowering) for policy in sorted(by_policy)]

    def run(self, memory: WorkingMemory) -> list[Key]:
        """Fire the stratum for the case, or for each record of its list; return the rules that hold."""
        records = WHOLE_CASE if self.listed is None else (memory.records(self.listed) or ())
        return [key for record in records for key in self._run_once(memory, record)]

    def _run_once(self, memory: WorkingMemory, record: int | None) -> list[Key]:
        found = [(group, *memory.applies(group.policy)) for group in self.groups]
        # Before any attribute is encoded, all that look at it are loaded: these number the texts.
        loaded = {group.policy: group.loaded for group, applies, _ in found if applies is Truth.TRUE}
        known: dict[str, int | None] = {}
        held: list[Key] = []
        for group, applies, scope_waits in found:
            if applies is Truth.TRUE:
                held += _fire(group, loaded[group.policy], memory, record, known)
                continue
            for rule in group.rules:
                is_false = applies is Truth.FALSE
                finding = _FALSE if is_false else _not_fired(rule, memory, record, applies, scope_waits)
                memory.rules[rule.key, record] = finding
        return held


def _in_lists(rules: Iterable[Rule], lowering: Lowering) -> list[_Stratum]:
    """Return the rules of a stratum, those of the case and of each list by themselves."""
    found: dict[str | None, list[Rule]] = {}
    for rule in rules:
        found.setdefault(rule.listed, []).append(rule)
    return [_Stratum(listed, found[listed], lowering) for listed in sorted(found, key=lambda one: one or "")]


def _fire(
    group: _Group,
    loaded: _Loaded,
    memory: WorkingMemory,
    record: int | None,
    known: dict[str, int | None],
) -> Iterator[Key]:
    """Ask which rules of a policy that applies hold, note it of each, and yield those that do.

    ``known`` are the attributes that were found for other policies.
    """
    for name, encode in loaded.attributes:
        if name not in known:
            known[name] = encode(memory, record)
    values = [(name, known[name]) for name, _ in loaded.attributes]
    missing = {name for name, value in values if value is None}
    facts = {name: value for name, value in values if value is not None}
    fired = frozenset(loaded.ruleset.fire({group.applies: 1, **facts}))
    for rule, name, looked_at in zip(group.rules, loaded.names, loaded.looked_at, strict=True):
        key = (rule.key, record)
        if name in fired:
            memory.rules[key] = _TRUE
            yield key
        elif looked_at.isdisjoint(missing):
            memory.rules[key] = _FALSE
        else:
            memory.rules[key] = _not_fired(rule, memory, record, Truth.TRUE, NOTHING)


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
        raise EngineFailure(f"rule {rule.key} holds and was not fired")
    own: Waits = waits if truth is Truth.UNDETERMINED else NOTHING
    return RuleFinding(Truth.UNDETERMINED, own | (scope_waits if applies is Truth.UNDETERMINED else NOTHING))
