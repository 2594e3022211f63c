"""Opening files for reading so that nothing is waited for without end: pipes, devices, closed streams."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import sys
import time
from typing import Any, BinaryIO

STANDARD_INPUT = "-"
_PATIENCE = 1.0  # seconds in which the writer of a pipe has to come
_NONBLOCK: int = getattr(os, "O_NONBLOCK", 0)
_BINARY: int = getattr(os, "O_BINARY", 0)


class NotRegular(OSError):
    """A pipe, a device or a socket where only an ordinary file will do."""


class NoWriter(OSError):
    """A pipe into which nobody writes: waiting for it could last for ever."""


class Damaged(OSError):
    """A packed file that is not what its name says, or ends too early."""


def open_bytes(path: str, regular: bool = False) -> BinaryIO:
    """Return a file opened for reading, or standard input for ``-``; it waits for nobody to come.

    A pipe is read if somebody holds its other end, unless ``regular`` asks for an ordinary file. Raises
    OSError, and ValueError for a path that holds a NUL.
    """
    if path == STANDARD_INPUT:
        return _standard_input()
    # Without O_NONBLOCK, opening a pipe waits for a writer, and some devices for their hardware.
    handle = os.open(path, os.O_RDONLY | _NONBLOCK | _BINARY)
    try:
        return _opened(handle, path, regular)
    except BaseException:
        os.close(handle)
        raise


def _standard_input() -> BinaryIO:
    if sys.stdin is None:  # no standard input at all, as under some service managers
        raise OSError(errno.EBADF, "no standard input")
    with contextlib.suppress(OSError, ValueError):
        os.set_blocking(sys.stdin.fileno(), True)  # else a slow writer looks like the end of the text
    # A stream of its own: closing it must not close what the process was given.
    return io.BufferedReader(_Shared(sys.stdin.buffer))


def _opened(handle: int, path: str, regular: bool) -> BinaryIO:
    mode = os.fstat(handle).st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "a folder", path)
    if regular and not stat.S_ISREG(mode):
        raise NotRegular(errno.EINVAL, "no ordinary file", path)
    head = _first_bytes(handle, path) if stat.S_ISFIFO(mode) else b""
    if _NONBLOCK:
        os.set_blocking(handle, True)
    stream = open(handle, "rb")  # noqa: SIM115
    return io.BufferedReader(_Shared(stream, head, True)) if head else stream


def _first_bytes(handle: int, path: str) -> bytes:
    """Return what a pipe gives at once: nothing if its writer takes his time. Raises NoWriter."""
    ending = time.monotonic() + _PATIENCE
    while True:
        try:
            head = os.read(handle, 4096)
        except BlockingIOError:  # somebody holds the other end, and is worth waiting for
            return b""
        if head:
            return head
        if time.monotonic() > ending:
            raise NoWriter(errno.EPIPE, "nobody writes into it", path)
        time.sleep(0.02)


class _Shared(io.RawIOBase):
    """Another stream from its present place on, with some bytes before it."""

    def __init__(self, stream: BinaryIO, head: bytes = b"", owns: bool = False) -> None:
        self._stream, self._head, self._owns = stream, head, owns

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def fileno(self) -> int:
        """Return the number of the file."""
        return self._stream.fileno()

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with what comes next; return how many bytes these are."""
        data = self._head[: len(buffer)] or self._next(len(buffer))
        self._head = self._head[len(data) :]
        buffer[: len(data)] = data
        return len(data)

    def _next(self, size: int) -> bytes:
        read = getattr(self._stream, "read1", self._stream.read)
        data: bytes = read(size)
        return data

    def close(self) -> None:
        """Close the other stream if nobody else needs it."""
        if self._owns:
            self._stream.close()
        super().close()
