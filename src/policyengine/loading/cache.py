"""A cache of parsed rulebooks, so that judging one case does not begin with reading YAML.

An entry is found by a digest of everything that it depends on, so it is never out of date. What is read back
is trusted only if this user wrote it: the folder and the key in it must belong to the user alone, and every
entry carries a keyed BLAKE2b (RFC 7693) made with that key. Whatever is wrong, the cache is left unused and
the files are parsed; it can make nothing fail.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from types import MappingProxyType
from zoneinfo import ZoneInfo

try:
    # What the modules below are in CPython, without what else they load, such as OpenSSL: that takes a
    # thirtieth of the time in which a case is judged.
    from _blake2 import blake2b
    from _operator import _compare_digest as compare_digest
    from _pickle import Pickler, PicklingError, Unpickler, UnpicklingError
except ImportError:
    from hashlib import blake2b
    from hmac import compare_digest  # type: ignore[no-redef]
    from pickle import Pickler, PicklingError, Unpickler, UnpicklingError

_OFF = ("off", "0", "no")
_KEY_FILE = "key"
_KEY_BYTES = 32
_SUFFIX = ".rulebook"
_MOST_ENTRIES = 64
_LARGEST_ENTRY = 64 * 1024 * 1024
_DIGEST_BYTES = 32
_NO_CODE = ("__pycache__", "locale", "starter")
_ROOMS = (
    "resources",
    "frozen",
    "diagnostics",
    "values",
    "syntax",
    "model",
    "semantics",
    "reading",
    "compile",
    "checks",
)
"""What turns files into a rulebook, with this room; a test wants that these import nothing else."""
_PACKAGE = __name__.partition(".")[0]


def read_entry(name: str) -> object | None:
    """Return what was stored under a name (a hexadecimal digest), or None."""
    folder = _folder()
    if folder is None:
        return None
    try:
        key = _key(folder, make=False)
        with open(os.path.join(folder, name + _SUFFIX), "rb") as file:
            data = file.read(min(os.fstat(file.fileno()).st_size, _LARGEST_ENTRY) + 1)
    except OSError:
        return None
    tag, body = data[:_DIGEST_BYTES], memoryview(data)[_DIGEST_BYTES:]  # not copied: it is large
    if key is None or len(data) > _LARGEST_ENTRY or not compare_digest(tag, _tag(key, name, body)):
        return None
    try:
        stream = BytesIO(data)
        stream.seek(_DIGEST_BYTES)
        loaded: object = _Unpickler(stream).load()
    except Exception:  # it is ours, and still cannot be read: another version of the package wrote it
        return None
    return loaded


def write_entry(name: str, value: object) -> None:
    """Store a value under a name; a reader sees the whole entry or none."""
    folder = _folder()
    if folder is None:
        return
    with contextlib.suppress(OSError, PicklingError, TypeError, AttributeError):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        key = _key(folder, make=True)
        if key is None:
            return
        body = BytesIO()
        _Pickler(body, protocol=5).dump(value)
        from policyengine.syntax.writing import write_whole  # not needed to read an entry

        data = _tag(key, name, body.getvalue()) + body.getvalue()
        write_whole(os.path.join(folder, name + _SUFFIX), data, 0o600, sync=False)
        _forget_oldest(folder)


def is_news(words: str) -> bool:
    """Tell whether this user has not yet been told something, and remember it; without a cache always."""
    folder = _folder()
    if folder is None:
        return True
    name = f"{blake2b(words.encode(), digest_size=8).hexdigest()}.told"
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        os.close(os.open(os.path.join(folder, name), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    except OSError:  # better told twice than never
        return True
    return True


def entry_name(parts: Iterable[bytes], whole: bool = False) -> str:
    """Return the name of the entry that depends on the parts, this Python and the code of this package.

    That is the code which turns files into a rulebook, or the ``whole``.
    """
    digest = blake2b(digest_size=_DIGEST_BYTES)
    for part in (sys.version.encode(), *_code_stamps(whole), *parts):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def _code_stamps(whole: bool) -> Iterator[bytes]:
    """Return sizes and times of what turns files into a rulebook: this package and the calendar's library."""
    room = os.path.dirname(os.path.abspath(__file__))
    package = os.path.dirname(room)
    for entry in sorted(os.scandir(package), key=lambda one: one.name):
        if whole or entry.name.removesuffix(".py") in _ROOMS or entry.path == room:
            yield from _stamps_of(entry)
    for folder in sys.path:
        # Found by hand: asking the import system would cost more than the rest of this function.
        path = os.path.join(folder, "holidays", "version.py")
        if os.path.exists(path):
            yield _stamp(path, os.stat(path))
            return


