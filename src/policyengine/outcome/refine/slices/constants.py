"""Which texts and numbers a value is compared with, and into how many parts these divide it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from math import prod

from policyengine.model.conditions import Constant, Ref, Test
from policyengine.outcome.refine.once import once
from policyengine.outcome.refine.slices.behind import Behind
from policyengine.outcome.refine.slices.comparisons import ComparisonsBehind
from policyengine.outcome.refine.slices.flow import Flow
from policyengine.semantics.findings import Missing
from policyengine.semantics.strata import refs_of_operand, rule_node
from policyengine.values.literals import ValueType


class Constants:
    """The constants behind one node."""

    def __init__(self, behind: Behind, flow: Flow, comparisons: ComparisonsBehind) -> None:
        """``flow`` tells where values go, ``comparisons`` what they are compared with."""
        self.behind = behind
        self.book = behind.book
        self.flow = flow
        self.comparisons = comparisons

    @once
    def texts(self, name: str) -> tuple[str, ...] | None:
        """Return the texts that a name is compared with; None if it is compared with what is no literal.

        Where rules give a fact this value and others, these are compared to find a contradiction.
        """
        flow = self.flow.of(name)
        if not flow.isdisjoint(self.behind.put_in_order):
            return None
        found: set[str] = set()
        for fact in flow:
            rivals = [one for pair in self.behind.rivals.get(fact, ()) for one in pair]
            if any(isinstance(one, Ref) and one.name not in flow for one in rivals):
                return None
            found |= _texts_among(rivals)
        for one in self.behind.asked:
            test = one.condition
            if not isinstance(test, Test) or not test.operands:
                continue
            names = {ref.name for operand in test.operands for ref in refs_of_operand(operand)}
            if flow & names or (test.ref.name in flow and names):
                return None
            if test.ref.name in flow:
                found |= _texts_among(test.operands)
        return tuple(sorted(found))

    @once
    def cuts(self, name: str) -> Sequence[int]:
        """Return the numbers at which comparisons of a fact with constants change, and those below them."""
        ranked = self.comparisons.resting_on(name).ranked
        cuts = {cut for one in ranked if one.ref.name == name for cut in one.cuts}
        return sorted({at for cut in cuts for at in (cut - 1, cut)})

    @once
    def intervals(self, missing: frozenset[Missing]) -> int:
        """Return in how many ways the cells of a table divide what is missing of its columns.

        Of several tables behind the answer, those of the table with most count.
        """
        return max(
            (
                prod(self._classes(one.name) for one in missing if one.name in columns)
                for columns in self._columns
            ),
            default=1,
        )

    @cached_property
    def _columns(self) -> tuple[frozenset[str], ...]:
        """The names that each table behind the answer asks."""
        return tuple(
            frozenset(ref.name for ref in table.asks)
            for table in self.book.tables.values()
            if any(rule_node(rule) in self.behind.nodes for rule in table.rules)
        )

    def _classes(self, name: str) -> int:
        """Return into how many parts constants divide the values of a name."""
        fact = self.book.facts.get(name)
        if fact is None:
            return 1
        if fact.type is ValueType.TEXT:
            return len(self.texts(name) or ()) + 1
        return len(fact.choices) or len(self.cuts(name)) // 2 + 1


def _texts_among(operands: Iterable[object]) -> set[str]:
    return {str(one.value) for one in operands if isinstance(one, Constant)}
