"""The door: a case from a text, a mapping or a tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from policyengine.diagnostics.diagnostic import Diagnostic, error, has_errors, message
from policyengine.frozen import replace
from policyengine.model.case import Case
from policyengine.model.key_names import format_key
from policyengine.model.rulebook import Rulebook
from policyengine.reading.case.checks import check
from policyengine.reading.case.draft import Draft
from policyengine.reading.case.header import HEADER, read_header
from policyengine.reading.case.names import read_level
from policyengine.reading.case.shape import case_shape
from policyengine.reading.case.source import Source, TreeSource
from policyengine.syntax.json_reader import read_json

if TYPE_CHECKING:
    from policyengine.model.lookup import Lookup
    from policyengine.syntax.yaml_tree import MappingNode

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

    @cached_property
    def lookup(self) -> Lookup:
        """What names and titles mean: only asked where facts are set."""
        from policyengine.model.lookup import Lookup

        return Lookup(self.rulebook)

    def read(
        self, text: str, file: str, first_line: int = 1, settings: Settings = ()
    ) -> tuple[Case | None, list[Diagnostic]]:
        """Return the case of a JSON text, or None when there are errors, and everything wrong with it.

        ``settings`` are pairs of a dotted path and a literal that replace what the text says; an empty
        literal takes the fact out.
        """
        value, faults = read_json(text, file, first_line)
        if has_errors(faults):
            return None, faults
        return self.read_value(value, Source(text, file, first_line), settings)

    def read_plain(
        self, value: Mapping[str, object], file: str, settings: Settings = ()
    ) -> tuple[Case | None, list[Diagnostic]]:
        """Return the case of a mapping as JSON gives it, or with values of Python; faults name the field."""
        from policyengine.syntax.mapping_reader import MappingReader  # not for cases in files

        reader = MappingReader(file, of_program=True)
        read = reader.read(value)
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
            what = message("a case is an object: `{{ … }}`")
            help = message("write several cases in a file named `….ndjson`, each on a line")
            place = source.places([((), False)])[0]
            return None, [error("wrong-shape", what, place, help if isinstance(value, list) else None)]
        draft = Draft(self.rulebook, source)
        if settings:
            from policyengine.reading.case.settings import put  # most cases are read as they stand

            for name, literal in settings:
                put(draft, value, name, literal, self.lookup)
        read_header(draft, value)
        read_level(draft, {name: part for name, part in value.items() if name not in HEADER}, self.shape, ())
        check(draft)
        if draft.has_faults:
            return None, draft.diagnostics()
        return Case(draft.id, source.file, draft.values, draft.records, as_of=draft.as_of), []
