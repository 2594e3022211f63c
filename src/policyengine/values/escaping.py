"""Text that is shown somewhere: what would garble a terminal or break a document is spelled out."""

from __future__ import annotations

import re

SHOWN_LENGTH = 40
"""So many characters of a text stand in a message."""

# Control characters, direction overrides, lone surrogates and what is no character would garble or break a
# terminal. A pattern with characters from all over Unicode takes a millisecond to compile: `re` does it when
# it is first needed.
_UNPRINTABLE = "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def printable(text: str) -> str:
    """Return a text in which what would garble a terminal is spelled out."""
    # INVARIANT: whatever the pattern finds, `isprintable` refuses.
    return text if text.isprintable() else re.sub(_UNPRINTABLE, _escape, text)


# What a document in XML 1.0 can hold (https://www.w3.org/TR/xml/#charsets); HTML forbids the same and more.
_NOT_XML = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


def xml_text(text: str) -> str:
    """Return a text or a whole document in which what XML and HTML cannot hold is spelled out."""
    return re.sub(_NOT_XML, _escape, text)


def shorten(text: str) -> str:
    """Return a text fit for a message: at most 40 of its characters and ``…``, unprintable ones escaped."""
    head = printable(text[:SHOWN_LENGTH])
    return head + "…" if len(text) > SHOWN_LENGTH else head


_BLANK = " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u00a0\u200b\u2028\u2029\u3000\ufeff"
# A spreadsheet takes a cell that begins like this for a formula, some after blanks and in the full width of
# Chinese keyboards (https://owasp.org/www-community/attacks/CSV_Injection).
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def inert_cell(value: object) -> object:
    """Return a text that no spreadsheet takes for a formula; what is no text stays as it is."""
    if not isinstance(value, str):
        return value
    begins = value.startswith(_FORMULA) or value.lstrip(_BLANK).startswith(_FORMULA)
    return f"'{value}" if begins else value
