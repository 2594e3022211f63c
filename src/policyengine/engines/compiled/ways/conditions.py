"""Rules, and the conditions that must hold for something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from policyengine.compile.dependencies import parts_of
from policyengine.compile.plan import ALWAYS, AS_OF, Aggregate, Apply, Const, Expr, Read, Rule
from policyengine.engines.closures import evaluate_of
from policyengine.engines.compiled.marks import Mark
from policyengine.engines.compiled.ways.places import has_place, union_of
from policyengine.semantics.findings import NOTHING, RuleFinding, Truth, Waits

if TYPE_CHECKING:
    from policyengine.engines.compiled.exact import Exact


class RuleWay:
    """What an open rule waits for."""

    def __init__(self, rule: Rule, scope: Expr, slots: Mapping[str, int]) -> None:
        """``scope`` is when its policy applies."""
        self.conditions = Conditions((scope, rule.when), slots)

    def finding(self, exact: Exact, record: int | None) -> RuleFinding:
        """Return the finding of the rule, which is open."""
        return RuleFinding(Truth.UNDETERMINED, self.conditions.waits(exact, record))


class Conditions:
    """Conditions that must all hold, of which none is known not to: else nothing that rests on them is open.

    So those in which everything is known do hold, and are not looked at. Of a comparison that is open nothing
    is absent, and it waits for whatever of it is not known.
    """

    def __init__(self, exprs: Iterable[Expr], slots: Mapping[str, int]) -> None:
        parts = [one for expr in exprs for one in _conjuncts(expr)]
        compared = dict.fromkeys(read for one in parts for read in _compared(one) or ())
        self.compared = [(slots[one.name], one.listed is not None, one.name) for one in compared]
        self.others = [_Condition(one, slots) for one in parts if _compared(one) is None]

    def waits(self, exact: Exact, record: int | None) -> Waits:
        """Return what they wait for; nothing if all hold."""
        slots, found = exact.slots, []
        for slot, is_listed, name in self.compared:
            raw = slots[slot]
            if type(raw[record] if is_listed else raw) is Mark:
                found.append(exact.values[name, record if is_listed else None].waits)  # type: ignore[union-attr]
        for other in self.others:
            waits = other.waits(exact, record)
            if waits:
                found.append(waits)
        return union_of(found)


def _conjuncts(expr: Expr) -> Iterator[Expr]:
    """Return the conditions that must all hold, but for what always does."""
    if isinstance(expr, Apply) and expr.op == "all":
        for one in expr.args:
            yield from _conjuncts(one)
    elif expr != ALWAYS:
        yield expr


def _compared(expr: Expr) -> list[Read] | None:
    """Return what a condition compares that has a slot; None if it does anything else."""
    match expr:
        case Apply("eq" | "ge" | "le" | "gt" | "lt", args):
            pass
        case Apply("in", args) if all(isinstance(one, Const) for one in args[1:]):
            pass
        case _:
            return None
    reads = [one for one in args if isinstance(one, Read) and one != AS_OF]
    return reads if all(has_place(one) or one == AS_OF for one in args) else None


class _Condition:
    """A condition that holds or is open."""

    def __init__(self, expr: Expr, slots: Mapping[str, int]) -> None:
        """``slots`` are those of the source."""
        self.evaluate = evaluate_of(expr)
        parts = (*parts_of(expr),)
        self.is_question = any(isinstance(one, Aggregate) for one in parts)
        reads = dict.fromkeys(one for one in parts if isinstance(one, Read) and one != AS_OF)
        self.places = [] if self.is_question else [(slots[one.name], one.listed is not None) for one in reads]

    def waits(self, exact: Exact, record: int | None) -> Waits:
        """Return what it waits for; nothing if it holds."""
        slots = exact.slots
        for slot, is_listed in self.places:
            raw = slots[slot]
            if type(raw[record] if is_listed else raw) is Mark:
                return self.evaluate(exact, record)[1]
        return self.evaluate(exact, record)[1] if self.is_question else NOTHING
