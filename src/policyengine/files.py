"""Reading the text of files and of standard input, with every failure told as a diagnostic."""

from __future__ import annotations

import errno
import os
import stat
import sys

from policyengine.diagnostics import Diagnostic, Message, error, message
from policyengine.source import Span

MAX_BYTES = 64 * 1024 * 1024
STANDARD_INPUT = "-"

_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


def read_text(path: str) -> tuple[str | None, list[Diagnostic]]:
    """Return the UTF-8 text of a file, without its byte order mark; ``-`` means standard input.

    At most ``MAX_BYTES`` bytes are accepted. No text is returned when there is a diagnostic:
    ``file-missing``, ``file-directory``, ``file-unreadable``, ``file-size`` or ``file-encoding``.
    """
    data, faults = read_bytes(path)
    return (None, faults) if data is None else decode_text(path, data)


def read_bytes(path: str) -> tuple[bytes | None, list[Diagnostic]]:
    """Return the bytes of a file, or None and a diagnostic as :func:`read_text` does."""
    try:
        data = _read_bytes(path)
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the path, or a closed standard input
        return None, [unreadable(path, fault)]
    if len(data) > MAX_BYTES:
        what = message("the file is larger than {limit} MB", limit=MAX_BYTES // (1024 * 1024))
        return None, [error("file-size", what, Span(path), message("split it into several files"))]
    return data, []


def _read_bytes(path: str) -> bytes:
    """Read one byte more than allowed at most, so that an endless pipe ends too."""
    if path == STANDARD_INPUT:
        if sys.stdin is None:  # no standard input at all, as under some service managers
            raise OSError(errno.EBADF, "no standard input")
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with open(path, "rb") as stream:
        status = os.fstat(stream.fileno())
        if stat.S_ISREG(status.st_mode) and status.st_size > MAX_BYTES:
            return bytes(MAX_BYTES + 1)
        return stream.read(MAX_BYTES + 1)


def unreadable(path: str, fault: OSError | ValueError) -> Diagnostic:
    """Return what to tell of a file that cannot be opened or read."""
    span = Span(path)
    if isinstance(fault, (FileNotFoundError, NotADirectoryError)):
        what = message("there is no file `{path}`", path=_shown(path))
        return error("file-missing", what, span, message("check the name and the folder"))
    if isinstance(fault, IsADirectoryError):
        what = message("`{path}` is a folder, not a file", path=_shown(path))
        return error("file-directory", what, span, message("name a file in the folder"))
    if isinstance(fault, PermissionError):
        what = message("`{path}` may not be read: permission denied", path=_shown(path))
        return error("file-unreadable", what, span, message("ask for the right to read the file"))
    # The name of the error number, because the system's sentence depends on the locale.
    number = fault.errno if isinstance(fault, OSError) else None
    reason = errno.errorcode.get(number, str(number)) if number is not None else "EINVAL"
    what = message("`{path}` cannot be read ({reason})", path=_shown(path), reason=reason)
    return error("file-unreadable", what, span)


def _shown(path: str) -> str:
    """Return the path in characters that can be printed: file names may hold bytes that are not UTF-8."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\0")


def decode_text(path: str, data: bytes) -> tuple[str | None, list[Diagnostic]]:
    """Return the UTF-8 text of the bytes of a file, or None and a diagnostic ``file-encoding``."""
    if data.startswith(_UTF8_BOM):
        data = data[len(_UTF8_BOM) :]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        before = data[: fault.start].decode("utf-8")
        what = message("the file is not UTF-8 text (byte {byte})", byte=fault.start + 1)
        return None, [error("file-encoding", what, _span_after(path, before), _encoding_help(data))]
    nul = text.find("\0")
    if nul >= 0:
        what = message("the file holds a NUL character, so it is not a text file")
        return None, [error("file-encoding", what, _span_after(path, text[:nul]), _encoding_help(data))]
    return text, []


def _span_after(path: str, before: str) -> Span:
    line = before.count("\n") + 1
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
