"""Slips of the keyboard in a rule file: what a line or a word shows, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from policyengine.diagnostics.diagnostic import Message, listing, message
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
    "|(?<=: )\uff5b|[\uff10-\uff19]|(?<=[:,\\[{-] )[\u201c\u2018]"
    r"|\uff0c(?=\s*[A-Za-z_][\w.]*:(?:\s|$))"
)
_WIDE_BRACKETS = "[\uff5b\uff5d\uff3b\uff3d\u3010\u3011]"
# An item of a list begins with a dash and a space; `-5` is a number.
_DASH_ALONE = r"[ ]*(?:- +)*-(?=[\[{]|[a-z][\w.]*: )"
# No name of the language has any of these.
_WIDE_IN_NAME = "[\u3001\u3002\uff01-\uff5e]"
_NAME_THEN_MORE = r"(?s)([A-Za-z][\w.-]*)(\s*:\s*|\s+)\S.*"
_FARTHEST_ABOVE = 5000  # lines


class Slip(Frozen):
    """What to do about a slip, and where it is: line and column from 0."""

    help: Message
    line: int
    column: int


def in_line(line: str, number: int = 0) -> Slip | None:
    """Return the slip that a line shows, or None; ``number`` is that of the line."""
    return next((Slip(help, number, column) for help, column in _in_line(line)), None)


def _in_line(line: str) -> Iterator[tuple[Message, int]]:
    """Yield what to do about each kind of slip that a line shows, with its column, the surest first."""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        yield message("the line is indented by a tab: use spaces"), line.index("\t")
    for odd in re.finditer(ODD_SPACES, line):
        what = message(
            "the line holds the invisible character {code}: replace it by an ordinary space",
            code=f"U+{ord(odd[0]):04X}",
        )
        yield what, odd.start()
    if dash := re.match(_DASH_ALONE, line):
        yield message("put a space after the dash"), dash.end() - 1
    if wide := re.search(FULL_WIDTH_COLON, line):
        yield message("the colon `：` is full-width: write an ASCII colon and a space"), wide.end() - 1
    if narrow := re.search(MISSING_SPACE, line):
        yield message("put a space after the colon"), narrow.end() - 2
    if bare := re.search(_MISSING_COLON, line):
        yield message("put a colon after `{name}`", name=bare[1]), bare.start(1)
    if more := re.search(_TEXT_AFTER_QUOTE, line):
        what = message("text follows a closing quote: put the whole value in one pair of quotes")
        yield what, more.start(1)
    if found := list(re.finditer(_FULL_WIDTH, line)):
        yield _write_ascii([one[0] for one in found]), found[0].start()


def wide_brackets(line: str, number: int) -> Slip | None:
    """Return the slip of a line whose full-width brackets have no partner, or None."""
    found = list(re.finditer(_WIDE_BRACKETS, _without_quoted(line)))
    opened = sum(one[0] in "｛［【" for one in found)
    if 2 * opened == len(found):
        return None
    return Slip(_write_ascii([one[0] for one in found]), number, found[0].start())


def _without_quoted(line: str) -> str:
    """Return a line in which spaces stand for what is in quotes."""
    return re.sub(r"\"[^\"]*\"|(?<!\w)'[^']*'", lambda quoted: " " * len(quoted[0]), line)


def _write_ascii(characters: Sequence[str]) -> Message:
    different = list(dict.fromkeys(characters))
    if len(different) > 1:
        return message(
            "the characters {characters} are full-width or typographic: use the ASCII ones",
            characters=listing(different),
        )
    return message(
        "the character `{character}` is full-width or typographic: use the ASCII one", character=different[0]
    )


def name_in(word: str) -> str:
    """Return the name with which a word begins that should be a name."""
    more = re.fullmatch(_NAME_THEN_MORE, word)
    return word if more is None else more[1]


def in_name(word: str) -> Message | None:
    """Return what to do about the slip that a word shows which should be a name, or None."""
    wide = re.search(_WIDE_IN_NAME, word)
    if wide:
        return _write_ascii([wide[0]])
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


def in_indentation(lines: Sequence[str], position: int) -> Slip | None:
    """Return the slip of which a line (from 0) begins in a column in which no line above goes on, or None.

    Where the lines around show that a line above stands too far to the left or right, it is that one.
    """
    here = lines[position]
    if re.match(_DASH_ALONE, here):
        return None  # it is meant as an item: that its dash has no space is told instead
    own = len(here) - len(here.lstrip(" ")) + 1
    told = _in_indentation(lines, position, own)
    return told if told is None or isinstance(told, Slip) else Slip(told, position, own - 1)


def _in_indentation(lines: Sequence[str], position: int, own: int) -> Slip | Message | None:
    is_item = lines[position].lstrip().startswith("- ")
    levels = list(_levels(lines, position))
    same = next((one for one in levels if one.column == own), None)
    if same is not None and same.is_item == is_item:
        return None
    if same is not None and not is_item:
        return message("line {line} is an item: begin this line with `- ` too, or move it", line=same.line)
    moved = next((one for one in levels if one.column < own), None)
    if same is None and moved is not None:
        before = list(_levels(lines, moved.line - 1))
        goes_on = any((one.column, one.is_item) == (own, is_item) for one in before)
        # What is first below a key that has nothing else belongs to it.
        is_first = (
            bool(before) and before[0].column == moved.column and _is_bare_key(lines[before[0].line - 1])
        )
        if is_first or (goes_on and own < levels[0].column):
            return _moved(moved, own, position)
    if levels and own < levels[-1].column:  # the first lines of the file are indented
        return _moved(levels[-1], own, position)
    fitting = [one for one in levels if one.is_item or not is_item]
    if not fitting:
        return None
    near = min(fitting, key=lambda one: abs(one.column - own))
    return _begin(own, near.column, near.line)


def _is_bare_key(line: str) -> bool:
    return re.search(r":[ ]*(?:#.*)?$", line) is not None


def _begin(own: int, column: int, line: int) -> Message:
    return message(
        "this line begins in column {own}: begin it in column {column}, as line {line} does",
        own=own,
        column=column,
        line=line,
    )


def _moved(level: _Level, own: int, position: int) -> Slip:
    """Return the slip of a line above that stands elsewhere than the line at a position, which is right."""
    return Slip(_begin(level.column, own, position + 1), level.line - 1, level.column - 1)


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
