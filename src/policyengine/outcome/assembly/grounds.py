"""On what a decision leans beside the rules: the readings chosen, and what it took for granted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from policyengine.model.rulebook import Default
from policyengine.outcome.assembly.ways import Ways
from policyengine.outcome.parts import Chosen, ClockView, NextStep, Outcome, Taken
from policyengine.outcome.support import Support


def supports_of(
    outcomes: Iterable[Outcome], clocks: Iterable[ClockView], steps: Iterable[Support]
) -> tuple[Support, ...]:
    """Return what everything that is told rests on; ``steps`` are the supports of next steps."""
    told = (one.support for one in outcomes if one.status != "not_applicable")
    return *told, *steps, *(one.support for one in clocks if one.is_set)


def assumptions(ways: Ways, supports: Iterable[Support], steps: Sequence[NextStep]) -> Iterator[Chosen]:
    """Return the readings that something told leans on, and those that were chosen against the default."""
    chosen, known = ways.explanation.readings, ways.book.assumptions
    used = {step.assumption for step in steps} - {""}
    used |= {id for id, one in known.items() if chosen[id] != one.default}
    used |= Support.union(supports).assumptions
    for id in sorted(used):
        yield Chosen(id, chosen[id], chosen[id] == known[id].default)


def defaults(ways: Ways, supports: Iterable[Support]) -> Iterator[Taken]:
    """Return what the case does not say and something told took for granted, by name."""
    book, case = ways.book, ways.explanation.case
    keys = Support.union(supports).facts
    for path, record in sorted(keys, key=lambda key: (key[0], -1 if key[1] is None else key[1])):
        if listed := book.lists.get(path):
            if path not in case.records and listed.empty_if_missing:
                yield Taken(listed, None, None)
            continue
        fact = book.facts.get(path)
        if fact is None or (path, record) in case.values:
            continue
        missing = fact.when_missing(ways.explanation.readings)
        if missing is not None:
            yield Taken(fact, record, missing.value if isinstance(missing, Default) else None)
