"""What a case does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policyengine.compile.plan import Given, Parameter
from policyengine.engines.compiled.marks import V
from policyengine.engines.compiled.ways.places import ShortWay
from policyengine.semantics.findings import Missing, Unknown

if TYPE_CHECKING:
    from policyengine.engines.compiled.exact import Exact


def unsaid(cell: Given | Parameter, slot: int) -> ShortWay:
    """Return the way to what a case does not say, or a figure that is nowhere.

    What is open because of the act with which it came, or by which a figure counts, waits for that.
    """
    is_fact = isinstance(cell, Given)
    is_alone = isinstance(cell, Given) and cell.dated_by is None

    def waiting_for(record: int | None, has_value: bool) -> Unknown:
        missing = Missing("fact", cell.name, record) if is_fact else Missing("parameter", cell.name, None)
        return Unknown(frozenset((missing,)), has_value)

    of_case = {has_value: waiting_for(None, has_value) for has_value in (False, True)}

    def find(exact: Exact, record: int | None) -> Unknown | None:
        raw = exact.slots[slot] if record is None else exact.slots[slot][record]
        if raw is not V and not is_alone:
            return None
        return of_case[raw is V] if record is None else waiting_for(record, raw is V)

    return find
