"""The program's own sentences in the reader's language, from gettext catalogues; English is the source."""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from policyengine.diagnostics.diagnostic import CALLED, Argument, Called, Listing, Message, fill

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

DOMAIN = "policyengine"
DIRECTORY = os.path.join(os.path.dirname(os.path.dirname(__file__)), "locale")


def spoken(tag: str) -> Language:
    """Return the language in which the program speaks to readers of a language, by its BCP 47 tag."""
    return "zh" if tag.partition("-")[0].lower() == "zh" else "en"


class Speech:
    """Says the program's sentences in one language."""

    def __init__(self, language: Language) -> None:
        """``language`` is ``zh`` or ``en``."""
        self.language = language
        self._catalogue = _catalogue(language)

    def __call__(self, template: str, /, **arguments: object) -> str:
        """Return the sentence of an English template, its ``{name}`` places filled."""
        return fill(self._catalogue.gettext(template), arguments)

    def verbatim(self, text: str) -> str:
        """Return the sentence of an English text that has no places to fill, whatever braces it has."""
        return self._catalogue.gettext(text)

    def message(self, message: Message) -> str:
        """Return a message in this language."""
        return self(message.template, **{name: self._argument(value) for name, value in message.arguments})

    def _argument(self, value: Argument) -> str:
        if isinstance(value, Message):
            return self.message(value)
        if isinstance(value, Listing):
            return self(", ").join(self._called(one) for one in value.words)
        return self._called(value)

    def _called(self, value: object) -> str:
        if not isinstance(value, Called):
            return str(value)
        title = value.title_in(self.language)
        return self(CALLED if title else "`{name}`", title=title, name=value.name)


@lru_cache(maxsize=4)
def _catalogue(language: Language) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, DIRECTORY, [language], fallback=False)


def language_of_environment(environment: Mapping[str, str]) -> Language:
    """Return the language that the environment of a process asks for; English if it names neither."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
