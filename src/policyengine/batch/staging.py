"""Output that appears whole or not at all, and a run that goes on where it was killed.

Beside the file that is to be written stands a folder, ``NAME.unfinished``, which this run has made itself: a
name that is taken, a link, or a folder of another user is never written into. It holds the rows and the
rejects so far, and a journal (one JSON object a line): first what the run was asked for, then for every
block what it was made from, where its bytes end, and what it counts. A block is done when its line in the
journal is on the disk, after its bytes. A run that is killed leaves the folder; another one goes on in it,
never two at a time.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from policyengine.batch.summary import Summary
from policyengine.syntax.writing import move_whole

try:
    import fcntl
except ImportError:  # Windows: there a file that another process has open cannot be removed
    fcntl = None  # type: ignore[assignment]

FORMAT = "policyengine.batch-journal/1"
ENDING = ".unfinished"
_NO_FOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
_BINARY: int = getattr(os, "O_BINARY", 0)
_NONBLOCK: int = getattr(os, "O_NONBLOCK", 0)
_ROWS, _REJECTS, _JOURNAL = "rows", "rejects", "journal"
_CONVERTED, _DRAFT = "converted", "draft"


class Unfinished(Exception):
    """An unfinished run is in the way."""


class Busy(Exception):
    """Another process is at this run."""


class NotOurs(Exception):
    """What stands in the place of the folder was not made by a run of this user."""


class OtherRun(Exception):
    """The unfinished run was asked for something else; ``what`` says what differs."""

    def __init__(self, what: str) -> None:
        """``what`` names the first thing that differs."""
        super().__init__(what)
        self.what = what


class Staging:
    """The unfinished output of one run.

    ``asked`` is what the run was asked for, ``digests`` those of the blocks that are done, ``summary`` what
    they count. ``is_complete`` if nothing is left to be judged; ``is_resumed`` if it was begun by another
    process.
    """

    def __init__(self, target: str, asked: Mapping[str, Any], head: bytes, resume: bool) -> None:
        """Begin, or go on with what was begun.

        ``asked`` is all on which the bytes depend, ``head`` what stands before the rows. Raises Unfinished,
        without ``resume``; with it OtherRun; Busy, NotOurs and OSError.
        """
        self.folder = target + ENDING
        self.asked: Mapping[str, Any] = asked
        self.digests: list[str] = []
        self.summary = Summary()
        self.is_complete = self.is_resumed = False
        self._files: dict[str, _File] = {}
        try:
            if self._make_folder(resume):
                self._begin(asked, head)
            else:
                self._go_on(asked, head)
        except BaseException:
            self.close()
            raise

    # ---------- beginning

    def _make_folder(self, resume: bool) -> bool:
        """Make the folder and return True, or return False if there is one in which this run can go on."""
        try:
            os.mkdir(self.folder, 0o700)
        except FileExistsError:
            status = os.lstat(self.folder)
            if not stat.S_ISDIR(status.st_mode) or not _is_ours(status):
                raise NotOurs from None
            if not resume:
                raise Unfinished from None
            return False
        return True

    def _begin(self, asked: Mapping[str, Any], head: bytes) -> None:
        self._open(_JOURNAL, os.O_CREAT)
        for name in (_ROWS, _REJECTS):
            self._open(name, os.O_CREAT | os.O_TRUNC)
        self._files[_ROWS].write(head)
        self._files[_JOURNAL].cut(0)
        self._note({"format": FORMAT, "asked": asked, "head": len(head)})

    def _go_on(self, asked: Mapping[str, Any], head: bytes) -> None:
        journal = self._open(_JOURNAL, os.O_CREAT)
        lines = list(_whole_lines(journal.path))
        if not lines:  # killed before anything was done
            self._begin(asked, head)
            return
        try:
            before, ends = self._read_journal(lines)
        except (KeyError, TypeError, ValueError):  # somebody has written into it
            raise OtherRun("journal") from None
        for name in asked:
            if name != "now" and before.get(name) != asked[name]:
                raise OtherRun(name)
        self.asked = before
        self.is_resumed = True
        if self.is_complete:  # some of it may be in its place already
            return
        journal.cut(sum(size for _, size in lines))
        for name, end in zip((_ROWS, _REJECTS), ends, strict=True):
            self._open(name, 0).cut(end)

    def _read_journal(
        self, lines: list[tuple[dict[str, Any], int]]
    ) -> tuple[Mapping[str, Any], tuple[int, int]]:
        """Return what a run was asked for, and where its rows and its rejects end. Raises OtherRun."""
        head = lines[0][0]
        if head.get("format") != FORMAT:
            raise OtherRun("format")
        rows, rejects = head["head"], 0
        for data, _ in lines[1:]:
            if "complete" in data:
                self.is_complete = True
            else:
                rows, rejects = data["rows"], data["rejects"]
                self.digests.append(data["digest"])
                self.summary.merge(Summary.of_data(data["summary"]))
        return head["asked"], (rows, rejects)

    def _open(self, name: str, more: int) -> _File:
        """Open one of the files. Raises Busy, NotOurs and OSError."""
        if name not in self._files:
            self._files[name] = _File(os.path.join(self.folder, name), more)
        return self._files[name]

    # ---------- going on

    def add(self, digest: str, rows: bytes, rejects: bytes, summary: Summary) -> None:
        """Keep what was made of a block. Raises OSError."""
        for name, data in ((_ROWS, rows), (_REJECTS, rejects)):
            self._files[name].write(data)
        self._note(
            {
                "digest": digest,
                "rows": self._files[_ROWS].size,
                "rejects": self._files[_REJECTS].size,
                "summary": summary.data(),
            }
        )
        self.digests.append(digest)
        self.summary.merge(summary)

    def _note(self, line: Mapping[str, Any]) -> None:
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        self._files[_JOURNAL].write(text.encode("utf-8", "backslashreplace") + b"\n")

    # ---------- the end

    def finish(self, target: str, rejects: str | None, convert: Callable[[str, str], None] | None) -> None:
        """Move everything to its place; ``convert`` makes the file of the rows, where they are not it yet.

        Raises OSError. Killed on the way, it can be called again by a run that goes on.
        """
        if not self.is_complete:
            self._note({"complete": True})
            self.is_complete = True
        for name in (_ROWS, _REJECTS):
            if name in self._files:
                self._files[name].close()
        rows, aside = (os.path.join(self.folder, name) for name in (_ROWS, _REJECTS))
        if convert is not None:
            rows = self._converted(rows, convert)
        if rejects is not None and os.path.exists(aside):
            move_whole(aside, rejects)
        if os.path.exists(rows):
            move_whole(rows, target)
        self.discard()

    def _converted(self, rows: str, convert: Callable[[str, str], None]) -> str:
        """Return where the converted rows are; they are made only if no killed run has made them."""
        draft, made = (os.path.join(self.folder, name) for name in (_DRAFT, _CONVERTED))
        if os.path.exists(rows):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(draft)
            convert(rows, draft)
            os.replace(draft, made)
            os.unlink(rows)
        return made

    def close(self) -> None:
        """Close the files; what is unfinished stays."""
        for one in self._files.values():
            one.close()

    def discard(self) -> None:
        """Take everything away: the journal last, for without it nobody could go on."""
        self.close()
        for name in os.listdir(self.folder):
            if name != _JOURNAL:
                os.unlink(os.path.join(self.folder, name))
        shutil.rmtree(self.folder)


class _File:
    """A file of a run, which is on the disk as soon as it is written, and belongs to one process."""

    def __init__(self, path: str, more: int) -> None:
        """Open it, for one process alone. Raises Busy, NotOurs and OSError."""
        self.path = path
        self.size = 0
        self._handle = os.open(path, os.O_RDWR | _NO_FOLLOW | _BINARY | _NONBLOCK | more, 0o666)
        try:
            status = os.fstat(self._handle)
            if not stat.S_ISREG(status.st_mode) or not _is_ours(status) or status.st_nlink > 1:
                raise NotOurs
            if fcntl is not None:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise Busy from None
        except BaseException:
            self.close()
            raise

    def cut(self, size: int) -> None:
        """Forget everything after some bytes. Raises OtherRun if it has not so many."""
        if os.fstat(self._handle).st_size < size:
            raise OtherRun("files")
        os.ftruncate(self._handle, size)
        os.lseek(self._handle, size, os.SEEK_SET)
        self.size = size

    def write(self, data: bytes) -> None:
        """Write bytes at the end. Raises OSError."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._handle, rest) :]
        if data:
            os.fsync(self._handle)
        self.size += len(data)

    def close(self) -> None:
        """Close it."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def _is_ours(status: os.stat_result) -> bool:
    user = getattr(os, "geteuid", None)
    return user is None or status.st_uid == user()


def _whole_lines(path: str) -> Iterator[tuple[dict[str, Any], int]]:
    """Return the lines of a journal and their lengths; the last may have been cut when the run was killed."""
    with open(path, "rb") as stream:
        for line in stream:
            try:
                data = json.loads(line) if line.endswith(b"\n") else None
            except ValueError:
                return
            if not isinstance(data, dict):
                return
            yield data, len(line)
