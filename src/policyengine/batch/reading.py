"""From the records of a block to typed cases, each with the instant at which it is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from policyengine.api import Rulebook
from policyengine.batch.columns import Named, nest
from policyengine.batch.records import Block, Cells, Rows, Slice, Text, Texts
from policyengine.diagnostics.diagnostic import Diagnostic, error, has_errors, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen, replace
from policyengine.model.case import Case
from policyengine.reading.case.header import HEADER
from policyengine.reading.case.reader import CaseReader
from policyengine.reading.case.source import PlacedSource, Source
from policyengine.syntax.json_reader import Number, read_json
from policyengine.syntax.keys import Path, format_path
from policyengine.values.literals import start_of_day


class When(Frozen):
    """At which instant cases are judged.

    ``given``: all at ``instant`` (epoch seconds). ``told``: each when it says itself, else at ``instant``.
    ``own``: each at the last event that it tells of. ``fact``: each when the fact ``name`` says.
    ``key``: each when the column or key ``name`` says.
    """

    kind: Literal["given", "told", "own", "fact", "key"]
    instant: int
    name: str = ""


class Read(Frozen):
    """A record that has been read: its case and when it is judged, or what is wrong with it.

    ``line`` is the line of the file, of a Parquet file the row, from 1; ``told`` is what the record says, as
    it was found.
    """

    file: str
    line: int
    case: Case | None
    as_of: int
    faults: tuple[Diagnostic, ...]
    told: object


class BlockReader:
    """Reads blocks under one rulebook."""

    def __init__(self, rulebook: Rulebook, named: Named, when: When) -> None:
        """``named`` are keys and columns that are no facts."""
        self.rulebook = rulebook
        self.reader = CaseReader(rulebook.model)
        self.named = named
        self.when = when

    def read(self, block: Block) -> Iterator[Read]:
        """Return each record of a block, in order."""
        for piece in block:
            match piece:
                case Texts():
                    for text in piece.records:
                        yield self._of_text(piece.file, text)
                case Rows():
                    for row in piece.records:
                        yield self._of_cells(piece, row)
                case Slice():
                    yield from self._of_slice(piece)

    # ---------- JSON

    def _of_text(self, file: str, record: Text) -> Read:
        if record.text is None:
            return Read(file, record.line, None, 0, record.faults, "")
        value, faults = read_json(record.text, file, record.line)
        if has_errors(faults):
            return Read(file, record.line, None, 0, tuple(faults), record.text)
        if isinstance(value, dict):
            value = self._renamed(value)
        return self._case(value, Source(record.text, file, record.line), record.line, record.text)

    def _renamed(self, value: dict[str, object]) -> dict[str, object]:
        """Return a case in which what the options name has its usual name, and what is ignored is not."""
        named = self.named
        if not named.ignored and named.id == "case" and named.as_of == "as_of":
            return value
        found = {name: part for name, part in value.items() if name not in named.ignored}
        for usual, other in (("case", named.id), ("as_of", named.as_of)):
            if other != usual:
                found.pop(usual, None)
                if other in found:
                    told = found.pop(other)
                    found[usual] = str(told) if isinstance(told, Number) else told
        return found

    # ---------- tables

    def _of_cells(self, piece: Rows, row: Cells) -> Read:
        columns = piece.columns.columns
        told = dict(zip((format_path(one.path) for one in columns), row.cells, strict=False))
        if row.faults:
            return Read(piece.file, row.line, None, 0, row.faults, told)
        source = PlacedSource(piece.file, row.line)
        values: list[object] = []
        for column, cell in zip(columns, row.cells, strict=True):
            value: object = cell.strip() or None
            if value is not None and column.kind in ("list", "group"):
                value, faults = read_json(cell, piece.file, row.line)
                if has_errors(faults):
                    faults = [_in_field(fault, column.path, source.span) for fault in faults]
                    return Read(piece.file, row.line, None, 0, tuple(faults), told)
            values.append(value)
        return self._case(nest(columns, values), source, row.line, told)

    def _of_slice(self, piece: Slice) -> Iterator[Read]:
        from policyengine.batch.parquet import rows_of  # needs pyarrow
        from policyengine.syntax.mapping_reader import MappingReader

        for line, values in enumerate(rows_of(piece), piece.first_row):
            source = PlacedSource(piece.file, line)
            told = nest(piece.columns.columns, values)
            reader = MappingReader(piece.file)
            value = reader.read(told)
            if reader.faults:
                faults = tuple(replace(fault, span=source.span) for fault in reader.faults)
                yield Read(piece.file, line, None, 0, faults, told)
            else:
                if isinstance(value, dict) and isinstance(value.get("case"), Number):
                    value["case"] = str(value["case"])  # numbers of a column are names as well
                yield self._case(value, source, line, told)

    # ---------- cases

    def _case(self, value: object, source: Source, line: int, told: object) -> Read:
        case, faults = self.reader.read_value(value, source)
        if case is None:
            return Read(source.file, line, None, 0, tuple(faults), told)
        if isinstance(value, dict) and "case" not in value:
            case = replace(case, id=f"{source.file}:{line}")
        as_of = self._as_of(case)
        if isinstance(as_of, int):
            return Read(source.file, line, case, as_of, (), told)
        span = source.places([((), False)])[0]
        return Read(source.file, line, None, 0, (replace(as_of, span=span),), told)

    def _as_of(self, case: Case) -> int | Diagnostic:
        """Return when a case is judged, or why that cannot be told."""
        when = self.when
        if when.kind == "given":
            return when.instant
        if when.kind == "told":
            return when.instant if case.as_of is None else case.as_of
        if when.kind == "own":
            found = own_instant(case, self.rulebook)
        elif when.kind == "fact":
            value = case.values.get((when.name, None))
            found = value if isinstance(value, int) else None
        else:
            found = case.as_of
        if found is not None:
            return found
        if when.kind == "own":
            what = message("the case tells of no event, and --as-of own is the last that it tells of")
            return error("no-instant", what, Span(""), message("give an instant to --as-of"))
        what = message("the case does not say `{name}`, by which it is to be judged", name=when.name)
        return error("no-instant", what, Span(""), message("say it, or give an instant to --as-of"))


def own_instant(case: Case, rulebook: Rulebook) -> int | None:
    """Return the instant of the last event that a case tells of, in epoch seconds; None if it tells of none.

    A day counts from its beginning. What is planned is no event yet.
    """
    book = rulebook.model
    found = None
    for key, value in case.values.items():
        fact = book.facts[key[0]]
        if isinstance(value, int) and fact.is_event:
            instant = value if fact.type.value == "instant" else start_of_day(value, book.zone)
            found = instant if found is None or instant > found else found
    return found


def _in_field(fault: Diagnostic, path: Path, span: Span) -> Diagnostic:
    return replace(fault, span=span, path=format_path(path))


def is_header(name: str) -> bool:
    """Tell whether a name is one that every case can use beside its facts."""
    return name in HEADER


def as_mapping(told: object) -> Mapping[str, object]:
    """Return what a record says by its names."""
    return told if isinstance(told, Mapping) else {}
