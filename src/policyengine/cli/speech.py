"""The language of the command line: that of the environment, or the one that ``--lang`` names."""

from __future__ import annotations

import gettext
import os
import sys
from collections.abc import Sequence

from policyengine.diagnostics.i18n import (
    DIRECTORY,
    DOMAIN,
    LANGUAGES,
    Language,
    Speech,
    language_of_environment,
)


def _asked(arguments: Sequence[str]) -> str:
    """Return what the last ``--lang`` names; click reads it too late: help texts are made on import."""
    asked = ""
    for number, word in enumerate(arguments):
        if word == "--":
            break
        if word == "--lang" and number + 1 < len(arguments):
            asked = arguments[number + 1]
        elif word.startswith("--lang="):
            asked = word.partition("=")[2]
    return asked


def _language() -> Language:
    asked = _asked(sys.argv[1:])
    return next((one for one in LANGUAGES if one == asked), language_of_environment(os.environ))


def _teach_click(language: Language) -> None:
    """Let click say its own sentences in this language: it asks the process-wide gettext domain."""
    gettext.bindtextdomain(DOMAIN, DIRECTORY)
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = language


say = Speech(_language())
_teach_click(say.language)
