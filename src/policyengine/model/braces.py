"""Texts of a rulebook in which names stand in braces; a brace that is meant itself is written twice."""

from __future__ import annotations

import re
from collections.abc import Mapping

from policyengine.diagnostics.text import Text

PLACEHOLDER = re.compile(r"\{\{|\}\}|\{\s*(?P<name>[^{}]*?)\s*\}|(?P<lone>[{}])")
"""A name in braces, a brace that is doubled to stand for itself, or one that is alone by mistake."""


def names_in(words: Text) -> tuple[str, ...]:
    """Return the names in braces, each once, in the order in which they stand."""
    found = (one["name"] for _, text in words.words for one in PLACEHOLDER.finditer(text))
    return tuple(dict.fromkeys(name for name in found if name is not None))


def with_names(words: Text, names: Mapping[str, str]) -> Text:
    """Return the words in which each thing in braces goes by another name."""

    def renamed(found: re.Match[str]) -> str:
        return found[0] if found["name"] is None else f"{{{names[found['name']]}}}"

    return Text(tuple((tag, PLACEHOLDER.sub(renamed, text)) for tag, text in words.words), words.is_plain)


def filled(text: str, said: Mapping[str, str]) -> str:
    """Return a text in which each name in braces is what is said of it."""

    def put(found: re.Match[str]) -> str:
        return found[0][:1] if found["name"] is None else said[found["name"]]

    return PLACEHOLDER.sub(put, text)
