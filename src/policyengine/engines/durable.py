"""The durable-rules engine: rules that hold are fired by forward chaining, stratum by stratum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policyengine.case import Case
from policyengine.engines.durable_ruleset import Comparison, Conjunction, EngineFailure, Ruleset
from policyengine.engines.working_memory import WorkingMemory
from policyengine.findings import NOTHING, Findings, Known, RuleFinding, Truth, Unknown, Waits
from policyengine.program import (
    ABSENT_VALUE,
    Attribute,
    CompiledRule,
    Program,
    QuestionAttribute,
    Stratum,
)
from policyengine.values import Value, comparison_key

_FALSE = RuleFinding(Truth.FALSE, NOTHING)
_TRUE = RuleFinding(Truth.TRUE, NOTHING)
# Constants of rules lie far within it, so a value beyond it compares as it should.
_LARGEST_VALUE = 2**62


class DurableEngine:
    """Judges cases with a compiled program; nothing of one case is left behind for the next."""

    name = "durable-rules"

    def __init__(self, program: Program) -> None:
        """Load all strata. Raises EngineUnavailable, and EngineLimit for a fault of the compiler."""
        self.program = program
        self.strata = [[_Loaded(stratum) for stratum in group] for group in program.strata]

    def run(self, case: Case, as_of: int) -> Findings:
        """Conclude everything that can be concluded about ``case`` at ``as_of`` (epoch seconds)."""
        memory = WorkingMemory(self.program, case, as_of)
        for group in self.strata:
            fired = [key for loaded in group for key in loaded.run(memory)]
            memory.firings += sorted(fired, key=lambda key: (key[0], -1 if key[1] is None else key[1]))
        memory.complete()
        return Findings(
            memory.states,
            memory.resolved,
            memory.rules,
            memory.deadlines,
            memory.amounts,
            tuple(memory.firings),
            {listed: memory.records(listed) for listed in self.program.rulebook.lists},
        )


class _Loaded:
    """A stratum whose conjunctions are loaded into the engine."""

    def __init__(self, stratum: Stratum) -> None:
        self.listed = stratum.listed
        self.rules = [(f"r{rule.number}", rule) for rule in stratum.rules]
        self.ruleset = Ruleset(
            [
                Conjunction(name, tuple(Comparison(*match) for match in way))
                for name, rule in self.rules
                for way in rule.ways
            ]
        )

    def run(self, memory: WorkingMemory) -> list[tuple[str, int | None]]:
        """Fire the stratum for the case, or for each record of its list; return the rules that hold."""
        if self.listed is None:
            return self._run_once(memory, None)
        fired = []
        for record in memory.records(self.listed) or ():
            fired += self._run_once(memory, record)
        return fired

    def _run_once(self, memory: WorkingMemory, record: int | None) -> list[tuple[str, int | None]]:
        attributes, missing = self._attributes(memory, record)
        fired = frozenset(self.ruleset.fire(attributes)) if attributes else frozenset()
        held = []
        for name, rule in self.rules:
            finding = _TRUE if name in fired else _not_fired(rule, memory, record, missing)
            memory.rules[rule.rule.id, record] = finding
            if finding is _TRUE:
                held.append((rule.rule.id, record))
        return held

    def _attributes(self, memory: WorkingMemory, record: int | None) -> tuple[dict[str, int], frozenset[str]]:
        """Return the attributes of all rules whose policy applies, and those that are undetermined."""
        found: dict[str, int] = {}
        missing: set[str] = set()
        for _, rule in self.rules:
            if memory.applies(rule.policy)[0] is not Truth.TRUE:
                continue
            found[f"p{rule.policy}"] = 1
            for attribute in rule.attributes:
                name = attribute.attribute
                if name in found or name in missing:
                    continue
                value = _encode(attribute, memory, record)
                if value is None:
                    missing.add(name)
                else:
                    found[name] = value
        return found, frozenset(missing)


def _encode(attribute: Attribute, memory: WorkingMemory, record: int | None) -> int | None:
    """Return the integer of an attribute, or None when it is undetermined."""
    if isinstance(attribute, QuestionAttribute):
        truth = attribute.answer(memory, record)[0]
        return None if truth is Truth.UNDETERMINED else int(truth is Truth.TRUE)
    state = memory.value(attribute.name, None if attribute.listed is None else record)
    if isinstance(state, Known):
        return _encode_value(state.value, memory.program.texts)
    return None if isinstance(state, Unknown) else ABSENT_VALUE


def _encode_value(value: Value, texts: Mapping[str, int]) -> int:
    key = comparison_key(value)
    if isinstance(key, str):
        return texts.get(key, 0)
    return max(-_LARGEST_VALUE, min(key, _LARGEST_VALUE))


def _not_fired(
    rule: CompiledRule, memory: WorkingMemory, record: int | None, missing: frozenset[str]
) -> RuleFinding:
    """Return whether a rule that did not fire is false or undetermined."""
    applies, scope_waits = memory.applies(rule.policy)
    if applies is Truth.FALSE:
        return _FALSE
    if applies is Truth.TRUE and not _touches(rule.attributes, missing):
        return _FALSE
    truth, waits = rule.when(memory, record)
    if truth is Truth.FALSE:
        return _FALSE
    if truth is Truth.TRUE and applies is Truth.TRUE:
        raise EngineFailure(f"rule {rule.rule.id} holds and was not fired")
    own: Waits = waits if truth is Truth.UNDETERMINED else NOTHING
    return RuleFinding(Truth.UNDETERMINED, own | (scope_waits if applies is Truth.UNDETERMINED else NOTHING))


def _touches(attributes: Sequence[Attribute], missing: frozenset[str]) -> bool:
    return any(attribute.attribute in missing for attribute in attributes)
