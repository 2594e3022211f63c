"""Pages of the manual for people."""

from __future__ import annotations

from collections.abc import Iterable

from policyengine.diagnostics.i18n import Speech
from policyengine.manual.pages import Page
from policyengine.render.layout import Paint, Row, table, wrap
from policyengine.render.report import TONES

_WIDTH = 100


def render_page(page: Page, say: Speech, color: bool = False) -> str:
    """Return one page."""
    paint = Paint(color)
    severity = say("error") if page.severity == "error" else say("warning")
    lines = [
        say(
            "{code} ({severity})",
            code=paint(page.code, "title"),
            severity=paint(severity, TONES[page.severity]),
        ),
        "",
    ]
    for paragraph in (page.summary, *page.paragraphs):
        lines += [*wrap(say.verbatim(paragraph), _WIDTH), ""]
    for heading, example in ((say("Fails:"), page.failing), (say("Passes:"), page.passing)):
        lines += [paint(heading, "title"), "", *(f"    {line}".rstrip() for line in example.split("\n")), ""]
    note = say("The examples change the rulebook that `policyengine init` makes.")
    lines += [paint(line, "faint") for line in wrap(note, _WIDTH)]
    return "".join(f"{line}\n" for line in lines)


def render_contents(pages: Iterable[Page], say: Speech, color: bool = False) -> str:
    """Return every code with its sentence."""
    rows = (Row((page.code, TONES[page.severity]), (say.verbatim(page.summary), "plain")) for page in pages)
    return "".join(f"{line}\n" for line in table(rows, Paint(color)))
