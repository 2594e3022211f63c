"""What a policy book consists of, whatever it is written as: headings, sentences, tables, pictures.

Every text is in the languages of the rulebook; words of the source and names stay as they are.
"""

from __future__ import annotations

from policyengine.book.flow import Flow
from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen


class Link(Frozen):
    """A text that leads to the heading with an anchor; an empty anchor leads nowhere."""

    text: Text
    anchor: str


class Heading(Frozen):
    """A heading of a level from 1; ``name`` is what rule files call it, ``place`` where it is written."""

    level: int
    anchor: str
    title: Text
    name: str = ""
    place: str = ""


class Paragraph(Frozen):
    """A sentence or several."""

    text: Text


class Quote(Frozen):
    """Words of the source, with the section where they stand and links to its clauses."""

    words: str
    section: str
    clauses: tuple[Link, ...]


class Links(Frozen):
    """A label with links."""

    label: Text
    links: tuple[Link, ...]


Cell = Text | Link | str


class Table(Frozen):
    """Rows of cells under their titles."""

    head: tuple[Text, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Picture(Frozen):
    """A diagram of how facts flow, with its heading."""

    anchor: str
    title: Text
    flow: Flow


Block = Heading | Paragraph | Quote | Links | Table | Picture


class Document(Frozen):
    """A book: its title, its blocks in order, and the languages of its texts."""

    title: Text
    blocks: tuple[Block, ...]
    languages: tuple[str, ...]
