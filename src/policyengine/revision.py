"""A folder as it was in a revision of git, for comparing with what is there now."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile

PREFIX = "git:"
_MOST_BYTES = 256 * 1024 * 1024


class RevisionUnknown(Exception):
    """Git does not know the revision or the folder; the text is git's own first line."""


def is_revision(path: str) -> bool:
    """Tell whether a path names a revision, as ``git:main`` or ``git:main:rules/taobao`` do."""
    return path.startswith(PREFIX)


def names_revision(word: str, folder: str) -> bool:
    """Tell whether a word that names no folder is a revision of the folder's repository, such as ``main``."""
    if not word or word.startswith("-"):
        return False
    try:
        _git(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{word}^{{commit}}"], _inside(folder))
    except RevisionUnknown:
        return False
    return True


def extract_revision(written: str, folder: str, target: str) -> str:
    """Write the files of a revision into a folder that is empty, and return where the rulebook is in it.

    ``written`` is ``git:REVISION`` or ``git:REVISION:PATH``; without a path, that of ``folder`` in its
    repository. Raises RevisionUnknown.
    """
    revision, _, path = written.removeprefix(PREFIX).partition(":")
    root = (
        _git(["rev-parse", "--show-toplevel"], _inside(folder))
        .decode("utf-8", "surrogateescape")
        .rstrip("\n")
    )
    path = path or os.path.relpath(os.path.realpath(folder), os.path.realpath(root)).replace(os.sep, "/")
    if revision.startswith("-") or not revision:
        raise RevisionUnknown(f"'{revision}' is no revision")
    data = _git(["archive", "--format=tar", revision, "--", path], root)
    if len(data) > _MOST_BYTES:
        raise RevisionUnknown(f"'{path}' is too large")
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        archive.extractall(target, filter="data")
    return os.path.join(target, *path.split("/"))


def _inside(folder: str) -> str:
    return folder if os.path.isdir(folder) else "."


def _git(words: list[str], folder: str) -> bytes:
    try:
        run = subprocess.run(["git", *words], cwd=folder, capture_output=True, check=False)
    except OSError as fault:
        raise RevisionUnknown(f"git: {fault.strerror}") from None
    if run.returncode != 0:
        lines = run.stderr.decode("utf-8", "replace").splitlines() or ["git"]
        raise RevisionUnknown(lines[0])
    return run.stdout
