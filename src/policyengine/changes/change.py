"""What a change is, and the two versions between which it lies."""

from __future__ import annotations

from typing import Literal

from policyengine.diagnostics.diagnostic import marked
from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen
from policyengine.model.rulebook import Rulebook
from policyengine.render.bilingual import Bilingual
from policyengine.render.statements import Statements

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
    "letter",
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

    def renamed(self, template: str, old: Text, new: Text, **arguments: object) -> Text:
        """Return a sentence about a text that has changed, by ``old`` and ``new``.

        Whoever reads in a language in which it is as before is told the languages in which it is not.
        """
        words = {tag: (old.get(tag), new.get(tag)) for tag, _ in (*new.words, *old.words)}
        changed = {tag: pair for tag, pair in words.items() if pair[0] != pair[1]}

        def sentence(voice: Statements) -> str:
            shown = voice.naming.text(new)
            was, now = next((pair for pair in words.values() if pair[1] == shown), ("", ""))
            if not (was and now) or was == now:
                was, now = (
                    voice.say(", ").join(f"{tag}: {pair[side] or _NOTHING}" for tag, pair in changed.items())
                    for side in (0, 1)
                )
            return voice.say(template, old=was, new=now, **arguments)

        return self.now.stated(sentence)


_NOTHING = "–"
RETITLED = marked("title: {old} → {new}")
