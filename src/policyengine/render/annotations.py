"""Diagnostics as workflow commands of GitHub Actions, which become annotations beside the lines.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterable

from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.diagnostics.i18n import Speech
from policyengine.render.places import Root
from policyengine.render.report import sentences
from policyengine.values.escaping import printable

# What would end a line, a property or the list of properties.
_IN_TEXT = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render_annotations(diagnostics: Iterable[Diagnostic], say: Speech) -> str:
    """Return one command a line for each diagnostic."""
    root = Root()
    return "".join(f"{_command(one, root, say)}\n" for one in diagnostics)


def _command(diagnostic: Diagnostic, root: Root, say: Speech) -> str:
    span = diagnostic.span
    properties = {
        "file": printable(root.path(span.file)),
        "line": span.line,
        "endLine": span.end_line,
        "title": diagnostic.code,
    }
    if span.line == span.end_line:  # columns of a stretch over several lines are refused
        properties |= {"col": span.column, "endColumn": max(span.column, span.end_column - 1)}
    listed = ",".join(f"{name}={str(value).translate(_IN_PROPERTY)}" for name, value in properties.items())
    text = sentences(diagnostic, say).translate(_IN_TEXT)
    return f"::{diagnostic.severity} {listed}::{text}"
