"""Whether every quote stands word for word in its document (``wrong-document``, ``quote-not-found``).

The document is not part of the rulebook: rulebook.yaml knows it by its digest, and whoever has it can hold
the quotes against it.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, message
from policyengine.diagnostics.span import Span
from policyengine.model.rulebook import Document, Rulebook
from policyengine.reading.citations import citations

_LONGEST_TEXT = 200_000  # characters; comparing a quote with more takes too long to help


def find_document(book: Rulebook, data: bytes) -> Document | None:
    """Return the document of a rulebook whose digest the bytes have, or None."""
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return next((one for one in book.documents if one.digest == digest), None)


def wrong_document(book: Rulebook, data: bytes, path: str) -> Diagnostic:
    """Return the fault of a file that is none of the documents."""
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    what = message(
        "`{path}` is not one of the documents of the rulebook: its digest is {digest}",
        path=path,
        digest=digest,
    )
    known = ", ".join(f"{one.id} ({one.digest or '–'})" for one in book.documents)
    help = message(
        "for a new document write `digest: {digest}` below its name; the rulebook knows {documents}",
        digest=digest,
        documents=known,
    )
    return error("wrong-document", what, Span(path), help)


def check_quotes(book: Rulebook, document: Document, text: str) -> Iterator[Diagnostic]:
    """Tell every quote of a document that is not in its text."""
    seen: set[tuple[str, Span]] = set()
    for quote, span in _quotes(book, document.id):
        if quote not in text and (quote, span) not in seen:
            seen.add((quote, span))
            what = message("the document does not say `{quote}`", quote=quote)
            yield error("quote-not-found", what, span, _nearest(quote, text))


def _quotes(book: Rulebook, document: str) -> Iterator[tuple[str, Span]]:
    for citation in citations(book):
        if citation.source.document == document:
            yield citation.source.quote, citation.source.span
    for clause in book.clauses.values():
        if clause.document == document and clause.quote:
            yield clause.quote, clause.span


def _nearest(quote: str, text: str) -> Message | None:
    """Return where the document comes nearest."""
    flat = _flat(text)
    if _flat(quote) and _flat(quote) in flat:
        return message(
            "only spaces, or full-width and half-width characters, differ: copy it from the document"
        )
    if len(text) > _LONGEST_TEXT:
        return None
    match = SequenceMatcher(None, quote, text, autojunk=False).find_longest_match()
    if match.size < 4:
        return message("nothing in the document resembles it")
    begin = max(0, match.b - match.a)
    passage = " ".join(text[begin : begin + len(quote)].split())
    return message("the nearest words are `{words}`", words=passage)


def _flat(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
