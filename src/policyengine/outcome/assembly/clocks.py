"""How deadlines stand, and the amounts, step by step."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.frozen import replace
from policyengine.model.case import Key
from policyengine.model.rulebook import Deadline
from policyengine.outcome.assembly.ways import Ways
from policyengine.outcome.parts import AmountView, ClockView, by_start
from policyengine.outcome.refine.target import Target
from policyengine.outcome.support import Support
from policyengine.semantics.deadlines import give_up
from policyengine.semantics.findings import Absent, Truth, Unknown


class Clocks:
    """The deadlines of one case, each put together once."""

    def __init__(self, ways: Ways) -> None:
        """``ways`` are the findings, explained."""
        self.ways = ways
        self.book = ways.book
        self.findings = ways.findings
        self.explanation = ways.explanation
        self._made: dict[Key, ClockView | None] = {}

    def all(self) -> Iterator[ClockView]:
        """Return the deadlines that exist or may exist, the earliest start first."""
        views = []
        explainer = self.explanation.explainer
        names = explainer.single_clocks
        present = frozenset([names[place] for place, _ in self.findings.present(names, None)])
        for deadline in self.book.deadlines.values():
            if deadline.listed is None and f"{deadline.id}.status" not in present:
                continue
            for record in self.ways.records(deadline.listed):
                view = self.of(deadline, record)
                if view is not None:
                    views.append(view)
        yield from sorted(views, key=by_start)

    def of(self, deadline: Deadline, record: int | None) -> ClockView | None:
        """Return how one deadline stands, found out once; None if it does not exist in any way."""
        key = (deadline.id, record)
        if key not in self._made:
            self._made[key] = self._clock(deadline, record)
        return self._made[key]

    def _clock(self, deadline: Deadline, record: int | None) -> ClockView | None:
        key = (f"{deadline.id}.status", record)
        if isinstance(self.findings.states[key], Absent):
            return None  # it does not exist, or there is no length of time for it
        finding = self.findings.deadlines[deadline.id, record]
        has_length = finding.ends is not None or not isinstance(finding.length, Absent)
        if finding.exists is Truth.FALSE or not has_length:
            return None
        support = self.explanation.support(*key)
        provisional = finding.provisional or self.explanation.is_provisional(support)
        refined = self.ways.refined(Target("state", key)) if isinstance(finding.status, Unknown) else None
        if refined is not None:
            if isinstance(refined.state, Absent):
                return None  # in no way does it exist
            finding = replace(finding, status=refined.state)
            explained = [*self.ways.leaves(refined)]
            support = self.ways.united([support, *(one.support(*key) for one in explained)])
            found = (one.findings.deadlines[deadline.id, record] for one in explained)
            provisional = provisional or any(one.provisional for one in found)
            provisional = provisional or any(one.is_provisional(one.support(*key)) for one in explained)
            provisional = provisional or self._is_provisional(support)
        ends = [self.ways.agreed((end.name, record if end.listed else None)) for end in deadline.owed_until]
        finding = give_up(finding, ends, self.explanation.as_of)
        names = ((f"{deadline.id}.{what}", record) for what in deadline.properties)
        support = support.leaning(self.explanation.leaning_of(*names))
        if refined is not None:
            support = support.leaning(self.ways.leaning_of(key))
        return ClockView(deadline, record, finding, support, provisional)

    def _is_provisional(self, support: Support) -> bool:
        """Tell whether a clock that matters in some way is provisional in the case as it is."""
        provisional = self.findings.provisional
        return bool(provisional) and not provisional.isdisjoint(support.deadlines)


def amounts(ways: Ways) -> Iterator[AmountView]:
    """Return the amounts that exist or may exist, by name."""
    findings = ways.findings
    for amount in ways.book.amounts.values():
        for record in ways.records(amount.listed):
            if not isinstance(findings.states[amount.id, record], Absent):
                yield AmountView(amount, record, findings.amounts[amount.id, record])
