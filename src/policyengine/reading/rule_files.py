"""Which files make up a rulebook, their bytes, and the digest that identifies what they say."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from policyengine.diagnostics.diagnostic import Diagnostic, error, listing, message, warning
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen, replace
from policyengine.model.rulebook import Rulebook
from policyengine.reading.file_names import (
    ENDINGS,
    FOLDERS,
    NEEDED,
    OPTIONAL,
    home_told,
    is_rulebook,
    is_tests,
    is_yaml,
    may_be_part,
    names_rulebook,
    near,
    right_place,
    rulebook_of,
    tells_case,
)
from policyengine.syntax.files import walk
from policyengine.syntax.folders import Disk, Folders, lfs_digest

NAMED = "named"
"""The kind of a file that a rule file names (``file: prices.csv``), in whatever form it is."""
# Which rule files name others, and how. Files are known before any YAML is read: the cache is found by them.
_NAMING = ("rulebook", "facts", "policy")
_NAMING_WORDS = (b"file", b"holidays")
_BEFORE_A_KEY = (b"", *(bytes((one,)) for one in b" \t\n\r\f\v{,-"))
_BLANKS = 8  # that many may be the whole of more
_NAMES_A_FILE = (
    rb"""(?m)(?:^|[\s{,-])(?:file|holidays)[ \t]*:[ \t]+("[^"\n]*"|'[^'\n]*'|[^\s#{}\[\],][^#{}\[\],\n]*)"""
)


class SourceFile(Frozen):
    """One file of a rulebook: what kind it is, where it is, its bytes; ``faults`` if it cannot be read.

    The kind is that of a YAML file, or ``NAMED``.
    """

    kind: str
    path: str
    data: bytes
    faults: tuple[Diagnostic, ...]


class Parsed(Frozen):
    """A rulebook, or None when there are errors, and everything that is wrong with its files.

    ``sound`` are the parts that could be read where others have errors.
    """

    rulebook: Rulebook | None
    diagnostics: tuple[Diagnostic, ...]
    sound: Rulebook | None = None


def collect_files(
    directory: str, buffers: Mapping[str, bytes] = MappingProxyType({})
) -> tuple[list[SourceFile], list[Diagnostic]]:
    """Return the files of the rulebook in a directory, in the order of their names.

    ``buffers`` hold what an editor has not saved yet, by the normal path of the file.
    """
    return collect_from(Disk(buffers), directory)


def collect_from(place: Folders, directory: str) -> tuple[list[SourceFile], list[Diagnostic]]:
    """Return the files of the rulebook in a directory that need not be one of this machine."""
    if place.kind(directory) != "folder":
        what = message("there is no rulebook folder `{path}`", path=directory)
        return [], [error("file-missing", what, Span(directory), message("name the folder of a rulebook"))]
    names, faults = place.names(directory)
    if faults:
        return [], faults
    below = [] if names_rulebook(names) else list(_rulebooks_in(directory, names, place))
    if below:
        what = message("`{path}` is not a rulebook: a rulebook lies below it", path=directory)
        one, several = message("did you mean `{word}`?", word=below[0]), listing(below)
        help = one if len(below) == 1 else message("write one of: {words}", words=several)
        return [], [error("file-missing", what, Span(directory), help)]
    found = [file for kind in (*NEEDED, *OPTIONAL) for file in _read_single(directory, kind, names, place)]
    for folder, kind in FOLDERS.items():
        if folder in names:
            found += _read_folder(kind, directory, folder, place)
    found += _read_named(directory, found, place)
    faults = [fault for file in found for fault in file.faults]
    return found, [*faults, *_misnamed_parts(directory, names, found, place)]


def _rulebooks_in(directory: str, names: Sequence[str], place: Folders) -> Iterator[str]:
    """Yield the rulebooks directly in a folder that is none itself."""
    for name in names:
        folder = os.path.join(directory, name)
        if (
            not name.startswith(".")
            and place.kind(folder) == "folder"
            and names_rulebook(place.names(folder)[0])
        ):
            yield folder


def _read_single(directory: str, kind: str, names: Sequence[str], place: Folders) -> Iterator[SourceFile]:
    """Read a part that has one place; it is told if there are two of it, or none of one that is needed."""
    there = [f"{kind}{ending}" for ending in ENDINGS if f"{kind}{ending}" in names]
    if there:
        file = _read(kind, os.path.join(directory, there[0]), place)
        yield file if len(there) == 1 else replace(file, faults=(_twice(directory, *there), *file.faults))
    elif kind in NEEDED:
        path = os.path.join(directory, f"{kind}{ENDINGS[0]}")
        what = message("there is no file `{path}`", path=path)
        help = message("check the name and the folder")
        meant = next(
            (one for one in _possible_names(directory, names, place) if one[1] == f"{kind}.yaml"), None
        )
        if meant is not None:
            help = message("rename `{name}` to `{path}`", name=meant[0], path=meant[1])
        yield SourceFile(kind, path, b"", (error("file-missing", what, Span(path), help),))


