"""A policy book as one HTML page that needs nothing else and prints well."""

from __future__ import annotations

from collections.abc import Container
from xml.etree.ElementTree import Element, SubElement, tostring

from policyengine.book.blocks import (
    Block,
    Cell,
    Document,
    Heading,
    Link,
    Links,
    Paragraph,
    Picture,
    Quote,
    Table,
)
from policyengine.book.svg import picture
from policyengine.diagnostics.diagnostic import nested
from policyengine.diagnostics.i18n import Speech, spoken
from policyengine.diagnostics.text import Text
from policyengine.render.colours import COLOURS
from policyengine.render.fonts import fonts
from policyengine.values.escaping import xml_text
from policyengine.values.languages import language_name

_STYLE = """
* { box-sizing: border-box; }
body { font: 15px/1.65 FONTS; margin: 0; display: grid;
  grid-template-columns: 270px minmax(0, 860px); gap: 2.5rem; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.2rem 1rem; background: var(--head);
  border-right: 1px solid var(--line); font-size: .87rem; }
nav { overflow-wrap: anywhere; }
#search { width: 100%; padding: .35rem .5rem; border: 1px solid var(--line); border-radius: 4px;
  font: inherit; margin-bottom: .5rem; }
#found a { border-left: 3px solid var(--quote-line); padding-left: .5rem; }
#found:not(:empty) { margin-bottom: 1rem; }
#found[data-count]::before { content: attr(data-count); color: var(--faint); }
#found:empty::before { content: none; }
nav a { display: block; padding: .12rem 0; } nav .more { margin-left: .5em; }
nav a.l3 { padding-left: 1rem; color: var(--faint); }
main { padding: 2rem 1rem 6rem 0; }
.said:not(:lang(zh)) { font-family: LATIN; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
h1 { font-size: 1.9rem; line-height: 1.3; }
h2 { font-size: 1.45rem; margin-top: 3.2rem; padding-bottom: .3rem;
  border-bottom: 2px solid var(--accent); }
h3 { font-size: 1.12rem; margin-top: 2rem; color: var(--accent); }
h4, h5 { font-size: 1rem; margin: 1.7rem 0 .3rem; } h5 { font-size: .95rem; margin-top: 1.2rem; }
h1 .more, h2 .more, h3 .more, h4 .more, h5 .more { font-weight: 500; color: var(--faint); margin-left: .5em; }
.name { font: .78rem/1 ui-monospace, Consolas, monospace; color: var(--faint); margin-left: .6em;
  font-weight: 400; }
.place { float: right; font-weight: 400; }
p { margin: .35rem 0; } p .said { display: block; } p .more { color: var(--soft); }
blockquote { margin: .3rem 0; padding: .1rem .8rem; border-left: 3px solid var(--quote-line);
  color: var(--quote); background: var(--quote-paper); }
blockquote small { color: var(--faint); margin-left: .6em; }
table { border-collapse: collapse; margin: .4rem 0; font-size: .9rem; max-width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; } th { background: var(--head); }
td .more, th .more { color: var(--faint); margin-left: .5em; }
.links { font-size: .88rem; margin: .25rem 0; } .links b { font-weight: 600; margin-right: .4em; }
.links a, .links span.item { margin-right: .8em; } .links .more { color: var(--faint); margin-left: .3em; }
svg { display: block; width: 100%; height: auto; font-family: inherit; }
figure { margin: .6rem 0; max-width: none; width: min(1210px, calc(100vw - 345px)); }
.languages { position: fixed; right: 1rem; top: .6rem; font-size: .85rem; background: var(--paper);
  padding: .2rem .6rem; border: 1px solid var(--line); border-radius: 4px; }
.languages label { margin-left: .6em; }
.legend span { margin-right: 1em; font-size: .85rem; }
@media screen and (max-width: 900px) { body { display: block; padding: 0 1rem; } nav { display: none; }
  figure { width: auto; overflow-x: auto; } figure svg { min-width: 700px; } }
@media print {
  body { display: block; font-size: 10pt; } nav, .languages { display: none; }
  main { padding: 0; } figure { width: auto; }
  h2 { break-before: page; } h3, h4, h5 { break-after: avoid; }
  tr, blockquote, figure, p { break-inside: avoid; } a { color: inherit; }
  @page { margin: 18mm 16mm; } @page wide { size: A4 landscape; margin: 12mm; }
  section.across { page: wide; } figure svg { max-height: 165mm; }
  figure svg.down { max-height: 235mm; }
}
"""


# Works from a file: what is searched is the page itself, section by section.
_SCRIPT = """
(function () {
  var input = document.getElementById("search"), found = document.getElementById("found");
  if (!input) return;
  var heads = Array.prototype.slice.call(document.querySelectorAll("main h2, main h3, main h4, main h5"));
  var sections = heads.map(function (head) {
    var text = head.textContent, next = head.nextElementSibling;
    while (next && !/^H[1-5]$|^SECTION$/.test(next.tagName)) {
      text += " " + next.textContent; next = next.nextElementSibling;
    }
    return { head: head, title: head.textContent.toLowerCase(), text: text.toLowerCase() };
  });
  input.addEventListener("input", function () {
    var words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
    found.textContent = "";
    if (!words.length) return;
    function has(text) { return words.every(function (word) { return text.indexOf(word) >= 0; }); }
    var hits = sections.filter(function (one) { return has(one.text); });
    hits.sort(function (one, other) { return has(other.title) - has(one.title); });
    hits.slice(0, 60).forEach(function (one) {
      var link = document.createElement("a"), name = one.head.cloneNode(true);
      var place = name.querySelector(".place");
      if (place) place.remove();
      name.querySelectorAll(".name").forEach(function (code) { code.remove(); });
      link.href = "#" + one.head.id; link.textContent = name.textContent; found.appendChild(link);
    });
    found.setAttribute("data-count", String(hits.length));
  });
})();
"""


