"""Texts that the rules carry, in the languages of the rulebook."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """One text in Chinese and English. A rulebook in one language leaves the other empty."""

    zh: str = ""
    en: str = ""

    def in_language(self, language: str) -> str:
        """Return the text in ``zh`` or ``en``, or in the other language when that one is not written."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)

    @property
    def joined(self) -> str:
        """The text in both languages, one after the other."""
        return " / ".join(part for part in self if part)
