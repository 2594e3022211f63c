"""What is told of one file so far, and where its parts stand."""

from __future__ import annotations

from typing import Any

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, message
from policyengine.diagnostics.span import Span
from policyengine.syntax.keys import Path
from policyengine.syntax.schema_parts import Schema, SchemaReader
from policyengine.syntax.shape_faults.fault import label
from policyengine.syntax.yaml_tree import MappingNode, Node, node_at
from policyengine.values.escaping import shorten


class Telling:
    """Collects the diagnostics of one file, and what must not be told a second time."""

    def __init__(self, schema: Schema, root: Node) -> None:
        """``root`` is the tree of the file."""
        self.schema = SchemaReader(schema)
        self.root = root
        self.found: list[Diagnostic] = []
        self.missing: dict[Path, list[tuple[str, Any]]] = {}
        self.misplaced: set[tuple[Path, str]] = set()  # the mapping where a key belongs, and the key
        self.either: dict[Path, list[str]] = {}
        self.displaced: set[Path] = set()  # what belongs below a key without a value, beside which it stands
        self.slipped: set[Path] = set()  # keys that are no names, and so have no value

    def span(self, path: Path) -> Span:
        """Return the place of a value: its key, if it has one."""
        return node_at(self.root, path)[1]

    def value_span(self, path: Path) -> Span:
        """Return the place of a value itself, to point at when it is the word that is wrong."""
        return node_at(self.root, path)[0].span

    def key_span(self, path: Path, key: str) -> Span:
        """Return the place of a key of a mapping."""
        node = node_at(self.root, path)[0]
        assert isinstance(node, MappingNode)
        return next(entry.key.span for entry in node.entries if entry.key.text == key)

    def keys_at(self, path: Path) -> tuple[str, ...]:
        """Return the keys of a mapping as they are written; none for anything else."""
        node = node_at(self.root, path)[0]
        return node.keys() if isinstance(node, MappingNode) else ()

    def error(self, code: str, what: Message, span: Span, help: Message | None = None) -> None:
        """Tell a fault."""
        self.found.append(error(code, what, span, help))

    def no_key(self, path: Path, key: str, help: Message) -> None:
        """Tell of a key that has no business in a mapping."""
        what = message("`{key}` is not a key of this kind of file", key=shorten(key))
        if path:
            what = message("`{key}` is not a key of `{name}`", key=shorten(key), name=label(path))
        self.error("unknown-key", what, self.key_span(path, key), help)
