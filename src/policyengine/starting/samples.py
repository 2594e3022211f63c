"""Cases that somebody has, as columns of values: CSV, JSON and NDJSON files of any house."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, has_errors, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import Frozen
from policyengine.starting.names import one_line
from policyengine.syntax.csv_reader import CsvRow, read_csv
from policyengine.syntax.files import read_bytes, read_text
from policyengine.syntax.json_reader import Number, read_json
from policyengine.syntax.lines import NDJSON, read_lines
from policyengine.values.faults import LiteralError
from policyengine.values.parse import check_text

Steps = tuple[str, ...]
"""The keys that lead to a value, as the file spells them."""
Value = str | bool
"""What a file gives: a text, a number by its digits (:class:`Number`), or yes or no."""

MOST_FIELDS = 1000
"""No form has as many: what has more keys is data, with a key for each thing."""
_SHOWN = 80


class Field:
    """The values of one column, in the order of the cases or records that have one."""

    def __init__(self, steps: Steps, listed: Steps | None) -> None:
        """``listed`` leads to the list of whose records it is a field."""
        self.steps = steps
        self.listed = listed
        self.values: list[Value] = []

    @property
    def head(self) -> str:
        """What people call it."""
        return one_line(" ".join(self.steps))


class Samples:
    """All cases of a file, and their columns in the order in which they first appear."""

    def __init__(self) -> None:
        """Begin without cases."""
        self.cases: list[Mapping[str, object]] = []
        self.fields: dict[tuple[Steps | None, Steps], Field] = {}
        self.records: dict[Steps, int] = {}  # of each list
        self.lists: dict[Steps, int] = {}  # in how many cases each list is
        self.left_out: dict[str, Message] = {}

    def add(self, case: Mapping[str, object]) -> None:
        """Take in a case."""
        self.cases.append(case)
        self._level(case, (), None)

    def field(self, steps: Steps, listed: Steps | None) -> Field:
        """Return a column, which may be a new one."""
        return self.fields.setdefault((listed, steps), Field(steps, listed))

    def _level(self, level: Mapping[str, object], steps: Steps, listed: Steps | None) -> None:
        for key, value in level.items():
            inner = (*steps, key)
            if isinstance(value, dict):
                self._level(value, inner, listed)
            elif isinstance(value, list):
                self._list(value, inner, listed)
            elif len(self.fields) <= MOST_FIELDS:
                field = self.field(inner, listed)
                if says_something(value):
                    field.values.append(value)

    def _list(self, records: Sequence[object], steps: Steps, listed: Steps | None) -> None:
        if listed is not None:
            self.left_out[_shown((*listed, *steps))] = message(
                "a list within a list is left out: make two lists, and let one name the other"
            )
            return
        self.lists[steps] = self.lists.get(steps, 0) + 1
        self.records[steps] = self.records.get(steps, 0) + len(records)
        for record in records:
            self._level(as_record(record), (), steps)


class _Cell(Frozen):
    head: str
    span: Span


def says_something(value: object) -> TypeGuard[Value]:
    """Tell whether a value is one: not ``null``, and no text of nothing but space."""
    return isinstance(value, bool) or (isinstance(value, str) and bool(value.strip()))


def as_record(value: object) -> Mapping[str, object]:
    """Return an item of a list as a record: a bare value is one with a single field."""
    return value if isinstance(value, dict) else {"value": value}


def _shown(steps: Steps) -> str:
    return one_line(".".join(steps))[:_SHOWN]


def read_samples(path: str) -> tuple[Samples | None, list[Diagnostic]]:
    """Return the cases of a file by what its name ends in, or None and what is wrong with it.

    ``.csv`` (the first row names the columns), ``.json`` (a case, or a list of cases), ``.ndjson`` and
    ``.jsonl`` (a case a line). Every fault has its line and column.
    """
    ending = os.path.splitext(path)[1].lower()
    samples = Samples()
    if ending == ".csv":
        faults = _read_csv(path, samples)
    elif ending in NDJSON:
        faults = _read_lines(path, samples)
    elif ending == ".json":
        text, faults = read_text(path)
        if text is not None:
            faults = _read_json(text, path, 1, samples)
    else:
        what = message("`{path}` is not a case file, going by its name", path=one_line(path))
        help = message("name a file that ends in `.csv`, `.json` or `.ndjson`")
        return None, [error("misnamed-file", what, Span(path), help)]
    if not faults and len(samples.fields) > MOST_FIELDS:
        what = message("the cases have more than {limit} different fields", limit=f"{MOST_FIELDS:,}")
        help = message("where a key is a number or a name, make a list with a record for each")
        faults = [error("wrong-shape", what, Span(path), help)]
    if not faults and not samples.cases and not samples.fields:
        what = message("there is no case in the file")
        faults = [error("wrong-shape", what, Span(path), message("give it a case, or use `init` without it"))]
    return (None, faults) if has_errors(faults) else (samples, faults)


def _read_lines(path: str, samples: Samples) -> list[Diagnostic]:
    faults: list[Diagnostic] = []
    for line in read_lines(path):
        faults += line.faults
        if line.text is not None:
            faults += _read_json(line.text, path, line.number, samples)
    return faults


def _read_json(text: str, path: str, first_line: int, samples: Samples) -> list[Diagnostic]:
    value, faults = read_json(text, path, first_line)
    if has_errors(faults):
        return faults
    cases = value if isinstance(value, list) else [value]
    for number, case in enumerate(cases):
        if not isinstance(case, dict):
            from policyengine.syntax.json_places import locate  # only for faults

            steps = [number] if isinstance(value, list) else []
            line, column, end_line, end_column = locate(text, [(steps, False)])[0]
            more = first_line - 1
            span = Span(path, line + more, column, end_line + more, end_column)
            what = message("a case is an object: `{{ … }}`")
            return [error("wrong-shape", what, span)]
        samples.add(case)
    return faults


def _read_csv(path: str, samples: Samples) -> list[Diagnostic]:
    data, faults = read_bytes(path)
    if data is None:
        return faults
    rows, faults = read_csv(path, data)
    if rows is None:
        return faults
    heads = _heads(rows[0], faults)
    for row in rows[1:]:
        if not any(cell.text for cell in row.cells):
            continue
        if len(row.cells) > len(heads):
            what = message(
                "the row has {cells} cells, and the first row names {columns}",
                cells=len(row.cells),
                columns=len(heads),
            )
            help = message("put a cell that holds a comma in quotes")
            faults.append(error("csv-syntax", what, row.cells[len(heads)].span, help))
        faults += _bad_texts(row)
    if faults:
        return faults
    for head in heads:
        samples.field((head.head,), None)
    for row in rows[1:]:
        cells = {head.head: cell.text for head, cell in zip(heads, row.cells, strict=False) if cell.text}
        if cells:
            samples.add(cells)
    return []


def _heads(row: CsvRow, faults: list[Diagnostic]) -> list[_Cell]:
    """Return the names of the columns; one without a name goes by its number."""
    found: dict[str, Span] = {}
    heads = []
    for number, cell in enumerate(row.cells, 1):
        head = one_line(cell.text) or f"column {number}"
        first = found.setdefault(head, cell.span)
        if first is not cell.span:
            what = message("two columns are named `{name}`", name=head[:_SHOWN])
            help = message("the other one is at {place}: give each a name of its own", place=first)
            faults.append(error("csv-syntax", what, cell.span, help))
        heads.append(_Cell(head, cell.span))
    return heads


def _bad_texts(row: CsvRow) -> Iterator[Diagnostic]:
    for cell in row.cells:
        if cell.text and not cell.text.isprintable():
            try:
                check_text(cell.text)
            except LiteralError as fault:
                yield error("bad-value", fault.message, cell.span, fault.help)


def is_number(value: Value) -> bool:
    """Tell whether a file gave a number, and not a text."""
    return isinstance(value, Number)
