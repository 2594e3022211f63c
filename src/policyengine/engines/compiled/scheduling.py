"""The order in which cells and rules are computed: as far as possible, those of one policy and list together.

So a policy that does not apply is skipped in a few blocks, and a list is gone through once for many cells.
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.compile.dependencies import Dependencies
from policyengine.compile.plan import Derived, Plan
from policyengine.engines.compiled.dispatch import Dispatch, Step, names_told, steps_of

Group = tuple[str | None, str | None]
"""A policy and a list; None where a cell belongs to none."""


class Arrangement:
    """The cells and rules of a Plan in an order in which they can be computed."""

    def __init__(self, plan: Plan) -> None:
        """Find out what rests on what."""
        self._dependencies = Dependencies(plan)
        self._policies = {rule.name: rule.policy for stratum in plan.strata for rule in stratum.rules}
        self.nodes = steps_of(plan)
        homes = {name: number for number, node in enumerate(self.nodes) for name in names_told(node)}
        self._before = [{homes[name] for name in self._names_read(node)} for node in self.nodes]
        self._after: dict[int, list[int]] = {}
        for number, before in enumerate(self._before):
            for one in before:
                self._after.setdefault(one, []).append(number)

    def _names_read(self, node: Step) -> Iterator[str]:
        for one in node.rules if isinstance(node, Dispatch) else (node,):
            yield from self._dependencies.names_read(one)

    def group_of(self, node: Step) -> Group:
        """Return the policy without which a node has no value, and the list of whose records it is."""
        if isinstance(node, Dispatch):
            return node.policy, node.listed
        if isinstance(node, Derived) and node.otherwise is None:
            policies = {self._policies[one.rule] for one in node.candidates}
            return (policies.pop() if len(policies) == 1 else None), node.listed
        return self._dependencies.policy_of(node), node.listed

    def groups(self) -> Iterator[tuple[Group, list[Step]]]:
        """Return the nodes in groups, each node after those that it rests on."""
        waiting = [set(before) for before in self._before]
        ready: dict[Group, list[int]] = {}
        for number, before in enumerate(waiting):
            if not before:
                ready.setdefault(self.group_of(self.nodes[number]), []).append(number)
        while ready:
            group = _next(ready)
            numbers = ready[group]
            for number in numbers:  # grows while it is gone through
                for one in self._after.get(number, ()):
                    waiting[one].discard(number)
                    if not waiting[one]:
                        own = self.group_of(self.nodes[one])
                        (numbers if own == group else ready.setdefault(own, [])).append(one)
            del ready[group]
            yield group, [self.nodes[number] for number in numbers]


def _next(ready: dict[Group, list[int]]) -> Group:
    """Return what comes next: what needs no block, because much rests on it, then the largest group."""
    return min(ready, key=lambda group: (group != (None, None), -len(ready[group]), min(ready[group])))
