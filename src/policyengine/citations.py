"""Who names which clause: everything of a rulebook that has a source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from policyengine.clauses import Source
from policyengine.rulebook import Rulebook
from policyengine.source import Span

CitingKind = Literal["rule", "deadline", "parameter", "amount", "assumption", "report"]


class Citation(NamedTuple):
    """Something of the rulebook with the source that it names."""

    kind: CitingKind
    id: str
    source: Source
    span: Span


def citations(book: Rulebook) -> Iterator[Citation]:
    """Return everything that names a source: rules first, then by kind, each by name."""
    for rule in book.rules.values():
        yield from _citation("rule", rule.id, rule.source, rule.span)
    for deadline in book.deadlines.values():
        yield from _citation("deadline", deadline.id, deadline.source, deadline.span)
    for parameter in book.parameters.values():
        yield from _citation("parameter", parameter.id, parameter.source, parameter.span)
    for amount in book.amounts.values():
        yield from _citation("amount", amount.id, amount.source, amount.span)
    for assumption in book.assumptions.values():
        yield from _citation("assumption", assumption.id, assumption.source, assumption.span)
    for report in book.reports.values():
        yield from _citation("report", report.id, report.source, report.span)


def _citation(kind: CitingKind, id: str, source: Source | None, span: Span) -> Iterator[Citation]:
    if source is not None:
        yield Citation(kind, id, source, span)
