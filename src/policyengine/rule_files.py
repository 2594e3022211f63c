"""Which files make up a rulebook, their bytes, and the digest that identifies what they say."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from policyengine.dependencies import Layer
from policyengine.diagnostics import Diagnostic, error, listing, message, warning
from policyengine.files import walk
from policyengine.folders import Disk, Folders, lfs_digest
from policyengine.rulebook import Rulebook
from policyengine.source import Span
from policyengine.suggestions import closest

CASES_SUFFIX = ".cases.yaml"

# The kinds of files that have one place, and the folders of the others with their kinds.
_NEEDED = ("rulebook", "facts")
_OPTIONAL = ("assumptions", "clauses")
_FOLDERS = {"policies": "policy", "overlays": "overlay", "reports": "report"}


class SourceFile(NamedTuple):
    """One file of a rulebook: what kind it is, where it is, its bytes; ``faults`` if it cannot be read."""

    kind: str
    path: str
    data: bytes
    faults: tuple[Diagnostic, ...]


class Loaded(NamedTuple):
    """A rulebook, or None when there are errors, and everything that is wrong with its files.

    ``layers`` is the order in which its parts can be computed, once it has been checked that there is one.
    """

    rulebook: Rulebook | None
    diagnostics: tuple[Diagnostic, ...]
    layers: tuple[Layer, ...] = ()


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
    found = []
    for kind in (*_NEEDED, *_OPTIONAL):
        path = os.path.join(directory, f"{kind}.yaml")
        # A link to nothing is there: it must not pass for a file that nobody wants.
        if kind in _NEEDED or place.kind(path) is not None:
            found.append(_read(kind, path, place))
    for folder, kind in _FOLDERS.items():
        found += _read_folder(kind, os.path.join(directory, folder), place)
    return found, [fault for file in found for fault in file.faults]


def _read(kind: str, path: str, place: Folders) -> SourceFile:
    data, faults = place.read(path)
    if data is not None and lfs_digest(data) is not None:
        what = message("the file holds a pointer of Git LFS instead of its contents")
        faults, data = [error("file-unreadable", what, Span(path), message("run `git lfs pull`"))], None
    return SourceFile(kind, path, data or b"", tuple(faults))


def _read_folder(kind: str, folder: str, place: Folders) -> list[SourceFile]:
    found = place.kind(folder)
    if found == "file":
        data, faults = place.read(folder)
        if data is None:  # a link to nothing, for instance
            return [SourceFile(kind, folder, b"", tuple(faults))]
        what = message("`{path}` is a file, not a folder", path=folder)
        help = message("put the file into a folder of this name")
        return [SourceFile(kind, folder, b"", (error("file-directory", what, Span(folder), help),))]
    if found is None:
        return []
    names, faults = place.names(folder)
    if faults:
        return [SourceFile(kind, folder, b"", tuple(faults))]
    return [_read(kind, os.path.join(folder, name), place) for name in names if _is_rule_file(name)]


def _is_rule_file(name: str) -> bool:
    return name.endswith((".yaml", ".yml")) and not name.endswith(CASES_SUFFIX)


def stray_files(directory: str, files: Iterable[SourceFile]) -> list[Diagnostic]:
    """Return the YAML files in a rulebook's folder that nothing reads: misnamed, or in the wrong folder."""
    read = {os.path.normpath(file.path) for file in files}
    found: list[Diagnostic] = []
    for place, folders, names in walk(directory, found):
        inner = [one for one in folders if not os.path.isfile(os.path.join(place, one, "rulebook.yaml"))]
        folders[:] = sorted(one for one in inner if not one.startswith("."))
        for name in names:
            path = os.path.normpath(os.path.join(place, name))
            if (
                name.lower().endswith((".yaml", ".yml"))
                and not name.endswith(CASES_SUFFIX)
                and path not in read
            ):
                found.append(_stray(path, os.path.relpath(path, directory).replace(os.sep, "/")))
    return found


def _stray(path: str, inside: str) -> Diagnostic:
    what = message("nothing reads the file `{path}`", path=inside)
    folder, _, name = inside.rpartition("/")
    top = folder.partition("/")[0]
    stems = (*_NEEDED, *_OPTIONAL)
    help = message(
        "a rulebook has {names}, and YAML files in {folders}",
        names=listing(f"{one}.yaml" for one in stems),
        folders=listing(f"{one}/" for one in _FOLDERS),
    )
    if top in _FOLDERS and folder != top:
        help = message("move it to `{path}`: folders below are not read", path=f"{top}/{name}")
    else:
        near = _meant(folder, _FOLDERS) if folder else _meant(name.partition(".")[0], stems)
        if near is not None:
            meant = f"{near}/{name.lower()}" if folder else f"{near}.yaml"
            help = message("rename it to `{path}` if that is meant", path=meant)
    return warning("stray-file", what, Span(path), help)


def _meant(word: str, known: Collection[str]) -> str | None:
    return word.lower() if word.lower() in known else closest(word, known)


def digest_of(directory: str, files: Iterable[SourceFile]) -> str:
    """Return the SHA-256 of names and contents of the files, which identifies what the rules say."""
    digest = hashlib.sha256()
    for file in files:
        name = os.path.relpath(file.path, directory).replace(os.sep, "/").encode("utf-8", "surrogateescape")
        for part in (name, file.data):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return f"sha256:{digest.hexdigest()}"
