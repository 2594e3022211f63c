"""The rulebooks that are open in an editor: their unsaved texts, their index and the last sound model."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from policyengine.diagnostics.diagnostic import Diagnostic, Message, has_errors, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import replace
from policyengine.lint.examine import Superseded, examine_rulebook
from policyengine.lsp.index import Index, Symbol, Use
from policyengine.model.rulebook import DEADLINE_PROPERTIES, Rulebook
from policyengine.reading.file_names import is_tests, rulebook_of, spelling
from policyengine.reading.parse.load import parse_files
from policyengine.reading.rule_files import NAMED, SourceFile, collect_files
from policyengine.syntax.files import decode_text, read_bytes
from policyengine.syntax.keys import end_of_head
from policyengine.syntax.yaml_reader import read_yaml
from policyengine.syntax.yaml_tree import Node
from policyengine.testing.discover import tests_of
from policyengine.testing.read import check_scenarios, read_shape

_NAME_FORMS: Mapping[str, str] = {"assumption": r"[A-Z]+-[0-9]+", "clause": r"[A-Z0-9][A-Za-z0-9.-]*"}
_PLAIN_NAME = r"[a-z][a-z0-9_]*"


class CannotRename(Exception):
    """Why a name cannot be changed."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Edit(NamedTuple):
    """A text that takes the place of a stretch of a file."""

    span: Span
    text: str


