"""Amounts of which can be seen at a glance that they are open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from policyengine.compile.plan import Amount, Expr, Given
from policyengine.engines.closures import evaluate_of
from policyengine.engines.compiled.marks import RAW_TRUTHS, Mark, V
from policyengine.engines.compiled.support import Glance, given_by, sides_of
from policyengine.engines.compiled.ways.conditions import Conditions
from policyengine.engines.compiled.ways.places import place_of, raws_of, waits_of_value
from policyengine.semantics.findings import NOTHING, Truth, Unknown

if TYPE_CHECKING:
    from policyengine.engines.compiled.exact import Exact


class AmountWay:
    """An amount of which can be seen at a glance that it is open."""

    def __init__(
        self,
        cell: Amount,
        scope: Expr,
        glance: Glance,
        slots: Mapping[str, int],
        given: Mapping[str, Given],
    ) -> None:
        """``scope`` is when its policy applies, ``given`` are the facts that cases give."""
        assert cell.base is not None
        self.glance = glance
        self.exists = Conditions((scope, cell.when), slots)
        self.applies = [evaluate_of(cap.when) for cap in cell.caps]
        rate = () if cell.rate is None else (cell.rate,)
        floor = () if cell.floor is None else (cell.floor,)
        factors = (cell.base, *cell.plus, *cell.minus, *rate)
        self.values: tuple[Expr, ...] = (*factors, *floor, *cell.limits)
        self.places = [place_of(one, slots) for one in self.values]
        self.factors, self.limits = len(factors), len(factors) + len(floor)
        self.are_limited = [sides_of(given_by(one, given)) > 0 for one in self.values]

    def state(self, exact: Exact, record: int | None) -> Unknown | None:
        """Return the state of the amount, which is open."""
        raws = raws_of(self.places, exact.slots, record)
        open_values = [number for number, raw in enumerate(raws) if type(raw) is Mark]
        caps = [applies(exact, record) for applies in self.applies]
        if not open_values and all(truth is not Truth.UNDETERMINED for truth, _ in caps):
            return Unknown(self.exists.waits(exact, record))  # it is how much it is, if there is one
        if not self.glance.is_open(raws, [RAW_TRUTHS[truth] for truth, _ in caps], exact.case, record):
            return None
        wanted = [self.exists.waits(exact, record)]
        has_value = not wanted[0] and all(raws[one] is V for one in open_values if one < self.factors)
        for number, (truth, waits) in enumerate(caps, self.limits):
            if truth is Truth.UNDETERMINED and raws[number] is not None:
                if type(raws[number]) is not Mark:
                    return None  # whether it matters depends on how much it is
                wanted.append(waits)
        for number in open_values:
            if number >= self.factors and self.are_limited[number]:
                return None  # perhaps it limits nothing
            if number < self.limits or caps[number - self.limits][0] is not Truth.FALSE:
                wanted.append(waits_of_value(exact, self.values[number], record))
        return Unknown(NOTHING.union(*wanted), has_value)
