"""Diagnostics for people and for programs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence

from policyengine.diagnostics import Diagnostic
from policyengine.i18n import Speech
from policyengine.render.layout import Paint, Tone, width
from policyengine.values import printable

_TONES: dict[str, Tone] = {"error": "bad", "warning": "open"}
_LONGEST_LINE = 120
_TAB = "\t"


def render_report(
    diagnostics: Iterable[Diagnostic],
    say: Speech,
    color: bool = False,
    texts: Mapping[str, str] | None = None,
) -> str:
    """Return diagnostics as text, each with its place, its sentence, the line it speaks of, and what to do.

    ``texts`` holds the contents of files that cannot be read again, such as standard input.
    """
    paint = Paint(color)
    lines: list[str] = []
    for one in diagnostics:
        severity = say("error") if one.severity == "error" else say("warning")
        head = f"{severity}[{one.code}]"
        place = os.path.normpath(one.span.file) if os.path.exists(one.span.file) else one.span.file
        where = f"{place}:{one.span.line}:{one.span.column}"
        lines.append(
            f"{printable(where)}: {paint(head, _TONES[one.severity])}: {printable(say.message(one.message))}"
        )
        lines += _excerpt(one, texts or {}, paint)
        if one.help is not None:
            lines.append("  " + say("help: {text}", text=printable(say.message(one.help))))
    return "".join(f"{line}\n" for line in lines)


def _excerpt(diagnostic: Diagnostic, texts: Mapping[str, str], paint: Paint) -> list[str]:
    """Return the line with a caret under the place, if the file is there and the line not too long."""
    line = _line(diagnostic.span.file, diagnostic.span.line, texts)
    if line is None or not line.strip() or len(line) > _LONGEST_LINE:
        return []
    shown = printable(line.replace(_TAB, " "))
    start = min(diagnostic.span.column - 1, len(line))
    is_one_line = diagnostic.span.end_line == diagnostic.span.line
    end = diagnostic.span.end_column - 1 if is_one_line else len(line)
    marked = width(line[start : max(end, start + 1)]) or 1
    margin = f"{diagnostic.span.line} | "
    caret = " " * (len(margin) - 2) + "| " + " " * width(line[:start]) + "^" * marked
    return ["  " + margin + shown, "  " + paint(caret, "faint")]


def _line(path: str, number: int, texts: Mapping[str, str]) -> str | None:
    text = texts.get(path)
    if text is None:
        try:
            with open(path, encoding="utf-8", errors="replace", newline="") as stream:
                for _ in range(number - 1):
                    if not stream.readline(1_000_000):
                        return None
                return stream.readline(1_000_000).rstrip("\r\n")
        except (OSError, ValueError):
            return None
    lines = text.split("\n")
    return lines[number - 1].rstrip("\r") if number <= len(lines) else None


def report_data(diagnostics: Sequence[Diagnostic]) -> list[dict[str, object]]:
    """Return diagnostics as dictionaries; sentences are English, as their codes are."""
    return [
        {
            "code": one.code,
            "severity": one.severity,
            "message": str(one.message),
            "help": None if one.help is None else str(one.help),
            "file": one.span.file,
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
