"""What a report of the rulebook counts, groups and lists, as its YAML file says."""

from __future__ import annotations

from typing import Literal

from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.frozen import Placed
from policyengine.model.clauses import Source
from policyengine.model.conditions import Condition, Operand, Ref

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class ReportCount(Placed):
    """How many cases there are for each value of a fact; ``missing`` is what cases without one are called."""

    id: str
    title: Text
    by: Ref
    missing: Text
    span: Span


class ReportList(Placed):
    """The cases for which a condition holds, with some of their facts."""

    id: str
    title: Text
    where: Condition
    columns: tuple[Ref, ...]
    span: Span


class ReportRepeats(Placed):
    """The values of a fact that several cases share, ``at_least`` so many."""

    id: str
    title: Text
    by: Ref
    at_least: int
    span: Span


class Report(Placed):
    """A report over many cases of one period.

    ``dated_by`` puts a case into its period; ``where`` says which cases count; ``week_starts`` is the first
    day of a week; ``compares`` tells whether the period before is counted too.
    """

    id: str
    title: Text
    source: Source | None
    dated_by: Operand
    week_starts: Weekday
    where: Condition
    counts: tuple[ReportCount, ...]
    lists: tuple[ReportList, ...]
    repeats: tuple[ReportRepeats, ...]
    compares: bool
    span: Span
