"""Output that appears whole or not at all, and a run that goes on where it was killed.

Beside the file that is to be written stands a folder, ``NAME.unfinished``, which this run has made itself: a
name that is taken, or a link, is never written into. It holds the rows and the rejects so far, and a journal
(one JSON object a line): first what the run was asked for, then for every block what it was made from, where
its bytes end, and what it counts. A block is done when its line in the journal is on the disk, after its
bytes.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from policyengine.batch.summary import Summary
from policyengine.syntax.writing import move_whole

FORMAT = "policyengine.batch-journal/1"
ENDING = ".unfinished"
_NO_FOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
_BINARY: int = getattr(os, "O_BINARY", 0)
_ROWS, _REJECTS, _JOURNAL = "rows", "rejects", "journal"


class Unfinished(Exception):
    """A folder of another run is in the way."""


class NothingToResume(Exception):
    """There is no unfinished run, or none of what is asked for; ``what`` says what differs."""

    def __init__(self, what: str) -> None:
        """``what`` names the first thing that differs; empty if there is no unfinished run."""
        super().__init__(what)
        self.what = what


class Staging:
    """The unfinished output of one run.

    ``asked`` is what the run was asked for, ``digests`` those of the blocks that are done, ``summary`` what
    they count, ``records`` and ``rejected`` how many records they have and how many of these were put aside.
    """

    def __init__(self, target: str, asked: Mapping[str, Any], head: bytes, resume: bool) -> None:
        """Begin, or go on; ``asked`` is all on which the bytes depend, ``head`` what stands before the rows.

        Raises Unfinished, NothingToResume and OSError.
        """
        self.folder = target + ENDING
        self.asked: Mapping[str, Any] = asked
        self.digests: list[str] = []
        self.summary = Summary()
        self.records = self.rejected = 0
        self.is_complete = False
        if resume:
            self._go_on(asked)
        else:
            self._begin(asked, head)

    # ---------- beginning

    def _begin(self, asked: Mapping[str, Any], head: bytes) -> None:
        try:
            os.mkdir(self.folder, 0o700)
        except FileExistsError:
            raise Unfinished from None
        self._rows, self._rejects, self._journal = (
            self._open(name, os.O_CREAT | os.O_EXCL) for name in (_ROWS, _REJECTS, _JOURNAL)
        )
        self._rows.write(head)
        self._note({"format": FORMAT, "asked": asked, "head": len(head)})

    def _go_on(self, asked: Mapping[str, Any]) -> None:
        try:
            if not stat.S_ISDIR(os.lstat(self.folder).st_mode):
                raise NothingToResume("")
            self._journal = self._open(_JOURNAL, 0)
        except FileNotFoundError:
            raise NothingToResume("") from None
        head, ends = self._read_journal()
        before = head.get("asked", {})
        for name in asked:
            if name != "now" and before.get(name) != asked[name]:
                raise NothingToResume(name)
        self.asked = before
        if self.is_complete:  # some of it may be in its place already
            return
        self._rows, self._rejects = self._open(_ROWS, 0), self._open(_REJECTS, 0)
        streams = (self._rows, self._rejects, self._journal)
        for stream, size in zip(streams, ends, strict=True):
            stream.truncate(size)
            stream.seek(size)

    def _read_journal(self) -> tuple[Mapping[str, Any], tuple[int, int, int]]:
        """Return what a run was asked for, and where its rows, its rejects and its journal end."""
        head: dict[str, Any] = {}
        rows = rejects = end = 0
        for line in self._journal:
            data = _whole_line(line)
            if data is None:
                break  # it was being written when the run was killed
            if not head:
                if data.get("format") != FORMAT:
                    break
                head, rows = data, data["head"]
            elif "complete" in data:
                self.is_complete = True
            else:
                rows, rejects = data["rows"], data["rejects"]
                self._count(
                    data["digest"], data["records"], data["rejected"], Summary.of_data(data["summary"])
                )
            end += len(line)
        if not head:
            raise NothingToResume("")
        return head, (rows, rejects, end)

    def _count(self, digest: str, records: int, rejected: int, summary: Summary) -> None:
        self.digests.append(digest)
        self.records += records
        self.rejected += rejected
        self.summary.merge(summary)

    def _open(self, name: str, more: int) -> BinaryIO:
        flags = os.O_RDWR | _NO_FOLLOW | _BINARY | more
        return open(os.open(os.path.join(self.folder, name), flags, 0o666), "r+b")

    # ---------- going on

    def add(
        self, digest: str, rows: bytes, rejects: bytes, records: int, rejected: int, summary: Summary
    ) -> None:
        """Keep a block. Raises OSError."""
        self._rows.write(rows)
        self._rejects.write(rejects)
        for stream in (self._rows, self._rejects):
            stream.flush()
            os.fsync(stream.fileno())
        self._note(
            {
                "digest": digest,
                "rows": self._rows.tell(),
                "rejects": self._rejects.tell(),
                "records": records,
                "rejected": rejected,
                "summary": summary.data(),
            }
        )
        self._count(digest, records, rejected, summary)

    def _note(self, line: Mapping[str, Any]) -> None:
        self._journal.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        self._journal.flush()
        os.fsync(self._journal.fileno())

    # ---------- the end

    def finish(self, target: str, rejects: str | None, convert: Callable[[str, str], None] | None) -> None:
        """Move everything to its place; ``convert`` makes the file of the rows, where they are not it yet.

        Raises OSError. Killed on the way, it can be called again by a run that goes on.
        """
        if not self.is_complete:
            self._note({"complete": True})
        self.close()
        rows, aside = (os.path.join(self.folder, name) for name in (_ROWS, _REJECTS))
        if convert is not None and os.path.exists(rows):
            made = os.path.join(self.folder, "converted")
            if os.path.lexists(made):
                os.unlink(made)
            convert(rows, made)
            os.replace(made, rows + ".done")
            os.unlink(rows)
        if convert is not None:
            rows += ".done"
        if rejects is not None and os.path.exists(aside):
            move_whole(aside, rejects)
        if os.path.exists(rows):
            move_whole(rows, target)
        shutil.rmtree(self.folder)

    def close(self) -> None:
        """Close the files; what is unfinished stays."""
        self._journal.close()
        if not self.is_complete:
            self._rows.close()
            self._rejects.close()

    def discard(self) -> None:
        """Take everything away."""
        self.close()
        shutil.rmtree(self.folder)


def _whole_line(line: bytes) -> dict[str, Any] | None:
    if not line.endswith(b"\n"):
        return None
    try:
        data = json.loads(line)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None
