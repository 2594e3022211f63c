"""The words that say that an event has happened: a text with names of facts in braces."""

from __future__ import annotations

import re
from collections.abc import Mapping

from policyengine.diagnostics.text import Text

_NAME = re.compile(r"\{\s*([^{}]*?)\s*\}")


def names_in(words: Text) -> tuple[str, ...]:
    """Return the names in braces, each once, in the order in which they stand."""
    return tuple(dict.fromkeys(name for _, text in words.words for name in _NAME.findall(text)))


def with_names(words: Text, said: Mapping[str, str]) -> Text:
    """Return the words in which each name in braces is what is said of it."""
    return Text(tuple((tag, filled(text, said)) for tag, text in words.words), words.is_plain)


def filled(text: str, said: Mapping[str, str]) -> str:
    """Return a text in which each name in braces is what is said of it."""
    return _NAME.sub(lambda found: said[found[1]], text)
