"""Reading a document whose shape its schema has checked: a wrong shape here is a bug of ours."""

from __future__ import annotations

from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node, Scalar, SequenceNode


class ShapeUnchecked(Exception):
    """A document reached a parser without having passed its schema."""


def present(node: Node | None) -> Node:
    """Return a node that its schema requires."""
    if node is None:
        raise ShapeUnchecked("a required key is missing")
    return node


def mapping(node: Node | None) -> MappingNode:
    """Return the node as a mapping; nothing is an empty one."""
    if node is None:
        return MappingNode((), Span(""))
    if not isinstance(node, MappingNode):
        raise ShapeUnchecked(f"{node.span}: a mapping was expected")
    return node


def entries(node: Node | None) -> tuple[Entry, ...]:
    """Return the entries of a mapping; nothing has none."""
    return mapping(node).entries


def scalar(node: Node | None) -> Scalar:
    """Return the node as a single value."""
    if not isinstance(node, Scalar):
        raise ShapeUnchecked(f"{node.span if node else ''}: a single value was expected")
    return node


def text(node: Node | None, default: str = "") -> str:
    """Return the text of a single value, or the default for nothing."""
    return default if node is None else scalar(node).text


def items(node: Node | None) -> tuple[Node, ...]:
    """Return the items of a list; a single node is a list of itself, nothing is an empty one."""
    if node is None:
        return ()
    return node.items if isinstance(node, SequenceNode) else (node,)


def names(node: Node | None) -> tuple[Scalar, ...]:
    """Return the single values of a list."""
    return tuple(scalar(item) for item in items(node))


def title(node: Node | None) -> Text:
    """Return a text in the languages it is written in."""
    written = mapping(node)
    return Text(text(written.get("zh")), text(written.get("en")))


def title_texts(node: Node | None) -> tuple[str, ...]:
    """Return a title in every language in which it is written."""
    if isinstance(node, Scalar):
        return (node.text,)
    return tuple(text(entry.value) for entry in entries(node))
