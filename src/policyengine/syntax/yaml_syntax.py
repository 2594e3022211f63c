"""What the YAML parser said, told in our words; its own sentences are not translated."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policyengine.diagnostics import typos as slips
from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, message
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.typos import Slip
from policyengine.syntax.yaml_events import SyntaxFault

_ENOUGH = 2000  # characters


def tell_fault(text: str, file: str, fault: SyntaxFault) -> Diagnostic:
    """Return the fault that a text has by the parser's words: where it is, and what to do about it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    problem, line, column = fault.problem, min(fault.place[0], len(lines) - 1), fault.place[1]
    # A fault noticed only at the end of the file is shown where there is something to see.
    if fault.place[0] >= len(lines) - 1 and not lines[line].strip():
        while line > 0 and not lines[line].strip():
            line -= 1
        column = len(lines[line].rstrip())
    if _is_second_colon(problem, lines, fault.noticed):
        problem, (line, column) = _SECOND_COLON, fault.noticed
    column = min(column, len(lines[line]))
    slip = _slip(problem, lines, line, column)
    if slip is None:
        return _told(file, lines, _problem(problem), Slip(_help(problem, lines, line, column), line, column))
    if (slip.line, slip.column) == (line, column) or (slip.line == line and _problem(problem) == _NO_COLON):
        return _told(file, lines, _problem(problem), slip)
    is_outdented = _is_misfit(problem) and slip == slips.in_indentation(lines, line)
    return _told(file, lines, _OUTDENTED if is_outdented else _UNREADABLE, slip)


def _told(file: str, lines: Sequence[str], what: Message, slip: Slip) -> Diagnostic:
    wide = slip.column < len(lines[slip.line])
    begin = slip.column + 1
    span = Span(file, slip.line + 1, begin, slip.line + 1, begin + wide)
    return error("yaml-syntax", what, span, slip.help)


# A text in braces that is not quoted ends at a colon and a space, where the parser wants a comma.
_SECOND_COLON = "mapping values are not allowed"


def _is_second_colon(problem: str, lines: Sequence[str], noticed: tuple[int, int]) -> bool:
    """Tell whether the parser stopped in braces at a colon after a text that is a value already."""
    line, column = noticed
    if "expected ',' or" not in problem or line >= len(lines):
        return False
    before = lines[line][:column][-_ENOUGH:]
    last = re.split(r"[,{\[]", before)[-1]
    return lines[line].startswith(": ", column) and ": " in last and slips.in_line(before) is None


_OPEN_QUOTE = message("the quote that opens here is never closed")
_MISFIT = message("this does not fit the lines above: a key or item of the same list is expected")
_OUTDENTED = message("this line does not begin in the column in which the lines below it go on")
_NO_COLON = message("this line has no colon followed by a space, so it is not a key with a value")
# What the parser says, and what it means; the first that fits counts.
_PROBLEMS = (
    ("could not find expected ':'", _NO_COLON),
    ("mapping values are not allowed", message("a key with a value cannot stand here")),
    ("unexpected end of stream", _OPEN_QUOTE),
    ("document indicator", _OPEN_QUOTE),
    ("expected ',' or", message("the bracket or brace that opens here is not closed properly")),
    ("cannot start any token", message("a value cannot begin with this character")),
    ("escape", message("the backslash is followed by a character that has no meaning there")),
    ("expected key", _MISFIT),
    ("'-' indicator", _MISFIT),
)
_UNREADABLE = message("this line cannot be read as YAML")


def _problem(problem: str) -> Message:
    return next((words for said, words in _PROBLEMS if said in problem), _UNREADABLE)


def _is_misfit(problem: str) -> bool:
    return _problem(problem) == _MISFIT or "document start" in problem


def _slip(problem: str, lines: Sequence[str], line: int, column: int) -> Slip | None:
    """Return the slip of the keyboard that is behind a fault, here or above, or None."""
    # The beginning of a line is enough to find the cause, however long it is.
    here = lines[line][:_ENOUGH]
    before = _line_above(lines, line)
    above = slips.in_line(lines[before][:_ENOUGH], before) if before is not None else None
    if above is not None and lines[above.line].rstrip().endswith("："):
        return above  # what is below its key is right, whatever it is
    if _is_misfit(problem) and not here[:column].strip(" "):
        moved = slips.in_indentation(lines, line)
        if moved is not None:
            return moved
    # A key that may not stand here is often right, and the line above is wrong.
    above_first = "mapping values are not allowed" in problem and ": " not in here[:column]
    found = slips.in_line(here, line) or (above if above_first else None)
    if found is None and "expected ',' or" in problem:
        found = slips.wide_brackets(here, line)
    if found is None and _help_for_problem(problem, here, column) is None:
        found = above
    return found


