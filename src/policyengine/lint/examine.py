"""Everything that is wrong with files, whichever they are: rulebooks, their tests, cases and quotes.

One run looks at all files that are named, and does not stop at the first that is broken.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from policyengine.checks.quotes import check_quotes, find_document, wrong_document
from policyengine.diagnostics.diagnostic import Diagnostic, error, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen
from policyengine.loading.load import load_files, load_model
from policyengine.model.rulebook import Rulebook
from policyengine.reading.case.reader import CaseReader
from policyengine.reading.file_names import is_rulebook, is_yaml, kind_told, rulebook_of, tells_case
from policyengine.reading.rule_files import collect_files, stray_files
from policyengine.syntax.files import decode_text, read_bytes, read_text, walk
from policyengine.syntax.lines import NDJSON, Line, read_lines
from policyengine.testing.discover import tests_of
from policyengine.testing.read import Said, check_scenarios, read_shape
from policyengine.testing.required import check_required

Buffers = Mapping[str, bytes]
"""What is in an editor and not yet saved, by the normal path of the file."""

CASE_FILES = (".json", *NDJSON)


class Examined(Frozen):
    """The files that were looked at, and what is wrong with them, each in order and once.

    ``rulebook`` is that of the one folder that was looked at, None when it has errors.
    """

    files: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    rulebook: Rulebook | None


class Places(Frozen):
    """What paths stand for: folders of rulebooks, files of cases, and paths that stand for nothing."""

    rulebooks: tuple[str, ...]
    cases: tuple[str, ...]
    faults: tuple[Diagnostic, ...]


def find_places(paths: Iterable[str]) -> Places:
    """Return what there is to look at: a file of a rulebook stands for the whole of it."""
    rulebooks: dict[str, None] = {}
    cases: dict[str, None] = {}
    faults: list[Diagnostic] = []
    for path in paths:
        if os.path.isdir(path):
            books = list(_rulebooks_below(path, faults))
            inside = [] if books else [one for one in _files_below(path, faults) if _is_case(one)]
            rulebooks.update(dict.fromkeys(books or ([] if inside else [_around(path) or path])))
            cases.update(dict.fromkeys(inside))
        elif path.endswith(CASE_FILES) or (is_yaml(path) and _is_yaml_case(path)):
            cases[path] = None
        elif os.path.exists(path) and (rules := rulebook_of(path)) is not None:
            rulebooks[rules] = None
        elif os.path.exists(path):
            what = message("no folder above `{path}` holds a rulebook.yaml", path=path)
            help = message("name the folder of a rulebook, one of its files, or a case")
            faults.append(error("file-missing", what, Span(path), help))
        else:
            what = message("there is no file or folder `{path}`", path=path)
            help = message("name the folder of a rulebook, one of its files, or a case")
            faults.append(error("file-missing", what, Span(path), help))
    return Places(tuple(rulebooks), tuple(cases), tuple(faults))


def _is_case(path: str) -> bool:
    """Tell whether a file that nobody named is a case."""
    return path.endswith(CASE_FILES) or (is_yaml(path) and tells_case(_data_of(path)))


def _is_yaml_case(path: str) -> bool:
    """Tell whether a YAML file that somebody named is a case: it says so, or it can be nothing else."""
    data = _data_of(path)
    return tells_case(data) or (
        os.path.isfile(path) and rulebook_of(path) is None and kind_told(path, data) is None
    )


def _data_of(path: str) -> bytes:
    return read_bytes(path, regular=True)[0] or b""


def _rulebooks_below(folder: str, faults: list[Diagnostic]) -> Iterator[str]:
    for place, folders, _ in walk(folder, faults):
        folders[:] = [one for one in folders if not one.startswith(".")]
        if is_rulebook(place):
            yield os.path.normpath(place)
            folders.clear()


def _files_below(folder: str, faults: list[Diagnostic]) -> Iterator[str]:
    for place, folders, names in walk(folder, faults):
        folders[:] = [one for one in folders if not one.startswith(".")]
        yield from (os.path.join(place, name) for name in names)


def _around(folder: str) -> str | None:
    """Return the rulebook of which a folder is a part, such as ``policies``."""
    return rulebook_of(os.path.join(folder, "any"))


def examine(
    places: Places,
    judging: Mapping[str, str],
    overlays: Sequence[str] = (),
    documents: Sequence[str] = (),
) -> Examined:
    """Look at rulebooks with their tests, and at cases; ``judging`` is the rulebook's folder for each case.

    Every quote is held against ``documents``.
    """
    files: list[str] = []
    found = list(places.faults)
    for folder in places.rulebooks:
        one = examine_rulebook(folder, overlays)
        files += one.files
        found += one.diagnostics
        if one.rulebook is not None:
            found += (fault for path in documents for fault in _check_quotes(one.rulebook, path))
    readers = _Readers(tuple(overlays))
    for path in places.cases:
        files.append(path)
        found += readers.check(path, judging[path])
    return _ordered(files, found)


def _ordered(files: Iterable[str], found: Iterable[Diagnostic], rulebook: Rulebook | None = None) -> Examined:
    return Examined(tuple(sorted(set(files))), tuple(sorted(set(found), key=lambda one: one.order)), rulebook)


class Superseded(Exception):
    """A look that nobody waits for any more: what it looks at has changed."""


def _go_on() -> None:
    """Never raise: a command looks to the end."""


def examine_rulebook(
    folder: str,
    overlays: Sequence[str] = (),
    buffers: Buffers | None = None,
    go_on: Callable[[], None] = _go_on,
) -> Examined:
    """Look at a rulebook and the tests beside it; whether these hold is for ``policyengine test`` to say.

    ``go_on`` is called between its parts and raises Superseded to end it.
    """
    texts = buffers or {}
    collected, faults = collect_files(folder, texts)
    go_on()
    loaded = load_files(folder, collected, faults, tuple(overlays), not texts)
    tests, wrong = tests_of(folder)
    found = [*loaded.diagnostics, *stray_files(folder, collected), *wrong]
    # Tests switch on what they need: names that they use are those of the rulebook without overlays.
    book = load_files(folder, collected, faults, (), not texts).rulebook if overlays else loaded.rulebook
    said = Said()
    for path in tests:
        go_on()
        buffer = texts.get(os.path.normpath(path))
        if book is None:  # names of a rulebook with faults would all be told as unknown
            found += read_shape(path, buffer)[1]
        else:
            found += check_scenarios(path, book, buffer, said)
    if book is not None and said.names and said.is_whole:
        found += check_required(book, said.names)
    return _ordered([*(one.path for one in collected), *tests], found, loaded.rulebook)


class _Readers:
    """Readers of cases, one for each rulebook; what is wrong with that is told once."""

    def __init__(self, overlays: tuple[str, ...]) -> None:
        self.overlays = overlays
        self._readers: dict[str, CaseReader | None] = {}

    def check(self, path: str, rules: str) -> Iterator[Diagnostic]:
        """Return what is wrong with the cases of a file."""
        if rules not in self._readers:
            loaded = load_model(rules, self.overlays)
            self._readers[rules] = None if loaded.rulebook is None else CaseReader(loaded.rulebook)
            yield from (one for one in loaded.diagnostics if one.severity == "error")
        reader = self._readers[rules]
        for line in read_lines(path) if path.endswith(NDJSON) else (Line(1, *read_text(path)),):
            yield from line.faults
            if reader is not None and line.text is not None:
                yield from reader.read(line.text, path, line.number, is_line=path.endswith(NDJSON))[1]


def _check_quotes(book: Rulebook, path: str) -> Iterator[Diagnostic]:
    """Return the quotes of a rulebook that a document does not hold."""
    data, faults = read_bytes(path)
    if data is None:
        yield from faults
        return
    document = find_document(book, data)
    if document is None:
        yield wrong_document(book, data, path)
        return
    text, faults = decode_text(path, data)
    yield from faults if text is None else check_quotes(book, document, text)
