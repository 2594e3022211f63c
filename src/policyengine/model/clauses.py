"""The clauses of the source documents: what each says, and whether it is a rule at all."""

from __future__ import annotations

from typing import Literal

from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.frozen import Placed

ClauseStatus = Literal["rule", "partly", "not_a_rule", "heading_only", "truncated", "noise"]


class Source(Placed):
    """Where a policy sentence comes from: document id, section, verbatim quote, clause ids with places."""

    BESIDE = ("span", "clause_spans")

    document: str
    section: str
    quote: str
    clauses: tuple[str, ...]
    clause_spans: tuple[Span, ...]
    span: Span


IMPLEMENTED: tuple[ClauseStatus, ...] = ("rule", "partly")
"""The statuses of clauses that rules implement, as a whole or in part."""


class Clause(Placed):
    """One clause of a document.

    ``why`` says what is left out of one that is implemented ``partly``, or why another one has no rule.
    """

    id: str
    document: str
    section: str
    quote: str
    status: ClauseStatus
    why: Text
    span: Span
