"""JSON texts: a fast reader that keeps the spelling of numbers, and a slow one that finds places.

The fast reader is one call of the standard library. The slow one runs only when a fault must be
shown; it is iterative, so that no depth of nesting can exhaust the stack.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, message
from policyengine.diagnostics.did_you_mean import closest
from policyengine.diagnostics.span import Span
from policyengine.frozen import replace
from policyengine.syntax.keys import format_path

MAX_DEPTH = 100
MAX_FAULTS = 1000  # nobody reads more, and each costs memory

_BOM = "\ufeff"
_SPACE = re.compile(r"[ \t\r\n]*")
# Possessive repetition: no backtracking, whatever the text.
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")
_WORD = re.compile(r"[^\s\"{}\[\],:]+")
_SUSPECT_ESCAPE = re.compile(r"\\(?:u(?:[dD][89a-fA-F]|00[017])|[bf])")
# Takes a millisecond to compile, and only faulty texts are searched: `re` compiles it at first use.
_BAD_CHARACTER = "[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_CONSTANTS = frozenset({"true", "false", "null"})
_NOT_NUMBERS = frozenset({"NaN", "Infinity", "-Infinity"})


class Number(str):
    """A number of a JSON text in its own spelling, such as ``1200.10`` or ``1e999999``."""

    __slots__ = ()


def read_json(text: str, file: str, first_line: int = 1) -> tuple[object, list[Diagnostic]]:
    """Return the value of a JSON text, numbers as :class:`Number`, or None when it cannot be read.

    ``first_line`` is the line of the file where the text begins. Faults are told as diagnostics:
    ``json-syntax``, ``json-depth``, ``json-number``, ``json-text`` and ``duplicate-key``.
    """
    text = text.removeprefix(_BOM)
    fast = _FastRead()
    try:
        value = json.loads(
            text,
            object_pairs_hook=fast.pairs,
            parse_int=Number,
            parse_float=Number,
            parse_constant=fast.constant,
        )
        suspect = fast.suspect or _too_deep(text, value) or _has_bad_characters(text)
    except (json.JSONDecodeError, RecursionError) as fault:
        # Where and why is found again below: the standard library's answers change between versions.
        position = fault.pos if isinstance(fault, json.JSONDecodeError) else 0
        places = _Places(text, file, first_line)
        faults = _faults(text, places)
        if not faults:
            faults.append(_syntax(text, _Event("fault", 0, "", position, position), places))
        return None, faults
    if not suspect:
        return value, []
    faults = _faults(text, _Places(text, file, first_line))
    return (None if any(one.code == "json-depth" for one in faults) else value), faults


def locate(text: str, path: Sequence[str | int], key: bool = False) -> tuple[int, int, int, int]:
    """Return (line, column, end line, end column) of the value at a path, or of its key if ``key``.

    Steps that do not exist are left out: the deepest value on the path is located. Of several
    equal keys the last one counts. Lines and columns count from 1, the end is exclusive.
    """
    return locate_all(text, [(path, key)])[0]


def locate_all(
    text: str, wanted: Sequence[tuple[Sequence[str | int], bool]]
) -> list[tuple[int, int, int, int]]:
    """Return what :func:`locate` does for every pair of a path and ``key``, reading the text once."""
    text = text.removeprefix(_BOM)
    # What is deeper is not read at all, and every step of a long path would cost its whole length.
    prefixes = {tuple(path[:length]) for path, _ in wanted for length in range(min(len(path), MAX_DEPTH) + 1)}
    values, keys = _positions(text, prefixes)
    places = _Places(text)
    found = []
    for path, key in wanted:
        steps = tuple(path[:MAX_DEPTH])
        position = keys.get(steps) if key and steps and isinstance(steps[-1], str) else values.get(steps)
        while position is None and steps:
            steps = steps[:-1]
            position = values.get(steps)
        start, end = position or (0, 0)
        found.append((*places.place(start), *places.place(end)))
    return found


_Positions = dict[tuple[str | int, ...], tuple[int, int]]


def _positions(text: str, wanted: set[tuple[str | int, ...]]) -> tuple[_Positions, _Positions]:
    """Return start and end of the values and of the keys at some paths."""
    deepest = max(map(len, wanted), default=0)
    values: _Positions = {}
    keys: _Positions = {}
    here: list[str | int] = []
    for event in _scan(text):
        if event.kind == "fault":
            break
        depth = event.depth
        if depth > deepest:
            continue
        if event.kind == "close":
            del here[depth:]
        else:
            del here[max(depth - 1, 0) :]
            if depth:
                here.append(event.step)
        path = tuple(here)
        if path not in wanted:
            continue
        if event.kind == "close":
            values[path] = (values[path][0], event.end)
        else:
            (keys if event.kind == "key" else values)[path] = (event.start, event.end)
    return values, keys


class _FastRead:
    """The hooks of one fast reading: they only note that something has to be looked at again."""

    def __init__(self) -> None:
        self.suspect = False

    def pairs(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        result = dict(pairs)
        if len(result) != len(pairs):
            self.suspect = True
            result = dict(reversed(pairs))  # the first of equal keys wins
            return {name: result[name] for name, _ in pairs}
        return result

    def constant(self, name: str) -> Number:
        self.suspect = True
        return Number(name)


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
    if "\\" in text and _SUSPECT_ESCAPE.search(text):
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return "\x7f" in text


class _Event(NamedTuple):
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


def _scan(text: str) -> Iterator[_Event]:
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
            yield _Event("close", depth - 1, "", position, end)
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
            level.step = _textmessage(text[position:end])
            yield _Event("key", depth, level.step, position, end)
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
        yield _Event("fault", len(levels), expected, position, _word_end(text, position))


def _value(text: str, position: int, depth: int, step: str | int) -> _Event:
    character = text[position]
    if character in "{[":
        return _Event("open", depth, step, position, position + 1)
    if character == '"':
        end, fault = _string_end(text, position)
        return fault or _Event("string", depth, step, position, end)
    end = _word_end(text, position)
    number = _NUMBER.match(text, position)
    if number and number.end() == end:
        return _Event("number", depth, step, position, end)
    # Not compared as a slice of unbounded length: a word may be the whole file.
    if end - position <= 9 and text[position:end] in _CONSTANTS | _NOT_NUMBERS:
        return _Event("word", depth, step, position, end)
    return _Event("fault", depth, "value", position, end)


def _string_end(text: str, position: int) -> tuple[int, _Event | None]:
    match = _STRING.match(text, position)
    end = match.end() if match else position + 1
    if text[end : end + 1] == '"':
        return end + 1, None
    if end == len(text) or text[end] in "\r\n":
        return end, _Event("fault", 0, "closing quote", position, end)
    expected = "escape" if text[end] == "\\" else "character"
    return end, _Event("fault", 0, expected, end, min(end + 1, len(text)))


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _word_end(text: str, position: int) -> int:
    match = _WORD.match(text, position)
    return match.end() if match else min(position + 1, len(text))


def _textmessage(literal: str) -> str:
    return str(json.loads(literal))


class _Places:
    """Finds lines and columns in one text; the line starts are collected once for all faults."""

    def __init__(self, text: str, file: str = "", first_line: int = 1) -> None:
        self.file = file
        self.first_line = first_line
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(self, position: int) -> tuple[int, int]:
        index = bisect_right(self.starts, position) - 1
        return index + self.first_line, position - self.starts[index] + 1

    def span(self, start: int, end: int) -> Span:
        return Span(self.file, *self.place(start), *self.place(end))


def _faults(text: str, places: _Places) -> list[Diagnostic]:
    """Find every fault up to the first one after which the text cannot be read on."""
    found: list[Diagnostic] = []
    seen: list[dict[str | int, int]] = []  # for every open object, the positions of its keys
    here: list[str | int] = []
    for event in _scan(text):
        if len(found) >= MAX_FAULTS:
            break
        if event.kind == "fault":
            found.append(_syntax(text, event, places))
            break
        known = len(found)
        del here[max(event.depth - 1, 0) :]
        if event.depth and event.kind != "close":
            here.append(event.step)
        if event.kind == "open":
            if event.depth >= MAX_DEPTH:
                found.append(depth_fault(places.span(event.start, event.end)))
                break
            seen.append({})
        elif event.kind == "close":
            seen.pop()
        elif event.kind == "key" and event.step in seen[-1]:
            first = places.place(seen[-1][event.step])[0]
            found.append(_duplicate_fault(event, first, places.span(event.start, event.end)))
        elif event.kind == "key":
            seen[-1][event.step] = event.start
        if event.kind == "word" and text[event.start : event.end] in _NOT_NUMBERS:
            found.append(number_fault(text[event.start : event.end], places.span(event.start, event.end)))
        if event.kind in ("key", "string"):
            found.extend(_text_faults(text, event, places))
        found[known:] = [replace(one, path=format_path(here)) for one in found[known:]]
    return found


def number_fault(name: str, span: Span) -> Diagnostic:
    """Return what to tell of ``NaN`` and the like."""
    what = message("`{name}` is not a number that can be used", name=name)
    return error("json-number", what, span, message("write a number, or null if there is none"))


def depth_fault(span: Span) -> Diagnostic:
    """Return what to tell of what is nested too deep."""
    what = message("objects and lists are nested more than {limit} deep", limit=MAX_DEPTH)
    return error("json-depth", what, span, message("make the structure flatter"))


def _duplicate_fault(event: _Event, first: int, span: Span) -> Diagnostic:
    name = re.sub(_BAD_CHARACTER, "\ufffd", str(event.step))
    what = message("the key `{key}` is written twice; the first is on line {line}", key=name, line=first)
    return error("duplicate-key", what, span, message("keep one of the two"))


def _text_faults(text: str, event: _Event, places: _Places) -> Iterator[Diagnostic]:
    literal = text[event.start : event.end]
    if "\\" not in literal and not re.search(_BAD_CHARACTER, literal):
        return
    fault = bad_text(_textmessage(literal), places.span(event.start, event.end))
    if fault is not None:
        yield fault


def bad_text(text: str, span: Span) -> Diagnostic | None:
    """Return what is wrong with the characters of a text, or None."""
    match = None if text.isprintable() else re.search(_BAD_CHARACTER, text)
    if match is None:
        return None
    code = f"U+{ord(match[0]):04X}"
    if match[0] >= "\ud800":
        what = message("the text holds half of a character ({code}), which is no text", code=code)
    else:
        what = message("the text holds the control character {code}", code=code)
    return error("json-text", what, span, message("remove it"))


def _syntax(text: str, event: _Event, places: _Places) -> Diagnostic:
    what, help, start, end = _explain(text, event)
    return error("json-syntax", what, places.span(start, end), help)


def _explain(text: str, event: _Event) -> tuple[Message, Message, int, int]:
    """Return the sentence, the help and the positions for the place where the grammar was left."""
    expected, start, end = str(event.step), event.start, event.end
    if expected == "closing quote":
        return (
            message('the text has no closing `"` on its line'),
            message('end the text with `"`'),
            start,
            end,
        )
    if expected == "escape":
        help = message("write two backslashes (`\\\\`) where one is meant")
        return message("a backslash is followed by a character that has no meaning there"), help, start, end
    if expected == "character":
        help = message("write a tab as `\\t`, and remove other control characters")
        return message("a text holds a tab or another control character"), help, start, end
    if start >= len(text):
        if not text.strip(" \t\r\n"):
            help = message("write a JSON object, as in `{example}`", example="{}")
            return message("the file is empty"), help, start, end
        help = message("look for a missing closing bracket, or for a part that was cut off")
        return message("the text ends too early"), help, start, end
    character = text[start]
    common = _common_help(text, start)
    if common is None and character in "}]" and expected in ("key", "value"):
        comma = len(text[:start].rstrip(" \t\r\n")) - 1
        if text[comma] == ",":  # Point at the comma: that is what has to go.
            what = message("there is a comma after the last item")
            return what, message("remove the comma"), comma, comma + 1
    what, usual = _sentence(expected, text, start, end)
    return what, common or usual, start, end


def _common_help(text: str, start: int) -> Message | None:
    character = text[start]
    if character == "'":
        return message('JSON takes double quotes: write `"..."` for every text and key')
    if character in "“”„‟＂「」":
        return message('replace the typographic quotes by straight ones: `"..."`')
    if character in "：，｛｝［］":
        return message("replace the full-width `{character}` by the ASCII one", character=character)
    if character == "#" or text.startswith(("//", "/*"), start):
        return message("JSON has no comments: remove it")
    if character in "\u00a0\u3000\u200b\ufeff\u2028\u2029":
        return message("remove the invisible character {code}", code=f"U+{ord(character):04X}")
    return None


def _sentence(expected: str, text: str, start: int, end: int) -> tuple[Message, Message]:
    shown = re.sub(_BAD_CHARACTER, "\ufffd", text[start : min(end, start + 30)])
    if expected in ("key", "first key"):
        what = message("a key in double quotes is expected, not `{found}`", found=shown)
        return what, message('put the key in double quotes: `"key"`')
    if expected == "colon":
        what = message("a colon is expected after the key, not `{found}`", found=shown)
        return what, message('write `"key": value`')
    if expected == "comma":
        what = message("a comma or a closing bracket is expected, not `{found}`", found=shown)
        return what, message("put a comma between two items")
    if expected == "end":
        what = message("the text goes on after its end with `{found}`", found=shown)
        if shown[:1] in ("}", "]"):
            return what, message("remove it, or look above for an opening bracket that is missing")
        return what, message("a JSON file holds one value; write several as one list")
    what = message("`{found}` is not a JSON value", found=shown)
    return what, _value_help(shown)


def _value_help(shown: str) -> Message:
    if shown in ("True", "False", "None"):
        right = {"True": "true", "False": "false", "None": "null"}[shown]
        return message("write `{right}`", right=right)
    if shown[:1].isdigit() or shown[:1] in ("+", "-", "."):
        return message("write numbers as in 1200.10, without a plus sign or leading zeros")
    near = closest(shown, ("true", "false", "null"))
    if near is not None:
        return message("write `{right}`", right=near)
    return message("put a text in double quotes")
