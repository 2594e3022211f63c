"""YAML texts as trees of nodes that know their place and keep every scalar as it was written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from policyengine.diagnostics.span import Span
from policyengine.frozen import Placed

BLANK = ("", "~", "null")
"""What a value is written as, without quotes, that is none."""


class Scalar(Placed):
    """One text as written; ``quoted`` unless it is plain. A missing value is an empty plain scalar."""

    text: str
    span: Span
    quoted: bool


class Entry(Placed):
    """One key of a mapping with its value."""

    key: Scalar
    value: Node


class MappingNode(Placed):
    """Keys with values in written order; of duplicate keys only the first is kept."""

    entries: tuple[Entry, ...]
    span: Span

    def get(self, key: str) -> Node | None:
        """Return the value of a key, or None if there is no such key."""
        return next((entry.value for entry in self.entries if entry.key.text == key), None)

    def keys(self) -> tuple[str, ...]:
        """Return the texts of the keys in written order."""
        return tuple(entry.key.text for entry in self.entries)


class SequenceNode(Placed):
    """Items in written order."""

    items: tuple[Node, ...]
    span: Span


Node: TypeAlias = Scalar | MappingNode | SequenceNode


def to_plain(node: Node) -> object:
    """Return the tree as dictionaries, lists and strings, for a JSON Schema check."""
    # Recursion is safe: no tree is deeper than MAX_DEPTH.
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, SequenceNode):
        return [to_plain(item) for item in node.items]
    return {entry.key.text: to_plain(entry.value) for entry in node.entries}


def without_blanks(node: MappingNode) -> MappingNode:
    """Return a mapping without the keys behind which nothing stands, at any depth."""
    return MappingNode(tuple(_filled(node)), node.span)


def _filled(node: MappingNode) -> Iterator[Entry]:
    for entry in node.entries:
        value = entry.value
        if not (isinstance(value, Scalar) and not value.quoted and value.text in BLANK):
            yield Entry(entry.key, _inner_filled(value))


def _inner_filled(node: Node) -> Node:
    # Recursion is safe: no tree is deeper than MAX_DEPTH.
    if isinstance(node, MappingNode):
        return without_blanks(node)
    if isinstance(node, SequenceNode):
        return SequenceNode(tuple(map(_inner_filled, node.items)), node.span)
    return node


def node_at(node: Node, path: Sequence[str | int]) -> tuple[Node, Span]:
    """Return the deepest node on a path that exists and the place to point at: its key, if it has one."""
    span = node.span
    for step in path:
        if isinstance(node, MappingNode):
            entry = next((one for one in node.entries if one.key.text == step), None)
            if entry is None:
                break
            node, span = entry.value, entry.key.span
        elif isinstance(node, SequenceNode) and isinstance(step, int) and 0 <= step < len(node.items):
            node = node.items[step]
            span = node.span
        else:
            break
    return node, span
