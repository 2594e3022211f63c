"""Which way amounts move with a value: up, down, or first the one and then the other."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from policyengine.model.conditions import Operand, Ref, operands_of
from policyengine.model.rulebook import Amount
from policyengine.outcome.refine.once import once
from policyengine.outcome.refine.slices.behind import Behind
from policyengine.outcome.refine.slices.flow import Flow
from policyengine.semantics.strata import refs_of_operand

_OTHER_WAY = {"up": "down", "down": "up", "either": "either"}
_Ways = dict[str, set[str]]


class Rising:
    """Which way the amounts behind one node move."""

    def __init__(self, behind: Behind, flow: Flow) -> None:
        """``flow`` tells where values go."""
        self.behind = behind
        self.flow = flow

    @once
    def turns(self, name: str) -> bool:
        """Tell whether an amount could rise and then fall as a value rises, as 1 − x with the cap x does.

        An amount moves one way with what is added, its floor and its caps, and the other way with what is
        taken off; which way it moves with its rate depends on the sign of what is multiplied.
        """
        if not self.flow.of(name).isdisjoint(self.behind.put_in_order):
            return True
        ways: _Ways = {name: {"up"}}
        while True:
            before = sum(map(len, ways.values()))
            for amount in self.behind.amounts():
                self._add_ways(amount, ways)
            for one, to in (*self._concluded, *self._computed_from):
                if one in ways:
                    ways.setdefault(to, set()).update(ways[one])
            if sum(map(len, ways.values())) == before:
                return any(len(found) > 1 for found in ways.values())

    def _add_ways(self, amount: Amount, ways: _Ways) -> None:
        """Add which way an amount moves with a value, by the ways of its parts."""
        limits = [cap.limit for cap in amount.caps]
        if amount.formula is not None or amount.bands or amount.times or amount.divided_by:
            # Which way a formula, a product or a quotient moves depends on everything in it.
            if self._ways_of((*amount.operands, *limits), ways):
                ways.setdefault(amount.id, set()).update(("up", "down"))
            return
        added = self._ways_of((amount.base, *amount.plus, amount.floor, *limits), ways)
        taken = self._ways_of(amount.minus, ways)
        found = set().union(*added, *(map(_OTHER_WAY.__getitem__, way) for way in taken))
        if self._ways_of((amount.rate,), ways):
            found |= {"either"}
        if found:
            ways.setdefault(amount.id, set()).update(found)

    def _ways_of(self, operands: Iterable[Operand | None], ways: _Ways) -> list[set[str]]:
        """Return the ways in which operands move that do."""
        return [ways[one] for one in map(self.behind.name_of, operands) if one in ways]

    @cached_property
    def _concluded(self) -> tuple[tuple[str, str], ...]:
        """The names that rules give to facts."""
        return tuple(
            (one.name, fact)
            for fact, values in self.behind.conclusions.items()
            for one in values.values()
            if isinstance(one, Ref)
        )

    @cached_property
    def _computed_from(self) -> tuple[tuple[str, str], ...]:
        """The names that go into values which are computed in place, all of which move with them."""
        pairs = ((operand, one.name) for one in self.behind.computed() for operand in operands_of(one.value))
        return tuple((ref.name, to) for operand, to in pairs for ref in refs_of_operand(operand))
