"""JSON texts, read fast: one call of the standard library that keeps the spelling of numbers.

Only where a fault must be told the text is read again, slowly, to find its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.syntax.limits import BOM, MAX_DEPTH

_SUSPECT_ESCAPE = r"\\(?:u(?:[dD][89a-fA-F]|00[017])|[bf])"


class Number(str):
    """A number of a JSON text in its own spelling, such as ``1200.10`` or ``1e999999``."""

    __slots__ = ()


class _Suspect(Exception):
    """Something has to be looked at again: a key that stands there twice, a number that is none."""


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _Suspect
    return result


def _first_of_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(reversed(pairs))
    return {name: found[name] for name, _ in pairs}


def _no_number(name: str) -> Number:
    raise _Suspect


def _decoder(
    pairs: Callable[[list[tuple[str, object]]], dict[str, object]], constant: Callable[[str], Number]
) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=pairs, parse_int=Number, parse_float=Number, parse_constant=constant
    )


_PLAIN = _decoder(_unique, _no_number)


def read_json(text: str, file: str, first_line: int = 1) -> tuple[object, list[Diagnostic]]:
    """Return the value of a JSON text, numbers as :class:`Number`, or None when it cannot be read.

    ``first_line`` is the line of the file where the text begins. Faults are told as diagnostics:
    ``json-syntax``, ``json-depth``, ``json-number``, ``json-text`` and ``duplicate-key``.
    """
    text = text.removeprefix(BOM)
    try:
        try:
            value = _PLAIN.decode(text)
            suspect = _too_deep(text, value) or _has_bad_characters(text)
        except _Suspect:
            value, suspect = _decoder(_first_of_each, Number).decode(text), True
    except (json.JSONDecodeError, RecursionError) as fault:
        # Where and why is found again: the standard library's answers change between versions.
        position = fault.pos if isinstance(fault, json.JSONDecodeError) else 0
        return None, _told(text, file, first_line) or [_told_at(text, position, file, first_line)]
    if not suspect:
        return value, []
    faults = _told(text, file, first_line)
    return (None if any(one.code == "json-depth" for one in faults) else value), faults


def _told(text: str, file: str, first_line: int) -> list[Diagnostic]:
    from policyengine.syntax.json_faults import find_faults  # most texts have none
    from policyengine.syntax.json_places import Places

    return find_faults(text, Places(text, file, first_line))


def _told_at(text: str, position: int, file: str, first_line: int) -> Diagnostic:
    from policyengine.syntax.json_places import Places
    from policyengine.syntax.json_scan import Event
    from policyengine.syntax.json_syntax import syntax_fault

    return syntax_fault(text, Event("fault", 0, "", position, position), Places(text, file, first_line))


def _too_deep(text: str, value: object) -> bool:
    """Go down level by level; most texts have too few brackets to be deep and are not looked at."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_DEPTH):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return False
    return True


def _has_bad_characters(text: str) -> bool:
    if "\\" in text and re.search(_SUSPECT_ESCAPE, text):
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return "\x7f" in text
