"""A policy book as Markdown (GitHub's flavour, with Mermaid diagrams)."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
from policyengine.book.flow import Flow
from policyengine.diagnostics.diagnostic import nested
from policyengine.diagnostics.text import Text

# What Markdown or HTML would take for its own.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
_SHAPES = {
    "given": ("[", "]"),
    "derived": ("(", ")"),
    "outcome": ("([", "])"),
    "deadline": ("{{", "}}"),
    "amount": ("[/", "/]"),
}


def render_book_markdown(document: Document) -> str:
    """Return the book as Markdown that ends with a line feed."""
    return "\n\n".join(text for block in document.blocks for text in _block(block)) + "\n"


def escaped(text: str) -> str:
    """Return a text of which nothing is taken for Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("&", "&amp;")


def _text(text: Text, separator: str = " · ") -> str:
    return separator.join(escaped(part) for part in text.all)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, anchor, title, name, place):
            words = f"{'#' * level} {_text(title)}" + (f" `{name}`" if name else "")
            yield f'<a id="{anchor}"></a>\n\n{words}' + (f"\n\n<sub>{escaped(place)}</sub>" if place else "")
        case Paragraph(text):
            yield _text(text, "  \n")
        case Quote(words, section, clauses):
            links = " ".join(_link(link) for link in clauses)
            yield f"> “{escaped(nested(words))}” {escaped(section)} {links}".rstrip()
        case Links(label, links):
            yield f"**{_text(label)}**: " + "; ".join(_link(link) for link in links)
        case Table(head, rows) if rows:
            yield "\n".join(_table(head, rows))
        case Picture(anchor, title, flow):
            yield f'<a id="{anchor}"></a>\n\n### {_text(title)}'
            yield "```mermaid\n" + "\n".join(_mermaid(flow)) + "\n```"


def _link(link: Link) -> str:
    return f"[{_text(link.text)}](#{link.anchor})" if link.anchor else _text(link.text)


def _table(head: tuple[Text, ...], rows: tuple[tuple[Cell, ...], ...]) -> Iterator[str]:
    columns = len(rows[0])
    titles = [_text(title) for title in head] or [""] * columns
    yield f"| {' | '.join(titles)} |"
    yield f"|{' --- |' * columns}"
    for row in rows:
        yield f"| {' | '.join(_cell(cell) for cell in row)} |"


def _cell(cell: Cell) -> str:
    if isinstance(cell, Text):
        return _text(cell)
    return _link(cell) if isinstance(cell, Link) else escaped(cell)


def _mermaid(flow: Flow) -> Iterator[str]:
    yield "flowchart LR"
    numbers = {node.name: f"n{number}" for number, node in enumerate(flow.nodes)}
    for node in flow.nodes:
        left, right = _SHAPES[node.kind]
        words = re.sub(r'["<>]', " ", node.title.all[0] if node.title else node.name)
        yield f'  {numbers[node.name]}{left}"{words}"{right}'
    for before, after in flow.edges:
        yield f"  {numbers[before]} --> {numbers[after]}"
