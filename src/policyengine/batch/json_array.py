"""The elements of a JSON array that is too large to be held, one after the other, as bytes.

Only strings, brackets and commas are looked at; what an element says is read afterwards, and its faults told
by the reader of cases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.frozen import Frozen
from policyengine.syntax.files import MAX_BYTES

_PIECE = 1024 * 1024
# A whole string, the beginning of one that goes on in the next piece, or what opens, closes and divides.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|"|[\[\]{},]', re.DOTALL)
_BLANK = b" \t\r\n"
_NOT_BLANK = re.compile(rb"[^ \t\r\n]")
_BOM = b"\xef\xbb\xbf"


class Element(Frozen):
    """An element with the line where it begins, from 1, and how many characters stand before it there."""

    line: int
    column: int
    data: bytes


class Broken(Frozen):
    """Something that is no array of elements, and the line where it stands; nothing follows."""

    line: int
    what: Message


class _Buffer:
    """The bytes of a file that have been read, and the place in them up to which they have been used."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.data = b""
        self.at = 0
        self.line, self.column = 1, 0

    @property
    def left(self) -> int:
        """How many bytes have not been used."""
        return len(self.data) - self.at

    def more(self) -> bool:
        """Read on; tell whether there was anything. Raises OSError."""
        piece = self.stream.read(_PIECE)
        self.data = self.data[self.at :] + piece
        self.at = 0
        return bool(piece)

    def skip_to(self, place: int) -> None:
        """Leave the bytes before a place behind."""
        gone = self.data[self.at : place]
        self.at = place
        lines = gone.count(b"\n")
        if lines:
            self.line += lines
            self.column = 0
            gone = gone[gone.rindex(b"\n") + 1 :]
        self.column += len(gone.decode("utf-8", "replace"))

    def skip_blank(self) -> bytes:
        """Leave blanks behind; return the byte that follows, or none at the end."""
        while True:
            found = _NOT_BLANK.search(self.data, self.at)
            self.skip_to(len(self.data) if found is None else found.start())
            if found is not None or not self.more():
                return self.data[self.at : self.at + 1]

    def take(self) -> bytes:
        """Leave the next byte behind and return it."""
        found = self.data[self.at : self.at + 1]
        self.skip_to(self.at + len(found))
        return found


def read_elements(stream: BinaryIO) -> Iterator[Element | Broken]:
    """Return the elements of the array in a file; if it holds no array, what it holds is the one element.

    Raises OSError.
    """
    buffer = _Buffer(stream)
    buffer.more()
    if buffer.data.startswith(_BOM):
        buffer.at = len(_BOM)
    if buffer.skip_blank() != b"[":
        yield from _whole(buffer)
        return
    buffer.take()
    if buffer.skip_blank() == b"]":
        buffer.take()
    else:
        yield from _elements(buffer)


def _elements(buffer: _Buffer) -> Iterator[Element | Broken]:
    """Return the elements up to the end of the array, and what should not follow it."""
    while True:
        found = _element(buffer)
        yield found
        if isinstance(found, Broken):
            return
        divider = buffer.take()
        follows = buffer.skip_blank()
        if divider == b"}":
            yield Broken(buffer.line, message("a bracket closes that was not opened"))
            return
        if divider == b"]":
            break
    if follows:
        yield Broken(buffer.line, message("something follows after the end of the array"))


def _whole(buffer: _Buffer) -> Iterator[Element | Broken]:
    while buffer.left <= MAX_BYTES and buffer.more():
        pass
    if buffer.left > MAX_BYTES:
        yield _too_large(buffer)
    elif buffer.left:
        yield Element(buffer.line, buffer.column, buffer.data[buffer.at :])


def _element(buffer: _Buffer) -> Element | Broken:
    """Return the element at which the buffer stands; then the buffer stands at what divides or ends."""
    depth = 0
    line, column, place = buffer.line, buffer.column, buffer.at
    while True:
        token = _TOKEN.search(buffer.data, place)
        if token is None or token.group() == b'"':
            place = (len(buffer.data) if token is None else token.start()) - buffer.at
            if buffer.left > MAX_BYTES:
                return _too_large(buffer)
            if not buffer.more():
                return Broken(buffer.line, message("the array is not closed, or a string in it is not"))
            continue
        place = token.end()
        mark = token.group()
        if mark in (b"[", b"{"):
            depth += 1
        elif mark in (b"]", b"}") and depth:
            depth -= 1
        elif mark in (b"]", b"}", b",") and not depth:
            data = buffer.data[buffer.at : token.start()]
            buffer.skip_to(token.start())
            return Element(line, column, data.rstrip(_BLANK))


def _too_large(buffer: _Buffer) -> Broken:
    what = message("a case that begins here is longer than {limit} MB", limit=MAX_BYTES // (1024 * 1024))
    return Broken(buffer.line, what)
