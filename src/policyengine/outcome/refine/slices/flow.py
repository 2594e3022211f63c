"""Where values go: what is computed from them, and whether anything is compared with what comes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from policyengine.model.conditions import Constant, DayEdge, Operand, divides, operands_of
from policyengine.outcome.refine.once import once
from policyengine.outcome.refine.slices.asked import names_asked
from policyengine.outcome.refine.slices.behind import Behind
from policyengine.outcome.refine.slices.graph import reached


class Flow:
    """Where values go behind one node."""

    def __init__(self, behind: Behind) -> None:
        """``behind`` is all that stands behind the node."""
        self.behind = behind
        self.book = behind.book

    @once
    def of(self, name: str) -> frozenset[str]:
        """Return a name and all names whose value is computed from its value."""
        return reached((name,), self._gives)

    @once
    def only_flows(self, name: str) -> bool:
        """Tell whether a value goes into sums and conclusions only, and is compared with nothing."""
        return self.of(name).isdisjoint(self._compared | self._perhaps_none)

    @cached_property
    def _gives(self) -> Mapping[str, Iterable[str]]:
        """For each name the names whose value is computed from its value."""
        found: dict[str, set[str]] = {}
        for operand, to in self._given():
            name = self.behind.name_of(operand)
            if name is not None:
                found.setdefault(name, set()).add(to)
        return found

    def _given(self) -> Iterator[tuple[Operand | None, str]]:
        """Return all that goes into values, each with the name of that value."""
        behind = self.behind
        for amount in behind.amounts():
            limits = (cap.limit for cap in amount.caps)
            yield from ((operand, amount.id) for operand in (*amount.operands, *limits))
        for computed in behind.computed():
            if not isinstance(computed.value, DayEdge):
                yield from ((operand, computed.name) for operand in operands_of(computed.value))
        for rule in behind.rules():
            yield from ((conclusion.value, conclusion.fact.name) for conclusion in rule.then)
        for name, fact in self.book.facts.items():
            if name in behind.nodes:
                yield fact.otherwise, name

    @cached_property
    def _compared(self) -> frozenset[str]:
        """The names that something is compared with, counted from or dated by."""
        behind, book = self.behind, self.book
        found: set[str] = set()
        for one in behind.asked:
            found |= names_asked(one.condition)
        for deadline in behind.deadlines():
            found |= behind.names_of_clock(deadline)
        found.update(name for _, name in behind.edges_of_days)
        found |= behind.put_in_order
        found.update(one.by.name for one in book.parameters.values() if one.by is not None)
        found.update(one.dated_by for one in book.facts.values() if one.dated_by is not None)
        return frozenset(found)

    @cached_property
    def _perhaps_none(self) -> frozenset[str]:
        """The amounts that may have no value though all is known: of a division, of bands with an end."""
        return frozenset(
            one.id
            for one in self.behind.amounts()
            if (one.divided_by and not all(isinstance(by, Constant) for by in one.divided_by))
            or (one.bands and one.bands[-1].limit is not None)
            or (one.formula is not None and divides(one.formula.term))
        )
