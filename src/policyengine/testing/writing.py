"""Scenarios as the YAML of a ``*.cases.yaml`` file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

NONE: Mapping[str, str] = MappingProxyType({})
_PLAIN = re.compile(r"[^\W_][\w.+-]*( [\w.+-]+(:[\w.+-]+)*)*%?")
_NULLS = ("null", "~")


def scenario_lines(
    name: str,
    given: Mapping[str, object],
    as_of: str,
    expect: Iterable[tuple[str, str]],
    assume: Mapping[str, str] = NONE,
    overlays: Sequence[str] = (),
) -> Iterator[str]:
    """Return a scenario as lines of YAML, in an item of the list of cases.

    ``given`` is the whole case, ``expect`` pairs of names and literals.
    """
    yield f"  - name: {_scalar(name)}"
    yield "    given:"
    yield from _mapping(given, 6)
    if assume:
        yield f"    assume: {{{', '.join(f'{id}: {reading}' for id, reading in sorted(assume.items()))}}}"
    if overlays:
        yield f"    overlays: [{', '.join(overlays)}]"
    yield "    checks:"
    yield f"      - as_of: {_scalar(as_of)}"
    yield "        expect:"
    for path, literal in expect:
        yield f"          {_scalar(path)}: {_scalar(literal)}"


def _mapping(value: Mapping[str, object], indent: int) -> Iterator[str]:
    for key, part in value.items():
        yield from _entry(f"{' ' * indent}{_scalar(key)}:", part, indent)


def _entry(head: str, value: object, indent: int) -> Iterator[str]:
    if isinstance(value, dict):
        yield head
        yield from _mapping(value, indent + 2)
    elif isinstance(value, list):
        yield head if value else f"{head} []"
        for record in value:
            lines = list(_mapping(record, indent + 4))
            yield f"{' ' * (indent + 2)}- {lines[0].strip()}" if lines else f"{' ' * (indent + 2)}- {{}}"
            yield from lines[1:]
    else:
        yield f"{head} {_scalar(str(value))}"


def _scalar(text: str) -> str:
    """Return a text as YAML writes it: plain where that is safe, else in double quotes as JSON has it."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NULLS:
        return text
    return json.dumps(text, ensure_ascii=False)
