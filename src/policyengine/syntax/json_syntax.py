"""Where the grammar of JSON was left, told in words."""

from __future__ import annotations

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, message
from policyengine.diagnostics.did_you_mean import closest
from policyengine.syntax.json_places import Places
from policyengine.syntax.json_scan import Event, legible


def syntax_fault(text: str, event: Event, places: Places) -> Diagnostic:
    """Return what to tell of the event with which a scan has ended."""
    what, help, start, end = _explain(text, event)
    return error("json-syntax", what, places.span(start, end), help)


def _explain(text: str, event: Event) -> tuple[Message, Message, int, int]:
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
        if comma >= 0 and text[comma] == ",":  # Point at the comma: that is what has to go.
            what = message("there is a comma after the last item")
            return what, message("remove the comma"), comma, comma + 1
    if common is None and expected == "value" and not text[:start].strip(" \t\r\n"):
        # Most likely another format: advice about a single word would be of no use.
        common = message("write a JSON object, as in `{example}`", example='{"case": "1"}')
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
    shown = legible(text[start : min(end, start + 30)])
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
        return what, message("write several cases in a file named `….ndjson`, each on a line")
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
