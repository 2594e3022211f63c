"""The folders of a revision of git, read as committed, for comparing them with what is there now.

The repository may be anybody's: an unpacked archive, a pull request. So nothing is checked out, and nothing
that its configuration names is run: no filters, hooks, monitors or helpers, and nothing is fetched. Objects
are read one by one by ``git cat-file --batch`` (https://git-scm.com/docs/git-cat-file), which follows links
inside the revision and says of others where they lead.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import posixpath
import re
import subprocess
from collections.abc import Iterator, Mapping
from typing import Literal

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen
from policyengine.syntax.files import MAX_BYTES, read_bytes, too_large
from policyengine.syntax.folders import Read, lfs_digest

PREFIX = "git:"
# `git:main` and `git:main:rules/taobao`; a name in braces, as in `main^{/fix: it}`, may hold a colon.
_WRITTEN = re.compile(r"git:(?P<revision>(?:\{[^}\n]*\}|[^:\n{])*)(?::(?P<path>[^\n]*))?")
_SAFE = ("--no-pager", "--no-replace-objects", "--no-optional-locks")
_CONFIGURED = ("core.fsmonitor=false", f"core.hooksPath={os.devnull}", f"core.attributesFile={os.devnull}")
_ENVIRONMENT = {
    "GIT_NO_LAZY_FETCH": "1",  # of a partial clone, since git 2.44 (2.39.4)
    "GIT_ALLOW_PROTOCOL": "none",  # what that means to older ones: no helper is ever started
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


class RevisionUnknown(Exception):
    """Git does not know the revision or the folder; the text is git's own first line."""


class _Object(Frozen):
    """What git has under a name: its kind, and its bytes; those of a link tell where it leads."""

    kind: str
    data: bytes
    size: int


def is_revision(path: str) -> bool:
    """Tell whether a path names a revision, as ``git:main`` or ``git:main:rules/taobao`` do."""
    return path.startswith(PREFIX)


