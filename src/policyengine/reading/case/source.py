"""Where the parts of a case stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from policyengine.diagnostics.span import Span
from policyengine.syntax.keys import Path

if TYPE_CHECKING:
    from policyengine.syntax.yaml_tree import MappingNode


class Source:
    """Where the parts of a case stand: found by reading the text again, only for faults.

    ``is_yaml`` tells in which of the two somebody wrote it, and is to be told what to write.
    """

    is_yaml = False

    def __init__(self, text: str, file: str, first_line: int) -> None:
        """The text begins at a line of the file; without a text, the file is the place of everything."""
        self.text = text
        self.file = file
        self.first_line = first_line
        self.settings: list[tuple[Path, str]] = []

    def places(self, wanted: Sequence[tuple[Path, bool]]) -> list[Span]:
        """Return where values, or their keys, stand; the text is read once for all of them."""
        options = [self._setting(path) for path, _ in wanted]
        if not self.text:
            return [Span(words or self.file) for words in options]
        in_text = [one for one, words in zip(wanted, options, strict=True) if not words]
        from policyengine.syntax.json_places import locate  # not needed where nothing is wrong

        before = self.first_line - 1
        found = iter(
            Span(self.file, line + before, column, end_line + before, end_column)
            for line, column, end_line, end_column in locate(self.text, in_text)
        )
        return [Span(words) if words else next(found) for words in options]

    def is_set(self, path: Path) -> bool:
        """Tell whether an option gave a value."""
        return bool(self._setting(path))

    def _setting(self, path: Path) -> str:
        """Return the words of the option that gave a value; of several, the last counts."""
        for steps, words in reversed(self.settings):
            if path[: len(steps)] == steps:
                return words
        return ""


class PlacedSource(Source):
    """A case that is a row of a table: all of it stands in one place."""

    def __init__(self, file: str, line: int) -> None:
        """``line`` is that of the file, or the number of the row, from 1."""
        super().__init__("", file, line)
        self.span = Span(file, line, 1, line, 2)

    def places(self, wanted: Sequence[tuple[Path, bool]]) -> list[Span]:
        """Return where values stand."""
        return [self.span for _ in wanted]


class TreeSource(Source):
    """Where the parts of a case stand that is written in YAML."""

    is_yaml = True

    def __init__(self, tree: MappingNode) -> None:
        """``tree`` is the whole case."""
        super().__init__("", tree.span.file, 1)
        self.tree = tree

    def places(self, wanted: Sequence[tuple[Path, bool]]) -> list[Span]:
        """Return where values, or their keys, stand."""
        words = [self._setting(path) for path, _ in wanted]
        return [
            Span(option) if option else self._place(path, is_key)
            for option, (path, is_key) in zip(words, wanted, strict=True)
        ]

    def _place(self, path: Path, is_key: bool) -> Span:
        from policyengine.syntax.yaml_tree import node_at

        node, key = node_at(self.tree, path)
        return key if is_key else node.span
