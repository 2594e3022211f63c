"""What a policy book consists of, whatever it is written as: headings, sentences, tables, pictures.

Every text is in both languages; words of the source and names stay as they are.
"""

from __future__ import annotations

from typing import NamedTuple

from policyengine.book.flow import Flow
from policyengine.diagnostics.text import Text


class Link(NamedTuple):
    """A text that leads to the heading with an anchor; an empty anchor leads nowhere."""

    text: Text
    anchor: str


class Heading(NamedTuple):
    """A heading of a level from 1; ``name`` is what rule files call it, ``place`` where it is written."""

    level: int
    anchor: str
    title: Text
    name: str = ""
    place: str = ""


class Paragraph(NamedTuple):
    """A sentence or several."""

    text: Text


class Quote(NamedTuple):
    """Words of the source, with the section where they stand and links to its clauses."""

    words: str
    section: str
    clauses: tuple[Link, ...]


class Links(NamedTuple):
    """A label with links."""

    label: Text
    links: tuple[Link, ...]


Cell = Text | Link | str


class Table(NamedTuple):
    """Rows of cells under their titles."""

    head: tuple[Text, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Picture(NamedTuple):
    """A diagram of how facts flow, with its heading."""

    anchor: str
    title: Text
    flow: Flow


Block = Heading | Paragraph | Quote | Links | Table | Picture


class Document(NamedTuple):
    """A book: its title and its blocks in order."""

    title: Text
    blocks: tuple[Block, ...]