def _stamps_within(folder: str) -> Iterator[bytes]:
    """Return the stamps of the modules in a folder of this package and in those within it, by name."""
    for entry in sorted(os.scandir(folder), key=lambda one: one.name):
        yield from _stamps_of(entry)


def _stamps_of(entry: os.DirEntry[str]) -> Iterator[bytes]:
    if entry.name.endswith(".py"):
        yield _stamp(entry.name, entry.stat())
    elif entry.is_dir() and entry.name.isidentifier() and entry.name not in _NO_CODE:
        yield from _stamps_within(entry.path)


def _stamp(name: str, status: os.stat_result) -> bytes:
    return f"{name} {status.st_size} {status.st_mtime_ns}".encode("utf-8", "surrogateescape")


# ---------- the folder and its key


def _folder() -> str | None:
    """Return the folder of the cache: ``POLICYENGINE_CACHE``, or the user's own folder for caches."""
    asked = os.environ.get("POLICYENGINE_CACHE")
    if asked is not None:
        return None if asked.lower() in _OFF or not asked else asked
    base = os.environ.get("LOCALAPPDATA") if os.name == "nt" else os.environ.get("XDG_CACHE_HOME")
    if not base or not os.path.isabs(base):
        home = os.path.expanduser("~")
        if not os.path.isabs(home):
            return None
        base = os.path.join(home, ".cache")
    return os.path.join(base, _PACKAGE)


def _key(folder: str, make: bool) -> bytes | None:
    """Return the user's secret key, or None if others could have read or replaced it."""
    if not _is_private(os.stat(folder), stat.S_ISDIR):
        return None
    path = os.path.join(folder, _KEY_FILE)
    if make and not os.path.exists(path):
        from policyengine.syntax.writing import write_whole  # not needed where there is a key

        with contextlib.suppress(FileExistsError):  # another process was faster: its key counts
            write_whole(path, os.urandom(_KEY_BYTES), 0o600, replace=False)
    with open(path, "rb") as stream:
        if not _is_private(os.fstat(stream.fileno()), stat.S_ISREG):
            return None
        key = stream.read(_KEY_BYTES + 1)
    return key if len(key) == _KEY_BYTES else None


def _is_private(status: os.stat_result, is_kind: object) -> bool:
    assert callable(is_kind)
    if not is_kind(status.st_mode):
        return False
    if os.name == "nt":  # the user's profile is protected by access lists
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & 0o077


def _tag(key: bytes, name: str, body: bytes | memoryview) -> bytes:
    digest = blake2b(name.encode() + b"\0", key=key, digest_size=_DIGEST_BYTES)
    digest.update(body)
    return digest.digest()


# ---------- entries


def _forget_oldest(folder: str) -> None:
    entries = [entry for entry in os.scandir(folder) if entry.name.endswith(_SUFFIX)]
    entries.sort(key=lambda entry: (entry.stat().st_mtime_ns, entry.name))
    for entry in entries[:-_MOST_ENTRIES]:
        with contextlib.suppress(OSError):
            os.unlink(entry.path)


class _Pickler(Pickler):
    """Stores time zones by name: their own way of being pickled needs functions that we refuse to call."""

    def persistent_id(self, value: object) -> tuple[str, bytes] | None:
        """Return the name of a time zone, and by what data the times of the rules were read."""
        return (value.key, _zone_stamp(value.key)) if isinstance(value, ZoneInfo) else None


def _zone_stamp(zone: str) -> bytes:
    """Return the place, size and time of the data of a time zone; nothing where there are none."""
    path = _zone_file(zone)
    return b"" if path is None else _stamp(path, os.stat(path))


