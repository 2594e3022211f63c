"""Where a file lies, as code hosts want to be told: from the root of the repository."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from policyengine.render.report import slashed


class Root:
    """The root of the repository that is around the working folder; without one, the working folder."""

    def __init__(self) -> None:
        """Look where the root is."""
        here = os.path.realpath(".")
        self._root = _root_above(here) or here
        self._known: dict[str, str | None] = {}

    def path(self, file: str) -> str:
        """Return the path of a file from the root; the whole path of what lies outside.

        What is no file, such as an option, is told as it is.
        """
        inner = self._inside(file)
        if inner is None:
            return slashed(file if _is_no_file(file) else os.path.abspath(file))
        return inner.replace(os.sep, "/")

    def uri(self, file: str) -> str:
        """Return the path of a file as a relative reference (RFC 3986), or else as a ``file`` URI."""
        inner = self._inside(file)
        if inner is None and not _is_no_file(file):
            return Path(os.path.abspath(file)).as_uri()
        return quote(os.fsencode((inner or file).replace(os.sep, "/")))

    def _inside(self, file: str) -> str | None:
        if file not in self._known:
            self._known[file] = None if _is_no_file(file) else _relative(file, self._root)
        return self._known[file]


def _is_no_file(path: str) -> bool:
    return path.startswith(("--", "<", "git:"))


def _relative(path: str, root: str) -> str | None:
    # A link that is the file itself stays: the repository knows it by this name.
    folder, name = os.path.split(os.path.abspath(path))
    inner = os.path.relpath(os.path.join(os.path.realpath(folder), name), root)
    is_outside = inner == os.pardir or inner.startswith(os.pardir + os.sep) or os.path.isabs(inner)
    return None if is_outside else inner


def _root_above(folder: str) -> str | None:
    """Return the nearest folder that is a working tree of git, where ``.git`` may be a file, too."""
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder
