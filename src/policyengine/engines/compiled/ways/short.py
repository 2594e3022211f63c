"""All short ways of a program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from policyengine.compile.dependencies import names_of
from policyengine.compile.plan import (
    ALWAYS,
    Amount,
    Cell,
    Derived,
    Due,
    Expr,
    Given,
    Parameter,
    Status,
    Unsaid,
)
from policyengine.engines.compiled.dispatch import Dispatch
from policyengine.engines.compiled.support import AmountParts
from policyengine.engines.compiled.ways.amounts import AmountWay
from policyengine.engines.compiled.ways.clocks import EndWay, StandingWay, is_plain_clock
from policyengine.engines.compiled.ways.conditions import RuleWay
from policyengine.engines.compiled.ways.facts import FactWay
from policyengine.engines.compiled.ways.places import ShortWay, has_place
from policyengine.engines.compiled.ways.unsaid import unsaid
from policyengine.engines.program import Program
from policyengine.model.case import Key

Winners = Callable[[Sequence[Any], "int | None"], "tuple[Key, ...] | None"]
"""What tells from slots which rules give a fact of a record or the whole case its value; None: not short."""


class ShortWays:
    """The short ways of one program, each made ready when it is first gone."""

    def __init__(
        self,
        program: Program,
        slots: Mapping[str, int],
        dispatches: Sequence[Dispatch],
    ) -> None:
        """``slots`` are those of the source, in which the rules of ``dispatches`` have none of their own."""
        self._world = program.world
        self._given = program.given
        self._slots = slots
        self._together = {rule.name for one in dispatches for rule in one.rules}
        self._scopes = {one.name: one.when for one in program.plan.policies}
        cells = [cell for stratum in program.plan.strata for cell in stratum.cells]
        self._cells = {name: cell for cell in cells for name in names_of(cell)}
        self._dues = {cell.deadline: cell for cell in cells if isinstance(cell, Due)}
        self._rules = {rule.name: rule for stratum in program.plan.strata for rule in stratum.rules}
        self._found: dict[str, ShortWay | None] = {}
        self._facts: dict[str, FactWay | None] = {}
        self._of_rules: dict[str, RuleWay] = {}

    def to_value(self, name: str) -> ShortWay | None:
        """Return the way to a value, None if there is none."""
        if name not in self._found:
            self._found[name] = self._way(name, self._cells.get(name))
        return self._found[name]

    def to_winners(self, name: str) -> Winners | None:
        """Return what tells the rules that give a fact its value, None if there is no short way."""
        fact = self._fact(name)
        return None if fact is None else fact.winners

    def to_rule(self, name: str) -> RuleWay:
        """Return the way to a rule."""
        found = self._of_rules.get(name)
        if found is None:
            rule = self._rules[name]
            found = self._of_rules[name] = RuleWay(rule, self._scopes[rule.policy], self._slots)
        return found

    def _fact(self, name: str) -> FactWay | None:
        if name not in self._facts:
            cell = self._cells.get(name)
            is_plain = isinstance(cell, Derived) and cell.combine is None and self._is_plain(cell)
            self._facts[name] = FactWay(cell, self._slots) if is_plain else None  # type: ignore[arg-type]
        return self._facts[name]

    def _scope(self, policy: str | None) -> Expr:
        """Return when a policy applies."""
        return ALWAYS if policy is None else self._scopes[policy]

    def _way(self, name: str, cell: Cell | None) -> ShortWay | None:
        match cell:
            case Given(missing=Unsaid()) | Parameter():
                return unsaid(cell, self._slots[cell.name])
            case Derived():
                fact = self._fact(name)
                return None if fact is None else fact.state
            case Due() if is_plain_clock(cell):
                return EndWay(cell, self._scope(cell.policy), self._slots).state
            case Status() if name == f"{cell.name}.status":
                due = self._dues[cell.name]
                if is_plain_clock(due) and all(map(has_place, (*cell.acts, *cell.stops))):
                    return StandingWay(cell, due, self._scope(due.policy), self._slots, self._world).state
            case Amount():
                parts = AmountParts(cell, self._given, self._world)
                if parts.glance is not None and all(map(has_place, (*cell.parts, *cell.limits))):
                    return AmountWay(
                        cell, self._scope(cell.policy), parts.glance, self._slots, self._given
                    ).state
        return None

    def _is_plain(self, cell: Derived) -> bool:
        """Tell whether rules that have a slot of their own conclude a fact, each for itself."""
        values = [one.value for one in cell.candidates] + ([] if cell.otherwise is None else [cell.otherwise])
        rules = [one for one in cell.candidates if one.each is None and one.rule not in self._together]
        return 0 < len(rules) == len(cell.candidates) and all(map(has_place, values))
