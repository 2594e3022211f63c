"""The door: a case from a text, a mapping or a tree."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from policyengine.diagnostics.diagnostic import Diagnostic, error, has_errors, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import replace
from policyengine.model.case import Case
from policyengine.model.key_names import format_key
from policyengine.model.rulebook import Rulebook
from policyengine.reading.case.header import NOTES, free_names, note_lines, read_header
from policyengine.reading.case.plain import PlainReader
from policyengine.reading.case.shape import case_shape
from policyengine.reading.case.source import Source, TreeSource
from policyengine.reading.file_names import is_yaml
from policyengine.syntax.json_reader import read_json

if TYPE_CHECKING:
    from policyengine.model.lookup import Lookup
    from policyengine.reading.case.draft import Draft
    from policyengine.syntax.yaml_tree import MappingNode

# Comments and empty lines, then a key that no bracket or quote begins.
_LIKE_YAML = r"\ufeff?(?:[ \t]*(?:#[^\n]*)?\r?\n|---[ \t]*\r?\n)*(?:#[^\n]*|[^\s\[{\"'#][^\n:]*:(?:\s|$))"
Settings = Sequence[tuple[str, str]]
"""Pairs of a name, dotted or a title, and a literal."""

CODES = (
    "bad-value",
    "before-cause",
    "derived-fact",
    "out-of-bounds",
    "undated-fact",
    "undated-record",
    "unknown-fact",
    "wrong-shape",
    "wrong-type",
)
"""The codes of the faults for which a case is refused after its text could be read."""


class CaseReader:
    """Reads cases of one rulebook."""

    def __init__(self, rulebook: Rulebook) -> None:
        """Prepare the names that a case can use."""
        self.rulebook = rulebook
        self.shape = case_shape(rulebook)
        self._plain = PlainReader(rulebook, self.shape)

    @cached_property
    def lookup(self) -> Lookup:
        """What names and titles mean: only asked where facts are set."""
        from policyengine.model.lookup import Lookup

        return Lookup(self.rulebook)

    def read(
        self, text: str, file: str, first_line: int = 1, settings: Settings = (), is_line: bool = False
    ) -> tuple[Case | None, list[Diagnostic]]:
        """Return the case of a text, or None when there are errors, and everything wrong with it.

        The text is YAML if the name of the file says so, or it says nothing and the text looks so; else, and
        if it is one line of many, it is JSON. ``settings`` are pairs of a dotted path and a literal that
        replace what the text says; an empty literal takes the fact out.
        """
        if not is_line and is_yaml_text(text, file):
            return self._read_yaml(text, file, settings)
        plain = None if settings else self._plain.read_text(text, file)
        if plain is not None:
            return plain, []
        value, faults = read_json(text, file, first_line)
        if has_errors(faults):
            return None, faults
        return self.read_value(value, Source(text, file, first_line), settings)

    def read_plain_text(self, text: str, file: str, name: str) -> Case | None:
        """Return the case of a text of JSON in its plainest form; None: it has to be read closely.

        ``name`` is that of a case which gives itself none.
        """
        return self._plain.read_text(text, file, name)

    def _read_yaml(self, text: str, file: str, settings: Settings) -> tuple[Case | None, list[Diagnostic]]:
        """Return the case of a YAML text; what has nothing behind its key is not said."""
        from policyengine.syntax.yaml_reader import read_yaml  # most cases are JSON
        from policyengine.syntax.yaml_tree import MappingNode, SequenceNode, to_plain, without_blanks

        tree, faults = read_yaml(text, file)
        if tree is None or has_errors(faults):
            return None, faults
        if not isinstance(tree, MappingNode):
            return None, [*faults, _no_object(tree.span, isinstance(tree, SequenceNode), True)]
        tree = without_blanks(tree)
        case, found = self.read_value(to_plain(tree), TreeSource(tree), settings)
        return case, sorted(_by_cause(faults, found), key=lambda one: one.order)

    def read_plain(
        self, value: Mapping[str, object], file: str, settings: Settings = ()
    ) -> tuple[Case | None, list[Diagnostic]]:
        """Return the case of a mapping as JSON gives it, or with values of Python; faults name the field."""
        from policyengine.syntax.mapping_reader import MappingReader  # not for cases in files

        reader = MappingReader(file, of_program=True)
        are_free = NOTES in free_names(self.shape)
        read = reader.read({key: part for key, part in value.items() if not (are_free and key == NOTES)})
        if are_free and NOTES in value and isinstance(read, dict):
            notes = MappingReader(file)
            read[NOTES] = notes.read(value[NOTES], (NOTES,))
            reader.faults += [one for one in notes.faults if one.code != "wrong-type"]  # of any type
        if reader.faults:
            return None, reader.faults
        return self.read_value(read, Source("", file, 1), settings)

    def read_tree(self, tree: MappingNode, id: str) -> tuple[Case | None, list[Diagnostic]]:
        """Return the case of a YAML tree, or None when there are errors, and everything wrong with it."""
        from policyengine.syntax.mapping_reader import MappingReader  # not for cases in files of their own
        from policyengine.syntax.yaml_tree import to_plain

        reader = MappingReader(tree.span.file)
        read = reader.read(to_plain(tree))
        if reader.faults:
            return None, [replace(fault, span=tree.span) for fault in reader.faults]
        case, faults = self.read_value(read, TreeSource(tree), ())
        return None if case is None else replace(case, id=id), faults

    def name_of(self, written: str) -> str:
        """Return the name in the rulebook of what a setting names, perhaps by a title or in another form."""
        from policyengine.model.lookup import CASE

        found = {one.key for one in self.lookup.find(written, CASE)}
        return format_key(self.rulebook, found.pop()) if len(found) == 1 else written

    def read_value(
        self, value: object, source: Source, settings: Settings = ()
    ) -> tuple[Case | None, list[Diagnostic]]:
        """Return the case of a value as the reader of JSON gives it, and everything wrong with it.

        ``source`` knows where its parts stand.
        """
        if not isinstance(value, dict):
            return None, [_no_object(source.places([((), False)])[0], isinstance(value, list))]
        plain = None if settings else self._plain.read(value, source.file)
        return self._read_closely(value, source, settings) if plain is None else (plain, [])

    def _read_closely(
        self, value: dict[str, object], source: Source, settings: Settings
    ) -> tuple[Case | None, list[Diagnostic]]:
        """Return the case of a value whatever it says: with titles, with settings, with faults."""
        draft = self._draft(value, source, settings, bool(settings))
        if draft.is_misspelt and not settings:  # perhaps it has titles, which most cases do not
            draft = self._draft(value, source, (), True)
        if draft.has_faults:
            return None, draft.diagnostics()
        case = Case(draft.id, source.file, draft.values, draft.records, as_of=draft.as_of, notes=draft.notes)
        return case, []

    def _draft(self, value: dict[str, object], source: Source, settings: Settings, titled: bool) -> Draft:
        """Return what is read of a case, in which titles may stand for names."""
        from policyengine.reading.case.checks import check  # most cases are written plainly
        from policyengine.reading.case.draft import Draft
        from policyengine.reading.case.names import read_level

        draft = Draft(self.rulebook, source, lambda: self.lookup)
        if titled:
            from policyengine.reading.case.titles import by_names

            named = by_names(self.rulebook, self.lookup, self.shape, value)
            value, draft.spelled = named.value, named.spelled
            for wrong in named.wrong:
                draft.fault(wrong.code, wrong.what, wrong.path, wrong.help, True, wrong.written)
        if settings:
            from policyengine.reading.case.settings import put  # most cases are read as they stand

            for name, literal in settings:
                put(draft, value, name, literal, self.lookup)
        read_header(draft, value)
        free = free_names(self.shape)
        if NOTES in free and NOTES in value:
            draft.notes = "\n".join(note_lines(value[NOTES]))
        read_level(draft, {name: part for name, part in value.items() if name not in free}, self.shape, ())
        check(draft)
        return draft


def is_yaml_text(text: str, file: str) -> bool:
    """Tell whether a case is written in YAML: by the ending of its file, or by how it begins."""
    if is_yaml(file):
        return True
    if file.endswith(".json") or text[:1] == "{":
        return False
    return not text.strip() or re.match(_LIKE_YAML, text) is not None


def _by_cause(slips: Sequence[Diagnostic], found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Return what is wrong with a text and with the case in it; of what follows from a slip, the slip alone.

    A line without a space after its colon is a text, and so no group: the first is what there is to mend.
    """
    wrong = {_place(one) for one in found if one.code == "wrong-shape"}
    causes = {_place(one) for one in slips if one.code == "yaml-colon"} & wrong
    told = [replace(one, severity="error") if _place(one) in causes else one for one in slips]
    return [*told, *(one for one in found if one.code != "wrong-shape" or _place(one) not in causes)]


def _place(fault: Diagnostic) -> tuple[str, int, int]:
    return fault.span.file, fault.span.line, fault.span.column


def _no_object(place: Span, is_list: bool, is_yaml: bool = False) -> Diagnostic:
    what = message("a case is an object: `{{ … }}`")
    if is_yaml:
        what = message("a case is written in lines `…: …`")
    help = message("write several cases in a file named `….ndjson`, each on a line")
    return error("wrong-shape", what, place, help if is_list else None)
