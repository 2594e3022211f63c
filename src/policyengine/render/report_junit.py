"""Diagnostics as JUnit XML: a suite for each file, a test for each diagnostic; errors fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policyengine.diagnostics.diagnostic import Diagnostic
from policyengine.diagnostics.i18n import Speech
from policyengine.render.junit import JunitCase, render_junit
from policyengine.render.report import render_each
from policyengine.syntax.shown_paths import shown_path


def render_report_junit(files: Sequence[str], diagnostics: Sequence[Diagnostic], say: Speech) -> str:
    """Return the files that were looked at, with what is wrong; a sound one has a test that passes."""
    suites: dict[str, list[JunitCase]] = {shown_path(file): [] for file in files}
    for file, case in cases_of(diagnostics, say):
        suites.setdefault(file, []).append(case)
    sound = say("no error")
    return render_junit({file: cases or [JunitCase(sound, file, "", ())] for file, cases in suites.items()})


def cases_of(diagnostics: Sequence[Diagnostic], say: Speech) -> Iterator[tuple[str, JunitCase]]:
    """Return a test for each diagnostic, with its file."""
    for one, text in zip(diagnostics, render_each(diagnostics, say), strict=True):
        file = shown_path(one.span.file)
        name = f"{one.code} ({one.span.line}:{one.span.column})"
        yield file, JunitCase(name, file, "error" if one.severity == "error" else "", text.splitlines())
