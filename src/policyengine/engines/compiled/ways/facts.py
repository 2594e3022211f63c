"""Facts that rules conclude.

Which open rules and values a fact waits for depends on which are open and which values are the same, and not
on what they are. So it is found out once for all cases that are alike in this, by what overriding means
(``overriding.weigh``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from policyengine.compile.dependencies import rule_name
from policyengine.compile.plan import Const, Derived
from policyengine.engines.compiled.marks import (
    FALSE,
    PENDING,
    TRUE,
    TRUTHS,
    UNDETERMINED,
    Mark,
    Raw,
    V,
    lift,
)
from policyengine.engines.compiled.ways.places import place_of, raws_of, reader_of, union_of, waits_of_value
from policyengine.engines.program import defeats_of, unknown_as
from policyengine.frozen import Frozen
from policyengine.model.case import Key
from policyengine.model.rulebook import otherwise_name
from policyengine.semantics.findings import Unknown
from policyengine.semantics.overriding import Candidate as Claim
from policyengine.semantics.overriding import weigh
from policyengine.values.literals import identity_key

if TYPE_CHECKING:
    from policyengine.engines.compiled.exact import Exact

_REMEMBERED = 1_024
"""So many patterns of a fact are remembered."""


class _Waited(Frozen):
    """What an open fact waits for: rules, and the values of some, by their numbers.

    ``alone``: the number of a rule that gives it its value for certain, so that it has one if this has one.
    """

    rules: tuple[str, ...]
    values: tuple[int, ...]
    alone: int | None


class FactWay:
    """The rules that may conclude a fact, with what counts otherwise as the last of them."""

    def __init__(self, cell: Derived, slots: Mapping[str, int]) -> None:
        """``slots`` are those of the source."""
        self.rules = [one.rule for one in cell.candidates]
        self.values = [one.value for one in cell.candidates]
        self.slots = [slots[rule_name(rule)] for rule in self.rules]
        self.read = reader_of(self.slots)
        self.is_listed = cell.listed is not None
        self.defeats = defeats_of(cell)
        self.has_otherwise = cell.otherwise is not None
        if cell.otherwise is not None:
            self.rules.append(otherwise_name(cell.name))
            self.values.append(cell.otherwise)
        self.places = [place_of(one, slots) for one in self.values]
        self.are_constant = all(isinstance(one, Const) for one in self.values)
        self.found: dict[tuple[object, ...], _Waited] = {}
        self.won: dict[tuple[int, ...], tuple[str, ...]] = {}

    def _truths(self, slots: Sequence[Any], record: int | None) -> tuple[int, ...]:
        """Return which rules hold, without what counts otherwise."""
        if not self.is_listed:
            return self.read(slots)
        return tuple([slots[one][record] for one in self.slots])

    def state(self, exact: Exact, record: int | None) -> Unknown | None:
        """Return the state of the fact, which is open."""
        slots = exact.slots
        truths = self._truths(slots, record)
        raws = () if self.are_constant else raws_of(self.places, slots, record)
        pattern = (truths, *_alike(truths, raws)) if raws else truths
        waited = self.found.get(pattern)
        if waited is None:
            waited = self._weighed(truths, raws or raws_of(self.places, slots, record))
            if len(self.found) < _REMEMBERED:
                self.found[pattern] = waited
        if not (waited.rules or waited.values):
            return None  # rules contradict each other
        rules = exact.rules
        waits = [rules[rule, record].waits for rule in waited.rules]
        if waited.values:
            waits += [waits_of_value(exact, self.values[number], record) for number in waited.values]
        return Unknown(union_of(waits), bool(raws) and waited.alone is not None and raws[waited.alone] is V)

    def winners(self, slots: Sequence[Any], record: int | None) -> tuple[Key, ...] | None:
        """Return the rules that hold and that none overrides which holds; None where it is open if any does.

        Which these are depends on nothing but on which of all hold.
        """
        truths = self._truths(slots, record)
        if UNDETERMINED in truths:
            return None
        won = self.won.get(truths)
        if won is None:
            won = self._winning(truths)
            if len(self.won) < _REMEMBERED:
                self.won[truths] = won
        return tuple([(rule, record) for rule in won])

    def _winning(self, truths: Sequence[int]) -> tuple[str, ...]:
        holding = [rule for rule, truth in zip(self.rules, truths, strict=False) if truth == TRUE]
        if not holding:
            return (self.rules[-1],) if self.has_otherwise else ()
        beaten = self.defeats.beaten_by(holding)
        return tuple(sorted(rule for rule in holding if not beaten & self.defeats.bit(rule)))

    def _weighed(self, truths: tuple[int, ...], raws: Sequence[Raw]) -> _Waited:
        """Return what it waits for, in every case with these truths in which the same values are equal."""
        if self.has_otherwise:
            truths = (*truths, FALSE if TRUE in truths else TRUE)
        names = [unknown_as(rule, value) for rule, value in zip(self.rules, self.values, strict=True)]
        claims = {
            rule: Claim(rule, TRUTHS[truth], PENDING, lift(raw), (name, 0 if is_listed else None))
            for rule, truth, raw, (name, is_listed) in zip(self.rules, truths, raws, names, strict=True)
            if truth
        }
        last = claims.pop(self.rules[-1], None) if self.has_otherwise else None
        weighed = weigh([*claims.values()], self.defeats, last)
        numbers = {rule: number for number, rule in enumerate(self.rules)}
        return _Waited(
            tuple(one.rule for one in weighed.mattering),
            tuple(numbers[one.rule] for one in weighed.valued),
            numbers[weighed.holding[0].rule] if weighed.is_one_value else None,
        )


def _alike(truths: Sequence[int], raws: Sequence[Raw]) -> list[int | None]:
    """Return for each rule that does not fail a number for its value, None for one that is not known.

    Of what counts otherwise, which is the last, the value counts only where no rule holds.
    """
    numbers: dict[object, int] = {}
    found: list[int | None] = []
    for place, raw in enumerate(raws):
        is_out = not truths[place] if place < len(truths) else TRUE in truths
        if is_out or type(raw) is Mark:
            found.append(None)
        else:
            found.append(0 if raw is None else numbers.setdefault(identity_key(raw), len(numbers) + 1))
    return found
