"""A page of headings, sentences and tables, before it is text, Markdown or HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from policyengine.book.markdown import escaped
from policyengine.diagnostics.i18n import Speech
from policyengine.frozen import Frozen
from policyengine.render import html_page
from policyengine.render.layout import Paint, Row, table, wrap

_WIDTH = 96


class Heading(Frozen):
    """The title of what follows; ``name`` is its name in the rulebook."""

    text: str
    name: str = ""


class Line(Frozen):
    """A sentence."""

    text: str
    is_strong: bool = False


class Grid(Frozen):
    """A table; ``is_count``: its last column counts, and a page draws that as bars."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_count: bool = False


class Pair(Frozen):
    """Two long texts that are read side by side, each under its title; folded away on a page."""

    titles: tuple[str, str]
    texts: tuple[str, str]


Block = Heading | Line | Grid | Pair


def text_of(blocks: Iterable[Block], color: bool) -> str:
    """Return a page as text for a terminal."""
    paint = Paint(color)
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Heading) and lines:
            lines.append("")
        lines += _text_lines(block, paint)
    return "".join(f"{line}\n" for line in lines)


def _text_lines(block: Block, paint: Paint) -> Iterator[str]:
    match block:
        case Heading():
            yield paint(block.text, "title") + (paint(f"  {block.name}", "faint") if block.name else "")
        case Line():
            yield from (
                paint(line, "title") if block.is_strong else line for line in wrap(block.text, _WIDTH)
            )
        case Grid():
            head = Row(*((cell, "faint") for cell in block.head))
            rows = (Row(*((cell, "plain") for cell in row)) for row in block.rows)
            yield from table([head, *rows] if any(block.head) else [*rows], paint)
        case Pair():
            for title, text in zip(block.titles, block.texts, strict=True):
                yield f"  {paint(title, 'faint')}"
                yield from (f"    {line}" for line in text.splitlines())


def markdown_of(blocks: Iterable[Block]) -> str:
    """Return a page as Markdown that GitHub shows."""
    return "\n".join(line for block in blocks for line in (*_markdown_lines(block), "")) + "\n"


def _markdown_lines(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"### {escaped(block.text)}" + (f" `{block.name}`" if block.name else "")
        case Line():
            yield f"**{escaped(block.text)}**" if block.is_strong else escaped(block.text)
        case Grid():
            yield _markdown_row(block.head)
            yield "|" + " --- |" * len(block.head)
            yield from (_markdown_row(row) for row in block.rows)
        case Pair():
            for title, text in zip(block.titles, block.texts, strict=True):
                yield f"<details><summary>{escape(title)}</summary>\n\n```text\n{text}\n```\n\n</details>"


def _markdown_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(escaped(cell).replace("\n", " ") for cell in cells) + " |"


def html_of(blocks: Iterable[Block], say: Speech) -> str:
    """Return a page, which begins with its heading, as an HTML document that needs nothing else."""
    title, *others = blocks
    assert isinstance(title, Heading)
    return html_page.page(title.text, say, [f"<h1>{escape(title.text)}</h1>", *map(_html, others)])


def _html(block: Block) -> str:
    match block:
        case Heading():
            name = f" <code>{escape(block.name)}</code>" if block.name else ""
            return f"<h2>{escape(block.text)}{name}</h2>"
        case Line():
            kind = ' class="total"' if block.is_strong else ""
            return f"<p{kind}>{escape(block.text)}</p>"
        case Grid():
            return html_page.table(block.head, block.rows, block.is_count)
        case Pair():
            cells = "".join(
                f"<td><strong>{escape(title)}</strong><pre>{escape(text)}</pre></td>"
                for title, text in zip(block.titles, block.texts, strict=True)
            )
            head = escape(" · ".join(block.titles))
            pair = f'<table class="pair"><tbody><tr>{cells}</tr></tbody></table>'
            return f"<details><summary>{head}</summary>{pair}</details>"
