"""The rulebooks that are open in an editor: their unsaved texts, their index and the last sound model."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from policyengine.diagnostics import Diagnostic, Message, has_errors, message
from policyengine.document import Node, read_yaml
from policyengine.examine import examine_rulebook
from policyengine.files import decode_text
from policyengine.keys import end_of_head
from policyengine.lsp.index import Index, Symbol, Use
from policyengine.rule_files import CASES_SUFFIX, SourceFile, collect_files
from policyengine.rulebook import DEADLINE_PROPERTIES, Rulebook
from policyengine.source import Span
from policyengine.testing.discover import rulebook_of, tests_of

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
        self.index = Index(())
        self.told: set[str] = set()
        self._last: dict[str, tuple[bytes, Node]] = {}  # texts that could be read, with their trees

    def refresh(self) -> None:
        """Bring the index up to date; only files that have changed are read again."""
        files, _ = collect_files(self.folder, self.buffers)
        self.index = Index(self._trees(files))

    def check(self) -> tuple[Rulebook | None, tuple[Diagnostic, ...]]:
        """Return the rulebook as it is now, None when it has errors, and everything that is wrong.

        Changes nothing, so that it can run beside the answers to the editor.
        """
        examined = examine_rulebook(self.folder, (), dict(self.buffers))
        return examined.rulebook, examined.diagnostics

    def take(self, book: Rulebook | None, diagnostics: Iterable[Diagnostic]) -> dict[str, list[Diagnostic]]:
        """Keep what a check has found, and return what to tell about each file.

        A file that was told about before and is sound now has nothing.
        """
        self.model = book or self.model
        found: dict[str, list[Diagnostic]] = {path: [] for path in self.told}
        for one in diagnostics:
            found.setdefault(os.path.normpath(one.span.file), []).append(one)
        self.told = {path for path, faults in found.items() if faults}
        for path in self.buffers:
            found.setdefault(path, [])
        return found

    def _trees(self, files: list[SourceFile]) -> list[tuple[str, Node]]:
        texts = [(file.kind, file.path, file.data) for file in files if not file.faults]
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
        try:
            with open(path, "rb") as stream:
                return stream.read()
        except OSError:
            return b""

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
    return end_of_head(use.written)


def _stretch(use: Use, old: str, end: int) -> Span:
    """Return the stretch of a use on which the old name ends at a position of what is written."""
    span, written = use.span, use.written
    quote = (span.end_column - span.column - len(written)) // 2 if span.line == span.end_line else 0
    start = span.column + quote + end - len(old)
    return span._replace(column=start, end_line=span.line, end_column=start + len(old))


_PATHS = ("fact", "list")
_LAST_PART = message("only the last part of a path can be renamed: cases nest the rest")
_NO_NAME = message("a name is written with small letters, digits and `_`, beginning with a letter")


def folder_of(path: str) -> str | None:
    """Return the rulebook that a file belongs to, or None."""
    is_rule_file = path.endswith((".yaml", ".yml", CASES_SUFFIX))
    return rulebook_of(path) if is_rule_file else None
