"""Names of the rule language made from what people write, and texts as YAML scalars."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from policyengine.starting.words import english_name

_CONDITIONS = "all any not any_of count_of first last next previous known happened none this other earlier"
_VALUES = "otherwise total_of least_of greatest_of position_of share_of only as_of case"
RESERVED = frozenset(f"{_CONDITIONS} {_VALUES}".split())
"""Words of the rule language, and what a case says of itself: no name of a fact."""

_LONGEST = 60
_LETTERS = str.maketrans(
    {"ß": "ss", "ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l"}
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
# A plain scalar that neither YAML nor a reader could take for anything else.
_PLAIN = re.compile(r"[^\W_](?:[^\n\[\]{},:#'\"`\\]*[^\s\[\]{},:#'\"`\\])?")


def slug(text: str) -> str:
    """Return a name (small letters, digits, ``_``) for what somebody wrote; empty if no letter can be kept.

    Accents fall away; letters of other scripts do, too, unless they are common words.
    """
    text = english_name(text) or text
    spelled = unicodedata.normalize("NFC", _HUMP.sub("_", text)).lower().translate(_LETTERS)
    plain = "".join(one for one in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(one))
    name = _NOT_LETTERS.sub("_", plain).strip("_")[:_LONGEST].rstrip("_")
    return f"n_{name}" if name[:1].isdigit() else name


def free_name(wanted: str, taken: Collection[str]) -> str:
    """Return a name that is no word of the language and not taken: with a second word, or a number."""
    name = f"{wanted}_value" if wanted in RESERVED else wanted
    number = 2
    found = name
    while found in taken:
        found = f"{name}_{number}"
        number += 1
    return found


def one_line(text: str) -> str:
    """Return a text without what cannot be shown: for titles, and for comments."""
    shown = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(shown.split())


def scalar(text: str) -> str:
    """Return a printable text as a scalar of YAML, in quotes where it needs them; inside braces, too."""
    if _PLAIN.fullmatch(text):
        return text
    if '"' in text and "'" not in text:
        return f"'{text}'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
