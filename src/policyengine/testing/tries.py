"""Cases that may exercise what nothing does yet: a case that there is, with one thing changed."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from policyengine.frozen import Frozen, replace
from policyengine.model.case import Key
from policyengine.model.conditions import Count, Operand, Ref, Window, asks_this
from policyengine.model.key_names import path_of
from policyengine.outcome.decision import Decision
from policyengine.semantics.findings import Known, Truth
from policyengine.semantics.readings import choose_operand
from policyengine.syntax.yaml_tree import to_plain
from policyengine.testing.coverage import SIDES, Coverage
from policyengine.testing.days import dating_of, days_of, wanted_days
from policyengine.testing.run import Result
from policyengine.testing.scenarios import Scenario
from policyengine.testing.targets import Target
from policyengine.values.literals import ValueType, instant_text, local_time

_MOST_RECORDS = 1000
_MOST_ACTS = 3
_MOST_CASES = 5
_HOURS = [timedelta(hours=hours) for hours in range(1, 24)]
_DAYS = [timedelta(days=days) for days in range(1, 62)]
_WEEK = [timedelta(days=days, hours=hours) for days in range(1, 7) for hours in range(0, 24, 3)]


class Try(Frozen):
    """A case and an instant that may exercise a target; the scenario says which readings and overlays."""

    result: Result
    scenario: Scenario
    given: Mapping[str, object]
    as_of: int


def given_of(scenario: Scenario) -> dict[str, Any]:
    """Return a copy of the case of a scenario as JSON has it."""
    plain = to_plain(scenario.given)
    assert isinstance(plain, dict)
    return copy.deepcopy(plain)


# ---------- another day: everything in the case moves by whole days


def on_day(result: Result, target: Target, coverage: Coverage) -> Iterator[Try]:
    """Return the case with all its times moved so that the act which tells the day is on the wanted day."""
    decision = result.decision
    assert decision is not None
    dating = dating_of(coverage.book, target, coverage.seasons())
    for now in days_of(decision, dating.act)[:_MOST_ACTS]:
        for wanted in wanted_days(target.about, dating, now):
            yield shifted(result, decision, wanted - now)


def shifted(result: Result, decision: Decision, days_more: int) -> Try:
    """Return the case with all its times moved by whole days."""
    return moved_by(result, decision, timedelta(days=days_more))


def moved_by(result: Result, decision: Decision, step: timedelta) -> Try:
    """Return the case with all its times moved, by the clock of the zone; dates by the whole days of it."""
    given, zone = given_of(result.scenario), decision.judged.rulebook.zone
    for key, value in decision.case.values.items():
        type = decision.judged.rulebook.facts[key[0]].type
        if type is ValueType.INSTANT and isinstance(value, int):
            put(given, decision, key, instant_text(_moved(value, step, decision), zone))
        elif type is ValueType.DATE and isinstance(value, int):
            put(given, decision, key, date.fromordinal(value + step.days).isoformat())
    return Try(result, result.scenario, given, _moved(decision.as_of, step, decision))


def _moved(instant: int, step: timedelta, decision: Decision) -> int:
    """Return a later instant, by the clock of the zone: some days later it is at the same time of day."""
    zone = decision.judged.rulebook.zone
    local = local_time(instant, zone).replace(tzinfo=None) + step
    return int(local.replace(tzinfo=zone).timestamp())


def put(given: dict[str, Any], decision: Decision, key: Key, text: str) -> None:
    """Put a value of a fact into the case, another one perhaps than it gives."""
    level: Any = given
    *steps, last = path_of(decision.judged.rulebook, key)
    for step in steps:
        level = level.setdefault(step, {}) if isinstance(level, dict) else level[step]
    level[last] = text


def take_out(given: dict[str, Any], decision: Decision, key: Key) -> None:
    """Take a fact out of the case."""
    level: Any = given
    *steps, last = path_of(decision.judged.rulebook, key)
    for step in steps:
        if isinstance(level, dict) and step not in level:
            return
        level = level[step]
    level.pop(last, None)


# ---------- another time of day or of the month


def at_other_times(results: list[Result], target: Target) -> Iterator[Try]:
    """Return cases in which the clock runs, with all their times moved, first by as little as may do."""
    steps = [*_HOURS, *_WEEK] if target.about == "cut_off" else _DAYS
    running = [one for one in results if _runs(one, target.name)][:_MOST_CASES]
    for step in steps:
        for result in running:
            assert result.decision is not None
            yield moved_by(result, result.decision, step)


def _runs(result: Result, id: str) -> bool:
    assert result.decision is not None
    clocks = result.decision.findings.deadlines.items()
    return any(name == id and isinstance(one.due, Known) for (name, _), one in clocks)


# ---------- another reading, another overlay


def read_as(result: Result, target: Target) -> Iterator[Try]:
    """Return the case under the reading."""
    scenario = result.scenario
    if scenario.assume.get(target.name) != target.about:
        yield _same(result, replace(scenario, assume={**scenario.assume, target.name: target.about}))


def switched_on(result: Result, target: Target) -> Iterator[Try]:
    """Return the case with the overlay."""
    scenario = result.scenario
    if target.name not in scenario.overlays:
        yield _same(result, replace(scenario, overlays=(*scenario.overlays, target.name)))


def _same(result: Result, scenario: Scenario) -> Try:
    assert result.decision is not None
    return Try(result, scenario, given_of(scenario), result.decision.as_of)


# ---------- another number of records


def with_records(result: Result, target: Target, coverage: Coverage) -> Iterator[Try]:
    """Return the case with as many records that are counted as the side of the edge demands."""
    decision = result.decision
    assert decision is not None
    offset = next(number for number, side in SIDES.items() if side == target.side)
    for leaf, _, distance in coverage.distances(decision, target):
        if isinstance(leaf, Count):
            yield from _counted(result, decision, leaf, offset - distance)


# ---------- another time


def at_times(result: Result, target: Target, coverage: Coverage) -> Iterator[Try]:
    """Return the case with one time of a window moved to the side of the edge that is wanted."""
    decision = result.decision
    assert decision is not None
    offset = next(number for number, side in SIDES.items() if side == target.side)
    for leaf, record, distance in coverage.distances(decision, target):
        if isinstance(leaf, Window):
            # What is later moves with the distance, what is earlier against it: the length ends with it.
            for time, move in ((leaf.ends, offset - distance), (leaf.starts, distance - offset)):
                yield from _at_time(result, decision, time, record, move)


def _at_time(
    result: Result, decision: Decision, time: Operand, record: int | None, move: int
) -> Iterator[Try]:
    chosen = choose_operand(time, decision.judged.readings)
    given, zone = given_of(result.scenario), decision.judged.rulebook.zone
    if not isinstance(chosen, Ref) or chosen.this:
        return
    if chosen.kind == "now":
        yield Try(result, result.scenario, given, decision.as_of + move)
        return
    key = (chosen.name, record if chosen.listed else None)
    value = decision.case.values.get(key)
    if not isinstance(value, int):
        return
    if chosen.type is ValueType.DATE:
        put(given, decision, key, date.fromordinal(value + move).isoformat())
        yield Try(result, result.scenario, given, decision.as_of)
    else:
        put(given, decision, key, instant_text(value + move, zone))
        yield Try(result, result.scenario, given, max(decision.as_of, value + move))


def _counted(result: Result, decision: Decision, leaf: Count, change: int) -> Iterator[Try]:
    if asks_this(leaf):
        return  # another record is another one for whose sake it is asked
    seen = decision.findings.records[leaf.listed] or ()
    matches = decision.explanation.explainer.lowered(leaf.where)
    counted = [one for one in seen if matches(decision.explanation, one)[0] is Truth.TRUE]
    if not counted or abs(change) > _MOST_RECORDS:
        return
    given = given_of(result.scenario)
    records: Any = given
    for step in leaf.listed.split("."):
        records = records[step]
    records += [copy.deepcopy(records[counted[-1]]) for _ in range(change)]
    for one in sorted(counted[change:] if change < 0 else (), reverse=True):
        del records[one]
    yield Try(result, result.scenario, given, decision.as_of)