def render_book_html(document: Document) -> str:
    """Return the book as an HTML document that ends with a line feed."""
    root = Element("html", {"lang": document.languages[0]})
    head = SubElement(root, "head")
    SubElement(head, "meta", {"charset": "utf-8"})
    SubElement(head, "meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"})
    SubElement(head, "title").text = document.title.joined
    SubElement(head, "style").text = _style(document.languages)
    body = SubElement(root, "body")
    nav = SubElement(body, "nav")
    if document.blocks:
        _search(nav, document.languages)
    if len(document.languages) > 1:
        _languages(SubElement(body, "form", {"class": "languages"}), document.languages)
    main = SubElement(body, "main")
    for block in document.blocks:
        _block(main, block, document.languages)
    _contents(nav, document, {one.get("id", "") for one in main.iter("h3")})
    SubElement(body, "script").text = _SCRIPT
    return xml_text("<!DOCTYPE html>\n" + tostring(root, encoding="unicode", method="html") + "\n")


def _style(languages: tuple[str, ...]) -> str:
    style = (COLOURS + _STYLE).replace("FONTS", fonts(spoken(languages[0]))).replace("LATIN", fonts("en"))
    return style + "".join(map(_alone, languages))


def _search(nav: Element, languages: tuple[str, ...]) -> None:
    speeches = [Speech(spoken(tag)) for tag in languages]
    words = " / ".join(dict.fromkeys(say("Search this book") for say in speeches))
    look = {"type": "search", "id": "search", "placeholder": words, "aria-label": words}
    SubElement(nav, "input", look)
    SubElement(nav, "div", {"id": "found", "role": "status"})


def _contents(nav: Element, document: Document, drawn: Container[str]) -> None:
    """Write the contents; a picture that was left out is not in them."""
    for block in document.blocks:
        level = 3 if isinstance(block, Picture) else getattr(block, "level", 0)
        if isinstance(block, Picture) and block.anchor not in drawn:
            continue
        if isinstance(block, Heading | Picture) and level in (2, 3):
            link = SubElement(nav, "a", {"href": f"#{block.anchor}", "class": f"l{level}"})
            _text(link, block.title)


def _alone(language: str) -> str:
    """Return the style of the page while one language alone is shown."""
    only = f"body:has(#only-{language}:checked)"
    return (
        f'{only} .said:not([lang="{language}"]) {{ display: none !important; }}\n'
        f"{only} .said {{ margin-left: 0 !important; color: inherit !important; font-weight: inherit; }}\n"
    )


def _languages(form: Element, languages: tuple[str, ...]) -> None:
    names = [language_name(one, one) for one in languages]
    ids = ("all", *(f"only-{one}" for one in languages))
    for id, title in zip(ids, (" + ".join(names), *names), strict=True):
        label = SubElement(form, "label")
        checked = {"checked": "checked"} if id == "all" else {}
        SubElement(
            label, "input", {"type": "radio", "name": "language", "id": id, **checked}
        ).tail = f" {title}"


def _text(parent: Element, text: Text) -> None:
    """Write a text in the languages that it has; one that is the same in all is written once."""
    if len(text.all) <= 1:
        SubElement(parent, "span").text = "".join(text.all)
        return
    for position, (language, words) in enumerate(text.words):
        style = "said" if position == 0 else "said more"
        SubElement(parent, "span", {"class": style, "lang": language}).text = words


def _block(main: Element, block: Block, languages: tuple[str, ...]) -> None:
    match block:
        case Heading(level, anchor, title, name, place):
            heading = SubElement(main, f"h{level}", {"id": anchor})
            if place:
                SubElement(heading, "span", {"class": "name place"}).text = place
            _text(heading, title)
            if name:
                SubElement(heading, "span", {"class": "name"}).text = name
        case Paragraph(text):
            _text(SubElement(main, "p"), text)
        case Quote(words, section, clauses):
            quote = SubElement(main, "blockquote", {"lang": languages[0]})
            quote.text = f"“{nested(words)}”"
            if section or clauses:
                small = SubElement(quote, "small")
                small.text = f"{section} " if section else ""
                for link in clauses:
                    _link(small, link).tail = " "
        case Links(label, links):
            line = SubElement(main, "div", {"class": "links"})
            _text(SubElement(line, "b"), label)
            for link in links:
                _link(line, link)
        case Table(head, rows):
            _table(main, head, rows)
        case Picture(anchor, title, flow):
            drawn = picture(flow, languages)
            if drawn is not None:
                whole = SubElement(main, "section", {"class": str(drawn.get("class"))})
                _text(SubElement(whole, "h3", {"id": anchor}), title)
                SubElement(whole, "figure").append(drawn)


def _link(parent: Element, link: Link) -> Element:
    if link.anchor:
        element = SubElement(parent, "a", {"href": f"#{link.anchor}"})
    else:
        element = SubElement(parent, "span", {"class": "item"})
    _text(element, link.text)
    return element


def _table(main: Element, head: tuple[Text, ...], rows: tuple[tuple[Cell, ...], ...]) -> None:
    table = SubElement(main, "table")
    if head:
        row = SubElement(SubElement(table, "thead"), "tr")
        for title in head:
            _text(SubElement(row, "th"), title)
    body = SubElement(table, "tbody")
    for cells in rows:
        row = SubElement(body, "tr")
        for cell in cells:
            place = SubElement(row, "td")
            if isinstance(cell, Text):
                _text(place, cell)
            elif isinstance(cell, Link):
                _link(place, cell)
            else:
                place.text = cell
