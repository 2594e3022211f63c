"""Who names which clause: everything of a rulebook that has a source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen
from policyengine.model.clauses import Source
from policyengine.model.rulebook import Rulebook

CitingKind = Literal["rule", "table", "deadline", "parameter", "amount", "assumption", "report"]


class Citing(Frozen):
    """Something of the rulebook that can name a source."""

    kind: CitingKind
    id: str
    title: Text
    source: Source | None
    span: Span


class Citation(Frozen):
    """Something of the rulebook with the source that it names."""

    kind: CitingKind
    id: str
    title: Text
    source: Source
    span: Span


def citing(book: Rulebook) -> Iterator[Citing]:
    """Return everything that can name a source: rules first, then by kind, each by name."""
    for rule in book.written_rules:
        yield Citing("rule", rule.id, rule.title, rule.source, rule.span)
    for table in book.tables.values():
        yield Citing("table", table.id, table.title, table.source, table.span)
    for deadline in book.deadlines.values():
        yield Citing("deadline", deadline.id, deadline.title, deadline.source, deadline.span)
    for parameter in book.parameters.values():
        yield Citing("parameter", parameter.id, parameter.title, parameter.source, parameter.span)
    for amount in book.amounts.values():
        yield Citing("amount", amount.id, amount.title, amount.source, amount.span)
    for assumption in book.assumptions.values():
        yield Citing("assumption", assumption.id, assumption.title, assumption.source, assumption.span)
    for report in book.reports.values():
        yield Citing("report", report.id, report.title, report.source, report.span)


def citations(book: Rulebook) -> Iterator[Citation]:
    """Return everything that names a source, in the same order."""
    for one in citing(book):
        if one.source is not None:
            yield Citation(one.kind, one.id, one.title, one.source, one.span)
