"""What is asked about: an answer of a case."""

from __future__ import annotations

from typing import Literal

from policyengine.frozen import Frozen
from policyengine.model.case import Key
from policyengine.model.conditions import Ref
from policyengine.model.rulebook import Rulebook
from policyengine.semantics.findings import Findings, Known, State, Truth, Unknown
from policyengine.semantics.strata import node_of, rule_node
from policyengine.values.literals import ValueType


class Target(Frozen):
    """What is asked about: the state of a name, or whether a rule holds."""

    kind: Literal["state", "rule"]
    key: Key

    def read(self, findings: Findings) -> State:
        """Return how it came out; of a rule, whether it holds."""
        if self.kind == "state":
            return findings.states[self.key]
        truth = findings.truth(self.key)
        if truth is Truth.UNDETERMINED:
            return Unknown(findings.rules[self.key].waits)
        return Known(truth is Truth.TRUE)

    def is_open(self, findings: Findings) -> bool:
        """Tell whether it is not known how it came out."""
        if self.kind == "state":
            return findings.is_unknown(self.key)
        return findings.truth(self.key) is Truth.UNDETERMINED

    def settled(self, findings: Findings) -> State | None:
        """Return how it came out, None if that is open or in conflict."""
        name, record = self.key
        if self.kind == "state":
            return None if findings.is_unknown(self.key) else findings.settled((name,), record)[0]
        truth = findings.truth(self.key)
        return None if truth is Truth.UNDETERMINED else Known(truth is Truth.TRUE)

    def node(self, book: Rulebook) -> str:
        """Return the node of the graph of dependencies that it is about."""
        return rule_node(self.key[0]) if self.kind == "rule" else _node_of_name(self.key[0], book)


def _node_of_name(name: str, book: Rulebook) -> str:
    """Return the node of the graph of dependencies that a name belongs to."""
    if name in book.facts or name in book.parameters or name in book.amounts or name in book.computed:
        return name
    head = name.rpartition(".")[0]
    return node_of(Ref(name, "deadline", ValueType.CHOICE, None, book.deadlines[head].span))
