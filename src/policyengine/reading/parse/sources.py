"""``source``: which clause of which document says it."""

from __future__ import annotations

from policyengine.diagnostics.diagnostic import Sample, message
from policyengine.diagnostics.did_you_mean import did_you_mean, one_of
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen
from policyengine.model.clauses import Source
from policyengine.model.rulebook import Document
from policyengine.reading.parse import nodes
from policyengine.reading.parse.operands import Scope
from policyengine.syntax.yaml_tree import Node


class Sources(Frozen):
    """The documents that a source can name; a source that names none means the only one."""

    documents: tuple[Document, ...]

    def parse(self, node: Node | None, scope: Scope) -> Source | None:
        """Return a source, or None for nothing or after a fault."""
        if node is None:
            return None
        source = nodes.mapping(node)
        document = self.document(source.get("document"), node.span, scope)
        if document is None:
            return None
        clauses = nodes.names(source.get("clauses"))
        return Source(
            document=document,
            section=nodes.text(source.get("section")),
            quote=nodes.text(source.get("quote")),
            clauses=tuple(one.text for one in clauses),
            clause_spans=tuple(one.span for one in clauses),
            span=node.span,
        )

    def document(self, written: Node | None, span: Span, scope: Scope) -> str | None:
        """Return the document that is named, or the only one for no name; None after a fault."""
        known = [document.id for document in self.documents]
        if written is None:
            if len(known) == 1:
                return known[0]
            what = message("the source does not say which document it is in")
            scope.fault("unknown-document", what, span, one_of(known) if known else _NONE_YET)
            return None
        name = nodes.scalar(written)
        if name.text in known:
            return name.text
        what = message("there is no document `{name}`", name=name.text)
        scope.fault("unknown-document", what, name.span, did_you_mean(name.text, known) or _DECLARE)
        return None


_NONE_YET = message(
    "declare the document in rulebook.yaml, for example `{example}`",
    example=Sample("documents: {terms: {title: {zh: 服务条款, en: Terms}}}"),
)
_DECLARE = message("declare it under `documents` in rulebook.yaml")
