"""What is wrong with a YAML file, until nobody reads on."""

from __future__ import annotations

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error
from policyengine.diagnostics.span import Span
from policyengine.syntax.yaml_tree import Node

MAX_FAULTS = 200
"""No more are told of one file."""


class ReadingEnds(Exception):
    """A fault after which reading on makes no sense; it is already among the diagnostics."""

    def __init__(self, root: Node | None = None) -> None:
        """``root`` is the tree, where what was read is sound."""
        super().__init__()
        self.root = root


class Faults:
    """The faults of one file."""

    def __init__(self, file: str) -> None:
        """``file`` is what places name."""
        self.file = file
        self.found: list[Diagnostic] = []

    def error(self, code: str, what: Message, span: Span, help: Message) -> None:
        """Note an error; raises ReadingEnds when there are too many."""
        self.found.append(error(code, what, span, help))
        if len(self.found) >= MAX_FAULTS:  # nobody reads on
            raise ReadingEnds


def shortened(text: str) -> str:
    """Return a text fit for a sentence: its beginning."""
    return text if len(text) <= 60 else text[:60] + "…"