def _zone_file(zone: str) -> str | None:
    """Return the file with the data of a time zone: the system's, or else that of the package `tzdata`."""
    roots = (*zoneinfo.TZPATH, *(os.path.join(folder, "tzdata", "zoneinfo") for folder in sys.path))
    return next((path for root in roots if os.path.isfile(path := os.path.join(root, zone))), None)


# Every class of which a rulebook is made, and nothing else: structs, tuples with names and enumerations,
# which hold data and do nothing. A test derives them from the annotations of `Stored`.
_CLASSES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "policyengine.values.calendar": frozenset(("Calendar",)),
        "policyengine.model.clauses": frozenset(
            (
                "Clause",
                "Source",
            )
        ),
        "policyengine.model.conditions": frozenset(
            (
                "All",
                "Any",
                "ByReading",
                "Calculation",
                "Computed",
                "Constant",
                "Count",
                "DayEdge",
                "Extreme",
                "Formula",
                "Not",
                "Otherwise",
                "Pick",
                "Question",
                "ReadingIs",
                "Ref",
                "Same",
                "Some",
                "Test",
                "Window",
            )
        ),
        "policyengine.diagnostics.diagnostic": frozenset(
            (
                "Diagnostic",
                "Called",
                "Listing",
                "Message",
                "Sample",
            )
        ),
        "policyengine.model.counting": frozenset(("CountingRule",)),
        "policyengine.compile.plan": frozenset(
            (
                "Aggregate",
                "Amount",
                "Apply",
                "Band",
                "Candidate",
                "Cap",
                "Choose",
                "Chosen",
                "Compute",
                "Computed",
                "Const",
                "Dated",
                "Derived",
                "Due",
                "Given",
                "Parameter",
                "Pause",
                "Plan",
                "Policy",
                "Read",
                "RecordList",
                "Rule",
                "Same",
                "Status",
                "Stratum",
                "Unsaid",
                "Window",
            )
        ),
        "policyengine.compile.dependencies": frozenset(("Relations",)),
        "policyengine.model.letters": frozenset(("InBrief", "Letter", "Paragraph")),
        "policyengine.model.report": frozenset(
            (
                "Report",
                "ReportCount",
                "ReportList",
                "ReportRepeats",
            )
        ),
        "policyengine.loading.load": frozenset(("Stored",)),
        "policyengine.model.rulebook": frozenset(
            (
                "Amount",
                "Assumption",
                "Band",
                "Bound",
                "Cap",
                "Choice",
                "Conclusion",
                "DatedValue",
                "Deadline",
                "Pause",
                "Default",
                "Document",
                "Fact",
                "MissingByReading",
                "Notice",
                "Overlay",
                "Parameter",
                "Party",
                "Policy",
                "Reading",
                "RecordList",
                "Rounding",
                "Row",
                "Rule",
                "Rulebook",
                "Section",
                "SetValue",
                "SetVersion",
                "Table",
                "TableVersion",
                "TextByReading",
                "ValueSet",
            )
        ),
        "policyengine.diagnostics.span": frozenset(("Span",)),
        "policyengine.values.currencies": frozenset(("Currency",)),
        "policyengine.values.literals": frozenset(
            (
                "Duration",
                "ValueType",
            )
        ),
        "policyengine.values.edges": frozenset(("Edge",)),
        "policyengine.values.seasons": frozenset(("Season",)),
        "policyengine.diagnostics.text": frozenset(("Text",)),
    }
)


class _Unpickler(Unpickler):
    """Makes nothing but what a rulebook is made of, even if a key were stolen."""

    def persistent_load(self, stored: object) -> ZoneInfo:
        """Return a time zone, which is stored by its name, if its data are still the same."""
        match stored:
            case (str(name), bytes(stamp)) if stamp == _zone_stamp(name):
                return ZoneInfo(name)
            case _:
                raise UnpicklingError("the data of the time zone have changed")

    def find_class(self, module: str, name: str) -> object:
        """Return a class of the table; a name with dots, which leads on from a module, is never there."""
        if name in _CLASSES.get(module, ()):
            return super().find_class(module, name)
        raise UnpicklingError(f"{module}.{name} is not part of a rulebook")
