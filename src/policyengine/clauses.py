"""The clauses of the source documents: what each says, and whether it is a rule at all."""

from __future__ import annotations

from typing import Literal, NamedTuple

from policyengine.source import Span
from policyengine.words import Text

ClauseStatus = Literal["rule", "not_a_rule", "heading_only", "truncated", "noise"]


class Source(NamedTuple):
    """Where a policy sentence comes from: document id, section, verbatim quote, clause ids with places."""

    document: str
    section: str
    quote: str
    clauses: tuple[str, ...]
    clause_spans: tuple[Span, ...]
    span: Span


class Clause(NamedTuple):
    """One clause of a document. ``why`` says why it has no rule, where its status is not ``rule``."""

    id: str
    document: str
    section: str
    quote: str
    status: ClauseStatus
    why: Text
    span: Span
