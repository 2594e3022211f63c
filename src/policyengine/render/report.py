"""Diagnostics for people and for programs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence

from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.diagnostics.i18n import Speech
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen, replace
from policyengine.render.layout import Paint, Tone, width, wrap
from policyengine.syntax.shown_paths import shown_path
from policyengine.values.escaping import printable

TONES: dict[str, Tone] = {"error": "bad", "warning": "open"}
_LONGEST_LINE = 120
_LEAST_SHOWN = 20
_LIST_WIDTH = 98
_MANY = 3  # more places with the same words: they are listed
_TAB = "\t"
_LARGEST_SHOWN = 64 * 1024 * 1024


class Excerpt(Frozen):
    """Lines of a file, and the number of the first of them."""

    first_line: int
    lines: Sequence[str]


def render_report(
    diagnostics: Iterable[Diagnostic],
    say: Speech,
    color: bool = False,
    texts: Mapping[str, Excerpt] | None = None,
    columns: int | None = None,
) -> str:
    """Return diagnostics as text, each with its place, its sentence, the line it speaks of, and what to do.

    What is told in the same words of many places is told of the first, with a list of the others. ``texts``
    holds the contents of files that cannot be read again, such as standard input. Lines have at most so many
    ``columns``, if any.
    """
    return "".join(_rendered(_grouped(diagnostics), say, Paint(color, columns), dict(texts or {})))


def render_each(diagnostics: Iterable[Diagnostic], say: Speech) -> list[str]:
    """Return each diagnostic as text of its own."""
    return list(_rendered(((one, []) for one in diagnostics), say, Paint(False), {}))


def _rendered(
    groups: Iterable[tuple[Diagnostic, list[Diagnostic]]],
    say: Speech,
    paint: Paint,
    known: dict[str, Excerpt],
) -> Iterator[str]:
    for one, others in groups:
        severity = say("error") if one.severity == "error" else say("warning")
        head = f"{severity}[{one.code}]"
        file = _short(one.span.file)
        # An option of the command line has no lines.
        where = file if file.startswith("--") else f"{file}:{one.span.line}:{one.span.column}"
        lines = _head(printable(where), head, printable(say.message(one.message)), one.severity, paint)
        lines += _excerpt(one, known, paint)
        if one.unnamed_path:
            lines += paint.lines(_field(one, say), indent=2)
        if others:
            words = say("also in {places}", places=printable(_places(others)))
            size = _LIST_WIDTH if paint.columns is None else min(_LIST_WIDTH, paint.columns - 2)
            lines += (f"  {line}" for line in wrap(words, size))
        if one.help is not None:
            lines += paint.lines(say("help: {text}", text=printable(say.message(one.help))), indent=2)
        yield "".join(f"{line}\n" for line in lines)


def _field(one: Diagnostic, say: Speech) -> str:
    """Return of which field of a case something is told, by its title and its name."""
    title, path = printable(one.title.in_language(say.language)), printable(one.unnamed_path)
    return say("path: {title} ({path})", title=title, path=path) if title else say("path: {path}", path=path)


def _head(where: str, head: str, words: str, severity: str, paint: Paint) -> list[str]:
    """Return what is wrong and where, with the word in colour that tells how bad it is."""
    first, *more = paint.lines(f"{where}: {head}: {words}")
    return [first.replace(head, paint(head, TONES[severity]), 1), *more]


def _grouped(diagnostics: Iterable[Diagnostic]) -> Iterator[tuple[Diagnostic, list[Diagnostic]]]:
    """Return what is told in the same words of many places once, with the others; all else one by one."""
    groups: dict[Diagnostic, list[Diagnostic]] = {}
    found = list(diagnostics)
    for one in found:
        groups.setdefault(_words_of(one), []).append(one)
    for one in found:
        group = groups[_words_of(one)]
        if len(group) <= _MANY:
            yield one, []
        elif one is group[0]:
            yield one, group[1:]


def _words_of(diagnostic: Diagnostic) -> Diagnostic:
    return replace(diagnostic, span=Span(""), path="", title=Text())


def _places(diagnostics: Iterable[Diagnostic]) -> str:
    lines: dict[str, dict[str, None]] = {}
    for one in diagnostics:
        lines.setdefault(_short(one.span.file), {})[str(one.span.line)] = None
    return "; ".join(f"{file}:{', '.join(numbers)}" for file, numbers in lines.items())


def _short(file: str) -> str:
    return shown_path(file) if os.path.exists(file) else file


def sentences(diagnostic: Diagnostic, say: Speech) -> str:
    """Return what is wrong and, on a line of its own, what to do; nothing in it commands a terminal."""
    parts = (diagnostic.message, diagnostic.help)
    return "\n".join(printable(say.message(part)) for part in parts if part is not None)


def slashed(path: str) -> str:
    """Return a path as other programs read it: short, and with slashes."""
    return os.path.normpath(path).replace(os.sep, "/")


def _excerpt(diagnostic: Diagnostic, texts: dict[str, Excerpt], paint: Paint) -> list[str]:
    """Return the line with a caret under the place, if the file is there; of a long line, a part."""
    path = diagnostic.span.file
    if path not in texts:  # every file is read once, however many faults it has
        texts[path] = _read(path)
    line = _line(texts[path], diagnostic.span.line)
    if line is None or not line.strip():
        return []
    line = line.replace(_TAB, " ")
    start = min(diagnostic.span.column - 1, len(line))
    is_one_line = diagnostic.span.end_line == diagnostic.span.line
    end = max(diagnostic.span.end_column - 1 if is_one_line else len(line), start + 1)
    margin = f"{diagnostic.span.line} | "
    first, last = _shown_part(line, start, end, _most_shown(line, paint.columns, len(margin)))
    before, after = "…" * (first > 0), "…" * (last < len(line))
    shown = before + printable(line[first:last]) + after
    marked = width(printable(line[start : min(end, last)])) or 1
    caret = " " * (len(margin) - 2) + "| " + " " * width(before + printable(line[first:start])) + "^" * marked
    return ["  " + margin + shown, "  " + paint(caret, "faint")]


def _most_shown(line: str, columns: int | None, margin: int) -> int:
    """Return how many characters of a line are shown, so that the caret stays below its place."""
    if columns is None:
        return _LONGEST_LINE
    room = columns - margin - 4  # the indent, and a sign for what is left out at each end
    most = room * len(line) // (width(line) or 1)
    return max(_LEAST_SHOWN, min(_LONGEST_LINE, most))


def _shown_part(line: str, start: int, end: int, most: int) -> tuple[int, int]:
    """Return where the shown part of a line begins and ends: the place of the fault, and words around it."""
    if len(line) <= most:
        return 0, len(line)
    last = min(len(line), max(start + most // 2, min(end, start + most * 3 // 4)))
    first = max(0, last - most)
    return first, min(len(line), first + most)


def _read(path: str) -> Excerpt:
    try:
        # Only regular files: opening a pipe could wait for ever.
        if not os.path.isfile(path):
            return Excerpt(1, [])
        with open(path, encoding="utf-8", errors="replace", newline="") as stream:
            return Excerpt(1, stream.read(_LARGEST_SHOWN).split("\n"))
    except (OSError, ValueError):
        return Excerpt(1, [])


def _line(excerpt: Excerpt, number: int) -> str | None:
    index = number - excerpt.first_line
    return excerpt.lines[index].rstrip("\r") if 0 <= index < len(excerpt.lines) else None


def report_data(diagnostics: Sequence[Diagnostic]) -> list[dict[str, object]]:
    """Return diagnostics as dictionaries; sentences are English, as their codes are."""
    return [
        {
            "code": one.code,
            "severity": one.severity,
            "message": str(one.message),
            "help": None if one.help is None else str(one.help),
            "path": one.path or None,
            "file": _short(one.span.file),
            "line": one.span.line,
            "column": one.span.column,
            "end_line": one.span.end_line,
            "end_column": one.span.end_column,
        }
        for one in diagnostics
    ]


def render_report_json(diagnostics: Sequence[Diagnostic]) -> str:
    """Return diagnostics as JSON text."""
    data = {"format": "policyengine.diagnostics/1", "diagnostics": report_data(diagnostics)}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
