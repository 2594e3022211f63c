"""Which files hold the cases, in which form, and opening them: plain, or packed by gzip or Zstandard."""

from __future__ import annotations

import glob
import gzip
import io
import os
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Literal

from policyengine.diagnostics.diagnostic import Diagnostic, error, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen
from policyengine.syntax.files import shown_name, unreadable
from policyengine.syntax.opening import STANDARD_INPUT, Damaged, open_bytes

Form = Literal["ndjson", "json", "csv", "parquet"]
Packing = Literal["", "gzip", "zstd"]
FORMS: tuple[Form, ...] = ("ndjson", "json", "csv", "parquet")
_ENDINGS: dict[str, Form] = {
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".json": "json",
    ".csv": "csv",
    ".parquet": "parquet",
}
_PACKINGS: dict[str, Packing] = {".gz": "gzip", ".zst": "zstd"}


class NeedsArrow(Exception):
    """What was asked for needs the package pyarrow, which is not there."""


class Input(Frozen):
    """A file with cases, or standard input."""

    path: str
    form: Form
    packing: Packing

    @property
    def name(self) -> str:
        """What it is called when something is told of it."""
        return shown_name(self.path)

    @property
    def is_table(self) -> bool:
        """Tell whether its records have columns in common."""
        return self.form in ("csv", "parquet")


def form_of(name: str) -> tuple[Form | None, Packing]:
    """Return what the name of a file says of its form and its packing."""
    stem, ending = os.path.splitext(name.lower())
    packing = _PACKINGS.get(ending, "")
    if packing:
        ending = os.path.splitext(stem)[1]
    return _ENDINGS.get(ending), packing


def find_inputs(
    words: Sequence[str], form: Form | None = None, usual: Form | None = None
) -> tuple[list[Input], list[Diagnostic]]:
    """Return the files that are named, by themselves, by a pattern or by their folder, in the order given.

    Everything that is wrong with them is told. Files that a pattern or a folder names come in the order of
    their names. ``form`` is that of all files, whatever they are called; ``usual`` is that of
    files whose name does not tell it.
    """
    found: list[Input] = []
    faults: list[Diagnostic] = []
    for word in words:
        try:
            paths = list(_paths(word))
        except (OSError, ValueError) as fault:
            faults.append(unreadable(word, fault))
            continue
        if paths == [word] and word != STANDARD_INPUT and not os.path.lexists(word):
            what = message("there is no file and no folder `{path}`", path=word)
            faults.append(error("file-missing", what, Span(word), message("check the name and the folder")))
            continue
        if not paths:
            what = message("no case file matches `{path}`", path=word)
            help = message("files with cases end in {endings}", endings=", ".join(_ENDINGS))
            faults.append(error("file-missing", what, Span(word), help))
        for path in paths:
            told, packing = form_of(path)
            chosen = form or told or usual or ("ndjson" if path == STANDARD_INPUT else None)
            if chosen is None:
                what = message("the file name does not show in which format it holds cases")
                help = message(
                    "use a name that ends in {endings}, or give the format with --from",
                    endings=", ".join(_ENDINGS),
                )
                faults.append(error("file-form", what, Span(path), help))
            elif chosen == "parquet" and (packing or path == STANDARD_INPUT):
                what = message("a Parquet file is read directly: not compressed, and not from standard input")
                help = message("decompress it; Parquet compresses its columns itself")
                faults.append(error("file-form", what, Span(shown_name(path)), help))
            else:
                found.append(Input(path, chosen, packing))
    return found, [*faults, *_not_there(found)]


def _not_there(found: Sequence[Input]) -> Iterator[Diagnostic]:
    """Tell of files that cannot be opened: before anything is judged, for no file is left out."""
    for one in found:
        if one.path == STANDARD_INPUT:
            continue
        try:
            if os.path.isdir(one.path):
                raise IsADirectoryError
            os.stat(one.path)
            if not os.access(one.path, os.R_OK):
                raise PermissionError
        except (OSError, ValueError) as fault:
            yield unreadable(one.path, fault)


def _paths(word: str) -> Iterator[str]:
    if word == STANDARD_INPUT or (os.path.lexists(word) and not os.path.isdir(word)):
        yield word
    elif os.path.isdir(word):
        names = (os.path.join(word, name) for name in sorted(os.listdir(word)))
        yield from (path for path in names if form_of(path)[0] is not None and not os.path.isdir(path))
    elif glob.has_magic(word):
        yield from (path for path in sorted(glob.glob(word, recursive=True)) if not os.path.isdir(path))
    else:
        yield word  # that it is not there is told when it is opened


class Opened:
    """A file that is being read: ``stream`` gives its bytes, unpacked."""

    def __init__(self, source: Input) -> None:
        """Open it. Raises OSError, ValueError, and NeedsArrow for Zstandard."""
        self._raw = open_bytes(source.path)
        self.stream = unpacked(self._raw, source.packing)
        self.size = _size(self._raw)

    def position(self) -> int:
        """Return how many bytes of the file have been read, as far as that can be told."""
        try:
            return self._raw.tell() if self.size else 0
        except (OSError, ValueError):
            return 0

    def close(self) -> None:
        """Close it."""
        self.stream.close()
        self._raw.close()


def unpacked(stream: BinaryIO, packing: Packing) -> BinaryIO:
    """Return a stream of the unpacked bytes. Raises NeedsArrow."""
    if packing == "gzip":
        return io.BufferedReader(_Careful(gzip.GzipFile(fileobj=stream), stream))
    if packing == "zstd":
        return io.BufferedReader(_Careful(_zstandard(stream), stream))
    return stream


def _zstandard(stream: BinaryIO) -> Any:
    try:
        import pyarrow
    except ImportError:
        raise NeedsArrow from None
    return pyarrow.CompressedInputStream(pyarrow.PythonFile(stream, "r"), "zstd")


class _Careful(io.RawIOBase):
    """An unpacking stream whose faults are those of a file that cannot be read."""

    def __init__(self, inner: Any, stream: BinaryIO) -> None:
        """``inner`` unpacks what ``stream`` holds."""
        self._inner = inner
        self._stream = stream
        self._is_begun = False

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with what comes next; return how many bytes these are. Raises OSError."""
        try:
            data = self._inner.read(len(buffer))
            if not data and not self._is_begun and self._stream.tell() == 0:
                raise Damaged  # even nothing, packed, is something
        except Exception as fault:  # each library has its own: BadGzipFile, zlib.error, ArrowInvalid …
            if isinstance(fault, OSError) and fault.errno is not None:
                raise
            raise Damaged from None
        self._is_begun = True
        buffer[: len(data)] = data
        return len(data)


def _size(stream: BinaryIO) -> int:
    try:
        return os.fstat(stream.fileno()).st_size
    except (OSError, ValueError):
        return 0