def _possible_names(directory: str, names: Sequence[str], place: Folders) -> Iterator[tuple[str, str]]:
    """Yield the misspelt files of the folder itself, with the names that they should have."""
    for path in _worth_a_look(place, directory, names):
        name = os.path.basename(path)
        right = right_place(name, _content(path, place))
        if right is not None and right != name:
            yield name, right


def _twice(directory: str, first: str, second: str) -> Diagnostic:
    what = message("`{first}` and `{second}` are the same part of the rulebook", first=first, second=second)
    place = Span(os.path.join(directory, second))
    return error("misnamed-file", what, place, message("keep one of them"))


def _read(kind: str, path: str, place: Folders) -> SourceFile:
    data, faults = place.read(path)
    if data is not None and lfs_digest(data) is not None:
        what = message("the file holds a pointer of Git LFS instead of its contents")
        faults, data = [error("file-unreadable", what, Span(path), message("run `git lfs pull`"))], None
    return SourceFile(kind, path, data or b"", tuple(faults))


def _read_folder(kind: str, directory: str, folder: str, place: Folders) -> list[SourceFile]:
    path = os.path.join(directory, folder)
    if place.kind(path) == "file":
        data, faults = place.read(path)
        if data is None:  # a link to nothing, for instance
            return [SourceFile(kind, path, b"", tuple(faults))]
        what = message("`{path}` is a file, not a folder", path=path)
        help = message("put the file into a folder of this name")
        return [SourceFile(kind, path, b"", (error("file-directory", what, Span(path), help),))]
    names, faults = place.names(path)
    if faults:
        return [SourceFile(kind, path, b"", tuple(faults))]
    names = [name for name in names if is_yaml(name) and not is_tests(name)]
    files = [_read(kind, os.path.join(path, name), place) for name in names]
    return [_in_its_place(file, f"{folder}/{name}") for file, name in zip(files, names, strict=True)]


def _read_named(directory: str, read: Sequence[SourceFile], place: Folders) -> list[SourceFile]:
    """Read the files below the folder that rule files name; who names one that is not there is told so."""
    known = {os.path.normpath(file.path) for file in read}
    paths = {path for file in read if file.kind in _NAMING for path in _paths_named(file)}
    wanted = sorted(path for path in paths - known if is_below(directory, path))
    return [_read(NAMED, path, place) for path in wanted if place.kind(path) == "file"]


def _paths_named(file: SourceFile) -> Iterator[str]:
    if not any(_may_name(word, file.data) for word in _NAMING_WORDS):
        return
    for found in re.finditer(_NAMES_A_FILE, file.data):
        name = found[1].decode("utf-8", "replace").strip()
        if name[:1] in ("'", '"'):
            name = name[1:-1]
        if name and "\0" not in name:
            yield named_path(file.path, name)


def _may_name(word: bytes, data: bytes) -> bool:
    """Tell at sight of most texts that a word is no key in them: to search them costs a case its time."""
    place = data.find(word)
    while place >= 0:
        end = place + len(word)
        follows = data[end : end + _BLANKS].lstrip(b" \t")
        if data[place - 1 : place] in _BEFORE_A_KEY and follows[:1] in (b"", b":"):
            return True
        place = data.find(word, end)
    return False


def named_path(naming: str, name: str) -> str:
    """Return the path of a file that a rule file names: it is looked for from the folder of that file."""
    return os.path.normpath(os.path.join(os.path.dirname(naming), name))


def is_below(directory: str, path: str) -> bool:
    """Tell whether a path, in its normal form, lies below a folder."""
    inside = os.path.relpath(path, directory)
    return not os.path.isabs(inside) and inside.split(os.sep)[0] not in (os.curdir, os.pardir)


def _in_its_place(file: SourceFile, inside: str) -> SourceFile:
    """Return a file of a folder, with a fault if it says that it is a part of another kind."""
    right = None if file.faults else right_place(inside, file.data)
    if right is None or (os.path.dirname(right) == os.path.dirname(inside) and not is_tests(right)):
        return file
    return replace(file, faults=(misnamed(file.path, inside, right),))


def misnamed(path: str, inside: str, right: str) -> Diagnostic:
    """Return what to tell of a part of a rulebook that is not where such a part is looked for."""
    what = message("nothing reads `{path}`: such a file is called `{right}`", path=inside, right=right)
    help = message("rename it to `{path}`", path=right)
    if right.rpartition("/")[2] == inside.rpartition("/")[2]:
        help = message("move it to `{path}`", path=right)
    root = path.replace(os.sep, "/").removesuffix(inside)
    if os.path.exists(os.path.join(root, right)) and inside.casefold() != right.casefold():
        help = message("`{path}` exists too: keep one of them", path=right)
    return error("misnamed-file", what, Span(path), help)