def names_revision(word: str, folder: str) -> bool:
    """Tell whether a word that names no folder is a revision of the folder's repository, such as ``main``."""
    if not word or word.startswith("-"):
        return False
    where = folder if os.path.isdir(folder) else "."
    try:
        _git(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{word}^{{commit}}"], where)
    except RevisionUnknown:
        return False
    return True


@contextlib.contextmanager
def open_revision(written: str, folder: str) -> Iterator[Revision]:
    """Open what is written as ``git:REVISION`` or ``git:REVISION:PATH``; without a path, that of ``folder``.

    Raises RevisionUnknown.
    """
    found = _WRITTEN.fullmatch(written)
    if found is None or not found["revision"] or found["revision"].startswith("-"):
        raise RevisionUnknown(f"'{written.removeprefix(PREFIX)}' is no revision")
    where = folder if os.path.isdir(folder) else "."
    root = _git(["rev-parse", "--show-toplevel"], where)
    path = found["path"] or os.path.relpath(os.path.realpath(folder), os.path.realpath(root))
    path = posixpath.normpath(path.replace(os.sep, "/"))
    if path.startswith(("../", "/")) or path == "..":
        raise RevisionUnknown(f"'{path}' is outside of the repository")
    tree = _git(["rev-parse", f"{found['revision']}^{{tree}}", "--"], root).partition("\n")[0]
    batch = subprocess.Popen(
        _command(["cat-file", "--batch", "--follow-symlinks"]),
        cwd=root,
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with batch:
        revision = Revision(batch, root, found["revision"], tree, path)
        if revision.kind(revision.directory) != "folder":
            raise RevisionUnknown(f"path '{path}' does not exist in '{found['revision']}'")
        yield revision


class Revision:
    """The folders of a revision; paths begin with its name, such as ``git:main:rules/taobao/facts.yaml``."""

    def __init__(self, batch: subprocess.Popen[bytes], root: str, name: str, tree: str, path: str) -> None:
        """``batch`` answers for the tree with this digest; ``path`` is the folder that was asked for."""
        self._batch, self._root, self._tree = batch, root, tree
        self._prefix = f"{PREFIX}{name}:"
        self.directory = self._prefix + path

    def kind(self, path: str) -> Literal["file", "folder"] | None:
        """Return what is at a path."""
        found = self._object(path)
        if found.kind == "missing":  # named by its folder, and still not there: read it to be told why
            folder, _, name = path.rpartition("/")
            return "file" if folder and name in self._entries(folder) else None
        return "folder" if found.kind == "tree" else "file"

    def names(self, folder: str) -> tuple[list[str], list[Diagnostic]]:
        """Return the names in a folder."""
        return sorted(self._entries(folder)), []

    def is_link(self, path: str) -> bool:
        """Tell whether a path is a symbolic link."""
        folder, _, name = path.rpartition("/")
        return self._entries(folder).get(name) == "120000"

    def read(self, path: str) -> Read:
        """Return the bytes of a file as they were committed; those for which a pointer of Git LFS stands."""
        found = self._object(path)
        if found.kind != "blob":
            what, help = _why_not(found.kind, path)
            return None, [error("file-unreadable", what, Span(path), help)]
        if found.size > MAX_BYTES:
            return None, [too_large(path)]
        digest = lfs_digest(found.data)
        return (found.data if digest is None else self._stored(path, digest) or found.data), []

    def _stored(self, path: str, digest: str) -> bytes | None:
        """Return the bytes with a digest, if Git LFS has stored them here or if they are those of today."""
        common = os.path.join(self._root, _git(["rev-parse", "--git-common-dir"], self._root))
        stored = os.path.join(common, "lfs", "objects", digest[:2], digest[2:4], digest)
        for place in (stored, os.path.join(self._root, path.removeprefix(self._prefix))):
            data, _ = read_bytes(place, regular=True)
            if data is not None and hashlib.sha256(data).hexdigest() == digest:
                return data
        return None

    def _entries(self, folder: str) -> dict[str, str]:
        """Return the names in a tree with their modes: each entry is ``mode name NUL digest``."""
        found = self._object(folder)
        names = {}
        data, place = found.data if found.kind == "tree" else b"", 0
        while place < len(data):
            end = data.index(b"\0", place)
            mode, _, name = data[place:end].partition(b" ")
            names[os.fsdecode(name)] = mode.decode()
            place = end + 1 + len(self._tree) // 2
        return names

    def _object(self, path: str) -> _Object:
        """Ask git for what is at a path, links followed."""
        inner = posixpath.normpath(path.removeprefix(self._prefix))
        if "\n" in inner:  # a question is a line
            return _Object("newline", b"", 0)
        assert self._batch.stdin is not None and self._batch.stdout is not None
        self._batch.stdin.write(os.fsencode(f"{self._tree}:{'' if inner == '.' else inner}\n"))
        self._batch.stdin.flush()
        head = self._batch.stdout.readline().rstrip(b"\n")
        if not head:
            raise RevisionUnknown("git cat-file ended too early")
        if head.endswith((b" missing", b" ambiguous")):
            return _Object("missing", b"", 0)
        words = head.split(b" ")  # `digest kind size`, or for links that lead nowhere `kind size`
        return _Object(words[-2].decode(), self._bytes(int(words[-1])), int(words[-1]))

    def _bytes(self, size: int) -> bytes:
        """Return that many bytes of the answer, at most one more than a file may have."""
        assert self._batch.stdout is not None
        data = self._batch.stdout.read(min(size, MAX_BYTES + 1))
        rest = size - len(data) + 1  # a line feed follows
        while rest > 0:
            piece = self._batch.stdout.read(min(rest, 1 << 20))
            if not piece:
                raise RevisionUnknown("git cat-file ended too early")
            rest -= len(piece)
        return data


def _why_not(kind: str, path: str) -> tuple[Message, Message]:
    if kind == "missing":
        what = message("`{path}` is not in this copy of the repository", path=path)
        return what, message("fetch it; what lies in a submodule cannot be compared")
    if kind == "symlink":
        what = message("`{path}` is a link that leaves the repository", path=path)
        return what, message("let the link lead to a file of the repository, or commit the file itself")
    if kind in ("dangling", "loop", "notdir"):
        what = message("`{path}` is a link that leads nowhere", path=path)
        return what, message("let the link lead to a file of the repository, or commit the file itself")
    if kind == "newline":
        return message("`{path}` has a line feed in its name", path=path), message("rename the file")
    return message("`{path}` is a folder, not a file", path=path), message("name a file in the folder")


# ---------- git


def _command(words: list[str]) -> list[str]:
    return ["git", *_SAFE, *(word for one in _CONFIGURED for word in ("-c", one)), *words]


def _environment() -> Mapping[str, str]:
    return {**os.environ, **_ENVIRONMENT}


def _git(words: list[str], folder: str) -> str:
    try:
        run = subprocess.run(
            _command(words),
            cwd=folder,
            env=_environment(),
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except OSError as fault:
        raise RevisionUnknown(f"git: {fault.strerror}") from None
    if run.returncode != 0:
        lines = run.stderr.decode("utf-8", "replace").splitlines() or ["git"]
        raise RevisionUnknown(lines[0])
    return os.fsdecode(run.stdout).rstrip("\n")
