"""What is open in a case, exactly: what it waits for, and every step of a clock or an amount.

What is known is taken from what the source found; of the rest is computed what somebody asks for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import proxy

from policyengine.compile.dependencies import rule_name
from policyengine.engines.closures import FALSE as NO
from policyengine.engines.closures import TRUE as YES
from policyengine.engines.closures import Answer
from policyengine.engines.compiled.dispatch import truth_of
from policyengine.engines.compiled.marks import TRUE, UNDETERMINED, Mark
from policyengine.engines.memory import WHOLE_CASE, Existence, WorkingMemory
from policyengine.model.case import Case, Key
from policyengine.semantics.deadlines import Span
from policyengine.semantics.findings import (
    ABSENT,
    NOTHING,
    AmountFinding,
    DeadlineFinding,
    Known,
    Resolved,
    RuleFinding,
    State,
    Truth,
)

if TYPE_CHECKING:
    from policyengine.engines.compiled.run import Layout, Node

Found = TypeVar("Found")
_FALSE, _TRUE = RuleFinding(Truth.FALSE, NOTHING), RuleFinding(Truth.TRUE, NOTHING)
_DEEPEST = 12
"""So many computations may wait for one another; where there are more, it goes on from the bottom up."""


class Exact(WorkingMemory):
    """The memory of one run: it takes from the source what is known, and computes the rest."""

    def __init__(
        self,
        layout: Layout,
        slots: Sequence[Any],
        case: Case,
        as_of: int,
        records: Mapping[str, tuple[int, ...] | None],
    ) -> None:
        """``slots`` are what the source gave, ``records`` those that are seen."""
        super().__init__(layout.program, case, as_of, records)
        self.layout = layout
        self.slots = slots
        own: Exact = proxy(self)  # what it has does not hold it: it waits for no collection
        self.values, self.rules, self.spans = _Values(own), _Rules(own), _Spans(own)
        self._done: set[int] = set()
        self._depth = 0

    # ---------- what is asked for beside values

    def resolution(self, key: Key) -> Resolved:
        """Return what rules say of a fact."""
        conclusion = self.layout.conclusion(key[0])
        found = None if conclusion is None else conclusion.resolved(self.slots, key[1])
        return self._of(key, self.resolved) if found is None else found

    def deadline(self, key: Key) -> DeadlineFinding:
        """Return the clock of a deadline."""
        found = self.deadlines.get(key)
        if found is None:
            clock = self.layout.clock(key[0])
            found = None if clock is None else clock.finding(self, self.slots, key[1])
            if found is None:
                return self._of(key, self.deadlines)
            self.deadlines[key] = found
        return found

    def amount(self, key: Key) -> AmountFinding:
        """Return an amount, step by step."""
        return self._of(key, self.amounts)

    def _of(self, key: Key, found: Mapping[Key, Found]) -> Found:
        if key not in found:
            self.compute(key[0], key[1])
        return found[key]

    def existence(self, deadline: str, record: int | None, find: Existence) -> Answer:
        """Return whether there is a deadline: what the source found, unless that is open."""
        raw = self.slots[self.layout.slots[f"{deadline} exists"]]
        if record is not None:
            raw = raw[record]
        return find(self, record) if raw == UNDETERMINED else YES if raw == TRUE else NO

    # ---------- computing

    def state(self, key: Key) -> State:
        """Return the state of a name that is open."""
        name, record = key
        if self._depth < _DEEPEST:
            way = self.layout.ways.to_value(name)
            if way is not None:
                self._depth += 1
                found = way(self, record)
                self._depth -= 1
                if found is not None:
                    self.values[key] = found
                    return found
        self.compute(self.layout.homes[name], record)
        return self.values[key]

    def finding(self, key: Key) -> RuleFinding:
        """Return the finding of a rule that is open."""
        name, record = key
        if self._depth >= _DEEPEST:
            self._settle(rule_name(name))
        self._depth += 1
        found = self.rules[key] = self.layout.ways.to_rule(name).finding(self, record)
        self._depth -= 1
        return found

    def compute(self, node: str, record: int | None) -> None:
        """Compute a node; what it asks for that is open is computed then, if not too much waits already."""
        if self._depth >= _DEEPEST:
            self._settle(node)
        self._depth += 1
        self.layout.nodes[node].compute(self, record)
        self._depth -= 1

    def _settle(self, node: str) -> None:
        """Compute what a node rests on, as far as it is open: a chain of these can be very long."""
        nodes, done = self.layout.in_order, self._done
        open_nodes: set[int] = set()
        waiting = [*self.layout.nodes[node].before]
        while waiting:
            one = waiting.pop()
            if one not in done:
                done.add(one)
                if self._is_open(nodes[one]):
                    open_nodes.add(one)
                    waiting += nodes[one].before
        for one in sorted(open_nodes):
            for record in self._each(nodes[one].listed):
                nodes[one].compute(self, record)

    def _is_open(self, node: Node) -> bool:
        """Tell whether anything of a node is not known."""
        for place in node.places:
            found = self.slots[place]
            raws = (found,) if node.listed is None else [found[one] for one in self._each(node.listed)]
            if node.bit is not None:
                raws = [truth_of(raw, node.bit) for raw in raws]
            if UNDETERMINED in raws if node.is_rule else Mark in map(type, raws):
                return True
        return False

    def _each(self, listed: str | None) -> Sequence[int | None]:
        return WHOLE_CASE if listed is None else (self.records(listed) or ())


class _Values(dict[Key, State]):
    """The states of names: of what is known those that the source found."""

    __slots__ = ("exact", "places", "slots")

    def __init__(self, exact: Exact) -> None:
        self.exact = exact
        self.slots, self.places = exact.slots, exact.layout.slots

    def __missing__(self, key: Key) -> State:
        name, record = key
        raw = self.slots[self.places[name]]
        if record is not None:
            raw = raw[record]
        if type(raw) is Mark:
            return self.exact.state(key)
        found = self[key] = ABSENT if raw is None else Known(raw)
        return found


class _Rules(dict[Key, RuleFinding]):
    """Whether rules hold: of what is certain as the source found it."""

    __slots__ = ("bits", "exact", "places", "slots")

    def __init__(self, exact: Exact) -> None:
        self.exact = exact
        self.slots, self.places, self.bits = exact.slots, exact.layout.rule_slots, exact.layout.rule_bits

    def __missing__(self, key: Key) -> RuleFinding:
        name, record = key
        raw = self.slots[self.places[name]]
        if record is not None:
            raw = raw[record]
        if name in self.bits:
            raw = truth_of(raw, self.bits[name])
        if raw == UNDETERMINED:
            return self.exact.finding(key)
        found = self[key] = _TRUE if raw == TRUE else _FALSE
        return found


class _Spans(dict[Key, Span]):
    """The times that deadlines give; the source does not tell how they came out."""

    __slots__ = ("exact",)

    def __init__(self, exact: Exact) -> None:
        self.exact = exact

    def __missing__(self, key: Key) -> Span:
        self.exact.compute(f"{key[0]}.due", key[1])
        return self[key]
