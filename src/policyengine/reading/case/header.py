"""What a case says of itself: its name, and the instant at which it asks to be judged."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from policyengine.diagnostics.diagnostic import message
from policyengine.reading.case.shape import Shape
from policyengine.reading.case.values import kind_of, parse_written
from policyengine.syntax.json_reader import Number
from policyengine.values.faults import LiteralError
from policyengine.values.literals import ValueType

if TYPE_CHECKING:
    from policyengine.reading.case.draft import Draft

NOTES = "notes"
"""Where whoever writes a case may write anything."""
HEADER = ("case", "as_of", "$schema", NOTES)
"""The keys of a case that are no facts."""

LONGEST_ID = 200
"""So many characters the name of a case can have."""


def free_names(shape: Shape) -> tuple[str, ...]:
    """Return the keys of a case that are no facts; a rulebook may have a fact that is called `notes`."""
    return HEADER if NOTES not in shape.parts else tuple(one for one in HEADER if one != NOTES)


def note_lines(value: object) -> Iterator[str]:
    """Return notes as lines, whatever their form: a text, a list, or texts that have names."""
    match value:
        case str():
            yield from (line.rstrip() for line in value.strip().splitlines())
        case dict():
            for name, part in value.items():
                first, *more = [*note_lines(part)] or [""]
                yield f"{name}: {first}".rstrip()
                yield from (f"  {line}" for line in more)
        case list() | tuple():
            for part in value:
                yield from note_lines(part)
        case int() | float() | Decimal() | date():
            yield str(value)


def read_header(draft: Draft, value: Mapping[str, object]) -> None:
    """Read the name of a case, which is that of its file if it gives none, and its instant."""
    id = value.get("case")
    if id is None and "case" not in value:
        draft.id = os.path.basename(draft.source.file)
    elif isinstance(id, str) and 0 < len(id) <= LONGEST_ID:
        draft.id = str(id)  # a number counts by its digits
    else:
        what = message("the name of the case is not a text of 1 to {limit} characters", limit=LONGEST_ID)
        draft.fault("wrong-type", what, ("case",))
    if "as_of" in value:
        _read_as_of(draft, value["as_of"])


def _read_as_of(draft: Draft, written: object) -> None:
    """Read the instant at which the case asks to be judged."""
    if not isinstance(written, str) or isinstance(written, Number):
        what = message("`as_of` is an instant, and this is {found}", found=kind_of(written))
        help = message("write a text such as `2012-03-16 18:00`")
        draft.fault("wrong-type", what, ("as_of",), help)
        return
    try:
        value = parse_written(written, ValueType.INSTANT, draft.book)
    except LiteralError as fault:
        draft.fault("bad-value", fault.message, ("as_of",), fault.help)
        return
    assert isinstance(value, int)
    draft.as_of = value
