"""Time zones that come to the same for all clocks which count their days by one that is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from policyengine.model.conditions import Ref
from policyengine.model.rulebook import Deadline
from policyengine.outcome.explain import Explanation
from policyengine.semantics.deadlines import Clock, Span, measure, measure_until
from policyengine.semantics.findings import NOTHING, DeadlineFinding, Known, Missing, State, Truth, Unknown
from policyengine.semantics.readings import choose_counting, choose_operand
from policyengine.values.literals import ValueType

_Measure = Callable[[State], Span]


def alike(
    missing: Missing, deadlines: Iterable[Deadline], named: Sequence[str], explanation: Explanation
) -> list[tuple[str, ...]] | None:
    """Return all time zones in groups in which every clock ends at the same time, the earliest end first.

    ``named`` are the zones that rules ask for, each of which is one by itself. None where something else
    about a clock is not known: then what it comes to depends on that, too.
    """
    measures: list[_Measure] = []
    for deadline in deadlines:
        for record, finding in _clocks(deadline, missing, explanation):
            found = _measures(deadline, record, finding, explanation)
            if found is None:
                return None
            measures += found
    from policyengine.values.zones import zone_names  # in most rulebooks no case names a zone

    groups: dict[tuple[object, ...], list[str]] = {}
    for name in zone_names():
        zone, own = Known(name), name if name in named else ""
        ends = [(one.due, one.provisional, one.left) for one in (find(zone) for find in measures)]
        groups.setdefault((*ends, own), []).append(name)
    return [tuple(groups[key]) for key in sorted(groups, key=_in_order)]


def _in_order(key: tuple[object, ...]) -> tuple[object, ...]:
    *ends, own = key
    return (*(repr(one) for one in ends), own)


def _clocks(
    deadline: Deadline, missing: Missing, explanation: Explanation
) -> Iterator[tuple[int | None, DeadlineFinding]]:
    """Return the clocks of a deadline that count by what is missing, with their records."""
    zone = None if deadline.zone is None else choose_operand(deadline.zone, explanation.readings)
    if not isinstance(zone, Ref) or zone.name != missing.name:
        return
    for (id, record), finding in explanation.findings.deadlines.items():
        if id == deadline.id and (missing.record is None or record == missing.record):
            yield record, finding


def _measures(
    deadline: Deadline, record: int | None, finding: DeadlineFinding, explanation: Explanation
) -> list[_Measure] | None:
    """Return how a clock is measured: where it starts at midnight, with an act or where another ended."""
    if finding.exists is Truth.FALSE:
        return []
    starts = choose_operand(deadline.starts, explanation.readings)
    start = explanation.state_of(deadline.starts, record)
    parts = (start, finding.length, finding.ends)
    if any(isinstance(one, Unknown) for one in parts) or not all(one.is_certain for one in finding.pauses):
        return None
    counting = choose_counting(deadline.counting, explanation.readings)
    world = explanation.world

    def by(follows: bool) -> _Measure:
        is_day = starts.type is ValueType.DATE
        clock = Clock(counting, world.calendar, world.zone, Known(""), follows, is_day)

        def find(zone: State) -> Span:
            begins = Truth.TRUE, NOTHING, start
            if finding.ends is not None:
                return measure_until(*begins, finding.ends, finding.length, clock, zone)
            assert finding.length is not None
            return measure(*begins, finding.length, clock, finding.pauses, explanation.as_of, zone)

        return find

    return [by(follows=False), by(follows=True)]
