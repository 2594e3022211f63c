"""A book in some of its languages alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from policyengine.book.blocks import Document
from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen, replace

_Thing = TypeVar("_Thing")


def only(document: Document, languages: Sequence[str]) -> Document:
    """Return a document in which every text is in these languages; one that lacks them all stays as it is."""
    return _told(document, languages)


def _told(thing: _Thing, languages: Sequence[str]) -> _Thing:
    if isinstance(thing, Text):
        kept = Text(tuple(one for one in thing.words if one[0] in ("", *languages)), thing.is_plain)
        said = thing.in_language(*languages)
        return kept or (Text((("", said),)) if said else thing)  # type: ignore[return-value]
    if isinstance(thing, tuple):
        return tuple(_told(one, languages) for one in thing)  # type: ignore[return-value]
    if isinstance(thing, Frozen):
        changed = {name: _told(getattr(thing, name), languages) for name in thing.__struct_fields__}
        return replace(thing, **changed)
    return thing
