"""``source``: which clause of which document says it."""

from __future__ import annotations

from typing import NamedTuple

from policyengine.diagnostics import message
from policyengine.document import Node
from policyengine.parse import nodes
from policyengine.parse.names import did_you_mean, one_of
from policyengine.parse.operands import Scope
from policyengine.rulebook import Document, Source


class Sources(NamedTuple):
    """The documents that a source can name; a source that names none means the only one."""

    documents: tuple[Document, ...]

    def parse(self, node: Node | None, scope: Scope) -> Source | None:
        """Return a source, or None for nothing or after a fault."""
        if node is None:
            return None
        source = nodes.mapping(node)
        known = [document.id for document in self.documents]
        written = source.get("document")
        if written is None and len(known) != 1:
            what = message("the source does not say which document it is in")
            scope.fault("unknown-document", what, node.span, one_of(known) if known else _DECLARE)
            return None
        document = known[0] if written is None else nodes.text(written)
        if document not in known and written is not None:
            what = message("there is no document `{name}`", name=document)
            scope.fault("unknown-document", what, written.span, did_you_mean(document, known) or _DECLARE)
            return None
        return Source(
            document=document,
            section=nodes.text(source.get("section")),
            quote=nodes.text(source.get("quote")),
            clauses=tuple(one.text for one in nodes.names(source.get("clauses"))),
            span=node.span,
        )


_DECLARE = message("declare it under `documents` in rulebook.yaml")
