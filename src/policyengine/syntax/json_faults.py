"""Everything that is wrong with a JSON text."""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import Diagnostic, error, message
from policyengine.diagnostics.span import Span
from policyengine.frozen import replace
from policyengine.syntax.json_places import Places
from policyengine.syntax.json_scan import NOT_NUMBERS, Event, bad_character, decoded, legible, scan
from policyengine.syntax.json_syntax import syntax_fault
from policyengine.syntax.keys import format_path
from policyengine.syntax.limits import MAX_DEPTH, MAX_FAULTS


def find_faults(text: str, places: Places) -> list[Diagnostic]:
    """Find every fault up to the first one after which the text cannot be read on."""
    found: list[Diagnostic] = []
    seen: list[dict[str | int, int]] = []  # for every open object, the positions of its keys
    here: list[str | int] = []
    for event in scan(text):
        if len(found) >= MAX_FAULTS:
            break
        if event.kind == "fault":
            found.append(syntax_fault(text, event, places))
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
        if event.kind == "word" and text[event.start : event.end] in NOT_NUMBERS:
            found.append(number_fault(text[event.start : event.end], places.span(event.start, event.end)))
        if event.kind in ("key", "string"):
            found.extend(_text_faults(text, event, places))
        found[known:] = [replace(one, path=format_path(here)) for one in found[known:]]
    return found


def number_fault(name: str, span: Span) -> Diagnostic:
    """Return what to tell of ``NaN`` and the like."""
    what = message("`{name}` is not a number that can be used", name=name)
    return error("json-number", what, span, message("write a number, or leave it out if there is none"))


def depth_fault(span: Span) -> Diagnostic:
    """Return what to tell of what is nested too deep."""
    what = message("objects and lists are nested more than {limit} deep", limit=MAX_DEPTH)
    return error("json-depth", what, span, message("make the structure flatter"))


def _duplicate_fault(event: Event, first: int, span: Span) -> Diagnostic:
    name = legible(str(event.step))
    what = message("the key `{key}` is written twice; the first is on line {line}", key=name, line=first)
    return error("duplicate-key", what, span, message("keep one of the two"))


def _text_faults(text: str, event: Event, places: Places) -> Iterator[Diagnostic]:
    literal = text[event.start : event.end]
    if "\\" not in literal and not bad_character(literal):
        return
    fault = bad_text(decoded(literal), places.span(event.start, event.end))
    if fault is not None:
        yield fault


def bad_text(text: str, span: Span) -> Diagnostic | None:
    """Return what is wrong with the characters of a text, or None."""
    character = bad_character(text)
    if not character:
        return None
    code = f"U+{ord(character):04X}"
    if character >= "\ud800":
        what = message("the text holds half of a character ({code}), which is not text", code=code)
    else:
        what = message("the text holds the control character {code}", code=code)
    return error("json-text", what, span, message("remove it"))
