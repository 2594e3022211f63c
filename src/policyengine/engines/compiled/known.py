"""What the source found of a fact or a clock, told at once where nothing of it is open.

The same is computed exactly, step by step, where something is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from policyengine.compile.plan import Derived, Due, Status
from policyengine.engines.closures import Lookup, Memory, lookup_of
from policyengine.engines.compiled.dispatch import truth_of
from policyengine.engines.compiled.marks import FALSE, TRUE, Mark
from policyengine.engines.program import defeats_of
from policyengine.frozen import Frozen
from policyengine.semantics.combining import combine
from policyengine.semantics.deadlines import come_out
from policyengine.semantics.findings import ABSENT, DeadlineFinding, Known, Resolved


class Conclusion(Frozen):
    """What rules say of a fact as the source found it: where none says anything, and where one alone does.

    ``slot`` is that of the fact. ``rules`` are their names with their slots, and their bits in a slot of
    several. ``nothing`` is what is found where none holds or may hold, None where something counts then.
    """

    slot: int
    rules: tuple[tuple[str, int, int | None], ...]
    nothing: Resolved | None

    def resolved(self, slots: Sequence[Any], record: int | None) -> Resolved | None:
        """Return what rules say of the fact; None if that is to be weighed."""
        only: str | None = None
        for rule, slot, bit in self.rules:
            raw = slots[slot] if record is None else slots[slot][record]
            truth = raw if bit is None else truth_of(raw, bit)
            if truth != FALSE:
                if truth != TRUE or only is not None:
                    return None
                only = rule
        if only is None:
            return self.nothing
        raw = slots[self.slot] if record is None else slots[self.slot][record]
        if raw is None or type(raw) is Mark:
            return None
        return Resolved(Known(raw), ((only, record),), ())


def conclusion_of(
    cell: Derived, slots: Mapping[str, int], bits: Mapping[str, int], slot: int
) -> Conclusion | None:
    """Return what tells what rules say of a fact; None if they speak of each record of a list.

    ``slots`` and ``bits`` are those of rules.
    """
    if any(one.each is not None for one in cell.candidates):
        return None
    rules = tuple((one.rule, slots[one.rule], bits.get(one.rule)) for one in cell.candidates)
    nothing = combine((), defeats_of(cell), cell.combine) if cell.otherwise is None else None
    return Conclusion(slot, rules, nothing)


class KnownClock(Frozen):
    """A deadline that runs for a length, by the clock of the rulebook, and never stands still.

    ``slots`` are those of whether there is one, of its end, of what it has come to and when, and of whether
    its end is provisional.
    """

    start: Lookup
    length: Lookup
    acts: tuple[Lookup, ...]
    stops: tuple[Lookup, ...]
    slots: tuple[int, int, int, int, int]

    def finding(self, memory: Memory, slots: Sequence[Any], record: int | None) -> DeadlineFinding | None:
        """Return how it stands; None if there is none, or something of that is open."""
        raws = [slots[one] if record is None else slots[one][record] for one in self.slots]
        if raws[0] != TRUE or Mark in map(type, raws):
            return None
        due, status, settled = (ABSENT if raw is None else Known(raw) for raw in raws[1:4])
        return come_out(
            self.start(memory, record),
            self.length(memory, record),
            due,
            status,
            settled,
            [act(memory, record) for act in self.acts],
            [stop(memory, record) for stop in self.stops],
            bool(raws[4]),
            memory.as_of,
        )


def clock_of(due: Due, status: Status, slots: Mapping[str, int]) -> KnownClock | None:
    """Return what tells how a deadline stands; None if that takes more than what the source tells."""
    if due.length is None or due.ends is not None or due.pauses or due.zone is not None or status.stands:
        return None
    name = status.name
    names = f"{name} exists", due.name, f"{name}.status", f"{name}.settled_at", f"{name} provisional"
    exists, end, came_to, settled, provisional = (slots[one] for one in names)
    return KnownClock(
        lookup_of(due.start),
        lookup_of(due.length),
        tuple(map(lookup_of, status.acts)),
        tuple(map(lookup_of, status.stops)),
        (exists, end, came_to, settled, provisional),
    )
