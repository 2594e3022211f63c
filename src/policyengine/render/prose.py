"""Sentences out of words that others have written: how they begin and end."""

from __future__ import annotations

from policyengine.diagnostics.i18n import Speech

_ENDS = tuple("。．.!！?？…;；:：")
_CLOSING = '”’"'


def capital(text: str) -> str:
    """Return a text with a capital letter first, unless its first word is a name like `eBay`."""
    return text[:1].upper() + text[1:] if text.partition(" ")[0].islower() else text


def ended(text: str, say: Speech) -> str:
    """Return a sentence with a full stop, if it has no end of its own: of a quote its last word tells."""
    return text if text.rstrip(_CLOSING).endswith(_ENDS) else say("{sentence}.", sentence=text)
