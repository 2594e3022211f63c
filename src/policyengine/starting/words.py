"""The texts of the starter in the languages that it speaks; those of others get them in English."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import TypedDict

from policyengine.diagnostics.i18n import Speech

_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "words.json")


class _Words(TypedDict):
    quotes: dict[str, str]
    case_names: dict[str, str]
    words: dict[str, dict[str, str]]
    names: dict[str, str]


@cache
def _words() -> _Words:
    with open(_FILE, encoding="utf-8") as file:
        words: _Words = json.load(file)
    return words


def spoken(language: str) -> str:
    """Return the language in which the starter speaks to those who asked for one: English if it has none."""
    primary = language.replace("_", "-").partition("-")[0].lower()
    return primary if primary == "zh" or primary in _words()["words"] else "en"


def say_in(language: str, english: str, chinese: str = "") -> str:
    """Return a text of the starter in a language."""
    tongue = spoken(language)
    if tongue == "zh":
        return chinese or Speech("zh").verbatim(english)
    return _words()["words"].get(tongue, {}).get(english, english)


def english_name(text: str) -> str:
    """Return what a name in Chinese says, if it is put together of common words, else nothing."""
    known = _words()["names"]
    rest, found = text.strip(), []
    while rest:
        word = next((rest[:size] for size in range(4, 0, -1) if rest[:size] in known), "")
        if not word:
            return ""
        found.append(known[word])
        rest = rest[len(word) :]
    return "_".join(found)


def quotes() -> dict[str, str]:
    """Return what the starter quotes, in Chinese, with what it quotes in English."""
    return _words()["quotes"]


def case_names() -> dict[str, str]:
    """Return the names of its tests in English, with those in Chinese."""
    return _words()["case_names"]


def starter_title(language: str) -> str:
    """Return the title that the starter has in a language."""
    return say_in(language, "Return rules of a small shop", "小店退货规则")


def party_titles(language: str) -> dict[str, str]:
    """Return the parties of the starter, names with titles in a language."""
    return {"buyer": say_in(language, "buyer", "买家"), "shop": say_in(language, "shop", "店铺")}
