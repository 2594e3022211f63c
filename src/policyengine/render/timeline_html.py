"""A timeline as one page that needs nothing else: the picture, and every step with its rule and clause."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring

from policyengine.diagnostics.i18n import Speech
from policyengine.outcome.timeline import Timeline
from policyengine.render.timeline_svg import picture
from policyengine.render.timeline_words import MARKS, TimelineWords
from policyengine.values.escaping import xml_text

_STYLE = """
body { font: 15px/1.6 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "Segoe UI", Arial, sans-serif;
  color: #1c2330; margin: 2rem auto; max-width: 1080px; padding: 0 1rem; }
h2 { font-size: 1.05rem; margin-top: 2rem; }
svg { width: 100%; height: auto; border: 1px solid #d8dde4; border-radius: 6px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #d8dde4; }
th { background: #f4f6f9; } td.time { white-space: nowrap; } small { color: #667080; display: block; }
tr.expected td { color: #4a5362; background: #fbfaf6; } tr.now td { color: #b3372b; font-weight: 600; }
@media print { body { margin: 0; max-width: none; } tr { break-inside: avoid; } }
"""


def render_timeline_html(timeline: Timeline, say: Speech) -> str:
    """Return the timeline as an HTML document that ends with a line feed."""
    words = TimelineWords(timeline, say)
    root = Element("html", {"lang": "zh-CN" if say.language == "zh" else "en"})
    head = SubElement(root, "head")
    SubElement(head, "meta", {"charset": "utf-8"})
    SubElement(head, "meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"})
    SubElement(head, "title").text = words.title()
    SubElement(head, "style").text = _STYLE
    body = SubElement(root, "body")
    body.append(picture(timeline, say))
    SubElement(body, "h2").text = say("Every step with its rule and clause")
    _table(body, timeline, words)
    for line in (words.ending(), *words.footnotes()):
        SubElement(body, "p").text = line
    return xml_text("<!DOCTYPE html>\n" + tostring(root, encoding="unicode", method="html") + "\n")


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
