"""Names in braces in the texts of rule files, each with its place."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import message
from policyengine.diagnostics.span import Span
from policyengine.model.braces import PLACEHOLDER
from policyengine.reading.parse import nodes
from policyengine.reading.parse.operands import Scope
from policyengine.syntax.yaml_tree import Node, Scalar


def placeholders(node: Node | None, scope: Scope) -> Iterator[tuple[str, Span]]:
    """Return the names in braces of a text in all its languages; a brace that stands alone is a fault."""
    texts = (node,) if isinstance(node, Scalar) else (one.value for one in nodes.entries(node))
    for written in map(nodes.scalar, texts):
        for found in PLACEHOLDER.finditer(written.text):
            place = _place(written, found.start(), found.end())
            if found["lone"]:
                what = message("a brace stands alone")
                help = message(
                    "write it twice if the brace itself is meant; a name stands between `{{` and `}}`"
                )
                scope.fault("wrong-shape", what, place, help)
            elif found["name"] is not None:
                yield found["name"], place


def _place(written: Scalar, start: int, end: int) -> Span:
    """Return the place of a stretch of a text that stands in one line; else that of the text."""
    span = written.span
    if span.end_line != span.line:
        return span
    column = span.column + written.quoted
    return Span(span.file, span.line, column + start, span.line, column + end)
