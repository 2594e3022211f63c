"""The elements of a JSON array that is too large to be held, one after the other, as bytes.

A file of objects that stand one after the other, in no array, is read likewise.

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
# A whole string, the beginning of one that goes on in the next piece, or what opens, closes and divides; and
# as much as there is of the inside of a string.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|"|[\[\]{},]', re.DOTALL)
_INSIDE = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_OPEN, _CLOSE, _COMMA = "open", "close", "comma"
_KINDS = {b"[": _OPEN, b"{": _OPEN, b"]": _CLOSE, b"}": _CLOSE, b",": _COMMA}
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

    def element(self, size: int) -> Element:
        """Leave so many bytes behind and return them."""
        line, column, data = self.line, self.column, self.data[self.at : self.at + size]
        self.skip_to(self.at + size)
        return Element(line, column, data.rstrip(_BLANK))

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
    begins = buffer.skip_blank()
    if begins == b"{":
        yield from _sequence(buffer)
    elif begins != b"[":
        yield from _whole(buffer)
    else:
        buffer.take()
        yield from _elements(buffer)


def _elements(buffer: _Buffer) -> Iterator[Element | Broken]:
    """Return the elements up to the end of the array, and what should not follow it."""
    is_empty = buffer.skip_blank() == b"]"
    divider = buffer.take() if is_empty else b","
    while divider == b",":
        buffer.skip_blank()
        found = _element(buffer)
        yield found
        if isinstance(found, Broken):
            return
        divider = buffer.take()
    if divider == b"}":
        yield Broken(buffer.line, message("a closing bracket has no opening bracket"))
    elif buffer.skip_blank():
        yield Broken(buffer.line, message("something follows after the end of the array"))


def _sequence(buffer: _Buffer) -> Iterator[Element | Broken]:
    """Return objects that stand one after the other, up to what is none."""
    while buffer.skip_blank() == b"{":
        found = _object(buffer)
        yield found
        if isinstance(found, Broken):
            return
    if buffer.left:
        yield Broken(buffer.line, message("something other than a case follows here"))


def _whole(buffer: _Buffer) -> Iterator[Element | Broken]:
    while buffer.left <= MAX_BYTES and buffer.more():
        pass
    if buffer.left > MAX_BYTES:
        yield _too_large(buffer)
    elif buffer.left:
        yield Element(buffer.line, buffer.column, buffer.data[buffer.at :])


def _object(buffer: _Buffer) -> Element | Broken:
    """Return the object at which the buffer stands; then the buffer stands behind it."""
    depth = 0
    for mark, place in _marks(buffer):
        if mark == _OPEN:
            depth += 1
        elif mark == _CLOSE:
            depth -= 1
            if not depth:
                return buffer.element(place + 1)
    return _unended(buffer)


def _element(buffer: _Buffer) -> Element | Broken:
    """Return the element at which the buffer stands; then the buffer stands at what divides or ends."""
    depth = 0
    for mark, place in _marks(buffer):
        if mark == _OPEN:
            depth += 1
        elif not depth:
            return buffer.element(place)
        elif mark == _CLOSE:
            depth -= 1
    return _unended(buffer)


def _marks(buffer: _Buffer) -> Iterator[tuple[str, int]]:
    """Return each bracket and comma that follows and stands in no string, with its place from here on.

    Ends where the file ends, or where too much has been read.
    """
    place, is_string = 0, False
    while True:
        if is_string:
            inside = _INSIDE.match(buffer.data, buffer.at + place)
            assert inside is not None
            place = inside.end() - buffer.at
            is_string = buffer.data[inside.end() : inside.end() + 1] != b'"'
            place += not is_string
        if not is_string:
            for token in _TOKEN.finditer(buffer.data, buffer.at + place):
                place = token.end() - buffer.at
                mark = _KINDS.get(token.group())
                if mark is not None:
                    yield mark, place - 1
                elif token.group() == b'"':
                    is_string = True
                    break
        if not is_string:
            place = buffer.left
        if buffer.left > MAX_BYTES or not buffer.more():
            return


def _unended(buffer: _Buffer) -> Broken:
    if buffer.left > MAX_BYTES:
        return _too_large(buffer)
    return Broken(buffer.line, message("an object, a list or a string that begins here does not end"))


def _too_large(buffer: _Buffer) -> Broken:
    what = message("a case that begins here is longer than {limit} MB", limit=MAX_BYTES // (1024 * 1024))
    return Broken(buffer.line, what)
