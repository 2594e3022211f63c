"""clauses.yaml: every clause of a source document, and why something of it has no rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from policyengine.diagnostics.diagnostic import message
from policyengine.model.clauses import Clause, ClauseStatus
from policyengine.reading.parse import nodes
from policyengine.reading.parse.operands import Scope
from policyengine.reading.parse.sources import Sources
from policyengine.syntax.yaml_tree import Entry, MappingNode


def parse_clauses(node: MappingNode | None, sources: Sources, scope: Scope) -> Mapping[str, Clause]:
    """Return the clauses of the file in their order; no file has none."""
    if node is None:
        return {}
    document = sources.document(node.get("document"), node.span, scope)
    return {
        entry.key.text: _clause(entry, document or "", scope) for entry in nodes.entries(node.get("clauses"))
    }


def _clause(entry: Entry, document: str, scope: Scope) -> Clause:
    node = nodes.mapping(entry.value)
    status = cast(ClauseStatus, nodes.text(node.get("status"), "rule"))
    why = nodes.title(node.get("why"))
    if status != "rule" and not why:
        what = message("`{name}` does not say why it has no rule", name=entry.key.text)
        if status == "partly":
            what = message("`{name}` does not say what is left out of it", name=entry.key.text)
        scope.fault("missing-key", what, entry.key.span, message("add `why: {{zh: …, en: …}}`"))
    return Clause(
        id=entry.key.text,
        document=document,
        section=nodes.text(node.get("section")),
        quote=nodes.text(node.get("quote")),
        status=status,
        why=why,
        span=entry.key.span,
    )
