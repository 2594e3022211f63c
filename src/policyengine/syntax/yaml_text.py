"""What may not stand in the text of a YAML file: looked for before the parser sees it."""

from __future__ import annotations

import re

from policyengine.diagnostics.diagnostic import error, message
from policyengine.diagnostics.span import Span
from policyengine.syntax.yaml_faults import Faults

DIRECTIONS = "\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Marks that turn the direction of writing: a reader would see another text than the program."""

# YAML 1.1 ends a line at the first three, no editor does; the others may not stand in YAML at all.
_LINE_SEPARATORS = "\u0085\u2028\u2029"
_UNREADABLE = (
    f"[{_LINE_SEPARATORS}{DIRECTIONS}\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff\ufffe\uffff]"
)
_LINE_END = re.compile(r"\r\n|\r|\n")
# Possessive repetition: no backtracking, whatever the text.
_DIRECTIVE = r"(?:[ \t]*+(?:#[^\r\n]*+)?+(?:\r\n|\r|\n))*+%"


def replace_unreadable(text: str, faults: Faults) -> str:
    """Report the characters YAML refuses, and return the text with harmless ones in their place."""
    first = re.search(_UNREADABLE, text)
    if first:
        code = f"U+{ord(first[0]):04X}"
        line, column = _place_of(text, first.start())
        span = Span(faults.file, line, column, line, column + 1)
        what = message("the file holds the character {code}, which cannot be seen", code=code)
        help = message("remove it; if there are many, save the file again as UTF-8 text")
        faults.found.append(error("yaml-text", what, span, help))
        text = re.sub(_UNREADABLE, "\ufffd", text)
    return text


def refuse_directives(text: str, faults: Faults) -> bool:
    """Refuse ``%YAML`` and ``%TAG``: none is needed, and many of them make the parser slow."""
    match = re.match(_DIRECTIVE, text)
    if match is None:
        return False
    line, _ = _place_of(text, match.end() - 1)
    span = Span(faults.file, line, 1, line, 2)
    what = message("lines that begin with `%` are not supported")
    faults.error("yaml-directive", what, span, message("remove the line"))
    return True


def _place_of(text: str, position: int) -> tuple[int, int]:
    """Return the line and column, from 1, of a position; lines end as in YAML."""
    line, begin = 1, 0
    for match in _LINE_END.finditer(text, 0, position):
        line, begin = line + 1, match.end()
    return line, position - begin + 1
