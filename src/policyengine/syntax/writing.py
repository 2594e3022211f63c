"""Writing a file whole or not at all, in the one way in which this program writes files.

The text goes into a new file beside the target, whose random name nobody can have taken before (``O_EXCL``:
a link of that name is not followed), and is then moved to its place in one step.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
import stat
from collections.abc import Iterable

_BINARY: int = getattr(os, "O_BINARY", 0)
_NONBLOCK: int = getattr(os, "O_NONBLOCK", 0)


def write_whole(path: str, data: bytes, mode: int = 0o666, replace: bool = True, sync: bool = True) -> None:
    """Write a file; what was there stays until the new one is complete. Raises OSError.

    A file that is there keeps its rights, and a link to it stays a link. A new file gets ``mode``, less the
    umask. What is no ordinary file, such as a pipe or a device, is written into. Without ``replace``, a file
    that is there stays, and FileExistsError is raised. Without ``sync``, a power cut can leave half of it.
    """
    write_parts(path, (data,), mode, replace, sync)


def write_parts(
    path: str, parts: Iterable[bytes], mode: int = 0o666, replace: bool = True, sync: bool = True
) -> None:
    """Write a file that is made in parts, as :func:`write_whole` does; what making a part raises, ends it."""
    with Draft(path, mode) as draft:
        for part in parts:
            draft.write(part)
        draft.finish(replace, sync)


def refuse_unwritable(path: str) -> None:
    """Raise what writing a file would raise, as far as that can be told before there is anything to write.

    It looks and makes nothing: whoever is killed here leaves nothing behind. Raises OSError, and ValueError
    for a NUL in the path.
    """
    place = path if _is_special(path) else os.path.realpath(path)
    if os.path.isdir(place):
        raise _refusal(errno.EISDIR, path)
    folder = os.path.dirname(place) or "."
    os.stat(os.path.join(folder, ""))  # with the slash: it is there, and a folder
    wanted = []
    with contextlib.suppress(FileNotFoundError):
        os.stat(place)
        wanted.append(place)
    if not _is_special(place):
        wanted.append(folder)
    if not all(os.access(one, os.W_OK) for one in wanted):
        raise _refusal(errno.EACCES, path)


def refuse_unmakable(folder: str) -> None:
    """Raise what making a folder, and those above it, would raise, as far as that can be told before.

    Raises OSError.
    """
    above = os.path.dirname(os.path.abspath(folder))
    while not os.path.lexists(above) and os.path.dirname(above) != above:
        above = os.path.dirname(above)
    os.stat(os.path.join(above, ""))
    if not os.access(above, os.W_OK):
        raise _refusal(errno.EACCES, above)


def _refusal(number: int, path: str) -> OSError:
    return OSError(number, os.strerror(number), path)


def move_whole(source: str, target: str) -> None:
    """Move a file to a place where a reader sees the whole of it, or what was there. Raises OSError.

    As with :func:`write_whole`, a file that is there keeps its rights, a link to it stays a link, and what is
    no ordinary file is written into.
    """
    if _is_special(target):
        with open(source, "rb") as stream, open(target, "wb", buffering=0) as other:
            shutil.copyfileobj(stream, other)
        os.unlink(source)
        return
    target = os.path.realpath(target)
    if os.path.lexists(target):
        if not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), target)
        _take_over(target, source)
    try:
        os.replace(source, target)
    except OSError as fault:
        if fault.errno != errno.EXDEV:
            raise
        _move_across(source, target)


class Draft:
    """A file that is written bit by bit, and appears when it is finished; what is unfinished goes away."""

    def __init__(self, target: str, mode: int = 0o666) -> None:
        """Begin, beside the target; what is no ordinary file is written into. Raises OSError.

        A new file gets ``mode``, less the umask; what takes the place of another is hidden till then.
        """
        self._target = target
        self._path: str | None = None
        if _is_special(target):
            # Without O_NONBLOCK, opening a pipe waits for a reader.
            handle = os.open(target, os.O_WRONLY | _NONBLOCK | _BINARY)
            if _NONBLOCK:
                os.set_blocking(handle, True)
        else:
            place = os.path.realpath(target)
            is_there = os.path.lexists(place)
            if is_there and not os.access(place, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), place)
            self._path = _beside(place)
            new = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY
            handle = os.open(self._path, new, 0o600 if is_there else mode)
        self._stream = open(handle, "wb", buffering=0)  # noqa: SIM115

    def __enter__(self) -> Draft:
        """Return it."""
        return self

    def __exit__(self, *fault: object) -> None:
        """Take away what is unfinished."""
        self._stream.close()
        if self._path is not None:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._path)

    def write(self, data: bytes) -> None:
        """Write bytes at the end. Raises OSError."""
        write_all(self._stream, data)

    def finish(self, replace: bool = True, sync: bool = True) -> None:
        """Move it to its place, as :func:`write_whole` does. Raises OSError."""
        if self._path is None:
            return
        if sync:
            os.fsync(self._stream.fileno())
        self._stream.close()
        if replace:
            move_whole(self._path, self._target)
        else:
            os.link(self._path, os.path.realpath(self._target))


def write_all(stream: io.RawIOBase, data: bytes) -> None:
    """Write bytes to a stream that may take only some at a time. Raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[stream.write(rest) or 0 :]


def _beside(target: str) -> str:
    return os.path.join(os.path.dirname(target), f".policyengine-{os.urandom(12).hex()}")


def _move_across(source: str, target: str) -> None:
    """Move a file to another file system: copied beside the target first."""
    draft = _beside(target)
    try:
        with open(source, "rb") as stream, open(draft, "xb") as other:
            shutil.copyfileobj(stream, other)
            other.flush()
            os.fsync(other.fileno())
        shutil.copystat(source, draft)
        os.replace(draft, target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
    os.unlink(source)


def _is_special(path: str) -> bool:
    # Asked of the path and not of where its links lead: /dev/stdout leads to a place that is not there.
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except FileNotFoundError:
        return False


def _take_over(old: str, new: str) -> None:
    """Give the new file the owner and the rights of the old one."""
    status = os.stat(old)
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):  # only root may give files away
            os.chown(new, status.st_uid, status.st_gid)
    shutil.copystat(old, new)  # access lists, too
    os.utime(new)