def _misnamed_parts(
    directory: str, names: Sequence[str], read: Sequence[SourceFile], place: Folders
) -> Iterator[Diagnostic]:
    """Tell the files that are plainly parts of the rulebook but for their names, so that nothing reads them.

    Looked at are the folder itself and folders that are called nearly as those of a rulebook. What is
    missing without a word would make another decision.
    """
    paths = {os.path.normpath(file.path) for file in read}
    for path in _possible_parts(directory, names, place):
        if path in paths:
            continue
        inside = _inside(directory, path)
        right = right_place(inside, _content(path, place))
        if right is not None and not is_tests(right) and not (_is_told_missing(right, read)):
            yield misnamed(path, inside, right)


def _is_told_missing(right: str, read: Sequence[SourceFile]) -> bool:
    """Tell whether the fault of the file that is not there names the misspelt one already."""
    return any(file.faults and os.path.basename(file.path) == right for file in read)


def _content(path: str, place: Folders) -> bytes:
    return place.read(path)[0] or b""


def _inside(directory: str, path: str) -> str:
    return os.path.relpath(path, directory).replace(os.sep, "/")


def _possible_parts(directory: str, names: Sequence[str], place: Folders) -> Iterator[str]:
    """Return the files that may be parts of a rulebook under another name, in the order of their names."""
    yield from _worth_a_look(place, directory, names)
    for name in names:
        folder = os.path.join(directory, name)
        if near(name, FOLDERS) is not None and place.kind(folder) == "folder":
            yield from _parts_below(place, folder)


def _parts_below(place: Folders, folder: str) -> Iterator[str]:
    names, _ = place.names(folder)
    if names_rulebook(names):
        return  # another rulebook
    yield from _worth_a_look(place, folder, names)
    for name in names:
        inner = os.path.join(folder, name)
        is_visible = not name.startswith(".") and not place.is_link(inner)
        if is_visible and place.kind(inner) == "folder":
            yield from _parts_below(place, inner)


def _worth_a_look(place: Folders, folder: str, names: Sequence[str]) -> Iterator[str]:
    for name in sorted(names):
        if not is_tests(name) and may_be_part(name, names):
            path = os.path.normpath(os.path.join(folder, name))
            if place.kind(path) == "file":
                yield path


def _walk(directory: str, faults: list[Diagnostic]) -> Iterator[tuple[str, list[str], list[str]]]:
    """Walk through a folder without what is hidden and without other rulebooks."""
    for place, folders, names in walk(directory, faults):
        visible = [one for one in folders if not one.startswith(".")]
        folders[:] = [one for one in visible if not is_rulebook(os.path.join(place, one))]
        yield place, folders, names


def misnamed_tests(folder: str) -> list[Diagnostic]:
    """Return the files below a folder that hold tests, or would by their names, and that nothing runs."""
    found: list[Diagnostic] = []
    unreadable: list[Diagnostic] = []  # told by those who look for the tests
    for place, _, names in walk(folder, unreadable):
        for path in _worth_a_look(Disk(), place, names):
            book = rulebook_of(path)
            if book is None:
                continue
            inside = _inside(book, path)
            right = right_place(inside, _content(path, Disk()))
            if right is not None and is_tests(right):
                found.append(misnamed(path, inside, right))
    return found


def stray_files(directory: str, files: Iterable[SourceFile]) -> list[Diagnostic]:
    """Return the YAML files in a rulebook's folder that nothing reads, without those told as misnamed.

    A case may lie there, as one in JSON may.
    """
    known = {os.path.normpath(file.path) for file in files}
    found: list[Diagnostic] = []
    for place, _, names in _walk(directory, found):
        for path in _worth_a_look(Disk(), place, names):
            inside = _inside(directory, path)
            if path in known or not path.lower().endswith(ENDINGS):
                continue
            content = _content(path, Disk())
            if right_place(inside, content) is None and not tells_case(content):
                found.append(_stray(path, inside))
    return found


def _stray(path: str, inside: str) -> Diagnostic:
    what = message("nothing reads the file `{path}`", path=inside)
    home = home_told(inside, _content(path, Disk()))
    if home is not None:
        help = message("move it to `{path}` if it is part of the rulebook", path=home)
        return warning("stray-file", what, Span(path), help)
    help = message(
        "a rulebook has {names}, and YAML files in {folders}",
        names=listing(f"{one}.yaml" for one in (*NEEDED, *OPTIONAL)),
        folders=listing(f"{one}/" for one in FOLDERS),
    )
    return warning("stray-file", what, Span(path), help)


def digest_of(directory: str, files: Iterable[SourceFile]) -> str:
    """Return the SHA-256 of names and contents of the files, which identifies what the rules say."""
    from hashlib import sha256  # a rulebook from the cache knows its digest

    digest = sha256()
    for file in files:
        name = os.path.relpath(file.path, directory).replace(os.sep, "/").encode("utf-8", "surrogateescape")
        for part in (name, file.data):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return f"sha256:{digest.hexdigest()}"
