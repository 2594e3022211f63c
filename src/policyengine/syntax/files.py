"""Reading the text of files and of standard input, with every failure told as a diagnostic."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from typing import BinaryIO

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, message
from policyengine.diagnostics.span import Span
from policyengine.syntax.opening import STANDARD_INPUT, Damaged, NotRegular, NoWriter, open_bytes

MAX_BYTES = 64 * 1024 * 1024

_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


def read_text(path: str, regular: bool = False) -> tuple[str | None, list[Diagnostic]]:
    """Return the UTF-8 text of a file, without its byte order mark; ``-`` means standard input.

    At most ``MAX_BYTES`` bytes are accepted, and with ``regular`` no pipe and no device. No text is returned
    when there is a diagnostic: ``file-missing``, ``file-directory``, ``file-unreadable``, ``file-size`` or
    ``file-encoding``.
    """
    data, faults = read_bytes(path, regular)
    return (None, faults) if data is None else decode_text(path, data)


def read_bytes(path: str, regular: bool = False) -> tuple[bytes | None, list[Diagnostic]]:
    """Return the bytes of a file, or None and a diagnostic as :func:`read_text` does."""
    try:
        with open_bytes(path, regular) as stream:
            data = _read_bytes(stream)
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the path
        return None, [unreadable(path, fault)]
    return (None, [too_large(path)]) if len(data) > MAX_BYTES else (data, [])


def _read_bytes(stream: BinaryIO) -> bytes:
    """Read one byte more than allowed at most, so that an endless pipe ends too."""
    known = MAX_BYTES
    with contextlib.suppress(OSError, ValueError):  # what tests put in the place of standard input is no file
        status = os.fstat(stream.fileno())
        if stat.S_ISREG(status.st_mode) and status.st_size > MAX_BYTES:
            return bytes(MAX_BYTES + 1)
        known = status.st_size
    data = stream.read(known + 1)  # to ask for much more would take the memory for it
    return data if len(data) <= known else data + stream.read(MAX_BYTES + 1 - len(data))


def too_large(path: str) -> Diagnostic:
    """Return what to tell of a file that is larger than ``MAX_BYTES``."""
    what = message("the file is larger than {limit} MB", limit=MAX_BYTES // (1024 * 1024))
    return error("file-size", what, Span(path), message("split it into several files"))


def unreadable(path: str, fault: OSError | ValueError, line: int = 1) -> Diagnostic:
    """Return what to tell of a file that cannot be opened, or be read from some line on."""
    span = Span(path, line, 1, line, 1)
    if isinstance(fault, (FileNotFoundError, NotADirectoryError)):
        what = message("there is no file `{path}`", path=_shown(path))
        return error("file-missing", what, span, message("check the name and the folder"))
    if isinstance(fault, IsADirectoryError):
        what = message("`{path}` is a folder, not a file", path=_shown(path))
        return error("file-directory", what, span, message("name a file in the folder"))
    if isinstance(fault, PermissionError):
        what = message("`{path}` may not be read: permission denied", path=_shown(path))
        return error("file-unreadable", what, span, message("ask for the right to read the file"))
    if isinstance(fault, NotRegular):
        what = message("`{path}` is not an ordinary file, but a pipe or a device", path=_shown(path))
        return error("file-unreadable", what, span, message("put an ordinary file there, or remove it"))
    if isinstance(fault, NoWriter):
        what = message("`{path}` is a pipe into which nobody writes", path=_shown(path))
        return error("file-unreadable", what, span, message("start the program that writes into it first"))
    if isinstance(fault, Damaged):
        what = message("the compressed file is damaged, or ends too early; what follows was not read")
        return error("file-unreadable", what, span, message("compress it again, or fetch it again"))
    # The name of the error number, because the system's sentence depends on the locale.
    number = fault.errno if isinstance(fault, OSError) else None
    reason = errno.errorcode.get(number, str(number)) if number is not None else "EINVAL"
    what = message("`{path}` cannot be read ({reason})", path=_shown(path), reason=reason)
    return error("file-unreadable", what, span)


def shown_name(path: str) -> str:
    """Return the name under which diagnostics speak of a file."""
    return "<stdin>" if path == STANDARD_INPUT else path


def _shown(path: str) -> str:
    """Return the path in characters that can be printed: file names may hold bytes that are not UTF-8."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\0")


def decode_text(path: str, data: bytes, line: int | None = None) -> tuple[str | None, list[Diagnostic]]:
    """Return the UTF-8 text of the bytes of a file, or None and a diagnostic ``file-encoding``.

    ``line`` is the number of a line, if the bytes are not those of the whole file.
    """
    if data.startswith(_UTF8_BOM):
        data = data[len(_UTF8_BOM) :]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        before = data[: fault.start].decode("utf-8")
        what = message("the file is not UTF-8 text (byte {byte})", byte=fault.start + 1)
        if line is not None:
            what = message("the line is not UTF-8 text (byte {byte} of it)", byte=fault.start + 1)
        return None, [
            error("file-encoding", what, _span_after(path, before, line or 1), _encoding_help(data))
        ]
    nul = text.find("\0")
    if nul >= 0:
        what = message("the file holds a NUL character, so it is not a text file")
        return None, [
            error("file-encoding", what, _span_after(path, text[:nul], line or 1), _encoding_help(data))
        ]
    return text, []


def _span_after(path: str, before: str, first_line: int) -> Span:
    line = before.count("\n") + first_line
    column = len(before) - before.rfind("\n")
    return Span(path, line, column, line, column + 1)


def _encoding_help(data: bytes) -> Message:
    # A UTF-16 file of Latin text is zeros by half; one zero in a hundred bytes is no accident either.
    if data.startswith(_UTF16_BOMS) or data.count(0) * 100 > len(data) > 1:
        return message("it looks like {encoding}: save it as UTF-8", encoding="UTF-16")
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return message("save it as UTF-8 text")
    if 0 in data:
        return message("save it as UTF-8 text")
    return message("it looks like {encoding}: save it as UTF-8", encoding="GBK")


def walk(folder: str, faults: list[Diagnostic]) -> Iterator[tuple[str, list[str], list[str]]]:
    """Walk through a folder in the order of names, as ``os.walk`` does; what cannot be read is told.

    The inner folders of each place can be changed: only those that are left are walked through.
    """

    def tell(fault: OSError) -> None:
        faults.append(unreadable(fault.filename, fault))

    for place, folders, names in os.walk(folder, onerror=tell):
        folders.sort()
        yield place, folders, sorted(names)
