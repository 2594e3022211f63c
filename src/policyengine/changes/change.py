"""What a change is, and the two versions between which it lies."""

from __future__ import annotations

from typing import Literal

from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen
from policyengine.model.rulebook import Rulebook
from policyengine.render.bilingual import Bilingual

Kind = Literal[
    "rulebook",
    "policy",
    "parameter",
    "deadline",
    "amount",
    "rule",
    "table",
    "outcome",
    "fact",
    "list",
    "set",
    "assumption",
    "overlay",
    "clause",
    "report",
]
What = Literal["added", "removed", "changed"]


class Change(Frozen):
    """Something that is new, gone or different; ``details`` say what exactly, in both languages."""

    kind: Kind
    what: What
    id: str
    title: Text
    details: tuple[Text, ...]


class Sides:
    """Two versions of a rulebook; sentences about a version name things as that version does."""

    def __init__(self, old: Rulebook, new: Rulebook) -> None:
        """``old`` came before ``new``."""
        self.old, self.new = old, new
        self.was, self.now = Bilingual(old), Bilingual(new)
        self.both = self.now.both
