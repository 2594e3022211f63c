"""A JSON text by its grammar, part by part, each with its place.

It is iterative, so that no depth of nesting can exhaust the stack.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from policyengine.frozen import Frozen

_SPACE = re.compile(r"[ \t\r\n]*")
# Possessive repetition: no backtracking, whatever the text.
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")
_WORD = re.compile(r"[^\s\"{}\[\],:]+")
_CONSTANTS = frozenset({"true", "false", "null"})

NOT_NUMBERS = frozenset({"NaN", "Infinity", "-Infinity"})
"""Words that some programs write for numbers; no value of a case can be one."""


class Event(Frozen):
    """One thing met by the scanner: ``kind`` is open, close, key, string, number, word or fault.

    ``step`` is the key or index under which it stands, or for a fault what was expected.
    """

    kind: str
    depth: int
    step: str | int
    start: int
    end: int


class _Level:
    """An object or list that is still open."""

    __slots__ = ("closer", "step")

    def __init__(self, closer: str) -> None:
        self.closer = closer
        self.step: str | int = "" if closer == "}" else 0


def scan(text: str) -> Iterator[Event]:
    """Walk through a JSON text by its grammar; the last event is a fault if the text is not JSON."""
    levels: list[_Level] = []
    expected = "value"
    position = _skip(text, 0)
    while position < len(text):
        character = text[position]
        depth = len(levels)
        level = levels[-1] if levels else None
        end = position + 1
        if expected == "end":
            break
        if level and character == level.closer and expected in ("first key", "first value", "comma"):
            levels.pop()
            yield Event("close", depth - 1, "", position, end)
            expected = "comma" if levels else "end"
        elif expected == "comma" and level and character == ",":
            if isinstance(level.step, int):
                level.step += 1
            expected = "key" if level.closer == "}" else "value"
        elif expected == "colon" and character == ":":
            expected = "value"
        elif expected in ("first key", "key") and level and character == '"':
            end, fault = _string_end(text, position)
            if fault:
                yield fault
                return
            level.step = decoded(text[position:end])
            yield Event("key", depth, level.step, position, end)
            expected = "colon"
        elif expected in ("value", "first value"):
            event = _value(text, position, depth, level.step if level else "")
            yield event
            if event.kind == "fault":
                return
            end = event.end
            if event.kind == "open":
                levels.append(_Level("}" if character == "{" else "]"))
                expected = "first key" if character == "{" else "first value"
            else:
                expected = "comma" if levels else "end"
        else:
            break
        position = _skip(text, end)
    if position < len(text) or expected != "end":
        yield Event("fault", len(levels), expected, position, _word_end(text, position))


def _value(text: str, position: int, depth: int, step: str | int) -> Event:
    character = text[position]
    if character in "{[":
        return Event("open", depth, step, position, position + 1)
    if character == '"':
        end, fault = _string_end(text, position)
        return fault or Event("string", depth, step, position, end)
    end = _word_end(text, position)
    number = _NUMBER.match(text, position)
    if number and number.end() == end:
        return Event("number", depth, step, position, end)
    # Not compared as a slice of unbounded length: a word may be the whole file.
    if end - position <= 9 and text[position:end] in _CONSTANTS | NOT_NUMBERS:
        return Event("word", depth, step, position, end)
    return Event("fault", depth, "value", position, end)


def _string_end(text: str, position: int) -> tuple[int, Event | None]:
    match = _STRING.match(text, position)
    end = match.end() if match else position + 1
    if text[end : end + 1] == '"':
        return end + 1, None
    if end == len(text) or text[end] in "\r\n":
        return end, Event("fault", 0, "closing quote", position, end)
    expected = "escape" if text[end] == "\\" else "character"
    return end, Event("fault", 0, expected, end, min(end + 1, len(text)))


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _word_end(text: str, position: int) -> int:
    match = _WORD.match(text, position)
    return match.end() if match else min(position + 1, len(text))


def decoded(literal: str) -> str:
    """Return what a text in its quotes says."""
    return str(json.loads(literal))


# Takes a millisecond to compile, and only faulty texts are searched: `re` compiles it at first use.
_BAD_CHARACTER = "[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


def bad_character(text: str) -> str:
    """Return the first character that no text can hold, or nothing."""
    found = None if text.isprintable() else re.search(_BAD_CHARACTER, text)
    return found[0] if found else ""


def legible(text: str) -> str:
    """Return a text in which what no text can hold is replaced."""
    return re.sub(_BAD_CHARACTER, "\ufffd", text)
