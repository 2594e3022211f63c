"""Reading a document whose shape its schema has checked: a wrong shape here is a bug of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node, Scalar, SequenceNode
from policyengine.values.languages import language_of


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


# The languages of the rulebook that is being read: every title is read in their order.
_languages: ContextVar[tuple[str, ...]] = ContextVar("languages", default=())


@contextmanager
def speaking(languages: tuple[str, ...]) -> Iterator[None]:
    """Read titles as those of a rulebook in these languages."""
    before = _languages.set(languages)
    try:
        yield
    finally:
        _languages.reset(before)


def title(node: Node | None) -> Text:
    """Return a text in the languages it is written in, those of the rulebook first and in their order.

    A plain string is in the only language of the rulebook; of several, in the one of its script.
    """
    known = _languages.get()
    if isinstance(node, Scalar):
        tag = language_of(node.text, known) if known else ""
        return Text(((tag, node.text),), is_plain=True) if node.text else Text()
    said = {
        entry.key.text: entry.value.text
        for entry in mapping(node).entries
        if isinstance(entry.value, Scalar) and entry.value.text and entry.key.text != "members"
    }
    return Text(tuple((tag, said[tag]) for tag in dict.fromkeys((*known, *said)) if tag in said))


def title_texts(node: Node | None) -> tuple[str, ...]:
    """Return a title in every language in which it is written."""
    if isinstance(node, Scalar):
        return (node.text,)
    return tuple(text(entry.value) for entry in entries(node))
