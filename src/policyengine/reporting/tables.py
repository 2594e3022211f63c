"""Counting cases into the tables of a report, one case at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policyengine.frozen import Frozen
from policyengine.model.report import Report, ReportCount, ReportList, ReportRepeats
from policyengine.model.rulebook import Rulebook
from policyengine.outcome.decision import Decision
from policyengine.reporting.periods import Period
from policyengine.semantics.findings import Absent, Conflict, Known, State, Truth, Unknown
from policyengine.values.literals import Value, comparison_key, local_day

Cell = Value | None
"""A value of a fact; None where there is none."""


class Group(Frozen):
    """One value in a count; a case can also have no value, or one that cannot be told yet."""

    kind: str  # value | missing | undetermined | conflict
    value: Cell


class CountRow(Frozen):
    """How many cases have a value, and how many had it in the period before."""

    group: Group
    now: int
    before: int


class CountTable(Frozen):
    """One count, the most frequent value first."""

    counted: ReportCount
    rows: tuple[CountRow, ...]


class ListTable(Frozen):
    """One list: the name of each case and its columns."""

    listed: ReportList
    rows: tuple[tuple[str, tuple[Group, ...]], ...]


class RepeatTable(Frozen):
    """The values that several cases share, with the names of these cases."""

    repeats: ReportRepeats
    rows: tuple[tuple[Cell, tuple[str, ...]], ...]


class Tally(Frozen):
    """What became of all cases that were read."""

    counted: int
    before: int
    other_period: int
    not_meant: int
    undated: int
    undetermined: int


class ReportResult(Frozen):
    """A report over the cases of one period; ``previous`` is None when it does not compare."""

    book: Rulebook
    report: Report
    period: Period
    previous: Period | None
    as_of: int
    tally: Tally
    counts: tuple[CountTable, ...]
    lists: tuple[ListTable, ...]
    repeats: tuple[RepeatTable, ...]


class Part(Frozen):
    """What has been counted of some cases, to be counted together with that of others."""

    now: Mapping[str, Mapping[Group, int]]
    before: Mapping[str, Mapping[Group, int]]
    lists: Mapping[str, Sequence[tuple[str, tuple[Group, ...]]]]
    repeats: Mapping[str, Mapping[Cell, Sequence[str]]]
    tally: Mapping[str, int]


class Counter:
    """Takes decisions one after the other and keeps only what the tables need."""

    def __init__(self, book: Rulebook, report: Report, period: Period, as_of: int) -> None:
        """``as_of`` (epoch seconds) is when all the cases are judged."""
        self.book = book
        self.report = report
        self.period = period
        self.previous = period.before() if report.compares else None
        self.as_of = as_of
        self._now: dict[str, dict[Group, int]] = {one.id: {} for one in report.counts}
        self._before: dict[str, dict[Group, int]] = {one.id: {} for one in report.counts}
        self._lists: dict[str, list[tuple[str, tuple[Group, ...]]]] = {one.id: [] for one in report.lists}
        self._repeats: dict[str, dict[Cell, list[str]]] = {one.id: {} for one in report.repeats}
        self._tally = dict.fromkeys(Tally.__struct_fields__, 0)

    def take(self, decision: Decision) -> None:
        """Count one case."""
        explanation = decision.explanation
        truth = explanation.leaves(self.report.where, None)[0]
        if truth is Truth.FALSE:
            self._tally["not_meant"] += 1
            return
        dated = explanation.state_of(self.report.dated_by, None)
        if not isinstance(dated, Known) or not isinstance(dated.value, int):
            self._tally["undated"] += 1
            return
        day = local_day(dated.value, self.book.zone)
        if truth is Truth.UNDETERMINED and self.period.holds(day):
            self._tally["undetermined"] += 1
        elif truth is Truth.TRUE and self.period.holds(day):
            self._count(decision)
        elif truth is Truth.TRUE and self.previous is not None and self.previous.holds(day):
            self._tally["before"] += 1
            for one in self.report.counts:
                _add(self._before[one.id], _group(explanation.state_of(one.by, None)))
        else:
            self._tally["other_period"] += 1

    def _count(self, decision: Decision) -> None:
        explanation = decision.explanation
        self._tally["counted"] += 1
        for count in self.report.counts:
            _add(self._now[count.id], _group(explanation.state_of(count.by, None)))
        for listed in self.report.lists:
            # What cannot be told yet is listed: somebody has to look at it.
            if explanation.leaves(listed.where, None)[0] is not Truth.FALSE:
                cells = tuple(_group(explanation.state_of(one, None)) for one in listed.columns)
                self._lists[listed.id].append((decision.case.id, cells))
        for repeats in self.report.repeats:
            group = _group(explanation.state_of(repeats.by, None))
            if group.kind == "value":
                self._repeats[repeats.id].setdefault(group.value, []).append(decision.case.id)

    def part(self) -> Part:
        """Return what has been counted so far."""
        return Part(self._now, self._before, self._lists, self._repeats, self._tally)

    def merge(self, part: Part) -> None:
        """Count what was counted of other cases, which come after those that have been."""
        for counts, more in ((self._now, part.now), (self._before, part.before)):
            for id, groups in more.items():
                for group, number in groups.items():
                    counts[id][group] = counts[id].get(group, 0) + number
        for id, rows in part.lists.items():
            self._lists[id] += rows
        for id, cells in part.repeats.items():
            for cell, names in cells.items():
                self._repeats[id].setdefault(cell, []).extend(names)
        for name, number in part.tally.items():
            self._tally[name] += number

    def result(self) -> ReportResult:
        """Return the tables."""
        return ReportResult(
            book=self.book,
            report=self.report,
            period=self.period,
            previous=self.previous,
            as_of=self.as_of,
            tally=Tally(**self._tally),
            counts=tuple(
                CountTable(one, _rows(self._now[one.id], self._before[one.id])) for one in self.report.counts
            ),
            lists=tuple(ListTable(one, tuple(self._lists[one.id])) for one in self.report.lists),
            repeats=tuple(
                RepeatTable(one, _repeated(self._repeats[one.id], one.at_least))
                for one in self.report.repeats
            ),
        )


def _add(groups: dict[Group, int], group: Group) -> None:
    groups[group] = groups.get(group, 0) + 1


def _group(state: State) -> Group:
    match state:
        case Known(value):
            return Group("value", value)
        case Absent():
            return Group("missing", None)
        case Conflict():
            return Group("conflict", None)
        case Unknown():
            return Group("undetermined", None)


def _rows(now: Mapping[Group, int], before: Mapping[Group, int]) -> tuple[CountRow, ...]:
    rows = [CountRow(group, now.get(group, 0), before.get(group, 0)) for group in {**now, **before}]
    return tuple(
        sorted(
            rows, key=lambda row: (-row.now, -row.before, row.group.kind != "value", _key(row.group.value))
        )
    )


def _repeated(found: Mapping[Cell, list[str]], least: int) -> tuple[tuple[Cell, tuple[str, ...]], ...]:
    rows = [(value, tuple(names)) for value, names in found.items() if len(names) >= least]
    return tuple(sorted(rows, key=lambda row: (-len(row[1]), _key(row[0]))))


def _key(value: Cell) -> tuple[bool, int, str]:
    key = 0 if value is None else comparison_key(value)
    return isinstance(key, str), key if isinstance(key, int) else 0, key if isinstance(key, str) else ""