def _line_above(lines: Sequence[str], line: int) -> int | None:
    """Return the nearest line above that says something, of the few that are looked at."""
    near = range(line - 1, max(-1, line - 20), -1)
    return next((one for one in near if lines[one].strip() and not lines[one].lstrip().startswith("#")), None)


def _help(problem: str, lines: Sequence[str], line: int, column: int) -> Message:
    here, above = lines[line][:_ENOUGH], lines[line - 1][:_ENOUGH] if line else ""
    return (
        _help_for_problem(problem, here, column)
        or _open_above(above, line)
        or message("check quotes, colons and the indentation of this line and of the one above")
    )


def _open_bracket(line: str) -> str:
    """Return the last bracket of a line that is not closed on it, outside quotes, or nothing."""
    opened: list[str] = []
    for one in re.sub(r"\"[^\"]*\"|'[^']*'|(?:^|\s)#.*", "", line):
        if one in "[{":
            opened.append(one)
        elif one in "]}" and opened:
            opened.pop()
    return opened[-1] if opened else ""


def _open_above(above: str, line: int) -> Message | None:
    bracket = _open_bracket(above)
    if not bracket:
        return None
    return message(
        "the bracket `{bracket}` in line {line} is not closed: close it", bracket=bracket, line=line
    )


# After a colon, outside quotes: YAML reads `>` as the beginning of a text of several lines.
_GREATER = r"""[^"']*: +(>=?)[ ]*(\d[^,}\]#]*)"""


def _in_braces(text: str) -> Message | None:
    """Return what hides the end of what is in braces: a quote without a partner, or a comment."""
    left = re.sub(r"\"[^\"]*\"|(?<!\w)'[^']*'", "", text)
    if re.search(r"\"|(?<!\w)'", left):
        return message("a quote on this line has no partner: close it, or remove it")
    if " #" in left:
        return message("` #` begins a comment, which hides the rest of the line: put the text in quotes")
    return None


def _help_for_problem(problem: str, here: str, column: int) -> Message | None:
    greater = re.match(_GREATER, here)
    if greater:
        word = "more_than" if greater[1] == ">" else "at_least"
        return message(
            "`{sign}` does not compare: write `{{{word}: {value}}}`",
            sign=greater[1],
            word=word,
            value=greater[2].strip(),
        )
    if "unexpected end of stream" in problem or "document indicator" in problem:
        return message("close the text with the same quote with which it opens")
    if "expected ',' or" in problem and (hidden := _in_braces(here[column:])) is not None:
        return hidden
    if "expected ',' or" in problem:
        return message("close it, put commas between the items, or quote the value if it is a text")
    if "escape" in problem:
        return message("use single quotes, or write two backslashes where one is meant")
    if "cannot start any token" in problem or "alphabetic or numeric" in problem:
        return message("put the value in quotes")
    if "mapping values are not allowed" in problem and ": " in here[:column]:
        return message("the value holds a second colon: put the value in quotes")
    if "mapping values are not allowed" in problem:
        return message("check the indentation: the line above may lack its colon or have a value already")
    if "sequence entries" in problem:
        return message("begin the list on the next line, indented, with `- ` before every item")
    if here.startswith(":"):
        return message("write the key before the colon")
    if "document start" in problem:
        return message("the document has ended above: remove a line of three dots, or quote the text")
    if here[:column].rstrip().endswith(("}", "]", '"', "'")):
        return message("text follows a closing quote or bracket: put the whole value in quotes")
    if here.count('"') % 2 or here.count("'") % 2:
        return message("a quote on this line has no partner: close it, or remove it")
    bracket = _open_bracket(here)
    if bracket:
        return message("the bracket `{bracket}` is not closed: close it, or quote the text", bracket=bracket)
    return None
