"""Computing again what may come out otherwise, as a spreadsheet is recalculated."""

from __future__ import annotations

from collections.abc import Sequence, Set
from heapq import heapify, heappop, heappush
from typing import Any

from policyengine.compile.dependencies import (
    Node,
    names_of,
    rule_name,
)
from policyengine.compile.plan import Due, Rule
from policyengine.engines.program import Compute, listed_of
from policyengine.engines.rereading.graph import Asked
from policyengine.engines.rereading.memory import RereadMemory
from policyengine.engines.rereading.others import Other
from policyengine.model.case import Key


class Recalculation:
    """One case under another reading of one assumption."""

    def __init__(self, memory: RereadMemory, other: Other, beyond: Sequence[int]) -> None:
        self.memory = memory
        self.beyond = beyond
        self.rereading, self.graph = memory.rereading, memory.rereading.graph
        self.other = other
        self.states: set[Key] = set()
        self.rules: set[Key] = set()
        self._undo: list[tuple[dict[Key, Any], Key, object]] = []

    def run(self, waiting: list[int], asked: Asked | None) -> bool:
        """Compute some nodes again, and then whatever changes with them.

        If something is asked about, only that on which it rests, until some of it has changed; it is told
        whether it has.
        """
        self.memory.begin(self.other.assumption, self.other.reading)
        try:
            return self._run(waiting, asked)
        finally:
            for found, key, before in self._undo:
                if before is None:
                    del found[key]
                else:
                    found[key] = before
            self.memory.begin("", "")

    def _run(self, waiting: list[int], asked: Asked | None) -> bool:
        beyond, wanted = self.beyond, -1 if asked is None else asked.bits
        heapify(waiting)
        known = set(waiting)
        while waiting:
            changed = self._recalculate(heappop(waiting))
            if not changed:
                continue
            if asked is not None and asked.is_among(self.states, self.rules):
                return True
            for name in changed:
                for later in self.graph.readers.get(name, ()):
                    if later not in known and beyond[later] & wanted:
                        known.add(later)
                        heappush(waiting, later)
        return False

    def _recalculate(self, number: int) -> Set[str]:
        """Compute a node again; return the names that have come out otherwise, or on another way."""
        memory, graph = self.memory, self.graph
        policy = graph.policies[number]
        if policy is not None and memory.is_still_out_of_force(policy):
            return frozenset()  # nothing of it is there, as before
        node, other = graph.nodes[number], self.other
        is_other = number in other.changed
        key = (number, other.assumption, other.reading) if is_other else (number, "", "")
        compute = self.rereading.step(*key)
        again = self._rule_again if isinstance(node, Rule) else self._values_again
        changed: set[str] = set()
        for record in memory.each(listed_of(node)):
            again(node, compute, record, changed)
        memory.changed |= changed
        return changed

    def _rule_again(self, rule: Node, compute: Compute, record: int | None, changed: set[str]) -> None:
        """Find out again whether a rule holds."""
        assert isinstance(rule, Rule)
        key, rules = (rule.name, record), self.memory.rules
        before = rules[key]
        compute(self.memory, record)
        if rules[key] != before:
            self._undo.append((rules, key, before))
            self.rules.add(key)
            changed.add(rule_name(rule.name))

    def _values_again(self, node: Node, compute: Compute, record: int | None, changed: set[str]) -> None:
        """Compute a cell again."""
        memory, values = self.memory, self.memory.values
        keys = [(name, record) for name in names_of(node)]
        before = [values[key] for key in keys]
        clock = (node.deadline, record) if isinstance(node, Due) else None
        span = None if clock is None else memory.spans.get(clock)
        compute(memory, record)
        if clock is not None and not memory.runs_the_same(clock, span):
            # A clock that ends at the same time can have got there on another way.
            self._undo.append((memory.spans, clock, span))
            changed.add(node.name)
        for key, old in zip(keys, before, strict=True):
            new = values[key]
            if new != old:
                self._undo.append((values, key, old))
            elif key not in memory.conflicts:
                continue
            # To compute with, a conflict is unknown: it is another where other rules are in it.
            if memory.conflicts.get(key, new) != memory.found.states[key]:
                self.states.add(key)
                changed.add(key[0])