class OpenRulebook:
    """One rulebook with the texts that the editor holds."""

    def __init__(self, folder: str) -> None:
        """``folder`` is where its rulebook.yaml lies."""
        self.folder = folder
        self.buffers: dict[str, bytes] = {}
        self.model: Rulebook | None = None
        self.told: dict[str, bool] = {}  # the files that were told about, and whether of errors
        self.edition = 0  # counts the edits
        self._index: Index | None = None
        self._last: dict[str, tuple[bytes, Node]] = {}  # texts that could be read, with their trees

    def edit(self, path: str, text: bytes | None) -> None:
        """Take the text that the editor holds of a file, None when it holds it no more."""
        if text is None:
            self.buffers.pop(path, None)
        else:
            self.buffers[path] = text
        self.edition += 1
        self._index = None

    @property
    def index(self) -> Index:
        """The names of the files as they are now; only files that have changed are read again."""
        if self._index is None:
            self._index = Index(self._trees(collect_files(self.folder, self.buffers)[0]))
        return self._index

    def check_file(self, path: str) -> list[Diagnostic]:
        """Return what reading finds wrong with one file, which is soon known; it changes nothing."""
        buffers = dict(self.buffers)
        if is_tests(path):
            data, model = buffers.get(path), self.model
            found = read_shape(path, data)[1] if model is None else check_scenarios(path, model, data)
        else:
            found = list(parse_files(self.folder, *collect_files(self.folder, buffers), ()).diagnostics)
        return [one for one in found if os.path.normpath(one.span.file) == path]

    def take_file(self, path: str, found: list[Diagnostic]) -> list[Diagnostic] | None:
        """Return what to tell about one file before all of it is known, None if that should wait."""
        if has_errors(found) or self.told.get(path, False):
            self.told[path] = has_errors(found)
            return found
        return None

    def check(self, edition: int) -> tuple[Rulebook | None, tuple[Diagnostic, ...]] | None:
        """Return the rulebook as it is now, None when it has errors, and everything that is wrong.

        Changes nothing, so that it can run beside the answers to the editor. Nothing is returned when there
        was an edit meanwhile: another check follows.
        """

        def go_on() -> None:
            if self.edition != edition:
                raise Superseded

        try:
            go_on()
            examined = examine_rulebook(self.folder, (), dict(self.buffers), go_on)
        except Superseded:
            return None
        return examined.rulebook, examined.diagnostics

    def take(self, book: Rulebook | None, diagnostics: Iterable[Diagnostic]) -> dict[str, list[Diagnostic]]:
        """Keep what a check has found, and return what to tell about each file.

        A file that was told about before and is sound now has nothing.
        """
        self.model = book or self.model
        found: dict[str, list[Diagnostic]] = {path: [] for path in self.told}
        for one in diagnostics:
            found.setdefault(os.path.normpath(one.span.file), []).append(one)
        self.told = {path: has_errors(faults) for path, faults in found.items() if faults}
        for path in self.buffers:
            found.setdefault(path, [])
        return found

    def _trees(self, files: list[SourceFile]) -> list[tuple[str, Node]]:
        texts = [
            (file.kind, file.path, file.data) for file in files if file.kind != NAMED and not file.faults
        ]
        texts += (("cases", path, self.text_of(path)) for path in tests_of(self.folder)[0])
        trees = []
        for kind, path, data in texts:
            if path not in self._last or self._last[path][0] != data:
                text, _ = decode_text(path, data)
                node = None if text is None else read_yaml(text, os.path.normpath(path))[0]
                if node is not None:
                    self._last[path] = data, node
            if path in self._last:  # of a file that is half written, as it was before
                trees.append((kind, self._last[path][1]))
        return trees

    def text_of(self, path: str) -> bytes:
        """Return the text of a file as the editor has it, or as it is saved."""
        buffer = self.buffers.get(os.path.normpath(path))
        if buffer is not None:
            return buffer
        return read_bytes(path, regular=True)[0] or b""

    # ---------- rename

    def rename(self, use: Use, new: str) -> list[Edit]:
        """Return the edits that give a name another form everywhere. Raises CannotRename.

        A fact or list keeps the beginning of its path, under which cases nest it. The result is tried out
        before it is returned.
        """
        symbol = use.symbol
        is_path = symbol.kind in _PATHS
        group, _, old = symbol.name.rpartition(".") if is_path else ("", "", symbol.name)
        head, _, last = new.rpartition(".") if is_path else ("", "", new)
        if head not in ("", group):
            raise CannotRename(_LAST_PART)
        if not re.fullmatch(_NAME_FORMS.get(symbol.kind, _PLAIN_NAME), last):
            raise CannotRename(_NO_NAME)
        by_name = (one for one in self.index.uses_of(symbol) if not one.by_title)
        edits = [Edit(_stretch(one, old, _end_of_name(one)), last) for one in by_name]
        if symbol.kind == "list":
            edits += self._in_paths(symbol, old, last)
        edits = list(dict.fromkeys(edits))  # what has an anchor is used once for each alias
        self._try(edits)
        return edits

    def _in_paths(self, listed: Symbol, old: str, new: str) -> Iterator[Edit]:
        """Return the edits of a list's name at the beginning of the paths of its facts."""
        for use in self.index.uses:
            if use.symbol.listed == listed.name and use.written.startswith(f"{listed.name}."):
                yield Edit(_stretch(use, old, len(listed.name)), new)

    def _try(self, edits: list[Edit]) -> None:
        """Raise CannotRename if a rulebook that is sound would not be after the edits."""
        buffers = dict(self.buffers)
        for path in {edit.span.file for edit in edits}:
            lines = self.text_of(path).decode("utf-8", "replace").split("\n")
            for edit in sorted((one for one in edits if one.span.file == path), reverse=True):
                row, start, end = edit.span.line - 1, edit.span.column - 1, edit.span.end_column - 1
                lines[row] = lines[row][:start] + edit.text + lines[row][end:]
            buffers[path] = "\n".join(lines).encode("utf-8")
        before = examine_rulebook(self.folder, (), self.buffers).diagnostics
        after = examine_rulebook(self.folder, (), buffers).diagnostics
        broken = next((one for one in after if one.severity == "error"), None)
        if broken is not None and not has_errors(before):
            raise CannotRename(broken.message)


def _end_of_name(use: Use) -> int:
    """Return where the name ends in what is written: before the property of a deadline."""
    if use.symbol.kind == "deadline":
        for property in DEADLINE_PROPERTIES:
            if use.written.endswith(f".{property}"):
                return end_of_head(use.written[: -len(property) - 1])
    if use.symbol.kind in _PATHS:
        return len(use.written)
    if use.symbol.kind == "table":
        return len(use.symbol.name)
    return end_of_head(use.written)


def _stretch(use: Use, old: str, end: int) -> Span:
    """Return the stretch of a use on which the old name ends at a position of what is written."""
    span, written = use.span, use.written
    quote = (span.end_column - span.column - len(written)) // 2 if span.line == span.end_line else 0
    start = span.column + quote + end - len(old)
    return replace(span, column=start, end_line=span.line, end_column=start + len(old))


_PATHS = ("fact", "list")
_LAST_PART = message("only the last part of a path can be renamed: cases nest the rest")
_NO_NAME = message("a name is written with small letters, digits and `_`, beginning with a letter")


def folder_of(path: str) -> str | None:
    """Return the rulebook that a file belongs to, or None."""
    is_rule_file = spelling(os.path.basename(path)).ending != ""
    return rulebook_of(path) if is_rule_file else None
