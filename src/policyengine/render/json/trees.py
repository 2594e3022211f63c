"""Decision trees: what is asked, and what follows from each answer."""

from __future__ import annotations

from policyengine.outcome.refine import tree
from policyengine.render.json.parts import Json
from policyengine.render.json.values import Values
from policyengine.semantics.findings import Missing
from policyengine.values.literals import Value, ValueType


class Trees:
    """The decision trees of one decision."""

    def __init__(self, values: Values) -> None:
        """``values`` tells the answers."""
        self.values = values
        self.book = values.book

    def data(self, node: tree.Node, type: ValueType) -> Json:
        """Return a decision tree: what it asks, and what follows from each answer."""
        if isinstance(node, tree.Leaf):
            return {"answers": [self._answer(one, type) for one in node.answers]}
        asked = self._type_of(node.missing)
        return {
            **self.values.missing(node.missing),
            "branches": [
                {
                    "if": [self._cell(cell, asked) for cell in branch.cells],
                    "then": self.data(branch.then, type),
                }
                for branch in node.branches
            ],
        }

    def _answer(self, answer: tree.Answer, type: ValueType) -> object:
        if isinstance(answer, tree.Spread):
            low, high = (self.values.value(end, type) for end in (answer.low, answer.high))
            return {"from": low, "to": high}
        return self.values.state(answer, type)

    def _cell(self, cell: tree.Cell, type: ValueType) -> Json:
        def value(one: Value | None) -> object:
            return None if one is None else self.values.value(one, type)

        match cell:
            case tree.Exactly(one):
                return {"is": value(one)}
            case tree.Between(low, high):
                return {"from": value(low), "to": value(high)}
            case tree.Spans(spans):
                return {"spans": [{"from": value(low), "to": value(high)} for low, high in spans]}
            case tree.Later():
                return {"has_happened": False}
            case tree.OtherText():
                return {"is": None}
            case tree.Matching(least, most):
                return {"least": least, "most": most}

    def _type_of(self, missing: Missing) -> ValueType:
        if missing.kind == "parameter":
            return self.book.parameters[missing.name].type
        fact = self.book.facts.get(missing.name)
        return ValueType.COUNT if fact is None else fact.type
