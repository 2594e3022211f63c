"""A timeline as one page that needs nothing else: the picture, and its clauses, folded away.

On the screen a clause opens where it is clicked; on paper they stand below the picture as footnotes, on the
same page.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from policyengine.diagnostics.i18n import Language, Speech
from policyengine.outcome.timeline import Timeline
from policyengine.render.boxes import text_width
from policyengine.render.colours import COLOURS
from policyengine.render.fonts import fonts
from policyengine.render.timeline_notes import Note, Notes
from policyengine.render.timeline_svg import picture
from policyengine.render.timeline_words import MARKS, TimelineWords
from policyengine.values.escaping import xml_text

_STYLE = """
body { font: 15px/1.6 FONTS; margin: 1.2rem auto; max-width: 1180px;
  padding: 0 1rem; }
h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
figure { margin: 0; overflow-x: auto; }
svg { box-sizing: border-box; display: block; width: 100%; min-width: 760px; height: auto;
  border: 1px solid var(--line); border-radius: 6px; }
svg a:hover text { text-decoration: underline; }
details { border-bottom: 1px solid var(--line); padding: .15rem 0; } summary { cursor: pointer; }
summary strong { color: var(--accent); display: inline-block; min-width: 1.6rem; }
details p { margin: .2rem 0 .4rem 1.6rem; color: var(--quote); }
details p:target { background: var(--target); }
details.all { border: 0; margin-top: 1.4rem; }
table { border-collapse: collapse; width: 100%; margin-top: .5rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem;
  border-bottom: 1px solid var(--line); }
th { background: var(--head); } td.time { white-space: nowrap; }
small { color: var(--faint); display: block; }
tr.expected td { color: var(--soft); background: var(--quote-paper); }
tr.now td { color: var(--now); font-weight: 600; }
ol.print { display: none; }
@page { size: A4 landscape; margin: 8mm; }
@media print {
  body { margin: 0; padding: 0; max-width: none; }
  .screen { display: none; }
  figure { overflow: visible; }
  svg { border: 0; min-width: 0; width: 100%; max-height: PICTUREmm; margin: 0 auto; }
  ol.print { display: block; columns: 3; column-gap: 5mm; margin: 1mm 0 0; padding: 0;
    font-size: 6.3pt; line-height: 1.3; list-style: none; color: var(--soft); }
  ol.print li { break-inside: avoid; }
}
"""
# In mm: an A4 page laid across, within its margins; the columns of its footnotes, and the size of their type.
_PAGE, _COLUMN, _TYPE, _COLUMNS = 188.0, 88.0, 2.25, 3
_LEAST = 110.0


def render_timeline_html(timeline: Timeline, say: Speech) -> str:
    """Return the timeline as an HTML document that ends with a line feed."""
    words = TimelineWords(timeline, say, with_places=False)
    notes = Notes(timeline, words.naming).all
    root = Element("html", {"lang": "zh-CN" if say.language == "zh" else "en"})
    head = SubElement(root, "head")
    SubElement(head, "meta", {"charset": "utf-8"})
    SubElement(head, "meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"})
    SubElement(head, "title").text = words.title()
    SubElement(head, "style").text = _style(say.language, notes)
    body = SubElement(root, "body")
    SubElement(body, "figure").append(picture(timeline, say, with_notes=True))
    if notes:
        _clauses(body, notes, say)
    every = SubElement(SubElement(body, "div", {"class": "screen"}), "details", {"class": "all"})
    SubElement(every, "summary").text = say("Every step in words")
    _table(every, timeline, words)
    return xml_text("<!DOCTYPE html>\n" + tostring(root, encoding="unicode", method="html") + "\n")


def _style(language: Language, notes: Sequence[Note]) -> str:
    return (COLOURS + _STYLE).replace("FONTS", fonts(language)).replace("PICTURE", f"{_height(notes):.0f}")


def _height(notes: Sequence[Note]) -> float:
    """Return how high the picture may be on paper (mm), so that its footnotes stand on the same page."""
    lines = sum(
        1 + int(text_width(f"{note.number} {note.title} {note.quote}", _TYPE) / _COLUMN) for note in notes
    )
    rows = lines / _COLUMNS + 3  # columns are not filled evenly
    return max(_LEAST, _PAGE - _TYPE * 1.32 * rows)


def _clauses(body: Element, notes: tuple[Note, ...], say: Speech) -> None:
    screen = SubElement(body, "section", {"class": "screen"})
    SubElement(screen, "h2").text = say("What it rests on")
    footnotes = SubElement(body, "ol", {"class": "print"})
    for note in notes:
        opening = SubElement(screen, "details")
        summary = SubElement(opening, "summary")
        number = SubElement(summary, "strong")
        number.text = str(note.number)
        number.tail = note.title
        # Browsers open what holds the place that a link leads to.
        SubElement(opening, "p", {"id": f"note-{note.number}"}).text = note.quote
        line = SubElement(footnotes, "li")
        SubElement(line, "strong").text = f"{note.number} {note.title} "
        line[0].tail = note.quote


def _table(body: Element, timeline: Timeline, words: TimelineWords) -> None:
    table = SubElement(body, "table")
    head = SubElement(SubElement(table, "thead"), "tr")
    for title in (words.say("Time"), words.say("Who"), words.say("What happens, and why")):
        SubElement(head, "th").text = title
    rows = SubElement(table, "tbody")
    is_past = True
    for step in timeline.steps:
        if step.is_expected and is_past:
            is_past = False
            _now(rows, words)
        told = words.words(step)
        row = SubElement(rows, "tr", {"class": "expected"} if step.is_expected else {})
        SubElement(row, "td", {"class": "time"}).text = words.instant(step.instant) + (
            " ≈" if step.provisional else ""
        )
        who = words.say(", ").join(
            words.naming.text(words.book.parties[party].title) for party in step.parties
        )
        SubElement(row, "td").text = who
        cell = SubElement(row, "td")
        cell.text = f"{MARKS[told.kind][0]} {told.headline}"
        for detail in told.details:
            SubElement(cell, "small").text = detail
    if is_past:
        _now(rows, words)


def _now(rows: Element, words: TimelineWords) -> None:
    row = SubElement(rows, "tr", {"class": "now"})
    SubElement(row, "td", {"colspan": "3"}).text = words.now()
