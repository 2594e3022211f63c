"""Slips of the keyboard in a rule file: what a line or a word shows, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from policyengine.diagnostics.diagnostic import Message, message
from policyengine.frozen import Frozen

# Patterns are compiled when first needed: most runs find no fault, and compiling takes milliseconds.
# Spaces that look like nothing or like a space, and are no space for YAML.
ODD_SPACE = "\u00a0\u1680\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff"
ODD_SPACES = f"[{ODD_SPACE}]"
_KEY_START = r"^[ ]*(?:-[ ]+)*"
FULL_WIDTH_COLON = _KEY_START + r"[^\s：:\"']{1,40}："
MISSING_SPACE = _KEY_START + r"[^\W\d][\w.-]{0,60}:(?!//)[^\s:]"
_MISSING_COLON = _KEY_START + r"([a-z][\w.]{0,60}) +[\[{]"
_TEXT_AFTER_QUOTE = r"""(?::|-)[ ]+("[^"\n]*"|'[^'\n]*')[ ]*[^\s#:,}\]]"""
# Full-width forms of " ' , # - { } [ ] where no Chinese stands beside them, of the digits anywhere, of a
# comma before a key, and typographic quotes where a value begins.
_HAN = "\u3400-\u9fff"
_FULL_WIDTH = (
    f"(?<![{_HAN}])[\uff02\uff07\uff0c\uff03\uff0d\uff5b\uff5d\uff3b\uff3d](?![{_HAN}])"
    "|[\uff10-\uff19]|(?<=[:,\\[{-] )[\u201c\u2018]"
    r"|\uff0c(?=\s*[A-Za-z_][\w.]*:(?:\s|$))"
)
# No name of the language has any of these.
_WIDE_IN_NAME = "[\u3001\u3002\uff01-\uff5e]"
_NAME_THEN_MORE = r"(?s)([A-Za-z][\w.-]*)(\s*:\s*|\s+)\S.*"
_FARTHEST_ABOVE = 5000  # lines


def in_line(line: str) -> Message | None:
    """Return what to do about the slip that a line shows, or None."""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return message("the line is indented by a tab: use spaces")
    odd = re.search(ODD_SPACES, line)
    if odd:
        return message(
            "the line holds the invisible character {code}: replace it by an ordinary space",
            code=f"U+{ord(odd[0]):04X}",
        )
    if re.search(FULL_WIDTH_COLON, line):
        return message("the colon `：` is full-width: write an ASCII colon and a space")
    if re.search(MISSING_SPACE, line):
        return message("put a space after the colon")
    bare = re.search(_MISSING_COLON, line)
    if bare:
        return message("put a colon after `{name}`", name=bare[1])
    if re.search(_TEXT_AFTER_QUOTE, line):
        return message("text follows a closing quote: put the whole value in one pair of quotes")
    wide = re.search(_FULL_WIDTH, line)
    return _write_ascii(wide[0]) if wide else None


def _write_ascii(character: str) -> Message:
    return message(
        "the character `{character}` is full-width or typographic: use the ASCII one", character=character
    )


def name_in(word: str) -> str:
    """Return the name with which a word begins that should be a name."""
    more = re.fullmatch(_NAME_THEN_MORE, word)
    return word if more is None else more[1]


def in_name(word: str) -> Message | None:
    """Return what to do about the slip that a word shows which should be a name, or None."""
    wide = re.search(_WIDE_IN_NAME, word)
    if wide:
        return _write_ascii(wide[0])
    more = re.fullmatch(_NAME_THEN_MORE, word)
    if more is None:
        return None
    if more[2].strip() == ":":
        return message("put a space after the colon")
    return message("put a colon after `{name}`", name=more[1])


def between_names(word: str, known: Collection[str]) -> Message | None:
    """Return what to do when a word is several known names whose commas are missing or full-width."""
    parts = [part for part in re.split("[\\s,，、]+", word) if part]
    if len(parts) < 2 or any(part not in known for part in parts):
        return None
    return message("separate the names by commas: `{names}`", names=", ".join(parts))


def quote_without_partner(text: str) -> str | None:
    """Return a quote of a text that is not closed, or was never opened, or None."""
    if text.count('"') % 2:
        return '"'
    opened, closed = text.count("“"), text.count("”")
    if opened == closed:
        return None
    return "“" if opened > closed else "”"


class _Level(Frozen):
    """A column (from 1) in which the lines above a place go on, the line, and whether it is an item."""

    column: int
    line: int
    is_item: bool


def in_indentation(lines: Sequence[str], position: int) -> Message | None:
    """Return what to do when a line (from 0) begins in a column in which no line above goes on, or None."""
    here = lines[position]
    own = len(here) - len(here.lstrip(" ")) + 1
    is_item = here.lstrip().startswith("- ")
    levels = list(_levels(lines, position))
    same = next((one for one in levels if one.column == own), None)
    if same is not None and same.is_item == is_item:
        return None
    if same is not None and not is_item:
        return message("line {line} is an item: begin this line with `- ` too, or move it", line=same.line)
    moved = next((one for one in levels if one.column < own), None)
    if same is None and moved is not None and own < levels[0].column:
        before = _levels(lines, moved.line - 1)
        if any((one.column, one.is_item) == (own, is_item) for one in before):
            return _move(moved, own)
    if levels and own < levels[-1].column:  # the first lines of the file are indented
        return _move(levels[-1], own)
    fitting = [one for one in levels if one.is_item or not is_item]
    if not fitting:
        return None
    near = min(fitting, key=lambda one: abs(one.column - own))
    return message(
        "this line begins in column {own}: begin it in column {column}, as line {line} does",
        own=own,
        column=near.column,
        line=near.line,
    )


def _move(level: _Level, own: int) -> Message:
    return message(
        "line {line} begins in column {column}, and this one goes on in column {own}: move line {line} to"
        " column {own} too",
        line=level.line,
        column=level.column,
        own=own,
    )


def _levels(lines: Sequence[str], position: int) -> Iterator[_Level]:
    """Return the columns that are open above a line, the rightmost first."""
    leftmost = 1_000_000
    for number in range(position - 1, max(-1, position - _FARTHEST_ABOVE), -1):
        line = lines[number]
        text = line.lstrip(" ")
        if not text or text.startswith("#"):
            continue
        found = []
        column = len(line) - len(text) + 1
        while text.startswith("- "):
            found.append(_Level(column, number + 1, True))
            rest = text[2:].lstrip(" ")
            column, text = column + len(text) - len(rest), rest
        found.append(_Level(column, number + 1, False))
        for level in reversed(found):
            if level.column < leftmost:
                leftmost = level.column
                yield level
        if leftmost == 1:
            return
