"""From the records of a block to typed cases, each with the instant at which it is judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from policyengine.api import Rulebook
from policyengine.batch.columns import Named, fact_of, nest
from policyengine.batch.records import Block, Cells, Rows, Slice, Text, Texts
from policyengine.diagnostics.diagnostic import Diagnostic, error, has_errors, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen, replace
from policyengine.model.case import Case
from policyengine.model.lookup import Lookup
from policyengine.outcome.beginning import events_of
from policyengine.reading.case.reader import CaseReader
from policyengine.reading.case.source import PlacedSource, Source
from policyengine.syntax.json_reader import Number, read_json
from policyengine.syntax.keys import Path, format_path
from policyengine.values.literals import format_value


class When(Frozen):
    """At which instant cases are judged.

    ``given``: all at ``instant`` (epoch seconds). ``told``: each when it says itself, else at ``instant``.
    ``own``: each when it says itself, else at the last event that it tells of; ``last``: if it tells of none,
    at ``instant``. ``fact``: each when the fact ``name`` says. ``key``: each when the column or key ``name``
    says.
    """

    kind: Literal["given", "told", "own", "last", "fact", "key"]
    instant: int
    name: str = ""


class Read(Frozen):
    """A record that has been read: its case and when it is judged, or what is wrong with it.

    ``line`` is the line of the file, of a Parquet file the row, from 1; ``told`` is what the record says, as
    it was found, and ``column`` how many characters stand before it on its line. With ``is_last`` the rest of
    its file cannot be read.
    """

    file: str
    line: int
    case: Case | None
    as_of: int
    faults: tuple[Diagnostic, ...]
    told: object
    column: int = 0
    is_last: bool = False


class BlockReader:
    """Reads blocks under one rulebook."""

    def __init__(self, rulebook: Rulebook, named: Named, when: When) -> None:
        """``named`` are keys and columns that are no facts."""
        self.rulebook = rulebook
        self.reader = CaseReader(rulebook.model)
        self.named = named
        self.when = when
        self.is_usual = named == Named()
        """Whether cases say of themselves what they say by the usual names."""
        self.name_fact = None if named.id == "case" else fact_of(Lookup(rulebook.model), named.id)

    def read(self, block: Block) -> Iterator[Read]:
        """Return each record of a block, in order."""
        for piece in block:
            match piece:
                case Texts():
                    for text in piece.records:
                        yield self._of_text(piece.file, text)
                case Rows():
                    names = [format_path(one.path) for one in piece.columns.columns]
                    for row in piece.records:
                        yield self._of_cells(piece, row, names)
                case Slice():
                    yield from self._of_slice(piece)

    # ---------- JSON

    def _of_text(self, file: str, record: Text) -> Read:
        line, column = record.line, record.column
        if record.text is None:
            return Read(file, line, None, 0, record.faults, record.raw, column, record.is_last)
        if self.is_usual:
            plain = self.reader.read_plain_text(record.text, file, _place(file, line, column))
            if plain is not None and isinstance(as_of := self._as_of(plain), int):
                return Read(file, line, plain, as_of, (), record.text)
        value, faults = read_json(record.text, file, line)
        if has_errors(faults):
            read = Read(file, line, None, 0, tuple(faults), record.text)
        else:
            if isinstance(value, dict):
                value = self._renamed(value)
            read = self._case(value, Source(record.text, file, line), line, record.text, column)
        return _moved(read, column) if column and read.faults else read

    def _renamed(self, value: dict[str, object]) -> dict[str, object]:
        """Return a case in which what the options name has its usual name."""
        told = dict(value)
        for usual, other in (("case", self.named.id), ("as_of", self.named.as_of)):
            if other != usual and (usual == "as_of" or self.name_fact is None):
                told.pop(usual, None)
                if other in told:
                    found = told.pop(other)
                    told[usual] = str(found) if isinstance(found, Number) else found
        return told

    # ---------- tables

    def _of_cells(self, piece: Rows, row: Cells, names: Sequence[str]) -> Read:
        if row.faults:
            told: object = _shown(row.raw) or dict(zip(names, map(_shown, row.cells), strict=False))
            return Read(piece.file, row.line, None, 0, row.faults, told, 0, row.is_last)
        columns = piece.columns.columns
        source = PlacedSource(piece.file, row.line)
        values: list[object] = []
        for column, cell in zip(columns, row.cells, strict=True):
            value: object = cell.strip() or None
            if value is not None and column.kind in ("list", "group"):
                value, faults = read_json(cell, piece.file, row.line)
                if has_errors(faults):
                    faults = [_in_field(fault, column.path, source.span) for fault in faults]
                    told = dict(zip(names, row.cells, strict=True))
                    return Read(piece.file, row.line, None, 0, tuple(faults), told)
            values.append(value)
        read = self._case(nest(columns, values), source, row.line, None)
        return replace(read, told=dict(zip(names, row.cells, strict=True))) if read.faults else read

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
                continue
            if isinstance(value, dict) and isinstance(value.get("case"), Number):
                value["case"] = str(value["case"])  # numbers of a column are names as well
            yield self._case(value, source, line, told)

    # ---------- cases

    def _case(self, value: object, source: Source, line: int, told: object, column: int = 0) -> Read:
        place = _place(source.file, line, column)
        for name in self.named.ignored:
            _leave_out(value, name)
        case, faults = self.reader.read_value(value, source)
        if case is None:
            return Read(source.file, line, None, 0, tuple(faults), told)
        case = replace(case, id=self._name(value, case) or place)
        as_of = self._as_of(case)
        if isinstance(as_of, int):
            return Read(source.file, line, case, as_of, (), told)
        span = source.places([((), False)])[0]
        return Read(source.file, line, None, 0, (replace(as_of, span=span),), told)

    def _name(self, value: object, case: Case) -> str | None:
        """Return the name of a case, None if it has none."""
        if self.name_fact is None:
            return case.id if isinstance(value, dict) and "case" in value else None
        found = case.values.get((self.name_fact.path, None))
        book = self.rulebook.model
        if found is None:
            return None
        return str(format_value(found, self.name_fact.type, book.zone, book.currency))

    def _as_of(self, case: Case) -> int | Diagnostic:
        """Return when a case is judged, or why that cannot be told."""
        when = self.when
        if when.kind == "given":
            return when.instant
        if when.kind == "told":
            return when.instant if case.as_of is None else case.as_of
        if when.kind in ("own", "last"):
            found = own_instant(case, self.rulebook) if case.as_of is None else case.as_of
        elif when.kind == "fact":
            value = case.values.get((when.name, None))
            found = value if isinstance(value, int) else None
        else:
            found = case.as_of
        if found is not None:
            return found
        if when.kind == "last":
            return when.instant  # it tells of no event: when is all the same
        if when.kind == "own":
            what = message(
                "the case tells of no event, and --as-of own means the last event that it tells of"
            )
            return error("no-instant", what, Span(""), message("give an instant to --as-of"))
        what = message("the case does not give `{name}`, as of which it is to be judged", name=when.name)
        return error("no-instant", what, Span(""), message("add it, or give an instant to --as-of"))


def _place(file: str, line: int, column: int) -> str:
    """Return where a case stands, which is the name of one that has none."""
    return f"{file}:{line}:{column + 1}" if column else f"{file}:{line}"


def own_instant(case: Case, rulebook: Rulebook) -> int | None:
    """Return the instant of the last event that a case tells of, in epoch seconds; None without any."""
    return max((instant for instant, _ in events_of(rulebook.model, case)), default=None)


def _in_field(fault: Diagnostic, path: Path, span: Span) -> Diagnostic:
    return replace(fault, span=span, path=format_path(path))


def _moved(read: Read, column: int) -> Read:
    """Return faults of a record that does not begin at the beginning of its line where they stand."""
    faults = []
    for fault in read.faults:
        span = fault.span
        if span.line == read.line:
            end = span.end_column + column if span.end_line == span.line else span.end_column
            span = Span(span.file, span.line, span.column + column, span.end_line, end)
        faults.append(replace(fault, span=span))
    return replace(read, faults=tuple(faults), column=column)


def _shown(text: str) -> str:
    """Return text in which bytes that are no UTF-8 are spelled out."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _leave_out(value: object, name: str) -> None:
    """Take out of a case what has a name, perhaps deeper, and of every record of a list."""
    if isinstance(value, list):
        for one in value:
            _leave_out(one, name)
    elif isinstance(value, dict):
        value.pop(name, None)
        step, _, rest = name.partition(".")
        if rest:
            _leave_out(value.get(step), rest)
