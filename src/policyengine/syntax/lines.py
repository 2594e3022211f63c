"""Reading files that hold one case a line (NDJSON): every limit is one of a line, none is one of the file."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from policyengine.diagnostics.diagnostic import Diagnostic, error, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen
from policyengine.syntax.files import MAX_BYTES, decode_text, shown_name, unreadable
from policyengine.syntax.opening import open_bytes

NDJSON = (".ndjson", ".jsonl")
"""The ends of names of files that hold one JSON text a line."""

_MOST_SKIPPED = 1024 * 1024 * 1024  # of a line that is too long, in search of its end
_PIECE = 1024 * 1024


class Line(Frozen):
    """A line of a file with its number, from 1; its text is None if there are faults.

    With ``is_last`` the rest of the file cannot be read.
    """

    number: int
    text: str | None
    faults: Sequence[Diagnostic] = ()
    data: bytes = b""
    is_last: bool = False


def read_lines(path: str, stream: BinaryIO | None = None) -> Iterator[Line]:
    """Return the lines of a file that are not blank, one after the other; the file may be of any length.

    A line that is too long or no UTF-8 text is told in its place, and the next is read. ``stream`` is the
    file, if it is open already.
    """
    if stream is None:
        try:
            stream = open_bytes(path)
        except (OSError, ValueError) as fault:
            yield Line(1, None, (unreadable(path, fault),), is_last=True)
            return
    with stream:
        yield from _lines_of(stream, shown_name(path))


def _lines_of(stream: BinaryIO, name: str) -> Iterator[Line]:
    is_begun = False
    for number in itertools.count(1):
        try:
            data = stream.readline(MAX_BYTES + 1)
            is_whole = len(data) <= MAX_BYTES or data.endswith(b"\n")
            is_followed = is_whole or _skip_line(stream)
        except OSError as fault:
            yield Line(number, None, (unreadable(name, fault, number),), is_last=True)
            return
        if not data:
            return
        if not is_whole:
            yield Line(number, None, (_long_line(name, number, is_followed),), is_last=not is_followed)
        elif not is_begun and data.strip() in (b"{", b"["):
            yield Line(number, None, (_not_one_a_line(name, number),), is_last=True)
            return
        elif data.strip(b" \t\r\n"):
            is_begun = True
            text, faults = decode_text(name, data.rstrip(b"\r\n"), number)
            yield Line(number, text, faults, data)
        if not is_followed:
            return


def _not_one_a_line(name: str, number: int) -> Diagnostic:
    what = message("the first line only opens a case: this file does not hold one case a line")
    help = message(
        "write the whole case on one line, or name the file `….json` and leave out `--ndjson` or `--from`"
    )
    return error("json-syntax", what, Span(name, number, 1, number, 2), help)


def _skip_line(stream: BinaryIO) -> bool:
    """Read up to the end of the line; tell whether it has one."""
    for _ in range(_MOST_SKIPPED // _PIECE):
        piece = stream.readline(_PIECE)
        if not piece or piece.endswith(b"\n"):
            return True
    return False


def _long_line(name: str, number: int, is_followed: bool) -> Diagnostic:
    limit = MAX_BYTES // (1024 * 1024)
    what = message("the line is longer than {limit} MB", limit=limit)
    help = message("write one case a line")
    if not is_followed:
        what = message(
            "the line does not end: it is longer than {limit} MB", limit=_MOST_SKIPPED // (1024 * 1024)
        )
        help = message("write one case a line; the rest of the file was not read")
    return error("file-size", what, Span(name, number, 1, number, 1), help)
