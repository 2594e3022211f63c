"""Where rule files lie: on disk, with what an editor has not saved yet, or elsewhere in the same form."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, Protocol

from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.syntax.files import read_bytes, unreadable

_LONGEST_POINTER = 1024  # bytes, by the specification of Git LFS
_POINTER = b"version https://git-lfs.github.com/spec/v1\n"

Read = tuple[bytes | None, list[Diagnostic]]


class Folders(Protocol):
    """Files in folders, by their paths."""

    def kind(self, path: str) -> Literal["file", "folder"] | None:
        """Return what is at a path; what cannot be read, such as a link to nothing, is a file."""

    def names(self, folder: str) -> tuple[list[str], list[Diagnostic]]:
        """Return the names in a folder, sorted, and why there are none to be had."""

    def read(self, path: str) -> Read:
        """Return the bytes of a file, or None and why not."""

    def is_link(self, path: str) -> bool:
        """Tell whether a path is a link: whoever walks through folders does not follow it."""


class Disk:
    """The folders of this machine; ``buffers`` hold what is not saved yet, by the normal path of the file."""

    def __init__(self, buffers: Mapping[str, bytes] = MappingProxyType({})) -> None:
        self.buffers = buffers

    def kind(self, path: str) -> Literal["file", "folder"] | None:
        """Return what is at a path."""
        if os.path.isdir(path):
            return "folder"
        try:
            return "folder" if stat.S_ISDIR(os.lstat(path).st_mode) else "file"
        except (FileNotFoundError, NotADirectoryError):
            return "file" if os.path.normpath(path) in self.buffers else None
        except (OSError, ValueError):  # permission denied: reading it tells so
            return "file"

    def names(self, folder: str) -> tuple[list[str], list[Diagnostic]]:
        """Return the names in a folder."""
        try:
            return sorted(os.listdir(folder)), []
        except OSError as fault:
            return [], [unreadable(folder, fault)]

    def read(self, path: str) -> Read:
        """Return the bytes of an ordinary file."""
        buffer = self.buffers.get(os.path.normpath(path))
        return read_bytes(path, regular=True) if buffer is None else (buffer, [])

    def is_link(self, path: str) -> bool:
        """Tell whether a path is a symbolic link."""
        return os.path.islink(path)


def lfs_digest(data: bytes) -> str | None:
    """Return the SHA-256 of the contents for which a pointer of Git LFS stands, None for anything else."""
    if len(data) >= _LONGEST_POINTER or not data.startswith(_POINTER):
        return None
    found = re.fullmatch(rb".*oid sha256:([0-9a-f]{64})\n.*", data[len(_POINTER) :], re.S)
    return None if found is None else found[1].decode()
